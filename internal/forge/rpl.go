package forge

import "slices"

// The codes of RPL's messages (RFC 6550, section 6); with rplSecure they are the secure ones.
const (
	rplDIS    = 0
	rplDIO    = 1
	rplDAO    = 2
	rplDAOAck = 3
	rplCC     = 0x8a
	rplSecure = 0x80
)

// RPL is a control message: its base, and options. A secure one has a RPLSecurity before them.
func RPL(code uint8, parts ...[]byte) Message {
	return Message{Version: 6, Type: 155, Code: code, Body: slices.Concat(parts...)}
}

// RPLSecurity is the section of secure messages (RFC 6550, section 6.1). The key's identifier
// is 1, 0, 9 or 9 bytes, by mode 0 to 3; of mode 3 none unless the message is encrypted.
func RPLSecurity(algorithm, mode, level uint8, counter uint32, key []byte) []byte {
	return slices.Concat([]byte{0, algorithm, mode<<6 | level, 0}, be32(counter), key)
}

// RPLSolicit is the base of a DIS (RFC 6550, section 6.2).
func RPLSolicit() []byte { return []byte{0, 0} }

// RPLObject is the base of a DIO (RFC 6550, section 6.3). The flags are G, 0, three bits of
// mode and three of preference.
func RPLObject(instance, version uint8, rank uint16, flags, trigger uint8, dodag string) []byte {
	return slices.Concat([]byte{instance, version}, be16(rank), []byte{flags, trigger, 0, 0}, addresses(dodag))
}

// RPLAdvert is the base of a DAO (RFC 6550, section 6.4): K, and D if there is a DODAG.
func RPLAdvert(instance uint8, ack bool, seq uint8, dodag string) []byte {
	flags := uint8(0)
	if ack {
		flags |= 0x80
	}
	if dodag == "" {
		return []byte{instance, flags, 0, seq}
	}
	return slices.Concat([]byte{instance, flags | 0x40, 0, seq}, addresses(dodag))
}

// RPLAck is the base of a DAO-ACK (RFC 6550, section 6.5): D if there is a DODAG.
func RPLAck(instance, seq, status uint8, dodag string) []byte {
	if dodag == "" {
		return []byte{instance, 0, seq, status}
	}
	return slices.Concat([]byte{instance, 0x80, seq, status}, addresses(dodag))
}

// RPLCheck is the base of a consistency check (RFC 6550, section 6.6).
func RPLCheck(instance uint8, response bool, nonce uint16, dodag string, counter uint32) []byte {
	flags := uint8(0)
	if response {
		flags = 0x80
	}
	return slices.Concat([]byte{instance, flags}, be16(nonce), addresses(dodag), be32(counter))
}

// RPLOption is an option (RFC 6550, section 6.7.1).
func RPLOption(typ uint8, data ...[]byte) []byte {
	b := slices.Concat(data...)
	return append([]byte{typ, byte(len(b))}, b...)
}

// RPLPad1 is the option of one byte (RFC 6550, section 6.7.2).
func RPLPad1() []byte { return []byte{0} }

// RPLRoute is the route information option (RFC 6550, section 6.7.5).
func RPLRoute(prefix string, length, preference uint8, lifetime uint32) []byte {
	n := (int(length) + 63) / 64 * 8
	return RPLOption(3, []byte{length, preference << 3}, be32(lifetime), addresses(prefix)[:n])
}

// RPLConfig is the DODAG configuration option (RFC 6550, section 6.7.6): flags and the PCS,
// three numbers of the trickle timer, two of ranks, objective, reserved, lifetime and its unit.
func RPLConfig(flags, doublings, minimum, redundancy uint8, maxIncrease, minIncrease, objective uint16, lifetime uint8, unit uint16) []byte {
	return RPLOption(4, []byte{flags, doublings, minimum, redundancy}, be16(maxIncrease, minIncrease, objective), []byte{0, lifetime}, be16(unit))
}

// RPLTarget is the target option (RFC 6550, section 6.7.7).
func RPLTarget(prefix string, length uint8) []byte {
	return RPLOption(5, []byte{0, length}, addresses(prefix)[:(int(length)+7)/8])
}

// RPLTransit is the transit information option (RFC 6550, section 6.7.8), parent or none.
func RPLTransit(flags, control, sequence, lifetime uint8, parent ...string) []byte {
	return RPLOption(6, []byte{flags, control, sequence, lifetime}, addresses(parent...))
}

// RPLSolicited is the solicited information option (RFC 6550, section 6.7.9). The flags are V,
// I and D.
func RPLSolicited(instance, flags uint8, dodag string, version uint8) []byte {
	return RPLOption(7, []byte{instance, flags}, addresses(dodag), []byte{version})
}

// RPLPrefix is the prefix information option (RFC 6550, section 6.7.10).
func RPLPrefix(prefix string, length, flags uint8, valid, preferred uint32) []byte {
	return RPLOption(8, []byte{length, flags}, be32(valid, preferred, 0), addresses(prefix))
}
