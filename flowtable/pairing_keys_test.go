package flowtable_test

import (
	"icmpdump/flowtable"
)

// What is said of errors.
var errorPairings = []pairing{
	{
		name:  "error | it says that the datagram went no further: time exceeded",
		shots: []shot{asks, refusing(mature+2*ms, asks), ask(mature+20*sec, 2)},
		want:  []string{"8/1 req=1 pend=1", "11/0 err=1 rtt=2ms", "8/2 req=2 pend=1 err=1"},
	},
	{
		name:  "error | it says that the datagram went no further: unreachable, parameter problem",
		shots: []shot{asks, typed(refusing(mature+2*ms, asks), 3), ask(mature+3*ms, 2), typed(refusing(mature+4*ms, ask(mature, 2)), 12), ask(mature+20*sec, 3)},
		want:  []string{"8/1 req=1 pend=1", "3/0 err=1 rtt=2ms", "8/2 req=2 pend=1 err=1", "12/0 err=1 rtt=1ms", "8/3 req=3 pend=1 err=2"},
	},
	{
		name:  "error | it says that the datagram went no further: packet too big",
		only:  6,
		shots: []shot{asks.six(), typed(refusing(mature+2*ms, asks).six(), 2), ask(mature+20*sec, 2).six()},
		want:  []string{"128/1 req=1 pend=1", "2/0 err=1 rtt=2ms", "128/2 req=2 pend=1 err=1"},
	},
	{
		name:  "error | it says that the datagram went no further, and quotes a request that waits: the oldest",
		shots: []shot{asks, ask(mature+ms, 1), refusing(mature+3*ms, asks), answers},
		want:  []string{"8/1 req=1 pend=1", "8/1 req=2 pend=2", "11/0 err=1 rtt=3ms", "0/1 req=2 rep=1 err=1 rtt=11ms"},
	},
	{
		name:  "error, anything else |: a redirect comes with the datagram on its way",
		shots: []shot{asks, typed(refusing(mature+2*ms, asks), 5), answers},
		want:  []string{"8/1 req=1 pend=1", "5/0 err=1", "0/1 req=1 rep=1 rtt=12ms"},
	},
	{
		name:  "error, anything else |: so may a source quench",
		only:  4,
		shots: []shot{asks, typed(refusing(mature+2*ms, asks), 4), answers},
		want:  []string{"8/1 req=1 pend=1", "4/0 err=1", "0/1 req=1 rep=1 rtt=12ms"},
	},
	{
		name:  "error, anything else |: about what was answered, or is lost, or was not seen",
		shots: []shot{asks, answers, refusing(mature+20*ms, asks), ask(mature+sec, 2), refusing(mature+12*sec, ask(mature, 2)), refusing(mature+12*sec, ask(mature, 3))},
		want: []string{"8/1 req=1 pend=1", "0/1 req=1 rep=1 rtt=12ms", "11/0 err=1", "8/2 req=2 rep=1 pend=1",
			"8/2 req=2 rep=1 lost=1 LOST", "11/0 err=2", "11/0 err=3"},
	},
	{
		name:  "error, anything else |: about a request in another VLAN, or a reply",
		shots: []shot{asks, tagged(refusing(mature+ms, asks), 10), refusing(mature+2*ms, answers)},
		want:  []string{"8/1 req=1 pend=1", "11/0 err=1", "11/0 err=1"},
	},
	{
		name:  "error, anything else |: about a reply, though whoever sent that asks the same",
		shots: []shot{asks, back(asks, 8), refusing(mature+2*ms, answers)},
		want:  []string{"8/1 req=1 pend=1", "8/1 req=1 pend=1", "11/0 err=1"},
	},
	{
		name:  "error, anything else |: about a capture that begins in the middle",
		fresh: true,
		shots: []shot{refusing(base, ask(base, 1)), ask(base+ms, 2)},
		want:  []string{"11/0 err=1", "8/2 req=1 pend=1"},
	},
}

