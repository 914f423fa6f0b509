package icmp

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"icmpdump/internal/forge"
)

// The row of what bad input must produce that is about quotes: the header length is honoured,
// ports are those of a first fragment, and only if they are there.
func TestQuotes(t *testing.T) {
	src, dst := v4(10, 0, 0, 1), v4(192, 0, 2, 9)
	udp := Quote{Src: src, Dst: dst, Proto: ProtoUDP, SrcPort: 40104, DstPort: 53, Level: QuotePorts}
	header := func(proto uint8) Quote { return Quote{Src: src, Dst: dst, Proto: proto, Level: QuoteHeader} }
	header6 := func(proto uint8) Quote { return Quote{Src: v6(1), Dst: v6(2), Proto: proto, Level: QuoteHeader} }
	udp6 := Quote{Src: v6(1), Dst: v6(2), Proto: ProtoUDP, SrcPort: 40104, DstPort: 53, Level: QuotePorts}
	const ports = "9ca8 0035 001c 0000"
	for _, tt := range []struct {
		name, quoted string
		version      uint8
		want         Quote
		header       int // bytes of it
		payload      int // -1: there is none
	}{
		{"nothing", "", 4, Quote{}, 0, -1},
		{"quote shorter than its own header", "4500 0030 0001 0000 01 11 0000 0a000001 c00002", 4, Quote{}, 0, -1},
		{"quote shorter than its own header, by its length", "4700 0030 0001 0000 01 11 0000 0a000001 c0000209 94040000", 4, header(17), 24, -1},
		{"header length below 5", "4400 0030 0001 0000 01 11 0000 0a000001 c0000209" + ports, 4, Quote{}, 0, -1},
		{"another version", "6500 0030 0001 0000 01 11 0000 0a000001 c0000209" + ports, 4, Quote{}, 0, -1},
		{"no ports", "4500 0030 0001 0000 01 11 0000 0a000001 c0000209 9ca800", 4, header(17), 20, 3},
		{"with IP options", "4600 0034 0001 0000 01 11 0000 0a000001 c0000209 94040000" + ports, 4, udp, 24, 8},
		{"a first fragment", "4500 0030 0001 2000 01 11 0000 0a000001 c0000209" + ports, 4, udp, 20, 8},
		{"a fragment", "4500 0030 0001 2001 01 11 0000 0a000001 c0000209" + ports, 4, header(17), 20, -1},
		{"authentication", "4500 0048 0001 0000 01 33 0000 0a000001 c0000209 11 04 0000 00000001 00000001 000000000000000000000000" + ports, 4, udp, 44, 8},
		{"authentication cut short", "4500 0048 0001 0000 01 33 0000 0a000001 c0000209 11 04 0000 00000001", 4, header(17), 20, -1},
		{"ESP", "4500 0048 0001 0000 01 32 0000 0a000001 c0000209" + ports, 4, header(50), 20, 8},
		{"an IPv6 datagram shorter than its own header", "60000000 0030 11 01" + "20010db8000000000000000000000001 20010db8", 6, Quote{}, 0, -1},
		{"no extension chain", "60000000 0030 11 01" + ip6Addrs + ports, 6, udp6, 40, 8},
		{"an extension chain", "60000000 0030 00 01" + ip6Addrs + "3c00010400000000 3301010400000000 0000000000000000 11 01 0000 00000001 00000001" + ports, 6, udp6, 76, 8},
		{"an extension chain cut short", "60000000 0030 00 01" + ip6Addrs + "3c00010400000000 11010104000000", 6, header6(60), 48, -1},
		{"an extension chain that runs past the end", "60000000 0030 00 01" + ip6Addrs + "1101010400000000", 6, header6(17), 40, -1},
		{"a first fragment of IPv6", "60000000 0030 2c 01" + ip6Addrs + "1100 0001 00000001" + ports, 6, udp6, 48, 8},
		{"a fragment of IPv6", "60000000 0030 2c 01" + ip6Addrs + "1100 0009 00000001" + ports, 6, header6(17), 40, -1},
		{"ESP in IPv6", "60000000 0030 32 01" + ip6Addrs + ports, 6, header6(50), 40, 8},
	} {
		t.Run(tt.name, func(t *testing.T) {
			typ := uint8(TypeTimeExceeded)
			if tt.version == 6 {
				typ = Type6TimeExceeded
			}
			f := Frame{Data: errorFrame(t, tt.version, typ, 0, 0, tt.quoted, ""), Link: LinkRaw}
			f.Wire = len(f.Data)
			var p Packet
			if st := Decode(&p, f.Link, f.Data, f.Wire); st != OK {
				t.Errorf("verdict %v", st)
			}
			if diff := cmp.Diff(tt.want, p.Quoted()); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			d, ok := p.QuotedDatagram(p.Message(&f))
			if ok != (tt.want.Level > QuoteNone) || len(d.Header) != tt.header || len(d.Payload) != max(0, tt.payload) || (d.Payload == nil) != (tt.payload < 0) {
				t.Errorf("%v, header of %d bytes, payload of %d: %+v", ok, len(d.Header), len(d.Payload), d)
			}
		})
	}
}

