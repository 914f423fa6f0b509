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

// More flows than are looked at under one lock are all there, once.
func TestRowsOfMany(t *testing.T) {
	const flows = 20_000 // 2500 in each part
	table := pinged(flows)
	rows := table.Rows(nil, nil)
	seen := map[flowtable.Key]bool{}
	for i := range rows {
		seen[rows[i].Key] = true
	}
	if len(rows) != flows || len(seen) != flows {
		t.Errorf("%d rows of %d flows, want %d", len(rows), len(seen), flows)
	}
	if some := table.Rows(nil, func(c flowtable.Counts) bool { return c.Requests != 10 }); len(some) != 0 {
		t.Errorf("%d rows that nobody wanted", len(some))
	}
}

// Row is what Rows has of the same flow: of one that goes on, that is over, that had the same key before, of errors.
func TestRow(t *testing.T) {
	table := flowtable.New(flowtable.Config{MaxFlows: 4096, Recent: true})
	for _, s := range []shot{
		asks, answers, to(asks, host9), // over; the first begins again
		ask(mature+130*sec, 2), refusing(mature+130*sec, udp(4000<<16|53)), refusing(mature+130*sec, udp(4000<<16|54)), solicit,
	} {
		add(table, s)
	}
	rows := table.Rows(nil, nil)
	if len(rows) != 6 {
		t.Fatalf("%d rows, want 6", len(rows))
	}
	for i := range rows {
		want := &rows[i]
		if want.Key == pingKey && want.Status == flowtable.StatusTimedOut {
			continue // another one has its key now
		}
		if got, ok := table.Row(&want.Key, &want.Quoted); !ok || got != *want {
			t.Errorf("got %v, %+v, want %+v", ok, got, *want)
		}
	}
	for _, tt := range []struct {
		name string
		key  flowtable.Key
	}{
		{"another identifier", keyed(func(k *flowtable.Key) { k.ID++ })},
		{"errors about something else", flowtable.Key{Requester: hosts4[2], Responder: hosts4[0], Kind: flowtable.KindError, Version: 4, Type: 11}},
	} {
		if row, ok := table.Row(&tt.key, &icmp.Quote{}); ok {
			t.Errorf("%s: there is %+v", tt.name, row)
		}
	}
	table.Reset()
	if row, ok := table.Row(&pingKey, nil); !ok || row.Requests != 1 || row.Pending != 1 {
		t.Errorf("of one that waits there is %v, %+v after a reset", ok, row)
	}
	errors := flowtable.Key{Requester: hosts4[2], Responder: hosts4[0], Kind: flowtable.KindError, Version: 4, Type: 11}
	about := icmp.Quote{Src: hosts4[0], Dst: hosts4[1], Proto: 17, SrcPort: 4000, DstPort: 53, Level: icmp.QuotePorts}
	if row, ok := table.Row(&errors, &about); ok {
		t.Errorf("of errors there is %+v after a reset", row)
	}
}

// Changes says that something has changed, and nothing when nothing has.
func TestChanges(t *testing.T) {
	table := flowtable.New(flowtable.Config{MaxFlows: 64, NoLost: true})
	before := table.Changes()
	for _, tt := range []struct {
		name string
		do   func()
		want bool
	}{
		{"nothing", func() {}, false},
		{"a packet", func() { add(table, asks) }, true},
		{"no packet", func() { table.Add(nil, nil) }, false},
		{"time that goes on", func() { table.Advance(nil, mature+9*sec) }, false},
		{"a snapshot", func() { table.Rows(nil, nil); table.Totals(); table.Since() }, false},
		{"a loss", func() { table.Advance(nil, mature+11*sec) }, true},
		{"a reset", table.Reset, true},
		{"a flow that is over", func() { table.Advance(nil, mature+200*sec) }, true},
	} {
		tt.do()
		after := table.Changes()
		if got := after != before; got != tt.want {
			t.Errorf("%s: a change %v, want %v", tt.name, got, tt.want)
		}
		before = after
	}
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
