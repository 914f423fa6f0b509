package capture

import "icmpdump/capture/icmp"

// Count counts a packet that the sink was given, as the pump that decoded it did.
func (t *Tally) Count(p *icmp.Packet) {
	t.Verdicts[p.Status]++
	switch {
	case p.Decoded():
		t.Decoded++
	case p.Status == icmp.Fragment:
		t.Fragments++
	case p.Status == icmp.Truncated:
		t.CutShort++
	default:
		t.Malformed++
	}
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
