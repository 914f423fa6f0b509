package icmp

import "encoding/binary"

// The IP protocols that a message or what it quotes is likely to be (IANA, Protocol Numbers).
const (
	ProtoICMP   = 1
	ProtoTCP    = 6
	ProtoUDP    = 17
	ProtoDCCP   = 33
	ProtoESP    = 50
	ProtoICMPv6 = 58
	ProtoSCTP   = 132
)

// Other IP protocols, and IPv6 extension headers (IANA, IPv6 Extension Header Types).
const (
	protoHopByHop = 0
	protoRouting  = 43
	protoFragment = 44
	protoAH       = 51
	protoNoNext   = 59
	protoDstOpts  = 60
	protoMobility = 135
	protoUDPLite  = 136
	protoHIP      = 139
	protoShim6    = 140
	protoExp1     = 253 // RFC 3692 experiments
	protoExp2     = 254
)

const maxDatagram = 65535 // RFC 791, section 3.1

// anyIP4 reads an IPv4 header (RFC 791, section 3.1) and what stands behind it.
func anyIP4(p *Packet, b []byte, wire int) Status {
	if len(b) < 20 {
		if len(b) < 10 || b[9] != ProtoICMP {
			return NotICMP // what a kernel filter could not have seen to be ICMP
		}
		p.Version = 4
		p.Flags |= FlagNoAddrs
		return short(len(b), wire, MalformedIPHeader)
	}
	proto := b[9]
	if proto != ProtoICMP && proto != ProtoICMPv6 && proto != protoAH {
		return NotICMP
	}
	p.Version = 4
	p.Src.set4(b[12:16])
	p.Dst.set4(b[16:20])
	p.TTL = b[8]
	p.IPID = binary.BigEndian.Uint16(b[4:])

	header := int(b[0]&0x0f) * 4
	if b[0]>>4 != 4 || header < 20 || header > wire {
		return MalformedIPHeader
	}
	total := int(binary.BigEndian.Uint16(b[2:]))
	if total == 0 {
		total = wire // segmentation offload leaves it to the network card
		p.Flags |= FlagNoIPLen
	}
	p.IPLen = uint32(total)
	if total < header {
		return MalformedIPLength
	}
	b, wire = datagram(p, b, wire)

	flags := binary.BigEndian.Uint16(b[6:])
	offset := int(flags&0x1fff) * 8
	p.Frag = uint16(offset) | flags>>13&1
	if proto == protoAH && offset == 0 {
		if total < header+8 {
			return MalformedExtHeader
		}
		if len(b) < header+8 {
			return Truncated
		}
		proto = b[header]
		header += extHeaderLen(protoAH, b[header+1])
		if header > total {
			return MalformedExtHeader
		}
	}
	p.Length = uint32(total - header)
	p.head = uint16(header)
	switch {
	case offset+total > maxDatagram:
		return MalformedFragOverflow
	case proto == ProtoICMPv6:
		return MalformedWrongFamily
	case proto != ProtoICMP: // or not known to be: a later fragment of what AH protects
		return NotICMP
	case offset > 0:
		return Fragment
	case header > len(b):
		return Truncated
	}
	return message(p, b[header:], wire-header, 0)
}

// datagram cuts off what stands behind the datagram: Ethernet padding.
func datagram(p *Packet, b []byte, wire int) ([]byte, int) {
	total := int(p.IPLen)
	if total > wire {
		return b, wire
	}
	return b[:min(total, len(b))], total
}

// short is the verdict on a header of which only got bytes are there: it was cut short by
// the capture, or else it is what the network saw, and malformed.
func short(got, wire int, malformed Status) Status {
	if got < wire {
		return Truncated
	}
	return malformed
}
