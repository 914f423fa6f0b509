package icmp

import "encoding/binary"

// The messages of neighbor discovery, and of the protocols that took over its options: mobile
// IPv6, secure neighbor discovery, fast handovers, 6LoWPAN. Each view takes what was captured
// of the message, from its type on, and is there iff all of its fields are.

// The flags of a router advertisement (RFC 4861, section 4.2). Those of a mobile prefix
// advertisement are the first two (RFC 6275, section 6.8).
const (
	RAManaged   = 0x80
	RAOther     = 0x40
	RAHomeAgent = 0x20 // RFC 6275, section 7.1
	RAProxy     = 0x04 // RFC 4389
	RAIPv6Only  = 0x02 // tcpdump's name for it, from a draft that expired
)

// The flags of a neighbor advertisement (RFC 4861, section 4.4).
const (
	NARouter    = 0x80
	NASolicited = 0x40
	NAOverride  = 0x20
)

// A RouterAdvert6 is the header of a router advertisement (RFC 4861, section 4.2).
type RouterAdvert6 struct {
	Reachable, Retrans uint32 // ms; 0 if unspecified
	Lifetime           uint16 // s
	HopLimit           uint8  // 0 if unspecified
	Flags              uint8  // see RAManaged; RoutePref reads the preference
}

// RouterAdvert6 reads the header of a router advertisement.
func (p *Packet) RouterAdvert6(msg []byte) (RouterAdvert6, bool) {
	if p.Version != 6 || p.Type != Type6RouterAdvert || len(msg) < 16 {
		return RouterAdvert6{}, false
	}
	return RouterAdvert6{
		HopLimit: msg[4], Flags: msg[5], Lifetime: binary.BigEndian.Uint16(msg[6:]),
		Reachable: binary.BigEndian.Uint32(msg[8:]), Retrans: binary.BigEndian.Uint32(msg[12:]),
	}, true
}

// A RoutePref is how much a router or a route is to be preferred (RFC 4191, section 2.1).
type RoutePref uint8

// The preferences: the two bits are a signed number, of which one value is reserved.
const (
	PrefMedium RoutePref = iota
	PrefHigh
	PrefReserved
	PrefLow
)

// RoutePrefOf reads the preference in the flags of a router advertisement or of a route
// information option, which have it in the same place (RFC 4191, sections 2.2 and 2.3).
func RoutePrefOf(flags uint8) RoutePref { return RoutePref(flags >> 3 & 3) }

// NeighborFlags are the flags of a neighbor advertisement: see NARouter.
func (p *Packet) NeighborFlags() (uint8, bool) {
	return uint8(p.Rest >> 24), p.Version == 6 && p.Type == Type6NeighborAdvert && p.Got >= 6
}

// MobileFlags are the flags of a mobile prefix advertisement: RAManaged and RAOther.
func (p *Packet) MobileFlags() (uint8, bool) {
	return uint8(p.Rest >> 8), p.Version == 6 && p.Type == Type6MobileAdvert && p.Got == 8
}

// HomeAgents are the addresses in a reply of home agent address discovery, the most preferred
// first (RFC 6275, section 6.6).
func (p *Packet) HomeAgents(msg []byte) (AddrList, bool) {
	if p.Version != 6 || p.Type != Type6HomeAgentReply || len(msg) < 8 {
		return nil, false
	}
	return AddrList(msg[8:]), true
}

// A CertPath is the header of a certification path solicitation or advertisement (RFC 3971,
// sections 6.4.1 and 6.4.2).
type CertPath struct {
	ID        uint16
	Component uint16 // which certificate of the path, 0 being the trust anchor's; 65535 asks for all
	All       uint16 // how many there are; only in an advertisement
}

// CertPath reads the header of a certification path solicitation or advertisement.
func (p *Packet) CertPath(msg []byte) (CertPath, bool) {
	switch {
	case p.Version != 6:
	case p.Type == Type6CertPathSolicit && len(msg) >= 8:
		return CertPath{ID: binary.BigEndian.Uint16(msg[4:]), Component: binary.BigEndian.Uint16(msg[6:])}, true
	case p.Type == Type6CertPathAdvert && len(msg) >= 12:
		return CertPath{
			ID:        binary.BigEndian.Uint16(msg[4:]),
			All:       binary.BigEndian.Uint16(msg[6:]),
			Component: binary.BigEndian.Uint16(msg[8:]),
		}, true
	}
	return CertPath{}, false
}

