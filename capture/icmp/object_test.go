package icmp

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"icmpdump/internal/forge"
)

func TestLabels(t *testing.T) {
	o := Object{Class: 1, CType: 1, Length: 12, Data: forge.Hex("05dc1301 00065040")}
	for i, want := range []Label{{Label: 24001, TC: 1, Bottom: true, TTL: 1}, {Label: 101, TTL: 64}} {
		if got, ok := o.Label(i); got != want || !ok {
			t.Errorf("%d: %+v, %v, want %+v", i, got, ok, want)
		}
	}
	if l, ok := o.Label(2); ok {
		t.Errorf("a third of two: %+v", l)
	}
	o.CType = 2
	if l, ok := o.Label(0); ok {
		t.Errorf("of another C-Type: %+v", l)
	}
}

func TestInterface(t *testing.T) {
	for _, tt := range []struct {
		name         string
		class, ctype uint8
		data         string
		want         Interface
	}{
		{"all of an incoming interface", 2, 0x0f, "00000003 0001 0000 0a000001 08 65746830 000000 000005dc",
			Interface{Index: 3, HasIndex: true, AFI: 1, Address: []byte{10, 0, 0, 1}, Name: []byte("eth0"), MTU: 1500, HasMTU: true}},
		{"index and MTU", 2, 0x89, "00000000 00000000", Interface{HasIndex: true, HasMTU: true}},
		{"IPv6 address", 2, 0xc4, "0002 0000 20010db8000000000000000000000001",
			Interface{AFI: 2, Address: forge.Hex("20010db8000000000000000000000001")}},
		{"address of an unknown family: what follows can't be found", 2, 0x05, "0006 0000 020000000001 0000 000005dc", Interface{}},
		{"index cut short", 2, 0x09, "000000", Interface{}},
		{"address cut short", 2, 0x05, "0001 0000 0a0000", Interface{}},
		{"family cut short", 2, 0x05, "0001", Interface{}},
		{"name cut short", 2, 0x03, "08 657468", Interface{}},
		{"name of length 0", 2, 0x03, "00 657468 000005dc", Interface{}},
		{"empty name", 2, 0x02, "04 000000", Interface{Name: []byte{}}},
		{"MTU cut short", 2, 0x01, "0005dc", Interface{}},
		{"by name", 3, 1, "65746830 31000000", Interface{Name: []byte("eth01")}},
		{"by index", 3, 2, "00000007", Interface{Index: 7, HasIndex: true}},
		{"by address", 3, 3, "0001 04 00 c0000201", Interface{AFI: 1, Address: []byte{192, 0, 2, 1}}},
		{"by hardware address", 3, 3, "4005 06 00 020000000001 0000", Interface{AFI: 16389, Address: []byte{2, 0, 0, 0, 0, 1}}},
		{"by an address cut short", 3, 3, "0001 04 00 c00002", Interface{}},
		{"by something else", 3, 9, "0001 04 00 c00002", Interface{}},
		{"node", 5, 0x06, "0001 0000 c0000001 04 723100", Interface{AFI: 1, Address: []byte{192, 0, 0, 1}, Name: []byte("r1")}},
	} {
		o := Object{Class: tt.class, CType: tt.ctype, Data: forge.Hex(tt.data)}
		got, ok := o.Interface()
		if diff := cmp.Diff(tt.want, got); diff != "" || !ok {
			t.Errorf("%s: %v (-want +got)\n%s", tt.name, ok, diff)
		}
	}
	if i, ok := (&Object{Class: 1, Data: []byte{0, 0, 0, 1}}).Interface(); ok {
		t.Errorf("MPLS is no interface: %+v", i)
	}
}

func TestInterfaceIP(t *testing.T) {
	for _, tt := range []struct {
		in      Interface
		want    Addr
		version uint8
	}{
		{Interface{AFI: 1, Address: []byte{192, 0, 2, 1}}, v4(192, 0, 2, 1), 4},
		{Interface{AFI: 2, Address: forge.Hex("20010db8000000000000000000000001")}, v6(1), 6},
		{Interface{AFI: 1, Address: []byte{192, 0, 2}}, Addr{}, 0},
		{Interface{AFI: 16389, Address: []byte{2, 0, 0, 0, 0, 1}}, Addr{}, 0},
	} {
		if got, version, ok := tt.in.IP(); got != tt.want || version != tt.version || ok != (version > 0) {
			t.Errorf("%+v: got %v, %d, %v", tt.in, got, version, ok)
		}
	}
}

func TestRoleAndPointer(t *testing.T) {
	if r, ok := (&Object{Class: 2, CType: 0x8a}).Role(); r != RoleOutgoing || !ok {
		t.Errorf("role %d, %v", r, ok)
	}
	if _, ok := (&Object{Class: 3, CType: 2}).Role(); ok {
		t.Error("an interface identification has no role")
	}
	if n, ok := (&Object{Class: 4, CType: 1, Data: []byte{0, 0, 1, 2}}).Pointer(); n != 258 || !ok {
		t.Errorf("pointer %d, %v", n, ok)
	}
	if _, ok := (&Object{Class: 4, CType: 1, Data: []byte{0, 0, 1}}).Pointer(); ok {
		t.Error("a pointer that is cut short")
	}
}
