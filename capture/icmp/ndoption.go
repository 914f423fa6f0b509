package icmp

import (
	"bytes"
	"encoding/binary"
)

// The options of neighbor discovery
// (IANA, ICMPv6 Parameters: "IPv6 Neighbor Discovery Option Formats").
const (
	NDOptSourceLink      = 1   // RFC 4861, sections 4.6.1 to 4.6.4
	NDOptTargetLink      = 2   //
	NDOptPrefix          = 3   //
	NDOptRedirected      = 4   //
	NDOptMTU             = 5   //
	NDOptShortcutLimit   = 6   // RFC 2491
	NDOptInterval        = 7   // RFC 6275, sections 7.3 and 7.4
	NDOptHomeAgent       = 8   //
	NDOptSourceAddrs     = 9   // RFC 3122, section 3
	NDOptTargetAddrs     = 10  //
	NDOptCGA             = 11  // RFC 3971, sections 5.1 to 5.3
	NDOptSignature       = 12  //
	NDOptTimestamp       = 13  //
	NDOptNonce           = 14  //
	NDOptTrustAnchor     = 15  // RFC 3971, sections 6.4.3 and 6.4.4
	NDOptCertificate     = 16  //
	NDOptMobileAddr      = 17  // RFC 5568, section 6.4.1
	NDOptNewRouterPrefix = 18  // RFC 4068
	NDOptMobileLink      = 19  // RFC 5568, section 6.4.3
	NDOptAdvertAck       = 20  // RFC 5568, section 6.4
	NDOptPvD             = 21  // RFC 8801, section 3.1
	NDOptMAP             = 23  // RFC 5380, section 5
	NDOptRoute           = 24  // RFC 4191, section 2.3
	NDOptRDNSS           = 25  // RFC 8106, section 5.1
	NDOptRAFlags         = 26  // RFC 5175, section 4
	NDOptHandoverKeyReq  = 27  // RFC 5269
	NDOptHandoverKey     = 28  //
	NDOptHandoverAssist  = 29  // RFC 5271
	NDOptMobileNodeID    = 30  //
	NDOptDNSSL           = 31  // RFC 8106, section 5.2
	NDOptProxySignature  = 32  // RFC 6496
	NDOptRegistration    = 33  // RFC 6775, section 4.1; RFC 8505, section 4.1
	NDOptContext         = 34  // RFC 6775, section 4.2
	NDOptBorderRouter    = 35  // RFC 6775, section 4.3
	NDOptCapability      = 36  // RFC 7400, section 3.3
	NDOptCaptivePortal   = 37  // RFC 8910, section 2.3
	NDOptPREF64          = 38  // RFC 8781, section 4
	NDOptCryptoID        = 39  // RFC 8928
	NDOptNDPSignature    = 40  //
	NDOptResourceDir     = 41  // RFC 9176
	NDOptUptime          = 42  // RFC 9685
	NDOptCARDRequest     = 138 // RFC 4065, of RFC 4066
	NDOptCARDReply       = 139 //
	NDOptEncryptedDNS    = 144 // RFC 9463, section 6.1
	NDOptExperiment1     = 253 // RFC 4727
	NDOptExperiment2     = 254
)

// An NDOption is one option of neighbor discovery (RFC 4861, section 4.6). Its views are there
// iff it is of their type and long enough.
type NDOption struct {
	Data []byte // behind type and length: 6 bytes or more, of the message's own memory
	Type uint8
}

// Len is the length of the option in bytes, with type and length.
func (o NDOption) Len() int { return 2 + len(o.Data) }

// is reports whether o is of that type, with n bytes of data at least.
func (o NDOption) is(typ uint8, n int) bool { return o.Type == typ && len(o.Data) >= n }

func (o NDOption) uint16(at int) uint16 { return binary.BigEndian.Uint16(o.Data[at:]) }
func (o NDOption) uint32(at int) uint32 { return binary.BigEndian.Uint32(o.Data[at:]) }
func (o NDOption) addr(at int) Addr     { return Addr(o.Data[at:][:16]) }

