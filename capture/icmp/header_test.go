package icmp

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"golang.org/x/net/ipv4"

	"icmpdump/internal/forge"
)

// checkHeaders walks the headers of a datagram, which may be anything, and holds them to what is
// true of any.
func checkHeaders(t *testing.T, p *Packet, datagram, header []byte) {
	t.Helper()
	if h, ok := ReadHeader4(datagram); ok {
		if state, _ := h.Sum(); (state == SumUnverified) != (len(datagram) < h.Size) {
			t.Fatalf("checksum %d of %d bytes of a header of %d", state, len(datagram), h.Size)
		}
		size := 20
		opts := h.Options()
		for o, ok := opts.Next(); ok; o, ok = opts.Next() {
			if size += o.Length; !o.Bad && size > h.Size {
				t.Fatalf("options of %d bytes in a header of %d", size-20, h.Size)
			}
			if len(o.Route())%4 != 0 || len(o.Route()) > 37 {
				t.Fatalf("a route of %d bytes", len(o.Route()))
			}
			if s, ok := o.Timestamps(); ok && len(s.Entries)%s.Entry != 0 {
				t.Fatalf("timestamps of %d bytes, each of %d", len(s.Entries), s.Entry)
			}
			o.Pointer()
			o.RouterAlert()
		}
	}
	headers := ReadExtHeaders(datagram)
	end := 0
	for h, ok := headers.Next(); ok; h, ok = headers.Next() {
		if h.At < max(20, end) || h.Size != 0 && h.Size < 8 || len(h.Data) == 0 || len(h.Data) > max(1, h.Size) {
			t.Fatalf("a header of %d bytes (%d there) at %d, behind one that ends at %d", h.Size, len(h.Data), h.At, end)
		}
		end = h.At + h.Size
		left := len(h.Data)
		opts := h.Options()
		for o, ok := opts.Next(); ok; o, ok = opts.Next() {
			if left -= 1 + len(o.Data); left < 0 {
				t.Fatal("more options than bytes")
			}
		}
		if r, ok := h.Routing(); ok && len(r.Addresses)%16 != 0 {
			t.Fatalf("addresses of %d bytes", len(r.Addresses))
		}
		if a, ok := h.Auth(); ok && a.HasSeq && len(a.ICV)+12 != len(h.Data) {
			t.Fatalf("a value of %d bytes in %d", len(a.ICV), len(h.Data))
		}
		h.Mobility()
	}
	// What was walked to a message is what stands before it.
	if p.Got > 0 && end > 0 && p.head != tooFar && end != len(header) {
		t.Fatalf("extension headers end at %d, and the message begins at %d", end, len(header))
	}
}

func TestReadHeader4(t *testing.T) {
	got, ok := ReadHeader4(forge.Hex(`46b8 0020 1234 a003 40 01 1c24 0a000001 0a000002 94040000`))
	want := Header4{TOS: 0xb8, Length: 32, ID: 0x1234, Reserved: true, MF: true, Offset: 24,
		TTL: 64, Proto: 1, Checksum: 0x1c24, Size: 24}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(Header4{})); diff != "" || !ok {
		t.Errorf("%v (-want +got)\n%s", ok, diff)
	}
	for name, lines := range map[string]string{
		"short":     `4500 0020 1234 a003 40 01 1c24 0a000001 0a0000`,
		"version":   `6500 0020 1234 a003 40 01 1c24 0a000001 0a000002`,
		"no header": `4400 0020 1234 a003 40 01 1c24 0a000001 0a000002`,
	} {
		if _, ok := ReadHeader4(forge.Hex(lines)); ok {
			t.Errorf("%s: it was read", name)
		}
	}
}

