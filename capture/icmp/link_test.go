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
