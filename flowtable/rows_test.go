package flowtable_test

import (
	"cmp"
	"reflect"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"icmpdump/capture/icmp"
	"icmpdump/flowtable"
)

var (
	pingKey  = flowtable.Key{Requester: hosts4[0], Responder: hosts4[1], ID: 77, Kind: flowtable.KindEcho, Version: 4}
	millisec = flowtable.RTT{Count: 1, Last: ms, Min: ms, Avg: ms, Max: ms, Sampled: 1, P50: ms, P95: ms, P99: ms}
	ttl64    = flowtable.TTL{Min: 64, Max: 64, Seen: true}
)

// keyed is pingKey, changed.
func keyed(change func(*flowtable.Key)) flowtable.Key {
	k := pingKey
	change(&k)
	return k
}

// pings are a hundred requests, one a second, of which the n-th takes n ms. Of the first ten
// all are of 52 bytes, of the others the request has 100 more. Three replies come a longer way.
func pings() (shots []shot) {
	for n := 1; n <= 100; n++ {
		now := mature + int64(n)*sec
		s := on(tagged(ask(now, n), 10), 3)
		r := on(tagged(answer(now+int64(n)*ms, n), 10), 3)
		if n > 10 {
			s.body = slices.Concat(s.body, make([]byte, 100))
		}
		if n >= 50 && n < 53 {
			r.ttl = 60
		}
		shots = append(shots, s, r)
	}
	return shots
}

