package flowtable

import (
	"cmp"

	"icmpdump/capture/icmp"
)

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
	payload icmp.Payload // valid iff has(compares)

	flow   uint32 // the slab's index
	serial uint32 // the flow's: if that has another one now, the request is of a flow that is gone
	iface  int32
	length uint32 // of the ICMP message

	older  uint32 // the next older one in its chain of heads
	before uint32 // and of askers
	newer  uint32 // the next newer namesake

	// Of the newest namesake only.
	pending uint32 // the oldest namesake that waits
	lost    uint32 // the oldest that is lost

	nth    uint32 // see recent
	steps  uint16 // of the clock
	seq    uint16
	header uint16 // what its datagram has more than length: bytes
	state  state
	marks  marks
}

// marks say what a request is.
type marks uint8

const (
	isUntimed marks = 1 << iota
	toGroup         // it asked a group
	isAlone         // when it was seen, it had no namesakes, or one of another flow's request that is answered
	isOld           // it was settled before the last Reset: what it counts is in no flow
	compares        // its payload is known
)

func (q *request) has(what marks) bool { return q.marks&what != 0 }

// iff is m if it is so, or no mark.
func (m marks) iff(so bool) marks {
	if so {
		return m
	}
	return 0
}

// requests remembers the requests of a shard, in the order in which they were seen: a log in a
// ring. Each is named by its position in the log, which only grows and begins at 1; 0 is none.
// Where there is no room, those in front go of which nothing can come any more. What a request
// needs is in one place, which is written in order and left in order, so that the memory's own
// prefetching works; no list is kept up to date when it is answered.
//
// A flow knows its newest request, which is the one that most replies are about. Others are found by
// flow and sequence number, the newest of namesakes only, and by who asks what, whomever: see fit. A
// bucket is a chain from its newest to its oldest, which ends at the first that is not in the log any
// more. However many namesakes wait (a flood with one sequence number), each step takes as long. The
// chains are made up to date when something is to be found in them, and not before: of a ping that
// is answered in time, nothing ever is, and each would be a wait for memory (25 ns a packet).
type requests struct {
	ring        []request
	size        uint32 // how many elements of ring are in use, a power of two: it grows
	most        uint32 // how many requests there may be
	first, next uint32 // positions in the log, of the oldest and behind the newest
	due         uint32 // no older one waits
	heads       []uint32
	headed      uint32 // all older ones are in the chains of heads
	askers      []uint32
	asked       uint32 // all older ones are in the chains of askers
	seed        uint64 // of the hash
}

// ringBegin is how many requests a shard's ring has room for at first. A small one stays in the
// cache.
const ringBegin = 1024

// headsPerRequest keeps chains short: a step to an element that is not the one looked for is
// one to memory that is in no cache. Where all have one sequence number, a sixteenth of the buckets
// is used, and a chain has eight on the average.
const headsPerRequest = 2

// init makes room for n requests.
func (r *requests) init(n int, seed uint64) {
	size := 1
	for size < n {
		size *= 2
	}
	r.ring = make([]request, size)
	r.size, r.most = uint32(min(size, ringBegin)), uint32(n)
	r.heads, r.askers = make([]uint32, headsPerRequest*size), make([]uint32, size)
	r.first, r.next, r.due, r.headed, r.asked = 1, 1, 1, 1, 1
	r.seed = seed
}

// begin moves all to now.
func (r *requests) begin(now int64) {
	for i := r.first; i != r.next; i++ {
		q := r.at(i)
		q.at, q.sent = now, now
	}
}

func (r *requests) at(i uint32) *request { return &r.ring[i&(r.size-1)] }

// head is the bucket of the requests of f with that sequence number. It goes by the serial: those of
// all flows that had its place before would else be in one bucket.
func (r *requests) head(f *flow, seq uint16) *uint32 {
	h := inLine(mix(uint64(f.serial)<<16|uint64(seq/lineHeads)^r.seed, mixer1), seq)
	return &r.heads[h&(headsPerRequest*r.size-1)]
}

// asker is the bucket of the requests with that hash of who asks what.
func (r *requests) asker(hash uint32) *uint32 { return &r.askers[hash&(r.size-1)] }

// of reports whether q is a request of the flow n, f, with that sequence number.
func (q *request) of(n uint32, f *flow, seq uint16) bool {
	return q.flow == n && q.seq == seq && q.serial == f.serial
}

