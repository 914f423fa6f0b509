package main

import (
	"slices"
	"testing"
)

// verbosities are all that tcpdump tells apart.
var verbosities = [][]string{nil, {"-v"}, {"-vv"}, {"-vvv"}}

// Every multicast listener message, and what is wrong with it, is told as tcpdump does.
func TestMulticastListenerLinesAreTcpdumps(t *testing.T) {
	group, a, b := address6("ff05::1:3"), address6("2001:db8::a"), address6("::")
	var frames [][]byte
	add := func(typ uint8, rest uint32, parts ...[]byte) {
		frames = append(frames, message6(typ, 0, rest, slices.Concat(parts...)))
	}
	for _, typ := range []uint8{130, 131, 132} {
		add(typ, 10000<<16, group)
		add(typ, 40000<<16, group)
	}
	for _, n := range []int{0, 15, 17, 19} {
		add(130, 1, make([]byte, n))
	}
	add(130, 10000<<16, group, []byte{2, 125, 0, 0})
	add(130, 0x8000<<16, group, []byte{0x08, 0x80, 0, 1}, a)
	add(130, 0xffff<<16, group, []byte{0xff, 0xff, 0, 2}, a, b)
	add(130, 1<<16, group, []byte{0x0f, 127, 0, 2}, a)         // a source is missing
	add(130, 1<<16, group, []byte{0, 1, 0xff, 0xff}, a, b)     // and here very many
	add(130, 1<<16, group, []byte{0, 1, 0, 1}, a, []byte("x")) // something behind the last

	record := func(typ, aux, n uint8, parts ...[]byte) []byte {
		return slices.Concat([]byte{typ, aux, 0, n}, group, slices.Concat(parts...))
	}
	add(143, 0)
	add(143, 2, record(4, 0, 0), record(3, 0, 2, a, b))
	for typ := range uint8(9) {
		add(143, 1, record(typ, 0, 1, a))
	}
	add(143, 3, record(1, 0, 0), record(2, 0, 0))      // a record is missing
	add(143, 2, record(1, 0, 0), []byte{6, 0, 0})      // most of one is
	add(143, 1, record(1, 0, 2, a))                    // a source is missing
	add(143, 2, record(1, 0, 200, a), record(2, 0, 0)) // and here many
	add(143, 1, record(5, 0, 1, a), []byte("behind the records"))
	for _, options := range verbosities {
		sameLines(t, frames, options...)
	}
}

// What renumbers routers is told as tcpdump does, for a command with one operation.
func TestRouterRenumberingLinesAreTcpdumps(t *testing.T) {
	prefix, header := address6("2001:db8::"), []byte{7, 0xa8, 0x03, 0xe8, 0, 0, 0, 0}
	match := func(op, length uint8) []byte { return append([]byte{op, length, 9, 48, 32, 64, 0, 0}, prefix...) }
	use := func(flags uint8, valid ...byte) []byte {
		return slices.Concat([]byte{48, 16, 0xc0, 0x80}, valid, []byte{0, 0, 0x0e, 0x10, flags, 0, 0, 0}, prefix)
	}
	var frames [][]byte
	add := func(code uint8, parts ...[]byte) {
		frames = append(frames, message6(138, code, 4711, slices.Concat(parts...)))
	}
	for _, code := range []uint8{1, 2, 254, 255} {
		add(code, header)
	}
	add(1, header, []byte{0, 3, 9, 48, 0, 0, 0, 2}, prefix)
	add(0, header, match(1, 3))
	add(0, []byte{0, 0, 0, 1, 0xde, 0xad, 0xbe, 0xef}, match(4, 3))
	add(0, header, match(2, 7), use(0, 0, 1, 0x51, 0x80))
	add(0, header, match(3, 11), use(0xc0, 0xff, 0xff, 0xff, 0xff), use(0x80, 0, 0, 0, 0))
	add(0, header, match(0, 7), use(0x20, 0, 0, 0, 1))
	for _, length := range []uint8{0, 2, 4, 5, 255} {
		add(0, header, match(1, length), use(0, 0, 0, 0, 1))
	}
	add(0, header, match(1, 7), use(0, 0, 0, 0, 1)[:31]) // its end is missing
	add(0, header, match(1, 3)[:23])
	for _, options := range verbosities {
		sameLines(t, frames, options...)
	}
}

