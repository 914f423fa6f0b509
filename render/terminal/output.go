package terminal

import (
	"errors"
	"io"
	"os"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"icmpdump/internal/rescue"
)

// errAbandoned is of what was written to an output that was given up, or was thrown away.
var errAbandoned = errors.New("the terminal takes nothing")

// grace is how long a terminal may take nothing, once the program is to end; then what holds it up is removed, and
// it has as long as that makes a difference.
const (
	grace      = time.Second
	difference = 200 * time.Millisecond

	// What is written may be several times what a terminal holds: so often it is emptied, and so long the writer
	// has to see that there is room.
	discards = 20
	sight    = 25 * time.Millisecond
)

// An output is a terminal whose writer can go on if it takes nothing any more: somebody pressed ^S, or the connection
// hangs. A write that is abandoned leaves its goroutine behind.
type output struct {
	*os.File
	mu      sync.Mutex // one write at a time
	buf     []byte     // what is being written
	work    chan []byte
	written chan result
	hurry   chan struct{} // closed: no write may take longer than grace
	gone    chan struct{} // closed: abandoned, or ended
	once    [2]sync.Once

	emptied bool // what a write had not brought was thrown away; guarded by mu
}

type result struct {
	n   int
	err error
}

func newOutput(f *os.File) *output {
	o := &output{
		File: f, work: make(chan []byte), written: make(chan result, 1),
		hurry: make(chan struct{}), gone: make(chan struct{}),
	}
	go func() {
		defer rescue.Guard()
		for b := range o.work {
			n, err := f.Write(b)
			o.written <- result{n, err}
		}
	}()
	return o
}

// Write writes b, which it has copied when it returns.
func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	select {
	case <-o.gone:
		return 0, errAbandoned
	default:
	}
	o.buf = append(o.buf[:0], b...)
	o.work <- o.buf
	select {
	case r := <-o.written:
		return r.n, r.err
	case <-o.hurry:
	}
	wait, try := grace, 0
	if o.emptied { // it was waited for
		wait, try = sight, 1
	}
	for ; ; try++ {
		late := time.NewTimer(wait)
		select {
		case r := <-o.written:
			late.Stop()
			if try > 1 {
				o.discard() // what is left of it
				return 0, errAbandoned
			}
			return r.n, r.err
		case <-late.C:
		}
		switch {
		case try == 0:
			o.resume()
			wait = difference
		case try <= discards:
			o.emptied = true
			o.discard()
			o.resume() // wakes who waits for room: Linux does not where room is made so
			wait = sight
		default:
			o.abandon()
			return 0, errAbandoned
		}
	}
}

// resume undoes a ^S, as ^C would. Linux lets a program go on only with what a program has held.
func (o *output) resume() {
	if fd := int(o.Fd()); foreground(fd) {
		unix.IoctlSetInt(fd, unix.TCXONC, unix.TCOOFF)
		unix.IoctlSetInt(fd, unix.TCXONC, unix.TCOON)
	}
}

// discard makes room where nobody reads, of what was written before. So what ends the full screen is the first that
// is read, if that ever happens.
func (o *output) discard() {
	if fd := int(o.Fd()); foreground(fd) {
		unix.IoctlSetInt(fd, unix.TCFLSH, unix.TCOFLUSH)
	}
}

// WriteString is Write.
func (o *output) WriteString(s string) (int, error) { return o.Write([]byte(s)) }

// ReadFrom keeps io.Copy from writing to the file itself.
func (o *output) ReadFrom(r io.Reader) (int64, error) {
	b, err := io.ReadAll(r)
	if err != nil {
		return 0, err
	}
	n, err := o.Write(b)
	return int64(n), err
}

// hasten gives a write not much longer than grace from now on.
func (o *output) hasten() { o.once[0].Do(func() { close(o.hurry) }) }

func (o *output) abandon() { o.once[1].Do(func() { close(o.gone) }) }

// end ends the goroutine, unless it was left behind.
func (o *output) end() {
	o.mu.Lock()
	defer o.mu.Unlock()
	select {
	case <-o.gone:
	default:
		o.abandon()
		close(o.work)
	}
}
