package flowtable_test

import (
	"icmpdump/capture/icmp"
	"icmpdump/flowtable"
)

var (
	asks    = ask(mature, 1)
	answers = answer(mature+12*ms, 1)
	host9   = icmp.AddrFrom4([4]byte{10, 0, 0, 9})
)

// What is said of any packet and of requests.
var packetPairings = []pairing{
	{
		name:  "any | the same packet: on another interface, and too late for that",
		shots: []shot{on(asks, 1), on(at(asks, mature+49*ms), 2), on(at(asks, mature+50*ms), 2)},
		want:  []string{"8/1 req=1 pend=1", "8/1 req=1 pend=1 SEEN", "8/1 req=2 pend=2"},
	},
	{
		name:  "any | the same packet: on its way out instead of in",
		shots: []shot{sent(asks, icmp.DirIn), sent(at(asks, mature+ms), icmp.DirOut)},
		want:  []string{"8/1 req=1 pend=1", "8/1 req=1 pend=1 SEEN"},
	},
	{
		name:  "any | the same packet: at the same place it is one more, however soon",
		shots: []shot{on(asks, 1), on(answers, 1), on(answers, 1)},
		want:  []string{"8/1 req=1 pend=1", "0/1 req=1 rep=1 rtt=12ms", "0/1 req=1 rep=1 dup=1 DUP"},
	},
	{
		name:  "any | the same packet: where it was seen is not known",
		shots: []shot{asks, asks, on(asks, 1), asks},
		want:  []string{"8/1 req=1 pend=1", "8/1 req=2 pend=2", "8/1 req=3 pend=3", "8/1 req=4 pend=4"},
	},
	{
		name:  "any | the same packet: at three places, both ways",
		shots: []shot{on(asks, 1), on(at(asks, mature+ms), 2), on(answers, 2), on(at(answers, mature+13*ms), 1), on(at(answers, mature+14*ms), 3)},
		want: []string{"8/1 req=1 pend=1", "8/1 req=1 pend=1 SEEN", "0/1 req=1 rep=1 rtt=12ms",
			"0/1 req=1 rep=1 SEEN", "0/1 req=1 rep=1 SEEN"},
	},
	{
		name: "any | the same packet: a duplicate, an error, a reply to nothing",
		shots: []shot{on(asks, 1), on(answers, 1), on(at(answers, mature+72*ms), 1), on(at(answers, mature+73*ms), 2),
			on(refusing(mature+80*ms, asks), 1), on(refusing(mature+81*ms, asks), 2), on(answer(mature+90*ms, 9), 1), on(answer(mature+91*ms, 9), 2)},
		want: []string{"8/1 req=1 pend=1", "0/1 req=1 rep=1 rtt=12ms", "0/1 req=1 rep=1 dup=1 DUP", "0/1 req=1 rep=1 dup=1 SEEN",
			"11/0 err=1", "11/0 err=1 SEEN", "0/9 req=1 rep=1 dup=1 unsol=1 UNSOL", "0/9 req=1 rep=1 dup=1 unsol=1 SEEN"},
	},
	{
		name:  "any | the same packet: a request, after its reply",
		shots: []shot{on(asks, 1), on(answers, 1), on(at(asks, mature+20*ms), 2)},
		want:  []string{"8/1 req=1 pend=1", "0/1 req=1 rep=1 rtt=12ms", "8/1 req=1 rep=1 SEEN"},
	},
	{
		name:  "any | the same packet: a reply does not answer the next request as well",
		shots: []shot{on(asks, 1), on(ask(mature+5*ms, 1), 1), on(answers, 1), on(at(answers, mature+13*ms), 2)},
		want:  []string{"8/1 req=1 pend=1", "8/1 req=2 pend=2", "0/1 req=2 rep=1 pend=1 rtt=12ms", "0/1 req=2 rep=1 pend=1 SEEN"},
	},
	{
		name:  "any | the same packet: not with another payload, or length",
		shots: []shot{on(asks, 1), on(body(asks, make([]byte, 23)), 2), on(body(asks, append(make([]byte, 23), 1)), 3)},
		want:  []string{"8/1 req=1 pend=1", "8/1 req=2 pend=2", "8/1 req=3 pend=3"},
	},
	{
		name:  "any | the same packet: not with another identification",
		only:  4,
		shots: []shot{on(asks, 1), on(with(asks, func(s *shot) { s.ipid = 9 }), 2)},
		want:  []string{"8/1 req=1 pend=1", "8/1 req=2 pend=2"},
	},
	{
		name:  "request |",
		shots: []shot{asks, ask(mature, 2)},
		want:  []string{"8/1 req=1 pend=1", "8/2 req=2 pend=2"},
	},
}

