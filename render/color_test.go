package render

import (
	"bytes"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"icmpdump/capture/icmp"
	"icmpdump/flowtable"
	"icmpdump/internal/forge"
)

// marked is a text with its paints as words in brackets, for people to read.
var marked = strings.NewReplacer(
	PaintRequest.Begin(), "[request]", PaintReply.Begin(), "[reply]", PaintNote.Begin(), "[note]",
	PaintError.Begin(), "[error]", PaintFaint.Begin(), "[faint]", PaintEnd, "[]",
)

func TestColors(t *testing.T) {
	const time = "[faint]12:00:00.123456 []IP "
	for _, tt := range []struct{ name, want string }{
		{"request", time + "10.0.0.5 > 198.51.100.7: [request]ICMP echo request, id 4660, seq 12, length 64[]" +
			"[faint] | req=12 rep=11 pend=1 lost=0 ttl=64[]"},
		{"reply, id 0 and seq 0 are values as any", time + "10.0.0.5 > 198.51.100.7: [reply]ICMP echo reply, id 0, seq 0, length 64[]" +
			"[faint] | req=12 rep=11 lost=1 late=2 unsol=3 err=4[] rtt=12.314ms[faint] ttl=64[]"},
		{"duplicate, with a wrong checksum and two tags", time + "10.0.0.5 > 198.51.100.7: [reply]ICMP echo reply, id 1, seq 2, length 64[]" +
			"[faint] | req=1 rep=1 lost=0 dup=1 ttl=64 vlan=100.10 cksum=bad[][note] note=DUP note=CKSUM[]"},
		{"port unreachable", time + "10.0.0.5 > 198.51.100.7: [error]ICMP 192.0.2.9 udp port 53 unreachable, length 64[]" +
			"[faint] | err=41 ttl=64 cause=udp/10.0.0.5:40112>192.0.2.9:53[]"},
		{"error that answers a request", time + "10.0.0.5 > 198.51.100.7: [error]ICMP 192.0.2.9 protocol 1 port unreachable, length 64[]" +
			"[faint] | err=41[] rtt=1.000ms[faint] ttl=64 cause=icmp/10.0.0.5>192.0.2.9 qid=7 qseq=9[]"},
		{"cut short behind the identifier", time + "10.0.0.5 > 198.51.100.7: ICMP echo request, id 7 [|icmp][faint] | n=3 ttl=64[]"},
		{"malformed", time + "10.0.0.5 > 10.0.0.6: malformed:ip-header[faint] | ttl=1[][note] note=MALFORMED[]"},
		{"later fragment, on an interface that is gone", "[faint]12:00:00.123456 []if77  Out IP 10.0.0.5 > 10.0.0.6: ip-proto-1[faint] | ttl=1 frag=28@1480[]"},
		{"router solicitation, which has no sequence number", "[faint]12:00:00.123456 []IP6 2001:db8::10 > 2001:db8:ff::7: " +
			"[request]ICMP6, router solicitation, length 64[][faint] | req=1 rep=0 pend=1 lost=0 ttl=64[]"},
		{"lost", "[faint]12:00:10.123456 []IP 10.0.0.5 > 198.51.100.7: [error]ICMP echo timeout, id 4660, seq 13[]" +
			"[faint] | req=22 rep=21 lost=1 vlan=10 sent=12:00:00.123456[][note] note=DUP[][error] note=LOST[]"},
	} {
		i := slices.IndexFunc(events, func(named namedEvent) bool { return named.name == tt.name })
		line := string(NewLines(Options{Counters: true, Ifaces: true, Color: true}).Append(nil, &events[i].event, icmp.Frame{}))
		if got := marked.Replace(line); got != tt.want+"\n" {
			t.Errorf("%s\ngot  %qwant %q", tt.name, got, tt.want)
		}
	}
	few := Options{Time: TimeFormat{Style: TimeNone}, Color: true}
	line := string(NewLines(few).Append(nil, &events[0].event, icmp.Frame{}))
	if got, want := marked.Replace(line), "IP 10.0.0.5 > 198.51.100.7: [request]ICMP echo request, id 4660, seq 12, length 64[]\n"; got != want {
		t.Errorf("without time and suffix\ngot  %qwant %q", got, want)
	}
}

