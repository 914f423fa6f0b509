// Package savefile writes packets to capture files: one, a ring of them by size, or one after the other
// by time, as tcpdump's -w, -C, -G and -W do. Packets go in on the capture's goroutine; the file is
// written on another, so that a slow disk holds nothing up. Who opens is who closes: a file is given its
// end and closed here, and cut back to its last whole record if the disk is full.
//
// Times are int64 nanoseconds since the Unix epoch, sizes bytes.
package savefile

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync/atomic"
	"syscall"
	"time"

	"icmpdump/capture"
	"icmpdump/capture/pcapfile"
	"icmpdump/internal/rescue"
)

const (
	// saveSize is how much is written at once, and saveTick how long less than that is kept back.
	saveSize = 256 << 10
	saveTick = 500 * time.Millisecond
)

// Config says what is to be written where.
type Config struct {
	Path    string // or what it is made of; "-" is standard output
	Size    int64  // the most that a file is to have, in bytes; 0 is no limit
	Seconds int64  // after which there is another file, its name made by strftime(3); 0 is never
	Files   int    // how many there are, in a ring of Size or one after the other of Seconds; 0 is no limit
	Prompt  bool   // keep nothing back

	// Live is not to keep waiting who captures. Else nothing is lost, and packets' own time is the clock.
	Live   bool
	Inputs []string // files that must not be written over; "-" is standard input
	Writer pcapfile.Writer

	Clock    func() time.Time
	Drops    func() uint64        // by the kernel so far
	Say      func(text string)    // to a person; Start calls it, or a goroutine
	Stop     func()               // ends the capture; likewise
	Opened   func(f *os.File)     // is told the first file, unless that is standard output
	Reopen   <-chan os.Signal     // asks for a file of the same name
	Orphaned func() (hungUp bool) // whether that was meant to end the capture
}

// IsStdout reports whether the file is standard output. Of nothing that is to be written it is not.
func (c *Config) IsStdout() bool { return c != nil && c.Path == "-" }

// Reopens reports whether the file has a name under which it can be made anew.
func (c *Config) Reopens() bool { return c != nil && c.Path != "-" }

// A Saver writes packets to a file, or several, on a goroutine of its own. Pages go round: who
// captures fills one, and never waits for another if that is live; what there is none for is counted.
type Saver struct {
	ctx    context.Context // how long the reader of a FIFO is waited for
	conf   Config
	inputs []os.FileInfo // what must not be written over
	writer pcapfile.Writer

	full, free chan *page
	done       chan struct{}

	page    *page // being filled; the capture's
	matched atomic.Uint64

	written, failed, overflowed, unwanted atomic.Uint64

	// The goroutine's own.
	file      *file     // nil: there is none yet, or no more
	name      string    // the file's
	made      string    // the newest that was not there before: it is ours
	number    int       // of the file, of -C
	lapped    bool      // the numbers began again: there are such files already
	intervals int       // that have begun, of -G
	begun     int64     // ns, when the interval began
	opened    int64     // ns, when the file did
	now       int64     // ns, of the newest packet; of a file that is read
	next      time.Time // when the interval is over; live
	flushing  *time.Timer
	waits     bool // flushing is under way
	turning   *time.Timer
	over      bool  // the last file is complete
	err       error // why nothing can be written any more
	mixed     bool  // it was said that a frame had another link type
	timeless  bool  // it was said that a frame has no time in pcap
}

// Start makes the first file, as far as its name is known, and begins to write. The reader of a FIFO is
// waited for until ctx is done, of this file and of those behind it.
func Start(ctx context.Context, c Config) (*Saver, error) {
	s := &Saver{
		ctx: ctx, conf: c, inputs: identities(c.Inputs), writer: c.Writer,
		full: make(chan *page, pages), free: make(chan *page, pages),
		page: new(page), done: make(chan struct{}),
		flushing: time.NewTimer(time.Hour), turning: time.NewTimer(time.Hour),
	}
	for range pages {
		s.free <- new(page)
	}
	now := c.Clock()
	s.begun, s.next = now.UnixNano(), now.Add(s.interval())
	if c.Live || c.Seconds == 0 {
		s.intervals = 1
		if err := s.open(); err != nil {
			return nil, err
		}
		if !c.IsStdout() {
			c.Opened(s.file.File)
		}
	}
	go func() {
		defer rescue.Guard()
		s.run()
		close(s.done)
	}()
	return s, nil
}

// Finish writes what is left, and ends the file. What it returns is what was not written.
func (s *Saver) Finish() error {
	if len(s.page.packets) > 0 {
		<-s.free
		s.full <- s.page
	}
	close(s.full)
	<-s.done
	switch n := s.failed.Load(); {
	case n > 0:
		return fmt.Errorf("%s: %d of %d packets could not be written", s.conf.Path, n, s.matched.Load())
	case s.err != nil && !s.gone():
		return fmt.Errorf("%s: the file is not complete", s.conf.Path)
	}
	return nil
}

// gone reports whether the reader of the pipe went away that the file is, or did not come to a FIFO.
func (s *Saver) gone() bool {
	return errors.Is(s.err, syscall.EPIPE) || errors.Is(s.err, context.Canceled)
}

