package flowtable

import (
	"sync"

	"icmpdump/capture/icmp"
)

// A flow is one entry of a shard's slab: three lines of the cache. What few flows need is in its
// rarities.
type flow struct {
	key          Key
	asked        uint64 // requests; of a kind without, all packets
	replies      uint64 // see Counts
	lost         uint64
	pending      uint64
	forwardBytes uint64 // of what was asked
	reverse      Volume
	start, end   int64  // stamps of the first and the last packet
	seen         int64  // when the last packet came, by the clock
	best         int64  // when the newest request that was answered was seen, by the clock; valid iff has(hasBest)
	rtt          int64  // the only round-trip time; valid iff has(hasRTT)
	last         uint32 // the newest of its requests, if that is still remembered
	serial       uint32 // distinguishes the flows that had this place one after another
	turn         uint32 // one of its requests: of those behind it, each has a sequence number above that of the one before
	figures      uint32 // of two round-trip times and more; 0 is none
	iface        int32
	size         Size
	bestSeq      uint16 // sequence number of the request that best is about
	lastSeq      uint16
	minTTL       uint8 // these are valid iff has(hasTTL)
	maxTTL       uint8
	lastTTL      uint8
	flags        flags
	rank         rank
	links
}

// flags say what a flow has.
type flags uint8

const (
	hasBest flags = 1 << iota
	hasRTT
	hasTTL
	hasRare
	hasAsked // it had a request, before the last Reset maybe
	asksAll  // the first of these asked a group
	isEmpty  // it had no packet since the last Reset, and nothing waits: it is no row
)

func (f *flow) has(what flags) bool { return f.flags&what != 0 }

// packets is how many the flow has.
func (f *flow) packets() uint64 { return f.asked + f.reverse.Packets }

// rarities are what few flows have.
type rarities struct {
	Counts  // what the flow itself does not count
	repeats uint64
	unknown uint64 // see Row
	changes uint64 // of TTL
	refusal Refusal
}

// rare is the rarities of the flow n, for something to be put into them.
func (s *shard) rare(n int) *rarities {
	if f := &s.flows[n]; !f.has(hasRare) {
		f.flags |= hasRare
		s.rarities[n] = rarities{}
	}
	return &s.rarities[n]
}

// counts are those of the flow n.
func (s *shard) counts(n int) (c Counts) {
	s.count(n, &c)
	return c
}

// count puts the counts of the flow n into c: on a packet's way they are not copied twice.
func (s *shard) count(n int, c *Counts) {
	f := &s.flows[n]
	if f.has(hasRare) {
		*c = s.rarities[n].Counts
	} else {
		*c = Counts{}
	}
	switch {
	case f.key.Kind.Paired():
		c.Requests, c.Replies, c.Lost, c.Pending = f.asked, f.replies, f.lost, f.pending
	case f.key.Kind == KindError:
		c.Errors = f.asked
	default:
		c.Packets = f.asked
	}
}

// A shard is a part of the table with a lock of its own. All its memory is made at the start.
type shard struct {
	*shared
	mu    sync.Mutex
	index index  // of the flows that are not over, by the slab's index plus one
	flows []flow // the slab; those in use come first
	used  int
	ranks ranks

	// Of a flow, what not every flow needs: memory that is not touched before costs nothing.
	causes   []icmp.Quote // of error flows
	rarities []rarities
	figures  figuresPool
	recents  []recent // nil if they are not wanted

	serial    uint32
	requests  requests
	octaves   octaves
	sightings sightings
	sums            // since the last Reset
	before    *sums // until then

	_ [24]byte // to the end of a line of the cache, so that no two parts share one, nor have all the same
}

// sums are what a shard has counted beside what its flows have.
type sums struct {
	evicted Evicted
	repeats uint64
	rtt     Histogram // of echo
}

// measured counts the round-trip time of a reply in a flow of that kind.
func (s *sums) measured(k Kind, rtt int64) {
	if k == KindEcho {
		s.rtt.Add(rtt)
	}
}

func (s *sums) add(o *sums) {
	s.evicted.add(&o.evicted)
	s.repeats += o.repeats
	s.rtt.Merge(&o.rtt)
}

