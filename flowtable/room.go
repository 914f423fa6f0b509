package flowtable

import "math"

// next is a place for one more request, which is to be filled in, and then to be entered. Others
// may have to make room for it.
func (s *shard) next(now int64) (i uint32, q *request) {
	r := &s.requests
	if taken := r.next - r.first; taken == r.size || taken == r.most {
		s.room(now)
	}
	if r.next == math.MaxUint32 { // positions begin anew, with the same places
		shift := r.first&^(r.size-1) - r.size
		r.first, r.next = r.first-shift, r.next-shift
		s.renumber()
	}
	return r.next, r.at(r.next)
}

// enter remembers what next gave.
func (s *shard) enter(i uint32, q *request) {
	q.begin(i)
	s.requests.next++
}

// room sees to it that there is room for one more. That is not before there is none: to let go of
// them one by one, as they grow stale, would each time be a wait for memory.
func (s *shard) room(now int64) {
	r := &s.requests
	s.leave(now)
	switch taken := r.next - r.first; {
	case taken == r.most:
		s.makeRoom()
	case taken > r.size/4*3 && int(r.size) < len(r.ring):
		s.grow()
	}
}

// grow doubles the ring.
func (s *shard) grow() {
	r := &s.requests
	half := r.size
	r.size *= 2
	for i := r.first; i != r.next; i++ {
		if i&half != 0 { // its place is as far behind its old one
			*r.at(i) = r.ring[i&(half-1)]
		}
	}
	r.empty()
}

// empty takes all out of all chains, of which there may be more now.
func (r *requests) empty() {
	clear(r.heads[:headsPerRequest*r.size])
	clear(r.askers[:r.size])
	r.headed, r.asked = r.first, r.first
}

// renumber finds all of them at other positions.
func (s *shard) renumber() {
	r := &s.requests
	r.empty()
	r.due = r.first
	s.forgetLast()
	for i := r.first; i != r.next; i++ {
		if q := r.at(i); s.alive(q) {
			f := &s.flows[q.flow]
			f.last = i
			if f.turn != 0 {
				f.turn = i
			}
			q.begin(i)
		}
	}
}

// forgetLast makes the newest requests of all flows unknown: makeRoom counts in their place.
func (s *shard) forgetLast() {
	for n := range s.flows[:s.used] {
		s.flows[n].last = 0
	}
}

// leave lets go of those in front that nothing can come of any more.
func (s *shard) leave(now int64) {
	r := &s.requests
	for ; r.first != r.next && s.stale(r.first, now); r.first++ {
		q := r.at(r.first)
		if q.state == statePending && !s.OneWay && s.alive(q) {
			break // it is yet to be given up
		}
		if q.newer == 0 || !s.alive(q) {
			continue
		}
		n := s.newestOf(q, &s.flows[q.flow])
		if n.pending == r.first {
			n.pending = q.newer
		}
		if n.lost == r.first {
			n.lost = r.nextLost(r.first)
		}
	}
	r.due = max(r.due, r.first)
}

// makeRoom forgets requests, many at once, so that the next time is far away: those of flows that
// are gone, and of those that are settled the oldest, until three quarters of all places are free.
// If more than that wait, no flow keeps more than the same number of them, its oldest: so the fate
// of these will be known. That of the others will not, and that is what is counted: it would be
// wrong to call them lost.
func (s *shard) makeRoom() {
	r := &s.requests
	s.forgetLast()
	var waiting, settled uint32
	for i := r.first; i != r.next; i++ {
		switch q := r.at(i); {
		case !s.alive(q):
		case q.state == statePending:
			s.flows[q.flow].last++
			waiting++
		default:
			settled++
		}
	}
	spare := settled - min(settled, r.most/4-min(waiting, r.most/4)) // of those that are settled
	each := uint32(math.MaxUint32)
	if most := r.most / 4 * 3; waiting > most {
		each = s.share(most)
	}
	s.forgetLast() // to count again, those that stay
	to := r.first
	for i := r.first; i != r.next; i++ {
		q := r.at(i)
		if !s.alive(q) {
			continue
		}
		switch f := &s.flows[q.flow]; {
		case q.state != statePending && spare > 0:
			spare--
			continue
		case q.state != statePending:
		case f.last == each:
			f.pending--
			s.rare(int(q.flow)).Forgotten++
			s.became(q, FateForgotten)
			continue
		default:
			f.last++
		}
		*r.at(to) = *q
		to++
	}
	r.next = to
	s.renumber()
}

// share is how many requests of each flow may wait, so that they are not more than most. How many do
// is in the place of the newest.
func (s *shard) share(most uint32) uint32 {
	low, high := uint32(0), most
	for low < high {
		each := low + (high-low+1)/2
		sum := uint64(0)
		for n := range s.flows[:s.used] {
			sum += uint64(min(s.flows[n].last, each))
		}
		if sum <= uint64(most) {
			low = each
		} else {
			high = each - 1
		}
	}
	return low
}
