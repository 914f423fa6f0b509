package flowtable_test

import (
	"slices"

	"icmpdump/capture/icmp"
	"icmpdump/flowtable"
)

const (
	us  = int64(1e3)
	ms  = int64(1e6)
	sec = int64(1e9)
)

// A clock makes one time that never goes back out of the stamps of a capture. Its times are
// virtual: a stamp is a virtual time less the shift.
type clock struct {
	begun  bool
	first  int64 // now, at first
	now    int64
	shift  int64
	steps  int // how often the clock was set
	behind struct {
		open bool
		from int64 // the stamp with which it began, or one further behind
	}
}

// reading is the stamp that a packet would have now.
func (c *clock) reading() int64 { return c.now - c.shift }

// step sets the clock so that the time that stamp stands for is now.
func (c *clock) step(stamp int64) {
	c.shift = c.now - stamp
	c.steps++
}

// observe moves the clock to a stamp.
func (c *clock) observe(stamp int64, live bool) {
	if !c.begun {
		c.begun, c.first, c.now = true, stamp, stamp
		return
	}
	if live && stamp+c.shift-c.now >= 5*sec {
		c.step(stamp)
	}
	switch ahead := stamp + c.shift - c.now; {
	case ahead >= 0:
		c.now += ahead
		c.behind.open = false
	case ahead >= -sec:
		c.behind.open = false
	case !c.behind.open:
		c.behind.open, c.behind.from = true, stamp
	case stamp < c.behind.from:
		c.behind.from = stamp
	case stamp-c.behind.from >= sec:
		c.step(stamp)
		c.behind.open = false
	}
}

// observe moves the clock, and with it, at first, all that came before.
func (m *model) observe(stamp int64) {
	begins, shift := !m.clock.begun, m.clock.shift
	m.clock.observe(stamp, m.config.Live)
	switch {
	case m.clock.shift < shift:
		m.mark("clock set forward")
	case m.clock.shift > shift:
		m.mark("clock set back")
	}
	if !begins {
		return
	}
	for _, f := range m.flows {
		f.start, f.end, f.seen, f.newest.at = stamp, stamp, stamp, stamp
	}
	for _, q := range m.requests {
		q.at, q.sent = stamp, stamp
	}
	for _, first := range m.sightings {
		first.at = stamp
	}
}

// stampOf is when p was seen, as its capture has it.
func (m *model) stampOf(p *icmp.Packet) int64 {
	if p.Flags&icmp.FlagUntimed != 0 {
		return m.clock.reading()
	}
	return p.Time
}

// expire lets everything happen that is due, in the order of time.
func (m *model) expire(dst *flowtable.Events) {
	for {
		q, f := m.overdue(), m.idle()
		switch {
		case q != nil && (f == nil || q.at+m.config.ReplyTimeout <= f.seen+m.config.Idle):
			m.giveUp(dst, q)
		case f != nil:
			m.end(dst, f)
		default:
			return
		}
	}
}

// overdue is the request that has waited for longest, if that is too long. Where one direction is
// seen, none is: what it waits for will not be known.
func (m *model) overdue() *asked {
	i := slices.IndexFunc(m.requests, func(q *asked) bool { return q.state == pending && !q.gone })
	if i < 0 || m.config.OneWay || m.clock.now < m.requests[i].at+m.config.ReplyTimeout {
		return nil
	}
	return m.requests[i]
}

// idle is the flow that has had no packet for longest, if it is over by that.
func (m *model) idle() (idlest *flow) {
	for _, f := range m.flows {
		if !f.over && m.clock.now >= f.seen+m.config.Idle && (idlest == nil || f.recency < idlest.recency) {
			idlest = f
		}
	}
	return idlest
}

// giveUp makes q a lost request.
func (m *model) giveUp(dst *flowtable.Events, q *asked) {
	q.state, q.last = lost, flowtable.FateLost
	q.flow.counts.Pending--
	q.flow.counts.Lost++
	if m.config.NoLost {
		return
	}
	e := flowtable.Event{Packet: q.packet(), Sent: q.sent, Lost: true, Notes: flowtable.NoteLost}
	e.Packet.Time = q.at + m.config.ReplyTimeout - m.clock.shift
	if q.at < m.dropped {
		e.Notes |= flowtable.NoteMaybe
	}
	if q.at == m.dropped {
		m.unsure = "whether packets were dropped before or after a request of the same time"
	}
	m.complete(&e, q.flow)
	dst.All = append(dst.All, e)
}

// end makes f a flow that is over.
func (m *model) end(dst *flowtable.Events, f *flow) {
	f.over = true
	m.abandon(f)
	m.mark("over")
	if !m.config.Ends || f.empty {
		return
	}
	e := flowtable.Event{Ended: true, Row: len(dst.Rows)}
	e.Packet.Time = f.seen + m.config.Idle - m.clock.shift
	m.owners = append(m.owners, key{})
	dst.All = append(dst.All, e)
	dst.Rows = append(dst.Rows, m.row(f))
}

// tooOld reports whether it is too late for any answer.
func (m *model) tooOld(q *asked) bool { return m.clock.now >= q.at+m.config.Late }

// requests are all that are remembered.
