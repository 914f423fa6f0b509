package forge

import "slices"

// Error6 is an ICMPv6 error that quotes a datagram (RFC 4443, section 3). With extension
// objects (RFC 4884) the quote is filled up to 128 bytes at least, and its length stands in the
// second word.
func Error6(typ, code uint8, word uint32, quote []byte, objects ...[]byte) Message {
	if len(objects) == 0 {
		return Message6(typ, code, word, quote)
	}
	quote = filled(quote, 8)
	return Message6(typ, code, word|uint32(len(quote)/8)<<24, quote, Extension(objects...))
}

// Echo6 is an echo request (128) or reply (129).
func Echo6(typ uint8, id, seq uint16, data []byte) Message {
	return Message6(typ, 0, uint32(id)<<16|uint32(seq), data)
}

// NodeInfo is a node information query (139) or reply (140), RFC 4620, section 4. The data is a
// query's subject, which the code tells the kind of, or a reply's answer.
func NodeInfo(typ, code uint8, qtype, flags uint16, nonce []byte, data []byte) Message {
	return Message6(typ, code, uint32(qtype)<<16|uint32(flags), nonce, data)
}

// A Renumbering is the header of router renumbering (RFC 2894, section 3.1).
type Renumbering struct {
	Sequence       uint32
	Segment, Flags uint8
	MaxDelay       uint16 // ms
}

// RouterRenumbering is a command (code 0), a result (1), or a reset of the sequence (255).
func RouterRenumbering(code uint8, h Renumbering, parts ...[]byte) Message {
	return Message6(138, code, h.Sequence, []byte{h.Segment, h.Flags}, be16(h.MaxDelay), make([]byte, 4), slices.Concat(parts...))
}

// PrefixControl is a command's operation: what it matches, and what comes instead (RFC 2894,
// section 3.2).
func PrefixControl(operation, ordinal uint8, match Match, use ...Use) []byte {
	b := []byte{operation, byte(3 + 4*len(use)), ordinal, match.Len, match.Min, match.Max, 0, 0}
	b = append(b, addresses(match.Prefix)...)
	for _, u := range use {
		b = slices.Concat(b, []byte{u.Len, u.Keep, u.FlagMask, u.Flags}, be32(u.Valid, u.Preferred, u.Decrement), addresses(u.Prefix))
	}
	return b
}

// A Match is the match-prefix part of an operation.
type Match struct {
	Len, Min, Max uint8
	Prefix        string
}

// A Use is one use-prefix part of an operation. Decrement has V and P in its highest bits.
type Use struct {
	Len, Keep, FlagMask, Flags  uint8
	Valid, Preferred, Decrement uint32
	Prefix                      string
}

// RenumberingResult is one of a result's (RFC 2894, section 3.3).
func RenumberingResult(flags uint16, ordinal, matched uint8, iface uint32, prefix string) []byte {
	return slices.Concat(be16(flags), []byte{ordinal, matched}, be32(iface), addresses(prefix))
}

// InverseND is an inverse neighbor discovery message, 141 or 142 (RFC 3122, section 2).
func InverseND(typ uint8, options ...[]byte) Message { return Message6(typ, 0, 0, options...) }

// MulticastRouter is an advertisement (151), solicitation (152) or termination (153) of
// multicast router discovery (RFC 4286). Interval and robustness are an advertisement's; the
// others have no more than a header.
func MulticastRouter(typ uint8, seconds uint8, interval, robustness uint16) Message {
	if typ != 151 {
		return Message{Version: 6, Type: typ}
	}
	return Message6(typ, seconds, uint32(interval)<<16|uint32(robustness))
}

// CertPathSolicit and CertPathAdvert are SEND's (RFC 3971, sections 6.4.1 and 6.4.2).
func CertPathSolicit(id, component uint16, options ...[]byte) Message {
	return Message6(148, 0, uint32(id)<<16|uint32(component), options...)
}

// CertPathAdvert is one component of all.
func CertPathAdvert(id, all, component uint16, options ...[]byte) Message {
	return Message6(149, 0, uint32(id)<<16|uint32(all), be16(component, 0), slices.Concat(options...))
}

// DuplicateAddress is a request (157) or confirmation (158) between 6LoWPAN routers (RFC 6775,
// section 4.4). Lifetime is in minutes, eui64 8 bytes.
func DuplicateAddress(typ, status uint8, lifetime uint16, eui64 []byte, addr string) Message {
	return Message6(typ, 0, uint32(status)<<24|uint32(lifetime), eui64, addresses(addr))
}
