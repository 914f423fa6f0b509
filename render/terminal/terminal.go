// Package terminal is where a person watches a capture: a stream of lines in the normal screen, above a
// status row that is written anew in its place, and, at Tab, the full screen of package screen. Events
// go in, by the drawer's goroutine; keys come from the terminal. It is the only code that changes a
// terminal's mode, and it puts it back however the program ends.
//
// Whoever reads packets never waits for a terminal: what the capture has to say is queued, and the stream is
// written by who draws, and by a goroutine of the package's own. That one sleeps while nothing happens.
package terminal

import (
	"os"
	"sync"
	"sync/atomic"
	"time"

	"icmpdump/capture/icmp"
	"icmpdump/flowtable"
	"icmpdump/internal/rescue"
	"icmpdump/render"
	"icmpdump/render/screen"
)

// Config is what a Terminal is made of.
type Config struct {
	Keys   *os.File // the terminal as a keyboard; nil if there is none
	Out    *os.File // the terminal as a screen
	Err    *os.File // where messages go: to the same terminal, or elsewhere
	Draw   render.Appender
	Color  bool // escape sequences may be used
	Whole  bool // every line is shown, however many they are
	Silent bool // no lines, the status row only
	Top    bool // begin with the full screen
	Late   bool // until packets come, leave the terminal to others: who writes our input may ask for a password
	FPS    int  // how often a second the status row is written at most
	Screen screen.Config
	Quit   func() // ends the capture: somebody pressed q
	Clock  func() time.Time
}

// Shown says what became of events. Each is in one of them.
type Shown struct {
	Lines     uint64 // written
	Collapsed uint64 // counted in a line of many, or shown on the full screen at most
	Unwritten uint64 // given up
}

// A Terminal is a terminal in use.
type Terminal struct {
	c       Config
	out     *output
	same    bool // Err is the same terminal as Out
	model   *screen.Model
	history *screen.History
	says    says

	mu     sync.Mutex // guards what follows; it is held while the stream is written
	stream stream

	// Of attend's goroutine.
	mode     mode
	keyboard keyboard
	jobs     jobs
	row      row
	begin    time.Time
	front    bool // the terminal is taken
	over     bool // it is not taken any more: the program is about to end

	full    atomic.Bool   // the full screen has it
	idle    atomic.Bool   // nothing will look at the feed unless woken
	wake    chan struct{} // there is something to do: of 1
	suspend chan struct{} // the full screen is to be left for a while: of 1
	closing chan struct{}
	done    chan struct{} // attend has ended
	browsed chan struct{} // closed when the full screen is left at the end of the input
	closed  chan struct{} // closed by Close
}

// Start takes the terminal.
func Start(c Config) (*Terminal, error) {
	t := &Terminal{
		c: c, out: newOutput(c.Out), same: isSame(c.Out, c.Err), history: c.Screen.History,
		wake: make(chan struct{}, 1), suspend: make(chan struct{}, 1), browsed: make(chan struct{}),
		closing: make(chan struct{}), done: make(chan struct{}), closed: make(chan struct{}),
	}
	t.c.Screen.Warning = t.says.warning
	t.c.Screen.Suspend = func() { nudge(t.suspend) }
	t.model = screen.New(t.c.Screen)
	t.begin = c.Clock()
	t.stream = stream{t: t}
	t.mode = mode{fd: -1}
	if c.Keys != nil {
		var err error
		if t.mode, err = newMode(c.Keys); err != nil {
			t.out.end()
			return nil, err
		}
		t.keyboard = keyboard{fd: int(c.Keys.Fd()), keys: make(chan byte, 64), quit: t.quit}
	}
	t.jobs.listen()
	forget := rescue.On(t.restore)
	go func() {
		defer rescue.Guard()
		t.attend()
		forget()
		close(t.done)
	}()
	return t, nil
}

// Event remembers e, whose packet came in f, and draws its line if it is to be seen. It belongs, with Flush, to one
// goroutine.
func (t *Terminal) Event(e *flowtable.Event, f *icmp.Frame) {
	t.history.Add(e, f)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.stream.event(e, f)
}

// Flush writes what was drawn. It waits for the terminal. That the terminal was given up is no error: it
// takes nothing, and the program is to end.
func (t *Terminal) Flush() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.stream.flush()
}

// Shown is what became of all events up to now.
func (t *Terminal) Shown() Shown {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.stream.shown
}

// Changed is called when the feed has something else to say. It costs next to nothing.
func (t *Terminal) Changed() {
	if t.idle.Load() {
		nudge(t.wake)
	}
}

// Say shows a message, of whole lines. It waits for nothing, until Leave was called.
func (t *Terminal) Say(text []byte) {
	if !t.same {
		t.says.note(text)
		t.c.Err.Write(text)
		return
	}
	select {
	case <-t.done:
		t.out.Write(text)
	default:
		t.says.add(text)
		nudge(t.wake)
	}
}

// Warn shows a line on the full screen, and nowhere else.
func (t *Terminal) Warn(line string) { t.says.note([]byte(line)) }

// nudge has the one who waits for c look what there is to do.
func nudge(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// Hasten is called when the program is to end: from now on, a terminal that takes nothing is waited for
// no longer than a second or two.
func (t *Terminal) Hasten() { t.out.hasten() }

// Browsed is closed when nobody looks at the full screen any more, once the input has ended.
func (t *Terminal) Browsed() <-chan struct{} {
	nudge(t.wake)
	return t.browsed
}

// Leave gives the terminal back, and writes to Err what was said while it could not be seen. What is said
// from then on is written at once.
func (t *Terminal) Leave() {
	close(t.closing)
	<-t.done
}

// Close ends what is left. Nothing may be said any more.
func (t *Terminal) Close() {
	close(t.closed)
	t.out.end()
}

// isSame reports whether two files are the same terminal.
func isSame(a, b *os.File) bool {
	one, err := a.Stat()
	if err != nil {
		return false
	}
	other, err := b.Stat()
	return err == nil && os.SameFile(one, other)
}
