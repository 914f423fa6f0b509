package render

import (
	"encoding/json"
	"strings"
	"testing"

	"icmpdump/capture/icmp"
	"icmpdump/internal/forge"
)

const (
	addrs4 = " 0a000001 0a000002 "
	addrs6 = " 20010db8000000000000000000000001 20010db8000000000000000000000002 "
	echo   = " 8000 2811 4d2f 0003 c0ffee00" // ICMPv6
)

// ipTests are headers, how their lines begin (without and with -v), and what their objects have
// between the TTL and the message.
var ipTests = []struct {
	name          string
	link          icmp.Link
	frame         string
	line, verbose string
	json          string // with -v
}{
	{
		"IPv4 options", icmp.LinkRaw,
		"4e00 0040 0001 4000 40 01 0000" + addrs4 + `
			07 07 08 0a000009          # record route
			44 0c 0d 21 0a000009 00000007 # time stamp with address
			88 04 0001                 # stream
			94 04 0005                 # router alert
			01 94 02 00 00 00 00 00 00 # no operation, router alert that is too short
			0800 fbcc 4d2f 0003`,
		"IP 10.0.0.1 > 10.0.0.2: ICMP echo request, id 19759, seq 3",
		"IP (tos 0x0, ttl 64, id 1, offset 0, flags [DF], proto ICMP (1), length 64, options (RR 10.0.0.9,,timestamp TS{TS+ADDR 7@10.0.0.9 ^  [2 hops not recorded]} ,unknown 136,RA value 5,NOP,RA [bad length 2],EOL)",
		`"tos":0,"ip_id":1,"df":true,"ip_proto":1,"ip_checksum":0,"ip_checksum_status":"bad","ip_options":[{"type":7,"name":"record_route","length":7,"pointer":8,"addresses":["10.0.0.9"]},{"type":68,"name":"timestamp","length":12,"pointer":13,"overflow":2,"flag":1,"timestamps":[{"address":"10.0.0.9","time_ms":7}]},{"type":136,"length":4,"data":"0001"},{"type":148,"name":"router_alert","length":4,"value":5},{"type":1,"name":"no_operation"},{"type":148,"name":"router_alert","length":2,"data":""},{"type":0,"name":"end_of_options"}],`,
	},
	{
		"an IPv4 route longer than its addresses, and an option that can't be", icmp.LinkRaw,
		"4800 0028 0001 8000 40 01 0000" + addrs4 + `
			83 09 00 0a000009 0000     # loose source route
			94 09 00                   # router alert
			0800 fbcc 4d2f 0003`,
		"IP 10.0.0.1 > 10.0.0.2: ICMP echo request",
		"IP (tos 0x0, ttl 64, id 1, offset 0, flags [rsvd], proto ICMP (1), length 40, options (LSRR [bad length 9] [bad ptr 0] 10.0.0.9,,RA [bad length 9])",
		`"reserved":true,"ip_proto":1,"ip_checksum":0,"ip_checksum_status":"bad","ip_options":[{"type":131,"name":"loose_source_route","length":9,"pointer":0,"addresses":["10.0.0.9"]},{"type":148,"name":"router_alert","length":9,"malformed":true}],`,
	},
	{
		"no IPv4 length", icmp.LinkRaw,
		"4500 0000 0001 0000 40 01 0000" + addrs4 + "0800 fbcc 4d2f 0003",
		"IP 10.0.0.1 > 10.0.0.2: ICMP echo request, id 19759, seq 3, length 8",
		"IP (tos 0x0, ttl 64, id 1, offset 0, flags [none], proto ICMP (1), length 0, bad cksum 0 (->66fa)!) 10.0.0.1",
		`"ip_length":28,"ip_length_zero":true,"tos":0,`,
	},
	{
		"IPv6 options", icmp.LinkRaw,
		"60512345 0034 00 40" + addrs6 + `
			3c01 05020000 00 01020000 1e 01 ff 00 00 # hop-by-hop: router alert, padding, an experiment
			3a02 c910 20010db80000000000000000000000ee 0000 0100 # destination options: home address
			` + echo,
		"IP6 2001:db8::1 > 2001:db8::2: HBH DSTOPT ICMP6, echo request",
		"IP6 (class 0x05, flowlabel 0x12345, hlim 64, next-header Options (0) payload length: 52) 2001:db8::1 > 2001:db8::2: HBH (rtalert: 0x0000) (pad1)(padn)(opt_type 0x1e: len=1)(pad1)(pad1) DSTOPT (homeaddr: 2001:db8::ee)(pad1)(pad1)(padn) ",
		`"traffic_class":5,"flow_label":74565,"payload_length":52,"next_header":0,"extension_headers":[{"type":0,"name":"hop_by_hop_options","length":16,"options":[{"type":5,"name":"router_alert","value":0},{"type":0,"name":"pad1"},{"type":1,"name":"padn","data":"0000"},{"type":30,"data":"ff"},{"type":0,"name":"pad1"},{"type":0,"name":"pad1"}]},{"type":60,"name":"destination_options","length":24,"options":[{"type":201,"name":"home_address","address":"2001:db8::ee"},{"type":0,"name":"pad1"},{"type":0,"name":"pad1"},{"type":1,"name":"padn","data":""}]}],`,
	},
	{
		"hop-by-hop options behind others, twice", icmp.LinkRaw,
		"60000000 0024 3c 40" + addrs6 + "0000 0104 00000000 0000 0104 00000000 3a00 0104 00000000" + echo,
		"IP6 2001:db8::1 > 2001:db8::2: DSTOPT [The Hop-by-Hop Options header don't follow the IPv6 header] (invalid) HBH [The Hop-by-Hop Options header was already found] (invalid) HBH ICMP6, echo request",
		"IP6 (hlim 64, next-header unknown (60) payload length: 36) 2001:db8::1 > 2001:db8::2: DSTOPT (padn) [The",
		`"extension_headers":[{"type":60,"name":"destination_options","length":8,"options":[{"type":1,"name":"padn","data":"00000000"}]},{"type":0,"name":"hop_by_hop_options","length":8,`,
	},
	{
		"options that can't be read", icmp.LinkRaw,
		"60000000 001c 00 40" + addrs6 + "3c00 0503 00000000 3a00 01ff 00000000" + echo,
		"IP6 2001:db8::1 > 2001:db8::2: HBH (rtalert: invalid len 3) [|hbhopt] DSTOPT ICMP6, echo request",
		"IP6 (hlim 64, next-header Options (0) payload length: 28) 2001:db8::1 > 2001:db8::2: HBH (rtalert: invalid len 3) [|hbhopt] DSTOPT  [|dstopt] ",
		`"options":[{"type":5,"name":"router_alert","data":"000000"},{"type":0,"name":"pad1"}]},{"type":60,"name":"destination_options","length":8,"options":[{"type":1,"name":"padn","malformed":true}]}],`,
	},
	{
		"routing headers", icmp.LinkRaw,
		"60000000 005c 2b 40" + addrs6 + `
			2b02 0001 00000000 20010db8000000000000000000000009
			2b01 0301 0e600000 0002 000000000000           # RPL
			2b02 0400 00800001 20010db8000000000000000000000002 # segments
			3a01 0200 00000000 0000000000000000            # mobile, of odd length
			` + echo,
		"IP6 2001:db8::1 > 2001:db8::2: RT6 (len=2, type=0 [Deprecated], segleft=1, [0]2001:db8::9) RT6 (len=1, type=3, segleft=1 (unknown type)) RT6 (len=2, type=4, segleft=0, last-entry=0, flags=0x80, tag=1, [0]2001:db8::2) RT6 (len=1, type=2, segleft=0 (invalid length 1)) ICMP6, echo request",
		"IP6 (hlim 64, next-header Routing (43) payload length: 92) 2001:db8::1 > 2001:db8::2: RT6 (len=2, type=0 [Deprecated], segleft=1, rsv=0x0, [0]2001:db8::9) RT6 ",
		`"extension_headers":[{"type":43,"name":"routing","length":24,"routing_type":0,"segments_left":1,"addresses":["2001:db8::9"]},{"type":43,"name":"routing","length":16,"routing_type":3,"segments_left":1},{"type":43,"name":"routing","length":24,"routing_type":4,"segments_left":0,"last_entry":0,"flags":128,"tag":1,"addresses":["2001:db8::2"]},{"type":43,"name":"routing","length":16,"routing_type":2,"segments_left":0,"addresses":[]}],`,
	},
	{
		"authentication, mobility, HIP, Shim6, an atomic fragment", icmp.LinkRaw,
		"60000000 0040 33 40" + addrs6 + `
			8703 0000 00000001 00000002 0102030405060708
			8b00 0500 00000000 8c00 0000 00000000 2c00 0000 00000000 3a00 0000 00000007` + echo,
		"IP6 2001:db8::1 > 2001:db8::2: AH(spi=0x00000001,seq=0x2,icv=0x0102030405060708): mobility: BU HIP Shim6 frag (0|12) ICMP6, echo request",
		"IP6 (hlim 64, next-header AH (51) payload length: 64) 2001:db8::1 > 2001:db8::2: AH(length=3(20-bytes),spi=0x00000001,seq=0x2,icv=0x0102030405060708): mobility: BU HIP Shim6 frag (0x00000007:0|12) ",
		`"extension_headers":[{"type":51,"name":"authentication","length":20,"spi":1,"sequence_number":2,"icv":"0102030405060708"},{"type":135,"name":"mobility","length":8,"mh_type":5},{"type":139,"name":"host_identity","length":8},{"type":140,"name":"shim6","length":8},{"type":44,"name":"fragment","length":8,"offset":0,"more":false,"id":7}],`,
	},
	{
		"IPv4 authentication", icmp.LinkRaw,
		"4500 0028 0001 0000 40 33 0000" + addrs4 + "0101 0000 00000001 00000002 0800 fbcc 4d2f 0003",
		"IP 10.0.0.1 > 10.0.0.2: AH(spi=0x00000001,seq=0x2,icv=0x): ICMP echo request",
		"IP (tos 0x0, ttl 64, id 1, offset 0, flags [none], proto AH (51), length 40, bad cksum 0 (->66a0)!) 10.0.0.1 > 10.0.0.2: AH(length=1(12-bytes),",
		`"extension_headers":[{"type":51,"name":"authentication","length":12,"spi":1,"sequence_number":2,"icv":""}],`,
	},
	{
		"an authentication header shorter than it may be", icmp.LinkRaw,
		"60000000 0014 33 40" + addrs6 + "3a00 0007 00000001" + echo,
		"IP6 2001:db8::1 > 2001:db8::2: AH(reserved=0x7[MustBeZero],spi=0x00000001): ICMP6, echo request",
		"IP6 (hlim 64, next-header AH (51) payload length: 20) 2001:db8::1 > 2001:db8::2: AH(length=0(8-bytes),reserved=0x7[MustBeZero],spi=0x00000001): ",
		`"extension_headers":[{"type":51,"name":"authentication","length":8,"spi":1}],`,
	},
	{
		"a jumbogram, of which not all was on the wire", icmp.LinkRaw,
		"60000000 0000 00 40" + addrs6 + "3a00 c204 00010000" + echo,
		"IP6 2001:db8::1 > 2001:db8::2: HBH truncated-ip6 - 65516 bytes missing!ICMP6, echo request",
		"IP6 (hlim 64, next-header Options (0) payload length: 0) 2001:db8::1 > 2001:db8::2: HBH (jumbo: 65536)  truncated-ip6 - 65516 bytes missing!",
		`"ip_length":65576,"missing":65516,"traffic_class":0,"flow_label":0,"payload_length":0,"next_header":0,"extension_headers":[{"type":0,"name":"hop_by_hop_options","length":8,"options":[{"type":194,"name":"jumbo_payload","payload_length":65536}]}],`,
	},
	{
		"an extension header that is cut short", icmp.LinkRaw,
		"60000000 0034 2b 40" + addrs6 + "3a02 0001 00000000 20010db8",
		"IP6 truncated-ip6 - 40 bytes missing!2001:db8::1 > 2001:db8::2: RT6 (len=2, type=0 [Deprecated], segleft=1 [|rt6]",
		"IP6 truncated-ip6 - 40 bytes missing!(hlim 64, next-header Routing (43) payload length: 52) 2001:db8::1 > 2001:db8::2: RT6 (len=2, type=0 [Deprecated], segleft=1, rsv=0x0 [|rt6]",
		`"extension_headers":[{"type":43,"name":"routing","length":24,"truncated":true,"routing_type":0,"segments_left":1,"addresses":[]}]}`,
	},
	{
		"a fragment header that is cut short", icmp.LinkRaw,
		"60000000 0014 2c 40" + addrs6 + "3a00 0009 1234",
		"IP6 truncated-ip6 - 14 bytes missing!2001:db8::1 > 2001:db8::2: frag (8|12)  [|frag6]",
		"IP6 truncated-ip6 - 14 bytes missing!(hlim 64, next-header Fragment (44) payload length: 20) 2001:db8::1 > 2001:db8::2:  [|frag6]",
		`"extension_headers":[{"type":44,"name":"fragment","length":8,"truncated":true,"offset":8,"more":true}]`,
	},
	{
		"an extension header beyond the datagram", icmp.LinkRaw,
		"60000000 0014 3c 40" + addrs6 + "3a09 0104 00000000" + echo,
		"IP6 2001:db8::1 > 2001:db8::2:  [|dstopt] malformed:ext-header",
		"IP6 (hlim 64, next-header unknown (60) payload length: 20) 2001:db8::1 > 2001:db8::2:  [|dstopt] malformed:ext-header",
		`"extension_headers":[{"type":60,"name":"destination_options","length":80,"truncated":true}],"notes":["MALFORMED"]}`,
	},
}

