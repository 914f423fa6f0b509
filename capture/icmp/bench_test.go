package icmp

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"

	"icmpdump/internal/forge"
)

// A maker makes a datagram of contents that vary, with 56 bytes of data.
type maker func(r *rand.Rand, data []byte) []byte

// benchmarks are what Decode meets.
var benchmarks = []struct {
	name, link string
	make       maker
}{
	{"echo4", ether4, func(r *rand.Rand, data []byte) []byte {
		return echoOf(4, r, data).Datagram(fmt.Sprint("10.0.0.", r.IntN(256)), "10.0.0.2")
	}},
	{"echo6", ether6, func(r *rand.Rand, data []byte) []byte {
		return echoOf(6, r, data).Datagram(fmt.Sprintf("2001:db8::%x", r.IntN(65536)), "2001:db8::2")
	}},
	{"error4", ether4, func(r *rand.Rand, data []byte) []byte {
		return forge.Error4(3, 3, 0, udpOf("10.0.0.1", r, data)).Datagram("192.0.2.9", "10.0.0.1")
	}},
	{"error6", ether6, func(r *rand.Rand, data []byte) []byte {
		return forge.Error6(1, 4, 0, udpOf("2001:db8::1", r, data)).Datagram("2001:db8::9", "2001:db8::1")
	}},
	{"udp4", ether4, func(r *rand.Rand, data []byte) []byte { return udpOf("10.0.0.1", r, data) }},
}

func echoOf(version int, r *rand.Rand, data []byte) forge.Message {
	if version == 6 {
		return forge.Message6(Type6Echo, 0, r.Uint32(), data)
	}
	return forge.Message4(TypeEcho, 0, r.Uint32(), data)
}

func udpOf(src string, r *rand.Rand, data []byte) []byte {
	udp := &layers.UDP{SrcPort: layers.UDPPort(r.IntN(65536)), DstPort: 53}
	if strings.Contains(src, ":") {
		return forge.Frame(forge.IP6(src, "2001:db8::9"), udp, gopacket.Payload(data))
	}
	return forge.Frame(forge.IP4(src, "192.0.2.9"), udp, gopacket.Payload(data))
}

func BenchmarkDecode(b *testing.B) {
	for _, tt := range benchmarks {
		b.Run(tt.name, func(b *testing.B) {
			r := rand.New(rand.NewPCG(3, 0))
			frames := make([][]byte, 64)
			for i := range frames {
				frames[i] = slices.Concat(forge.Hex(tt.link), tt.make(r, randomBytes(r, 56)))
			}
			var p Packet
			for i := 0; b.Loop(); i++ {
				p = Packet{}
				f := frames[i%len(frames)]
				Decode(&p, LinkEthernet, f, len(f))
			}
		})
	}
}

func BenchmarkSum(b *testing.B) {
	for _, size := range []int{12, 64, 508, 1480} {
		data := make([]byte, size)
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			var acc uint64
			for b.Loop() {
				acc = sum(acc, data)
			}
		})
	}
}
