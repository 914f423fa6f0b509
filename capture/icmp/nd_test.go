package icmp

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"icmpdump/internal/forge"
)

// checkND holds every view of neighbor discovery to what is true of any message: options lie in
// it one behind the other, lists and names within their option.
func checkND(t *testing.T, p *Packet, msg []byte) {
	p.RouterAdvert6(msg)
	p.NeighborFlags()
	p.MobileFlags()
	p.CertPath(msg)
	p.FastHandover()
	if d, ok := p.DuplicateAddr(msg); ok && (len(d.ROVR)%8 != 0 || len(d.ROVR) > 32) {
		t.Fatalf("ROVR of %d bytes", len(d.ROVR))
	}
	if l, ok := p.HomeAgents(msg); ok {
		checkAddrs(t, l, len(msg))
	}
	opts, _ := p.NDOptions(msg)
	left := len(opts.Fault())
	for {
		o, ok := opts.Next()
		if !ok {
			break
		}
		if left -= o.Len(); o.Len()%8 != 0 || len(opts.Fault()) != left {
			t.Fatalf("option of %d bytes, %d left of the message, not %d", o.Len(), len(opts.Fault()), left)
		}
		checkNDOption(t, o)
	}
	if b := opts.Fault(); len(b) >= 2 && b[1] > 0 && int(b[1])*8 <= len(b) {
		t.Fatalf("stopped at an option that is whole: %x", b)
	}
	if len(opts.Fault()) > 0 && p.Status == OK && p.Frag == 0 {
		t.Fatalf("ok, with %x behind its options", opts.Fault())
	}
}

// checkNDOption calls all views of o: no more than one is of its type, but for options that have
// a lifetime beside their list.
func checkNDOption(t *testing.T, o NDOption) {
	views := 0
	for _, ok := range []bool{
		second(o.LinkAddr()), second(o.Prefix()), second(o.Redirected()), second(o.MTU()),
		second(o.ShortcutLimit()), second(o.Interval()), third(o.HomeAgent()), second(o.Addrs()),
		second(o.Domains()), second(o.Route()), second(o.URI()), second(o.PREF64()), second(o.RAFlags()),
		second(o.MobileAddr()), third(o.MobileLink()), third(o.AdvertAck()), second(o.MAP()),
		second(o.HandoverKey()), third(o.HandoverValue()), second(o.PvD()), second(o.Registration()),
		second(o.Context()), second(o.BorderRouter()), second(o.CGA()), third(o.Signature()),
		third(o.Timestamp()), second(o.Nonce()), third(o.TrustAnchor()), third(o.Certificate()),
		second(o.EncryptedDNS()),
	} {
		if ok {
			views++
		}
	}
	if views > 1 {
		t.Fatalf("option %d is %d things", o.Type, views)
	}
	if _, ok := o.Lifetime(); ok && views != 1 {
		t.Fatalf("option %d has a lifetime and nothing else", o.Type)
	}
	if l, ok := o.Addrs(); ok {
		checkAddrs(t, l, o.Len())
	}
	names, _ := o.Domains()
	total := 0
	for name, ok := names.Next(); ok; name, ok = names.Next() {
		if len(name) == 0 || len(name) > 254 {
			t.Fatalf("a name of %d bytes", len(name))
		}
		for label, ok := name.Next(); ok; label, ok = name.Next() {
			if len(label) == 0 || len(label) > 63 {
				t.Fatalf("a label of %d bytes", len(label))
			}
			total += 1 + len(label)
		}
	}
	if total > len(o.Data) {
		t.Fatalf("%d bytes of names in an option of %d", total, o.Len())
	}
}

func checkAddrs(t *testing.T, l AddrList, most int) {
	for i := range l.Len() {
		l.At(i)
	}
	if l.Len()*16 > most || l.Whole() != (len(l) == 16*l.Len()) {
		t.Fatalf("%d addresses in %d bytes", l.Len(), most)
	}
}

func third[T, U any](_ T, _ U, ok bool) bool { return ok }

