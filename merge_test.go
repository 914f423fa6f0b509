package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"icmpdump/capture"
	"icmpdump/capture/icmp"
	"icmpdump/flowtable"
	"icmpdump/render"
)

// A stamped draws the number and the time of a packet, and the time of all else.
type stamped struct{ render.Appender }

func (stamped) Append(dst []byte, e *flowtable.Event, _ icmp.Frame) []byte {
	if !e.Lost {
		dst = append(strconv.AppendUint(dst, e.Packet.Number, 10), ':')
	}
	return append(strconv.AppendInt(dst, e.Packet.Time, 10), ' ')
}

// mergerOf is a merger for so many workers, what it writes, and its clock.
func mergerOf(workers int) (*merger, *bytes.Buffer, *time.Time) {
	out, now := new(bytes.Buffer), time.Unix(1e9, 0)
	d := newDrawer(out, stamped{}, workers, func() {})
	return newMerger(d, func() time.Time { return now }, func(int) bool { return false }), out, &now
}

// give gives the merger a batch of a worker's with events of these times, of lost requests if they
// are negative.
func (m *merger) give(worker int, times ...int64) {
	if len(times) == 0 {
		return
	}
	b := <-m.free[worker]
	for _, at := range times {
		e := flowtable.Event{Packet: icmp.Packet{Time: max(at, -at)}, Lost: at < 0}
		b.events.All = append(b.events.All, e)
		if !e.Lost {
			b.take(&capture.Batch{Frames: []capture.Kept{{}}}, 0, 1)
		}
	}
	m.step(b)
}

func TestMerge(t *testing.T) {
	m, out, now := mergerOf(3)
	step := func(what, want string) {
		t.Helper()
		if got := out.String(); got != want {
			t.Errorf("%s: %q, want %q", what, got, want)
		}
		out.Reset()
	}
	m.give(0, 10, 30)
	step("others may have older ones", "")
	m.give(1, 20, 50)
	step("the third may have older ones", "")
	m.give(2, 15, 40)
	step("up to the time that all have reached", "1:10 2:15 3:20 4:30 ")
	m.give(0, 45, -5)
	step("a request that was lost, behind a packet", "5:40 ")
	*now = now.Add(hold / 2)
	m.give(2, 60)
	step("now all have reached it", "6:45 5 ")
	*now = now.Add(hold / 2)
	m.step(nil)
	step("it was held for long enough", "7:50 ")
	at := now.Add(-late).UnixNano()
	m.give(1, at-1, at+1)
	step("the others may have older ones", "")
	m.idle = func(worker int) bool { return worker != 1 }
	m.step(nil)
	step("the others are idle", fmt.Sprintf("8:60 9:%d ", at-1))
	m.drawUntil(1 << 62)
	step("at the end", fmt.Sprintf("10:%d ", at+1))
	if m.waits() {
		t.Error("something is left")
	}
	for i, free := range m.free {
		if len(free) != circulating {
			t.Errorf("worker %d has %d batches back", i, len(free))
		}
	}
}

// However the packets of a time are shared out, they are drawn in order, each once.
func TestMergeOfManyIsInOrder(t *testing.T) {
	const workers, n = 4, 5000
	d := rand.New(rand.NewPCG(1, 0))
	m, out, now := mergerOf(workers)
	var pending [workers][]int64
	for at := range int64(n) {
		w := d.IntN(workers)
		if pending[w] = append(pending[w], at+1); d.IntN(20) == 0 {
			m.give(w, pending[w]...)
			pending[w] = nil
		}
		if d.IntN(50) == 0 || len(m.free[w]) == 1 { // none is later than hold
			for w := range pending {
				m.give(w, pending[w]...)
				pending[w] = nil
			}
			*now = now.Add(hold)
			m.step(nil)
		}
	}
	for w := range pending {
		m.give(w, pending[w]...)
	}
	m.drawUntil(1 << 62)
	drawn := strings.Fields(out.String())
	for i, got := range drawn {
		if want := strconv.Itoa(i+1) + ":" + strconv.Itoa(i+1); got != want {
			t.Fatalf("event %d is %s, want %s", i, got, want)
		}
	}
	if len(drawn) != n {
		t.Errorf("%d events, want %d", len(drawn), n)
	}
}

func TestMergeAllocs(t *testing.T) {
	m, out, _ := mergerOf(2)
	events := slices.Repeat([]flowtable.Event{{Packet: icmp.Packet{Time: 7}}}, 64)
	frames := &capture.Batch{Frames: make([]capture.Kept, len(events))}
	if n := testing.AllocsPerRun(100, func() {
		for worker := range m.free {
			b := <-m.free[worker]
			b.events.All = append(b.events.All, events...)
			b.take(frames, 0, len(events))
			m.take(b, 0)
		}
		m.drawUntil(1 << 62)
		out.Reset()
	}); n > 1 { // each of the batches grows once
		t.Errorf("%v allocations for %d events", n, 2*len(events))
	}
}
