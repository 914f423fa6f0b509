package flowtable_test

import (
	"encoding/binary"

	"icmpdump/capture/icmp"
)

// A shot is what a packet is made of.
type shot struct {
	time     int64
	untimed  bool
	version  uint8
	src, dst icmp.Addr
	typ      uint8
	code     uint8
	word     uint32 // the second of the header
	body     []byte // behind the header
	quotes   *shot  // behind that, its headers
	udp      uint32 // ports: it is no message but a UDP datagram
	cut      int    // bytes of the message that were not captured
	ipid     uint16
	ttl      uint8
	more     bool // it is a first fragment
	damaged  bool // its checksum is wrong
	group    bool // its frame went to a group
	iface    int32
	dir      icmp.Dir
	tags     []uint16
}

const (
	protoICMP   = 1
	protoUDP    = 17
	protoICMPv6 = 58
)

// message is the ICMP message, with its checksum.
func (s *shot) message() []byte {
	b := append([]byte{s.typ, s.code, 0, 0}, binary.BigEndian.AppendUint32(nil, s.word)...)
	b = append(b, s.body...)
	if s.quotes != nil {
		header := map[uint8]int{4: 20, 6: 40}[s.version]
		b = append(b, s.quotes.datagram()[:header+8]...)
	}
	var sum uint32
	if s.version == 6 {
		sum = sumOf(s.src[:]) + sumOf(s.dst[:]) + uint32(len(b)) + protoICMPv6
	}
	sum += sumOf(b)
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	if s.damaged {
		sum ^= 0x0100
	}
	binary.BigEndian.PutUint16(b[2:], ^uint16(sum))
	return b
}

// sumOf adds up the words of b.
func sumOf(b []byte) (sum uint32) {
	for i, v := range b {
		sum += uint32(v) << (8 * uint(1-i%2))
	}
	return sum
}

// datagram is an IP header and what stands behind it.
func datagram(version uint8, src, dst icmp.Addr, proto, ttl uint8, id uint16, more bool, payload []byte) []byte {
	be := binary.BigEndian
	if version == 4 {
		b := make([]byte, 20, 20+len(payload))
		b[0], b[8], b[9] = 0x45, ttl, proto
		be.PutUint16(b[2:], uint16(20+len(payload)))
		be.PutUint16(b[4:], id)
		if more {
			b[6] = 0x20
		}
		copy(b[12:], src[12:])
		copy(b[16:], dst[12:])
		return append(b, payload...)
	}
	b := make([]byte, 40, 40+len(payload))
	b[0], b[6], b[7] = 0x60, proto, ttl
	be.PutUint16(b[4:], uint16(len(payload)))
	copy(b[8:], src[:])
	copy(b[24:], dst[:])
	return append(b, payload...)
}

func (s *shot) datagram() []byte {
	if s.udp != 0 {
		return datagram(s.version, s.src, s.dst, protoUDP, s.ttl, s.ipid, s.more, append(binary.BigEndian.AppendUint32(nil, s.udp), 0, 8, 0, 0))
	}
	proto := uint8(protoICMP)
	if s.version == 6 {
		proto = protoICMPv6
	}
	return datagram(s.version, s.src, s.dst, proto, s.ttl, s.ipid, s.more, s.message())
}

// sample decodes the packet.
func (s *shot) sample() sample {
	b := s.datagram()
	captured := b[:len(b)-s.cut]
	p := icmp.Packet{Time: s.time, Iface: s.iface, Dir: s.dir, Tags: uint8(len(s.tags))}
	copy(p.VLAN[:], s.tags)
	icmp.Decode(&p, icmp.LinkRaw, captured, len(b))
	if s.untimed {
		p.Flags |= icmp.FlagUntimed
	}
	if s.group {
		p.Flags |= icmp.FlagGroup
	}
	return sample{p, s.message()[:len(s.message())-s.cut]}
}
