package flowtable

import (
	"encoding/binary"
	"math/bits"

	"icmpdump/capture/icmp"
)

// Constants of wyhash, with as many ones as zeros.
const mixer1, mixer2 = 0xa0761d6478bd642f, 0xe7037ed1a0b428db

// mix multiplies, and folds the high half of the product into the low half (wyhash's mix). It
// has to be fast and hard to aim at, no more; b must not be 0.
func mix(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}

// hash mixes the words of a place with the seed. No word is put upon another before the one was
// mixed: who sends both could make them cancel each other out.
func (s *shared) hash(pl *place) uint64 {
	k := &pl.key
	h := s.Seed
	if k.Scope != 0 || k.VLAN != 0 {
		h = mix(h^uint64(uint32(k.Scope))^uint64(k.VLAN)<<32, mixer2)
	}
	h = mix(pair(h, &k.Requester, &k.Responder, k.Version), mixer2^k.small())
	if k.Kind == KindError {
		c := &pl.cause
		h = mix(pair(h, &c.Src, &c.Dst, k.Version), mixer2^(uint64(c.SrcPort)|uint64(c.DstPort)<<16|uint64(c.Proto)<<32|uint64(c.Type)<<40))
	}
	return h
}

// askerHash is a hash of who asks what, whomever: of all who ask, where a reply may be for all.
func askerHash(seed uint64, k *Key, seq uint16) uint32 {
	h := mix(seed^uint64(k.VLAN)^uint64(seq/lineHeads)<<32, mixer2)
	if !k.Kind.forAll() {
		h = address(h, &k.Requester)
	}
	return inLine(mix(h, mixer1^k.small()), seq)
}

// small are the words of k that are not in the addresses.
func (k *Key) small() uint64 {
	return uint64(k.ID) | uint64(k.Kind)<<16 | uint64(k.Version)<<24 | uint64(k.Type)<<32 | uint64(k.Code)<<40
}

// pair mixes two addresses into h, those of IPv4 as one word.
func pair(h uint64, a, b *icmp.Addr, version uint8) uint64 {
	if version == 4 {
		return mix(h^uint64(binary.LittleEndian.Uint32(a[12:]))^uint64(binary.LittleEndian.Uint32(b[12:]))<<32, mixer1)
	}
	return address(address(h, a), b)
}

// address mixes an address into h. No factor is up to the packet alone: it could be 0.
func address(h uint64, a *icmp.Addr) uint64 {
	return mix(mix(h^binary.LittleEndian.Uint64(a[:8]), mixer1)^binary.LittleEndian.Uint64(a[8:]), mixer2)
}

// lineHeads is how many buckets are in a line of the cache.
const lineHeads = 16

// inLine is a hash of what has a sequence number and, but for that, hashed to h. Sixteen in a
// row are in one line of the cache, where a ping finds its next request.
func inLine(h uint64, seq uint16) uint32 {
	return uint32(h)&^(lineHeads-1) | uint32(seq%lineHeads)
}
