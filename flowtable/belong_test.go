package flowtable_test

import (
	"testing"

	"icmpdump/capture/icmp"
	"icmpdump/flowtable"
)

// Whose an event is, of each of the flows that are there.
func TestEventOf(t *testing.T) {
	var none icmp.Quote
	datagram := icmp.Quote{Src: hosts4[0], Dst: hosts4[1], Proto: 17, SrcPort: 4000, DstPort: 53, Level: icmp.QuotePorts}
	refused := icmp.Quote{Src: hosts4[0], Dst: hosts4[1], Proto: 1, Type: 8, SrcPort: 77, Level: icmp.QuotePorts}
	errors := flowtable.Key{Requester: hosts4[2], Responder: hosts4[0], Kind: flowtable.KindError, Version: 4, Type: 11}
	neighbor := flowtable.Key{Requester: hosts6[0], Responder: icmp.Addr(target[:16]), Kind: flowtable.KindNeighbor, Version: 6}
	flows := []struct {
		name   string
		key    flowtable.Key
		quoted icmp.Quote
	}{
		{"ping", pingKey, none},
		{"its errors", errors, refused},
		{"other errors", errors, datagram},
		{"group", keyed(func(k *flowtable.Key) { k.Responder = groups4[0] }), none},
		{"VLAN", keyed(func(k *flowtable.Key) { k.VLAN = 10 }), none},
		{"neighbor", neighbor, none},
		{"other", flowtable.Key{Requester: hosts4[0], Responder: hosts4[1], Kind: flowtable.KindOther, Version: 4, Type: 40}, none},
		{"no flow", flowtable.Key{}, none},
	}
	for _, tt := range []struct {
		name  string
		shots []shot
		until int64
		want  []string // of the last event
	}{
		{"a request", []shot{asks}, 0, []string{"ping"}},
		{"its reply", []shot{asks, answers}, 0, []string{"ping"}},
		{"a reply to nothing", []shot{answers}, 0, []string{"ping"}},
		{"a request that was lost", []shot{asks}, mature + 11*sec, []string{"ping"}},
		{"one in a VLAN that was lost", []shot{tagged(asks, 10)}, mature + 11*sec, []string{"VLAN"}},
		{"an error that quotes a request", []shot{asks, refusing(mature+ms, asks)}, 0, []string{"ping", "its errors"}},
		{"one that quotes what nobody knows of", []shot{refusing(mature+ms, asks)}, 0, []string{"ping", "its errors"}},
		{"one about a datagram", []shot{refusing(mature+ms, udp(4000<<16|53))}, 0, []string{"other errors"}},
		{"a request to a group", []shot{toAll}, 0, []string{"group"}},
		{"who answers it", []shot{toAll, answers}, 0, []string{"ping"}},
		{"a solicitation", []shot{solicit}, 0, []string{"neighbor"}},
		{"one that was lost", []shot{solicit}, mature + 11*sec, []string{"neighbor"}},
		{"what is neither", []shot{typed(asks, 40)}, 0, []string{"other"}},
		{"what has no header", []shot{with(asks, func(s *shot) { s.cut = 32 })}, 0, nil},
		{"a flow that is over", []shot{asks, answers}, mature + 200*sec, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			table := flowtable.New(flowtable.Config{MaxFlows: 64, Ends: true})
			var events flowtable.Events
			for _, s := range tt.shots {
				table.Add(&events, []icmp.Packet{s.packet()})
			}
			if tt.until != 0 {
				advanceAll(table, &events, tt.until)
			}
			e := &events.All[len(events.All)-1]
			want := map[string]bool{}
			for _, name := range tt.want {
				want[name] = true
			}
			for _, f := range flows {
				if got := e.Of(&f.key, &f.quoted); got != want[f.name] {
					t.Errorf("of %s: got %v, want %v", f.name, got, want[f.name])
				}
				if n := len(tt.want); n > 0 && f.name == tt.want[n-1] && e.Key() != f.key {
					t.Errorf("got the key %+v, want %+v", e.Key(), f.key)
				}
			}
			if len(tt.want) == 0 && e.Key() != (flowtable.Key{}) {
				t.Errorf("got the key %+v, want none", e.Key())
			}
		})
	}
}
