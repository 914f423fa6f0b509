package icmp

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

var (
	groupAddr = Addr{0: 0xff, 1: 0x05, 13: 1, 15: 3}
	nine      = v6(9)
)

// checkMulticast holds what is read of a multicast listener, MPL or locator message to what is
// true of any: no more than was announced, none that is not there.
func checkMulticast(t *testing.T, p *Packet, msg []byte) {
	t.Helper()
	if _, _, ok := p.MLDDelay(); ok && p.Got < 6 {
		t.Fatal("a delay that was not captured")
	}
	q, ok := p.MLDv2Query(msg)
	if ok && (len(msg) < 28 || q.Sources.Len() > q.Count) {
		t.Fatalf("%d sources of %d in %d bytes", q.Sources.Len(), q.Count, len(msg))
	}
	records, size := p.MLDRecords(msg), 0
	for n := records.left; ; n-- {
		r, ok := records.Next()
		if !ok {
			break
		}
		if size += 20 + len(r.Sources) + len(r.Aux); n == 0 || size > len(msg) || r.Sources.Len() > r.Count {
			t.Fatalf("records that were not announced, or are not there: %+v", r)
		}
	}
	seeds, size := p.MPLSeeds(msg), 0
	for {
		s, ok := seeds.Next()
		if !ok {
			break
		}
		size += 2 + len(s.Seed) + len(s.Buffered)
	}
	if size > len(msg) {
		t.Fatalf("%d bytes of seeds in %d", size, len(msg))
	}
	u, _ := p.LocatorUpdate(msg)
	if u.Locators.Len() > int(u.Count) {
		t.Fatalf("%d locators of %d", u.Locators.Len(), u.Count)
	}
	for i := range u.Locators.Len() {
		u.Locators.At(i)
	}
	if _, ok := p.MulticastRouter(); ok && p.Got < 8 {
		t.Fatal("an advertisement that was not captured")
	}
	if p.Status == OK && p.Frag == 0 && (q.Count != q.Sources.Len() || !seeds.Whole() ||
		p.Type == Type6MLDv2Report && p.Version == 6 && !records.Whole()) {
		t.Fatalf("something is missing of %x, which is well", msg)
	}
}

// The codes of delays and intervals are RFC 3810's, sections 5.1.3 and 5.1.9: from half of their
// range on, mantissa and exponent.
func TestMLDCodes(t *testing.T) {
	for _, tt := range []struct {
		code  uint16
		delay uint32
	}{
		{0, 0}, {10000, 10000}, {32767, 32767}, {0x8000, 0x1000 << 3}, {0x8fff, 0x1fff << 3}, {0xffff, 0x1fff << 10},
	} {
		p := Packet{Version: 6, Type: Type6MLDQuery, Length: 28, Got: 8, Rest: uint32(tt.code) << 16}
		if code, delay, ok := p.MLDDelay(); code != tt.code || delay != tt.delay || !ok {
			t.Errorf("version 2, code %d: got %d, %d ms, %v, want %d ms", tt.code, code, delay, ok, tt.delay)
		}
		p.Length = 24
		if _, delay, ok := p.MLDDelay(); delay != uint32(tt.code) || !ok {
			t.Errorf("version 1, code %d: got %d ms, %v", tt.code, delay, ok)
		}
	}
	for _, tt := range []struct {
		code byte
		s    uint32
	}{
		{0, 0}, {125, 125}, {127, 127}, {0x80, 0x10 << 3}, {0x8f, 0x1f << 3}, {0xff, 0x1f << 10},
	} {
		p := Packet{Version: 6, Type: Type6MLDQuery, Length: 28}
		msg := make([]byte, 28)
		msg[25] = tt.code
		if q, ok := p.MLDv2Query(msg); q.Interval != tt.s || q.QQIC != tt.code || !ok {
			t.Errorf("code %d: got %d s, %v, want %d s", tt.code, q.Interval, ok, tt.s)
		}
	}
}

