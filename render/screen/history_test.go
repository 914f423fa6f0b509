package screen

import (
	"bytes"
	"math/rand/v2"
	"sync"
	"testing"

	"icmpdump/capture/icmp"
	"icmpdump/flowtable"
)

// What a History remembers is what came last: so many events, and the bytes of so many of the last frames that they fit.
func TestHistoryIsItsTwin(t *testing.T) {
	dice := rand.New(rand.NewPCG(1, 9))
	var h History
	var all [][]byte // what came
	source := make([]byte, historyBytes+1)
	for i := range source {
		source[i] = byte(dice.Uint32())
	}
	check := func() {
		t.Helper()
		got := h.last(nil, len(all)+1, nil)
		if want := min(len(all), historyEvents); len(got) != want || h.total() != uint64(len(all)) {
			t.Fatalf("got %d of %d, want %d", len(got), h.total(), want)
		}
		used := 0 // bytes, from the newest on
		for n := range got {
			r, want := &got[len(got)-1-n], all[len(all)-1-n]
			if r.Event.Row != len(all)-1-n || r.Frame.Wire != len(want) {
				t.Fatalf("the last but %d: got event %d of %d bytes, want %d of %d", n, r.Event.Row, r.Frame.Wire, len(all)-1-n, len(want))
			}
			if len(want) <= historyBytes {
				used += len(want)
			}
			switch gone := len(r.Frame.Data) == 0 && len(want) > 0; {
			case gone && used <= historyBytes-60000 && len(want) <= historyBytes:
				t.Fatalf("the last but %d: its bytes are gone after %d", n, used)
			case !gone && used > historyBytes:
				t.Fatalf("the last but %d: it has bytes after %d", n, used)
			case !gone && !bytes.Equal(r.Frame.Data, want):
				t.Fatalf("the last but %d: it has other bytes", n)
			}
		}
	}
	add := func(size int) {
		at := dice.IntN(len(source) - size + 1)
		frame := source[at : at+size]
		h.Add(&flowtable.Event{Row: len(all)}, &icmp.Frame{Data: frame, Wire: size})
		all = append(all, frame)
	}
	for n := range 2000 { // 60 MB
		add(dice.IntN(60000))
		if n%400 == 0 {
			check()
		}
	}
	add(historyBytes)
	check()
	add(historyBytes + 1)
	add(0)
	add(7)
	check()
	for range historyEvents {
		add(dice.IntN(100))
	}
	check()
}

// Whoever looks, whoever adds: each record is whole. The race detector looks on.
func TestHistoryConcurrent(t *testing.T) {
	var h History
	frame := bytes.Repeat([]byte{7}, 1<<20)
	var all sync.WaitGroup
	for range 2 {
		all.Go(func() {
			for n := range 100 {
				h.Add(&flowtable.Event{}, &icmp.Frame{Data: frame[:n*10000], Wire: n * 10000})
			}
		})
		all.Go(func() {
			for h.total() < 200 {
				for _, r := range h.last(nil, 20, nil) {
					if n := len(r.Frame.Data); n != r.Frame.Wire && n != 0 || bytes.Count(r.Frame.Data, frame[:1]) != n {
						t.Errorf("%d bytes of %d", n, r.Frame.Wire)
						return
					}
				}
				h.follow(0, 100, func(*flowtable.Event) {})
			}
		})
	}
	all.Wait()
}
