package screen

import (
	"slices"

	"icmpdump/capture/icmp"
	"icmpdump/flowtable"
)

const (
	// maxTransactions is how many of a flow's last requests are remembered at least, so that answers find them, and
	// maxCauses how many sorts of errors.
	maxTransactions = 1000
	maxCauses       = 100
)

// A story is what the events of one flow tell, as far as they are remembered, and since.
type story struct {
	row  *flowtable.Row
	next uint64 // the event to go on with, as History.follow has it
	sum  uint64 // of the flow's counters at the last event
	seen int64  // when that was

	transactions []transaction // the oldest first
	first        int           // how many are no longer there
	newest       map[uint16]int

	rtts     spread
	ttls     [256]uint64 // of answers; of a kind without requests, of all
	causes   []cause
	unlisted uint64 // errors of further causes
}

// A transaction is a request and what became of it, or a packet that belongs to none.
type transaction struct {
	time      int64  // when the request was seen; or the packet, if there is none
	rtt       int64  // valid iff hasRTT
	nth       uint64 // which of the flow's requests it is, since its counters began; 0 if that is not known
	by        icmp.Addr
	seq       uint16
	typ, code uint8 // of the error
	ttl       uint8 // of the answer; 0 if there is none
	fate      flowtable.Fate
	hasRTT    bool
	unsought  bool            // there is no request, or none that is remembered
	again     int             // further answers
	size      uint32          // of the datagram; of a packet that is neither
	notes     flowtable.Notes // of the answer
}

// A cause is errors that say the same.
type cause struct {
	by, via   icmp.Addr
	quoted    icmp.Quote
	mtu       uint32 // valid iff hasMTU
	typ, code uint8
	hasMTU    bool
	hasVia    bool
	count     uint64
	last      int64 // when the last came
}

// begin begins the story of a flow.
func (s *story) begin(row *flowtable.Row) {
	*s = story{row: row, newest: map[uint16]int{}}
}

// forget forgets what was counted, as the flow's counters began anew.
func (s *story) forget() {
	s.rtts, s.ttls, s.causes, s.unlisted = spread{}, [256]uint64{}, nil, 0
	for i := range s.transactions {
		s.transactions[i].nth = 0
	}
}

// follow goes on with what has happened since, up to an event.
func (s *story) follow(h *History, until uint64) {
	s.next = h.follow(s.next, until, func(e *flowtable.Event) {
		if e.Of(&s.row.Key, &s.row.Quoted) {
			s.tell(e)
		}
	})
}

// tell takes the next event.
func (s *story) tell(e *flowtable.Event) {
	p := &e.Packet
	if e.Notes&flowtable.NoteSeen != 0 {
		return
	}
	isAbout := isAbout(e, s.row)
	sum := s.sum
	if !isAbout {
		sum = sumOf(&e.Counts)
	}
	if sum < s.sum || s.seen < s.row.Start && p.Time >= s.row.Start {
		s.forget()
	}
	s.sum, s.seen = sum, p.Time
	switch {
	case !s.row.Kind.Paired():
		s.ttls[p.TTL]++
		s.add(transaction{time: p.Time, ttl: p.TTL, size: p.IPLen, notes: e.Notes, unsought: true})
		s.blame(e)
	case isAbout:
		s.refuse(e)
		s.blame(e)
	case e.Lost:
		s.lose(e)
	case s.asks(p):
		s.add(transaction{time: p.Time, seq: s.seq(p), nth: e.Counts.Requests, fate: flowtable.FatePending})
	default:
		s.answer(e)
	}
}

// sumOf is what never shrinks, until counters begin anew: an answer may become another, and no more.
func sumOf(c *flowtable.Counts) uint64 {
	return c.Requests + c.Replies + c.Late + c.Duplicates + c.Unsolicited + c.Errors + c.Packets
}

// asks reports whether p is a request.
func (s *story) asks(p *icmp.Packet) bool {
	typ, _ := s.row.ICMPType()
	return p.Type == typ
}

// seq is the sequence number of p, or 0 in a flow that has none: the same bits mean something else there, and
// something else in an answer.
func (s *story) seq(p *icmp.Packet) uint16 {
	if !s.row.Kind.HasSeq() {
		return 0
	}
	seq, _ := p.Seq()
	return seq
}

// add adds a transaction. One that is older than all that are remembered, if these are many, is not.
func (s *story) add(t transaction) *transaction {
	if len(s.transactions) >= maxTransactions && t.time < s.transactions[0].time {
		return &t
	}
	if len(s.transactions) == 2*maxTransactions {
		s.transactions = append(s.transactions[:0], s.transactions[maxTransactions:]...)
		s.first += maxTransactions
	}
	s.transactions = append(s.transactions, t)
	if !t.unsought {
		s.newest[t.seq] = s.first + len(s.transactions) - 1
	}
	return &s.transactions[len(s.transactions)-1]
}

