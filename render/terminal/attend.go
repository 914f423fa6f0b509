package terminal

import (
	"time"
)

// attend does all that is not drawing lines, until the terminal is left: the row, messages, keys, and
// the full screen.
func (t *Terminal) attend() {
	defer t.jobs.ignore()
	timer := time.NewTimer(0) // the row is there from the beginning
	defer timer.Stop()
	if t.c.Top {
		t.screen()
	}
	for {
		select {
		case <-t.closing:
			t.leave()
			return
		case key := <-t.keyboard.keys:
			t.press(key)
		case <-t.jobs.stop:
			t.give()
			t.jobs.suspend(toSelf)
			t.row.stale = true
		case <-t.jobs.cont: // from where it was stopped without being asked, or from the background
			t.give()
			t.row.stale = true
		case <-t.jobs.size:
			t.row.stale = true
		case <-t.wake:
		case <-timer.C:
		}
		t.endBrowsing()
		if wait := t.refresh(); wait > 0 {
			timer.Reset(wait)
		} else {
			timer.Stop()
		}
	}
}

// endBrowsing tells that nobody browses, if the input has ended.
func (t *Terminal) endBrowsing() {
	if t.c.Screen.Feed.Ended() {
		select {
		case <-t.browsed:
		default:
			close(t.browsed)
		}
	}
}

// take takes the terminal. The process must be in the foreground.
func (t *Terminal) take() {
	if t.front = true; t.c.Keys != nil {
		t.mode.keys()
		t.keyboard.on()
	}
}

// give gives it back: the row goes, and the mode is what it was. Lines go on without.
func (t *Terminal) give() {
	if !t.front {
		return
	}
	t.front = false
	t.keyboard.off()
	t.mu.Lock()
	t.stream.put(nil, 0)
	t.mu.Unlock()
	t.mode.restore()
}

// isFront reports whether the terminal is this process's to take.
func (t *Terminal) isFront() bool {
	return foreground(int(t.tty().Fd())) && !(t.c.Late && t.c.Screen.Feed.Changes() == 0)
}

// background is how often who is there looks whether that is still so: no shell tells a process that
// goes on running that it has the terminal.
const background = time.Second

// press does what a key of the stream asks for.
func (t *Terminal) press(key byte) {
	switch key {
	case '\t':
		t.screen()
	case '\n', '\r':
		t.mu.Lock()
		t.stream.draw([]byte{'\n'})
		t.mu.Unlock()
	case '?':
		t.row.notice(keysText, t.c.Clock())
	case 'L' - '@': // ^L
		t.row.stale = true
	}
}

// keysText says what can be pressed. It stands in the row's place for a while.
const (
	keysText   = " Tab: full screen  Enter: empty line  ^L: redraw  ^S ^Q: hold, go on  ^Z: stop  q ^C: end"
	noticeTime = 5 * time.Second
)

// quit ends the capture. Somebody wants that, so that a terminal that takes nothing is not waited for.
func (t *Terminal) quit() {
	t.c.Quit()
	t.Hasten()
}

// leave leaves everything as it was.
func (t *Terminal) leave() {
	t.mu.Lock()
	t.stream.end()
	t.mu.Unlock()
	t.give()
	if said := t.says.take(); len(said) > 0 {
		t.out.Write(said)
	}
}
