package filter_test

import (
	"encoding/binary"
	"regexp"
	"testing"

	"icmpdump/capture"
	"icmpdump/capture/icmp"
	"icmpdump/internal/forge"
)

// ofEthernet are expressions about what only Ethernet has, and about lengths.
var ofEthernet = regexp.MustCompile(`ether|link\[|vlan|len|less|greater|(^|[^6p] )(multicast|broadcast)`)

// An expression about IP means the same on every link.
func TestLinksAreAlike(t *testing.T) {
	compared := map[icmp.Link]int{}
	for _, r := range rows() {
		if ofEthernet.MatchString(r.expr) {
			continue
		}
		m := parse(t, r.expr).Machine(nil)
		for _, s := range samples() {
			if !isIP(s.data) {
				continue
			}
			want := m.Match(frameOf(icmp.LinkEthernet, s.data))
			for i, link := range forge.Links[1:] {
				other := icmp.LinkEthernet + 1 + icmp.Link(i)
				if got := m.Match(frameOf(other, forge.Link(link, s.data[14:]))); got != want {
					t.Errorf("%s: %s, as %v: %v, want %v", r.expr, s.name, link, got, want)
				}
				compared[other]++
			}
		}
	}
	for _, link := range []icmp.Link{icmp.LinkRaw, icmp.LinkNull, icmp.LinkLoop, icmp.LinkSLL, icmp.LinkSLL2} {
		if compared[link] == 0 {
			t.Errorf("nothing was compared of link type %d", link)
		}
	}
}

// isIP reports whether a datagram stands right behind the Ethernet header, and is of the version that this says.
func isIP(frame []byte) bool {
	if len(frame) < 15 {
		return false
	}
	version := frame[14] >> 4
	switch binary.BigEndian.Uint16(frame[12:]) {
	case icmp.EtherIPv4:
		return version == 4
	case icmp.EtherIPv6:
		return version == 6
	}
	return false
}

func frameOf(link icmp.Link, data []byte) *capture.Frame {
	return &capture.Frame{Frame: icmp.Frame{Data: data, Wire: len(data), Link: link}, Dir: icmp.DirIn}
}
