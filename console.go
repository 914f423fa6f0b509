package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"syscall"
	"time"

	"icmpdump/flowtable"
	"icmpdump/internal/rescue"
	"icmpdump/render"
	"icmpdump/render/screen"
	"icmpdump/render/terminal"
)

// isConsole reports whether f is a terminal that can do what a console needs.
func isConsole(f *os.File) bool {
	name := os.Getenv("TERM")
	return isTerminal(f) && name != "" && name != "dumb"
}

// findConsole finds out whether there is a console, and its keyboard. The full screen needs both.
func (o *options) findConsole(stdout *os.File) error {
	o.console = !o.flows && !o.json && isConsole(stdout)
	if o.console {
		o.keys = keyboard(o)
	}
	switch {
	case !o.screen || o.keys != nil:
		return nil
	case o.console:
		return usagef("top needs a keyboard: neither standard input nor the session has a terminal")
	case isTerminal(stdout):
		return usagef("top needs a terminal that can do more: TERM is %q", os.Getenv("TERM"))
	}
	return &usageError{
		text: "top needs a terminal, and standard output is none",
		hint: "icmpdump flows prints a table when its input has ended",
	}
}

// keyboard is where keys come from: standard input or, if that is none or is read as a file, the terminal by its name. It
// is nil if there is none.
func keyboard(o *options) *os.File {
	if isTerminal(os.Stdin) && !slices.Contains(o.files, "-") {
		return os.Stdin
	}
	if tty, err := os.Open("/dev/tty"); err == nil {
		return tty
	}
	return nil
}

// show begins to show the capture on the terminal, if there is one for it, until a signal ends it. A
// later one kills, as ever, but not before the terminal is what it was.
func (w *watcher) show(told signals, quit func(), stdout *os.File) error {
	o := w.opts
	if !o.console {
		return nil
	}
	draw := o.draw
	draw.Location = time.Local
	draw.Name = w.names.Name
	var err error
	w.tty, err = terminal.Start(terminal.Config{
		Keys: o.keys, Out: stdout, Err: w.talk.stderr, Draw: w.drawer.draw,
		Color: draw.Color, Whole: !o.live || draw.Verbose > 0, Silent: o.silent, Top: o.screen,
		Late: slices.Contains(o.files, "-"), FPS: o.fps,
		Screen: screen.Config{
			Feed: feed{w}, History: new(screen.History), Of: captureOf(o), Draw: draw, Live: o.live,
			Numeric: !o.names, Sort: o.sort, FPS: o.fps, Clock: w.clock,
		},
		Quit: quit, Clock: w.clock,
	})
	if err != nil {
		return err
	}
	w.drawer.tty = w.tty
	w.talk.via(w.tty)
	if !signal.Ignored(syscall.SIGQUIT) {
		w.tty.DieBy(syscall.SIGQUIT)
	}
	context.AfterFunc(told.end, func() {
		defer rescue.Guard()
		w.tty.Hasten()
		time.AfterFunc(sameSignal, func() {
			defer rescue.Guard()
			w.tty.DieBy(told.ending...)
		})
	})
	return nil
}

// leave gives the terminal back, when the input has ended as err says. Before that, who browses has all
// the time they want: looks is done when they want no more.
func (w *watcher) leave(looks context.Context, err error) {
	if w.tty == nil {
		return
	}
	if err != nil {
		w.tty.Warn(fmt.Sprintf("the capture has ended: %s", render.Clean(err.Error())))
	}
	w.ended.Store(true)
	select {
	case <-w.tty.Browsed():
	case <-looks.Done():
	}
	w.tty.Leave()
	w.endKeeping()
}

// captureOf is what packets are taken from, in the words of who asked for it.
func captureOf(o *options) []string {
	switch {
	case !o.live:
		return o.files
	case len(o.interfaces) == 0:
		return []string{"any"}
	}
	return o.interfaces
}

// A feed is what the full screen asks of a watcher.
type feed struct{ *watcher }

// Summary has the totals since the counters began anew.
func (f feed) Summary() *render.Summary { return f.summaryOf(f.table.Since()) }

func (f feed) Changes() uint64 { return f.changes() }

func (f feed) Rows(dst []flowtable.Row) []flowtable.Row { return f.table.Rows(dst, nil) }

func (f feed) Reset() { f.table.Reset() }

func (f feed) Ended() bool { return f.ended.Load() }
