package main

import (
	"math"
	"slices"
	"time"

	"icmpdump/capture/afpacket"
)

const (
	// late is how far a worker that is idle may be behind: so old are packets that have just come.
	late = afpacket.Latency + time.Millisecond

	// hold is how long events wait for those of a worker that is busy: it has packets to read, but
	// no processor to read them. It is less than patience: others would skip lines meanwhile.
	hold = 80 * time.Millisecond
)

// A merger draws the events of several workers in the order of their times, and numbers the
// packets in that order. What a worker has not handed over yet is waited for, until it is known
// to be newer or hold is over. It belongs to the drawer's goroutine.
type merger struct {
	*drawer
	clock  func() time.Time
	idle   func(worker int) bool // whether there is nothing that a worker could have handed over
	queues []queue               // of each worker
	away   int64                 // ns that went by in drawing and writing, when nothing could come
	number uint64
}

// A queue is what one worker has handed over and is not drawn yet, the oldest first.
type queue struct {
	batches []*batch
	reached int64 // the time up to which everything has come
}

func newMerger(d *drawer, clock func() time.Time, idle func(worker int) bool) *merger {
	return &merger{drawer: d, clock: clock, idle: idle, queues: make([]queue, len(d.free))}
}

// run draws until full is closed.
func (m *merger) run() {
	timer := time.NewTimer(late)
	defer timer.Stop()
	for {
		var first *batch
		select {
		case b, more := <-m.full:
			if !more {
				m.drawUntil(math.MaxInt64)
				return
			}
			first = b
		case <-timer.C:
		}
		if m.step(first); m.waits() {
			timer.Reset(time.Millisecond)
		}
	}
}

// step takes a batch, if there is one, and draws what is settled.
func (m *merger) step(b *batch) {
	now := m.clock().UnixNano()
	m.askIdle(now)
	if b != nil {
		m.take(b, now-m.away)
	}
	for range len(m.full) { // all there is, before any of it is drawn
		if b, more := <-m.full; more {
			m.take(b, now-m.away)
		}
	}
	m.drawUntil(m.settled(now - m.away))
	m.away += m.clock().UnixNano() - now
}

// askIdle notes how far the workers are that have nothing to hand over. What they had is in full.
func (m *merger) askIdle(now int64) {
	for i := range m.queues {
		if m.idle(i) {
			m.queues[i].reached = max(m.queues[i].reached, now-late.Nanoseconds())
		}
	}
}

// take puts a batch that came now, less the time away, into its worker's queue.
func (m *merger) take(b *batch, now int64) {
	q := &m.queues[b.worker]
	b.came, b.newest = now, 0
	for i := range b.events.All {
		b.newest = max(b.newest, b.events.All[i].Packet.Time)
	}
	q.reached = max(q.reached, b.newest)
	q.batches = append(q.batches, b)
}

// settled is the time up to which everything has come, or was waited for until now, less the time
// away.
func (m *merger) settled(now int64) int64 {
	limit := int64(math.MaxInt64)
	for i := range m.queues {
		limit = min(limit, m.queues[i].reached)
	}
	for i := range m.queues {
		for _, b := range m.queues[i].batches {
			if now-b.came >= hold.Nanoseconds() {
				limit = max(limit, b.newest)
			}
		}
	}
	return limit
}

// drawUntil draws the events up to a time, and writes them.
func (m *merger) drawUntil(limit int64) {
	for {
		q, next := m.oldest()
		if q == nil || q.batches[0].time() > limit {
			break
		}
		b := q.batches[0]
		for until := min(next, limit); !b.isDrawn() && b.time() <= until; {
			m.next(b)
		}
		if b.isDrawn() {
			q.batches = slices.Delete(q.batches, 0, 1)
			m.recycle(b)
		}
	}
	m.flush()
}

// oldest is the queue with the oldest event, and the time of the oldest in the others.
func (m *merger) oldest() (oldest *queue, next int64) {
	first := int64(math.MaxInt64)
	next = math.MaxInt64
	for i := range m.queues {
		q := &m.queues[i]
		if len(q.batches) == 0 {
			continue
		}
		if at := q.batches[0].time(); oldest == nil || at < first {
			oldest, first, next = q, at, first
		} else {
			next = min(next, at)
		}
	}
	return oldest, next
}

// next draws the next event of a batch, whose packet gets its number.
func (m *merger) next(b *batch) {
	if e := &b.events.All[b.drawn]; !e.Ended && !e.Lost {
		m.number++
		e.Packet.Number = m.number
	}
	m.drawer.next(b)
}

// waits reports whether there is anything left to draw.
func (m *merger) waits() bool {
	return slices.ContainsFunc(m.queues, func(q queue) bool { return len(q.batches) > 0 })
}
