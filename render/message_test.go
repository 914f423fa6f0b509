package render

import (
	"encoding/binary"
	"strings"
	"testing"

	"icmpdump/capture/icmp"
	"icmpdump/flowtable"
	"icmpdump/internal/forge"
)

// message6 is the event of an ICMPv6 message, of which the capture lacks cut bytes.
func message6(t testing.TB, message []byte, cut int) (*flowtable.Event, icmp.Frame) {
	t.Helper()
	b := append(forge.Frame(forge.IP6("2001:db8::1", "2001:db8::2")), message...)
	binary.BigEndian.PutUint16(b[4:], uint16(len(message)))
	b[6] = icmp.ProtoICMPv6
	return event(t, icmp.LinkRaw, b[:len(b)-cut], len(b))
}

// lineOf is what the line of a message says behind its addresses.
func lineOf(t *testing.T, message []byte, cut, verbose int) string {
	t.Helper()
	e, f := message6(t, message, cut)
	line := string(NewLines(Options{Verbose: verbose, Time: TimeFormat{Style: TimeNone}}).Append(nil, e, f))
	_, line, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "ICMP6, ")
	if !ok {
		t.Fatalf("no ICMPv6 in %q", line)
	}
	return line
}
