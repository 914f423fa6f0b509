package icmp

import "encoding/binary"

// Nearly all that is read is an echo that is there as a whole, behind an IP header without
// options or extension headers. plain4 and plain6 read such a datagram straight on, in less than
// half the time that anyIP4 and anyIP6 take for it, and leave the same in p. They report false of
// any other, and have touched nothing.

// plain4 reads the echo that the IPv4 datagram b begins with.
func plain4(p *Packet, b []byte) bool {
	const version, flags, proto, typ = 0, 6, 9, 20 // offsets
	if len(b) < 28 {
		return false
	}
	h := (*[28]byte)(b) // one check of bounds for all that follows
	total := int(binary.BigEndian.Uint16(h[2:]))
	if h[version] != 0x45 || h[proto] != ProtoICMP || h[typ]&^TypeEcho != TypeEchoReply ||
		total < len(h) || total > len(b) || binary.BigEndian.Uint16(h[flags:])&0x3fff != 0 { // MF and offset
		return false
	}
	p.Version, p.head, p.IPLen, p.TTL = 4, 20, uint32(total), h[8]
	p.IPID = binary.BigEndian.Uint16(h[4:])
	p.Src.set4(h[12:16])
	p.Dst.set4(h[16:20])
	p.Frag = 0
	plainEcho(p, b[20:total], 0)
	return true
}

// plain6 reads the echo that the IPv6 datagram b begins with.
func plain6(p *Packet, b []byte) bool {
	const next, typ = 6, 40 // offsets
	if len(b) < 48 {
		return false
	}
	h := (*[48]byte)(b)
	payload := int(binary.BigEndian.Uint16(h[4:]))
	if h[0]>>4 != 6 || h[next] != ProtoICMPv6 || h[typ]&^1 != Type6Echo || payload < 8 || 40+payload > len(b) {
		return false
	}
	p.Version, p.head, p.IPLen, p.TTL = 6, 40, uint32(40+payload), h[7]
	p.Src = Addr(h[8:24])
	p.Dst = Addr(h[24:40])
	plainEcho(p, b[40:40+payload], sum(number(uint32(payload))+number(ProtoICMPv6), h[8:40]))
	return true
}

// plainEcho reads the echo msg, which is there as a whole; acc is the sum of its pseudo-header.
func plainEcho(p *Packet, msg []byte, acc uint64) {
	h := (*[8]byte)(msg)
	p.Length, p.Got = uint32(len(msg)), 8
	p.Type, p.Code = h[0], h[1]
	p.Checksum = binary.BigEndian.Uint16(h[2:])
	p.Rest = binary.BigEndian.Uint32(h[4:])
	if p.Sum != SumUnverified {
		p.Sum = verify(acc, msg)
	}
	p.SetPayload(msg[8:])
}
