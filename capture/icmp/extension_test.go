package icmp

import (
	"encoding/binary"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"icmpdump/internal/forge"
)

// quoted128 is quoted4 with padding up to the 128 bytes that RFC 4884 asks for, quoted6 likewise
// of IPv6.
var (
	quoted128 = quoted4 + strings.Repeat("00", 100) + "\n"
	quoted6   = `60000000 001c 11 01` + ip6Addrs + `9ca8 0035 001c 0000 # UDP, 40104 > 53
		` + strings.Repeat("00", 80) + "\n"
)

// Extension structures.
const (
	twoLabels = `2000 12ab          # version 2
		000c 01 01 05dc1301 00065140 # MPLS: 24001, TC 1, S, TTL 1, and 101, TC 0, S, TTL 64
	`
	unsentSum = `2000 0000          # version 2, no checksum
		0008 01 01 05dc1101            # MPLS: 24001
	`
)

// errorFrame is a frame with an error of that type, code and second word, which quotes and
// extends as the digits say. The checksum is right.
func errorFrame(t testing.TB, version, typ, code uint8, word uint32, quoted, extension string) []byte {
	t.Helper()
	msg := append([]byte{typ, code, 0, 0}, binary.BigEndian.AppendUint32(nil, word)...)
	msg = append(append(msg, forge.Hex(quoted)...), forge.Hex(extension)...)
	src, dst := v4(192, 0, 2, 9), v4(10, 0, 0, 1)
	header := forge.Hex(`4500 0000 0001 0000 40 01 0000 c0000209 0a000001`)
	var acc uint64
	if version == 6 {
		src, dst = v6(9), v6(1)
		header = append(append(forge.Hex(`60000000 0000 3a 40`), src[:]...), dst[:]...)
		binary.BigEndian.PutUint16(header[4:], uint16(len(msg)))
		acc = pseudo(&src, &dst, uint32(len(msg)))
	} else {
		binary.BigEndian.PutUint16(header[2:], uint16(20+len(msg)))
	}
	binary.BigEndian.PutUint16(msg[2:], ^fold(sum(acc, msg)))
	return append(header, msg...)
}

// objects are all that an extension structure has up to its end or fault.
func objects(e Extensions) (os []Object) {
	for o, ok := e.Next(); ok; o, ok = e.Next() {
		os = append(os, o)
	}
	return os
}

