package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"icmpdump/internal/lab"
)

// Who watches the full screen of a terminal that is gone is gone as well, also where SIGHUP is ignored or means something
// else.
func TestTerminalHangsUp(t *testing.T) {
	a, _ := lab.Pair(t)
	for _, command := range []string{
		"exec icmpdump -i va icmp",
		"exec icmpdump top -i va icmp",
		"trap '' HUP; exec icmpdump top -i va icmp",
		"exec icmpdump top -i va icmp -w " + filepath.Join(t.TempDir(), "out.pcap"),
	} {
		stderr := filepath.Join(t.TempDir(), "stderr")
		p := lab.OpenPTY(t, 100, 24)
		p.Start(a.Command("sh", "-c", command+" 2>"+stderr))
		p.WaitFor("pend 0")
		p.HangUp()
		p.End()
		text, err := os.ReadFile(stderr)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(text), "0 packets captured\n") {
			t.Errorf("%s: it says %q", command, text)
		}
	}
}

// The terminal is asked nothing: who quits before it answers would have the answer typed into the shell.
func TestTerminalIsNotAsked(t *testing.T) {
	a, _ := lab.Pair(t)
	question := regexp.MustCompile(`\x1b\[(\?u|\?*[\d;]+(\$p|n)|[>=]?\d*c|>\d*q)|\x1b\][^\x07\x1b]*\?|\x1bP`)
	for _, term := range []string{"xterm-256color", "xterm-kitty", "linux", "vt100", "tmux-256color"} {
		p := lab.OpenPTY(t, 100, 24)
		cmd := a.Command("icmpdump", "top", "-i", "va")
		cmd.Env = lab.Environ(term)
		p.Start(cmd)
		p.WaitFor("pend 0")
		p.Write("\t")
		p.WaitFor("? keys")
		p.Write("\tq") // at once
		if code := p.End(); code != 0 {
			t.Errorf("%s: exit code %d", term, code)
		}
		if got := question.FindAllString(p.Text(), -1); got != nil {
			t.Errorf("%s: it asks %q", term, got)
		}
	}
}
