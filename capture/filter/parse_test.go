package filter

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"icmpdump/internal/caret"
)

// hosts is a Lookup of files that knows two names; one is a word of the language.
var hosts = Lookup{Host: func(name string) ([]netip.Addr, error) {
	if name != "gw" && name != "icmp" {
		return nil, fmt.Errorf("not found")
	}
	return []netip.Addr{netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("2001:db8::1")}, nil
}}

// What expressions mean shows in their normal form, which means the same.
func TestParse(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"icmp", "icmp"},
		{"icmp or icmp6", "icmp or icmp6"},
		{"host 10.0.0.1", "host 10.0.0.1"},
		{"host 10.0.0.1 or 10.0.0.2", "host 10.0.0.1 or host 10.0.0.2"},
		{"host 10.0.0.1 and not 10.0.0.2", "host 10.0.0.1 and not host 10.0.0.2"},
		{"not host 10.0.0.1 and 10.0.0.2", "not host 10.0.0.1 and host 10.0.0.2"},
		{"not (host 10.0.0.1 or 10.0.0.2)", "not (host 10.0.0.1 or host 10.0.0.2)"},
		{"icmp and host 10.0.0.1 or icmp6 and host ::1", "icmp and host 10.0.0.1 or icmp6 and host ::1"},
		{"icmp or icmp6 and host ::1", "icmp or icmp6 and host ::1"},
		{"icmp or (icmp6 and host ::1)", "icmp or (icmp6 and host ::1)"},
		{"(icmp or icmp6) and host ::1", "icmp or icmp6 and host ::1"},
		{"host (10.0.0.1 or 10.0.0.2)", "host 10.0.0.1 or host 10.0.0.2"},
		{"host (10.0.0.1 or not (10.0.0.2 and 10.0.0.3)) or 10.0.0.4", "host 10.0.0.1 or not (host 10.0.0.2 and host 10.0.0.3) or host 10.0.0.4"},
		{"host 10.0.0.1 and (10.0.0.2 or 10.0.0.3)", "host 10.0.0.1 and (host 10.0.0.2 or host 10.0.0.3)"},
		{"src 10.0.0.1", "src host 10.0.0.1"},
		{"src or dst 10.0.0.1", "host 10.0.0.1"},
		{"dst or src host 10.0.0.1", "host 10.0.0.1"},
		{"src and dst net 10", "src and dst net 10.0.0.0/8"},
		{"src||dst host 10.0.0.1&&icmp", "host 10.0.0.1 and icmp"},
		{"src host 10.0.0.1 or dst host 10.0.0.2 or 10.0.0.3", "src host 10.0.0.1 or dst host 10.0.0.2 or dst host 10.0.0.3"},
		{"ip host 10.0.0.1", "ip host 10.0.0.1"},
		{"ip6 src net 2001:db8::/32 or ::/3", "ip6 src net 2001:db8::/32 or ip6 src net ::/3"},
		{"net 10 or 172.16 or 192.168.1 or 192.0.2.1", "net 10.0.0.0/8 or net 172.16.0.0/16 or net 192.168.1.0/24 or net 192.0.2.1/32"},
		{"net 10/8 or 11/8 and 5 = ip[0]", "net 10.0.0.0/8 or net 11.0.0.0/8 and 5 = ip[0:1]"},
		{"net 10.1.0.0 mask 255.255.0.0", "net 10.1.0.0/16"},
		{"net 10.0.1.0 mask 255.0.255.0", "net 10.0.1.0 mask 255.0.255.0"},
		{"host gw", "host 10.0.0.1 or host 2001:db8::1"},
		{"ip host gw", "ip host 10.0.0.1"},
		{"host \\icmp", "host 10.0.0.1 or host 2001:db8::1"},
		{"!icmp&&!icmp6", "not icmp and not icmp6"},
		{"! ! icmp", "not not icmp"},
		{"ip proto 1 or 17", "icmp or ip proto 17"},
		{"ip proto \\icmp or tcp", "icmp or proto 6"},
		{"ip6 proto ipv6-icmp", "icmp6"},
		{"proto (1 or 58)", "proto 1 or proto 58"},
		{"ether proto 0x86dd or ip", "ip6 or ip"},
		{"ether host 1:2:3:4:5:6 or 0200.0000.0001", "ether host 01:02:03:04:05:06 or ether host 02:00:00:00:00:01"},
		{"ether src 02-00-00-00-00-01", "ether src host 02:00:00:00:00:01"},
		{"ether dst host 020000000001", "ether dst host 02:00:00:00:00:01"},
		{"broadcast", "ether dst host ff:ff:ff:ff:ff:ff"},
		{"ether multicast and ip multicast or ip6 multicast", "ether multicast and ip multicast or ip6 multicast"},
		{"vlan", "vlan"},
		{"vlan 100 and vlan", "vlan 100 and vlan"},
		{"less 100", "len <= 100"},
		{"greater 0x64", "len >= 100"},
		{"inbound and ifname eth0.7", "inbound and ifname eth0.7"},
		{"on eth0 or outbound", "ifname eth0 or outbound"},
		{"icmp[0] = 8", "icmp[0:1] = 8"},
		{"icmp[icmptype] == icmp-echo", "icmp[0:1] = 8"},
		{"icmp6[icmp6type]=icmp6-neighborsolicit", "icmp6[0:1] = 135"},
		{"icmp [ 4 : 2 ] = 0x1f", "icmp[4:2] = 31"},
		{"(ip[0] & 0xf) > 5", "(ip[0:1] & 15) > 5"},
		{"ip[0] & 0xf > 5", "(ip[0:1] & 15) > 5"},
		{"((ip[0]&15)<<2) + 8 < len", "(((ip[0:1] & 15) << 2) + 8) < len"},
		{"(icmp[0]) = (8)", "icmp[0:1] = 8"},
		{"(icmp[0] = 8)", "icmp[0:1] = 8"},
		{"8 = icmp[0]", "8 = icmp[0:1]"},
		{"icmp[ip[0] & 0xf] != 010", "icmp[(ip[0:1] & 15):1] != 8"},
		{"-1 = icmp[0:4]", "4294967295 = icmp[0:4]"},
		{"ip[12:4] & 255.255.255.0 = 10.0.0.0", "(ip[12:4] & 4294967040) = 167772160"},
		{"1+2*3 = 7 and 1<<2|1 = 5 and 10-5-2 = 3", "7 = 7 and 5 = 5 and 3 = 3"},
		{"len-5>3", "(len - 5) > 3"},
		{"id 5 or 6", "id = 5 or id = 6"},
		{"id > 5 and seq 0x10", "id > 5 and seq = 16"},
		{"ttl<5", "ttl < 5"},
		{"ttl 64", "ttl = 64"},
		{"type 8", "type 8"},
		{"type echo or echo-request or EchoRequest", "type echo or type echo-request or type EchoRequest"},
		{"type unreach", "type unreach"},
		{"type destination-unreachable", "type destination-unreachable"},
		{"type time-exceeded", "type time-exceeded"},
		{"quoted host 10.0.0.1 or 10.0.0.2", "quoted host 10.0.0.1 or quoted host 10.0.0.2"},
		{"quoted src 10.0.0.1", "quoted src host 10.0.0.1"},
		{"quoted dst net 2001:db8::/32", "quoted dst net 2001:db8::/32"},
		{"arp or rarp or tcp or sctp", "ether proto 0x806 or ether proto 0x8035 or proto 6 or proto 132"},
		{"arp host 10.0.0.1", "arp host 10.0.0.1"},
		{"type icmp6-redirect or icmp-redirect", "type icmp6-redirect or type icmp-redirect"},
		{"vlan 1 or 2", "vlan 1 or vlan 2"},
		{"vlan (1 or 2) and not 3", "vlan 1 or vlan 2 and not vlan 3"},
		{"ip[8] % (2 + 1) = 1", "(ip[8:1] % 3) = 1"},
		{"quoted 10.0.0.1", "quoted host 10.0.0.1"},
		{" \t icmp \n", "icmp"},
	} {
		f, err := Parse(tt.text, hosts)
		if err != nil {
			t.Errorf("%s: %v", tt.text, err)
			continue
		}
		if got := f.String(); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.text, got, tt.want)
		}
		again, err := Parse(tt.want, hosts)
		if err != nil {
			t.Errorf("%s, in normal form: %v", tt.want, err)
		} else if got := again.String(); got != tt.want {
			t.Errorf("%s, in normal form: got %q", tt.want, got)
		}
	}
	for _, text := range []string{"", " \n"} {
		if f, err := Parse(text, hosts); f != nil || err != nil || f.String() != "" {
			t.Errorf("%q: got %v, %v", text, f, err)
		}
	}
}

