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
	"math"
	"runtime"
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
	octavesPerFlow = 1

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
	Recent       bool   // rows have their Recent
	Live         bool   // Advance is called several times a second: what takes longer is a clock that was set, and what is due may wait
	Seed         uint64 // of the hash: random for live traffic, so that nobody can aim at it
}

// A Table is the flow table.
type Table struct {
	shared
	shards []shard
	now    call // guarded by the locks of all shards

	changes atomic.Uint64

	mu    sync.Mutex // guards what follows
	clock clock
}

// shared is what all shards know.
type shared struct {
	Config
	start   int64        // the clock at the first stamp, or 0; guarded by the locks of all shards
	due     int64        // nothing is to be done before this; likewise
	dropped atomic.Int64 // the clock when the kernel last dropped packets
}

// wakeAt sees to it that Advance looks at the shards at that time, if not before.
func (s *shared) wakeAt(time int64) { s.due = min(s.due, time) }

// New makes a table and all its memory.
func New(c Config) *Table {
	c.MaxFlows = cmp.Or(c.MaxFlows, 65536)
	c.MaxRequests = cmp.Or(c.MaxRequests, max(c.MaxFlows*requestsPerFlow, minRequests))
	c.ReplyTimeout = cmp.Or(c.ReplyTimeout, 10e9)
	c.Late = max(cmp.Or(c.Late, 60e9), c.ReplyTimeout)
	c.Idle = max(cmp.Or(c.Idle, 120e9), c.Late)
	c.Seed = cmp.Or(c.Seed, mixer2) // 0 and an address of zeros would be a factor of 0
	t := &Table{}
	t.Config = c
	t.clock.live = c.Live
	t.due = math.MaxInt64
	n := 1
	for n < maxShards && c.MaxFlows/(2*n) >= minFlows {
		n *= 2
	}
	t.shards = make([]shard, n)
	for i := range t.shards {
		t.shards[i].init(&t.shared, c.MaxFlows*(i+1)/n-c.MaxFlows*i/n, max(1, c.MaxRequests/n))
	}
	t.now.table = t
	return t
}

// Add appends one event for each packet, in their order, with its flow's state after it. A
// packet that has no ICMP header gets an event without a flow. Before a packet come the events
// of what was due by its time: see Advance. It returns how many packets it took: fewer than
// there are if so much is due before the next that it should be called again with the rest. A
// live table takes them all, and leaves to the next call what is due. Without dst there are no
// events.
//
// A valid time is after 1970. A packet whose time is not valid counts as seen together with the
// one before it that has one, or the first that has, and makes no round-trip time.
func (t *Table) Add(dst *Events, ps []icmp.Packet) (taken int) {
	c, left := t.call(), dueAtOnce
	defer c.end()
	if len(ps) > 0 {
		t.changes.Add(1)
	}
	a := &c.a
	a.clock = &c.clock
	for i := range ps {
		a.p = &ps[i]
		if !a.untimed() {
			c.clock.observe(a.p.Time)
			if t.start == 0 {
				t.begin(c.clock.now)
			}
			if c.clock.now >= t.due { // hardly ever, and to ask it there takes 2 ns
				if left -= t.advance(c, dst, left); left == 0 && !t.Live {
					return i
				}
			}
		}
		if a.e = &c.unsaid; dst != nil {
			a.e = dst.next()
			a.e.Packet = *a.p
		}
		a.e.begin(a.p)
		if a.p.Decoded() {
			t.add(a)
		}
	}
	return len(ps)
}

// begin moves to now, the first time, what was seen when there was no time yet.
func (t *Table) begin(now int64) {
	t.start = now
	for i := range t.shards {
		t.shards[i].begin(now)
	}
}

// add counts a.
func (t *Table) add(a *arrival) {
	a.of(a.p)
	a.hash, a.answered = t.hash(&a.place), math.MinInt64
	if t.shard(a.hash).add(a) {
		return
	}
	if a.role == roleCounted {
		t.refuse(a)
		return
	}
	found := t.fit(a)
	announced := !found.group && a.toAll() // nobody asked
	if announced {
		a.counted(a.p)
		a.hash = t.hash(&a.place)
	}
	s := t.shard(a.hash)
	switch {
	case found.group:
		s.multi(a, found.request, found.late)
	case announced:
		s.add(a)
	default:
		s.strange(a, found.alone, found.asked)
	}
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

// each calls f with the parts of the table, one after the other, each of them locked.
func (t *Table) each(f func(s *shard)) {
	for i := range t.shards {
		s := &t.shards[i]
		s.mu.Lock()
		f(s)
		s.mu.Unlock()
		runtime.Gosched() // who waits for the lock is to have it, and the next before f
	}
}

// Advance appends the events of what is due at now, a stamp, in the order in which it became
// so: a Lost event for each request that is overdue, and an Ended event for each flow that is
// over, if Config wants these. It costs next to nothing if there is nothing. It reports whether
// that was all: if not, it should be called again.
func (t *Table) Advance(dst *Events, now int64) (all bool) {
	c := t.call()
	defer c.end()
	if t.start == 0 {
		return true
	}
	c.clock.observe(now)
	done := t.advance(c, dst, dueAtOnce)
	if done > 0 {
		t.changes.Add(1)
	}
	return done < dueAtOnce
}

// Changes is another number whenever rows, Totals or Since may have changed, but for a Status that became idle
// because time went on.
func (t *Table) Changes() uint64 { return t.changes.Load() }

// advance does what is due, at most so many things, and returns how many it did.
func (t *Table) advance(c *call, dst *Events, most int) (done int) {
	now := c.clock.now
	if now < t.due || most == 0 {
		return 0
	}
	var deadlines [maxShards]int64
	for i := range t.shards {
		deadlines[i] = t.shards[i].deadline()
	}
	for ; done < most; done++ {
		first := 0
		for i := range t.shards {
			if deadlines[i] < deadlines[first] {
				first = i
			}
		}
		if deadlines[first] > now {
			t.due = deadlines[first]
			break
		}
		t.shards[first].expire(dst, &c.clock)
		deadlines[first] = t.shards[first].deadline()
	}
	return done
}

// Dropped says that the kernel dropped packets, the last of them before now, a stamp: requests
// that wait may have been answered all the same.
func (t *Table) Dropped(now int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.dropped.Store(max(t.dropped.Load(), now+t.clock.shift))
}
