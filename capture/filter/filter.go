// Package filter makes the programs by which the kernel picks packets: classic BPF, built
// with x/net/bpf, for a packet socket of type SOCK_RAW.
package filter

import (
	"fmt"

	"golang.org/x/net/bpf"
)

// Direction is which packets are wanted by where they go.
type Direction uint8

// The directions, as tcpdump's -Q has them.
const (
	InOut Direction = iota
	In
	Out
)

// Config narrows the base program.
type Config struct {
	Snaplen   uint32 // bytes to keep of a packet, 0 for all
	Direction Direction
	Ifaces    []int // interface indexes, any of which will do; empty for all
}

// Offsets into the kernel's metadata and link types (linux/filter.h, linux/if_packet.h,
// linux/if_arp.h).
const (
	netOff         = 0xfff00000 // SKF_NET_OFF: the network header, wherever it is
	pktOutgoing    = 4          // PACKET_OUTGOING
	hatypeEther    = 1          // ARPHRD_ETHER
	hatypeLoopback = 772        // ARPHRD_LOOPBACK, which has an Ethernet header as well
)

// EtherTypes, headers of logical link control, and IP protocols.
const (
	etherIPv4 = 0x0800
	etherIPv6 = 0x86dd
	maxLength = 1500       // of a frame that has its length in the place of an EtherType
	llcSNAP   = 0xaaaa0300 // what such a frame begins with if SNAP follows: IEEE 802.2
	llcIP     = 0x060603   // and if IP does
	protoICMP = 1
	protoICM6 = 58
	protoAH   = 51
)

// Where an IP header has the protocol of what stands behind it.
const (
	protocol4   = 9 // RFC 791, section 3.1
	nextHeader6 = 6 // RFC 8200, section 3
)

// vlanTypes are the EtherTypes of VLAN tags.
var vlanTypes = []uint32{0x8100, 0x88a8, 0x9100}

// next6 are the next headers of an IPv6 packet that may hold ICMP: ICMPv6 and (malformed)
// ICMP, and the extension headers that they may stand behind: hop-by-hop, routing, fragment,
// authentication, destination options, mobility, HIP, Shim6. The decoder walks the chain.
var next6 = []uint32{protoICM6, protoICMP, 0, 43, 44, 51, 60, 135, 139, 140}

// RejectAll is the program to have in place while a socket is not ready.
func RejectAll() []bpf.RawInstruction {
	return []bpf.RawInstruction{must(bpf.RetConstant{Val: 0}.Assemble())}
}

// Base is the program that passes ICMP and ICMPv6: tagged (a stripped tag and up to two
// inline) or not, behind extension headers, fragments included, on links with and without an
// Ethernet header, received and sent.
//
// A frame's own bytes say what it is on Ethernet, since that is the only account that is the
// same for received frames (whose outer tag the kernel takes off, moving the rest together)
// and sent ones (whose tags are inline, while the kernel's network offset skips them). On
// other links it is the kernel's protocol and network offset.
func Base(c Config) ([]bpf.RawInstruction, error) {
	var a assembler
	switch c.Direction {
	case In:
		a.emit(bpf.LoadExtension{Num: bpf.ExtType})
		a.jumpEqual(pktOutgoing, "outgoing")
		a.jump("iface")
		a.label("outgoing")
		a.emit(bpf.RetConstant{Val: 0})
	case Out:
		a.emit(bpf.LoadExtension{Num: bpf.ExtType})
		a.jumpEqual(pktOutgoing, "iface")
		a.jump("reject")
	}
	a.label("iface")
	if len(c.Ifaces) > 0 {
		a.emit(bpf.LoadExtension{Num: bpf.ExtInterfaceIndex})
		for _, index := range c.Ifaces {
			a.jumpEqual(uint32(index), "link")
		}
		a.jump("reject")
	}

	a.label("link")
	a.emit(bpf.LoadExtension{Num: bpf.ExtLinkLayerType})
	a.jumpEqual(hatypeEther, "ethernet")
	a.jumpEqual(hatypeLoopback, "ethernet")
	a.emit(bpf.LoadConstant{Dst: bpf.RegX, Val: netOff})
	a.emit(bpf.LoadExtension{Num: bpf.ExtProto})
	a.jumpEqual(etherIPv4, "network")
	a.jumpEqual(etherIPv6, "network")
	a.emit(bpf.RetConstant{Val: 0}) // what is no EtherType there is no length either

	a.label("ethernet")
	ethernet(&a, c.Snaplen)
	return a.assemble()
}

// ethernet is the part for a frame that begins with an Ethernet header, and what follows.
func ethernet(a *assembler, snaplen uint32) {
	const inlineTags = 2
	for tags := uint32(0); ; tags++ {
		a.emit(bpf.LoadConstant{Dst: bpf.RegX, Val: 14 + 4*tags})
		a.emit(bpf.LoadAbsolute{Off: 12 + 4*tags, Size: 2})
		if tags == inlineTags {
			break
		}
		next := fmt.Sprintf("tag %d", tags+1)
		for _, typ := range vlanTypes {
			a.jumpEqual(typ, next)
		}
		a.jump("network")
		a.label(next)
	}

	// A is the EtherType, or a length; X the offset of what follows.
	a.label("network")
	ip(a, 0)
	a.jumpGreater(maxLength, "reject")
	a.emit(bpf.LoadIndirect{Off: 0, Size: 4})
	a.jumpEqual(llcSNAP, "snap")
	a.emit(bpf.ALUOpConstant{Op: bpf.ALUOpShiftRight, Val: 8})
	a.jumpEqual(llcIP, "llc")
	a.jump("reject")

	a.label("llc")
	a.emit(bpf.LoadIndirect{Off: 3 + protocol4, Size: 1})
	a.jump("protocol 4")

	a.label("snap") // the organization's first byte is behind us
	a.emit(bpf.LoadIndirect{Off: 4, Size: 2})
	a.jumpEqual(0x0000, "organization") // RFC 1042
	a.jumpEqual(0x00f8, "organization") // IEEE 802.1H
	a.jump("reject")
	a.label("organization")
	a.emit(bpf.LoadIndirect{Off: 6, Size: 2})
	ip(a, 8)
	a.jump("reject")

	a.label("protocol 4")
	a.jumpEqual(protoICMP, "accept")
	a.jumpEqual(protoICM6, "accept")
	a.jumpEqual(protoAH, "accept")
	a.jump("reject")
	a.label("next header")
	for _, next := range next6 {
		a.jumpEqual(next, "accept")
	}

	a.label("reject")
	a.emit(bpf.RetConstant{Val: 0})
	a.label("accept")
	if snaplen == 0 {
		snaplen = 1<<31 - 1
	}
	a.emit(bpf.RetConstant{Val: snaplen})
}

// ip loads the protocol, or next header, of an IP header at X+off if the EtherType in A is IP's, and
// goes on to judge it.
func ip(a *assembler, off uint32) {
	here := fmt.Sprint(off)
	a.jumpEqual(etherIPv4, "IPv4 at "+here)
	a.jumpEqual(etherIPv6, "IPv6 at "+here)
	a.jump("not IP at " + here)
	a.label("IPv4 at " + here)
	a.emit(bpf.LoadIndirect{Off: off + protocol4, Size: 1})
	a.jump("protocol 4")
	a.label("IPv6 at " + here)
	a.emit(bpf.LoadIndirect{Off: off + nextHeader6, Size: 1})
	a.jump("next header")
	a.label("not IP at " + here)
}

func must(ri bpf.RawInstruction, err error) bpf.RawInstruction {
	if err != nil {
		panic(err) // a constant program does not assemble
	}
	return ri
}
