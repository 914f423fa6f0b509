package icmp

import "encoding/binary"

// A Header6 is what an IPv6 header says (RFC 8200, section 3).
type Header6 struct {
	TrafficClass uint8  // DSCP (RFC 2474) and, in its low two bits, ECN (RFC 3168, section 5)
	FlowLabel    uint32 // 20 bits (RFC 6437)
	Payload      uint16 // Payload Length in bytes: 0 of a jumbogram
	Next         uint8  // Next Header
	HopLimit     uint8
}

// ReadHeader6 reads the header that the datagram b begins with. It is not ok if b is shorter
// than 40 bytes or not of version 6.
func ReadHeader6(b []byte) (h Header6, ok bool) {
	if len(b) < 40 || b[0]>>4 != 6 {
		return Header6{}, false
	}
	word := binary.BigEndian.Uint32(b)
	return Header6{
		TrafficClass: uint8(word >> 20),
		FlowLabel:    word & 0xfffff,
		Payload:      binary.BigEndian.Uint16(b[4:]),
		Next:         b[6],
		HopLimit:     b[7],
	}, true
}

// The extension headers that an ExtHeader can be (IANA, IPv6 Extension Header Types).
const (
	ExtHopByHop = protoHopByHop
	ExtRouting  = protoRouting
	ExtFragment = protoFragment
	ExtAH       = protoAH
	ExtDstOpts  = protoDstOpts
	ExtMobility = protoMobility
	ExtHIP      = protoHIP
	ExtShim6    = protoShim6
)

// ExtHeaders are the extension headers of a datagram, to be walked once.
type ExtHeaders struct {
	b    []byte // the datagram, as much as was captured
	at   int    // where the next one begins in it
	next uint8
	last bool // the one before was of a later fragment: behind it is something else
}

// An ExtHeader is one extension header (RFC 8200, section 4), or an authentication header
// (RFC 4302), which IPv4 may have as well.
type ExtHeader struct {
	Type uint8  // its protocol number
	Next uint8  // that of what follows; valid iff Data is not empty
	At   int    // where it begins, bytes behind the beginning of the IP header
	Size int    // in bytes, by its own length field; 0 if that was not captured
	Data []byte // as much of it as was captured
}

// Whole reports whether all of the header was captured.
func (h *ExtHeader) Whole() bool { return h.Size > 0 && len(h.Data) == h.Size }

// ReadExtHeaders are the extension headers of the datagram b, which may end anywhere; there are
// none in what is no IP datagram. They alias b.
func ReadExtHeaders(b []byte) ExtHeaders {
	if h, ok := ReadHeader6(b); ok {
		return ExtHeaders{b: b, at: 40, next: h.Next}
	}
	if h, ok := ReadHeader4(b); ok && h.Proto == protoAH && h.Offset == 0 {
		return ExtHeaders{b: b, at: h.Size, next: protoAH}
	}
	return ExtHeaders{last: true}
}

// Next is the next extension header, and false behind the last of which anything was captured.
// Each step takes at least eight bytes.
func (e *ExtHeaders) Next() (ExtHeader, bool) {
	if e.last || !isExtHeader(e.next) || e.at >= len(e.b) {
		return ExtHeader{}, false
	}
	h := ExtHeader{Type: e.next, At: e.at, Data: e.b[e.at:]}
	h.Next = h.Data[0]
	if len(h.Data) < 2 {
		e.last = true
		return h, true
	}
	h.Size = extHeaderLen(h.Type, h.Data[1])
	h.Data = h.Data[:min(h.Size, len(h.Data))]
	e.next = h.Next
	e.at += h.Size
	if f, ok := h.Fragment(); ok && f.Offset > 0 || e.b[0]>>4 == 4 && e.next != protoAH {
		e.last = true // RFC 8200, section 4.5: the rest of the chain is in the first fragment
	}
	return h, true
}

// A FragmentHeader is what a fragment header says (RFC 8200, section 4.5).
type FragmentHeader struct {
	Offset uint16 // bytes
	More   bool
	ID     uint32 // Identification
	HasID  bool   // it was captured
}

// Fragment is what h says if it is a fragment header of which four bytes were captured.
func (h *ExtHeader) Fragment() (FragmentHeader, bool) {
	if h.Type != ExtFragment || len(h.Data) < 4 {
		return FragmentHeader{}, false
	}
	word := binary.BigEndian.Uint16(h.Data[2:])
	f := FragmentHeader{Offset: word &^ 7, More: word&1 != 0}
	if len(h.Data) >= 8 {
		f.ID, f.HasID = binary.BigEndian.Uint32(h.Data[4:]), true
	}
	return f, true
}

