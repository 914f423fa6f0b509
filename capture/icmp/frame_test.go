package icmp

import (
	"bytes"
	"testing"

	"icmpdump/internal/forge"
)

// A frame is taken apart where the decoder found its parts.
func TestFrame(t *testing.T) {
	for _, tt := range []struct {
		name                    string
		link                    Link
		before, header, message string
		behind                  string
		wire, missing           int // wire is 0: as long as the frame
		plain                   bool
	}{
		{name: "IPv4", link: LinkRaw, header: `4500 0020 1234 4000 40 01 0000 0a000001 0a000002`,
			message: `0800 fbcc 4d2f 0003 c0ffee00`, plain: true},
		{name: "behind a tag, with padding", link: LinkEthernet,
			before:  `020000000002 020000000001 8100 0007 0800`,
			header:  `4500 0020 1234 4000 40 01 0000 0a000001 0a000002`,
			message: `0800 fbcc 4d2f 0003 c0ffee00`, behind: `000000000000`, plain: true},
		{name: "with options", link: LinkRaw, header: `4600 0024 1234 4000 40 01 0000 0a000001 0a000002 94040000`,
			message: `0800 fbcc 4d2f 0003 c0ffee00`},
		{name: "cut short by the capture", link: LinkRaw, header: `4500 0020 1234 4000 40 01 0000 0a000001 0a000002`,
			message: `0800 fbcc 4d`, wire: 32},
		{name: "cut short before that", link: LinkRaw, header: `4500 0020 1234 4000 40 01 0000 0a000001 0a000002`,
			message: `0800 fbcc 4d`, wire: 26, missing: 6},
		{name: "later fragment", link: LinkRaw, header: `4500 0020 1234 0003 40 01 0000 0a000001 0a000002`,
			behind: `0800 fbcc 4d2f 0003 c0ffee00`},
		{name: "IPv6", link: LinkRaw, header: `60000000 000c 3a 40` + ip6Addrs, message: echo6, plain: true},
		{name: "behind extension headers", link: LinkRaw, header: `60000000 001c 00 40` + ip6Addrs + `
			3c00 0104 00000000 3a00 0104 00000000`, message: echo6},
		{name: "of another type", link: LinkRaw, header: `4500 0020 1234 4000 40 01 0000 0a000001 0a000002`,
			message: `0d00 f6cc 4d2f 0003 c0ffee00`},
		{name: "no ICMP", link: LinkRaw, behind: `4500 0020 1234 4000 40 11 0000 0a000001 0a000002`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			before, header, message := forge.Hex(tt.before), forge.Hex(tt.header), forge.Hex(tt.message)
			f := Frame{Data: bytes.Join([][]byte{before, header, message, forge.Hex(tt.behind)}, nil), Link: tt.link}
			if f.Wire = tt.wire; tt.wire == 0 {
				f.Wire = len(f.Data)
			}
			var p Packet
			Decode(&p, f.Link, f.Data, f.Wire)
			if got := p.Header(&f); !bytes.Equal(got, header) {
				t.Errorf("header %x, want %x", got, header)
			}
			if got := p.Message(&f); !bytes.Equal(got, message) {
				t.Errorf("message %x, want %x", got, message)
			}
			if got := p.Missing(&f); got != tt.missing {
				t.Errorf("%d bytes missing, want %d", got, tt.missing)
			}
			if got := p.Plain(); got != tt.plain {
				t.Errorf("plain: %v, want %v", got, tt.plain)
			}
		})
	}
}

// Of a jumbogram whose message begins behind 64 KiB of headers there is no telling where.
func TestFrameTooFar(t *testing.T) {
	head := forge.Hex("60000000 0000 00 40 \n" + ip6Addrs + `
		3c 00 c2 04 00011170 # hop-by-hop, jumbo payload 70000`)
	data := make([]byte, 40+70_000)
	copy(data, head)
	at := len(head)
	for ; at < tooFar; at += 2048 {
		data[at], data[at+1] = protoDstOpts, 255
	}
	data[at-2048] = ProtoICMPv6
	data[at] = Type6Echo
	f := Frame{Data: data, Wire: len(data), Link: LinkRaw}
	var p Packet
	if st := Decode(&p, f.Link, f.Data, f.Wire); st != OK || p.Type != Type6Echo {
		t.Fatalf("%v, type %d", st, p.Type)
	}
	if p.Message(&f) != nil || p.Header(&f) != nil || len(p.Datagram(&f)) != len(data) {
		t.Errorf("message %d bytes, header %d, datagram %d of %d",
			len(p.Message(&f)), len(p.Header(&f)), len(p.Datagram(&f)), len(data))
	}
}
