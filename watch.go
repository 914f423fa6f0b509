package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"icmpdump/capture"
	"icmpdump/capture/afpacket"
	"icmpdump/capture/icmp"
	"icmpdump/capture/pcapfile"
	"icmpdump/flowtable"
	"icmpdump/render"
)

// A source is where frames come from, live or from a file.
type source interface {
	capture.Source
	io.Closer
	Interface(index int32) string
}

// A permissionError is a socket that was refused.
type permissionError struct{ error }

func (e *permissionError) Unwrap() error { return e.error }

// lull is how far the clock of lost requests stays behind, live: a reply may be in the ring
// while its request is judged.
const lull = 200 * time.Millisecond

// watch is one capture from its beginning to its end: source, table, drawer, summary.
func watch(ctx context.Context, o *options, stdout, stderr *os.File) error {
	// The first signal ends the capture, the second the process. nohup(1) has SIGHUP ignored.
	ending := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) {
		ending = append(ending, syscall.SIGHUP)
	}
	signalled, restore := signal.NotifyContext(ctx, ending...)
	context.AfterFunc(signalled, restore)
	ctx, stop := context.WithCancel(signalled)
	defer stop()
	ask := make(chan os.Signal, 1)
	signal.Notify(ask, syscall.SIGUSR1)
	defer signal.Stop(ask)

	talk := &progress{stderr: stderr}
	src, err := open(o, talk)
	if err != nil {
		return err
	}
	defer src.Close()
	o.draw.Iface = src.Interface
	draw := appender(o)
	w := &watcher{
		opts:   o,
		pump:   capture.Pump{Source: src, Limit: o.count},
		table:  newTable(o),
		draw:   draw,
		drawer: newDrawer(stdout, draw, stop),
		batch:  new(batch),
		ask:    ask,
		talk:   talk,
	}
	if files, ok := src.(*pcapfile.Files); ok && (o.flows || !isTerminal(stdout)) {
		talk.follow(files, time.Now())
	}
	defer stopOnHangup(stdout, stop)()
	done := w.drawer.start()
	err = w.pump.Run(ctx, func(ps []icmp.Packet, fs []capture.Frame) error { return w.packets(ctx, ps, fs) })
	w.drawer.finish(w.batch)
	<-done
	err = errors.Join(err, src.Close())

	if signalled.Err() != nil && isTerminal(stderr) {
		fmt.Fprintln(talk) // ^C stands there
	}
	talk.erase()
	summary := w.summary()
	if o.flows || o.json {
		w.writeRows(summary.Totals)
	}
	if o.json {
		w.drawer.write(summary.AppendJSON(nil))
	}
	talk.Write(summary.AppendText(nil))
	if o.stats {
		io.WriteString(talk, w.books().String())
	}
	return errors.Join(err, w.drawer.err)
}

// open opens what the options name, and says so. Only now is it known whether live lines have
// to tell interfaces apart.
func open(o *options, stderr io.Writer) (source, error) {
	notice := func(text string) { fmt.Fprintf(stderr, "icmpdump: %s\n", render.Clean(text)) }
	if !o.live {
		return pcapfile.Open(o.files, notice)
	}
	ifis, err := afpacket.Resolve(o.interfaces)
	if err != nil {
		return nil, err
	}
	o.draw.Ifaces = len(ifis) != 1
	src, err := afpacket.Open(afpacket.Config{
		Interfaces:  ifis,
		Promiscuous: o.promisc,
		Ring:        o.ring,
		Snaplen:     o.snaplen,
		Direction:   o.direction,
		Notice:      notice,
	})
	if errors.Is(err, fs.ErrPermission) {
		return nil, &permissionError{err}
	}
	if err != nil {
		return nil, err
	}
	names := []string{afpacket.Any}
	if len(ifis) > 0 {
		names = names[:0]
		for _, ifi := range ifis {
			names = append(names, ifi.Name)
		}
	}
	fmt.Fprintf(stderr, "icmpdump: listening on %s\n", render.Clean(strings.Join(names, ", ")))
	return src, nil
}

