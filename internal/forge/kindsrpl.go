package forge

import "slices"

var kindsRPL = []Kind{
	{"rpl solicitation", func(d dice) Message { return RPL(rplDIS, RPLSolicit(), d.rplOptions(d.rplSolicited)) }},
	{"rpl object", func(d dice) Message {
		return RPL(rplDIO, d.rplObject(), d.rplOptions(d.rplConfig, d.rplRoute, d.rplPrefix))
	}},
	{"rpl advertisement", func(d dice) Message { return RPL(rplDAO, d.rplAdvert(), d.rplOptions(d.rplTarget, d.rplTransit)) }},
	{"rpl acknowledgement", func(d dice) Message {
		return RPL(rplDAOAck, RPLAck(d.byte(), d.byte(), d.byte(), oneOf(d, "", d.addr6())))
	}},
	{"rpl secure", func(d dice) Message {
		base := []func() []byte{rplDIS: RPLSolicit, rplDIO: d.rplObject, rplDAO: d.rplAdvert}
		code := d.IntN(len(base))
		return RPL(rplSecure|byte(code), d.rplSecurity(), base[code](), d.rplOptions())
	}},
	{"rpl consistency check", func(d dice) Message {
		return RPL(rplCC, d.rplSecurity(), RPLCheck(d.byte(), d.one(2), d.uint16(), d.addr6(), d.Uint32()))
	}},
	{"rpl other", func(d dice) Message { return RPL(9+d.byte()%100, d.bytes(4+d.IntN(40))) }},
}

func (d dice) rplObject() []byte {
	const zero = 0x40
	return RPLObject(d.byte(), d.byte(), d.uint16(), d.byte()&^zero, d.byte(), d.addr6())
}

func (d dice) rplAdvert() []byte {
	return RPLAdvert(d.byte(), d.one(2), d.byte(), oneOf(d, "", d.addr6()))
}

func (d dice) rplSecurity() []byte {
	mode, level := d.byte()%4, d.byte()%4
	key := d.bytes([]int{1, 0, 9, 9}[mode])
	if mode == 3 && level%2 == 0 { // signed, and not encrypted
		key = nil
	}
	return RPLSecurity(0, mode, level, d.Uint32(), key)
}

// rplOptions are up to three of those that a message has, and padding.
func (d dice) rplOptions(of ...func() []byte) []byte {
	of = append(of, RPLPad1, func() []byte { return RPLOption(1, make([]byte, d.IntN(6))) })
	return slices.Concat(some(d, 0, 3, func() []byte { return d.option(of...) })...)
}

func (d dice) rplSolicited() []byte {
	return RPLSolicited(d.byte(), d.byte()&0xe0, d.addr6(), d.byte())
}

func (d dice) rplConfig() []byte {
	return RPLConfig(d.byte()&0x0f, 8, 3, 10, d.uint16(), 256, d.uint16()%2, d.byte(), d.uint16())
}

func (d dice) rplRoute() []byte {
	length := oneOf[uint8](d, 0, 48, 64, 128)
	return RPLRoute(d.prefix(length), length, oneOf[uint8](d, 0, 1, 3), d.Uint32())
}

func (d dice) rplPrefix() []byte {
	length := oneOf[uint8](d, 48, 64, 128)
	return RPLPrefix(d.prefix(length), length, d.byte()&0xe0, d.Uint32(), d.Uint32())
}

func (d dice) rplTarget() []byte {
	length := oneOf[uint8](d, 48, 64, 128)
	return RPLTarget(d.prefix(length), length)
}

func (d dice) rplTransit() []byte {
	return RPLTransit(oneOf[uint8](d, 0, 0x80), d.byte(), d.byte(), d.byte(), some(d, 0, 1, d.addr6)...)
}
