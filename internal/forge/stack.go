package forge

import (
	"net/netip"
	"slices"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
)

// datagram puts random headers of IP before the message, which may become a fragment, or get a
// bad checksum.
func (d dice) datagram(m Message) []byte {
	src, dst := d.addr(m.Version), m.To
	if dst == "" {
		dst = d.addr(m.Version)
	}
	if m.Version == 4 {
		return d.datagram4(m, src, dst)
	}
	return d.datagram6(m, src, dst)
}

func (d dice) datagram4(m Message, src, dst string) []byte {
	payload := m.Bytes(src, dst)
	d.spoil(payload)
	ip := IP4(src, dst)
	ip.Protocol = layers.IPProtocolICMPv4
	ip.TTL, ip.TOS, ip.Id = 1+d.byte()/2, d.byte(), d.uint16()
	ls := []gopacket.SerializableLayer{ip}
	switch d.IntN(10) {
	case 0, 1:
		ip.Options = d.options4()
	case 2:
		ls = append(ls, &Ext{Proto: layers.IPProtocolAH, Next: ip.Protocol, Body: d.authentication()})
	case 3:
		ip.Flags = layers.IPv4DontFragment
	case 4:
		var offset int
		payload, offset = d.fragment(payload)
		ip.FragOffset = uint16(offset / 8)
		if ip.FragOffset == 0 || d.one(2) {
			ip.Flags = layers.IPv4MoreFragments
		}
	}
	return Frame(append(ls, gopacket.Payload(payload))...)
}

// options4 are options of an IPv4 header (RFC 791, section 3.1), in a multiple of 4 bytes.
func (d dice) options4() []layers.IPv4Option {
	option := func(typ uint8, data ...byte) layers.IPv4Option {
		return layers.IPv4Option{OptionType: typ, OptionLength: uint8(2 + len(data)), OptionData: data}
	}
	const end, nop, record, timestamp, looseRoute, alert = 0, 1, 7, 68, 131, 148
	return oneOf(d,
		[]layers.IPv4Option{option(alert, 0, 0)},
		[]layers.IPv4Option{option(record, append([]byte{4}, make([]byte, 4*(1+d.IntN(8)))...)...), {OptionType: end}},
		[]layers.IPv4Option{option(timestamp, append([]byte{5, 0}, make([]byte, 8)...)...)},
		[]layers.IPv4Option{{OptionType: nop}, option(looseRoute, append([]byte{8}, addresses(d.addr4())...)...)},
	)
}

func (d dice) datagram6(m Message, src, dst string) []byte {
	ip := IP6(src, dst)
	ip.HopLimit, ip.TrafficClass, ip.FlowLabel = 1+d.byte()/2, d.byte(), d.Uint32N(1<<20)
	ip.NextHeader = layers.IPProtocolICMPv6
	ls := []gopacket.SerializableLayer{ip}
	from, to := src, dst // whom the checksum is about
	if d.one(4) {
		ls = append(ls, Pad(6+8*d.IntN(3)))
	}
	switch d.IntN(12) {
	case 0:
		ls = append(ls, PadDst(6+8*d.IntN(3)))
	case 1:
		from = d.addr6()
		ls = append(ls, homeAddress(from))
	case 2, 3:
		var routing gopacket.SerializableLayer
		routing, to = d.routing(dst)
		ls = append(ls, routing)
	case 4:
		ls = append(ls, &Ext{Proto: layers.IPProtocolAH, Body: d.authentication()})
	case 5: // the payload form of shim6's, 8 bytes (RFC 5533, section 5.1)
		ls = append(ls, &Ext{Proto: 140, Body: append([]byte{0x80}, d.bytes(5)...)})
	}
	payload := m.Bytes(from, to)
	d.spoil(payload)
	if d.one(8) {
		var offset int
		if !d.one(3) { // the third is an atomic one (RFC 6946)
			payload, offset = d.fragment(payload)
		}
		more := offset == 0 && len(payload) < len(m.Body)+4
		ls = append(ls, &layers.IPv6Fragment{FragmentOffset: uint16(offset / 8), MoreFragments: more, Identification: d.Uint32()})
	}
	for _, l := range ls[1:] {
		*nextHeader(l) = ip.NextHeader
	}
	return Frame(append(ls, gopacket.Payload(payload))...)
}

// homeAddress is the option that has a mobile node's address (RFC 6275, section 6.3), aligned.
func homeAddress(addr string) *layers.IPv6Destination {
	const padN, home = 1, 201
	return &layers.IPv6Destination{Options: []*layers.IPv6DestinationOption{
		{OptionType: padN, OptionData: []byte{0, 0}},
		{OptionType: home, OptionData: ip(addr)},
	}}
}

// routing is a routing header of a datagram that is on its way to dst, and the last address on
// that way: RFC 2460, section 4.4 (type 0); RFC 6275, section 6.4 (2); RFC 6554 (3); RFC 8754 (4).
func (d dice) routing(dst string) (_ *layers.IPv6Routing, final string) {
	n := 1 + d.IntN(3)
	var stops []string
	for range n {
		stops = append(stops, d.addr6())
	}
	h := &layers.IPv6Routing{RoutingType: uint8(oneOf(d, 0, 2, 3, 4)), Reserved: make([]byte, 4)}
	last := stops[n-1]
	switch h.RoutingType {
	case 2:
		stops = stops[n-1:]
	case 4: // the last one comes first
		h.Reserved = append([]byte{byte(n - 1), 0}, be16(d.uint16())...)
		last = stops[0]
	}
	if h.SegmentsLeft = uint8(d.IntN(len(stops) + 1)); h.RoutingType == 2 {
		h.SegmentsLeft = 1 // always
	}
	for _, s := range stops {
		h.SourceRoutingIPs = append(h.SourceRoutingIPs, ip(s))
	}
	if h.RoutingType == 3 && d.one(2) { // without the first half, which all share with dst
		h.SourceRoutingIPs, h.Reserved[0] = nil, 8<<4|8
		for _, s := range stops {
			h.Data = append(h.Data, ip(s)[8:]...)
		}
		last = netip.AddrFrom16([16]byte(slices.Concat(ip(dst)[:8], ip(last)[8:]))).String()
	}
	if h.SegmentsLeft == 0 {
		return h, dst
	}
	return h, last
}

// fragment is a part of a message, and where it begins: a multiple of 8 bytes.
func (d dice) fragment(b []byte) (_ []byte, offset int) {
	if len(b) <= 16 {
		return b, 0
	}
	cut := 8 * (1 + d.IntN((len(b)-9)/8))
	if d.one(2) {
		return b[:cut], 0
	}
	return b[cut:], cut
}

// spoil makes the checksum of one message in 16 wrong.
func (d dice) spoil(message []byte) {
	if d.one(16) {
		message[2] ^= 0x55
	}
}
