package icmp

import "encoding/binary"

// The codes of Type6RouterRenumbering (RFC 2894, section 3.1).
const (
	CodeRenumberCommand = 0
	CodeRenumberResult  = 1
	CodeRenumberReset   = 255 // of the sequence number
)

// lenRenumbering is how long the header of router renumbering is.
const lenRenumbering = 16

// Renumbering is the header of a router renumbering message (RFC 2894, section 3.1), behind its
// sequence number, which is the packet's Rest.
type Renumbering struct {
	Segment  uint8
	Flags    uint8  // T, R, A, S, P from bit 7 down
	MaxDelay uint16 // ms
	Reserved uint32
}

// Renumbering is that of p, whose message is msg.
func (p *Packet) Renumbering(msg []byte) (Renumbering, bool) {
	if !p.isRenumbering() || len(msg) < lenRenumbering {
		return Renumbering{}, false
	}
	return Renumbering{
		Segment: msg[8], Flags: msg[9],
		MaxDelay: binary.BigEndian.Uint16(msg[10:]), Reserved: binary.BigEndian.Uint32(msg[12:]),
	}, true
}

func (p *Packet) isRenumbering() bool { return p.Version == 6 && p.Type == Type6RouterRenumbering }

// PrefixOp is a prefix control operation (RFC 2894, section 3.2): which prefixes, and, by
// UsePrefixes, what becomes of them.
type PrefixOp struct {
	OpCode                   uint8 // 1 add, 2 change, 3 set-global
	OpLength                 uint8 // of all of it, in units of 8 bytes: 4·n+3
	Ordinal                  uint8
	MatchLen, MinLen, MaxLen uint8 // bits
	Match                    Addr
	Uses                     UsePrefixes // as many as are there
}

// lengthFits reports whether o's length is one that a number of use-prefix parts makes.
func (o *PrefixOp) lengthFits() bool { return o.OpLength%4 == 3 }

// PrefixOps are the operations of a command, in their order.
type PrefixOps struct {
	rest []byte
	cut  bool
}

// PrefixOps are those of p, whose message is msg.
func (p *Packet) PrefixOps(msg []byte) PrefixOps {
	if !p.isRenumbering() || p.Code != CodeRenumberCommand || len(msg) < lenRenumbering {
		return PrefixOps{}
	}
	return PrefixOps{rest: msg[lenRenumbering:]}
}

// Next is the next operation. The last one may have a length that fits nothing, and then no
// use-prefix parts, or lack some of them.
func (o *PrefixOps) Next() (PrefixOp, bool) {
	const match = 24
	b := o.rest
	if o.cut || len(b) < match {
		return PrefixOp{}, false
	}
	op := PrefixOp{OpCode: b[0], OpLength: b[1], Ordinal: b[2], MatchLen: b[3], MinLen: b[4], MaxLen: b[5], Match: Addr(b[8:24])}
	n := 8 * int(op.OpLength)
	o.cut = n > len(b) || !op.lengthFits()
	if op.lengthFits() {
		b = b[:min(n, len(b))]
		op.Uses = UsePrefixes(b[match : len(b)-(len(b)-match)%lenUsePrefix])
	}
	o.rest = o.rest[len(b):]
	return op, true
}

// Whole reports, after the last operation, whether all were whole, and nothing was left over.
func (o *PrefixOps) Whole() bool { return len(o.rest) == 0 && !o.cut }

const lenUsePrefix = 32

// UsePrefixes are the use-prefix parts of an operation.
type UsePrefixes []byte

// UsePrefix makes a new prefix out of one that matched (RFC 2894, section 3.2.1.2).
type UsePrefix struct {
	UseLen, KeepLen  uint8  // bits
	FlagMask         uint8  // which of RAFlags count
	RAFlags          uint8  // L, A of a prefix option from bit 7 down
	Valid, Preferred uint32 // lifetimes, s; all ones is forever
	Flags            uint8  // V, P from bit 7 down: the lifetime runs down in real time
	Prefix           Addr
}

// Len is how many there are.
func (u UsePrefixes) Len() int { return len(u) / lenUsePrefix }

// At is the part number i, from 0.
func (u UsePrefixes) At(i int) UsePrefix {
	b := u[i*lenUsePrefix:]
	return UsePrefix{
		UseLen: b[0], KeepLen: b[1], FlagMask: b[2], RAFlags: b[3],
		Valid: binary.BigEndian.Uint32(b[4:]), Preferred: binary.BigEndian.Uint32(b[8:]),
		Flags: b[12], Prefix: Addr(b[16:32]),
	}
}

const lenMatchReport = 24

// MatchReports are what a result tells (RFC 2894, section 3.3).
type MatchReports []byte

// MatchReport says that an operation matched a prefix of an interface.
type MatchReport struct {
	OutOfBounds, Forbidden bool // B, F: why nothing came of it
	Ordinal                uint8
	MatchedLen             uint8  // bits
	Interface              uint32 // index
	Prefix                 Addr
}

// MatchReports are those of p, whose message is msg, as many as are there.
func (p *Packet) MatchReports(msg []byte) MatchReports {
	if !p.isRenumbering() || p.Code != CodeRenumberResult || len(msg) < lenRenumbering {
		return nil
	}
	return MatchReports(msg[lenRenumbering:])
}

// Len is how many there are.
func (m MatchReports) Len() int { return len(m) / lenMatchReport }

// At is the report number i, from 0.
func (m MatchReports) At(i int) MatchReport {
	b := m[i*lenMatchReport:]
	return MatchReport{
		OutOfBounds: b[1]&2 != 0, Forbidden: b[1]&1 != 0, Ordinal: b[2], MatchedLen: b[3],
		Interface: binary.BigEndian.Uint32(b[4:]), Prefix: Addr(b[8:24]),
	}
}

// renumberingHolds reports whether the operations of a command, or the reports of a result, end
// where the message does.
func renumberingHolds(p *Packet, b []byte) bool {
	o := p.PrefixOps(b)
	for ok := true; ok; {
		_, ok = o.Next()
	}
	return o.Whole() && len(p.MatchReports(b))%lenMatchReport == 0
}