// newest is the newest request of the flow n, f, with that sequence number, or 0.
func (s *shard) newest(n uint32, f *flow, seq uint16) uint32 {
	r := &s.requests
	if i := f.last; i >= r.first {
		if q := r.at(i); q.has(isAlone) && q.newer == 0 && q.of(n, f, seq) {
			return i
		}
	}
	s.enterHeads()
	i := *r.head(f, seq)
	for i >= r.first {
		q := r.at(i)
		if q.of(n, f, seq) {
			return i
		}
		i = q.older
	}
	return 0
}

// enterHeads puts all that are not yet in them into the chains of heads.
func (s *shard) enterHeads() {
	r := &s.requests
	for r.headed = max(r.headed, r.first); r.headed != r.next; r.headed++ {
		if q := r.at(r.headed); s.alive(q) {
			r.enterHead(r.headed, q, &s.flows[q.flow])
		}
	}
}

// enterHead puts i, which is q, of the flow f, into its chain of heads, in the place of its next
// older namesake.
func (r *requests) enterHead(i uint32, q *request, f *flow) {
	head := r.head(f, q.seq)
	q.begin(i)
	for link := head; !q.has(isAlone) && *link >= r.first; {
		o := r.at(*link)
		if o.of(q.flow, f, q.seq) {
			o.newer = i
			q.pending, q.lost = cmp.Or(o.pending, q.pending), cmp.Or(o.lost, q.lost)
			*link = o.older
			break
		}
		link = &o.older
	}
	q.older, *head = *head, i
}

// begin makes q, which is i, one without namesakes.
func (q *request) begin(i uint32) {
	q.newer, q.pending, q.lost = 0, 0, 0
	switch q.state {
	case statePending:
		q.pending = i
	case stateLost:
		q.lost = i
	}
}

// enterAskers puts all that are not yet in them into the chains of askers, unless nobody else than
// who was asked can answer them any more.
func (s *shard) enterAskers() {
	r := &s.requests
	for r.asked = max(r.asked, r.first); r.asked != r.next; r.asked++ {
		if q := r.at(r.asked); (q.state == statePending || q.has(toGroup)) && s.alive(q) {
			bucket := r.asker(askerHash(r.seed, &s.flows[q.flow].key, q.seq))
			q.before, *bucket = *bucket, r.asked
		}
	}
}

// settle ends the wait of i, the oldest of its namesakes that waits, of the flow f.
func (s *shard) settle(f *flow, i uint32, to state) {
	q := s.requests.at(i)
	n := s.newestOf(q, f)
	q.state = to
	n.pending = q.newer // those that wait are the newest
	s.became(q, settled[to])
	if to == stateLost && n.lost == 0 {
		n.lost = i
	}
}

// newestOf is the newest namesake of q, of the flow f.
func (s *shard) newestOf(q *request, f *flow) *request {
	if q.newer == 0 {
		return q
	}
	return s.requests.at(s.newest(q.flow, f, q.seq))
}

// answerLate makes i, which was lost, answered; newest is the newest of its namesakes.
func (s *shard) answerLate(newest, i uint32) {
	r := &s.requests
	q := r.at(i)
	q.state = stateAnswered
	if n := r.at(newest); n.lost == i {
		n.lost = r.nextLost(i)
	}
	s.became(q, FateLate)
	if q.has(isOld) {
		s.before.evicted.count(s.flows[q.flow].key.Kind, &Counts{Lost: minusOne, Late: 1})
		return
	}
	s.flows[q.flow].lost--
	s.rare(int(q.flow)).Late++
}

// answerRefused makes q, which an error had closed, answered: whoever sent the error let it pass.
func (s *shard) answerRefused(q *request) {
	q.state = stateAnswered
	s.became(q, FateAnswered)
	if q.has(isOld) {
		s.before.evicted.count(s.flows[q.flow].key.Kind, &Counts{Errors: minusOne, Replies: 1})
		return
	}
	s.rare(int(q.flow)).Errors--
	s.flows[q.flow].replies++
}

// nextLost is the first lost namesake behind i, or 0. Those that wait are the newest.
func (r *requests) nextLost(i uint32) uint32 {
	for i = r.at(i).newer; i != 0; i = r.at(i).newer {
		switch r.at(i).state {
		case stateLost:
			return i
		case statePending:
			return 0
		}
	}
	return 0
}

// alive reports whether q's flow is not gone.
func (s *shard) alive(q *request) bool { return s.flows[q.flow].serial == q.serial }

// stale reports whether nothing can come of a request any more.
func (s *shard) stale(i uint32, now int64) bool { return now-s.requests.at(i).at >= s.Late }
