package filter_test

import (
	"encoding/binary"
	"os"
	"slices"
	"strings"
	"testing"

	"icmpdump/capture"
	"icmpdump/capture/filter"
	"icmpdump/capture/icmp"
	"icmpdump/internal/lab"
)

func TestMain(m *testing.M) { os.Exit(lab.Run(m)) }

func parse(t testing.TB, expr string) *filter.Filter {
	t.Helper()
	f, err := filter.Parse(expr, filter.Lookup{})
	if err != nil {
		t.Fatalf("%s: %v", expr, err)
	}
	return f
}

// The Machine's verdict on each frame is tcpdump's; or, where that does not look behind a header, the
// one that it has of the frame without that header.
func TestMachineDecidesAsTcpdump(t *testing.T) {
	all := samples()
	better := map[reason]int{}
	if len(rows()) < 220 {
		t.Errorf("%d expressions", len(rows()))
	}
	for _, r := range rows() {
		m := parse(t, r.expr).Machine(nil)
		wrong := 0
		sent := strings.Contains(r.expr, "outbound") // of others it makes no difference
		for _, s := range all {
			want := theirs.verdict(t, r, &s, sent)
			if want.pass != want.theirs || want.either {
				for _, why := range want.why {
					better[why]++
				}
			}
			for _, f := range asFrames(s.data) {
				if sent {
					f.Dir = icmp.DirOut
				}
				if got := m.Match(&f); got != want.pass && !want.either {
					if wrong++; wrong < 4 {
						t.Errorf("%s: %s, tag %#x beside it: matches: %v, want %v; tcpdump says %v %v\n% x",
							r.expr, s.name, f.TPID, got, want.pass, want.theirs, want.why, s.data)
					}
				}
			}
		}
		if wrong > 3 {
			t.Errorf("%s: wrong of %d frames", r.expr, wrong)
		}
	}
	t.Logf("%d expressions, %d frames; other verdicts than tcpdump's: %v", len(rows()), len(all), better)
	for _, why := range reasons {
		if better[why] == 0 {
			t.Errorf("no verdict is another than tcpdump's %s", why)
		}
	}
}

// asFrames are a frame as a file has it and, if it has a tag, as a live capture has it: the tag beside it.
func asFrames(data []byte) []capture.Frame {
	frames := []capture.Frame{{Frame: icmp.Frame{Data: data, Wire: len(data), Link: icmp.LinkEthernet}, Dir: icmp.DirIn}}
	if len(data) < 18 {
		return frames
	}
	if tpid := binary.BigEndian.Uint16(data[12:]); slices.Contains([]uint16{0x8100, 0x88a8, 0x9100}, tpid) {
		rest := slices.Concat(data[:12], data[16:])
		frames = append(frames, capture.Frame{
			Frame: icmp.Frame{Data: rest, Wire: len(rest), Link: icmp.LinkEthernet, TPID: tpid},
			TCI:   binary.BigEndian.Uint16(data[14:]),
			Dir:   icmp.DirIn,
		})
	}
	return frames
}
