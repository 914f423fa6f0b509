package render

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"

	"icmpdump/capture/icmp"
	"icmpdump/internal/forge"
)

// message is a datagram with an ICMP message of that IP version, type, code and second word.
func message(t testing.TB, version, typ, code uint8, word uint32, body string) []byte {
	t.Helper()
	b := gopacket.Payload(forge.Hex(body))
	if version == 6 {
		return forge.Frame(forge.IP6("2001:db8::9", "2001:db8::5"), forge.ICMP6(typ, code), forge.IDSeq(uint16(word>>16), uint16(word)), b)
	}
	return forge.Frame(forge.IP4("192.0.2.9", "10.0.0.5"),
		&layers.ICMPv4{TypeCode: layers.CreateICMPv4TypeCode(typ, code), Id: uint16(word >> 16), Seq: uint16(word)}, b)
}

// Quoted datagrams, with padding up to 128 bytes.
var (
	udpQuote128 = `4528 0030 0001 0000 01 11 ed86 0a000005 c0000209 9ca8 0035 001c 0000` + strings.Repeat("00", 100)
	tcpQuote128 = `6bc12345 0014 06 01 20010db8000000000000000000000005 20010db8000000000000000000000077
		9ca8 01bb 11223344 55667788 5052 7210 abcd 0000` + strings.Repeat("00", 68)
)

