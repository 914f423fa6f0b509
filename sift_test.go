package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"icmpdump/capture"
	"icmpdump/capture/icmp"
	"icmpdump/flowtable"
	"icmpdump/render"
	"icmpdump/render/where"
)

// siftable is a batch of six events: a packet, a lost request, a packet, a flow that is over, a packet,
// and another flow. Each packet's frame has its number as bytes, as often as its number is.
func siftable() *batch {
	b := new(batch)
	for i, sort := range "plpfpf" {
		e := flowtable.Event{Packet: icmp.Packet{Number: uint64(i)}, Lost: sort == 'l', Ended: sort == 'f'}
		switch sort {
		case 'f':
			e.Row = len(b.events.Rows)
			b.events.Rows = append(b.events.Rows, flowtable.Row{Repeats: uint64(i)})
		case 'p':
			b.frames = append(b.frames, capture.Kept{At: uint32(len(b.bytes)), Size: uint32(i)})
			b.bytes = append(b.bytes, strings.Repeat(fmt.Sprint(i), i)...)
		}
		b.events.All = append(b.events.All, e)
	}
	return b
}

// shown is what a drawer gets of b: each event's number, with its frame or its row's number.
func shown(b *batch) string {
	var s []string
	for !b.isDrawn() {
		e, f := b.next()
		text := fmt.Sprintf("%d:%s", e.Packet.Number, f.Data)
		if e.Ended {
			text = fmt.Sprintf("%d=%d", e.Packet.Number, b.events.Rows[e.Row].Repeats)
		}
		s = append(s, text)
	}
	return strings.Join(s, " ")
}

// Whatever is taken out of a batch, what is left has its own frames and rows, and nothing else is in it.
func TestSift(t *testing.T) {
	all := []string{"0:", "1:", "2:22", "3=3", "4:4444", "5=5"}
	for wanted := range 1 << len(all) {
		b := siftable()
		b.sift(mark{}, func(e *flowtable.Event) bool { return wanted>>e.Packet.Number&1 != 0 })
		var want []string
		var m mark
		for i, text := range all {
			if wanted>>i&1 == 0 {
				continue
			}
			want = append(want, text)
			m.events++
			switch i {
			case 3, 5:
				m.rows++
			case 0, 2, 4:
				m.frames, m.bytes = m.frames+1, m.bytes+i
			}
		}
		if got := b.mark(); got != m {
			t.Errorf("of %06b there is %+v, want %+v", wanted, got, m)
		}
		if got := shown(b); got != strings.Join(want, " ") {
			t.Errorf("of %06b there is %s, want %s", wanted, got, want)
		}
	}
}

// What stood in the batch before stays, whether it is wanted or not.
func TestSiftBehindMark(t *testing.T) {
	b := siftable()
	b.sift(mark{events: 3, frames: 2, bytes: 2}, func(e *flowtable.Event) bool { return e.Packet.Number == 5 })
	if got, want := shown(b), "0: 1: 2:22 5=5"; got != want {
		t.Errorf("there is %s, want %s", got, want)
	}
}

func TestSiftAllocs(t *testing.T) {
	b := siftable()
	w := &worker{watcher: &watcher{opts: &options{}}, batch: b}
	if n := testing.AllocsPerRun(100, func() { w.sift(mark{}, 3) }); n != 0 {
		t.Errorf("%v allocations without --where", n)
	}
	f, err := where.Parse("event == flow or frame < 9", time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	w.judge = f.Judge(render.Options{})
	if n := testing.AllocsPerRun(100, func() { w.sift(mark{}, 3) }); n != 0 || len(b.events.All) != 5 {
		t.Errorf("%v allocations, and %d events are left", n, len(b.events.All))
	}
}
