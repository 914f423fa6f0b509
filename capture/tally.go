package capture

import "icmpdump/capture/icmp"

// A Tally says what became of the frames that were read. Each frame is in exactly one count.
type Tally struct {
	Decoded     uint64 // an ICMP message with type and code
	Fragments   uint64 // of a datagram, not the first
	CutShort    uint64 // captured too short to have a type and code
	Malformed   uint64 // no message could be read for a fault in what leads to it
	Unsupported uint64 // may hold ICMP where nobody looks
	Filtered    uint64 // not ICMP
	Unmatched   uint64 // not wanted: nothing else is known of them
	Unread      uint64 // left over when the limit was reached

	// Verdicts count the same frames another way, by what the decoder said of each: all but
	// those that are unmatched or unread.
	Verdicts [icmp.NumStatus]uint64
}

// Packets is how many of them the sink was given.
func (t *Tally) Packets() uint64 { return t.Decoded + t.Fragments + t.CutShort + t.Malformed }

// Read is how many frames there were.
func (t *Tally) Read() uint64 {
	return t.Packets() + t.Unsupported + t.Filtered + t.Unmatched + t.Unread
}

// Add adds the counts of another pump.
func (t *Tally) Add(o *Tally) {
	t.Decoded += o.Decoded
	t.Fragments += o.Fragments
	t.CutShort += o.CutShort
	t.Malformed += o.Malformed
	t.Unsupported += o.Unsupported
	t.Filtered += o.Filtered
	t.Unmatched += o.Unmatched
	t.Unread += o.Unread
	for st, n := range o.Verdicts {
		t.Verdicts[st] += n
	}
}

// Count counts a packet that was decoded, and reports whether it is one to show. One that was shown may
// be counted once more elsewhere: see Leave.
func (t *Tally) Count(p *icmp.Packet) (shown bool) {
	st := p.Status
	t.Verdicts[st]++
	switch {
	case p.Decoded():
		t.Decoded++
	case st == icmp.Fragment:
		t.Fragments++
	case st == icmp.Truncated:
		t.CutShort++
	case st.Malformed():
		t.Malformed++
	case st.Unsupported():
		t.Unsupported++
		return false
	default:
		t.Filtered++
		return false
	}
	return true
}

// Leave makes packets unread that are in t, and that o has counted.
func (t *Tally) Leave(o *Tally) {
	t.Unread += o.Packets()
	t.Decoded -= o.Decoded
	t.Fragments -= o.Fragments
	t.CutShort -= o.CutShort
	t.Malformed -= o.Malformed
	for st, n := range o.Verdicts {
		t.Verdicts[st] -= n
	}
}
