package main

import (
	"testing"

	"icmpdump/internal/forge"
)

// Options that tcpdump knows, as they should be and with lengths that they should not have.
const (
	sourceLink = `01 01 020000000001`
	targetLink = `02 02 0200000000000001 000000000000`
	prefix     = `03 04 40 e0 00278d00 ffffffff 00000000 20010db8000000000000000000000000`
	redirected = `04 07 000000000000 6000000000003b40 20010db8000000000000000000000001 20010db8000000000000000000000009 0000000000000000`
	mtu        = `05 01 0000 000005dc`
	interval   = `07 01 0000 000927c0`
	homeAgent  = `08 01 0000 000a 0708`
	route1     = `18 01 00 00 ffffffff`
	route2     = `18 02 30 08 00000708 20010db800000000`
	route3     = `18 03 80 18 00000000 20010db8000000000000000000000007`
	rdnss      = `19 05 0000 00000e10 20010db8000000000000000000000007 fe800000000000000000000000000008`
	dnssl      = `1f 04 0000 ffffffff 076578616d706c65 03636f6d 00 016100 0000000000000000`
	mtuLong    = `05 02 0000 000005dc 0000000000000000`
	prefixLong = `03 05 40 00 00000000 00000001 00000000 20010db8000000000000000000000000 0000000000000000`
)

// ndFrames are messages of neighbor discovery whose lines are tcpdump's, and some whose options
// do not hold together.
func ndFrames() (frames, faulty [][]byte) {
	target, destination := `20010db8000000000000000000000009`, `20010db8000000000000000000000007`
	all := prefix + sourceLink + mtu + interval + homeAgent + route1 + route2 + route3 + rdnss + dnssl + targetLink + redirected + mtuLong + prefixLong
	add := func(typ uint8, rest uint32, digits ...string) {
		frames = append(frames, message6(typ, 0, rest, forge.Hex(digits...)))
	}
	add(133, 0)
	add(133, 0, sourceLink)
	add(134, 0x40c00708, `00000000 00000000`, prefix, sourceLink)
	for flags := range uint32(256) {
		if flags&4 == 0 { // the proxy flag is ours
			add(134, flags<<16, `00007530 000003e8`)
		}
	}
	add(134, 0xff000000, `ffffffff ffffffff`, all)
	add(135, 0, target, sourceLink)
	add(135, 0, target)
	for flags := range uint32(8) {
		add(136, flags<<29, target, targetLink)
	}
	add(137, 0, target, destination, targetLink, redirected)
	add(137, 0, target, destination, redirected, sourceLink)
	add(141, 0)
	add(142, 0)
	add(144, 0x00070000)
	add(145, 0xbeef0000)
	add(145, 0xbeef0000, target, destination)
	add(145, 0xbeef0000, target, `20010db8`)
	add(146, 0x00070000)
	for _, flags := range []uint32{0, 0x8000, 0x4000, 0xffff} {
		add(147, 0x00070000|flags, prefix, mtu)
	}

	faulty = [][]byte{
		message6(133, 0, 0, forge.Hex(sourceLink, `03 00 000000000000`)),          // no length
		message6(136, 0, 0, forge.Hex(target, targetLink, `05 02 0000 000005dc`)), // past the end
		message6(134, 0, 0, forge.Hex(`00000000 00000000`, mtu, `19`)),            // half a header
		message6(147, 0, 0, forge.Hex(`00`)),
	}
	return frames, faulty
}

// Lines of neighbor discovery are tcpdump's, without and with their options, whole and cut short.
func TestNDLinesAreTcpdumps(t *testing.T) {
	frames, faulty := ndFrames()
	for _, options := range verbosities {
		sameLines(t, frames, options...)
		sameLines(t, faulty, options...)
	}

	// Of a type that it has a name for and nothing else, the length stays with -v.
	sameLines(t, [][]byte{message6(200, 0, 0, nil), message6(201, 0, 0, nil)}, "-v")

	// An option that nobody knows ends tcpdump's list, and of others it says no more.
	sameLines(t, [][]byte{message6(133, 0, 0, forge.Hex(sourceLink, `c8 01 010203040506`))}, "-v")
	sameLines(t, [][]byte{message6(133, 0, 0, forge.Hex(`c8 01 010203040506`, sourceLink))}, "-vv")
}

// Cut at every byte, a line with options is tcpdump's.
func TestNDLinesCutShort(t *testing.T) {
	const behindIP = 14 + 40
	var cut [][]byte
	for _, whole := range [][]byte{
		message6(134, 0, 0x40c00708, forge.Hex(`00000000 00000000`, prefix, rdnss)),
		message6(135, 0, 0, forge.Hex(`20010db8000000000000000000000009`, sourceLink)),
		message6(136, 0, 0xe0000000, forge.Hex(`20010db8000000000000000000000009`, targetLink, mtu)),
		message6(145, 0, 0x00070000, forge.Hex(`20010db8000000000000000000000009 20010db8000000000000000000000007`)),
		message6(147, 0, 0x0007c000, forge.Hex(route2, homeAgent)),
	} {
		for n := behindIP + 2; n < len(whole); n++ {
			cut = append(cut, whole[:n])
		}
	}
	sameLines(t, cut, "-v")
}
