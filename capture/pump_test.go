package capture

import (
	"context"
	"errors"
	"io"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"

	"icmpdump/capture/icmp"
	"icmpdump/internal/forge"
)

// batches is a Source that hands out one batch a Read, and then err.
type batches struct {
	frames [][]Frame
	err    error
	reads  int
}

func (b *batches) Read(dst []Frame) (int, error) {
	if b.reads == len(b.frames) {
		return 0, b.err
	}
	n := copy(dst, b.frames[b.reads])
	b.reads++
	return n, nil
}

func (b *batches) Counters() Counters { return Counters{} }

func raw(number uint64, b []byte) Frame {
	return Frame{Frame: icmp.Frame{Data: b, Wire: len(b), Link: icmp.LinkRaw}, Number: number, Time: int64(number)}
}

func echo(seq uint16) []byte {
	return forge.Frame(forge.IP4("10.0.0.1", "10.0.0.2"), forge.Echo4(8, 1, seq))
}

// one of each sort that a Tally tells apart.
func oneOfEach() []Frame {
	later := forge.IP4("10.0.0.1", "10.0.0.2")
	later.FragOffset, later.Protocol = 9, layers.IPProtocolICMPv4
	cut := raw(3, echo(1)[:21])
	cut.Wire = 28
	bad := echo(1)
	bad[0] = 0x41 // a header of 4 bytes
	ether := raw(6, slices.Concat(make([]byte, 12), []byte{0x88, 0x47}, echo(1)))
	ether.Link = icmp.LinkEthernet
	return []Frame{
		raw(1, echo(1)),
		raw(2, forge.Frame(later, gopacket.Payload("fragment"))),
		cut,
		raw(4, bad),
		raw(5, forge.Frame(forge.IP4("10.0.0.1", "10.0.0.2"), &layers.UDP{})),
		ether,
	}
}

func TestPumpCountsEachFrameOnce(t *testing.T) {
	frames := oneOfEach()
	var sizes []int
	var numbers []uint64
	pump := Pump{Source: &batches{frames: [][]Frame{frames, {}, frames[:1]}, err: io.EOF}}
	var last Tally
	err := pump.Run(context.Background(), new(Batch), func(b *Batch) *Batch {
		sizes = append(sizes, len(b.Packets))
		for i := range b.Packets {
			numbers = append(numbers, b.Packets[i].Number)
		}
		last = b.Tally
		return b
	})
	if err != nil {
		t.Fatal(err)
	}
	want := Tally{Decoded: 2, Fragments: 1, CutShort: 1, Malformed: 1, Filtered: 1, Unsupported: 1,
		Verdicts: [icmp.NumStatus]uint64{icmp.NotICMP: 1, icmp.OK: 2, icmp.Fragment: 1, icmp.Truncated: 1,
			icmp.MalformedIPHeader: 1, icmp.UnsupportedMPLS: 1}}
	if diff := cmp.Diff(want, pump.Tally); diff != "" || last != want {
		t.Errorf("the last batch has %+v (-want +got)\n%s", last, diff)
	}
	if want := []int{4, 0, 1, 0}; !slices.Equal(sizes, want) { // the last is the end's
		t.Errorf("batches of %v packets, want %v", sizes, want)
	}
	if want := []uint64{1, 2, 3, 4, 1}; !slices.Equal(numbers, want) {
		t.Errorf("packets %v, want %v", numbers, want)
	}
	if pump.Tally.Read() != 7 || pump.Tally.Packets() != 5 {
		t.Errorf("read %d, packets %d; want 7 and 5", pump.Tally.Read(), pump.Tally.Packets())
	}
}

