package icmp

import (
	"bytes"
	"encoding/binary"
	"math"
)

// Link is what a frame begins with.
type Link uint8

// The link types, in brackets the number of each in a capture file
// (https://www.tcpdump.org/linktypes.html).
const (
	LinkUnknown  Link = iota
	LinkEthernet      // [1]
	LinkRaw           // [101; 12, 14, 228, 229] an IPv4 or IPv6 header
	LinkNull          // [0] address family in the byte order of the host that captured
	LinkLoop          // [108] the same in network byte order
	LinkSLL           // [113] Linux cooked capture
	LinkSLL2          // [276] the same, version 2: with the interface
	LinkPPP           // [9, 50, 104] PPP with or without HDLC framing, or Cisco's
)

// EtherTypes (IEEE 802 Numbers).
const (
	EtherIPv4  = 0x0800
	EtherIPv6  = 0x86dd
	EtherVLAN  = 0x8100 // IEEE 802.1Q C-tag
	EtherQinQ  = 0x88a8 // IEEE 802.1ad S-tag
	EtherQinQ1 = 0x9100 // the same before it was standardised
	etherMPLS  = 0x8847
	etherMPLSM = 0x8848 // MPLS with upstream-assigned label (RFC 5332)
	etherPPPoE = 0x8864 // PPPoE session (RFC 2516)
)

// Address families of a LinkNull header: IPv6 has another number in each BSD.
const (
	afINET        = 2
	afINET6NetBSD = 24
	afINET6FreeBS = 28
	afINET6Darwin = 30
)

// Decode reads one frame of which b was captured and wire bytes were on the wire, and sets
// all of p that comes from bytes. What the bytes do not say (Time, Number, Iface, Dir, Sum,
// a tag that the kernel stripped) the caller puts into an otherwise zero p beforehand. It
// never panics, never allocates and does not keep b. The Status is left in p as well.
func Decode(p *Packet, link Link, b []byte, wire int) Status {
	if wire < len(b) {
		wire = len(b) // a record that claims to have caught more than there was
	}
	if link == LinkEthernet && len(b) >= 14 { // the likeliest, straight on: 8 ns less
		switch binary.BigEndian.Uint16(b[12:]) {
		case EtherIPv4:
			p.net = 14
			p.group(b[0]&1 != 0)
			p.Status = ip4(p, b[14:], wire-14)
			return p.Status
		case EtherIPv6:
			p.net = 14
			p.group(b[0]&1 != 0)
			p.Status = ip6(p, b[14:], wire-14)
			return p.Status
		}
	}
	return decodeAny(p, link, b, wire)
}

// decodeAny is Decode of any frame, wire being no less than there is of it.
func decodeAny(p *Packet, link Link, b []byte, wire int) Status {
	ethertype, n, ok := linkHeader(p, link, b)
	if !ok {
		return p.Status // NotICMP, of a link type that is known: what is not known to be IP is not ours
	}
	p.group(link == LinkEthernet && b[0]&1 != 0) // IEEE 802.3, section 3.2.3
	ethertype, n, ok = vlanTags(p, ethertype, b, n)
	if !ok {
		return p.Status
	}
	if link == LinkEthernet && ethertype <= maxLength {
		wire = min(wire, n+int(ethertype))
		b = b[:min(len(b), wire)]
		ethertype, n = llc(b, n)
	}
	p.net = offset(n)
	b, wire = b[n:], wire-n
	switch ethertype {
	case EtherIPv4:
		p.Status = ip4(p, b, wire)
	case EtherIPv6:
		p.Status = ip6(p, b, wire)
	case etherMPLS, etherMPLSM:
		p.Status = UnsupportedMPLS
	case etherPPPoE:
		p.Status = UnsupportedPPPoE
	}
	return p.Status
}

// group notes whether the frame went to a group: by its address, or by what the capture knows.
func (p *Packet) group(addressed bool) {
	if addressed || p.Dir == DirBroadcast || p.Dir == DirMulticast {
		p.Flags |= FlagGroup
	}
}

