package forge

import "slices"

// HomeAgentRequest and HomeAgentReply discover home agents (RFC 6275, sections 6.5 and 6.6).
func HomeAgentRequest(id uint16) Message { return Message6(144, 0, uint32(id)<<16) }

// HomeAgentReply lists them, the best first.
func HomeAgentReply(id uint16, agents ...string) Message {
	return Message6(145, 0, uint32(id)<<16, addresses(agents...))
}

// PrefixSolicit and PrefixAdvert tell a mobile node of its home's prefixes (RFC 6275, sections
// 6.7 and 6.8). The flags are M and O, in the highest bits.
func PrefixSolicit(id uint16) Message { return Message6(146, 0, uint32(id)<<16) }

// PrefixAdvert has neighbor discovery's prefix options.
func PrefixAdvert(id, flags uint16, options ...[]byte) Message {
	return Message6(147, 0, uint32(id)<<16|uint32(flags), options...)
}

// FastHandover is a message of FMIPv6 (RFC 5568, section 6.1 and 6.2): subtype 2 router
// solicitation for proxy advertisement, 3 proxy router advertisement, 4 handover initiate, 5
// handover acknowledge.
func FastHandover(code, subtype, flags uint8, id uint16, options ...[]byte) Message {
	return Message6(154, code, uint32(subtype)<<24|uint32(flags)<<16|uint32(id), options...)
}

// FMIPAddress is FMIPv6's address option (RFC 5568, section 6.4.1): 1 old care-of address, 2
// new care-of address, 3 and 4 of routers.
func FMIPAddress(kind uint8, addr string) []byte {
	return NDOption(17, []byte{kind, 128, 0, 0, 0, 0}, addresses(addr))
}

// FMIPLinkAddr is FMIPv6's link-layer address option (RFC 5568, section 6.4.3).
func FMIPLinkAddr(kind uint8, mac []byte) []byte {
	return NDOption(19, slices.Concat([]byte{kind}, mac))
}

var kindsMobile = []Kind{
	{"home agent request", func(d dice) Message { return HomeAgentRequest(d.uint16()) }},
	{"home agent reply", func(d dice) Message { return HomeAgentReply(d.uint16(), some(d, 0, 3, d.addr6)...) }},
	{"mobile prefix solicitation", func(d dice) Message { return PrefixSolicit(d.uint16()) }},
	{"mobile prefix advertisement", func(d dice) Message {
		return PrefixAdvert(d.uint16(), d.uint16()&0xc000, some(d, 1, 3, d.prefixOption)...)
	}},
	{"fast handover", func(d dice) Message {
		options := some(d, 0, 2, func() []byte {
			return d.option(
				func() []byte { return FMIPAddress(1+d.byte()%4, d.addr6()) },
				func() []byte { return FMIPLinkAddr(1+d.byte()%4, d.bytes(6)) },
			)
		})
		return FastHandover(d.byte()%4, 2+d.byte()%4, 0, d.uint16(), options...)
	}},
}