// LinkAddr is a source or target link-layer address, with what pads it to a multiple of 8
// bytes: how long the address is depends on the link (RFC 4861, section 4.6.1).
func (o NDOption) LinkAddr() ([]byte, bool) {
	return o.Data, o.Type == NDOptSourceLink || o.Type == NDOptTargetLink
}

// Forever is the lifetime of what does not end (RFC 4861, section 4.6.2).
const Forever = 0xffffffff

// The flags of a prefix information option (RFC 4861, section 4.6.2).
const (
	PrefixOnLink = 0x80
	PrefixAuto   = 0x40
	PrefixRouter = 0x20 // RFC 6275, section 7.2
	PrefixPD     = 0x10 // RFC 9762
)

// An NDPrefix is a prefix information option (RFC 4861, section 4.6.2).
type NDPrefix struct {
	Prefix           Addr
	Valid, Preferred uint32 // lifetimes in s, or Forever
	Len              uint8  // bits
	Flags            uint8  // see PrefixOnLink
}

// Prefix reads a prefix information option.
func (o NDOption) Prefix() (NDPrefix, bool) {
	if !o.is(NDOptPrefix, 30) {
		return NDPrefix{}, false
	}
	return NDPrefix{Len: o.Data[0], Flags: o.Data[1], Valid: o.uint32(2), Preferred: o.uint32(6), Prefix: o.addr(14)}, true
}

// Redirected is the beginning of the datagram that caused a redirect (RFC 4861, section 4.6.3).
func (o NDOption) Redirected() ([]byte, bool) {
	if !o.is(NDOptRedirected, 6) {
		return nil, false
	}
	return o.Data[6:], true
}

// MTU is what all hosts on the link should use (RFC 4861, section 4.6.4).
func (o NDOption) MTU() (uint32, bool) {
	if !o.is(NDOptMTU, 6) {
		return 0, false
	}
	return o.uint32(2), true
}

// ShortcutLimit is the hop limit up to which a short cut through an NBMA link is tried.
func (o NDOption) ShortcutLimit() (uint8, bool) {
	if !o.is(NDOptShortcutLimit, 6) {
		return 0, false
	}
	return o.Data[0], true
}

// Interval is the longest time between two router advertisements, in ms.
func (o NDOption) Interval() (uint32, bool) {
	if !o.is(NDOptInterval, 6) {
		return 0, false
	}
	return o.uint32(2), true
}

// HomeAgent is how much a home agent is to be preferred, the more the higher, and for how many
// seconds it is one.
func (o NDOption) HomeAgent() (preference, lifetime uint16, ok bool) {
	if !o.is(NDOptHomeAgent, 6) {
		return 0, 0, false
	}
	return o.uint16(2), o.uint16(4), true
}

// Addrs are the addresses of a source or target address list (RFC 3122, section 3), or of
// recursive DNS servers, whose Lifetime stands before them.
func (o NDOption) Addrs() (AddrList, bool) {
	switch o.Type {
	case NDOptSourceAddrs, NDOptTargetAddrs, NDOptRDNSS:
		return AddrList(o.Data[6:]), true
	}
	return nil, false
}

// Lifetime is that of DNS servers or search domains, in s, or Forever.
func (o NDOption) Lifetime() (uint32, bool) {
	if !o.is(NDOptRDNSS, 6) && !o.is(NDOptDNSSL, 6) {
		return 0, false
	}
	return o.uint32(2), true
}

// Domains are the search domains of a DNSSL option.
func (o NDOption) Domains() (Names, bool) {
	if !o.is(NDOptDNSSL, 6) {
		return Names{}, false
	}
	return Names{o.Data[6:]}, true
}

