package render

import (
	"encoding/binary"
	"math/bits"

	"icmpdump/capture/icmp"
)

// hosts says what addresses are called, see Options.Name. nil knows no names.
type hosts func(a icmp.Addr) Text

// name is what an address is called, or empty if that is not known.
func (h hosts) name(a *icmp.Addr) string {
	if h == nil {
		return ""
	}
	return h(*a).s
}

// append appends the name of an address of that IP version, or the address if it has none that is known.
func (h hosts) append(dst []byte, a *icmp.Addr, version uint8) []byte {
	if name := h.name(a); name != "" {
		return append(dst, name...)
	}
	return appendAddr(dst, a, version)
}

// appendAddr appends an address of that IP version.
func appendAddr(dst []byte, a *icmp.Addr, version uint8) []byte {
	if version == 6 {
		return appendAddr6(dst, a)
	}
	return appendAddr4(dst, a[12:])
}

// appendAddr4 appends the four bytes of an IPv4 address, each with the dot behind it in one store.
func appendAddr4(dst, a []byte) []byte {
	for _, b := range a {
		digits := thousand[b]
		zeros := digits >> 24
		dst = appendText(dst, (digits&0xffffff|'.'<<24)>>(zeros&31), 4-int(zeros)/8)
	}
	return dst[:len(dst)-1]
}

// appendAddr6 appends an IPv6 address as RFC 5952 wants it: lower case, no leading zeros, the
// longest run of zero groups, if of two or more, as "::". An IPv4 address that is mapped or
// (as inet_ntop(3) and tcpdump have it) merely embedded is in dotted form.
func appendAddr6(dst []byte, a *icmp.Addr) []byte {
	var groups [8]uint16
	zeros := uint8(0) // the groups that are, the first in bit 0
	for i := range groups {
		groups[i] = binary.BigEndian.Uint16(a[2*i:])
		if groups[i] == 0 {
			zeros |= 1 << i
		}
	}
	gap := gaps[zeros]
	if gap.start == 0 && (gap.end == 6 || gap.end == 5 && groups[5] == 0xffff) {
		dst = append(dst, "::"...)
		if gap.end == 5 {
			dst = append(dst, "ffff:"...)
		}
		return appendAddr4(dst, a[12:])
	}
	for _, group := range groups[:gap.start] {
		dst = appendGroup(dst, group)
	}
	if gap.start == gap.end {
		return dst[:len(dst)-1]
	}
	if gap.start == 0 {
		dst = append(dst, ':')
	}
	dst = append(dst, ':')
	if gap.end == 8 {
		return dst
	}
	for _, group := range groups[gap.end:] {
		dst = appendGroup(dst, group)
	}
	return dst[:len(dst)-1]
}

// appendGroup appends a group without the zeros in front, and the colon behind it, in one store.
func appendGroup(dst []byte, group uint16) []byte {
	digits := uint64(hexPairs[group>>8]) | uint64(hexPairs[group&0xff])<<16 | ':'<<32
	zeros := bits.LeadingZeros16(group|1) / 4
	return binary.LittleEndian.AppendUint64(dst, digits>>(8*zeros&31))[:len(dst)+5-zeros]
}

// hexPairs has the two digits of a byte, the first in the lower byte.
var hexPairs = func() (t [256]uint16) {
	for n := range t {
		t[n] = uint16(hexDigits[n>>4]) | uint16(hexDigits[n&15])<<8
	}
	return t
}()

// A gap is which groups "::" stands for: from start up to end. There is none if both are 8.
type gap struct{ start, end uint8 }

// gaps are by which groups are zero, the first of them in bit 0: the first of the longest runs of
// two or more.
var gaps = func() (t [256]gap) {
	for zeros := range t {
		t[zeros] = gap{8, 8}
		longest := 1
		for start := range 8 {
			if n := bits.TrailingZeros8(^uint8(zeros >> start)); n > longest {
				t[zeros], longest = gap{uint8(start), uint8(start + n)}, n
			}
		}
	}
	return t
}()
