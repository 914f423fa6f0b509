package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"net"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"sync"
	"syscall"
	"time"

	"icmpdump/capture"
	"icmpdump/capture/afpacket"
	"icmpdump/capture/filter"
	"icmpdump/capture/icmp"
	"icmpdump/capture/pcapfile"
	"icmpdump/capture/savefile"
	"icmpdump/flowtable"
	"icmpdump/internal/rescue"
	"icmpdump/render"
	"icmpdump/render/names"
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

// arrival is how long it takes at most until what the kernel has received is in the table.
const arrival = 20 * time.Millisecond

// sameSignal is how long after the first signal another is the same: timeout(1) sends it to its child, and
// once more to its group. It must not kill before the file of -w is ended.
const sameSignal = 100 * time.Millisecond

// rig is what a test does to a watcher before it runs.
var rig = func(*watcher) {}

// watch is one capture from its beginning to its end: source, table, drawer, summary.
func watch(ctx context.Context, o *options, stdout, stderr *os.File) error {
	if o.save.IsStdout() && isTerminal(stdout) {
		return usagef("-w -: standard output is a terminal, which packets are no text for")
	}
	// The first signal ends the capture, a later one the process. nohup(1) has SIGHUP ignored.
	// With -w, SIGHUP is to take up the file anew.
	ending := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) && !o.save.Reopens() {
		ending = append(ending, syscall.SIGHUP)
	}
	signalled, restore := signal.NotifyContext(ctx, ending...)
	context.AfterFunc(signalled, func() {
		defer rescue.Guard()
		time.AfterFunc(sameSignal, func() {
			defer rescue.Guard()
			restore()
		})
	})
	ctx, stop := context.WithCancel(signalled)
	defer stop()
	asked := make(chan os.Signal, 1)
	signal.Notify(asked, syscall.SIGUSR1)
	defer signal.Stop(asked)
	reopen := make(chan os.Signal, 1)
	if o.save.Reopens() { // from before anybody is told that it listens, until the file is ended
		signal.Notify(reopen, syscall.SIGHUP)
		defer signal.Stop(reopen)
	}

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
		reopen:  reopen,
		talk:    talk,
	}
	if w.names != nil {
		defer w.names.Close()
	}
	waits, hurry := context.WithCancel(signalled) // for names, from a file
	defer hurry()
	draw := appender(o, w.lineName(waits))
	w.drawer = newDrawer(stdout, draw, stop)
	w.hire(draw)
	rig(w)
	if err := w.engage(ctx, stop, time.Now); err != nil {
		if signalled.Err() != nil { // while nobody read the FIFO
			err = nil
		}
		return errors.Join(err, w.close())
	}
	if files, ok := sources[0].(*pcapfile.Files); ok && (o.flows || o.silent || !isTerminal(stdout)) {
		talk.follow(files, time.Now())
	}
	if !o.silent || o.flows || o.save.IsStdout() {
		stopOnHangup(stdout, func() {
			hurry()
			stop()
		})
	}
	release := w.answer(asked)
	done := w.drawer.start()
	err = w.worker.run(ctx)
	w.drawer.finish(w.worker.batch)
	<-done
	release()
	err = errors.Join(err, w.close())
	err = errors.Join(err, w.dismiss())

	if signalled.Err() != nil && isTerminal(stderr) {
		fmt.Fprintln(talk) // ^C stands there
	}
	talk.erase()
	summary := w.summary()
	if o.flows || o.json && !o.silent {
		w.writeRows(waits, summary)
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
func open(o *options, stderr io.Writer) ([]source, error) {
	notice := func(text string) { fmt.Fprintf(stderr, "icmpdump: %s\n", render.Clean(text)) }
	if !o.live {
		o.judge = o.filter != nil
		files, err := pcapfile.Open(o.files, notice)
		return []source{files}, err
	}
	ifis, err := afpacket.Resolve(o.interfaces)
	if err != nil {
		return nil, err
	}
	o.draw.Ifaces = len(ifis) != 1
	config, program, err := listening(o, ifis)
	if err != nil {
		return nil, err
	}
	config.Notice = notice
	o.judge = len(program.UserSpace) > 0
	group, err := afpacket.OpenGroup(config, o.workers)
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
	sources := make([]source, len(group))
	for i, s := range group {
		sources[i] = s
	}
	return sources, nil
}

// listening is what to listen to, and the program that the kernel runs for it.
func listening(o *options, ifis []net.Interface) (afpacket.Config, filter.Program, error) {
	c := afpacket.Config{
		Interfaces:  ifis,
		Promiscuous: o.promisc,
		Ring:        o.ring,
		Snaplen:     o.snaplen,
		Direction:   o.direction,
		Filter:      o.filter,
	}
	p, err := c.Program()
	if len(p.UserSpace) > 0 {
		c.Snaplen = 0 // who judges sees all, as the kernel does, and cuts then
		p, err = c.Program()
	}
	if err != nil {
		return c, p, usagef("%s", err)
	}
	return c, p, nil
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

func appender(o *options, name func(icmp.Addr) render.Text) render.Appender {
	draw := o.draw
	draw.Name = name
	draw.Location = time.Local
	if o.json {
		return render.NewJSON(draw)
	}
	return render.NewLines(draw)
}

// A watcher is one capture.
type watcher struct {
	opts    *options
	color   bool     // of the summary, if it is on a terminal beside lines that have colours
	sources []source // several are live, and of one kind
	table   *flowtable.Table
	names   *names.Resolver // nil without --names
	drawer  *drawer
	worker  *worker
	saver   *savefile.Saver  // nil without -w
	reopen  <-chan os.Signal // SIGHUP, for the saver
	talk    *progress

	mu sync.Mutex // guards what the worker counts for the summary
}

// hire makes the worker. What it is brought comes from the one source, or from several in the order of
// time: so a reply finds its request in the table, and an error what it is about, whichever rings the
// kernel put them into.
func (w *watcher) hire(draw render.Appender) {
	w.worker = &worker{watcher: w, sieve: newSieve(w.opts), batch: new(batch), timer: time.NewTimer(0)}
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
				w.talk.Write(w.summary().AppendText(nil))
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

func (w *watcher) summary() *render.Summary {
	w.mu.Lock()
	c, tally, skipped, leftOut, hidden := w.worker.counters, w.worker.tally, w.worker.skipped, w.worker.leftOut, w.worker.hidden
	tally.Leave(&w.worker.unread)
	w.mu.Unlock()
	s := &render.Summary{
		Live:     w.opts.live,
		OneWay:   w.opts.draw.OneWay,
		Packets:  tally.Packets(),
		Received: c.Packets - c.Copies,
		Dropped:  c.Dropped,
		Skipped:  skipped,
		Where:    w.opts.where != nil,
		LeftOut:  leftOut,
		Hidden:   hidden,
		Saved:    w.saved(),
		Totals:   w.table.Totals(),
		Verdicts: tally.Verdicts,
		Rows:     w.table.Rows(nil, func(c flowtable.Counts) bool { return c.Lost > 0 }),
		Iface:    w.opts.draw.Iface,
		Color:    w.color,
	}
	if w.names != nil {
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
	return books{
		live: w.opts.live, flows: w.opts.flows || w.opts.silent, source: k.counters, tally: &tally, totals: w.table.Totals(),
		others: k.others, shown: w.drawer.shown, skipped: k.skipped, unwritten: w.drawer.unwritten,
		undrawn: k.undrawn, where: w.opts.where != nil, leftOut: k.leftOut, saved: w.saved(),
		names: w.names != nil, hidden: k.hidden,
	}
}
