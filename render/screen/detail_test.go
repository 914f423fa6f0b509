package screen

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"icmpdump/capture/icmp"
	"icmpdump/flowtable"
	"icmpdump/internal/forge"
	"icmpdump/internal/lab"
	"icmpdump/render"
)

// styles are what a screen without colours has of them.
var styles = strings.NewReplacer(sgrBold, "", sgrMark, "", sgrReverse, "", render.PaintEnd, "")

// fits wants that a text is no larger than a screen, and has nothing in it that a terminal would obey but styles.
func fits(t testing.TB, text string, width, height int) {
	t.Helper()
	lines := strings.Split(styles.Replace(text), "\n")
	if len(lines) > max(height, 1) {
		t.Errorf("%d lines on %d×%d", len(lines), width, height)
	}
	for i, line := range lines {
		if got := ansi.StringWidth(line); got > width {
			t.Errorf("line %d has %d columns on %d×%d: %q", i+1, got, width, height, line)
		}
		if at := strings.IndexFunc(line, func(r rune) bool { return r < ' ' || r == 0x7f || 0x80 <= r && r < 0xa0 }); at >= 0 {
			t.Errorf("line %d has a control character: %q", i+1, line)
		}
	}
}

const (
	here, there   = "192.0.2.5", "198.51.100.7"
	here6, there6 = "2001:db8:1111:2222:3333:4444:5555:6666", "2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff"
)

// ping is a minute of one that has everything happen to it.
func ping(w *wire, here, there string, id uint16) {
	for seq := uint16(1); seq <= 60; seq++ {
		w.ask(here, there, id, seq)
		begin := w.now
		w.wait(11900*time.Microsecond + time.Duration(seq%7)*137*time.Microsecond)
		ttl := uint8(57)
		switch {
		case seq%20 == 5: // lost
		case seq%20 == 7:
			w.refuse(here, there, id, seq)
		case seq == 48:
			w.wait(80 * time.Millisecond)
			ttl = 58
			fallthrough
		default:
			w.answer(there, here, id, seq, ttl)
		}
		if seq == 33 {
			w.wait(500 * time.Microsecond)
			w.answer(there, here, id, seq, 57)
		}
		w.now = begin
		w.quiet(time.Second)
	}
	w.ask(here, there, id, 61)
}

// refuse is a router that knows no way, or a smaller one.
func (w *wire) refuse(here, there string, id, seq uint16) {
	w.t.Helper()
	quoted := datagram(here, there, 63, echo(here, false, id, seq))
	if strings.Contains(here, ":") {
		w.send("2001:db8:1111:2222::1", here, 64, forge.Error6(2, 0, 1280, quoted))
		return
	}
	w.send("192.0.2.1", here, 64, forge.Error4(3, 1, 0, quoted))
}

func TestDetailGolden(t *testing.T) {
	w := newWire(t)
	ping(w, here, there, 8131)
	ping(w, here6, there6, 77)
	for range 3 {
		w.send("192.0.2.1", here, 64, forge.Error4(11, 0, 0, datagram(here, "203.0.113.9", 1, echo(here, false, 9, 1))))
		w.wait(time.Second)
	}
	for _, flow := range []struct {
		name string
		row  *flowtable.Row
	}{
		{"echo", w.row(flowtable.KindEcho, there)},
		{"echo6", w.row(flowtable.KindEcho, there6)},
		{"error", w.row(flowtable.KindError, here)},
	} {
		for _, size := range [...][2]int{{80, 24}, {120, 40}, {50, 15}, {200, 50}} {
			t.Run(fmt.Sprintf("%s-%dx%d", flow.name, size[0], size[1]), func(t *testing.T) {
				m := w.model(size[0], size[1])
				show(m, flow.row)
				got := screenOf(t, m)
				lab.Golden(t, fmt.Sprintf("detail-%s-%dx%d.txt", flow.name, size[0], size[1]), got+"\n")
			})
		}
	}
}

// show shows the page of a flow.
func show(m *Model, row *flowtable.Row) {
	m.openDetail(row)
	m.fresh = false
}

// has wants texts to be on the screen.
func has(t *testing.T, screen string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(screen, text) {
			t.Errorf("there is no %q on the screen:\n%s", text, screen)
		}
	}
}

