package flowtable

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"icmpdump/capture/icmp"
)

func TestPairing(t *testing.T) {
	asked, answered := ask(mature, 1), answer(mature+12*ms, 1)
	for _, tt := range []struct {
		name    string
		packets []icmp.Packet
		want    []string
	}{
		{
			"a request and its reply",
			[]icmp.Packet{asked, answered},
			[]string{"8/1 req=1 pend=1 last=1", "0/1 req=1 rep=1 last=1 rtt=12ms"},
		},
		{
			"three sequence numbers, answered in another order",
			[]icmp.Packet{ask(mature, 1), ask(mature+1*ms, 2), ask(mature+2*ms, 3),
				answer(mature+3*ms, 2), answer(mature+4*ms, 3), answer(mature+5*ms, 1)},
			[]string{"8/1 req=1 pend=1 last=1", "8/2 req=2 pend=2 last=2", "8/3 req=3 pend=3 last=3",
				"0/2 req=3 rep=1 pend=2 last=3 rtt=2ms", "0/3 req=3 rep=2 pend=1 last=3 rtt=2ms", "0/1 req=3 rep=3 last=3 rtt=5ms"},
		},
		{
			"sequence numbers wrap",
			[]icmp.Packet{ask(mature, 65535), answer(mature+ms, 65535), ask(mature+sec, 0), answer(mature+sec+ms, 0)},
			[]string{"8/65535 req=1 pend=1 last=65535", "0/65535 req=1 rep=1 last=65535 rtt=1ms",
				"8/0 req=2 rep=1 pend=1 last=0", "0/0 req=2 rep=2 last=0 rtt=1ms"},
		},
		{
			"a sequence number that is still pending: the oldest is answered first",
			[]icmp.Packet{ask(mature, 1), ask(mature+10*ms, 1), answer(mature+15*ms, 1), answer(mature+16*ms, 1)},
			[]string{"8/1 req=1 pend=1 last=1", "8/1 req=2 pend=2 last=1",
				"0/1 req=2 rep=1 pend=1 last=1 rtt=15ms", "0/1 req=2 rep=2 last=1 rtt=6ms"},
		},
		{
			"a duplicate is no reply and has no round-trip time",
			[]icmp.Packet{asked, answered, later(answered, ms)},
			[]string{"8/1 req=1 pend=1 last=1", "0/1 req=1 rep=1 last=1 rtt=12ms", "0/1 req=1 rep=1 dup=1 last=1 DUP"},
		},
		{
			"a reply to nothing, a minute into the capture",
			[]icmp.Packet{asked, answer(mature+61*sec, 5)},
			[]string{"8/1 req=1 pend=1 last=1", "8/1 sent 10000ms before req=1 lost=1 last=1 LOST", "0/5 req=1 lost=1 unsol=1 last=1 UNSOL"},
		},
		{
			"lost, and no packet of the flow was needed to know it",
			[]icmp.Packet{asked, query(mature+11*sec, 4, icmp.TypeEcho, 5, 6, 1, 1)},
			[]string{"8/1 req=1 pend=1 last=1", "8/1 sent 10000ms before req=1 lost=1 last=1 LOST", "8/1 req=1 pend=1 last=1"},
		},
		{
			"late",
			[]icmp.Packet{asked, answer(mature+15*sec, 1)},
			[]string{"8/1 req=1 pend=1 last=1", "8/1 sent 10000ms before req=1 lost=1 last=1 LOST", "0/1 req=1 late=1 last=1 rtt=15000ms LATE"},
		},
		{
			"late, twice",
			[]icmp.Packet{asked, answer(mature+15*sec, 1), answer(mature+16*sec, 1)},
			[]string{"8/1 req=1 pend=1 last=1", "8/1 sent 10000ms before req=1 lost=1 last=1 LOST",
				"0/1 req=1 late=1 last=1 rtt=15000ms LATE", "0/1 req=1 late=1 dup=1 last=1 DUP"},
		},
		{
			"too late for anything",
			[]icmp.Packet{asked, answer(mature+60*sec, 1)},
			[]string{"8/1 req=1 pend=1 last=1", "8/1 sent 10000ms before req=1 lost=1 last=1 LOST", "0/1 req=1 lost=1 unsol=1 last=1 UNSOL"},
		},
		{
			"in the last moment",
			[]icmp.Packet{asked, answer(mature+10*sec-1, 1)},
			[]string{"8/1 req=1 pend=1 last=1", "0/1 req=1 rep=1 last=1 rtt=9999ms"},
		},
		{
			"a clock that went back gives no round-trip time",
			[]icmp.Packet{asked, answer(mature-ms, 1)},
			[]string{"8/1 req=1 pend=1 last=1", "0/1 req=1 rep=1 last=1"},
		},
		{
			"an error answers the request it quotes: it is not lost, and not pending",
			[]icmp.Packet{asked, quoting(mature+2*ms, asked), ask(mature+20*sec, 2)},
			[]string{"8/1 req=1 pend=1 last=1", "11/0 err=1", "8/2 req=2 pend=1 err=1 last=2"},
		},
		{
			"an error that quotes what was answered changes nothing",
			[]icmp.Packet{asked, answered, quoting(mature+20*ms, asked), ask(mature+sec, 2)},
			[]string{"8/1 req=1 pend=1 last=1", "0/1 req=1 rep=1 last=1 rtt=12ms", "11/0 err=1", "8/2 req=2 rep=1 pend=1 last=2"},
		},
		{
			"a redirect comes with the datagram on its way: the request still waits",
			[]icmp.Packet{asked, with(quoting(mature+ms, asked), func(p *icmp.Packet) { p.Type = icmp.TypeRedirect }), answered},
			[]string{"8/1 req=1 pend=1 last=1", "5/0 err=1", "0/1 req=1 rep=1 last=1 rtt=12ms"},
		},
		{
			"a reply after all",
			[]icmp.Packet{asked, quoting(mature+2*ms, asked), answered, later(answered, ms)},
			[]string{"8/1 req=1 pend=1 last=1", "11/0 err=1", "0/1 req=1 rep=1 last=1 rtt=12ms", "0/1 req=1 rep=1 dup=1 last=1 DUP"},
		},
		{
			"copies of a duplicate, of an error and of a reply to nothing",
			[]icmp.Packet{on(asked, 1), on(answered, 1), on(later(answered, 60*ms), 1), on(later(answered, 61*ms), 2),
				on(quoting(mature+70*ms, asked), 1), on(later(quoting(mature+70*ms, asked), ms), 2),
				on(answer(mature+80*ms, 9), 1), on(later(answer(mature+80*ms, 9), ms), 2)},
			[]string{"8/1 req=1 pend=1 last=1", "0/1 req=1 rep=1 last=1 rtt=12ms", "0/1 req=1 rep=1 dup=1 last=1 DUP", "0/1 req=1 rep=1 dup=1 last=1 SEEN",
				"11/0 err=1", "11/0 err=1 SEEN", "0/9 req=1 rep=1 dup=1 unsol=1 last=1 UNSOL", "0/9 req=1 rep=1 dup=1 unsol=1 last=1 SEEN"},
		},
		{
			"the copy of a reply does not answer the next request with its sequence number",
			[]icmp.Packet{on(asked, 1), on(ask(mature+5*ms, 1), 1), on(answered, 1), on(later(answered, ms), 2)},
			[]string{"8/1 req=1 pend=1 last=1", "8/1 req=2 pend=2 last=1", "0/1 req=2 rep=1 pend=1 last=1 rtt=12ms", "0/1 req=2 rep=1 pend=1 last=1 SEEN"},
		},
		{
			"copies on another interface are no packets of their own",
			[]icmp.Packet{on(asked, 1), on(later(asked, ms), 2), on(answered, 2), on(later(answered, ms), 1), on(later(answered, 2*ms), 3)},
			[]string{"8/1 req=1 pend=1 last=1", "8/1 req=1 pend=1 last=1 SEEN", "0/1 req=1 rep=1 last=1 rtt=12ms",
				"0/1 req=1 rep=1 last=1 SEEN", "0/1 req=1 rep=1 last=1 SEEN"},
		},
		{
			"a copy of the request that comes after the reply",
			[]icmp.Packet{on(asked, 1), on(answered, 1), on(later(asked, 20*ms), 2)},
			[]string{"8/1 req=1 pend=1 last=1", "0/1 req=1 rep=1 last=1 rtt=12ms", "8/1 req=1 rep=1 last=1 SEEN"},
		},
		{
			"on the same interface it is a duplicate, however soon",
			[]icmp.Packet{on(asked, 1), on(answered, 1), on(answered, 1)},
			[]string{"8/1 req=1 pend=1 last=1", "0/1 req=1 rep=1 last=1 rtt=12ms", "0/1 req=1 rep=1 dup=1 last=1 DUP"},
		},
		{
			"on another interface, but too late for a copy",
			[]icmp.Packet{on(asked, 1), on(answered, 1), on(later(answered, 51*ms), 2)},
			[]string{"8/1 req=1 pend=1 last=1", "0/1 req=1 rep=1 last=1 rtt=12ms", "0/1 req=1 rep=1 dup=1 last=1 DUP"},
		},
		{
			"a checksum that is wrong is noted",
			[]icmp.Packet{with(asked, func(p *icmp.Packet) { p.Sum = icmp.SumBad })},
			[]string{"8/1 req=1 pend=1 last=1 CKSUM"},
		},
		{
			"what has no ICMP header is in no flow",
			[]icmp.Packet{{Time: mature, Version: 4, Src: host(1), Dst: host(2), Status: icmp.MalformedIPLength}},
			[]string{"0/0 MALFORMED"},
		},
		{
			"a request cut off before its sequence number is counted by type",
			[]icmp.Packet{with(asked, func(p *icmp.Packet) { p.Got = 6 })},
			[]string{"8/1 n=1"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			table := New(Config{MaxFlows: 64})
			table.Add(nil, []icmp.Packet{query(base, 4, icmp.TypeRouterSolicit, 8, 9, 0, 0)}) // the capture begins
			var got []string
			decoded := 1
			for _, p := range tt.packets {
				if p.Decoded() {
					decoded++
				}
				events := table.Add(nil, []icmp.Packet{p})
				for i := range events {
					got = append(got, describe(&events[i]))
				}
				if last := events[len(events)-1]; last.Packet != p {
					t.Errorf("the packet's event has %+v, want %+v", last.Packet, p)
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			balance(t, table, decoded)
		})
	}
}

// In the first minute of a capture, a reply's request may be older than the capture.
func TestReplyToWhatWasNotCaptured(t *testing.T) {
	table := New(Config{MaxFlows: 64})
	var got []string
	for _, p := range []icmp.Packet{answer(base, 5), answer(base+59*sec, 6), answer(base+60*sec, 7)} {
		events := table.Add(nil, []icmp.Packet{p})
		got = append(got, describe(&events[0]))
	}
	want := []string{"0/5 last=5 UNSOL", "0/6 last=6 UNSOL", "0/7 unsol=1 last=7 UNSOL"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// Requests with one sequence number are answered in the order of their sending, however many
// wait, and are lost in that order; the other flow beside them is not hidden by them.
func TestNamesakes(t *testing.T) {
	table := New(Config{})
	const n = 10_000
	var packets []icmp.Packet
	for i := range int64(n) {
		packets = append(packets, ask(base+i*1000, 1))
		if i >= 2500 { // a quarter stays behind
			packets = append(packets, answer(base+i*1000+500, 1))
		}
		packets = append(packets, query(base+i*1000, 4, icmp.TypeEcho, 7, 8, 5, uint16(i)), query(base+i*1000+700, 4, icmp.TypeEchoReply, 8, 7, 5, uint16(i)))
	}
	for _, e := range table.Add(nil, packets) {
		want := int64(700)
		if e.Packet.Dst == host(1) {
			want = 2500*1000 + 500
		}
		if e.HasRTT && e.RTT != want {
			t.Fatalf("%s in %d ns, want %d", describe(&e), e.RTT, want)
		}
	}
	lost := table.Advance(nil, base+20*sec)
	if len(lost) != 2500 {
		t.Errorf("%d lost, want 2500", len(lost))
	}
	for i, e := range lost {
		if want := base + int64(n-2500+i)*1000; e.Sent != want {
			t.Fatalf("lost %d was sent at %d, want %d", i, e.Sent-base, want-base)
		}
	}
	balance(t, table, len(packets))
}
