package icmp

import "encoding/binary"

// quote4 reads the IPv4 datagram that an error quotes: its header and, by RFC 792, at least
// eight bytes more.
func quote4(p *Packet, b []byte) {
	if len(b) < 20 || b[0]>>4 != 4 {
		return
	}
	header := int(b[0]&0x0f) * 4
	if header < 20 {
		return
	}
	q := &p.Quote
	q.Src = AddrFrom4([4]byte(b[12:16]))
	q.Dst = AddrFrom4([4]byte(b[16:20]))
	q.Proto = b[9]
	q.Level = QuoteHeader
	// What stands behind it may be padding (RFC 4884, section 4). Some hosts quote a length
	// that is not the one that was sent: it is believed if it has room for the header.
	if total := int(binary.BigEndian.Uint16(b[2:])); total >= header && total < len(b) {
		b = b[:total]
	}
	if offset := binary.BigEndian.Uint16(b[6:]) & 0x1fff; offset == 0 && header <= len(b) {
		quotePorts(q, b[header:])
	}
}

// quote6 reads the IPv6 datagram that an error quotes, as much of it as fits into the
// minimum MTU (RFC 4443, section 2.4 c).
func quote6(p *Packet, b []byte) {
	if len(b) < 40 || b[0]>>4 != 6 {
		return
	}
	b = b[:min(len(b), 40+int(binary.BigEndian.Uint16(b[4:])))]
	q := &p.Quote
	q.Src = Addr(b[8:24])
	q.Dst = Addr(b[24:40])
	q.Proto = b[6]
	q.Level = QuoteHeader
	for b = b[40:]; isExtHeader(q.Proto); {
		if len(b) < 8 {
			return
		}
		if q.Proto == protoFragment && binary.BigEndian.Uint16(b[2:])&^7 != 0 {
			q.Proto = b[0]
			return // not the first fragment: no ports
		}
		size := extHeaderLen(q.Proto, b[1])
		q.Proto = b[0]
		if size > len(b) {
			return
		}
		b = b[size:]
	}
	quotePorts(q, b)
}

// quotePorts reads the ports of the protocols that have them in their first four bytes, or
// the identifier and sequence number of an ICMP message that has them.
func quotePorts(q *Quote, b []byte) {
	switch q.Proto {
	case ProtoTCP, ProtoUDP, ProtoDCCP, ProtoSCTP, protoUDPLite:
		if len(b) < 4 {
			return
		}
	case ProtoICMP, ProtoICMPv6:
		types := &fields4
		if q.Proto == ProtoICMPv6 {
			types = &fields6
		}
		if len(b) < 8 || types[b[0]]&(hasID|hasSeq) != hasID|hasSeq {
			return
		}
		q.Type = b[0]
		b = b[4:]
	default:
		return
	}
	q.SrcPort = binary.BigEndian.Uint16(b)
	q.DstPort = binary.BigEndian.Uint16(b[2:])
	q.Level = QuotePorts
}
