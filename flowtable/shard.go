package flowtable

import (
	"sync"
	"sync/atomic"

	"icmpdump/capture/icmp"
)

// A flow is one entry of a shard's slab.
type flow struct {
	key        Key
	counts     Counts
	last       sighting // of the last packet that neither is a request nor answers one
	forward    Volume   // sent by the requester
	reverse    Volume
	start, end int64  // time of the first and the last packet
	rtt        int64  // of the last reply that had one; valid iff hasRTT
	hash       uint64 // of key
	serial     uint32 // distinguishes the flows that had this place one after another
	lastSeq    uint16
	hasRTT     bool
	recent     bool // seen again since the clock hand came by
}

// Volume is how much went one way.
type Volume struct {
	Packets uint64
	Bytes   uint64 // from the IP header on, by its length field
}

func (v *Volume) add(p *icmp.Packet) {
	v.Packets++
	v.Bytes += uint64(p.IPLen)
}

// A place of a shard's index: 32 bits of the hash, so that a miss costs no look at the slab,
// and the slab's index plus one.
type place struct {
	tag  uint32
	flow uint32 // 0 is empty
}

// A shard is a part of the table with a lock of its own: several goroutines may add packets
// while another takes rows. All its memory is made at the start. The index is open addressing
// with linear probing, never more than half full.
type shard struct {
	*shared
	mu       sync.Mutex
	index    []place
	flows    []flow // the slab; those in use come first
	used     int
	hand     int // of the clock that finds a victim
	serial   uint32
	requests requests
	evicted  Evicted
	repeats  uint64
	rtt      Histogram // of echo
}

// shared is what all shards know.
type shared struct {
	timeout, late int64 // see Config
	oneWay        bool
	start         atomic.Int64 // time of the first packet
	latest        atomic.Int64 // time of the last packet that was added and has one
	due           atomic.Int64 // no request is overdue before this
}

// wakeAt sees to it that Advance looks at the requests at that time, if not before.
func (c *shared) wakeAt(time int64) {
	for {
		due := c.due.Load()
		if due <= time || c.due.CompareAndSwap(due, time) {
			return
		}
	}
}

// Evicted is the aggregate of the flows that had to make room for others.
type Evicted struct {
	Flows   uint64
	Packets uint64 // of these flows, both ways
	counts  [kinds]Counts
}

func (s *shard) init(c *shared, flows, requests int, seed uint64) {
	s.shared = c
	size := 1
	for size < 2*flows {
		size *= 2
	}
	s.index = make([]place, size)
	s.flows = make([]flow, flows)
	s.requests = newRequests(requests, seed)
}

// begin moves to now what was seen when there was no time yet.
func (s *shard) begin(now int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.flows[:s.used] {
		f := &s.flows[i]
		f.start, f.end, f.last.time = now, now, now
	}
	for pos := s.requests.head; pos < s.requests.tail; pos++ {
		q := s.requests.at(pos)
		q.sent.time, q.answer.time = now, now
	}
}

// lookup is the slab's index of the flow with that key, or -1.
func (s *shard) lookup(k *Key, hash uint64) int {
	mask := uint64(len(s.index) - 1)
	for i := hash & mask; ; i = (i + 1) & mask {
		pl := s.index[i]
		if pl.flow == 0 {
			return -1
		}
		if pl.tag == uint32(hash>>32) && s.flows[pl.flow-1].key == *k {
			return int(pl.flow - 1)
		}
	}
}

// insert makes a flow that begins at now, evicting another if the slab is full.
func (s *shard) insert(k *Key, hash uint64, now int64) int {
	n := s.used
	if n < len(s.flows) {
		s.used++
	} else {
		n = s.victim()
		s.evict(n)
	}
	s.serial++
	s.flows[n] = flow{key: *k, hash: hash, serial: s.serial, start: now, end: now}
	mask := uint64(len(s.index) - 1)
	i := hash & mask
	for s.index[i].flow != 0 {
		i = (i + 1) & mask
	}
	s.index[i] = place{tag: uint32(hash >> 32), flow: uint32(n + 1)}
	return n
}

// victim is the first flow that was not seen again since the clock hand last came by. A flow
// of one packet has never been, so that a flood of such flows pushes out its own kind before
// it touches a conversation.
func (s *shard) victim() int {
	for {
		n := s.hand
		s.hand = (s.hand + 1) % len(s.flows)
		if !s.flows[n].recent {
			return n
		}
		s.flows[n].recent = false
	}
}

// evict takes a flow out of the index and adds what it counted to the aggregate.
func (s *shard) evict(n int) {
	f := &s.flows[n]
	s.evicted.Flows++
	s.evicted.Packets += f.forward.Packets + f.reverse.Packets
	s.evicted.counts[f.key.Kind].add(&f.counts)

	mask := uint64(len(s.index) - 1)
	i := f.hash & mask
	for s.index[i].flow != uint32(n+1) {
		i = (i + 1) & mask
	}
	// Close the gap, so that every probe still finds its flow: move back each following
	// place that is allowed to stand there (Knuth, The Art of Computer Programming 6.4, R).
	for j := (i + 1) & mask; s.index[j].flow != 0; j = (j + 1) & mask {
		home := s.flows[s.index[j].flow-1].hash & mask
		if (j-home)&mask >= (j-i)&mask {
			s.index[i] = s.index[j]
			i = j
		}
	}
	s.index[i] = place{}
}
