package icmp

import "encoding/binary"

// A Datagram is the beginning of one that an error quotes, taken apart.
type Datagram struct {
	Src, Dst Addr   // of Version
	Header   []byte // IP header and the extension headers behind it, as far as they were walked
	Payload  []byte // behind Header; nil if that is not all there, and of a later fragment
	Length   int    // of what stands behind Header, by the IP header
	Frag     uint16 // fragment offset in bytes, with M in bit 0; 0 if whole
	Version  uint8  // of IP
	Proto    uint8  // what Payload is, or else the last that is known of the chain
}

// QuotedDatagram is the datagram that p, an error whose message is msg, quotes.
func (p *Packet) QuotedDatagram(msg []byte) (d Datagram, ok bool) {
	ok = d.read(p.Version, p.Quotation(msg))
	return d, ok
}

// read takes the datagram apart that b begins with, if it is one of that version.
func (d *Datagram) read(version uint8, b []byte) bool {
	if version == 6 {
		return d.read6(b)
	}
	return d.read4(b)
}

// Ports are the first two words of d's payload, whatever its protocol: where TCP, UDP and others
// have their ports.
func (d *Datagram) Ports() (src, dst uint16, ok bool) {
	if len(d.Payload) < 4 {
		return 0, 0, false
	}
	return binary.BigEndian.Uint16(d.Payload), binary.BigEndian.Uint16(d.Payload[2:]), true
}

// Quotation is what was captured of the datagram that p quotes, and the padding behind it: all
// that stands behind the header of an error (RFC 792; RFC 4443, section 2.4 c), but for an
// extension structure; the redirected header option's of a redirect (RFC 4861, section 4.6.3).
func (p *Packet) Quotation(msg []byte) []byte {
	if !p.IsError() || len(msg) < 8 {
		return nil
	}
	if p.Version == 6 && p.Type == Type6Redirect {
		opts, _ := p.NDOptions(msg)
		return redirected(opts)
	}
	if p.Version == 6 && (p.Type < Type6Unreachable || p.Type > Type6ParamProblem) {
		return nil // nobody knows where in an error of another type it begins
	}
	at, c := p.extensionAt(msg)
	if c == possible {
		if _, ok := p.Extensions(msg); ok {
			c = claimed
		}
	}
	if c == claimed {
		return msg[8:min(at, len(msg))]
	}
	return msg[8:]
}

// quote keeps what a Packet has of the datagram that p quotes.
func (p *Packet) quote(msg []byte) {
	var d Datagram
	if !d.read(p.Version, p.Quotation(msg)) {
		return
	}
	q := &p.Quote
	q.Src, q.Dst, q.Proto, q.Level = d.Src, d.Dst, d.Proto, QuoteHeader
	quotePorts(q, d.Payload)
}

// read4 takes an IPv4 datagram apart: its header and, by RFC 792, at least eight bytes more.
func (d *Datagram) read4(b []byte) bool {
	h, ok := ReadHeader4(b)
	if !ok {
		return false
	}
	d.Version, d.Proto, d.Frag = 4, h.Proto, h.Offset
	d.Src.set4(b[12:16])
	d.Dst.set4(b[16:20])
	if h.MF {
		d.Frag |= 1
	}
	// What stands behind it may be padding (RFC 4884, section 4). Some hosts quote a length
	// that is not the one that was sent: it is believed if it has room for the header.
	if total := int(h.Length); total >= h.Size {
		b = b[:min(len(b), total)]
	}
	d.Header = b[:min(len(b), h.Size)]
	d.Length = int(h.Length) - h.Size
	if h.Size <= len(b) && d.Frag <= 1 {
		d.walk(b)
	}
	return true
}

// read6 takes an IPv6 datagram apart, as much of it as fits into the minimum MTU (RFC 4443,
// section 2.4 c).
func (d *Datagram) read6(b []byte) bool {
	h, ok := ReadHeader6(b)
	if !ok {
		return false
	}
	b = b[:min(len(b), 40+int(h.Payload))]
	d.Version, d.Proto, d.Length = 6, h.Next, int(h.Payload)
	d.Src, d.Dst, d.Header = Addr(b[8:24]), Addr(b[24:40]), b[:40]
	d.walk(b)
	return true
}

// walk goes through the extension headers of the datagram b, as far as they are there.
func (d *Datagram) walk(b []byte) {
	if !isExtHeader(d.Proto) {
		d.Payload = b[len(d.Header):]
		return
	}
	headers := ReadExtHeaders(b)
	for h, ok := headers.Next(); ok; h, ok = headers.Next() {
		if len(h.Data) < 8 {
			return
		}
		d.Proto = h.Next
		if f, ok := h.Fragment(); ok {
			d.Frag = f.Offset
			if f.More {
				d.Frag |= 1
			}
		}
		if d.Frag > 1 || !h.Whole() {
			return // not the first fragment: no ports
		}
		d.Header = b[:h.At+h.Size]
		d.Length -= h.Size
	}
	d.Payload = b[len(d.Header):]
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
		if len(b) < 8 || types[b[0]]&hasID == 0 || types[b[0]]&(hasSeq|hasShortSeq) == 0 {
			return
		}
		q.Type = b[0]
		q.SrcPort, q.DstPort, q.Level = binary.BigEndian.Uint16(b[4:]), binary.BigEndian.Uint16(b[6:]), QuotePorts
		if types[b[0]]&hasShortSeq != 0 {
			q.DstPort >>= 8
		}
		return
	default:
		return
	}
	q.SrcPort, q.DstPort, q.Level = binary.BigEndian.Uint16(b), binary.BigEndian.Uint16(b[2:]), QuotePorts
}
