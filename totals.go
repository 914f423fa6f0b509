package main

import (
	"os"
	"time"

	"icmpdump/flowtable"
	"icmpdump/internal/rescue"
	"icmpdump/render"
	"icmpdump/render/terminal"
)

// arrival is how long it takes at most until what the kernel has received is in the table.
const arrival = 20 * time.Millisecond

// answer writes the totals up to now each time they are asked for, until the function that it
// returns is called.
func (w *watcher) answer(asked <-chan os.Signal) (release func()) {
	end, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer rescue.Guard()
		for {
			select {
			case <-asked:
				time.Sleep(arrival)
				w.talk.Write(w.closing().AppendText(nil))
			case <-end:
				close(done)
				return
			}
		}
	}()
	return func() {
		close(end)
		<-done
	}
}

// closing is the summary with the flows that lost requests, to name the worst.
func (w *watcher) closing() *render.Summary {
	s := w.summary()
	s.Rows = w.table.Rows(nil, func(c flowtable.Counts) bool { return c.Lost > 0 })
	return s
}

// changes is another number when the summary may be another.
func (w *watcher) changes() uint64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	k := w.worker
	return w.table.Changes() + k.tally.Packets() + k.counters.Dropped + k.skipped + k.leftOut
}

// summary is the totals up to now.
func (w *watcher) summary() *render.Summary { return w.summaryOf(w.table.Totals()) }

// summaryOf is the summary with these totals.
func (w *watcher) summaryOf(totals *flowtable.Totals) *render.Summary {
	w.mu.Lock()
	c, tally, skipped, leftOut, hidden := w.worker.counters, w.worker.tally, w.worker.skipped, w.worker.leftOut, w.worker.hidden
	last, read, size := w.worker.last, w.read, w.size
	tally.Leave(&w.worker.unread)
	w.mu.Unlock()
	s := &render.Summary{
		Live:     w.opts.live,
		OneWay:   w.opts.draw.OneWay,
		Packets:  tally.Packets(),
		Last:     last,
		Read:     read,
		Size:     size,
		Received: c.Packets - c.Copies,
		Dropped:  c.Dropped,
		Skipped:  skipped,
		Where:    w.opts.where != nil,
		LeftOut:  leftOut,
		Hidden:   hidden,
		Saved:    w.saved(),
		Totals:   totals,
		Verdicts: tally.Verdicts,
		Iface:    w.opts.draw.Iface,
		Color:    w.color,
	}
	if w.opts.names && w.names != nil {
		s.Name = w.names.Name
	}
	if !w.opts.live {
		s.Records = c.Read - tally.Unread
		s.Received, s.Filter = s.Records-tally.Unmatched, w.opts.filter != nil
	}
	return s
}

// books are for the end.
func (w *watcher) books() books {
	k := w.worker
	tally := k.tally
	tally.Leave(&k.unread)
	var tty terminal.Shown
	if w.tty != nil {
		tty = w.tty.Shown()
		tty.Collapsed += k.undrawn
	}
	return books{
		live: w.opts.live, flows: w.opts.flows || w.opts.silent && w.tty == nil, source: k.counters, tally: &tally, totals: w.table.Totals(),
		others: k.others, shown: w.drawer.shown + tty.Lines, skipped: k.skipped, unwritten: w.drawer.unwritten + tty.Unwritten,
		collapsed: tty.Collapsed, names: w.opts.names || k.hidden > 0, hidden: k.hidden,
		undrawn: k.undrawn, where: w.opts.where != nil, leftOut: k.leftOut, saved: w.saved(),
	}
}
