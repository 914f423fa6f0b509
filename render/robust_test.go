package render

import (
	"encoding/json"
	"math/rand/v2"
	"testing"

	"icmpdump/capture/icmp"
	"icmpdump/flowtable"
	"icmpdump/internal/forge"
)

// forged is the link type of that index in forge.Links.
func forged(i int) icmp.Link { return icmp.LinkEthernet + icmp.Link(i) }

// eventsOf are the events of a frame, which are none if it is not shown.
func eventsOf(table *flowtable.Table, f icmp.Frame) []flowtable.Event {
	p := icmp.Packet{Time: noon, Number: 1, Iface: 1}
	if st := icmp.Decode(&p, f.Link, f.Data, f.Wire); st == icmp.NotICMP || st.Unsupported() {
		return nil
	}
	var events flowtable.Events
	table.Add(&events, []icmp.Packet{p})
	return events.All
}

// drawers are one for each count of -v, with link headers or without, and of JSON with all it can
// have.
func drawers(iface func(int32) string) (all []Appender) {
	o := Options{Number: true, Ifaces: true, Counters: true, Iface: iface}
	for o.Verbose = range 4 {
		o.Link = o.Verbose%2 == 1
		all = append(all, NewLines(o))
	}
	all = append(all, NewJSON(Options{Iface: iface}))
	for _, link := range []bool{false, true} {
		o.Dump = Dump{Style: DumpHex, Link: link} // in an object, it is no line
		all = append(all, NewJSON(o))
	}
	return all
}

// check draws a frame: what is drawn is one line of printable ASCII, and JSON is JSON.
func check(t *testing.T, table *flowtable.Table, drawers []Appender, link icmp.Link, b []byte) {
	t.Helper()
	f := icmp.Frame{Data: b, Wire: len(b), Link: link}
	for _, e := range eventsOf(table, f) {
		for _, a := range drawers {
			line := a.Append(nil, &e, f)
			for i, c := range line {
				if end := i == len(line)-1; end != (c == '\n') || !end && (c < ' ' || c > '~') {
					t.Fatalf("byte %d is %#02x: %q", i, c, line)
				}
			}
			if _, ok := a.(*JSON); ok && !json.Valid(line) {
				t.Fatalf("not JSON: %q", line)
			}
		}
	}
}

// A message of every kind in a frame of every link type is drawn, cut at every byte, with every
// byte changed, and damaged in several places.
func TestAppendDamaged(t *testing.T) {
	table := flowtable.New(flowtable.Config{MaxFlows: 8})
	all := drawers(ifaceName)
	r := rand.New(rand.NewPCG(2, 0))
	for i, b := range forge.Each(1) {
		link := forged(i)
		for n := range len(b) + 1 {
			check(t, table, all, link, b[:n:n])
		}
		for n := range b {
			b[n] ^= 0xff
			check(t, table, all, link, b)
			b[n] ^= 0xff
		}
		for range 100 {
			check(t, table, all, link, forge.Damaged(r, b))
		}
	}
}

func TestAppendAllocs(t *testing.T) {
	all := drawers(ifaceName)
	for _, twin := range twins(ifaceName) {
		all = append(all, twin[0], twin[1])
	}
	dst := make([]byte, 0, 64<<10)
	none := func(e *flowtable.Event, f icmp.Frame) {
		t.Helper()
		for _, a := range all {
			dst = a.Append(dst[:0], e, f) // learns the interface's name
			if n := testing.AllocsPerRun(10, func() { dst = a.Append(dst[:0], e, f) }); n != 0 {
				t.Errorf("%v allocations: %s", n, dst)
			}
		}
	}
	for _, tt := range events {
		none(&tt.event, icmp.Frame{})
	}
	table := flowtable.New(flowtable.Config{MaxFlows: 8})
	for i, b := range forge.Each(3) {
		f := icmp.Frame{Data: b, Wire: len(b), Link: forged(i)}
		for _, e := range eventsOf(table, f) {
			none(&e, f)
		}
	}
}

// Whatever a frame holds, it is drawn as check and checkColors want it.
func FuzzLine(f *testing.F) {
	for i, b := range forge.Each(1) {
		f.Add(byte(forged(i)), b, "eth0")
		f.Add(byte(forged(i)), b, "a\x1b")
	}
	f.Add(byte(icmp.LinkRaw), frame6(f, icmp.Type6RouterAdvert, 0, allNDOptions()), "eth0")
	for _, message := range listMessages {
		_, frame := message6(f, forge.Hex(message), 0)
		f.Add(byte(icmp.LinkRaw), frame.Data, "eth0")
	}
	for _, tt := range detailed {
		f.Add(byte(icmp.LinkRaw), message(f, tt.version, tt.typ, tt.code, tt.word, tt.body), "eth0")
	}
	f.Fuzz(func(t *testing.T, link byte, b []byte, iface string) {
		all := drawers(func(int32) string { return iface })
		table := flowtable.New(flowtable.Config{MaxFlows: 8})
		check(t, table, all, icmp.Link(link), b)
		frame := icmp.Frame{Data: b, Wire: len(b), Link: icmp.Link(link)}
		for _, e := range eventsOf(table, frame) {
			checkColors(t, twins(func(int32) string { return iface })[:4], &e, frame)
		}
	})
}
