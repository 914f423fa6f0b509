package render

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"icmpdump/capture/icmp"
	"icmpdump/flowtable"
)

// noon is 2026-11-21 12:00:00.123456789 UTC.
var noon = time.Date(2026, 11, 21, 12, 0, 0, 123456789, time.UTC).UnixNano()

func v4(s string) icmp.Addr { return icmp.AddrFrom4(netip.MustParseAddr(s).As4()) }
func v6(s string) icmp.Addr { return icmp.Addr(netip.MustParseAddr(s).As16()) }

// packet is an ICMPv4 message that is whole and good.
func packet(typ, code uint8, rest uint32) icmp.Packet {
	return icmp.Packet{
		Time: noon, Number: 12, Version: 4, Src: v4("10.0.0.5"), Dst: v4("198.51.100.7"), TTL: 64,
		Type: typ, Code: code, Rest: rest, Got: 8, IPLen: 84, Length: 64,
		Checksum: 40537, Sum: icmp.SumGood, Status: icmp.OK,
	}
}

// packet6 is an ICMPv6 message that is whole and good.
func packet6(typ, code uint8, rest uint32) icmp.Packet {
	p := packet(typ, code, rest)
	p.Version, p.Src, p.Dst = 6, v6("2001:db8::10"), v6("2001:db8:ff::7")
	return p
}

func with(p icmp.Packet, change func(*icmp.Packet)) icmp.Packet {
	change(&p)
	return p
}

func udpQuote(p *icmp.Packet) {
	p.Quote = icmp.Quote{Src: v4("10.0.0.5"), Dst: v4("192.0.2.9"), Proto: 17, SrcPort: 40112, DstPort: 53, Level: icmp.QuotePorts}
}

func udpQuote6(p *icmp.Packet) {
	p.Quote = icmp.Quote{Src: v6("2001:db8::10"), Dst: v6("2001:db8::9"), Proto: 17, SrcPort: 40112, DstPort: 53, Level: icmp.QuotePorts}
}

func echoQuote(p *icmp.Packet) {
	p.Quote = icmp.Quote{Src: v4("10.0.0.5"), Dst: v4("192.0.2.9"), Proto: 1, Type: 8, SrcPort: 7, DstPort: 9, Level: icmp.QuotePorts}
}

func headerQuote(p *icmp.Packet) {
	p.Quote = icmp.Quote{Src: v4("10.0.0.5"), Dst: v4("192.0.2.9"), Proto: 47, Level: icmp.QuoteHeader}
}

func other(p icmp.Packet) flowtable.Event {
	return flowtable.Event{Packet: p, Kind: flowtable.KindOther, Counts: flowtable.Counts{Packets: 3}}
}

func failure(p icmp.Packet) flowtable.Event {
	return flowtable.Event{Packet: p, Kind: flowtable.KindError, Counts: flowtable.Counts{Errors: 41}}
}

// A namedEvent is an event, and what is drawn of it.
type namedEvent struct {
	name       string
	event      flowtable.Event
	line, json string
}

