package filter

import (
	"encoding/binary"
	"math/bits"
	"net/netip"

	"icmpdump/capture/icmp"
)

// A dir is which of two addresses is meant.
type dir uint8

// The dirs.
const (
	srcOrDst dir = iota
	srcAndDst
	src
	dst
)

// String ends in a blank, if there is anything to say.
func (d dir) String() string { return [...]string{"", "src and dst ", "src ", "dst "}[d] }

// of is the condition on addresses at two offsets.
func (d dir) of(at func(offset uint32) *cond, source, destination uint32) *cond {
	switch d {
	case src:
		return at(source)
	case dst:
		return at(destination)
	case srcAndDst:
		return and(at(source), at(destination))
	}
	return or(at(source), at(destination))
}

// An address is a host or a network among the addresses of a packet, or of the datagram that it quotes.
type address struct {
	proto  string // ip, ip6, arp, rarp, or none
	dir    dir
	quoted bool
	name   string    // as it is printed: host or net, and what it is
	v6     bool      // else only the first words are used
	addr   [4]uint32 // masked
	mask   [4]uint32
	text   string
}

func (a *address) String() string {
	s := a.dir.String() + a.name
	if a.quoted {
		return "quoted " + s
	}
	if a.proto != "" {
		return a.proto + " " + s
	}
	return s
}

// words puts the address in ip, and its mask, into a.
func (a *address) words(ip netip.Addr, ones int) {
	b := ip.AsSlice()
	a.v6 = len(b) == 16
	for i := range len(b) / 4 {
		n := min(max(ones-32*i, 0), 32)
		a.mask[i] = uint32(uint64(0xffffffff) << (32 - n))
		a.addr[i] = binary.BigEndian.Uint32(b[4*i:]) & a.mask[i]
	}
}

// contiguous is how many leading bits an IPv4 mask has, if there are no others.
func contiguous(mask uint32) (ones int, ok bool) {
	ones = bits.LeadingZeros32(^mask)
	return ones, mask == uint32(uint64(0xffffffff)<<(32-ones))
}

// at is whether a is at an offset.
func (a *address) at(l *lowering, b base, offset uint32) *cond {
	n := 1
	if a.v6 {
		n = 4
	}
	c := yes
	for i := range n {
		word := l.load(b, offset+4*uint32(i), 4)
		if a.mask[i] != 0xffffffff {
			word = l.arithmetic(aluAND, word, l.constant(a.mask[i]))
		}
		if a.mask[i] != 0 {
			c = and(c, is(word, jmpJEQ, a.addr[i]))
		}
	}
	return c
}

func (a *address) cond(l *lowering) *cond {
	if a.quoted {
		return a.inQuote(l)
	}
	at := func(offset uint32) *cond { return a.at(l, atNetwork, offset) }
	switch l.class.version() {
	case 4:
		if !a.v6 && (a.proto == "" || a.proto == "ip") {
			return a.dir.of(at, 12, 16)
		}
	case 6:
		if a.v6 && (a.proto == "" || a.proto == "ip6") {
			return a.dir.of(at, 8, 24)
		}
	case 0: // RFC 826: behind hardware addresses of six bytes
		c := no
		if a.proto == "" || a.proto == "arp" {
			c = or(c, is(l.extra(ownEther), jmpJEQ, etherARP))
		}
		if a.proto == "" || a.proto == "rarp" {
			c = or(c, is(l.extra(ownEther), jmpJEQ, etherRARP))
		}
		if !a.v6 {
			return and(c, a.dir.of(at, 14, 24))
		}
	}
	return no
}

// inQuote is whether a is in the datagram that an error quotes. That of an ICMPv6 redirect is in one of
// its options, which the kernel cannot look for.
func (a *address) inQuote(l *lowering) *cond {
	guard, b, at := l.message(a.text)
	version := l.class.version()
	if guard.op == never || guard.op == undecided || version == 6 != a.v6 {
		return and(guard, truth(version == 6 == a.v6))
	}
	quote := func(b base, at uint32) *cond {
		nibble := l.arithmetic(aluAND, l.load(b, at, 1), l.constant(0xf0))
		word := func(offset uint32) *cond { return a.at(l, b, at+offset) }
		ip := is(nibble, jmpJEQ, uint32(version)<<4)
		if version == 4 {
			return and(ip, a.dir.of(word, 12, 16))
		}
		return and(ip, a.dir.of(word, 8, 24))
	}
	typ := l.load(b, at, 1)
	if version == 4 {
		return and(guard, and(oneOf(typ, []uint8{icmp.TypeUnreachable, icmp.TypeSourceQuench, icmp.TypeRedirect,
			icmp.TypeTimeExceeded, icmp.TypeParamProblem}), quote(b, at+8)))
	}
	plain := and(oneOf(typ, []uint8{icmp.Type6Unreachable, icmp.Type6PacketTooBig, icmp.Type6TimeExceeded,
		icmp.Type6ParamProblem}), quote(b, at+8))
	redirect := is(typ, jmpJEQ, icmp.Type6Redirect)
	if !l.user {
		return and(guard, unless(redirect, plain, a.text))
	}
	option := and(not(is(l.extra(ownQuote), jmpJEQ, noPlace)), quote(atQuote, 0))
	return and(guard, or(and(redirect, option), and(not(redirect), plain)))
}

// A hardware is an Ethernet address.
type hardware struct {
	dir  dir
	addr [6]byte
}

func (h *hardware) String() string {
	s := "ether " + h.dir.String() + "host "
	for i, b := range h.addr {
		if i > 0 {
			s += ":"
		}
		s += string("0123456789abcdef"[b>>4]) + string("0123456789abcdef"[b&15])
	}
	return s
}

func (h *hardware) cond(l *lowering) *cond {
	return and(l.ethernet(), h.dir.of(func(at uint32) *cond {
		return and(is(l.load(atFrame, at+2, 4), jmpJEQ, binary.BigEndian.Uint32(h.addr[2:])),
			is(l.load(atFrame, at, 2), jmpJEQ, uint32(binary.BigEndian.Uint16(h.addr[:]))))
	}, 6, 0))
}
