package screen

import (
	"math/rand/v2"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"icmpdump/render"
)

// fitsIn wants that the screen is no larger than it is.
func fitsIn(t *testing.T, m *Model, width, height int) {
	t.Helper()
	lines := strings.Split(m.View().Content, "\n")
	if len(lines) > max(1, height) {
		t.Fatalf("%dx%d: %d lines", width, height, len(lines))
	}
	for i, line := range lines {
		if got := ansi.StringWidth(line); got > width {
			t.Fatalf("%dx%d: line %d is %d wide: %q", width, height, i, got, ansi.Strip(line))
		}
	}
}

// Any size will do, with whatever is on the screen.
func TestSizes(t *testing.T) {
	s := theStage(t)
	states := map[string]func(m *Model){
		"list":   func(*Model) {},
		"colors": func(m *Model) { press(m, "G", "s", "space") },
		"filter": func(m *Model) { press(m, "f"); enter(m, "loss > 5% or") },
		"search": func(m *Model) { press(m, "/"); enter(m, "198") },
		"none":   func(m *Model) { press(m, "f"); enter(m, "id == 31"); press(m, "enter") },
		"said":   func(m *Model) { press(m, "n") },
	}
	for name, state := range states {
		t.Run(name, func(t *testing.T) {
			m := s.screen(80, 24, func(c *Config) { c.Draw.Color = name == "colors" })
			state(m)
			for width := range 62 {
				for height := range 22 {
					m.Update(tea.WindowSizeMsg{Width: width, Height: height})
					fitsIn(t, m, width, height)
				}
			}
			dice := rand.New(rand.NewPCG(1, 2))
			for range 300 {
				width, height := dice.IntN(300), dice.IntN(100)
				m.Update(tea.WindowSizeMsg{Width: width, Height: height})
				if name == "list" || name == "colors" {
					press(m, []string{"j", "k", "g", "G", "pgup", "pgdown", "s", "S", "u", "space"}[dice.IntN(10)])
				}
				fitsIn(t, m, width, height)
			}
		})
	}
}

// Whatever names hold, none of it is obeyed by a terminal, and without colours there are none.
func TestHostile(t *testing.T) {
	const hostile = "\x1b]0;owned\a\x1b[31m\r\n\x9b5m"
	for _, color := range []bool{false, true} {
		m := theStage(t).screen(200, 50, func(c *Config) {
			c.Of = []string{hostile, "eth0" + hostile}
			c.Draw.Color = color
			c.Draw.Ifaces = true
			c.Draw.Iface = func(int32) string { return hostile }
			c.Warning = func() string { return hostile }
		})
		press(m, "/")
		m.Update(tea.PasteMsg{Content: hostile})
		for _, keys := range []string{"", "esc", "j", "G"} {
			press(m, strings.Fields(keys)...)
			checkClean(t, m.View().Content, color)
		}
		if !strings.Contains(shown(m), `\x1b]0;owned\x07`) {
			t.Errorf("got\n%s", shown(m))
		}
	}
}

// checkClean wants that s has no control characters but newlines and the SGR sequences of this package and render.
func checkClean(t *testing.T, s string, color bool) {
	t.Helper()
	ours := []string{"\x1b[1m", "\x1b[1;4m", "\x1b[7m", "\x1b[0m", "\x1b[2m", "\x1b[31m", "\x1b[32m", "\x1b[33m", "\x1b[36m"}
	if !color {
		ours = ours[:4]
	}
	for _, seq := range ours {
		s = strings.ReplaceAll(s, seq, "")
	}
	for i, r := range s {
		if r < ' ' && r != '\n' || r >= 0x7f && r < 0xa0 || r == 0xfffd {
			t.Fatalf("%q at %q", r, s[max(0, i-20):min(len(s), i+20)])
		}
	}
}

// Colours say what is said without them: what was lost, errors, notes, answers.
func TestColors(t *testing.T) {
	m := theStage(t).screen(200, 50, func(c *Config) { c.Draw.Color = true })
	press(m, "G")
	view := m.View().Content
	paint := func(p render.Paint, text string) string { return string(p.Append(nil, []byte(text))) }
	for _, want := range []string{
		paint(render.PaintError, "lost 4 (8.89%)"), paint(render.PaintNote, "late 1"), paint(render.PaintNote, "dup 2"),
		paint(render.PaintError, "10%"), paint(render.PaintNote, "late=1 ooo=1"), paint(render.PaintError, "xx"), paint(render.PaintReply, ".."),
		paint(render.PaintError, "e"), paint(render.PaintNote, "d"),
		paint(render.PaintError, "unreachable/host n=1 icmp/10.0.0.5>203.0.113.9"),
	} {
		if !strings.Contains(view, want) {
			t.Errorf("there is no %q in\n%q", want, view)
		}
	}
	for _, line := range strings.Split(view, "\n") {
		if strings.Contains(line, sgrReverse) && strings.Contains(line, "\x1b[3") {
			t.Errorf("the selected line has colours: %q", line)
		}
	}
}