// events are what the drawers are held to, in both their forms.
var events = []namedEvent{
	{
		"request",
		flowtable.Event{Packet: packet(8, 0, 4660<<16|12), Kind: flowtable.KindEcho, LastSeq: 12,
			Counts: flowtable.Counts{Requests: 12, Replies: 11, Pending: 1}},
		"IP 10.0.0.5 > 198.51.100.7: ICMP echo request, id 4660, seq 12, length 64 | req=12 rep=11 pend=1 lost=0 ttl=64",
		`"ip_version":4,"src":"10.0.0.5","dst":"198.51.100.7","ttl":64,"ip_length":84,"proto":"icmp","type":8,"code":0,"type_code":"EchoRequest","type_name":"Echo","checksum":40537,"checksum_status":"good","id":4660,"seq":12,"length":64,"flow":{"icmp_request_count":12,"icmp_reply_count":11,"icmp_last_seq":12,"pending":1,"lost":0,"late":0,"duplicates":0,"unsolicited":0,"out_of_order":0,"errors":0,"multi":0,"forgotten":0}}`,
	},
	{
		"reply, id 0 and seq 0 are values as any",
		flowtable.Event{Packet: packet(0, 0, 0), Kind: flowtable.KindEcho, RTT: 12314567, HasRTT: true,
			Counts: flowtable.Counts{Requests: 12, Replies: 11, Lost: 1, Late: 2, Unsolicited: 3, Errors: 4}},
		"IP 10.0.0.5 > 198.51.100.7: ICMP echo reply, id 0, seq 0, length 64 | req=12 rep=11 lost=1 late=2 unsol=3 err=4 rtt=12.314ms ttl=64",
		`"ip_version":4,"src":"10.0.0.5","dst":"198.51.100.7","ttl":64,"ip_length":84,"proto":"icmp","type":0,"code":0,"type_code":"EchoReply","type_name":"Echo Reply","checksum":40537,"checksum_status":"good","id":0,"seq":0,"length":64,"flow":{"icmp_request_count":12,"icmp_reply_count":11,"icmp_last_seq":0,"pending":0,"lost":1,"late":2,"duplicates":0,"unsolicited":3,"out_of_order":0,"errors":4,"multi":0,"forgotten":0},"rtt_ns":12314567}`,
	},
	{
		"duplicate, with a wrong checksum and two tags",
		flowtable.Event{Packet: with(packet(0, 0, 1<<16|2), func(p *icmp.Packet) {
			p.Sum, p.Tags, p.VLAN = icmp.SumBad, 2, [2]uint16{100, 0x600a}
		}), Kind: flowtable.KindEcho, Counts: flowtable.Counts{Requests: 1, Replies: 1, Duplicates: 1}, LastSeq: 2,
			Notes: flowtable.NoteDup | flowtable.NoteCksum},
		"IP 10.0.0.5 > 198.51.100.7: ICMP echo reply, id 1, seq 2, length 64 | req=1 rep=1 lost=0 dup=1 ttl=64 vlan=100.10 cksum=bad note=DUP note=CKSUM",
		`"vlan":[100,10],"ip_version":4,"src":"10.0.0.5","dst":"198.51.100.7","ttl":64,"ip_length":84,"proto":"icmp","type":0,"code":0,"type_code":"EchoReply","type_name":"Echo Reply","checksum":40537,"checksum_status":"bad","id":1,"seq":2,"length":64,"flow":{"icmp_request_count":1,"icmp_reply_count":1,"icmp_last_seq":2,"pending":0,"lost":0,"late":0,"duplicates":1,"unsolicited":0,"out_of_order":0,"errors":0,"multi":0,"forgotten":0},"notes":["DUP","CKSUM"]}`,
	},
	{
		"port unreachable",
		failure(with(packet(3, 3, 0), udpQuote)),
		"IP 10.0.0.5 > 198.51.100.7: ICMP 192.0.2.9 udp port 53 unreachable, length 64 | err=41 ttl=64 cause=udp/10.0.0.5:40112>192.0.2.9:53",
		`"ip_version":4,"src":"10.0.0.5","dst":"198.51.100.7","ttl":64,"ip_length":84,"proto":"icmp","type":3,"code":3,"type_code":"DestinationUnreachable(Port)","type_name":"Destination Unreachable","code_name":"Port Unreachable","checksum":40537,"checksum_status":"good","length":64,"flow":{"errors":41},"quoted":{"src":"10.0.0.5","dst":"192.0.2.9","proto":"udp","src_port":40112,"dst_port":53}}`,
	},
	{
		"port unreachable, of a protocol that has none",
		failure(with(packet(3, 3, 0), headerQuote)),
		"IP 10.0.0.5 > 198.51.100.7: ICMP 192.0.2.9 protocol 47 port unreachable, length 64 | err=41 ttl=64 cause=ip-proto-47/10.0.0.5>192.0.2.9",
		`"ip_version":4,"src":"10.0.0.5","dst":"198.51.100.7","ttl":64,"ip_length":84,"proto":"icmp","type":3,"code":3,"type_code":"DestinationUnreachable(Port)","type_name":"Destination Unreachable","code_name":"Port Unreachable","checksum":40537,"checksum_status":"good","length":64,"flow":{"errors":41},"quoted":{"src":"10.0.0.5","dst":"192.0.2.9","proto":"ip-proto-47"}}`,
	},
	{
		"source quench that is cut short: it has nothing more to say",
		failure(with(packet(4, 0, 0), func(p *icmp.Packet) { p.Got, p.Status, p.Sum = 4, icmp.Truncated, icmp.SumUnverified })),
		"IP 10.0.0.5 > 198.51.100.7: ICMP source quench, length 64 | err=41 ttl=64",
		`"ip_version":4,"src":"10.0.0.5","dst":"198.51.100.7","ttl":64,"ip_length":84,"proto":"icmp","type":4,"code":0,"type_code":"SourceQuench","type_name":"Source Quench","checksum":40537,"checksum_status":"unverified","length":64,"verdict":"truncated","flow":{"errors":41}}`,
	},
	{
		"multicast listener report without the delay",
		other(with(packet6(131, 0, 0), func(p *icmp.Packet) { p.Got, p.Status, p.Sum = 4, icmp.Truncated, icmp.SumUnverified })),
		"IP6 2001:db8::10 > 2001:db8:ff::7: ICMP6, multicast listener report [|icmp6] | n=3 ttl=64",
		`"ip_version":6,"src":"2001:db8::10","dst":"2001:db8:ff::7","ttl":64,"ip_length":84,"proto":"icmp6","type":131,"code":0,"type_code":"131(0)","type_name":"Multicast Listener Report","checksum":40537,"checksum_status":"unverified","length":64,"verdict":"truncated","flow":{"packets":3}}`,
	},
	{
		"time exceeded of an echo",
		failure(with(packet(11, 0, 0), echoQuote)),
		"IP 10.0.0.5 > 198.51.100.7: ICMP time exceeded in-transit, length 64 | err=41 ttl=64 cause=icmp/10.0.0.5>192.0.2.9 qid=7 qseq=9",
		`"ip_version":4,"src":"10.0.0.5","dst":"198.51.100.7","ttl":64,"ip_length":84,"proto":"icmp","type":11,"code":0,"type_code":"TimeExceeded(TTLExceeded)","type_name":"Time Exceeded","code_name":"Time to Live exceeded in Transit","checksum":40537,"checksum_status":"good","length":64,"flow":{"errors":41},"quoted":{"src":"10.0.0.5","dst":"192.0.2.9","proto":"icmp","type":8,"id":7,"seq":9}}`,
	},
	{
		"fragmentation needed",
		failure(with(packet(3, 4, 1400), headerQuote)),
		"IP 10.0.0.5 > 198.51.100.7: ICMP 192.0.2.9 unreachable - need to frag (mtu 1400), length 64 | err=41 ttl=64 cause=ip-proto-47/10.0.0.5>192.0.2.9 mtu=1400",
		`"ip_version":4,"src":"10.0.0.5","dst":"198.51.100.7","ttl":64,"ip_length":84,"proto":"icmp","type":3,"code":4,"type_code":"DestinationUnreachable(FragmentationNeeded)","type_name":"Destination Unreachable","code_name":"Fragmentation Needed and Don't Fragment was Set","checksum":40537,"checksum_status":"good","length":64,"mtu":1400,"flow":{"errors":41},"quoted":{"src":"10.0.0.5","dst":"192.0.2.9","proto":"ip-proto-47"}}`,
	},
	{
		"redirect",
		failure(with(packet(5, 1, 0x0a000063), udpQuote)),
		"IP 10.0.0.5 > 198.51.100.7: ICMP redirect 192.0.2.9 to host 10.0.0.99, length 64 | err=41 ttl=64 cause=udp/10.0.0.5:40112>192.0.2.9:53 via=10.0.0.99",
		`"ip_version":4,"src":"10.0.0.5","dst":"198.51.100.7","ttl":64,"ip_length":84,"proto":"icmp","type":5,"code":1,"type_code":"Redirect(Host)","type_name":"Redirect","code_name":"Redirect Datagram for the Host","checksum":40537,"checksum_status":"good","length":64,"gateway":"10.0.0.99","flow":{"errors":41},"quoted":{"src":"10.0.0.5","dst":"192.0.2.9","proto":"udp","src_port":40112,"dst_port":53}}`,
	},
	{
		"parameter problem, with a code that nobody has named",
		failure(packet(12, 9, 0)),
		"IP 10.0.0.5 > 198.51.100.7: ICMP parameter problem - code 9, length 64 | err=41 ttl=64",
		`"ip_version":4,"src":"10.0.0.5","dst":"198.51.100.7","ttl":64,"ip_length":84,"proto":"icmp","type":12,"code":9,"type_code":"ParameterProblem(Code: 9)","type_name":"Parameter Problem","checksum":40537,"checksum_status":"good","length":64,"flow":{"errors":41}}`,
	},
	{
		"a type that tcpdump has no words for",
		other(packet(42, 0, 0)),
		"IP 10.0.0.5 > 198.51.100.7: ICMP type-#42, length 64 | type=extended-echo-request n=3 ttl=64",
		`"ip_version":4,"src":"10.0.0.5","dst":"198.51.100.7","ttl":64,"ip_length":84,"proto":"icmp","type":42,"code":0,"type_code":"42(0)","type_name":"Extended Echo Request","code_name":"No Error","checksum":40537,"checksum_status":"good","id":0,"seq":0,"length":64,"flow":{"packets":3}}`,
	},
	{
		"cut short behind the identifier",
		other(with(packet(8, 0, 7<<16), func(p *icmp.Packet) { p.Got, p.Status, p.Sum = 6, icmp.Truncated, icmp.SumUnverified })),
		"IP 10.0.0.5 > 198.51.100.7: ICMP echo request, id 7 [|icmp] | n=3 ttl=64",
		`"ip_version":4,"src":"10.0.0.5","dst":"198.51.100.7","ttl":64,"ip_length":84,"proto":"icmp","type":8,"code":0,"type_code":"EchoRequest","type_name":"Echo","checksum":40537,"checksum_status":"unverified","id":7,"length":64,"verdict":"truncated","flow":{"packets":3}}`,
	},
	{
		"first fragment, on an interface with a name that nobody should have",
		other(with(packet(8, 0, 0), func(p *icmp.Packet) { p.Frag, p.Iface, p.Dir = 1, 2, icmp.DirIn })),
		`a"b\x1b In  IP 10.0.0.5 > 198.51.100.7: ICMP echo request, id 0, seq 0, length 64 | n=3 ttl=64 frag=64@0+`,
		`"interface":"a\"b\\x1b","direction":"ingress","ip_version":4,"src":"10.0.0.5","dst":"198.51.100.7","ttl":64,"ip_length":84,"fragment":{"offset":0,"length":64,"more":true},"proto":"icmp","type":8,"code":0,"type_code":"EchoRequest","type_name":"Echo","checksum":40537,"checksum_status":"good","id":0,"seq":0,"length":64,"flow":{"packets":3}}`,
	},
	{
		"later fragment, on an interface that is gone",
		flowtable.Event{Packet: icmp.Packet{Time: noon, Number: 12, Version: 4, Src: v4("10.0.0.5"), Dst: v4("10.0.0.6"), TTL: 1,
			Frag: 1480, Length: 28, IPLen: 48, Status: icmp.Fragment, Iface: 77, Dir: icmp.DirOut}},
		"if77  Out IP 10.0.0.5 > 10.0.0.6: ip-proto-1 | ttl=1 frag=28@1480",
		`"interface":"if77","direction":"egress","ip_version":4,"src":"10.0.0.5","dst":"10.0.0.6","ttl":1,"ip_length":48,"fragment":{"offset":1480,"length":28,"more":false}}`,
	},
	{
		"malformed",
		flowtable.Event{Packet: icmp.Packet{Time: noon, Number: 12, Version: 4, Src: v4("10.0.0.5"), Dst: v4("10.0.0.6"), TTL: 1,
			Status: icmp.MalformedIPHeader}, Notes: flowtable.NoteMalformed},
		"IP 10.0.0.5 > 10.0.0.6: malformed:ip-header | ttl=1 note=MALFORMED",
		`"ip_version":4,"src":"10.0.0.5","dst":"10.0.0.6","ttl":1,"notes":["MALFORMED"]}`,
	},
	{
		"cut short inside the IP header",
		flowtable.Event{Packet: icmp.Packet{Time: noon, Number: 12, Version: 6, Flags: icmp.FlagNoAddrs, Status: icmp.Truncated}},
		" [|ip6]",
		`"ip_version":6}`,
	},
	{
		"IPv6 port unreachable: addresses with ports are in brackets",
		failure(with(packet6(1, 4, 0), udpQuote6)),
		"IP6 2001:db8::10 > 2001:db8:ff::7: ICMP6, destination unreachable, unreachable port, 2001:db8::9 udp port 53, length 64 | err=41 ttl=64 cause=udp/[2001:db8::10]:40112>[2001:db8::9]:53",
		`"ip_version":6,"src":"2001:db8::10","dst":"2001:db8:ff::7","ttl":64,"ip_length":84,"proto":"icmp6","type":1,"code":4,"type_code":"DestinationUnreachable(PortUnreachable)","type_name":"Destination Unreachable","code_name":"port unreachable","checksum":40537,"checksum_status":"good","length":64,"flow":{"errors":41},"quoted":{"src":"2001:db8::10","dst":"2001:db8::9","proto":"udp","src_port":40112,"dst_port":53}}`,
	},
	{
		"neighbor solicitation",
		other(with(packet6(135, 0, 0), func(p *icmp.Packet) { p.Quote = icmp.Quote{Dst: v6("fe80::9"), Level: icmp.QuoteHeader} })),
		"IP6 2001:db8::10 > 2001:db8:ff::7: ICMP6, neighbor solicitation, who has fe80::9, length 64 | n=3 ttl=64",
		`"ip_version":6,"src":"2001:db8::10","dst":"2001:db8:ff::7","ttl":64,"ip_length":84,"proto":"icmp6","type":135,"code":0,"type_code":"NeighborSolicitation","type_name":"Neighbor Solicitation","checksum":40537,"checksum_status":"good","length":64,"target":"fe80::9","flow":{"packets":3}}`,
	},
	{
		"unsolicited reply to a request that asked another",
		flowtable.Event{Packet: packet(0, 0, 1<<16|2), Kind: flowtable.KindEcho, Asked: v4("192.0.2.9"), HasAsked: true,
			Counts: flowtable.Counts{Replies: 3, Unsolicited: 1, OutOfOrder: 2, Multi: 3}, LastSeq: 2, Notes: flowtable.NoteUnsol | flowtable.NoteOrder},
		"IP 10.0.0.5 > 198.51.100.7: ICMP echo reply, id 1, seq 2, length 64 | req=0 rep=3 lost=0 unsol=1 ttl=64 asked=192.0.2.9 note=UNSOL note=OOO",
		`"ip_version":4,"src":"10.0.0.5","dst":"198.51.100.7","ttl":64,"ip_length":84,"proto":"icmp","type":0,"code":0,"type_code":"EchoReply","type_name":"Echo Reply","checksum":40537,"checksum_status":"good","id":1,"seq":2,"length":64,"flow":{"icmp_request_count":0,"icmp_reply_count":3,"icmp_last_seq":2,"pending":0,"lost":0,"late":0,"duplicates":0,"unsolicited":1,"out_of_order":2,"errors":0,"multi":3,"forgotten":0},"asked":"192.0.2.9","notes":["UNSOL","OOO"]}`,
	},
	{
		"router solicitation, which has no sequence number",
		flowtable.Event{Packet: packet6(133, 0, 0), Kind: flowtable.KindRouter, Counts: flowtable.Counts{Requests: 1, Pending: 1}},
		"IP6 2001:db8::10 > 2001:db8:ff::7: ICMP6, router solicitation, length 64 | req=1 rep=0 pend=1 lost=0 ttl=64",
		`"ip_version":6,"src":"2001:db8::10","dst":"2001:db8:ff::7","ttl":64,"ip_length":84,"proto":"icmp6","type":133,"code":0,"type_code":"RouterSolicitation","type_name":"Router Solicitation","checksum":40537,"checksum_status":"good","length":64,"flow":{"icmp_request_count":1,"icmp_reply_count":0,"pending":1,"lost":0,"late":0,"duplicates":0,"unsolicited":0,"out_of_order":0,"errors":0,"multi":0,"forgotten":0}}`,
	},
	{
		"error that answers a request",
		func() flowtable.Event {
			e := failure(with(packet(3, 3, 0), echoQuote))
			e.RTT, e.HasRTT = 1e6, true
			return e
		}(),
		"IP 10.0.0.5 > 198.51.100.7: ICMP 192.0.2.9 protocol 1 port unreachable, length 64 | err=41 rtt=1.000ms ttl=64 cause=icmp/10.0.0.5>192.0.2.9 qid=7 qseq=9",
		`"ip_version":4,"src":"10.0.0.5","dst":"198.51.100.7","ttl":64,"ip_length":84,"proto":"icmp","type":3,"code":3,"type_code":"DestinationUnreachable(Port)","type_name":"Destination Unreachable","code_name":"Port Unreachable","checksum":40537,"checksum_status":"good","length":64,"flow":{"errors":41},"rtt_ns":1000000,"quoted":{"src":"10.0.0.5","dst":"192.0.2.9","proto":"icmp","type":8,"id":7,"seq":9}}`,
	},
	{
		"lost",
		flowtable.Event{Packet: with(packet(8, 0, 4660<<16|13), func(p *icmp.Packet) { p.Time += 10e9; p.Iface = 2; p.Tags, p.VLAN[0] = 1, 10 }), Kind: flowtable.KindEcho, Lost: true, Sent: noon,
			Counts: flowtable.Counts{Requests: 22, Replies: 21, Lost: 1}, LastSeq: 22, Notes: flowtable.NoteLost | flowtable.NoteDup},
		"IP 10.0.0.5 > 198.51.100.7: ICMP echo timeout, id 4660, seq 13 | req=22 rep=21 lost=1 vlan=10 sent=12:00:00.123456 note=DUP note=LOST",
		"", // another event: see TestLostJSON
	},
}

