package flowtable

import "icmpdump/capture/icmp"

// add counts a. It is done unless the rest of the table has to be asked: of a reply to nothing
// that is known here, which is not counted yet, and of an error that refuses what it quotes.
func (s *shard) add(a *arrival) (done bool) {
	if s.seen(a) {
		return true
	}
	switch a.role {
	case roleRequest:
		s.request(a)
		return true
	case roleReply:
		return s.reply(a)
	}
	s.other(a)
	return !a.p.Refuses()
}

// request counts a request and lets it wait for its answer.
func (s *shard) request(a *arrival) {
	room := s.makeRoom(a)
	n := s.flow(a)
	f := &s.flows[n]
	if f.counts.Requests == 0 {
		f.group = a.group
	}
	f.counts.Requests++
	f.lastSeq = a.seq
	if room {
		s.wait(a, n)
	} else {
		f.counts.Forgotten++
	}
	s.take(a, n, &f.forward)
}

// wait remembers a, a request of the flow n.
func (s *shard) wait(a *arrival, n int) {
	f := &s.flows[n]
	s.requests.push(f, requestOf(a, n, f.group))
	f.counts.Pending++
	if f.waits > s.flows[s.requests.heaviest].waits {
		s.requests.heaviest = uint32(n)
	}
	if a.clock.now != 0 {
		s.wakeAt(a.clock.now + s.patience())
	}
}

// requestOf is the request that a is, of the flow n.
func requestOf(a *arrival, n int, group bool) request {
	q := request{
		at: a.clock.now, sent: a.stamp(), flow: uint32(n), iface: a.p.Iface, length: a.p.Length, asker: a.hash.asker,
		steps: a.clock.steps, seq: a.seq, untimed: a.untimed(), group: group,
	}
	q.payload, q.compares = a.p.Payload()
	return q
}

// reply counts a reply, if it is one to a request of its flow that is remembered.
func (s *shard) reply(a *arrival) (found bool) {
	n := s.lookup(a.place, a.hash.flow)
	if n < 0 {
		return false
	}
	f, r := &s.flows[n], &s.requests
	newest := r.newest(uint32(n), a.seq)
	if newest == 0 || s.stale(newest, a.clock.now) {
		return false
	}
	q := &r.slab[newest]
	if a.toAll() { // of its sender, who may have answered others before
		a.answered = q.at
		return false
	}
	for q.lost != 0 && s.stale(q.lost, a.clock.now) {
		q.lost = r.nextLost(q.lost)
	}
	switch {
	case q.pending != 0:
		i := q.pending
		r.settle(f, i, stateAnswered)
		f.counts.Pending--
		f.counts.Replies++
		s.answered(a, n, &r.slab[i])
	case q.lost != 0:
		i := q.lost
		r.answerLate(newest, i)
		f.counts.Lost--
		f.counts.Late++
		a.e.Notes |= NoteLate
		s.answered(a, n, &r.slab[i])
	case q.state == stateRefused: // whoever sent the error let it pass
		q.state = stateAnswered
		f.counts.Errors--
		f.counts.Replies++
		s.answered(a, n, q)
	default:
		f.counts.Duplicates++
		a.e.Notes |= NoteDup | q.compare(a.p)
	}
	s.takeReply(a, n)
	return true
}

// stale reports whether nothing can come of a request any more.
func (s *shard) stale(i uint32, now int64) bool { return now-s.requests.slab[i].at >= s.Late }

// answered notes that a answered q, of the flow n itself.
func (s *shard) answered(a *arrival, n int, q *request) {
	f := &s.flows[n]
	a.e.Notes |= q.compare(a.p)
	if s.measure(a, q, f) && a.e.Notes&NoteLate == 0 {
		s.figure(n, a.e.RTT)
	}
	if !f.key.Kind.HasSeq() {
		return
	}
	if f.hasBest && q.at < f.best {
		if behind(q.seq, f.bestSeq, f.key.Kind) {
			a.e.Notes |= NoteOrder
			f.counts.OutOfOrder++
		}
		return
	}
	f.best, f.bestSeq, f.hasBest = q.at, q.seq, true
}

// behind reports whether a sequence number comes before another (RFC 1982).
func behind(seq, other uint16, k Kind) bool {
	if k == KindExtendedEcho {
		return int8(seq-other) < 0 // RFC 8335, section 2
	}
	return int16(seq-other) < 0
}

// measure finds the time from q to a, its answer; f is q's flow. There is none if the clock
// went back or was set meanwhile, or was not running.
func (s *shard) measure(a *arrival, q *request, f *flow) bool {
	rtt := a.stamp() - q.sent
	if rtt < 0 || q.steps != a.clock.steps || q.untimed || a.untimed() {
		f.unknown++
		return false
	}
	a.e.RTT, a.e.HasRTT = rtt, true
	return true
}