// What is said of requests that get no answer.
var lossPairings = []pairing{
	{
		name:  "none | a request has waited for `--reply-timeout`",
		shots: []shot{asks, ask(mature+sec, 2)},
		until: mature + 11*sec - 1,
		want:  []string{"8/1 req=1 pend=1", "8/2 req=2 pend=2", "8/1 req=2 pend=1 lost=1 LOST"},
	},
	{
		name:  "none | a request has waited for `--reply-timeout`: in the order of time, whichever flow's, before the next packet",
		shots: []shot{asks, word(ask(mature+ms, 1), 78<<16|1), ask(mature+2*ms, 2), answer(mature+11*sec, 2)},
		want: []string{"8/1 req=1 pend=1", "8/1 req=1 pend=1", "8/2 req=2 pend=2",
			"8/1 req=2 pend=1 lost=1 LOST", "8/1 req=1 lost=1 LOST", "8/2 req=2 lost=2 LOST", "0/2 req=2 lost=1 late=1 rtt=10998ms LATE"},
	},
	{
		name:   "none | a request has waited for `--reply-timeout`: of two seconds",
		config: flowtable.Config{ReplyTimeout: 2 * sec},
		shots:  []shot{asks, answer(mature+2*sec, 1)},
		want:   []string{"8/1 req=1 pend=1", "8/1 req=1 lost=1 LOST", "0/1 req=1 late=1 rtt=2000ms LATE"},
	},
	{
		name:   "none | a request has waited for `--reply-timeout`: and nobody wants a line of it",
		config: flowtable.Config{NoLost: true},
		shots:  []shot{asks, ask(mature+11*sec, 2)},
		want:   []string{"8/1 req=1 pend=1", "8/2 req=2 pend=1 lost=1"},
	},
	{
		name:    "none | likewise, and the kernel dropped packets after the request",
		dropped: mature + sec,
		shots:   []shot{asks, ask(mature+2*sec, 2)},
		until:   mature + 12*sec,
		want:    []string{"8/1 req=1 pend=1", "8/2 req=2 pend=2", "8/1 req=2 pend=1 lost=1 LOST MAYBE", "8/2 req=2 lost=2 LOST"},
	},
	{
		name:   "one direction: what waits, waits for ever, and a reply to nothing has no note",
		config: flowtable.Config{OneWay: true},
		shots:  []shot{asks, answers, ask(mature+sec, 2), answer(mature+80*sec, 2), answer(mature+81*sec, 7), ask(mature+82*sec, 3)},
		until:  mature + 1000*sec,
		want: []string{"8/1 req=1 pend=1", "0/1 req=1 rep=1 rtt=12ms", "8/2 req=2 rep=1 pend=1", "0/2 req=2 rep=2 pend=1",
			"0/7 req=2 rep=3 pend=1", "8/3 req=3 rep=3 pend=2"},
	},
}

// query is the same sequence with any query of IPv4 that has sequence numbers.
func query(name string, only, request, reply uint8, payload int) pairing {
	const first, second = 7<<16 | 3<<8, 7<<16 | 4<<8
	s := body(asks, make([]byte, payload))
	return pairing{name: name, only: only, until: mature + 20*sec, shots: []shot{
		word(typed(s, request), first), word(back(at(s, mature+ms), reply), first), word(typed(at(s, mature+2*ms), request), second),
	}}
}

func (p pairing) says(want ...string) pairing {
	p.want = want
	return p
}

var echo6, nodeInfo = asks.six(), message(mature, 6, 139, hosts6[0], hosts6[1], 3<<16, 1, 2, 3, 4, 5, 6, 7, 8)

