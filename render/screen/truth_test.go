package screen

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"icmpdump/flowtable"
)

// What the page of a flow says became of its last requests is what the table says, and what the strip shows.
func TestStoryIsTheRow(t *testing.T) {
	seen := map[flowtable.Fate]bool{}
	for seed := range uint64(40) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			k := &monkey{Rand: rand.New(rand.NewPCG(seed, 8)), stage: newStage(t)}
			k.stage.table = flowtable.New(flowtable.Config{Recent: true, Idle: time.Hour.Nanoseconds()})
			for range 600 {
				k.packet()
			}
			for _, r := range k.stage.Rows(nil) {
				if !r.Kind.Paired() {
					continue
				}
				var s story
				s.begin(&r)
				s.follow(k.stage.history, math.MaxUint64)
				checkStory(t, &s, &r)
				for _, fate := range r.Recent {
					seen[fate] = true
				}
			}
		})
	}
	for fate := flowtable.FateNone; fate <= flowtable.FateRefused; fate++ {
		if !seen[fate] {
			t.Errorf("no request was %v", fate)
		}
	}
}

func checkStory(t *testing.T, s *story, r *flowtable.Row) {
	t.Helper()
	n := 0
	for i := len(s.transactions) - 1; i >= 0 && n < len(r.Recent); i-- {
		tr := &s.transactions[i]
		if tr.unsought {
			continue
		}
		n++
		got, want := tr.fate, r.Recent[len(r.Recent)-n]
		if byOthers := got == flowtable.FatePending && !r.Kind.HasSeq(); got != want && !byOthers {
			t.Errorf("%+v: the last request but %d: got %v, want %v\n%+v", r.Key, n-1, got, want, tr)
		}
	}
	if want := min(r.Requests, uint64(len(r.Recent))); uint64(n) != want {
		t.Errorf("%+v: got %d requests, want %d", r.Key, n, want)
	}
	checkStoryCounts(t, s, r)
}

func checkStoryCounts(t *testing.T, s *story, r *flowtable.Row) {
	t.Helper()
	var ttls uint64
	for _, c := range s.ttls {
		ttls += c
	}
	if ttls != r.Reverse.Packets {
		t.Errorf("%+v: got %d answers, want %d", r.Key, ttls, r.Reverse.Packets)
	}
	if s.rtts.count != r.RTT.Count {
		t.Errorf("%+v: got %d times, want %d", r.Key, s.rtts.count, r.RTT.Count)
	}
}

// That goes for flows that were over and began again, and for counters that began anew.
func TestStoryBeginsAnew(t *testing.T) {
	again := 0
	for seed := range uint64(40) {
		k := &monkey{Rand: rand.New(rand.NewPCG(seed, 11)), stage: newStage(t)}
		for n := range 900 {
			if n%250 == 200 && seed%2 == 0 {
				k.stage.Reset()
			}
			k.packet()
		}
		newest := map[flowtable.Key]flowtable.Row{}
		for _, r := range k.stage.Rows(nil) {
			if r.Kind == flowtable.KindEcho && r.Start > newest[r.Key].Start {
				newest[r.Key] = r
			}
		}
		for _, r := range newest {
			if r.Version == 4 && r.Requester[15] == 1 && r.Responder[15] == 1 {
				continue // what was refused before and is answered after, has a time that the row does not count
			}
			var s story
			s.begin(&r)
			s.follow(k.stage.history, math.MaxUint64)
			checkStoryCounts(t, &s, &r)
			if s.transactions[0].time < r.Start {
				again++
			}
		}
	}
	if again < 100 {
		t.Errorf("%d flows began again", again)
	}
}

// What the table says of each flow is what the flow table has.
func TestCellsAreTheRow(t *testing.T) {
	count := func(n uint64) string { return fmt.Sprint(n) }
	trip := func(r *flowtable.Row, ns int64) string {
		if r.RTT.Count == 0 {
			return "-"
		}
		ms := float64(ns) / 1e6
		return fmt.Sprintf("%.*f", max(0, min(3, 5-len(fmt.Sprint(int(ms))))), ms) // five digits, three decimals at most
	}
	wants := map[int]func(*flowtable.Row) string{
		colRequests: func(r *flowtable.Row) string { return count(r.Requests) },
		colReplies:  func(r *flowtable.Row) string { return count(r.Replies) },
		colLost:     func(r *flowtable.Row) string { return count(r.Lost) },
		colPending:  func(r *flowtable.Row) string { return count(r.Pending) },
		colDup:      func(r *flowtable.Row) string { return count(r.Duplicates) },
		colErrors:   func(r *flowtable.Row) string { return count(r.Errors) },
		colLast:     func(r *flowtable.Row) string { return trip(r, r.RTT.Last) },
		colAvg:      func(r *flowtable.Row) string { return trip(r, r.RTT.Avg) },
		colMax:      func(r *flowtable.Row) string { return trip(r, r.RTT.Max) },
		colRecent: func(r *flowtable.Row) (strip string) {
			for _, fate := range r.Recent {
				strip += map[flowtable.Fate]string{
					flowtable.FatePending: "?", flowtable.FateAnswered: ".", flowtable.FateDuplicated: "d", flowtable.FateLost: "x",
					flowtable.FateLate: "l", flowtable.FateRefused: "e", flowtable.FateForgotten: "-",
				}[fate]
			}
			return strip
		},
	}
	compared := 0
	for seed := range uint64(12) {
		k := &monkey{Rand: rand.New(rand.NewPCG(seed, 10)), stage: newStage(t)}
		for range 400 {
			k.packet()
		}
		m := k.stage.screen(400, 200, nil)
		for range seed {
			press(m, "s")
		}
		lines := strings.Split(shown(m), "\n")[4:]
		l := &m.list
		for i, r := range l.rows[:min(l.body, len(l.rows))] {
			if !r.Kind.Paired() {
				continue
			}
			at := 0
			for c, width := range l.table.widths {
				if width == 0 {
					continue
				}
				line := []rune(lines[i] + strings.Repeat(" ", 400))
				got := strings.TrimSpace(string(line[at : at+width]))
				if want := wants[c]; want != nil && got != want(r) {
					t.Errorf("%s of %+v: got %q, want %q", allColumns[c].name, r.Key, got, want(r))
				} else if want != nil {
					compared++
				}
				at += width + 1
			}
		}
	}
	if compared < 2000 {
		t.Errorf("%d cells", compared)
	}
}
