// Package icmp turns the bytes of one captured frame into a [Packet]: the link header, VLAN
// tags, the IPv4 or IPv6 header with everything that stands behind it, the ICMP message, and
// the datagram that an error quotes.
//
// In go bytes, which stay the caller's and are not kept; out comes a Packet, which is plain
// memory without a pointer. Nothing here allocates, panics, recurses, reads a clock or
// returns an error: whatever is wrong with a frame is its [Status], and a Status is a bucket
// to count in. Times are int64 nanoseconds since the Unix epoch, lengths are bytes.
package icmp

import "encoding/binary"

// Addr is an IPv6 address, or an IPv4 address mapped into one (RFC 4291, section 2.5.5.2).
// It is an array and no netip.Addr, so that a Packet has no pointer for the garbage
// collector to follow. Whether it is to be read as IPv4 is said by the Packet's Version.
type Addr [16]byte

// AddrFrom4 maps an IPv4 address.
func AddrFrom4(a [4]byte) Addr {
	return Addr{10: 0xff, 11: 0xff, 12: a[0], 13: a[1], 14: a[2], 15: a[3]}
}

// set4 makes a the IPv4 address in b, mapped: in two words, which a copy need not wait for as it
// does for single bytes (7 ns for the two of a header).
func (a *Addr) set4(b []byte) {
	binary.LittleEndian.PutUint64(a[:8], 0)
	binary.LittleEndian.PutUint64(a[8:], 0xffff<<16|uint64(binary.LittleEndian.Uint32(b))<<32)
}

// IsLinkLocal reports whether a is unicast in fe80::/10 (RFC 4291, section 2.5.6) or
// multicast with link-local scope (section 2.7): then it means something on one link only.
func (a Addr) IsLinkLocal() bool {
	return a[0] == 0xfe && a[1]&0xc0 == 0x80 || a[0] == 0xff && a[1]&0x0f == 2
}

// Dir is where a frame was going when it was seen, as the kernel's packet type says it
// (packet(7), sll_pkttype).
type Dir uint8

// The directions. All but DirUnknown and DirOut were received.
const (
	DirUnknown Dir = iota
	DirIn          // to this host
	DirOut         // sent by this host
	DirBroadcast
	DirMulticast
	DirOther // to another host, seen in promiscuous mode
)

// DirOf is the Dir for a packet type of packet(7), the same numbers that a Linux cooked
// capture has in its header.
func DirOf(pkttype uint16) Dir {
	switch pkttype {
	case 0:
		return DirIn
	case 1:
		return DirBroadcast
	case 2:
		return DirMulticast
	case 3:
		return DirOther
	case 4:
		return DirOut
	}
	return DirUnknown
}

// Sum is what is known of a message's checksum.
type Sum uint8

// The checksum states. SumUnknown is what Decode replaces; a caller that knows that the
// checksum is not in the frame yet (TP_STATUS_CSUMNOTREADY) sets SumUnverified beforehand.
const (
	SumUnknown    Sum = iota
	SumUnverified     // a fragment, cut short, or not yet filled in
	SumGood
	SumBad
)

// The flags of a Packet.
const (
	FlagNoIPLen = 1 << iota // the IP length was 0, as segmentation offload leaves it: IPLen is the frame's
	FlagNoAddrs             // the IP header was cut off before its addresses
	FlagUntimed             // Time is not one at which the packet can have been captured
	FlagGroup               // the frame was broadcast or multicast on its link
)

// A Packet is what one frame said. It has no pointers and fits two cache lines.
//
// The caller of Decode fills in what the bytes don't say: Time (and FlagUntimed), Number,
// Iface, Dir, Sum and the stripped VLAN tag. Decode sets the rest.
type Packet struct {
	Time   int64  // of capture, ns since the Unix epoch
	Number uint64 // the record's number in its source, from 1

	Src, Dst Addr

	// Quote is the datagram that an error quotes: see Quoted. A message that quotes none keeps in
	// it what Target, ReadPayload or Nonce makes of it.
	Quote Quote

	Iface  int32  // interface index, 0 if unknown; below 0, of a capture file's own numbering
	IPLen  uint32 // length of the datagram by its IP header, header included
	Length uint32 // of the ICMP message, or whatever stands behind the last IP header that was read

	// Where things stand in the frame that p was read from: Datagram, Header and Message take
	// it apart. 0xffff is too far to say.
	net  uint16 // offset of the IP header
	head uint16 // length of the IP header and what of its extension headers was walked

	// Rest is the second word of the ICMP header: identifier and sequence number, next-hop
	// MTU, pointer, gateway. Valid iff Got is 8; its first half, iff Got ≥ 6.
	Rest uint32

	VLAN     [2]uint16 // the two outermost tags' TCI (IEEE 802.1Q, 9.6); Tags says how many are valid
	IPID     uint16    // IPv4 Identification
	Frag     uint16    // fragment offset in bytes, with M in bit 0 (as in RFC 8200, section 4.5); 0 if whole
	Checksum uint16    // valid iff Got ≥ 4

	Type, Code uint8 // valid iff Got ≥ 1, Got ≥ 2
	TTL        uint8 // or hop limit
	Version    uint8 // of IP: 4 or 6; 0 iff no IP header was read
	Dir        Dir
	Sum        Sum
	Tags       uint8 // how many VLAN tags there were
	Got        uint8 // how many of the ICMP header's 8 bytes are there
	Flags      uint8
	Status     Status
}