func ifaceName(index int32) string {
	if index == 2 {
		return "a\"b\x1b"
	}
	return ""
}

func TestLines(t *testing.T) {
	l := NewLines(Options{Time: TimeFormat{Style: TimeNone}, Counters: true, Ifaces: true, Iface: ifaceName})
	for _, tt := range events {
		if got := string(l.Append(nil, &tt.event, icmp.Frame{})); got != tt.line+"\n" {
			t.Errorf("%s:\ngot  %swant %s", tt.name, got, tt.line)
		}
	}
}

func TestJSON(t *testing.T) {
	j := NewJSON(Options{Iface: ifaceName})
	for _, tt := range events {
		if tt.event.Lost {
			continue
		}
		got := string(j.Append(nil, &tt.event, icmp.Frame{}))
		const common = `,"frame":12,"time":"2026-11-21T12:00:00.123456789Z",`
		head, tail, ok := strings.Cut(got, common)
		if !ok || tail != tt.json+"\n" {
			t.Errorf("%s:\ngot  %swant … %s%s", tt.name, got, common, tt.json)
		}
		want := `{"schema":1,"event":"packet"`
		switch p := &tt.event.Packet; {
		case p.Status == icmp.Fragment:
			want = `{"schema":1,"event":"fragment"`
		case !p.Decoded() && p.Status == icmp.Truncated:
			want = `{"schema":1,"event":"malformed","reason":"truncated"`
		case !p.Decoded():
			want = `{"schema":1,"event":"malformed","reason":"ip-header"`
		}
		if head != want {
			t.Errorf("%s: got %s, want %s", tt.name, head, want)
		}
		if !json.Valid([]byte(got)) {
			t.Errorf("%s: not JSON: %s", tt.name, got)
		}
	}
}

