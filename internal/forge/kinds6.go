package forge

import "slices"

var kinds6 = []Kind{
	{"unreachable 6", func(d dice) Message { return d.error6(1, d.byte()%9, 0, true) }},
	{"packet too big", func(d dice) Message { return d.error6(2, 0, oneOf[uint32](d, 1280, 1400, 1500, 9000, 1<<31), false) }},
	{"time exceeded 6", func(d dice) Message { return d.error6(3, d.byte()%3, 0, true) }},
	{"parameter problem 6", func(d dice) Message { return d.error6(4, d.byte()%11, d.Uint32N(200), false) }},
	{"echo request 6", func(d dice) Message { return Echo6(128, d.uint16(), d.uint16(), d.bytes(d.IntN(100))) }},
	{"echo reply 6", func(d dice) Message { return Echo6(129, d.uint16(), d.uint16(), d.bytes(d.IntN(100))) }},
	{"listener query", func(d dice) Message { return MLD1(130, d.uint16(), oneOf(d, "::", d.group())) }},
	{"listener report", func(d dice) Message { return MLD1(131, 0, d.group()) }},
	{"listener done", func(d dice) Message { return MLD1(132, 0, d.group()) }},
	{"listener query v2", func(d dice) Message {
		return MLDQuery2(d.uint16(), oneOf(d, "::", d.group()), d.byte()%16, d.byte(), some(d, 0, 3, d.addr6)...)
	}},
	{"listener report v2", func(d dice) Message { return d.report(0) }},
	{"listener report v2 with data", func(d dice) Message { return d.report(1 + d.IntN(2)) }},
	{"renumbering command", func(d dice) Message {
		return RouterRenumbering(0, d.renumbering(), some(d, 1, 3, func() []byte {
			match := Match{Len: d.byte() % 65, Min: d.byte() % 65, Max: 64 + d.byte()%65, Prefix: d.prefix(64)}
			return PrefixControl(1+d.byte()%3, d.byte(), match, some(d, 0, 2, func() Use {
				return Use{
					Len: d.byte() % 65, Keep: d.byte() % 64, FlagMask: 0xc0, Flags: d.byte() & 0xc0,
					Valid: d.Uint32(), Preferred: d.Uint32(), Decrement: d.Uint32() &^ (1<<30 - 1), Prefix: d.prefix(64),
				}
			})...)
		})...)
	}},
	{"renumbering result", func(d dice) Message {
		return RouterRenumbering(1, d.renumbering(), some(d, 1, 3, func() []byte {
			return RenumberingResult(d.uint16()%4, d.byte(), d.byte()%129, d.Uint32N(100), d.prefix(64))
		})...)
	}},
	{"renumbering reset", func(d dice) Message { return RouterRenumbering(255, d.renumbering()) }},
	{"node query", func(d dice) Message {
		code := d.byte() % 3
		subject := [][]byte{addresses(d.addr6()), domains(d.domain()), addresses(d.addr4())}[code]
		qtype := d.uint16() % 5
		if qtype == 0 { // no operation, and no subject
			code, subject = 1, nil
		}
		return NodeInfo(139, code, qtype, d.uint16()%64, d.bytes(8), subject)
	}},
	{"node reply", func(d dice) Message {
		qtype := d.uint16() % 5
		var data []byte
		switch qtype {
		case 2:
			data = slices.Concat(be32(d.Uint32()), domains(some(d, 1, 2, d.domain)...))
		case 3, 4:
			version := 6
			if qtype == 4 {
				version = 4
			}
			data = slices.Concat(some(d, 0, 3, func() []byte { return slices.Concat(be32(d.Uint32()), addresses(d.addr(version))) })...)
		}
		code := d.byte() % 3
		if code != 0 {
			data = nil // refused, or not understood
		}
		return NodeInfo(140, code, qtype, d.uint16()%64, d.bytes(8), data)
	}},
	{"router discovery", func(d dice) Message {
		return MulticastRouter(151+d.byte()%3, 4+d.byte()%177, 1+d.uint16()%200, 1+d.uint16()%7)
	}},
	{"duplicate address", func(d dice) Message {
		return DuplicateAddress(157+d.byte()%2, d.byte()%3, d.uint16(), d.bytes(8), d.addr6())
	}},
	{"probe 6", func(d dice) Message { return Probe(6, d.uint16(), d.byte(), d.one(2), d.interfaceName()) }},
	{"probe reply 6", func(d dice) Message { return d.probeReply(6) }},
	{"locator update", func(d dice) Message { // RFC 6743, section 3: locator, preference, lifetime
		locators := some(d, 1, 3, func() []byte { return d.bytes(8 + 2 + 2) })
		const operation = 1
		return Message6(156, 0, uint32(len(locators))<<24|operation<<16, locators...)
	}},
	{"other 6", func(d dice) Message {
		return Message6(d.typeBut(described6), d.byte(), d.Uint32(), d.bytes(d.IntN(60)))
	}},
}

// described6 are the types that other Kinds make, or whose body tshark wants to be something
// (150, RFC 4065; 159, RFC 7731).
var described6 = []uint8{
	1, 2, 3, 4, 128, 129, 130, 131, 132, 133, 134, 135, 136, 137, 138, 139, 140, 141, 142, 143, 144, 145, 146, 147,
	148, 149, 150, 151, 152, 153, 154, 155, 156, 157, 158, 159, 160, 161,
}

// error6 is an error about a random datagram, sometimes with extension objects if it may.
func (d dice) error6(typ, code uint8, word uint32, extends bool) Message {
	quote, src := d.quote(6)
	var objects [][]byte
	if extends && d.one(3) {
		objects = some(d, 1, 3, d.object)
	}
	m := Error6(typ, code, word, quote, objects...)
	m.To = src
	return m
}

func (d dice) renumbering() Renumbering {
	const reserved = 0x07
	return Renumbering{Sequence: d.Uint32(), Segment: d.byte(), Flags: d.byte() &^ reserved, MaxDelay: d.uint16()}
}