// linkHeader finds the EtherType of what stands behind the link header, and where. It is not
// ok if b ends before that can be known.
func linkHeader(p *Packet, link Link, b []byte) (ethertype uint16, n int, ok bool) {
	switch link {
	case LinkEthernet:
		if len(b) < 14 {
			return 0, 0, false
		}
		return binary.BigEndian.Uint16(b[12:]), 14, true
	case LinkRaw:
		return versionType(b), 0, len(b) > 0
	case LinkNull, LinkLoop:
		if len(b) < 4 {
			return 0, 0, false
		}
		return familyType(family(link, b)), 4, true
	case LinkSLL:
		if len(b) < 16 {
			return 0, 0, false
		}
		p.Dir = DirOf(binary.BigEndian.Uint16(b))
		return binary.BigEndian.Uint16(b[14:]), 16, true
	case LinkSLL2:
		if len(b) < 20 {
			return 0, 0, false
		}
		if index := binary.BigEndian.Uint32(b[4:]); index <= math.MaxInt32 {
			p.Iface = int32(index)
		}
		p.Dir = DirOf(uint16(b[10]))
		return binary.BigEndian.Uint16(b), 20, true
	case LinkPPP:
		return pppType(b)
	}
	p.Status = UnsupportedLink
	return 0, 0, false
}

// pppType is the EtherType that stands for what a PPP frame carries, and where. The frame
// begins with an address and a control byte (RFC 1662, section 3.1), which may be left out
// (RFC 1661, section 6.6), as may the protocol number's upper byte (section 6.5); or, in
// Cisco's framing, with another address, a zero byte and an EtherType.
func pppType(b []byte) (ethertype uint16, n int, ok bool) {
	const (
		allStations = 0xff // RFC 1662, section 3.1
		unicast     = 0x0f // https://www.tcpdump.org/linktypes/LINKTYPE_C_HDLC.html
		multicast   = 0x8f
	)
	if len(b) < 4 {
		return 0, 0, false
	}
	switch b[0] {
	case unicast, multicast:
		return binary.BigEndian.Uint16(b[2:]), 4, true
	case allStations:
		n = 2
	}
	protocol := uint16(b[n])
	if n++; protocol&1 == 0 { // the first byte of two is even, and the last odd
		protocol = protocol<<8 | uint16(b[n])
		n++
	}
	switch protocol {
	case 0x21: // IANA, PPP DLL Protocol Numbers
		return EtherIPv4, n, true
	case 0x57:
		return EtherIPv6, n, true
	}
	return 0, n, true
}

// versionType is the EtherType that an IP header's version stands for, or 0.
func versionType(b []byte) uint16 {
	if len(b) == 0 {
		return 0
	}
	switch b[0] >> 4 {
	case 4:
		return EtherIPv4
	case 6:
		return EtherIPv6
	}
	return 0
}

// family is the address family in the four bytes of a LinkNull or LinkLoop header.
func family(link Link, b []byte) uint32 {
	family := binary.LittleEndian.Uint32(b)
	if link == LinkLoop || family > 0xffff { // a small number, so that its byte order shows
		return binary.BigEndian.Uint32(b)
	}
	return family
}

func familyType(family uint32) uint16 {
	switch family {
	case afINET:
		return EtherIPv4
	case afINET6NetBSD, afINET6FreeBS, afINET6Darwin:
		return EtherIPv6
	}
	return 0
}

func isTag(ethertype uint16) bool {
	return ethertype == EtherVLAN || ethertype == EtherQinQ || ethertype == EtherQinQ1
}

// maxLength is the largest value that, in the place of an EtherType, is the length of what follows
// (IEEE 802.3, section 3.2.6).
const maxLength = 1500

// llc skips the header of logical link control at b[n:], with SNAP's if it has one (RFC 1042; IEEE
// 802.1H): the EtherType is that of what stands behind it, or 0 if nobody knows.
func llc(b []byte, n int) (ethertype uint16, _ int) {
	h := b[n:]
	switch {
	case bytes.HasPrefix(h, []byte{0x06, 0x06, 0x03}):
		return EtherIPv4, n + 3
	case len(h) >= 8 && bytes.HasPrefix(h, []byte{0xaa, 0xaa, 0x03, 0, 0}) && (h[5] == 0 || h[5] == 0xf8):
		return binary.BigEndian.Uint16(h[6:]), n + 8
	}
	return 0, n
}

// vlanTags walks the tags at b[n:], however many there are, and keeps the first two, behind
// one that the kernel may have stripped. It is not ok if b ends inside a tag.
func vlanTags(p *Packet, ethertype uint16, b []byte, n int) (uint16, int, bool) {
	for isTag(ethertype) {
		if len(b) < n+4 {
			return 0, 0, false
		}
		if int(p.Tags) < len(p.VLAN) {
			p.VLAN[p.Tags] = binary.BigEndian.Uint16(b[n:])
		}
		if p.Tags < 0xff {
			p.Tags++
		}
		ethertype = binary.BigEndian.Uint16(b[n+2:])
		n += 4
	}
	return ethertype, n, true
}
