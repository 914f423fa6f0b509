package pcapfile

import (
	"io"
	"os"
	"sync"
	"time"

	"icmpdump/internal/rescue"
)

const (
	// tick bounds how long Read waits for what is not a regular file.
	tick = 100 * time.Millisecond

	// pipeSize is how much a pipe holds, and how much is read of a file at least.
	pipeSize = 64 << 10
)

// A feed reads a pipe, a terminal or a socket, which may say nothing for ever, even when it is
// opened: a goroutine waits there. The feed's own Read waits no longer than a tick. Nothing
// can interrupt that goroutine; if it still waits when the feed is closed it is left behind.
type feed struct {
	chunks chan chunk    // from the goroutine
	empty  chan []byte   // and its buffers back: two go round
	closed chan struct{} // tells it to end
	close  sync.Once
	timer  *time.Timer
	now    chunk // what is being handed out, after the first used bytes
	used   int
}

// A chunk is what one read brought.
type chunk struct {
	data []byte
	err  error
}

// newFeed reads what open opens, and closes it in the end.
func newFeed(open func() (io.ReadCloser, error)) *feed {
	f := &feed{
		chunks: make(chan chunk),
		empty:  make(chan []byte, 2),
		closed: make(chan struct{}),
		timer:  time.NewTimer(tick),
	}
	for range cap(f.empty) {
		f.empty <- make([]byte, pipeSize)
	}
	go func() {
		defer rescue.Guard()
		f.run(open)
	}()
	return f
}

func (f *feed) run(open func() (io.ReadCloser, error)) {
	in, err := open()
	if err != nil {
		f.send(chunk{err: err})
		return
	}
	defer in.Close()
	for buf := range f.empty {
		n, err := in.Read(buf[:cap(buf)])
		if !f.send(chunk{buf[:n], err}) || err != nil {
			return
		}
	}
}

// send reports false if nobody wants the chunk any more.
func (f *feed) send(c chunk) bool {
	select {
	case f.chunks <- c:
		return true
	case <-f.closed:
		return false
	}
}

// Read is that of an io.Reader, but for its error os.ErrDeadlineExceeded: nothing came within
// a tick.
func (f *feed) Read(p []byte) (int, error) {
	if f.used == len(f.now.data) {
		if f.now.err != nil {
			return 0, f.now.err
		}
		if f.now.data != nil {
			f.empty <- f.now.data
		}
		f.now, f.used = chunk{}, 0
		f.timer.Reset(tick)
		select {
		case f.now = <-f.chunks:
		case <-f.timer.C:
			return 0, os.ErrDeadlineExceeded
		}
	}
	n := copy(p, f.now.data[f.used:])
	f.used += n
	return n, nil
}

// Close tells the goroutine to end as soon as it has something to say.
func (f *feed) Close() error {
	f.close.Do(func() { close(f.closed) })
	return nil
}