// What the frame knows besides its bytes is in the packet.
func TestPumpKeepsMetadata(t *testing.T) {
	f := raw(9, echo(1))
	f.Iface, f.Dir, f.TCI, f.TPID, f.NoSum, f.Untimed = 4, icmp.DirOut, 0x6064, 0x8100, true, true
	var got icmp.Packet
	pump := Pump{Source: &batches{frames: [][]Frame{{f}}, err: io.EOF}}
	if err := pump.Run(context.Background(), new(Batch), func(b *Batch) *Batch {
		if len(b.Packets) > 0 {
			got = b.Packets[0]
		}
		return b
	}); err != nil {
		t.Fatal(err)
	}
	if got.Number != 9 || got.Time != 9 || got.Iface != 4 || got.Dir != icmp.DirOut ||
		got.Tags != 1 || got.VLAN[0] != 0x6064 || got.Sum != icmp.SumUnverified || got.Flags != icmp.FlagUntimed {
		t.Errorf("%+v", got)
	}
}

func TestPumpLimit(t *testing.T) {
	udp := raw(2, forge.Frame(forge.IP4("10.0.0.1", "10.0.0.2"), &layers.UDP{}))
	src := &batches{frames: [][]Frame{{raw(1, echo(1)), udp, raw(3, echo(2)), raw(4, echo(3)), udp}, {raw(5, echo(4))}}, err: io.EOF}
	pump := Pump{Source: src, Limit: NewLimit(2)}
	packets := 0
	if err := pump.Run(context.Background(), new(Batch), func(b *Batch) *Batch {
		packets += len(b.Packets)
		return b
	}); err != nil {
		t.Fatal(err)
	}
	if want := (Tally{Decoded: 2, Filtered: 1, Unread: 2, Verdicts: [icmp.NumStatus]uint64{icmp.OK: 2, icmp.NotICMP: 1}}); packets != 2 || src.reads != 1 || pump.Tally != want {
		t.Errorf("%d packets, %d reads, %+v; want 2, 1, %+v", packets, src.reads, pump.Tally, want)
	}
}

// What is not wanted is not decoded, and does not count for a limit.
func TestPumpMatch(t *testing.T) {
	frames := oneOfEach()
	var asked []uint64
	pump := Pump{
		Source: &batches{frames: [][]Frame{frames, frames}, err: io.EOF},
		Limit:  NewLimit(3),
		Match: func(f *Frame) bool {
			asked = append(asked, f.Number)
			return f.Number%2 == 0
		},
	}
	var numbers []uint64
	if err := pump.Run(context.Background(), new(Batch), func(b *Batch) *Batch {
		for i := range b.Packets {
			numbers = append(numbers, b.Packets[i].Number)
		}
		return b
	}); err != nil {
		t.Fatal(err)
	}
	if want := []uint64{2, 4, 2}; !slices.Equal(numbers, want) {
		t.Errorf("packets %v, want %v", numbers, want)
	}
	if want := []uint64{1, 2, 3, 4, 5, 6, 1, 2}; !slices.Equal(asked, want) {
		t.Errorf("asked of %v, want %v", asked, want)
	}
	want := Tally{Fragments: 2, Malformed: 1, Unsupported: 1, Unmatched: 4, Unread: 4,
		Verdicts: [icmp.NumStatus]uint64{icmp.Fragment: 2, icmp.MalformedIPHeader: 1, icmp.UnsupportedMPLS: 1}}
	if diff := cmp.Diff(want, pump.Tally); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestPumpEnds(t *testing.T) {
	failed := errors.New("failed")
	ctx, cancel := context.WithCancel(context.Background())
	for _, tt := range []struct {
		name string
		src  *batches
		sink Sink
		want error
	}{
		{"at the end of the source", &batches{err: io.EOF}, func(b *Batch) *Batch { return b }, nil},
		{"when the source fails", &batches{err: failed}, func(b *Batch) *Batch { return b }, failed},
		{"when nobody wants more", &batches{}, func(b *Batch) *Batch { cancel(); return b }, nil},
	} {
		pump := Pump{Source: tt.src}
		if err := pump.Run(ctx, new(Batch), tt.sink); err != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
		}
	}
}

