package capture

import (
	"testing"

	"icmpdump/capture/icmp"
)

// What a tally counted and leaves again is unread, and nothing else of it changes.
func TestTallyLeave(t *testing.T) {
	packets := []icmp.Packet{
		{Got: 8, Status: icmp.OK}, {Got: 8, Status: icmp.Truncated}, {Got: 2, Status: icmp.MalformedICMPHeader},
		{Status: icmp.Fragment}, {Status: icmp.Truncated}, {Status: icmp.MalformedIPLength},
	}
	all := Tally{Filtered: 5, Unsupported: 2, Unread: 1}
	all.Verdicts[icmp.NotICMP] = 5
	kept := all
	var left Tally
	for i := range packets {
		all.Count(&packets[i])
		if i%2 == 0 {
			kept.Count(&packets[i])
		} else {
			left.Count(&packets[i])
		}
	}
	if want := (Tally{Decoded: 3, Fragments: 1, CutShort: 1, Malformed: 1}); all.Decoded != want.Decoded ||
		all.Fragments != want.Fragments || all.CutShort != want.CutShort || all.Malformed != want.Malformed {
		t.Errorf("counted %+v, want %+v", all, want)
	}
	kept.Unread += 3
	read := all.Read()
	if all.Leave(&left); all != kept {
		t.Errorf("left %+v, want %+v", all, kept)
	}
	if all.Read() != read {
		t.Errorf("%d were read, want %d", all.Read(), read)
	}
}
