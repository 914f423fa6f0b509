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
	a.asker = askerHash(t.Seed, &a.key, a.seq)
	for i := range t.shards {
		t.shards[i].answerGroups(a, &f)
	}
	if f.group {
		return f
	}
	var of *shard
	var newest int64
	for i := range t.shards {
		s := &t.shards[i]
		if q := s.newestSettled(a); q != 0 && (of == nil || s.requests.at(q).at > newest) {
			of, newest = s, s.requests.at(q).at
		}
	}
	if of != nil {
		of.answerAgain(a, &f)
		return f
	}
	for i := range t.shards {
		t.shards[i].askedOthers(a, &f)
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

// each calls f with the requests that a fits, until f says that it is enough: the newest first. What
// nobody can answer any more, it takes out of the chain, so that it is in nobody's way again.
func (s *shard) each(a *arrival, f func(i uint32, q *request) (enough bool)) {
	r := &s.requests
	if s.OneWay {
		s.leave(a.clock.now)
	}
	s.enterHeads()
	s.enterAskers()
	link := r.asker(a.asker)
	for steps := 0; *link >= r.first && steps < maxWalk; {
		i := *link
		q := r.at(i)
		if q.state != statePending && !q.has(toGroup) || !s.alive(q) || s.stale(i, a.clock.now) {
			*link = q.before
			continue
		}
		if s.fits(a, q) && f(i, q) {
			return
		}
		link = &q.before
		steps++
	}
}

// answerGroups answers the requests to a group that wait and that a fits.
func (s *shard) answerGroups(a *arrival, f *fit) {
	s.each(a, func(i uint32, q *request) bool {
		if !q.has(toGroup) || q.newer != 0 {
			return false // of namesakes the newest is enough
		}
		if q.state == statePending && (!f.group || q.at >= f.request.at) {
			f.group, f.request = true, *q
		}
		of := &s.flows[q.flow]
		for q.pending != 0 {
			s.settle(of, q.pending, stateAnswered)
			of.pending--
			of.replies++
		}
		return false
	})
}

// newestSettled is the newest request to a group that is settled and that a fits, or 0.
func (s *shard) newestSettled(a *arrival) (newest uint32) {
	s.each(a, func(i uint32, q *request) bool {
		if q.has(toGroup) && q.state != statePending && s.answersAgain(a, q) {
			newest = i
		}
		return newest != 0
	})
	return newest
}

// answersAgain reports whether a may answer q, a request to a group that is settled. A reply to
// all may be about nothing, and does so only as soon as its sender is to answer, and once.
func (s *shard) answersAgain(a *arrival, q *request) bool {
	age := a.clock.now - q.at
	if a.toAll() {
		return q.state == stateAnswered && age < s.ReplyTimeout && q.at > a.answered
	}
	return age < s.Late
}

// answerAgain notes that a answers a request to a group that is settled.
func (s *shard) answerAgain(a *arrival, f *fit) {
	i := s.newestSettled(a)
	q := s.requests.at(i)
	switch q.state {
	case stateLost:
		s.answerLate(s.newest(q.flow, &s.flows[q.flow], q.seq), i)
		f.late = true
	case stateRefused:
		s.answerRefused(q)
	}
	f.group, f.request = true, *q
}

// askedOthers counts the requests that wait, and would be answered by a had they asked its
// sender.
func (s *shard) askedOthers(a *arrival, f *fit) {
	s.each(a, func(i uint32, q *request) bool {
		if q.state != statePending || q.has(toGroup) {
			return false
		}
		f.alone++
		f.asked = s.flows[q.flow].key.Responder
		return f.alone > 1
	})
}
