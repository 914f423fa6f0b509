package icmp

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"

	"icmpdump/internal/forge"
)

// checkLink holds what is said of a link header to what is true of any.
func checkLink(t *testing.T, p *Packet, f *Frame, datagram []byte) {
	t.Helper()
	src, dst := f.LinkAddrs()
	if !bytes.Contains(f.Data, src) || !bytes.Contains(f.Data, dst) {
		t.Fatalf("addresses %x, %x", src, dst)
	}
	_, hasType := f.EtherType()
	if _, hasFamily := f.Family(); hasFamily && hasType {
		t.Fatal("a family and an EtherType")
	}
	if llc, length := p.LLC(f); length < len(llc) || len(llc) != 0 && len(llc) != 3 && len(llc) != 8 {
		t.Fatalf("logical link control of %d bytes", len(llc))
	}
	n := 0
	tags := p.LinkTags(f)
	for _, ok := tags.Next(); ok; _, ok = tags.Next() {
		n++
	}
	if p.Status != NotICMP && min(n, 0xff) != int(p.Tags) {
		t.Fatalf("%d tags, and the packet says %d", n, p.Tags)
	}
	if !bytes.HasPrefix(p.LinkPayload(f), datagram) {
		t.Fatalf("datagram %x, payload %x", datagram, p.LinkPayload(f))
	}
	if whole := p.AppendWhole(nil, f); !bytes.Equal(whole, f.Data) {
		t.Fatalf("whole %x, data %x", whole, f.Data)
	}
}

// The tag that the kernel took out is the first, and the frame can be put together again.
func TestLinkTags(t *testing.T) {
	const inline = `020000000002 020000000001 8100 000a 0800
		4500 0020 1234 4000 40 01 0000 0a000001 0a000002 0800 fbcc 4d2f 0003 c0ffee00`
	inner := Tag{TPID: 0x8100, ID: 10, Next: 0x0800}
	for _, tt := range []struct {
		name  string
		tpid  uint16
		tags  []Tag
		whole string
	}{
		{"in the frame", 0, []Tag{inner}, inline},
		{"in front of one in the frame", 0x88a8, []Tag{{0x88a8, 100, 3, true, 0x8100}, inner},
			`020000000002 020000000001 88a8 7064 8100 000a 0800
			4500 0020 1234 4000 40 01 0000 0a000001 0a000002 0800 fbcc 4d2f 0003 c0ffee00`},
	} {
		f := Frame{Data: forge.Hex(inline), Link: LinkEthernet, TPID: tt.tpid}
		var p Packet
		if tt.tpid != 0 {
			p.Tags, p.VLAN[0] = 1, 0x7064
		}
		if st := Decode(&p, f.Link, f.Data, len(f.Data)); st != OK {
			t.Fatal(st)
		}
		var got []Tag
		tags := p.LinkTags(&f)
		for tag, ok := tags.Next(); ok; tag, ok = tags.Next() {
			got = append(got, tag)
		}
		if diff := cmp.Diff(tt.tags, got); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", tt.name, diff)
		}
		if whole := p.AppendWhole(nil, &f); !bytes.Equal(whole, forge.Hex(tt.whole)) {
			t.Errorf("%s: whole %x", tt.name, whole)
		}
	}
}

func TestLinkAddrs(t *testing.T) {
	const ip = `4500 001c 0001 0000 40 01 0000 0a000001 0a000002 0000 b2cd 4d2f 0003`
	for _, tt := range []struct {
		name, frame string
		link        Link
		src, dst    string
		ethertype   uint16
		family      uint32
	}{
		{"Ethernet", ether4 + ip, LinkEthernet, "020000000001", "020000000002", 0x0800, 0},
		{"cooked", "0004 0001 0006 0200000000010000 0800" + ip, LinkSLL, "020000000001", "", 0x0800, 0},
		{"cooked, an address that is longer than its field", "0004 0001 0014 0200000000010203 0800" + ip, LinkSLL, "0200000000010203", "", 0x0800, 0},
		{"cooked, version 2", "0800 0000 00000001 0304 04 04 0200000000010000" + ip, LinkSLL2, "02000000", "", 0x0800, 0},
		{"null", "0000001e" + ip, LinkNull, "", "", 0, 30},
		{"loop", "02000000" + ip, LinkLoop, "", "", 0, 0x02000000},
		{"raw", ip, LinkRaw, "", "", 0, 0},
		{"Ethernet, cut short", "020000000002 020000000001 08", LinkEthernet, "", "", 0, 0},
	} {
		f := Frame{Data: forge.Hex(tt.frame), Link: tt.link}
		src, dst := f.LinkAddrs()
		if !bytes.Equal(src, forge.Hex(tt.src)) || !bytes.Equal(dst, forge.Hex(tt.dst)) {
			t.Errorf("%s: %x > %x", tt.name, src, dst)
		}
		ethertype, hasType := f.EtherType()
		family, hasFamily := f.Family()
		if ethertype != tt.ethertype || family != tt.family || hasType != (ethertype != 0) || hasFamily != (family != 0) {
			t.Errorf("%s: EtherType %04x, family %d", tt.name, ethertype, family)
		}
	}
}
