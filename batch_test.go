package main

import (
	"bytes"
	"testing"

	"icmpdump/capture"
	"icmpdump/capture/icmp"
)

// two packets and their frames, of which the second needs its own.
func twoFrames() ([]icmp.Packet, []capture.Frame, func(*icmp.Packet) bool) {
	ps := []icmp.Packet{{Number: 1}, {Number: 2}}
	fs := []capture.Frame{
		{Frame: icmp.Frame{Data: []byte("first"), Wire: 50, Link: icmp.LinkRaw}},
		{Frame: icmp.Frame{Data: []byte("second"), Wire: 60, Link: icmp.LinkEthernet}},
	}
	return ps, fs, func(p *icmp.Packet) bool { return p.Number == 2 }
}

// A batch has the frame of each packet, with its bytes if they are needed, whatever becomes of
// the memory that they came in.
func TestBatchKeepsFrames(t *testing.T) {
	ps, fs, needs := twoFrames()
	var b batch
	b.keep(ps, fs, needs)
	m := b.mark()
	b.keep(ps, fs, needs)
	clear(fs[1].Data)
	for i, want := range []icmp.Frame{
		{Wire: 50, Link: icmp.LinkRaw}, {Data: []byte("second"), Wire: 60, Link: icmp.LinkEthernet},
		{Wire: 50, Link: icmp.LinkRaw}, {Data: []byte("second"), Wire: 60, Link: icmp.LinkEthernet},
	} {
		if got := b.frame(i); !bytes.Equal(got.Data, want.Data) || got.Wire != want.Wire || got.Link != want.Link {
			t.Errorf("frame %d is %+v, want %+v", i, got, want)
		}
	}
	if b.cut(m); b.mark() != (mark{frames: 2, bytes: 6}) {
		t.Errorf("cut to %+v", b.mark())
	}
}

func TestBatchAllocs(t *testing.T) {
	ps, fs, needs := twoFrames()
	var b batch
	b.keep(ps, fs, needs)
	if n := testing.AllocsPerRun(100, func() {
		b.reset()
		b.keep(ps, fs, needs)
	}); n != 0 {
		t.Errorf("%v allocations for two packets", n)
	}
}
