package filter_test

import (
	"testing"

	"icmpdump/capture"
	"icmpdump/capture/icmp"
)

// What it costs to judge a frame in user space; and, for comparison, in x/net's machine by tcpdump's
// program.
func BenchmarkMatchOrTcpdumps(b *testing.B) {
	var frames []capture.Frame
	for _, s := range samples() {
		f := capture.Frame{Frame: icmp.Frame{Data: s.data, Wire: len(s.data), Link: icmp.LinkEthernet}, Dir: icmp.DirIn}
		var p icmp.Packet
		if icmp.Decode(&p, f.Link, f.Data, f.Wire) == icmp.OK {
			frames = append(frames, f)
		}
	}
	for _, expr := range []string{
		"icmp",
		"host 10.0.0.1",
		"icmp[icmptype] = icmp-unreach",
		"host 10.0.0.5 and not net 10.9.0.0/16",
		"icmp6[icmp6type] = icmp6-echo",
		"vlan 10 and icmp",
	} {
		b.Run(expr, func(b *testing.B) {
			m := parse(b, expr).Machine(nil)
			i := 0
			b.ReportAllocs()
			for b.Loop() {
				m.Match(&frames[i])
				if i++; i == len(frames) {
					i = 0
				}
			}
		})
		b.Run(expr+"/tcpdump", func(b *testing.B) {
			vm := machine(b, theirs.of(b, expr).code, facts{})
			i := 0
			for b.Loop() {
				run(b, vm, frames[i].Data)
				if i++; i == len(frames) {
					i = 0
				}
			}
		})
	}
}

// To judge a frame costs no memory.
func TestMatchDoesNotAllocate(t *testing.T) {
	var frames []capture.Frame
	for i, s := range samples() {
		if i%50 == 0 {
			frames = append(frames, asFrames(s.data)...)
		}
	}
	for _, r := range rows() {
		m := parse(t, r.expr).Machine(func(int32) string { return "va" })
		n := testing.AllocsPerRun(1, func() {
			for i := range frames {
				m.Match(&frames[i])
			}
		})
		if n != 0 {
			t.Errorf("%s: %v allocations", r.expr, n)
		}
	}
}