// Node information is told as tcpdump does.
func TestNodeInformationLinesAreTcpdumps(t *testing.T) {
	nonce, ttl, a := []byte("12345678"), []byte{0, 0, 0, 60}, address6("2001:db8::a")
	var frames [][]byte
	add := func(typ, code uint8, rest uint32, parts ...[]byte) {
		frames = append(frames, message6(typ, code, rest, slices.Concat(parts...)))
	}
	names := []string{
		"\x04host\x07example\x00", "\x04host\x00\x00", "\x00", "\x00\x00", "\x0bold.example", "\x09short", "\x04host\x07exa",
		"\x04host", "\x04host\x07", "\x01a\x01b\x01c\x00",
	}
	for _, typ := range []uint8{139, 140} {
		for _, qtype := range []uint32{0, 1, 2, 3, 4, 5, 0xffff} {
			if typ == 140 && qtype == 2 {
				continue // names, below
			}
			for _, flags := range []uint32{0, 1, 2, 0x3e, 0x7f, 0x8000} {
				for _, code := range []uint8{0, 2, 3} {
					add(typ, code, qtype<<16|flags, nonce, a)
					add(typ, code, qtype<<16|flags, nonce, ttl, a)
				}
			}
			add(typ, 1, qtype<<16, nonce, a)
			add(typ, 0, qtype<<16, nonce, ttl, a, ttl, a, ttl)
			add(typ, 2, qtype<<16, nonce, []byte{192, 0, 2, 1})
			add(typ, 0, qtype<<16, nonce)
		}
		add(typ, 0, 0, nonce[:4]) // who are you?
		add(typ, 0, 0, nonce[:3])
		add(typ, 0, 0)
		for _, name := range names {
			add(139, 1, 2<<16, nonce, []byte(name))
			add(140, 0, 2<<16, nonce, ttl, []byte(name))
			add(140, 0, 2<<16|1, nonce, ttl, []byte(name))
		}
	}
	for _, options := range verbosities {
		sameLines(t, frames, options...)
	}
}

// RPL is told as tcpdump does, the bytes of options included.
func TestRPLLinesAreTcpdumps(t *testing.T) {
	dodag := address6("2001:db8::1")
	var frames [][]byte
	add := func(code uint8, rest uint32, parts ...[]byte) {
		frames = append(frames, message6(155, code, rest, slices.Concat(parts...)))
	}
	options := func() []byte {
		all := []byte{0, 1, 2, 0, 0, 1, 0}
		for typ := range uint8(12) {
			n := typ*3 + 1
			all = slices.Concat(all, []byte{typ + 2, n}, make([]byte, n))
		}
		return all
	}()
	for _, code := range []uint8{4, 5, 6, 7, 8, 9, 0x7f, 0x80, 0x81, 0x8a, 0xff} {
		add(code, 0x01020304, make([]byte, 40))
	}
	add(0, 0)
	add(0, 0, options)
	for _, mode := range []byte{0x00, 0x88, 0x97, 0x1d, 0xa0, 0x3f} {
		add(1, 0x1ef00100, []byte{mode, 240, 0, 0}, dodag)
		add(1, 0x1ef00100, []byte{mode, 240, 0, 0}, dodag, options)
	}
	add(1, 0x1ef00100, []byte{0x88, 240, 0, 0}, dodag[:15])
	add(1, 0x1ef00100)
	for n := range len(options) {
		add(1, 0x1ef00100, []byte{0x88, 240, 0, 0}, dodag, options[:n])
	}
	for _, flags := range []uint32{0, 0x80, 0x40, 0xc0, 0xff} {
		add(2, 0x1e000007|flags<<16, dodag)
		add(2, 0x1e000007|flags<<16, dodag, options)
		add(3, 0x1e000703|flags<<16, dodag)
		add(3, 0x1e000703|flags<<16, dodag, options)
	}
	add(3, 0x1e000703)
	add(3, 0x1e800703, dodag[:15])
	for _, options := range verbosities {
		sameLines(t, frames, options...)
	}
}

// Types that tcpdump has no words for, or no more than a name, end with a length, whatever -v.
func TestOtherLinesAreTcpdumps(t *testing.T) {
	var frames [][]byte
	for _, typ := range []uint8{5, 99, 100, 101, 127, 150, 151, 152, 153, 156, 159, 200, 201, 202, 254, 255} {
		frames = append(frames, message6(typ, 1, 0x00010002, nil), message6(typ, 0, 0x7d000200, make([]byte, 33)))
	}
	for _, options := range verbosities {
		sameLines(t, frames, options...)
	}
}
