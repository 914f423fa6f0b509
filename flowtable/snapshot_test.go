package flowtable_test

import (
	"fmt"
	"testing"

	"icmpdump/capture/icmp"
	"icmpdump/flowtable"
)

// pinged is a table with so many pings in it, ten requests and replies each, whose times are spread.
func pinged(flows int) *flowtable.Table {
	table := flowtable.New(flowtable.Config{MaxFlows: 2 * max(flows, 32768), Recent: true})
	asked, answered := asks.packet(), answers.packet()
	ps := make([]icmp.Packet, 2)
	for seq := range uint32(10) {
		for flow := range flows {
			host := icmp.AddrFrom4([4]byte{10, byte(flow >> 16), byte(flow >> 8), byte(flow)})
			at := base + (int64(seq)*int64(flows)+int64(flow))*us
			ps[0], ps[1] = asked, answered
			ps[0].Time, ps[1].Time = at, at+(int64(flow)*7919+int64(seq)*104_729)%(50*ms)
			ps[0].Rest, ps[1].Rest = seq, seq
			ps[0].Src, ps[1].Dst = host, host
			table.Add(nil, ps)
		}
	}
	return table
}

func BenchmarkSnapshot(b *testing.B) {
	for _, flows := range []int{10_000, 65_536} {
		table := pinged(flows)
		var rows []flowtable.Row
		b.Run(fmt.Sprintf("rows/%d", flows), func(b *testing.B) {
			for b.Loop() {
				rows = table.Rows(rows[:0], nil)
			}
			if len(rows) != flows {
				b.Fatalf("%d rows, want %d", len(rows), flows)
			}
		})
		b.Run(fmt.Sprintf("totals/%d", flows), func(b *testing.B) {
			for b.Loop() {
				table.Since()
			}
		})
	}
}
