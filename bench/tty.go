package main

import (
	"fmt"
	"os"
	"os/exec"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"
)

// Size of a terminal, in columns and rows.
const (
	ttyWidth  = 120
	ttyHeight = 40
)

// A tty is a terminal without a person. Of one that is nil, nothing is written and no key pressed.
type tty struct {
	master, slave *os.File
	reading       sync.WaitGroup
	read          atomic.Uint64 // bytes
}

func openTTY() (*tty, error) {
	master, slave, err := pty.Open()
	if err != nil {
		return nil, err
	}
	t := &tty{master: master, slave: slave}
	if err := pty.Setsize(slave, &pty.Winsize{Cols: ttyWidth, Rows: ttyHeight}); err != nil {
		t.close()
		return nil, err
	}
	return t, nil
}

// watch reads, and counts, until nobody has the terminal any more.
func (t *tty) watch() {
	t.reading.Go(func() {
		for buf := make([]byte, 64<<10); ; {
			n, err := t.master.Read(buf)
			t.read.Add(uint64(n))
			if err != nil {
				return
			}
		}
	})
}

// written is how many bytes were read.
func (t *tty) written() uint64 {
	if t == nil {
		return 0
	}
	return t.read.Load()
}

// press types keys.
func (t *tty) press(keys string) error {
	if keys == "" {
		return nil
	}
	_, err := t.master.WriteString(keys)
	return err
}

// fullFor is how long a terminal takes nothing until it is taken to be full: the kernel moves on what was written
// somewhat later, and has room again.
const fullFor = 50 * time.Millisecond

// fill writes until the terminal takes not one byte more.
func (t *tty) fill() error {
	fd, err := unix.Open(t.slave.Name(), unix.O_WRONLY|unix.O_NONBLOCK|unix.O_NOCTTY|unix.O_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("open %s: %w", t.slave.Name(), err)
	}
	defer unix.Close(fd)
	bytes := make([]byte, 4096)
	for {
		ready, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLOUT}}, int(fullFor.Milliseconds()))
		switch {
		case err == unix.EINTR:
			continue
		case err != nil:
			return fmt.Errorf("poll %s: %w", t.slave.Name(), err)
		case ready == 0:
			return nil
		}
		if _, err := unix.Write(fd, bytes); err != nil && err != unix.EAGAIN && err != unix.EINTR {
			return fmt.Errorf("write %s: %w", t.slave.Name(), err)
		}
	}
}

// attach has cmd run in the terminal: its keyboard, and its output.
func (t *tty) attach(cmd *exec.Cmd) {
	cmd.Stdin, cmd.Stdout = t.slave, t.slave
	cmd.Env = append(os.Environ(), "TERM=xterm-256color")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
}

// close closes it, when what ran in it has ended.
func (t *tty) close() {
	t.slave.Close()
	t.reading.Wait()
	t.master.Close()
}