// find is the newest request of a sequence number, of those that were sent at a time if that is known, or nil.
func (s *story) find(seq uint16, sent int64, known bool) *transaction {
	at, ok := s.newest[seq]
	if at -= s.first; !ok || at < 0 {
		return nil
	}
	if t := &s.transactions[at]; !known || t.time == sent {
		return t
	}
	for i := at - 1; i >= max(0, at-namesakes); i-- {
		if t := &s.transactions[i]; t.seq == seq && t.time == sent && !t.unsought {
			return t
		}
	}
	return nil
}

// namesakes is how far before the newest request of a number an older one is looked for.
const namesakes = 128

// answer takes a reply.
func (s *story) answer(e *flowtable.Event) {
	p := &e.Packet
	seq := s.seq(p)
	s.ttls[p.TTL]++
	if e.HasRTT && e.Notes&flowtable.NoteLate == 0 {
		s.rtts.add(e.RTT)
	}
	t := s.find(seq, p.Time-e.RTT, e.HasRTT)
	switch {
	case t == nil && e.HasRTT: // its request is not remembered
		t = s.add(transaction{time: p.Time - e.RTT, seq: seq, unsought: true})
	case t == nil || e.Notes&flowtable.NoteUnsol != 0:
		t = s.add(transaction{time: p.Time, seq: seq, unsought: true})
	case e.Notes&(flowtable.NoteDup|flowtable.NoteMulti) != 0 && answered(t.fate):
		t.again++
		t.notes |= e.Notes
		if e.Notes&flowtable.NoteDup != 0 {
			t.fate = flowtable.FateDuplicated
		}
		return
	}
	t.by, t.ttl, t.notes, t.rtt, t.hasRTT = p.Src, p.TTL, e.Notes, e.RTT, e.HasRTT
	switch {
	case e.Notes&flowtable.NoteLate != 0:
		t.fate = flowtable.FateLate
	case e.Notes&flowtable.NoteDup != 0:
		t.fate = flowtable.FateDuplicated
	case e.Notes&flowtable.NoteUnsol != 0:
		t.fate = flowtable.FateNone
	default:
		t.fate = flowtable.FateAnswered
	}
}

func answered(f flowtable.Fate) bool {
	return f == flowtable.FateAnswered || f == flowtable.FateDuplicated || f == flowtable.FateLate
}

// lose takes that a request was given up.
func (s *story) lose(e *flowtable.Event) {
	seq := s.seq(&e.Packet)
	t := s.find(seq, e.Sent, true)
	if t == nil {
		t = s.add(transaction{time: e.Sent, seq: seq, unsought: true})
	}
	t.fate, t.notes = flowtable.FateLost, e.Notes
}

// refuse takes an error about a request.
func (s *story) refuse(e *flowtable.Event) {
	p := &e.Packet
	if !p.Refuses() {
		return
	}
	q := p.Quoted()
	t := s.find(q.DstPort, p.Time-e.RTT, e.HasRTT)
	if t == nil {
		t = s.add(transaction{time: p.Time, seq: q.DstPort, unsought: true})
	}
	if t.fate != flowtable.FatePending && !t.unsought { // an error that comes after the answer, or too late, changes nothing
		return
	}
	t.fate, t.by, t.ttl, t.typ, t.code, t.notes = flowtable.FateRefused, p.Src, p.TTL, p.Type, p.Code, e.Notes
	t.rtt, t.hasRTT = e.RTT, e.HasRTT
}

// blame counts an error by its cause, of which the last that came is the last.
func (s *story) blame(e *flowtable.Event) {
	p := &e.Packet
	if !p.IsError() {
		return
	}
	c := cause{by: p.Src, quoted: p.Quoted(), typ: p.Type, code: p.Code}
	if c.quoted.IsICMP() {
		c.quoted.DstPort = 0 // a sequence number: the transaction has it
	}
	c.mtu, c.hasMTU = p.MTU()
	c.via, c.hasVia = p.Gateway()
	i := slices.IndexFunc(s.causes, func(o cause) bool {
		o.count, o.last = 0, 0
		return o == c
	})
	switch {
	case i >= 0:
		c = s.causes[i]
		s.causes = slices.Delete(s.causes, i, i+1)
	case len(s.causes) == maxCauses:
		s.unlisted += s.causes[0].count
		s.causes = slices.Delete(s.causes, 0, 1)
	}
	c.count, c.last = c.count+1, p.Time
	s.causes = append(s.causes, c)
}

// last are the last transactions, the newest last.
func (s *story) last(n int) []transaction {
	return s.transactions[max(0, len(s.transactions)-n):]
}
