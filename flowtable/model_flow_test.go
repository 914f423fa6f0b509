package flowtable_test

import (
	"math"
	"slices"

	"icmpdump/capture/icmp"
	"icmpdump/flowtable"
)

// A flow is one that is in the table.
type flow struct {
	key
	counts           flowtable.Counts
	forward, reverse flowtable.Volume
	start, end       int64 // stamps
	seen             int64 // virtual time of the last packet
	recency          int   // the last packet's number
	class            int   // of those that make room for others, at the last packet
	repeats, unknown uint64
	rtts             []int64
	refusal          flowtable.Refusal
	iface            int32
	lastSeq          uint16
	ttls             []uint8
	sizes            []uint32
	over             bool
	asked            bool     // it had a request
	group            bool     // the first asked a group
	sent             []*asked // its requests
	empty            bool     // it had no packet since the last Reset, and nothing waits
	newest           struct { // the newest request that was answered
		ok  bool
		at  int64 // virtual
		seq uint16
	}
}

// The classes of flows, in the order in which they make room.
const (
	classOnce = iota // one packet
	classPair        // a request and its reply
	classUnanswered
	classAnswered
)

// count adds a packet's figures, and makes f the flow that was used last.
func (m *model) count(f *flow, p *icmp.Packet, r role) {
	stamp := m.stampOf(p)
	if m.packets++; f.packets() == 0 {
		f.start, f.iface, f.empty = stamp, p.Iface, false
	}
	f.end, f.seen, f.recency = stamp, m.clock.now, m.packets
	way := &f.forward
	if r == reply {
		way = &f.reverse
	}
	way.Packets++
	way.Bytes += uint64(p.IPLen)
	f.sizes = append(f.sizes, p.IPLen)
	if r == reply || !f.Kind.Paired() {
		f.ttls = append(f.ttls, p.TTL)
	}
	switch {
	case f.packets() == 1:
		f.class = classOnce
	case f.counts.Replies == 0:
		f.class = classUnanswered
	case f.packets() == 2:
		f.class = classPair
	default:
		f.class = classAnswered
	}
}

func (f *flow) packets() uint64 { return f.forward.Packets + f.reverse.Packets }

// complete puts into e what it says of its flow.
func (m *model) complete(e *flowtable.Event, f *flow) {
	m.owners = append(m.owners, f.key)
	e.Kind, e.Counts, e.LastSeq = f.Kind, f.counts, f.lastSeq
}

// evict makes room for another flow, if there is none.
func (m *model) evict() {
	if len(m.flows) < m.config.MaxFlows {
		return
	}
	f := m.victim()
	m.flows = slices.DeleteFunc(m.flows, func(o *flow) bool { return o == f })
	m.abandon(f)
	f.counts.Forgotten += f.counts.Pending
	f.counts.Pending = 0
	if f.Kind == flowtable.KindError {
		f.counts.Errors, f.counts.Packets = 0, f.counts.Errors
	}
	e := &m.totals.Evicted
	if f.empty {
		m.mark("evicted: empty")
	} else {
		e.Flows++
		if f.over {
			e.Over++
		}
	}
	e.Repeats += f.repeats
	addVolume(&e.Forward, f.forward)
	addVolume(&e.Reverse, f.reverse)
	addCounts(&e.Counts, f.counts)
	if f.Kind == flowtable.KindEcho {
		addCounts(&m.totals.Echo, f.counts)
	}
}

// victim is the flow that has to go.
func (m *model) victim() *flow {
	if f := m.oldest(func(f *flow) bool { return f.over }); f != nil {
		m.mark("evicted: over")
		return m.gone(slices.DeleteFunc(slices.Clone(m.flows), func(o *flow) bool { return !o.over || o.seen != f.seen }), f)
	}
	if f := m.oldest(func(f *flow) bool { return f.class == classOnce }); f != nil {
		m.mark("evicted: one packet")
		return f
	}
	if f := m.oldest(func(f *flow) bool { return f.class == classPair }); f != nil {
		m.mark("evicted: a pair")
		return f
	}
	var heads []*flow // the oldest of each class that has any
	for class := classUnanswered; class <= classAnswered; class++ {
		if f := m.oldest(func(f *flow) bool { return f.class == class }); f != nil {
			heads = append(heads, f)
		}
	}
	var longest *flow
	for _, f := range heads {
		if m.clock.now-f.seen >= m.config.ReplyTimeout && (longest == nil || f.seen < longest.seen) {
			longest = f
		}
	}
	if longest != nil {
		m.mark("evicted: not active")
		return longest
	}
	m.mark([]string{classUnanswered: "evicted: no reply", classAnswered: "evicted: answered"}[heads[0].class])
	return heads[0]
}

