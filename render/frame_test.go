package render

import (
	"testing"

	"icmpdump/capture/icmp"
	"icmpdump/flowtable"
	"icmpdump/internal/forge"
)

// event is that of a frame, wire bytes long, of which all or less is there.
func event(t testing.TB, link icmp.Link, b []byte, wire int) (*flowtable.Event, icmp.Frame) {
	t.Helper()
	f := icmp.Frame{Data: b, Wire: wire, Link: link}
	events := eventsOf(flowtable.New(flowtable.Config{MaxFlows: 8}), f)
	if len(events) != 1 {
		t.Fatalf("%d events of %x", len(events), b)
	}
	return &events[0], f
}

// What was missing on the wire already is said; what the capture cut off is not.
func TestMissing(t *testing.T) {
	echo4 := forge.Frame(forge.IP4("10.0.0.1", "10.0.0.2"), forge.Echo4(8, 1, 2))
	echo6 := forge.Frame(forge.IP6("2001:db8::1", "2001:db8::2"), forge.ICMP6(128, 0), forge.IDSeq(1, 2))
	options := forge.Hex("4800 0028 0001 0000 40 01 0000" + addrs4 + "94040005 0707 04 0a000009 00 0800 fbcc 4d2f 0003")
	for _, tt := range []struct {
		name       string
		data       []byte
		kept, wire int
		want       string
	}{
		{"IPv4", echo4, 24, 24, "IP truncated-ip - 4 bytes missing! 10.0.0.1 > 10.0.0.2: ICMP echo request [|icmp]"},
		{"IPv4, cut by the capture", echo4, 24, 28, "IP 10.0.0.1 > 10.0.0.2: ICMP echo request [|icmp]"},
		{"IPv4 options, cut by the capture", options, 27, 40, "IP 10.0.0.1 > 10.0.0.2:  [remaining caplen(27) < header length(32)] [|ip]"},
		{"IPv4 options, beyond the wire", options, 27, 27, "IP 10.0.0.1 > 10.0.0.2: malformed:ip-header"},
		{"IPv6", echo6, 44, 45, "IP6 truncated-ip6 - 3 bytes missing!2001:db8::1 > 2001:db8::2: ICMP6, echo request [|icmp6]"},
		{"IPv6, cut by the capture", echo6, 44, 48, "IP6 2001:db8::1 > 2001:db8::2: ICMP6, echo request [|icmp6]"},
	} {
		e, f := event(t, icmp.LinkRaw, tt.data[:tt.kept], tt.wire)
		if got := string(NewLines(Options{Time: TimeFormat{Style: TimeNone}}).Append(nil, e, f)); got != tt.want+"\n" {
			t.Errorf("%s\ngot  %swant %s", tt.name, got, tt.want)
		}
	}
}
