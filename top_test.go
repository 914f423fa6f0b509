package main

import (
	"fmt"
	"os/exec"
	"strings"
	"testing"
	"time"

	"icmpdump/internal/lab"
)

// The full screen of the program on a real terminal, at the sizes that matter.
func TestTopGolden(t *testing.T) {
	for _, size := range [][2]int{{80, 24}, {120, 40}, {50, 15}, {200, 50}} {
		name := fmt.Sprintf("top-%dx%d.txt", size[0], size[1])
		t.Run(name, func(t *testing.T) { lab.Golden(t, name, settled(browse(t, size[0], size[1]))) })
	}
}

// storm are sizes that a terminal has for a moment.
var storm = [][2]int{
	{80, 23}, {79, 24}, {120, 40}, {50, 15}, {200, 50}, {10, 5}, {59, 14}, {60, 15}, {300, 10}, {3, 60}, {1, 1}, {81, 25},
	{40, 2}, {2, 40}, {100, 30}, {20, 3}, {110, 17}, {109, 18}, {80, 1}, {1, 24}, {250, 80}, {33, 33}, {81, 24}, {80, 24},
}

// After a terminal has had many sizes, whatever is shown, it shows what it would have shown without them; and when the
// screen is left, the terminal is as it was.
func TestTopResizes(t *testing.T) {
	m, file := openOffice(t, 80, 24)
	mode := m.Stty()
	m.Run("icmpdump top -r " + file)
	m.WaitText("509 packets")
	list := settled(m)
	lab.Golden(t, "top-80x24.txt", list)
	for _, tt := range []struct {
		name       string
		open, back string
		pause      time.Duration // for which it has each size
	}{
		{"the list", "g", "g", 0},
		{"the list, slowly", "g", "g", 30 * time.Millisecond},
		{"a flow", "Enter", "Escape", 0},
		{"the keys", "?", "x", 0},
		{"a prompt", "/", "Escape", 10 * time.Millisecond},
	} {
		m.Keys(tt.open)
		before := settled(m)
		for _, size := range storm {
			m.Resize(size[0], size[1])
			time.Sleep(tt.pause)
		}
		m.WaitScreen(tt.name+" as it was", func(screen string) bool { return screen == before })
		m.Keys(tt.back)
		m.WaitScreen("the list as it was, after "+tt.name, func(screen string) bool { return screen == list })
	}
	m.Keys("q")
	if screen := m.WaitPrompt(); !strings.Contains(screen, "509 packets captured") {
		t.Errorf("there is no summary\n%s", screen)
	}
	if got := m.Stty(); got != mode {
		t.Errorf("stty -g says %s, want %s", got, mode)
	}
	if got := m.Format("#{alternate_on} #{cursor_flag}"); got != "0 1" {
		t.Errorf("alternate screen and cursor are %s, want 0 1", got)
	}
}

// Keys, one after the other on one screen, and what each brings onto it, which is not there before: what follows Esc
// too soon is another key to a terminal. All others have tests without one.
func TestTopKeys(t *testing.T) {
	m := browse(t, 80, 24)
	for _, tt := range []struct {
		keys  []string
		shows string
	}{
		{[]string{"s"}, "sort: lost ↓"},
		{[]string{"s"}, "sort: loss ↓"},
		{[]string{"S"}, "sort: loss ↑"},
		{[]string{"s", "s"}, "sort: p95 rtt ↓"},
		{[]string{"/", "2", "0", "3", "Enter"}, "search: 203"},
		{[]string{"Enter"}, "192.0.2.5 > 203.0.113.80"},
		{[]string{"?"}, "any key closes this"},
		{[]string{"x"}, "192.0.2.5 > 203.0.113.80"},
		{[]string{"Escape"}, "search: 203"},
		{[]string{"n", "Enter"}, "192.0.2.5 > 203.0.113.9"},
		{[]string{"BSpace", "N", "Enter"}, "192.0.2.5 > 203.0.113.80"},
		{[]string{"Escape"}, "search: 203"},
		{[]string{"Escape"}, "p95 rtt ↓  rtt"},
		{[]string{"f", "l", "o", "s", "t", "Space", ">", "Space"}, "column 8: expected a number"},
		{[]string{"5", "Enter"}, "filter: lost > 5 (1 flow)"},
		{[]string{"u"}, "  UTC"},
		{[]string{"Escape"}, "ms  UTC"},
		{[]string{"Space"}, "PAUSED +0"},
		{[]string{"p", "G", "Enter"}, "about     udp/192.0.2.5:38440"},
		{[]string{"Escape"}, "last packets"},
		{[]string{"g", "r"}, "req 1  rep 0"},
	} {
		m.Keys(tt.keys...)
		m.WaitScreen(fmt.Sprintf("%q after %v", tt.shows, tt.keys), func(screen string) bool { return strings.Contains(screen, tt.shows) })
	}
}

// --sort is the order that the screen begins with.
func TestTopSort(t *testing.T) {
	m, file := openOffice(t, 80, 24)
	for by, shows := range map[string]string{"loss": "sort: loss ↓", "rtt-ms": "sort: avg rtt ↓", "start": "sort: start ↑"} {
		m.Run("icmpdump top --sort " + by + " -r " + file)
		m.WaitText(shows)
		m.Keys("q")
		m.WaitPrompt()
	}
}

// Where there is no terminal for a full screen, nothing is opened. Of what is no terminal at all, testdata/script tells.
func TestTopNeedsATerminal(t *testing.T) {
	for _, tt := range []struct {
		name, term, command, says string
		code                      int
	}{
		{"dumb", "dumb", "icmpdump top -r nofile", `top needs a terminal that can do more: TERM is "dumb"`, exitUsage},
		{"of no name", "", "icmpdump top -r nofile", `top needs a terminal that can do more: TERM is ""`, exitUsage},
		{"without a keyboard", "xterm", "setsid -w icmpdump top -r nofile </dev/null", "top needs a keyboard: ", exitUsage},
		{"with one by its name", "xterm", "icmpdump top -r nofile </dev/null", "open nofile: no such file", exitFailed},
	} {
		p := lab.OpenPTY(t, 80, 24)
		cmd := exec.Command("sh", "-c", tt.command)
		cmd.Env = lab.Environ(tt.term)
		p.Start(cmd)
		code := p.End()
		if text := p.Text(); code != tt.code || !strings.Contains(text, "icmpdump: "+tt.says) || strings.Contains(text, "\x1b") {
			t.Errorf("%s: exit code %d, want %d, and %q, want %q", tt.name, code, tt.code, text, tt.says)
		}
	}
}
