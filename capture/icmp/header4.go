package icmp

import "encoding/binary"

// A Header4 is what an IPv4 header says (RFC 791, section 3.1). Lengths and offsets are bytes.
type Header4 struct {
	TOS              uint8  // DSCP (RFC 2474) and, in its low two bits, ECN (RFC 3168, section 5)
	Length           uint16 // Total Length: 0 if it was left to the network card
	ID               uint16 // Identification
	Reserved, DF, MF bool   // the flags
	Offset           uint16 // Fragment Offset
	TTL, Proto       uint8
	Checksum         uint16
	Size             int // of the header with its options, by IHL

	b []byte // as much of the header as was captured
}

// ReadHeader4 reads the header that the datagram b begins with. It is not ok if b is shorter
// than 20 bytes, not of version 4, or says that its header is. The Header4 aliases b.
func ReadHeader4(b []byte) (h Header4, ok bool) {
	if len(b) < 20 || b[0]>>4 != 4 || b[0]&0x0f < 5 {
		return Header4{}, false
	}
	size := int(b[0]&0x0f) * 4
	flags := binary.BigEndian.Uint16(b[6:])
	return Header4{
		TOS:      b[1],
		Length:   binary.BigEndian.Uint16(b[2:]),
		ID:       binary.BigEndian.Uint16(b[4:]),
		Reserved: flags&0x8000 != 0,
		DF:       flags&0x4000 != 0,
		MF:       flags&0x2000 != 0,
		Offset:   flags & 0x1fff * 8,
		TTL:      b[8],
		Proto:    b[9],
		Checksum: binary.BigEndian.Uint16(b[10:]),
		Size:     size,
		b:        b[:min(size, len(b))],
	}, true
}

// Sum judges the header's checksum, which is unverified if not all of the header was captured.
// Of one that is bad, right is what it should be (RFC 1624).
func (h *Header4) Sum() (state Sum, right uint16) {
	if len(h.b) < h.Size {
		return SumUnverified, 0
	}
	return verify(0, h.b), correct(h.Checksum, fold(sum(0, h.b)))
}

// Options are those of the header.
func (h *Header4) Options() Options4 { return Options4{left: h.Size - 20, b: h.b[20:]} }

// The types of IPv4 options (IANA, IP Option Numbers).
const (
	Option4End         = 0   // end of options list (RFC 791)
	Option4NOP         = 1   // no operation
	Option4RecordRoute = 7   // record route
	Option4Timestamp   = 68  // internet timestamp
	Option4Traceroute  = 82  // traceroute (RFC 1393)
	Option4Security    = 130 // security (RFC 1108)
	Option4LooseRoute  = 131 // loose source and record route
	Option4StrictRoute = 137 // strict source and record route
	Option4RouterAlert = 148 // router alert (RFC 2113)
)

// Options4 are the options of an IPv4 header (RFC 791, section 3.1), to be walked once.
type Options4 struct {
	left int    // bytes of them that are still to come, by IHL
	b    []byte // as many of these as were captured
}

// An Option4 is one option of an IPv4 header.
type Option4 struct {
	Type   uint8
	Length int    // as it says itself, of all of it; 1 of the two that have no length, 0 where there is no room for it
	Data   []byte // from its type on, as much as was captured
	Bad    bool   // no option can be so long: it is the last, and has no Data but its type
}

// Next is the next option, and false behind the last. Each step takes at least a byte.
func (o *Options4) Next() (Option4, bool) {
	if o.left == 0 || len(o.b) == 0 {
		return Option4{}, false
	}
	opt := Option4{Type: o.b[0], Length: 1}
	if opt.Type != Option4End && opt.Type != Option4NOP {
		if len(o.b) < 2 {
			if o.left > 1 {
				return Option4{}, false // its length was not captured
			}
			opt.Length = 0
		} else {
			opt.Length = int(o.b[1])
		}
		if opt.Length < 2 || opt.Length > o.left {
			opt.Bad, opt.Data = true, o.b[:1]
			o.left = 0
			return opt, true
		}
	}
	n := min(opt.Length, len(o.b))
	opt.Data = o.b[:n]
	o.b = o.b[n:]
	o.left -= opt.Length
	if opt.Type == Option4End {
		o.left = 0
	}
	return opt, true
}

// Cut reports whether options are left that were not captured.
func (o *Options4) Cut() bool { return o.left > len(o.b) }

// Whole reports whether all of the option was captured.
func (o *Option4) Whole() bool { return !o.Bad && len(o.Data) == o.Length }

// Pointer is that of a route or timestamp option: where the next entry goes, counted from 1 at
// the option's type. It is not ok if o is none.
func (o *Option4) Pointer() (uint8, bool) {
	switch o.Type {
	case Option4RecordRoute, Option4LooseRoute, Option4StrictRoute, Option4Timestamp:
		if !o.Bad && len(o.Data) >= 3 {
			return o.Data[2], true
		}
	}
	return 0, false
}

// Route is the addresses of a route option, four bytes each; nil of any other.
func (o *Option4) Route() []byte {
	switch o.Type {
	case Option4RecordRoute, Option4LooseRoute, Option4StrictRoute:
		if !o.Bad && len(o.Data) >= 3 {
			return o.Data[3 : 3+(len(o.Data)-3)/4*4]
		}
	}
	return nil
}

// The flags of a timestamp option.
const (
	TimestampsOnly        = 0 // timestamps only
	TimestampsWithAddress = 1 // each behind the address of who recorded it
	TimestampsPrespecced  = 3 // likewise, the addresses being given by the sender
)

// A TimestampOption is what an internet timestamp option says before its timestamps.
type TimestampOption struct {
	Overflow, Flag uint8 // how many could not be recorded, and how they are
	Entry          int   // bytes of each: 4, or 8 with an address in front
	Entries        []byte
}

// Timestamps is what a timestamp option says; it is not ok if o is none, or has no flags.
func (o *Option4) Timestamps() (TimestampOption, bool) {
	if o.Type != Option4Timestamp || o.Bad || len(o.Data) < 4 {
		return TimestampOption{}, false
	}
	t := TimestampOption{Overflow: o.Data[3] >> 4, Flag: o.Data[3] & 0x0f, Entry: 8}
	if t.Flag == TimestampsOnly {
		t.Entry = 4
	}
	t.Entries = o.Data[4 : 4+(len(o.Data)-4)/t.Entry*t.Entry]
	return t, true
}

// RouterAlert is the value of a router alert option (RFC 2113, section 2.1).
func (o *Option4) RouterAlert() (uint16, bool) {
	if o.Type != Option4RouterAlert || o.Bad || len(o.Data) < 4 {
		return 0, false
	}
	return binary.BigEndian.Uint16(o.Data[2:]), true
}