// The kinds of flows.
var kindPairings = []pairing{
	query("kind: echo", 0, 8, 0, 24).says("8/768 req=1 pend=1", "0/768 req=1 rep=1 rtt=1ms", "8/1024 req=2 rep=1 pend=1", "8/1024 req=2 rep=1 lost=1 LOST"),
	query("kind: timestamp", 4, 13, 14, 12).says("13/768 req=1 pend=1", "14/768 req=1 rep=1 rtt=1ms", "13/1024 req=2 rep=1 pend=1", "13/1024 req=2 rep=1 lost=1 LOST"),
	query("kind: information", 4, 15, 16, 0).says("15/768 req=1 pend=1", "16/768 req=1 rep=1 rtt=1ms", "15/1024 req=2 rep=1 pend=1", "15/1024 req=2 rep=1 lost=1 LOST"),
	query("kind: mask", 4, 17, 18, 4).says("17/768 req=1 pend=1", "18/768 req=1 rep=1 rtt=1ms", "17/1024 req=2 rep=1 pend=1", "17/1024 req=2 rep=1 lost=1 LOST"),
	query("kind: extended echo, whose sequence numbers have 8 bits", 0, 42, 43, 0).
		says("42/3 req=1 pend=1", "43/3 req=1 rep=1 rtt=1ms", "42/4 req=2 rep=1 pend=1", "42/4 req=2 rep=1 lost=1 LOST"),
	{
		name: "kind: home agent, which is anycast",
		only: 6,
		shots: []shot{message(mature, 6, 144, hosts6[0], hosts6[1], 5<<16), message(mature+ms, 6, 145, hosts6[2], hosts6[0], 5<<16),
			message(mature+2*ms, 6, 145, hosts6[2], hosts6[0], 6<<16)},
		want: []string{"144/0 req=1 pend=1", "145/0 rep=1 multi=1 rtt=1ms MULTI", "145/0 unsol=1 UNSOL"},
	},
	{
		name: "kind: mobile prefix",
		only: 6,
		shots: []shot{message(mature, 6, 146, hosts6[0], hosts6[1], 5<<16), message(mature+ms, 6, 147, hosts6[1], hosts6[0], 5<<16),
			message(mature+2*ms, 6, 147, hosts6[1], hosts6[0], 5<<16)},
		want: []string{"146/0 req=1 pend=1", "147/0 req=1 rep=1 rtt=1ms", "147/0 req=1 rep=1 dup=1 DUP"},
	},
	{
		name:  "kind: node information, by nonce",
		only:  6,
		shots: []shot{nodeInfo, at(back(with(nodeInfo, func(s *shot) { s.body = []byte{1, 2, 3, 4, 5, 6, 7, 9} }), 140), mature+ms), at(back(nodeInfo, 140), mature+2*ms)},
		want:  []string{"139/0 req=1 pend=1", "140/0 req=1 pend=1 unsol=1 UNSOL", "140/0 req=1 rep=1 unsol=1 rtt=2ms"},
	},
	{
		name:  "kind: other, by type and code",
		shots: []shot{typed(asks, 40), typed(asks, 40), with(typed(asks, 40), func(s *shot) { s.code = 1 }), typed(answers, 40)},
		want:  []string{"40/0 n=1", "40/0 n=2", "40/0 n=1", "40/0 n=1"},
	},
	{
		name:  "what ends before its pair could be found is counted by type",
		shots: []shot{with(asks, func(s *shot) { s.cut = 26 }), asks},
		want:  []string{"8/0 n=1", "8/1 req=1 pend=1"},
	},
	{
		name:  "node information that ends before its nonce is counted by type",
		only:  6,
		shots: []shot{body(nodeInfo, nil), nodeInfo},
		want:  []string{"139/0 n=1", "139/0 req=1 pend=1"},
	},
	{
		name:  "what has no ICMP header is in no flow",
		shots: []shot{with(asks, func(s *shot) { s.cut = 31 }), asks},
		want:  []string{"8/0", "8/1 req=1 pend=1"},
	},
}

// vary is two requests of which the second is a little different.
func vary(name string, second shot, same bool) pairing {
	p := pairing{name: "key: " + name, only: second.version % 4, shots: []shot{asks, second}, want: []string{"8/1 req=1 pend=1", "8/1 req=1 pend=1"}}
	if same {
		p.want[1] = "8/1 req=2 pend=2"
	}
	return p
}

// about is two errors that quote.
func about(name string, first, second shot, same bool) pairing {
	p := pairing{name: "key: errors, " + name, shots: []shot{refusing(mature, first), refusing(mature, second)}, want: []string{"11/0 err=1", "11/0 err=1"}}
	if same {
		p.want[1] = "11/0 err=2"
	}
	return p
}

func udp(ports uint32) shot { return with(asks, func(s *shot) { s.udp = ports }) }

