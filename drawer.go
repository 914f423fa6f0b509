package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"syscall"

	"icmpdump/flowtable"
	"icmpdump/render"
)

// circulating is how many buffers of events go round between the reader and the drawer: what
// the output may lag behind before a live view skips lines.
const circulating = 8

// A drawer writes what events look like, on a goroutine of its own: it may have to wait for
// its output, and the reader must not. Buffers of events go round: full ones one way, empty
// ones the other.
type drawer struct {
	out  io.Writer
	draw render.Appender
	full chan []flowtable.Event // closed by the reader
	free chan []flowtable.Event
	stop func() // ends the capture

	skipped uint64 // events that were not drawn, the reader's count

	// The drawer's own until it is done.
	text      []byte
	shown     uint64 // lines written
	unwritten uint64 // and those that could not be
	err       error  // why; nil if the reader of a pipe went away
	gone      bool   // nothing can be written any more
}

func newDrawer(out io.Writer, draw render.Appender, stop func()) *drawer {
	d := &drawer{
		out: out, draw: draw, stop: stop,
		full: make(chan []flowtable.Event, circulating),
		free: make(chan []flowtable.Event, circulating),
	}
	for range circulating {
		d.free <- nil
	}
	return d
}

// exchange hands over events to be drawn and returns a buffer to go on with. If all are under
// way it waits, or else skips these events and returns the same one.
func (d *drawer) exchange(ctx context.Context, events []flowtable.Event, wait bool) []flowtable.Event {
	select {
	case empty := <-d.free:
		d.full <- events
		return empty
	default:
	}
	if wait {
		select {
		case empty := <-d.free:
			d.full <- events
			return empty
		case <-ctx.Done():
		}
	}
	d.skipped += uint64(len(events))
	return events
}

// start draws until full is closed; then the channel it returns is.
func (d *drawer) start() <-chan struct{} {
	done := make(chan struct{})
	go func() {
		defer close(done)
		for events := range d.full {
			d.lines(events)
			d.free <- events
		}
	}()
	return done
}

// lines draws a batch with a single write.
func (d *drawer) lines(events []flowtable.Event) {
	d.text = d.text[:0]
	for i := range events {
		d.text = d.draw.Append(d.text, &events[i])
	}
	n := d.write(d.text)
	shown := uint64(bytes.Count(d.text[:n], []byte("\n")))
	d.shown += shown
	d.unwritten += uint64(len(events)) - shown
}

// write writes text and returns how much of it was written. If not all was, the capture ends;
// that the reader of a pipe went away is a reason for that, and no error.
func (d *drawer) write(text []byte) int {
	if d.gone {
		return 0
	}
	n, err := d.out.Write(text)
	if err != nil {
		d.gone = true
		d.stop()
		if !errors.Is(err, syscall.EPIPE) {
			d.err = err
		}
	}
	return n
}

// stopOnHangup calls stop as soon as nobody reads the pipe any more that f may be, without
// waiting for the next line to fail, until the function that it returns is called. If f is no
// pipe, or can't be opened anew, nothing happens.
func stopOnHangup(f *os.File, stop func()) (release func()) {
	nothing := func() {}
	if st, err := f.Stat(); err != nil || st.Mode()&os.ModeNamedPipe == 0 {
		return nothing
	}
	// A descriptor of its own, so that the one that is written to stays as it is.
	pipe, err := os.OpenFile(f.Name(), os.O_WRONLY, 0)
	if err != nil {
		return nothing
	}
	raw, err := pipe.SyscallConn()
	if err != nil {
		pipe.Close()
		return nothing
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		// The writing end of a pipe never becomes readable: what wakes the second call of
		// this function is the error that is left when the last reader has gone.
		woken := false
		if raw.Read(func(uintptr) bool { done := woken; woken = true; return done }) == nil {
			stop()
		}
	}()
	return func() {
		pipe.Close()
		<-done
	}
}
