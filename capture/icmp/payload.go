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

// Payload is that of p, an echo request or reply that is no fragment and whose header was
// captured as a whole.
func (p *Packet) Payload() (Payload, bool) {
	if !p.isEcho() || p.Got < 8 || p.Frag != 0 {
		return Payload{}, false
	}
	both := binary.LittleEndian.Uint64(p.Quote.Src[:])
	return Payload{Head: p.Quote.Dst, Sum: uint32(both), Len: uint16(both >> 32)}, true
}

// SetPayload leaves in p, an echo, what Payload says of its data. Decode does it.
func (p *Packet) SetPayload(data []byte) {
	data = data[:min(len(data), 0xffff)]
	q := &p.Quote
	binary.LittleEndian.PutUint64(q.Src[:], uint64(len(data))<<32|uint64(hash(data)))
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

// hash is made as wyhash is, of products of 8-byte words whose halves are folded together. It is
// quick and mixes well, and has neither a seed nor a defence: collisions can be computed.
func hash(b []byte) uint32 {
	const pi0, pi1, pi2 = 0x243f6a8885a308d3, 0x13198a2e03707344, 0xa4093822299f31d0 // so that 0, the likeliest word, is no factor
	if len(b) == 0 {
		return 0
	}
	acc, other := pi0^uint64(len(b)), uint64(pi1) // by turns: a product need not wait for the one before it
	for ; len(b) > 16; b = b[16:] {
		acc, other = other, mix(binary.LittleEndian.Uint64(b)^pi2, binary.LittleEndian.Uint64(b[8:])^acc)
	}
	first, last := words(b)
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
