package forge

import (
	"net/netip"

	"github.com/gopacket/gopacket/layers"
)

var kindsND = []Kind{
	{"router solicitation 6", func(d dice) Message { return RouterSolicit6(some(d, 0, 2, d.linkAddr)...) }},
	{"router advertisement 6", func(d dice) Message {
		const reserved = 0x03
		return RouterAdvert6(layers.ICMPv6RouterAdvertisement{
			HopLimit: d.byte(), Flags: d.byte() &^ reserved, RouterLifetime: d.uint16(),
			ReachableTime: d.Uint32N(3_600_001), RetransTimer: d.Uint32N(100_000),
		}, some(d, 0, 6, d.raOption)...)
	}},
	{"neighbor solicitation", func(d dice) Message { return NeighborSolicit6(d.addr6(), some(d, 0, 2, d.nsOption)...) }},
	{"neighbor advertisement", func(d dice) Message {
		return NeighborAdvert6(d.byte()&0xe0, d.addr6(), some(d, 0, 2, d.nsOption)...)
	}},
	{"redirect 6", func(d dice) Message {
		quote, src := d.quote(6)
		// It tells of the quote's destination (RFC 4861, section 8).
		dst := netip.AddrFrom16([16]byte(quote[24:40])).String()
		options := [][]byte{NDRedirected(quote)}
		if d.one(2) {
			options = append([][]byte{NDTarget(d.bytes(6))}, options...)
		}
		m := Redirect6(oneOf(d, dst, d.addr6()), dst, options...)
		m.To = src
		return m
	}},
	{"inverse solicitation", func(d dice) Message {
		return InverseND(141, NDSource(d.bytes(6)), NDTarget(d.bytes(6)), NDAddressList(9, some(d, 1, 3, d.addr6)...))
	}},
	{"inverse advertisement", func(d dice) Message {
		return InverseND(142, NDSource(d.bytes(6)), NDTarget(d.bytes(6)), NDAddressList(10, some(d, 1, 3, d.addr6)...))
	}},
	{"certification path", func(d dice) Message {
		const trustAnchor, certificate, fqdn, x509 = 15, 16, 2, 1
		name := domains(d.domain())
		pad := byte((8 - (4+len(name))%8) % 8)
		anchor := NDOption(trustAnchor, []byte{fqdn, pad}, name)
		if d.one(2) {
			return CertPathSolicit(d.uint16(), d.uint16(), anchor)
		}
		return CertPathAdvert(d.uint16(), 1+d.uint16()%5, d.uint16()%5, anchor, NDOption(certificate, []byte{x509, 0}, d.bytes(44)))
	}},
}

func (d dice) linkAddr() []byte { return NDSource(d.bytes(6)) }

// nsOption is one of a neighbor solicitation or advertisement.
func (d dice) nsOption() []byte {
	return d.option(
		d.linkAddr,
		func() []byte { return NDTarget(d.bytes(6)) },
		func() []byte { return NDNonce(d.bytes(6)) },
		func() []byte { return NDTimestamp(d.Uint32(), d.uint16()) },
		func() []byte { return NDRegistration(d.byte()%3, d.uint16(), d.bytes(8)) },
		d.unknownOption,
	)
}

// raOption is one of a router advertisement.
func (d dice) raOption() []byte {
	return d.option(
		d.linkAddr, d.prefixOption,
		func() []byte { return NDMTU(1280 + d.Uint32N(9000)) },
		func() []byte { return NDAdvertInterval(d.Uint32()) },
		func() []byte { return NDHomeAgent(d.uint16(), d.uint16()) },
		func() []byte { return NDNonce(d.bytes(6)) },
		func() []byte { return NDTimestamp(d.Uint32(), d.uint16()) },
		func() []byte {
			length := oneOf[uint8](d, 0, 32, 48, 64, 80, 128)
			return NDRoute(d.prefix(length), length, oneOf[uint8](d, 0, 1, 3), d.Uint32())
		},
		func() []byte { return NDRDNSS(d.Uint32(), some(d, 1, 3, d.addr6)...) },
		func() []byte { return NDFlags(d.bytes(6)) },
		func() []byte { return NDDNSSL(d.Uint32(), some(d, 1, 3, d.domain)...) },
		func() []byte {
			length := oneOf[uint8](d, 48, 64, 96, 128)
			return NDContext(d.prefix(length), length, d.byte()&0x1f, d.uint16())
		},
		func() []byte { return NDBorderRouter(d.Uint32(), d.uint16(), d.addr6()) },
		func() []byte { return NDCaptivePortal("https://" + d.domain() + "/" + d.label()) },
		func() []byte {
			code := d.byte() % 6
			return NDPREF64(d.prefix([]uint8{96, 64, 56, 48, 40, 32}[code]), code, d.uint16())
		},
		d.unknownOption,
	)
}

func (d dice) option(of ...func() []byte) []byte { return oneOf(d, of...)() }

func (d dice) prefixOption() []byte {
	length := oneOf[uint8](d, 0, 48, 56, 64, 128)
	return NDPrefix(d.prefix(length), length, d.byte()&0xe0, d.Uint32(), d.Uint32())
}

// unknownOption is of a type that nobody has described.
func (d dice) unknownOption() []byte { return NDOption(100+d.byte()%100, d.bytes(6+8*d.IntN(3))) }
