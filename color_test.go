package main

import (
	"math/rand/v2"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"icmpdump/internal/forge"
	"icmpdump/internal/lab"
	"icmpdump/render"
)

func TestColors(t *testing.T) {
	for _, tt := range []struct {
		name     string
		when     string
		terminal bool
		env      map[string]string
		want     bool
	}{
		{"a terminal", "auto", true, map[string]string{"TERM": "xterm-256color"}, true},
		{"a pipe", "auto", false, map[string]string{"TERM": "xterm-256color"}, false},
		{"a terminal that can do nothing", "auto", true, map[string]string{"TERM": "dumb"}, false},
		{"a terminal of which nothing is known", "auto", true, nil, false},
		{"somebody does not want any", "auto", true, map[string]string{"TERM": "xterm", "NO_COLOR": "0"}, false},
		{"nobody said so", "auto", true, map[string]string{"TERM": "xterm", "NO_COLOR": ""}, true},
		{"somebody wants them in pipes", "auto", false, map[string]string{"CLICOLOR_FORCE": "1"}, true},
		{"nobody does", "auto", false, map[string]string{"CLICOLOR_FORCE": "0"}, false},
		{"of both, none", "auto", true, map[string]string{"TERM": "xterm", "NO_COLOR": "1", "CLICOLOR_FORCE": "1"}, false},
		{"the option says more than the environment", "always", false, map[string]string{"TERM": "dumb", "NO_COLOR": "1"}, true},
		{"in both directions", "never", true, map[string]string{"TERM": "xterm", "CLICOLOR_FORCE": "1"}, false},
	} {
		if got := colors(tt.when, tt.terminal, func(name string) string { return tt.env[name] }); got != tt.want {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
		}
	}
}

// All that can be said about colours, together.
func TestColorsOfAll(t *testing.T) {
	for _, when := range colorWords {
		for _, terminal := range []bool{false, true} {
			for _, no := range []string{"", "0", "1"} {
				for _, force := range []string{"", "0", "1"} {
					for _, term := range []string{"", "dumb", "linux"} {
						env := map[string]string{"NO_COLOR": no, "CLICOLOR_FORCE": force, "TERM": term}
						able := terminal && term == "linux"
						want := when == "always" || when == "auto" && no == "" && (force == "1" || able)
						if got := colors(when, terminal, func(name string) string { return env[name] }); got != want {
							t.Errorf("--color=%s, terminal %v, %v: got %v, want %v", when, terminal, env, got, want)
						}
					}
				}
			}
		}
	}
}

// painted is a text with a paint of render's.
var painted = regexp.MustCompile(`\x1b\[(?:2|3[1236])m([^\x1b\n]+)\x1b\[0m`)

// colorful is a file of every kind of message, some of them damaged, and of a request that is lost.
func colorful(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "colorful.pcap")
	frames := captures["pings"]()
	r := rand.New(rand.NewPCG(7, 0))
	for _, kind := range forge.Kinds {
		frame := kind.Frame(r)
		frames = append(frames, captured{at: 20 * time.Second, frame: frame}, captured{at: 21 * time.Second, frame: forge.Damaged(r, frame)})
	}
	if err := writeCapture(path, frames); err != nil {
		t.Fatal(err)
	}
	return path
}

// What is printed on a terminal has colours, and is without them what it was. A pipe gets them if that
// is asked for.
func TestTerminalHasColors(t *testing.T) {
	lab.Need(t, "script")
	path := colorful(t)
	for name, tt := range map[string]struct {
		options string
		paints  []render.Paint
	}{
		"lines": {"-r " + path, []render.Paint{
			render.PaintRequest, render.PaintReply, render.PaintNote, render.PaintError, render.PaintFaint,
		}},
		"more of them": {"-evvv -XX -# -r " + path, []render.Paint{render.PaintRequest, render.PaintError, render.PaintFaint}},
		"rows":         {"flows -r " + path, []render.Paint{render.PaintError}},
	} {
		plain := left(onTerminal(t, "icmpdump --color=never "+tt.options))
		got := left(onTerminal(t, wantsColors+"icmpdump "+tt.options))
		if without := painted.ReplaceAllString(got, "$1"); strings.Contains(plain, "\x1b") || without != plain {
			t.Errorf("%s: with colours %.900q, without %.900q", name, got, plain)
		}
		if !strings.Contains(got, " replies, "+render.PaintError.Begin()) {
			t.Errorf("%s: the totals have no colours: %.900q", name, got)
		}
		for _, p := range tt.paints {
			if !strings.Contains(got, p.Begin()) {
				t.Errorf("%s: nothing is painted %q", name, p.Begin())
			}
		}
		for _, forced := range []string{"icmpdump --color=always ", "CLICOLOR_FORCE=1 icmpdump "} {
			piped := left(onTerminal(t, "unset NO_COLOR; "+forced+tt.options+" 2>/dev/null | cat"))
			if piped == "" || !strings.HasPrefix(got, piped) {
				t.Errorf("%s: %s prints %.900q to a pipe, want %.900q", name, forced, piped, got)
			}
		}
	}
}

// left is what is left on a terminal when the row below the lines is gone, which was written and erased before some of
// them.
func left(written string) string {
	var text strings.Builder
	for line := range strings.Lines(written) {
		line = strings.TrimSuffix(line, "\r\n")
		line = line[strings.LastIndex(line, "\r")+1:]
		text.WriteString(strings.TrimPrefix(line, "\x1b[J") + "\n")
	}
	return text.String()
}

// wantsColors is an environment that says so.
const wantsColors = "unset NO_COLOR CLICOLOR_FORCE; TERM=linux "

// Where no colours are wanted there is not one escape byte, be it on standard output or error.
func TestNoColors(t *testing.T) {
	lab.Need(t, "script", "cat")
	path := colorful(t)
	file := filepath.Join(t.TempDir(), "out")
	for name, command := range map[string]string{
		"a pipe":                     wantsColors + "icmpdump -r PATH | cat",
		"a pipe of both":             wantsColors + "icmpdump -r PATH 2>&1 | cat",
		"a file":                     wantsColors + "icmpdump -r PATH >FILE; cat FILE",
		"a dumb terminal":            "unset NO_COLOR CLICOLOR_FORCE; TERM=dumb icmpdump -r PATH",
		"NO_COLOR":                   "TERM=linux NO_COLOR=1 icmpdump -r PATH",
		"NO_COLOR, and the rows":     "TERM=linux NO_COLOR=1 icmpdump flows -r PATH",
		"never":                      "TERM=linux CLICOLOR_FORCE=1 icmpdump --color never -r PATH",
		"JSON on a terminal":         wantsColors + "icmpdump --json -r PATH",
		"CSV on a terminal":          wantsColors + "icmpdump flows --csv -r PATH",
		"JSON":                       "CLICOLOR_FORCE=1 icmpdump --json -x --color=always -r PATH",
		"rows as JSON":               "icmpdump flows --json --color=always -r PATH",
		"rows as CSV":                "icmpdump flows --csv --color=always -r PATH",
		"the totals beside a pipe":   wantsColors + "icmpdump -r PATH >FILE",
		"the totals of a forced one": "icmpdump --color=always -r PATH 2>&1 >FILE | cat",
	} {
		command = strings.NewReplacer("PATH", path, "FILE", file).Replace(command)
		if out := onTerminal(t, command); strings.Contains(out, "\x1b") || len(out) < 100 {
			t.Errorf("%s: %.900q", name, out)
		}
	}
}