// What is said of replies, line by line.
var replyPairings = []pairing{
	{
		name:  "reply | its request waits",
		shots: []shot{asks, answers},
		want:  []string{"8/1 req=1 pend=1", "0/1 req=1 rep=1 rtt=12ms"},
	},
	{
		name:  "reply | its request waits; of several with one sequence number, the oldest",
		shots: []shot{asks, ask(mature+10*ms, 1), answer(mature+15*ms, 1), answer(mature+16*ms, 1), answer(mature+17*ms, 1)},
		want: []string{"8/1 req=1 pend=1", "8/1 req=2 pend=2", "0/1 req=2 rep=1 pend=1 rtt=15ms",
			"0/1 req=2 rep=2 rtt=6ms", "0/1 req=2 rep=2 dup=1 DUP"},
	},
	{
		name:  "reply | its request waits: until the last moment",
		shots: []shot{asks, answer(mature+10*sec-1, 1)},
		want:  []string{"8/1 req=1 pend=1", "0/1 req=1 rep=1 rtt=9999ms"},
	},
	{
		name:  "reply | its request waits: beside one of its number that is lost",
		shots: []shot{asks, ask(mature+9*sec, 1), answer(mature+11*sec, 1), answer(mature+12*sec, 1)},
		want: []string{"8/1 req=1 pend=1", "8/1 req=2 pend=2", "8/1 req=2 pend=1 lost=1 LOST",
			"0/1 req=2 rep=1 lost=1 rtt=2000ms", "0/1 req=2 rep=1 late=1 rtt=12000ms LATE"},
	},
	{
		name:  "reply | lost, and sent less than `--late` ago",
		shots: []shot{asks, answer(mature+10*sec, 1), answer(mature+16*sec, 1)},
		want:  []string{"8/1 req=1 pend=1", "8/1 req=1 lost=1 LOST", "0/1 req=1 late=1 rtt=10000ms LATE", "0/1 req=1 late=1 dup=1 DUP"},
	},
	{
		name:  "reply | lost, and sent less than `--late` ago: the last moment",
		shots: []shot{asks, answer(mature+60*sec-1, 1)},
		want:  []string{"8/1 req=1 pend=1", "8/1 req=1 lost=1 LOST", "0/1 req=1 late=1 rtt=59999ms LATE"},
	},
	{
		name:  "reply | lost, and sent less than `--late` ago: too late for anything",
		shots: []shot{asks, answer(mature+60*sec, 1)},
		want:  []string{"8/1 req=1 pend=1", "8/1 req=1 lost=1 LOST", "0/1 req=1 lost=1 unsol=1 UNSOL"},
	},
	{
		name:  "reply | lost, and sent less than `--late` ago; of several, the oldest",
		shots: []shot{asks, ask(mature+sec, 1), answer(mature+15*sec, 1), answer(mature+17*sec, 1), answer(mature+18*sec, 1)},
		want: []string{"8/1 req=1 pend=1", "8/1 req=2 pend=2", "8/1 req=2 pend=1 lost=1 LOST", "8/1 req=2 lost=2 LOST",
			"0/1 req=2 lost=1 late=1 rtt=15000ms LATE", "0/1 req=2 late=2 rtt=16000ms LATE", "0/1 req=2 late=2 dup=1 DUP"},
	},
	{
		name:   "reply | lost, and sent less than `--late` ago: which is no less than `--reply-timeout`",
		config: flowtable.Config{Late: 2 * sec},
		shots:  []shot{asks, answer(mature+10*sec-1, 1), ask(mature+20*sec, 2), answer(mature+30*sec, 2)},
		want: []string{"8/1 req=1 pend=1", "0/1 req=1 rep=1 rtt=9999ms", "8/2 req=2 rep=1 pend=1",
			"8/2 req=2 rep=1 lost=1 LOST", "0/2 req=2 rep=1 lost=1 unsol=1 UNSOL"},
	},
	{
		name:  "reply | the newest of its requests was answered already",
		shots: []shot{asks, answers, answer(mature+13*ms, 1), answer(mature+59*sec, 1), answer(mature+60*sec, 1)},
		want: []string{"8/1 req=1 pend=1", "0/1 req=1 rep=1 rtt=12ms", "0/1 req=1 rep=1 dup=1 DUP",
			"0/1 req=1 rep=1 dup=2 DUP", "0/1 req=1 rep=1 dup=2 unsol=1 UNSOL"},
	},
	{
		name:  "reply | the newest of its requests was answered already: until `--late` after its request, not after its answer",
		shots: []shot{asks, ask(mature+5*sec, 2), answer(mature+6*sec, 2), answer(mature+9*sec, 1), answer(mature+60*sec, 1), answer(mature+60*sec, 2)},
		want: []string{"8/1 req=1 pend=1", "8/2 req=2 pend=2", "0/2 req=2 rep=1 pend=1 rtt=1000ms", "0/1 req=2 rep=2 ooo=1 rtt=9000ms OOO",
			"0/1 req=2 rep=2 unsol=1 ooo=1 UNSOL", "0/2 req=2 rep=2 dup=1 unsol=1 ooo=1 DUP"},
	},
	{
		name: "reply | the newest of its requests was answered already: and one of its number, for which it is too late, was lost",
		shots: []shot{asks, ask(mature+5*sec, 2), answer(mature+6*sec, 2), ask(mature+20*sec, 1), answer(mature+21*sec, 1),
			answer(mature+60*sec, 1)},
		want: []string{"8/1 req=1 pend=1", "8/2 req=2 pend=2", "0/2 req=2 rep=1 pend=1 rtt=1000ms", "8/1 req=2 rep=1 lost=1 LOST",
			"8/1 req=3 rep=1 pend=1 lost=1", "0/1 req=3 rep=2 lost=1 rtt=1000ms", "0/1 req=3 rep=2 lost=1 dup=1 DUP"},
	},
	{
		name:  "reply | an error had closed the newest of its requests",
		shots: []shot{asks, refusing(mature+2*ms, asks), answers, answer(mature+13*ms, 1)},
		want:  []string{"8/1 req=1 pend=1", "11/0 err=1 rtt=2ms", "0/1 req=1 rep=1 rtt=12ms", "0/1 req=1 rep=1 dup=1 DUP"},
	},
	{
		name: "reply | it fits a request of the same requester to a group",
		shots: []shot{to(asks, groups4[0]), answers, from(answer(mature+13*ms, 1), hosts4[2]), answer(mature+14*ms, 1),
			to(ask(mature+11*sec, 2), groups4[0])},
		want: []string{"8/1 req=1 pend=1", "0/1 rep=1 multi=1 rtt=12ms MULTI", "0/1 rep=1 multi=1 rtt=13ms MULTI",
			"0/1 rep=1 dup=1 multi=1 DUP", "8/2 req=2 rep=1 pend=1"},
	},
	{
		name:   "reply | requests of its flow were forgotten",
		config: flowtable.Config{MaxFlows: 1}, // which has room for four
		shots: []shot{ask(mature, 0), asks, ask(mature, 2), ask(mature, 3), ask(mature, 4), ask(mature, 5),
			answer(mature+ms, 1), answer(mature+2*ms, 3), answer(mature+3*ms, 4), answer(mature+4*ms, 4)},
		want: []string{"8/0 req=1 pend=1", "8/1 req=2 pend=2", "8/2 req=3 pend=3", "8/3 req=4 pend=4", "8/4 req=5 pend=4 forgot=1", "8/5 req=6 pend=4 forgot=2",
			"0/1 req=6 rep=1 pend=3 forgot=2 rtt=1ms", "0/3 req=6 rep=2 pend=3 forgot=1", "0/4 req=6 rep=3 pend=3", "0/4 req=6 rep=3 pend=3 unsol=1 UNSOL"},
	},
	{
		name:   "reply | requests of its flow were forgotten: those that were settled go first, and count for nothing",
		config: flowtable.Config{MaxFlows: 1},
		shots:  []shot{asks, answers, ask(mature+sec, 2), ask(mature+sec, 3), ask(mature+sec, 4), ask(mature+sec, 5), answer(mature+sec, 1)},
		want: []string{"8/1 req=1 pend=1", "0/1 req=1 rep=1 rtt=12ms", "8/2 req=2 rep=1 pend=1", "8/3 req=3 rep=1 pend=2",
			"8/4 req=4 rep=1 pend=3", "8/5 req=5 rep=1 pend=4", "0/1 req=5 rep=1 pend=4 unsol=1 UNSOL"},
	},
	{
		name:  "reply | exactly one request that waits",
		shots: []shot{asks, from(answers, hosts4[2]), answers},
		want:  []string{"8/1 req=1 pend=1", "0/1 unsol=1 asked=10.0.0.2 UNSOL", "0/1 req=1 rep=1 rtt=12ms"},
	},
	{
		name:  "reply | exactly one request that waits: of two, neither",
		shots: []shot{asks, to(asks, hosts4[2]), from(answers, host9)},
		want:  []string{"8/1 req=1 pend=1", "8/1 req=1 pend=1", "0/1 unsol=1 UNSOL"},
	},
	{
		name:  "reply | exactly one request that waits: not with another number, nor answered",
		shots: []shot{asks, from(answer(mature+ms, 2), hosts4[2]), answers, from(answer(mature+13*ms, 1), hosts4[2])},
		want:  []string{"8/1 req=1 pend=1", "0/2 unsol=1 UNSOL", "0/1 req=1 rep=1 rtt=12ms", "0/1 unsol=2 UNSOL"},
	},
	{
		name:  "reply | exactly one request that waits: however early",
		fresh: true,
		shots: []shot{ask(base, 1), from(answer(base+ms, 1), hosts4[2])},
		want:  []string{"8/1 req=1 pend=1", "0/1 unsol=1 asked=10.0.0.2 UNSOL"},
	},
	{
		name:  "reply | nothing is known of it",
		shots: []shot{answers, asks, answer(mature+61*sec, 5)},
		want:  []string{"0/1 unsol=1 UNSOL", "8/1 req=1 pend=1 unsol=1", "8/1 req=1 lost=1 unsol=1 LOST", "0/5 req=1 lost=1 unsol=2 UNSOL"},
	},
	{
		name:  "reply | nothing is known of it: its request may be older than the capture",
		fresh: true,
		shots: []shot{answer(base, 5), answer(base+60*sec-1, 6), answer(base+60*sec, 7)},
		want:  []string{"0/5 UNSOL", "0/6 UNSOL", "0/7 unsol=1 UNSOL"},
	},
	{
		name:  "a capture that begins with a reply is not turned round",
		fresh: true,
		shots: []shot{answer(base, 1), ask(base+sec, 2), answer(base+sec+ms, 2)},
		want:  []string{"0/1 UNSOL", "8/2 req=1 pend=1", "0/2 req=1 rep=1 rtt=1ms"},
	},
}
