package icmp

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// checkRPL holds what is read of an RPL message to what is true of any: nothing that is not there.
func checkRPL(t *testing.T, p *Packet, msg []byte) {
	t.Helper()
	s, secure := p.RPLSecurity(msg)
	if s.end > len(msg) {
		t.Fatalf("a security section of %d bytes in %d", s.end, len(msg))
	}
	r, ok := p.RPL(msg)
	if ok && p.Code&RPLSecure != 0 && (!secure || s.encrypted()) {
		t.Fatal("who could read that?")
	}
	size := 0
	for {
		o, ok := r.Options.Next()
		if !ok {
			break
		}
		size += 1 + len(o.Data)
		o.Route()
		o.Config()
		o.Target()
		o.Transit()
		o.Solicited()
		o.Prefix()
		for ok := true; ok; {
			_, ok = o.Metric()
		}
	}
	if size > len(msg) {
		t.Fatalf("%d bytes of options in %d", size, len(msg))
	}
	if p.Status == OK && p.Frag == 0 && !r.Options.Whole() {
		t.Fatalf("something is missing of %x, which is well", msg)
	}
}

func TestRPLBaseObjects(t *testing.T) {
	for _, tt := range []struct {
		message string
		want    RPL
	}{
		{`9b 00 0000 a5 00`, RPL{Kind: RPLDIS, Flags: 0xa5}},
		{rplDIO, RPL{Kind: RPLDIO, Instance: 30, Version: 240, Rank: 256, Grounded: true, Mode: 1, DTSN: 240, HasDODAG: true, DODAG: nine}},
		{`9b 02 0000 1e 80 00 07`, RPL{Kind: RPLDAO, Instance: 30, Flags: 0x80, AckWanted: true, Sequence: 7}},
		{`9b 02 0000 1e 40 00 07` + address, RPL{Kind: RPLDAO, Instance: 30, Flags: 0x40, Sequence: 7, HasDODAG: true, DODAG: nine}},
		{`9b 03 0000 1e 80 07 01` + address, RPL{Kind: RPLDAOAck, Instance: 30, Flags: 0x80, Sequence: 7, Status: 1, HasDODAG: true, DODAG: nine}},
		{`9b 04 0000 1e 01 f0 00` + address, RPL{Kind: RPLP2PDRO, Instance: 30, Version: 1, Flags: 0xc0, AckWanted: true, Sequence: 3, HasDODAG: true, DODAG: nine}},
		{`9b 05 0000 1e 01 80 00` + address, RPL{Kind: RPLP2PDROAck, Instance: 30, Version: 1, Sequence: 2, HasDODAG: true, DODAG: nine}},
		{`9b 07 0000 1e c0 01 09` + address, RPL{Kind: RPLDCO, Instance: 30, Flags: 0xc0, AckWanted: true, Status: 1, Sequence: 9, HasDODAG: true, DODAG: nine}},
		{`9b 08 0000 1e 00 09 02`, RPL{Kind: RPLDCOAck, Instance: 30, Sequence: 9, Status: 2}},
		{`9b 8a 0000 80 00 82 00 00001234 1122334455667788 07
			1e 80 cafe` + address + `0000002a 01020304`, RPL{Kind: RPLCC, Instance: 30, Flags: 0x80, Nonce: 0xcafe, Counter: 42, HasDODAG: true, DODAG: nine}},
	} {
		p, msg := decoded(t, tt.message, 0)
		got, ok := p.RPL(msg)
		if diff := cmp.Diff(tt.want, got, cmpopts.IgnoreFields(RPL{}, "Options")); diff != "" || !ok {
			t.Errorf("%s: %v (-want +got)\n%s", tt.message, ok, diff)
		}
	}
	const plainCheck = `9b 0a 0000 1e 80 cafe` + address + `0000002a`
	for _, message := range []string{`9b 06 0000 ffffffff ffffffff`, plainCheck, `9b 81 0000 00 00 c1 00 00001234 1122334455667788 07` + address} {
		if p, msg := decoded(t, message, 0); second(p.RPL(msg)) {
			t.Errorf("%s: has a base object", message)
		}
	}
}

