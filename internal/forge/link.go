package forge

import (
	"encoding/binary"
	"slices"

	"github.com/gopacket/gopacket/layers"
)

// Links are the link types that there are frames of, by their number in a capture file, in the
// order of package icmp's from LinkEthernet on.
var Links = []layers.LinkType{
	layers.LinkTypeEthernet, layers.LinkTypeRaw, layers.LinkTypeNull, layers.LinkTypeLoop,
	layers.LinkTypeLinuxSLL, layers.LinkTypeLinuxSLL2,
}

// Link is an IP datagram as a frame of that link type; only Ethernet has tags, and is filled up
// to 60 bytes.
func Link(link layers.LinkType, datagram []byte, tags ...uint16) []byte {
	ethertype, family := uint16(layers.EthernetTypeIPv4), uint32(layers.ProtocolFamilyIPv4)
	if datagram[0]>>4 == 6 {
		ethertype, family = uint16(layers.EthernetTypeIPv6), uint32(layers.ProtocolFamilyIPv6FreeBSD)
	}
	var header []byte
	switch link {
	case layers.LinkTypeEthernet:
		for _, tag := range tags {
			header = slices.Concat(header, be16(uint16(layers.EthernetTypeDot1Q), tag))
		}
		header = slices.Concat(someMAC, otherMAC, header, be16(ethertype))
	case layers.LinkTypeNull: // the byte order of a little-endian host
		header = binary.LittleEndian.AppendUint32(nil, family)
	case layers.LinkTypeLoop:
		header = be32(family)
	case layers.LinkTypeLinuxSLL: // incoming, of an Ethernet
		header = slices.Concat(be16(0, 1, 6), padded(otherMAC, 8), be16(ethertype))
	case layers.LinkTypeLinuxSLL2: // likewise, of interface 1
		header = slices.Concat(be16(ethertype, 0), be32(1), be16(1), []byte{0, 6}, padded(otherMAC, 8))
	}
	frame := slices.Concat(header, datagram)
	if link == layers.LinkTypeEthernet && len(frame) < 60 {
		frame = padded(frame, 60)
	}
	return frame
}

// SNAP is an Ethernet frame without tags in the form of IEEE 802.3: its length in the place of
// the EtherType, and headers of LLC and SNAP (RFC 1042).
func SNAP(frame []byte) []byte {
	const addrs, ether, snap = 12, 14, 8
	length := len(frame) - ether + snap
	llc := []byte{byte(length >> 8), byte(length), 0xaa, 0xaa, 3, 0, 0, 0}
	return slices.Concat(frame[:addrs], llc, frame[addrs:])
}
