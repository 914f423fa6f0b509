package flowtable_test

import "icmpdump/flowtable"

var bytes24 = make([]byte, 24)

// probe is an extended echo.
func probe(d int64, seq uint32) shot {
	return body(word(typed(after(d, asks), 42), 77<<16|seq<<8|1), nil)
}

// What is noted of replies.
var notePairings = []pairing{
	{
		name:  "note: OOO",
		shots: []shot{asks, ask(mature+ms, 2), ask(mature+2*ms, 3), answer(mature+3*ms, 2), answer(mature+4*ms, 3), answer(mature+5*ms, 1)},
		want: []string{"8/1 req=1 pend=1", "8/2 req=2 pend=2", "8/3 req=3 pend=3",
			"0/2 req=3 rep=1 pend=2 rtt=2ms", "0/3 req=3 rep=2 pend=1 rtt=2ms", "0/1 req=3 rep=3 ooo=1 rtt=5ms OOO"},
	},
	{
		name:  "note: OOO, of a late one",
		shots: []shot{asks, ask(mature+5*sec, 2), answer(mature+6*sec, 2), answer(mature+11*sec, 1)},
		want: []string{"8/1 req=1 pend=1", "8/2 req=2 pend=2", "0/2 req=2 rep=1 pend=1 rtt=1000ms",
			"8/1 req=2 rep=1 lost=1 LOST", "0/1 req=2 rep=1 late=1 ooo=1 rtt=11000ms LATE OOO"},
	},
	{
		name:  "note: not OOO where numbers wrap",
		shots: []shot{ask(mature, 65535), answer(mature+ms, 65535), ask(mature+sec, 0), answer(mature+sec+ms, 0)},
		want:  []string{"8/65535 req=1 pend=1", "0/65535 req=1 rep=1 rtt=1ms", "8/0 req=2 rep=1 pend=1", "0/0 req=2 rep=2 rtt=1ms"},
	},
	{
		name:  "note: OOO across the wrap",
		shots: []shot{ask(mature, 65535), ask(mature+ms, 0), answer(mature+2*ms, 0), answer(mature+3*ms, 65535)},
		want:  []string{"8/65535 req=1 pend=1", "8/0 req=2 pend=2", "0/0 req=2 rep=1 pend=1 rtt=1ms", "0/65535 req=2 rep=2 ooo=1 rtt=3ms OOO"},
	},
	{
		name:  "note: OOO of extended echo, across the wrap of 256",
		shots: []shot{probe(0, 255), probe(ms, 0), back(probe(2*ms, 0), 43), back(probe(3*ms, 255), 43)},
		want:  []string{"42/255 req=1 pend=1", "42/0 req=2 pend=2", "43/0 req=2 rep=1 pend=1 rtt=1ms", "43/255 req=2 rep=2 ooo=1 rtt=3ms OOO"},
	},
	{
		name:  "note: not OOO of a sender that begins again",
		shots: []shot{ask(mature, 9), answer(mature+ms, 9), ask(mature+sec, 1), answer(mature+sec+ms, 1), ask(mature+2*sec, 2), answer(mature+2*sec+ms, 2)},
		want: []string{"8/9 req=1 pend=1", "0/9 req=1 rep=1 rtt=1ms", "8/1 req=2 rep=1 pend=1", "0/1 req=2 rep=2 rtt=1ms",
			"8/2 req=3 rep=2 pend=1", "0/2 req=3 rep=3 rtt=1ms"},
	},
	{
		name:  "note: TRUNC and DIFF",
		shots: []shot{asks, body(answers, bytes24[:9]), ask(mature+sec, 2), body(answer(mature+sec, 2), append(bytes24[:23:23], 1))},
		want:  []string{"8/1 req=1 pend=1", "0/1 req=1 rep=1 rtt=12ms TRUNC", "8/2 req=2 rep=1 pend=1", "0/2 req=2 rep=2 rtt=0ms DIFF"},
	},
	{
		name: "note: DIFF of what is longer, or shorter and another from its beginning",
		shots: []shot{asks, body(answers, append(bytes24[:24:24], 0)), ask(mature+sec, 2), body(answer(mature+sec, 2), []byte{1, 0}),
			body(answer(mature+sec+ms, 2), nil)},
		want: []string{"8/1 req=1 pend=1", "0/1 req=1 rep=1 rtt=12ms DIFF", "8/2 req=2 rep=1 pend=1", "0/2 req=2 rep=2 rtt=0ms DIFF",
			"0/2 req=2 rep=2 dup=1 DUP TRUNC"},
	},
	{
		name: "note: what is compared is what was captured of both",
		shots: []shot{with(asks, func(s *shot) { s.cut = 4 }), body(answers, append(bytes24[:23:23], 1)),
			ask(mature+sec, 2), with(answer(mature+sec, 2), func(s *shot) { s.body, s.cut = append([]byte{1}, bytes24[:23]...), 20 })},
		want: []string{"8/1 req=1 pend=1", "0/1 req=1 rep=1 rtt=12ms", "8/2 req=2 rep=1 pend=1", "0/2 req=2 rep=2 rtt=0ms DIFF"},
	},
	{
		name:  "note: nothing is compared of fragments",
		only:  4,
		shots: []shot{asks, with(body(answers, bytes24[:8]), func(s *shot) { s.more = true })},
		want:  []string{"8/1 req=1 pend=1", "0/1 req=1 rep=1 rtt=12ms"},
	},
	{
		name:  "note: nothing is compared but of echo",
		shots: []shot{probe(0, 1), body(back(probe(ms, 1), 43), bytes24)},
		want:  []string{"42/1 req=1 pend=1", "43/1 req=1 rep=1 rtt=1ms"},
	},
	{
		name:  "note: CKSUM, and it is a request all the same",
		shots: []shot{with(asks, func(s *shot) { s.damaged = true }), answers},
		want:  []string{"8/1 req=1 pend=1 CKSUM", "0/1 req=1 rep=1 rtt=12ms"},
	},
	{
		name:  "note: MALFORMED, likewise",
		shots: []shot{body(probe(0, 1), bytes24[:12]), back(probe(ms, 1), 43)},
		want:  []string{"42/1 req=1 pend=1 MALFORMED", "43/1 req=1 rep=1 rtt=1ms"},
	},
}

