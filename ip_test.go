package main

import (
	"encoding/binary"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"icmpdump/internal/forge"
)

// rawIP4 is a frame with an IPv4 header made of these bytes, up to its addresses, and options,
// before an echo request. The total length is set, and the header's checksum, unless it is bad.
func rawIP4(head, options string, sum bool) []byte {
	ip := append(forge.Hex(head), forge.Hex("0a000009 0a000005 "+options)...)
	ip = append(ip, forge.Hex("0800 e5c4 1234 0007 0000 0000")...)
	size := int(ip[0]&15) * 4
	if ip[2]|ip[3] == 0xff {
		binary.BigEndian.PutUint16(ip[2:], uint16(len(ip)))
	}
	if sum {
		var acc uint32
		for i := 0; i < size; i += 2 {
			acc += uint32(binary.BigEndian.Uint16(ip[i:]))
		}
		acc = acc>>16 + acc&0xffff
		acc = acc>>16 + acc&0xffff
		binary.BigEndian.PutUint16(ip[10:], ^uint16(acc))
	}
	return append(forge.Hex("020000000001 020000000077 0800"), ip...)
}

// rawIP6 is a frame with an IPv6 header that begins with these four bytes, and headers behind
// it, of which the first is of that type, before an echo request.
func rawIP6(word, next, headers string) []byte {
	behind := append(forge.Hex(headers), forge.Hex("8000 1206 1234 0007 0000 0000")...)
	b := forge.Hex("020000000001 020000000077 86dd" + word + "0000" + next + "40" +
		"20010db8000000000000000000000001 20010db8000000000000000000000005")
	binary.BigEndian.PutUint16(b[18:], uint16(len(behind)))
	return append(b, behind...)
}

// The IPv4 header and its options, of -v, are tcpdump's.
func TestIP4HeaderIsTcpdumps(t *testing.T) {
	frames := [][]byte{
		rawIP4("4500 00ff 0001 0000 4001 0000", "", true),
		rawIP4("4501 00ff 0001 4000 4001 0000", "", true),
		rawIP4("4502 00ff ffff 8000 0001 0000", "", true),  // no TTL
		rawIP4("45ff 00ff 0001 c000 ff01 0000", "", true),  // congestion experienced
		rawIP4("4500 00ff 0001 2000 4001 0000", "", true),  // first fragment
		rawIP4("4500 00ff 0001 e003 4001 0000", "", true),  // later fragment
		rawIP4("4500 00ff 0001 0000 4001 1234", "", false), // a bad checksum
		rawIP4("4500 0050 0001 0000 4001 0000", "", true),  // more than there is
	}
	for _, options := range []string{
		"94040000", "94040005", "01010100", "00000000", "01940300", "8602 0000", "820b 00f135 0000 0000000001", "9402 0000",
		"0707 04 00000000 00", "070b 08 0a000001 00000000 00", "830b 04 0a000001 0a000002 01", "890b 0c 0a000001 0a000002 00",
		"070b 00 0a000001 00000000 00", "070b 05 0a000001 00000000 00", "0702 0101",
		"440c 05 00 00000001 00000002", "440c 09 f0 00000001 00000002", "440c 0d 01 0a000001 00000002", "440c 05 03 0a000001 00000002",
		"4408 05 07 00000001", "4403 05 01", "440c 01 07 00000001 00000002",
		"520c 0001 0000 0000 0a000009", "9500 0000", "95f0 0000", "0727 04" + strings.Repeat("0a000001", 9) + "00",
	} {
		n := len(strings.Join(strings.Fields(options), "")) / 8
		frames = append(frames, rawIP4("4"+string("56789abcdef"[n])+"00 00ff 0001 0000 4001 0000", options, true))
	}
	sameLines(t, frames)
	sameLines(t, frames, "-v")
	sameLines(t, frames, "-vv")
}

// IPv6 extension headers stand in the order of the packet, in tcpdump's words.
func TestIP6HeadersAreTcpdumps(t *testing.T) {
	frames := [][]byte{
		rawIP6("60000000", "3a", ""),
		rawIP6("6ff12345", "3a", ""),
		rawIP6("60100000", "3a", ""),
		rawIP6("60000001", "00", "3a00 0502 0000 0100"),                                                      // router alert
		rawIP6("60000000", "00", "3a00 0000 0000 0000"),                                                      // Pad1
		rawIP6("60000000", "00", "3a01 c204 0001 0000 c204 0000 0007 0000"),                                  // jumbo payload, twice
		rawIP6("60000000", "3c", "3a00 c204 0001 0000"),                                                      // in the wrong header
		rawIP6("60000000", "3c", "3a02 c910 20010db80000000000000000000000ee 00000000"),                      // home address
		rawIP6("60000000", "3c", "3a02 1e10 20010db80000000000000000000000ee 01020000"),                      // experiment
		rawIP6("60000000", "00", "3c00 0502 0000 0100 3a00 0104 00000000"),                                   // and destination options
		rawIP6("60000000", "3c", "2c00 0104 00000000 3a00 0000 00000007"),                                    // before an atomic fragment
		rawIP6("60000000", "2c", "3c00 0001 00000007 3a00 0104 00000000"),                                    // behind a first one
		rawIP6("60000000", "3c", "2c00 0104 00000000 3a00 05a8 12345678"),                                    // before a later one
		rawIP6("60000000", "2b", "3a02 0001 00000000 20010db80000000000000000000000ee"),                      // source route
		rawIP6("60000000", "2b", "3a02 0001 00000001 20010db80000000000000000000000ee"),                      // with something reserved
		rawIP6("60000000", "2b", "3a02 0200 00000000 20010db80000000000000000000000ee"),                      // mobile
		rawIP6("60000000", "2b", "3a04 0400 01000002"+strings.Repeat("20010db8000000000000000000000005", 2)), // segments
		rawIP6("60000000", "2b", "3a02 0400 00080002 20010db80000000000000000000000ee"),                      // with a flag
		rawIP6("60000000", "33", "3a04 0000 00000001 00000002 0102030405060708090a0b0c"),                     // authentication
		rawIP6("60000000", "33", "3a01 0007 00000001 00000002"),                                              // with something reserved, and no value
		rawIP6("60000000", "00", "2b00 0104 00000000 3c02 0200 00000000 20010db80000000000000000000000ee"+
			"3300 0104 00000000 3a01 0000 00000001 00000002"), // all in a row
		rawIP6("60000000", "3c", "3c00 0104 00000000 3a00 0104 00000000"), // repeated
	}
	sameLines(t, frames)

	want, got := bothLines(t, frames, "-v")
	for i := range want { // there are checksums behind routing headers
		want[i], got[i] = deviate("", want[i], got[i], make([]bool, len(deviations)))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-tcpdump +icmpdump)\n%s", diff)
	}
}
