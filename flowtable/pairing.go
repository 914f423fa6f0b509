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
	n := s.flow(a)
	f := &s.flows[n]
	switch {
	case !f.has(hasAsked):
		f.flags |= hasAsked
		if asksGroup(&f.key, a.p) {
			f.flags |= asksAll
		}
	case a.seq <= f.lastSeq:
		f.turn = f.last
	}
	f.lastSeq = a.seq
	s.wait(a, n)
	s.takeForward(a, n)
}

// wait remembers a, a request of the flow n.
func (s *shard) wait(a *arrival, n int) {
	i, q := s.next(a.clock.now)
	f := &s.flows[n]
	q.at, q.sent = a.clock.now, a.stamp()
	q.flow, q.serial = uint32(n), f.serial
	q.iface, q.length = a.p.Iface, a.p.Length
	q.steps, q.seq, q.state = a.clock.steps, a.seq, statePending
	q.header = uint16(a.p.IPLen - a.p.Length)
	q.marks = isUntimed.iff(a.untimed()) | toGroup.iff(f.has(asksAll)) | compares.iff(a.p.ReadPayload(&q.payload)) |
		isAlone.iff(f.turn < s.requests.first)
	s.remember(q)
	s.enter(i, q)
	f.last = i
	f.pending++
	if a.clock.now != 0 {
		s.wakeAt(a.clock.now + s.ReplyTimeout)
	}
}

// reply counts a reply, if it is one to a request of its flow that is remembered.
func (s *shard) reply(a *arrival) (found bool) {
	n := s.lookup(&a.place, a.hash)
	if n < 0 {
		return false
	}
	if s.OneWay {
		s.leave(a.clock.now) // what waits is not given up
	}
	f, r := &s.flows[n], &s.requests
	newest := s.newest(uint32(n), f, a.seq)
	if newest == 0 || s.stale(newest, a.clock.now) {
		return false
	}
	q := r.at(newest)
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
		s.settle(f, i, stateAnswered)
		f.pending--
		f.replies++
		s.answered(a, n, r.at(i))
	case q.lost != 0:
		i := q.lost
		s.answerLate(newest, i)
		a.e.Notes |= NoteLate
		s.answered(a, n, r.at(i))
	case q.state == stateRefused:
		s.answerRefused(q)
		s.answered(a, n, q)
	default:
		s.rare(n).Duplicates++
		s.became(q, FateDuplicated)
		a.e.Notes |= NoteDup | q.compare(a.p)
	}
	s.takeReply(a, n)
	return true
}

// answered notes that a answered q, of the flow n itself.
func (s *shard) answered(a *arrival, n int, q *request) {
	f := &s.flows[n]
	a.e.Notes |= q.compare(a.p)
	if s.measure(a, q, n) && a.e.Notes&NoteLate == 0 {
		if q.has(isOld) {
			s.before.measured(f.key.Kind, a.e.RTT)
		} else {
			s.figure(f, a.e.RTT)
		}
	}
	if !f.key.Kind.HasSeq() {
		return
	}
	if f.has(hasBest) && q.at < f.best {
		if behind(q.seq, f.bestSeq, f.key.Kind) {
			a.e.Notes |= NoteOrder
			if q.has(isOld) {
				s.before.evicted.count(f.key.Kind, &Counts{OutOfOrder: 1})
			} else {
				s.rare(n).OutOfOrder++
			}
		}
		return
	}
	f.best, f.bestSeq = q.at, q.seq
	f.flags |= hasBest
}

// behind reports whether a sequence number comes before another (RFC 1982).
func behind(seq, other uint16, k Kind) bool {
	if k == KindExtendedEcho {
		return int8(seq-other) < 0 // RFC 8335, section 2
	}
	return int16(seq-other) < 0
}

// measure finds the time from q to a, its answer, which is of the flow n or, if it is an error,
// about it. There is none if the clock went back or was set meanwhile, or was not running.
func (s *shard) measure(a *arrival, q *request, n int) bool {
	rtt := a.stamp() - q.sent
	if rtt < 0 || q.steps != a.clock.steps || q.has(isUntimed) || a.untimed() {
		s.rare(n).unknown++
		return false
	}
	a.e.RTT, a.e.HasRTT = rtt, true
	return true
}

