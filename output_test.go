package main

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"icmpdump/internal/lab"
)

// Every line comes out of a pipe, and of the grep behind it, without waiting for more traffic.
func TestPrompt(t *testing.T) {
	a := lab.NewHost(t, "a")
	lab.Need(t, "ping", "grep", "sh")
	const pings = 3
	pipe := fmt.Sprintf("icmpdump --stats -n -tt -i lo -c%d | grep --line-buffered reply", 2*pings)
	r := lab.Start(t, a.Command("sh", "-c", pipe), "listening on")
	for seq := range pings {
		lab.Output(t, a.Command("ping", "-c1", "127.0.0.1"))
		r.WaitFor(seq+1, "reply")
		var l lab.Line
		r.Wait("a reply", func(lines []lab.Line) bool { l = lines[seq]; return true })
		stamp, _, _ := strings.Cut(l.Text, " ")
		captured, err := strconv.ParseFloat(stamp, 64)
		if err != nil {
			t.Fatal(err)
		}
		if age := l.At.Sub(time.UnixMicro(int64(captured * 1e6))); age > time.Second {
			t.Errorf("line %d is %v old: %s", seq+1, age, l.Text)
		}
	}
	_, stderr := r.End()
	checkBooks(t, stderr)
}

// When the reader of its pipe goes away, icmpdump ends at once, even if no other line would
// have come to tell it so, with exit code 0 and its summary.
func TestReaderGoesAway(t *testing.T) {
	a := lab.NewHost(t, "a")
	lab.Need(t, "ping")
	r := lab.Hold(t, a.Command("icmpdump", "-n", "-i", "lo", "--stats"), "listening on")
	lab.Output(t, a.Command("ping", "-c1", "127.0.0.1"))
	if first, err := bufio.NewReader(r.Stdout).ReadString('\n'); err != nil { // what head -1 does
		t.Fatal(first, err)
	}
	r.Stdout.Close()
	closed := time.Now()
	_, stderr := r.End()
	if took := time.Since(closed); took > time.Second {
		t.Errorf("it took %v to notice", took)
	}
	if !strings.Contains(stderr, "2 packets captured") {
		t.Errorf("no summary:\n%s", stderr)
	}
	checkBooks(t, stderr)
}

// A reader that pauses, as a terminal does at Ctrl-S, loses no line of a ping.
func TestPausedReader(t *testing.T) {
	a := lab.NewHost(t, "a")
	lab.Need(t, "ping")
	r := lab.Hold(t, a.Command("icmpdump", "--stats", "-i", "lo"), "listening on")
	const pings = 1500 // two lines each: far more than a pipe holds
	lab.Output(t, a.Command("ping", "-q", "-f", "-c", strconv.Itoa(pings), "127.0.0.1"))
	time.Sleep(200 * time.Millisecond)
	r.Signal(os.Interrupt)
	r.Read()
	lines, stderr := r.End()
	checkBooks(t, stderr)
	if len(lines) != 2*pings || strings.Contains(stderr, "lines skipped") {
		t.Errorf("%d lines of %d packets:\n%s", len(lines), 2*pings, stderr)
	}
}

// Input that says nothing, not even at the start, does not keep it from ending.
func TestSilentInput(t *testing.T) {
	fifo := filepath.Join(t.TempDir(), "fifo")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"-", fifo} {
		cmd := exec.Command("icmpdump", "-r", name)
		stdin, err := cmd.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(300 * time.Millisecond)
		if err := cmd.Process.Signal(os.Interrupt); err != nil {
			t.Fatal(err)
		}
		stuck := time.AfterFunc(5*time.Second, func() { cmd.Process.Kill() })
		err = cmd.Wait()
		stuck.Stop()
		stdin.Close()
		if err != nil || !strings.HasPrefix(stderr.String(), "0 packets captured\n") {
			t.Errorf("-r %s: %v\n%s", name, err, stderr.String())
		}
	}
}

// The signals: totals meanwhile, and an end in good order.
func TestSignals(t *testing.T) {
	a := lab.NewHost(t, "a")
	lab.Need(t, "ping")
	for _, sig := range []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP} {
		r := watching(t, a, "-i", "lo")
		lab.Output(t, a.Command("ping", "-c1", "127.0.0.1"))
		r.WaitFor(2, "echo")
		r.Signal(syscall.SIGUSR1)
		r.WaitStderr("2 packets captured")
		lab.Output(t, a.Command("ping", "-c1", "127.0.0.1")) // it goes on
		r.WaitFor(4, "echo")
		r.Signal(sig)
		_, stderr := r.End()
		checkBooks(t, stderr)
		if !strings.Contains(stderr, "echo: 2 requests, 2 replies, 0 lost (0.00%)\n") {
			t.Errorf("%v: stderr:\n%s", sig, stderr)
		}
	}
}

func TestCount(t *testing.T) {
	a := lab.NewHost(t, "a")
	lab.Need(t, "ping")
	r := watching(t, a, "-c3", "--json")
	lab.Output(t, a.Command("ping", "-c5", "-i0.01", "127.0.0.1"))
	lines, stderr := r.End() // by itself
	checkBooks(t, stderr)
	flows := len(lab.With(lines, `"event":"flow"`))
	if n := len(lab.With(lines, `"event":"packet"`)); n != 3 || flows == 0 || len(lines) != 4+flows || len(lab.With(lines[len(lines)-1:], `"event":"summary"`)) != 1 {
		t.Errorf("want three packets, their flows and a summary, got %v", lines)
	}
	if !strings.Contains(stderr, "3 packets captured") {
		t.Errorf("stderr:\n%s", stderr)
	}
}
