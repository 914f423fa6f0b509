package capture

import (
	"context"
	"errors"
	"io"
	"slices"
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
	err := pump.Run(context.Background(), func(ps []icmp.Packet, _ []Frame) error {
		sizes = append(sizes, len(ps))
		for i := range ps {
			numbers = append(numbers, ps[i].Number)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	want := Tally{Decoded: 2, Fragments: 1, CutShort: 1, Malformed: 1, Filtered: 1, Unsupported: 1,
		Verdicts: [icmp.NumStatus]uint64{icmp.NotICMP: 1, icmp.OK: 2, icmp.Fragment: 1, icmp.Truncated: 1,
			icmp.MalformedIPHeader: 1, icmp.UnsupportedMPLS: 1}}
	if diff := cmp.Diff(want, pump.Tally); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
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
	if err := pump.Run(context.Background(), func(ps []icmp.Packet, _ []Frame) error {
		if len(ps) > 0 {
			got = ps[0]
		}
		return nil
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
	pump := Pump{Source: src, Limit: 2}
	packets := 0
	if err := pump.Run(context.Background(), func(ps []icmp.Packet, _ []Frame) error {
		packets += len(ps)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if want := (Tally{Decoded: 2, Filtered: 1, Unread: 2, Verdicts: [icmp.NumStatus]uint64{icmp.OK: 2, icmp.NotICMP: 1}}); packets != 2 || src.reads != 1 || pump.Tally != want {
		t.Errorf("%d packets, %d reads, %+v; want 2, 1, %+v", packets, src.reads, pump.Tally, want)
	}
}

func TestPumpEnds(t *testing.T) {
	failed, refused := errors.New("failed"), errors.New("refused")
	ctx, cancel := context.WithCancel(context.Background())
	for _, tt := range []struct {
		name string
		src  *batches
		sink Sink
		want error
	}{
		{"at the end of the source", &batches{err: io.EOF}, func([]icmp.Packet, []Frame) error { return nil }, nil},
		{"when the source fails", &batches{err: failed}, func([]icmp.Packet, []Frame) error { return nil }, failed},
		{"when the sink fails", &batches{frames: [][]Frame{{}}, err: io.EOF}, func([]icmp.Packet, []Frame) error { return refused }, refused},
		{"when nobody wants more", &batches{}, func([]icmp.Packet, []Frame) error { cancel(); return nil }, nil},
	} {
		pump := Pump{Source: tt.src}
		if err := pump.Run(ctx, tt.sink); err != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
		}
	}
}

func TestPumpAllocs(t *testing.T) {
	frames := slices.Repeat([]Frame{raw(1, echo(1))}, 64)
	packets := make([]icmp.Packet, 0, len(frames))
	var pump Pump
	if n := testing.AllocsPerRun(100, func() {
		packets = packets[:0]
		for i := range frames {
			packets = pump.decode(packets, &frames[i])
		}
	}); n != 0 {
		t.Errorf("%v allocations for %d frames", n, len(frames))
	}
}
