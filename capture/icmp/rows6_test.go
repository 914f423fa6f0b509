package icmp

import "strings"

// pad8 is a header of destination options, all padding, before another; last goes before ICMPv6.
const (
	pad8 = " 3c00 0104 00000000 "
	last = " 3a00 0104 00000000 "
)

// rowsIP6 are about IPv6 and what it can be made of to get past somebody.
var rowsIP6 = []row{
	{"extension headers", []rowCase{
		{name: "all of them", frame: "60000000 005c 00 40" + ip6Addrs + `
			2b00 0104 00000000 # hop-by-hop
			3c00 0000 00000000 # routing
			2c00 0104 00000000 # destination
			3300 0000 00000001 # fragment
			8704 0000 00000001 00000002 000000000000000000000000 # authentication: (4+2)·4 bytes
			3c00 0000 00000000 # mobility
			3a01 010c 000000000000000000000000 # destination: (1+1)·8 bytes
			` + echo6, verdict: "ok", want: ping(head6, 132)},
		{name: "hop-by-hop behind another", frame: "60000000 001c 3c 40" + ip6Addrs + "0000 0104 00000000" + last + echo6, verdict: "ok", want: ping(head6, 68)},
		{name: "hop-by-hop twice", frame: "60000000 001c 00 40" + ip6Addrs + "0000 0104 00000000" + last + echo6, verdict: "ok", want: ping(head6, 68)},
		{name: "a hundred", frame: "60000000 0334 3c 40" + ip6Addrs + strings.Repeat(pad8, 100) + last + echo6, verdict: "ok", want: ping(head6, 860)},
		{name: "nested routing headers, the last of which leads to the receiver", frame: `60000000 003c 2b 40
			20010db8000000000000000000000001 20010db80000000000000000000000ff
			2b02 0001 00000000 20010db80000000000000000000000fe
			3a02 0001 00000000 20010db8000000000000000000000002
			` + echo6, verdict: "ok", want: with(ping(head6, 100), func(p *Packet) { p.Dst = v6(0xff) })},
		{name: "past the datagram", frame: "60000000 0014 3c 40" + ip6Addrs + "3a02 0104 00000000" + echo6, verdict: "malformed:ext-header", want: sized(head6, 60, 20)},
		{name: "past the wire", frame: "60000000 0064 3c 40" + ip6Addrs + "3a02 0104 00000000", verdict: "truncated", want: sized(head6, 140, 100)},
		{name: "behind one that is cut off", frame: "60000000 0064 3c 40" + ip6Addrs + last, wire: 140, verdict: "truncated",
			want: with(sized(head6, 140, 92), func(p *Packet) { p.Sum = SumUnverified })},
	}},
	{"what is not opened", []rowCase{
		{name: "ESP", frame: "60000000 0014 3c 40" + ip6Addrs + "3200 0104 00000000" + echo6, verdict: "unsupported:ext-header", want: sized(head6, 60, 12)},
		{name: "no next header", frame: "60000000 0014 3c 40" + ip6Addrs + "3b00 0104 00000000" + echo6, verdict: "unsupported:ext-header", want: sized(head6, 60, 12)},
		{name: "an experiment", frame: "60000000 0014 3c 40" + ip6Addrs + "fd00 0104 00000000" + echo6, verdict: "unsupported:ext-header", want: sized(head6, 60, 12)},
		{name: "UDP", frame: "60000000 0014 3c 40" + ip6Addrs + "1100 0104 00000000" + echo6, verdict: "not-icmp", want: sized(head6, 60, 12)},
		{name: "ESP at once", frame: "60000000 000c 32 40" + ip6Addrs + echo6, verdict: "not-icmp"},
	}},
	{"fragments", []rowCase{
		{name: "atomic", frame: "60000000 0014 2c 40" + ip6Addrs + "3a00 0000 00000007" + echo6, verdict: "ok", want: ping(head6, 60)},
		{name: "first", frame: "60000000 0014 2c 40" + ip6Addrs + "3a00 0001 00000007" + echo6, verdict: "ok",
			want: with(ping(head6, 60), func(p *Packet) { p.Frag, p.Sum = 1, SumUnverified })},
		{name: "tiny", frame: "60000000 000c 2c 40" + ip6Addrs + "3a00 0001 00000007 80000000", verdict: "malformed:icmp-header",
			want: with(sized(head6, 52, 4), func(p *Packet) { p.Frag, p.Got, p.Type, p.Sum = 1, 4, 128, SumUnverified })},
		{name: "first, with half of the header chain (RFC 7112)", frame: "60000000 0010 2c 40" + ip6Addrs + "3c00 0001 00000007 3a01 0104 00000000",
			verdict: "malformed:ext-header", want: with(sized(head6, 56, 8), func(p *Packet) { p.Frag = 1 })},
		{name: "later", frame: "60000000 0014 2c 40" + ip6Addrs + "3a00 0009 00000007" + echo6, verdict: "fragment",
			want: with(sized(head6, 60, 12), func(p *Packet) { p.Frag = 9 })},
		{name: "later, overlapping the first's end", frame: "60000000 0014 2c 40" + ip6Addrs + "3a00 0008 00000007" + echo6, verdict: "fragment",
			want: with(sized(head6, 60, 12), func(p *Packet) { p.Frag = 8 })},
		{name: "later, of options", frame: "60000000 0014 2c 40" + ip6Addrs + "3c00 0008 00000007" + echo6, verdict: "fragment",
			want: with(sized(head6, 60, 12), func(p *Packet) { p.Frag = 8 })},
		{name: "later, of something else", frame: "60000000 0014 2c 40" + ip6Addrs + "1100 0008 00000007" + echo6, verdict: "not-icmp",
			want: with(sized(head6, 60, 12), func(p *Packet) { p.Frag = 8 })},
		{name: "later, of ICMPv4", frame: "60000000 0014 2c 40" + ip6Addrs + "0100 0008 00000007" + echo6, verdict: "malformed:wrong-family",
			want: with(sized(head6, 60, 12), func(p *Packet) { p.Frag = 8 })},
		{name: "in a fragment", frame: "60000000 001c 2c 40" + ip6Addrs + "2c00 0001 00000007 3a00 0008 00000008" + echo6, verdict: "fragment",
			want: with(sized(head6, 68, 12), func(p *Packet) { p.Frag = 8 })},
		{name: "past the end of any datagram", frame: "60000000 0014 2c 40" + ip6Addrs + "3a00 fff8 00000007" + echo6, verdict: "malformed:frag-overflow",
			want: with(sized(head6, 60, 20), func(p *Packet) { p.Frag = 0xfff8 })},
		{name: "the last byte there can be", frame: "60000000 000f 2c 40" + ip6Addrs + "3a00 fff8 00000007 00000000000000", verdict: "fragment",
			want: with(sized(head6, 55, 7), func(p *Packet) { p.Frag = 0xfff8 })},
	}},
	{"payload length", []rowCase{
		{name: "0, and padding", frame: "60000000 0000 3a 40" + ip6Addrs + "000000000000", verdict: "malformed:icmp-header",
			want: with(sized(head6, 40, 0), func(p *Packet) { p.Sum = SumUnverified })},
		{name: "0, and options that are no jumbo payload", frame: "60000000 0000 00 40" + ip6Addrs + last + echo6, verdict: "malformed:ext-header", want: sized(head6, 40, 0)},
		{name: "of a jumbogram, of which some was captured", frame: "60000000 0000 00 40" + ip6Addrs + "3a00 c204 00010014" + echo6, wire: 40 + 0x10014, verdict: "truncated",
			want: with(ping(head6, 40+0x10014), func(p *Packet) { p.Length, p.Sum = 0x1000c, SumUnverified })},
		{name: "of a small jumbogram", frame: "60000000 0000 00 40" + ip6Addrs + "3a00 c204 00000014" + echo6, verdict: "ok", want: ping(head6, 60)},
		{name: "of both sorts", frame: "60000000 0014 00 40" + ip6Addrs + "3a00 c204 00010014" + echo6, verdict: "ok", want: ping(head6, 60)},
		{name: "short of the message", frame: "60000000 0009 3a 40" + ip6Addrs + echo6, verdict: "ok",
			want: with(ping(head6, 49), func(p *Packet) { p.Length, p.Sum = 9, SumBad })},
		{name: "cut short by the capture", frame: "60000000 000c 3a 40" + ip6Addrs + "8000 2811 4d2f", wire: 52, verdict: "truncated",
			want: with(ping(head6, 52), func(p *Packet) { p.Got, p.Rest, p.Sum = 6, 0x4d2f0000, SumUnverified })},
	}},
	{"quotes", []rowCase{
		{name: "with IPv4 options", frame: "4500 0040 0001 0000 40 01 0000" + addrs4 + "0b00 0000 00000000" + `
			4700 0024 0001 0000 01 11 0000 0a000002 c0000209 94040000 01010100 9ca8 0035 0000 0000`, verdict: "ok",
			want: with(sized(head4, 64, 44), func(p *Packet) {
				p.Type, p.Got, p.Sum = 11, 8, SumBad
				p.Quote = Quote{Src: v4(10, 0, 0, 2), Dst: v4(192, 0, 2, 9), Proto: 17, SrcPort: 40104, DstPort: 53, Level: QuotePorts}
			})},
		{name: "of a later fragment", frame: "4500 0038 0001 0000 40 01 0000" + addrs4 + "0b00 0000 00000000" + `
			4500 001c 0001 0001 01 11 0000 0a000002 c0000209 9ca8 0035 0000 0000`, verdict: "ok",
			want: with(sized(head4, 56, 36), func(p *Packet) {
				p.Type, p.Got, p.Sum = 11, 8, SumBad
				p.Quote = Quote{Src: v4(10, 0, 0, 2), Dst: v4(192, 0, 2, 9), Proto: 17, Level: QuoteHeader}
			})},
		{name: "shorter than their header", frame: "4500 0027 0001 0000 40 01 0000" + addrs4 + "0b00 0000 00000000 4500 001c 0001 0000 01 11 00", verdict: "ok",
			want: with(sized(head4, 39, 19), func(p *Packet) { p.Type, p.Got, p.Sum = 11, 8, SumBad })},
		{name: "with extension headers", frame: "60000000 0048 3a 40" + ip6Addrs + "0300 0000 00000000" + `
			60000000 0018 3c 01 20010db8000000000000000000000002 20010db8000000000000000000000009
			2c00 0104 00000000 1100 0000 00000007 9ca8 0035 0000 0000`, verdict: "ok",
			want: with(sized(head6, 112, 72), func(p *Packet) {
				p.Type, p.Got, p.Sum = 3, 8, SumBad
				p.Quote = Quote{Src: v6(2), Dst: v6(9), Proto: 17, SrcPort: 40104, DstPort: 53, Level: QuotePorts}
			})},
		{name: "of a quote are not read", frame: "4500 0054 0001 0000 40 01 0000" + addrs4 + "0b00 0000 00000000" + `
			4500 0038 0001 0000 01 01 0000 0a000002 c0000209 0b00 0000 00000000 4500 001c 0001 0000 01 11 0000 0a000002 c0000209 9ca8 0035 0000 0000`, verdict: "ok",
			want: with(sized(head4, 84, 64), func(p *Packet) {
				p.Type, p.Got, p.Sum = 11, 8, SumBad
				p.Quote = Quote{Src: v4(10, 0, 0, 2), Dst: v4(192, 0, 2, 9), Proto: 1, Level: QuoteHeader}
			})},
	}},
}
