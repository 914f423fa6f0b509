package flowtable

import (
	"math"

	"icmpdump/capture/icmp"
)

// deadline is when the next request or flow of the shard is due.
func (s *shard) deadline() int64 {
	return min(s.requestDeadline(), s.flowDeadline())
}

// requestDeadline is when the next request is to be given up. Where only one direction is seen,
// none is: what they wait for will not be known.
func (s *shard) requestDeadline() int64 {
	if s.OneWay {
		return math.MaxInt64
	}
	for r := &s.requests; r.due != r.next; r.due++ {
		if q := r.at(r.due); q.state == statePending && s.alive(q) {
			return q.at + s.ReplyTimeout
		}
	}
	return math.MaxInt64
}

func (s *shard) flowDeadline() int64 {
	if n := s.oldest(); n >= 0 {
		return s.flows[n].seen + s.Idle
	}
	return math.MaxInt64
}

// expire does what is due next.
func (s *shard) expire(dst *Events, c *clock) {
	if s.requestDeadline() > s.flowDeadline() {
		s.end(dst, s.oldest(), c)
		return
	}
	s.giveUp(dst, s.requests.due, c)
}

// giveUp makes i a lost request.
func (s *shard) giveUp(dst *Events, i uint32, c *clock) {
	q := s.requests.at(i)
	n := int(q.flow)
	f := &s.flows[n]
	s.settle(f, i, stateLost)
	f.pending--
	f.lost++
	if s.NoLost || dst == nil {
		return
	}
	notes := NoteLost
	if s.dropped.Load() >= q.at {
		notes |= NoteMaybe
	}
	dst.All = append(dst.All, Event{
		Packet: requestPacket(f, q, c.stamp(q.at+s.ReplyTimeout)),
		Kind:   f.key.Kind, Counts: s.counts(n), LastSeq: f.lastSeq, Sent: q.sent, Lost: true, Notes: notes,
	})
}

// requestPacket is what is known of a request that was seen some time ago.
func requestPacket(f *flow, q *request, time int64) icmp.Packet {
	k := &f.key
	p := icmp.Packet{
		Time: time, Src: k.Requester, Dst: k.Responder, Version: k.Version, Iface: q.iface, Got: 4, Status: icmp.OK,
	}
	p.Type, p.Code = k.ICMPType()
	p.Tags = k.putVLAN(&p.VLAN)
	if k.Kind.HasID() {
		seq := uint32(q.seq)
		if k.Kind == KindExtendedEcho {
			seq <<= 8 // RFC 8335, section 2
		}
		p.Rest, p.Got = uint32(k.ID)<<16|seq, 8
	}
	if k.Kind == KindNeighbor {
		p.Quote.Dst, p.Quote.Level = k.Responder, icmp.QuoteHeader // see Packet.Target
	}
	return p
}

// end makes the flow n one that is over: its row stays until its place is needed.
func (s *shard) end(dst *Events, n int, c *clock) {
	f := &s.flows[n]
	s.forsake(n)
	s.delist(&s.ranks[f.rank], uint32(n+1))
	s.enlist(&s.ranks[rankOver], uint32(n+1))
	f.rank = rankOver
	if s.Ends && dst != nil && !f.has(isEmpty) {
		dst.All = append(dst.All, Event{Packet: icmp.Packet{Time: c.stamp(f.seen + s.Idle)}, Kind: f.key.Kind, Ended: true, Row: len(dst.Rows)})
		dst.Rows = append(dst.Rows, s.row(n, c.now))
	}
}
