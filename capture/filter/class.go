package filter

// A class is a kind of packets that is known before an expression is judged: the base program has told
// it, or our machine has looked. An expression is compiled for each, and equal parts are shared.
type class uint8

// The classes: of IPv4 by protocol, of IPv6 by first next header.
const (
	class4ICMP  class = iota
	class4ICMP6       // ICMPv6, which has no place there
	class4AH          // an authentication header stands before whatever it is
	class6ICMP6
	class6ICMP  // ICMP, which has no place there
	class6Chain // extension headers stand before whatever it is
	class4Other
	class6Other
	classNoIP
	classes       int = iota
	kernelClasses     = class4Other // those that the base program passes
)

func (c class) version() int {
	switch c {
	case class4ICMP, class4ICMP6, class4AH, class4Other:
		return 4
	case classNoIP:
		return 0
	}
	return 6
}

// protocol is that of all packets of the class, by their IP header, if they have but one.
func (c class) protocol() (uint32, bool) {
	switch c {
	case class4ICMP, class6ICMP:
		return protoICMP, true
	case class4ICMP6, class6ICMP6:
		return protoICM6, true
	case class4AH:
		return protoAH, true
	}
	return 0, false
}

// chained reports whether the transport protocol stands behind headers that have to be walked.
func (c class) chained() bool { return c == class4AH || c == class6Chain }

// classes4 and classes6 are the classes of IPv4 and IPv6 packets, by protocol and first next header.
var classes4, classes6 = func() (c4, c6 [256]class) {
	for p := range 256 {
		c4[p], c6[p] = class4Other, class6Other
	}
	c4[protoICMP], c4[protoICM6], c4[protoAH] = class4ICMP, class4ICMP6, class4AH
	c6[protoICM6], c6[protoICMP] = class6ICMP6, class6ICMP
	for _, p := range chain6 {
		c6[p] = class6Chain
	}
	return c4, c6
}()

// The numbers under which our own machine has what the kernel has not. Those of the kernel itself
// begin at 0xfffff000 (SKF_AD_OFF).
const (
	ownClass   = 0xfffe0000 + iota // class
	ownLink                        // 1 of Ethernet
	ownEther                       // EtherType, behind tags and logical link control
	ownProto                       // the transport protocol; noProto if it is not known, or in another fragment
	ownDir                         // icmp.Dir
	ownIndex                       // of the interface
	ownTags                        // how many VLAN tags
	ownQuote                       // place of the datagram that a redirect quotes; noPlace if there is none
	ownHeader  = 0xfffe0100        // + a protocol: whether it is the IP header's or in its chain
	ownTag     = 0xfffe1000        // + an identifier: whether a VLAN tag has it
	ownName    = 0xfffe8000        // + a number: whether the interface has that name
	ownEnd     = 0xffff0000
	noProto    = 0x100
	noPlace    = 0xffffffff
	kernelType = 0xfffff000 + 4 // SKF_AD_PKTTYPE
	kernelIf   = 0xfffff000 + 8 // SKF_AD_IFINDEX
	kernelTCI  = 0xfffff000 + 44
	kernelTag  = 0xfffff000 + 48 // SKF_AD_VLAN_TAG_PRESENT
	kernelEth  = 0xfffff000 + 0  // SKF_AD_PROTOCOL
	kernelHW   = 0xfffff000 + 28 // SKF_AD_HATYPE
)

// A lowering is an expression on its way to the program of one class.
type lowering struct {
	values
	class class
	user  bool // for our own machine; else for the kernel
}

// unknown is what the kernel cannot judge.
func unknown(text string) *cond { return &cond{op: undecided, text: text} }

// loadIP is size bytes of the IP header, which the class may know.
func (l *lowering) loadIP(k uint32, size uint8) *value {
	p, ok := l.class.protocol()
	if ok && size == 1 && (l.class.version() == 4 && k == protocol4 || l.class.version() == 6 && k == nextHeader6) {
		return l.constant(p)
	}
	return l.load(atNetwork, k, size)
}

// hasProto is whether the IP header, or a header behind it, says that protocol.
func (l *lowering) hasProto(p uint32, text string) *cond {
	if is, ok := l.class.protocol(); ok && !l.class.chained() {
		return truth(is == p)
	}
	at := uint32(protocol4)
	if l.class.version() == 6 {
		at = nextHeader6
	}
	switch {
	case l.class == classNoIP:
		return no
	case !l.class.chained():
		return is(l.load(atNetwork, at, 1), jmpJEQ, p)
	case l.class == class4AH && p == protoAH:
		return yes
	case !l.user:
		return unknown(text)
	}
	return not(is(l.extra(ownHeader+p), jmpJEQ, 0))
}

// transport is whether a packet has that protocol's header, and where; it has not in a later fragment.
func (l *lowering) transport(version int, p uint32, text string) (*cond, base, uint32) {
	switch {
	case l.class.version() != version:
		return no, 0, 0
	case l.class.chained() && !l.user:
		return unknown(text), atTransport, 0
	case l.class.chained():
		return is(l.extra(ownProto), jmpJEQ, p), atTransport, 0
	}
	guard := l.hasProto(p, text)
	if version == 6 {
		return guard, atNetwork, 40
	}
	return and(guard, not(is(l.load(atNetwork, 6, 2), jmpJSET, 0x1fff))), atTransport, 0
}

// message is whether a packet has an ICMP message of its family, and where.
func (l *lowering) message(text string) (*cond, base, uint32) {
	if l.class.version() == 6 {
		return l.transport(6, protoICM6, text)
	}
	return l.transport(4, protoICMP, text)
}

// ethernet is whether the frame has an Ethernet header. In the kernel's programs the IP header of what
// has none is where the kernel says.
func (l *lowering) ethernet() *cond {
	if l.user {
		return is(l.extra(ownLink), jmpJEQ, 1)
	}
	return not(is(l.make(value{kind: position}), jmpJEQ, netOff))
}
