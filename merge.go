package main

import (
	"math"
	"slices"
	"time"
)

// hold is how long events wait for older ones of other workers. The kernel keeps a packet for 2 ms
// at most, and longer only if the processor is busy.
const hold = 5 * time.Millisecond

// A merger draws the events of several workers in the order of their times, and numbers the
// packets in that order. What a worker has not handed over yet is waited for, until it is known
// to be newer or hold is over. It belongs to the drawer's goroutine.
type merger struct {
	*drawer
	clock  func() time.Time
	queues []queue // of each worker
	number uint64
}

// A queue is what one worker has handed over and is not drawn yet, the oldest first.
type queue struct {
	batches []*batch
	newest  int64 // the newest time that the worker has ever handed over
}

func newMerger(d *drawer, clock func() time.Time) *merger {
	return &merger{drawer: d, clock: clock, queues: make([]queue, len(d.free))}
}

// run draws until full is closed.
func (m *merger) run() {
	timer := time.NewTimer(hold)
	defer timer.Stop()
	for {
		select {
		case b, more := <-m.full:
			if !more {
				m.drawUntil(math.MaxInt64)
				return
			}
			now := m.clock().UnixNano()
			m.take(b, now)
			for range len(m.full) { // all there is, before any of it is drawn
				if b, more := <-m.full; more {
					m.take(b, now)
				}
			}
		case <-timer.C:
		}
		m.drawUntil(m.settled(m.clock().Add(-hold).UnixNano()))
		if m.waits() {
			timer.Reset(hold)
		}
	}
}

// take puts a batch that came now into its worker's queue.
func (m *merger) take(b *batch, now int64) {
	q := &m.queues[b.worker]
	b.came, b.newest = now, 0
	for i := range b.events.All {
		b.newest = max(b.newest, b.events.All[i].Packet.Time)
	}
	q.newest = max(q.newest, b.newest)
	q.batches = append(q.batches, b)
}

// settled is the time up to which everything has come, or was waited for: since due or before.
func (m *merger) settled(due int64) int64 {
	limit := int64(math.MaxInt64)
	for i := range m.queues {
		limit = min(limit, m.queues[i].newest)
	}
	for i := range m.queues {
		for _, b := range m.queues[i].batches {
			if b.came <= due {
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
