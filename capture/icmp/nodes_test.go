package icmp

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"icmpdump/internal/forge"
)

// checkNodes holds what is read of router renumbering and node information to what is true of any:
// nothing that is not there.
func checkNodes(t *testing.T, p *Packet, msg []byte) {
	t.Helper()
	if _, ok := p.Renumbering(msg); ok && len(msg) < 16 {
		t.Fatal("a header that was not captured")
	}
	ops, size := p.PrefixOps(msg), 0
	for {
		op, ok := ops.Next()
		if !ok {
			break
		}
		for i := range op.Uses.Len() {
			op.Uses.At(i)
		}
		size += 24 + len(op.Uses)
	}
	reports := p.MatchReports(msg)
	for i := range reports.Len() {
		reports.At(i)
	}
	if size+len(reports) > len(msg) {
		t.Fatalf("%d bytes of operations and %d of reports in %d", size, len(reports), len(msg))
	}
	if p.Status == OK && p.Frag == 0 && !ops.Whole() {
		t.Fatalf("something is missing of %x, which is well", msg)
	}

	nonce, captured := p.Nonce()
	n, ok := p.NodeInfo(msg)
	if msg != nil && captured && (!ok || binary.BigEndian.Uint64(n.Nonce) != nonce) {
		t.Fatalf("nonce %x, %v; of the message %x, %v", nonce, captured, n.Nonce, ok)
	}
	if ok {
		if p.WhoAreYou() && p.Status == OK {
			t.Fatal("who are you? comes with node information")
		}
		addrs := n.Addrs()
		for i := range addrs.Len() {
			addrs.At(i)
		}
		n.TTL()
		checkNodeNames(t, n.Data)
	}
}

// checkNodeNames takes all that may be names in b.
func checkNodeNames(t *testing.T, b []byte) {
	t.Helper()
	if old, ok := OldNodeName(b); ok && len(old) > 255 {
		t.Fatalf("a name of %d bytes", len(old))
	}
	for len(b) > 0 {
		name, rest := NextNodeName(b)
		size := 0
		for label, ok := name.Next(); ok; label, ok = name.Next() {
			size += 1 + len(label)
		}
		if size > len(b)-len(rest) || name.Root && !name.Whole {
			t.Fatalf("%+v of %x", name, b)
		}
		if !name.Whole {
			break
		}
		b = rest
	}
}

func TestRenumbering(t *testing.T) {
	p, msg := decoded(t, renumber+`02 0b`+matchPrefix+usePrefix+usePrefix, 1)
	header, ok := p.Renumbering(msg)
	if want := (Renumbering{Segment: 7, Flags: 0xa8, MaxDelay: 1000}); header != want || !ok {
		t.Errorf("got %+v, %v, want %+v", header, ok, want)
	}
	ops := p.PrefixOps(msg)
	op, ok := ops.Next()
	uses := op.Uses
	op.Uses = nil
	want := PrefixOp{OpCode: 2, OpLength: 11, Ordinal: 9, MatchLen: 48, MinLen: 32, MaxLen: 64, Match: nine}
	if diff := cmp.Diff(want, op); diff != "" || !ok || ops.Whole() {
		t.Errorf("%v, whole is %v (-want +got)\n%s", ok, ops.Whole(), diff)
	}
	use := UsePrefix{UseLen: 48, KeepLen: 16, FlagMask: 0xc0, RAFlags: 0x80, Valid: 86400, Preferred: 3600, Flags: 0x80, Prefix: nine}
	if uses.Len() != 1 || uses.At(0) != use {
		t.Errorf("got %d parts: %x, want %+v", uses.Len(), uses, use)
	}
}

