package flowtable

import (
	"math"

	"icmpdump/capture/icmp"
)

// patience is how long a request stands among those that wait.
func (s *shared) patience() int64 {
	if s.OneWay { // it waits for ever, but what it waits for will not be known any more
		return s.Late
	}
	return s.ReplyTimeout
}

// deadline is when the next request or flow of the shard is due.
func (s *shard) deadline() int64 {
	return min(s.requestDeadline(), s.flowDeadline())
}

func (s *shard) requestDeadline() int64 {
	if i := s.requests.waiting.head; i != 0 {
		return s.requests.slab[i].at + s.patience()
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
	i := s.requests.waiting.head
	if s.OneWay {
		s.requests.free(&s.flows[s.requests.slab[i].flow], i)
		return
	}
	s.giveUp(dst, i, c)
}

// giveUp makes i a lost request.
func (s *shard) giveUp(dst *Events, i uint32, c *clock) {
	q := &s.requests.slab[i]
	f := &s.flows[q.flow]
	s.requests.settle(f, i, stateLost)
	f.counts.Pending--
	f.counts.Lost++
	if s.NoLost {
		return
	}
	notes := NoteLost
	if s.dropped.Load() >= q.at {
		notes |= NoteMaybe
	}
	dst.All = append(dst.All, Event{
		Packet: requestPacket(f, q, c.stamp(q.at+s.ReplyTimeout)),
		Kind:   f.key.Kind, Counts: f.counts, LastSeq: f.lastSeq, Sent: q.sent, Lost: true, Notes: notes,
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
	s.links.remove(&s.lists[f.rank], uint32(n+1))
	s.links.append(&s.lists[rankOver], uint32(n+1))
	f.rank = rankOver
	s.serial++
	f.serial = s.serial
	if s.Ends {
		dst.All = append(dst.All, Event{Packet: icmp.Packet{Time: c.stamp(f.seen + s.Idle)}, Kind: f.key.Kind, Ended: true, Row: len(dst.Rows)})
		dst.Rows = append(dst.Rows, s.row(n, c.now))
	}
}

// reap forgets what nothing can come of any more, not all at once.
func (s *shard) reap(now int64) {
	r := &s.requests
	for n := 0; n < dueAtOnce && r.settled.head != 0 && s.stale(r.settled.head, now); n++ {
		r.free(&s.flows[r.slab[r.settled.head].flow], r.settled.head)
	}
}

// makeRoom forgets a request if there is no room for another one: what was settled first or,
// if all wait, the oldest of the flow that waits for most. That one's fate will not be known,
// and that is what is counted: it would be wrong to call it lost. There is no room if that is
// a's own flow: so the fate of its older ones will be known.
func (s *shard) makeRoom(a *arrival) (room bool) {
	r := &s.requests
	if !r.full() {
		return true
	}
	s.reap(a.clock.now)
	if !r.full() {
		return true
	}
	i := r.settled.head
	if i == 0 {
		if first := r.slab[r.waiting.head].flow; s.flows[first].waits > s.flows[r.heaviest].waits {
			r.heaviest = first
		}
		if s.lookup(a.place, a.hash.flow) == int(r.heaviest) {
			return false
		}
		i = s.flows[r.heaviest].requests.head
		c := &s.flows[r.slab[i].flow].counts
		c.Pending--
		c.Forgotten++
	}
	r.free(&s.flows[r.slab[i].flow], i)
	return true
}
