package icmp

import (
	"testing"

	"icmpdump/internal/forge"
)

// Each framing of PPP that there is on its link types, with IPv4, IPv6 and something else.
func TestPPP(t *testing.T) {
	const ip6Echo = "60000000 000c 3a 40" + ip6Addrs + echo6
	for _, tt := range []struct {
		name, frame string
		want        Status
		version     uint8
	}{
		{"a protocol number", "0021" + echo4, OK, 4},
		{"one of a byte", "21" + echo4, OK, 4},
		{"address and control, protocol number", "ff03 0021" + echo4, OK, 4},
		{"address and control, one of a byte", "ff03 21" + echo4, OK, 4},
		{"IPv6", "ff03 0057" + ip6Echo, OK, 6},
		{"IPv6, one of a byte", "57" + ip6Echo, OK, 6},
		{"Cisco's", "0f00 0800" + echo4, OK, 4},
		{"Cisco's, multicast", "8f00 86dd" + ip6Echo, OK, 6},
		{"link control", "ff03 c021 01010004", NotICMP, 0},
		{"compressed", "ff03 002d" + echo4, NotICMP, 0},
		{"cut short", "ff03 00", NotICMP, 0},
	} {
		var p Packet
		b := forge.Hex(tt.frame)
		if got := Decode(&p, LinkPPP, b, len(b)); got != tt.want || p.Version != tt.version {
			t.Errorf("%s: %v, IP version %d; want %v, %d", tt.name, got, p.Version, tt.want, tt.version)
		}
	}
}

func TestUnsupportedLink(t *testing.T) {
	var p Packet
	b := forge.Hex(echo4)
	if got := Decode(&p, LinkUnknown, b, len(b)); got != UnsupportedLink || !got.Unsupported() {
		t.Errorf("%v, want %v", got, UnsupportedLink)
	}
}

// Who answers a frame that is broadcast or multicast on its link may be anybody. A link between two
// has no groups, and what is multicast by its IP address alone is not by its link's.
func TestFlagGroup(t *testing.T) {
	const cooked, cooked2 = " 0001 0006 0200000000010000 0800 ", "0800 0000 00000007 0001 "
	for _, tt := range []struct {
		name, frame string
		link        Link
		dir         Dir
		want        bool
	}{
		{name: "Ethernet, to one", link: LinkEthernet, frame: ether4 + echo4},
		{name: "Ethernet, to one with a local address", link: LinkEthernet, frame: "fe0000000002 020000000001 0800" + echo4},
		{name: "Ethernet, broadcast", link: LinkEthernet, frame: "ffffffffffff 020000000001 0800" + echo4, want: true},
		{name: "Ethernet, multicast", link: LinkEthernet, frame: "01005e000001 020000000001 0800" + echo4, want: true},
		{name: "Ethernet, multicast, behind a tag", link: LinkEthernet, frame: "333300000001 020000000001 8100 0007 0800" + echo4, want: true},
		{name: "Ethernet, multicast, LLC", link: LinkEthernet, frame: "01005e000001 020000000001 0023 060603" + echo4, want: true},
		{name: "Ethernet, broadcast, sent", link: LinkEthernet, frame: "ffffffffffff 020000000001 0800" + echo4, dir: DirOut, want: true},
		{name: "Ethernet, from a group", link: LinkEthernet, frame: "020000000002 ffffffffffff 0800" + echo4},
		{name: "cooked, to this host", link: LinkSLL, frame: "0000" + cooked + echo4},
		{name: "cooked, broadcast", link: LinkSLL, frame: "0001" + cooked + echo4, want: true},
		{name: "cooked, multicast", link: LinkSLL, frame: "0002" + cooked + echo4, want: true},
		{name: "cooked, to another", link: LinkSLL, frame: "0003" + cooked + echo4},
		{name: "cooked, sent", link: LinkSLL, frame: "0004" + cooked + echo4},
		{name: "cooked, version 2, to this host", link: LinkSLL2, frame: cooked2 + "00 06 ffffffffffff0000" + echo4},
		{name: "cooked, version 2, broadcast", link: LinkSLL2, frame: cooked2 + "01 06 0200000000010000" + echo4, want: true},
		{name: "cooked, version 2, multicast", link: LinkSLL2, frame: cooked2 + "02 06 0200000000010000" + echo4, want: true},
		{name: "cooked, version 2, to another", link: LinkSLL2, frame: cooked2 + "03 06 0200000000010000" + echo4},
		{name: "raw", link: LinkRaw, frame: "4500 0020 1234 4000 40 01 0000 0a000001 e0000001 0800 fbcc 4d2f 0003 c0ffee00"},
		{name: "raw, received as broadcast", link: LinkRaw, frame: echo4, dir: DirBroadcast, want: true},
		{name: "raw, received as multicast", link: LinkRaw, frame: echo4, dir: DirMulticast, want: true},
		{name: "raw, received", link: LinkRaw, frame: echo4, dir: DirIn},
		{name: "null", link: LinkNull, frame: "02000000" + echo4},
		{name: "loop, received as multicast", link: LinkLoop, frame: "00000002" + echo4, dir: DirMulticast, want: true},
		{name: "PPP", link: LinkPPP, frame: "ff03 0021" + echo4},
		{name: "Cisco's multicast", link: LinkPPP, frame: "8f00 0800" + echo4},
	} {
		b := forge.Hex(tt.frame)
		p := Packet{Dir: tt.dir, Flags: FlagUntimed}
		if st := Decode(&p, tt.link, b, len(b)); st != OK {
			t.Errorf("%s: %v", tt.name, st)
		}
		want := uint8(FlagUntimed)
		if tt.want {
			want |= FlagGroup
		}
		if p.Flags != want {
			t.Errorf("%s: flags %03b, want %03b", tt.name, p.Flags, want)
		}
	}
}
