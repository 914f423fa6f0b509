package icmp

import (
	"encoding/binary"
	"math/bits"
)

// Nearly all that is read is an echo that is there as a whole, behind an IP header without
// options or extension headers. ip4 and ip6 read such a datagram straight on, in half the time
// that anyIP4 and anyIP6 take for it, which leave the same in p and read all others.

// ip4 reads an IPv4 datagram of which b was captured and wire bytes were on the wire.
func ip4(p *Packet, b []byte, wire int) Status {
	const version, flags, proto, typ = 0, 6, 9, 20 // where they stand
	if len(b) < 28 || b[proto] != ProtoICMP {
		return anyIP4(p, b, wire)
	}
	h := (*[28]byte)(b) // one check of bounds for what follows
	total := int(binary.BigEndian.Uint16(h[2:]))
	if h[version] != 0x45 || h[typ]&^TypeEcho != TypeEchoReply || total < len(h) || total > len(b) ||
		binary.BigEndian.Uint16(h[flags:])&0x3fff != 0 { // MF and offset
		return anyIP4(p, b, wire)
	}
	p.Version, p.head, p.IPLen, p.TTL = 4, 20, uint32(total), h[8]
	p.IPID = binary.BigEndian.Uint16(h[4:])
	p.Src.set4(h[12:16])
	p.Dst.set4(h[16:20])
	p.echo(0, b[20:total])
	return OK
}

// ip6 reads an IPv6 datagram of which b was captured and wire bytes were on the wire.
func ip6(p *Packet, b []byte, wire int) Status {
	const version, next, typ = 0, 6, 40 // where they stand
	if len(b) < 48 || b[next] != ProtoICMPv6 {
		return anyIP6(p, b, wire)
	}
	h := (*[48]byte)(b)
	payload := int(binary.BigEndian.Uint16(h[4:]))
	if h[version]>>4 != 6 || h[typ]&^1 != Type6Echo || payload < 8 || 40+payload > len(b) {
		return anyIP6(p, b, wire)
	}
	p.Version, p.head, p.IPLen, p.TTL = 6, 40, uint32(40+payload), h[7]
	p.Src = Addr(h[8:24])
	p.Dst = Addr(h[24:40])
	p.echo(sum(number(uint32(payload))+number(ProtoICMPv6), h[8:40]), b[40:40+payload])
	return OK
}

// echo reads the echo msg, which is there as a whole; acc is the sum of its pseudo-header.
func (p *Packet) echo(acc uint64, msg []byte) {
	h := (*[8]byte)(msg)
	p.Length, p.Got = uint32(len(msg)), 8
	p.Type, p.Code = h[0], h[1]
	p.Checksum = binary.BigEndian.Uint16(h[2:])
	p.Rest = binary.BigEndian.Uint32(h[4:])

	data := msg[8:]
	acc, carry := bits.Add64(acc, binary.LittleEndian.Uint64(h[:]), 0)
	acc, hashed := sumAndHash(acc+carry, data)
	if p.Sum != SumUnverified {
		p.Sum = SumBad
		if halve(acc) == 0xffff {
			p.Sum = SumGood
		}
	}
	p.setPayload(data, hashed)
}

// sumAndHash is sum and hash of the same bytes, each of which is read once.
func sumAndHash(acc uint64, b []byte) (uint64, uint32) {
	if len(b) == 0 {
		return acc, 0
	}
	var carry uint64
	h, other := hashSeed(len(b))
	for ; len(b) > 16; b = b[16:] {
		v, w := binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint64(b[8:])
		acc, carry = bits.Add64(acc, v, 0)
		acc, carry = bits.Add64(acc, w, carry)
		acc += carry
		h, other = other, hashed(h, v, w)
	}
	first, last := words(b)
	if len(b) < 8 {
		acc, carry = bits.Add64(acc, tail(b), 0)
	} else {
		acc, carry = bits.Add64(acc, first, 0)
		acc, carry = bits.Add64(acc, last>>(8*(16-len(b))), carry)
	}
	return acc + carry, hashEnd(h, other, first, last)
}
