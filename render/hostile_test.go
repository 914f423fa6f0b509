package render

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"icmpdump/capture/icmp"
	"icmpdump/internal/forge"
)

// fake is what a sender may want to see in a line.
const fake = `x" | req=1 rep=0 note=LOST`

// long is as much of something as a datagram has room for.
func long(b ...byte) []byte { return bytes.Repeat(b, 60_000/len(b)) }

// dnsName is a name of one label (RFC 1035, section 3.1).
func dnsName(label string) []byte {
	return slices.Concat([]byte{byte(len(label))}, []byte(label), []byte{0})
}

// nodeReply is the answer to a question about a node's names (RFC 4620, section 6.3).
func nodeReply(names ...byte) forge.Message {
	return forge.NodeInfo(icmp.Type6NodeReply, 0, icmp.QtypeName, 0, make([]byte, 8), append(make([]byte, 4), names...))
}

func solicit(options ...[]byte) forge.Message {
	return forge.Message6(icmp.Type6RouterSolicit, 0, 0, options...)
}

// Whatever a message has in it, its line has one bar, no note but its own, and an end.
func TestHostile(t *testing.T) {
	portal := slices.Concat([]byte{37, 255}, bytes.Repeat([]byte{1}, 255*8-2))
	for _, h := range []struct {
		name string
		m    forge.Message
	}{
		{"a name of node information", nodeReply(dnsName(fake)...)},
		{"a name of node information, as it was once", nodeReply(dnsName(fake)[:1+len(fake)]...)},
		{"an interface", forge.Probe(4, 1, 2, false, forge.ByName(fake))},
		{"a search domain", solicit(forge.NDDNSSL(9, fake))},
		{"a captive portal", solicit(forge.NDCaptivePortal(fake))},
		{"a long interface", forge.Probe(4, 1, 2, false, forge.Object(3, 1, long(0xff)))},
		{"long captive portals", solicit(bytes.Repeat(portal, 28))},
		{"many names", nodeReply(long(dnsName(strings.Repeat("\x01", 63))...)...)},
		{"a long option of RPL", forge.RPL(icmp.RPLDIO, make([]byte, 24), long(slices.Concat([]byte{9, 255}, make([]byte, 255))...))},
		{"many routers", forge.Message4(icmp.TypeRouterAdvert, 0, 0xff020009, long(0x7f))},
	} {
		b := h.m.Datagram(addrs[h.m.Version][0], addrs[h.m.Version][1])
		e, f := event(t, icmp.LinkRaw, b, len(b))
		for verbose := range 4 {
			line := string(NewLines(Options{Counters: true, Verbose: verbose}).Append(nil, e, f))
			if strings.Count(line, " | ") != 1 || strings.Contains(line, " note=LOST") {
				t.Errorf("%s: %s", h.name, line)
			}
			if len(line) > maxLine+512 {
				t.Errorf("%s, with %d -v: a line of %d bytes", h.name, verbose, len(line))
			}
		}
		checkColors(t, twins(nil), e, f)
	}
}

// However many tags a frame has, its link header has an end as well.
func TestHostileTags(t *testing.T) {
	echo := forge.Frame(forge.IP4("10.0.0.1", "10.0.0.2"), forge.Echo4(8, 1, 2))
	b := slices.Concat(make([]byte, 12), bytes.Repeat([]byte{0x81, 0, 0, 7}, 16_000), []byte{8, 0}, echo)
	e, f := event(t, icmp.LinkEthernet, b, len(b))
	for verbose := range 4 {
		line := NewLines(Options{Counters: true, Link: true, Verbose: verbose}).Append(nil, e, f)
		if len(line) > maxLine+512 || !bytes.Contains(line, []byte("ICMP echo request")) {
			t.Errorf("with %d -v: a line of %d bytes: %.200s", verbose, len(line), line)
		}
	}
	checkColors(t, twins(nil), e, f)
}

// An interface's name brings no colours of its own, nor takes any away, and does not move those of the
// line.
func TestHostileInterface(t *testing.T) {
	echo := forge.Frame(forge.IP4("10.0.0.1", "10.0.0.2"), forge.Echo4(8, 1, 2))
	e, f := event(t, icmp.LinkRaw, echo, len(echo))
	name := "\x1b[0m: " + PaintError.Begin() + "ICMP\x9b31m\n\\"
	o := Options{Time: TimeFormat{Style: TimeNone}, Ifaces: true, Iface: func(int32) string { return name }, Color: true}
	want := `\x1b[0m: \x1b[31mICMP\x9b31m\x0a\x5c ?   IP 10.0.0.1 > 10.0.0.2: ` +
		PaintRequest.Begin() + "ICMP echo request, id 1, seq 2, length 8" + PaintEnd + "\n"
	if got := string(NewLines(o).Append(nil, e, f)); got != want {
		t.Errorf("\ngot  %qwant %q", got, want)
	}
}

// addrs are a sender and a receiver of each version.
var addrs = map[int][2]string{4: {"10.0.0.1", "10.0.0.2"}, 6: {"2001:db8::1", "2001:db8::2"}}
