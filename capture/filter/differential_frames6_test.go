package filter_test

import (
	"fmt"
	"net"
	"slices"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"

	"icmpdump/internal/forge"
)

// extension headers, alone and in chains, in front of something. What stands behind a later fragment's
// is no header.
func extensions() map[string][]gopacket.SerializableLayer {
	routing := func() gopacket.SerializableLayer {
		return &layers.IPv6Routing{RoutingType: 2, SegmentsLeft: 1, Reserved: make([]byte, 4), SourceRoutingIPs: []net.IP{net.ParseIP("fd00::2")}}
	}
	ext := func(proto layers.IPProtocol, body ...byte) gopacket.SerializableLayer {
		return &forge.Ext{Proto: proto, Body: body}
	}
	six := []byte{0, 0, 0, 0, 0, 0}
	// of authentication: reserved, SPI, sequence number, check value of 12 bytes
	auth := func() gopacket.SerializableLayer { return ext(51, make([]byte, 22)...) }
	return map[string][]gopacket.SerializableLayer{
		"hop-by-hop":                  {forge.Pad(6)},
		"long hop-by-hop":             {forge.Pad(22)},
		"destination":                 {forge.PadDst(6)},
		"routing":                     {routing()},
		"authentication":              {auth()},
		"mobility":                    {ext(135, six...)},
		"HIP":                         {ext(139, six...)},
		"shim6":                       {ext(140, six...)},
		"atomic fragment":             {&layers.IPv6Fragment{Identification: 7}},
		"first fragment":              {&layers.IPv6Fragment{Identification: 7, MoreFragments: true}},
		"later fragment":              {&layers.IPv6Fragment{Identification: 7, FragmentOffset: 181}},
		"hop-by-hop, destination":     {forge.Pad(6), forge.PadDst(14)},
		"four":                        {forge.Pad(6), routing(), auth(), forge.PadDst(6)},
		"three, first fragment":       {forge.Pad(6), routing(), &layers.IPv6Fragment{Identification: 9, MoreFragments: true}},
		"hop-by-hop, later fragment":  {forge.Pad(6), &layers.IPv6Fragment{Identification: 9, FragmentOffset: 3}},
		"first fragment, destination": {&layers.IPv6Fragment{Identification: 9, MoreFragments: true}, forge.PadDst(6)},
	}
}

func frames6() []sample {
	echo, id := forge.ICMP6(128, 0), forge.IDSeq(77, 1)
	data := gopacket.Payload(slices.Repeat([]byte("data "), 12))
	all, solicited := net.HardwareAddr{0x33, 0x33, 0, 0, 0, 1}, net.HardwareAddr{0x33, 0x33, 0xff, 0, 0, 2}
	frames := []sample{
		built("6 echo", someMAC, forge.IP6("fd00::1", "fd00::2"), echo, id, data),
		built("6 echo back", someMAC, forge.IP6("fd00::2", "fd00::1"), forge.ICMP6(129, 0), id, data),
		built("6 echo of another", someMAC, forge.IP6("2001:db8::1", "2001:db8:ff::9"), echo, forge.IDSeq(1234, 99)),
		built("6 echo to all", all, forge.IP6("fe80::1", "ff02::1"), echo, id),
		built("6 near", someMAC, ip6("fd00::1", "fd00::2", func(h *layers.IPv6) { h.HopLimit, h.TrafficClass, h.FlowLabel = 1, 0xb8, 0xabcde }), echo, id),
		built("6 far", someMAC, ip6("fd00::3", "fd00::1", func(h *layers.IPv6) { h.HopLimit = 255 }), forge.ICMP6(129, 0), forge.IDSeq(1, 2)),
		built("6 UDP", someMAC, forge.IP6("fd00::1", "fd00::2"), &layers.UDP{SrcPort: 40000, DstPort: 53}, data),
		built("6 TCP", someMAC, forge.IP6("2001:db8::1", "fd00::2"), &layers.TCP{SrcPort: 50000, DstPort: 80, SYN: true}),
		built("6 solicitation", solicited, ip6("fe80::1", "ff02::1:ff00:2", func(h *layers.IPv6) { h.HopLimit = 255 }),
			forge.ICMP6(135, 0), gopacket.Payload(append(make([]byte, 4), net.ParseIP("fd00::2")...))),
		built("6 advertisement", someMAC, ip6("fd00::2", "fd00::1", func(h *layers.IPv6) { h.HopLimit = 255 }),
			forge.ICMP6(136, 0), gopacket.Payload(append([]byte{0x60, 0, 0, 0}, net.ParseIP("fd00::2")...))),
	}
	for _, proto := range []layers.IPProtocol{1, 4, 50, 59, 89, 103, 132, 200} {
		frames = append(frames, built(fmt.Sprintf("6 protocol %d", proto), someMAC,
			ip6("fd00::1", "fd00::2", func(h *layers.IPv6) { h.NextHeader = proto }), gopacket.Payload(slices.Repeat([]byte{58, 0, 0, 53}, 8))))
	}
	for name, chain := range extensions() {
		head := []gopacket.SerializableLayer{forge.IP6("fd00::1", "fd00::2")}
		for what, body := range map[string][]gopacket.SerializableLayer{
			"echo":          {forge.ICMP6(128, 0), id, data},
			"no membership": {forge.ICMP6(143, 0), gopacket.Payload(make([]byte, 4))},
			"UDP":           {&layers.UDP{SrcPort: 40000, DstPort: 53}},
			"TCP":           {&layers.TCP{SrcPort: 50000, DstPort: 80, SYN: true}},
		} {
			frames = append(frames, built("6 "+name+", "+what, someMAC, slices.Concat(head, chain, body)...))
		}
	}
	for _, tc := range [][2]uint8{{1, 0}, {1, 4}, {2, 0}, {3, 0}, {4, 1}} {
		for name, quote := range quotes6() {
			m := forge.Message6(tc[0], tc[1], 1280, quote)
			frames = append(frames, sample{name: fmt.Sprintf("6 error %d/%d about %s", tc[0], tc[1], name),
				data: forge.Link(layers.LinkTypeEthernet, m.Datagram("2001:db8::9", "fd00::1"))})
		}
	}
	for _, typ := range []uint8{130, 131, 132, 133, 134, 137, 138, 139, 140, 141, 151, 155, 200} {
		frames = append(frames, sample{name: fmt.Sprintf("6 type %d", typ),
			data: forge.Link(layers.LinkTypeEthernet, forge.Message6(typ, 0, 0, make([]byte, 32)).Datagram("fe80::7", "ff02::2"))})
	}
	slices.SortStableFunc(frames, byName) // of those that a map brought
	return frames
}

