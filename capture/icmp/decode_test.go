package icmp

import (
	"slices"
	"testing"

	"icmpdump/internal/forge"
)

func v4(a, b, c, d byte) Addr { return AddrFrom4([4]byte{a, b, c, d}) }

// v6 is 2001:db8::n.
func v6(n byte) Addr { return Addr{0x20, 0x01, 0x0d, 0xb8, 15: n} }

const (
	ether4 = `020000000002 020000000001 0800 # Ethernet
`
	ether6 = `020000000002 020000000001 86dd # Ethernet
`
	// echo4 is an echo request of 10.0.0.1 to 10.0.0.2.
	echo4 = `4500 0020 1234 4000 40 01 0000 0a000001 0a000002 # IPv4
		0800 fbcc 4d2f 0003 c0ffee00            # echo request, id 19759, seq 3
`
	// quoted4 is the beginning of a UDP datagram of 10.0.0.1 to 192.0.2.9, port 53.
	quoted4 = `4500 0030 0001 0000 01 11 0000 0a000001 c0000209 # IPv4
		9ca8 0035 001c 0000 # UDP, 40104 > 53
`
	// ip6 is an IPv6 header from 2001:db8::1 to 2001:db8::2, but for its first eight bytes.
	ip6Addrs = `20010db8000000000000000000000001 20010db8000000000000000000000002
`
	echo6 = `8000 2811 4d2f 0003 c0ffee00 # echo request, id 19759, seq 3
`
)

// echo4Packet and echo6Packet are what echo4 and echo6 say.
var (
	echo4Packet = Packet{Status: OK, Version: 4, Src: v4(10, 0, 0, 1), Dst: v4(10, 0, 0, 2), TTL: 64,
		IPID: 0x1234, IPLen: 32, Length: 12, Type: 8, Checksum: 0xfbcc, Sum: SumGood, Rest: 19759<<16 | 3, Got: 8}
	echo6Packet = Packet{Status: OK, Version: 6, Src: v6(1), Dst: v6(2), TTL: 64,
		IPLen: 52, Length: 12, Type: 128, Checksum: 0x2811, Sum: SumGood, Rest: 19759<<16 | 3, Got: 8}
)

// with is p after change.
func with(p Packet, change func(p *Packet)) Packet {
	change(&p)
	return p
}

type decodeTest struct {
	name  string
	link  Link
	frame string
	wire  int // 0: as long as the frame
	in    Packet
	want  Packet
}

// decodeTests are all of them.
var decodeTests = slices.Concat(ip4Tests, ip6Tests, detailTests)

