package icmp

var ip6Tests = []decodeTest{
	{
		name:  "IPv6 echo request",
		link:  LinkEthernet,
		frame: ether6 + "60000000 000c 3a 40 \n" + ip6Addrs + echo6,
		want:  echo6Packet,
	},
	{
		name: "behind hop-by-hop options, destination options and an authentication header",
		link: LinkRaw,
		frame: "60000000 002c 00 40 \n" + ip6Addrs + `
			3c 00 01 04 00000000 # hop-by-hop, padding
			33 00 01 04 00000000 # destination options, padding
			3a 02 0000 00000001 00000001 00000000 # authentication, 16 bytes
			` + echo6,
		want: with(echo6Packet, func(p *Packet) { p.IPLen = 84 }),
	},
	{
		name: "the checksum has the last address of a source route",
		link: LinkRaw,
		frame: `60000000 0024 2b 40
			20010db8000000000000000000000001 20010db80000000000000000000000ff # the next hop
			3a 02 00 01 00000000 20010db8000000000000000000000002
			` + echo6,
		want: Packet{Status: OK, Version: 6,
			Src: v6(1), Dst: v6(0xff), TTL: 64, IPLen: 76, Length: 12,
			Type: 128, Checksum: 0x2811, Sum: SumGood, Rest: 19759<<16 | 3, Got: 8},
	},
	{
		name: "atomic fragment",
		link: LinkRaw,
		frame: "60000000 0014 2c 40 \n" + ip6Addrs + `
			3a 00 0000 00000007 # fragment header, offset 0, no more
			` + echo6,
		want: with(echo6Packet, func(p *Packet) { p.IPLen = 60 }),
	},
	{
		name: "IPv6 later fragment",
		link: LinkRaw,
		frame: "60000000 0014 2c 40 \n" + ip6Addrs + `
			3a 00 05a8 00000007 # fragment header, offset 1448
			` + echo6,
		want: Packet{Status: Fragment, Version: 6, Frag: 1448,
			Src: v6(1), Dst: v6(2), TTL: 64, IPLen: 60, Length: 12},
	},
	{
		name: "IPv6 later fragment of a chain",
		link: LinkRaw,
		frame: "60000000 0014 2c 40 \n" + ip6Addrs + `
			3c 00 0008 00000007 # fragment header, offset 8
			` + echo6,
		want: Packet{Status: Fragment, Version: 6, Frag: 8,
			Src: v6(1), Dst: v6(2), TTL: 64, IPLen: 60, Length: 12},
	},
	{
		name: "extension header beyond the packet",
		link: LinkRaw,
		frame: "60000000 0014 00 40 \n" + ip6Addrs + `
			3a 09 01 04 00000000 # hop-by-hop, 80 bytes
			` + echo6,
		want: Packet{Status: MalformedExtHeader, Version: 6,
			Src: v6(1), Dst: v6(2), TTL: 64, IPLen: 60, Length: 20},
	},
	{
		name: "extension header cut short by the capture",
		link: LinkRaw,
		wire: 60,
		frame: "60000000 0014 00 40 \n" + ip6Addrs + `
			3a 00 01 04`,
		want: Packet{Status: Truncated, Version: 6,
			Src: v6(1), Dst: v6(2), TTL: 64, IPLen: 60, Length: 20},
	},
	{
		name: "encrypted behind an extension header",
		link: LinkRaw,
		frame: "60000000 0014 00 40 \n" + ip6Addrs + `
			32 00 01 04 00000000 # hop-by-hop, then ESP
			` + echo6,
		want: Packet{Status: UnsupportedExtHeader, Version: 6,
			Src: v6(1), Dst: v6(2), TTL: 64, IPLen: 60, Length: 12},
	},
	{
		name: "TCP behind an extension header",
		link: LinkRaw,
		frame: "60000000 0014 00 40 \n" + ip6Addrs + `
			06 00 01 04 00000000 # hop-by-hop, then TCP
			` + echo6,
		want: Packet{Status: NotICMP, Version: 6,
			Src: v6(1), Dst: v6(2), TTL: 64, IPLen: 60, Length: 12},
	},
	{
		name:  "ICMP in IPv6",
		link:  LinkRaw,
		frame: "60000000 000c 01 40 \n" + ip6Addrs + echo6,
		want: Packet{Status: MalformedWrongFamily, Version: 6,
			Src: v6(1), Dst: v6(2), TTL: 64, IPLen: 52, Length: 12},
	},
	{
		name:  "not version 6",
		link:  LinkEthernet,
		frame: ether6 + "00000000 000c 3a 40 \n" + ip6Addrs + echo6,
		want: Packet{Status: MalformedIPHeader, Version: 6,
			Src: v6(1), Dst: v6(2), TTL: 64},
	},
	{
		name: "neighbor solicitation",
		link: LinkRaw,
		frame: "60000000 0020 3a ff \n" + ip6Addrs + `
			8700 ec6b 00000000 20010db8000000000000000000000009 # neighbor solicitation
			01 01 020000000001 # source link-layer address`,
		want: Packet{Status: OK, Version: 6,
			Src: v6(1), Dst: v6(2), TTL: 255, IPLen: 72, Length: 32,
			Type: 135, Checksum: 0xec6b, Sum: SumGood, Got: 8,
			Quote: Quote{Dst: v6(9), Level: QuoteHeader}},
	},
	{
		name: "neighbor solicitation, option of length 0",
		link: LinkRaw,
		frame: "60000000 0020 3a ff \n" + ip6Addrs + `
			8700 0000 00000000 20010db8000000000000000000000009 # neighbor solicitation
			01 00 020000000001`,
		want: Packet{Status: MalformedOption, Version: 6,
			Src: v6(1), Dst: v6(2), TTL: 255, IPLen: 72, Length: 32,
			Type: 135, Sum: SumBad, Got: 8,
			Quote: Quote{Dst: v6(9), Level: QuoteHeader}},
	},
	{
		name: "redirect of an echo request, quoted behind a destination options header",
		link: LinkRaw,
		frame: "60000000 0068 3a ff \n" + ip6Addrs + `
			8900 0000 00000000                # redirect
			20010db8000000000000000000000009  # target
			20010db8000000000000000000000007  # destination
			04 08 0000 00000000               # redirected header
			60000000 0010 3c 40 20010db8000000000000000000000002 20010db8000000000000000000000007
			3a 00 01 04 00000000
			8000 0000 4d2f 0003`,
		want: Packet{Status: OK, Version: 6,
			Src: v6(1), Dst: v6(2), TTL: 255, IPLen: 144, Length: 104,
			Type: 137, Sum: SumBad, Got: 8,
			Quote: Quote{Src: v6(9), Dst: v6(7), Proto: 58, Type: 128,
				SrcPort: 19759, DstPort: 3, Level: QuotePorts}},
	},
	{
		name: "the checksum has the home address of a mobile node",
		link: LinkRaw,
		frame: "60000000 0024 3c 40 \n" + ip6Addrs + `
			3a 02 01 02 0000 c9 10 20010db80000000000000000000000ee # destination options, home address
			8000 2724 4d2f 0003 c0ffee00`,
		want: with(echo6Packet, func(p *Packet) { p.IPLen = 76; p.Checksum = 0x2724 }),
	},
	{
		name: "the checksum has the last address of an RPL source route",
		link: LinkRaw,
		frame: `60000000 001c 2b 40
			20010db8000000000000000000000001 20010db80000000000000000000000ff # the next hop
			3a 01 03 01 0e 600000 0002 000000000000 # its address leaves out 14 bytes, 6 are padding
			` + echo6,
		want: Packet{Status: OK, Version: 6,
			Src: v6(1), Dst: v6(0xff), TTL: 64, IPLen: 68, Length: 12,
			Type: 128, Checksum: 0x2811, Sum: SumGood, Rest: 19759<<16 | 3, Got: 8},
	},
	{
		name: "a routing header that nobody knows",
		link: LinkRaw,
		frame: `60000000 0014 2b 40
			20010db8000000000000000000000001 20010db80000000000000000000000ff # the next hop
			3a 00 fd 01 00000000
			` + echo6,
		want: Packet{Status: OK, Version: 6,
			Src: v6(1), Dst: v6(0xff), TTL: 64, IPLen: 60, Length: 12,
			Type: 128, Checksum: 0x2811, Sum: SumUnverified, Rest: 19759<<16 | 3, Got: 8},
	},
	{
		name: "IPv6 payload length 0: what stands behind the header is padding",
		link: LinkEthernet,
		frame: ether6 + "60000000 0000 3a 40 \n" + ip6Addrs + `
			800000000000`,
		want: Packet{Status: MalformedICMPHeader, Version: 6, Src: v6(1), Dst: v6(2), TTL: 64, IPLen: 40,
			Sum: SumUnverified},
	},
	{
		name: "extension header beyond the wire, but not beyond the datagram",
		link: LinkRaw,
		frame: "60000000 0064 00 40 \n" + ip6Addrs + `
			3a 09 01 04 00000000 # hop-by-hop, 80 bytes`,
		want: Packet{Status: Truncated, Version: 6,
			Src: v6(1), Dst: v6(2), TTL: 64, IPLen: 140, Length: 100},
	},
	{
		name: "neighbor solicitation without a target",
		link: LinkRaw,
		frame: "60000000 0008 3a ff \n" + ip6Addrs + `
			8700 0000 00000000`,
		want: Packet{Status: MalformedICMPHeader, Version: 6, Src: v6(1), Dst: v6(2), TTL: 255, IPLen: 48, Length: 8,
			Type: 135, Sum: SumBad, Got: 8},
	},
}
