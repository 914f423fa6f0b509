package forge

import (
	"encoding/binary"
	"math/rand/v2"
	"net/netip"
	"strings"
)

// dice chooses at random, the same from the same seed.
type dice struct{ *rand.Rand }

// one reports true once in n times.
func (d dice) one(n int) bool { return d.IntN(n) == 0 }

func (d dice) byte() uint8    { return uint8(d.Uint32()) }
func (d dice) uint16() uint16 { return uint16(d.Uint32()) }

// bytes are n of them.
func (d dice) bytes(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = d.byte()
	}
	return b
}

// oneOf is one of them.
func oneOf[T any](d dice, of ...T) T { return of[d.IntN(len(of))] }

// some are min to max of what f makes.
func some[T any](d dice, least, most int, f func() T) []T {
	ts := make([]T, least+d.IntN(most-least+1))
	for i := range ts {
		ts[i] = f()
	}
	return ts
}

// addr is the unicast address of a host.
func (d dice) addr(version int) string {
	if version == 4 {
		return d.addr4()
	}
	return d.addr6()
}

func (d dice) addr4() string {
	return netip.AddrFrom4([4]byte{10, d.byte(), d.byte(), d.byte()}).String()
}

// addr6 is global, unique local or link-local, and has zeros in it as real ones do.
func (d dice) addr6() string {
	a := d.masked(oneOf(d, "2001:db8::", "fd00::", "fe80::"), 64)
	for range 8 {
		i := 8 + d.IntN(8)
		a[i] = oneOf(d, 0, d.byte())
	}
	a[15] |= 1
	return netip.AddrFrom16(a).String()
}

// masked are random bits from a prefix of 16 bits up to that length, and zeros behind.
func (d dice) masked(begin string, length int) [16]byte {
	a := netip.MustParseAddr(begin).As16()
	binary.BigEndian.PutUint64(a[8:], d.Uint64())
	binary.BigEndian.PutUint16(a[6:], d.uint16())
	masked, err := netip.AddrFrom16(a).Prefix(length)
	if err != nil {
		panic(err) // a length beyond 128
	}
	return masked.Addr().As16()
}

// prefix is an IPv6 prefix of that length, with zeros behind it.
func (d dice) prefix(length uint8) string {
	return netip.AddrFrom16(d.masked("2001:db8::", int(length))).String()
}

// group is an IPv6 multicast address.
func (d dice) group() string {
	return oneOf(d, "ff02::1", "ff02::16", "ff02::1:ff00:1", "ff05::1:3", "ff0e::1234", "ff15::42")
}

// domain is a name of two or three labels.
func (d dice) domain() string {
	return strings.Join(some(d, 1, 2, d.label), ".") + oneOf(d, ".example", ".test", ".example.net")
}

// label is a word of a few letters.
func (d dice) label() string {
	b := d.bytes(1 + d.IntN(9))
	for i := range b {
		b[i] = 'a' + b[i]%26
	}
	return string(b)
}