func TestIP(t *testing.T) {
	brief := NewLines(Options{Time: TimeFormat{Style: TimeNone}})
	verbose := NewLines(Options{Time: TimeFormat{Style: TimeNone}, Verbose: 1})
	objects := NewJSON(Options{Verbose: 1})
	for _, tt := range ipTests {
		b := forge.Hex(tt.frame)
		e, f := event(t, tt.link, b, len(b))
		if got := string(brief.Append(nil, e, f)); !strings.HasPrefix(got, tt.line) {
			t.Errorf("%s:\ngot  %swant %s", tt.name, got, tt.line)
		}
		if got := string(verbose.Append(nil, e, f)); !strings.HasPrefix(got, tt.verbose) {
			t.Errorf("%s:\ngot  %swant %s", tt.name, got, tt.verbose)
		}
		got := objects.Append(nil, e, f)
		if !json.Valid(got) || !strings.Contains(string(got), tt.json) {
			t.Errorf("%s:\ngot  %swant %s", tt.name, got, tt.json)
		}
		var dst []byte
		everything := Options{Verbose: 1, Link: true, Dump: Dump{Style: DumpHexASCII, Link: true}}
		for name, a := range map[string]Appender{"lines": NewLines(everything), "JSON": NewJSON(everything)} {
			dst = a.Append(dst[:0], e, f)
			if n := testing.AllocsPerRun(20, func() { dst = a.Append(dst[:0], e, f) }); n != 0 {
				t.Errorf("%s, %s: %v allocations", tt.name, name, n)
			}
		}
	}
}

