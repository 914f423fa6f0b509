package icmp

import (
	"encoding/binary"
	"math/bits"
)

// sum adds the 16-bit words of b to acc in one's complement arithmetic (RFC 1071), the last
// byte of an odd length padded with zero. It adds eight bytes at a time and defers the
// carries (RFC 1071, section 2 B and C).
func sum(acc uint64, b []byte) uint64 {
	var carry uint64
	for len(b) >= 8 {
		acc, carry = bits.Add64(acc, binary.BigEndian.Uint64(b), carry)
		b = b[8:]
	}
	acc, carry = bits.Add64(acc, tail(b), carry)
	acc, carry = bits.Add64(acc, 0, carry)
	return acc + carry
}

// tail is b, of less than 8 bytes, as the high end of a big-endian word.
func tail(b []byte) uint64 {
	var v uint64
	for i, c := range b {
		v |= uint64(c) << (56 - 8*i)
	}
	return v
}

// fold makes the 16-bit one's complement sum out of an accumulator of sum.
func fold(acc uint64) uint16 {
	acc = acc>>32 + acc&0xffffffff
	acc = acc>>32 + acc&0xffffffff
	acc = acc>>16 + acc&0xffff
	acc = acc>>16 + acc&0xffff
	return uint16(acc)
}

// verify judges a whole message, whose sum including its checksum field is all ones if it
// arrived as it was sent.
func verify(acc uint64, msg []byte) Sum {
	if fold(sum(acc, msg)) == 0xffff {
		return SumGood
	}
	return SumBad
}

// pseudo is the sum of the IPv6 pseudo-header of an ICMPv6 message (RFC 8200, section 8.1).
func pseudo(src, dst *Addr, length uint32) uint64 {
	acc := sum(uint64(length)+ProtoICMPv6, src[:])
	return sum(acc, dst[:])
}
