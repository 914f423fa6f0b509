package flowtable

import (
	"sync"

	"icmpdump/capture/icmp"
)

// A flow is one entry of a shard's slab.
type flow struct {
	key              Key
	counts           Counts
	forward, reverse Volume // sent by the requester, and by the responder
	start, end       int64  // stamps of the first and the last packet
	seen             int64  // when the last packet came, by the clock
	hash             uint64
	best             int64 // when the newest request that was answered was seen, by the clock; valid iff hasBest
	repeats          uint64
	unknown          uint64 // see Row
	ttl              TTL
	requests         ends   // the requests that are remembered, in the order of sending
	waits            uint32 // how many of them wait
	serial           uint32 // distinguishes the flows that had this place one after another
	iface            int32
	size             Size
	lastTTL          uint8
	bestSeq          uint16 // sequence number of the request that best is about
	lastSeq          uint16
	hasBest          bool
	group            bool // its first request asked a group
	rank             rank
}

// packets is how many the flow has.
func (f *flow) packets() uint64 { return f.forward.Packets + f.reverse.Packets }

// A shard is a part of the table with a lock of its own. All its memory is made at the start.
type shard struct {
	*shared
	mu    sync.Mutex
	index index  // of the flows that are not over, by the slab's index plus one
	flows []flow // the slab; those in use come first
	used  int
	ranks

	// Of a flow, what not every flow needs: memory that is not touched before costs nothing.
	causes   []icmp.Quote // of error flows
	refusals []Refusal
	figures  []figures

	serial    uint32
	requests  requests
	octaves   octaves
	sightings sightings
	evicted   Evicted
	repeats   uint64
	rtt       Histogram // of echo
}

func (s *shard) init(c *shared, flows, requests int) {
	s.shared = c
	s.index = newIndex(flows)
	s.flows = make([]flow, flows)
	s.causes = make([]icmp.Quote, flows)
	s.refusals = make([]Refusal, flows)
	s.figures = make([]figures, flows)
	s.ranks.init(flows)
	s.requests.init(requests, c.Seed)
	s.octaves.init(flows * octavesPerFlow)
	s.sightings.init()
}

// begin moves to now what was seen when there was no time yet.
func (s *shard) begin(now int64) {
	for i := range s.flows[:s.used] {
		f := &s.flows[i]
		f.start, f.end, f.seen, f.best = now, now, now, now
	}
	s.requests.begin(now)
	s.sightings.begin(now)
	s.wakeAt(s.deadline())
}

// lookup is the slab's index of the flow with that place, or -1.
func (s *shard) lookup(pl *place, hash uint64) int {
	x, tag := s.index, tagOf(hash)
	for i := x.home(tag); x[i].element != 0; i = x.next(i) {
		n := int(x[i].element - 1)
		if x[i].tag == tag && s.flows[n].key == pl.key && (pl.key.Kind != KindError || s.causes[n] == pl.cause) {
			return n
		}
	}
	return -1
}

// tagOf is what a shard's index knows of a hash: the bits that did not choose the shard.
func tagOf(hash uint64) uint32 { return uint32(hash >> 32) }

// flow is the slab's index of the flow of a, which begins now if there was none. Another may
// have to make room for it.
func (s *shard) flow(a *arrival) int {
	n := s.lookup(a.place, a.hash.flow)
	if n >= 0 {
		return n
	}
	if n = s.used; n < len(s.flows) {
		s.used++
	} else {
		n = s.victim(a.clock.now)
		s.evict(n)
	}
	s.serial++
	stamp := a.stamp()
	s.flows[n] = flow{
		key: a.key, hash: a.hash.flow, serial: s.serial, start: stamp, end: stamp, seen: a.clock.now,
		iface: a.p.Iface, size: Size{a.p.IPLen, a.p.IPLen},
	}
	if a.key.Kind == KindError {
		s.causes[n] = a.cause
	}
	s.index.put(tagOf(a.hash.flow), uint32(n+1))
	if a.clock.now != 0 {
		s.wakeAt(a.clock.now + s.Idle)
	}
	return n
}

// evict makes the place of the flow n free and adds what it counted to the aggregate. What
// becomes of its requests will not be known.
func (s *shard) evict(n int) {
	f := &s.flows[n]
	if f.rank == rankOver {
		s.evicted.Over++
	} else {
		s.forsake(n)
	}
	f.counts.Forgotten += f.counts.Pending
	f.counts.Pending = 0
	s.evicted.Flows++
	if f.key.Kind == KindError { // in the aggregate, errors are requests that were refused
		f.counts.Packets, f.counts.Errors = f.counts.Errors, 0
	}
	s.evicted.Forward.add(f.forward)
	s.evicted.Reverse.add(f.reverse)
	s.evicted.Counts.add(&f.counts)
	s.evicted.Repeats += f.repeats
	if f.key.Kind == KindEcho {
		s.evicted.echo.add(&f.counts)
	}
	s.links.remove(&s.lists[f.rank], uint32(n+1))
	s.octaves.free(s.figures[n].octaves)
	s.figures[n] = figures{}
	s.refusals[n] = Refusal{}
}

// forsake takes the flow n out of the index and frees its requests.
func (s *shard) forsake(n int) {
	s.index.remove(tagOf(s.flows[n].hash), uint32(n+1))
	for f := &s.flows[n]; f.requests.head != 0; {
		s.requests.free(f, f.requests.head)
	}
}

// touch notes that a, which is counted, was a packet of the flow n.
func (s *shard) touch(a *arrival, n int, v *Volume) {
	f := &s.flows[n]
	v.add(Volume{1, uint64(a.p.IPLen)})
	f.end, f.seen = a.stamp(), a.clock.now
	f.size.Min, f.size.Max = min(f.size.Min, a.p.IPLen), max(f.size.Max, a.p.IPLen)
	s.move(n, rankOf(f))
}

// watchTTL notes the TTL of a packet.
func (f *flow) watchTTL(ttl uint8) {
	switch {
	case !f.ttl.Seen:
		f.ttl = TTL{Min: ttl, Max: ttl, Seen: true}
	case ttl != f.lastTTL:
		f.ttl.Changes++
		f.ttl.Min, f.ttl.Max = min(f.ttl.Min, ttl), max(f.ttl.Max, ttl)
	}
	f.lastTTL = ttl
}

// report completes the event of a packet of the flow n.
func (s *shard) report(e *Event, n int) {
	f := &s.flows[n]
	e.Kind, e.Counts, e.LastSeq = f.key.Kind, f.counts, f.lastSeq
}