func TestMatchReports(t *testing.T) {
	p, msg := decoded(t, `8a 01 0000 00001267 07 00 0000 00000000
		0003 09 30 00000002`+address+`0000 0a 40 00000003`+address, 1)
	reports := p.MatchReports(msg)
	want := MatchReport{OutOfBounds: true, Forbidden: true, Ordinal: 9, MatchedLen: 48, Interface: 2, Prefix: nine}
	if reports.Len() != 1 || reports.At(0) != want {
		t.Errorf("got %x, want %+v", reports, want)
	}
}

func TestNodeInfo(t *testing.T) {
	p, msg := decoded(t, `8c 00 0000 0004 8001 3132333435363738 0000003c c0000201 0000003d`, 0)
	got, ok := p.NodeInfo(msg)
	want := NodeInfo{Qtype: 4, Flags: 0x8001, Nonce: []byte("12345678"), Data: []byte{0, 0, 0, 60, 192, 0, 2, 1, 0, 0, 0, 61}}
	if diff := cmp.Diff(want, got); diff != "" || !ok {
		t.Errorf("%v (-want +got)\n%s", ok, diff)
	}
	addrs := got.Addrs()
	if addrs.Len() != 1 {
		t.Fatalf("%d addresses", addrs.Len())
	}
	if a, version, ttl := addrs.At(0); a != v4(192, 0, 2, 1) || version != 4 || ttl != 60 {
		t.Errorf("got %x, version %d, %d s", a, version, ttl)
	}
}

// The nonce is there with its last byte.
func TestNonce(t *testing.T) {
	for _, typ := range []string{"8b", "8c"} {
		const size, nonce = 20, 0x3132333435363738
		for n := range size + 1 {
			b := forge.Hex("60000000 0014 3a 40" + ip6Addrs + typ + "00 0000 0004 8001 3132333435363738 0000003c")
			var p Packet
			Decode(&p, LinkRaw, b[:40+n], len(b))
			if got, ok := p.Nonce(); ok != (n >= 16) || ok && got != nonce || !ok && got != 0 {
				t.Errorf("type %s, %d bytes: got %x, %v", typ, n, got, ok)
			}
			if _, ok := p.Target(); ok || p.Quoted() != (Quote{}) {
				t.Errorf("type %s, %d bytes: it quotes or targets", typ, n)
			}
		}
	}
}

func TestNodeNames(t *testing.T) {
	for _, tt := range []struct {
		name, b string
		want    []string // the labels of the names, with their ends
	}{
		{"complete", "\x04host\x07example\x00", []string{"host", "example", "root"}},
		{"not complete", "\x04host\x00\x00", []string{"host", "end"}},
		{"the root", "\x00", []string{"root"}},
		{"several", "\x01a\x00\x01b\x00\x00\x01c\x00", []string{"a", "root", "b", "end", "c", "root"}},
		{"a label past the end", "\x01a\x05bcde", []string{"a", "cut"}},
		{"no end", "\x01a\x01b", []string{"a", "b", "cut"}},
		{"a length only", "\x01", []string{"cut"}},
		{"a label of more than 63 bytes", "\x01a\x40" + strings.Repeat("b", 64) + "\x00", []string{"a", "cut"}},
	} {
		var got []string
		for b := []byte(tt.b); len(b) > 0; {
			var name NodeName
			name, b = NextNodeName(b)
			for label, ok := name.Next(); ok; label, ok = name.Next() {
				got = append(got, string(label))
			}
			switch {
			case !name.Whole:
				got, b = append(got, "cut"), nil
			case name.Root:
				got = append(got, "root")
			default:
				got = append(got, "end")
			}
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", tt.name, diff)
		}
	}
	endless := bytes.Repeat([]byte("\x01a"), 1000)
	if name, rest := NextNodeName(endless); name.Whole || len(endless)-len(rest) != 254 {
		t.Errorf("a name without end: %d bytes of it", len(endless)-len(rest))
	}
	if name, ok := OldNodeName([]byte("\x03old")); string(name) != "old" || !ok {
		t.Errorf("got %q, %v", name, ok)
	}
}
