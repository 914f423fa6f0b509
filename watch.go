package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"icmpdump/capture"
	"icmpdump/capture/afpacket"
	"icmpdump/capture/icmp"
	"icmpdump/capture/pcapfile"
	"icmpdump/capture/savefile"
	"icmpdump/flowtable"
	"icmpdump/render"
	"icmpdump/render/names"
	"icmpdump/render/terminal"
)

// lull is how far the clock of lost requests stays behind, live: a reply may be in the ring
// while its request is judged.
const lull = 200 * time.Millisecond

// rig is what a test does to a watcher before it runs.
var rig = func(*watcher) {}

// watch is one capture from its beginning to its end: source, table, drawer, summary.
func watch(ctx context.Context, o *options, stdout, stderr *os.File) error {
	if o.save.IsStdout() && isTerminal(stdout) {
		return usagef("-w -: standard output is a terminal, which packets are no text for")
	}
	if err := o.findConsole(stdout); err != nil {
		return err
	}
	told, ignore := heed(ctx, o.save.Reopens())
	defer ignore()
	looks, quit := context.WithCancel(told.end) // until nobody looks any more
	defer quit()
	ctx, stop := context.WithCancel(looks) // until the capture is to end
	defer stop()

	talk := &progress{stderr: stderr}
	sources, err := open(o, talk)
	if err != nil {
		return err
	}
	o.draw.Iface = sources[0].Interface
	o.draw.Color = !o.json && !o.csv && colors(o.color, isTerminal(stdout), os.Getenv)
	w := &watcher{
		opts:    o,
		color:   o.draw.Color && isTerminal(stderr),
		sources: sources,
		table:   newTable(o),
		names:   newNames(o, time.Now),
		reopen:  told.reopen,
		talk:    talk,
		clock:   time.Now,
	}
	if w.names != nil {
		defer w.names.Close()
	}
	waits, hurry := context.WithCancel(told.end) // for names, from a file
	defer hurry()
	draw := appender(o, w.lineName(waits))
	w.drawer = newDrawer(stdout, draw, quit)
	w.hire(draw, stop)
	rig(w)
	if err := w.engage(ctx, stop, w.clock); err != nil {
		if told.end.Err() != nil { // while nobody read the FIFO
			err = nil
		}
		return errors.Join(err, w.close())
	}
	if files, ok := sources[0].(*pcapfile.Files); ok {
		w.follow(files, stdout)
	}
	if !o.silent || o.flows || o.save.IsStdout() {
		stopOnHangup(stdout, func() {
			hurry()
			stop()
		})
	}
	if err := w.show(told, quit, stdout); err != nil {
		return errors.Join(err, w.close(), w.dismiss())
	}
	if w.tty != nil {
		defer w.tty.Close()
	}
	release := w.answer(told.asked)
	done := w.drawer.start()
	err = w.worker.run(ctx)
	w.drawer.finish(w.worker.batch)
	<-done
	w.leave(looks, err)
	release()
	err = errors.Join(err, w.close())
	err = errors.Join(err, w.dismiss())

	if told.end.Err() != nil && isTerminal(stderr) && w.tty == nil {
		fmt.Fprintln(talk) // ^C stands there
	}
	talk.erase()
	w.report(waits)
	return errors.Join(err, w.drawer.err)
}

// report writes what there is to say at the end. Names of rows are waited for until ctx is done.
func (w *watcher) report(ctx context.Context) {
	o, summary := w.opts, w.closing()
	if o.flows || o.json && !o.silent {
		w.writeRows(ctx, summary)
	}
	if o.json {
		w.drawer.write(summary.AppendJSON(nil))
	}
	w.talk.Write(summary.AppendText(nil))
	if o.stats {
		io.WriteString(w.talk, w.books().String())
	}
}

// A watcher is one capture.
type watcher struct {
	opts    *options
	color   bool     // of the summary, if it is on a terminal beside lines that have colours
	sources []source // several are live, and of one kind
	table   *flowtable.Table
	names   *names.Resolver // nil if nobody can ask for names
	drawer  *drawer
	worker  *worker
	saver   *savefile.Saver  // nil without -w
	reopen  <-chan os.Signal // SIGHUP, for the saver
	talk    *progress
	clock   func() time.Time

	// Of a console.
	tty     *terminal.Terminal // nil without one
	files   *pcapfile.Files    // large ones, of which the row shows how far they are read; or nil
	ended   atomic.Bool        // the input has
	keeping sync.Mutex         // held while something is saved; guards kept
	kept    bool               // nothing more is to be saved

	mu         sync.Mutex // guards what the worker counts for the summary, and what follows
	read, size int64      // of large files, in bytes
}

// hire makes the worker. What it is brought comes from the one source, or from several in the order of
// time: so a reply finds its request in the table, and an error what it is about, whichever rings the
// kernel put them into. It calls stop when it has seen what was wanted.
func (w *watcher) hire(draw render.Appender, stop func()) {
	w.worker = &worker{watcher: w, sieve: newSieve(w.opts), stop: stop, batch: new(batch), timer: time.NewTimer(0)}
	var limit *capture.Limit
	if w.opts.count > 0 && !w.worker.count {
		limit = capture.NewLimit(w.opts.count)
	}
	merge := &capture.Merge{
		Idle:  func(pump int) bool { return w.worker.live[pump].Idle() },
		Late:  afpacket.Latency + time.Millisecond,
		Wake:  w.worker.wake,
		Clock: time.Now,
	}
	for _, src := range w.sources {
		u := &capture.Pump{Source: src, Limit: limit}
		if w.opts.judge {
			u.Match = w.matcher(src)
		}
		switch {
		case w.opts.save != nil:
			u.Keep = func(*icmp.Packet) bool { return true }
		case w.opts.console:
			u.Keep = func(*icmp.Packet) bool { return true }
		case !w.opts.flows:
			u.Keep = draw.Needs
		}
		if live, ok := src.(*afpacket.Source); ok {
			w.worker.live = append(w.worker.live, live)
		}
		merge.Pumps = append(merge.Pumps, u)
	}
	if w.worker.pump = merge; len(w.sources) == 1 {
		w.worker.pump = merge.Pumps[0]
	}
}

// matcher is the filter in user space, for frames of one source. Live, it leaves as much of them as is to be
// kept.
func (w *watcher) matcher(src source) func(*capture.Frame) bool {
	m := w.opts.filter.Machine(src.Interface)
	keep := w.opts.snaplen
	if !w.opts.live || keep == 0 {
		return m.Match
	}
	return func(f *capture.Frame) bool {
		matches := m.Match(f)
		f.Data = f.Data[:min(len(f.Data), keep)]
		return matches
	}
}

// close closes the sources. From then on the counters are exact.
func (w *watcher) close() (err error) {
	if w.worker.live != nil {
		err = afpacket.CloseGroup(w.worker.live)
	} else {
		err = w.sources[0].Close()
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	read := w.worker.counters.Read
	w.worker.counters = capture.Counters{}
	for _, src := range w.sources {
		c := src.Counters()
		w.worker.counters.Add(&c)
	}
	if w.worker.live == nil && w.worker.done {
		w.worker.tally.Unread += w.worker.counters.Read - read // what was read ahead
	}
	return err
}
