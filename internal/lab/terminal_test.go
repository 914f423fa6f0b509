package lab

import (
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestMain(m *testing.M) { os.Exit(Run(m)) }

// What is typed runs, and what it writes is on the screen, and above it.
func TestTmux(t *testing.T) {
	m := OpenTmux(t, 90, 6)
	if got := m.Screen(); !strings.HasPrefix(got, "1$\n") || strings.Count(got, "\n") != 6 {
		t.Errorf("at first the screen is %q", got)
	}
	before := m.Stty()
	m.Run(`echo "$TERM" é; printf '\033[31mred\033[m\n'; stty -g; stty size`)
	screen := m.WaitPrompt()
	for _, want := range []string{"tmux-256color é", "red\n", "6 90\n2$"} {
		if !strings.Contains(screen, want) {
			t.Errorf("no %q on the screen\n%s", want, screen)
		}
	}
	if got := strings.ReplaceAll(m.Scrollback(), "\n", ""); !strings.Contains(got, before) {
		t.Errorf("stty -g says another thing inside than %q\n%s", before, got)
	}
	if got := m.Colors(); !strings.Contains(got, "\x1b[31mred\n\x1b[39m") {
		t.Errorf("no red in %q", got)
	}
	m.Run("seq 20")
	m.WaitPrompt()
	if strings.Contains(m.Screen(), "red") || !strings.Contains(m.Scrollback(), "red") {
		t.Errorf("lines do not go where they should\n%s", m.Scrollback())
	}
}

// Keys end, stop and continue a program; what it did to the terminal shows.
func TestTmuxKeys(t *testing.T) {
	m := OpenTmux(t, 80, 24)
	shell, before := m.PID(), m.Stty()
	m.Run("stty -echo; sleep 60")
	m.Wait("stty -echo to show", func() bool { return m.Stty() != before })
	m.Wait("sleep", func() bool { return comm(m.PID()) == "sleep" })
	m.Keys("C-z")
	m.WaitPrompt()
	if m.PID() != shell {
		t.Error("it is not stopped")
	}
	if m.Stty() == before {
		t.Error("the shell hides what a stopped program has left behind")
	}
	m.Run("fg")
	m.Wait("sleep", func() bool { return comm(m.PID()) == "sleep" })
	m.Keys("C-c")
	m.WaitPrompt()
	if m.Stty() == before {
		t.Error("the shell hides what a killed program has left behind")
	}
	m.Run("stty echo")
	m.WaitPrompt()
	if after := m.Stty(); after != before {
		t.Errorf("got %s, want %s", after, before)
	}
}

// comm is the name of a process.
func comm(pid int) string {
	name, _ := os.ReadFile(fmt.Sprintf("/proc/%d/comm", pid))
	return strings.TrimSpace(string(name))
}

// What is typed comes as it is, with what is special to tmux.
func TestTmuxType(t *testing.T) {
	m := OpenTmux(t, 80, 24)
	m.Run("cat > /dev/null")
	m.Type("-a Enter;")
	m.Keys(";", "x", "Space", "-", "Enter")
	m.WaitText("\n-a Enter;;x -\n")
	m.Keys("C-d")
	m.WaitPrompt()
}

// The program is told that the terminal has another size.
func TestTmuxResize(t *testing.T) {
	m := OpenTmux(t, 80, 24)
	m.Run(`dash -c "trap 'stty size' WINCH; echo ready; while :; do sleep 0.02; done"`)
	m.WaitScreen("ready", func(screen string) bool { return strings.Contains(screen, "\nready") })
	m.Resize(50, 15)
	m.WaitText("15 50")
	m.Resize(120, 40)
	if got := strings.Count(m.WaitText("40 120"), "\n"); got != 40 {
		t.Errorf("got %d rows, want 40", got)
	}
	m.Keys("C-c")
	m.WaitPrompt()
}

// The shell is on the host, and is gone when its test has ended.
func TestTmuxOfHost(t *testing.T) {
	var pid int
	t.Run("within", func(t *testing.T) {
		h := NewHost(t, "a")
		h.IP("link", "add", "only", "type", "veth")
		m := h.OpenTmux(80, 24)
		m.Run("ip -br link; trap '' HUP TERM; sleep 60")
		m.WaitText("only")
		shell := m.shell
		m.Wait("sleep", func() bool { pid = m.PID(); return pid != shell })
	})
	for begin := time.Now(); syscall.Kill(pid, 0) == nil; time.Sleep(glance) {
		if time.Since(begin) > patience {
			t.Fatalf("process %d is still there", pid)
		}
	}
}

// Each byte comes as it was written, and what was taken does not come again.
func TestPTY(t *testing.T) {
	p := OpenPTY(t, 30, 5)
	p.Start(exec.Command("sh", "-c", `stty size <&0; read x; printf '\033[1m%s\0' "$x"; exit 3`))
	p.WaitFor("5 30")
	p.Write("keys\r")
	if code := p.End(); code != 3 {
		t.Errorf("got exit code %d, want 3", code)
	}
	const want = "5 30\r\nkeys\r\n\x1b[1mkeys\x00"
	if got := p.Take(); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := p.Take(); got != "" {
		t.Errorf("got %q again", got)
	}
	var all []byte
	chunks := p.Chunks()
	for _, c := range chunks {
		all = append(all, c.Bytes...)
	}
	if string(all) != want || !slices.IsSortedFunc(chunks, func(a, b Chunk) int { return a.At.Compare(b.At) }) {
		t.Errorf("in parts, it is %q", chunks)
	}
}

// It is a controlling terminal: its keys are signals, and so is its size.
func TestPTYControls(t *testing.T) {
	p := OpenPTY(t, 80, 24)
	before := p.Stty()
	p.Start(exec.Command("sh", "-c", `stty raw isig; trap 'stty size' WINCH; echo ready; while :; do sleep 0.02; done`))
	p.WaitFor("ready")
	if p.Stty() == before {
		t.Error("stty raw does not show")
	}
	p.Resize(132, 43)
	p.WaitFor("43 132")
	p.Write("\x03")
	if got, want := p.End(), 128+int(syscall.SIGINT); got != want {
		t.Errorf("got exit code %d, want %d", got, want)
	}
}

// While nobody reads, who writes waits.
func TestPTYStall(t *testing.T) {
	p := OpenPTY(t, 80, 24)
	p.Stall()
	p.Start(exec.Command("sh", "-c", "stty raw; seq 100000; echo end"))
	select {
	case <-p.ended:
		t.Fatal("it has ended, with nobody reading")
	case <-time.After(300 * time.Millisecond):
	}
	if got := p.Text(); got != "" {
		t.Errorf("%q was read", got)
	}
	p.Resume()
	if code := p.End(); code != 0 {
		t.Errorf("got exit code %d, want 0", code)
	}
	if got := strings.Fields(p.Take()); len(got) != 100001 || got[100000] != "end" {
		t.Errorf("got %d lines, want 100001", len(got))
	}
	p.Stall()
	p.Resume()
	p.Start(exec.Command("echo", "again"))
	p.WaitFor("again")
	p.Settle(50 * time.Millisecond)
}

func TestGolden(t *testing.T) {
	Golden(t, "digits.txt", "one\ntwo\nthree\n")
}

func TestPart(t *testing.T) {
	const document = "one\n<!-- a -->\n\n    x\n\n    y\n\n<!-- end -->\ntwo\n<!-- b -->\n<!-- end -->\n<!-- c -->\n\n"
	for _, tt := range []struct {
		name, lines string
		ok          bool
	}{
		{"a", "\n    x\n\n    y\n\n", true},
		{"b", "", true},
		{"c", "", false}, // it has no end
		{"d", "", false},
	} {
		before, lines, after, ok := part(document, tt.name)
		if ok != tt.ok || ok && (lines != tt.lines || before+lines+after != document) {
			t.Errorf("%s: got %q, %t, want %q, %t", tt.name, lines, ok, tt.lines, tt.ok)
		}
	}
	if got, want := indented("x\n\n y\n"), "\n    x\n\n     y\n\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestChanges(t *testing.T) {
	for _, tt := range []struct{ name, got, want, changes string }{
		{"the same", "a\nb\n", "a\nb\n", ""},
		{"another line", "a\nb\n", "a\nc\n", "   2 got  \"b\\n\"\n     want \"c\\n\"\n"},
		{"a line less", "a\n", "a\nc\n", "   2 got  nothing\n     want \"c\\n\"\n"},
		{"no end", "a", "a\n", "   1 got  \"a\"\n     want \"a\\n\"\n"},
		{"what is not to be seen", "\x1b[mé…\n", "\u00a0\n", fmt.Sprintf("   1 got  %q\n     want %q\n", "\x1b[mé…\n", "\u00a0\n")},
	} {
		if got := changes(tt.got, tt.want); got != tt.changes {
			t.Errorf("%s: got\n%swant\n%s", tt.name, got, tt.changes)
		}
	}
}
