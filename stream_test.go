package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"icmpdump/internal/lab"
)

// startPTY starts the program on the host a, on a terminal of its own, and waits until it shows a text.
func startPTY(t *testing.T, a *lab.Host, width int, shows string, env []string, args ...string) *lab.PTY {
	t.Helper()
	p := lab.OpenPTY(t, width, 24)
	cmd := a.Command("icmpdump", args...)
	cmd.Env = append(lab.Environ("xterm-256color"), env...)
	p.Start(cmd)
	p.WaitFor(shows)
	return p
}

// terminated ends it by SIGTERM, and returns what it wrote since the last Take.
func terminated(t *testing.T, p *lab.PTY) string {
	t.Helper()
	p.Signal(syscall.SIGTERM)
	if code := p.End(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	return p.Take()
}

// A line takes the row's place, and the row comes below it; a row is written over the one before; and when nothing
// happens, nothing is written. That each is one write is tested in package terminal.
func TestStreamBytes(t *testing.T) {
	a, b := lab.Pair(t)
	p := startPTY(t, a, 120, "pend 0", nil, "-i", "va", "--color=always", "icmp")
	p.Settle(200 * time.Millisecond)
	const row = `( \x1b\[2m\d\d:\d\d:\d\d\x1b\[0m)?  ?\d+/s  \x1b\[36mreq %\x1b\[0m  \x1b\[32mrep 0\x1b\[0m  lost 0  pend %  \x1b\[2m\? keys\x1b\[0m`
	want := regexp.MustCompile(`^icmpdump: listening on va\r\n` + strings.ReplaceAll(row, "%", "0") + `\r$`)
	if got := p.Take(); !want.MatchString(got) {
		t.Errorf("at the beginning: got %q, want %s", got, want)
	}
	time.Sleep(1200 * time.Millisecond)
	if got := p.Take(); got != "" {
		t.Errorf("nothing happened, and it wrote %q", got)
	}

	sendEchoes(a, b, 1)
	p.WaitFor("req 1")
	const line = `\r\x1b\[J\x1b\[2m\d\d:\d\d:\d\d\.\d{6} \x1b\[0mIP 10\.0\.0\.8 > 10\.0\.0\.9: \x1b\[36mICMP echo request[^\n]*\r\n`
	time.Sleep(2500 * time.Millisecond)
	// The row is made when the totals are others, before the line is drawn or behind it, and twice more: for the
	// packets of a second, and when there were none in the next.
	count := strings.NewReplacer("%", "[01]")
	update := `(\r` + count.Replace(row) + `\x1b\[J\r)`
	want = regexp.MustCompile(`^` + update + `?` + line + count.Replace(row) + `\r` + update + `{2,3}$`)
	if got := p.Take(); !want.MatchString(got) {
		t.Errorf("a line: got %q, want %s", got, want)
	}
	time.Sleep(1200 * time.Millisecond)
	if got := p.Take(); got != "" {
		t.Errorf("nothing more happened, and it wrote %q", got)
	}
	if got := terminated(t, p); !strings.HasPrefix(got, "\r\x1b[J1 packet captured\r\n") {
		t.Errorf("at the end: %q", got)
	}
}

// Without colours there is a row, and not one escape byte; where nobody looks, or the terminal can do nothing, there
// is no row either.
func TestStreamWithoutEscapes(t *testing.T) {
	a, b := lab.Pair(t)
	for _, env := range []string{"NO_COLOR=1", "NO_COLOR=yes"} {
		p := startPTY(t, a, 100, "pend 0", []string{env}, "-i", "va", "icmp")
		sendEchoes(a, b, 300)
		p.WaitFor("req 300")
		got := p.Take()
		p.Resize(30, 10)
		p.WaitFor("req 300  ")
		p.Write("?\n\x0c")
		p.WaitFor(" Tab: full screen  Enter: emp\r")
		p.Signal(syscall.SIGUSR1)
		p.WaitFor("packets captured")
		if got += terminated(t, p); strings.Contains(got, "\x1b") {
			t.Errorf("%s: %q", env, got)
		}
	}
	for _, env := range []string{"TERM=dumb", "TERM="} {
		p := startPTY(t, a, 100, "listening", []string{env}, "-i", "va", "icmp")
		sendEchoes(a, b, 300)
		p.WaitFor("req=300 ")
		if got := p.Text() + terminated(t, p); strings.Contains(got, "\x1b") || strings.Contains(got, "req 300") || strings.Contains(got, "more (") {
			t.Errorf("%s: %q", env, got)
		}
	}
	out := filepath.Join(t.TempDir(), "out")
	p := lab.OpenPTY(t, 100, 24)
	p.Start(a.Command("sh", "-c", "exec icmpdump -i va icmp >"+out))
	p.WaitFor("listening")
	before := p.Stty()
	sendEchoes(a, b, 300)
	time.Sleep(300 * time.Millisecond)
	if got := p.Stty(); got != before {
		t.Errorf("stty -g says %s, want %s", got, before)
	}
	if got := terminated(t, p); strings.Contains(got, "\x1b") || !strings.Contains(got, "300 packets captured") {
		t.Errorf("stdout is a file: %q", got)
	}
	text, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(text), "\x1b") || strings.Count(string(text), "\n") != 300 {
		t.Errorf("in the file: %q", text[:min(len(text), 300)])
	}
}