// The page goes on with the capture, stays as it is when it is frozen, and goes on then.
func TestDetailLive(t *testing.T) {
	w := newWire(t)
	w.ask(here, there, 8131, 1)
	m := w.model(80, 24)
	press(m, "enter")
	has(t, screenOf(t, m), "echo, id 8131, IPv4", "requests  1  1 pending", "    1          -    -  pending")
	w.wait(12*time.Millisecond).answer(there, here, 8131, 1, 57)
	m.Update(tick{})
	has(t, screenOf(t, m), "replies   1", "    1     12.000   57  ok", "rtt ms of 1 answer", "recent    .")
	press(m, "space")
	w.ask(here, there, 8131, 2)
	m.Update(tick{})
	frozen := screenOf(t, m)
	has(t, frozen, "PAUSED +1", "requests  1  0 pending")
	if strings.Contains(frozen, "pending\n") {
		t.Errorf("what is frozen goes on:\n%s", frozen)
	}
	press(m, "p")
	has(t, screenOf(t, m), "requests  2  1 pending", "    2          -    -  pending", "recent    .?")
	w.quiet(11 * time.Second)
	m.Update(tick{})
	has(t, screenOf(t, m), "1 lost (50.00%)", "    2          -    -  LOST", "recent    .x", "idle")
	w.answer(there, here, 8131, 2, 57)
	m.Update(tick{})
	has(t, screenOf(t, m), "0 lost (0.00%)", "LATE", "recent    .l")
	press(m, "esc")
	if m.page != &m.list {
		t.Error("Esc does not go back")
	}
}

// The counters begin anew, and what the page counts does so too.
func TestDetailReset(t *testing.T) {
	w := newWire(t)
	ping(w, here, there, 8131)
	m := w.model(80, 24)
	press(m, "enter", "r")
	has(t, screenOf(t, m), "echo, id 8131, IPv4")
	w.answer(there, here, 8131, 61, 57)
	w.wait(time.Second).ask(here, there, 8131, 62)
	w.wait(time.Millisecond).answer(there, here, 8131, 62, 57)
	m.Update(tick{})
	has(t, screenOf(t, m), "requests  2 ", "   62      1.000   57  ok", "rtt ms of 2 answers")
}

// A flow that had to make room is still shown, and the page says so.
func TestDetailEvicted(t *testing.T) {
	w := newWire(t)
	ping(w, here, there, 8131)
	m := w.model(80, 24)
	show(m, w.row(flowtable.KindEcho, there))
	w.quiet(3 * time.Minute) // it is over
	for id := range uint16(3000) {
		w.ask(here, "203.0.113.1", id, 1)
	}
	m.Update(tick{})
	has(t, screenOf(t, m), "echo, id 8131, IPv4", "not in the table any more", "requests  61", "   60     12.448   57  ok")
}

// Nothing is wider or higher than the screen, whatever is shown where, and addresses are whole.
func TestDetailSizes(t *testing.T) {
	w := newWire(t)
	ping(w, here, there, 8131)
	ping(w, here6, there6, 77)
	m := w.model(80, 24)
	for _, row := range w.Rows(nil) {
		show(m, &row)
		for _, width := range []int{1, 2, 3, 10, 20, 40, 49, 50, 51, 59, 60, 79, 80, 81, 99, 109, 110, 111, 120, 150, 200, 250} {
			for _, height := range []int{1, 2, 3, 5, 15, 24, 40, 50, 100} {
				m.resize(width, height)
				press(m, "g")
				text := screenOf(t, m)
				if row.Version == 6 && row.Kind == flowtable.KindEcho && width >= 50 && height >= 15 {
					has(t, text, here6, there6)
				}
				press(m, "G", "pgup", "ctrl+d", "j", "k", "pgdown")
				screenOf(t, m)
				if strings.Contains(text, "…") && width < 50 {
					continue
				}
			}
		}
	}
}

// Replies and errors that came without their requests, or after them, stand with what is known.
func TestDetailStrays(t *testing.T) {
	w := newWire(t)
	w.answer(there, here, 5, 9, 57) // unsolicited
	w.ask(here, there, 5, 10)
	w.wait(time.Millisecond)
	w.refuse(here, there, 5, 10)
	w.answer(there, here, 5, 10, 57) // whoever sent the error let it pass
	w.ask(here, there, 5, 10)        // the same number again
	w.wait(2 * time.Millisecond)
	w.answer(there, here, 5, 10, 58)
	w.answer(there, here, 5, 10, 58)
	w.answer(there, here, 5, 10, 58)
	m := w.model(80, 40)
	show(m, w.row(flowtable.KindEcho, there))
	has(t, screenOf(t, m), "    9          -   57  UNSOL", "   10      1.000   57  ok", "   10      2.000   58  DUP 3×")
}

// What comes from outside, names of interfaces and payloads, is nothing that a terminal obeys.
func TestDetailHostile(t *testing.T) {
	w := newWire(t)
	w.iface = 3
	evil := []byte("\x1b]0;owned\x07\x1b[2J\x9b31m\r\n\x00")
	w.send(here, there, 64, forge.Query4(8, 1, 1, evil))
	w.send("fe80::1", "fe80::2", 64, forge.Echo6(128, 1, 1, evil))
	w.send("192.0.2.1", here, 64, forge.Error4(3, 4, 0, append(datagram(here, there, 64, echo(here, false, 1, 1)), evil...)))
	w.send("192.0.2.1", here, 64, forge.Message4(77, 99, 0, evil))
	m := w.model(120, 40)
	for _, row := range w.Rows(nil) {
		show(m, &row)
		has(t, screenOf(t, m), `evil\x1b[31m\x0d\x0a`)
		press(m, "w")
		screenOf(t, m)
		press(m, "esc")
	}
}

