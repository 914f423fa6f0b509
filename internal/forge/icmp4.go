package forge

import "slices"

// Query4 is an ICMP query or its answer: echo, timestamp, information, address mask.
func Query4(typ uint8, id, seq uint16, data ...[]byte) Message {
	return Message4(typ, 0, uint32(id)<<16|uint32(seq), data...)
}

// Error4 is an ICMP error that quotes a datagram. With extension objects (RFC 4884) the quote
// is filled up to 128 bytes at least, and its length stands in the second word.
func Error4(typ, code uint8, word uint32, quote []byte, objects ...[]byte) Message {
	if len(objects) == 0 {
		return Message4(typ, code, word, quote)
	}
	quote = filled(quote, 4)
	return Message4(typ, code, word|uint32(len(quote)/4)<<16, quote, Extension(objects...))
}

// A Router is one of a router advertisement.
type Router struct {
	Addr       string
	Preference int32
}

// RouterAdvert4 is a router advertisement (RFC 1256, section 3), with extensions of Mobile IP
// behind it (RFC 5944, section 2.1).
func RouterAdvert4(code uint8, lifetime uint16, routers []Router, extensions ...[]byte) Message {
	var body []byte
	for _, r := range routers {
		body = slices.Concat(body, addresses(r.Addr), be32(uint32(r.Preference)))
	}
	const words = 2 // an entry is an address and a preference
	word := uint32(len(routers))<<24 | words<<16 | uint32(lifetime)
	return Message4(9, code, word, body, slices.Concat(extensions...))
}

// MobileAgent is the mobility agent advertisement extension (RFC 5944, section 2.1.1).
func MobileAgent(seq, lifetime, flags uint16, careOf ...string) []byte {
	return slices.Concat([]byte{16, byte(6 + 4*len(careOf))}, be16(seq, lifetime, flags), addresses(careOf...))
}

// PrefixLengths is the prefix-lengths extension (RFC 5944, section 2.1.2).
func PrefixLengths(n ...byte) []byte { return append([]byte{19, byte(len(n))}, n...) }

// OneBytePad is the one-byte padding extension (RFC 5944, section 2.1.3).
func OneBytePad() []byte { return []byte{0} }

// Timestamps are the three of a timestamp message, in ms since midnight UTC (RFC 792).
func Timestamps(originate, receive, transmit uint32) []byte {
	return be32(originate, receive, transmit)
}

// Probe is an extended echo request (RFC 8335, section 2), of either version. The object names
// an interface of the receiver, or of a neighbor of it.
func Probe(version int, id uint16, seq uint8, local bool, object []byte) Message {
	word := uint32(id)<<16 | uint32(seq)<<8
	if local {
		word |= 1
	}
	if version == 4 {
		return Message4(42, 0, word, Extension(object))
	}
	return Message6(160, 0, word, Extension(object))
}

// ProbeReply is an extended echo reply (RFC 8335, section 3). Its flags are A, 4 and 6 from the
// high bit on.
func ProbeReply(version int, code uint8, id uint16, seq, state, flags uint8) Message {
	word := uint32(id)<<16 | uint32(seq)<<8 | uint32(state)<<5 | uint32(flags)
	if version == 4 {
		return Message4(43, code, word)
	}
	return Message6(161, code, word)
}