// Where one direction is not seen, what was lost is not known, and absent.
func TestOneWayJSON(t *testing.T) {
	got := string(NewJSON(Options{OneWay: true}).Append(nil, &events[0].event, icmp.Frame{}))
	if strings.Contains(got, `"lost"`) || !strings.Contains(got, `"pending":1,"late":0,`) {
		t.Errorf("got %s", got)
	}
	s := Summary{OneWay: true, Totals: &flowtable.Totals{}}
	if got := string(s.AppendJSON(nil)); strings.Contains(got, `"lost"`) || !strings.Contains(got, `"pending":0,"late":0,`) {
		t.Errorf("got %s", got)
	}
}

func TestOptions(t *testing.T) {
	e := &events[0].event
	plain := "IP 10.0.0.5 > 198.51.100.7: ICMP echo request, id 4660, seq 12, length 64"
	for _, tt := range []struct {
		name string
		o    Options
		want string
	}{
		{"zero", Options{}, "12:00:00.123456 " + plain},
		{"number", Options{Number: true, Time: TimeFormat{Style: TimeNone}}, "   12  " + plain},
		{"verbose", Options{Counters: true, Verbose: 1, Time: TimeFormat{Style: TimeNone}},
			plain + " | req=12 rep=11 pend=1 lost=0 ttl=64 cksum=good"},
		{"one direction", Options{Counters: true, OneWay: true, Time: TimeFormat{Style: TimeNone}}, plain + " | req=12 rep=11 pend=1 ttl=64"},
		{"another time zone", Options{Location: time.FixedZone("", 3600)}, "13:00:00.123456 " + plain},
		{"nanoseconds", Options{Time: TimeFormat{Nano: true}}, "12:00:00.123456789 " + plain},
	} {
		if got := string(NewLines(tt.o).Append(nil, e, icmp.Frame{})); got != tt.want+"\n" {
			t.Errorf("%s:\ngot  %swant %s", tt.name, got, tt.want)
		}
	}
}

