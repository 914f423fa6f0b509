package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// What each key of the stream does.
func TestConsoleKeys(t *testing.T) {
	c := openConsole(t, 100, 20)
	c.start("icmpdump -i va")
	c.Keys("?")
	c.WaitText("Tab: full screen")
	c.WaitText("pend 0") // it was there for a moment
	c.Keys("Up", "F5", "M-q")
	c.send(1, "req 1")
	rows := func() int { return strings.Count(strings.TrimRight(c.Screen(), "\n"), "\n") }
	before := rows()
	c.Keys("Enter")
	c.wait("an empty line", func() bool { return rows() == before+1 })
	c.Keys("C-l")
	c.Keys("Tab")
	c.wait("the full screen", func() bool { return c.Format("#{alternate_on}") == "1" })
	c.send(2, "req 3 ")
	c.Keys("Tab")
	screen := c.WaitText("? keys")
	if !regexp.MustCompile(`(?m)^… \d more \(\d\.\d s\)\n .*req 3 `).MatchString(screen) {
		t.Errorf("it does not say what the stream has missed\n%s", screen)
	}
	c.Keys("q")
	if screen := c.WaitPrompt(); !strings.Contains(screen, "3 requests") || strings.Contains(screen, "? keys") {
		t.Errorf("at the end:\n%s", screen)
	}
}

// Keys come from the terminal even if standard input is none; where there is no terminal of the session, they are
// somebody else's, and nothing breaks.
func TestConsoleWithoutKeyboard(t *testing.T) {
	c := openConsole(t, 100, 20)
	mode := c.Stty()
	dir := t.TempDir()
	file := filepath.Join(dir, "pings.pcap")
	if err := writeCapture(file, captures["pings"]()); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, command string
		row, top      bool
	}{
		{"no standard input", "icmpdump -i va </dev/null", true, false},
		{"standard input is closed", "icmpdump -i va <&-", true, false},
		{"top without standard input", "icmpdump top -i va </dev/null", false, true},
		{"a file from a pipe that stays open", "(cat " + file + "; sleep 1000) | icmpdump -r -", true, false},
		{"top of a pipe", "cat " + file + " | icmpdump top -r -", false, true},
		{"without a session", "setsid -w icmpdump -i va -c 1 icmp", false, false},
	} {
		c.Run("clear; " + tt.command)
		switch {
		case tt.row:
			c.WaitText("pend ")
			c.Keys("q")
		case tt.top:
			c.wait(tt.name, func() bool { return c.Format("#{alternate_on}") == "1" })
			c.Keys("q")
		default:
			c.WaitText("listening on")
			time.Sleep(300 * time.Millisecond)
			c.free(tt.name, mode)
			sendEchoes(c.a, c.b, 1)
			c.WaitText("req=1 ")
		}
		if strings.Contains(tt.name, "stays open") {
			c.WaitText("captured")
			c.Keys("C-c")
		}
		c.WaitPrompt()
		c.free(tt.name, mode)
	}

	c.Run("clear; nohup icmpdump -i va & sleep 0.5; kill $!; wait; cat nohup.out; rm nohup.out")
	if screen := c.WaitPrompt(); strings.Contains(screen, "pend 0") {
		t.Errorf("a row under nohup\n%s", screen)
	}
	c.free("nohup", mode)
}

// Who writes our input may ask for a password: until packets come, the terminal is not touched.
func TestConsoleWaitsForInput(t *testing.T) {
	c := openConsole(t, 100, 20)
	dir := t.TempDir()
	file, fifo := filepath.Join(dir, "pings.pcap"), filepath.Join(dir, "fifo")
	if err := writeCapture(file, captures["pings"]()); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	c.Run("clear; (read word <$(tty); cat " + fifo + "; sleep 1000) | icmpdump -r -")
	time.Sleep(300 * time.Millisecond)
	c.Type("password")
	c.WaitText("password") // it is shown, as a terminal does that nobody has taken
	c.Keys("Enter")
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(fifo, b, 0); err != nil {
		t.Fatal(err)
	}
	c.WaitText("? keys")
	c.Keys("q")
	c.WaitText("packets captured")
	c.Keys("C-c")
	c.WaitPrompt()
}

// What is said stands above the row; while the full screen is there, it is kept for afterwards.
func TestConsoleSays(t *testing.T) {
	c := openConsole(t, 100, 24)
	c.start("icmpdump -i va icmp")
	c.send(1, "req 1")
	syscall.Kill(c.PID(), syscall.SIGUSR1)
	said := regexp.MustCompile(`(?m)^\d packets? captured\n\d packets? received by filter\n0 packets dropped by kernel\necho: 1 request, .*\n 1?.*? keys$`)
	c.WaitScreen("totals above the row", said.MatchString)
	c.Keys("Tab")
	c.wait("the full screen", func() bool { return c.Format("#{alternate_on}") == "1" })
	c.send(1, "2 packets")
	syscall.Kill(c.PID(), syscall.SIGUSR1)
	time.Sleep(300 * time.Millisecond)
	if screen := c.Screen(); strings.Contains(screen, "received by") {
		t.Errorf("totals are in the full screen\n%s", screen)
	}
	c.Keys("q")
	if screen := c.WaitPrompt(); strings.Count(screen, "echo: 2 requests") != 2 {
		t.Errorf("what was said is not there in the end\n%s", screen)
	}

	// Where stderr is not the terminal, it is written at once.
	errs := filepath.Join(t.TempDir(), "err")
	c.Run("clear; icmpdump top -i va 2>" + errs)
	c.wait("the full screen", func() bool { return c.Format("#{alternate_on}") == "1" })
	syscall.Kill(c.PID(), syscall.SIGUSR1)
	c.wait("totals on stderr", func() bool {
		b, err := os.ReadFile(errs)
		return err == nil && strings.Contains(string(b), "received by filter")
	})
	c.Keys("q")
	if screen := c.WaitPrompt(); strings.Contains(screen, "captured") {
		t.Errorf("what was said on stderr is on the terminal\n%s", screen)
	}
}

// A row is no wider than the terminal, and leaves nothing behind when that gets narrower. Where no escape sequences
// are wanted, an empty line is left of one that the terminal has broken.
func TestConsoleResizes(t *testing.T) {
	for _, tt := range []struct {
		name, env string
		empty     bool // lines may be
	}{
		{"with colours", "", false},
		{"without", "NO_COLOR=1 ", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := openConsole(t, 100, 20)
			c.start(tt.env + "icmpdump -i va icmp")
			for _, width := range []int{100, 30, 80, 20, 10, 5, 40, 3, 100} {
				c.Resize(width, 20)
				time.Sleep(50 * time.Millisecond)
			}
			screen := strings.TrimSpace(c.WaitText("pend 0"))
			if strings.Count(screen, "lost") != 1 || strings.Count(screen, "/s") != 1 || !tt.empty && strings.Contains(screen, "\n\n") {
				t.Errorf("not one row\n%s", screen)
			}
			c.send(1, "req 1")
			c.Resize(60, 20)
			c.WaitText("req 1")
			c.Keys("q")
			screen = strings.TrimSpace(c.WaitPrompt())
			if strings.Contains(screen, "req 1 ") || !tt.empty && strings.Contains(screen, "\n\n") {
				t.Errorf("at the end there is something left\n%s", screen)
			}
		})
	}
}