// detailed are messages with more to say than a Packet holds: the line at -v behind the header of
// IP, and the object between "length" and the flow, and behind it.
var detailed = []struct {
	name                string
	version, typ, code  uint8
	word                uint32
	body                string
	line, details, more string
}{
	{
		"labels", 4, 11, 0, 32 << 16, udpQuote128 + "2000 0000 000c 01 01 05dc1301 00065140",
		"ICMP time exceeded in-transit, length 152 IP (tos 0x28, ttl 1, id 1, offset 0, flags [none], proto UDP (17), length 48) 10.0.0.5.40104 > 192.0.2.9.53: UDP, length 20 ICMP Multi-Part extension v2, checksum 0x0000 (not sent), length 16 MPLS Stack Entry Object (1), Class-Type: 1, length 12 label 24001, tc 1, [S], ttl 1 label 101, tc 0, [S], ttl 64",
		`"extensions":{"version":2,"length":16,"objects":[{"class":1,"c_type":1,"name":"mpls_label_stack","length":12,"labels":[{"label":24001,"traffic_class":1,"bottom_of_stack":true,"ttl":1},{"label":101,"traffic_class":0,"bottom_of_stack":true,"ttl":64}]}]}`,
		`"quoted":{"src":"10.0.0.5","dst":"192.0.2.9","proto":"udp","src_port":40104,"dst_port":53,"ttl":1,"tos":40,"ip_id":1,"df":false,"ip_length":48,"udp_length":28}`,
	},
	{
		"interface, node, and what nobody knows", 4, 3, 1, 32 << 16, udpQuote128 + `2000 1234
			0020 02 0f 00000003 0001 0000 0a000001 0c 65746822 5c 300000000000 000005dc
			000c 03 03 4005 04 00 02000000
			0008 04 01 00000102
			0010 05 06 0001 0000 c0000001 04 723100
			0006 f7 02 abcd`,
		"ICMP host 192.0.2.9 unreachable, length 214 IP (tos 0x28, ttl 1, id 1, offset 0, flags [none], proto UDP (17), length 48) 10.0.0.5.40104 > 192.0.2.9.53: UDP, length 20 ICMP Multi-Part extension v2, checksum 0x1234 (incorrect), length 78" +
			" Interface Information Object (2), Class-Type: 15, length 32 role incoming index 3 addr 10.0.0.1 name eth\"\\x5c0 mtu 1500" +
			" Interface Identification Object (3), Class-Type: 3, length 12 afi 16389 addr 0x02000000" +
			" Extended Information Object (4), Class-Type: 1, length 8 pointer 258" +
			" Node Identification Object (5), Class-Type: 6, length 16 addr 192.0.0.1 name r1" +
			" unknown Object (247), Class-Type: 2, length 6",
		`"extensions":{"version":2,"checksum":4660,"checksum_status":"bad","length":78,"objects":[` +
			`{"class":2,"c_type":15,"name":"interface_information","length":32,"role":"incoming","interface_index":3,"address":"10.0.0.1","interface_name":"eth\"\\x5c0","mtu":1500},` +
			`{"class":3,"c_type":3,"name":"interface_identification","length":12,"afi":16389,"address":"02000000"},` +
			`{"class":4,"c_type":1,"name":"extended_information","length":8,"pointer":258},` +
			`{"class":5,"c_type":6,"name":"node_identification","length":16,"address":"192.0.0.1","interface_name":"r1"},` +
			`{"class":247,"c_type":2,"length":6,"data":"abcd"}]}`,
		`"quoted":{"src":"10.0.0.5","dst":"192.0.2.9","proto":"udp","src_port":40104,"dst_port":53,"ttl":1,"tos":40,"ip_id":1,"df":false,"ip_length":48,"udp_length":28}`,
	},
	{
		"IPv6, with a TCP segment", 6, 3, 0, 16 << 24, tcpQuote128 + "2000 0000 0008 01 01 05dc1301",
		"[icmp6 sum ok] ICMP6, time exceeded in-transit for 2001:db8::77 ICMP Multi-Part extension v2, checksum 0x0000 (not sent), length 12 MPLS Stack Entry Object (1), Class-Type: 1, length 8 label 24001, tc 1, [S], ttl 1",
		`"extensions":{"version":2,"length":12,"objects":[{"class":1,"c_type":1,"name":"mpls_label_stack","length":8,"labels":[{"label":24001,"traffic_class":1,"bottom_of_stack":true,"ttl":1}]}]}`,
		`"quoted":{"src":"2001:db8::5","dst":"2001:db8::77","proto":"tcp","src_port":40104,"dst_port":443,"ttl":1,"traffic_class":188,"flow_label":74565,"ip_length":60,"tcp_seq":287454020,"tcp_ack":1432778632,"tcp_flags":["SYN","ACK","ECE"]}`,
	},
	{
		"an object that lies, behind one that does not", 4, 11, 0, 32 << 16, udpQuote128 + "2000 0000 0004 f7 02 0000 01 01",
		"ICMP time exceeded in-transit, length 148 IP (tos 0x28, ttl 1, id 1, offset 0, flags [none], proto UDP (17), length 48) 10.0.0.5.40104 > 192.0.2.9.53: UDP, length 20 ICMP Multi-Part extension v2, checksum 0x0000 (not sent), length 12 unknown Object (247), Class-Type: 2, length 4",
		`"verdict":"malformed:extension","extensions":{"version":2,"length":12,"objects":[{"class":247,"c_type":2,"length":4,"data":""}]}`,
		`"quoted":{"src":"10.0.0.5","dst":"192.0.2.9","proto":"udp","src_port":40104,"dst_port":53,"ttl":1,"tos":40,"ip_id":1,"df":false,"ip_length":48,"udp_length":28},"notes":["MALFORMED"]`,
	},
	{
		"another version", 4, 11, 0, 32 << 16, udpQuote128 + "1000 0000 0004 f7 02",
		"ICMP time exceeded in-transit, length 144 IP (tos 0x28, ttl 1, id 1, offset 0, flags [none], proto UDP (17), length 48) 10.0.0.5.40104 > 192.0.2.9.53: UDP, length 20 ICMP Multi-Part extension v1 packet not supported",
		`"verdict":"malformed:extension","extensions":{"version":1,"length":8,"objects":[]}`,
		`"quoted":{"src":"10.0.0.5","dst":"192.0.2.9","proto":"udp","src_port":40104,"dst_port":53,"ttl":1,"tos":40,"ip_id":1,"df":false,"ip_length":48,"udp_length":28},"notes":["MALFORMED"]`,
	},
	{
		"quote of an error, one level deep", 4, 3, 0, 0, `4500 0038 0007 2000 40 01 0000 0a000005 c0000209 0303 0000 00000000
			4500 0030 0001 0000 01 11 0000 c0000209 0a000005 0035 9ca8 001c 0000`,
		"ICMP net 192.0.2.9 unreachable, length 64 IP (tos 0x0, ttl 64, id 7, offset 0, flags [+], proto ICMP (1), length 56, bad cksum 0 (->8eb0)!) 10.0.0.5 > 192.0.2.9: ICMP 10.0.0.5 udp port 40104 unreachable, length 36",
		``,
		`"quoted":{"src":"10.0.0.5","dst":"192.0.2.9","proto":"icmp","type":3,"code":3,"ttl":64,"tos":0,"ip_id":7,"df":false,"ip_length":56,"fragment":{"offset":0,"more":true}}`,
	},
	{
		"quote of a PROBE request", 4, 11, 0, 0, `4500 001c 0007 4000 01 01 adcc 0a000005 c0000209 2a00 81cf 4d2f 0701`,
		"ICMP time exceeded in-transit, length 36 IP (tos 0x0, ttl 1, id 7, offset 0, flags [DF], proto ICMP (1), length 28) 10.0.0.5 > 192.0.2.9: ICMP type-#42, length 8",
		``,
		`"quoted":{"src":"10.0.0.5","dst":"192.0.2.9","proto":"icmp","type":42,"code":0,"id":19759,"seq":7,"ttl":1,"tos":0,"ip_id":7,"df":true,"ip_length":28}`,
	},
	{
		"quote of a PROBE request, IPv6", 6, 3, 0, 0, `6000 0000 0008 3a 01 20010db8000000000000000000000005 20010db8000000000000000000000077 a000 0000 4d2f 0701`,
		"[icmp6 sum ok] ICMP6, time exceeded in-transit for 2001:db8::77",
		`"quoted":{"src":"2001:db8::5","dst":"2001:db8::77","proto":"icmp6","type":160,"code":0,"id":19759,"seq":7,"ttl":1,"traffic_class":0,"flow_label":0,"ip_length":48}`, ``,
	},
	{
		"quote of a TCP segment with options", 4, 3, 10, 0, `4500 003c 0007 4000 40 06 6ea7 0a000005 c0000209
			9ca8 01bc 000003e8 00000000 a042 faf0 0000 0000 0204 05b4 0402 080a 00000009 00000000 01 0303 07`,
		"ICMP host 192.0.2.9 unreachable - admin prohibited, length 68 IP (tos 0x0, ttl 64, id 7, offset 0, flags [DF], proto TCP (6), length 60) 10.0.0.5.40104 > 192.0.2.9.444: Flags [SE], cksum 0x0000 (incorrect -> 0xde6b), seq 1000, win 64240, options [mss 1460,sackOK,TS val 9 ecr 0,nop,wscale 7], length 0",
		``,
		`"quoted":{"src":"10.0.0.5","dst":"192.0.2.9","proto":"tcp","src_port":40104,"dst_port":444,"ttl":64,"tos":0,"ip_id":7,"df":true,"ip_length":60,"tcp_seq":1000,"tcp_flags":["SYN","ECE"]}`,
	},
	{
		"quote of a later fragment", 4, 11, 1, 0, `4500 0038 0007 0003 40 11 ae9d 0a000005 c0000209 9ca8 01bc 0024 0000`,
		"ICMP ip reassembly time exceeded, length 36 IP (tos 0x0, ttl 64, id 7, offset 24, flags [none], proto UDP (17), length 56) 10.0.0.5 > 192.0.2.9: ip-proto-17",
		``,
		`"quoted":{"src":"10.0.0.5","dst":"192.0.2.9","proto":"udp","ttl":64,"tos":0,"ip_id":7,"df":false,"ip_length":56,"fragment":{"offset":24,"more":false}}`,
	},
	{
		"quote of ESP", 4, 3, 4, 1400, `4500 05dc 0007 4000 40 32 68db 0a000005 c0000209 00000102 0000000f`,
		"ICMP 192.0.2.9 unreachable - need to frag (mtu 1400), length 36 IP (tos 0x0, ttl 64, id 7, offset 0, flags [DF], proto ESP (50), length 1500) 10.0.0.5 > 192.0.2.9: ESP(spi=0x00000102,seq=0xf), length 1480",
		``,
		`"quoted":{"src":"10.0.0.5","dst":"192.0.2.9","proto":"ip-proto-50","ttl":64,"tos":0,"ip_id":7,"df":true,"ip_length":1500}`,
	},
	{
		"timestamps", 4, 14, 0, 1<<16 | 2, "00000001 02932e00 80000002",
		"ICMP time stamp reply id 1 seq 2: org 00:00:00.001, recv 12:00:00.000, xmit 596:31:23.650, length 20",
		`"timestamps":{"originate_ms":1,"receive_ms":43200000,"transmit_ms":2147483650}`, ``,
	},
	{
		"address mask", 4, 18, 0, 1<<16 | 2, "fffff800",
		"ICMP address mask is 0xfffff800, length 12", `"address_mask":"255.255.248.0"`, ``,
	},
	{
		"mobility agent", 4, 9, 16, 0x01020708, "0a000001 80000000 13 01 18 00 77 00 10 0a 0001 ffff b180 c0000201",
		"ICMP router advertisement lifetime 30:00 1: {10.0.0.1 2147483648}, length 34",
		`"router_advertisement":{"number_of_addresses":1,"address_entry_size":2,"lifetime_s":1800,"addresses":[{"address":"10.0.0.1","preference":-2147483648}],"prefix_lengths":[24],"mobility_agent":{"sequence_number":1,"registration_lifetime_s":65535,"registration_required":true,"busy":false,"home_agent":true,"foreign_agent":true,"minimal_encapsulation":false,"gre_encapsulation":false,"reserved":false,"reverse_tunneling":true,"udp_tunneling":true,"registration_revocation":false,"regional_registration":false,"care_of_addresses":["192.0.2.1"]}}`, ``,
	},
	{
		"PROBE request", 4, 42, 0, 1<<16 | 7<<8 | 1, "2000 0000 0008 03 02 00000007",
		"ICMP type-#42, length 20 ICMP Multi-Part extension v2, checksum 0x0000 (not sent), length 12 Interface Identification Object (3), Class-Type: 2, length 8 index 7",
		`"extended_echo":{"local":true},"extensions":{"version":2,"length":12,"objects":[{"class":3,"c_type":2,"name":"interface_identification","length":8,"interface_index":7}]}`, ``,
	},
	{
		"PROBE reply of IPv6", 6, 161, 0, 1<<16 | 7<<8 | 0x46, "",
		"[icmp6 sum ok] ICMP6, unknown icmp6 type (161), length 8",
		`"extended_echo":{"state":2,"state_name":"reachable","active":true,"ipv4":true,"ipv6":false}`, ``,
	},
}

