package screen

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"icmpdump/capture/icmp"
	"icmpdump/render"
)

// A frozen view stays as it is, and says how much it has missed; the capture goes on.
func TestFreeze(t *testing.T) {
	for _, key := range []string{"space", "p"} {
		s := ids(t, 5)
		m := s.screen(80, 24, nil)
		press(m, key)
		before := strings.Split(shown(m), "\n")
		if !strings.Contains(before[0], "PAUSED +0") {
			t.Fatalf("got %q", before[0])
		}
		looks := s.looks
		for i := range 7 {
			s.add(time.Minute, echoOf(8, "10.0.0.5", "198.51.100.8", 1, uint16(i)))
		}
		m.Update(tick(time.Time{}))
		after := strings.Split(shown(m), "\n")
		if got := after[0]; !strings.Contains(got, "PAUSED +7") {
			t.Errorf("got %q", got)
		}
		if fmt.Sprint(before[1:]) != fmt.Sprint(after[1:]) || s.looks != looks {
			t.Errorf("the view goes on:\n%s", strings.Join(after, "\n"))
		}
		press(m, "j")
		if got, _ := selected(t, m); got != 2 {
			t.Errorf("frozen, nothing can be selected but %d", got)
		}
		press(m, key)
		if got := shown(m); strings.Contains(got, "PAUSED") || !strings.Contains(got, "198.51.100.8") {
			t.Errorf("it does not go on:\n%s", got)
		}
	}
}

func TestReset(t *testing.T) {
	s := theStage(t)
	m := s.screen(80, 24, nil)
	press(m, "space", "r")
	if s.resets != 1 {
		t.Errorf("got %d resets", s.resets)
	}
	if got := strings.Split(shown(m), "\n"); !strings.HasPrefix(got[1], "req 1  rep 0  lost 0  pend 1") || strings.Contains(got[0], "PAUSED") {
		t.Errorf("got\n%s", strings.Join(got, "\n"))
	}
}

func TestUTC(t *testing.T) {
	m := theStage(t).screen(80, 24, nil)
	if got := shown(m); !strings.Contains(got, "13:00:50  100 packets") || !strings.Contains(got, "\n13:00:50.") {
		t.Errorf("got\n%s", got)
	}
	press(m, "u")
	if got := shown(m); !strings.Contains(got, "12:00:50  100 packets") || !strings.Contains(got, "\n12:00:50.") || strings.Contains(got, "13:00") {
		t.Errorf("in UTC: got\n%s", got)
	}
	press(m, "u")
	if got := shown(m); strings.Contains(got, "12:00") {
		t.Errorf("and back: got\n%s", got)
	}
}

// Where nothing changed, nothing is done, and the view is the same string.
func TestQuiet(t *testing.T) {
	s := theStage(t)
	m := s.screen(120, 40, nil)
	at := time.Unix(100, 0)
	m.Update(tick(at))
	s.add(time.Minute, echoOf(8, "10.0.0.5", "198.51.100.7", 1, 1))
	m.Update(tick(at.Add(time.Second)))
	if got := shown(m); !strings.Contains(got, "  1/s") {
		t.Errorf("got\n%s", got)
	}
	m.Update(tick(at.Add(2 * time.Second)))
	view := m.View().Content
	if !strings.Contains(view, "  0/s") {
		t.Errorf("got\n%s", view)
	}
	looks := s.looks
	m.drawn = "not drawn anew"
	for i := range 100 {
		m.Update(tick(at.Add(time.Duration(3+i) * time.Second)))
		if got := m.View().Content; got != m.drawn {
			t.Fatalf("after %d s it is drawn anew", 3+i)
		}
	}
	if s.looks != looks {
		t.Errorf("rows were asked for %d times", s.looks-looks)
	}
}

// A look that takes long is not taken as often.
func TestSlowLook(t *testing.T) {
	var now time.Time
	s := ids(t, 1)
	m := s.screen(80, 24, func(c *Config) {
		c.Clock = func() time.Time { now = now.Add(30 * time.Millisecond); return now }
	})
	m.View()
	m.spent = 0
	m.timed(m.look)
	m.fresh = false
	m.View()
	if got, want := m.wait(), share*60*time.Millisecond; got != want {
		t.Errorf("got %v, want %v", got, want)
	}
	if got, want := m.wait(), 250*time.Millisecond; got != want {
		t.Errorf("after nothing: got %v, want %v", got, want)
	}
}

