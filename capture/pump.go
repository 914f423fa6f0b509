package capture

import (
	"context"
	"errors"
	"io"

	"icmpdump/capture/icmp"
)

// batchFrames is how many frames are decoded before the sink sees them: enough to spread the
// cost of a hand-over, few enough to stay in the second-level cache (512 × 128 bytes).
const batchFrames = 512

// A Pump reads a Source until its end, and is the only thing that does.
// It belongs to the goroutine that calls Run.
type Pump struct {
	Source Source
	Limit  uint64 // stop after this many packets; 0 is no limit
	Tally  Tally  // up to date whenever the sink is called
}

// A Tally says what became of the frames that were read. Each frame is in exactly one count.
type Tally struct {
	Decoded     uint64 // an ICMP message with type and code
	Fragments   uint64 // of a datagram, not the first
	CutShort    uint64 // captured too short to have a type and code
	Malformed   uint64 // no message could be read for a fault in what leads to it
	Unsupported uint64 // may hold ICMP where nobody looks
	Filtered    uint64 // not ICMP
	Unread      uint64 // left over when the limit was reached

	// Verdicts count the same frames another way, by what the decoder said of each: all but
	// those that are unread.
	Verdicts [icmp.NumStatus]uint64
}

// Packets is how many of them the sink was given.
func (t *Tally) Packets() uint64 { return t.Decoded + t.Fragments + t.CutShort + t.Malformed }

// Read is how many frames there were.
func (t *Tally) Read() uint64 { return t.Packets() + t.Unsupported + t.Filtered + t.Unread }

// A Sink takes the packets of one read, in order, or none when a tick of the source passed
// without one. The frame of ps[i] is fs[i]. Both slices are reused, and the bytes are the
// source's: what is wanted of them for longer has to be copied.
type Sink func(ps []icmp.Packet, fs []Frame) error

// Run reads until the source ends, the limit is reached, ctx is done (none of which is an
// error) or something fails.
//
// Frames that are not ICMP, or in which ICMP is not looked for, are counted and go no further.
func (u *Pump) Run(ctx context.Context, sink Sink) error {
	frames := make([]Frame, batchFrames)
	packets := make([]icmp.Packet, 0, batchFrames)
	for ctx.Err() == nil {
		n, err := u.Source.Read(frames)
		packets = packets[:0]
		for i := range frames[:n] {
			if u.full() {
				u.Tally.Unread += uint64(n - i)
				break
			}
			k := len(packets)
			if packets = u.decode(packets, &frames[i]); len(packets) > k && k != i {
				frames[k] = frames[i]
			}
		}
		if err := sink(packets, frames[:len(packets)]); err != nil {
			return err
		}
		if errors.Is(err, io.EOF) || u.full() {
			return nil
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// full reports whether the limit is reached.
func (u *Pump) full() bool { return u.Limit > 0 && u.Tally.Packets() == u.Limit }

// decode appends the packet of f to ps if it is one to show, and counts it in any case.
func (u *Pump) decode(ps []icmp.Packet, f *Frame) []icmp.Packet {
	n := len(ps)
	ps = append(ps, icmp.Packet{}) // and then field by field, in place: a literal is made elsewhere, and copied (4 ns)
	p := &ps[n]
	p.Time, p.Number, p.Iface, p.Dir = f.Time, f.Number, f.Iface, f.Dir
	if f.TPID != 0 {
		p.VLAN[0], p.Tags = f.TCI, 1
	}
	if f.Untimed {
		p.Flags |= icmp.FlagUntimed
	}
	if f.NoSum {
		p.Sum = icmp.SumUnverified
	}
	st := icmp.Decode(p, f.Link, f.Data, f.Wire)
	u.Tally.Verdicts[st]++
	switch {
	case p.Decoded():
		u.Tally.Decoded++
	case st == icmp.Fragment:
		u.Tally.Fragments++
	case st == icmp.Truncated:
		u.Tally.CutShort++
	case st.Malformed():
		u.Tally.Malformed++
	case st.Unsupported():
		u.Tally.Unsupported++
		return ps[:n]
	default:
		u.Tally.Filtered++
		return ps[:n]
	}
	return ps
}