func TestRecords(t *testing.T) {
	for n, want := range map[uint64]string{1: "    1  ", 12345: "12345  ", 123456: "123456  ", 1 << 63: "9223372036854775808  "} {
		if got := string(appendRecord(nil, n)); got != want {
			t.Errorf("%d: got %q, want %q", n, got, want)
		}
	}
}

// The times of three lines, the third of which is earlier than the second.
func TestClock(t *testing.T) {
	times := []int64{noon, noon + 3723e9 + 1, noon + 1e9}
	for _, tt := range []struct {
		format TimeFormat
		want   []string
	}{
		{TimeFormat{}, []string{"12:00:00.123456 ", "13:02:03.123456 ", "12:00:01.123456 "}},
		{TimeFormat{Style: TimeNone}, []string{"", "", ""}},
		{TimeFormat{Style: TimeEpoch}, []string{"1795262400.123456 ", "1795266123.123456 ", "1795262401.123456 "}},
		{TimeFormat{Style: TimeEpoch, Nano: true}, []string{"1795262400.123456789 ", "1795266123.123456790 ", "1795262401.123456789 "}},
		{TimeFormat{Style: TimeDelta}, []string{" 00:00:00.000000 ", " 01:02:03.000000 ", "-01:02:02.000000 "}},
		{TimeFormat{Style: TimeDate}, []string{"2026-11-21 12:00:00.123456 ", "2026-11-21 13:02:03.123456 ", "2026-11-21 12:00:01.123456 "}},
		{TimeFormat{Style: TimeOffset, Nano: true}, []string{" 00:00:00.000000000 ", " 01:02:03.000000001 ", " 00:00:01.000000000 "}},
	} {
		c := newClock(tt.format, nil)
		var got []string
		for _, at := range times {
			got = append(got, string(c.stamp(nil, at, true)))
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%+v: (-want +got)\n%s", tt.format, diff)
		}
	}
}

