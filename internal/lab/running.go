package lab

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/mdlayher/packet"
)

// patience is how long a test waits for what must come.
const patience = 10 * time.Second

// A Line of a program's output, and when it came.
type Line struct {
	Text string
	At   time.Time
}

// With are the lines that have a text in them.
func With(lines []Line, text string) []Line {
	return slices.DeleteFunc(slices.Clone(lines), func(l Line) bool { return !strings.Contains(l.Text, text) })
}

// A Running program, whose output is collected.
type Running struct {
	Stdout io.ReadCloser // of a program that is held: what nobody has read yet

	t    testing.TB
	cmd  *exec.Cmd
	done sync.WaitGroup

	mu     sync.Mutex
	grew   *sync.Cond
	lines  []Line
	stderr bytes.Buffer
}

// Start starts cmd and waits until it says on stderr that it is ready.
func Start(t testing.TB, cmd *exec.Cmd, ready string) *Running {
	t.Helper()
	r := Hold(t, cmd, ready)
	r.Read()
	return r
}

// Hold is Start, but for nobody reading the program's output until Read is called, or the test
// does it by itself.
func Hold(t testing.TB, cmd *exec.Cmd, ready string) *Running {
	t.Helper()
	r := &Running{t: t, cmd: cmd}
	r.grew = sync.NewCond(&r.mu)
	var err error
	if r.Stdout, err = cmd.StdoutPipe(); err != nil {
		t.Fatal(err)
	}
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill() })
	r.done.Go(func() {
		for scan := bufio.NewScanner(stderr); scan.Scan(); {
			r.mu.Lock()
			fmt.Fprintln(&r.stderr, scan.Text())
			r.mu.Unlock()
			r.grew.Broadcast()
		}
	})
	r.WaitStderr(ready)
	return r
}

// Read begins to collect the program's output.
func (r *Running) Read() {
	r.done.Go(func() {
		for scan := bufio.NewScanner(r.Stdout); scan.Scan(); {
			l := Line{scan.Text(), time.Now()}
			r.mu.Lock()
			r.lines = append(r.lines, l)
			r.mu.Unlock()
			r.grew.Broadcast()
		}
	})
}

// Wait waits until a condition on the lines so far holds.
func (r *Running) Wait(what string, ok func(lines []Line) bool) {
	r.t.Helper()
	r.wait(what, func() bool { return ok(r.lines) })
}

// WaitFor waits for n lines with a text in them.
func (r *Running) WaitFor(n int, text string) {
	r.t.Helper()
	r.Wait(fmt.Sprintf("%d lines of %q", n, text), func(lines []Line) bool { return len(With(lines, text)) >= n })
}

// WaitStderr waits until a text is on stderr.
func (r *Running) WaitStderr(text string) {
	r.t.Helper()
	r.wait(fmt.Sprintf("%q on stderr", text), func() bool { return strings.Contains(r.stderr.String(), text) })
}

// Stderr is what the program has said on stderr so far.
func (r *Running) Stderr() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.stderr.String()
}

// PID is the program's process identifier.
func (r *Running) PID() int { return r.cmd.Process.Pid }

func (r *Running) wait(what string, ok func() bool) {
	r.t.Helper()
	begin := time.Now() // first, or the timer may find that there is some time left, and nobody wakes this again
	late := time.AfterFunc(patience, r.grew.Broadcast)
	defer late.Stop()
	r.mu.Lock()
	defer r.mu.Unlock()
	for !ok() {
		if time.Since(begin) >= patience {
			r.t.Fatalf("%s: waited in vain for %s\nstdout: %v\nstderr: %s",
				strings.Join(r.cmd.Args, " "), what, r.lines, r.stderr.String())
		}
		r.grew.Wait()
	}
}

// Signal sends the program a signal.
func (r *Running) Signal(sig os.Signal) {
	r.t.Helper()
	if err := r.cmd.Process.Signal(sig); err != nil {
		r.t.Fatal(err)
	}
}

// End waits for the program to end by itself, which it must do with exit code 0, and returns
// all that it said.
func (r *Running) End() (stdout []Line, stderr string) {
	r.t.Helper()
	stuck := time.AfterFunc(6*patience, func() { r.cmd.Process.Signal(syscall.SIGQUIT) }) // it says where
	defer stuck.Stop()
	r.done.Wait()
	if err := r.cmd.Wait(); err != nil {
		r.t.Errorf("%s: %v\n%s", strings.Join(r.cmd.Args, " "), err, r.stderr.String())
	}
	return r.lines, r.stderr.String()
}

// Interrupt ends the program as Ctrl-C does. See End.
func (r *Running) Interrupt() (stdout []Line, stderr string) {
	r.t.Helper()
	r.Signal(os.Interrupt)
	return r.End()
}

// Send sends Ethernet frames from an interface of the host, as they are.
func (h *Host) Send(iface string, frames ...[]byte) {
	h.t.Helper()
	conn := h.Dial(iface, 0)
	for _, f := range frames {
		if _, err := conn.WriteTo(f, &packet.Addr{HardwareAddr: f[:6]}); err != nil {
			h.t.Fatal(err)
		}
	}
}

// Dial opens a packet socket on an interface of the host, which is closed when the test ends. It
// receives frames of that EtherType: of none if it is 0, of all if it is 3 (ETH_P_ALL).
func (h *Host) Dial(iface string, ethertype int) *packet.Conn {
	h.t.Helper()
	ifi := h.Iface(iface)
	var conn *packet.Conn
	var err error
	h.Do(func() { conn, err = packet.Listen(ifi, packet.Raw, ethertype, nil) })
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { conn.Close() })
	return conn
}
