// Package flowtable says what packets mean to each other: which request a reply answers, how
// long it took, what was lost, late or doubled. Packets go in, one event each comes out, an
// event of its own for every request that got no answer, and for every flow that is over.
//
// The table is bounded. All memory is made by New; Add, Advance and Rows allocate nothing but
// what their destination slices need to grow. Times are int64 nanoseconds since the Unix
// epoch and come with the packets: the package has no clock. A Table may be used by several
// goroutines at once.
package flowtable

import (
	"cmp"
	"encoding/binary"
	"math"
	"math/bits"
	"sync"
	"sync/atomic"

	"icmpdump/capture/icmp"
)

const (
	// maxShards is how many parts a table has at most, a power of two: enough for the readers
	// of a machine and the screen to stay out of each other's way.
	maxShards = 8

	// minFlows is how many flows a part of several has at least. Fewer would fill up unevenly.
	minFlows = 512

	// requestsPerFlow and minRequests size the memory for requests, which all flows of a shard
	// share: a ping that sends ten a second has 600 of them within Late, most flows have a few.
	requestsPerFlow = 4
	minRequests     = 65536

	// octavesPerFlow sizes the memory for round-trip times likewise: most flows have them
	// within a factor of two or four.
	octavesPerFlow = 2

	// dueAtOnce is how much of what is due one Add or Advance does: a flood that ended ten
	// seconds ago must neither hold up the reader nor need memory for all its events.
	dueAtOnce = 4096
)

// Config sets a table's bounds. A zero field means its default.
type Config struct {
	MaxFlows     int    // flows that are remembered; 65536
	MaxRequests  int    // requests that are remembered, by all flows; 4 for each of MaxFlows, and at least 65536
	ReplyTimeout int64  // ns after which a request without an answer is lost; 10 s
	Late         int64  // ns after which no answer is expected any more; 60 s, and at least ReplyTimeout
	Idle         int64  // ns without a packet after which a flow is over; 120 s, and at least Late
	OneWay       bool   // only what goes in, or out, is seen: nothing can be said to be lost
	NoLost       bool   // no events of lost requests
	Ends         bool   // events of flows that are over
	Live         bool   // Advance is called several times a second: what takes longer is a clock that was set, and what is due may wait
	Seed         uint64 // of the hash: random for live traffic, so that nobody can aim at it
}

// A Table is the flow table.
type Table struct {
	shared
	shards []shard

	mu    sync.Mutex // guards what follows
	clock clock
}

// shared is what all shards know.
type shared struct {
	Config
	start   atomic.Int64 // the clock at the first stamp, or 0
	due     atomic.Int64 // nothing is to be done before this
	dropped atomic.Int64 // the clock when the kernel last dropped packets
}

// wakeAt sees to it that Advance looks at the shards at that time, if not before.
func (s *shared) wakeAt(time int64) {
	for {
		due := s.due.Load()
		if due <= time || s.due.CompareAndSwap(due, time) {
			return
		}
	}
}

// New makes a table and all its memory.
func New(c Config) *Table {
	c.MaxFlows = cmp.Or(c.MaxFlows, 65536)
	c.MaxRequests = cmp.Or(c.MaxRequests, max(c.MaxFlows*requestsPerFlow, minRequests))
	c.ReplyTimeout = cmp.Or(c.ReplyTimeout, 10e9)
	c.Late = max(cmp.Or(c.Late, 60e9), c.ReplyTimeout)
	c.Idle = max(cmp.Or(c.Idle, 120e9), c.Late)
	t := &Table{}
	t.Config = c
	t.clock.live = c.Live
	t.due.Store(math.MaxInt64)
	n := 1
	for n < maxShards && c.MaxFlows/(2*n) >= minFlows {
		n *= 2
	}
	t.shards = make([]shard, n)
	for i := range t.shards {
		t.shards[i].init(&t.shared, c.MaxFlows*(i+1)/n-c.MaxFlows*i/n, max(1, c.MaxRequests/n))
	}
	return t
}

// Add appends one event for each packet, in their order, with its flow's state after it. A
// packet that has no ICMP header gets an event without a flow. Before a packet come the events
// of what was due by its time: see Advance. It returns how many packets it took: fewer than
// there are if so much is due before the next that it should be called again with the rest. A
// live table takes them all, and leaves to the next call what is due.
//
// A valid time is after 1970. A packet whose time is not valid counts as seen together with the
// one before it that has one, or the first that has, and makes no round-trip time.
func (t *Table) Add(dst *Events, ps []icmp.Packet) (taken int) {
	c, left := t.readClock(), dueAtOnce
	defer t.writeClock(&c)
	for i := range ps {
		p := &ps[i]
		if p.Flags&icmp.FlagUntimed == 0 {
			c.observe(p.Time)
			if t.start.Load() == 0 {
				t.begin(c.now)
			}
			if left -= t.advance(dst, &c, left); left == 0 && !t.Live {
				return i
			}
		}
		t.add(dst, p, &c)
	}
	return len(ps)
}

func (t *Table) readClock() clock {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.clock
}

// writeClock puts the clock back, unless another goroutine's is ahead.
func (t *Table) writeClock(c *clock) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if c.now >= t.clock.now {
		t.clock = *c
	}
}

// begin moves to now what was seen when there was no time yet, if now is the first.
func (t *Table) begin(now int64) {
	if !t.start.CompareAndSwap(0, now) {
		return
	}
	t.each(func(s *shard) { s.begin(now) })
}

