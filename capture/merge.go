package capture

import (
	"cmp"
	"context"
	"math"
	"slices"
	"sync"
	"time"

	"icmpdump/capture/icmp"
	"icmpdump/internal/rescue"
)

const (
	// hold is how long packets wait for those of a pump that is busy: it has frames to read, but no
	// processor to read them.
	hold = 80 * time.Millisecond

	// circulating is how many batches of each pump go round.
	circulating = 4
)

// A Merge runs several Pumps, a goroutine each, and puts what they bring into the order of time,
// numbered in that order: as if all had been read by one. What a pump has not brought yet is waited
// for, until it is known to be newer, or hold is over.
type Merge struct {
	Pumps []*Pump
	Idle  func(pump int) bool // whether a pump waits, and there is nothing that it could have read; any goroutine may ask
	Late  time.Duration       // how old packets may be that an idle one has not got yet
	Wake  func()              // has all pumps look whether they are to end; called when one has ended
	Clock func() time.Time

	began  time.Time
	away   time.Duration // that the sink took, when nothing could be taken in
	full   chan *load
	queues []queue // of each pump
	number uint64
}

// A load is a batch on its way from a pump to the sink.
type load struct {
	Batch
	pump   int
	next   int           // the first of its packets that was not passed on
	newest int64         // the newest time in it
	came   time.Duration // when, since the beginning
	last   bool          // no more of this pump will come
}

// A queue is what one pump has brought and is not passed on yet, the oldest first.
type queue struct {
	loads    []*load
	reached  int64 // the time up to which everything has come
	free     chan *load
	tally    Tally
	counters Counters
}

// Run is a Pump's. It ends when one of the pumps is at its end.
func (m *Merge) Run(ctx context.Context, b *Batch, sink Sink) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	m.begin()
	errs := make([]error, len(m.Pumps))
	var pumping sync.WaitGroup
	for i, u := range m.Pumps {
		pumping.Go(func() {
			defer rescue.Guard()
			errs[i] = m.pump(ctx, i, u)
			stop()
			m.Wake()
		})
	}
	go func() {
		defer rescue.Guard()
		pumping.Wait()
		close(m.full)
	}()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for more := true; more; {
		var l *load
		select {
		case l, more = <-m.full:
		case <-timer.C:
		}
		if b = m.step(l, b, sink); m.waits() {
			timer.Reset(time.Millisecond)
		}
	}
	m.pass(math.MaxInt64, b, sink)
	return cmp.Or(errs...) // all say the same
}

func (m *Merge) begin() {
	m.began = m.Clock()
	m.full = make(chan *load, len(m.Pumps)*(circulating+1))
	m.queues = make([]queue, len(m.Pumps))
	for i := range m.queues {
		m.queues[i].free = make(chan *load, circulating)
		for range circulating {
			m.queues[i].free <- &load{pump: i}
		}
	}
}

// pump runs a pump, whose loads go round.
func (m *Merge) pump(ctx context.Context, i int, u *Pump) error {
	defer func() {
		m.full <- &load{pump: i, last: true, Batch: Batch{Tally: u.Tally, Counters: u.Source.Counters()}}
	}()
	free := m.queues[i].free
	l := <-free
	return u.Run(ctx, &l.Batch, func(*Batch) *Batch {
		m.full <- l
		l = <-free
		return &l.Batch
	})
}

// step takes a load, if there is one, and passes on what is settled. It gives the sink a batch if
// there are packets in it, or a tick passed without any.
func (m *Merge) step(l *load, b *Batch, sink Sink) *Batch {
	m.askIdle()
	now := m.now()
	tick := l != nil && len(l.Packets) == 0
	if l != nil {
		m.take(l, now)
	}
	for range len(m.full) { // all there is, before any of it is passed on
		if l := <-m.full; l != nil {
			m.take(l, now)
		}
	}
	limit := m.settled(now)
	if tick && !m.waits() {
		b = m.give(b, sink)
	}
	b = m.pass(limit, b, sink)
	m.away += m.now() - now
	return b
}