// How packets are told apart, or not.
var keyPairings = []pairing{
	vary("another identifier", word(asks, 78<<16|1), false),
	vary("another requester", from(asks, hosts4[2]), false),
	vary("another responder", to(asks, hosts4[2]), false),
	vary("another VLAN", tagged(asks, 10), false),
	vary("a priority tag is no VLAN", tagged(asks, 5<<13), true),
	vary("another interface", on(asks, 2), true),
	{
		name:  "key: two hosts ping each other with one identifier",
		shots: []shot{asks, back(asks, 8), answers, back(answers, 0)},
		want:  []string{"8/1 req=1 pend=1", "8/1 req=1 pend=1", "0/1 req=1 rep=1 rtt=12ms", "0/1 req=1 rep=1 rtt=12ms"},
	},
	{
		name:  "key: of two tags both count, priorities do not",
		shots: []shot{tagged(asks, 100, 10), tagged(asks, 100, 11), tagged(asks, 101, 10), tagged(asks, 100|7<<13, 10|5<<13), tagged(answers, 100, 11)},
		want:  []string{"8/1 req=1 pend=1", "8/1 req=1 pend=1", "8/1 req=1 pend=1", "8/1 req=2 pend=2", "0/1 req=1 rep=1 rtt=12ms"},
	},
	{
		name:  "key: a link-local address, by interface",
		shots: []shot{on(from(asks, hosts4[3]), 1), on(from(ask(mature, 2), hosts4[3]), 2), on(to(answers, hosts4[3]), 2), on(to(answers, hosts4[3]), 1)},
		want:  []string{"8/1 req=1 pend=1", "8/2 req=1 pend=1", "0/1 req=1 pend=1 unsol=1 UNSOL", "0/1 req=1 rep=1 rtt=12ms"},
	},
	{
		name:  "key: both families",
		only:  6,
		shots: []shot{asks, echo6, answers},
		want:  []string{"8/1 req=1 pend=1", "128/1 req=1 pend=1", "0/1 req=1 rep=1 rtt=12ms"},
	},
	{
		name:  "key: an error is no echo whose identifier looks like its type and code",
		shots: []shot{word(asks, 3<<24|1<<16), with(typed(back(refusing(mature, answers), 3), 3), func(s *shot) { s.src, s.dst, s.code = asks.src, asks.dst, 1 })},
		want:  []string{"8/0 req=1 pend=1", "3/0 err=1"},
	},
	{
		name:  "key: errors, by type and code",
		shots: []shot{refusing(mature, asks), with(refusing(mature, asks), func(s *shot) { s.code = 1 }), typed(refusing(mature, asks), 3), refusing(mature, asks)},
		want:  []string{"11/0 err=1", "11/0 err=1", "3/0 err=1", "11/0 err=2"},
	},
	about("of another sequence number", asks, ask(mature, 2), true),
	about("of another identifier", asks, word(asks, 78<<16|1), false),
	about("of another destination", asks, to(asks, hosts4[2]), false),
	about("of another protocol", asks, udp(77<<16), false),
	about("of the same ports", udp(4000<<16|53), udp(4000<<16|53), true),
	about("of another source port", udp(4000<<16|53), udp(4001<<16|53), false),
	about("of another destination port", udp(4000<<16|53), udp(4000<<16|54), false),
	{
		name: "seq and id are used again: in time, when it is answered, when it is too late, when the flow is over",
		shots: []shot{asks, answers, ask(mature+sec, 1), answer(mature+sec+ms, 1), ask(mature+70*sec, 1), answer(mature+131*sec, 1),
			ask(mature+251*sec, 1), answer(mature+251*sec+ms, 1)},
		want: []string{"8/1 req=1 pend=1", "0/1 req=1 rep=1 rtt=12ms", "8/1 req=2 rep=1 pend=1", "0/1 req=2 rep=2 rtt=1ms", "8/1 req=3 rep=2 pend=1",
			"8/1 req=3 rep=2 lost=1 LOST", "0/1 req=3 rep=2 lost=1 unsol=1 UNSOL", "8/1 req=1 pend=1", "0/1 req=1 rep=1 rtt=1ms"},
	},
	{
		name:   "flow-idle: a flow that is over begins anew",
		config: flowtable.Config{Ends: true},
		shots:  []shot{asks, answers, ask(mature+132*sec, 2), answer(mature+132*sec+ms, 1)},
		want:   []string{"8/1 req=1 pend=1", "0/1 req=1 rep=1 rtt=12ms", "over", "over", "8/2 req=1 pend=1", "0/1 req=1 pend=1 unsol=1 UNSOL"},
	},
	{
		name:   "flow-idle: is no less than late",
		config: flowtable.Config{Idle: sec, Ends: true},
		fresh:  true,
		shots:  []shot{asks, answers, answer(mature+59*sec, 1)},
		until:  mature + 119*sec,
		want:   []string{"8/1 req=1 pend=1", "0/1 req=1 rep=1 rtt=12ms", "0/1 req=1 rep=1 dup=1 DUP", "over"},
	},
	{
		name:   "flow-idle: the last moment",
		config: flowtable.Config{Ends: true},
		shots:  []shot{asks, answers, ask(mature+12*ms+120*sec-1, 2)},
		until:  mature + 12*ms + 240*sec - 1,
		want:   []string{"8/1 req=1 pend=1", "0/1 req=1 rep=1 rtt=12ms", "over", "8/2 req=2 rep=1 pend=1", "8/2 req=2 rep=1 lost=1 LOST", "over"},
	},
}
