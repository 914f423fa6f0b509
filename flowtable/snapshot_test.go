package flowtable_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

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

// A packet is added a thousand times a second while another goroutine does nothing but what the name says. How long
// the slowest of them took is what a reader waits for a screen.
func BenchmarkAddBeside(b *testing.B) {
	const flows = 65_536
	table := pinged(flows)
	var rows []flowtable.Row
	for _, bb := range []struct {
		name   string
		beside func()
	}{
		{"nothing", func() { time.Sleep(time.Millisecond) }},
		{"rows", func() { rows = table.Rows(rows[:0], nil) }},
		{"totals", func() { table.Totals() }},
		{"reset", func() { table.Reset() }},
	} {
		b.Run(bb.name, func(b *testing.B) {
			stop, stopped := make(chan struct{}), make(chan struct{})
			go func() {
				defer close(stopped)
				for {
					select {
					case <-stop:
						return
					default:
						bb.beside()
					}
				}
			}()
			ps := []icmp.Packet{asks.packet(), answers.packet()}
			var waits []time.Duration
			for b.Loop() {
				begin := time.Now()
				table.Add(nil, ps)
				waits = append(waits, time.Since(begin))
				time.Sleep(time.Millisecond)
			}
			close(stop)
			<-stopped
			slices.Sort(waits)
			b.ReportMetric(float64(waits[len(waits)/2].Microseconds()), "µs/median")
			b.ReportMetric(float64(waits[len(waits)*99/100].Microseconds()), "µs/p99")
			b.ReportMetric(float64(waits[len(waits)-1].Microseconds()), "µs/max")
		})
	}
}
