package render

import (
	"encoding/json"
	"strings"
	"testing"

	"icmpdump/capture/icmp"
	"icmpdump/flowtable"
)

func TestLostJSON(t *testing.T) {
	e := &events[len(events)-1].event
	got := string(NewJSON(Options{Iface: ifaceName}).Append(nil, e, icmp.Frame{}))
	want := `{"schema":1,"event":"lost","time":"2026-11-21T12:00:10.123456789Z","sent":"2026-11-21T12:00:00.123456789Z","interface":"a\"b\\x1b","vlan":[10],"ip_version":4,"src":"10.0.0.5","dst":"198.51.100.7","proto":"icmp","type":8,"code":0,"type_code":"EchoRequest","type_name":"Echo","id":4660,"seq":13,"flow":{"icmp_request_count":22,"icmp_reply_count":21,"icmp_last_seq":22,"pending":0,"lost":1,"late":0,"duplicates":0,"unsolicited":0,"out_of_order":0,"errors":0,"multi":0,"forgotten":0},"notes":["DUP","LOST"]}` + "\n"
	if got != want {
		t.Errorf("got  %swant %s", got, want)
	}
}

// A request of each kind that got no answer is called what tcpdump calls it.
func TestTimeouts(t *testing.T) {
	solicit := with(packet6(135, 0, 0), func(p *icmp.Packet) {
		p.Quote = icmp.Quote{Dst: v6("fe80::1"), Level: icmp.QuoteHeader}
	})
	for _, tt := range []struct {
		kind flowtable.Kind
		p    icmp.Packet
		line string // from the message on
		json string
	}{
		{flowtable.KindEcho, packet(8, 0, 7<<16|9), "ICMP echo timeout, id 7, seq 9", `"type_name":"Echo","id":7,"seq":9,"flow"`},
		{flowtable.KindExtendedEcho, packet6(160, 0, 7<<16|9<<8), "ICMP6, extended echo timeout, id 7, seq 9", `"id":7,"seq":9,"flow"`},
		{flowtable.KindHomeAgent, packet6(144, 0, 7<<16), "ICMP6, ha discovery timeout, id 7", `"id":7,"flow"`},
		{flowtable.KindMobilePrefix, packet6(146, 0, 7<<16), "ICMP6, mobile router solicitation timeout, id 7", `"id":7,"flow"`},
		{flowtable.KindNodeInfo, packet6(139, 0, 0), "ICMP6, who-are-you timeout", `"flow":{"icmp_request_count":1`},
		{flowtable.KindRouter, packet(10, 0, 0), "ICMP router solicitation timeout", `"type_code":"RouterSolicitation"`},
		{flowtable.KindRouter, packet6(133, 0, 0), "ICMP6, router solicitation timeout", `"type_code":"RouterSolicitation"`},
		{flowtable.KindNeighbor, solicit, "ICMP6, neighbor solicitation timeout, who has fe80::1", `"target":"fe80::1","flow"`},
		{flowtable.KindListener, packet6(130, 0, 0), "ICMP6, multicast listener query timeout", `"type_name":"Multicast Listener Query"`},
	} {
		e := flowtable.Event{Packet: tt.p, Kind: tt.kind, Lost: true, Sent: noon, Notes: flowtable.NoteLost | flowtable.NoteMaybe,
			Counts: flowtable.Counts{Requests: 1, Lost: 1}}
		line := string(NewLines(Options{Counters: true}).Append(nil, &e, icmp.Frame{}))
		want := ": " + tt.line + " | req=1 rep=0 lost=1 sent=12:00:00.123456 note=LOST note=MAYBE\n"
		if !strings.HasSuffix(line, want) {
			t.Errorf("got  %swant …%s", line, want)
		}
		if got := string(NewJSON(Options{}).Append(nil, &e, icmp.Frame{})); !strings.Contains(got, tt.json) || !json.Valid([]byte(got)) {
			t.Errorf("got  %swant … %s …", got, tt.json)
		}
	}
}
