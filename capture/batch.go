package capture

import "icmpdump/capture/icmp"

// A Batch is what one Read brought: packets, the frame of each as far as it is kept, and the
// counts up to and with them. It is used again and again, and belongs to whoever holds it.
type Batch struct {
	Packets  []icmp.Packet // none if a tick of the source passed without one
	Frames   []Kept        // of the packets, in their order
	Bytes    []byte        // of the frames that were kept
	Tally    Tally
	Counters Counters
}

// Kept is a frame as it lies in the Bytes of its batch: the first At, and Size of them, 0 if
// the frame was not kept.
type Kept struct {
	At, Size, Wire uint32
	TPID           uint16
	Link           icmp.Link
}

// Frame is k as a frame again, out of the Bytes of its batch.
func (k *Kept) Frame(bytes []byte) icmp.Frame {
	return icmp.Frame{Data: bytes[k.At : k.At+k.Size], Wire: int(k.Wire), Link: k.Link, TPID: k.TPID}
}

// reset takes all packets out and keeps the memory.
func (b *Batch) reset() {
	b.Packets, b.Frames, b.Bytes = b.Packets[:0], b.Frames[:0], b.Bytes[:0]
}

// keep notes the frame of the last packet, with its bytes if they are needed: they are the
// source's, until its next Read.
func (b *Batch) keep(f *Frame, needed bool) {
	k := Kept{At: uint32(len(b.Bytes)), Wire: uint32(f.Wire), TPID: f.TPID, Link: f.Link}
	if needed {
		b.Bytes = append(b.Bytes, f.Data...)
		k.Size = uint32(len(f.Data))
	}
	b.Frames = append(b.Frames, k)
}
