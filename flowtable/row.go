package flowtable

import (
	"runtime"
	"slices"

	"icmpdump/capture/icmp"
)

// A Row is a copy of one flow.
type Row struct {
	Key
	Counts
	Quoted           icmp.Quote // what the errors of an error flow are about; its DstPort is 0 of a query
	Forward, Reverse Volume     // sent by the requester, and by the responder; of a kind without requests, all is forward
	Start, End       int64      // stamps of the first and of the last packet
	Repeats          uint64     // packets that were seen at another place before, and are in no other count
	Unknown          uint64     // answers without an RTT: no valid stamps, or before its request, or the clock was set
	RTT              RTT        // of the replies in time
	Refusal          Refusal    // the last error that answered a request
	Iface            int32      // where the flow was first seen: see icmp.Packet
	LastSeq          uint16     // the newest request's; the newest reply's if there was no request; valid iff Kind.HasSeq
	Status           Status
	TTL              TTL
	Size             Size
	Recent           [RecentLen]Fate // of its last requests, the newest last; valid iff Config.Recent
}

// RTT are round-trip times, in ns. All but Count are valid iff Count > 0.
type RTT struct {
	Count                       uint64
	Last, Min, Avg, Max, StdDev int64
	Sampled                     uint64 // of Count, those that the percentiles are about
	P50, P95, P99               int64  // within 3.2 %; valid iff Sampled > 0
}

// A Refusal is an error that answered a request. It is valid iff By is not zero.
type Refusal struct {
	By         icmp.Addr // who sent it
	Type, Code uint8
}

// TTL is about the TTL, or hop limit, of what the responder sent; of a kind without requests,
// of all packets. Valid iff Seen.
type TTL struct {
	Min, Max uint8
	Seen     bool
	Changes  uint64
}

// Size is about the lengths of datagrams, in bytes, by their IP headers.
type Size struct{ Min, Max uint32 }

// Volume is how much went one way.
type Volume struct {
	Packets uint64
	Bytes   uint64 // from the IP header on, by its length field
}

func (v *Volume) add(o Volume) {
	v.Packets += o.Packets
	v.Bytes += o.Bytes
}

// Status says how a flow stands.
type Status uint8

// The states. A flow that is over goes on to be a row until its place is needed.
const (
	StatusActive   Status = iota // a packet within the reply timeout
	StatusIdle                   // none
	StatusTimedOut               // none for the idle time: the flow is over
)

var statusNames = [...]string{"active", "idle", "timed_out"}

func (s Status) String() string { return statusNames[s] }

// rowsAtOnce is how many flows are looked at under one lock, so that a packet does not wait for longer than 0.2 ms.
const rowsAtOnce = 1024

// Rows appends a copy of every flow, or of those of whose counters want is true, in no order. Each is of one
// moment, and all of them are so if no packets come meanwhile.
func (t *Table) Rows(dst []Row, want func(Counts) bool) []Row {
	now := t.time()
	for i := range t.shards {
		s := &t.shards[i]
		if want == nil && i == 0 { // the other shards have about as many
			used := s.inUse()
			dst = slices.Grow(dst, (used+used/16+16)*len(t.shards))
		}
		for from, more := 0, true; more; from += rowsAtOnce {
			dst, more = s.rows(dst, from, now, want)
			runtime.Gosched() // who waits for the lock is to have it
		}
	}
	return dst
}

// time is the clock's.
func (t *Table) time() int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.clock.now
}

func (s *shard) inUse() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.used
}

// rows appends those of rowsAtOnce flows, and reports whether there are more.
func (s *shard) rows(dst []Row, from int, now int64, want func(Counts) bool) (rows []Row, more bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	to := min(from+rowsAtOnce, s.used)
	for n := from; n < to; n++ {
		if !s.flows[n].has(isEmpty) && (want == nil || want(s.counts(n))) {
			dst = append(dst, s.row(n, now))
		}
	}
	return dst, to < s.used
}

// Row is a copy of the flow with that key that goes on, or was over last; quoted, of an error flow, is what its
// errors are about. It reports false if there is none.
func (t *Table) Row(k *Key, quoted *icmp.Quote) (Row, bool) {
	pl := place{key: *k}
	if k.Kind == KindError {
		pl.cause = *quoted
	}
	now, hash := t.time(), t.hash(&pl)
	s := t.shard(hash)
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.lookup(&pl, hash)
	if n < 0 {
		n = s.lookupOver(&pl)
	}
	if n < 0 || s.flows[n].has(isEmpty) {
		return Row{}, false
	}
	return s.row(n, now), true
}

// row is a copy of the flow n.
func (s *shard) row(n int, now int64) Row {
	f := &s.flows[n]
	r := Row{
		Key: f.key, Counts: s.counts(n), Forward: f.forward(), Reverse: f.reverse, Start: f.start, End: f.end,
		RTT: s.rttOf(f), Iface: f.iface, LastSeq: f.lastSeq, Size: f.size,
	}
	if f.has(hasTTL) {
		r.TTL = TTL{Min: f.minTTL, Max: f.maxTTL, Seen: true}
	}
	if f.has(hasRare) {
		rare := &s.rarities[n]
		r.Repeats, r.Unknown, r.Refusal, r.TTL.Changes = rare.repeats, rare.unknown, rare.refusal, rare.changes
	}
	if f.key.Kind == KindError {
		r.Quoted = s.causes[n]
	}
	if s.recents != nil {
		r.Recent = s.recents[n].fates
	}
	switch {
	case f.rank == rankOver:
		r.Status = StatusTimedOut
	case now-f.seen >= s.ReplyTimeout:
		r.Status = StatusIdle
	}
	return r
}
