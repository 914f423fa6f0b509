package flowtable_test

import "icmpdump/capture/icmp"

var (
	toAll   = to(asks, groups4[0])
	target  = hosts6[1][:]
	solicit = message(mature, 6, 135, hosts6[0], groups6[0], 0, target...)
)

// after is s, so long after the first packet.
func after(d int64, s shot) shot { return at(s, mature+d) }

func router(d int64, from, to icmp.Addr) shot {
	return message(mature+d, 4, 9, from, to, 1<<24|2<<16|1800, 10, 0, 0, 1, 0, 0, 0, 0)
}

func soliciting(d int64, from icmp.Addr) shot {
	return message(mature+d, 4, 10, from, groups4[1], 0)
}

func listener(d int64, typ uint8, from, to icmp.Addr) shot {
	return message(mature+d, 6, typ, from, to, 0, make([]byte, 16)...)
}

// What is said of requests to a group, and of their replies.
var groupPairings = []pairing{
	{
		name:  "group: multicast, lost and then late",
		shots: []shot{toAll, answer(mature+11*sec, 1), to(ask(mature+12*sec, 2), groups4[0])},
		want:  []string{"8/1 req=1 pend=1", "8/1 req=1 lost=1 LOST", "0/1 rep=1 multi=1 rtt=11000ms MULTI LATE", "8/2 req=2 pend=1 late=1"},
	},
	{
		name:  "group: 255.255.255.255",
		only:  4,
		shots: []shot{to(asks, groups4[2]), answers},
		want:  []string{"8/1 req=1 pend=1", "0/1 rep=1 multi=1 rtt=12ms MULTI"},
	},
	{
		name:  "group: a subnet's broadcast address, in a frame that is broadcast on its link",
		only:  4,
		shots: []shot{with(to(asks, host9), func(s *shot) { s.group = true }), answers},
		want:  []string{"8/1 req=1 pend=1", "0/1 rep=1 multi=1 rtt=12ms MULTI"},
	},
	{
		name:  "group: that is answered by whom it asked",
		only:  4,
		shots: []shot{with(asks, func(s *shot) { s.group = true }), answers, from(answer(mature+13*ms, 1), hosts4[2])},
		want:  []string{"8/1 req=1 pend=1", "0/1 req=1 rep=1 rtt=12ms", "0/1 rep=1 multi=1 rtt=13ms MULTI"},
	},
	{
		name:  "group: a frame to a group asks none of IPv6",
		only:  6,
		shots: []shot{with(echo6, func(s *shot) { s.group = true }), from(answers.six(), hosts6[2])},
		want:  []string{"128/1 req=1 pend=1", "129/1 unsol=1 asked=fd00::2 UNSOL"},
	},
	{
		name:  "group: of several requests the newest gives the time, and all are answered",
		shots: []shot{toAll, after(4*ms, toAll), to(after(8*ms, toAll), groups4[1]), answers, to(ask(mature+ms, 2), groups4[0]), to(ask(mature+ms, 2), groups4[1])},
		want: []string{"8/1 req=1 pend=1", "8/1 req=2 pend=2", "8/1 req=1 pend=1", "0/1 rep=1 multi=1 rtt=4ms MULTI",
			"8/2 req=3 rep=2 pend=1", "8/2 req=2 rep=1 pend=1"},
	},
	{
		name:  "group: of several that are lost, one is late",
		shots: []shot{toAll, after(sec, toAll), answer(mature+12*sec, 1), to(ask(mature+13*sec, 2), groups4[0])},
		want: []string{"8/1 req=1 pend=1", "8/1 req=2 pend=2", "8/1 req=2 pend=1 lost=1 LOST", "8/1 req=2 lost=2 LOST",
			"0/1 rep=1 multi=1 rtt=11000ms MULTI LATE", "8/2 req=3 pend=1 lost=1 late=1"},
	},
	{
		name:  "group: a refused request is answered after all",
		shots: []shot{toAll, refusing(mature+ms, toAll), answers, to(ask(mature+sec, 2), groups4[0])},
		want:  []string{"8/1 req=1 pend=1", "11/0 err=1 rtt=1ms", "0/1 rep=1 multi=1 rtt=12ms MULTI", "8/2 req=2 rep=1 pend=1"},
	},
	{
		name:  "group: not of another requester, identifier, number or VLAN",
		shots: []shot{toAll, to(answers, hosts4[2]), word(answers, 78<<16|1), answer(mature+12*ms, 2), tagged(answers, 10), answers},
		want: []string{"8/1 req=1 pend=1", "0/1 unsol=1 UNSOL", "0/1 unsol=1 UNSOL", "0/2 unsol=1 UNSOL", "0/1 unsol=1 UNSOL",
			"0/1 rep=1 unsol=1 multi=1 rtt=12ms MULTI"},
	},
	{
		name:  "group: too late for anything",
		shots: []shot{toAll, answer(mature+60*sec, 1)},
		want:  []string{"8/1 req=1 pend=1", "8/1 req=1 lost=1 LOST", "0/1 unsol=1 UNSOL"},
	},
	{
		name:  "group: too late for anything, though others were in time",
		shots: []shot{toAll, to(ask(mature+5*sec, 2), groups4[0]), answer(mature+6*sec, 2), answer(mature+9*sec, 1), from(answer(mature+60*sec, 1), hosts4[2])},
		want: []string{"8/1 req=1 pend=1", "8/2 req=2 pend=2", "0/2 rep=1 multi=1 rtt=1000ms MULTI", "0/1 rep=2 multi=2 rtt=9000ms MULTI",
			"0/1 unsol=1 UNSOL"},
	},
	{
		name:  "group: of several that do not wait the newest gives the time",
		shots: []shot{toAll, to(after(4*ms, toAll), groups4[1]), refusing(mature+6*ms, to(toAll, groups4[1])), refusing(mature+8*ms, toAll), answers},
		want: []string{"8/1 req=1 pend=1", "8/1 req=1 pend=1", "11/0 err=1 rtt=2ms", "11/0 err=1 rtt=8ms",
			"0/1 rep=1 multi=1 rtt=8ms MULTI"},
	},
	{
		name:  "group: of a link, of which the address of who answers says nothing",
		shots: []shot{on(toAll, 1), on(answers, 1)},
		want:  []string{"8/1 req=1 pend=1", "0/1 rep=1 multi=1 rtt=12ms MULTI"},
	},
	{
		name:  "group: what one brings back is compared",
		shots: []shot{toAll, body(answers, make([]byte, 9)), body(from(answers, hosts4[2]), append(make([]byte, 23), 1))},
		want:  []string{"8/1 req=1 pend=1", "0/1 rep=1 multi=1 rtt=12ms MULTI TRUNC", "0/1 rep=1 multi=1 rtt=12ms MULTI DIFF"},
	},
	{
		name:  "group: a request to a host waits on beside it",
		shots: []shot{toAll, after(ms, asks), answers, answer(mature+13*ms, 1), to(ask(mature+sec, 2), groups4[0])},
		want: []string{"8/1 req=1 pend=1", "8/1 req=1 pend=1", "0/1 req=1 rep=1 rtt=11ms", "0/1 req=1 rep=1 dup=1 DUP",
			"8/2 req=2 pend=2"},
	},
}