// rowTests are what rows hold after a sequence, in the order of their beginning.
var rowTests = []struct {
	name   string
	config flowtable.Config
	shots  []shot
	until  int64
	want   []flowtable.Row
}{
	{
		name:   "a ping, a while after its end",
		config: flowtable.Config{Recent: true},
		shots:  pings(),
		until:  mature + 111*sec,
		want: []flowtable.Row{{
			Key: keyed(func(k *flowtable.Key) { k.VLAN = 10 }), Counts: flowtable.Counts{Requests: 100, Replies: 100},
			Forward: flowtable.Volume{Packets: 100, Bytes: 10*52 + 90*152}, Reverse: flowtable.Volume{Packets: 100, Bytes: 100 * 52},
			Start: mature + sec, End: mature + 100*sec + 100*ms, Iface: 3, LastSeq: 100, Status: flowtable.StatusIdle,
			RTT: flowtable.RTT{Count: 100, Last: 100 * ms, Min: ms, Avg: 50_500 * us, Max: 100 * ms, StdDev: 28_866_070,
				Sampled: 100, P50: 50 * ms, P95: 95 * ms, P99: 99 * ms},
			TTL: flowtable.TTL{Min: 60, Max: 64, Seen: true, Changes: 2}, Size: flowtable.Size{Min: 52, Max: 152},
			Recent: [flowtable.RecentLen]flowtable.Fate(slices.Repeat([]flowtable.Fate{flowtable.FateAnswered}, flowtable.RecentLen)),
		}},
	},
	{
		name: "all that can become of requests: what is late, a duplicate or of a clock that was set is in no figures",
		shots: []shot{
			ask(mature, 1), answer(mature+ms, 1), answer(mature+2*ms, 1), // a duplicate
			ask(mature+sec, 2), ask(mature+sec+ms, 3), answer(mature+sec+2*ms, 3), answer(mature+sec+3*ms, 2), // overtaken
			ask(mature+2*sec, 4), typed(refusing(mature+2*sec+9*ms, ask(0, 4)), 3),
			answer(mature+3*sec, 50),                   // to nothing
			ask(mature+4*sec, 5), ask(mature+4*sec, 6), // both lost
			ask(mature+5*sec, 7), answer(mature+5*sec-ms, 7), // before its request
			on(ask(mature+6*sec, 8), 1), on(ask(mature+6*sec+ms, 8), 2), on(answer(mature+6*sec+ms, 8), 2),
			answer(mature+15*sec, 5), // late, and overtaken
			ask(mature+16*sec, 9),
		},
		want: []flowtable.Row{{
			Key:     pingKey,
			Counts:  flowtable.Counts{Requests: 9, Replies: 5, Pending: 1, Lost: 1, Late: 1, Duplicates: 1, Unsolicited: 1, OutOfOrder: 2, Errors: 1},
			Forward: flowtable.Volume{Packets: 9, Bytes: 9 * 52}, Reverse: flowtable.Volume{Packets: 8, Bytes: 8 * 52},
			Start: mature, End: mature + 16*sec, Repeats: 1, Unknown: 1, LastSeq: 9,
			RTT: flowtable.RTT{Count: 4, Last: ms, Min: ms, Avg: 1500 * us, Max: 3 * ms, StdDev: 866_025,
				Sampled: 4, P50: ms, P95: 3 * ms, P99: 3 * ms},
			Refusal: flowtable.Refusal{By: hosts4[2], Type: 3}, TTL: ttl64, Size: flowtable.Size{Min: 52, Max: 52},
		}, {
			Key:     flowtable.Key{Requester: hosts4[2], Responder: hosts4[0], Kind: flowtable.KindError, Version: 4, Type: 3},
			Counts:  flowtable.Counts{Errors: 1},
			Quoted:  icmp.Quote{Src: hosts4[0], Dst: hosts4[1], Proto: 1, Type: 8, SrcPort: 77, Level: icmp.QuotePorts},
			Forward: flowtable.Volume{Packets: 1, Bytes: 56}, Start: mature + 2*sec + 9*ms, End: mature + 2*sec + 9*ms,
			Status: flowtable.StatusIdle, TTL: ttl64, Size: flowtable.Size{Min: 56, Max: 56},
		}},
	},
	{
		name: "the last error is kept",
		shots: []shot{asks, refusing(mature+ms, asks), ask(mature+2*ms, 2),
			with(typed(refusing(mature+3*ms, ask(0, 2)), 3), func(s *shot) { s.code, s.ttl = 1, 63 })},
		want: []flowtable.Row{{
			Key: pingKey, Counts: flowtable.Counts{Requests: 2, Errors: 2}, Forward: flowtable.Volume{Packets: 2, Bytes: 2 * 52},
			Start: mature, End: mature + 2*ms, LastSeq: 2, Refusal: flowtable.Refusal{By: hosts4[2], Type: 3, Code: 1},
			Size: flowtable.Size{Min: 52, Max: 52},
		}, {
			Key:     flowtable.Key{Requester: hosts4[2], Responder: hosts4[0], Kind: flowtable.KindError, Version: 4, Type: 11},
			Counts:  flowtable.Counts{Errors: 1},
			Quoted:  icmp.Quote{Src: hosts4[0], Dst: hosts4[1], Proto: 1, Type: 8, SrcPort: 77, Level: icmp.QuotePorts},
			Forward: flowtable.Volume{Packets: 1, Bytes: 56}, Start: mature + ms, End: mature + ms,
			TTL: ttl64, Size: flowtable.Size{Min: 56, Max: 56},
		}, {
			Key:     flowtable.Key{Requester: hosts4[2], Responder: hosts4[0], Kind: flowtable.KindError, Version: 4, Type: 3, Code: 1},
			Counts:  flowtable.Counts{Errors: 1},
			Quoted:  icmp.Quote{Src: hosts4[0], Dst: hosts4[1], Proto: 1, Type: 8, SrcPort: 77, Level: icmp.QuotePorts},
			Forward: flowtable.Volume{Packets: 1, Bytes: 56}, Start: mature + 3*ms, End: mature + 3*ms,
			TTL: flowtable.TTL{Min: 63, Max: 63, Seen: true}, Size: flowtable.Size{Min: 56, Max: 56},
		}},
	},
	{
		name:  "an error about a connection, and what is neither",
		shots: []shot{refusing(mature, udp(4000<<16|53)), typed(at(asks, mature+ms), 40), with(typed(at(asks, mature+2*ms), 40), func(s *shot) { s.ttl = 9 })},
		want: []flowtable.Row{{
			Key:     flowtable.Key{Requester: hosts4[2], Responder: hosts4[0], Kind: flowtable.KindError, Version: 4, Type: 11},
			Counts:  flowtable.Counts{Errors: 1},
			Quoted:  icmp.Quote{Src: hosts4[0], Dst: hosts4[1], Proto: 17, SrcPort: 4000, DstPort: 53, Level: icmp.QuotePorts},
			Forward: flowtable.Volume{Packets: 1, Bytes: 56}, Start: mature, End: mature, TTL: ttl64, Size: flowtable.Size{Min: 56, Max: 56},
		}, {
			Key:    flowtable.Key{Requester: hosts4[0], Responder: hosts4[1], Kind: flowtable.KindOther, Version: 4, Type: 40},
			Counts: flowtable.Counts{Packets: 2}, Forward: flowtable.Volume{Packets: 2, Bytes: 104}, Start: mature + ms, End: mature + 2*ms,
			TTL: flowtable.TTL{Min: 9, Max: 64, Seen: true, Changes: 1}, Size: flowtable.Size{Min: 52, Max: 52},
		}},
	},
	{
		name:  "a group, and one who answers, once",
		shots: []shot{toAll, at(answers, mature+ms)},
		want: []flowtable.Row{{
			Key: keyed(func(k *flowtable.Key) { k.Responder = groups4[0] }), Counts: flowtable.Counts{Requests: 1, Replies: 1},
			Forward: flowtable.Volume{Packets: 1, Bytes: 52}, Start: mature, End: mature, LastSeq: 1,
			Size: flowtable.Size{Min: 52, Max: 52},
		}, {
			Key: pingKey, Counts: flowtable.Counts{Replies: 1, Multi: 1}, Reverse: flowtable.Volume{Packets: 1, Bytes: 52},
			Start: mature + ms, End: mature + ms, LastSeq: 1, RTT: millisec, TTL: ttl64, Size: flowtable.Size{Min: 52, Max: 52},
		}},
	},
	{
		name:  "a link-local address, and an advertisement to all nodes",
		shots: []shot{on(to(answers, hosts4[3]), 2), on(message(mature+ms+12*ms, 6, 136, hosts6[1], groups6[0], 0x2000_0000, target...), 4)},
		want: []flowtable.Row{{
			Key:    keyed(func(k *flowtable.Key) { k.Requester, k.Scope = hosts4[3], 2 }),
			Counts: flowtable.Counts{Unsolicited: 1}, Reverse: flowtable.Volume{Packets: 1, Bytes: 52}, Start: mature + 12*ms, End: mature + 12*ms,
			Iface: 2, LastSeq: 1, TTL: ttl64, Size: flowtable.Size{Min: 52, Max: 52},
		}, {
			Key:    flowtable.Key{Requester: hosts6[1], Responder: groups6[0], Scope: 4, Kind: flowtable.KindOther, Version: 6, Type: 136},
			Counts: flowtable.Counts{Packets: 1}, Forward: flowtable.Volume{Packets: 1, Bytes: 64}, Start: mature + 13*ms, End: mature + 13*ms,
			Iface: 4, TTL: ttl64, Size: flowtable.Size{Min: 64, Max: 64},
		}},
	},
	{
		name:   "a flow that is over, and its next",
		shots:  []shot{asks, at(answers, mature+ms), ask(mature+ms+120*sec, 2), ask(mature+2*ms+120*sec, 3)},
		until:  mature + 3*ms + 120*sec,
		config: flowtable.Config{Ends: true},
		want: []flowtable.Row{{
			Key: pingKey, Counts: flowtable.Counts{Requests: 1, Replies: 1}, Forward: flowtable.Volume{Packets: 1, Bytes: 52}, Reverse: flowtable.Volume{Packets: 1, Bytes: 52},
			Start: mature, End: mature + ms, LastSeq: 1, RTT: millisec, Status: flowtable.StatusTimedOut, TTL: ttl64, Size: flowtable.Size{Min: 52, Max: 52},
		}, {
			Key: pingKey, Counts: flowtable.Counts{Requests: 2, Pending: 2}, Forward: flowtable.Volume{Packets: 2, Bytes: 104},
			Start: mature + ms + 120*sec, End: mature + 2*ms + 120*sec, LastSeq: 3, Size: flowtable.Size{Min: 52, Max: 52},
		}},
	},
	{
		name:   "more requests than there is room for",
		config: flowtable.Config{MaxFlows: 1, MaxRequests: 4},
		shots:  []shot{ask(mature, 1), ask(mature, 2), ask(mature, 3), ask(mature, 4), ask(mature, 5)},
		want: []flowtable.Row{{
			Key: pingKey, Counts: flowtable.Counts{Requests: 5, Pending: 4, Forgotten: 1}, Forward: flowtable.Volume{Packets: 5, Bytes: 5 * 52},
			Start: mature, End: mature, LastSeq: 5, Size: flowtable.Size{Min: 52, Max: 52},
		}},
	},
}