// A flood is counted, and each packet is in the account.
func TestStreamCollapses(t *testing.T) {
	a, b := lab.Pair(t)
	for _, tt := range []struct {
		name  string
		args  []string
		lines int
		more  string // what is said of the others
	}{
		{"as ever", nil, 200, "2800"},
		{"-v", []string{"-v"}, 3000, ""},
	} {
		p := startPTY(t, a, 200, "pend 0", nil, append([]string{"-i", "va", "--stats", "icmp"}, tt.args...)...)
		sendEchoes(a, b, 3000)
		p.WaitFor("req 3000")
		if tt.more != "" {
			p.WaitFor(" more (")
		} else {
			p.WaitFor("req=3000 ") // the row may be before its lines
		}
		got := p.Take()
		checkBooks(t, strings.ReplaceAll(terminated(t, p), "\r\n", "\n"))
		more := ""
		if m := regexp.MustCompile(`(?m)… (\d+) more \(\d\.\d s\)\r$`).FindStringSubmatch(got); m != nil {
			more = m[1]
		}
		if lines := strings.Count(got, "echo request"); lines != tt.lines || more != tt.more {
			t.Errorf("%s: got %d lines and %q more, want %d and %q: %q", tt.name, lines, more, tt.lines, tt.more, got[max(0, len(got)-300):])
		}
	}
}

// crowd has a full screen drawn so often that a terminal which nobody reads has no room left.
func crowd(p *lab.PTY) {
	for i := range 12 {
		p.Resize(100+100*(i%2), 24+36*(i%2))
		time.Sleep(50 * time.Millisecond)
	}
}

// A terminal that nobody reads does not hold up the capture, and cannot keep the program from its end.
func TestStalledTerminal(t *testing.T) {
	a, b := lab.Pair(t)
	const sent = 120_000
	for _, args := range [][]string{{"-v"}, {}, {"top"}} {
		stats := filepath.Join(t.TempDir(), "stats")
		p := lab.OpenPTY(t, 100, 24)
		before := p.Stty()
		p.Start(a.Command("sh", "-c", "exec icmpdump "+strings.Join(args, " ")+" --stats -i va -B 65536 icmp 2>"+stats))
		p.WaitFor("0")
		p.Stall()
		crowd(p)
		sendEchoes(a, b, sent)
		time.Sleep(2 * patience * time.Millisecond)
		begin := time.Now()
		p.Signal(syscall.SIGTERM)
		code := p.End()
		if took := time.Since(begin); code != 0 || took > 5*time.Second {
			t.Errorf("%v: exit code %d after %v", args, code, took)
		}
		text, err := os.ReadFile(stats)
		if err != nil {
			t.Fatal(err)
		}
		stderr := string(text)
		checkBooks(t, stderr)
		if n := count(t, stderr, "packets captured"); n < sent {
			t.Errorf("%v: %d packets captured, %d sent", args, n, sent)
		}
		if n := count(t, stderr, "packets dropped by kernel"); n != 0 {
			t.Errorf("%v: %d packets were dropped: the capture was held up", args, n)
		}
		if got := p.Stty(); got != before {
			t.Errorf("%v: stty -g says %s, want %s", args, got, before)
		}
		p.Resume()
		p.Settle(100 * time.Millisecond)
		if got := p.Text(); strings.Count(got, "\x1b[?1049h") != strings.Count(got, "\x1b[?1049l") {
			t.Errorf("%v: the alternate screen is not left: %q", args, got[max(0, len(got)-300):])
		}
	}
}