// No time is so far away that a difference to it has the wrong sign.
func TestClockFarAway(t *testing.T) {
	for _, tt := range []struct{ a, b, want int64 }{
		{5, 3, 2}, {3, 5, -2}, {-5, 3, -8}, {5, -3, 8},
		{math.MaxInt64, -1, math.MaxInt64}, {noon, math.MinInt64, math.MaxInt64},
		{-2, math.MaxInt64, -math.MaxInt64}, {math.MinInt64, noon, -math.MaxInt64}, {math.MinInt64, 0, -math.MaxInt64},
	} {
		if got := difference(tt.a, tt.b); got != tt.want {
			t.Errorf("%d - %d: got %d, want %d", tt.a, tt.b, got, tt.want)
		}
	}
}

// A line that tcpdump does not have leaves the differences between the others as they are.
func TestLostDoesNotCountForDeltas(t *testing.T) {
	l := NewLines(Options{Time: TimeFormat{Style: TimeDelta}})
	first, last := events[0].event, events[0].event
	last.Packet.Time += 12e9
	var got []string
	for _, e := range []*flowtable.Event{&first, &events[len(events)-1].event, &last} {
		stamp, _, _ := strings.Cut(string(l.Append(nil, e, icmp.Frame{})), " IP ")
		got = append(got, stamp)
	}
	if diff := cmp.Diff([]string{" 00:00:00.000000", " 00:00:10.000000", " 00:00:12.000000"}, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// Addresses are netip's, but for an embedded IPv4 address, which tcpdump shows as one.
func TestAddresses(t *testing.T) {
	rnd := rand.New(rand.NewPCG(7, 8))
	for range 100_000 {
		var a icmp.Addr
		for i := range a {
			if rnd.IntN(3) == 0 { // zeros are what is special
				a[i] = byte(rnd.Uint32()) >> rnd.IntN(8)
			}
		}
		want := netip.AddrFrom16(a).String()
		if i := strings.LastIndexByte(want, ':'); strings.HasPrefix(want, "::") && strings.Count(want, ":") == 3 && !strings.Contains(want, ".") {
			four := netip.AddrFrom4([4]byte(a[12:]))
			if a[12]|a[13] != 0 && i > 0 {
				want = "::" + four.String()
			}
		}
		if got := string(appendAddr(nil, &a, 6)); got != want {
			t.Fatalf("got %s, want %s", got, want)
		}
		if got, want := string(appendAddr(nil, &a, 4)), netip.AddrFrom4([4]byte(a[12:])).String(); got != want {
			t.Fatalf("got %s, want %s", got, want)
		}
	}
	for _, s := range []string{"::", "::1", "::ffff:1.2.3.4", "::1.2.3.4", "2001:db8::1:0:0:1", "1:0:2:3:4:5:6:7"} {
		a := v6(s)
		if got := string(appendAddr(nil, &a, 6)); got != s {
			t.Errorf("got %s, want %s", got, s)
		}
	}
}

func TestClean(t *testing.T) {
	for in, want := range map[string]string{
		"eth0": "eth0", "": "", "a b~": "a b~", "\x1b[31m": `\x1b[31m`, "a\nb": `a\x0ab`,
		"\x7f\x80": `\x7f\x80`, "é": `\xc3\xa9`, `\x1b`: `\x5cx1b`,
	} {
		if got := Clean(in).String(); got != want {
			t.Errorf("%q: got %s, want %s", in, got, want)
		}
	}
}
