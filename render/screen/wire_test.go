package screen

import (
	"io/fs"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"

	"icmpdump/capture/icmp"
	"icmpdump/flowtable"
	"icmpdump/internal/forge"
	"icmpdump/render"
)

// A wire is a capture of frames that a test sends.
type wire struct {
	t       testing.TB
	table   *flowtable.Table
	history History
	skips   bool  // events are left out of it
	now     int64 // ns
	iface   int32
	packets uint64
	saved   []Save
	saveErr error
	ended   bool
	resets  int
}

func newWire(t testing.TB) *wire {
	return &wire{
		t: t, iface: 2, now: time.Date(2026, 11, 21, 14, 2, 11, 104233000, time.UTC).UnixNano(),
		table: flowtable.New(flowtable.Config{MaxFlows: 1024, Recent: true, Ends: true}),
	}
}

func (w *wire) Summary() *render.Summary {
	return &render.Summary{Live: true, Packets: w.packets, Totals: w.table.Totals()}
}
func (w *wire) Rows(dst []flowtable.Row) []flowtable.Row { return w.table.Rows(dst, nil) }
func (w *wire) Changes() uint64                          { return w.table.Changes() }
func (w *wire) Reset()                                   { w.table.Reset(); w.resets++ }
func (w *wire) Ended() bool                              { return w.ended }

func (w *wire) Save(s *Save) error {
	if w.saveErr == fs.ErrExist && s.Overwrite {
		w.saveErr = nil
	}
	if w.saveErr != nil {
		return w.saveErr
	}
	w.saved = append(w.saved, *s)
	return nil
}

// wait lets time go on.
func (w *wire) wait(d time.Duration) *wire {
	w.now += d.Nanoseconds()
	return w
}

// send sends a message.
func (w *wire) send(src, dst string, ttl uint8, m forge.Message) {
	w.t.Helper()
	ethertype := "0800"
	if m.Version == 6 {
		ethertype = "86dd"
	}
	f := icmp.Frame{Data: append(forge.Hex("020000000001 020000000002 "+ethertype), datagram(src, dst, ttl, m)...), Link: icmp.LinkEthernet}
	f.Wire = len(f.Data)
	w.packets++
	p := icmp.Packet{Time: w.now, Number: w.packets, Iface: w.iface, Dir: icmp.DirIn}
	if st := icmp.Decode(&p, f.Link, f.Data, f.Wire); !p.Decoded() {
		w.t.Fatalf("a frame is %v", st)
	}
	var events flowtable.Events
	w.table.Add(&events, []icmp.Packet{p})
	w.remember(&events, &f)
}

func (w *wire) remember(events *flowtable.Events, f *icmp.Frame) {
	if w.skips {
		return
	}
	for i := range events.All {
		switch e := &events.All[i]; {
		case e.Ended:
		case e.Lost:
			w.history.Add(e, &icmp.Frame{})
		default:
			w.history.Add(e, f)
		}
	}
}

// quiet is nothing for so long, so that requests are lost.
func (w *wire) quiet(d time.Duration) {
	var events flowtable.Events
	w.table.Advance(&events, w.wait(d).now)
	w.remember(&events, &icmp.Frame{})
}

// datagram is a message in a datagram of IP.
func datagram(src, dst string, ttl uint8, m forge.Message) []byte {
	payload := gopacket.Payload(m.Bytes(src, dst))
	if m.Version == 4 {
		ip := forge.IP4(src, dst)
		ip.TTL, ip.Protocol = ttl, layers.IPProtocolICMPv4
		return forge.Frame(ip, payload)
	}
	ip := forge.IP6(src, dst)
	ip.HopLimit, ip.NextHeader = ttl, layers.IPProtocolICMPv6
	return forge.Frame(ip, payload)
}

// echo is a request, or a reply to one.
func echo(from string, reply bool, id, seq uint16) forge.Message {
	switch v6 := strings.Contains(from, ":"); {
	case v6 && reply:
		return forge.Echo6(129, id, seq, make([]byte, 56))
	case v6:
		return forge.Echo6(128, id, seq, make([]byte, 56))
	case reply:
		return forge.Query4(0, id, seq, make([]byte, 56))
	}
	return forge.Query4(8, id, seq, make([]byte, 56))
}

// ask and answer are an echo and its reply.
func (w *wire) ask(from, to string, id, seq uint16) {
	w.t.Helper()
	w.send(from, to, 64, echo(from, false, id, seq))
}

func (w *wire) answer(from, to string, id, seq uint16, ttl uint8) {
	w.t.Helper()
	w.send(from, to, ttl, echo(from, true, id, seq))
}

// row is the flow of some kind whose responder that is.
func (w *wire) row(kind flowtable.Kind, responder string) *flowtable.Row {
	w.t.Helper()
	for _, r := range w.Rows(nil) {
		if r.Kind == kind && string(render.AppendAddr(nil, &r.Responder, r.Version)) == responder {
			return &r
		}
	}
	w.t.Fatalf("there is no such flow of %s", responder)
	return nil
}

// model is a screen of that size.
func (w *wire) model(width, height int) *Model {
	m := New(Config{Feed: w, History: &w.history, FPS: 4, Live: true, Suspend: func() {}, Draw: render.Options{
		Counters: true,
		Iface:    func(i int32) string { return map[int32]string{2: "eth0", 3: "evil\x1b[31m\r\n"}[i] },
	}})
	m.Init()
	m.Update(tea.WindowSizeMsg{Width: width, Height: height})
	return m
}

// press presses keys, and does what they leave to do. It reports whether the screen is to be left.
func press(m *Model, keys ...string) (left bool) {
	for _, k := range keys {
		_, cmd := m.Update(pressed(k))
		left = run(m, cmd) || left
	}
	return left
}

func run(m *Model, cmd tea.Cmd) (left bool) {
	for cmd != nil {
		switch msg := cmd().(type) {
		case tea.QuitMsg:
			return true
		case done:
			_, cmd = m.Update(msg)
		default:
			return false
		}
	}
	return false
}

// screenOf is the screen as it would be drawn, each line checked not to be too long, and their number.
func screenOf(t testing.TB, m *Model) string {
	t.Helper()
	text := m.View().Content
	fits(t, text, m.width, m.height)
	return text
}
