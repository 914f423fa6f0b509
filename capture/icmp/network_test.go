package icmp

import (
	"math/rand/v2"
	"testing"

	"icmpdump/internal/forge"
)

// Network finds the datagram where Decode finds it, of every link type.
func TestNetworkIsDecodes(t *testing.T) {
	same := func(f *Frame) {
		var p Packet
		Decode(&p, f.Link, f.Data, f.Wire)
		n, ok := f.Network()
		if p.Version == 0 {
			return
		}
		if version := map[uint16]uint8{EtherIPv4: 4, EtherIPv6: 6}[n.EtherType]; !ok || version != p.Version || n.At != int(p.net) || n.Dir != p.Dir || n.Iface != p.Iface {
			t.Errorf("got %+v, %v; decoded: version %d at %d, %d, interface %d: %x", n, ok, p.Version, p.net, p.Dir, p.Iface, f.Data)
		}
	}
	for link, b := range forge.Each(2) {
		same(&Frame{Data: b, Wire: len(b), Link: LinkEthernet + Link(link)})
	}
	r := rand.New(rand.NewPCG(5, 0))
	for range 2000 {
		b := forge.Random(r)
		if r.IntN(2) == 0 {
			b = forge.SNAP(b)
		}
		b = forge.Damaged(r, b)
		same(&Frame{Data: b, Wire: len(b), Link: LinkEthernet})
	}
}

// What types have is what packets of them have.
func TestTypesHaveIDAndSeq(t *testing.T) {
	for _, version := range []uint8{4, 6} {
		for typ := range 256 {
			p := Packet{Version: version, Type: uint8(typ), Got: 8, Rest: 0x1234abcd}
			_, hasID := p.ID()
			seq, hasSeq := p.Seq()
			want := 0
			if hasSeq {
				want = map[uint16]int{0xabcd: 16, 0xab: 8}[seq]
			}
			if got := SeqBits(version, uint8(typ)); got != want || HasID(version, uint8(typ)) != hasID {
				t.Errorf("IPv%d, type %d: %d bits, %v; a packet has %d, %v", version, typ, got, HasID(version, uint8(typ)), want, hasID)
			}
		}
	}
}