// An NDRoute is a route information option (RFC 4191, section 2.3).
type NDRoute struct {
	Prefix   Addr
	Lifetime uint32 // s, or Forever
	Len      uint8  // of the prefix, in bits
	Pref     RoutePref
}

// Route reads a route information option, which has as many bytes of its prefix as its length
// leaves room for: 0, 8 or 16.
func (o NDOption) Route() (r NDRoute, ok bool) {
	if !o.is(NDOptRoute, 6) || len(o.Data) > 22 {
		return NDRoute{}, false
	}
	r = NDRoute{Len: o.Data[0], Pref: RoutePrefOf(o.Data[1]), Lifetime: o.uint32(2)}
	copy(r.Prefix[:], o.Data[6:])
	return r, true
}

// URI is what a captive portal option names, without the padding (RFC 8910, section 2.3).
func (o NDOption) URI() ([]byte, bool) {
	if o.Type != NDOptCaptivePortal {
		return nil, false
	}
	return bytes.TrimRight(o.Data, "\x00"), true
}

// A PREF64 is the prefix by which NAT64 is reached (RFC 8781, section 4).
type PREF64 struct {
	Prefix   Addr
	Lifetime uint16 // s
	Len      uint8  // of the prefix, in bits
}

// PREF64 reads a PREF64 option. Its lifetime is in units of 8 s on the wire, its prefix length
// one of six by their number.
func (o NDOption) PREF64() (p PREF64, ok bool) {
	lengths := [...]uint8{96, 64, 56, 48, 40, 32}
	if !o.is(NDOptPREF64, 14) || int(o.Data[1]&7) >= len(lengths) {
		return PREF64{}, false
	}
	p = PREF64{Lifetime: o.uint16(0) &^ 7, Len: lengths[o.Data[1]&7]}
	copy(p.Prefix[:], o.Data[2:14])
	return p, true
}

// RAFlags are 48 more flags of a router advertisement, none of them assigned yet.
func (o NDOption) RAFlags() ([]byte, bool) {
	if !o.is(NDOptRAFlags, 6) {
		return nil, false
	}
	return o.Data[:6], true
}

// An EncryptedDNS is a resolver that is reached by an encrypted transport (RFC 9463, section
// 6.1). What an option leaves out that only names one is empty.
type EncryptedDNS struct {
	Name     Name // by which it is authenticated
	Addrs    AddrList
	Params   []byte // SvcParams of RFC 9460, section 2.2
	Lifetime uint32 // s, or Forever
	Priority uint16 // 0 if it is an alias
}

// EncryptedDNS reads an encrypted DNS option: name, addresses and parameters each stand behind
// their length, and padding, which is a length of 0, behind them.
func (o NDOption) EncryptedDNS() (e EncryptedDNS, ok bool) {
	if !o.is(NDOptEncryptedDNS, 14) {
		return EncryptedDNS{}, false
	}
	e.Priority, e.Lifetime = o.uint16(0), o.uint32(2)
	name, rest, ok := cutField(o.Data[6:])
	names := Names{name}
	if e.Name, _ = names.Next(); !ok || e.Name == nil || len(names.rest) > 0 {
		return EncryptedDNS{}, false
	}
	if len(rest) < 2 {
		return e, true
	}
	addrs, rest, ok := cutField(rest)
	if e.Addrs = AddrList(addrs); !ok || !e.Addrs.Whole() {
		return EncryptedDNS{}, false
	}
	if len(rest) < 2 {
		return e, true
	}
	if e.Params, _, ok = cutField(rest); !ok {
		return EncryptedDNS{}, false
	}
	return e, true
}

// cutField cuts off a field that stands behind its length of 16 bits.
func cutField(b []byte) (field, rest []byte, ok bool) {
	if len(b) < 2 {
		return nil, nil, false
	}
	end := 2 + int(binary.BigEndian.Uint16(b))
	if end > len(b) {
		return nil, nil, false
	}
	return b[2:end:end], b[end:], true
}