// The checksum of a header is told, and what it should be.
func TestHeader4Sum(t *testing.T) {
	for _, tt := range []struct {
		name, header string
		state        Sum
		right        uint16
	}{
		{"good", `4500 0020 1234 4000 40 01 14a7 0a000001 0a000002`, SumGood, 0x14a7},
		{"bad", `4500 0020 1234 4000 40 01 1234 0a000001 0a000002`, SumBad, 0x14a7},
		{"cut short", `4600 0020 1234 4000 40 01 14a7 0a000001 0a000002 9404`, SumUnverified, 0},
	} {
		h, _ := ReadHeader4(forge.Hex(tt.header))
		if state, right := h.Sum(); state != tt.state || right != tt.right {
			t.Errorf("%s: %d, %04x, want %d, %04x", tt.name, state, right, tt.state, tt.right)
		}
	}
}

// An option is as long as it says, and the list ends where one can't be.
func TestOptions4(t *testing.T) {
	for _, tt := range []struct {
		name, head, options string
		want                []Option4
		cut                 bool
	}{
		{"none", "45", "", nil, false},
		{"end of list", "46", "01 00 94 04", []Option4{{Type: 1, Length: 1, Data: []byte{1}}, {Type: 0, Length: 1, Data: []byte{0}}}, false},
		{"two", "47", "94040005 88040001", []Option4{{Type: 148, Length: 4, Data: []byte{148, 4, 0, 5}}, {Type: 136, Length: 4, Data: []byte{136, 4, 0, 1}}}, false},
		{"too short", "46", "94010000", []Option4{{Type: 148, Length: 1, Data: []byte{148}, Bad: true}}, false},
		{"too long", "46", "94050000", []Option4{{Type: 148, Length: 5, Data: []byte{148}, Bad: true}}, false},
		{"without a length", "46", "01010194", []Option4{
			{Type: 1, Length: 1, Data: []byte{1}}, {Type: 1, Length: 1, Data: []byte{1}}, {Type: 1, Length: 1, Data: []byte{1}},
			{Type: 148, Data: []byte{148}, Bad: true},
		}, false},
		{"cut short", "47", "94040005 8804", []Option4{{Type: 148, Length: 4, Data: []byte{148, 4, 0, 5}}, {Type: 136, Length: 4, Data: []byte{136, 4}}}, false},
		{"cut before its length", "47", "94040005 88", []Option4{{Type: 148, Length: 4, Data: []byte{148, 4, 0, 5}}}, true},
	} {
		h, ok := ReadHeader4(forge.Hex(tt.head + `00 0020 1234 4000 40 01 14a7 0a000001 0a000002` + tt.options))
		if !ok {
			t.Fatal(tt.name)
		}
		var got []Option4
		opts := h.Options()
		for o, ok := opts.Next(); ok; o, ok = opts.Next() {
			got = append(got, o)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" || opts.Cut() != tt.cut {
			t.Errorf("%s: (-want +got)\n%s", tt.name, diff)
		}
	}
}

