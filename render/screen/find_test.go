package screen

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/gopacket/gopacket/layers"
)

// bottom is the bottom row.
func bottom(m *Model) string {
	lines := strings.Split(shown(m), "\n")
	return strings.TrimRight(lines[len(lines)-1], " ")
}

func TestSearch(t *testing.T) {
	s := theStage(t)
	first := func(m *Model) string {
		r := m.list.selected(m)
		return string(m.list.table.appendWhole(nil, r))
	}
	for _, test := range []struct {
		name, text string
		then       string // keys
		want       string // the beginning of the flow that is selected
	}{
		{"a source", "2001:db8::10", "enter", "2001:db8::10 2001:db8:ff:1:2:3:4:7 echo 21"},
		{"what is cut on the screen", ":1:2:3:", "enter", "2001:db8::10 "},
		{"an id", "65535", "enter", "192.168.100.200 "},
		{"a kind", "neigh", "enter", "fe80::5 "},
		{"a type, in capitals", "UNREACHABLE/HOST", "enter", "10.0.0.5 203.0.113.9 echo 99 unreachable/host@198.51.100.1"},
		{"the next", "unreachable/port", "enter n n", "192.0.2.9 10.0.0.5 unreachable/port n=1 udp/10.0.0.5:40114"},
		{"the one before", "unreachable/port", "enter n n N", "192.0.2.9 10.0.0.5 unreachable/port n=1 udp/10.0.0.5:40113"},
		{"round", "echo", "enter N", "192.168.100.200 "},
		{"left", "65535", "esc", "10.0.0.5 198.51.100.7 echo 4660"},
		{"while it is typed", "65535", "", "192.168.100.200 "},
		{"that is not there", "65535z", "", "10.0.0.5 198.51.100.7 echo 4660"},
		{"and not taken", "65535z", "enter", "10.0.0.5 198.51.100.7 echo 4660"},
		{"changed", "65535z", "backspace enter", "192.168.100.200 "},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := s.screen(120, 40, nil)
			press(m, "/")
			enter(m, test.text)
			press(m, strings.Fields(test.then)...)
			if got := first(m); !strings.HasPrefix(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}

	m := s.screen(120, 40, nil)
	press(m, "n")
	if got, want := bottom(m), "nothing to search for: / asks for it"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	press(m, "/")
	enter(m, "198.51.100.7")
	if got := strings.Count(m.View().Content, sgrMark+"198.51.100.7"); got != 4 { // one asked, and three that errors are about
		t.Errorf("%d are marked:\n%q", got, m.View().Content)
	}
	enter(m, "0")
	if got, want := bottom(m), "search: 198.51.100.70  no flow has it"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	press(m, "backspace", "enter")
	if got := strings.Split(shown(m), "\n")[2]; !strings.Contains(got, "search: 198.51.100.7") {
		t.Errorf("got %q", got)
	}
	press(m, "esc")
	if got := m.View().Content; strings.Contains(got, sgrMark) || strings.Contains(got, "search: ") {
		t.Errorf("after Esc: got %q", got)
	}

	// Only what is looked into is marked: no counts.
	press(m, "/")
	enter(m, "20")
	for _, line := range strings.Split(m.View().Content, "\n") {
		if text := ansi.Strip(line); strings.Contains(text, " 4660 ") && strings.Contains(text, " 20 ") && strings.Contains(line, sgrMark) {
			t.Errorf("20 requests are marked: %q", line)
		}
	}
	if got := m.View().Content; !strings.Contains(got, sgrMark+"20") {
		t.Errorf("nothing is marked: %q", got)
	}
}

// While a text is typed, flows may come and go.
func TestSearchGoesOn(t *testing.T) {
	s := ids(t, 50)
	m := s.screen(80, 24, nil)
	press(m, "s", "j", "/")
	for _, r := range "47" {
		enter(m, string(r))
		for i := range 50 {
			s.add(20*time.Second+time.Duration(i), echoOf(8, "10.0.0.5", "198.51.100.7", uint16(100+i)+uint16(r), 1))
		}
		m.Update(tick(time.Time{}))
	}
	if got, _ := selected(t, m); got != 47 {
		t.Errorf("got %d, want 47", got)
	}
}

func TestFilter(t *testing.T) {
	s := theStage(t)
	m := s.screen(120, 40, nil)
	flows := func() (n int) {
		shown(m)
		return len(m.list.rows)
	}
	all := flows()
	if all != 16 {
		t.Fatalf("%d flows", all)
	}

	press(m, "f")
	enter(m, "loss > 5% and dst ~ x")
	lines := strings.Split(shown(m), "\n")
	if got, want := lines[39], "filter: loss > 5% and dst ~ x  column 19: "; !strings.HasPrefix(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := lines[38], strings.Repeat(" ", len("filter: loss > 5% and dst "))+"↓"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	press(m, "enter")
	if m.prompt == nil || flows() != all {
		t.Errorf("what is wrong was taken: %d flows", flows())
	}
	for range "and dst ~ x" {
		press(m, "backspace")
	}
	if got := strings.TrimSpace(bottom(m)); got != "filter: loss > 5%" {
		t.Errorf("got %q", got)
	}
	press(m, "enter")
	if got := flows(); got != 2 || m.prompt != nil {
		t.Errorf("%d flows pass", got)
	}
	if got := strings.Split(shown(m), "\n")[2]; !strings.Contains(got, "filter: loss > 5% (2 flows)") {
		t.Errorf("got %q", got)
	}
	s.ping(60*time.Second, time.Millisecond, "10.9.9.9", "10.9.9.8", 9, "x............")
	s.add(200*time.Second, echoOf(8, "10.9.9.9", "10.9.9.7", 1, 1))
	m.Update(tick(time.Time{}))
	if got := flows(); got != 4 { // and the one that was pending is lost by now
		t.Errorf("%d flows pass after one more lost requests", got)
	}

	press(m, "f")
	if got := m.prompt.text(); got != "loss > 5%" {
		t.Errorf("it proposes %q", got)
	}
	press(m, "ctrl+u", "enter")
	if got, want := flows(), len(m.snapshot.rows); got != want {
		t.Errorf("no filter lets %d of %d flows pass", got, want)
	}
	press(m, "f")
	enter(m, "id == 31")
	press(m, "enter")
	if got := shown(m); flows() != 0 || !strings.Contains(got, "no flow passes the filter") {
		t.Errorf("got\n%s", got)
	}
	press(m, "j", "k", "G", "enter", "w", "n", "esc")
	if got, want := flows(), len(m.snapshot.rows); got != want {
		t.Errorf("after Esc %d of %d flows pass", got, want)
	}
}

// Errors with one cause are one line, whichever port a client took.
func TestFaults(t *testing.T) {
	s := newStage(t)
	for i := range 40 {
		s.refuse(time.Duration(i)*time.Second, "192.0.2.9", "10.0.0.5", 3, 3, udp("10.0.0.5", "192.0.2.9", 40000+layers.UDPPort(i), 53))
		s.refuse(time.Duration(i)*time.Second, "192.0.2.1", "10.0.0.5", 11, 0, udp("10.0.0.5", "192.0.2.9", 50000, 33434+layers.UDPPort(i)))
	}
	s.refuse(50*time.Second, "192.0.2.9", "10.0.0.5", 3, 3, udp("10.0.0.5", "192.0.2.9", 40000, 161))
	m := s.screen(120, 50, nil)
	var got []string
	for i, line := range strings.Split(shown(m), "\n") {
		if strings.HasPrefix(line, "errors ") {
			for _, line := range strings.Split(shown(m), "\n")[i+1 : i+4] {
				got = append(got, strings.Join(strings.Fields(line), " "))
			}
		}
	}
	want := []string{
		"40 unreachable/port 192.0.2.9 13:00:39 udp/10.0.0.5>192.0.2.9:53",
		"40 time-exceeded/ttl-exceeded 192.0.2.1 13:00:39 udp/10.0.0.5>192.0.2.9:33434-33473",
		"1 unreachable/port 192.0.2.9 13:00:50 udp/10.0.0.5>192.0.2.9:161",
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// Enter goes to the page of the selected flow, and back to where one was.
func TestDetailAndBack(t *testing.T) {
	m := theStage(t).screen(80, 24, nil)
	press(m, "j", "j", "enter")
	if got := shown(m); m.page != &m.detail || !strings.Contains(got, "2001:db8:ff:1:2:3:4:7") {
		t.Fatalf("got\n%s", got)
	}
	press(m, "esc")
	if got, row := selected(t, m); m.page != &m.list || got != 21 || row < 0 {
		t.Errorf("flow %d is selected, in row %d", got, row)
	}
	press(m, "w")
	if m.prompt == nil {
		t.Error("w does not ask where to")
	}
}
