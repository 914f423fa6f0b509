package icmp

import (
	"math/rand/v2"
	"slices"
	"testing"

	"icmpdump/internal/forge"
)

// checkPlain holds p, decoded from a frame that has a plain way through it or none, to what the
// way of all others makes of it: with nothing known beforehand, and with all that may be.
func checkPlain(t *testing.T, p *Packet, link Link, b []byte, wire int) {
	t.Helper()
	var slow Packet
	if decodeAny(&slow, link, b, wire); slow != *p {
		t.Fatalf("straight on, and as any frame:\n%+v\n%+v", *p, slow)
	}
	datagram, wire := b[min(int(p.net), len(b)):], wire-int(p.net)
	for _, in := range []Packet{
		{},
		{Time: 1, Number: 2, Iface: 3, Dir: DirMulticast, Sum: SumUnverified, VLAN: [2]uint16{4}, Tags: 1, Flags: FlagUntimed},
	} {
		for _, tt := range []struct {
			version     int
			plain, slow func(*Packet, []byte, int) Status
		}{{4, ip4, anyIP4}, {6, ip6, anyIP6}} {
			got, want := in, in
			got.Status, want.Status = tt.plain(&got, datagram, wire), tt.slow(&want, datagram, wire)
			if got != want {
				t.Fatalf("as IPv%d, plain and slow:\n%+v\n%+v", tt.version, got, want)
			}
		}
	}
}

// Of an echo, all bytes on which a way of its own could depend have all values.
func TestPlainEchoIsTheSlowOne(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 0))
	for _, tt := range []struct {
		link   string
		make   func(data []byte) []byte
		header int
	}{
		{ether4, func(data []byte) []byte { return echoOf(4, r, data).Datagram("10.0.0.1", "10.0.0.2") }, 28},
		{ether6, func(data []byte) []byte { return echoOf(6, r, data).Datagram("2001:db8::1", "2001:db8::2") }, 48},
	} {
		for n := range 70 {
			b := slices.Concat(forge.Hex(tt.link), tt.make(randomBytes(r, n)))
			check(t, LinkEthernet, b, len(b))
			var p Packet
			if Decode(&p, LinkEthernet, b, len(b)); p.Sum != SumGood || !p.Plain() {
				t.Fatalf("an echo of %d bytes: %+v", n, p)
			}
			check(t, LinkEthernet, append(b, 0, 1, 2, 3), len(b)+4) // padding
			check(t, LinkEthernet, b, len(b)+9)                     // more on the wire
		}
		b := slices.Concat(forge.Hex(tt.link), tt.make(randomBytes(r, 9)))
		for at := range 14 + tt.header {
			for v := range 256 {
				old := b[at]
				b[at] = byte(v)
				check(t, LinkEthernet, b, len(b))
				b[at] = old
			}
		}
		for n := range b {
			check(t, LinkEthernet, b[:n], n)
			check(t, LinkEthernet, b[:n], len(b))
		}
	}
}

func TestSumAndHashIsBoth(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 0))
	for n := range 300 {
		for _, b := range [][]byte{randomBytes(r, n), slices.Repeat([]byte{0xff}, n), make([]byte, n)} {
			for _, acc := range []uint64{0, ^uint64(0), r.Uint64()} {
				total, hashed := sumAndHash(acc, b)
				if got, want := fold(total), fold(sum(acc, b)); got != want {
					t.Fatalf("%x behind %#x: sum %#04x, want %#04x", b, acc, got, want)
				}
				if want := hash(b); hashed != want {
					t.Fatalf("%x: hash %#08x, want %#08x", b, hashed, want)
				}
			}
		}
	}
}

func randomBytes(r *rand.Rand, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}
