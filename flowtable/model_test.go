package flowtable_test

import (
	"cmp"
	"slices"

	"icmpdump/capture/icmp"
	"icmpdump/flowtable"
)

// A model is the flow table's slow twin: docs/flows.md once more, with searches through all
// there is, and without a bound on anything but flows and requests.
type model struct {
	config    flowtable.Config // with its defaults
	clock     clock
	flows     []*flow  // in the order of their beginning
	requests  []*asked // that are remembered, in the order in which they were
	sightings []*sighting
	dropped   int64                                // virtual time before which packets were dropped
	packets   int                                  // that were counted in flows
	totals    flowtable.Totals                     // of what is in no flow, since the last Reset
	before    flowtable.Totals                     // and until then
	rtts      uint64                               // times in Totals.RTT
	oldRTTs   uint64                               // of them, those that are not in Since's
	owners    []key                                // of each event, its flow
	marks     map[string]int                       // how often what is rare has happened
	gone      func(of []*flow, oldest *flow) *flow // which of those that ended at the same time made room
	unsure    string                               // what the document leaves open and has happened; "" if nothing
}

// newModel has the bounds of tables of one shard: those of more are not to be reached.
func newModel(c flowtable.Config) *model {
	c.MaxFlows = cmp.Or(c.MaxFlows, 65536)
	c.MaxRequests = cmp.Or(c.MaxRequests, max(4*c.MaxFlows, 65536))
	c.ReplyTimeout = cmp.Or(c.ReplyTimeout, 10*sec)
	c.Late = max(cmp.Or(c.Late, 60*sec), c.ReplyTimeout)
	c.Idle = max(cmp.Or(c.Idle, 120*sec), c.Late)
	return &model{config: c, marks: map[string]int{}, gone: func(_ []*flow, oldest *flow) *flow { return oldest }}
}

func (m *model) mark(what string) { m.marks[what]++ }

// A fate is what became of a request.
type fate int

const (
	pending fate = iota
	answered
	refused
	lost
)

// asked is a request that is remembered, or of a reply to a group's request, that reply.
type asked struct {
	flow    *flow
	seq     uint16
	at      int64 // virtual
	sent    int64 // stamp
	steps   int   // the clock's, then
	untimed bool
	group   bool
	iface   int32
	payload payload
	state   fate
	size    uint32 // of its datagram
	last    flowtable.Fate
	old     bool // it was settled before the last Reset
	gone    bool // its flow is: it takes a place, and nothing else
}

// A sighting is the first of a packet, and where it was seen since.
type sighting struct {
	flow  *flow
	what  identity
	where []place
	at    int64 // virtual
}

// An identity is what a packet has in common with itself at another place, beside its flow.
type identity struct {
	typ, code            uint8
	ipid, frag, checksum uint16
	rest, length         uint32
}

type place struct {
	iface int32
	out   bool
}

// Add is the table's.
func (m *model) Add(dst *flowtable.Events, samples ...sample) {
	for i := range samples {
		p := &samples[i].packet
		if p.Flags&icmp.FlagUntimed == 0 {
			m.observe(p.Time)
		}
		m.expire(dst)
		e := flowtable.Event{Packet: *p}
		if p.Sum == icmp.SumBad {
			e.Notes |= flowtable.NoteCksum
		}
		if p.Status.Malformed() {
			e.Notes |= flowtable.NoteMalformed
		}
		if p.Got >= 2 {
			m.add(&e, &samples[i])
		} else {
			m.owners = append(m.owners, key{})
		}
		dst.All = append(dst.All, e)
	}
}

// Advance is the table's.
func (m *model) Advance(dst *flowtable.Events, now int64) {
	if m.clock.begun {
		m.observe(now)
		m.expire(dst)
	}
}

// Dropped is the table's.
func (m *model) Dropped(now int64) { m.dropped = now + m.clock.shift }

// add is Add for one packet with a type and a code, which e is about.
func (m *model) add(e *flowtable.Event, s *sample) {
	m.enter(e, &s.packet, read(s))
}

// enter is add for a packet that means msg.
func (m *model) enter(e *flowtable.Event, p *icmp.Packet, msg meaning) {
	f := m.find(msg.key)
	if f != nil && m.repeats(f, p) {
		f.repeats++
		m.totals.Repeats++
		e.Notes |= flowtable.NoteSeen
		m.complete(e, f)
		return
	}
	if msg.role == reply && msg.key.Requester == (icmp.Addr{}) && len(m.answers(f, &msg)) == 0 {
		m.mark("announcement")
		m.enter(e, p, meaning{key: countedKey(p)})
		return
	}
	known := f != nil
	if !known {
		f = &flow{key: msg.key}
	}
	var group *asked
	if msg.role == reply { // what it answers is found out before it asks for room
		group = m.reply(e, f, p, &msg)
	}
	if !known {
		m.evict()
		m.flows = append(m.flows, f)
	}
	if hasPlace(p) {
		m.sightings = append(m.sightings, &sighting{f, identityOf(p), []place{placeOf(p)}, m.clock.now})
	}
	switch {
	case msg.role == request:
		m.request(f, p, &msg)
	case group != nil:
		m.remember(group)
	case msg.role == reply:
	case f.Kind == flowtable.KindError:
		f.counts.Errors++
	default:
		f.counts.Packets++
	}
	m.count(f, p, msg.role)
	m.complete(e, f)
	if p.Refuses() {
		m.refuse(e, p)
	}
}

