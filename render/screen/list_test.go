package screen

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"icmpdump/flowtable"
	"icmpdump/render"
)

// ids has a flow of one request for each identifier from 1 on, a second apart.
func ids(t testing.TB, n int) *stage {
	s := newStage(t)
	for i := range n {
		s.add(time.Duration(i)*time.Second/100, echoOf(8, "10.0.0.5", "198.51.100.7", uint16(i+1), 1))
	}
	return s
}

// selected is the identifier of the selected flow, and which row of the screen it is drawn reversed in; -1 if in none.
func selected(t testing.TB, m *Model) (id, row int) {
	t.Helper()
	row = -1
	for i, line := range strings.Split(m.View().Content, "\n") {
		if strings.Contains(line, sgrReverse) && !strings.Contains(line, "PAUSED") {
			if row >= 0 {
				t.Fatalf("rows %d and %d are selected", row, i)
			}
			row = i
		}
	}
	r := m.list.selected(m)
	if r == nil {
		t.Fatal("nothing is selected")
	}
	if row >= 0 {
		line := ansi.Strip(strings.Split(m.View().Content, "\n")[row])
		if !strings.Contains(line, fmt.Sprintf(" %d ", r.ID)) {
			t.Fatalf("of flow %d, %q is selected", r.ID, line)
		}
	}
	return int(r.ID), row
}

func TestMoving(t *testing.T) {
	const n = 100
	s := ids(t, n)
	body := s.screen(80, 24, nil)
	body.View()
	page := body.list.body
	if page < 8 {
		t.Fatalf("a page of %d", page)
	}
	for _, test := range []struct {
		keys string
		want int
	}{
		{"", 1},
		{"j", 2},
		{"j j down", 4},
		{"j j j k up", 2},
		{"k", 1},
		{"G", n},
		{"end j", n},
		{"G home", 1},
		{"G g", 1},
		{"G k", n - 1},
		{"pgdown", 1 + page},
		{"pgdown ctrl+f pgup", 1 + page},
		{"pgdown ctrl+b pgup", 1},
		{"ctrl+d", 1 + page/2},
		{"ctrl+d ctrl+d ctrl+u", 1 + page/2},
		{"G pgdown", n},
		{"G pgup", n - page},
	} {
		t.Run(test.keys, func(t *testing.T) {
			m := s.screen(80, 24, nil)
			m.View()
			press(m, strings.Fields(test.keys)...)
			if got, row := selected(t, m); got != test.want || row < 0 {
				t.Errorf("got %d, in row %d; want %d", got, row, test.want)
			}
		})
	}
}

// The selected flow stays so, and where it is on the screen, while others come before it.
func TestSelectionStays(t *testing.T) {
	s := ids(t, 60)
	m := s.screen(80, 24, nil)
	m.View()
	press(m, "s", "s", "s", "s", "s") // requests
	if got := orders[m.list.order].name; got != "requests" {
		t.Fatalf("sorted by %s", got)
	}
	press(m, "j", "j", "j", "j")
	_, before := selected(t, m)
	for id := 6; id < 40; id++ {
		for seq := range uint16(2) {
			s.add(time.Second+time.Duration(id)*time.Millisecond, echoOf(8, "10.0.0.5", "198.51.100.7", uint16(id), 2+seq))
		}
		m.Update(tick(time.Time{}))
		if got, row := selected(t, m); got != 5 || row != before {
			t.Fatalf("after flow %d went up: got flow %d in row %d, want 5 in %d", id, got, row, before)
		}
	}
	if m.list.at < 34 {
		t.Errorf("it is the %dth", m.list.at)
	}
	press(m, "S")
	if got, _ := selected(t, m); got != 5 {
		t.Errorf("in reverse: got flow %d, want 5", got)
	}
	press(m, "g")
	first, _ := selected(t, m)
	press(m, "S")
	if got, _ := selected(t, m); got == first {
		t.Errorf("who is at the top and did not choose stays at flow %d", got)
	}
}

// If the selected flow is gone, its neighbor is selected until it is there again.
func TestSelectedGoes(t *testing.T) {
	s := ids(t, 20)
	m := s.screen(80, 24, nil)
	m.View()
	press(m, "j", "j", "f")
	enter(m, "id != 3")
	press(m, "enter")
	if got, _ := selected(t, m); got != 4 {
		t.Errorf("got %d, want 4", got)
	}
	press(m, "esc")
	if got, _ := selected(t, m); got != 3 {
		t.Errorf("when it is there again: got %d, want 3", got)
	}
}

// A screen begins with the order that it is told, by any name of it.
func TestFirstOrder(t *testing.T) {
	for name, want := range map[string]string{"": "start ↑", "start": "start ↑", "lost": "lost ↓", "p95-ms": "p95 rtt ↓", "end": "last seen ↓"} {
		s := theStage(t)
		m := s.screen(80, 24, func(c *Config) { c.Sort = name })
		if got := shown(m); !strings.Contains(got, "sort: "+want) {
			t.Errorf("%q: want %s in\n%s", name, want, got)
		}
	}
	for _, name := range Orders() {
		if !HasOrder(name) {
			t.Errorf("there is no order %s", name)
		}
	}
	if HasOrder("bytes") || HasOrder("") {
		t.Error("there are orders that s does not have")
	}
}

