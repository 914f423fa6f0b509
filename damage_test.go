package main

import (
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"

	"icmpdump/internal/forge"
	"icmpdump/internal/lab"
)

// Of frames that were damaged or cut short, tshark and icmpdump read the same bytes as type, code,
// identifier and addresses, wherever both read any.
func TestDamagedFactsAreTsharks(t *testing.T) {
	lab.NeedTshark(t)
	seed, n := setting(t, seedVar, 1), setting(t, packetsVar, 8_000)
	t.Logf("%s=%d %s=%d", seedVar, seed, packetsVar, n)
	r := rand.New(rand.NewPCG(seed, 1))
	frames := make([]captured, n)
	for i := range frames {
		whole := forge.Random(r)
		frames[i].frame = forge.Damaged(r, whole)
		frames[i].cut = max(0, len(whole)-len(frames[i].frame))
	}
	path := filepath.Join(t.TempDir(), "damaged.pcap")
	if err := writeCaptureOf(path, linkEthernet, frames); err != nil {
		t.Fatal(err)
	}
	compared := []fact{
		{path: "src", fields: "ip.src ipv6.src", of: oneFamily}, {path: "dst", fields: "ip.dst ipv6.dst", of: oneFamily},
		{path: "type", fields: "icmp.type icmpv6.type", of: oneFamily},
		{path: "code", fields: "icmp.code icmpv6.code", of: oneFamily},
		{path: "id", fields: "icmp.ident icmpv6.echo.identifier icmpv6.mip6.identifier", of: quotesNo},
		{path: "seq", fields: "icmp.seq icmp.ext.echo.seq icmpv6.echo.sequence_number icmpv6.ext.echo.seq", of: quotesNo},
	}
	both := make([]int, len(compared))
	records, events := tshark(t, path, compared), packetsOf(t, path)
	for i, c := range frames {
		for j, f := range compared {
			event := events[uint64(i+1)]
			got, want := at(any(event), f.path), f.from(records[i])
			if event["event"] == "malformed" { // tshark goes by the version, and we by the EtherType
				continue
			}
			if len(got) == 0 || len(want) == 0 || f.of != nil && !f.of(records[i]) {
				continue
			}
			both[j]++
			if !slices.Equal(got, want) {
				t.Errorf("frame %d: %s is %v, tshark says %v\n%x", i+1, f.path, got, want, c.frame)
			}
		}
	}
	for j, f := range compared {
		if both[j] == 0 {
			t.Errorf("no frame has %s in both", f.path)
		}
	}
}

// oneFamily reports whether the message quotes nothing of the other family, which would come first.
func oneFamily(r record) bool {
	return (len(r["icmp.type"]) == 0 || len(r["icmpv6.type"]) == 0) && (len(r["ip.src"]) == 0 || len(r["ipv6.src"]) == 0)
}
