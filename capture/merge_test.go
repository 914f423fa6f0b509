package capture

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"icmpdump/capture/icmp"
)

// A merging is a Merge whose pumps are this test, what it passes on, and its clock.
type merging struct {
	Merge
	out   strings.Builder
	batch *Batch
	at    time.Time
}

func newMerging(pumps int) *merging {
	m := &merging{batch: new(Batch), at: time.Unix(1e9, 0)}
	m.Merge = Merge{
		Pumps: make([]*Pump, pumps), Idle: func(int) bool { return false }, Late: 3 * time.Millisecond,
		Clock: func() time.Time { return m.at },
	}
	m.begin()
	return m
}

// sink notes the numbers and the times of packets, and that a frame is the packet's.
func (m *merging) sink(b *Batch) *Batch {
	if len(b.Packets) == 0 {
		m.out.WriteString("tick ")
	}
	for i, p := range b.Packets {
		fmt.Fprintf(&m.out, "%d:%d ", p.Number, p.Time)
		if want := fmt.Sprint(p.Time); string(b.Frames[i].Frame(b.Bytes).Data) != want {
			fmt.Fprintf(&m.out, "(not %s) ", want)
		}
	}
	return b
}

// bring has a pump bring packets of these times.
func (m *merging) bring(pump int, times ...int64) {
	l := <-m.queues[pump].free
	l.reset()
	for _, at := range times {
		l.Packets = append(l.Packets, icmp.Packet{Time: at})
		l.keep(&Frame{Frame: icmp.Frame{Data: fmt.Append(nil, at)}}, true)
		l.Tally.Decoded++
	}
	m.batch = m.step(l, m.batch, m.sink)
}

func (m *merging) wait(d time.Duration) {
	m.at = m.at.Add(d)
	m.batch = m.step(nil, m.batch, m.sink)
}

func TestMerge(t *testing.T) {
	m := newMerging(3)
	step := func(what, want string) {
		t.Helper()
		if got := m.out.String(); got != want {
			t.Errorf("%s: %q, want %q", what, got, want)
		}
		m.out.Reset()
	}
	m.bring(0)
	step("a tick", "tick ")
	m.bring(0, 10, 30)
	step("others may have older ones", "")
	m.bring(1, 20, 50)
	m.bring(1)
	step("no tick while something waits", "")
	m.bring(2, 15, 40)
	step("up to the time that all have reached", "1:10 2:15 3:20 4:30 ")
	m.bring(0, 45)
	step("", "5:40 ")
	m.wait(hold / 2)
	m.bring(2, 60)
	step("now all have reached it", "6:45 ")
	m.wait(hold / 2)
	step("it was held for long enough", "7:50 ")
	at := m.at.Add(-m.Late).UnixNano()
	m.bring(1, at-1, at+1)
	step("the others may have older ones", "")
	m.Idle = func(pump int) bool { return pump != 1 }
	m.wait(0)
	step("the others are idle", fmt.Sprintf("8:60 9:%d ", at-1))
	m.batch = m.step(&load{pump: 0, last: true}, m.batch, m.sink)
	m.batch = m.step(&load{pump: 2, last: true}, m.batch, m.sink)
	step("nothing more will come of the others", fmt.Sprintf("10:%d ", at+1))
	if m.waits() {
		t.Error("something is left")
	}
	for i, q := range m.queues {
		if len(q.free) != circulating {
			t.Errorf("pump %d has %d loads back", i, len(q.free))
		}
	}
}

// A supply is a source of frames of its own.
type supply struct {
	frames []Frame
	reads  int
}

func (s *supply) Read(dst []Frame) (int, error) {
	n := copy(dst[:min(7, len(dst))], s.frames)
	s.frames = s.frames[n:]
	s.reads += n
	if n == 0 {
		return 0, io.EOF
	}
	return n, nil
}

func (s *supply) Counters() Counters {
	return Counters{Read: uint64(s.reads), Packets: uint64(s.reads)}
}

// However packets are shared out among pumps, they come in the order of time, each once, and are
// counted.
func TestMergeOfPumps(t *testing.T) {
	const pumps, n = 4, 5000
	echo := []byte{0x45, 0, 0, 28, 0, 1, 0, 0, 64, 1, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2, 8, 0, 0, 0, 0, 1, 0, 1}
	d := rand.New(rand.NewPCG(1, 0))
	sources := make([]*supply, pumps)
	m := &Merge{Idle: func(int) bool { return false }, Wake: func() {}, Clock: time.Now}
	for i := range sources {
		sources[i] = new(supply)
		m.Pumps = append(m.Pumps, &Pump{Source: sources[i]})
	}
	for at := range int64(n) {
		s := sources[d.IntN(pumps)]
		s.frames = append(s.frames, Frame{Frame: icmp.Frame{Data: echo, Wire: len(echo), Link: icmp.LinkRaw}, Time: at + 1})
	}
	var got []int64
	var tally Tally
	var counters Counters
	err := m.Run(context.Background(), new(Batch), func(b *Batch) *Batch {
		for i, p := range b.Packets {
			if p.Number != uint64(len(got)+i+1) {
				t.Fatalf("packet %d has number %d", len(got)+i+1, p.Number)
			}
		}
		for _, p := range b.Packets {
			got = append(got, p.Time)
		}
		tally, counters = b.Tally, b.Counters
		return b
	})
	if err != nil {
		t.Fatal(err)
	}
	for i := range got[1:] {
		if got[i+1] < got[i] {
			t.Fatalf("packet %d is of %d, behind one of %d", i+1, got[i+1], got[i])
		}
	}
	if uint64(len(got)) != tally.Decoded || tally.Decoded != counters.Read {
		t.Errorf("%d packets of %d, %d were read", len(got), tally.Decoded, counters.Read)
	}
}
