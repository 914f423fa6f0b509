package forge

import (
	"bytes"
	"encoding/hex"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
)

// What a document draws, byte by byte.
func TestParts(t *testing.T) {
	for _, tt := range []struct {
		name string
		got  []byte
		want string
	}{
		{"MPLS", MPLS(layers.MPLS{Label: 16, TTL: 1}, layers.MPLS{Label: 0xfffff, TrafficClass: 7, TTL: 255}), "000c 01 01 00010001 ffffffff"},
		{"extension", Extension(Object(200, 9, []byte{1, 2})), "2000 16ee 0006 c8 09 0102"},
		{"interface", InterfaceInfo(Interface{Role: 2, Index: 7, Addr: "192.0.2.1", Name: "eth0", MTU: 1500}),
			"001c 02 8f 00000007 00010000 c0000201 08 65746830 000000 000005dc"},
		{"interface by name", ByName("eth00"), "000c 03 01 65746830 30000000"},
		{"interface by address", ByAddr("2001:db8::1"), "0018 03 03 0002 10 00 20010db8000000000000000000000001"},
		{"mobility agent", MobileAgent(1, 600, 0x8000, "192.0.2.1"), "10 0a 0001 0258 8000 c0000201"},
		{"prefix", NDPrefix("2001:db8::", 64, 0xc0, 86400, 14400), "03 04 40 c0 00015180 00003840 00000000 20010db8000000000000000000000000"},
		{"route of no prefix", NDRoute("::", 0, 1, 60), "18 01 00 08 0000003c"},
		{"route of 64 bits", NDRoute("2001:db8::", 64, 3, 60), "18 02 40 18 0000003c 20010db800000000"},
		{"DNS search list", NDDNSSL(60, "a.example", "b"), "1f 03 0000 0000003c 01 61 07 6578616d706c65 00 01 62 00 0000"},
		{"PREF64", NDPREF64("64:ff9b::", 0, 600), "26 02 0258 0064ff9b0000000000000000"},
		{"nonce", NDNonce([]byte{1, 2, 3, 4, 5, 6}), "0e 01 010203040506"},
		{"source address list", NDAddressList(9, "fe80::1"), "09 03 000000000000 fe800000000000000000000000000001"},
		{"echo request", Query4(8, 0x4d2f, 3, []byte{0xc0, 0xff, 0xee, 0}).Bytes("", ""), "0800 fbcc 4d2f 0003 c0ffee00"},
		{"echo request 6", Echo6(128, 0x4d2f, 3, []byte{0xc0, 0xff, 0xee, 0}).Bytes("2001:db8::1", "2001:db8::2"), "8000 2811 4d2f 0003 c0ffee00"},
		{"probe", Probe(4, 1, 2, true, ByIndex(7)).Bytes("", ""), "2a00 d3fd 0001 02 01 2000 dcee 0008 03 02 00000007"},
	} {
		want, err := hex.DecodeString(strings.ReplaceAll(tt.want, " ", ""))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(tt.got, want) {
			t.Errorf("%s: got %x, want %x", tt.name, tt.got, want)
		}
	}
}

// An error's quote is long enough for an extension, and says how long it is.
func TestErrorQuote(t *testing.T) {
	object := MPLS(layers.MPLS{Label: 16})
	for _, tt := range []struct{ quote, want4, want6 int }{{28, 128, 128}, {128, 128, 128}, {129, 132, 136}} {
		quote := make([]byte, tt.quote)
		m4, m6 := Error4(3, 4, 1400, quote, object), Error6(1, 0, 0, quote, object)
		if got := int(m4.Body[1]) * 4; got != tt.want4 || len(m4.Body) != 4+got+4+8 {
			t.Errorf("quote of %d: %d bytes in a body of %d, want %d", tt.quote, got, len(m4.Body), tt.want4)
		}
		if got := int(m6.Body[0]) * 8; got != tt.want6 || len(m6.Body) != 4+got+4+8 {
			t.Errorf("quote of %d in IPv6: %d bytes in a body of %d, want %d", tt.quote, got, len(m6.Body), tt.want6)
		}
	}
}

// The same seed makes the same frames, and among them are messages of every type.
func TestRandom(t *testing.T) {
	a, b := rand.New(rand.NewPCG(1, 2)), rand.New(rand.NewPCG(1, 2))
	for i := range 1000 {
		if !bytes.Equal(Random(a), Random(b)) {
			t.Fatalf("frame %d is another", i)
		}
	}
	names := map[string]bool{}
	seen := map[int]*[256]bool{4: {}, 6: {}}
	for _, k := range Kinds {
		if names[k.Name] {
			t.Errorf("two kinds are called %q", k.Name)
		}
		names[k.Name] = true
		for range 3000 {
			m := k.Message(a)
			seen[m.Version][m.Type] = true
		}
	}
	for version, types := range seen {
		for typ, ok := range types {
			if nobodys := version == 6 && (typ == 150 || typ == 159); ok == nobodys {
				t.Errorf("IPv%d type %d: made is %v", version, typ, ok)
			}
		}
	}
}

// Every link type has frames that gopacket finds the same datagram in.
func TestLink(t *testing.T) {
	for _, version := range []int{4, 6} {
		m, src, dst, layer := Query4(8, 1, 2), "10.0.0.1", "10.0.0.2", layers.LayerTypeICMPv4
		if version == 6 {
			m, src, dst, layer = Echo6(128, 1, 2, nil), "fd00::1", "fd00::2", layers.LayerTypeICMPv6
		}
		datagram := m.Datagram(src, dst)
		for _, link := range Links {
			for tags := range 4 {
				frame := Link(link, datagram, []uint16{1, 2, 3}[:tags]...)
				p := gopacket.NewPacket(frame, link, gopacket.Default)
				if l := p.Layer(layer); l == nil || p.ErrorLayer() != nil {
					t.Errorf("%v: no message in %x: %v", link, frame, p)
				}
				if !bytes.Contains(frame, datagram) {
					t.Errorf("%v: the datagram is another: %x", link, frame)
				}
				if link != layers.LinkTypeEthernet {
					break
				}
			}
		}
	}
}

// Damage is a copy's.
func TestDamaged(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	frame := Random(r)
	kept := slices.Clone(frame)
	whole, short := 0, 0
	for range 100 {
		switch b := Damaged(r, frame); {
		case len(b) > len(frame):
			t.Fatalf("%d bytes of %d", len(b), len(frame))
		case len(b) < len(frame):
			short++
		case !bytes.Equal(b, frame):
			whole++
		}
	}
	if whole == 0 || short == 0 || !bytes.Equal(frame, kept) {
		t.Errorf("%d are changed, %d are short, and the frame is %x, was %x", whole, short, frame, kept)
	}
}