// newTable is the table for live traffic, whose hash nobody can foresee, or for a file, which
// gives the same output each time.
func newTable(o *options) *flowtable.Table {
	c := o.table
	c.NoLost = c.NoLost || o.flows // which has no line for them
	if o.live {
		c.Seed = rand.Uint64()
	}
	// The table is nearly all the memory there is, and all of it is made here: to let the heap
	// double before garbage is looked for would be a waste.
	debug.SetGCPercent(25)
	return flowtable.New(c)
}

func appender(o *options) render.Appender {
	draw := o.draw
	draw.Location = time.Local
	if o.json {
		return render.NewJSON(draw)
	}
	return render.NewLines(draw)
}

// A watcher is the reader's side of a capture. It belongs to the reading goroutine.
type watcher struct {
	opts   *options
	pump   capture.Pump
	table  *flowtable.Table
	draw   render.Appender
	drawer *drawer
	batch  *batch           // for the drawer
	others uint64           // events of requests that got no answer, and of flows that are over
	ask    <-chan os.Signal // for the totals up to now
	talk   *progress

	undrawn uint64    // events that nobody wants to see
	dropped uint64    // packets, by the kernel
	looked  time.Time // when it was asked for them
}

// packets is the pump's sink.
func (w *watcher) packets(ctx context.Context, ps []icmp.Packet, fs []capture.Frame) error {
	if w.opts.live {
		w.lookForDrops(time.Now())
	}
	if w.opts.live && len(ps) == 0 {
		m := w.batch.mark()
		w.table.Advance(&w.batch.events, time.Now().Add(-lull).UnixNano()) // what is left is for the next tick
		w.pass(ctx, m, nil, nil)
	}
	for len(ps) > 0 {
		m := w.batch.mark()
		n := w.table.Add(&w.batch.events, ps)
		w.pass(ctx, m, ps[:n], fs[:n])
		ps, fs = ps[n:], fs[n:]
	}
	if w.talk.files != nil {
		w.talk.update(time.Now())
	}
	select {
	case <-w.ask:
		w.talk.Write(w.summary().AppendText(nil))
	default:
	}
	return nil
}

// pass gives the drawer what came behind m, of which these packets and their frames are the
// last. What it has no batch for is left for the next time.
func (w *watcher) pass(ctx context.Context, m mark, ps []icmp.Packet, fs []capture.Frame) {
	b := w.batch
	w.others += uint64(len(b.events.All) - m.events - len(ps))
	switch {
	case w.opts.flows:
		w.undrawn += uint64(len(b.events.All))
		b.reset()
	case !b.empty():
		b.keep(ps, fs, w.draw.Needs)
		w.batch = w.drawer.give(ctx, b, m, w.opts.live)
	}
}

// lookEvery is how often the kernel is asked for packets that it dropped, at most: a system call
// and a walk over the ring's blocks, 4 µs.
const lookEvery = 100 * time.Millisecond

// lookForDrops tells the table of packets that the kernel dropped.
func (w *watcher) lookForDrops(now time.Time) {
	if now.Sub(w.looked) < lookEvery {
		return
	}
	w.looked = now
	if n := w.pump.Source.Counters().Dropped; n > w.dropped {
		w.dropped = n
		w.table.Dropped(now.UnixNano())
	}
}

func (w *watcher) summary() *render.Summary {
	c := w.pump.Source.Counters()
	s := &render.Summary{
		Live:     w.opts.live,
		OneWay:   w.opts.draw.OneWay,
		Packets:  w.pump.Tally.Packets(),
		Received: c.Packets - c.Copies,
		Dropped:  c.Dropped,
		Skipped:  w.drawer.skipped,
		Totals:   w.table.Totals(),
		Verdicts: w.pump.Tally.Verdicts,
		Rows:     w.table.Rows(nil, func(c *flowtable.Counts) bool { return c.Lost > 0 }),
		Iface:    w.opts.draw.Iface,
	}
	if !w.opts.live {
		s.Received = c.Read - w.pump.Tally.Unread
	}
	return s
}

func (w *watcher) books() books {
	return books{
		live: w.opts.live, flows: w.opts.flows, source: w.pump.Source.Counters(), tally: &w.pump.Tally, totals: w.table.Totals(),
		others: w.others, shown: w.drawer.shown, skipped: w.drawer.skipped, unwritten: w.drawer.unwritten,
		undrawn: w.undrawn,
	}
}
