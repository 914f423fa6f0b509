package lab

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
)

// A Chunk is what one read of a terminal brought, and when.
type Chunk struct {
	Bytes []byte
	At    time.Time
}

// A PTY is a terminal of which each byte is collected. What runs in it is alone there: there is no
// shell, and nobody who answers what it asks the terminal.
type PTY struct {
	t      testing.TB
	master *os.File // never blocks
	slave  *os.File // open, so that the terminal outlives what runs in it
	cmd    *exec.Cmd
	ended  chan struct{}
	done   sync.WaitGroup

	mu      sync.Mutex
	changed *sync.Cond
	chunks  []Chunk
	text    []byte // of all chunks
	taken   int    // of text
	stalled bool
	reading bool
	closed  bool
}

// OpenPTY opens a terminal of that size, which is closed when the test ends.
func OpenPTY(t testing.TB, width, height int) *PTY {
	t.Helper()
	Need(t, "stty")
	master, slave, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer master.Close()
	fd, err := syscall.Dup(int(master.Fd()))
	if err == nil {
		err = syscall.SetNonblock(fd, true)
	}
	if err != nil {
		t.Fatal(err)
	}
	syscall.CloseOnExec(fd)
	p := &PTY{t: t, master: os.NewFile(uintptr(fd), "master"), slave: slave}
	p.changed = sync.NewCond(&p.mu)
	p.Resize(width, height)
	p.done.Go(p.read)
	t.Cleanup(func() {
		p.set(func() { p.closed = true })
		p.master.Close()
		p.slave.Close()
		p.done.Wait()
	})
	return p
}

// set changes what read looks at.
func (p *PTY) set(change func()) {
	p.mu.Lock()
	change()
	p.mu.Unlock()
	p.changed.Broadcast()
}

// read collects what comes, until the terminal is closed.
func (p *PTY) read() {
	defer p.set(func() { p.reading = false })
	buf := make([]byte, 64<<10)
	for {
		p.mu.Lock()
		p.reading = false
		p.changed.Broadcast()
		for p.stalled && !p.closed {
			p.changed.Wait()
		}
		closed := p.closed
		p.reading = true
		p.mu.Unlock()
		if closed {
			return
		}
		n, err := p.master.Read(buf)
		if n > 0 {
			c := Chunk{bytes.Clone(buf[:n]), time.Now()}
			p.set(func() { p.chunks, p.text = append(p.chunks, c), append(p.text, c.Bytes...) })
		}
		if err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
			return
		}
	}
}

// Stall has nobody read the terminal any more. It holds some KiB then, and takes no more.
func (p *PTY) Stall() {
	p.t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stalled = true
	for p.reading {
		if err := p.master.SetReadDeadline(time.Now()); err != nil {
			p.t.Fatal(err)
		}
		p.changed.Wait()
	}
}

// Resume has it read again.
func (p *PTY) Resume() {
	p.t.Helper()
	if err := p.master.SetReadDeadline(time.Time{}); err != nil {
		p.t.Fatal(err)
	}
	p.set(func() { p.stalled = false })
}

// HangUp closes it, as a window is closed. What runs in it is sent SIGHUP.
func (p *PTY) HangUp() {
	p.t.Helper()
	p.Stall()
	p.master.Close()
}

// Start starts cmd in the terminal, which is its controlling one, and its input and output where it has no other. If
// it has no environment it is that of an xterm-256color.
func (p *PTY) Start(cmd *exec.Cmd) {
	p.t.Helper()
	if cmd.Env == nil {
		cmd.Env = Environ("xterm-256color")
	}
	if cmd.Stdin == nil {
		cmd.Stdin = p.slave
	}
	if cmd.Stdout == nil {
		cmd.Stdout = p.slave
	}
	if cmd.Stderr == nil {
		cmd.Stderr = p.slave
	}
	// The terminal is the child's descriptor 3, whatever becomes of the first three.
	cmd.ExtraFiles = append([]*os.File{p.slave}, cmd.ExtraFiles...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true, Ctty: 3}
	if err := cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	ended := make(chan struct{})
	p.cmd, p.ended = cmd, ended
	go func() {
		defer close(ended)
		cmd.Wait()
	}()
	p.t.Cleanup(func() {
		cmd.Process.Kill()
		<-ended
	})
}

