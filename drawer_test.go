package main

import (
	"bytes"
	"errors"
	"regexp"
	"strings"
	"testing"

	"icmpdump/capture"
	"icmpdump/capture/icmp"
	"icmpdump/flowtable"
	"icmpdump/internal/forge"
	"icmpdump/render"
)

var errFull = errors.New("full")

// A full is an output that has room for so many bytes.
type full int

func (f *full) Write(b []byte) (int, error) {
	n := min(len(b), int(*f))
	*f -= full(n)
	if n < len(b) {
		return n, errFull
	}
	return n, nil
}

// keep adds a frame to a batch.
func (b *batch) keep(f icmp.Frame) {
	b.take(&capture.Batch{Frames: []capture.Kept{{Size: uint32(len(f.Data)), Link: f.Link}}, Bytes: f.Data}, 0, 1)
}

// An event is shown if its last byte was written, however many lines it has.
func TestShownCountsEvents(t *testing.T) {
	draw := render.NewLines(render.Options{Dump: render.Dump{Style: render.DumpHex}})
	b := new(batch)
	for seq := range uint16(3) {
		f := icmp.Frame{Data: forge.Frame(forge.IP4("10.0.0.1", "10.0.0.2"), forge.Echo4(8, 1, seq)), Link: icmp.LinkRaw}
		var p icmp.Packet
		icmp.Decode(&p, f.Link, f.Data, len(f.Data))
		b.events.All = append(b.events.All, flowtable.Event{Packet: p})
		b.keep(f)
	}
	e := &b.events.All[0]
	size := len(draw.Append(nil, e, b.frames[0].Frame(b.bytes)))
	for _, tt := range []struct {
		room             int
		shown, unwritten uint64
	}{
		{0, 0, 3}, {size - 1, 0, 3}, {size, 1, 2}, {3*size - 1, 2, 1}, {3 * size, 3, 0},
	} {
		room := full(tt.room)
		d := newDrawer(&room, draw, func() {})
		b.drawn, b.packets = 0, 0
		d.batch(b)
		if d.shown != tt.shown || d.unwritten != tt.unwritten || (d.err != nil) != (tt.unwritten > 0) {
			t.Errorf("%d of %d bytes: shown %d, unwritten %d, %v", tt.room, 3*size, d.shown, d.unwritten, d.err)
		}
	}
}

// A wide is a drawer of lines that are as long as a MiB's 16th.
type wide struct{ render.Appender }

func (wide) Append(dst []byte, _ *flowtable.Event, _ icmp.Frame) []byte {
	return append(append(dst, make([]byte, 1<<16-1)...), '\n')
}

// A counted is an output that knows its longest write.
type counted struct{ writes, longest int }

func (c *counted) Write(b []byte) (int, error) {
	c.writes++
	c.longest = max(c.longest, len(b))
	return len(b), nil
}

// However much a batch becomes as text, not much of it is kept at a time.
func TestTextIsBounded(t *testing.T) {
	b := &batch{events: flowtable.Events{All: make([]flowtable.Event, 64)}}
	for i := range b.events.All {
		b.events.All[i].Lost = true // about no packet, and so without a frame
	}
	var out counted
	d := newDrawer(&out, wide{}, func() {})
	d.batch(b)
	if d.shown != 64 || out.writes < 10 || out.longest > 2*textSize {
		t.Errorf("%d shown in %d writes, the longest of %d bytes", d.shown, out.writes, out.longest)
	}
}

// Events that are about no packet have no frame: what comes behind them still has its own. A flow
// that is over is drawn as its row.
func TestEndedFlowsAreRows(t *testing.T) {
	b := new(batch)
	for _, name := range []string{"10.0.0.1", "10.0.0.3"} {
		f := icmp.Frame{Data: forge.Frame(forge.IP4(name, "10.0.0.2"), forge.Echo4(8, 1, 1)), Link: icmp.LinkRaw}
		var p icmp.Packet
		icmp.Decode(&p, f.Link, f.Data, len(f.Data))
		b.events.All = append(b.events.All, flowtable.Event{Ended: true, Row: len(b.events.Rows)}, flowtable.Event{Packet: p})
		b.events.Rows = append(b.events.Rows, flowtable.Row{Key: flowtable.Key{Requester: p.Src, Responder: p.Dst, Version: 4, Kind: flowtable.KindEcho}})
		b.keep(f)
	}
	var out bytes.Buffer
	d := newDrawer(&out, render.NewJSON(render.Options{Dump: render.Dump{Style: render.DumpHex}}), func() {})
	d.batch(b)
	lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
	if len(lines) != 4 || d.shown != 4 {
		t.Fatalf("%d lines, %d shown, want 4:\n%s", len(lines), d.shown, out.String())
	}
	for i, want := range []string{
		`"event":"flow","requester":"10.0.0.1"`, `"data":"4500001c.*0a0000010a000002`,
		`"event":"flow","requester":"10.0.0.3"`, `"data":"4500001c.*0a0000030a000002`,
	} {
		if !regexp.MustCompile(want).MatchString(lines[i]) {
			t.Errorf("line %d: %s, want %s in it", i, lines[i], want)
		}
	}
}