const hour = 3600 * sec

// What is said where time is not what it should be.
var timePairings = []pairing{
	{
		name:  "time: a stamp before its request's gives no RTT",
		shots: []shot{asks, answer(mature-ms, 1)},
		want:  []string{"8/1 req=1 pend=1", "0/1 req=1 rep=1"},
	},
	{
		name:  "time: a request's times run from the newest packet before it, its RTT from its stamp",
		shots: []shot{asks, ask(mature-sec, 2), ask(mature+10*sec-1, 3), answer(mature+10*sec-1, 2), ask(mature+10*sec, 4)},
		want: []string{"8/1 req=1 pend=1", "8/2 req=2 pend=2", "8/3 req=3 pend=3", "0/2 req=3 rep=1 pend=2 rtt=10999ms",
			"8/1 req=3 rep=1 pend=1 lost=1 LOST", "8/4 req=4 rep=1 pend=2 lost=1"},
	},
	{
		name:  "time: jitter sets no clock",
		shots: []shot{asks, ask(mature+sec, 2), answer(mature+ms, 1), answer(mature+sec+ms, 2)},
		want:  []string{"8/1 req=1 pend=1", "8/2 req=2 pend=2", "0/1 req=2 rep=1 pend=1 rtt=1ms", "0/2 req=2 rep=2 rtt=1ms"},
	},
	{
		name:  "time: one stamp far behind, and one a second behind, set no clock",
		shots: []shot{asks, answer(mature-2*sec, 8), answer(mature-sec, 9), answers},
		want:  []string{"8/1 req=1 pend=1", "0/8 req=1 pend=1 unsol=1 UNSOL", "0/9 req=1 pend=1 unsol=2 UNSOL", "0/1 req=1 rep=1 unsol=2 rtt=12ms"},
	},
	{
		name:  "time: set back by an hour, it goes on, and no answer is lost but its RTT",
		shots: []shot{asks, answer(mature-hour, 9), answer(mature-hour+sec, 1), ask(mature-hour+sec, 2), answer(mature-hour+2*sec, 2)},
		want: []string{"8/1 req=1 pend=1", "0/9 req=1 pend=1 unsol=1 UNSOL", "0/1 req=1 rep=1 unsol=1",
			"8/2 req=2 rep=1 pend=1 unsol=1", "0/2 req=2 rep=2 unsol=1 rtt=1000ms"},
	},
	{
		name:  "time: set back by an hour, what waits is lost after what is left of its time",
		shots: []shot{asks, ask(mature+4*sec, 2), answer(mature-hour, 9), answer(mature-hour+sec, 9), answer(mature-hour+7*sec, 9)},
		want: []string{"8/1 req=1 pend=1", "8/2 req=2 pend=2", "0/9 req=2 pend=2 unsol=1 UNSOL", "0/9 req=2 pend=2 unsol=2 UNSOL",
			"8/1 req=2 pend=1 lost=1 unsol=2 LOST", "0/9 req=2 pend=1 lost=1 unsol=3 UNSOL"},
	},
	{
		name:  "time: set back further, the second begins anew",
		shots: []shot{asks, answer(mature-10*sec, 9), answer(mature-20*sec, 9), answer(mature-19*sec, 9), answer(mature-9*sec, 9)},
		want: []string{"8/1 req=1 pend=1", "0/9 req=1 pend=1 unsol=1 UNSOL", "0/9 req=1 pend=1 unsol=2 UNSOL", "0/9 req=1 pend=1 unsol=3 UNSOL",
			"8/1 req=1 lost=1 unsol=3 LOST", "0/9 req=1 lost=1 unsol=4 UNSOL"},
	},
	{
		name:  "time: two stamps far behind, with others between, set no clock",
		shots: []shot{asks, answer(mature-2*sec, 9), ask(mature+sec, 2), answer(mature-500*ms, 9), answer(mature+sec+ms, 1)},
		want: []string{"8/1 req=1 pend=1", "0/9 req=1 pend=1 unsol=1 UNSOL", "8/2 req=2 pend=2 unsol=1", "0/9 req=2 pend=2 unsol=2 UNSOL",
			"0/1 req=2 rep=1 pend=1 unsol=2 rtt=1001ms"},
	},
	{
		name:   "time: live, set forward by an hour, nothing is lost but an RTT",
		config: flowtable.Config{Live: true},
		shots:  []shot{asks, answer(mature+hour, 1)},
		until:  mature + 2*hour,
		want:   []string{"8/1 req=1 pend=1", "0/1 req=1 rep=1"},
	},
	{
		name:   "time: live, less than 5 s at once is a pause",
		config: flowtable.Config{Live: true},
		shots:  []shot{at(asks, base+sec), answer(base+6*sec-1, 1)},
		want:   []string{"8/1 req=1 pend=1", "0/1 req=1 rep=1 rtt=4999ms"},
	},
	{
		name:   "time: live, 5 s at once are a clock that was set",
		config: flowtable.Config{Live: true},
		shots:  []shot{at(asks, base+sec), answer(base+6*sec, 1)},
		want:   []string{"8/1 req=1 pend=1", "0/1 req=1 rep=1"},
	},
	{
		name:  "time: in a file, an hour is a pause",
		shots: []shot{asks, answer(mature+hour, 1)},
		want:  []string{"8/1 req=1 pend=1", "8/1 req=1 lost=1 LOST", "0/1 unsol=1 UNSOL"},
	},
	{
		name:  "time: a reply has none",
		shots: []shot{asks, untimed(answer(0, 1))},
		want:  []string{"8/1 req=1 pend=1", "0/1 req=1 rep=1"},
	},
	{
		name:  "time: a request has none",
		fresh: true,
		shots: []shot{untimed(ask(0, 1)), answer(mature, 1)},
		want:  []string{"8/1 req=1 pend=1", "0/1 req=1 rep=1"},
	},
	{
		name:  "time: one that is none, and far away, loses nothing",
		shots: []shot{asks, untimed(ask(1<<62, 2)), answer(mature+ms, 1), answer(mature+2*ms, 2)},
		want:  []string{"8/1 req=1 pend=1", "8/2 req=2 pend=2", "0/1 req=2 rep=1 pend=1 rtt=1ms", "0/2 req=2 rep=2"},
	},
	{
		name:  "time: a request that has none is lost like that before it",
		shots: []shot{asks, untimed(ask(0, 2)), ask(mature+11*sec, 3)},
		want: []string{"8/1 req=1 pend=1", "8/2 req=2 pend=2", "8/1 req=2 pend=1 lost=1 LOST", "8/2 req=2 lost=2 LOST",
			"8/3 req=3 pend=1 lost=2"},
	},
	{
		name:  "time: none at all",
		fresh: true,
		shots: []shot{untimed(ask(0, 1)), untimed(ask(0, 2)), untimed(answer(0, 1)), untimed(answer(0, 1))},
		want:  []string{"8/1 req=1 pend=1", "8/2 req=2 pend=2", "0/1 req=2 rep=1 pend=1", "0/1 req=2 rep=1 pend=1 dup=1 DUP"},
	},
}
