package screen

import (
	"math"
	"testing"
	"time"

	"icmpdump/flowtable"
	"icmpdump/internal/forge"
)

// A story of any length takes no more memory, and answers find their requests.
func TestStoryIsBounded(t *testing.T) {
	w := newWire(t)
	w.ask(here, there, 8131, 0)
	row := w.row(flowtable.KindEcho, there)
	var s story
	s.begin(row)
	s.follow(&w.history, math.MaxUint64)
	for n := range 3 * 65536 / 10 {
		seq := uint16(n * 10)
		w.ask(here, there, 8131, seq)
		w.wait(time.Millisecond).answer(there, here, 8131, seq, 57)
		s.follow(&w.history, math.MaxUint64)
		if last := s.last(1)[0]; last.seq != seq || last.fate != flowtable.FateAnswered || last.rtt != 1e6 {
			t.Fatalf("request %d: %+v", n, last)
		}
	}
	if n := len(s.transactions); n > 2*maxTransactions || n < maxTransactions || len(s.newest) > 65536 {
		t.Errorf("%d transactions, %d numbers", n, len(s.newest))
	}
	if got := s.last(40); len(got) != 40 {
		t.Errorf("the last 40 are %d", len(got))
	}
}

// Errors that say the same are one cause, and of more than are remembered the oldest goes.
func TestStoryCauses(t *testing.T) {
	w := newWire(t)
	w.ask(here, there, 8131, 1)
	quoted := datagram(here, there, 63, echo(here, false, 8131, 1))
	for n := range uint32(maxCauses + 20) {
		w.send("192.0.2.1", here, 64, forge.Error4(3, 4, 1000+n, quoted))
		w.wait(time.Millisecond)
		w.send("192.0.2.1", here, 64, forge.Error4(3, 4, 1000+n, quoted))
	}
	w.send("192.0.2.1", here, 64, forge.Error4(5, 1, 0xc0000209, quoted)) // a redirect refuses nothing
	var s story
	s.begin(w.row(flowtable.KindEcho, there))
	s.follow(&w.history, math.MaxUint64)
	last, before := s.causes[len(s.causes)-1], s.causes[len(s.causes)-2]
	if len(s.causes) != maxCauses || s.unlisted != 2*21 || before.count != 2 || before.mtu != 1000+maxCauses+19 || !last.hasVia {
		t.Errorf("%d causes, %d of others, the last are %+v, %+v", len(s.causes), s.unlisted, before, last)
	}
	if tr := s.last(1)[0]; len(s.transactions) != 1 || tr.fate != flowtable.FateRefused || tr.typ != 3 {
		t.Errorf("%d transactions, the last is %+v", len(s.transactions), tr)
	}
}

// What was lost and came late, more than once, is one transaction; copies seen elsewhere are none.
func TestStoryLate(t *testing.T) {
	w := newWire(t)
	w.ask(here, there, 8131, 1)
	w.iface = 4
	w.ask(here, there, 8131, 1) // the same, at another place
	w.quiet(11 * time.Second)
	w.answer(there, here, 8131, 1, 57)
	w.wait(time.Second).answer(there, here, 8131, 1, 57)
	var s story
	s.begin(w.row(flowtable.KindEcho, there))
	s.follow(&w.history, math.MaxUint64)
	if tr := s.last(1)[0]; len(s.transactions) != 1 || tr.fate != flowtable.FateDuplicated || tr.again != 1 || tr.notes&flowtable.NoteLate == 0 || s.rtts.count != 0 {
		t.Errorf("%d transactions, %d times, the last is %+v", len(s.transactions), s.rtts.count, tr)
	}
}

// A History is followed from where that left off, and from what is left of a history that was overrun.
func TestFollow(t *testing.T) {
	w := newWire(t)
	count := func(from uint64) (n int, next uint64) {
		next = w.history.follow(from, from+7, func(*flowtable.Event) { n++ })
		return n, next
	}
	if n, next := count(0); n != 0 || next != 0 {
		t.Errorf("an empty one: %d, %d", n, next)
	}
	for seq := range uint16(10) {
		w.ask(here, there, 8131, seq)
	}
	if n, next := count(4); n != 6 || next != 10 {
		t.Errorf("from 4 on: %d, %d", n, next)
	}
	if n, next := count(10); n != 0 || next != 10 {
		t.Errorf("from the end on: %d, %d", n, next)
	}
	for range historyEvents {
		w.ask(here, there, 8131, 10)
	}
	if n, next := count(12); n != 7 || next != 19 {
		t.Errorf("stopped: %d, %d", n, next)
	}
	if n, next := count(4); n != 1 || next != 11 {
		t.Errorf("overrun: %d, %d", n, next)
	}
	if n, next := count(1); n != 0 || next != 10 {
		t.Errorf("nothing of it is remembered: %d, %d", n, next)
	}
}