func TestMLDv2Query(t *testing.T) {
	p, msg := decoded(t, mldQuery+`0a 8f 0002`+address+address, 9)
	got, ok := p.MLDv2Query(msg)
	want := MLDv2Query{Suppress: true, Robustness: 2, QQIC: 0x8f, Interval: 248, Count: 2, Sources: AddrList(nine[:])}
	if diff := cmp.Diff(want, got); diff != "" || !ok {
		t.Errorf("%v (-want +got)\n%s", ok, diff)
	}
	if target, ok := p.Target(); target != groupAddr || !ok {
		t.Errorf("group %x, %v", target, ok)
	}
}

func TestMLDRecords(t *testing.T) {
	const message = mldReport + `0002 04 00 0000` + group + `
		03 02 0001` + group + address + `c0ffee00 deadbeef`
	for cut, want := range map[int]MLDRecord{
		0:  {Type: 3, Group: groupAddr, Count: 1, Sources: AddrList(nine[:]), Aux: []byte{0xc0, 0xff, 0xee, 0, 0xde, 0xad, 0xbe, 0xef}},
		5:  {Type: 3, Group: groupAddr, Count: 1, Sources: AddrList(nine[:]), Aux: []byte{0xc0, 0xff, 0xee}},
		8:  {Type: 3, Group: groupAddr, Count: 1, Sources: AddrList(nine[:])},
		9:  {Type: 3, Group: groupAddr, Count: 1, Sources: AddrList{}},
		24: {Type: 3, Group: groupAddr, Count: 1, Sources: AddrList{}},
		25: {},
	} {
		p, msg := decoded(t, message, cut)
		records := p.MLDRecords(msg)
		if first, ok := records.Next(); first.Type != 4 || first.Group != groupAddr || !ok {
			t.Errorf("%d bytes cut off: first record %+v, %v", cut, first, ok)
		}
		got, ok := records.Next()
		if diff := cmp.Diff(want, got); diff != "" || ok != (want.Type != 0) {
			t.Errorf("%d bytes cut off: %v (-want +got)\n%s", cut, ok, diff)
		}
		if _, ok := records.Next(); ok || records.Whole() != (cut == 0) {
			t.Errorf("%d bytes cut off: a third record (%v), or whole is %v", cut, ok, records.Whole())
		}
	}
}

func TestMPLSeeds(t *testing.T) {
	p, msg := decoded(t, `9f 00 0000 07 04 80 08 05 0001 40 09 0a 1122334455667788 80f0 0a 03`+address, 0)
	seeds := p.MPLSeeds(msg)
	for i, want := range []MPLSeed{
		{7, []byte{}, []byte{0x80}},
		{8, []byte{0, 1}, []byte{0x40}},
		{9, []byte{0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88}, []byte{0x80, 0xf0}},
		{10, nine[:], []byte{}},
	} {
		got, ok := seeds.Next()
		if diff := cmp.Diff(want, got); diff != "" || !ok {
			t.Errorf("seed %d: %v (-want +got)\n%s", i, ok, diff)
		}
	}
}

func TestLocatorUpdate(t *testing.T) {
	p, msg := decoded(t, `9c 00 0000 02 01 0000 20010db800000001 0010 0e10 20010db800000002 0020 0000`, 0)
	u, ok := p.LocatorUpdate(msg)
	if u.Count != 2 || u.Operation != 1 || u.Locators.Len() != 2 || !ok {
		t.Fatalf("got %+v, %v", u, ok)
	}
	want := Locator{Prefix: Addr{0x20, 0x01, 0x0d, 0xb8, 7: 2}, Preference: 32}
	if got := u.Locators.At(1); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestMulticastRouter(t *testing.T) {
	p, _ := decoded(t, `97 14 0000 007d 0002`, 0)
	want := MulticastRouter{Interval: 20, QueryInterval: 125, Robustness: 2}
	if got, ok := p.MulticastRouter(); got != want || !ok {
		t.Errorf("got %+v, %v, want %+v", got, ok, want)
	}
}