// The types of routing headers (IANA, Routing Types).
const (
	RoutingSource  = 0 // source route, deprecated by RFC 5095
	RoutingMobile  = 2 // RFC 6275, section 6.4
	RoutingRPL     = 3 // RFC 6554
	RoutingSegment = 4 // RFC 8754
)

// A RoutingHeader is what a routing header says (RFC 8200, section 4.4).
type RoutingHeader struct {
	Type, SegmentsLeft uint8
	HasData            bool // what follows was captured

	Reserved  uint32 // of RoutingSource and RoutingMobile
	LastEntry uint8  // of RoutingSegment: the index of its last segment
	Flags     uint8  // likewise
	Tag       uint16 // likewise

	// Addresses are those that stand whole in the header, 16 bytes each, in its own order;
	// those of RoutingSegment are told from options behind them by LastEntry. Types that are
	// none of these three have none here.
	Addresses AddrList
}

// Routing is what h says if it is a routing header of which four bytes were captured.
func (h *ExtHeader) Routing() (RoutingHeader, bool) {
	if h.Type != ExtRouting || len(h.Data) < 4 {
		return RoutingHeader{}, false
	}
	r := RoutingHeader{Type: h.Data[2], SegmentsLeft: h.Data[3], HasData: len(h.Data) >= 8}
	if !r.HasData {
		return r, true
	}
	n := (len(h.Data) - 8) / 16 * 16
	switch r.Type {
	case RoutingSource, RoutingMobile:
		r.Reserved = binary.BigEndian.Uint32(h.Data[4:])
		r.Addresses = h.Data[8 : 8+n]
	case RoutingSegment:
		r.LastEntry, r.Flags, r.Tag = h.Data[4], h.Data[5], binary.BigEndian.Uint16(h.Data[6:])
		r.Addresses = h.Data[8 : 8+min(n, 16*(int(r.LastEntry)+1))]
	}
	return r, true
}

// An AuthHeader is what an authentication header says (RFC 4302, section 2).
type AuthHeader struct {
	Reserved uint16 // 0
	SPI, Seq uint32
	HasSeq   bool   // it is long enough, and as much was captured
	ICV      []byte // as much as was captured
}

// Auth is what h says if it is an authentication header of which eight bytes were captured.
func (h *ExtHeader) Auth() (AuthHeader, bool) {
	if h.Type != ExtAH || len(h.Data) < 8 {
		return AuthHeader{}, false
	}
	a := AuthHeader{Reserved: binary.BigEndian.Uint16(h.Data[2:]), SPI: binary.BigEndian.Uint32(h.Data[4:])}
	if len(h.Data) >= 12 {
		a.Seq, a.HasSeq, a.ICV = binary.BigEndian.Uint32(h.Data[8:]), true, h.Data[12:]
	}
	return a, true
}

// Mobility is the type of message in a mobility header (RFC 6275, section 6.1.1).
func (h *ExtHeader) Mobility() (uint8, bool) {
	if h.Type != ExtMobility || len(h.Data) < 3 {
		return 0, false
	}
	return h.Data[2], true
}

// The types of IPv6 options (IANA, Destination Options and Hop-by-Hop Options) that something
// here depends on.
const (
	Option6Pad1        = 0x00 // RFC 8200, section 4.2
	Option6PadN        = 0x01
	Option6RouterAlert = 0x05 // RFC 2711
	Option6Jumbo       = 0xc2 // RFC 2675
	Option6HomeAddress = 0xc9 // RFC 6275, section 6.3
)

// Options6 are the options of a hop-by-hop or destination options header (RFC 8200, section
// 4.2), to be walked once.
type Options6 struct{ b []byte }

// An Option6 is one option.
type Option6 struct {
	Type uint8
	Data []byte // its value; nil of Pad1, which has none
	Bad  bool   // it has no length, or runs past the header: it is the last, and has no Data
}

// Options are those of h; of other headers there are none.
func (h *ExtHeader) Options() Options6 {
	if h.Type != ExtHopByHop && h.Type != ExtDstOpts || len(h.Data) < 2 {
		return Options6{}
	}
	return Options6{h.Data[2:]}
}

// Next is the next option, and false behind the last. Each step takes at least a byte.
func (o *Options6) Next() (Option6, bool) {
	if len(o.b) == 0 {
		return Option6{}, false
	}
	opt := Option6{Type: o.b[0]}
	if opt.Type == Option6Pad1 {
		o.b = o.b[1:]
		return opt, true
	}
	if len(o.b) < 2 || 2+int(o.b[1]) > len(o.b) {
		opt.Bad = true
		o.b = nil
		return opt, true
	}
	n := 2 + int(o.b[1])
	opt.Data = o.b[2:n]
	o.b = o.b[n:]
	return opt, true
}
