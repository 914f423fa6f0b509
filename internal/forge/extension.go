package forge

import (
	"encoding/binary"
	"slices"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
)

// Extension is an extension structure (RFC 4884, section 7): a header of version 2 with a
// checksum over all of it, and objects.
func Extension(objects ...[]byte) []byte {
	const version = 2
	b := append([]byte{version << 4, 0, 0, 0}, slices.Concat(objects...)...)
	binary.BigEndian.PutUint16(b[2:], gopacket.FoldChecksum(gopacket.ComputeChecksum(b, 0)))
	return b
}

// filled is a quote with zeros behind it, as long as an extension wants it to be: 128 bytes at
// least, and a multiple of the unit in which its length is told (RFC 4884, section 5).
func filled(quote []byte, unit int) []byte {
	if len(quote) < 128 {
		return padded(quote, 128)
	}
	return padded(quote, unit)
}

// Object is an extension object (RFC 4884, section 7.1).
func Object(class, ctype uint8, data ...[]byte) []byte {
	b := slices.Concat(data...)
	return slices.Concat(be16(uint16(4+len(b))), []byte{class, ctype}, b)
}

// MPLS is the object with an incoming label stack (RFC 4950), the outermost first.
func MPLS(stack ...layers.MPLS) []byte {
	var b []byte
	for i, entry := range stack {
		entry.StackBottom = i == len(stack)-1
		b = append(b, Frame(&entry)...)
	}
	return Object(1, 1, b)
}

// An Interface is what an error tells about one (RFC 5837, section 4.1). What is zero is left
// out.
type Interface struct {
	Role  uint8 // 0 to 3: incoming, a part of it, outgoing, next hop
	Index uint32
	Addr  string
	Name  string
	MTU   uint32
}

// InterfaceInfo is the object about an interface (RFC 5837, section 4).
func InterfaceInfo(i Interface) []byte {
	const index, addr, name, mtu = 8, 4, 2, 1
	ctype := i.Role << 6
	var b []byte
	if i.Index != 0 {
		ctype |= index
		b = append(b, be32(i.Index)...)
	}
	if i.Addr != "" {
		ctype |= addr
		b = slices.Concat(b, be16(family(i.Addr), 0), addresses(i.Addr))
	}
	if i.Name != "" {
		ctype |= name
		text := padded(append([]byte{0}, i.Name...), 4)
		text[0] = byte(len(text)) // of itself as well
		b = append(b, text...)
	}
	if i.MTU != 0 {
		ctype |= mtu
		b = append(b, be32(i.MTU)...)
	}
	return Object(2, ctype, b)
}

// family is the address family number (IANA) of an address.
func family(addr string) uint16 {
	if len(ip(addr)) == 4 {
		return 1
	}
	return 2
}

// ByName is the object that names an interface in a Probe (RFC 8335, section 2.1), as do ByIndex
// and ByAddr.
func ByName(name string) []byte { return Object(3, 1, padded([]byte(name), 4)) }

// ByIndex is ByName by number.
func ByIndex(n uint32) []byte { return Object(3, 2, be32(n)) }

// ByAddr is ByName by address.
func ByAddr(addr string) []byte {
	b := ip(addr)
	return Object(3, 3, be16(family(addr)), []byte{byte(len(b)), 0}, b)
}