// Rows hold what docs/flows.md says, and each of their fields is in one of these.
func TestRows(t *testing.T) {
	has := map[string]bool{}
	for _, tt := range rowTests {
		t.Run(tt.name, func(t *testing.T) {
			tt.config.MaxFlows = cmp.Or(tt.config.MaxFlows, 64)
			table := flowtable.New(tt.config)
			if tt.config.MaxFlows > 1 {
				add(table, message(base, 6, 132, hosts6[0], hosts6[1], 0)) // the capture begins
			}
			for _, s := range tt.shots {
				add(table, s)
			}
			if tt.until != 0 {
				var e flowtable.Events
				advanceAll(table, &e, tt.until)
			}
			got := slices.DeleteFunc(table.Rows(nil, nil), func(r flowtable.Row) bool { return r.Start == base })
			slices.SortFunc(got, func(a, b flowtable.Row) int { return cmp.Compare(a.Start, b.Start) })
			want := slices.Clone(tt.want)
			for i := range min(len(want), len(got)) {
				sameRow(&want[i], &got[i])
			}
			if diff := gocmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
		for _, r := range tt.want {
			nonzero(reflect.ValueOf(r), "", has)
		}
	}
	every(reflect.TypeFor[flowtable.Row](), "", func(path string) {
		if !has[path] {
			t.Errorf("%s is zero in all of them", path)
		}
	})
}

// nonzero says of which fields v has a value.
func nonzero(v reflect.Value, path string, has map[string]bool) {
	if v.Kind() != reflect.Struct {
		has[path] = has[path] || !v.IsZero()
		return
	}
	for i := range v.NumField() {
		nonzero(v.Field(i), path+"."+v.Type().Field(i).Name, has)
	}
}

// every calls f with each field of a type.
func every(t reflect.Type, path string, f func(path string)) {
	if t.Kind() != reflect.Struct {
		f(path)
		return
	}
	for i := range t.NumField() {
		every(t.Field(i).Type, path+"."+t.Field(i).Name, f)
	}
}

// What was evicted is in one row, and the sums are of all.
func TestTotals(t *testing.T) {
	table := flowtable.New(flowtable.Config{MaxFlows: 2})
	for _, s := range []shot{
		on(asks, 1), on(asks, 2), on(answers, 1), ask(mature+sec, 2), // a flow that is answered
		typed(at(asks, mature+2*sec), 40), // one that is not, and makes room
		word(ask(mature+3*sec, 1), 78<<16|1), word(ask(mature+4*sec, 1), 79<<16|1),
		word(ask(mature+5*sec, 2), 79<<16|2), back(word(ask(mature+5*sec+ms, 2), 79<<16|2), 0), back(word(ask(mature+5*sec+2*ms, 1), 79<<16|1), 0),
		word(ask(mature+6*sec, 1), 80<<16|1), word(ask(mature+6*sec, 2), 80<<16|2), // and this one the first
	} {
		add(table, s)
	}
	got := table.Totals()
	want := &flowtable.Totals{
		Packets: 6, Repeats: 1, Echo: flowtable.Counts{Requests: 7, Replies: 3, Pending: 2, OutOfOrder: 1, Forgotten: 2},
		Evicted: flowtable.Evicted{
			Flows: 3, Forward: flowtable.Volume{Packets: 4, Bytes: 4 * 52}, Reverse: flowtable.Volume{Packets: 1, Bytes: 52}, Repeats: 1,
			Counts: flowtable.Counts{Requests: 3, Replies: 1, Forgotten: 2, Packets: 1},
		},
	}
	if diff := gocmp.Diff(want, got, cmpopts.IgnoreFields(flowtable.Totals{}, "RTT"), cmpopts.IgnoreUnexported(flowtable.Evicted{})); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if got.RTT.Count != 3 {
		t.Errorf("%d round-trip times, want 3", got.RTT.Count)
	}
	books(t, table.Rows(nil, nil), got, 12)
}

// A Lost event has what its flow's packets have: addresses, VLAN, interface, identifier.
func TestLostPacket(t *testing.T) {
	for _, vlan := range [][]uint16{{}, {10}, {100, 10}} {
		table := flowtable.New(flowtable.Config{MaxFlows: 64})
		s := on(tagged(ask(base, 3), vlan...), 7)
		add(table, s)
		var e flowtable.Events
		advanceAll(table, &e, base+10*sec)
		if len(e.All) != 1 {
			t.Fatalf("%d lost", len(e.All))
		}
		p := s.packet()
		want := icmp.Packet{Time: base + 10*sec, Src: p.Src, Dst: p.Dst, Version: 4, Iface: 7, Type: 8,
			Rest: p.Rest, Got: 8, Status: icmp.OK, VLAN: p.VLAN, Tags: p.Tags}
		if diff := gocmp.Diff(want, e.All[0].Packet, cmpopts.IgnoreUnexported(icmp.Packet{})); diff != "" {
			t.Errorf("VLAN %v: (-want +got)\n%s", vlan, diff)
		}
	}
}