func (s *shard) init(c *shared, flows, requests int) {
	s.shared = c
	s.index = newIndex(flows)
	s.flows = make([]flow, flows)
	s.causes = make([]icmp.Quote, flows)
	s.rarities = make([]rarities, flows)
	s.figures.init(flows)
	s.before = &sums{}
	if c.Recent {
		s.recents = make([]recent, flows)
	}
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
		if x[i].tag == tag && s.flows[n].key.is(&pl.key) && (pl.key.Kind != KindError || s.causes[n] == pl.cause) {
			return n
		}
	}
	return -1
}

// lookupOver is that of the flow with that place that was over last, or -1. It looks at all of them.
func (s *shard) lookupOver(pl *place) int {
	for i := s.ranks[rankOver].tail; i != 0; i = s.flows[i-1].before {
		n := int(i - 1)
		if s.flows[n].key.is(&pl.key) && (pl.key.Kind != KindError || s.causes[n] == pl.cause) {
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
	n := s.lookup(&a.place, a.hash)
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
		key: a.key, serial: s.serial, start: stamp, end: stamp, seen: a.clock.now,
		iface: a.p.Iface, size: Size{a.p.IPLen, a.p.IPLen},
	}
	if a.key.Kind == KindError {
		s.causes[n] = a.cause
	}
	if s.recents != nil {
		s.recents[n] = recent{}
	}
	s.index.put(tagOf(a.hash), uint32(n+1))
	if a.clock.now != 0 {
		s.wakeAt(a.clock.now + s.Idle)
	}
	return n
}

// evict makes the place of the flow n free and adds what it counted to the aggregate. What
// becomes of its requests will not be known.
func (s *shard) evict(n int) {
	f := &s.flows[n]
	over := f.rank == rankOver
	if !over {
		s.forsake(n)
	}
	if !f.has(isEmpty) {
		s.evicted.Flows++
		if over {
			s.evicted.Over++
		}
	}
	c := s.counts(n)
	c.Forgotten += c.Pending
	c.Pending = 0
	s.handOver(&s.evicted, n, &c)
	s.delist(&s.ranks[f.rank], uint32(n+1))
	s.forgetFigures(f)
}

// handOver adds the flow n to the aggregate, with its counts as they are to be there.
func (s *shard) handOver(to *Evicted, n int, c *Counts) {
	f := &s.flows[n]
	if f.key.Kind == KindError { // in the aggregate, errors are requests that were refused
		c.Packets, c.Errors = c.Errors, 0
	}
	to.Forward.add(f.forward())
	to.Reverse.add(f.reverse)
	to.count(f.key.Kind, c)
	if f.has(hasRare) {
		to.Repeats += s.rarities[n].repeats
	}
}

func (f *flow) forward() Volume { return Volume{f.asked, f.forwardBytes} }

// forsake takes the flow n out of the index, and makes its requests those of a flow that is gone.
func (s *shard) forsake(n int) {
	f := &s.flows[n]
	s.index.remove(tagOf(s.hash(&place{key: f.key, cause: s.causes[n]})), uint32(n+1))
	s.serial++
	f.serial = s.serial
}

// touch notes that a, which is counted, was a packet of the flow n.
func (s *shard) touch(a *arrival, n int) {
	f := &s.flows[n]
	f.end, f.seen = a.stamp(), a.clock.now
	if f.has(isEmpty) {
		f.flags &^= isEmpty
		f.start, f.iface, f.size = f.end, a.p.Iface, Size{a.p.IPLen, a.p.IPLen}
	}
	f.size.Min, f.size.Max = min(f.size.Min, a.p.IPLen), max(f.size.Max, a.p.IPLen)
	s.move(n, rankOf(f))
}

// watchTTL notes the TTL of a packet of the flow n.
func (s *shard) watchTTL(n int, ttl uint8) {
	f := &s.flows[n]
	switch {
	case !f.has(hasTTL):
		f.minTTL, f.maxTTL = ttl, ttl
		f.flags |= hasTTL
	case ttl != f.lastTTL:
		s.rare(n).changes++
		f.minTTL, f.maxTTL = min(f.minTTL, ttl), max(f.maxTTL, ttl)
	}
	f.lastTTL = ttl
}