func TestRPLSecurity(t *testing.T) {
	key := []byte{0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88}
	for _, tt := range []struct {
		message string
		want    RPLSecurity
	}{
		{`9b 80 0000 00 05 02 00 00001234 07`, RPLSecurity{Algorithm: 5, Level: 2, Counter: 0x1234, HasIndex: true, Index: 7, end: 13}},
		{`9b 80 0000 80 00 43 00 00001234 ff`, RPLSecurity{Time: true, Mode: 1, Level: 3, Counter: 0x1234, end: 12}},
		{`9b 80 0000 00 00 80 00 00001234 1122334455667788 07`, RPLSecurity{Mode: 2, Counter: 0x1234, Source: key, HasIndex: true, Index: 7, end: 21}},
		{`9b 80 0000 00 00 c0 00 00001234`, RPLSecurity{Mode: 3, Counter: 0x1234, end: 12}},
		{`9b 80 0000 00 00 c1 00 00001234 1122334455667788 07`, RPLSecurity{Mode: 3, Level: 1, Counter: 0x1234, Source: key, HasIndex: true, Index: 7, end: 21}},
	} {
		p, msg := decoded(t, tt.message, 0)
		got, ok := p.RPLSecurity(msg)
		if diff := cmp.Diff(tt.want, got, cmp.AllowUnexported(RPLSecurity{})); diff != "" || !ok {
			t.Errorf("%s: %v (-want +got)\n%s", tt.message, ok, diff)
		}
	}
}

func TestRPLOptions(t *testing.T) {
	p, msg := decoded(t, rplDIO+`
		00 01 01 00 # pad1, padN
		03 0a 20 08 00000e10 20010db8
		04 0e 0d 14 03 0a 0800 0100 0001 00 1e 003c
		05 06 00 20 20010db8
		06 14 80 40 07 ff`+address+`
		06 04 00 00 01 1e
		07 13 1e a0`+address+`02
		08 1e 40 e0 00015180 00000e10 00000000`+address+`
		02 0a 07 0002 02 0080 03 0001 00 # expected transmissions, hops`, 0)
	r, _ := p.RPL(msg)
	next := func() *RPLOption {
		o, ok := r.Options.Next()
		if !ok {
			t.Fatal("an option is missing")
		}
		return &o
	}
	for _, want := range []RPLOption{{}, {Type: RPLPadN, Len: 1, Data: []byte{0}}} {
		if diff := cmp.Diff(want, *next()); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	}
	doc := Addr{0x20, 0x01, 0x0d, 0xb8}
	if got, ok := next().Route(); got != (RPLRouteInfo{32, 1, 3600, doc}) || !ok {
		t.Errorf("route %+v, %v", got, ok)
	}
	config := RPLConfiguration{true, 5, 20, 3, 10, 2048, 256, 1, 30, 60}
	if got, ok := next().Config(); got != config || !ok {
		t.Errorf("configuration: got %+v, %v, want %+v", got, ok, config)
	}
	if got, bits, ok := next().Target(); got != doc || bits != 32 || !ok {
		t.Errorf("target %x/%d, %v", got, bits, ok)
	}
	if got, ok := next().Transit(); got != (RPLTransitInfo{true, 0x40, 7, 255, nine, true}) || !ok {
		t.Errorf("transit %+v, %v", got, ok)
	}
	if got, ok := next().Transit(); got != (RPLTransitInfo{PathSequence: 1, PathLifetime: 30}) || !ok {
		t.Errorf("transit without a parent %+v, %v", got, ok)
	}
	if got, ok := next().Solicited(); got != (RPLSolicitedInfo{30, 0xa0, nine, 2}) || !ok {
		t.Errorf("solicited %+v, %v", got, ok)
	}
	if got, ok := next().Prefix(); got != (RPLPrefixInfo{64, 0xe0, 86400, 3600, nine}) || !ok {
		t.Errorf("prefix %+v, %v", got, ok)
	}
	metrics := next()
	for _, want := range []RPLMetric{{7, 2, []byte{0, 0x80}}, {3, 1, []byte{}}} {
		got, ok := metrics.Metric()
		if diff := cmp.Diff(want, got); diff != "" || !ok {
			t.Errorf("metric: %v (-want +got)\n%s", ok, diff)
		}
	}
	if !r.Options.Whole() || second(r.Options.Next()) {
		t.Error("not whole, or one more")
	}
}