// The colour begins with the message, whatever stands before it.
func TestColorsBehindHeaders(t *testing.T) {
	hopByHop := forge.Hex("6000 0000 0010 00 40" + "20010db8000000000000000000000001 20010db8000000000000000000000002" +
		"3a 00 0502 0000 0100" + "80 00 b9a8 0007 0009")
	extended, extendedFrame := event(t, icmp.LinkRaw, hopByHop, len(hopByHop))
	ether := forge.Frame(forge.Ether([]byte{2, 0, 0, 0, 0, 1}), forge.IP4("10.0.0.1", "10.0.0.2"), forge.Echo4(8, 1, 2))
	linked, linkedFrame := event(t, icmp.LinkEthernet, ether, len(ether))
	for _, tt := range []struct {
		name string
		o    Options
		e    *flowtable.Event
		f    icmp.Frame
		want string
	}{
		{"an extension header", Options{}, extended, extendedFrame, "IP6 2001:db8::1 > 2001:db8::2: HBH [request]ICMP6, echo request, id 7, seq 9, length 8[]\n"},
		{"a link header", Options{Link: true}, linked, linkedFrame,
			"02:00:00:00:00:77 > 02:00:00:00:00:01, ethertype IPv4 (0x0800), length 60: 10.0.0.1 > 10.0.0.2: [request]ICMP echo request, id 1, seq 2, length 8[]\n"},
	} {
		tt.o.Time, tt.o.Color = TimeFormat{Style: TimeNone}, true
		if got := marked.Replace(string(NewLines(tt.o).Append(nil, tt.e, tt.f))); got != tt.want {
			t.Errorf("%s\ngot  %qwant %q", tt.name, got, tt.want)
		}
	}
}

// twins are drawers of lines, each with one that has colours.
func twins(iface func(int32) string) (all [][2]*Lines) {
	for verbose := range 4 {
		for _, o := range []Options{
			{Counters: true},
			{Number: true, Ifaces: true, Counters: true, Link: true},
			{Time: TimeFormat{Style: TimeNone}, Dump: Dump{Style: DumpHexASCII, Link: true}},
			{Time: TimeFormat{Style: TimeDelta}, Counters: true, Ifaces: true, Dump: Dump{Style: DumpASCII}},
		} {
			o.Verbose, o.Iface = verbose, iface
			plain := NewLines(o)
			o.Color = true
			all = append(all, [2]*Lines{plain, NewLines(o)})
		}
	}
	return all
}

// checkColors draws e without colours and with them. These are painted texts without another within,
// and no paint goes on in the next line. Without them the line is that without colours.
func checkColors(t *testing.T, twins [][2]*Lines, e *flowtable.Event, f icmp.Frame) {
	t.Helper()
	for _, twin := range twins {
		plain, line := twin[0].Append(nil, e, f), twin[1].Append(nil, e, f)
		if got := painted.ReplaceAll(line, []byte("$1")); !bytes.Equal(got, plain) {
			t.Fatalf("got  %q\nof   %qwant %q", got, line, plain)
		}
		if bytes.Contains(twin[1].AppendComment(nil, e), []byte("\x1b")) {
			t.Fatalf("a comment of %q has colours", line)
		}
	}
}

// painted is a text with its paint.
var painted = regexp.MustCompile("\x1b\\[(?:2|3[1236])m([^\x1b\n]+)\x1b\\[0m")

// Of every kind of message, as it is and damaged, on every link type, alone and again, which makes a
// note: the same line but for its colours.
func TestColorsAreAllThereIs(t *testing.T) {
	all := twins(ifaceName)
	table := flowtable.New(flowtable.Config{MaxFlows: 64})
	r := rand.New(rand.NewPCG(7, 0))
	for i, b := range forge.Each(2) {
		for n, frame := range [][]byte{b, b, forge.Damaged(r, b), b[:r.IntN(len(b)+1)]} {
			f := icmp.Frame{Data: frame, Wire: len(b), Link: forged(i)}
			for _, e := range eventsOf(table, f) {
				e.Packet.Iface = int32(n)
				checkColors(t, all, &e, f)
			}
		}
	}
	for _, tt := range events {
		checkColors(t, all, &tt.event, icmp.Frame{})
	}
}
