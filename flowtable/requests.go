package flowtable

import "icmpdump/capture/icmp"

// state is what became of a request.
type state uint8

const (
	statePending state = iota
	stateAnswered
	stateRefused // by an error
	stateLost
)

// A request that was seen, and what became of it. Requests of one flow with one sequence
// number, its namesakes, are answered in the order in which they were sent.
type request struct {
	at      int64        // when it was seen, by the clock
	sent    int64        // its own stamp
	payload icmp.Payload // valid iff compares

	flow   uint32 // the slab's index
	iface  int32
	length uint32 // of the ICMP message
	asker  uint32 // a hash of who asks what
	steps  uint16 // of the clock
	seq    uint16
	state  state

	untimed, compares, group bool

	tag   uint32 // in the index
	newer uint32 // the next newer namesake

	// Of the newest namesake only.
	pending uint32 // the oldest namesake that waits
	lost    uint32 // the oldest that is lost
}

// requests remembers the requests of a shard, from when they are sent until nothing more can
// come of them. Each is named by its index in a slab that is made at the start; 0 is none.
//
// Those that wait stand in one queue in the order of sending: all wait equally long, so that
// what is due next is always in front. What is settled moves to the end of another queue.
// Requests are found by flow and sequence number, the newest of namesakes only, and by who asks
// what, whomever: see fit. However many namesakes wait (a flood with one sequence number), each
// step takes as long.
type requests struct {
	slab  []request
	used  uint32 // indices below were used before
	spare uint32 // the first of those that are free again, chained by newer
	index index  // of the newest namesakes
	seed  uint64 // of the hash

	waiting, settled ends
	queues           links
	ofFlow           links
	askers           []ends
	ofAsker          links

	heaviest uint32 // the flow that was found to wait for most
}

// init makes room for n requests.
func (r *requests) init(n int, seed uint64) {
	size := 1
	for size < n {
		size *= 2
	}
	r.slab = make([]request, n+1)
	r.queues, r.ofFlow, r.ofAsker = make(links, n+1), make(links, n+1), make(links, n+1)
	r.index, r.askers = newIndex(n), make([]ends, size)
	r.used, r.seed = 1, seed
}

// begin moves all to now.
func (r *requests) begin(now int64) {
	for i := range r.slab[:r.used] {
		r.slab[i].at, r.slab[i].sent = now, now
	}
}

func (r *requests) full() bool { return r.spare == 0 && int(r.used) == len(r.slab) }

// tagOf is the index's tag for a flow's requests with that sequence number.
func (r *requests) tagOf(flow uint32, seq uint16) uint32 {
	return inLine(mix(uint64(flow)<<16|uint64(seq/lineSlots)^r.seed, mixer1), seq)
}

// lineSlots is how many slots, or buckets, are in a line of the cache.
const lineSlots = 8

// inLine is a hash of what has a sequence number and, but for that, hashed to h. Eight in a
// row are in one line of the cache, where a ping finds its next request: 1,000 flows take
// 340 ns a packet (BenchmarkAdd), and 410 without.
func inLine(h uint64, seq uint16) uint32 {
	return uint32(h)&^(lineSlots-1) | uint32(seq%lineSlots)
}

// find is the slot of the newest request of a flow with that sequence number, or nil.
func (r *requests) find(flow uint32, seq uint16) *slot {
	x, tag := r.index, r.tagOf(flow, seq)
	for i := x.home(tag); x[i].element != 0; i = x.next(i) {
		if x[i].tag != tag {
			continue
		}
		if q := &r.slab[x[i].element]; q.flow == flow && q.seq == seq {
			return &x[i]
		}
	}
	return nil
}

// newest is the newest request of a flow with that sequence number, or 0.
func (r *requests) newest(flow uint32, seq uint16) uint32 {
	if sl := r.find(flow, seq); sl != nil {
		return sl.element
	}
	return 0
}

