package render

import (
	"strings"
	"testing"

	"icmpdump/capture/icmp"
	"icmpdump/flowtable"
)

// An interface of a file's own numbering is in the JSON by its name, if it has one; tcpdump
// does not print it, and so lines do not.
func TestInterfacesOfFiles(t *testing.T) {
	for _, tt := range []struct {
		name       string
		index      int32
		known      string
		line, json string
	}{
		{"a kernel's", 7, "eth0", "eth0  In  IP ", `,"interface":"eth0","direction":"ingress"`},
		{"a kernel's, without a name", 7, "", "if7   In  IP ", `,"interface":"if7","direction":"ingress"`},
		{"a file's", -1, "eth0", "IP ", `,"interface":"eth0","direction":"ingress"`},
		{"a file's, without a name", -5000, "", "IP ", `Z","direction":"ingress"`},
		{"none", 0, "never asked", "IP ", `Z","direction":"ingress"`},
	} {
		o := Options{Time: TimeFormat{Style: TimeNone}, Ifaces: true, Iface: func(int32) string { return tt.known }}
		e := flowtable.Event{Packet: icmp.Packet{Version: 4, Status: icmp.OK, Got: 8, Iface: tt.index, Dir: icmp.DirIn}}
		if got := string(NewLines(o).Append(nil, &e, icmp.Frame{})); !strings.HasPrefix(got, tt.line+"0.0.0.0 > ") {
			t.Errorf("%s: got %q, want it to begin with %q", tt.name, got, tt.line)
		}
		if got := string(NewJSON(o).Append(nil, &e, icmp.Frame{})); !strings.Contains(got, tt.json) {
			t.Errorf("%s: got %s, want %s in it", tt.name, got, tt.json)
		}
	}
}

// A file that has another interface in each record does not fill the memory with their names.
func TestIfaceNamesAreBounded(t *testing.T) {
	names := newIfaceNames(nil)
	for i := range int32(3 * maxIfaceNames) {
		names.name(i + 1)
	}
	if len(names.known) > maxIfaceNames {
		t.Errorf("%d names", len(names.known))
	}
	if got := names.name(7).String(); got != "if7" {
		t.Errorf("got %q", got)
	}
}
