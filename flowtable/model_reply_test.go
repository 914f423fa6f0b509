package flowtable_test

import (
	"slices"

	"icmpdump/capture/icmp"
	"icmpdump/flowtable"
)

// reply finds out what a reply answers. The rows of the document are tried from above. If it is a
// request to a group, f is to remember it, so that it can answer it again.
func (m *model) reply(e *flowtable.Event, f *flow, p *icmp.Packet, msg *meaning) (group *asked) {
	c := &f.counts
	if !f.asked {
		f.lastSeq = msg.seq
	}
	namesakes := m.known(func(q *asked) bool { return q.flow == f && q.seq == msg.seq })
	if msg.key.Requester == (icmp.Addr{}) {
		namesakes = nil // it answers what its sender has not answered before
	}
	waits, gone, newest := first(namesakes, pending), first(namesakes, lost), last(namesakes)
	switch {
	case waits != nil:
		c.Pending--
		c.Replies++
		waits.state, waits.last = answered, flowtable.FateAnswered
		m.answer(e, f, waits, p, msg)
		m.order(e, f, waits)
	case gone != nil:
		of := m.countsOf(gone)
		of.add(flowtable.Counts{Lost: minusOne, Late: 1})
		e.Notes |= flowtable.NoteLate
		gone.state, gone.last = answered, flowtable.FateLate
		m.answer(e, f, gone, p, msg)
		m.order(e, f, gone)
	case newest != nil && newest.state == answered:
		c.Duplicates++
		e.Notes |= flowtable.NoteDup
		newest.last = flowtable.FateDuplicated
		compare(e, newest, msg)
	case newest != nil && newest.state == refused:
		of := m.countsOf(newest)
		of.add(flowtable.Counts{Errors: minusOne, Replies: 1})
		m.mark("reply after an error")
		newest.state, newest.last = answered, flowtable.FateAnswered
		m.answer(e, f, newest, p, msg)
		m.order(e, f, newest)
	default:
		if group = m.multi(e, f, p, msg); group == nil {
			m.unasked(e, f, msg)
		}
	}
	return group
}

// unasked counts a reply to nothing that is known.
func (m *model) unasked(e *flowtable.Event, f *flow, msg *meaning) {
	switch c := &f.counts; {
	case c.Forgotten > 0:
		c.Forgotten--
		c.Replies++
		m.mark("reply to a forgotten request")
	case m.config.OneWay:
		c.Replies++
		m.mark("reply to nothing, of one direction")
	default:
		m.unsolicited(e, f, msg)
	}
}

// first is the oldest of that fate, or nil.
func first(namesakes []*asked, state fate) *asked {
	for _, q := range namesakes {
		if q.state == state {
			return q
		}
	}
	return nil
}

// last is the newest, or nil.
func last(namesakes []*asked) *asked {
	if len(namesakes) == 0 {
		return nil
	}
	return namesakes[len(namesakes)-1]
}

// answer measures how long q's answer took and notes how it differs from q.
func (m *model) answer(e *flowtable.Event, f *flow, q *asked, p *icmp.Packet, msg *meaning) {
	m.measure(e, f, q, p)
	if e.HasRTT && e.Notes&flowtable.NoteLate == 0 {
		old := q.old && q.flow == f
		if !old {
			f.rtts = append(f.rtts, e.RTT)
		}
		if f.Kind == flowtable.KindEcho {
			m.rtts++
			if old {
				m.oldRTTs++
			}
		}
	}
	compare(e, q, msg)
}

// measure gives e the time from q to p, or counts in f that there is none.
func (m *model) measure(e *flowtable.Event, f *flow, q *asked, p *icmp.Packet) {
	rtt := m.stampOf(p) - q.sent
	if rtt < 0 || q.steps != m.clock.steps || q.untimed || p.Flags&icmp.FlagUntimed != 0 {
		f.unknown++
		m.mark("no round-trip time")
		return
	}
	e.RTT, e.HasRTT = rtt, true
}

// compare notes how an echo's answer differs from q.
func compare(e *flowtable.Event, q *asked, msg *meaning) {
	if msg.key.Kind == flowtable.KindEcho {
		e.Notes |= msg.payload.against(q.payload)
	}
}

// order notes whether q, which is answered now, was overtaken.
func (m *model) order(e *flowtable.Event, f *flow, q *asked) {
	if !f.Kind.HasSeq() {
		return
	}
	behind := int16(q.seq-f.newest.seq) < 0
	if f.Kind == flowtable.KindExtendedEcho {
		behind = int8(q.seq-f.newest.seq) < 0
	}
	if f.newest.ok && q.at < f.newest.at && behind {
		of := m.countsOf(q)
		of.add(flowtable.Counts{OutOfOrder: 1})
		e.Notes |= flowtable.NoteOrder
	}
	if !f.newest.ok || q.at >= f.newest.at {
		f.newest.ok, f.newest.at, f.newest.seq = true, q.at, q.seq
	}
}