func TestOrders(t *testing.T) {
	s := theStage(t)
	m := s.screen(200, 50, nil)
	names := []string{"", "↓lost", "↓loss", "↓avg-ms", "↓p95-ms", "↓req", "↓err", ""}
	for i, want := range names {
		lines := strings.Split(shown(m), "\n")
		if !strings.HasPrefix(lines[2], "sort: "+orders[i].says+" ") {
			t.Errorf("%s: got %q", orders[i].name, lines[2])
		}
		if marked := strings.ContainsAny(lines[3], "↓↑"); !strings.Contains(lines[3], want) || marked != (want != "") {
			t.Errorf("%s: got %q, want %s", orders[i].name, lines[3], want)
		}
		var sorted []*flowtable.Row
		for _, r := range render.Sorted(m.snapshot.rows, orders[i].name) {
			if r.Kind.Paired() {
				sorted = append(sorted, r)
			}
		}
		if !slices.Equal(m.list.rows[:len(sorted)], sorted) {
			t.Errorf("%s: not as render sorts", orders[i].name)
		}
		for _, r := range m.list.rows[len(sorted):] {
			if r.Kind.Paired() {
				t.Errorf("%s: %v stands below", orders[i].name, r.Key)
			}
		}
		press(m, "s")
	}
	if m.list.order != 0 {
		t.Errorf("after the last comes %d", m.list.order)
	}
	press(m, "s", "S")
	if got := strings.Split(shown(m), "\n")[3]; !strings.Contains(got, "↑lost") {
		t.Errorf("in reverse: got %q", got)
	}
	if got := m.list.rows[0].Lost; got != 0 {
		t.Errorf("in reverse the first lost %d", got)
	}
}

// A flow that is over and begins again is two, and the selected one stays so, also when counters begin anew.
func TestSelectedBeginsAgain(t *testing.T) {
	s := newStage(t)
	s.ping(0, time.Millisecond, "10.0.0.5", "10.0.0.6", 1, ".")
	s.ping(time.Second, time.Millisecond, "10.0.0.5", "10.0.0.7", 2, ".")
	m := s.screen(80, 24, nil)
	press(m, "j", "k")
	s.ping(300*time.Second, time.Millisecond, "10.0.0.5", "10.0.0.6", 1, "..")
	m.Update(tick(time.Time{}))
	if got := m.list.selected(m); len(m.list.rows) != 3 || got.ID != 1 || got.Requests != 1 {
		t.Errorf("of %d flows, %v of %d requests is selected", len(m.list.rows), got.Key, got.Requests)
	}
	press(m, "G")
	if got := m.list.selected(m); got.ID != 1 || got.Requests != 2 {
		t.Errorf("the last is %v of %d requests", got.Key, got.Requests)
	}
	press(m, "r")
	s.ping(302*time.Second, time.Millisecond, "10.0.0.5", "10.0.0.7", 2, ".")
	s.ping(303*time.Second, time.Millisecond, "10.0.0.5", "10.0.0.6", 1, ".")
	m.Update(tick(time.Time{}))
	if got := m.list.selected(m); len(m.list.rows) != 2 || got.ID != 1 || got.Requests != 1 {
		t.Errorf("after a reset, of %d flows %v of %d requests is selected", len(m.list.rows), got.Key, got.Requests)
	}
}

// On a screen that has no row for keys, what is said and what is asked stand below the selected flow, not over it.
func TestBottomOfFew(t *testing.T) {
	for height := 3; height <= 5; height++ {
		m := ids(t, 9).screen(80, height, nil)
		press(m, "G", "/")
		enter(m, "198")
		if id, row := selected(t, m); id != 9 || row != height-2 {
			t.Errorf("of %d rows: flow %d is in row %d", height, id, row)
		}
		if got, want := bottom(m), "search: 198"; got != want {
			t.Errorf("of %d rows: got %q, want %q", height, got, want)
		}
	}
}

// What there was no room for is not hidden.
func TestMadeRoom(t *testing.T) {
	s := newStage(t)
	s.table = flowtable.New(flowtable.Config{Recent: true, MaxFlows: 2})
	for i := range 9 {
		s.add(time.Duration(i)*time.Second/100, echoOf(8, "10.0.0.5", "198.51.100.7", uint16(i+1), 1))
	}
	got := strings.Split(shown(s.screen(120, 24, nil)), "\n")
	if want := "9 packets  0/s  2 flows  7 made room"; !strings.Contains(got[0], want) {
		t.Errorf("got %q, want %q in it", got[0], want)
	}
	if want := "requests 9  replies 0  lost 0  pending 2  late 0  dup 0  forgotten 7  dropped 0"; !strings.HasPrefix(got[1], want) {
		t.Errorf("got %q, want %q", got[1], want)
	}
}