// Errors name the column, and what was expected there.
func TestParseErrors(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"host", "column 5: the expression ends here: expected an address or a name"},
		{"host and", "column 6: expected an address or a name: and is a word of this language; a backslash makes it a name"},
		{"icmptype == 8", "column 1: icmptype is a place: write icmp[icmptype]"},
		{"ip and icmp6code = 0", "column 8: icmp6code is a place: write icmp6[icmp6code]"},
		{"host 10", "column 6: expected an address of four numbers, as 10.0.0.1: use net for a shorter one"},
		{"host 10.0.0", "column 6: expected an address of four numbers, as 10.0.0.1: use net for a shorter one"},
		{"host 10.0.0.0/8", "column 14: a host has no length: use net"},
		{"host 10.0.0.256", "column 6: expected an address of four numbers, as 10.0.0.1: use net for a shorter one"},
		{"host nowhere", "column 6: no host \"nowhere\": not found"},
		{"host icmp", "column 6: expected an address or a name: icmp is a word of this language; a backslash makes it a name"},
		{"host 1:2:3:4:5:6", "column 6: an Ethernet address: use ether host"},
		{"host fe80::1%eth0", "column 13: an address has no zone here: use ifname as well"},
		{"host ::g", "column 6: expected an address, as 10.0.0.1 or 2001:db8::1"},
		{"net", "column 4: the expression ends here: expected a network, as 10, 192.168.0.0/16 or 2001:db8::/32"},
		{"net foo", "column 5: expected a network, as 10, 192.168.0.0/16 or 2001:db8::/32"},
		{"net 10.0.0.1/8", "column 5: bits of 10.0.0.1 are set behind its first 8: the network is 10.0.0.0/8"},
		{"net 10/33", "column 8: expected the length of a network, a number up to 32"},
		{"net 2001:db8::/129", "column 16: expected the length of a network, a number up to 128"},
		{"net 2001:db8:: mask 255.0.0.0", "column 21: expected the mask of an IPv4 network, as 255.255.0.0; of IPv6 it is a length, as in /32"},
		{"net 10.0.0.1 mask 255.0.0.0", "column 5: bits of the network are set that its mask has not"},
		{"net 10.0.0.0 mask", "column 18: the expression ends here: expected the mask of an IPv4 network, as 255.255.0.0; of IPv6 it is a length, as in /32"},
		{"ip host ::1", "column 9: not an address of ip"},
		{"ip6 net 10", "column 9: not a network of ip6"},
		{"10.0.0.1", "column 1: \"10.0.0.1\" needs a keyword in front of it, as host, net, src, dst or type"},
		{"icmp and 10.0.0.1", "column 10: \"10.0.0.1\" needs a keyword in front of it, as host, net, src, dst or type"},
		{"foo", "column 1: \"foo\" needs a keyword in front of it, as host, net, src, dst or type"},
		{"icmp host 10.0.0.1", "column 6: icmp has no addresses of its own: write icmp and host"},
		{"icmp icmp6", "column 6: expected and, or, or the end"},
		{"host 10.0.0.1 host 10.0.0.2", "column 15: expected and, or, or the end"},
		{"(icmp", "column 6: the expression ends here: expected a closing parenthesis, and, or or"},
		{"icmp)", "column 5: expected and, or, or the end"},
		{"()", "column 2: expected a primitive, as host, net, icmp, type, or icmp[0] = 8"},
		{"icmp and", "column 9: the expression ends here: expected a primitive, as host, net, icmp, type, or icmp[0] = 8"},
		{"icmp or or icmp6", "column 9: expected a primitive, as host, net, icmp, type, or icmp[0] = 8"},
		{"and icmp", "column 1: expected a primitive, as host, net, icmp, type, or icmp[0] = 8"},
		{"not", "column 4: the expression ends here: expected a primitive, as host, net, icmp, type, or icmp[0] = 8"},
		{"icmp[0]", "column 8: the expression ends here: expected an operator, or a comparison: = != < > <= >="},
		{"icmp[0] & 1", "column 12: the expression ends here: expected an operator, or a comparison: = != < > <= >="},
		{"(icmp[0]) and icmp", "column 11: expected an operator, or a comparison: = != < > <= >="},
		{"icmp[0 = 8", "column 8: expected an operator, a size as in :2, or a closing bracket"},
		{"icmp[0:3] = 1", "column 8: expected a size of 1, 2 or 4 bytes"},
		{"icmp[0:] = 1", "column 8: expected a size of 1, 2 or 4 bytes"},
		{"icmp[70000] = 1", "column 6: an offset beyond 65535: no packet is so long"},
		{"icmp[] = 1", "column 6: expected a number, len, or bytes as in icmp[0]"},
		{"icmp[0] = ", "column 11: the expression ends here: expected a number, len, or bytes as in icmp[0]"},
		{"icmp[0] == == 8", "column 12: expected a number, len, or bytes as in icmp[0]"},
		{"icmp[0] = 8 = 9", "column 13: expected and, or, or the end"},
		{"icmp[0] = foo", "column 11: expected a number, len, a name as icmp-echo, or bytes as in icmp[0]"},
		{"icmp[0] = 0x100000000", "column 11: expected a number of 32 bits, decimal, 0x…, 0…, or as in 10.0.0.1"},
		{"icmp[0] = 08", "column 11: expected a number of 32 bits, decimal, 0x…, 0…, or as in 10.0.0.1"},
		{"icmp[0] = 0b1", "column 11: expected a number of 32 bits, decimal, 0x…, 0…, or as in 10.0.0.1"},
		{"icmp[0] / 0 = 1", "column 11: division by zero"},
		{"icmp[0] << 32 = 1", "column 12: a shift by more than 31 bits"},
		{"ip[0] % 2 + 1 = 3", "column 7: % beside other operators: put parentheses around what belongs together"},
		{"ip[0] + 1 ^ 3 = 3", "column 11: ^ beside other operators: put parentheses around what belongs together"},
		{"icmp[icmptype] = icmp-foo", "column 18: expected a number, len, a name as icmp-echo, or bytes as in icmp[0]"},
		{"tcp[tcpflags] = 2", "column 5: tcpflags is not part of this language: only ICMP messages are decoded: use 13"},
		{"port 80", "column 1: port is not part of this language: an ICMP message has no ports: use id and seq, or quoted host for the datagram in an error"},
		{"udp port 53", "column 5: port is not part of this language: an ICMP message has no ports: use id and seq, or quoted host for the datagram in an error"},
		{"dst port 53", "column 5: port is not part of this language: an ICMP message has no ports: use id and seq, or quoted host for the datagram in an error"},
		{"portrange 1-5", "column 1: portrange is not part of this language: an ICMP message has no ports: use id and seq with < and >"},
		{"gateway 10.0.0.1", "column 1: gateway is not part of this language: use ether host ADDRESS and not host ADDRESS"},
		{"ip6 protochain 58", "column 5: protochain is not part of this language: use proto, which looks at all headers of the chain"},
		{"ifindex 2", "column 1: ifindex is not part of this language: use ifname"},
		{"mpls 5", "column 1: mpls is not part of this language: what MPLS carries is not decoded"},
		{"pppoes", "column 1: pppoes is not part of this language: what PPPoE carries is not decoded"},
		{"geneve", "column 1: geneve is not part of this language: what tunnels carry is not decoded: use quoted host for the datagram in an error"},
		{"wlan host 1:2:3:4:5:6", "column 1: wlan is not part of this language: this link type is not decoded: use ether"},
		{"ip broadcast", "column 4: which address is the broadcast of a network is not known: use broadcast, or dst host and the address"},
		{"ether proto 0x8100", "column 13: ether proto looks behind VLAN tags: use vlan"},
		{"ether proto 100", "column 13: an EtherType is larger than 1500: what stands behind logical link control is not looked at"},
		{"ether proto foo", "column 13: expected an EtherType, as 0x800 or ip"},
		{"ether", "column 6: the expression ends here: expected host, src, dst, proto, multicast, broadcast, or an offset as in ether[0]"},
		{"ether host 10.0.0.1", "column 12: expected an Ethernet address, as 02:00:00:00:00:01"},
		{"ether net 10", "column 7: expected host, src, dst, proto, multicast, broadcast, or an offset as in ether[0]"},
		{"link", "column 5: the expression ends here: expected host, src, dst, proto, multicast, broadcast, or an offset as in ether[0]"},
		{"proto", "column 6: the expression ends here: expected the number or name of a protocol, as 1 or icmp"},
		{"proto foo", "column 7: expected the number or name of a protocol, as 1 or icmp"},
		{"ip proto 256", "column 10: expected the number or name of a protocol, as 1 or icmp"},
		{"vlan 4096", "column 6: expected the identifier of a VLAN, a number up to 4095"},
		{"vlan foo", "column 6: expected and, or, or the end"},
		{"less", "column 5: the expression ends here: expected a length"},
		{"less foo", "column 6: expected a length, a number up to 4294967295"},
		{"greater 10 or 20", "column 17: the expression ends here: expected an operator, or a comparison: = != < > <= >="},
		{"ifname", "column 7: the expression ends here: expected the name of an interface"},
		{"id", "column 3: the expression ends here: expected a number for id"},
		{"id foo", "column 4: expected a number for id, a number up to 65535"},
		{"id 65536", "column 4: expected a number for id, a number up to 65535"},
		{"seq > foo", "column 7: expected a number for seq, a number up to 65535"},
		{"ttl 256", "column 5: expected a number for ttl, a number up to 255"},
		{"type", "column 5: the expression ends here: expected the type of a message, by number or name, as 8, echo, unreach or neighbor-solicitation"},
		{"type foo", "column 6: expected the type of a message, by number or name, as 8, echo, unreach or neighbor-solicitation"},
		{"type 256", "column 6: expected the type of a message, a number up to 255"},
		{"quoted", "column 7: the expression ends here: expected an address or a name"},
		{"quoted icmp", "column 8: expected an address or a name: icmp is a word of this language; a backslash makes it a name"},
		{"icmp & icmp6", "column 6: expected and, or, or the end"},
		{"icmp = 1", "column 6: expected and, or, or the end"},
		{"# comment", "column 1: expected a primitive, as host, net, icmp, type, or icmp[0] = 8"},
		{"host ü", "column 6: no host \"ü\": not found"},
		{"src", "column 4: the expression ends here: expected an address or a name"},
		{"src and dst", "column 12: the expression ends here: expected an address or a name"},
		{"src port 5", "column 5: port is not part of this language: an ICMP message has no ports: use id and seq, or quoted host for the datagram in an error"},
		{"src proto 5", "column 5: expected host or net, and an address"},
		{"ip and", "column 7: the expression ends here: expected a primitive, as host, net, icmp, type, or icmp[0] = 8"},
		{"ether broadcast foo", "column 17: expected and, or, or the end"},
		{"host 10.0.0.1 or vlan 1 or 10.0.0.2", "column 28: expected the identifier of a VLAN, a number up to 4095"},
		{strings.Repeat("(", 5000) + "icmp", "column 1001: nested deeper than 1000 levels"},
		{strings.Repeat("not ", 5000) + "icmp", "column 4000: nested deeper than 1000 levels"},
		{"icmp[0] = " + strings.Repeat("-", 5000) + "1", "column 1010: nested deeper than 1000 levels"},
		{"1 = " + strings.Repeat("ip[0] + (", 20) + "1" + strings.Repeat(")", 20),
			"column 1: arithmetic nested too deep: it takes more than 12 intermediate results"},
	} {
		f, err := Parse(tt.text, hosts)
		if err == nil {
			t.Errorf("%s: got %q, want an error", tt.text, f)
			continue
		}
		if got := err.Error(); got != tt.want {
			t.Errorf("%.60s:\ngot  %s\nwant %s", tt.text, got, tt.want)
		}
		var c *caret.Error
		if !errors.As(err, &c) || c.Expr != tt.text {
			t.Errorf("%.60s: not an error with a caret", tt.text)
		}
	}
	if _, err := Parse("ifname eth9", lookup); err == nil || err.Error() != `column 8: no interface "eth9": no such device` {
		t.Errorf("an interface that is not there: %v", err)
	}
	if _, err := Parse("host gw", Lookup{}); err == nil || err.Error() != "column 6: expected an address, as 10.0.0.1 or 2001:db8::1" {
		t.Errorf("a name without a lookup: %v", err)
	}
}