func TestDetails(t *testing.T) {
	lines := NewLines(Options{Time: TimeFormat{Style: TimeNone}, Verbose: 1})
	object := NewJSON(Options{})
	for _, tt := range detailed {
		t.Run(tt.name, func(t *testing.T) {
			b := message(t, tt.version, tt.typ, tt.code, tt.word, tt.body)
			e, f := event(t, icmp.LinkRaw, b, len(b))
			line := string(lines.Append(nil, e, f))
			if _, got, _ := strings.Cut(line, ") 192.0.2.9 > 10.0.0.5: "); tt.version == 4 && got != tt.line+"\n" {
				t.Errorf("line\ngot  %swant %s", got, tt.line)
			}
			if _, got, _ := strings.Cut(line, ") 2001:db8::9 > 2001:db8::5: "); tt.version == 6 && got != tt.line+"\n" {
				t.Errorf("line\ngot  %swant %s", got, tt.line)
			}
			got := string(object.Append(nil, e, f))
			if !json.Valid([]byte(got)) {
				t.Errorf("no JSON: %s", got)
			}
			for _, want := range []string{tt.details, tt.more} {
				if want != "" && !strings.Contains(got, ","+want+",") && !strings.HasSuffix(got, ","+want+"}\n") {
					t.Errorf("object\ngot  %swant %s", got, want)
				}
			}
			if has := strings.Contains(got, `"extensions"`); has != strings.Contains(tt.details, `"extensions"`) {
				t.Errorf("extensions: %v\n%s", has, got)
			}
		})
	}
}

