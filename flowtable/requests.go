package flowtable

// state is what became of a request.
type state uint8

const (
	statePending state = iota
	stateAnswered
	stateRefused // by an error
	stateLost
	stateForgotten
)

// A sighting identifies one copy of a packet, which a bridge or a pair of virtual interfaces
// shows several times.
type sighting struct {
	time     int64
	iface    int32
	length   uint32 // of the ICMP message
	ipid     uint16 // 0 for IPv6, which has none
	checksum uint16
	untimed  bool // the packet's own time is not valid
}

// sightingWindow is how long after a packet its copy on another interface may be seen.
const sightingWindow = 50e6 // ns

// copies reports whether s is the packet of first, seen again on another interface.
func (s *sighting) copies(first *sighting) bool {
	return s.iface != first.iface && s.time >= first.time && s.time-first.time < sightingWindow &&
		s.ipid == first.ipid && s.checksum == first.checksum && s.length == first.length
}

// A request that was seen, and what answered it. Requests of one flow with one sequence
// number, its namesakes, are answered in the order in which they were sent.
type request struct {
	sent     sighting
	answer   sighting // the last; valid iff state is stateAnswered
	older    uint64   // position of the next older in the bucket; of the newest namesake only
	next     uint64   // position of the next newer namesake, or 0
	pending  uint64   // position of the oldest namesake that waits, or 0; of the newest only
	answered uint64   // position of the namesake that was answered last, or 0; of the newest only
	flow     uint32   // index into the slab
	serial   uint32   // the flow's, in case the slab's place was given to another
	seq      uint16
	state    state
	kind     Kind // the flow's
}

func (q *request) isNamesake(o *request) bool {
	return q.flow == o.flow && q.seq == o.seq && q.serial == o.serial
}

// requests remembers the requests of a shard, from when they are sent until nothing more can
// come of them. It is one queue in the order of sending, because all wait equally long: what
// is due next is always in front. Positions in the queue only grow, and begin at 1; the ring
// holds those from head to tail.
//
// Lookup is by bucket, each a chain of newest namesakes from the newest to the oldest. It
// ends at the first position that the head has passed, so that to forget is to move the head.
// However many namesakes wait (a flood with one sequence number), each step takes as long.
type requests struct {
	ring    []request
	buckets []uint64 // position of the newest request in each
	seed    uint64   // of the hash
	head    uint64   // the oldest that is remembered
	due     uint64   // the oldest that has not been given up or passed over yet
	tail    uint64   // one past the newest
}

// newRequests has room for at least n requests.
func newRequests(n int, seed uint64) requests {
	size := 1
	for size < n {
		size *= 2
	}
	return requests{ring: make([]request, size), buckets: make([]uint64, size), seed: seed, head: 1, due: 1, tail: 1}
}

// at is the request at a position, or nil if that is not remembered (0 never is).
func (r *requests) at(pos uint64) *request {
	if pos < r.head {
		return nil
	}
	return &r.ring[pos&uint64(len(r.ring)-1)]
}

func (r *requests) full() bool { return r.tail-r.head == uint64(len(r.ring)) }

// find is the newest namesake of q, and the link of the chain that holds its position; or
// nil, and no matter what link.
func (r *requests) find(q *request) (newest *request, link *uint64) {
	link = r.bucket(q)
	for {
		newest = r.at(*link)
		if newest == nil || newest.isNamesake(q) {
			return newest, link
		}
		link = &newest.older
	}
}

func (r *requests) bucket(q *request) *uint64 {
	h := mix(uint64(q.flow)<<16|uint64(q.seq)^r.seed, mixer1)
	return &r.buckets[h&uint64(len(r.buckets)-1)]
}

// push remembers q, which waits, newest and link being what find said of it. There must be
// room.
func (r *requests) push(q *request, newest *request, link *uint64) {
	q.pending = r.tail
	if newest != nil {
		newest.next = r.tail
		q.answered = newest.answered
		if newest.pending != 0 {
			q.pending = newest.pending
		}
		*link = newest.older
	}
	b := r.bucket(q)
	q.older = *b
	*b = r.tail
	r.tail++
	*r.at(*b) = *q
}

// settle ends the wait of q, the oldest of its namesakes that waits.
func (r *requests) settle(q *request, to state) {
	q.state = to
	newest := q
	if q.next != 0 {
		newest, _ = r.find(q)
	}
	if to == stateAnswered {
		newest.answered = newest.pending
	}
	newest.pending = q.next
}
