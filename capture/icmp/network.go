package icmp

import "encoding/binary"

// A Network is where the datagram in a frame stands, whatever its protocol, and what the link header
// says besides.
type Network struct {
	EtherType uint16 // of what stands behind tags and logical link control; 0 if nobody knows
	At        int    // where that stands in the frame's Data
	Dir       Dir    // of a cooked capture
	Iface     int32  // of a cooked capture, version 2
}

// Network looks for the datagram in f. It is not ok if f ends before that can be known.
func (f *Frame) Network() (n Network, ok bool) {
	if f.Link == LinkEthernet && len(f.Data) >= 14 { // the likeliest, straight on
		if n.EtherType = binary.BigEndian.Uint16(f.Data[12:]); n.EtherType == EtherIPv4 || n.EtherType == EtherIPv6 {
			n.At = 14
			return n, true
		}
	}
	var p Packet
	n.EtherType, n.At, ok = linkHeader(&p, f.Link, f.Data)
	n.Dir, n.Iface = p.Dir, p.Iface
	if ok {
		n.EtherType, n.At, ok = vlanTags(&p, n.EtherType, f.Data, n.At)
	}
	if ok && f.Link == LinkEthernet && n.EtherType <= maxLength {
		n.EtherType, n.At = llc(f.Data, n.At)
	}
	return n, ok
}

// IsExtHeader reports whether an IPv6 next header is an extension header that can be walked past.
func IsExtHeader(next uint8) bool { return isExtHeader(next) }

// HasID reports whether messages of a type have an identifier, version being that of IP.
func HasID(version, typ uint8) bool {
	p := Packet{Version: version, Type: typ}
	return p.fields()&hasID != 0
}

// SeqBits is how wide the sequence number is that messages of a type have: 16, 8 (RFC 8335, section
// 2), or 0 of those that have none. It stands in the seventh byte, or begins there.
func SeqBits(version, typ uint8) int {
	p := Packet{Version: version, Type: typ}
	switch f := p.fields(); {
	case f&hasSeq != 0:
		return 16
	case f&hasShortSeq != 0:
		return 8
	}
	return 0
}

// RedirectedAt is where in an ICMPv6 redirect, of which msg was captured, the datagram begins that it
// quotes; 0 if it quotes none.
func RedirectedAt(msg []byte) int {
	p := Packet{Version: 6, Type: Type6Redirect}
	if len(p.Quotation(msg)) == 0 {
		return 0
	}
	const header = 8 // of the option
	opts, _ := p.NDOptions(msg)
	for {
		rest := opts.Fault()
		o, ok := opts.Next()
		if !ok || o.Type == NDOptRedirected {
			return len(msg) - len(rest) + header
		}
	}
}