// The chain is told in its order, and ends where a message begins or something is missing.
func TestExtHeaders(t *testing.T) {
	type header struct {
		typ, next uint8
		at, size  int
		whole     bool
	}
	for _, tt := range []struct {
		name, datagram string
		want           []header
	}{
		{"none", "60000000 000c 3a 40" + ip6Addrs + echo6, nil},
		{"no datagram", "4500", nil},
		{"hop-by-hop, segments, AH", "60000000 0000 00 40" + ip6Addrs + `
			2b00 0104 00000000
			3302 0400 00000000 20010db8000000000000000000000009
			3a01 0000 00000001 00000002` + echo6,
			[]header{{0, 43, 40, 8, true}, {43, 51, 48, 24, true}, {51, 58, 72, 12, true}}},
		{"mobility, HIP, Shim6", "60000000 0000 87 40" + ip6Addrs + "8b00 0000 00000000 8c00 0000 00000000 3a00 0000 00000000" + echo6,
			[]header{{135, 139, 40, 8, true}, {139, 140, 48, 8, true}, {140, 58, 56, 8, true}}},
		{"later fragment", "60000000 0000 2c 40" + ip6Addrs + "3c00 0008 00000007 3a00 0104 00000000",
			[]header{{44, 60, 40, 8, true}}},
		{"cut short", "60000000 0000 3c 40" + ip6Addrs + "3a01 0104 00000000", []header{{60, 58, 40, 16, false}}},
		{"cut before its length", "60000000 0000 3c 40" + ip6Addrs + "3a", []header{{60, 58, 40, 0, false}}},
		{"cut before it begins", "60000000 0000 3c 40" + ip6Addrs, nil},
		{"IPv4, AH", "4500 0030 1234 4000 40 33 0000 0a000001 0a000002 0101 0000 00000001 00000002",
			[]header{{51, 1, 20, 12, true}}},
		{"IPv4, AH, then options, which IPv4 has none of", "4500 0030 1234 4000 40 33 0000 0a000001 0a000002 3c01 0000 00000001 00000002 0000 0000 00000000",
			[]header{{51, 60, 20, 12, true}}},
		{"IPv4, later fragment", "4500 0030 1234 0003 40 33 0000 0a000001 0a000002 0101 0000 00000001 00000002", nil},
	} {
		var got []header
		headers := ReadExtHeaders(forge.Hex(tt.datagram))
		for h, ok := headers.Next(); ok; h, ok = headers.Next() {
			got = append(got, header{h.Type, h.Next, h.At, h.Size, h.Whole()})
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

// What each sort of header says.
func TestExtHeaderFields(t *testing.T) {
	for _, tt := range []struct {
		name, next, header string
		read               func(h *ExtHeader) (any, bool)
		want               any
	}{
		{"fragment", "2c", "3a00 05a9 12345678", func(h *ExtHeader) (any, bool) { return told(h.Fragment()) }, FragmentHeader{1448, true, 0x12345678, true}},
		{"fragment, cut short", "2c", "3a00 05a9 1234", func(h *ExtHeader) (any, bool) { return told(h.Fragment()) }, FragmentHeader{Offset: 1448, More: true}},
		{"source route", "2b", "3a02 0001 00000007 20010db8000000000000000000000009", func(h *ExtHeader) (any, bool) { return told(h.Routing()) },
			RoutingHeader{SegmentsLeft: 1, HasData: true, Reserved: 7, Addresses: forge.Hex("20010db8000000000000000000000009")}},
		{"segments, and an option behind them", "2b", "3a04 0401 00800123 20010db8000000000000000000000009 ff0e0000000000000000000000000000",
			func(h *ExtHeader) (any, bool) { return told(h.Routing()) },
			RoutingHeader{Type: 4, SegmentsLeft: 1, HasData: true, Flags: 0x80, Tag: 0x123, Addresses: forge.Hex("20010db8000000000000000000000009")}},
		{"RPL", "2b", "3a01 0301 0e600000 0002 000000000000", func(h *ExtHeader) (any, bool) { return told(h.Routing()) },
			RoutingHeader{Type: 3, SegmentsLeft: 1, HasData: true}},
		{"segments, cut short", "2b", "3a04 0401 0080", func(h *ExtHeader) (any, bool) { return told(h.Routing()) }, RoutingHeader{Type: 4, SegmentsLeft: 1}},
		{"authentication", "33", "3a02 0000 00000001 00000002 01020304", func(h *ExtHeader) (any, bool) { return told(h.Auth()) },
			AuthHeader{SPI: 1, Seq: 2, HasSeq: true, ICV: []byte{1, 2, 3, 4}}},
		{"authentication without a sequence number", "33", "3a00 0007 00000001", func(h *ExtHeader) (any, bool) { return told(h.Auth()) },
			AuthHeader{Reserved: 7, SPI: 1}},
		{"mobility", "87", "3a00 0500 00000000", func(h *ExtHeader) (any, bool) { return told(h.Mobility()) }, uint8(5)},
	} {
		b := forge.Hex("60000000 0000 " + tt.next + " 40" + ip6Addrs + tt.header)
		headers := ReadExtHeaders(b)
		h, _ := headers.Next()
		got, ok := tt.read(&h)
		if diff := cmp.Diff(tt.want, got); diff != "" || !ok {
			t.Errorf("%s: %v (-want +got)\n%s", tt.name, ok, diff)
		}
		headers = ReadExtHeaders(b[:42])
		h, _ = headers.Next()
		if got, ok := tt.read(&h); ok {
			t.Errorf("%s, cut short: %v", tt.name, got)
		}
		if got, ok := tt.read(&ExtHeader{Type: ExtHIP, Size: len(b), Data: b}); ok {
			t.Errorf("of another header, %s: %v", tt.name, got)
		}
	}
}

func told[T any](v T, ok bool) (any, bool) { return v, ok }

// The options of a header of options, as far as they hold together.
func TestOptions6(t *testing.T) {
	for _, tt := range []struct {
		name, options string
		want          []Option6
	}{
		{"padding", "00 01020000 00", []Option6{{}, {Type: 1, Data: []byte{0, 0}}, {}}},
		{"router alert", "05020000 0100", []Option6{{Type: 5, Data: []byte{0, 0}}, {Type: 1, Data: []byte{}}}},
		{"past the end", "05020000 0101", []Option6{{Type: 5, Data: []byte{0, 0}}, {Type: 1, Bad: true}}},
		{"without a length", "0000000000 05", []Option6{{}, {}, {}, {}, {}, {Type: 5, Bad: true}}},
	} {
		h := ExtHeader{Type: ExtHopByHop, Size: 8, Data: forge.Hex("3a00" + tt.options)}
		var got []Option6
		opts := h.Options()
		for o, ok := opts.Next(); ok; o, ok = opts.Next() {
			got = append(got, o)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", tt.name, diff)
		}
	}
}

// What the options of an IPv4 header say.
func TestOption4Fields(t *testing.T) {
	route := Option4{Type: Option4RecordRoute, Length: 11, Data: forge.Hex("070b 08 0a000001 00000000")}
	if pointer, ok := route.Pointer(); !ok || pointer != 8 || len(route.Route()) != 8 {
		t.Errorf("pointer %d, route %x", pointer, route.Route())
	}
	stamps := Option4{Type: Option4Timestamp, Length: 12, Data: forge.Hex("440c 0d 21 0a000001 00000002")}
	want := TimestampOption{Overflow: 2, Flag: 1, Entry: 8, Entries: forge.Hex("0a000001 00000002")}
	if got, ok := stamps.Timestamps(); !ok || cmp.Diff(want, got) != "" {
		t.Errorf("%v, want %v", got, want)
	}
	alert := Option4{Type: Option4RouterAlert, Length: 4, Data: forge.Hex("94040005")}
	if value, ok := alert.RouterAlert(); !ok || value != 5 {
		t.Errorf("router alert %d, want 5", value)
	}
	for _, o := range []Option4{{Type: Option4NOP, Length: 1, Data: []byte{1}}, {Type: Option4Timestamp, Length: 12, Data: []byte{68}}} {
		_, pointer := o.Pointer()
		_, stamps := o.Timestamps()
		_, alert := o.RouterAlert()
		if pointer || stamps || alert || o.Route() != nil {
			t.Errorf("%v says something", o)
		}
	}
}

// What x/net reads in a header is the same.
func TestHeader4Twin(t *testing.T) {
	h, err := ipv4.ParseHeader(forge.Hex(echo4))
	if err != nil {
		t.Fatal(err)
	}
	ours, _ := ReadHeader4(forge.Hex(echo4))
	if h.TotalLen != int(ours.Length) || h.ID != int(ours.ID) || h.Flags&ipv4.DontFragment != 0 != ours.DF || h.TTL != int(ours.TTL) || h.Protocol != int(ours.Proto) || h.Checksum != int(ours.Checksum) {
		t.Errorf("%+v, and x/net says %+v", ours, h)
	}
}