// The rows of what bad input must produce that are about RFC 4884.
func TestExtensions(t *testing.T) {
	label := Object{Class: 1, CType: 1, Length: 8, Data: []byte{0x05, 0xdc, 0x11, 0x01}}
	labels := Object{Class: 1, CType: 1, Length: 12, Data: []byte{0x05, 0xdc, 0x13, 0x01, 0x00, 0x06, 0x51, 0x40}}
	for _, tt := range []struct {
		name              string
		version, typ      uint8
		word              uint32
		quoted, extension string
		status            Status
		want              *Extensions // nil: there is none
		objects           []Object
	}{
		{"length in 32-bit words", 4, 11, 32 << 16, quoted128, unsentSum, OK,
			&Extensions{Version: 2, Sum: SumUnverified, Length: 12}, []Object{label}},
		{"unreachable", 4, 3, 32 << 16, quoted128, unsentSum, OK,
			&Extensions{Version: 2, Sum: SumUnverified, Length: 12}, []Object{label}},
		{"parameter problem, behind the pointer", 4, 12, 20<<24 | 32<<16, quoted128, unsentSum, OK,
			&Extensions{Version: 2, Sum: SumUnverified, Length: 12}, []Object{label}},
		{"length in 64-bit words", 6, 3, 16 << 24, quoted6, unsentSum, OK,
			&Extensions{Version: 2, Sum: SumUnverified, Length: 12}, []Object{label}},
		{"unreachable, of IPv6", 6, 1, 16 << 24, quoted6, unsentSum, OK,
			&Extensions{Version: 2, Sum: SumUnverified, Length: 12}, []Object{label}},
		{"all labels, and a checksum that is right", 4, 11, 32 << 16, quoted128, twoLabels, OK,
			&Extensions{Version: 2, Checksum: 0x12ab, Sum: SumBad, Length: 16}, []Object{labels}},
		{"no length, and a checksum that is right", 4, 11, 0, quoted128, "2000 c819 0008 01 01 05dc1101", OK,
			&Extensions{Version: 2, Checksum: 0xc819, Sum: SumGood, Length: 12}, []Object{label}},
		{"no length, and a checksum that is wrong", 4, 11, 0, quoted128, "2000 c81a 0008 01 01 05dc1101", OK, nil, nil},
		{"no length, and no checksum", 4, 11, 0, quoted128, unsentSum, OK, nil, nil},
		{"no length, and another version", 4, 11, 0, quoted128, "3000 b819 0008 01 01 05dc1101", OK, nil, nil},
		{"a length of less than 128 bytes, and a checksum that is right", 4, 11, 7 << 16, quoted4, "2000 c819 0008 01 01 05dc1101", OK,
			&Extensions{Version: 2, Checksum: 0xc819, Sum: SumGood, Length: 12}, []Object{label}},
		{"a length of less than 128 bytes, and no checksum", 4, 11, 7 << 16, quoted4, unsentSum, OK, nil, nil},
		{"garbage in the unused bytes", 4, 11, 0x00020a0b, quoted4, "", OK, nil, nil},
		{"a length, and nothing behind it", 4, 11, 32 << 16, quoted128, "", OK, nil, nil},
		{"RFC 4884 length that lies", 4, 11, 33 << 16, quoted128, "", MalformedExtension, nil, nil},
		{"RFC 4884 length that lies, of IPv6", 6, 3, 255 << 24, quoted6, unsentSum, MalformedExtension, nil, nil},
		{"too little behind the length", 4, 11, 32 << 16, quoted128, "2000 00", MalformedExtension, nil, nil},
		{"another version", 4, 11, 32 << 16, quoted128, "1000 0000 0008 01 01 05dc1101", MalformedExtension,
			&Extensions{Version: 1, Sum: SumUnverified, Length: 12}, nil},
		{"object length < 4", 4, 11, 32 << 16, quoted128, unsentSum + "0003 01 01 00000000", MalformedExtension,
			&Extensions{Version: 2, Sum: SumUnverified, Length: 20}, []Object{label}},
		{"a zero length ends the loop", 4, 11, 32 << 16, quoted128, unsentSum + "0000 01 01 00000000", MalformedExtension,
			&Extensions{Version: 2, Sum: SumUnverified, Length: 20}, []Object{label}},
		{"object length past the end", 4, 11, 32 << 16, quoted128, unsentSum + "0009 01 01 00000000", MalformedExtension,
			&Extensions{Version: 2, Sum: SumUnverified, Length: 20}, []Object{label}},
		{"less than an object at the end", 6, 1, 16 << 24, quoted6, unsentSum + "0000", MalformedExtension,
			&Extensions{Version: 2, Sum: SumUnverified, Length: 14}, []Object{label}},
		{"an object without payload", 4, 11, 32 << 16, quoted128, "2000 0000 0004 f7 02", OK,
			&Extensions{Version: 2, Sum: SumUnverified, Length: 8}, []Object{{Class: 247, CType: 2, Length: 4, Data: []byte{}}}},
		{"a type that has none", 4, 4, 32 << 16, quoted128, unsentSum, OK, nil, nil},
		{"a type of IPv6 that has none", 6, 2, 16 << 24, quoted6, unsentSum, OK, nil, nil},
		{"PROBE request", 4, 42, 1<<16 | 7<<8 | 1, "", "2000 0000 0008 03 02 00000007", OK,
			&Extensions{Version: 2, Sum: SumUnverified, Length: 12}, []Object{{Class: 3, CType: 2, Length: 8, Data: []byte{0, 0, 0, 7}}}},
		{"PROBE request of IPv6", 6, 160, 1<<16 | 7<<8 | 1, "", "2000 0000 0008 03 02 00000007", OK,
			&Extensions{Version: 2, Sum: SumUnverified, Length: 12}, []Object{{Class: 3, CType: 2, Length: 8, Data: []byte{0, 0, 0, 7}}}},
		{"PROBE reply that returns the request's", 4, 43, 1<<16 | 7<<8 | 1, "", "2000 dcee 0008 03 02 00000007", OK,
			&Extensions{Version: 2, Checksum: 0xdcee, Sum: SumGood, Length: 12}, []Object{{Class: 3, CType: 2, Length: 8, Data: []byte{0, 0, 0, 7}}}},
		{"PROBE request with data behind the object", 4, 42, 1<<16 | 7<<8 | 1, "", "2000 dcf4 0008 03 02 00000001 65933a33 000ddc2b", OK,
			&Extensions{Version: 2, Checksum: 0xdcf4, Sum: SumGood, Length: 12}, []Object{{Class: 3, CType: 2, Length: 8, Data: []byte{0, 0, 0, 1}}}},
		{"PROBE request without an object", 4, 42, 1<<16 | 7<<8 | 1, "", "2000 0000", OK, &Extensions{Version: 2, Sum: SumUnverified, Length: 4}, nil},
		{"PROBE request whose object runs past the end", 6, 160, 1<<16 | 7<<8 | 1, "", "2000 0000 0009 03 02 00000001", MalformedExtension,
			&Extensions{Version: 2, Sum: SumUnverified, Length: 12}, nil},
		{"PROBE reply with data", 6, 161, 1<<16 | 7<<8 | 1, "", "2000 0000 0008 03 02 00000007", OK, nil, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := Frame{Data: errorFrame(t, tt.version, tt.typ, 0, tt.word, tt.quoted, tt.extension), Link: LinkRaw}
			f.Wire = len(f.Data)
			var p Packet
			if got := Decode(&p, f.Link, f.Data, f.Wire); got != tt.status {
				t.Errorf("%v, want %v", got, tt.status)
			}
			if p.Sum != SumGood || !p.Decoded() {
				t.Errorf("checksum %v, decoded %v", p.Sum, p.Decoded())
			}
			if tt.quoted != "" && p.Quote.DstPort != 53 {
				t.Errorf("the quote is lost: %+v", p.Quote)
			}
			got, ok := p.Extensions(p.Message(&f))
			if ok != (tt.want != nil) {
				t.Fatalf("extensions: %v", ok)
			}
			if !ok {
				return
			}
			if diff := cmp.Diff(*tt.want, got, cmpopts.IgnoreUnexported(Extensions{})); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if diff := cmp.Diff(tt.objects, objects(got)); diff != "" {
				t.Errorf("objects (-want +got)\n%s", diff)
			}
		})
	}
}