// ip4Tests are links and IPv4.
var ip4Tests = []decodeTest{
	{
		name:  "echo request",
		link:  LinkEthernet,
		frame: ether4 + echo4,
		in:    Packet{Time: 17, Number: 3, Iface: 2, Dir: DirIn},
		want:  with(echo4Packet, func(p *Packet) { p.Time = 17; p.Number = 3; p.Iface = 2; p.Dir = DirIn }),
	},
	{
		name:  "checksum not there yet",
		link:  LinkEthernet,
		frame: ether4 + echo4,
		in:    Packet{Sum: SumUnverified},
		want: Packet{Status: OK, Version: 4,
			Src: v4(10, 0, 0, 1), Dst: v4(10, 0, 0, 2), TTL: 64, IPID: 0x1234, IPLen: 32, Length: 12,
			Type: 8, Checksum: 0xfbcc, Sum: SumUnverified, Rest: 19759<<16 | 3, Got: 8},
	},
	{
		name: "Ethernet padding is no payload",
		link: LinkEthernet,
		frame: ether4 + `4500 001c 0001 0000 40 01 0000 0a000001 0a000002 # IPv4, 28 bytes
			0000 b2cd 4d2f 0003                  # echo reply
			ffffffffffffffffffffffffffffffffffff # padding`,
		want: Packet{Status: OK, Version: 4,
			Src: v4(10, 0, 0, 1), Dst: v4(10, 0, 0, 2), TTL: 64, IPID: 1, IPLen: 28, Length: 8,
			Checksum: 0xb2cd, Sum: SumGood, Rest: 19759<<16 | 3, Got: 8},
	},
	{
		name: "two tags",
		link: LinkEthernet,
		frame: `020000000002 020000000001 88a8 # Ethernet
			0064 8100 # S-tag 100
			600a 0800 # C-tag 10, priority 3
			` + echo4,
		want: with(echo4Packet, func(p *Packet) { p.Tags = 2; p.VLAN = [2]uint16{100, 0x600a} }),
	},
	{
		name: "a stripped tag, and one inline",
		link: LinkEthernet,
		frame: `020000000002 020000000001 8100 # Ethernet
			000a 0800 # C-tag 10
			` + echo4,
		in:   Packet{Tags: 1, VLAN: [2]uint16{100}},
		want: with(echo4Packet, func(p *Packet) { p.Tags = 2; p.VLAN = [2]uint16{100, 10} }),
	},
	{
		name:  "raw IP",
		link:  LinkRaw,
		frame: echo4,
		want:  echo4Packet,
	},
	{
		name: "cooked, version 1, outgoing",
		link: LinkSLL,
		frame: `0004 0001 0006 0200000000010000 0800 # SLL
			` + echo4,
		want: with(echo4Packet, func(p *Packet) { p.Dir = DirOut }),
	},
	{
		name: "cooked, version 2, multicast on interface 7",
		link: LinkSLL2,
		frame: `0800 0000 00000007 0001 02 06 0200000000010000 # SLL2
			` + echo4,
		want: with(echo4Packet, func(p *Packet) { p.Dir = DirMulticast; p.Iface = 7; p.Flags = FlagGroup }),
	},
	{
		name: "cooked, version 2, with an interface index that is none",
		link: LinkSLL2,
		frame: `0800 0000 80000007 0001 02 06 0200000000010000 # SLL2
			` + echo4,
		want: with(echo4Packet, func(p *Packet) { p.Dir = DirMulticast; p.Flags = FlagGroup }),
	},
	{
		name:  "null, written on a little-endian host",
		link:  LinkNull,
		frame: "02000000\n" + echo4,
		want:  echo4Packet,
	},
	{
		name:  "null, written on a big-endian host",
		link:  LinkNull,
		frame: "0000001c\n60000000 000c 3a 40 \n" + ip6Addrs + echo6,
		want:  echo6Packet,
	},
	{
		name:  "loop",
		link:  LinkLoop,
		frame: "00000002\n" + echo4,
		want:  echo4Packet,
	},
	{
		name: "IPv4 options",
		link: LinkRaw,
		frame: `4600 0024 1234 4000 40 01 0000 0a000001 0a000002 94040000 # IPv4, router alert
			0800 fbcc 4d2f 0003 c0ffee00`,
		want: Packet{Status: OK, Version: 4,
			Src: v4(10, 0, 0, 1), Dst: v4(10, 0, 0, 2), TTL: 64, IPID: 0x1234, IPLen: 36, Length: 12,
			Type: 8, Checksum: 0xfbcc, Sum: SumGood, Rest: 19759<<16 | 3, Got: 8},
	},
	{
		name: "first fragment",
		link: LinkRaw,
		frame: `4500 0020 1234 2000 40 01 0000 0a000001 0a000002 # IPv4, more fragments
			0800 fbcc 4d2f 0003 c0ffee00`,
		want: Packet{Status: OK, Version: 4, Frag: 1,
			Src: v4(10, 0, 0, 1), Dst: v4(10, 0, 0, 2), TTL: 64, IPID: 0x1234, IPLen: 32, Length: 12,
			Type: 8, Checksum: 0xfbcc, Sum: SumUnverified, Rest: 19759<<16 | 3, Got: 8},
	},
	{
		name: "later fragment",
		link: LinkRaw,
		frame: `4500 0020 1234 00b9 40 01 0000 0a000001 0a000002 # IPv4, offset 1480
			0800 fbcc 4d2f 0003 c0ffee00`,
		want: Packet{Status: Fragment, Version: 4, Frag: 1480,
			Src: v4(10, 0, 0, 1), Dst: v4(10, 0, 0, 2), TTL: 64, IPID: 0x1234, IPLen: 32, Length: 12},
	},
	{
		name: "fragment past the end of any datagram",
		link: LinkRaw,
		frame: `4500 0020 1234 1fff 40 01 0000 0a000001 0a000002 # IPv4, offset 65528
			0800 fbcc 4d2f 0003 c0ffee00`,
		want: Packet{Status: MalformedFragOverflow, Version: 4, Frag: 65528,
			Src: v4(10, 0, 0, 1), Dst: v4(10, 0, 0, 2), TTL: 64, IPID: 0x1234, IPLen: 32, Length: 12},
	},
	{
		name: "length 0, as segmentation offload leaves it",
		link: LinkRaw,
		frame: `4500 0000 1234 4000 40 01 0000 0a000001 0a000002 # IPv4
			0800 fbcc 4d2f 0003 c0ffee00`,
		want: with(echo4Packet, func(p *Packet) { p.Flags = FlagNoIPLen }),
	},
	{
		name: "header length below 5",
		link: LinkRaw,
		frame: `4400 0020 1234 4000 40 01 0000 0a000001 0a000002 # IPv4
			0800 fbcc 4d2f 0003 c0ffee00`,
		want: Packet{Status: MalformedIPHeader, Version: 4,
			Src: v4(10, 0, 0, 1), Dst: v4(10, 0, 0, 2), TTL: 64, IPID: 0x1234},
	},
	{
		name:  "header length beyond the packet",
		link:  LinkRaw,
		frame: `4f00 0020 1234 4000 40 01 0000 0a000001 0a000002`,
		want: Packet{Status: MalformedIPHeader, Version: 4,
			Src: v4(10, 0, 0, 1), Dst: v4(10, 0, 0, 2), TTL: 64, IPID: 0x1234},
	},
	{
		name: "total length below the header's",
		link: LinkRaw,
		frame: `4500 0013 1234 4000 40 01 0000 0a000001 0a000002
			0800 fbcc 4d2f 0003 c0ffee00`,
		want: Packet{Status: MalformedIPLength, Version: 4,
			Src: v4(10, 0, 0, 1), Dst: v4(10, 0, 0, 2), TTL: 64, IPID: 0x1234, IPLen: 19},
	},
	{
		name: "total length beyond the wire",
		link: LinkRaw,
		frame: `4500 0024 1234 4000 40 01 0000 0a000001 0a000002
			0800 fbcc 4d2f 0003 c0ffee00`,
		want: Packet{Status: Truncated, Version: 4,
			Src: v4(10, 0, 0, 1), Dst: v4(10, 0, 0, 2), TTL: 64, IPID: 0x1234, IPLen: 36, Length: 16,
			Type: 8, Checksum: 0xfbcc, Sum: SumGood, Rest: 19759<<16 | 3, Got: 8},
	},
	{
		name: "cut short by the capture, after the identifier",
		link: LinkRaw,
		frame: `4500 0020 1234 4000 40 01 0000 0a000001 0a000002
			0800 fbcc 4d2f`,
		wire: 32,
		want: Packet{Status: Truncated, Version: 4,
			Src: v4(10, 0, 0, 1), Dst: v4(10, 0, 0, 2), TTL: 64, IPID: 0x1234, IPLen: 32, Length: 12,
			Type: 8, Checksum: 0xfbcc, Sum: SumUnverified, Rest: 19759 << 16, Got: 6},
	},
	{
		name: "shorter than an ICMP header",
		link: LinkRaw,
		frame: `4500 001a 1234 4000 40 01 0000 0a000001 0a000002
			0800 f7ff 0000`,
		want: Packet{Status: MalformedICMPHeader, Version: 4,
			Src: v4(10, 0, 0, 1), Dst: v4(10, 0, 0, 2), TTL: 64, IPID: 0x1234, IPLen: 26, Length: 6,
			Type: 8, Checksum: 0xf7ff, Sum: SumGood, Got: 6},
	},
	{
		name: "ICMPv6 in IPv4",
		link: LinkRaw,
		frame: `4500 0020 1234 4000 40 3a 0000 0a000001 0a000002
			8000 1ba5 4d2f 0003 c0ffee00`,
		want: Packet{Status: MalformedWrongFamily, Version: 4,
			Src: v4(10, 0, 0, 1), Dst: v4(10, 0, 0, 2), TTL: 64, IPID: 0x1234, IPLen: 32, Length: 12},
	},
	{
		name: "port unreachable",
		link: LinkRaw,
		frame: `4500 0038 0001 0000 40 01 0000 c0000209 0a000001 # IPv4
			0303 4db6 00000000 # port unreachable
			` + quoted4,
		want: Packet{Status: OK, Version: 4,
			Src: v4(192, 0, 2, 9), Dst: v4(10, 0, 0, 1), TTL: 64, IPID: 1, IPLen: 56, Length: 36,
			Type: 3, Code: 3, Checksum: 0x4db6, Sum: SumGood, Got: 8,
			Quote: Quote{Src: v4(10, 0, 0, 1), Dst: v4(192, 0, 2, 9), Proto: 17,
				SrcPort: 40104, DstPort: 53, Level: QuotePorts}},
	},
	{
		name: "quote of a later fragment has no ports",
		link: LinkRaw,
		frame: `4500 0038 0001 0000 40 01 0000 c0000209 0a000001 # IPv4
			0b01 0000 00000000                                     # reassembly time exceeded
			4500 0030 0001 0010 01 11 0000 0a000001 c0000209       # IPv4, offset 128
			9ca8 0035 001c 0000`,
		want: Packet{Status: OK, Version: 4,
			Src: v4(192, 0, 2, 9), Dst: v4(10, 0, 0, 1), TTL: 64, IPID: 1, IPLen: 56, Length: 36,
			Type: 11, Code: 1, Sum: SumBad, Got: 8,
			Quote: Quote{Src: v4(10, 0, 0, 1), Dst: v4(192, 0, 2, 9), Proto: 17, Level: QuoteHeader}},
	},
	{
		name: "quote with options, of an echo request",
		link: LinkRaw,
		frame: `4500 003c 0001 0000 40 01 0000 c0000209 0a000001    # IPv4
			0b00 0000 00000000                                        # time exceeded
			4600 0020 0001 0000 01 01 0000 0a000001 c0000209 94040000 # IPv4, router alert
			0800 0000 0007 0009`,
		want: Packet{Status: OK, Version: 4,
			Src: v4(192, 0, 2, 9), Dst: v4(10, 0, 0, 1), TTL: 64, IPID: 1, IPLen: 60, Length: 40,
			Type: 11, Sum: SumBad, Got: 8,
			Quote: Quote{Src: v4(10, 0, 0, 1), Dst: v4(192, 0, 2, 9), Proto: 1, Type: 8,
				SrcPort: 7, DstPort: 9, Level: QuotePorts}},
	},
	{
		name: "IPv4 authentication header",
		link: LinkRaw,
		frame: `4500 0038 1234 4000 40 33 0000 0a000001 0a000002 # IPv4
			01 04 0000 00000001 00000001 000000000000000000000000 # authentication, 24 bytes
			0800 fbcc 4d2f 0003 c0ffee00`,
		want: with(echo4Packet, func(p *Packet) { p.IPLen = 56 }),
	},
	{
		name: "TCP behind an IPv4 authentication header",
		link: LinkRaw,
		frame: `4500 0038 1234 4000 40 33 0000 0a000001 0a000002 # IPv4
			06 04 0000 00000001 00000001 000000000000000000000000 # authentication, 24 bytes
			0800 fbcc 4d2f 0003 c0ffee00`,
		want: Packet{Status: NotICMP, Version: 4,
			Src: v4(10, 0, 0, 1), Dst: v4(10, 0, 0, 2), TTL: 64, IPID: 0x1234, IPLen: 56, Length: 12},
	},
	{
		name: "what is quoted ends where it says, and padding follows",
		link: LinkRaw,
		frame: `4500 0040 0001 0000 40 01 0000 c0000209 0a000001 # IPv4
			0b00 0000 00000000                                # time exceeded
			4500 0014 0001 0000 01 11 0000 0a000001 c0000209 # IPv4, nothing but a header
			00000000 00000000 00000000 00000000`,
		want: Packet{Status: OK, Version: 4,
			Src: v4(192, 0, 2, 9), Dst: v4(10, 0, 0, 1), TTL: 64, IPID: 1, IPLen: 64, Length: 44,
			Type: 11, Sum: SumBad, Got: 8,
			Quote: Quote{Src: v4(10, 0, 0, 1), Dst: v4(192, 0, 2, 9), Proto: 17, Level: QuoteHeader}},
	},
	{
		name:  "SNAP",
		link:  LinkEthernet,
		frame: "020000000002 020000000001 0028 aaaa03 000000 0800" + echo4,
		want:  echo4Packet,
	},
	{
		name:  "SNAP, of a bridge, behind a tag",
		link:  LinkEthernet,
		frame: "020000000002 020000000001 8100 0007 003c aaaa03 0000f8 86dd 60000000 000c 3a 40" + ip6Addrs + echo6,
		want:  with(echo6Packet, func(p *Packet) { p.Tags, p.VLAN = 1, [2]uint16{7} }),
	},
	{
		name:  "LLC",
		link:  LinkEthernet,
		frame: "020000000002 020000000001 0023 060603" + echo4,
		want:  echo4Packet,
	},
	{
		name:  "SNAP in a frame that has no length for it",
		link:  LinkEthernet,
		frame: "020000000002 020000000001 0007 aaaa03 000000 0800" + echo4,
		want:  Packet{Status: NotICMP},
	},
	{
		name:  "SNAP in a frame that ends inside its datagram",
		link:  LinkEthernet,
		frame: "020000000002 020000000001 001c aaaa03 000000 0800" + echo4,
		want: Packet{Status: Truncated, Version: 4, Src: v4(10, 0, 0, 1), Dst: v4(10, 0, 0, 2), TTL: 64, IPID: 0x1234,
			IPLen: 32, Length: 12, Sum: SumUnverified},
	},
	{
		name:  "cooked, of a protocol that is no EtherType",
		link:  LinkSLL,
		frame: "0004 0001 0006 0200000000010000 0001 aaaa03 000000 0800" + echo4,
		want:  Packet{Status: NotICMP, Dir: DirOut},
	},
	{
		name:  "SNAP of another organization",
		link:  LinkEthernet,
		frame: "020000000002 020000000001 0028 aaaa03 00000c 0800" + echo4,
		want:  Packet{Status: NotICMP},
	},
	{
		name: "MPLS",
		link: LinkEthernet,
		frame: `020000000002 020000000001 8847 # Ethernet
			00010140
			` + echo4,
		want: Packet{Status: UnsupportedMPLS},
	},
	{
		name:  "ARP",
		link:  LinkEthernet,
		frame: `020000000002 020000000001 0806 0001 0800 06 04 0001`,
		want:  Packet{Status: NotICMP},
	},
}

func TestDecode(t *testing.T) {
	for _, tt := range decodeTests {
		t.Run(tt.name, func(t *testing.T) {
			b := forge.Hex(tt.frame)
			wire := tt.wire
			if wire == 0 {
				wire = len(b)
			}
			got := tt.in
			st := Decode(&got, tt.link, b, wire)
			if diff := differ(tt.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if st != got.Status {
				t.Errorf("Decode returned %v and left %v", st, got.Status)
			}
		})
	}
}
