package main

import (
	"encoding/binary"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"icmpdump/internal/forge"
	"icmpdump/internal/lab"
)

// Extension headers of 8 bytes, and an echo request, as they stand behind an IPv6 header. The
// first byte of each is the type of what follows.
const (
	evadingEcho = "8000 1206 1234 0007 0000 0000 "
	padding     = "00 0104 00000000 " // of options, behind the type
)

// evasions are IPv6 packets by which messages are slipped past those that do not read headers to
// their end, and what docs/decoding.md says of each.
var evasions = []struct {
	name    string
	next    string // type of the first header
	headers string // and what stands behind the IPv6 header
	length  int    // what the header has for it; 0: what it is; -1: 0
	verdict string // "": no line of JSON
	theirs  string // why tshark sees no type where we do, or one where we do not
}{
	{name: "atomic fragment", next: "2c", headers: "3a00 0000 00000007" + evadingEcho, verdict: "ok"},
	{name: "atomic fragment, twice", next: "2c", headers: "2c00 0000 00000007 3a00 0000 00000008" + evadingEcho, verdict: "ok"},
	{name: "first fragment with the type alone", next: "2c", headers: "3a00 0001 00000007 8000 1206 1234 0007", verdict: "ok"},
	{name: "first fragment of options only", next: "2c", headers: "3c00 0001 00000007 3a" + padding, verdict: "malformed:icmp-header"},
	{name: "first fragment with two bytes of the message", next: "2c", headers: "3a00 0001 00000007 8000", verdict: "malformed:icmp-header"},
	{name: "first fragment that ends in its options", next: "2c", headers: "3c00 0001 00000007 3a01 0104 00000000", verdict: "malformed:ext-header"},
	{name: "first fragment behind options", next: "3c", headers: "2c" + padding + "3a00 0001 00000007" + evadingEcho, verdict: "ok"},
	{name: "first fragment before options", next: "2c", headers: "3c00 0001 00000007 3a" + padding + evadingEcho, verdict: "ok"},
	{name: "overlapping fragment", next: "2c", headers: "3a00 0009 00000007" + evadingEcho, verdict: "fragment"},
	{name: "last fragment", next: "2c", headers: "3a00 0010 00000007" + evadingEcho, verdict: "fragment"},
	{name: "later fragment that names another header", next: "2c", headers: "3c00 0010 00000007" + evadingEcho, verdict: "fragment"},
	{name: "later fragment that names UDP", next: "2c", headers: "1100 0010 00000007" + evadingEcho, verdict: ""},
	{name: "later fragment beyond 65535", next: "2c", headers: "3a00 fff8 00000007" + evadingEcho, verdict: "malformed:frag-overflow"},
	{name: "hop-by-hop options, twice", next: "00", headers: "00" + padding + "3a" + padding + evadingEcho, verdict: "ok"},
	{name: "hop-by-hop options behind others", next: "3c", headers: "00" + padding + "3a" + padding + evadingEcho, verdict: "ok"},
	{name: "destination options, eight times", next: "3c", headers: strings.Repeat("3c"+padding, 7) + "3a" + padding + evadingEcho, verdict: "ok"},
	{name: "destination options, a hundred times", next: "3c", headers: strings.Repeat("3c"+padding, 99) + "3a" + padding + evadingEcho, verdict: "ok"},
	{name: "source route on its way", next: "2b", headers: "3a02 0001 00000000 20010db80000000000000000000000ee" + evadingEcho, verdict: "ok"},
	{name: "source route that is empty", next: "2b", headers: "3a00 0000 00000000" + evadingEcho, verdict: "ok"},
	{name: "routing of an unknown type", next: "2b", headers: "3a00 ff03 00000000" + evadingEcho, verdict: "ok"},
	{name: "routing behind routing", next: "2b", headers: "2b00 0000 00000000 3a00 0000 00000000" + evadingEcho, verdict: "ok"},
	{name: "unknown header", next: "fa", headers: "3a" + padding + evadingEcho, verdict: ""},
	{name: "unknown header behind options", next: "3c", headers: "fa" + padding + "3a" + padding + evadingEcho, verdict: ""},
	{name: "no next header", next: "3b", headers: evadingEcho, verdict: ""},
	{name: "no next header behind options", next: "3c", headers: "3b" + padding + evadingEcho, verdict: ""},
	{name: "headers cut by the payload length", next: "3c", headers: "3a" + padding + evadingEcho, length: 4, verdict: "malformed:ext-header"},
	{name: "message cut by the payload length", next: "3c", headers: "3a" + padding + evadingEcho, length: 10, verdict: "malformed:icmp-header"},
	{name: "options longer than the packet", next: "3c", headers: "3a10 0104 00000000" + evadingEcho, verdict: "malformed:ext-header"},
	{name: "no payload, and padding", next: "3a", headers: evadingEcho, length: -1, verdict: "malformed:icmp-header"},
	{name: "jumbo payload", next: "00", headers: "3a00 c204 00000014" + evadingEcho, length: -1, verdict: "ok",
		theirs: "RFC 2675, section 3, forbids lengths below 65536"},
	{name: "jumbo payload that is not all there", next: "00", headers: "3a00 c204 00010014" + evadingEcho, length: -1, verdict: "truncated"},
	{name: "jumbo payload shorter than its header", next: "00", headers: "3a00 c204 00000004" + evadingEcho, length: -1, verdict: "malformed:ext-header"},
	{name: "jumbo payload of another length", next: "00", headers: "3a00 c204 00000014" + evadingEcho, verdict: "ok"},
	{name: "ICMP of IPv4", next: "01", headers: "0800 e5c4 1234 0007 0000 0000", verdict: "malformed:wrong-family"},
	{name: "ICMP of IPv4 behind options", next: "3c", headers: "01" + padding + "0800 e5c4 1234 0007 0000 0000", verdict: "malformed:wrong-family"},
}