// Pumps that share a limit stop when all of them together have reached it.
func TestPumpsShareALimit(t *testing.T) {
	const pumps, limit = 4, 1000
	udp := raw(2, forge.Frame(forge.IP4("10.0.0.1", "10.0.0.2"), &layers.UDP{}))
	reads := slices.Repeat([][]Frame{{raw(1, echo(1)), udp, raw(3, echo(2))}}, limit)
	shared := NewLimit(limit)
	all := make([]Pump, pumps)
	var running sync.WaitGroup
	for i := range all {
		all[i] = Pump{Source: &batches{frames: reads, err: io.EOF}, Limit: shared}
		running.Go(func() {
			if err := all[i].Run(context.Background(), new(Batch), func(b *Batch) *Batch { return b }); err != nil {
				t.Error(err)
			}
		})
	}
	running.Wait()
	var packets uint64
	for i := range all {
		packets += all[i].Tally.Packets()
		if tally, reads := &all[i].Tally, all[i].Source.(*batches).reads; tally.Read() != uint64(3*reads) {
			t.Errorf("pump %d: %d frames of %d reads", i, tally.Read(), reads)
		}
	}
	if packets != limit {
		t.Errorf("%d packets, want %d", packets, limit)
	}
}

// A batch has the frame of each packet, with its bytes if they are kept, whatever becomes of
// the memory that they came in; and whoever takes a batch gets another to go on with.
func TestPumpKeepsFrames(t *testing.T) {
	udp := raw(2, forge.Frame(forge.IP4("10.0.0.1", "10.0.0.2"), &layers.UDP{}))
	tagged := raw(4, append(make([]byte, 12), append([]byte{8, 0}, echo(4)...)...))
	tagged.Link, tagged.TPID, tagged.Wire = icmp.LinkEthernet, 0x8100, 99
	frames := []Frame{raw(1, echo(1)), udp, raw(3, echo(3)), tagged}
	pump := Pump{
		Source: &batches{frames: [][]Frame{frames, {raw(5, echo(5))}}, err: io.EOF},
		Keep:   func(p *icmp.Packet) bool { return p.Number != 3 },
	}
	var got []*Batch
	if err := pump.Run(context.Background(), new(Batch), func(b *Batch) *Batch {
		got = append(got, b)
		return new(Batch)
	}); err != nil {
		t.Fatal(err)
	}
	kept := slices.Clone(tagged.Data)
	clear(tagged.Data)
	if len(got) != 3 || len(got[0].Frames) != 3 || len(got[1].Frames) != 1 || len(got[2].Frames) != 0 {
		t.Fatalf("batches %+v", got)
	}
	for i, want := range []icmp.Frame{
		{Data: echo(1), Wire: 28, Link: icmp.LinkRaw},
		{Data: []byte{}, Wire: 28, Link: icmp.LinkRaw},
		{Data: kept, Wire: 99, Link: icmp.LinkEthernet, TPID: 0x8100},
	} {
		if diff := cmp.Diff(want, got[0].Frames[i].Frame(got[0].Bytes)); diff != "" {
			t.Errorf("frame %d (-want +got)\n%s", i, diff)
		}
	}
	if diff := cmp.Diff(echo(5), got[1].Frames[0].Frame(got[1].Bytes).Data); diff != "" {
		t.Errorf("of the second batch (-want +got)\n%s", diff)
	}
}

func TestPumpAllocs(t *testing.T) {
	frames := slices.Repeat([]Frame{raw(1, echo(1))}, 64)
	pump := Pump{Keep: func(*icmp.Packet) bool { return true }, Limit: NewLimit(1e9)}
	var b Batch
	if n := testing.AllocsPerRun(100, func() {
		b.reset()
		pump.fill(&b, frames)
	}); n != 0 {
		t.Errorf("%v allocations for %d frames", n, len(frames))
	}
}