// A FastHandover is the header that the messages of fast handovers share (RFC 5568, section
// 6.1.1).
type FastHandover struct {
	ID      uint16
	Subtype uint8
}

// The subtypes of a FastHandover (RFC 5568, sections 6.1.1 and 6.1.2; the last two are of RFC
// 4068 and have moved to the mobility header).
const (
	HandoverSolicit  = 2 // router solicitation for proxy advertisement
	HandoverAdvert   = 3 // proxy router advertisement
	HandoverInitiate = 4
	HandoverAck      = 5
)

// FastHandover reads the header of a message of fast handovers.
func (p *Packet) FastHandover() (FastHandover, bool) {
	if p.Version != 6 || p.Type != Type6FastHandover || p.Got < 8 {
		return FastHandover{}, false
	}
	return FastHandover{Subtype: uint8(p.Rest >> 24), ID: uint16(p.Rest)}, true
}

// A DuplicateAddr is a duplicate address request or confirmation (RFC 6775, section 4.4), in
// its extended form as well (RFC 8505, section 4.2).
type DuplicateAddr struct {
	ROVR     []byte // who registers the address: an EUI-64, or 8 to 32 bytes of an extended message
	Addr     Addr   // the address that is registered
	Lifetime uint16 // of the registration, in units of 60 s
	Status   uint8
	TID      uint8 // transaction identifier; only of an extended message
	Extended bool
}

// DuplicateAddr reads a duplicate address request or confirmation. The lower half of its code
// says how long the ROVR is, in units of 8 bytes, 0 being the form of RFC 6775.
func (p *Packet) DuplicateAddr(msg []byte) (DuplicateAddr, bool) {
	if p.Version != 6 || p.Type != Type6DuplicateRequest && p.Type != Type6DuplicateConfirm {
		return DuplicateAddr{}, false
	}
	suffix := int(p.Code & 0xf)
	end := 8 + 8*max(suffix, 1)
	if suffix > 4 || len(msg) < end+16 {
		return DuplicateAddr{}, false
	}
	return DuplicateAddr{
		Status: msg[4], TID: msg[5], Lifetime: binary.BigEndian.Uint16(msg[6:]),
		ROVR: msg[8:end:end], Addr: Addr(msg[end:][:16]), Extended: suffix > 0,
	}, true
}

// ndOptionsAt is where the options of a type's message begin; 0 of a type that has none.
var ndOptionsAt = [256]uint8{
	Type6RouterSolicit:   8, // RFC 4861, sections 4.1 to 4.5
	Type6RouterAdvert:    16,
	Type6NeighborSolicit: 24,
	Type6NeighborAdvert:  24,
	Type6Redirect:        40,
	Type6InverseSolicit:  8, // RFC 3122, section 2
	Type6InverseAdvert:   8,
	Type6MobileAdvert:    8, // RFC 6275, section 6.8
	Type6CertPathSolicit: 8, // RFC 3971, section 6.4
	Type6CertPathAdvert:  12,
	Type6FastHandover:    8, // RFC 5568, section 6.1
}

// NDOptions walks the options of a message, as far as they hold together. The zero value has
// none.
type NDOptions struct{ rest []byte }

// NDOptions are the options in what was captured of p's message; they are there, be it none, iff
// its type has options and nothing of what stands before them is missing.
func (p *Packet) NDOptions(msg []byte) (NDOptions, bool) {
	at := int(ndOptionsAt[p.Type])
	if p.Version != 6 || at == 0 || len(msg) < at {
		return NDOptions{}, false
	}
	return NDOptions{msg[at:]}, true
}

// Next is the next option; it is not ok at the end, and where an option has no length or does
// not end within the message.
func (o *NDOptions) Next() (_ NDOption, ok bool) {
	if len(o.rest) < 2 {
		return NDOption{}, false
	}
	n := int(o.rest[1]) * 8
	if n == 0 || n > len(o.rest) {
		return NDOption{}, false
	}
	opt := NDOption{Type: o.rest[0], Data: o.rest[2:n:n]}
	o.rest = o.rest[n:]
	return opt, true
}

// Fault is what Next stopped at, from the option that does not hold together on. It is empty if
// they all do.
func (o *NDOptions) Fault() []byte { return o.rest }