// oldest is the least recently used of those that are so.
func (m *model) oldest(is func(*flow) bool) (oldest *flow) {
	for _, f := range m.flows {
		if is(f) && (oldest == nil || f.recency < oldest.recency) {
			oldest = f
		}
	}
	return oldest
}

// row is f as Rows has it.
func (m *model) row(f *flow) flowtable.Row {
	r := flowtable.Row{
		Key: f.Key, Counts: f.counts, Quoted: f.quoted, Forward: f.forward, Reverse: f.reverse,
		Start: f.start, End: f.end, Repeats: f.repeats, Unknown: f.unknown, RTT: figures(f.rtts),
		Refusal: f.refusal, Iface: f.iface, LastSeq: f.lastSeq,
		Size: flowtable.Size{Min: slices.Min(f.sizes), Max: slices.Max(f.sizes)},
	}
	if m.config.Recent {
		for i, q := range f.sent[max(0, len(f.sent)-flowtable.RecentLen):] {
			r.Recent[flowtable.RecentLen-min(len(f.sent), flowtable.RecentLen)+i] = q.last
		}
	}
	switch {
	case f.over:
		r.Status = flowtable.StatusTimedOut
	case m.clock.now-f.seen >= m.config.ReplyTimeout:
		r.Status = flowtable.StatusIdle
	}
	if len(f.ttls) > 0 {
		r.TTL = flowtable.TTL{Min: slices.Min(f.ttls), Max: slices.Max(f.ttls), Seen: true}
	}
	for i := 1; i < len(f.ttls); i++ {
		if f.ttls[i] != f.ttls[i-1] {
			r.TTL.Changes++
		}
	}
	return r
}

// figures are those of round-trip times in the order in which they were measured.
func figures(all []int64) (r flowtable.RTT) {
	n := len(all)
	if n == 0 {
		return r
	}
	sorted := slices.Sorted(slices.Values(all))
	rank := func(share float64) int64 { return sorted[max(1, int(math.Ceil(share*float64(n))))-1] }
	var sum, squares float64
	for _, v := range all {
		sum += float64(v)
	}
	for _, v := range all {
		squares += (float64(v) - sum/float64(n)) * (float64(v) - sum/float64(n))
	}
	return flowtable.RTT{
		Count: uint64(n), Sampled: uint64(n), Last: all[n-1], Min: sorted[0], Avg: int64(sum / float64(n)), Max: sorted[n-1],
		StdDev: int64(math.Sqrt(squares / float64(n))), P50: rank(0.50), P95: rank(0.95), P99: rank(0.99),
	}
}

// Rows are those of all flows.
func (m *model) Rows() (rows []flowtable.Row) {
	for _, f := range m.flows {
		if !f.empty {
			rows = append(rows, m.row(f))
		}
	}
	return rows
}

// Totals are the sums, but for RTT.
func (m *model) Totals() flowtable.Totals {
	sum := m.Since()
	addTotals(&sum, m.before)
	return sum
}

// Since is Totals since the last Reset.
func (m *model) Since() flowtable.Totals {
	sum := m.totals
	for _, f := range m.flows {
		sum.Packets += f.packets()
		if f.Kind == flowtable.KindEcho {
			addCounts(&sum.Echo, f.counts)
		}
	}
	return sum
}

func addVolume(to *flowtable.Volume, v flowtable.Volume) {
	to.Packets += v.Packets
	to.Bytes += v.Bytes
}

func addCounts(to *flowtable.Counts, c flowtable.Counts) {
	to.Requests += c.Requests
	to.Replies += c.Replies
	to.Pending += c.Pending
	to.Lost += c.Lost
	to.Late += c.Late
	to.Duplicates += c.Duplicates
	to.Unsolicited += c.Unsolicited
	to.OutOfOrder += c.OutOfOrder
	to.Multi += c.Multi
	to.Errors += c.Errors
	to.Forgotten += c.Forgotten
	to.Packets += c.Packets
}
