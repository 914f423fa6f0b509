package icmp

// The options of mobile IPv6 and its fast handovers, of provisioning domains and 6LoWPAN.

// A MobileAddr is an IP address/prefix option (RFC 5568, section 6.4.1) or a new router prefix
// information option (RFC 4068).
type MobileAddr struct {
	Addr Addr
	Code uint8 // which address or prefix it is
	Len  uint8 // of the prefix, in bits
}

// MobileAddr reads an IP address/prefix or a new router prefix information option.
func (o NDOption) MobileAddr() (MobileAddr, bool) {
	if !o.is(NDOptMobileAddr, 22) && !o.is(NDOptNewRouterPrefix, 22) {
		return MobileAddr{}, false
	}
	return MobileAddr{Code: o.Data[0], Len: o.Data[1], Addr: o.addr(6)}, true
}

// MobileLink is a link-layer address of fast handovers, with what pads it, and a code for whose
// it is (RFC 5568, section 6.4.3).
func (o NDOption) MobileLink() (code uint8, addr []byte, ok bool) {
	if !o.is(NDOptMobileLink, 6) {
		return 0, nil, false
	}
	return o.Data[0], o.Data[1:], true
}

// AdvertAck is the status of a neighbor advertisement acknowledgment (RFC 5568, section 6.4),
// and the address to be used instead if there is one.
func (o NDOption) AdvertAck() (status uint8, instead AddrList, ok bool) {
	if !o.is(NDOptAdvertAck, 6) {
		return 0, nil, false
	}
	return o.Data[1], AddrList(o.Data[6:]), true
}

// A MAP is a mobility anchor point (RFC 5380, section 5).
type MAP struct {
	Addr       Addr
	Lifetime   uint32 // valid, in s
	Distance   uint8  // 1 being on the same link
	Preference uint8  // 15 is the highest; 0 means that it serves nobody
	Roaming    bool   // the R flag: its address must be used to form the care-of address
}

// MAP reads a mobility anchor point option.
func (o NDOption) MAP() (MAP, bool) {
	if !o.is(NDOptMAP, 22) {
		return MAP{}, false
	}
	return MAP{
		Distance: o.Data[0] >> 4, Preference: o.Data[0] & 0xf, Roaming: o.Data[1]&0x80 != 0,
		Lifetime: o.uint32(2), Addr: o.addr(6),
	}, true
}

// A HandoverKey is the request for a handover key or the reply (RFC 5269).
type HandoverKey struct {
	Key       []byte // the public key, or the handover key encrypted with it
	Lifetime  uint16 // of the handover key, in s; 0 in a request
	Algorithm uint8  // AT: by which the authenticator is computed
}

// HandoverKey reads a handover key request or reply option, whose padding is at its end.
func (o NDOption) HandoverKey() (k HandoverKey, ok bool) {
	at := 2
	switch o.Type {
	case NDOptHandoverKeyReq:
	case NDOptHandoverKey:
		at = 4
		k.Lifetime = o.uint16(2)
	default:
		return HandoverKey{}, false
	}
	k.Algorithm = o.Data[1] >> 4
	k.Key, ok = o.unpadded(at, int(o.Data[0]))
	return k, ok
}

// unpadded is the data from at on, without so many bytes at its end.
func (o NDOption) unpadded(at, padding int) ([]byte, bool) {
	end := len(o.Data) - padding
	if end < at {
		return nil, false
	}
	return o.Data[at:end:end], true
}

// HandoverValue is the value of a handover assist information or mobile node identifier option,
// and a code for what it is (RFC 5271).
func (o NDOption) HandoverValue() (code uint8, value []byte, ok bool) {
	if !o.is(NDOptHandoverAssist, 6) && !o.is(NDOptMobileNodeID, 6) {
		return 0, nil, false
	}
	end := 2 + int(o.Data[1])
	if end > len(o.Data) {
		return 0, nil, false
	}
	return o.Data[0], o.Data[2:end:end], true
}

// A PvD is a provisioning domain (RFC 8801, section 3.1).
type PvD struct {
	ID             Name // a domain name
	Sequence       uint16
	Delay          uint8 // exponent of the time, in ms, up to which fetching more is put off
	HTTP, Legacy   bool  // more can be fetched; IPv4 belongs to it
	RouterAdverted bool  // a router advertisement's header is in the option
}

// PvD reads a provisioning domain option.
func (o NDOption) PvD() (PvD, bool) {
	if !o.is(NDOptPvD, 6) {
		return PvD{}, false
	}
	names := Names{o.Data[4:]}
	id, ok := names.Next()
	flags := o.Data[0]
	return PvD{
		ID: id, Sequence: o.uint16(2), Delay: o.Data[1] & 0xf,
		HTTP: flags&0x80 != 0, Legacy: flags&0x40 != 0, RouterAdverted: flags&0x20 != 0,
	}, ok
}

// A Registration is an address registration option (RFC 6775, section 4.1), in its extended
// form as well (RFC 8505, section 4.1).
type Registration struct {
	ROVR     []byte // who registers: an EUI-64, or 8 to 32 bytes
	Lifetime uint16 // in units of 60 s
	Status   uint8
	Opaque   uint8
	TID      uint8 // transaction identifier; valid iff Transaction
	I        uint8 // what Opaque is; 0 is the topology's instance

	// The flags R and T of the extended form, both false otherwise: the address is to be
	// routed to; TID is used.
	Route, Transaction bool
}

// Registration reads an address registration option.
func (o NDOption) Registration() (Registration, bool) {
	if !o.is(NDOptRegistration, 14) {
		return Registration{}, false
	}
	flags := o.Data[2]
	return Registration{
		Status: o.Data[0], Opaque: o.Data[1], I: flags >> 2 & 3, Route: flags&2 != 0, Transaction: flags&1 != 0,
		TID: o.Data[3], Lifetime: o.uint16(4), ROVR: o.Data[6:],
	}, true
}

// A Context is a 6LoWPAN context for compression of headers (RFC 6775, section 4.2).
type Context struct {
	Prefix   Addr
	Lifetime uint16 // in units of 60 s
	Len      uint8  // of the prefix, in bits
	ID       uint8  // CID
	Compress bool   // the C flag: valid for compression as well
}

// Context reads a 6LoWPAN context option, which has 8 or 16 bytes of its prefix.
func (o NDOption) Context() (c Context, ok bool) {
	if !o.is(NDOptContext, 14) || len(o.Data) > 22 {
		return Context{}, false
	}
	c = Context{Len: o.Data[0], Compress: o.Data[1]&0x10 != 0, ID: o.Data[1] & 0xf, Lifetime: o.uint16(4)}
	copy(c.Prefix[:], o.Data[6:])
	return c, true
}

// A BorderRouter is an authoritative border router option (RFC 6775, section 4.3).
type BorderRouter struct {
	Addr     Addr
	Version  uint32
	Lifetime uint16 // in units of 60 s; 0 stands for 10,000
}

// BorderRouter reads an authoritative border router option. The lower half of the version
// stands first.
func (o NDOption) BorderRouter() (BorderRouter, bool) {
	if !o.is(NDOptBorderRouter, 22) {
		return BorderRouter{}, false
	}
	return BorderRouter{Version: uint32(o.uint16(2))<<16 | uint32(o.uint16(0)), Lifetime: o.uint16(4), Addr: o.addr(6)}, true
}
