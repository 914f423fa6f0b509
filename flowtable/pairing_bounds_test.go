package flowtable_test

import "icmpdump/flowtable"

// asking is an echo request of a flow by its identifier, a number of ms after the first packet.
func asking(d int64, id, seq uint32) shot { return word(after(d*ms, asks), id<<16|seq) }

// Which flow makes room for another. Who is left goes on to count.
var boundPairings = []pairing{
	{
		name:   "bounds: a flow that is over makes room before all others",
		fresh:  true,
		config: flowtable.Config{MaxFlows: 2},
		shots:  []shot{asks, answers, asking(130_000, 1, 1), asking(130_001, 2, 1), asking(130_002, 1, 2)},
		want:   []string{"8/1 req=1 pend=1", "0/1 req=1 rep=1 rtt=12ms", "8/1 req=1 pend=1", "8/1 req=1 pend=1", "8/2 req=2 pend=2"},
	},
	{
		name:   "bounds: then one of a single packet, the oldest",
		fresh:  true,
		config: flowtable.Config{MaxFlows: 3},
		shots:  []shot{asks, ask(mature, 2), asking(1, 1, 1), asking(2, 2, 1), asking(3, 3, 1), asking(4, 2, 2), ask(mature+5*ms, 3)},
		want: []string{"8/1 req=1 pend=1", "8/2 req=2 pend=2", "8/1 req=1 pend=1", "8/1 req=1 pend=1", "8/1 req=1 pend=1",
			"8/2 req=2 pend=2", "8/3 req=3 pend=3"},
	},
	{
		name:   "bounds: then the least recently used that is not active, even if it was answered",
		fresh:  true,
		config: flowtable.Config{MaxFlows: 2},
		shots:  []shot{asks, answers, asking(10_011, 1, 1), asking(10_011, 1, 2), asking(10_012, 2, 1), asking(10_013, 1, 3)},
		want: []string{"8/1 req=1 pend=1", "0/1 req=1 rep=1 rtt=12ms", "8/1 req=1 pend=1", "8/2 req=2 pend=2", "8/1 req=1 pend=1",
			"8/3 req=3 pend=3"},
	},
	{
		name:   "bounds: of two that are not active, the one that was used least recently",
		fresh:  true,
		config: flowtable.Config{MaxFlows: 2, NoLost: true},
		shots:  []shot{asks, answers, asking(1000, 1, 1), asking(1001, 1, 2), asking(20_000, 2, 1), asking(20_001, 1, 3)},
		want: []string{"8/1 req=1 pend=1", "0/1 req=1 rep=1 rtt=12ms", "8/1 req=1 pend=1", "8/2 req=2 pend=2", "8/1 req=1 pend=1",
			"8/3 req=3 pend=1 lost=2"},
	},
	{
		name:   "bounds: then the oldest of those with a request and its reply, even if others are silent",
		fresh:  true,
		config: flowtable.Config{MaxFlows: 3},
		shots: []shot{asks, answers, ask(mature+13*ms, 2), answer(mature+14*ms, 2), // busy, and the oldest
			asking(15, 1, 1), back(asking(16, 1, 1), 0), asking(17, 2, 1), asking(18, 2, 2), // one reply; none
			asking(19, 3, 1), back(asking(20, 3, 1), 0), // in the place of 1
			asking(21, 4, 1), // in the place of 3
			asking(22, 3, 2), ask(mature+23*ms, 3), asking(24, 1, 2)},
		want: []string{"8/1 req=1 pend=1", "0/1 req=1 rep=1 rtt=12ms", "8/2 req=2 rep=1 pend=1", "0/2 req=2 rep=2 rtt=1ms",
			"8/1 req=1 pend=1", "0/1 req=1 rep=1 rtt=1ms", "8/1 req=1 pend=1", "8/2 req=2 pend=2",
			"8/1 req=1 pend=1", "0/1 req=1 rep=1 rtt=1ms", "8/1 req=1 pend=1",
			"8/2 req=1 pend=1", "8/3 req=3 rep=2 pend=1", "8/2 req=1 pend=1"},
	},
	{
		name:   "bounds: then one without a reply",
		fresh:  true,
		config: flowtable.Config{MaxFlows: 2},
		shots: []shot{asks, answers, ask(mature+13*ms, 2), asking(14, 1, 1), asking(15, 1, 2),
			asking(16, 2, 1), // in the place of 1
			ask(mature+17*ms, 3), asking(18, 1, 3)},
		want: []string{"8/1 req=1 pend=1", "0/1 req=1 rep=1 rtt=12ms", "8/2 req=2 rep=1 pend=1", "8/1 req=1 pend=1", "8/2 req=2 pend=2",
			"8/1 req=1 pend=1", "8/3 req=3 rep=1 pend=2", "8/3 req=1 pend=1"},
	},
	{
		name:   "bounds: a flow that was evicted is not known",
		fresh:  true,
		config: flowtable.Config{MaxFlows: 1},
		shots:  []shot{asks, asking(1, 1, 1), answers},
		want:   []string{"8/1 req=1 pend=1", "8/1 req=1 pend=1", "0/1 UNSOL"},
	},
	{
		name:   "bounds: if all requests wait, the newest of the flow that waits for most are forgotten",
		fresh:  true,
		config: flowtable.Config{MaxFlows: 2},
		shots: []shot{asking(0, 1, 1), ask(mature, 1), ask(mature, 2), ask(mature, 3), ask(mature, 4), ask(mature, 5), ask(mature, 6), ask(mature, 7),
			asking(1, 1, 2), answer(mature+2*ms, 2), back(asking(3, 1, 1), 0), answer(mature+4*ms, 6)},
		want: []string{"8/1 req=1 pend=1", "8/1 req=1 pend=1", "8/2 req=2 pend=2", "8/3 req=3 pend=3", "8/4 req=4 pend=4", "8/5 req=5 pend=5",
			"8/6 req=6 pend=6", "8/7 req=7 pend=7", "8/2 req=2 pend=2", "0/2 req=7 rep=1 pend=4 forgot=2 rtt=2ms", "0/1 req=2 rep=1 pend=1 rtt=3ms",
			"0/6 req=7 rep=2 pend=4 forgot=1"},
	},
}
