package icmp

import "encoding/binary"

// ip6 reads an IPv6 header (RFC 8200, section 3), walks the chain of extension headers to
// its end, and reads what stands there.
func ip6(p *Packet, b []byte, wire int) Status {
	if len(b) < 40 {
		if len(b) < 7 || !mayLeadToICMP(b[6]) {
			return NotICMP // what a kernel filter could not have seen to be ICMP
		}
		p.Version = 6
		p.Flags |= FlagNoAddrs
		return short(len(b), wire, MalformedIPHeader)
	}
	next := b[6]
	if !mayLeadToICMP(next) {
		if next == protoESP || next == protoNoNext {
			return UnsupportedExtHeader
		}
		return NotICMP
	}
	p.Version = 6
	p.Src = Addr(b[8:24])
	p.Dst = Addr(b[24:40])
	p.TTL = b[7]
	if b[0]>>4 != 6 {
		return MalformedIPHeader
	}
	payload := int(binary.BigEndian.Uint16(b[4:]))
	if payload == 0 {
		payload = jumboLength(b)
	}
	if payload == 0 {
		payload = wire - 40 // segmentation offload leaves it to the network card
		p.Flags |= FlagNoIPLen
	}
	p.IPLen = uint32(40 + payload)
	b, wire = datagram(p, b, wire)
	return extHeaders(p, b, wire, next)
}

// extHeaders walks the chain that begins with next at b[40]. Each step takes at least eight
// bytes off b, which bounds the walk.
func extHeaders(p *Packet, b []byte, wire int, next uint8) Status {
	n := 40
	dst := &p.Dst // whom the checksum's pseudo-header names
	var final Addr
	for {
		switch next {
		case protoICMPv6:
			p.Length = p.IPLen - uint32(n)
			if p.Frag > 1 {
				return Fragment
			}
			return message(p, b[n:], wire-n, pseudo(&p.Src, dst, uint32(wire-n)))
		case protoICMP:
			return MalformedWrongFamily
		case protoESP, protoNoNext, protoExp1, protoExp2:
			return UnsupportedExtHeader
		}
		if !isExtHeader(next) {
			return NotICMP
		}
		if p.Frag > 1 { // the rest of the chain is in the first fragment
			return Fragment
		}
		if len(b) < n+8 {
			return short(len(b), wire, MalformedExtHeader)
		}
		size := extHeaderLen(next, b[n+1])
		if n+size > int(p.IPLen) {
			return MalformedExtHeader
		}
		switch next {
		case protoHopByHop:
			p.Flags |= FlagHopByHop
		case protoDstOpts:
			p.Flags |= FlagDstOpts
		case protoFragment:
			p.Flags |= FlagFragment
			p.Frag = binary.BigEndian.Uint16(b[n+2:]) &^ 6
			if int(p.Frag&^7)+int(p.IPLen)-n-size > maxDatagram {
				return MalformedFragOverflow
			}
		case protoRouting:
			p.Flags |= FlagOtherExts
			if a, ok := finalDst(b[n:min(n+size, len(b))]); ok {
				final = a
				dst = &final
			}
		default:
			p.Flags |= FlagOtherExts
		}
		next = b[n]
		n += size
		if n > len(b) {
			return short(len(b), wire, MalformedExtHeader)
		}
	}
}

// mayLeadToICMP reports whether the base filter passes an IPv6 packet with this first next
// header: ICMP itself (of either family), or an extension header that it may stand behind.
func mayLeadToICMP(next uint8) bool {
	return next == protoICMPv6 || next == protoICMP || isExtHeader(next)
}

// isExtHeader reports whether next is an extension header that the walk knows the length of.
func isExtHeader(next uint8) bool {
	switch next {
	case protoHopByHop, protoRouting, protoFragment, protoAH, protoDstOpts, protoMobility, protoHIP, protoShim6:
		return true
	}
	return false
}

// extHeaderLen is the length of an extension header whose length byte is n.
func extHeaderLen(next, n uint8) int {
	switch next {
	case protoFragment:
		return 8 // RFC 8200, section 4.5: this byte is reserved
	case protoAH:
		return (int(n) + 2) * 4 // RFC 4302, section 2.2
	}
	return (int(n) + 1) * 8 // RFC 6564, section 4
}

// maxJumbo is the longest payload that is believed: it fits an int everywhere, and no link has
// an MTU near it.
const maxJumbo = 1 << 30

// jumboLength is the payload length of a jumbogram (RFC 2675, section 2), or 0 if the packet
// is none: its hop-by-hop header comes first and has the jumbo payload option.
func jumboLength(b []byte) int {
	const jumboOption, pad1 = 0xc2, 0
	if b[6] != protoHopByHop || len(b) < 48 {
		return 0
	}
	opts := b[42:min(len(b), 40+extHeaderLen(protoHopByHop, b[41]))]
	for len(opts) >= 2 {
		if opts[0] == pad1 {
			opts = opts[1:]
			continue
		}
		n := 2 + int(opts[1])
		if n > len(opts) {
			return 0
		}
		if opts[0] == jumboOption && n == 6 {
			return int(min(binary.BigEndian.Uint32(opts[2:]), maxJumbo))
		}
		opts = opts[n:]
	}
	return 0
}

// finalDst is the last address on a routing header's way, if the packet has not come there
// yet: the one that the checksum's pseudo-header has (RFC 8200, section 8.1).
func finalDst(h []byte) (Addr, bool) {
	const source, mobile, segment = 0, 2, 4 // RFC 8200, RFC 6275, RFC 8754
	if len(h) < 24 || h[3] == 0 {
		return Addr{}, false
	}
	switch h[2] {
	case source, mobile:
		last := 8 + 16*((int(h[1])-1)/2)
		if last+16 > len(h) {
			return Addr{}, false
		}
		return Addr(h[last : last+16]), true
	case segment: // its list is in reverse (RFC 8754, section 2)
		return Addr(h[8:24]), true
	}
	return Addr{}, false
}
