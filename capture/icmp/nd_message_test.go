package icmp

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"icmpdump/internal/forge"
)

// ndMessage decodes an ICMPv6 message from 2001:db8::1 to 2001:db8::2. Its checksum is nobody's.
func ndMessage(t *testing.T, hex string) (p Packet, msg []byte) {
	t.Helper()
	msg = forge.Hex(hex)
	b := append(forge.Hex(fmt.Sprintf("60000000 %04x 3a ff\n", len(msg))+ip6Addrs), msg...)
	Decode(&p, LinkRaw, b, len(b))
	return p, msg
}

func TestNDMessages(t *testing.T) {
	for _, tt := range []struct {
		name, hex string
		view      func(p *Packet, msg []byte) any
		want      any
	}{
		{"router advertisement", `8600 0000 40 e8 0708 00007530 000003e8`,
			func(p *Packet, msg []byte) any { return of(p.RouterAdvert6(msg)) },
			RouterAdvert6{HopLimit: 64, Flags: RAManaged | RAOther | RAHomeAgent | 0x08, Lifetime: 1800, Reachable: 30000, Retrans: 1000}},
		{"neighbor advertisement", `8800 0000 60000000 20010db8000000000000000000000009`,
			func(p *Packet, _ []byte) any { return of(p.NeighborFlags()) }, uint8(NASolicited | NAOverride)},
		{"mobile prefix advertisement", `9300 0000 0007 c000`,
			func(p *Packet, _ []byte) any { return of(p.MobileFlags()) }, uint8(RAManaged | RAOther)},
		{"home agents, and half of one", `9100 0000 0007 0000 20010db8000000000000000000000009 20010db800000000`,
			func(p *Packet, msg []byte) any { l, _ := p.HomeAgents(msg); return []any{l.Len(), l.At(0), l.Whole()} },
			[]any{1, v6(9), false}},
		{"certification path solicitation", `9400 0000 0007 ffff`,
			func(p *Packet, msg []byte) any { return of(p.CertPath(msg)) }, CertPath{ID: 7, Component: 65535}},
		{"certification path advertisement", `9500 0000 0007 0003 0002 0000`,
			func(p *Packet, msg []byte) any { return of(p.CertPath(msg)) }, CertPath{ID: 7, All: 3, Component: 2}},
		{"proxy router advertisement", `9a00 0000 03 00 0007`,
			func(p *Packet, _ []byte) any { return of(p.FastHandover()) }, FastHandover{Subtype: HandoverAdvert, ID: 7}},
		{"duplicate address request", `9d00 0000 01 00 003c 0200000000000001 20010db8000000000000000000000009`,
			func(p *Packet, msg []byte) any { return of(p.DuplicateAddr(msg)) },
			DuplicateAddr{Status: 1, Lifetime: 60, ROVR: []byte{2, 7: 1}, Addr: v6(9)}},
		{"extended duplicate address confirmation", `9e02 0000 00 05 003c 0200000000000001 0000000000000002 20010db8000000000000000000000009`,
			func(p *Packet, msg []byte) any { return of(p.DuplicateAddr(msg)) },
			DuplicateAddr{TID: 5, Lifetime: 60, ROVR: []byte{2, 7: 1, 15: 2}, Addr: v6(9), Extended: true}},
		{"ROVR of a length that is none", `9d05 0000 00 05 003c` + strings.Repeat("00", 56),
			func(p *Packet, msg []byte) any { return of(p.DuplicateAddr(msg)) }, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p, msg := ndMessage(t, tt.hex)
			if p.Status != OK {
				t.Errorf("verdict %v", p.Status)
			}
			if diff := cmp.Diff(tt.want, tt.view(&p, msg)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestRoutePref(t *testing.T) {
	for flags, want := range map[uint8]RoutePref{0xe7: PrefMedium, 0x08: PrefHigh, 0x10: PrefReserved, 0x18: PrefLow} {
		if got := RoutePrefOf(flags); got != want {
			t.Errorf("%#x: got %d, want %d", flags, got, want)
		}
	}
}

// The types of message that have options, each with what stands before them.
var ndHeads = map[string]string{
	"router solicitation":               `8500 0000 00000000`,
	"router advertisement":              `8600 0000 40 00 0708 00000000 00000000`,
	"neighbor solicitation":             `8700 0000 00000000 20010db8000000000000000000000009`,
	"neighbor advertisement":            `8800 0000 60000000 20010db8000000000000000000000009`,
	"redirect":                          `8900 0000 00000000 20010db8000000000000000000000009 20010db8000000000000000000000007`,
	"inverse neighbor solicitation":     `8d00 0000 00000000`,
	"inverse neighbor advertisement":    `8e00 0000 00000000`,
	"mobile prefix advertisement":       `9300 0000 0007 0000`,
	"certification path solicitation":   `9400 0000 0007 ffff`,
	"certification path advertisement":  `9500 0000 0007 0003 0002 0000`,
	"router solicitation for proxy adv": `9a00 0000 02 00 0007`,
}

// The row of docs/decoding.md, for every type: what stands before the fault is kept.
func TestNDOptionOfLength0OrPastTheEnd(t *testing.T) {
	for name, head := range ndHeads {
		for _, tt := range []struct {
			name, options string
			want          Status
			kept, fault   int
		}{
			{"none", ``, OK, 0, 0},
			{"two", `01 01 020000000001 0e 01 010203040506`, OK, 2, 0},
			{"ND option of length 0", `01 01 020000000001 03 00 0000 00000000`, MalformedOption, 1, 8},
			{"past the end", `01 01 020000000001 03 02 0000 00000000`, MalformedOption, 1, 8},
			{"half a header", `01 01 020000000001 03`, MalformedOption, 1, 1},
			{"unknown ones are skipped", `c8 01 020000000001 01 01 020000000001`, OK, 2, 0},
		} {
			p, msg := ndMessage(t, head+"\n"+tt.options)
			opts, _ := p.NDOptions(msg)
			kept := 0
			for _, ok := opts.Next(); ok; _, ok = opts.Next() {
				kept++
			}
			if p.Status != tt.want || kept != tt.kept || len(opts.Fault()) != tt.fault {
				t.Errorf("%s, %s: got %v, %d options, %d bytes left; want %v, %d, %d",
					name, tt.name, p.Status, kept, len(opts.Fault()), tt.want, tt.kept, tt.fault)
			}
		}
	}
}

// Cut at any byte, a message keeps the options that are whole, and what it lacks is the
// capture's fault.
func TestNDCutAtEveryByte(t *testing.T) {
	for name, head := range ndHeads {
		msg := forge.Hex(head + ` 01 01 020000000001 0e 02 0102030405060708090a0b0c0d0e`)
		before := len(msg) - 24
		b := append(forge.Hex(fmt.Sprintf("60000000 %04x 3a ff\n", len(msg))+ip6Addrs), msg...)
		for n := 1; n < len(msg); n++ {
			check(t, LinkRaw, b[:40+n], len(b))
			var p Packet
			Decode(&p, LinkRaw, b[:40+n], len(b))
			opts, _ := p.NDOptions(msg[:n])
			kept := 0
			for _, ok := opts.Next(); ok; _, ok = opts.Next() {
				kept++
			}
			want := 0
			if n >= before+8 {
				want = 1
			}
			if p.Status != Truncated || kept != want {
				t.Errorf("%s of %d bytes: %v, %d options; want %d", name, n, p.Status, kept, want)
			}
		}
	}
}

// The options of a first fragment go on in the next one.
func TestNDOptionsOfFragment(t *testing.T) {
	b := forge.Hex("60000000 0018 2c ff \n" + ip6Addrs + `
		3a 00 0001 00000007          # fragment header, offset 0, more
		8500 0000 00000000           # router solicitation
		03 04 40 c0 00278d00         # the first 8 bytes of 32`)
	var p Packet
	if st := Decode(&p, LinkRaw, b, len(b)); st != OK {
		t.Errorf("got %v", st)
	}
	check(t, LinkRaw, b, len(b))
}

func TestNames(t *testing.T) {
	long := strings.Repeat("3f"+strings.Repeat("61", 63), 3)
	for _, tt := range []struct {
		name, hex string
		want      []string
		whole     bool
	}{
		{"none", `0000000000000000`, nil, true},
		{"two, padded", `01 61 02 6263 00 01 64 00 0000`, []string{"a.bc.", "d."}, true},
		{"filling it", `01 61 00 01 62 00`, []string{"a.", "b."}, true},
		{"no end", `01 61 00 01 62`, []string{"a."}, false},
		{"a label past the end", `01 61 00 05 62`, []string{"a."}, false},
		{"a pointer", `01 61 00 c000`, []string{"a."}, false},
		{"padding, and something behind it", `01 61 00 00 01 62 00`, []string{"a."}, false},
		{"255 bytes", long + `3d` + strings.Repeat("61", 61) + `00`, []string{strings.Repeat(strings.Repeat("a", 63)+".", 3) + strings.Repeat("a", 61) + "."}, true},
		{"256 bytes", long + `3e` + strings.Repeat("61", 62) + `00`, nil, false},
	} {
		names := Names{forge.Hex(tt.hex)}
		var got []string
		for name, ok := names.Next(); ok; name, ok = names.Next() {
			var s string
			for label, ok := name.Next(); ok; label, ok = name.Next() {
				s += string(label) + "."
			}
			got = append(got, s)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" || names.Whole() != tt.whole {
			t.Errorf("%s: whole is %v (-want +got)\n%s", tt.name, names.Whole(), diff)
		}
	}
}
