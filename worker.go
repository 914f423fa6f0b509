package main

import (
	"context"
	"slices"
	"time"

	"icmpdump/capture"
	"icmpdump/capture/afpacket"
	"icmpdump/internal/rescue"
	"icmpdump/render"
)

const (
	// ahead is how many batches of packets go round between reading a file and the table.
	ahead = 3

	// patience is how many milliseconds a live view waits for an output that takes nothing,
	// before it skips lines. Meanwhile packets lie in the ring. A disk may take nothing for some
	// tenths of a second.
	patience = 1000

	// How long a live source is waited for: while there are events that are due or that the drawer had
	// no batch for, while a request may wait for its reply, and when neither is so.
	keptTick = 5 * time.Millisecond
	busyTick = 100 * time.Millisecond
	idleTick = time.Second
)

// A pump brings packets: a capture.Pump, or a capture.Merge.
type pump interface {
	Run(ctx context.Context, b *capture.Batch, sink capture.Sink) error
}

// A worker takes what a pump brings through the table to the drawer. It belongs to the goroutine
// that does so.
type worker struct {
	*watcher
	sieve
	pump   pump
	stop   func()             // ends the capture
	live   []*afpacket.Source // what the pump reads, if that is live
	heard  time.Time          // when packets came last; live
	batch  *batch             // for the drawer
	waited int                // milliseconds, since it last had a batch to go on with
	timer  *time.Timer        // for waiting

	comments *render.Lines // for packets of -w; nil if they are to have none
	comment  []byte        // the last of them

	others  uint64 // events of requests that got no answer, and of flows that are over
	undrawn uint64 // events that nobody wants to see
	told    uint64 // changes that the console knows of
	dropped uint64 // packets, by the kernel, that the table has been told of

	// For the summary; guarded by the watcher's mu.
	tally    capture.Tally
	counters capture.Counters
	skipped  uint64 // events that were not drawn
	last     int64  // the time of the last packet
}

// run reads until the end.
func (w *worker) run(ctx context.Context) error {
	if w.live != nil { // a hand-over more would only make lines later
		defer context.AfterFunc(ctx, func() {
			defer rescue.Guard()
			w.wake()
		})()
		return w.pump.Run(ctx, new(capture.Batch), func(b *capture.Batch) *capture.Batch {
			w.packets(b)
			return b
		})
	}
	read, free := make(chan *capture.Batch, ahead), make(chan *capture.Batch, ahead)
	for range ahead {
		free <- new(capture.Batch)
	}
	var err error
	go func() {
		defer rescue.Guard()
		err = w.pump.Run(ctx, <-free, func(b *capture.Batch) *capture.Batch {
			w.advance()
			read <- b
			return <-free
		})
		close(read)
	}()
	for b := range read {
		w.packets(b)
		free <- b
	}
	return err
}

// wake has what is live look whether it is to end. Any goroutine may call it.
func (w *worker) wake() {
	for _, s := range w.live {
		s.Wake()
	}
}

// packets takes what was read through the table.
func (w *worker) packets(in *capture.Batch) {
	if w.done && w.live == nil {
		return // it was read ahead: see watcher.close
	}
	w.hear(in)
	first := 0
	for first < len(in.Packets) && !w.done {
		if w.opts.flows && w.saver == nil {
			n := w.table.Add(nil, in.Packets[first:])
			w.undrawn += uint64(n)
			first += n
			continue
		}
		m := w.batch.mark()
		first = w.add(in, first)
		w.save(m)
		w.hide(m)
		w.foresee(m)
		w.pass(m)
	}
	if w.saver != nil {
		w.saver.Pass()
	}
	if w.done {
		w.leave(in, first)
	} else if w.live != nil {
		w.tick(len(in.Packets) == 0, time.Now())
	}
	w.tell()
}

// tell has the console look at the totals, if they are others than before.
func (w *worker) tell() {
	if w.tty == nil {
		return
	}
	if n := w.changes(); n != w.told {
		w.told = n
		w.tty.Changed()
	}
}

// add has the table make events of in's packets from first on, and keeps those that are wanted. It
// returns how far it came. Where what is wanted is counted, no packet behind the last one is added.
func (w *worker) add(in *capture.Batch, first int) (behind int) {
	for behind = first; behind < len(in.Packets) && !w.done; {
		m, packets := w.batch.mark(), in.Packets[behind:]
		if w.count {
			packets = packets[:1]
		}
		n := w.table.Add(&w.batch.events, packets)
		w.batch.take(in, behind, behind+n)
		w.sift(m, n)
		behind += n
		if n < len(packets) {
			break
		}
	}
	return behind
}

// tick does what is due when no packets came, and says how long they are waited for next.
func (w *worker) tick(quiet bool, now time.Time) {
	all := true
	if quiet {
		m := w.batch.mark()
		all = w.table.Advance(&w.batch.events, now.Add(-lull).UnixNano())
		w.sift(m, 0)
		w.pass(m)
	} else {
		w.heard = now
	}
	next := busyTick
	switch {
	case !all || !w.batch.empty() || w.saver != nil && w.saver.Keeps():
		next = keptTick
	case now.Sub(w.heard) > time.Duration(w.opts.table.ReplyTimeout)+2*lull:
		next = idleTick
	}
	for _, s := range w.live {
		s.SetTick(next)
	}
}

// hear notes what is counted elsewhere, and tells the table of packets that the kernel dropped.
func (w *worker) hear(in *capture.Batch) {
	w.mu.Lock()
	w.tally, w.counters = in.Tally, in.Counters
	if n := len(in.Packets); n > 0 {
		w.last = in.Packets[n-1].Time
	}
	w.mu.Unlock()
	if n := in.Counters.Dropped; n > w.dropped {
		w.dropped = n
		w.table.Dropped(time.Now().UnixNano())
	}
}

// pass gives the drawer what there is, of which what came behind m is new. What it has no batch for
// is left for the next time.
func (w *worker) pass(m mark) {
	b := w.batch
	if w.opts.silent && !w.opts.console {
		w.undrawn += uint64(len(b.events.All) - m.events)
		b.cut(m)
	}
	if b.empty() {
		return
	}
	if empty := w.exchange(); empty != nil {
		w.drawer.full <- b
		w.batch = empty
	} else if b.large() {
		w.skip(m)
	}
}

// exchange is an empty batch to go on with, or nil if the same is to be gone on with. The
// drawer is waited for, except live: there the batch is kept and, when it is large, the ring
// has to keep what comes, until it is crowded or the output has taken nothing for too long.
func (w *worker) exchange() *batch {
	select {
	case b := <-w.drawer.free:
		w.waited = 0
		return b
	default:
	}
	if w.opts.wait {
		return <-w.drawer.free
	}
	for !w.opts.silent && w.batch.large() && w.waited < patience && !slices.ContainsFunc(w.live, (*afpacket.Source).Crowded) {
		w.timer.Reset(time.Millisecond)
		select {
		case b := <-w.drawer.free:
			w.waited = 0
			return b
		case <-w.timer.C:
			w.waited++
		}
	}
	return nil
}

// skip leaves undrawn what came behind m. Nobody misses a line where there are none.
func (w *worker) skip(m mark) {
	n := uint64(len(w.batch.events.All) - m.events)
	if w.opts.silent {
		w.undrawn += n
	} else {
		w.mu.Lock()
		w.skipped += n
		w.mu.Unlock()
	}
	w.batch.cut(m)
}
