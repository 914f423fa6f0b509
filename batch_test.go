package main

import (
	"bytes"
	"testing"

	"icmpdump/capture"
	"icmpdump/capture/icmp"
)

// read is what a pump makes of two packets, of which the second's frame was kept.
func read() *capture.Batch {
	return &capture.Batch{
		Packets: []icmp.Packet{{Number: 1}, {Number: 2}},
		Frames:  []capture.Kept{{Wire: 50, Link: icmp.LinkRaw}, {Size: 6, Wire: 60, Link: icmp.LinkEthernet}},
		Bytes:   []byte("second"),
	}
}

// A batch has the frame of each packet, with its bytes if they were kept, whatever becomes of
// the batch that they came in, and however they were taken out of it.
func TestBatchTakesFrames(t *testing.T) {
	in := read()
	var b batch
	b.take(in, 0, 2)
	m := b.mark()
	b.take(in, 0, 1)
	b.take(in, 1, 2)
	b.take(in, 2, 2)
	clear(in.Bytes)
	for i, want := range []icmp.Frame{
		{Wire: 50, Link: icmp.LinkRaw}, {Data: []byte("second"), Wire: 60, Link: icmp.LinkEthernet},
		{Wire: 50, Link: icmp.LinkRaw}, {Data: []byte("second"), Wire: 60, Link: icmp.LinkEthernet},
	} {
		if got := b.frames[i].Frame(b.bytes); !bytes.Equal(got.Data, want.Data) || got.Wire != want.Wire || got.Link != want.Link {
			t.Errorf("frame %d is %+v, want %+v", i, got, want)
		}
	}
	if b.cut(m); b.mark() != (mark{frames: 2, bytes: 6}) {
		t.Errorf("cut to %+v", b.mark())
	}
}

func TestBatchAllocs(t *testing.T) {
	in := read()
	var b batch
	b.take(in, 0, 2)
	if n := testing.AllocsPerRun(100, func() {
		b.reset()
		b.take(in, 0, 2)
	}); n != 0 {
		t.Errorf("%v allocations for two packets", n)
	}
}
