package render

import (
	"strings"
	"testing"

	"icmpdump/capture/icmp"
	"icmpdump/flowtable"
	"icmpdump/internal/forge"
)

// hostNames are what some addresses are called.
var hostNames = map[icmp.Addr]Text{
	v4("10.0.0.5"):        Host("me.example.net"),
	v4("198.51.100.7"):    Host("far.example.net"),
	v4("192.0.2.9"):       Host("dns.example.net"),
	v4("192.0.2.1"):       Host("router.example.net"),
	v6("2001:db8::10"):    Host("me6.example.net"),
	v6("2001:db8::9"):     Host("dns6.example.net"),
	v6("fe80::1"):         Host("router6"),
	v6("ff02::fb"):        Host("mdns"),
	v6("2001:db8:ff::7"):  {},
	v4("203.0.113.99"):    {},
	v6("2001:db8:ff::99"): Host("x y=z|\x1b"),
}

func nameOf(a icmp.Addr) Text { return hostNames[a] }

// Every address of a line without -v has its name, if it has one.
func TestNamesInLines(t *testing.T) {
	target6 := func(a string) func(*icmp.Packet) {
		return func(p *icmp.Packet) { p.Quote = icmp.Quote{Dst: v6(a), Level: icmp.QuoteHeader} }
	}
	gateway := uint32(192<<24 | 2<<8 | 1)
	request := flowtable.Event{Packet: packet(8, 0, 4660<<16|12), Kind: flowtable.KindEcho, Counts: flowtable.Counts{Requests: 1, Pending: 1}}
	asked := request
	asked.Asked, asked.HasAsked = v4("192.0.2.9"), true
	lost := flowtable.Event{Packet: packet6(135, 0, 0), Kind: flowtable.KindNeighbor, Lost: true, Sent: noon}
	target6("fe80::1")(&lost.Packet)
	unknown := request
	unknown.Packet.Dst = v4("203.0.113.99")
	hostile := flowtable.Event{Packet: packet6(128, 0, 1), Kind: flowtable.KindEcho}
	hostile.Packet.Dst = v6("2001:db8:ff::99")
	for _, tt := range []struct {
		name  string
		event flowtable.Event
		want  string
	}{
		{"request", request, "IP me.example.net > far.example.net: ICMP echo request, id 4660, seq 12, length 64 | req=1 rep=0 pend=1 lost=0 ttl=64"},
		{"no name", unknown, "IP me.example.net > 203.0.113.99: ICMP echo request, id 4660, seq 12, length 64 | req=1 rep=0 pend=1 lost=0 ttl=64"},
		{"a name that is none", hostile, `IP6 me6.example.net > x\x20y\x3dz\x7c\x1b: ICMP6, echo request, id 0, seq 1, length 64 | req=0 rep=0 lost=0 ttl=64`},
		{"asked", asked, "IP me.example.net > far.example.net: ICMP echo request, id 4660, seq 12, length 64 | req=1 rep=0 pend=1 lost=0 ttl=64 asked=dns.example.net"},
		{"lost", lost, "IP6 me6.example.net > 2001:db8:ff::7: ICMP6, neighbor solicitation timeout, who has router6 | req=0 rep=0 lost=0 sent=12:00:00.123456"},
		{"unreachable", failure(with(packet(3, 3, 0), udpQuote)), "IP me.example.net > far.example.net: ICMP dns.example.net udp port 53 unreachable, length 64 | err=41 ttl=64 cause=udp/me.example.net:40112>dns.example.net:53"},
		{"unreachable, IPv6", failure(with(packet6(1, 4, 0), udpQuote6)), "IP6 me6.example.net > 2001:db8:ff::7: ICMP6, destination unreachable, unreachable port, dns6.example.net udp port 53, length 64 | err=41 ttl=64 cause=udp/me6.example.net:40112>dns6.example.net:53"},
		{"beyond scope, one of them without a name", failure(with(packet6(1, 2, 0), func(p *icmp.Packet) {
			udpQuote6(p)
			p.Quote.Src = p.Dst
		})), "IP6 me6.example.net > 2001:db8:ff::7: ICMP6, destination unreachable, beyond scope dns6.example.net, source address 2001:db8:ff::7, length 64 | err=41 ttl=64 cause=udp/[2001:db8:ff::7]:40112>dns6.example.net:53"},
		{"time exceeded, IPv6", failure(with(packet6(3, 0, 0), udpQuote6)), "IP6 me6.example.net > 2001:db8:ff::7: ICMP6, time exceeded in-transit for dns6.example.net, length 64 | err=41 ttl=64 cause=udp/me6.example.net:40112>dns6.example.net:53"},
		{"redirect", failure(with(packet(5, 1, gateway), udpQuote)), "IP me.example.net > far.example.net: ICMP redirect dns.example.net to host router.example.net, length 64 | err=41 ttl=64 cause=udp/me.example.net:40112>dns.example.net:53 via=router.example.net"},
		{"solicitation", other(with(packet6(135, 0, 0), target6("fe80::1"))), "IP6 me6.example.net > 2001:db8:ff::7: ICMP6, neighbor solicitation, who has router6, length 64 | n=3 ttl=64"},
		{"advertisement", other(with(packet6(136, 0, 0), target6("fe80::1"))), "IP6 me6.example.net > 2001:db8:ff::7: ICMP6, neighbor advertisement, tgt is router6, length 64 | n=3 ttl=64"},
		{"listener report", other(with(packet6(131, 0, 0), target6("ff02::fb"))), "IP6 me6.example.net > 2001:db8:ff::7: ICMP6, multicast listener reportmax resp delay: 0 addr: mdns, length 64 | n=3 ttl=64"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := string(NewLines(Options{Counters: true, Name: nameOf}).Append(nil, &tt.event, icmp.Frame{}))
			if _, got, _ = strings.Cut(got, " "); got != tt.want+"\n" {
				t.Errorf("\ngot  %swant %s", got, tt.want)
			}
		})
	}
}

