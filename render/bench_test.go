package render

import (
	"fmt"
	"net/netip"
	"testing"

	"icmpdump/capture/icmp"
	"icmpdump/flowtable"
	"icmpdump/internal/forge"
)

// echoFlows are the events of a request and its reply in each of 1,000 flows, as the table makes
// them. Drawing one over and over would teach the branch predictor its digits.
func echoFlows(b *testing.B, version uint8) (all []flowtable.Event) {
	table := flowtable.New(flowtable.Config{MaxFlows: 2000})
	var out flowtable.Events
	for i := range 1000 {
		id, seq := uint16(i*7919), uint16(i*31)
		x, y := byte(i>>8), byte(i)
		request := forge.Frame(forge.IP4(netip.AddrFrom4([4]byte{10, 7 * y, x, y}).String(), "198.51.100.7"), forge.Echo4(8, id, seq))
		reply := forge.Frame(forge.IP4("198.51.100.7", netip.AddrFrom4([4]byte{10, 7 * y, x, y}).String()), forge.Echo4(0, id, seq))
		if version == 6 {
			host := fmt.Sprintf("2001:db8:%x::%x:%x", uint16(i*i), 1+x, 1+y)
			request = forge.Frame(forge.IP6(host, "2001:db8:ff::7"), forge.ICMP6(128, 0), forge.IDSeq(id, seq))
			reply = forge.Frame(forge.IP6("2001:db8:ff::7", host), forge.ICMP6(129, 0), forge.IDSeq(id, seq))
		}
		for n, frame := range [][]byte{request, reply} {
			p := icmp.Packet{Time: noon + int64(i)*1_234_567 + int64(n)*int64(300_000+i*977), Number: uint64(1 + 2*i + n)}
			if st := icmp.Decode(&p, icmp.LinkRaw, frame, len(frame)); st != icmp.OK {
				b.Fatal(st)
			}
			table.Add(&out, []icmp.Packet{p})
		}
	}
	if len(out.All) != 2000 || out.All[1].Counts.Replies != 1 || !out.All[1].HasRTT {
		b.Fatalf("%d events", len(out.All))
	}
	for i := range out.All {
		out.All[i].Counts.Requests += uint64(i / 2 % 300)
		out.All[i].Counts.Replies += uint64(i / 2 % 300)
	}
	return out.All
}

// One echo of a thousand flows, by turns request and reply, each time later, with a higher sequence
// number and higher counters.
func BenchmarkAppend(b *testing.B) {
	for _, version := range []uint8{4, 6} {
		for _, bm := range []struct {
			name string
			a    Appender
		}{
			{"line", NewLines(Options{Counters: true})},
			{"color", NewLines(Options{Counters: true, Color: true})},
			{"json", NewJSON(Options{})},
		} {
			b.Run(fmt.Sprint(bm.name, version), func(b *testing.B) {
				flows := echoFlows(b, version)
				f := icmp.Frame{Wire: 98, Link: icmp.LinkRaw}
				dst := make([]byte, 0, 256<<10) // as much as is written at once
				n, round := 0, int64(0)
				b.ReportAllocs()
				for b.Loop() {
					e := &flows[n]
					e.Packet.Time += 2_469_134_000 * min(round, 1)
					e.Packet.Rest++
					e.Counts.Requests++
					e.Counts.Replies++
					if len(dst) > cap(dst)-4096 {
						dst = dst[:0]
					}
					dst = bm.a.Append(dst, e, f)
					if n++; n == len(flows) {
						n, round = 0, round+1
					}
				}
			})
		}
	}
}

func BenchmarkAddr6(b *testing.B) {
	flows := echoFlows(b, 6)
	dst := make([]byte, 0, 256)
	n := 0
	for b.Loop() {
		dst = appendAddr6(dst[:0], &flows[n].Packet.Src)
		if n++; n == len(flows) {
			n = 0
		}
	}
}