// The line of a packet full of extension headers is bounded.
func TestLongChain(t *testing.T) {
	const size = 60000
	for name, header := range map[string]string{
		"headers":   "3c00 0104 00000000",
		"addresses": "2bfe 0001 00000000" + strings.Repeat("20010db8000000000000000000000009", 127),
		"options":   "3cff" + strings.Repeat("00", 2046),
	} {
		one := forge.Hex(header)
		b := forge.Hex("60000000 fa00 " + header[:2] + " 40" + addrs6)
		for len(b) < size {
			b = append(b, one...)
		}
		b[len(b)-len(one)] = 58
		b = append(b, forge.Hex(echo)...)
		b[4], b[5] = byte((len(b)-40)>>8), byte(len(b)-40)
		e, f := event(t, icmp.LinkRaw, b, len(b))
		got := NewLines(Options{Verbose: 3}).Append(nil, e, f)
		if len(got) > 8000 || !strings.Contains(string(got), " ...") {
			t.Errorf("%s: a line of %d bytes: %s", name, len(got), got)
		}
		if e.Packet.Status != icmp.OK || !strings.Contains(string(got), "echo request") {
			t.Errorf("%s: the message is not there: %s", name, got)
		}
		if got := NewJSON(Options{Verbose: 3}).Append(nil, e, f); !json.Valid(got) || len(got) < size/2 {
			t.Errorf("%s: an object of %d bytes", name, len(got))
		}
	}
}

