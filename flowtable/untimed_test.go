package flowtable

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"icmpdump/capture/icmp"
)

// A packet without a valid time is counted, pairs, and makes no round-trip time; it neither
// stops nor turns the clock.
func TestUntimedPackets(t *testing.T) {
	untimed := func(p icmp.Packet, time int64) icmp.Packet {
		p.Time = time
		p.Flags |= icmp.FlagUntimed
		return p
	}
	const farAway = int64(1) << 62 // in 2116
	for _, tt := range []struct {
		name    string
		packets []icmp.Packet
		want    []string
	}{
		{
			"the reply has none",
			[]icmp.Packet{ask(mature, 1), untimed(answer(0, 1), 0)},
			[]string{"8/1 req=1 pend=1 last=1", "0/1 req=1 rep=1 last=1"},
		},
		{
			"the request has none",
			[]icmp.Packet{untimed(ask(0, 1), 0), answer(mature, 1)},
			[]string{"8/1 req=1 pend=1 last=1", "0/1 req=1 rep=1 last=1"},
		},
		{
			"a time far away loses nothing",
			[]icmp.Packet{ask(mature, 1), untimed(ask(0, 2), farAway), answer(mature+ms, 1), answer(mature+2*ms, 2)},
			[]string{"8/1 req=1 pend=1 last=1", "8/2 req=2 pend=2 last=2", "0/1 req=2 rep=1 pend=1 last=2 rtt=1ms", "0/2 req=2 rep=2 last=2"},
		},
		{
			"one without an answer is lost like that before it",
			[]icmp.Packet{ask(mature, 1), untimed(ask(0, 2), 0), ask(mature+11*sec, 3)},
			[]string{"8/1 req=1 pend=1 last=1", "8/2 req=2 pend=2 last=2",
				"8/1 sent 10000ms before req=2 pend=1 lost=1 last=2 LOST", "8/2 sent 10000ms before req=2 lost=2 last=2 LOST",
				"8/3 req=3 pend=1 lost=2 last=3"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			table := New(Config{MaxFlows: 8})
			var got []string
			var times []int64
			for i := range tt.packets { // one by one: the clock is kept between two calls
				for _, e := range table.Add(nil, tt.packets[i:i+1]) {
					got = append(got, describe(&e))
					if !e.Lost {
						times = append(times, e.Packet.Time-tt.packets[i].Time)
					}
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if diff := cmp.Diff(make([]int64, len(tt.packets)), times); diff != "" {
				t.Errorf("an event's time is not its packet's:\n%s", diff)
			}
			balance(t, table, len(tt.packets))
		})
	}
}