// PID is the process identifier of what was started last.
func (p *PTY) PID() int { return p.cmd.Process.Pid }

// Signal sends it a signal.
func (p *PTY) Signal(sig os.Signal) {
	p.t.Helper()
	if err := p.cmd.Process.Signal(sig); err != nil {
		p.t.Fatal(err)
	}
}

// End waits for it to end, and returns its exit code: 128 and the signal's number if one has killed it. All that
// it wrote has been collected then, unless nobody reads.
func (p *PTY) End() int {
	p.t.Helper()
	select {
	case <-p.ended:
	case <-time.After(patience):
		p.t.Fatalf("%s does not end\n%q", strings.Join(p.cmd.Args, " "), p.Text())
	}
	p.drain()
	if status, ok := p.cmd.ProcessState.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return 128 + int(status.Signal())
	}
	return p.cmd.ProcessState.ExitCode()
}

// last is written behind what a program wrote into the terminal, to find its end.
const last = "\x00last\x00"

// drain waits until what was written into the terminal has been read, if anybody reads.
func (p *PTY) drain() {
	p.t.Helper()
	p.mu.Lock()
	stalled := p.stalled
	p.mu.Unlock()
	if stalled {
		return
	}
	if _, err := p.slave.WriteString(last); err != nil {
		p.t.Fatal(err)
	}
	p.Wait("its end", func(text string) bool { return strings.HasSuffix(text, last) })
	p.set(func() {
		p.text = p.text[:len(p.text)-len(last)]
		for left := len(last); left > 0; { // it may have come in parts
			c := &p.chunks[len(p.chunks)-1]
			n := min(left, len(c.Bytes))
			if c.Bytes = c.Bytes[:len(c.Bytes)-n]; len(c.Bytes) == 0 {
				p.chunks = p.chunks[:len(p.chunks)-1]
			}
			left -= n
		}
	})
}

// Write types keys, as the bytes that a terminal sends for them.
func (p *PTY) Write(keys string) {
	p.t.Helper()
	if _, err := p.master.WriteString(keys); err != nil {
		p.t.Fatal(err)
	}
}

// Resize makes the terminal as large, of which what runs in it is told.
func (p *PTY) Resize(width, height int) {
	p.t.Helper()
	if err := pty.Setsize(p.slave, &pty.Winsize{Cols: uint16(width), Rows: uint16(height)}); err != nil {
		p.t.Fatal(err)
	}
}

// Stty is what `stty -g` says of the terminal.
func (p *PTY) Stty() string {
	p.t.Helper()
	return stty(p.t, p.slave.Name())
}

// Chunks are all bytes so far, as they came.
func (p *PTY) Chunks() []Chunk {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]Chunk(nil), p.chunks...)
}

// Text is what has come and was not taken.
func (p *PTY) Text() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return string(p.text[p.taken:])
}

// Take is Text, and takes it.
func (p *PTY) Take() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	text := p.text[p.taken:]
	p.taken = len(p.text)
	return string(text)
}

// WaitFor waits until a text has come that was not taken.
func (p *PTY) WaitFor(text string) {
	p.t.Helper()
	p.Wait(strconv.Quote(text), func(now string) bool { return strings.Contains(now, text) })
}

// Wait waits until what has come and was not taken is as ok wants it.
func (p *PTY) Wait(what string, ok func(text string) bool) {
	p.t.Helper()
	begin := time.Now() // first, as in Running.wait
	late := time.AfterFunc(patience, p.changed.Broadcast)
	defer late.Stop()
	p.mu.Lock()
	defer p.mu.Unlock()
	for !ok(string(p.text[p.taken:])) {
		if time.Since(begin) >= patience {
			p.t.Fatalf("waited in vain for %s in the terminal\n%q", what, p.text[p.taken:])
		}
		p.changed.Wait()
	}
}

// Settle waits until nothing has come for that long.
func (p *PTY) Settle(quiet time.Duration) {
	p.t.Helper()
	for begin, n := time.Now(), -1; ; time.Sleep(quiet) {
		p.mu.Lock()
		last := n
		n = len(p.text)
		p.mu.Unlock()
		if n == last {
			return
		}
		if time.Since(begin) > patience {
			p.t.Fatalf("the terminal is not quiet for %v", quiet)
		}
	}
}
