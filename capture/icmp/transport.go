package icmp

import "encoding/binary"

// A UDP is the header of a quoted UDP datagram (RFC 768), all of which is there.
type UDP struct {
	SrcPort, DstPort uint16
	Length           uint16 // header included
	Checksum         uint16 // 0: none was sent
}

// UDP is the header that d's payload begins with.
func (d *Datagram) UDP() (u UDP, ok bool) {
	b := d.Payload
	if d.Proto != ProtoUDP || len(b) < 8 {
		return u, false
	}
	return UDP{
		SrcPort:  binary.BigEndian.Uint16(b),
		DstPort:  binary.BigEndian.Uint16(b[2:]),
		Length:   binary.BigEndian.Uint16(b[4:]),
		Checksum: binary.BigEndian.Uint16(b[6:]),
	}, true
}

// A TCP is the header of a quoted TCP segment (RFC 9293, section 3.1). The ports and Seq are in
// the eight bytes that RFC 792 asks for; what stands behind them is valid iff Whole.
type TCP struct {
	SrcPort, DstPort uint16
	Seq, Ack         uint32
	Window           uint16
	Checksum         uint16
	Urgent           uint16
	Flags            uint8 // FIN is bit 0, CWR bit 7
	Size             int   // of the header with its options, in bytes
	Whole            bool
	OptionsCut       bool // not all of the options are there

	options []byte
}

// The flags of a TCP segment.
const (
	TCPFin = 1 << iota
	TCPSyn
	TCPRst
	TCPPsh
	TCPAck
	TCPUrg
	TCPEce
	TCPCwr
)

// TCP is the header that d's payload begins with, if it has its first eight bytes.
func (d *Datagram) TCP() (t TCP, ok bool) {
	b := d.Payload
	if d.Proto != ProtoTCP || len(b) < 8 {
		return t, false
	}
	t.SrcPort = binary.BigEndian.Uint16(b)
	t.DstPort = binary.BigEndian.Uint16(b[2:])
	t.Seq = binary.BigEndian.Uint32(b[4:])
	if len(b) < 20 {
		return t, true
	}
	t.Whole = true
	t.Ack = binary.BigEndian.Uint32(b[8:])
	t.Size = int(b[12]>>4) * 4
	t.Flags = b[13]
	t.Window = binary.BigEndian.Uint16(b[14:])
	t.Checksum = binary.BigEndian.Uint16(b[16:])
	t.Urgent = binary.BigEndian.Uint16(b[18:])
	t.options = b[20:max(20, min(len(b), t.Size))]
	t.OptionsCut = t.Size > len(b)
	return t, true
}

// TCP options (IANA, TCP Option Kind Numbers).
const (
	TCPOptionEnd       = 0
	TCPOptionNOP       = 1
	TCPOptionMSS       = 2
	TCPOptionScale     = 3 // window scale (RFC 7323)
	TCPOptionSACKOK    = 4
	TCPOptionTimestamp = 8 // RFC 7323
)

// NextOption is the option ahead: its kind, and what stands behind its length. It is not ok
// behind the last, and where options do not hold together or are cut short.
func (t *TCP) NextOption() (kind uint8, data []byte, ok bool) {
	b := t.options
	t.options = nil
	switch {
	case len(b) == 0:
		return 0, nil, false
	case b[0] == TCPOptionEnd || b[0] == TCPOptionNOP:
		t.options = b[1:]
		return b[0], nil, true
	case len(b) < 2 || b[1] < 2 || int(b[1]) > len(b):
		return 0, nil, false
	}
	t.options = b[b[1]:]
	return b[0], b[2:b[1]], true
}

// TransportSum judges the checksum of the UDP datagram or TCP segment whose first n bytes, all it
// has, are d's payload: it is unverified if they are not there. Of one that is bad, right is what
// it should be.
func (d *Datagram) TransportSum(checksum uint16, n int) (state Sum, right uint16) {
	if n < 0 || n > len(d.Payload) || d.Frag != 0 {
		return SumUnverified, 0
	}
	acc := number(uint32(n)) + number(uint32(d.Proto)) // RFC 768, RFC 9293 and, of IPv6, RFC 8200, section 8.1
	if d.Version == 4 {
		acc = sum(sum(acc, d.Src[12:]), d.Dst[12:])
	} else {
		acc = sum(sum(acc, d.Src[:]), d.Dst[:])
	}
	b := d.Payload[:n]
	return verify(acc, b), correct(checksum, fold(sum(acc, b)))
}
