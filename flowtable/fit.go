package flowtable

import "icmpdump/capture/icmp"

// maxWalk is how many requests one walk over a bucket of a shard looks at.
const maxWalk = 256

// A fit is what the table knows of a reply that answers nothing in its own flow.
type fit struct {
	group   bool    // it fits a request to a group
	late    bool    // which had been given up
	request request // that request; valid iff group

	alone int       // how many other requests that wait would be answered by it, had they asked its sender: 0, 1, or more
	asked icmp.Addr // whom that one asked; valid iff alone is 1
}

// fit looks for requests of other flows that a, a reply, may have to do with, and answers
// those that asked a group.
func (t *Table) fit(a *arrival) (f fit) {
	t.each(func(s *shard) { s.answerGroups(a, &f) })
	if f.group {
		return f
	}
	var of *shard
	var newest int64
	t.each(func(s *shard) {
		if i := s.newestSettled(a); i != 0 && (of == nil || s.requests.slab[i].at > newest) {
			of, newest = s, s.requests.slab[i].at
		}
	})
	if of != nil {
		of.mu.Lock()
		of.answerAgain(a, &f)
		of.mu.Unlock()
	}
	if !f.group {
		t.each(func(s *shard) { s.askedOthers(a, &f) })
	}
	return f
}

// fits reports whether a may be about q: who asked it is who asked q, and what.
func (s *shard) fits(a *arrival, q *request) bool {
	k := &s.flows[q.flow].key
	if k.Kind != a.key.Kind || k.Version != a.key.Version || k.VLAN != a.key.VLAN {
		return false
	}
	if k.Kind.forAll() {
		return k.Scope == a.key.Scope && (a.key.Requester == icmp.Addr{} || k.Requester == a.key.Requester)
	}
	return k.Requester == a.key.Requester && k.ID == a.key.ID && q.seq == a.seq &&
		(k.Scope == a.key.Scope || k.Scope == 0 || a.key.Scope == 0)
}

// each calls f with the requests of that standing that a fits, until f says that it is enough:
// the oldest first, but of those that are settled the newest. f may settle what it is given.
func (s *shard) each(a *arrival, st standing, f func(i uint32) (enough bool)) {
	r := &s.requests
	asker := a.hash.asker
	bucket, next := r.askerBucket(asker, st), r.ofAsker.next
	i := bucket.head
	if st == settledGroup {
		i, next = bucket.tail, r.ofAsker.before
	}
	for steps := 0; i != 0 && steps < maxWalk; steps++ {
		q, following := &r.slab[i], next(i)
		if q.asker == asker && q.standing() == st && s.fits(a, q) && f(i) {
			return
		}
		i = following
	}
}

// answerGroups answers the requests to a group that wait and that a fits.
func (s *shard) answerGroups(a *arrival, f *fit) {
	r := &s.requests
	s.each(a, waitsGroup, func(i uint32) bool {
		q := &r.slab[i]
		of := &s.flows[q.flow]
		r.settle(of, i, stateAnswered)
		of.counts.Pending--
		of.counts.Replies++
		if !f.group || q.at >= f.request.at {
			f.group, f.request = true, *q
		}
		return false
	})
}

// newestSettled is the newest request to a group that is settled and that a fits, or 0.
func (s *shard) newestSettled(a *arrival) (newest uint32) {
	s.each(a, settledGroup, func(i uint32) bool {
		if s.answersAgain(a, i) && (newest == 0 || s.requests.slab[i].at > s.requests.slab[newest].at) {
			newest = i
		}
		return false
	})
	return newest
}

// answersAgain reports whether a may answer i, a request to a group that is settled. A reply to
// all may be about nothing, and does so only as soon as its sender is to answer, and once.
func (s *shard) answersAgain(a *arrival, i uint32) bool {
	q := &s.requests.slab[i]
	if a.toAll() {
		return q.state == stateAnswered && a.clock.now-q.at < s.ReplyTimeout && q.at > a.answered
	}
	return !s.stale(i, a.clock.now)
}

// answerAgain notes that a answers a request to a group that is settled.
func (s *shard) answerAgain(a *arrival, f *fit) {
	i := s.newestSettled(a)
	if i == 0 {
		return
	}
	q := &s.requests.slab[i]
	c := &s.flows[q.flow].counts
	switch q.state {
	case stateLost:
		s.requests.answerLate(s.requests.newest(q.flow, q.seq), i)
		c.Lost--
		c.Late++
		f.late = true
	case stateRefused:
		q.state = stateAnswered
		c.Errors--
		c.Replies++
	}
	f.group, f.request = true, *q
}

// askedOthers counts the requests that wait, and would be answered by a had they asked its
// sender.
func (s *shard) askedOthers(a *arrival, f *fit) {
	s.each(a, waitsAlone, func(i uint32) bool {
		f.alone++
		f.asked = s.flows[s.requests.slab[i].flow].key.Responder
		return f.alone > 1
	})
}
