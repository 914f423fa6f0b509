package main

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"icmpdump/internal/lab"
)

// A console is a terminal with a shell, on a host whose interface is va, and the host that sends it packets.
type console struct {
	*lab.Tmux
	t    *testing.T
	a, b *lab.Host
}

func openConsole(t *testing.T, width, height int) *console {
	t.Helper()
	a, b := lab.Pair(t)
	return &console{a.OpenTmux(width, height), t, a, b}
}

// start runs the program, which says its exit code when it has ended, and waits until it listens.
func (c *console) start(command string) {
	c.t.Helper()
	c.Run("clear; " + command + `; echo "exit $?"`)
	c.WaitText("pend ")
}

// send sends echo requests, and waits until they are counted.
func (c *console) send(n int, counted string) {
	c.t.Helper()
	sendEchoes(c.a, c.b, n)
	c.WaitText(counted)
}

// free wants the terminal as a shell has it: the mode as it was, the normal screen, a cursor, and no row.
func (c *console) free(what, mode string) {
	c.t.Helper()
	if got := c.Stty(); got != mode {
		c.t.Errorf("%s: stty -g says %s, want %s", what, got, mode)
	}
	if got := c.Format("#{alternate_on} #{cursor_flag}"); got != "0 1" {
		c.t.Errorf("%s: alternate screen and cursor are %s, want 0 1", what, got)
	}
	if screen := c.Screen(); strings.Contains(screen, "pend 0  ?") || strings.Contains(screen, "keys") {
		c.t.Errorf("%s: the row is there\n%s", what, screen)
	}
}

// However it ends, the terminal is left as it was, and the summary stands below everything.
func TestConsoleEnds(t *testing.T) {
	c := openConsole(t, 100, 20)
	mode := c.Stty()
	file := filepath.Join(t.TempDir(), "pings.pcap")
	if err := writeCapture(file, captures["pings"]()); err != nil {
		t.Fatal(err)
	}
	signal := func(sig syscall.Signal) func() { return func() { syscall.Kill(c.PID(), sig) } }
	key := func(keys ...string) func() { return func() { c.Keys(keys...) } }
	for _, tt := range []struct {
		name, command, shows string
		end                  func()
		code                 int
	}{
		{"q", "icmpdump -i va", "? keys", key("q"), 0},
		{"^C", "icmpdump -i va", "? keys", key("C-c"), 0},
		{"SIGTERM", "icmpdump -i va", "? keys", signal(syscall.SIGTERM), 0},
		{"SIGHUP", "icmpdump -i va", "? keys", signal(syscall.SIGHUP), 0},
		{"held, then SIGTERM", "icmpdump -i va", "? keys", func() { c.Keys("C-s"); time.Sleep(100 * time.Millisecond); signal(syscall.SIGTERM)() }, 0},
		{"held, then q", "icmpdump -i va", "? keys", key("C-s", "q"), 0},
		{"interface goes away", "icmpdump -i vx", "? keys", func() { c.a.IP("link", "del", "vx") }, 1},
		{"top: q", "icmpdump top -i va", "icmpdump ", key("q"), 0},
		{"top: ^C", "icmpdump top -i va", "icmpdump ", key("C-c"), 0},
		{"top: SIGTERM", "icmpdump top -i va", "icmpdump ", signal(syscall.SIGTERM), 0},
		{"top: SIGHUP", "icmpdump top -i va", "icmpdump ", signal(syscall.SIGHUP), 0},
		{"top: of a file, q", "icmpdump top -r " + file, "icmpdump ", key("q"), 0},
		{"top: of a file, to a stream that has ended", "icmpdump top -r " + file, "icmpdump ", key("Tab"), 0},
		{"the end of a file", "icmpdump -r " + file, "captured", func() {}, 0},
		{"top: interface goes away", "icmpdump top -i vx", "icmpdump ", func() {
			c.a.IP("link", "del", "vx")
			time.Sleep(300 * time.Millisecond)
			if c.Format("#{alternate_on}") != "1" {
				t.Error("who browses is thrown out when the interface goes away")
			}
			c.Keys("q")
		}, 1},
		{"top: -c", "icmpdump top -c 3 -i va icmp", "icmpdump ", c.enough, 0},
		{"top: -c and --where", "icmpdump top -c 3 --where type==8 -i va icmp", "icmpdump ", c.enough, 0},
		{"no colours", "NO_COLOR=1 icmpdump -i va", "? keys", key("q"), 0},
	} {
		if strings.Contains(tt.command, "vx") {
			c.a.IP("link", "add", "vx", "type", "veth", "peer", "name", "vy")
			c.a.IP("link", "set", "vx", "up")
		}
		c.Run(`clear; ` + tt.command + `; echo "exit $?"`)
		c.WaitText(tt.shows)
		if strings.Contains(tt.command, "top") {
			c.wait(tt.name, func() bool { return c.Format("#{alternate_on}") == "1" })
		}
		tt.end()
		screen := strings.TrimSpace(c.WaitPrompt())
		c.free(tt.name, mode)
		code := fmt.Sprintf("exit %d\n", tt.code)
		if !strings.Contains(screen, code) || !regexp.MustCompile(`(?m)^\d+ packets? captured$`).MatchString(screen) {
			t.Errorf("%s: want a summary and %q\n%s", tt.name, code, screen)
		}
		if strings.HasPrefix(tt.name, "top: -c") && strings.Contains(screen, "more (") {
			t.Errorf("%s: lines are counted that nobody has missed\n%s", tt.name, screen)
		}
	}
}

