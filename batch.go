package main

import (
	"icmpdump/capture"
	"icmpdump/capture/icmp"
	"icmpdump/flowtable"
)

// A batch is events on their way to the drawer, with the bytes of those frames that a line
// shows more of than their packets hold.
type batch struct {
	events flowtable.Events
	frames []kept // one for each packet, in the order of the events that are about packets
	bytes  []byte // of the frames that were kept
}

// kept is a frame as it lies in the batch's bytes: the first at, and size of them. A frame
// that was not kept has no size.
type kept struct {
	at, size int
	wire     int
	link     icmp.Link
	tpid     uint16
}

func (b *batch) empty() bool { return len(b.events.All) == 0 }

func (b *batch) reset() {
	b.events.Reset()
	b.frames, b.bytes = b.frames[:0], b.bytes[:0]
}

// keep notes the frames of as many packets, and copies the bytes of those that are needed.
func (b *batch) keep(ps []icmp.Packet, fs []capture.Frame, needs func(*icmp.Packet) bool) {
	for i := range ps {
		k := kept{at: len(b.bytes), wire: fs[i].Wire, link: fs[i].Link, tpid: fs[i].TPID}
		if needs(&ps[i]) {
			b.bytes = append(b.bytes, fs[i].Data...)
			k.size = len(fs[i].Data)
		}
		b.frames = append(b.frames, k)
	}
}

// frame is the nth packet's.
func (b *batch) frame(n int) icmp.Frame {
	k := &b.frames[n]
	return icmp.Frame{Data: b.bytes[k.at : k.at+k.size], Wire: k.wire, Link: k.link, TPID: k.tpid}
}

// A mark is how much is in a batch.
type mark struct{ events, rows, frames, bytes int }

func (b *batch) mark() mark {
	return mark{len(b.events.All), len(b.events.Rows), len(b.frames), len(b.bytes)}
}

// cut takes out what came after m.
func (b *batch) cut(m mark) {
	b.events.All, b.events.Rows = b.events.All[:m.events], b.events.Rows[:m.rows]
	b.frames, b.bytes = b.frames[:m.frames], b.bytes[:m.bytes]
}