// Each way of slipping by has its verdict, and where tshark sees a message, so do we.
func TestIPv6Evasion(t *testing.T) {
	lab.NeedTshark(t)
	var frames []captured
	for _, e := range evasions {
		f := rawIP6("60000000", e.next, "")[:14+40]
		f = append(f, forge.Hex(e.headers)...)
		length := len(f) - 14 - 40
		if e.length != 0 {
			length = max(0, e.length)
		}
		binary.BigEndian.PutUint16(f[18:], uint16(length))
		frames = append(frames, captured{frame: f})
	}
	path := filepath.Join(t.TempDir(), "evasions.pcap")
	if err := writeCaptureOf(path, linkEthernet, frames); err != nil {
		t.Fatal(err)
	}
	types := []fact{{path: "type", fields: "icmpv6.type"}, {path: "code", fields: "icmpv6.code"}, {path: "id", fields: "icmpv6.echo.identifier"}}
	records, events := tshark(t, path, types), packetsOf(t, path)
	for i, e := range evasions {
		event, shown := events[uint64(i+1)]
		if got := verdictOf(event); got != e.verdict || shown != (e.verdict != "") {
			t.Errorf("%s: %q, want %q", e.name, got, e.verdict)
		}
		for _, f := range types {
			if got, want := at(any(event), f.path), f.from(records[i]); slices.Equal(got, want) != (e.theirs == "") {
				t.Errorf("%s: %s is %v, tshark says %v", e.name, f.path, got, want)
			}
		}
	}
}

// verdictOf is the name of the verdict that an event is about; "": there is none.
func verdictOf(event map[string]any) string {
	switch event["event"] {
	case nil:
		return ""
	case "fragment":
		return "fragment"
	case "malformed":
		return fmt.Sprintf("malformed:%v", event["reason"])
	}
	if verdict, ok := event["verdict"]; ok {
		return fmt.Sprint(verdict)
	}
	return "ok"
}