// What the capture or fragmentation cut off may have had the rest: that is nobody's fault.
func TestCutExtensionsAreNotMalformed(t *testing.T) {
	b := errorFrame(t, 4, 11, 0, 32<<16, quoted128, unsentSum+"0009 01 01 00000000")
	for n := 22; n < len(b); n++ {
		var p Packet
		if got := Decode(&p, LinkRaw, b[:n], len(b)); got != Truncated {
			t.Errorf("%d of %d bytes: %v", n, len(b), got)
		}
	}
	b[6] = 0x20 // more fragments
	var p Packet
	if got := Decode(&p, LinkRaw, b, len(b)); got != OK {
		t.Errorf("first fragment: %v", got)
	}
}

// A structure is read as far as it was captured.
func TestCutExtensions(t *testing.T) {
	b := errorFrame(t, 4, 11, 0, 32<<16, quoted128, twoLabels)
	begin := len(b) - 16
	for n := begin - 1; n < len(b); n++ {
		f := Frame{Data: b[:n], Wire: len(b), Link: LinkRaw}
		var p Packet
		Decode(&p, f.Link, f.Data, f.Wire)
		e, ok := p.Extensions(p.Message(&f))
		if ok != (n >= begin+4) {
			t.Errorf("%d bytes: extensions %v", n-begin, ok)
		}
		var labels int
		for _, o := range objects(e) {
			for _, ok := o.Label(labels); ok; _, ok = o.Label(labels) {
				labels++
			}
		}
		if want := max(0, n-begin-8) / 4; labels != want {
			t.Errorf("%d bytes: %d labels, want %d", n-begin, labels, want)
		}
		if ok && (e.Sum != SumUnverified || e.Bad()) {
			t.Errorf("%d bytes: %+v", n-begin, e)
		}
	}
}

// checkErrors holds what is shown of an error besides its Packet to what is true of any.
func checkErrors(t *testing.T, p *Packet, msg []byte) {
	t.Helper()
	d, ok := p.QuotedDatagram(msg)
	if q := p.Quoted(); ok && (q.Level == QuoteNone || q.Proto != d.Proto) || !ok && q.Level > QuoteNone && p.Type != Type6Redirect {
		t.Fatalf("quote %+v of %+v", q, d)
	}
	if len(d.Header)+len(d.Payload) > len(msg) {
		t.Fatalf("%d and %d bytes quoted in a message of %d", len(d.Header), len(d.Payload), len(msg))
	}
	if u, ok := d.UDP(); ok {
		d.TransportSum(u.Checksum, d.Length)
	}
	if tcp, ok := d.TCP(); ok {
		for _, _, ok := tcp.NextOption(); ok; _, _, ok = tcp.NextOption() {
		}
		d.TransportSum(tcp.Checksum, d.Length)
	}
	e, ok := p.Extensions(msg)
	if ok && (e.Length > int(p.Length) || e.Version != extensionVersion && len(objects(e)) > 0) {
		t.Fatalf("%+v in a message of %d bytes", e, p.Length)
	}
	var total int
	for _, o := range objects(e) {
		total += o.Length
		for i := 0; ; i++ {
			if _, ok := o.Label(i); !ok {
				break
			}
		}
		o.Role()
		o.Pointer()
		i, _ := o.Interface()
		if len(i.Name)+len(i.Address) > len(o.Data) {
			t.Fatalf("%+v of %x", i, o.Data)
		}
		i.IP()
	}
	if ok && total > e.Length-4 {
		t.Fatalf("objects of %d bytes in %d", total, e.Length)
	}
}
