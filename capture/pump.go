package capture

import (
	"context"
	"errors"
	"io"

	"icmpdump/capture/icmp"
)

// batchFrames is how many frames are decoded before the sink sees them: enough to spread the
// cost of a hand-over (of a quarter as many, a file takes 40 % longer), few enough for the caches.
const batchFrames = 2048

// A Pump reads a Source until its end, and is the only thing that does.
// It belongs to the goroutine that calls Run.
type Pump struct {
	Source Source
	Match  func(*Frame) bool       // which frames are wanted, of those that Source reads; nil is all
	Keep   func(*icmp.Packet) bool // whether the bytes of its frame are kept; nil is none
	Limit  *Limit                  // nil is no limit
	Tally  Tally
}

// A Sink takes a batch, and returns one to go on with: the same, or another if it is not done
// with it.
type Sink func(*Batch) *Batch

// Run reads until the source ends, the limit is reached, ctx is done (none of which is an
// error) or something fails. It fills b, and then what the sink returns.
//
// Frames that are not wanted, are not ICMP, or in which ICMP is not looked for, are counted and go no
// further.
func (u *Pump) Run(ctx context.Context, b *Batch, sink Sink) error {
	frames := make([]Frame, batchFrames)
	for ctx.Err() == nil {
		n, err := u.Source.Read(frames)
		b.reset()
		full := u.fill(b, frames[:n])
		b.Tally, b.Counters = u.Tally, u.Source.Counters()
		b = sink(b)
		if errors.Is(err, io.EOF) || full {
			return nil
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// fill decodes frames into b, and reports whether the limit is reached.
func (u *Pump) fill(b *Batch, frames []Frame) (full bool) {
	u.Limit.hold()
	defer u.Limit.release()
	for i := range frames {
		if u.Limit.reached() {
			u.Tally.Unread += uint64(len(frames) - i)
			break
		}
		if u.Match != nil && !u.Match(&frames[i]) {
			u.Tally.Unmatched++
			continue
		}
		k := len(b.Packets)
		if b.Packets = u.decode(b.Packets, &frames[i]); len(b.Packets) > k {
			b.keep(&frames[i], u.Keep != nil && u.Keep(&b.Packets[k]))
			u.Limit.count()
		}
	}
	return u.Limit.reached()
}

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
	icmp.Decode(p, f.Link, f.Data, f.Wire)
	if !u.Tally.Count(p) {
		return ps[:n]
	}
	return ps
}
