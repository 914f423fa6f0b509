// Package flowtable says what packets mean to each other: which request a reply answers, how
// long it took, what was lost, late or doubled. Packets go in, one event each comes out, and
// an event of its own for every request that got no answer.
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
	"slices"

	"icmpdump/capture/icmp"
)

// shards is how many parts the table has, a power of two: enough for the readers of a
// machine and the screen to stay out of each other's way.
const shards = 8

// Config sets a table's bounds. A zero field means its default.
type Config struct {
	MaxFlows     int    // flows that are remembered; 65536
	ReplyTimeout int64  // ns after which a request without an answer is lost; 10 s
	Late         int64  // ns after which no answer is expected any more; 60 s
	OneWay       bool   // only what goes in, or out, is seen: nothing can be said to be lost
	Seed         uint64 // of the hash: random for live traffic, so that nobody can aim at it
}

// requestsPerFlow sizes the memory for requests, which all flows of a shard share: a ping
// that sends ten a second has 600 of them within Late, most flows have a few.
const requestsPerFlow = 4

// A Table is the flow table.
type Table struct {
	shared shared
	seed   uint64
	shards [shards]shard
}

// New makes a table and all its memory.
func New(c Config) *Table {
	t := &Table{seed: c.Seed}
	t.shared.oneWay = c.OneWay
	t.shared.timeout = cmp.Or(c.ReplyTimeout, 10e9)
	t.shared.late = max(cmp.Or(c.Late, 60e9), t.shared.timeout)
	t.shared.due.Store(math.MaxInt64)
	flows := max(1, cmp.Or(c.MaxFlows, 65536)/shards)
	for i := range t.shards {
		t.shards[i].init(&t.shared, flows, flows*requestsPerFlow, c.Seed)
	}
	return t
}

// Add appends one event for each packet, in their order, with its flow's state after it. A
// packet that has no ICMP header gets an event without a flow. Before a packet come the Lost
// events of the requests that were overdue by its time.
//
// A packet whose time is not valid counts as seen together with the one before it that has
// one, or the first that has, and makes no round-trip time.
func (t *Table) Add(dst []Event, ps []icmp.Packet) []Event {
	now := t.shared.latest.Load()
	for i := range ps {
		p := &ps[i]
		if p.Flags&icmp.FlagUntimed == 0 {
			now = p.Time
		}
		if t.shared.start.Load() == 0 {
			t.begin(now)
		}
		dst = t.Advance(dst, now)
		dst = t.add(dst, p, now)
	}
	t.shared.latest.Store(now)
	return dst
}

// begin sets the clock, if now is the first valid time.
func (t *Table) begin(now int64) {
	if now == 0 || !t.shared.start.CompareAndSwap(0, now) {
		return
	}
	for i := range t.shards {
		t.shards[i].begin(now)
	}
}

// add is Add for one packet, seen now.
func (t *Table) add(dst []Event, p *icmp.Packet, now int64) []Event {
	if !p.Decoded() {
		return append(dst, Event{Packet: *p, Notes: packetNotes(p)})
	}
	k, role := keyOf(p)
	hash := t.hash(&k)
	s := &t.shards[hash&(shards-1)]
	hash /= shards

	s.mu.Lock()
	if role == roleRequest {
		s.makeRoom()
		if !t.shared.oneWay {
			t.shared.wakeAt(now + t.shared.timeout)
		}
	}
	n := s.lookup(&k, hash)
	if n < 0 {
		n = s.insert(&k, hash, now)
	}
	dst = append(dst, Event{Packet: *p, Notes: packetNotes(p)})
	e := &dst[len(dst)-1]
	e.Packet.Time = now
	s.count(e, n, role)
	e.Packet.Time = p.Time // to be shown as the capture has it
	s.mu.Unlock()

	if p.Refuses() {
		t.refuse(p)
	}
	return dst
}

// refuse closes the request that an error answers.
func (t *Table) refuse(p *icmp.Packet) {
	k, seq, ok := quotedKey(p)
	if !ok {
		return
	}
	hash := t.hash(&k)
	s := &t.shards[hash&(shards-1)]
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := s.lookup(&k, hash/shards); n >= 0 {
		s.refuse(n, seq)
	}
}

// Advance appends a Lost event for each request that is overdue at now, in the order in which
// they became so. It costs next to nothing if there is none.
func (t *Table) Advance(dst []Event, now int64) []Event {
	if now < t.shared.due.Load() {
		return dst
	}
	first := len(dst)
	t.shared.due.Store(math.MaxInt64)
	for i := range t.shards {
		s := &t.shards[i]
		s.mu.Lock()
		dst = s.expire(dst, now)
		t.shared.wakeAt(s.deadline())
		s.mu.Unlock()
	}
	slices.SortStableFunc(dst[first:], func(a, b Event) int { return cmp.Compare(a.Packet.Time, b.Packet.Time) })
	return dst
}

// hash mixes the words of a key with the seed.
func (t *Table) hash(k *Key) uint64 {
	le := binary.LittleEndian
	h := mix(le.Uint64(k.Requester[:8])^t.seed^mixer1, le.Uint64(k.Requester[8:])^mixer2)
	h = mix(h^le.Uint64(k.Responder[:8]), le.Uint64(k.Responder[8:])^mixer1)
	return mix(h^uint64(uint32(k.Scope))^uint64(k.VLAN)<<32,
		mixer2^(uint64(k.ID)|uint64(k.Kind)<<16|uint64(k.Version)<<24|uint64(k.Type)<<32|uint64(k.Code)<<40))
}

// Constants of wyhash, with as many ones as zeros.
const mixer1, mixer2 = 0xa0761d6478bd642f, 0xe7037ed1a0b428db

// mix multiplies, and folds the high half of the product into the low half (wyhash's mix). It
// has to be fast and hard to aim at, no more.
func mix(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}
