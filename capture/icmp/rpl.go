package icmp

import "encoding/binary"

// The kinds of RPL control messages, their codes without RPLSecure (RFC 6550, section 6;
// RFC 6997; RFC 6998; RFC 9009).
const (
	RPLDIS       = 0  // DODAG information solicitation
	RPLDIO       = 1  // DODAG information object
	RPLDAO       = 2  // destination advertisement object
	RPLDAOAck    = 3  // and its acknowledgement
	RPLP2PDRO    = 4  // P2P discovery reply object
	RPLP2PDROAck = 5  // and its acknowledgement
	RPLDCO       = 7  // destination cleanup object
	RPLDCOAck    = 8  // and its acknowledgement
	RPLCC        = 10 // consistency check, which is always secure
	RPLSecure    = 0x80
)

// RPL is the base object of an RPL control message. A field that its kind has not is 0.
type RPL struct {
	Kind       uint8
	Instance   uint8  // RPLInstanceID
	Version    uint8  // of the DODAG
	Rank       uint16 // of the sender
	Grounded   bool
	Mode       uint8 // of operation (MOP)
	Preference uint8 // Prf
	DTSN       uint8 // destination advertisement trigger sequence number
	Flags      uint8 // as they are in the message
	Sequence   uint8
	Status     uint8
	Nonce      uint16 // of a consistency check
	Counter    uint32 // its destination counter
	AckWanted  bool   // K of a DAO or DCO, A of a P2P-DRO
	HasDODAG   bool
	DODAG      Addr // DODAGID, if HasDODAG
	Options    RPLOptions
}

// RPL is the base object of p, whose message is msg. That of a secure message can be read if it
// is not encrypted; its options, behind which a signature stands, are left alone. A consistency
// check that is not secure is none (RFC 6550, section 6.6).
func (p *Packet) RPL(msg []byte) (RPL, bool) {
	if p.Version != 6 || p.Type != Type6RPL || p.Code == RPLCC || len(msg) < 4 {
		return RPL{}, false
	}
	b := msg[4:]
	if p.Code&RPLSecure != 0 {
		s, ok := p.RPLSecurity(msg)
		if !ok || s.encrypted() {
			return RPL{}, false
		}
		b = msg[s.end:]
	}
	r := RPL{Kind: p.Code &^ RPLSecure}
	n := r.base(b)
	if n < 0 || p.Code == RPLCC { // of which there is no other form
		return RPL{}, false
	}
	if p.Code&RPLSecure == 0 {
		r.Options = RPLOptions{rest: b[n:]}
	}
	return r, true
}

// base reads the base object at the beginning of b, and returns its length: -1 if it is not
// whole, or its kind is not known.
func (r *RPL) base(b []byte) int {
	if len(b) < 2 {
		return -1
	}
	if r.Kind == RPLDIS { // RFC 6550, section 6.2
		r.Flags = b[0]
		return 2
	}
	if len(b) < 4 {
		return -1
	}
	r.Instance = b[0]
	switch r.Kind {
	case RPLDIO: // section 6.3
		if len(b) < 8 {
			return -1
		}
		r.Version, r.Rank = b[1], binary.BigEndian.Uint16(b[2:])
		r.Grounded, r.Mode, r.Preference = b[4]&0x80 != 0, b[4]>>3&7, b[4]&7
		r.DTSN, r.Flags = b[5], b[6]
		return r.dodag(b, 8, true)
	case RPLDAO: // section 6.4
		r.Flags, r.Sequence, r.AckWanted = b[1], b[3], b[1]&0x80 != 0
		return r.dodag(b, 4, b[1]&0x40 != 0)
	case RPLDAOAck, RPLDCOAck: // section 6.5; RFC 9009, section 4.3.5
		r.Flags, r.Sequence, r.Status = b[1], b[2], b[3]
		return r.dodag(b, 4, b[1]&0x80 != 0)
	case RPLDCO: // RFC 9009, section 4.3
		r.Flags, r.Status, r.Sequence, r.AckWanted = b[1], b[2], b[3], b[1]&0x80 != 0
		return r.dodag(b, 4, b[1]&0x40 != 0)
	case RPLP2PDRO: // RFC 6997, section 8
		r.Version, r.Flags, r.Sequence, r.AckWanted = b[1], b[2]&0xc0, b[2]>>4&3, b[2]&0x40 != 0
		return r.dodag(b, 4, true)
	case RPLP2PDROAck: // RFC 6997, section 10
		r.Version, r.Sequence = b[1], b[2]>>6
		return r.dodag(b, 4, true)
	case RPLCC: // RFC 6550, section 6.6
		if len(b) < 24 {
			return -1
		}
		r.Flags, r.Nonce, r.Counter = b[1], binary.BigEndian.Uint16(b[2:]), binary.BigEndian.Uint32(b[20:])
		r.dodag(b, 4, true)
		return 24
	}
	return -1
}

// dodag reads the DODAGID at b[at:], if it is there by the object's own word, and returns where
// the object ends: -1 if it is not whole.
func (r *RPL) dodag(b []byte, at int, there bool) int {
	if !there {
		return at
	}
	if len(b) < at+16 {
		return -1
	}
	r.HasDODAG, r.DODAG = true, Addr(b[at:at+16])
	return at + 16
}

// RPLSecurity is the security section of a secure RPL message (RFC 6550, section 6.1).
type RPLSecurity struct {
	Time      bool // T: the counter is a time
	Algorithm uint8
	Mode      uint8 // KIM, key identifier mode
	Level     uint8 // LVL
	Counter   uint32
	Source    []byte // of the key: 8 bytes, or none
	Index     uint8  // of the key, if HasIndex
	HasIndex  bool
	end       int // where it ends in the message
}

// encrypted reports whether what follows can be read by those only who have the key: of each
// mode, the odd levels.
func (s *RPLSecurity) encrypted() bool { return s.Level&1 != 0 }

// RPLSecurity is that of p, whose message is msg.
func (p *Packet) RPLSecurity(msg []byte) (RPLSecurity, bool) {
	const fixed = 12
	if p.Version != 6 || p.Type != Type6RPL || p.Code&RPLSecure == 0 || len(msg) < fixed {
		return RPLSecurity{}, false
	}
	s := RPLSecurity{
		Time: msg[4]&0x80 != 0, Algorithm: msg[5], Mode: msg[6] >> 6, Level: msg[6] & 7,
		Counter: binary.BigEndian.Uint32(msg[8:]), end: fixed,
	}
	hasSource := s.Mode == 2 || s.Mode == 3 && s.encrypted()
	s.HasIndex = s.Mode == 0 || hasSource
	if hasSource {
		s.end += 8
	}
	if s.HasIndex {
		s.end++
	}
	if len(msg) < s.end {
		return RPLSecurity{}, false
	}
	if hasSource {
		s.Source = msg[fixed : fixed+8]
	}
	if s.HasIndex {
		s.Index = msg[s.end-1]
	}
	return s, true
}

// rplStatus is the verdict on a message that was captured whole: not encrypted, its base object
// and its options must be there.
func rplStatus(p *Packet, b []byte) Status {
	switch p.Code {
	case RPLDIS, RPLDIO, RPLDAO, RPLDAOAck, RPLP2PDRO, RPLP2PDROAck, RPLDCO, RPLDCOAck:
	default:
		return OK
	}
	r, ok := p.RPL(b)
	if !ok {
		return MalformedICMPHeader
	}
	for ok {
		_, ok = r.Options.Next()
	}
	if !r.Options.Whole() {
		return MalformedOption
	}
	return OK
}
