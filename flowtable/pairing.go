package flowtable

import "icmpdump/capture/icmp"

// count updates the flow n with p, which has that role in it, and completes e.
func (s *shard) count(e *Event, n int, r role) {
	f, p := &s.flows[n], &e.Packet
	counted := true
	switch r {
	case roleRequest:
		counted = s.request(e, uint32(n), f)
	case roleReply:
		counted = s.reply(e, uint32(n), f)
	default:
		counted = s.other(e, f)
	}
	if counted {
		f.start = min(f.start, p.Time)
		f.end = max(f.end, p.Time)
		f.recent = f.forward.Packets+f.reverse.Packets > 1
	} else {
		s.repeats++
		e.Notes |= NoteSeen
	}
	e.Kind = f.key.Kind
	e.Counts = f.counts
	e.LastSeq = f.lastSeq
}

// request counts a request and lets it wait for its answer. There must be room for it. It is
// not counted if it is a copy.
func (s *shard) request(e *Event, n uint32, f *flow) (counted bool) {
	q := requestOf(&e.Packet, n, f)
	newest, link := s.requests.find(&q)
	if newest != nil && q.sent.copies(&newest.sent) {
		return false
	}
	s.requests.push(&q, newest, link)
	f.forward.add(&e.Packet)
	f.counts.Requests++
	f.counts.Pending++
	f.lastSeq = q.seq
	return true
}

// reply finds the request that a reply answers. It is not counted if it is a copy.
func (s *shard) reply(e *Event, n uint32, f *flow) (counted bool) {
	q := requestOf(&e.Packet, n, f)
	answer := &q.sent // of this packet
	newest, link := s.requests.find(&q)
	var waiting, answered *request
	if newest != nil {
		waiting, answered = s.requests.at(newest.pending), s.requests.at(newest.answered)
	}
	switch {
	case answered != nil && answer.copies(&answered.answer):
		return false
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
		newest.state, newest.answered = stateAnswered, *link
		s.answer(e, f, newest, answer)
	case newest != nil && newest.state == stateRefused: // whoever sent the error let it pass
		f.counts.Errors--
		f.counts.Replies++
		newest.state, newest.answered = stateAnswered, *link
		s.answer(e, f, newest, answer)
	case answered != nil:
		f.counts.Duplicates++
		e.Notes |= NoteDup
		answered.answer = *answer
	case answer.copies(&f.last):
		return false
	case f.counts.Forgotten > 0: // it answers one of these, though nobody knows since when
		f.counts.Forgotten--
		f.counts.Replies++
		f.last = *answer
	default:
		s.unsolicited(e, f)
		f.last = *answer
	}
	f.reverse.add(&e.Packet)
	if f.counts.Requests == 0 {
		f.lastSeq = q.seq
	}
	return true
}

// unsolicited notes a reply to nothing that was seen. In a capture's beginning its request may
// be older than the capture; and of one direction only, it may well have gone the other way.
func (s *shard) unsolicited(e *Event, f *flow) {
	if s.oneWay {
		return
	}
	e.Notes |= NoteUnsol
	if e.Packet.Time-s.start.Load() >= s.late {
		f.counts.Unsolicited++
	}
}

// other counts what is neither request nor reply, unless it is a copy.
func (s *shard) other(e *Event, f *flow) (counted bool) {
	seen := sightingOf(&e.Packet)
	if seen.copies(&f.last) {
		return false
	}
	f.last = seen
	f.forward.add(&e.Packet)
	if f.key.Kind == KindError {
		f.counts.Errors++
	} else {
		f.counts.Packets++
	}
	return true
}

// answer notes what answered q. A clock that went back gives no round-trip time, and neither
// does one that was not running.
func (s *shard) answer(e *Event, f *flow, q *request, answer *sighting) {
	q.answer = *answer
	if rtt := answer.time - q.sent.time; rtt >= 0 && !answer.untimed && !q.sent.untimed {
		e.RTT, e.HasRTT = rtt, true
		f.rtt, f.hasRTT = rtt, true
	}
}

// refuse closes the request that an error quotes, if it waits.
func (s *shard) refuse(n int, seq uint16) {
	f := &s.flows[n]
	newest, _ := s.requests.find(&request{flow: uint32(n), serial: f.serial, seq: seq})
	if newest == nil {
		return
	}
	if q := s.requests.at(newest.pending); q != nil {
		s.requests.settle(q, stateRefused)
		f.counts.Pending--
		f.counts.Errors++
	}
}

// requestOf is the request that p is, or that it may answer, with p's own sighting.
func requestOf(p *icmp.Packet, n uint32, f *flow) request {
	seq, _ := p.Seq()
	return request{sent: sightingOf(p), flow: n, serial: f.serial, seq: seq, kind: f.key.Kind}
}

func sightingOf(p *icmp.Packet) sighting {
	return sighting{
		time: p.Time, iface: p.Iface, length: p.Length, ipid: p.IPID, checksum: p.Checksum,
		untimed: p.Flags&icmp.FlagUntimed != 0,
	}
}