// framesOther are of other protocols.
func framesOther() []sample {
	of := func(name string, dst net.HardwareAddr, bytes ...byte) sample {
		return sample{name: name, data: slices.Concat(dst, []byte{2, 0, 0, 0, 0, 0x77}, bytes, make([]byte, 46))}
	}
	arp := func(name string, op uint16, from, to string) sample {
		return built(name, allMAC, &layers.ARP{AddrType: 1, Protocol: layers.EthernetTypeIPv4, HwAddressSize: 6, ProtAddressSize: 4,
			Operation: op, SourceHwAddress: someMAC, DstHwAddress: make([]byte, 6),
			SourceProtAddress: net.ParseIP(from).To4(), DstProtAddress: net.ParseIP(to).To4()})
	}
	reverse := arp("RARP", 3, "10.0.0.1", "10.0.0.2")
	reverse.data[12], reverse.data[13] = 0x80, 0x35
	echo := forge.Frame(forge.IP4("10.0.0.1", "10.0.0.2"), forge.Echo4(8, 77, 1))
	return []sample{
		arp("ARP", 1, "10.0.0.1", "10.0.0.2"),
		arp("ARP of others", 2, "10.9.0.1", "192.168.1.1"),
		reverse,
		of("spanning tree", net.HardwareAddr{1, 0x80, 0xc2, 0, 0, 0}, 0, 38, 0x42, 0x42, 3),
		of("IPv4 in LLC", someMAC, append([]byte{0, byte(3 + len(echo)), 6, 6, 3}, echo...)...),
		of("SNAP of another organization", someMAC, append([]byte{0, byte(8 + len(echo)), 0xaa, 0xaa, 3, 0, 0, 0x0c, 8, 0}, echo...)...),
		of("IPX", allMAC, 0, 40, 0xff, 0xff),
		of("MPLS", someMAC, append([]byte{0x88, 0x47, 0, 1, 1, 64}, echo...)...),
		of("PPPoE", someMAC, append([]byte{0x88, 0x64, 0x11, 0, 0, 7, 0, 30, 0, 0x21}, echo...)...),
		of("PPPoE discovery", allMAC, 0x88, 0x63, 0x11, 9),
		of("LLDP", net.HardwareAddr{1, 0x80, 0xc2, 0, 0, 0xe}, 0x88, 0xcc, 2, 7),
		of("experimental", someMAC, 0x88, 0xb5, 58, 1, 58, 1, 58, 1),
		of("loopback", someMAC, 0x90, 0),
		of("IS-IS", someMAC, 0, 40, 0xfe, 0xfe, 3, 0x83),
	}
}