// multi counts a reply to a request that asked a group, if it is one, and returns what f has
// answered.
func (m *model) multi(e *flowtable.Event, f *flow, p *icmp.Packet, msg *meaning) *asked {
	fitting := m.answers(f, msg)
	newest := last(fitting)
	if newest == nil {
		return nil
	}
	for _, q := range fitting {
		same := q.sent == newest.sent && q.untimed == newest.untimed && q.steps == newest.steps &&
			q.payload == newest.payload && q.state == newest.state &&
			(q.flow == newest.flow || q.state == pending)
		if q != newest && q.at == newest.at && !same {
			m.unsure = "which of two requests to a group, of the same time, is the newest"
		}
	}
	switch of := m.countsOf(newest); newest.state {
	case pending:
		m.mark("multi: in time")
		for _, q := range fitting {
			q.flow.counts.Pending--
			q.flow.counts.Replies++
			q.state, q.last = answered, flowtable.FateAnswered
		}
	case lost:
		of.add(flowtable.Counts{Lost: minusOne, Late: 1})
		e.Notes |= flowtable.NoteLate
		newest.last = flowtable.FateLate
		m.mark("multi: late")
	case refused:
		of.add(flowtable.Counts{Errors: minusOne, Replies: 1})
		newest.last = flowtable.FateAnswered
		m.mark("multi: after an error")
	case answered:
		m.mark("multi: one more")
	}
	newest.state = answered
	f.counts.Replies++
	f.counts.Multi++
	e.Notes |= flowtable.NoteMulti
	m.answer(e, f, newest, p, msg)
	own := *newest
	own.flow, own.seq, own.group, own.old = f, msg.seq, false, false
	return &own
}

// answers are the requests to groups that a reply in f may answer: those that wait, or others.
func (m *model) answers(f *flow, msg *meaning) []*asked {
	fitting := m.known(func(q *asked) bool { return q.group && fits(q, msg) })
	if first(fitting, pending) != nil {
		return slices.DeleteFunc(fitting, func(q *asked) bool { return q.state != pending })
	}
	if msg.key.Requester != (icmp.Addr{}) {
		return fitting
	}
	own := last(m.known(func(q *asked) bool { return q.flow == f && f != nil }))
	return slices.DeleteFunc(fitting, func(q *asked) bool {
		return q.state != answered || m.clock.now-q.at >= m.config.ReplyTimeout || own != nil && q.at <= own.at
	})
}

// fits reports whether a reply may be one to q, which asked a group.
func fits(q *asked, msg *meaning) bool {
	a, b := q.flow.Key, msg.key.Key
	if a.Kind != b.Kind || a.Version != b.Version || a.VLAN != b.VLAN {
		return false
	}
	if a.Kind == flowtable.KindRouter || a.Kind == flowtable.KindListener {
		return a.Scope == b.Scope && (b.Requester == icmp.Addr{} || a.Requester == b.Requester)
	}
	return isNamesake(q, msg)
}

// isNamesake reports whether a reply may be one to q, whomever q asked.
func isNamesake(q *asked, msg *meaning) bool {
	a, b := q.flow.Key, msg.key.Key
	return a.Kind == b.Kind && a.Version == b.Version && a.VLAN == b.VLAN &&
		a.Requester == b.Requester && a.ID == b.ID && q.seq == msg.seq &&
		(a.Scope == b.Scope || a.Scope == 0 || b.Scope == 0)
}

// unsolicited counts a reply that nobody has asked for.
func (m *model) unsolicited(e *flowtable.Event, f *flow, msg *meaning) {
	e.Notes |= flowtable.NoteUnsol
	waiting := m.known(func(q *asked) bool {
		return q.state == pending && !q.group && q.flow != f && msg.key.Requester != icmp.Addr{} && isNamesake(q, msg)
	})
	switch {
	case len(waiting) == 1:
		e.Asked, e.HasAsked = waiting[0].flow.Responder, true
		f.counts.Unsolicited++
	case m.clock.now-m.clock.first >= m.config.Late:
		f.counts.Unsolicited++
	default:
		m.mark("reply to what is older than the capture")
	}
}

// refuse closes the request that p, an error, quotes.
func (m *model) refuse(e *flowtable.Event, p *icmp.Packet) {
	k, seq, ok := quotedRequest(p)
	f := m.find(k)
	if !ok || f == nil {
		return
	}
	q := first(m.known(func(q *asked) bool { return q.flow == f && q.seq == seq }), pending)
	if q == nil {
		m.mark("error about what does not wait")
		return
	}
	m.mark("error closes a request")
	q.state, q.last = refused, flowtable.FateRefused
	f.counts.Pending--
	f.counts.Errors++
	f.refusal = flowtable.Refusal{By: p.Src, Type: p.Type, Code: p.Code}
	m.measure(e, f, q, p)
}

// packet is what a Lost event has of q.
func (q *asked) packet() icmp.Packet {
	k := &q.flow.Key
	p := icmp.Packet{
		Src: k.Requester, Dst: k.Responder, Version: k.Version, Type: requestType(k.Version, k.Kind),
		Iface: q.iface, Rest: uint32(k.ID)<<16 | uint32(q.seq), Got: 8, Status: icmp.OK,
	}
	if k.Kind == flowtable.KindExtendedEcho {
		p.Rest = uint32(k.ID)<<16 | uint32(q.seq)<<8
	}
	switch {
	case k.VLAN >= 4096:
		p.VLAN, p.Tags = [2]uint16{uint16(k.VLAN >> 12), uint16(k.VLAN % 4096)}, 2
	case k.VLAN > 0:
		p.VLAN, p.Tags = [2]uint16{uint16(k.VLAN)}, 1
	}
	return p
}