// compare is what there is to note of a reply to q by what it brings back.
func (q *request) compare(p *icmp.Packet) Notes {
	var back icmp.Payload
	sent := &q.payload
	if !q.has(compares) || p.Length == q.length && p.HasPayload(sent) || !p.ReadPayload(&back) {
		return 0
	}
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
	n := s.flow(a)
	f := &s.flows[n]
	f.replies++
	s.rare(n).Multi++
	a.e.Notes |= NoteMulti | q.compare(a.p)
	if late {
		a.e.Notes |= NoteLate
	}
	if s.measure(a, &q, n) && !late {
		s.figure(f, a.e.RTT)
	}
	// What it answered once it may answer a second time. That is remembered, unless a request of its
	// own waits.
	if newest := s.newest(uint32(n), f, a.seq); newest == 0 || s.requests.at(newest).pending == 0 {
		i, own := s.next(a.clock.now)
		*own = q
		own.flow, own.serial, own.seq, own.state = uint32(n), f.serial, a.seq, stateAnswered
		own.marks &= isUntimed | compares
		s.disown(own)
		s.enter(i, own)
		s.enterHeads()
	}
	s.takeReply(a, n)
}

// strange counts a reply to nothing that is known; of other requests that wait, alone would be
// answered had they asked its sender, and not whom they asked.
func (s *shard) strange(a *arrival, alone int, asked icmp.Addr) {
	n := s.flow(a)
	f := &s.flows[n]
	switch {
	case f.has(hasRare) && s.rarities[n].Forgotten > 0: // it answers one of these, though nobody knows since when
		s.rarities[n].Forgotten--
		f.replies++
	case s.OneWay: // its request may have gone the other way
		f.replies++
	case alone == 1:
		s.rare(n).Unsolicited++
		a.e.Notes |= NoteUnsol
		a.e.Asked, a.e.HasAsked = asked, true
	default:
		a.e.Notes |= NoteUnsol
		if a.clock.now-s.start >= s.Late { // before, its request may be older than the capture
			s.rare(n).Unsolicited++
		}
	}
	s.takeReply(a, n)
}

// takeReply completes the counting of a reply.
func (s *shard) takeReply(a *arrival, n int) {
	f := &s.flows[n]
	if !f.has(hasAsked) {
		f.lastSeq = a.seq
	}
	s.watchTTL(n, a.p.TTL)
	f.reverse.add(Volume{1, uint64(a.p.IPLen)})
	s.take(a, n)
}

// other counts what is neither request nor reply.
func (s *shard) other(a *arrival) {
	n := s.flow(a)
	s.watchTTL(n, a.p.TTL)
	s.takeForward(a, n)
}

// takeForward completes the counting of what the requester sent.
func (s *shard) takeForward(a *arrival, n int) {
	f := &s.flows[n]
	f.asked++
	f.forwardBytes += uint64(a.p.IPLen)
	s.take(a, n)
}

// report says how the flow n stands after a.
func (s *shard) report(a *arrival, n int) {
	f := &s.flows[n]
	a.e.Kind, a.e.LastSeq = f.key.Kind, f.lastSeq
	s.count(n, &a.e.Counts)
}

// take completes the counting of any packet.
func (s *shard) take(a *arrival, n int) {
	s.touch(a, n)
	s.sighted(a, n)
	s.report(a, n)
}

// refuse closes the request that a, an error, answers.
func (t *Table) refuse(a *arrival) {
	var pl place
	if !pl.quoted(a.p) {
		return
	}
	hash := t.hash(&pl)
	s := t.shard(hash)
	n := s.lookup(&pl, hash)
	if n < 0 {
		return
	}
	if s.OneWay {
		s.leave(a.clock.now)
	}
	f, r := &s.flows[n], &s.requests
	newest := s.newest(uint32(n), f, pl.seq)
	if newest == 0 || r.at(newest).pending == 0 {
		return
	}
	i := r.at(newest).pending
	s.settle(f, i, stateRefused)
	f.pending--
	s.rare(n).Errors++
	s.rarities[n].refusal = Refusal{By: a.p.Src, Type: a.p.Type, Code: a.p.Code}
	s.measure(a, r.at(i), n)
}
