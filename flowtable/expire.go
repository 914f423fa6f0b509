package flowtable

import (
	"math"

	"icmpdump/capture/icmp"
)

// expire gives up the requests that are overdue at now and forgets those that nothing can
// answer any more. It appends an event for each that it gives up.
func (s *shard) expire(dst []Event, now int64) []Event {
	r := &s.requests
	for ; r.due < r.tail; r.due++ {
		q := r.at(r.due)
		if q.state != statePending {
			continue
		}
		overdue := q.sent.time + s.timeout
		if now < overdue {
			break
		}
		dst = s.giveUp(dst, q, overdue)
	}
	for r.head < r.due && now-r.at(r.head).sent.time >= s.late {
		r.head++
	}
	return dst
}

// deadline is when the oldest request that waits is overdue.
func (s *shard) deadline() int64 {
	if r := &s.requests; r.due < r.tail {
		return r.at(r.due).sent.time + s.timeout
	}
	return math.MaxInt64
}

// makeRoom forgets the oldest request if there is no room for another one. If it waited, its
// fate will not be known, and that is what is counted: it would be wrong to call it lost.
func (s *shard) makeRoom() {
	r := &s.requests
	if !r.full() {
		return
	}
	if r.due == r.head {
		if q := r.at(r.due); q.state == statePending {
			c := s.settle(q, stateForgotten)
			c.Pending--
			c.Forgotten++
		}
		r.due++
	}
	r.head++
}

// giveUp makes q a lost request. If its flow was evicted meanwhile there is nobody to name.
func (s *shard) giveUp(dst []Event, q *request, now int64) []Event {
	c := s.settle(q, stateLost)
	c.Pending--
	c.Lost++
	f := &s.flows[q.flow]
	if c != &f.counts {
		return dst
	}
	return append(dst, Event{
		Packet:  requestPacket(&f.key, q, now),
		Kind:    f.key.Kind,
		Counts:  f.counts,
		LastSeq: f.lastSeq,
		Sent:    q.sent.time,
		Lost:    true,
		Notes:   NoteLost,
	})
}

// settle ends the wait of q and returns the counters that it is in: its flow's, or those of
// the evicted flows.
func (s *shard) settle(q *request, to state) *Counts {
	s.requests.settle(q, to)
	if f := &s.flows[q.flow]; f.serial == q.serial {
		return &f.counts
	}
	return &s.evicted.counts[q.kind]
}

// requestPacket is what is known of a request that was seen some time ago.
func requestPacket(k *Key, q *request, now int64) icmp.Packet {
	seq := uint32(q.seq)
	if k.Kind == KindExtendedEcho {
		seq <<= 8 // RFC 8335, section 2
	}
	p := icmp.Packet{
		Time: now, Src: k.Requester, Dst: k.Responder, Version: k.Version, Iface: q.sent.iface,
		Type: requestType(k), Rest: uint32(k.ID)<<16 | seq, Got: 8, Status: icmp.OK,
	}
	p.Tags = k.putVLAN(&p.VLAN)
	return p
}
