package icmp

import (
	"bytes"
	"encoding/binary"
)

// A Label is an entry of an MPLS label stack (RFC 3032, section 2.1; RFC 5462).
type Label struct {
	Label  uint32 // 20 bits
	TC     uint8  // traffic class, 3 bits; once EXP
	Bottom bool   // S: the last of the stack
	TTL    uint8
}

// Label is the i-th label of an MPLS label stack (RFC 4950, section 4), from the top of the stack.
func (o *Object) Label(i int) (l Label, ok bool) {
	const incoming = 1 // the only C-Type there is
	if o.Class != ClassMPLS || o.CType != incoming || len(o.Data) < 4*i+4 {
		return l, false
	}
	w := binary.BigEndian.Uint32(o.Data[4*i:])
	return Label{Label: w >> 12, TC: uint8(w >> 9 & 7), Bottom: w>>8&1 != 0, TTL: uint8(w)}, true
}

// A Role is how an interface has to do with the datagram that is quoted (RFC 5837, section 4.1).
type Role uint8

// The roles.
const (
	RoleIncoming Role = iota // the datagram came in through it
	RoleSubIP                // likewise, as a component of that interface
	RoleOutgoing             // the datagram would have gone out through it
	RoleNextHop              // to where it would have gone
)

// Role is that of the interface that an interface information object is about.
func (o *Object) Role() (Role, bool) { return Role(o.CType >> 6), o.Class == ClassInterfaceInfo }

// An Interface is what an object says of an interface, or of a node.
type Interface struct {
	Index    uint32 // ifIndex (RFC 2863); valid iff HasIndex
	MTU      uint32 // valid iff HasMTU
	AFI      uint16 // what Address is (IANA, Address Family Numbers)
	Address  []byte // nil if there is none
	Name     []byte // without the zeros behind it; nil if there is none
	HasIndex bool
	HasMTU   bool
}

// Address families (IANA, Address Family Numbers).
const (
	afiIPv4 = 1
	afiIPv6 = 2
)

// Interface is what an object of interface information (RFC 5837, section 4), interface
// identification (RFC 8335, section 2.1) or node identification has: as much of it as is there.
func (o *Object) Interface() (i Interface, ok bool) {
	switch o.Class {
	case ClassInterfaceInfo:
		return interfaceInfo(o.Data, o.CType), true
	case ClassNodeIdent:
		return interfaceInfo(o.Data, o.CType&(hasAddress|hasName)), true
	case ClassInterfaceIdent:
		return interfaceIdent(o.Data, o.CType), true
	}
	return i, false
}

// What is there, by the bits of a C-Type (RFC 5837, section 4.1), in this order.
const (
	hasIfIndex = 0x08
	hasAddress = 0x04
	hasName    = 0x02
	hasMTU     = 0x01
)

func interfaceInfo(b []byte, has uint8) (i Interface) {
	if has&hasIfIndex != 0 {
		if len(b) < 4 {
			return i
		}
		i.Index, i.HasIndex = binary.BigEndian.Uint32(b), true
		b = b[4:]
	}
	if has&hasAddress != 0 { // section 4.2
		if len(b) < 4 {
			return i
		}
		afi := binary.BigEndian.Uint16(b)
		size := addressSize(afi)
		if size == 0 || len(b) < 4+size {
			return i // of another family nobody knows how long it is
		}
		i.AFI, i.Address = afi, b[4:4+size]
		b = b[4+size:]
	}
	if has&hasName != 0 { // section 4.3: a length that counts itself, and zeros up to it
		if len(b) < 1 || b[0] == 0 || len(b) < int(b[0]) {
			return i
		}
		i.Name = bytes.TrimRight(b[1:b[0]], "\x00")
		b = b[b[0]:]
	}
	if has&hasMTU != 0 && len(b) >= 4 {
		i.MTU, i.HasMTU = binary.BigEndian.Uint32(b), true
	}
	return i
}

// interfaceIdent reads the one thing by which a PROBE names an interface.
func interfaceIdent(b []byte, by uint8) (i Interface) {
	const byName, byIndex, byAddress = 1, 2, 3
	switch {
	case by == byName:
		i.Name = bytes.TrimRight(b, "\x00")
	case by == byIndex && len(b) >= 4:
		i.Index, i.HasIndex = binary.BigEndian.Uint32(b), true
	case by == byAddress && len(b) >= 4 && len(b) >= 4+int(b[2]):
		i.AFI, i.Address = binary.BigEndian.Uint16(b), b[4:4+int(b[2])]
	}
	return i
}

// addressSize is how long an address of a family is, 0 if it is none of IP's.
func addressSize(afi uint16) int {
	switch afi {
	case afiIPv4:
		return 4
	case afiIPv6:
		return 16
	}
	return 0
}

// IP is Address, if it is one of IP, and its version.
func (i *Interface) IP() (a Addr, version uint8, ok bool) {
	switch {
	case i.AFI == afiIPv4 && len(i.Address) == 4:
		return AddrFrom4([4]byte(i.Address)), 4, true
	case i.AFI == afiIPv6 && len(i.Address) == 16:
		return Addr(i.Address), 6, true
	}
	return a, 0, false
}

// Pointer is the offset, in the datagram that is quoted, of what an extended information object
// complains of (RFC 8883, section 3.2).
func (o *Object) Pointer() (uint32, bool) {
	const pointer = 1
	if o.Class != ClassExtendedInfo || o.CType != pointer || len(o.Data) < 4 {
		return 0, false
	}
	return binary.BigEndian.Uint32(o.Data), true
}
