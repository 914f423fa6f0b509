package flowtable

import "icmpdump/capture/icmp"

// count updates the flow n with p, which has that role in it, and completes e.
func (s *shard) count(e *Event, n int, r role) {
	f, p := &s.flows[n], &e.Packet
	switch r {
	case roleRequest:
		s.request(e, uint32(n), f)
	case roleReply:
		s.reply(e, uint32(n), f)
	default:
		f.forward.add(p)
		if f.key.Kind == KindError {
			f.counts.Errors++
		} else {
			f.counts.Packets++
		}
	}
	if e.Notes&NoteSeen == 0 {
		f.start = min(f.start, p.Time)
		f.end = max(f.end, p.Time)
		f.recent = f.forward.Packets+f.reverse.Packets > 1
	}
	e.Kind = f.key.Kind
	e.Counts = f.counts
	e.LastSeq = f.lastSeq
}

// request counts a request and lets it wait for its answer. There must be room for it.
func (s *shard) request(e *Event, n uint32, f *flow) {
	q := requestOf(&e.Packet, n, f)
	if newest, _ := s.requests.find(&q); newest != nil && q.sent.again(&newest.sent) {
		s.seen(e)
		return
	}
	s.requests.push(q)
	f.forward.add(&e.Packet)
	f.counts.Requests++
	f.counts.Pending++
	f.lastSeq = q.seq
}

// reply finds the request that a reply answers.
func (s *shard) reply(e *Event, n uint32, f *flow) {
	q := requestOf(&e.Packet, n, f)
	answer := &q.sent // of this packet
	newest, _ := s.requests.find(&q)
	waiting := s.requests.waiting(newest)
	switch {
	case newest != nil && newest.state == stateAnswered && answer.again(&newest.answer):
		s.seen(e)
		return
	case waiting != nil:
		f.counts.Pending--
		f.counts.Replies++
		s.requests.settle(waiting, stateAnswered)
		s.answer(e, f, waiting, answer)
		if e.HasRTT && f.key.Kind == KindEcho {
			s.rtt.Add(e.RTT)
		}
	case newest != nil && newest.state == stateLost && answer.time-newest.sent.time < s.late:
		f.counts.Lost--
		f.counts.Late++
		e.Notes |= NoteLate
		newest.state = stateAnswered
		s.answer(e, f, newest, answer)
	case newest != nil && newest.state == stateAnswered:
		f.counts.Duplicates++
		e.Notes |= NoteDup
	case f.counts.Forgotten > 0: // it answers one of these, though nobody knows since when
		f.counts.Forgotten--
		f.counts.Replies++
	default:
		e.Notes |= NoteUnsol
		if answer.time-s.start.Load() >= s.late { // else its request may be older than the capture
			f.counts.Unsolicited++
		}
	}
	f.reverse.add(&e.Packet)
	if f.counts.Requests == 0 {
		f.lastSeq = q.seq
	}
}

// answer notes what answered q. A clock that went back gives no round-trip time.
func (s *shard) answer(e *Event, f *flow, q *request, answer *sighting) {
	q.answer = *answer
	if rtt := answer.time - q.sent.time; rtt >= 0 {
		e.RTT, e.HasRTT = rtt, true
		f.rtt, f.hasRTT = rtt, true
	}
}

// seen marks a packet that was counted before, on another interface.
func (s *shard) seen(e *Event) {
	s.repeats++
	e.Notes |= NoteSeen
}

// refuse closes the request that an error quotes, if it waits.
func (s *shard) refuse(n int, seq uint16) {
	f := &s.flows[n]
	newest, _ := s.requests.find(&request{flow: uint32(n), serial: f.serial, seq: seq})
	if q := s.requests.waiting(newest); q != nil {
		s.requests.settle(q, stateAnswered)
		f.counts.Pending--
		f.counts.Errors++
	}
}

// requestOf is the request that p is, or that it may answer, with p's own sighting.
func requestOf(p *icmp.Packet, n uint32, f *flow) request {
	seq, _ := p.Seq()
	return request{
		sent: sighting{time: p.Time, iface: p.Iface, length: p.Length, ipid: p.IPID, checksum: p.Checksum},
		flow: n, serial: f.serial, seq: seq, kind: f.key.Kind,
	}
}
