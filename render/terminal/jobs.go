package terminal

import (
	"errors"
	"os"
	"os/signal"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// jobs is job control: what a shell, and the user by ^Z, fg and bg, want of the process; and the size.
type jobs struct {
	stop, cont, size chan os.Signal
}

// listen begins to listen. Who started the process with SIGTSTP ignored does not want it stopped.
func (j *jobs) listen() {
	j.stop, j.cont, j.size = make(chan os.Signal, 1), make(chan os.Signal, 1), make(chan os.Signal, 1)
	if !signal.Ignored(syscall.SIGTSTP) {
		signal.Notify(j.stop, syscall.SIGTSTP)
	}
	signal.Notify(j.cont, syscall.SIGCONT)
	signal.Notify(j.size, syscall.SIGWINCH)
}

// ignore ends that.
func (j *jobs) ignore() {
	signal.Stop(j.stop)
	signal.Stop(j.cont)
	signal.Stop(j.size)
}

// Whom suspend stops.
const (
	toGroup = 0 // the whole job: a key of ours meant ^Z, that the terminal has told nobody
	toSelf  = 1 // the terminal, or who asked for it, has told the others
)

// stopped is how long it may take until a process is stopped. Where there is no shell to tell it to go on (its
// process group is orphaned), the kernel does not stop it: then it goes on after that.
const stopped = time.Second

// suspend stops the process until it is told to go on. The terminal must have been given back.
func (j *jobs) suspend(whom int) {
	if signal.Ignored(syscall.SIGTSTP) {
		return
	}
	if whom == toSelf {
		whom = syscall.Getpid()
	}
	drain(j.cont)
	undo := stopByDefault()
	syscall.Kill(whom, syscall.SIGTSTP)
	late := time.NewTimer(stopped)
	defer late.Stop()
	select {
	case <-j.cont:
	case <-late.C:
	}
	undo()
	drain(j.stop)
}

func drain(c <-chan os.Signal) {
	select {
	case <-c:
	default:
	}
}

// foreground reports whether the terminal listens to this process. Who is in the background and changes its mode or
// reads from it is stopped.
func foreground(fd int) bool {
	group, err := unix.IoctlGetInt(fd, unix.TIOCGPGRP)
	return err == nil && group == unix.Getpgrp()
}

// controlled reports whether f is the terminal of the session: of another, no process is in the
// foreground.
func (j *jobs) controlled(f *os.File) bool {
	_, err := unix.IoctlGetInt(int(f.Fd()), unix.TIOCGPGRP)
	return !errors.Is(err, unix.ENOTTY)
}

// tty is the terminal, by the file that can tell most of it.
func (t *Terminal) tty() *os.File {
	if t.c.Keys != nil {
		return t.c.Keys
	}
	return t.c.Out
}