// add is Add for one packet.
func (t *Table) add(dst *Events, p *icmp.Packet, c *clock) {
	dst.All = append(dst.All, Event{Packet: *p, Notes: packetNotes(p)})
	e := &dst.All[len(dst.All)-1]
	if !p.Decoded() {
		return
	}
	pl := placeOf(p)
	a := arrival{place: &pl, hash: t.hash(&pl), clock: c, p: p, e: e, answered: math.MinInt64}
	s := t.lock(a.hash.flow)
	done := s.add(&a)
	s.mu.Unlock()
	if done {
		return
	}
	if pl.role == roleCounted {
		t.refuse(&a)
		return
	}
	found := t.fit(&a)
	announced := !found.group && a.toAll() // nobody asked
	if announced {
		pl = countedPlace(p)
		a.hash = t.hash(&pl)
	}
	s = t.lock(a.hash.flow)
	defer s.mu.Unlock()
	switch {
	case found.group:
		s.multi(&a, found.request, found.late)
	case announced:
		s.add(&a)
	default:
		s.strange(&a, found.alone, found.asked)
	}
}

// lock locks the part of the table that a flow is in.
func (t *Table) lock(hash uint64) *shard {
	s := &t.shards[hash&uint64(len(t.shards)-1)]
	s.mu.Lock()
	return s
}

// each calls f with the parts of the table, one after the other, each of them locked.
func (t *Table) each(f func(s *shard)) {
	for i := range t.shards {
		s := &t.shards[i]
		s.mu.Lock()
		f(s)
		s.mu.Unlock()
	}
}

// An arrival is a packet on its way into the table.
type arrival struct {
	*place
	hash  hashes
	clock *clock
	p     *icmp.Packet
	e     *Event

	packet   uint64 // see identity; valid once seen was asked
	answered int64  // when the newest request was seen that the sender has answered, if it is a reply to all
}

// toAll reports whether a is a reply to nobody in particular.
func (a *arrival) toAll() bool { return a.role == roleReply && a.key.Requester == icmp.Addr{} }

// stamp is the packet's own time, or that of the clock if it has none.
func (a *arrival) stamp() int64 {
	if a.untimed() {
		return a.clock.stamp(a.clock.now)
	}
	return a.p.Time
}

func (a *arrival) untimed() bool { return a.p.Flags&icmp.FlagUntimed != 0 }

// hashes are of a place's flow, and of who asks there and what.
type hashes struct {
	flow  uint64
	asker uint32
}

// Constants of wyhash, with as many ones as zeros.
const mixer1, mixer2 = 0xa0761d6478bd642f, 0xe7037ed1a0b428db

// mix multiplies, and folds the high half of the product into the low half (wyhash's mix). It
// has to be fast and hard to aim at, no more; b must not be 0.
func mix(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}

// hash mixes the words of a place with the seed.
func (t *Table) hash(pl *place) hashes {
	k := &pl.key
	who := addr(t.Seed, &k.Requester)
	small := uint64(k.ID) | uint64(k.Kind)<<16 | uint64(k.Version)<<24 | uint64(k.Type)<<32 | uint64(k.Code)<<40
	h := hashes{flow: mix(addr(who, &k.Responder)^uint64(uint32(k.Scope))^uint64(k.VLAN)<<32, mixer2^small)}
	switch {
	case k.Kind == KindError:
		h.flow = mix(addr(addr(h.flow, &pl.cause.Src), &pl.cause.Dst),
			mixer2^(uint64(pl.cause.SrcPort)|uint64(pl.cause.DstPort)<<16|uint64(pl.cause.Proto)<<32|uint64(pl.cause.Type)<<40))
	case k.Kind.forAll():
		who = t.Seed ^ mixer2
		fallthrough
	case k.Kind.Paired():
		h.asker = inLine(mix(who^uint64(k.VLAN)<<32^uint64(pl.seq/lineSlots), mixer1^small), pl.seq)
	}
	return h
}

// addr mixes an address into h. No factor is up to the packet alone: it could be 0.
func addr(h uint64, a *icmp.Addr) uint64 {
	le := binary.LittleEndian
	return mix(mix(h^le.Uint64(a[:8]), mixer1)^le.Uint64(a[8:]), mixer2)
}

// Advance appends the events of what is due at now, a stamp, in the order in which it became
// so: a Lost event for each request that is overdue, and an Ended event for each flow that is
// over, if Config wants these. It costs next to nothing if there is nothing. It reports whether
// that was all: if not, it should be called again.
func (t *Table) Advance(dst *Events, now int64) (all bool) {
	if t.start.Load() == 0 {
		return true
	}
	c := t.readClock()
	defer t.writeClock(&c)
	c.observe(now)
	return t.advance(dst, &c, dueAtOnce) < dueAtOnce
}

// advance does what is due, at most so many things, and returns how many it did.
func (t *Table) advance(dst *Events, c *clock, most int) (done int) {
	if c.now < t.due.Load() {
		return 0
	}
	for i := range t.shards {
		t.shards[i].mu.Lock()
		t.shards[i].reap(c.now)
	}
	for ; done < most; done++ {
		first := &t.shards[0]
		deadline := first.deadline()
		for i := range t.shards[1:] {
			if d := t.shards[1+i].deadline(); d < deadline {
				first, deadline = &t.shards[1+i], d
			}
		}
		if deadline > c.now {
			t.due.Store(deadline)
			break
		}
		first.expire(dst, c)
	}
	for i := range t.shards {
		t.shards[i].mu.Unlock()
	}
	return done
}

// Dropped says that the kernel dropped packets, the last of them before now, a stamp: requests
// that wait may have been answered all the same.
func (t *Table) Dropped(now int64) {
	c := t.readClock()
	t.dropped.Store(max(t.dropped.Load(), now+c.shift))
}