// now is the time since the beginning, but for what the sink took. A clock that is set does not
// change it.
func (m *Merge) now() time.Duration { return m.Clock().Sub(m.began) - m.away }

// askIdle notes how far the pumps are that have nothing to bring. What they had is in full.
func (m *Merge) askIdle() {
	now := m.Clock().Add(-m.Late).UnixNano()
	for i := range m.queues {
		if m.Idle(i) {
			m.queues[i].reached = max(m.queues[i].reached, now)
		}
	}
}

// take puts a load that came now into its pump's queue.
func (m *Merge) take(l *load, now time.Duration) {
	q := &m.queues[l.pump]
	q.tally, q.counters = l.Tally, l.Counters
	l.came, l.next, l.newest = now, 0, math.MinInt64
	for i := range l.Packets {
		l.newest = max(l.newest, l.Packets[i].Time)
	}
	switch q.reached = max(q.reached, l.newest); {
	case l.last:
		q.reached = math.MaxInt64
	case len(l.Packets) == 0:
		q.free <- l
	default:
		q.loads = append(q.loads, l)
	}
}

// settled is the time up to which everything has come, or was waited for until now.
func (m *Merge) settled(now time.Duration) int64 {
	limit := int64(math.MaxInt64)
	for i := range m.queues {
		limit = min(limit, m.queues[i].reached)
	}
	for i := range m.queues {
		for _, l := range m.queues[i].loads {
			if now-l.came >= hold {
				limit = max(limit, l.newest)
			}
		}
	}
	return limit
}

// pass gives the sink the packets up to a time.
func (m *Merge) pass(limit int64, b *Batch, sink Sink) *Batch {
	b.reset()
	for {
		q, next := m.oldest()
		if q == nil || q.loads[0].time() > limit {
			break
		}
		l := q.loads[0]
		for until := min(next, limit); l.next < len(l.Packets) && l.time() <= until; l.next++ {
			m.number++
			b.add(&l.Batch, l.next, m.number)
		}
		if l.next == len(l.Packets) {
			q.loads = slices.Delete(q.loads, 0, 1)
			q.free <- l
		}
		if len(b.Packets) >= batchFrames {
			b = m.give(b, sink)
		}
	}
	if len(b.Packets) > 0 {
		b = m.give(b, sink)
	}
	return b
}

// give gives the sink a batch with the counts of all, and returns another one, which is empty.
func (m *Merge) give(b *Batch, sink Sink) *Batch {
	b.Tally, b.Counters = Tally{}, Counters{}
	for i := range m.queues {
		b.Tally.Add(&m.queues[i].tally)
		b.Counters.Add(&m.queues[i].counters)
	}
	b = sink(b)
	b.reset()
	return b
}

// oldest is the queue with the oldest packet, and the time of the oldest in the others.
func (m *Merge) oldest() (oldest *queue, next int64) {
	first := int64(math.MaxInt64)
	next = math.MaxInt64
	for i := range m.queues {
		q := &m.queues[i]
		if len(q.loads) == 0 {
			continue
		}
		if at := q.loads[0].time(); oldest == nil || at < first {
			oldest, first, next = q, at, first
		} else {
			next = min(next, at)
		}
	}
	return oldest, next
}

// time is that of the next packet to pass on.
func (l *load) time() int64 { return l.Packets[l.next].Time }

// waits reports whether there is anything left to pass on.
func (m *Merge) waits() bool {
	return slices.ContainsFunc(m.queues, func(q queue) bool { return len(q.loads) > 0 })
}

// add adds a packet of another batch, and its frame.
func (b *Batch) add(from *Batch, i int, number uint64) {
	n := len(b.Packets)
	b.Packets = append(b.Packets, icmp.Packet{})
	b.Packets[n] = from.Packets[i]
	b.Packets[n].Number = number
	k := from.Frames[i]
	at := uint32(len(b.Bytes))
	b.Bytes = append(b.Bytes, from.Bytes[k.At:k.At+k.Size]...)
	k.At = at
	b.Frames = append(b.Frames, k)
}
