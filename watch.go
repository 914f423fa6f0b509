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
	draw := appender(o, src)
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
	if files, ok := src.(*pcapfile.Files); ok {
		talk.follow(files, stdout, time.Now())
	}
	defer stopOnHangup(stdout, stop)()
	done := w.drawer.start()
	err = w.pump.Run(ctx, func(ps []icmp.Packet, fs []capture.Frame) error { return w.packets(ctx, ps, fs) })
	w.drawer.finish(w.batch)
	<-done
	err = errors.Join(err, src.Close())

	summary := w.summary()
	if o.json {
		w.drawer.write(summary.AppendJSON(nil))
	}
	if signalled.Err() != nil && isTerminal(stderr) {
		fmt.Fprintln(talk) // ^C stands there
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
	c := flowtable.Config{OneWay: o.draw.OneWay, Live: o.live}
	if o.live {
		c.Seed = rand.Uint64()
	}
	return flowtable.New(c)
}

func appender(o *options, src source) render.Appender {
	draw := o.draw
	draw.Location = time.Local
	draw.Iface = src.Interface
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
	lost   uint64           // events of requests that got no answer
	ask    <-chan os.Signal // for the totals up to now
	talk   *progress
}

// packets is the pump's sink.
func (w *watcher) packets(ctx context.Context, ps []icmp.Packet, fs []capture.Frame) error {
	if w.opts.live && len(ps) == 0 {
		now := time.Now().Add(-lull).UnixNano()
		for all := false; !all; {
			m := w.batch.mark()
			all = w.table.Advance(&w.batch.events, now)
			w.pass(ctx, m, nil, nil)
		}
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
	w.lost += uint64(len(b.events.All) - m.events - len(ps))
	if !b.empty() {
		b.keep(ps, fs, w.draw.Needs)
		w.batch = w.drawer.give(ctx, b, m, w.opts.live)
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
	}
	if !w.opts.live {
		s.Received = c.Read - w.pump.Tally.Unread
	}
	return s
}

func (w *watcher) books() books {
	return books{
		live: w.opts.live, source: w.pump.Source.Counters(), tally: &w.pump.Tally, totals: w.table.Totals(),
		lost: w.lost, shown: w.drawer.shown, skipped: w.drawer.skipped, unwritten: w.drawer.unwritten,
	}
}