// find is the flow of k that is not over.
func (m *model) find(k key) *flow {
	for _, f := range m.flows {
		if f.key == k && !f.over {
			return f
		}
	}
	return nil
}

// repeats reports whether p was seen a moment ago, and not at its place.
func (m *model) repeats(f *flow, p *icmp.Packet) bool {
	if !hasPlace(p) {
		return false
	}
	for _, first := range slices.Backward(m.sightings) {
		if first.flow == f && first.what == identityOf(p) {
			if slices.Contains(first.where, placeOf(p)) || m.clock.now-first.at >= 50*ms {
				return false
			}
			first.where = append(first.where, placeOf(p))
			return true
		}
	}
	return false
}

func identityOf(p *icmp.Packet) identity {
	return identity{p.Type, p.Code, p.IPID, p.Frag, p.Checksum, p.Rest, p.Length}
}

// hasPlace reports whether anything is known of where p was seen.
func hasPlace(p *icmp.Packet) bool { return p.Iface != 0 || p.Dir != icmp.DirUnknown }

func placeOf(p *icmp.Packet) place { return place{p.Iface, p.Dir == icmp.DirOut} }

// request counts a request and lets it wait.
func (m *model) request(f *flow, p *icmp.Packet, msg *meaning) {
	if !f.asked {
		f.asked, f.group = true, msg.group
	}
	f.counts.Requests++
	f.counts.Pending++
	f.lastSeq = msg.seq
	q := &asked{
		flow: f, seq: msg.seq, at: m.clock.now, sent: m.stampOf(p), steps: m.clock.steps,
		untimed: p.Flags&icmp.FlagUntimed != 0, group: f.group, iface: p.Iface, payload: msg.payload,
		size: p.IPLen, last: flowtable.FatePending,
	}
	f.sent = append(f.sent, q)
	m.remember(q)
}

// remember remembers q. It may have to make room for it.
func (m *model) remember(q *asked) {
	for len(m.requests) > 0 && m.tooOld(m.requests[0]) {
		m.requests = m.requests[1:]
	}
	if len(m.requests) == m.config.MaxRequests {
		m.makeRoom()
	}
	m.requests = append(m.requests, q)
}

// makeRoom forgets requests: of those that are settled all but the newest, so that a quarter of
// all places stays, and of those that wait what is above each flow's share, if they take three
// quarters.
func (m *model) makeRoom() {
	m.requests = slices.DeleteFunc(m.requests, func(q *asked) bool { return q.gone })
	waiting := 0
	for _, q := range m.requests {
		if q.state == pending {
			waiting++
		}
	}
	keep := max(0, m.config.MaxRequests/4-waiting)
	for i, q := range slices.Backward(m.requests) {
		if q.state == pending {
			continue
		}
		if keep == 0 {
			m.requests = slices.Delete(m.requests, i, i+1)
			m.mark("room of a settled request")
			continue
		}
		keep--
	}
	share := m.config.MaxRequests
	for m.keeping(share) > m.config.MaxRequests/4*3 {
		share--
	}
	kept := map[*flow]int{}
	m.requests = slices.DeleteFunc(m.requests, func(q *asked) bool {
		if q.state != pending {
			return false
		}
		if kept[q.flow]++; kept[q.flow] <= share {
			return false
		}
		q.flow.counts.Pending--
		q.flow.counts.Forgotten++
		q.last = flowtable.FateForgotten
		m.mark("room of a request that waits")
		return true
	})
}

// keeping is how many requests wait, of each flow a share at most.
func (m *model) keeping(share int) (sum int) {
	waiting := map[*flow]int{}
	for _, q := range m.requests {
		if q.state == pending && waiting[q.flow] < share {
			waiting[q.flow]++
			sum++
		}
	}
	return sum
}

// abandon makes the requests of f those of a flow that is gone.
func (m *model) abandon(f *flow) {
	for _, q := range m.requests {
		q.gone = q.gone || q.flow == f
	}
}

// known are the requests of which is true, in the order in which they were sent.
func (m *model) known(is func(*asked) bool) (known []*asked) {
	for _, q := range m.requests {
		if !q.gone && is(q) && !m.tooOld(q) {
			known = append(known, q)
		}
	}
	return known
}