// Of what goes into a file only the row is to be seen, and how far a large file has been read; the full screen
// knows the packets all the same.
func TestStreamOfFiles(t *testing.T) {
	a, b := lab.Pair(t)
	out := filepath.Join(t.TempDir(), "out.pcap")
	p := startPTY(t, a, 100, "pend 0", nil, "-i", "va", "--stats", "-w", out, "icmp")
	sendEchoes(a, b, 5)
	p.WaitFor("req 5")
	p.Write("\t")
	p.WaitFor("10.0.0.8")
	p.Write("\t")
	p.WaitFor("\x1b[?1049l")
	p.WaitFor("req 5")
	got, rest, _ := strings.Cut(p.Take(), "\x1b[?1049h")
	_, after, _ := strings.Cut(rest, "\x1b[?1049l") // the full screen has lines of packets
	got += after
	p.Write("q")
	if code := p.End(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	summary := strings.ReplaceAll(p.Take(), "\r\n", "\n")
	if strings.Contains(got, "echo request") || strings.Contains(got, "more (") ||
		!strings.Contains(summary, "unwritten 0 + without a line 5\n") || strings.Count(summary, "books: ") != 6 || strings.Contains(summary, "!=") {
		t.Errorf("lines of packets that go into a file: %q\n%s", got, summary)
	}

	large := largeCapture(t)
	args := []string{"-w", filepath.Join(t.TempDir(), "copy.pcap"), "--stats"}
	for range 4 {
		args = append(args, "-r", large)
	}
	p = lab.OpenPTY(t, 100, 24)
	p.Start(a.Command("icmpdump", args...))
	p.End()
	got = p.Text()
	if n := len(regexp.MustCompile(`read \d+%`).FindAllString(got, -1)); n < 1 || strings.Contains(got, " MiB") || strings.Contains(got, "echo request") {
		t.Errorf("%d rows of progress: %q", n, got[:min(len(got), 500)])
	}
	checkBooks(t, got)
}

// What kills does so at once, whatever the terminal does, which is given back before.
func TestTerminalOfTheKilled(t *testing.T) {
	a, b := lab.Pair(t)
	for _, tt := range []struct {
		name, command string
		stall         bool
		signals       []os.Signal
		code          int
	}{
		{"^\\", "icmpdump -i va", false, []os.Signal{syscall.SIGQUIT}, 2},
		{"top, SIGQUIT", "icmpdump top -i va", false, []os.Signal{syscall.SIGQUIT}, 2},
		{"top of a stalled one, SIGQUIT", "icmpdump top -i va", true, []os.Signal{syscall.SIGQUIT}, 2},
		{"a second SIGTERM", "icmpdump -v -i va", true, []os.Signal{syscall.SIGTERM, syscall.SIGTERM}, 128 + int(syscall.SIGTERM)},
		{"SIGTERM and ^C", "icmpdump -v -i va", true, []os.Signal{syscall.SIGTERM, os.Interrupt}, 128 + int(syscall.SIGINT)},
	} {
		p := lab.OpenPTY(t, 100, 24)
		before := p.Stty()
		p.Start(a.Command("sh", "-c", "exec "+tt.command+" 2>/dev/null"))
		p.WaitFor("0")
		if tt.stall {
			p.Stall()
			sendEchoes(a, b, 5000)
			time.Sleep(300 * time.Millisecond)
			crowd(p)
		}
		time.Sleep(300 * time.Millisecond)
		begin := time.Now()
		for i, sig := range tt.signals {
			if i > 0 {
				time.Sleep(3 * sameSignal)
			}
			p.Signal(sig)
		}
		if code, took := p.End(), time.Since(begin); code != tt.code || took > 3*time.Second {
			t.Errorf("%s: exit code %d after %v, want %d", tt.name, code, took, tt.code)
		}
		if got := p.Stty(); got != before {
			t.Errorf("%s: stty -g says %s, want %s", tt.name, got, before)
		}
		if tt.stall {
			p.Resume()
			p.Settle(100 * time.Millisecond)
		}
		if got := p.Text(); strings.Count(got, "\x1b[?1049h") != strings.Count(got, "\x1b[?1049l") {
			t.Errorf("%s: the alternate screen is not left: %q", tt.name, got[max(0, len(got)-300):])
		}
	}
}