// An address that has a name has it behind it, unless names are not wanted.
func TestDetailNames(t *testing.T) {
	w := newWire(t)
	ping(w, here, there, 8131)
	m := w.model(80, 24)
	m.c.Draw.Name = func(a icmp.Addr) render.Text {
		return render.Clean(map[byte]string{5: "here.example", 7: "evil\x1b[2J.example", 1: "gate.example"}[a[15]])
	}
	press(m, "enter")
	has(t, screenOf(t, m), `192.0.2.5 (here.example) > 198.51.100.7 (evil\x1b[2J.example)`, "by 192.0.2.1 (gate.example)")
	press(m, "d")
	if got := screenOf(t, m); strings.Contains(got, "example") || !strings.Contains(got, "192.0.2.5 > 198.51.100.7\n") {
		t.Errorf("there are names:\n%s", got)
	}
}

// What members of a group answer is in flows of their own: that a request was answered is known all the same.
func TestDetailGroup(t *testing.T) {
	w := newWire(t)
	for seq := range uint16(3) {
		w.ask(here6, "ff05::1", 9, seq+1)
		if seq != 1 {
			w.wait(time.Millisecond).answer(there6, here6, 9, seq+1, 64)
		}
		w.quiet(11 * time.Second)
	}
	m := w.model(80, 40)
	show(m, w.row(flowtable.KindEcho, "ff05::1"))
	has(t, screenOf(t, m), "    1          -    -  ok", "    2          -    -  LOST", "    3          -    -  ok", "recent    .x.")
	show(m, w.row(flowtable.KindEcho, there6))
	has(t, screenOf(t, m), "    3      1.000   64  ok", "2 by members of groups")
}

// A request of which the answer is not remembered has not the fate of another that is not remembered itself.
func TestDetailOfSkipped(t *testing.T) {
	w := newWire(t)
	w.ask(here, there, 8131, 1)
	w.skips = true
	w.wait(time.Millisecond).answer(there, here, 8131, 1, 57)
	w.wait(time.Second).ask(here, there, 8131, 2)
	w.quiet(11 * time.Second)
	w.skips = false
	m := w.model(80, 24)
	show(m, w.row(flowtable.KindEcho, there))
	has(t, screenOf(t, m), "recent    .x", "    1          -    -  ok")
}

// A page that is opened while the view is frozen is as the view is.
func TestDetailFrozen(t *testing.T) {
	w := newWire(t)
	w.ask(here, there, 8131, 1)
	m := w.model(80, 24)
	press(m, "space")
	w.wait(time.Millisecond).answer(there, here, 8131, 1, 57)
	m.Update(tick{})
	press(m, "enter")
	has(t, screenOf(t, m), "PAUSED +1", "requests  1  1 pending", "    1          -    -  pending")
	press(m, "space")
	has(t, screenOf(t, m), "requests  1  0 pending", "    1      1.000   57  ok")
}

// What was counted before the counters began anew is on no page that is opened after that.
func TestDetailAfterReset(t *testing.T) {
	w := newWire(t)
	ping(w, here, there, 8131)
	m := w.model(80, 40)
	press(m, "r")
	w.wait(time.Second).ask(here, there, 8131, 99)
	w.wait(time.Millisecond).answer(there, here, 8131, 99, 57)
	m.Update(tick{})
	show(m, w.row(flowtable.KindEcho, there))
	has(t, screenOf(t, m), "rtt ms of 1 answer\n", "   99      1.000   57  ok")
	if got := screenOf(t, m); strings.Contains(got, "errors about it") {
		t.Errorf("it has errors from before:\n%s", got)
	}
}

// That goes by the order of events, not by their times: a clock may be set back.
func TestDetailFrozenBeforeTime(t *testing.T) {
	w := newWire(t)
	w.ask(here, there, 8131, 1)
	w.wait(time.Millisecond).answer(there, here, 8131, 1, 57)
	w.wait(-time.Second).ask(here6, there6, 8, 1)
	m := w.model(80, 24)
	press(m, "space")
	show(m, w.row(flowtable.KindEcho, there))
	has(t, screenOf(t, m), "PAUSED +0", "    1      1.000   57  ok")
}

// Colours say what is said without them.
func TestDetailColors(t *testing.T) {
	w := newWire(t)
	ping(w, here, there, 8131)
	m := w.model(120, 40)
	press(m, "enter")
	plain := screenOf(t, m)
	m.c.Draw.Color = true
	press(m, "j", "k")
	colored := m.View().Content
	if got := ansi.Strip(colored); got != plain || colored == plain {
		t.Errorf("without colours it is\n%s\nwant\n%s", got, plain)
	}
	for _, p := range []render.Paint{render.PaintRequest, render.PaintReply, render.PaintNote, render.PaintError, render.PaintFaint} {
		if !strings.Contains(colored, p.Begin()) {
			t.Errorf("paint %d is nowhere", p)
		}
	}
}