// What is said of routers, neighbors and listeners.
var onLinkPairings = []pairing{
	{
		name:  "kind: router, to one host",
		shots: []shot{soliciting(0, hosts4[0]), soliciting(ms, hosts4[2]), router(2*ms, hosts4[1], hosts4[0]), soliciting(3*ms, hosts4[0]), soliciting(3*ms, hosts4[2])},
		want: []string{"10/0 req=1 pend=1", "10/0 req=1 pend=1", "9/0 rep=1 multi=1 rtt=2ms MULTI",
			"10/0 req=2 rep=1 pend=1", "10/0 req=2 pend=2"},
	},
	{
		name:  "kind: router, to all nodes",
		shots: []shot{soliciting(0, hosts4[0]), soliciting(ms, hosts4[2]), router(2*ms, hosts4[1], groups4[0]), router(2*ms, hosts4[1], groups4[0]), soliciting(11*sec, hosts4[0]), soliciting(11*sec, hosts4[2])},
		want: []string{"10/0 req=1 pend=1", "10/0 req=1 pend=1", "9/0 rep=1 multi=1 rtt=1ms MULTI", "9/0 n=1",
			"10/0 req=2 rep=1 pend=1", "10/0 req=2 rep=1 pend=1"},
	},
	{
		name:  "kind: router, on another link",
		shots: []shot{on(soliciting(0, hosts4[0]), 1), on(router(ms, hosts4[1], groups4[0]), 2), on(router(2*ms, hosts4[1], groups4[0]), 1)},
		want:  []string{"10/0 req=1 pend=1", "9/0 n=1", "9/0 rep=1 multi=1 rtt=2ms MULTI"},
	},
	{
		name: "kind: neighbor, and duplicate address detection, which hopes for silence",
		only: 6,
		shots: []shot{solicit, message(mature+ms, 6, 136, hosts6[1], hosts6[0], 0x6000_0000, target...),
			message(mature+2*ms, 6, 136, hosts6[1], groups6[0], 0x2000_0000, target...), from(solicit, icmp.Addr{})},
		want: []string{"135/0 req=1 pend=1", "136/0 req=1 rep=1 rtt=1ms", "136/0 n=1", "135/0 n=1"},
	},
	{
		name: "kind: neighbor, by target, whoever answers, and by interface",
		only: 6,
		shots: []shot{on(solicit, 1), on(message(mature+ms, 6, 136, hosts6[2], hosts6[0], 0x6000_0000, target...), 2),
			on(message(mature+2*ms, 6, 136, hosts6[2], hosts6[0], 0x6000_0000, target...), 1), on(body(solicit, hosts6[2][:]), 1)},
		want: []string{"135/0 req=1 pend=1", "136/0 unsol=1 UNSOL", "136/0 req=1 rep=1 rtt=2ms", "135/0 req=1 pend=1"},
	},
	{
		name:  "kind: neighbor, without an answer",
		only:  6,
		shots: []shot{solicit},
		until: mature + 10*sec,
		want:  []string{"135/0 req=1 pend=1", "135/0 req=1 lost=1 LOST"},
	},
	{
		name:  "what ends before its target is counted by type",
		only:  6,
		shots: []shot{with(solicit, func(s *shot) { s.cut = 4 }), solicit},
		want:  []string{"135/0 n=1", "135/0 req=1 pend=1"},
	},
	{
		name: "kind: listener, reports of both versions, and a listener done",
		only: 6,
		shots: []shot{listener(0, 130, hosts6[3], groups6[0]), listener(ms, 131, hosts6[4], groups6[0]), message(mature+2*ms, 6, 143, hosts6[3], groups6[1], 0),
			listener(3*ms, 132, hosts6[4], groups6[1]), listener(11*sec, 130, hosts6[3], groups6[0])},
		want: []string{"130/0 req=1 pend=1", "131/0 rep=1 multi=1 rtt=1ms MULTI", "143/0 rep=1 multi=1 rtt=2ms MULTI",
			"132/0 n=1", "130/0 req=2 rep=1 pend=1"},
	},
	{
		name:  "reply to all | it fits none: a listener report that nobody asked for",
		only:  6,
		shots: []shot{listener(0, 131, hosts6[4], groups6[0])},
		want:  []string{"131/0 n=1"},
	},
}