// The sequence number of a quoted PROBE message is that of the message: a byte.
func TestQuotedProbe(t *testing.T) {
	lines := NewLines(Options{Counters: true})
	for _, tt := range []struct {
		name    string
		version uint8
		want    string
	}{
		{"quote of a PROBE request", 4, " cause=icmp/10.0.0.5>192.0.2.9 qid=19759 qseq=7\n"},
		{"quote of a PROBE request, IPv6", 6, " cause=icmp6/2001:db8::5>2001:db8::77 qid=19759 qseq=7\n"},
	} {
		for _, d := range detailed {
			if d.name != tt.name {
				continue
			}
			b := message(t, d.version, d.typ, d.code, d.word, d.body)
			e, f := event(t, icmp.LinkRaw, b, len(b))
			if got := string(lines.Append(nil, e, f)); !strings.HasSuffix(got, tt.want) {
				t.Errorf("%s:\ngot  %swant %s", tt.name, got, tt.want)
			}
		}
	}
}

// Of messages that are cut anywhere, lines and objects show what is there, and nothing allocates.
func TestCutDetails(t *testing.T) {
	buf := make([]byte, 0, 1<<16)
	for _, tt := range detailed {
		b := message(t, tt.version, tt.typ, tt.code, tt.word, tt.body)
		for n := 48; n <= len(b); n++ {
			e, f := event(t, icmp.LinkRaw, b[:n], len(b))
			for _, d := range []Appender{NewLines(Options{Verbose: 3, Counters: true}), NewJSON(Options{})} {
				out := d.Append(buf[:0], e, f)
				if _, ok := d.(*JSON); ok && !json.Valid(out) {
					t.Errorf("%s, %d bytes: %s", tt.name, n, out)
				}
				if n < len(b) {
					continue
				}
				if allocs := testing.AllocsPerRun(10, func() { d.Append(buf[:0], e, f) }); allocs > 0 {
					t.Errorf("%s: %T allocates %v times", tt.name, d, allocs)
				}
			}
		}
	}
}

// The type that tcpdump has a number for only is named first behind the bar.
func TestTypeKey(t *testing.T) {
	for _, tt := range []struct {
		version, typ uint8
		want         string
	}{
		{4, 8, ""}, {4, 3, ""}, {4, 12, ""}, {4, 7, ""}, {6, 128, ""}, {6, 170, ""},
		{4, 43, "type=extended-echo-reply "}, {4, 33, "type=ipv6-where-are-you "},
		{4, 20, "type=reserved-for-robustness-experiment "}, {6, 161, "type=extended-echo-reply "},
		{6, 151, "type=multicast-router-advertisement "},
	} {
		b := message(t, tt.version, tt.typ, 0, 0, strings.Repeat("00", 24))
		e, f := event(t, icmp.LinkRaw, b, len(b))
		_, suffix, _ := strings.Cut(string(NewLines(Options{Counters: true}).Append(nil, e, f)), " | ")
		if !strings.HasPrefix(suffix, tt.want) || tt.want == "" && strings.Contains(suffix, "type=") {
			t.Errorf("ICMPv%d type %d: %s, want %s", tt.version, tt.typ, suffix, tt.want)
		}
	}
}