func TestQuotedDatagram(t *testing.T) {
	for _, tt := range []struct {
		version uint8
		quoted  string
		want    Datagram
	}{
		{4, "4528 05dc 1234 2000 07 06 0000 0a000001 c0000209 9ca80050 11223344", Datagram{
			Src: v4(10, 0, 0, 1), Dst: v4(192, 0, 2, 9), Length: 1480, Frag: 1, Version: 4, Proto: 6,
			Header:  forge.Hex("4528 05dc 1234 2000 07 06 0000 0a000001 c0000209"),
			Payload: forge.Hex("9ca80050 11223344")}},
		{4, "4528 05dc 1234 0003 07 06 0000 0a000001 c0000209 9ca80050 11223344", Datagram{
			Src: v4(10, 0, 0, 1), Dst: v4(192, 0, 2, 9), Length: 1480, Frag: 24, Version: 4, Proto: 6,
			Header: forge.Hex("4528 05dc 1234 0003 07 06 0000 0a000001 c0000209")}},
		{6, "6bc00001 0014 2c 07" + ip6Addrs + "0600 0009 00000001 9ca80050 11223344", Datagram{
			Src: v6(1), Dst: v6(2), Length: 20, Frag: 9, Version: 6, Proto: 6,
			Header: forge.Hex("6bc00001 0014 2c 07" + ip6Addrs)}},
	} {
		f := Frame{Data: errorFrame(t, tt.version, 3, 0, 0, tt.quoted, ""), Link: LinkRaw}
		f.Wire = len(f.Data)
		var p Packet
		Decode(&p, f.Link, f.Data, f.Wire)
		got, ok := p.QuotedDatagram(p.Message(&f))
		if diff := cmp.Diff(tt.want, got); diff != "" || !ok {
			t.Errorf("%v (-want +got)\n%s", ok, diff)
		}
	}
}

// Identifier and sequence number of a quoted message are those that it has as a Packet, if it has
// both: those of PROBE too, whose sequence number is a byte.
func TestQuotedIDAndSeq(t *testing.T) {
	for _, version := range []uint8{4, 6} {
		for typ := range 256 {
			for size := range 13 { // bytes of the message
				msg := []byte{byte(typ), 0, 0, 0, 0x4d, 0x2f, 0x07, 0x81, 0xc0, 0xff, 0xee, 0}
				header := forge.Hex("4500 0020 0001 0000 40 01 0000 0a000001 0a000002")
				if version == 6 {
					header = forge.Hex("60000000 000c 3a 40" + ip6Addrs)
				}
				quoted := append(header, msg[:size]...)
				var p, e Packet
				Decode(&p, LinkRaw, quoted, len(header)+len(msg))
				msg = append([]byte{TypeTimeExceeded, 0, 0, 0, 0, 0, 0, 0}, quoted...)
				if version == 6 {
					msg[0] = Type6TimeExceeded
				}
				e.Version, e.Length = version, uint32(len(msg))
				message(&e, msg, len(msg), 0)

				id, hasID := p.ID()
				seq, hasSeq := p.Seq()
				want := Quote{Src: p.Src, Dst: p.Dst, Proto: ProtoICMP, Level: QuoteHeader}
				if version == 6 {
					want.Proto = ProtoICMPv6
				}
				if hasID && hasSeq {
					want.Type, want.SrcPort, want.DstPort, want.Level = p.Type, id, seq, QuotePorts
				}
				if got := e.Quoted(); got != want {
					t.Errorf("IPv%d, type %d, %d bytes: got %+v, want %+v", version, typ, size, got, want)
				}
			}
		}
	}
}

// An ICMPv6 error of a type that nobody knows may have anything behind its header.
func TestUnknownErrorQuotesNothing(t *testing.T) {
	for _, typ := range []uint8{0, 5, 127} {
		f := Frame{Data: errorFrame(t, 6, typ, 0, 0, quoted6, ""), Link: LinkRaw}
		f.Wire = len(f.Data)
		var p Packet
		if st := Decode(&p, f.Link, f.Data, f.Wire); st != OK || !p.IsError() {
			t.Errorf("type %d: verdict %v, error %v", typ, st, p.IsError())
		}
		if d, ok := p.QuotedDatagram(p.Message(&f)); ok || p.Quoted() != (Quote{}) {
			t.Errorf("type %d: got %+v and %+v", typ, p.Quoted(), d)
		}
	}
}
