package icmp

import (
	"bytes"
	"math/rand/v2"
	"testing"
)

// slowSum is RFC 1071 to the letter: 16-bit words, one after the other.
func slowSum(words ...[]byte) uint16 {
	var sum uint32
	for _, b := range words {
		for i := 0; i < len(b); i += 2 {
			w := uint32(b[i]) << 8
			if i+1 < len(b) {
				w |= uint32(b[i+1])
			}
			if sum += w; sum > 0xffff {
				sum -= 0xffff
			}
		}
	}
	return uint16(sum)
}

func TestChecksumIsTheSlowOne(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for n := range 300 {
		for _, fill := range []func() byte{
			func() byte { return byte(rnd.Uint32()) },
			func() byte { return 0xff }, // as many carries as can be
			func() byte { return 0 },
		} {
			b := make([]byte, n)
			for i := range b {
				b[i] = fill()
			}
			if got, want := fold(sum(0, b)), slowSum(b); got != want {
				t.Fatalf("%x: got %#04x, want %#04x", b, got, want)
			}
			src, dst := Addr(bytes.Repeat([]byte{fill()}, 16)), Addr(bytes.Repeat([]byte{fill()}, 16))
			got := fold(sum(pseudo(&src, &dst, uint32(n)), b))
			want := slowSum(src[:], dst[:], []byte{0, 0, byte(n >> 8), byte(n), 0, 0, 0, ProtoICMPv6}, b)
			if got != want {
				t.Fatalf("with a pseudo-header, %x: got %#04x, want %#04x", b, got, want)
			}
		}
	}
}