// figure puts the round-trip time of a reply that was in time into the figures.
func (s *shard) figure(n int, rtt int64) {
	s.figures[n].add(&s.octaves, rtt)
	if s.flows[n].key.Kind == KindEcho {
		s.rtt.Add(rtt)
	}
}

// compare is what there is to note of a reply to q by what it brings back.
func (q *request) compare(p *icmp.Packet) Notes {
	back, ok := p.Payload()
	if !ok || !q.compares {
		return 0
	}
	sent := &q.payload
	common := min(len(sent.Head), int(sent.Len), int(back.Len))
	same := string(sent.Head[:common]) == string(back.Head[:common]) && (sent.Len != back.Len || sent.Sum == back.Sum)
	switch {
	case !same || p.Length > q.length:
		return NoteDiff
	case p.Length < q.length:
		return NoteTrunc
	}
	return 0
}

// multi counts a reply to q, of another flow, which asked a group.
func (s *shard) multi(a *arrival, q request, late bool) {
	room := s.makeRoom(a)
	n := s.flow(a)
	f := &s.flows[n]
	f.counts.Replies++
	f.counts.Multi++
	a.e.Notes |= NoteMulti | q.compare(a.p)
	if late {
		a.e.Notes |= NoteLate
	}
	if s.measure(a, &q, f) && !late {
		s.figure(n, a.e.RTT)
	}
	// What it answered once it may answer a second time. That is remembered, unless another
	// goroutine brought a request of its own meanwhile.
	if newest := s.requests.newest(uint32(n), a.seq); room && s.requests.slab[newest].pending == 0 {
		q.flow, q.seq, q.group, q.state = uint32(n), a.seq, false, stateAnswered
		q.pending, q.lost, q.newer = 0, 0, 0
		s.requests.push(f, q)
	}
	s.takeReply(a, n)
}

// strange counts a reply to nothing that is known; of other requests that wait, alone would be
// answered had they asked its sender, and not whom they asked.
func (s *shard) strange(a *arrival, alone int, asked icmp.Addr) {
	n := s.flow(a)
	f := &s.flows[n]
	switch {
	case f.counts.Forgotten > 0: // it answers one of these, though nobody knows since when
		f.counts.Forgotten--
		f.counts.Replies++
	case s.OneWay: // its request may have gone the other way
		f.counts.Replies++
	case alone == 1:
		f.counts.Unsolicited++
		a.e.Notes |= NoteUnsol
		a.e.Asked, a.e.HasAsked = asked, true
	default:
		a.e.Notes |= NoteUnsol
		if a.clock.now-s.start.Load() >= s.Late { // before, its request may be older than the capture
			f.counts.Unsolicited++
		}
	}
	s.takeReply(a, n)
}

// takeReply completes the counting of a reply.
func (s *shard) takeReply(a *arrival, n int) {
	f := &s.flows[n]
	if f.counts.Requests == 0 {
		f.lastSeq = a.seq
	}
	f.watchTTL(a.p.TTL)
	s.take(a, n, &f.reverse)
}

// other counts what is neither request nor reply.
func (s *shard) other(a *arrival) {
	n := s.flow(a)
	f := &s.flows[n]
	if a.key.Kind == KindError {
		f.counts.Errors++
	} else {
		f.counts.Packets++
	}
	f.watchTTL(a.p.TTL)
	s.take(a, n, &f.forward)
}

// take completes the counting of any packet.
func (s *shard) take(a *arrival, n int, v *Volume) {
	s.touch(a, n, v)
	s.sighted(a, n)
	s.report(a.e, n)
}

// refuse closes the request that a, an error, answers.
func (t *Table) refuse(a *arrival) {
	pl, ok := quotedPlace(a.p)
	if !ok {
		return
	}
	h := t.hash(&pl)
	s := t.lock(h.flow)
	defer s.mu.Unlock()
	n := s.lookup(&pl, h.flow)
	if n < 0 {
		return
	}
	newest := s.requests.newest(uint32(n), pl.seq)
	if newest == 0 || s.requests.slab[newest].pending == 0 {
		return
	}
	f, i := &s.flows[n], s.requests.slab[newest].pending
	s.requests.settle(f, i, stateRefused)
	f.counts.Pending--
	f.counts.Errors++
	s.refusals[n] = Refusal{By: a.p.Src, Type: a.p.Type, Code: a.p.Code}
	s.measure(a, &s.requests.slab[i], f)
}
