package main

import (
	"icmpdump/capture"
	"icmpdump/capture/icmp"
	"icmpdump/flowtable"
)

const (
	// backlog is how many events a live view may keep while all batches are under way: on a
	// quiet wire, a batch is a packet or two, and a pause of the output must not cost a line.
	// Their frames' bytes are bounded as well.
	backlog      = 4096
	backlogBytes = 4 << 20
)

// A batch is events on their way to the drawer, with the bytes of those frames that a line
// shows more of than their packets hold.
type batch struct {
	events flowtable.Events
	frames []capture.Kept // one for each packet, in the order of the events that are about packets
	bytes  []byte         // of the frames that were kept

	// The drawer's own: how much of it has been drawn.
	drawn, packets int
}

func (b *batch) empty() bool { return len(b.events.All) == 0 }

// large reports whether a live view should keep no more.
func (b *batch) large() bool { return len(b.events.All) > backlog || len(b.bytes) > backlogBytes }

func (b *batch) reset() {
	b.events.Reset()
	b.frames, b.bytes = b.frames[:0], b.bytes[:0]
	b.drawn, b.packets = 0, 0
}

// take takes over the frames of in's packets from first to behind.
func (b *batch) take(in *capture.Batch, first, behind int) {
	frames := in.Frames[first:behind]
	if len(frames) == 0 {
		return
	}
	begin, last := frames[0].At, &frames[len(frames)-1]
	moved := uint32(len(b.bytes)) - begin
	b.bytes = append(b.bytes, in.Bytes[begin:last.At+last.Size]...)
	for _, k := range frames {
		k.At += moved
		b.frames = append(b.frames, k)
	}
}

// next is the next event to draw, and its frame if it is about a packet.
func (b *batch) next() (*flowtable.Event, icmp.Frame) {
	e := &b.events.All[b.drawn]
	b.drawn++
	if e.Ended || e.Lost {
		return e, icmp.Frame{}
	}
	b.packets++
	return e, b.frames[b.packets-1].Frame(b.bytes)
}

func (b *batch) isDrawn() bool { return b.drawn == len(b.events.All) }

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
