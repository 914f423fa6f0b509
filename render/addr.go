package render

import (
	"strconv"

	"icmpdump/capture/icmp"
)

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
	start, run := zeroRun(a)
	if start == 0 && (run == 6 || run == 5 && a[10] == 0xff && a[11] == 0xff) {
		dst = append(dst, "::"...)
		if run == 5 {
			dst = append(dst, "ffff:"...)
		}
		return appendAddr4(dst, a[12:])
	}
	for i := 0; i < 8; i++ {
		if i == start {
			dst = append(dst, "::"...)
			i += run
			if i == 8 {
				break
			}
		} else if i > 0 {
			dst = append(dst, ':')
		}
		dst = strconv.AppendUint(dst, uint64(a[2*i])<<8|uint64(a[2*i+1]), 16)
	}
	return dst
}

// zeroRun is the first of the longest runs of zero groups; start is -1 if none has two.
func zeroRun(a *icmp.Addr) (start, run int) {
	start, run = -1, 1
	for i := 0; i < 8; i++ {
		n := 0
		for i+n < 8 && a[2*(i+n)]|a[2*(i+n)+1] == 0 {
			n++
		}
		if n > run {
			start, run = i, n
		}
		i += n
	}
	return start, run
}