// enough sends more than -c wants, and quits the full screen, which is still there.
func (c *console) enough() {
	c.t.Helper()
	sendEchoes(c.a, c.b, 5)
	c.WaitText("10.0.0.8")
	time.Sleep(300 * time.Millisecond)
	if c.Format("#{alternate_on}") != "1" {
		c.t.Error("who browses is thrown out when all that was wanted has come")
	}
	time.Sleep(time.Second) // a window of the stream
	c.Keys("q")
}

// wait waits until something is so.
func (c *console) wait(what string, ok func() bool) {
	c.t.Helper()
	for begin := time.Now(); !ok(); time.Sleep(10 * time.Millisecond) {
		if time.Since(begin) > 10*time.Second {
			c.t.Fatalf("%s: waited in vain\n%s", what, c.Screen())
		}
	}
}

// ^Z gives the terminal to the shell, fg takes it again, and who is in the background goes on without a row. The others
// of a pipeline stop, too.
func TestConsoleJobs(t *testing.T) {
	c := openConsole(t, 100, 20)
	mode := c.Stty()
	for _, tt := range []struct {
		name, command, there string
		stop                 func()
	}{
		{"stream, ^Z", "icmpdump -i va", "pend 0", func() { c.Keys("C-z") }},
		{"stream, SIGTSTP", "icmpdump -i va", "pend 0", func() { syscall.Kill(c.PID(), syscall.SIGTSTP) }},
		{"top, ^Z", "icmpdump top -i va", "skipped 0", func() { c.Keys("C-z") }},
		{"top, SIGTSTP", "icmpdump top -i va", "skipped 0", func() { syscall.Kill(c.PID(), syscall.SIGTSTP) }},
	} {
		c.Run("clear; " + tt.command)
		c.WaitText(tt.there)
		taken := c.Stty()
		if taken == mode {
			t.Errorf("%s: the terminal's mode is that of a shell", tt.name)
		}
		tt.stop()
		if screen := c.WaitPrompt(); !strings.Contains(screen, "Stopped") {
			t.Errorf("%s: it is not stopped\n%s", tt.name, screen)
		}
		c.free(tt.name, mode)
		c.Run("clear; fg")
		c.WaitText(tt.there)
		c.wait(tt.name, func() bool { return c.Stty() == taken })
		c.Keys("q")
		c.WaitPrompt()
		c.free(tt.name+" and q", mode)
	}

	c.Run("clear; icmpdump -i va &")
	c.WaitText("listening on")
	sendEchoes(c.a, c.b, 1)
	c.WaitText("req=1 ")
	c.free("in the background", mode)
	c.Run("clear; fg")
	c.WaitText("req 1")
	c.Keys("C-z")
	c.WaitPrompt()
	c.Run("clear; bg")
	time.Sleep(200 * time.Millisecond)
	sendEchoes(c.a, c.b, 1)
	c.WaitText("req=2 ")
	c.free("bg", mode)
	c.Run("clear; kill %1; wait")
	c.WaitText("2 requests")
	c.WaitPrompt()
	c.free("killed in the background", mode)

	c.Run("clear; icmpdump top -i va &")
	c.WaitText("listening on")
	time.Sleep(200 * time.Millisecond)
	c.free("top in the background", mode)
	c.Run("fg")
	c.wait("top comes to the foreground", func() bool { return c.Format("#{alternate_on}") == "1" })
	c.Keys("q")
	c.WaitPrompt()
	c.free("top", mode)

	c.Run("clear; sleep 1000 | icmpdump -i va")
	c.WaitText("pend 0")
	c.Keys("C-z")
	c.WaitPrompt()
	c.Run("clear; ps -o stat= -C sleep -t $(tty); fg")
	c.WaitText("pend 0")
	if screen := c.Screen(); !regexp.MustCompile(`(?m)^T`).MatchString(screen) {
		t.Errorf("the pipeline was not stopped\n%s", screen)
	}
	c.Keys("C-c")
	c.WaitPrompt()
	c.free("a pipeline", mode)
}

// Who has no shell is not left stopped.
func TestConsoleOfOrphans(t *testing.T) {
	a, b := lab.Pair(t)
	p := lab.OpenPTY(t, 100, 20)
	p.Start(a.Command("icmpdump", "-i", "va", "icmp"))
	p.WaitFor("pend 0")
	before := p.Stty()
	p.Take()
	p.Signal(syscall.SIGTSTP)
	p.WaitFor("\x1b[J")
	p.WaitFor("pend 0")
	p.Take()
	if got := p.Stty(); got != before {
		t.Errorf("stty -g says %s, want %s", got, before)
	}
	sendEchoes(a, b, 1)
	p.WaitFor("req=1 ")
	p.Signal(syscall.SIGTERM)
	if code := p.End(); code != 0 {
		t.Errorf("exit code %d", code)
	}
}
