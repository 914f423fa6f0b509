// Package forge makes frames for tests, out of gopacket's layers: an encoder that this
// program's decoder has nothing in common with. Lengths and checksums are right unless a test
// spoils them.
package forge

import (
	"net"
	"net/netip"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
)

// Frame puts layers together, the outermost first. A layer that gets its type from what
// follows (Ethernet, a tag, an IP header) is told.
func Frame(ls ...gopacket.SerializableLayer) []byte {
	link(ls)
	buf := gopacket.NewSerializeBuffer()
	opts := gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}
	if err := gopacket.SerializeLayers(buf, opts, ls...); err != nil {
		panic(err) // a test's own mistake
	}
	return buf.Bytes()
}

// link fills in what each layer says of the next, and where checksums take addresses from.
func link(ls []gopacket.SerializableLayer) {
	var ip gopacket.NetworkLayer
	for i, l := range ls {
		var next gopacket.SerializableLayer = gopacket.Payload(nil)
		if i+1 < len(ls) {
			next = ls[i+1]
		}
		if h := nextHeader(l); h != nil {
			*h = protocol(next, *h)
		}
		switch l := l.(type) {
		case *layers.Ethernet:
			l.EthernetType = ethertype(next)
		case *layers.Dot1Q:
			l.Type = ethertype(next)
		case *layers.IPv4:
			l.Protocol, ip = protocol(next, l.Protocol), l
		case *layers.IPv6:
			l.NextHeader, ip = protocol(next, l.NextHeader), l
		case *layers.ICMPv6:
			l.SetNetworkLayerForChecksum(ip)
		case *layers.UDP:
			l.SetNetworkLayerForChecksum(ip)
		case *layers.TCP:
			l.SetNetworkLayerForChecksum(ip)
		}
	}
}

func ethertype(l gopacket.SerializableLayer) layers.EthernetType {
	switch l.(type) {
	case *layers.IPv4:
		return layers.EthernetTypeIPv4
	case *layers.IPv6:
		return layers.EthernetTypeIPv6
	case *layers.Dot1Q:
		return layers.EthernetTypeDot1Q
	case *layers.ARP:
		return layers.EthernetTypeARP
	}
	return 0x88b5 // IEEE 802, local experimental
}

func protocol(l gopacket.SerializableLayer, otherwise layers.IPProtocol) layers.IPProtocol {
	switch l := l.(type) {
	case *layers.ICMPv4:
		return layers.IPProtocolICMPv4
	case *layers.ICMPv6:
		return layers.IPProtocolICMPv6
	case *layers.UDP:
		return layers.IPProtocolUDP
	case *layers.TCP:
		return layers.IPProtocolTCP
	case *layers.IPv6HopByHop:
		return layers.IPProtocolIPv6HopByHop
	case *layers.IPv6Destination:
		return layers.IPProtocolIPv6Destination
	case *layers.IPv6Routing:
		return layers.IPProtocolIPv6Routing
	case *layers.IPv6Fragment:
		return layers.IPProtocolIPv6Fragment
	case *Ext:
		return l.Proto
	}
	return otherwise
}

// nextHeader is the place where an extension header says what follows, or nil.
func nextHeader(l gopacket.SerializableLayer) *layers.IPProtocol {
	switch l := l.(type) {
	case *layers.IPv6HopByHop:
		return &l.NextHeader
	case *layers.IPv6Destination:
		return &l.NextHeader
	case *layers.IPv6Routing:
		return &l.NextHeader
	case *layers.IPv6Fragment:
		return &l.NextHeader
	case *Ext:
		return &l.Next
	}
	return nil
}

// Ether is an Ethernet header to dst.
func Ether(dst net.HardwareAddr) *layers.Ethernet {
	return &layers.Ethernet{DstMAC: dst, SrcMAC: otherMAC}
}

// Tag is a VLAN tag.
func Tag(id uint16) *layers.Dot1Q { return &layers.Dot1Q{VLANIdentifier: id} }

// IP4 is an IPv4 header.
func IP4(src, dst string) *layers.IPv4 {
	return &layers.IPv4{Version: 4, TTL: 64, Id: 1, SrcIP: ip(src), DstIP: ip(dst)}
}

// IP6 is an IPv6 header.
func IP6(src, dst string) *layers.IPv6 {
	return &layers.IPv6{Version: 6, HopLimit: 64, SrcIP: ip(src), DstIP: ip(dst)}
}

func ip(s string) net.IP { return netip.MustParseAddr(s).AsSlice() }

// Echo4 is an ICMP echo request (type 8) or reply (type 0), and its data.
func Echo4(typ uint8, id, seq uint16) gopacket.SerializableLayer {
	return &layers.ICMPv4{TypeCode: layers.CreateICMPv4TypeCode(typ, 0), Id: id, Seq: seq}
}

// ICMP6 is an ICMPv6 header, whose second word is the next layer's: that of an echo, IDSeq.
func ICMP6(typ, code uint8) *layers.ICMPv6 {
	return &layers.ICMPv6{TypeCode: layers.CreateICMPv6TypeCode(typ, code)}
}

// IDSeq is identifier and sequence number of an ICMPv6 echo.
func IDSeq(id, seq uint16) gopacket.Payload {
	return gopacket.Payload{byte(id >> 8), byte(id), byte(seq >> 8), byte(seq)}
}

// Pad is an option of n bytes, header included, that says nothing (PadN).
func Pad(n int) *layers.IPv6HopByHop {
	return &layers.IPv6HopByHop{Options: []*layers.IPv6HopByHopOption{{OptionType: 1, OptionData: make([]byte, n-2)}}}
}

// PadDst is Pad in a destination options header.
func PadDst(n int) *layers.IPv6Destination {
	return &layers.IPv6Destination{Options: []*layers.IPv6DestinationOption{{OptionType: 1, OptionData: make([]byte, n-2)}}}
}
