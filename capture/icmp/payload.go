package icmp

import (
	"encoding/binary"
	"math/bits"
)

// A Payload is what was captured of the data of an echo, as far as it takes to tell whether a
// reply brings back what its request sent (RFC 792; RFC 4443, section 4.2). What stands behind
// its first 65535 bytes, of a jumbogram, does not count.
type Payload struct {
	Head [16]byte // its first bytes, zero behind its end
	Sum  uint32   // a hash of all of it, 0 of none; who sends it can make two alike
	Len  uint16   // bytes
}

// ReadPayload reads the payload of p, and reports whether it has one: an echo request or reply that is no
// fragment, and whose header was captured as a whole. It does not return it, for to read all of one that
// was written field by field just now is a wait of 5 ns.
func (p *Packet) ReadPayload(to *Payload) bool {
	if !p.isEcho() || p.Got < 8 || p.Frag != 0 {
		return false
	}
	both := binary.LittleEndian.Uint64(p.Quote.Src[:])
	to.Head, to.Sum, to.Len = p.Quote.Dst, uint32(both), uint16(both>>32)
	return true
}

// HasPayload reports whether p has that payload.
func (p *Packet) HasPayload(data *Payload) bool {
	both := uint64(data.Len)<<32 | uint64(data.Sum)
	return p.isEcho() && p.Got == 8 && p.Frag == 0 && p.Quote.Dst == data.Head &&
		binary.LittleEndian.Uint64(p.Quote.Src[:]) == both
}

// SetPayload leaves in p, an echo, what ReadPayload says of its data. Decode does it.
func (p *Packet) SetPayload(data []byte) {
	data = data[:min(len(data), 0xffff)]
	p.setPayload(data, hash(data))
}

// setPayload is SetPayload of at most 65535 bytes, whose hash is known.
func (p *Packet) setPayload(data []byte, hash uint32) {
	q := &p.Quote
	binary.LittleEndian.PutUint64(q.Src[:], uint64(len(data))<<32|uint64(hash))
	if len(data) >= len(q.Dst) {
		q.Dst = Addr(data) // 2 ns less than copy takes
		return
	}
	q.Dst = Addr{}
	copy(q.Dst[:], data)
}

func (p *Packet) isEcho() bool {
	if p.Version == 4 {
		return p.Type == TypeEcho || p.Type == TypeEchoReply
	}
	return p.Version == 6 && (p.Type == Type6Echo || p.Type == Type6EchoReply)
}

const pi0, pi1, pi2 = 0x243f6a8885a308d3, 0x13198a2e03707344, 0xa4093822299f31d0 // so that 0, the likeliest word, is no factor

// hash is made as wyhash is, of products of 8-byte words whose halves are folded together. It is
// quick and mixes well, and has neither a seed nor a defence: collisions can be computed.
func hash(b []byte) uint32 {
	if len(b) == 0 {
		return 0
	}
	acc, other := hashSeed(len(b))
	for ; len(b) > 16; b = b[16:] {
		acc, other = other, hashed(acc, binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint64(b[8:]))
	}
	first, last := words(b)
	return hashEnd(acc, other, first, last)
}

// hashSeed is the two states that a hash of n bytes begins with. They take words by turns: a
// product need not wait for the one before it.
func hashSeed(n int) (acc, other uint64) { return pi0 ^ uint64(n), pi1 }

// hashed is a state that has taken two words.
func hashed(acc, v, w uint64) uint64 { return mix(v^pi2, w^acc) }

// hashEnd is the hash, once the last two words are taken.
func hashEnd(acc, other, first, last uint64) uint32 {
	acc = mix(first^other, last^acc)
	return uint32(acc ^ acc>>32)
}

func mix(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}

// words are two words that hold all of b, of 1 to 16 bytes: some twice, if that is quicker.
func words(b []byte) (first, last uint64) {
	switch n := len(b); {
	case n >= 8:
		return binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint64(b[n-8:])
	case n >= 4:
		return uint64(binary.LittleEndian.Uint32(b)), uint64(binary.LittleEndian.Uint32(b[n-4:]))
	default:
		return uint64(b[0]), uint64(b[n/2])<<8 | uint64(b[n-1])
	}
}
