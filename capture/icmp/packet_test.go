package icmp

import (
	"reflect"
	"testing"
	"unsafe"

	"icmpdump/internal/forge"
)

func TestJumbogram(t *testing.T) {
	const payload = 70_000
	head := forge.Hex("60000000 0000 00 40 \n" + ip6Addrs + `
		3a 00 c2 04 00011170 # hop-by-hop, jumbo payload 70000`)
	b := make([]byte, 40+payload)
	copy(b, head)
	b[48] = Type6Echo
	var p Packet
	if st := Decode(&p, LinkRaw, b, len(b)); st != OK || p.Length != payload-8 {
		t.Errorf("got %v, length %d; want ok, length %d", st, p.Length, payload-8)
	}
}

// A Packet is plain memory of two cache lines: the garbage collector has nothing to follow in
// a table of them.
func TestPacketIsPlainMemory(t *testing.T) {
	if got := unsafe.Sizeof(Packet{}); got > 128 {
		t.Errorf("a Packet has %d bytes", got)
	}
	var plain func(reflect.Type) bool
	plain = func(typ reflect.Type) bool {
		switch typ.Kind() {
		case reflect.Struct:
			for i := range typ.NumField() {
				if !plain(typ.Field(i).Type) {
					return false
				}
			}
			return true
		case reflect.Array:
			return plain(typ.Elem())
		}
		return typ.Kind() >= reflect.Bool && typ.Kind() <= reflect.Float64 && typ.Kind() != reflect.Uintptr
	}
	if !plain(reflect.TypeFor[Packet]()) {
		t.Error("a Packet has pointers")
	}
}

func TestDecodeAllocs(t *testing.T) {
	for _, tt := range decodeTests {
		b := forge.Hex(tt.frame)
		var p Packet
		if n := testing.AllocsPerRun(100, func() {
			p = tt.in
			Decode(&p, tt.link, b, len(b))
		}); n != 0 {
			t.Errorf("%s: %v allocations", tt.name, n)
		}
	}
	for i, b := range forge.Each(3) {
		f := Frame{Data: b, Wire: len(b), Link: forged(i)}
		if n := testing.AllocsPerRun(1, func() {
			var p Packet
			Decode(&p, forged(i), b, len(b))
			touch(&p, &f)
		}); n != 0 {
			t.Errorf("link %d: %v allocations for %x", forged(i), n, b)
		}
	}
}