// push remembers q, which waits or is answered already, of the flow f. There must be room.
func (r *requests) push(f *flow, q request) {
	i := r.spare
	if i != 0 {
		r.spare = r.slab[i].newer
	} else {
		i = r.used
		r.used++
	}
	q.tag = r.tagOf(q.flow, q.seq)
	if sl := r.find(q.flow, q.seq); sl != nil {
		before := &r.slab[sl.element]
		before.newer = i
		q.pending, q.lost = before.pending, before.lost
		sl.element = i
	} else {
		r.index.put(q.tag, i)
	}
	if q.state == statePending && q.pending == 0 {
		q.pending = i
	}
	r.slab[i] = q
	r.ofFlow.append(&f.requests, i)
	if q.state == statePending {
		f.waits++
		r.queues.append(&r.waiting, i)
		r.askFor(i)
	} else {
		r.queues.append(&r.settled, i)
	}
}

// settle ends the wait of i, the oldest of its namesakes that waits, of the flow f.
func (r *requests) settle(f *flow, i uint32, to state) {
	f.waits--
	r.unask(i)
	q := &r.slab[i]
	newest := i
	if q.newer != 0 {
		newest = r.newest(q.flow, q.seq)
	}
	q.state = to
	n := &r.slab[newest]
	n.pending = q.newer // those that wait are the newest
	if to == stateLost && n.lost == 0 {
		n.lost = i
	}
	r.queues.remove(&r.waiting, i)
	r.queues.append(&r.settled, i)
	if q.group {
		r.askFor(i)
	}
}

// answerLate makes i, which was lost, answered; newest is the newest of its namesakes.
func (r *requests) answerLate(newest, i uint32) {
	r.slab[i].state = stateAnswered
	if n := &r.slab[newest]; n.lost == i {
		n.lost = r.nextLost(i)
	}
}

// nextLost is the first lost namesake behind i, or 0. Those that wait are the newest.
func (r *requests) nextLost(i uint32) uint32 {
	for i = r.slab[i].newer; i != 0; i = r.slab[i].newer {
		switch r.slab[i].state {
		case stateLost:
			return i
		case statePending:
			return 0
		}
	}
	return 0
}

// free forgets i, of the flow f: of its namesakes the oldest, or one whose elders are stale.
func (r *requests) free(f *flow, i uint32) {
	q := &r.slab[i]
	if q.newer == 0 {
		r.index.remove(q.tag, i)
	} else {
		n := &r.slab[r.newest(q.flow, q.seq)]
		if n.pending == i {
			n.pending = q.newer
		}
		if n.lost == i {
			n.lost = r.nextLost(i)
		}
	}
	queue := &r.settled
	if q.state == statePending {
		f.waits--
		queue = &r.waiting
	}
	if q.state == statePending || q.group {
		r.unask(i)
	}
	r.queues.remove(queue, i)
	r.ofFlow.remove(&f.requests, i)
	q.newer = r.spare
	r.spare = i
}

// A standing is how a request may be of interest to a reply from elsewhere.
type standing uint32

const (
	waitsAlone   standing = iota // it waits for one answer, of whom it asked
	waitsGroup                   // it asked a group, and waits
	settledGroup                 // it asked a group, and is settled
)

func (q *request) standing() standing {
	switch {
	case !q.group:
		return waitsAlone
	case q.state == statePending:
		return waitsGroup
	}
	return settledGroup
}

// askerBucket is where requests of an asker stand, in the order in which they came to stand so.
func (r *requests) askerBucket(asker uint32, st standing) *ends {
	return &r.askers[(asker+uint32(st)*0x9e3779b8)&uint32(len(r.askers)-1)]
}

func (r *requests) askFor(i uint32) {
	q := &r.slab[i]
	r.ofAsker.append(r.askerBucket(q.asker, q.standing()), i)
}

func (r *requests) unask(i uint32) {
	q := &r.slab[i]
	r.ofAsker.remove(r.askerBucket(q.asker, q.standing()), i)
}
