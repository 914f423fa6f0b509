package main

import (
	"errors"
	"io"
	"os"
	"syscall"

	"icmpdump/internal/rescue"
	"icmpdump/render"
	"icmpdump/render/terminal"
)

const (
	// circulating is how many batches of events go round between the table and the drawer: from a
	// file, of 620 KB each.
	circulating = 4

	// textSize is how much text is written at once: a batch of frames may become 25 times as
	// many bytes of JSON.
	textSize = 256 << 10
)

// A drawer writes what events look like, on a goroutine of its own: it may have to wait for
// its output, and who reads packets must not. Batches go round: full ones one way, empty ones
// the other.
type drawer struct {
	out  io.Writer
	tty  *terminal.Terminal // takes the place of out and draw, if it is there
	draw render.Appender
	full chan *batch
	free chan *batch
	stop func() // ends the capture

	// The drawer's own until it is done.
	text      []byte
	ends      []int  // where each event ends in text
	shown     uint64 // events written to their end
	unwritten uint64 // and those that could not be
	err       error  // why; nil if the reader of a pipe went away
	gone      bool   // nothing can be written any more
}

func newDrawer(out io.Writer, draw render.Appender, stop func()) *drawer {
	d := &drawer{
		out: out, draw: draw, stop: stop,
		full: make(chan *batch, circulating),
		free: make(chan *batch, circulating),
	}
	for range circulating {
		d.free <- new(batch)
	}
	return d
}

// finish hands over the batch that is left. Nothing more may come.
func (d *drawer) finish(b *batch) {
	if !b.empty() {
		<-d.free
		d.full <- b
	}
	close(d.full)
}

// start draws until full is closed; then the channel it returns is.
func (d *drawer) start() <-chan struct{} {
	done := make(chan struct{})
	go func() {
		defer rescue.Guard()
		for b := range d.full {
			d.batch(b)
			b.reset()
			d.free <- b
		}
		close(done)
	}()
	return done
}

// batch draws a batch, with a single write unless it is of a size that no lines of echoes have.
func (d *drawer) batch(b *batch) {
	for !b.isDrawn() {
		d.next(b)
	}
	d.flush()
}

// next draws the next event of a batch.
func (d *drawer) next(b *batch) {
	e, f := b.next()
	if d.tty != nil {
		d.tty.Event(e, &f)
		return
	}
	if e.Ended {
		d.text = d.draw.AppendRow(d.text, &b.events.Rows[e.Row])
	} else {
		d.text = d.draw.Append(d.text, e, f)
	}
	d.ends = append(d.ends, len(d.text))
	if len(d.text) > textSize {
		d.flush()
	}
}

// flush writes the text that was drawn, and counts its events.
func (d *drawer) flush() {
	if d.tty != nil {
		d.fail(d.tty.Flush())
		return
	}
	if len(d.text) == 0 {
		return
	}
	n := d.write(d.text)
	for _, end := range d.ends {
		if end <= n {
			d.shown++
		} else {
			d.unwritten++
		}
	}
	d.text, d.ends = d.text[:0], d.ends[:0]
}

// write writes text and returns how much of it was written. If not all was, the capture ends;
// that the reader of a pipe went away is a reason for that, and no error.
func (d *drawer) write(text []byte) int {
	if d.gone {
		return 0
	}
	n, err := d.out.Write(text)
	d.fail(err)
	return n
}

// fail ends the capture, if there is an error.
func (d *drawer) fail(err error) {
	if err == nil {
		return
	}
	d.gone = true
	d.stop()
	if !errors.Is(err, syscall.EPIPE) {
		d.err = err
	}
}

// stopOnHangup calls stop as soon as nobody reads the pipe any more that f may be, without
// waiting for the next line to fail. Nothing can interrupt the goroutine that waits for that: it is
// left behind.
func stopOnHangup(f *os.File, stop func()) {
	if st, err := f.Stat(); err == nil && st.Mode()&os.ModeNamedPipe != 0 {
		fd := int(f.Fd()) // before anybody closes f
		go func() {
			defer rescue.Guard()
			if hungUp(fd) == nil {
				stop()
			}
		}()
	}
}

// hungUp returns when the last reader of the pipe fd has gone. The writing end of a pipe never
// has anything to read: if select(2) says that it has, it is the error that is left behind.
func hungUp(fd int) error {
	var set syscall.FdSet
	const width = 1024 / len(set.Bits) // FD_SETSIZE
	if fd >= 1024 {
		return syscall.EBADF
	}
	for {
		set.Bits[fd/width] |= 1 << (fd % width)
		if _, err := syscall.Select(fd+1, &set, nil, nil, nil); !errors.Is(err, syscall.EINTR) {
			return err
		}
	}
}