// A Quote is the beginning of the datagram that an error message carries (RFC 792;
// RFC 4443, section 2.4 c). Only one level is read: the quote of a quote is not.
type Quote struct {
	Src, Dst Addr // of the Packet's IP version

	// Ports of TCP, UDP and what else has them in the same place, or identifier and sequence
	// number of an ICMP message that has both: see ID and Seq. Valid iff Level is QuotePorts.
	SrcPort, DstPort uint16

	Proto uint8 // IP protocol, behind any extension headers; valid iff Level ≥ QuoteHeader
	Type  uint8 // of a quoted ICMP message; valid iff Level is QuotePorts
	Level QuoteLevel
}

// QuoteLevel says how far a quoted datagram could be read.
type QuoteLevel uint8

// How far: not at all, its IP header, or as far as ports or identifier and sequence number.
const (
	QuoteNone QuoteLevel = iota
	QuoteHeader
	QuotePorts
)

// IsICMP reports whether the quoted datagram is ICMP or ICMPv6: what it has instead of ports is
// an identifier and a sequence number.
func (q *Quote) IsICMP() bool { return q.Proto == ProtoICMP || q.Proto == ProtoICMPv6 }

// Decoded reports whether an ICMP message was read, with its type and code at least.
func (p *Packet) Decoded() bool { return p.Got >= 2 }

// IsError reports whether p is an error or a redirect: a message that quotes the datagram
// which caused it.
func (p *Packet) IsError() bool {
	if p.Version == 4 {
		switch p.Type {
		case TypeUnreachable, TypeSourceQuench, TypeRedirect, TypeTimeExceeded, TypeParamProblem:
			return true
		}
		return false
	}
	return p.Type < 128 || p.Type == Type6Redirect // RFC 4443, section 2.1
}

// Refuses reports whether p says that the datagram it quotes went no further: an error that is
// no redirect, which comes with the datagram on its way, and no source quench, which need not
// come without (RFC 792).
func (p *Packet) Refuses() bool {
	if p.Version == 4 {
		return p.Type == TypeUnreachable || p.Type == TypeTimeExceeded || p.Type == TypeParamProblem
	}
	return p.IsError() && p.Type != Type6Redirect
}

// ID is the identifier, and whether p's type has one and it was captured.
func (p *Packet) ID() (uint16, bool) {
	return uint16(p.Rest >> 16), p.Got >= 6 && p.fields()&hasID != 0
}

// Seq is the sequence number, and whether p's type has one and it was captured. That of a
// PROBE message is 8 bits wide (RFC 8335, section 2).
func (p *Packet) Seq() (uint16, bool) {
	f := p.fields()
	if f&hasShortSeq != 0 {
		return uint16(p.Rest >> 8 & 0xff), p.Got == 8
	}
	return uint16(p.Rest), p.Got == 8 && f&hasSeq != 0
}

// MTU is the next hop's, of a fragmentation-needed (RFC 1191, section 4) or packet-too-big
// message (RFC 4443, section 3.2). Routers older than RFC 1191 leave 0: that is no MTU.
func (p *Packet) MTU() (uint32, bool) {
	switch {
	case p.Got < 8:
		return 0, false
	case p.Version == 6:
		return p.Rest, p.Type == Type6PacketTooBig
	}
	mtu := p.Rest & 0xffff
	return mtu, p.Type == TypeUnreachable && p.Code == CodeFragNeeded && mtu != 0
}

// Pointer is the offset of the byte that a parameter problem complains of (RFC 792;
// RFC 4443, section 3.4).
func (p *Packet) Pointer() (uint32, bool) {
	switch {
	case p.Got < 8:
		return 0, false
	case p.Version == 6:
		return p.Rest, p.Type == Type6ParamProblem
	}
	return p.Rest >> 24, p.Type == TypeParamProblem && p.Code == 0
}

// Gateway is the router that a redirect names: the gateway of RFC 792, the target of
// RFC 4861, section 4.5.
func (p *Packet) Gateway() (Addr, bool) {
	if p.Version == 6 {
		a, ok := p.Target()
		return a, ok && p.Type == Type6Redirect
	}
	w := p.Rest
	a := AddrFrom4([4]byte{byte(w >> 24), byte(w >> 16), byte(w >> 8), byte(w)})
	return a, p.Type == TypeRedirect && p.Got == 8
}

// Target is the address that a message asks or tells about: the target of neighbor
// discovery (RFC 4861, sections 4.3 to 4.5), the group of an MLDv1 message or an MLD query
// (RFC 2710, section 3.6; RFC 3810, section 5.1.5).
func (p *Packet) Target() (Addr, bool) {
	if p.Version != 6 || p.Quote.Level < QuoteHeader {
		return Addr{}, false
	}
	switch p.Type {
	case Type6NeighborSolicit, Type6NeighborAdvert, Type6MLDQuery, Type6MLDReport, Type6MLDDone:
		return p.Quote.Dst, true
	case Type6Redirect:
		return p.Quote.Src, true
	}
	return Addr{}, false
}

// Quoted is the datagram that p, an error, quotes. Its Level is QuoteNone if there is none,
// or none that could be read.
//
// A redirect's quote has the redirect's own receiver for its source, since that is whom it
// goes to (RFC 4861, section 4.5); the place of the source holds the target.
func (p *Packet) Quoted() Quote {
	if !p.IsError() {
		return Quote{}
	}
	q := p.Quote
	if p.Version == 6 && p.Type == Type6Redirect {
		q.Src = p.Dst
	}
	return q
}
