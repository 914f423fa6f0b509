package terminal

import (
	"os"
	"os/signal"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"icmpdump/internal/rescue"
)

// What undoes all that bubbletea may have done: the keyboard's protocols, bracketed paste, the alternate screen, synchronized
// output, wide characters, colours, the cursor. A terminal that knows none of it takes no harm.
const undo = "\x1b[>4m\x1b[<1u\x1b[?2004l\x1b[?2026l\x1b[?2027l\x1b[?1049l\x1b[m\x1b[?25h"

// DieBy has signals kill the process, from now on until Close, as they do if nobody catches them, but for the terminal
// that is given back before.
func (t *Terminal) DieBy(signals ...os.Signal) {
	c := make(chan os.Signal, 1)
	signal.Notify(c, signals...)
	go func() {
		defer rescue.Guard()
		select {
		case sig := <-c:
			t.restore()
			signal.Reset(sig)
			syscall.Kill(syscall.Getpid(), sig.(syscall.Signal))
		case <-t.closed:
			signal.Stop(c)
		}
	}()
}

// restore is for a panic, which may have come anywhere: it takes no lock, and no longer than grace. Nobody else
// writes any more.
func (t *Terminal) restore() {
	t.out.abandon()
	if m := &t.mode; m.fd >= 0 && foreground(m.fd) {
		unix.IoctlSetTermios(m.fd, unix.TCSETS, &m.first)
	}
	text := "\r\n" // the row stays, and what is said begins below it
	switch {
	case t.full.Load():
		text = undo
	case t.c.Color:
		text = "\r" + eraseBehind
	}
	done := make(chan struct{})
	go func() {
		defer rescue.Guard()
		t.c.Out.WriteString(text)
		close(done)
	}()
	for wait, try := grace/2, 0; try <= discards; wait, try = difference/discards, try+1 {
		select {
		case <-done:
			return
		case <-time.After(wait):
			t.out.discard()
			t.out.resume()
		}
	}
}