func TestWarning(t *testing.T) {
	warning := ""
	m := ids(t, 1).screen(80, 24, func(c *Config) { c.Warning = func() string { return warning } })
	bottom := func() string {
		lines := strings.Split(m.View().Content, "\n")
		return lines[len(lines)-1]
	}
	keys := bottom()
	if !strings.Contains(keys, "q quit") {
		t.Fatalf("got %q", keys)
	}
	warning = "eth0 went \x1b[31mdown"
	m.Update(tick(time.Time{}))
	if got, want := bottom(), `eth0 went \x1b[31mdown`; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	press(m, "j")
	if got := bottom(); got != keys {
		t.Errorf("after a key: got %q", got)
	}
	warning = "eth0 came up"
	m.Update(tick(time.Time{}))
	if got := bottom(); got != warning {
		t.Errorf("got %q, want %q", got, warning)
	}
}

// Names appear when they are known, in the table and in the tail, and d has addresses instead.
func TestNames(t *testing.T) {
	known := false
	m := theStage(t).screen(120, 40, func(c *Config) {
		c.Draw.Name = func(a icmp.Addr) render.Text {
			if !known {
				return render.Text{}
			}
			return render.Host(map[icmp.Addr]string{
				icmp.AddrFrom4([4]byte{198, 51, 100, 7}): "seven.example", icmp.AddrFrom4([4]byte{10, 0, 0, 5}): "evil\x1b[31m",
			}[a])
		}
	})
	if got := shown(m); strings.Contains(got, "seven") {
		t.Errorf("got\n%s", got)
	}
	known = true
	m.Update(tick(time.Time{}))
	for _, want := range []string{`evil\x1b\x5b31m seven.example  `, `IP seven.example > evil\x1b\x5b31m: ICMP echo reply`, "2001:db8:ff:…:7 "} {
		if got := shown(m); !strings.Contains(got, want) {
			t.Errorf("there is no %q in\n%s", want, got)
		}
	}
	press(m, "/")
	enter(m, "SEVEN.ex")
	if m.prompt.bad {
		t.Error("it can't be searched for")
	}
	press(m, "esc", "d")
	if got := shown(m); strings.Contains(got, "seven") || !strings.Contains(got, "198.51.100.7") {
		t.Errorf("after d: got\n%s", got)
	}

	m = theStage(t).screen(120, 40, nil)
	press(m, "d")
	if got, want := bottom(m), "there is nobody to ask for names"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// Addresses have no more room than they need, though names before them did.
func TestNamesLeaveNoGap(t *testing.T) {
	name := func(icmp.Addr) render.Text { return render.Host("a-host-with-a-long-name.example.org") }
	m := ids(t, 3).screen(100, 24, func(c *Config) { c.Draw.Name = name })
	named := shown(m)
	press(m, "d")
	if got, want := shown(m), shown(ids(t, 3).screen(100, 24, nil)); got != want || got == named {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// What is printed when the screen is left is what was there, for paper.
func TestLast(t *testing.T) {
	m := ids(t, 3).screen(80, 24, nil)
	press(m, "j", "Q")
	if m.Left() != LeavePrint {
		t.Errorf("left for %v", m.Left())
	}
	seen := strings.Split(shown(m), "\n")
	for len(seen) > 0 && (seen[len(seen)-1] == "" || strings.Contains(seen[len(seen)-1], "q quit")) {
		seen = seen[:len(seen)-1]
	}
	for i := range seen {
		seen[i] = strings.TrimRight(seen[i], " ")
	}
	last := m.Last()
	if got, want := ansi.Strip(last), strings.Join(seen, "\n"); got != want || strings.Contains(last, sgrReverse) {
		t.Errorf("got\n%q\nwant\n%q", last, want)
	}
	if _, row := selected(t, m); row < 0 {
		t.Error("after that nothing is selected")
	}
}
