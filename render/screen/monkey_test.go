package screen

import (
	"fmt"
	"math/rand/v2"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"icmpdump/capture/icmp"
	"icmpdump/flowtable"
	"icmpdump/internal/forge"
	"icmpdump/render"
)

// A monkey plays at the keys while random packets come.
type monkey struct {
	*rand.Rand
	stage *stage
	model *Model
	now   time.Duration
	done  []string // what it has done last
}

// monkeyTexts are what it types and pastes.
var monkeyTexts = []string{
	"loss > 5%", "src == 10.0.0.1 or", "(((((((((", "rtt > 1ms and not lost > 0", "id == 99999999999999999999", "time > 12:00", "!", "\"",
	"10.", "198.51", "é漢字🙂", "\u202eevil", "a\u0301\u0302\u0303", "👩‍👩‍👧‍👦🇩🇪1️⃣", "\x1b[31m\r\n\t\x00\x9b", "\xff\xfe\xc3", strings.Repeat("漢", 3000),
	strings.Repeat("not ", 1500), "a.pcapng", "/", "x.json/", " .txt", "",
}

// monkeyKeys are all that mean something, and some that mean nothing.
func monkeyKeys() (keys []string) {
	for _, b := range bindings {
		for _, k := range b.keys {
			if k != "ctrl+z" {
				keys = append(keys, k)
			}
		}
	}
	return append(keys, "left", "right", "x", "ctrl+k", "ctrl+w", "ctrl+v", "é", "漢")
}

func (k *monkey) note(format string, args ...any) {
	k.done = append(k.done[max(0, len(k.done)-12):], fmt.Sprintf(format, args...))
}

// packet has a packet come: of few hosts, mostly, so that they have something to do with each other.
func (k *monkey) packet() {
	k.now += time.Duration(k.IntN(200)) * time.Millisecond
	if k.IntN(50) == 0 {
		k.now += 10 * time.Second
	}
	asker, asked := fmt.Sprintf("10.0.0.%d", 1+k.IntN(3)), fmt.Sprintf("198.51.100.%d", 1+k.IntN(9))
	if k.IntN(3) == 0 {
		asker, asked = "2001:db8::10", fmt.Sprintf("2001:db8:ff:1:2:3:4:%x", 1+k.IntN(9))
	}
	id, seq := uint16(k.IntN(3)), uint16(k.IntN(8))
	switch k.IntN(8) {
	case 0, 1, 2:
		k.stage.add(k.now, echoOf(8, asker, asked, id, seq))
	case 3, 4, 5:
		k.stage.add(k.now, echoOf(0, asker, asked, id, seq))
	case 6:
		k.stage.refuse(k.now, "192.0.2.1", "10.0.0.1", uint8(3+8*k.IntN(2)), uint8(k.IntN(4)), echoOf(8, "10.0.0.1", "198.51.100.1", id, seq))
	default:
		k.stage.add(k.now, forge.Kinds[k.IntN(len(forge.Kinds))].Datagram(k.Rand))
	}
}

// do does anything.
func (k *monkey) do(keys []string) {
	m := k.model
	switch k.IntN(12) {
	case 0, 1, 2:
		for range k.IntN(30) {
			k.packet()
		}
	case 3:
		k.note("tick")
		m.Update(tick(time.Unix(0, noon).Add(k.now)))
	case 4:
		width, height := k.IntN(160), k.IntN(50)
		if k.IntN(3) == 0 {
			width, height = k.IntN(21), k.IntN(6)
		}
		k.note("size %dx%d", width, height)
		m.Update(tea.WindowSizeMsg{Width: width, Height: height})
	case 5:
		text := monkeyTexts[k.IntN(len(monkeyTexts))]
		k.note("paste %.20q", text)
		m.Update(tea.PasteMsg{Content: text})
	case 6:
		k.stage.ended = k.IntN(2) == 0
	default:
		key := keys[k.IntN(len(keys))]
		k.note("%s", key)
		press(m, key)
		m.Init() // one that was left is run again
	}
}

// Whatever comes, whatever is pressed, and however large the screen is: it is drawn, nothing of it is wider or obeyed by
// a terminal, and one flow is selected, if there are any.
func TestMonkey(t *testing.T) {
	for seed := range uint64(4) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			k := &monkey{Rand: rand.New(rand.NewPCG(seed, 7)), stage: newStage(t)}
			k.stage.table = flowtable.New(flowtable.Config{Recent: true, MaxFlows: 48, OneWay: seed%4 == 3})
			color := seed%2 == 1
			k.model = k.stage.screen(80, 24, func(c *Config) {
				c.Draw.Color, c.Draw.OneWay = color, seed%4 == 3
				c.Draw.Name = func(a icmp.Addr) render.Text { return render.Host(fmt.Sprintf("host-%d.example", a[15])) }
				c.Numeric = seed%3 == 0
			})
			defer func() {
				if r := recover(); r != nil {
					t.Fatalf("%v\nafter %q\n%s", r, k.done, debug.Stack())
				}
			}()
			keys := monkeyKeys()
			for range 1000 {
				k.do(keys)
				k.check(t, color)
			}
		})
	}
}

// check looks at the screen.
func (k *monkey) check(t *testing.T, color bool) {
	t.Helper()
	m := k.model
	fitsIn(t, m, m.width, m.height)
	view := m.View()
	if m.prompt == nil {
		checkClean(t, view.Content, color)
	}
	if c := view.Cursor; c != nil && (c.X < 0 || c.Y < 0 || c.X >= max(1, m.width) || c.Y >= m.height) {
		t.Fatalf("the cursor is at %v of %dx%d after %q", c.Position, m.width, m.height, k.done)
	}
	l := &m.list
	if r := l.selected(m); (r == nil) != (len(l.rows) == 0) {
		t.Fatalf("%d of %d is selected after %q", l.at, len(l.rows), k.done)
	}
	covered := l.filter.bad != nil // by the arrow, maybe
	if m.page == &m.list && m.width > 0 && m.height > 2 && len(l.rows) > 0 && !covered && !strings.Contains(view.Content, sgrReverse) {
		t.Fatalf("nothing is selected after %q\n%s", k.done, view.Content)
	}
}
