package forge

import (
	"encoding/binary"
	"slices"

	"github.com/gopacket/gopacket/layers"
)

var kinds4 = []Kind{
	{"echo request", func(d dice) Message { return Query4(8, d.uint16(), d.uint16(), d.bytes(d.IntN(100))) }},
	{"echo reply", func(d dice) Message { return Query4(0, d.uint16(), d.uint16(), d.bytes(d.IntN(100))) }},
	{"unreachable", func(d dice) Message {
		code, word := oneOf(d, 4, d.byte()%17, d.byte()%17), uint32(0)
		if code == 4 {
			word = oneOf[uint32](d, 0, 576, 1280, 1400, 1500, 9000)
		}
		return d.error4(3, code, word, true)
	}},
	{"source quench", func(d dice) Message { return d.error4(4, 0, 0, false) }},
	{"redirect", func(d dice) Message {
		return d.error4(5, d.byte()%5, binary.BigEndian.Uint32(addresses(d.addr4())), false)
	}},
	{"time exceeded", func(d dice) Message { return d.error4(11, d.byte()%3, 0, true) }},
	{"parameter problem", func(d dice) Message { return d.error4(12, d.byte()%4, uint32(d.byte())<<24, true) }},
	{"router advertisement", func(d dice) Message { return RouterAdvert4(0, d.uint16(), some(d, 1, 4, d.router)) }},
	{"agent advertisement", func(d dice) Message {
		const reserved = 0x000f
		agent := MobileAgent(d.uint16(), d.uint16(), d.uint16()&^reserved, some(d, 0, 3, d.addr4)...)
		extensions := [][]byte{agent}
		routers := some(d, 1, 3, d.router)
		if d.one(2) {
			extensions = append(extensions, PrefixLengths(some(d, len(routers), len(routers), func() byte { return d.byte() % 33 })...))
		}
		if d.one(2) {
			extensions = append(extensions, OneBytePad())
		}
		return RouterAdvert4(oneOf[uint8](d, 0, 16), d.uint16(), routers, extensions...)
	}},
	{"router solicitation", func(d dice) Message { return Message4(10, 0, 0) }},
	{"timestamp request", func(d dice) Message {
		return Query4(13, d.uint16(), d.uint16(), Timestamps(d.time(), 0, 0))
	}},
	{"timestamp reply", func(d dice) Message {
		return Query4(14, d.uint16(), d.uint16(), Timestamps(d.time(), d.time(), d.time()))
	}},
	{"information", func(d dice) Message { return Query4(oneOf[uint8](d, 15, 16), d.uint16(), d.uint16()) }},
	{"address mask", func(d dice) Message {
		mask := ^uint32(0) << d.IntN(32)
		return Query4(oneOf[uint8](d, 17, 18), d.uint16(), d.uint16(), be32(mask))
	}},
	{"traceroute", func(d dice) Message { // RFC 1393, section 2.3
		return Message4(30, d.byte()%2, uint32(d.uint16())<<16, be16(1+d.uint16()%30, 1+d.uint16()%30), be32(d.Uint32(), 1500))
	}},
	{"conversion error", func(d dice) Message { // RFC 1475, section 8.2
		quote, src := d.quote(4)
		m := Message4(31, d.byte()%12, uint32(d.uint16()), quote)
		m.To = src
		return m
	}},
	{"photuris", func(d dice) Message { // RFC 2521, section 2
		quote, src := d.quote(4)
		m := Message4(40, d.byte()%6, uint32(d.uint16()), quote)
		m.To = src
		return m
	}},
	{"probe", func(d dice) Message { return Probe(4, d.uint16(), d.byte(), d.one(2), d.interfaceName()) }},
	{"probe reply", func(d dice) Message { return d.probeReply(4) }},
	{"other", func(d dice) Message {
		return Message4(d.typeBut(described4), d.byte(), d.Uint32(), d.bytes(d.IntN(60)))
	}},
}

// described4 are the types that other Kinds make.
var described4 = []uint8{0, 3, 4, 5, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 30, 31, 40, 42, 43}

// typeBut is a type that is none of these.
func (d dice) typeBut(these []uint8) uint8 {
	for {
		if typ := d.byte(); !slices.Contains(these, typ) {
			return typ
		}
	}
}

// error4 is an error about a random datagram, sometimes with extension objects if it may.
func (d dice) error4(typ, code uint8, word uint32, extends bool) Message {
	quote, src := d.quote(4)
	var objects [][]byte
	if extends && d.one(3) {
		objects = some(d, 1, 3, d.object)
	}
	m := Error4(typ, code, word, quote, objects...)
	m.To = src
	return m
}

// object is an extension object of an error.
func (d dice) object() []byte {
	switch d.IntN(5) {
	case 0, 1:
		return MPLS(some(d, 1, 4, func() layers.MPLS {
			return layers.MPLS{Label: d.Uint32N(1 << 20), TrafficClass: d.byte() % 8, TTL: d.byte()}
		})...)
	case 2, 3:
		i := Interface{Role: d.byte() % 4}
		if d.one(2) {
			i.Index = 1 + d.Uint32N(1000)
		}
		if d.one(2) {
			i.Addr = d.addr(oneOf(d, 4, 6))
		}
		if d.one(2) {
			i.Name = d.label()
		}
		if d.one(2) {
			i.MTU = 68 + d.Uint32N(9000)
		}
		return InterfaceInfo(i)
	}
	return Object(4+d.byte()%200, d.byte(), d.bytes(4*d.IntN(5)))
}

// interfaceName is the object by which a probe names an interface.
func (d dice) interfaceName() []byte {
	switch d.IntN(3) {
	case 0:
		return ByName(d.label())
	case 1:
		return ByIndex(d.Uint32())
	}
	return ByAddr(d.addr(oneOf(d, 4, 6)))
}

// probeReply has a state of a neighbor if the interface is not the receiver's own, and flags if
// it is.
func (d dice) probeReply(version int) Message {
	code := d.byte() % 5
	state, flags := d.byte()%7, d.byte()%8
	if code != 0 {
		state, flags = 0, 0
	}
	return ProbeReply(version, code, d.uint16(), d.byte(), state, flags)
}

func (d dice) router() Router { return Router{d.addr4(), int32(d.Uint32())} }

// time is in ms since midnight, sometimes with the bit that says it is something else.
func (d dice) time() uint32 {
	const day, nonstandard = 86_400_000, 1 << 31
	return d.Uint32N(day) | oneOf[uint32](d, 0, 0, 0, nonstandard)
}