// option is the only option of a router solicitation.
func option(t *testing.T, hex string) NDOption {
	t.Helper()
	p := Packet{Version: 6, Type: Type6RouterSolicit}
	opts, _ := p.NDOptions(forge.Hex("8500 0000 00000000\n" + hex))
	o, ok := opts.Next()
	if _, more := opts.Next(); !ok || more || len(opts.Fault()) > 0 {
		t.Fatalf("not one option: %s", hex)
	}
	return o
}

// of is what a view returns but for whether it does.
func of[T any](v T, ok bool) any {
	if !ok {
		return nil
	}
	return v
}

// ndOptionTests are options, each as its RFC has it, and what they say. Of too short an option
// that is nothing.
var ndOptionTests = []struct {
	name string
	hex  string
	view func(NDOption) any
	want any
}{
	{"prefix", `03 04 40 f0 00278d00 ffffffff 00000000 20010db8000000000000000000000000`,
		func(o NDOption) any { return of(o.Prefix()) },
		NDPrefix{Len: 64, Flags: PrefixOnLink | PrefixAuto | PrefixRouter | PrefixPD, Valid: 2592000, Preferred: Forever, Prefix: v6(0)}},
	{"MTU", `05 01 0000 000005dc`, func(o NDOption) any { return of(o.MTU()) }, uint32(1500)},
	{"shortcut limit", `06 01 07 00 00000000`, func(o NDOption) any { return of(o.ShortcutLimit()) }, uint8(7)},
	{"interval", `07 01 0000 000927c0`, func(o NDOption) any { return of(o.Interval()) }, uint32(600000)},
	{"route without prefix", `18 01 00 08 00000708`, func(o NDOption) any { return of(o.Route()) },
		NDRoute{Pref: PrefHigh, Lifetime: 1800}},
	{"route, half its prefix", `18 02 30 18 ffffffff 20010db800000000`, func(o NDOption) any { return of(o.Route()) },
		NDRoute{Len: 48, Pref: PrefLow, Lifetime: Forever, Prefix: v6(0)}},
	{"route, all its prefix", `18 03 80 10 00000000 20010db8000000000000000000000007`, func(o NDOption) any { return of(o.Route()) },
		NDRoute{Len: 128, Pref: PrefReserved, Prefix: v6(7)}},
	{"captive portal", `25 02 68747470733a2f2f612e6200 0000`, func(o NDOption) any { return of(o.URI()) }, []byte("https://a.b")},
	{"PREF64", `26 02 0709 0064ff9b0000000000000000`, func(o NDOption) any { return of(o.PREF64()) },
		PREF64{Lifetime: 1800, Len: 64, Prefix: Addr{1: 0x64, 2: 0xff, 3: 0x9b}}},
	{"PREF64, a length that is none", `26 02 0706 0064ff9b0000000000000000`, func(o NDOption) any { return of(o.PREF64()) }, nil},
	{"flags", `1a 01 800000000001`, func(o NDOption) any { return of(o.RAFlags()) }, []byte{0x80, 5: 1}},
	{"care-of address", `11 03 02 80 00000000 20010db8000000000000000000000007`, func(o NDOption) any { return of(o.MobileAddr()) },
		MobileAddr{Code: 2, Len: 128, Addr: v6(7)}},
	{"mobility anchor point", `17 03 2f 80 00000e10 20010db8000000000000000000000007`, func(o NDOption) any { return of(o.MAP()) },
		MAP{Distance: 2, Preference: 15, Roaming: true, Lifetime: 3600, Addr: v6(7)}},
	{"handover key request", `1b 02 02 10 0102030405060708090a 0000`, func(o NDOption) any { return of(o.HandoverKey()) },
		HandoverKey{Algorithm: 1, Key: []byte{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}}},
	{"handover key", `1c 02 04 20 012c 010203040506 00000000`, func(o NDOption) any { return of(o.HandoverKey()) },
		HandoverKey{Algorithm: 2, Lifetime: 300, Key: []byte{1, 2, 3, 4, 5, 6}}},
	{"padding that is more than there is", `1c 01 04 20 012c 0102`, func(o NDOption) any { return of(o.HandoverKey()) }, nil},
	{"provisioning domain", `15 02 a0 03 0007 0161 0162 00 0000000000`, func(o NDOption) any { return of(o.PvD()) },
		PvD{ID: Name("\x01a\x01b"), Sequence: 7, Delay: 3, HTTP: true, RouterAdverted: true}},
	{"registration", `21 02 01 00 0000 003c 0200000000000001`, func(o NDOption) any { return of(o.Registration()) },
		Registration{Status: 1, Lifetime: 60, ROVR: []byte{2, 7: 1}}},
	{"extended registration", `21 03 00 05 07 09 003c 0200000000000001 0000000000000002`, func(o NDOption) any { return of(o.Registration()) },
		Registration{Opaque: 5, I: 1, Route: true, Transaction: true, TID: 9, Lifetime: 60, ROVR: []byte{2, 7: 1, 15: 2}}},
	{"context", `22 02 40 13 0000 000a 20010db800000000`, func(o NDOption) any { return of(o.Context()) },
		Context{Len: 64, Compress: true, ID: 3, Lifetime: 10, Prefix: v6(0)}},
	{"border router", `23 03 0002 0001 000a 20010db8000000000000000000000007`, func(o NDOption) any { return of(o.BorderRouter()) },
		BorderRouter{Version: 1<<16 | 2, Lifetime: 10, Addr: v6(7)}},
	{"CGA", `0b 04 01 00 000102030405060708090a0b0c0d0e0f 20010db800000000 01 3000 00`, func(o NDOption) any { return of(o.CGA()) },
		CGA{Modifier: []byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
			SubnetPrefix: v6(0), Collisions: 1, Key: []byte{0x30, 0}}},
	{"encrypted DNS", `90 05 0001 00000e10 0005 0161016200 0010 20010db8000000000000000000000007 0003 010203 0000`,
		func(o NDOption) any { return of(o.EncryptedDNS()) },
		EncryptedDNS{Priority: 1, Lifetime: 3600, Name: Name("\x01a\x01b"), Addrs: AddrList{0x20, 0x01, 0x0d, 0xb8, 15: 7}, Params: []byte{1, 2, 3}}},
	{"encrypted DNS, its name only", `90 02 0000 ffffffff 0003 016100 0000 00`, func(o NDOption) any { return of(o.EncryptedDNS()) },
		EncryptedDNS{Lifetime: Forever, Name: Name("\x01a"), Addrs: AddrList{}}},
	{"encrypted DNS, its name filling it", `90 02 0000 ffffffff 0006 0461616161 00`, func(o NDOption) any { return of(o.EncryptedDNS()) },
		EncryptedDNS{Lifetime: Forever, Name: Name("\x04aaaa")}},
	{"encrypted DNS, no name", `90 02 0000 ffffffff 0000 0000 00000000`, func(o NDOption) any { return of(o.EncryptedDNS()) }, nil},
	{"encrypted DNS, half an address", `90 03 0001 00000e10 0003 016100 0008 20010db800000000 00`, func(o NDOption) any { return of(o.EncryptedDNS()) }, nil},
	{"encrypted DNS, parameters past its end", `90 02 0001 00000e10 0002 6100 0000 0010`, func(o NDOption) any { return of(o.EncryptedDNS()) }, nil},
	{"nonce", `0e 01 010203040506`, func(o NDOption) any { return of(o.Nonce()) }, []byte{1, 2, 3, 4, 5, 6}},
	{"redirected, without anything", `04 01 000000000000`, func(o NDOption) any { return of(o.Redirected()) }, []byte{}},
}