// The link header in both, with the tag that the kernel took out, and the bytes of the frame.
func TestLink(t *testing.T) {
	b := forge.Hex("020000000002 020000000001 8100 000a 86dd 60000000 000c 3a 40" + addrs6 + echo)
	var p icmp.Packet
	p.Tags, p.VLAN[0] = 1, 0x7064
	icmp.Decode(&p, icmp.LinkEthernet, b, len(b))
	e, f := event(t, icmp.LinkEthernet, b, len(b))
	e.Packet, f.TPID = p, 0x88a8
	o := Options{Time: TimeFormat{Style: TimeNone}, Link: true, Dump: Dump{Style: DumpHex, Link: true}}
	want := "02:00:00:00:00:01 > 02:00:00:00:00:02, ethertype 802.1Q-QinQ (0x88a8), length 74: vlan 100, p 3, DEI, ethertype 802.1Q (0x8100), vlan 10, p 0, " +
		"ethertype IPv6 (0x86dd), 2001:db8::1 > 2001:db8::2: ICMP6, echo request, id 19759, seq 3, length 12\n" +
		"\t0x0000:  0200 0000 0002 0200 0000 0001 88a8 7064\n\t0x0010:  8100 000a 86dd 6000 "
	if got := string(NewLines(o).Append(nil, e, f)); !strings.HasPrefix(got, want) {
		t.Errorf("got  %swant %s", got, want)
	}
	got := string(NewJSON(o).Append(nil, e, f))
	for _, want := range []string{
		`"link_src":"02:00:00:00:00:01","link_dst":"02:00:00:00:00:02","vlan_tags":[{"tpid":34984,"priority":3,"dei":true,"id":100},{"tpid":33024,"priority":0,"dei":false,"id":10}],"ethertype":34525,"ip_version":6,`,
		`,"frame_data":"02000000000202000000000188a870648100000a86dd60000000`,
	} {
		if !json.Valid([]byte(got)) || !strings.Contains(got, want) {
			t.Errorf("got  %swant %s", got, want)
		}
	}
	o.Dump.Link = false
	if got := string(NewJSON(o).Append(nil, e, f)); !strings.Contains(got, `,"data":"60000000000c3a40`) {
		t.Errorf("got  %s", got)
	}
}
