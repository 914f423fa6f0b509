package icmp

import "encoding/binary"

// anyIP6 reads an IPv6 header (RFC 8200, section 3), walks the chain of extension headers to
// its end, and reads what stands there.
func anyIP6(p *Packet, b []byte, wire int) Status {
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
	p.IPLen = uint32(40 + payload)
	b, wire = datagram(p, b, wire)
	return extHeaders(p, b, wire, next)
}

// extHeaders walks the chain that begins with next at b[40]. Each step takes at least eight
// bytes off b, which bounds the walk.
func extHeaders(p *Packet, b []byte, wire int, next uint8) Status {
	total := int(p.IPLen)
	e := ends{p.Src, p.Dst}
	for n := 40; ; {
		p.Length = uint32(total - n)
		p.head = offset(n)
		switch {
		case p.Frag > 1 && (next == ProtoICMPv6 || isExtHeader(next)):
			return Fragment // the rest of the chain is in the first one
		case next == ProtoICMPv6:
			return message(p, b[n:], wire-n, pseudo(&e.src, &e.dst, uint32(wire-n)))
		case next == ProtoICMP:
			return MalformedWrongFamily
		case next == ProtoESP || next == protoNoNext || next == protoExp1 || next == protoExp2:
			return UnsupportedExtHeader
		case !isExtHeader(next):
			return NotICMP
		case total < n+8:
			return MalformedExtHeader
		case len(b) < n+8:
			return Truncated
		}
		size := extHeaderLen(next, b[n+1])
		if total < n+size {
			return MalformedExtHeader
		}
		h := b[n:min(n+size, len(b))]
		if !e.pass(next, h, &p.Dst) {
			p.Sum = SumUnverified
		}
		if next == protoFragment {
			p.Frag = binary.BigEndian.Uint16(h[2:]) &^ 6
			// What stands before this header counts in the payload length of the whole.
			if int(p.Frag&^7)+total-size-40 > maxDatagram {
				return MalformedFragOverflow
			}
		}
		next = h[0]
		n += size
		if n > len(b) {
			return Truncated
		}
	}
}

// ends are whom the pseudo-header of a checksum names: the addresses of the IPv6 header, but for
// those that extension headers put in their place (RFC 8200, section 8.1; RFC 6275, section
// 9.3.1).
type ends struct{ src, dst Addr }

// pass takes an extension header into account, of which h was captured, in a packet to dst. It
// reports false if nobody knows what it means.
func (e *ends) pass(typ uint8, h []byte, dst *Addr) bool {
	switch typ {
	case protoDstOpts:
		if a, ok := homeAddress(&ExtHeader{Type: typ, Data: h}); ok {
			e.src = a
		}
	case protoRouting:
		a, verdict := finalDst(h, dst)
		if verdict == routeOn {
			e.dst = a
		}
		return verdict != routeUnknown
	}
	return true
}

// mayLeadToICMP reports whether the base filter passes an IPv6 packet with this first next
// header: ICMP itself (of either family), or an extension header that it may stand behind.
func mayLeadToICMP(next uint8) bool {
	return next == ProtoICMPv6 || next == ProtoICMP || isExtHeader(next)
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
	chain := ReadExtHeaders(b)
	h, ok := chain.Next()
	if !ok || h.Type != ExtHopByHop {
		return 0
	}
	if v := h.option(Option6Jumbo, 4); v != nil {
		return int(min(binary.BigEndian.Uint32(v), maxJumbo))
	}
	return 0
}

// homeAddress is that of a mobile node's destination options header h, which stands for the
// source in the checksum's pseudo-header (RFC 6275, sections 6.3 and 9.3.1).
func homeAddress(h *ExtHeader) (Addr, bool) {
	if v := h.option(Option6HomeAddress, 16); v != nil {
		return Addr(v), true
	}
	return Addr{}, false
}

// option is the value, of that length, of the first such option in h, or nil.
func (h *ExtHeader) option(typ uint8, length int) []byte {
	opts := h.Options()
	for o, ok := opts.Next(); ok; o, ok = opts.Next() {
		if o.Type == typ && len(o.Data) == length {
			return o.Data
		}
	}
	return nil
}

// A route is what a routing header says of the address that the checksum's pseudo-header has:
// the last on the way (RFC 8200, section 8.1).
type route uint8

const (
	routeOver    route = iota // the packet has come there: it is the destination
	routeOn                   // it is another
	routeUnknown              // nobody knows this type of header, or it is cut off
)

// finalDst is the last address on the way of a routing header, dst being the next one.
func finalDst(h []byte, dst *Addr) (Addr, route) {
	if h[3] == 0 {
		return Addr{}, routeOver
	}
	whole := extHeaderLen(protoRouting, h[1])
	if len(h) < whole {
		return Addr{}, routeUnknown
	}
	switch h[2] {
	case RoutingSource, RoutingMobile:
		if last := 8 + 16*((int(h[1])-1)/2); last >= 8 && last+16 <= whole {
			return Addr(h[last : last+16]), routeOn
		}
	case RoutingSegment: // its list is in reverse (RFC 8754, section 2)
		if whole >= 24 {
			return Addr(h[8:24]), routeOn
		}
	case RoutingRPL: // the last address leaves out as many bytes as CmprE says, those of dst
		last := *dst
		same, pad := int(h[4]&15), int(h[5]>>4)
		if from := whole - pad - (16 - same); from >= 8 {
			copy(last[same:], h[from:whole-pad])
			return last, routeOn
		}
	}
	return Addr{}, routeUnknown
}
