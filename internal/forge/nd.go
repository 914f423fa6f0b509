package forge

import (
	"slices"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
)

// neighbor is a message of neighbor discovery: what gopacket writes of it, and options.
func neighbor(typ uint8, l gopacket.SerializableLayer, options [][]byte) Message {
	return Message{Version: 6, Type: typ, Body: slices.Concat(Frame(l), slices.Concat(options...))}
}

// RouterSolicit6 is a router solicitation (RFC 4861, section 4.1).
func RouterSolicit6(options ...[]byte) Message {
	return neighbor(layers.ICMPv6TypeRouterSolicitation, &layers.ICMPv6RouterSolicitation{}, options)
}

// RouterAdvert6 is a router advertisement (RFC 4861, section 4.2). The flags are M, O, H (RFC
// 6275, section 7.1), two of preference (RFC 4191, section 2.2) and P (RFC 4389).
func RouterAdvert6(ra layers.ICMPv6RouterAdvertisement, options ...[]byte) Message {
	return neighbor(layers.ICMPv6TypeRouterAdvertisement, &ra, options)
}

// NeighborSolicit6 is a neighbor solicitation (RFC 4861, section 4.3).
func NeighborSolicit6(target string, options ...[]byte) Message {
	l := &layers.ICMPv6NeighborSolicitation{TargetAddress: ip(target)}
	return neighbor(layers.ICMPv6TypeNeighborSolicitation, l, options)
}

// NeighborAdvert6 is a neighbor advertisement (RFC 4861, section 4.4). The flags are R, S and
// O, from the highest bit on.
func NeighborAdvert6(flags uint8, target string, options ...[]byte) Message {
	l := &layers.ICMPv6NeighborAdvertisement{Flags: flags, TargetAddress: ip(target)}
	return neighbor(layers.ICMPv6TypeNeighborAdvertisement, l, options)
}

// Redirect6 is a redirect (RFC 4861, section 4.5).
func Redirect6(target, dst string, options ...[]byte) Message {
	l := &layers.ICMPv6Redirect{TargetAddress: ip(target), DestinationAddress: ip(dst)}
	return neighbor(layers.ICMPv6TypeRedirect, l, options)
}

// NDOption is an option of neighbor discovery (RFC 4861, section 4.6), with zeros at its end up
// to a multiple of 8 bytes.
func NDOption(typ uint8, data ...[]byte) []byte {
	b := padded(append([]byte{typ, 0}, slices.Concat(data...)...), 8)
	b[1] = byte(len(b) / 8)
	return b
}

// NDSource and NDTarget are the link-layer address options (RFC 4861, section 4.6.1).
func NDSource(mac []byte) []byte { return NDOption(1, mac) }

// NDTarget is the target's.
func NDTarget(mac []byte) []byte { return NDOption(2, mac) }

// NDPrefix is the prefix information option (RFC 4861, section 4.6.2). The flags are L, A and R
// (RFC 6275, section 7.2), from the highest bit on; lifetimes are in seconds.
func NDPrefix(prefix string, length, flags uint8, valid, preferred uint32) []byte {
	return NDOption(3, []byte{length, flags}, be32(valid, preferred, 0), addresses(prefix))
}

// NDRedirected is the redirected header option (RFC 4861, section 4.6.3).
func NDRedirected(quote []byte) []byte { return NDOption(4, make([]byte, 6), quote) }

// NDMTU is the MTU option (RFC 4861, section 4.6.4).
func NDMTU(mtu uint32) []byte { return NDOption(5, make([]byte, 2), be32(mtu)) }

// NDAdvertInterval is the advertisement interval option, in ms (RFC 6275, section 7.3).
func NDAdvertInterval(ms uint32) []byte { return NDOption(7, make([]byte, 2), be32(ms)) }

// NDHomeAgent is the home agent information option (RFC 6275, section 7.4).
func NDHomeAgent(preference, lifetime uint16) []byte {
	return NDOption(8, be16(0, preference, lifetime))
}

// NDAddressList is the source (9) or target (10) address list option of inverse neighbor
// discovery (RFC 3122, section 3.1).
func NDAddressList(typ uint8, addrs ...string) []byte {
	return NDOption(typ, make([]byte, 6), addresses(addrs...))
}

// NDTimestamp is SEND's timestamp: seconds since 1970, and 1/64K of them (RFC 3971, section
// 5.3.1).
func NDTimestamp(seconds uint32, fraction uint16) []byte {
	return NDOption(13, make([]byte, 6+2), be32(seconds), be16(fraction))
}

// NDNonce is SEND's nonce (RFC 3971, section 5.3.2).
func NDNonce(nonce []byte) []byte { return NDOption(14, nonce) }

// NDRoute is the route information option (RFC 4191, section 2.3), as short as the prefix
// length allows. Preference is 0 medium, 1 high, 3 low.
func NDRoute(prefix string, length, preference uint8, lifetime uint32) []byte {
	n := (int(length) + 63) / 64 * 8
	return NDOption(24, []byte{length, preference << 3}, be32(lifetime), addresses(prefix)[:n])
}

// NDRDNSS is the option of recursive DNS servers (RFC 8106, section 5.1).
func NDRDNSS(lifetime uint32, servers ...string) []byte {
	return NDOption(25, make([]byte, 2), be32(lifetime), addresses(servers...))
}

// NDFlags is the flags expansion option: 48 bits more (RFC 5175, section 4).
func NDFlags(flags []byte) []byte { return NDOption(26, flags) }

// NDDNSSL is the DNS search list option (RFC 8106, section 5.2).
func NDDNSSL(lifetime uint32, names ...string) []byte {
	return NDOption(31, make([]byte, 2), be32(lifetime), domains(names...))
}

// NDRegistration is 6LoWPAN's address registration option (RFC 6775, section 4.1).
func NDRegistration(status uint8, minutes uint16, eui64 []byte) []byte {
	return NDOption(33, []byte{status, 0, 0, 0}, be16(minutes), eui64)
}

// NDContext is 6LoWPAN's context option (RFC 6775, section 4.2). The flags are C and four bits
// of context identifier.
func NDContext(prefix string, length, flags uint8, minutes uint16) []byte {
	n := 8
	if length > 64 {
		n = 16
	}
	return NDOption(34, []byte{length, flags, 0, 0}, be16(minutes), addresses(prefix)[:n])
}

// NDBorderRouter is 6LoWPAN's authoritative border router option (RFC 6775, section 4.3).
func NDBorderRouter(version uint32, minutes uint16, router string) []byte {
	return NDOption(35, be16(uint16(version), uint16(version>>16), minutes), addresses(router))
}

// NDCaptivePortal is the captive portal option (RFC 8910, section 2.3).
func NDCaptivePortal(uri string) []byte { return NDOption(37, []byte(uri)) }

// NDPREF64 is the option of the prefix of NAT64 (RFC 8781, section 4): seconds in steps of 8,
// and a code for the prefix length: 0 is 96, 1 to 5 are 64, 56, 48, 40, 32.
func NDPREF64(prefix string, code uint8, lifetime uint16) []byte {
	return NDOption(38, be16(lifetime&^7|uint16(code)), addresses(prefix)[:12])
}