// With -v, what an error quotes has names too.
func TestNamesInQuotations(t *testing.T) {
	quoted := forge.Frame(forge.IP4("10.0.0.5", "192.0.2.9"), forge.Echo4(8, 7, 9))
	b := forge.Message4(icmp.TypeTimeExceeded, 0, 0, quoted).Datagram("192.0.2.1", "10.0.0.5")
	e, f := event(t, icmp.LinkRaw, b, len(b))
	got := string(NewLines(Options{Verbose: 1, Name: nameOf}).Append(nil, e, f))
	for _, want := range []string{" router.example.net > me.example.net: ICMP", " me.example.net > dns.example.net: ICMP echo request, id 7"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in %s", want, got)
		}
	}
}

// Whatever it is a line of, one in which nothing has a name is that without names.
func TestWithoutANameNothingChanges(t *testing.T) {
	none := func(icmp.Addr) Text { return Text{} }
	table := flowtable.New(flowtable.Config{MaxFlows: 64})
	compared := 0
	for i, b := range forge.Each(3) {
		f := icmp.Frame{Data: b, Wire: len(b), Link: forged(i)}
		for _, e := range eventsOf(table, f) {
			for verbose := range 4 {
				o := Options{Counters: true, Verbose: verbose, Link: verbose == 2}
				want := string(NewLines(o).Append(nil, &e, f))
				o.Name = none
				if got := string(NewLines(o).Append(nil, &e, f)); got != want {
					t.Fatalf("with %d -v\ngot  %swant %s", verbose, got, want)
				}
				compared++
			}
		}
	}
	if compared < 1000 {
		t.Errorf("only %d lines", compared)
	}
}

func TestNamesAllocs(t *testing.T) {
	l := NewLines(Options{Counters: true, Name: nameOf})
	dst := make([]byte, 0, 4096)
	for _, tt := range events {
		dst = l.Append(dst[:0], &tt.event, icmp.Frame{})
		if n := testing.AllocsPerRun(100, func() { dst = l.Append(dst[:0], &tt.event, icmp.Frame{}) }); n != 0 {
			t.Errorf("%s: %v allocations", tt.name, n)
		}
	}
}

// A table has names, objects and records have addresses.
func TestNamesInFlows(t *testing.T) {
	o := wide
	o.Name = nameOf
	rows := sorts()
	got := draw(NewTable(o), rows, flowtable.Evicted{})
	for _, want := range []string{
		"\nme.example.net ", " router6%a,\\x20\"b\" ", " time-exceeded/ttl-exceeded@router.example.net\n",
		" icmp/me.example.net>far.example.net\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	for _, a := range []string{"10.0.0.5", "198.51.100.7"} {
		if strings.Contains(got, a) {
			t.Errorf("%s has a name, and is in\n%s", a, got)
		}
	}
	for name, with := range map[string]RowAppender{"JSON": NewJSON(o), "CSV": NewCSV(o)} {
		without := RowAppender(NewJSON(wide))
		if name == "CSV" {
			without = NewCSV(wide)
		}
		if a, b := draw(with, rows, flowtable.Evicted{}), draw(without, rows, flowtable.Evicted{}); a != b {
			t.Errorf("%s has names:\n%s", name, a)
		}
	}
}

func TestNamesInSummary(t *testing.T) {
	s := Summary{Totals: &flowtable.Totals{}, Rows: sorts()[:1], Name: nameOf}
	if got := string(s.AppendText(nil)); !strings.Contains(got, "worst: me.example.net > far.example.net id 4660") {
		t.Errorf("got\n%s", got)
	}
	if got := string(s.AppendJSON(nil)); !strings.Contains(got, `"requester":"10.0.0.5"`) {
		t.Errorf("got %s", got)
	}
}
