package flowtable_test

import "icmpdump/flowtable"

const minusOne = ^uint64(0)

// Reset is the table's.
func (m *model) Reset() {
	m.mark("reset")
	addTotals(&m.before, m.totals)
	m.totals, m.oldRTTs = flowtable.Totals{}, m.rtts
	for _, f := range m.flows {
		m.reset(f)
	}
	for _, q := range m.requests {
		q.old = q.state != pending
	}
	if m.config.OneWay {
		m.requests = nil
	}
}

// reset takes out of f what it has counted, but for what waits, and adds it to the sums.
func (m *model) reset(f *flow) {
	var kept []*asked
	c := f.counts
	c.Pending = 0
	if m.config.OneWay {
		c.Forgotten += f.counts.Pending
	} else {
		for _, q := range f.sent {
			if q.state == pending && q.last != flowtable.FateForgotten {
				kept = append(kept, q)
			}
		}
		c.Requests -= uint64(len(kept))
	}
	sum := flowtable.Totals{Evicted: flowtable.Evicted{Forward: f.forward, Reverse: f.reverse, Repeats: f.repeats}}
	if f.Kind == flowtable.KindEcho {
		sum.Echo = c
	}
	if f.Kind == flowtable.KindError {
		c.Packets, c.Errors = c.Errors, 0
	}
	sum.Evicted.Counts = c
	n := uint64(len(kept))
	f.counts, f.forward, f.reverse = flowtable.Counts{Requests: n, Pending: n}, flowtable.Volume{}, flowtable.Volume{}
	f.repeats, f.unknown, f.refusal, f.rtts, f.ttls, f.sizes, f.sent = 0, 0, flowtable.Refusal{}, nil, nil, nil, kept
	for i, q := range kept {
		if i == 0 {
			f.start, f.iface = q.sent, q.iface
		}
		f.end = q.sent
		addVolume(&f.forward, flowtable.Volume{Packets: 1, Bytes: uint64(q.size)})
		f.sizes = append(f.sizes, q.size)
	}
	sum.Evicted.Forward.Packets -= f.forward.Packets
	sum.Evicted.Forward.Bytes -= f.forward.Bytes
	switch {
	case n > 0:
		m.mark("reset: what waits")
	case !f.empty:
		sum.Evicted.Flows, sum.Evicted.Reset, f.empty = 1, 1, true
	}
	addTotals(&m.before, sum)
}

// A tally is where a request is counted.
type tally []*flowtable.Counts

func (t tally) add(c flowtable.Counts) {
	for _, to := range t {
		addCounts(to, c)
	}
}

// countsOf is where q is counted: in its flow, or in the sums of what was before the last Reset.
func (m *model) countsOf(q *asked) tally {
	switch {
	case !q.old:
		return tally{&q.flow.counts}
	case q.flow.Kind == flowtable.KindEcho:
		m.mark("reset: what was settled")
		return tally{&m.before.Evicted.Counts, &m.before.Echo}
	}
	m.mark("reset: what was settled")
	return tally{&m.before.Evicted.Counts}
}

func addTotals(to *flowtable.Totals, o flowtable.Totals) {
	addCounts(&to.Echo, o.Echo)
	addCounts(&to.Evicted.Counts, o.Evicted.Counts)
	addVolume(&to.Evicted.Forward, o.Evicted.Forward)
	addVolume(&to.Evicted.Reverse, o.Evicted.Reverse)
	to.Evicted.Flows += o.Evicted.Flows
	to.Evicted.Over += o.Evicted.Over
	to.Evicted.Reset += o.Evicted.Reset
	to.Evicted.Repeats += o.Evicted.Repeats
	to.Repeats += o.Repeats
}