func TestNDOptions(t *testing.T) {
	for _, tt := range ndOptionTests {
		t.Run(tt.name, func(t *testing.T) {
			o := option(t, tt.hex)
			if diff := cmp.Diff(tt.want, tt.view(o)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			o.Type = 0
			if got := tt.view(o); got != nil {
				t.Errorf("of another type it is %v", got)
			}
		})
	}
}

// Options whose view is of several values.
func TestNDOptionValues(t *testing.T) {
	if pref, life, ok := option(t, `08 01 0000 000a 0708`).HomeAgent(); pref != 10 || life != 1800 || !ok {
		t.Errorf("home agent: %d %d %v", pref, life, ok)
	}
	if s, frac, ok := option(t, `0d 02 000000000000 0000 6553f100 8000`).Timestamp(); s != 0x6553f100 || frac != 0x8000 || !ok {
		t.Errorf("timestamp: %d %d %v", s, frac, ok)
	}
	if code, addr, ok := option(t, `13 01 02 0200000000`).MobileLink(); code != 2 || len(addr) != 5 || !ok {
		t.Errorf("link-layer address: %d %x %v", code, addr, ok)
	}
	if status, instead, ok := option(t, `14 03 00 02 00000000 20010db8000000000000000000000007`).AdvertAck(); status != 2 || instead.Len() != 1 || instead.At(0) != v6(7) || !ok {
		t.Errorf("acknowledgment: %d %x %v", status, instead, ok)
	}
	if code, value, ok := option(t, `1e 01 01 03 612e62 00`).HandoverValue(); code != 1 || string(value) != "a.b" || !ok {
		t.Errorf("mobile node: %d %x %v", code, value, ok)
	}
	if _, _, ok := option(t, `1e 01 01 05 612e62 00`).HandoverValue(); ok {
		t.Error("a value that is longer than its option")
	}
	if typ, name, ok := option(t, `0f 01 02 01 016100 00`).TrustAnchor(); typ != AnchorFQDN || string(name) != "\x01a\x00" || !ok {
		t.Errorf("trust anchor: %d %x %v", typ, name, ok)
	}
	if _, _, ok := option(t, `0f 01 02 07 016100 00`).TrustAnchor(); ok {
		t.Error("more padding than there is")
	}
	if typ, cert, ok := option(t, `10 01 01 00 30020000`).Certificate(); typ != 1 || len(cert) != 4 || !ok {
		t.Errorf("certificate: %d %x %v", typ, cert, ok)
	}
	if hash, sig, ok := option(t, `0c 03 0000 000102030405060708090a0b0c0d0e0f 01020304`).Signature(); len(hash) != 16 || len(sig) != 4 || !ok {
		t.Errorf("signature: %x %x %v", hash, sig, ok)
	}
	if addr, ok := option(t, `01 02 0200000000000001 000000000000`).LinkAddr(); len(addr) != 14 || !ok {
		t.Errorf("link-layer address: %x %v", addr, ok)
	}
	dns := option(t, `19 05 0000 00000e10 20010db8000000000000000000000007 20010db8000000000000000000000008`)
	life, _ := dns.Lifetime()
	if addrs, ok := dns.Addrs(); !ok || life != 3600 || addrs.Len() != 2 || addrs.At(1) != v6(8) || !addrs.Whole() {
		t.Errorf("DNS servers: %d %x %v", life, addrs, ok)
	}
	if addrs, ok := option(t, `0a 02 000000000000 2001 0db800000000`).Addrs(); !ok || addrs.Len() != 0 || addrs.Whole() {
		t.Errorf("half an address: %x %v", addrs, ok)
	}
}

// Every option, damaged at every byte.
func TestNDDamaged(t *testing.T) {
	b := ndFrame(t)
	var p Packet
	if st := Decode(&p, LinkRaw, b, len(b)); st != OK {
		t.Fatal(st)
	}
	damage(t, LinkRaw, b)
}

// ndFrame is a router solicitation with all options of ndOptionTests and of those types that
// have none there.
func ndFrame(t testing.TB) []byte {
	lines := "8500 0000 00000000\n"
	for _, tt := range ndOptionTests {
		lines += tt.hex + "\n"
	}
	lines += `
		01 01 020000000001
		08 01 0000 000a 0708
		0c 03 0000 000102030405060708090a0b0c0d0e0f 01020304
		0d 02 000000000000 00006553f1008000
		0f 01 02 01 016100 00
		10 01 01 00 30020000
		13 01 02 0200000000
		14 03 00 02 00000000 20010db8000000000000000000000007
		19 03 0000 00000e10 20010db8000000000000000000000007
		1e 01 01 03 612e62 00
		1f 02 0000 00000e10 01 61 02 6263 00 0000`
	msg := forge.Hex(lines)
	return append(forge.Hex(fmt.Sprintf("60000000 %04x 3a ff\n", len(msg))+ip6Addrs), msg...)
}