// run writes until full is closed.
func (s *Saver) run() {
	for {
		s.arm()
		select {
		case g, more := <-s.full:
			if !more {
				s.end()
				return
			}
			s.take(g)
			g.reset()
			s.free <- g
		case <-s.flushing.C:
			s.waits = false
			s.flush()
		case <-s.turning.C:
			s.turnOver()
		case <-s.conf.Reopen:
			s.again()
		}
	}
}

// arm sets the timers to when something is due.
func (s *Saver) arm() {
	if !s.waits && s.file != nil && len(s.file.buf) > 0 {
		s.waits = true
		s.flushing.Reset(saveTick)
	}
	if s.conf.Live && s.conf.Seconds > 0 && !s.over {
		s.turning.Reset(max(s.next.Sub(s.conf.Clock()), 0))
	}
}

// take writes a page.
func (s *Saver) take(g *page) {
	if s.conf.Live {
		s.turnOver()
	}
	at := 0
	for i := range g.packets {
		k := &g.packets[i]
		behind := at + int(k.size)
		k.Data = g.bytes[at:behind]
		at = behind + int(k.comment)
		s.packet(&k.Frame, g.bytes[behind:at])
	}
	if s.conf.Prompt || s.file != nil && len(s.file.buf) >= saveSize {
		s.flush()
	}
}

// packet writes a packet, or counts why not.
func (s *Saver) packet(f *capture.Frame, comment []byte) {
	if !s.conf.Live {
		if !f.Untimed {
			s.now = max(s.now, f.Time)
		}
		s.turnOver()
	}
	if s.file != nil && s.conf.Size > 0 && s.file.packets > 0 &&
		s.file.size+int64(s.writer.Room(f, comment)) > s.conf.Size {
		s.nextNumber()
	}
	switch {
	case s.over || s.gone():
		s.unwanted.Add(1)
		return
	case s.file == nil:
		s.failed.Add(1)
		return
	}
	if s.opened == 0 {
		s.opened = s.now
	}
	before := len(s.file.buf)
	buf, err := s.writer.Append(s.file.buf, f, comment)
	if err != nil {
		s.failed.Add(1)
		if !s.mixed {
			s.mixed = true
			s.conf.Say(fmt.Sprintf("%s: %v", s.name, err))
		}
		return
	}
	s.file.buf = buf
	s.file.ended(before)
	if s.writer.Timeless > 0 && !s.timeless {
		s.timeless = true
		s.conf.Say(s.name + ": a pcap file has no time before 1970 or after 2106: 0 is written for it, and pcapng has more")
	}
	if len(s.file.buf) >= saveSize {
		s.flush()
	}
}

// time is now, or of a file that is read, what its packets say.
func (s *Saver) time() int64 {
	if !s.conf.Live {
		return s.now
	}
	return s.conf.Clock().UnixNano()
}

// flush writes what is kept back.
func (s *Saver) flush() {
	if s.file == nil {
		return
	}
	written, lost, err := s.file.flush()
	s.written.Add(written)
	if errors.Is(err, syscall.EPIPE) {
		s.unwanted.Add(lost)
	} else {
		s.failed.Add(lost)
	}
	s.fail(err)
}

// close ends the file.
func (s *Saver) close() {
	if s.file == nil {
		return
	}
	st := pcapfile.Statistics{Begin: s.opened, End: s.time(), Live: s.conf.Live, Lost: s.overflowed.Load()}
	if s.conf.Drops != nil {
		st.Dropped = s.conf.Drops()
	}
	if len(s.file.buf) >= saveSize {
		s.flush()
	}
	if s.file == nil {
		return
	}
	before := len(s.file.buf)
	s.file.buf = s.writer.End(s.file.buf, &st)
	s.file.headed(before)
	s.flush()
	if file := s.file; file != nil {
		s.file = nil
		if !s.conf.IsStdout() {
			s.fail(file.Close())
		}
	}
}

// end ends the last file. One that waited for the first packet's time is made all the same.
func (s *Saver) end() {
	if s.file == nil && s.err == nil && s.intervals == 0 {
		s.fail(s.open())
	}
	s.close()
}

// fail gives up the file if err is not nil, and says so: what was captured is counted and shown all
// the same. That the reader of a pipe went away ends the capture, and is no error.
func (s *Saver) fail(err error) {
	if err == nil || s.err != nil {
		return
	}
	s.err = err
	text := err.Error()
	if file := s.file; file != nil {
		if file.regular {
			text += fmt.Sprintf(": it is cut back to %d packets", file.packets)
		}
		s.file = nil
		if !s.conf.IsStdout() {
			file.Close()
		}
	}
	if s.gone() {
		s.conf.Stop()
		return
	}
	s.conf.Say(text)
}

// Counts say what became of packets.
type Counts struct {
	Matched    uint64 // in one of the others, or on its way
	Written    uint64
	Failed     uint64 // to be written, or of a link type that the file does not take
	Overflowed uint64 // the files were too slow
	Unwanted   uint64 // the last of the files was complete, or their reader had gone away
}

// Counts are those so far. Any goroutine may ask.
func (s *Saver) Counts() Counts {
	return Counts{
		Matched: s.matched.Load(), Written: s.written.Load(), Failed: s.failed.Load(),
		Overflowed: s.overflowed.Load(), Unwanted: s.unwanted.Load(),
	}
}
