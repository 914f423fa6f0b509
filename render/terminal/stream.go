package terminal

import (
	"bytes"
	"errors"
	"strconv"
	"time"

	"icmpdump/capture/icmp"
	"icmpdump/flowtable"
)

const (
	// maxLines is how many lines a second a person can do with, and maxTroubles how many more of those that
	// tell of a lost request or are errors: they are what is looked for in a flood.
	maxLines    = 200
	maxTroubles = 50

	// window is the time in which lines, and packets, are counted.
	window = time.Second

	// textSize is how much text is gathered before it is written.
	textSize = 64 << 10
)

// A stream is lines, and below them the status row, which is not part of them: whenever lines are to be
// written, it is erased, and written anew behind them, in the same write. The cursor stands at the row's
// beginning, so that what is erased is all that is behind it: a terminal that has become narrower
// has made two rows or more of it, or cut it, and nobody can know which.
type stream struct {
	t      *Terminal
	hidden bool   // the full screen has the terminal
	lost   bool   // the terminal took nothing: no more lines
	text   []byte // lines that are not yet written
	lines  uint64 // of events, in text
	shown  Shown

	status []byte // what the row is to say; empty if there is to be none
	width  int    // of the terminal that it was made for
	on     []byte // what stands on the screen

	now      time.Time // of the events since the last flush; zero if there were none
	begin    time.Time // of the window
	count    int       // of its lines
	troubles int       // of those, and of maxTroubles
	more     uint64    // that were too many
	bad      uint64    // of them, lost requests and errors

	buf []byte
}

// event draws e.
func (s *stream) event(e *flowtable.Event, f *icmp.Frame) {
	switch {
	case s.t.c.Silent:
		s.shown.Collapsed++
		return
	case s.hidden || !s.t.c.Whole && !s.fits(e):
		s.shown.Collapsed++
		s.more++
		if isTrouble(e) {
			s.bad++
		}
		return
	}
	s.text = s.t.c.Draw.Append(s.text, e, *f)
	s.lines++
	if len(s.text) > textSize {
		s.flush()
	}
}

func isTrouble(e *flowtable.Event) bool { return e.Lost || e.Packet.Decoded() && e.Packet.IsError() }

// fits reports whether there may be one more line in this window.
func (s *stream) fits(e *flowtable.Event) bool {
	if s.now.IsZero() {
		s.now = s.t.c.Clock()
		s.turn(s.now, false)
	}
	if s.count < maxLines {
		s.count++
		return true
	}
	if isTrouble(e) && s.troubles < maxTroubles {
		s.troubles++
		return true
	}
	return false
}

// turn begins a new window, if the last is over or is to be, and tells how many lines were too many for it. There is
// one window while the full screen has the terminal.
func (s *stream) turn(now time.Time, over bool) {
	took := now.Sub(s.begin)
	if s.hidden || took < window && !over {
		return
	}
	if s.more > 0 {
		s.text = append(s.text, "… "...)
		s.text = strconv.AppendUint(s.text, s.more, 10)
		s.text = append(s.text, " more ("...)
		s.text = strconv.AppendFloat(s.text, took.Seconds(), 'f', 1, 64)
		s.text = append(s.text, " s)"...)
		if s.bad > 0 {
			s.text = strconv.AppendUint(append(s.text, ", "...), s.bad, 10)
			s.text = append(s.text, " of them lost or errors"...)
		}
		s.text = append(s.text, '\n')
	}
	s.begin, s.count, s.troubles, s.more, s.bad = now, 0, 0, 0, 0
}

// flush writes the lines, and the row below them. That the terminal was given up is no error.
func (s *stream) flush() error {
	s.now = time.Time{}
	if len(s.text) == 0 {
		return nil
	}
	err := errAbandoned
	if !s.lost {
		err = s.draw(s.text)
	}
	if err != nil {
		s.shown.Unwritten += s.lines
	} else {
		s.shown.Lines += s.lines
	}
	s.text, s.lines = s.text[:0], 0
	if errors.Is(err, errAbandoned) {
		s.lost = true
		return nil
	}
	return err
}

// draw writes whole lines, which may be none, and the row below them.
func (s *stream) draw(lines []byte) error {
	s.buf = s.appendErase(s.buf[:0])
	s.buf = append(s.buf, lines...)
	s.on = s.on[:0]
	if len(s.status) > 0 && s.t.width() >= s.width {
		s.on = append(s.on, s.status...)
		s.buf = append(append(s.buf, s.on...), '\r')
	}
	return s.write()
}

// put makes the row say what status says, if it does not. It writes over the old row, so that nothing
// flickers.
func (s *stream) put(status []byte, width int) {
	s.status, s.width = append(s.status[:0], status...), width
	old := len(s.on)
	switch {
	case bytes.Equal(s.status, s.on):
		return
	case old == 0 || len(s.status) == 0 || !s.t.c.Color && old >= width:
		s.draw(nil)
		return
	}
	s.on = append(s.on[:0], s.status...)
	s.buf = append(append(s.buf[:0], '\r'), s.on...)
	if s.t.c.Color {
		s.buf = append(s.buf, eraseBehind...)
	} else {
		s.buf = appendBlanks(s.buf, old-len(s.on))
	}
	s.buf = append(s.buf, '\r')
	s.write()
}

func (s *stream) write() error {
	if len(s.buf) == 0 {
		return nil
	}
	_, err := s.t.out.Write(s.buf)
	return err
}

// eraseBehind erases all from the cursor to the end of the screen (ECMA-48, 8.3.39).
const eraseBehind = "\x1b[J"

// appendErase appends what takes the row away. Where no escape sequences are wanted, blanks do; what a narrower
// terminal has made several rows of is left as empty lines, which a wider one may make one of again: what comes next
// must not be in the last of them.
func (s *stream) appendErase(dst []byte) []byte {
	if len(s.on) == 0 {
		return dst
	}
	dst = append(dst, '\r')
	if s.t.c.Color {
		return append(dst, eraseBehind...)
	}
	width := s.t.width()
	for left := len(s.on); left > 0; left -= width {
		if left < len(s.on) {
			dst = append(dst, '\n')
		}
		dst = append(appendBlanks(dst, min(left, width)), '\r')
	}
	if len(s.on) > width {
		dst = append(dst, '\n')
	}
	return dst
}

func appendBlanks(dst []byte, n int) []byte {
	for range n {
		dst = append(dst, ' ')
	}
	return dst
}

// renew has the row written again, though it says the same.
func (s *stream) renew() {
	if len(s.on) > 0 {
		s.draw(nil)
	}
}

// hide leaves the terminal to the full screen. Events go on to be counted, as lines that were too many.
func (s *stream) hide() {
	s.end()
	s.hidden = true
}

// show comes back, and says how many lines there would have been.
func (s *stream) show() {
	s.hidden = false
	s.turn(s.t.c.Clock(), true)
	s.flush()
}

// end says what is left to say, and takes the row away.
func (s *stream) end() {
	if s.hidden {
		return
	}
	s.turn(s.t.c.Clock(), true)
	s.status = s.status[:0]
	s.flush()
	s.put(nil, 0)
}
