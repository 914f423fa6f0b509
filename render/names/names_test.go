package names

import (
	"context"
	"net"
	"net/netip"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"icmpdump/capture/icmp"
	"icmpdump/internal/lab"
)

func TestMain(m *testing.M) { os.Exit(lab.Run(m)) }

// addr is an address as packets have it.
func addr(s string) icmp.Addr { return netip.MustParseAddr(s).As16() }

// serve is a name server on this host.
func serve(t *testing.T, reply func(netip.Addr) lab.Reply) *lab.NameServer {
	t.Helper()
	lab.Need(t)
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return lab.ServeNames(t, conn, reply)
}

// resolver asks that name server.
func resolver(t *testing.T, s *lab.NameServer, c Config) *Resolver {
	t.Helper()
	c.Server = s.Addr()
	if c.Clock == nil {
		c.Clock = time.Now
	}
	r := New(c)
	t.Cleanup(r.Close)
	return r
}

// named replies with the same names for each address.
func named(names ...string) func(netip.Addr) lab.Reply {
	return func(netip.Addr) lab.Reply { return lab.Reply{Names: names} }
}

// await is what r says when it has an answer.
func await(t *testing.T, r *Resolver, a icmp.Addr) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	name := r.Await(ctx, a).String()
	if ctx.Err() != nil {
		t.Errorf("no answer about %v", a)
	}
	return name
}

// within waits for a condition.
func within(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for begin := time.Now(); !ok(); time.Sleep(time.Millisecond) {
		if time.Since(begin) > 10*time.Second {
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

func TestNames(t *testing.T) {
	long := strings.Repeat(strings.Repeat("a", 63)+".", 3) + strings.Repeat("b", 61) + "." // 254 bytes, with the dot
	for _, tt := range []struct {
		name, addr string
		reply      lab.Reply
		want       string
		host       string // with HostOnly
	}{
		{name: "IPv4", addr: "192.0.2.1", reply: lab.Reply{Names: []string{"r1.example.net."}}, want: "r1.example.net", host: "r1"},
		{name: "IPv6", addr: "2001:db8::1", reply: lab.Reply{Names: []string{"r2.example.net."}}, want: "r2.example.net", host: "r2"},
		{name: "the first of several", addr: "192.0.2.1", reply: lab.Reply{Names: []string{"b.example.", "a.example."}}, want: "b.example", host: "b"},
		{name: "one label", addr: "192.0.2.1", reply: lab.Reply{Names: []string{"router."}}, want: "router", host: "router"},
		{name: "no such name", addr: "192.0.2.1"},
		{name: "refused", addr: "192.0.2.1", reply: lab.Reply{Refused: true}},
		{name: "as long as can be", addr: "192.0.2.1", reply: lab.Reply{Names: []string{long}}, want: strings.TrimSuffix(long, "."), host: strings.Repeat("a", 63)},
		{name: "the root", addr: "192.0.2.1", reply: lab.Reply{Names: []string{"."}}},
		{name: "an address", addr: "192.0.2.1", reply: lab.Reply{Names: []string{"198.51.100.7."}}},
		{name: "a number before the dot", addr: "192.0.2.1", reply: lab.Reply{Names: []string{"198.pool.example."}}, want: "198.pool.example", host: "198.pool.example"},
		{name: "escape bytes", addr: "192.0.2.1", reply: lab.Reply{Names: []string{"\x1b[31mred.example."}}},
		{name: "a blank, to look like a field", addr: "192.0.2.1", reply: lab.Reply{Names: []string{"x note=LOST.example."}}},
		{name: "a newline", addr: "192.0.2.1", reply: lab.Reply{Names: []string{"x\n00:00:00 IP.example."}}},
		{name: "a hostile one before a good one", addr: "192.0.2.1", reply: lab.Reply{Names: []string{"x|y.example.", "good.example."}}, want: "good.example", host: "good"},
		{name: "IPv4 multicast", addr: "224.0.0.1", reply: lab.Reply{Names: []string{"all-systems.mcast.net."}}, want: "all-systems.mcast.net", host: "all-systems"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := serve(t, func(netip.Addr) lab.Reply { return tt.reply })
			if got := await(t, resolver(t, s, Config{}), addr(tt.addr)); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			if got := await(t, resolver(t, s, Config{HostOnly: true}), addr(tt.addr)); got != tt.host {
				t.Errorf("only the host: got %q, want %q", got, tt.host)
			}
		})
	}
}

// What net.Resolver lets through today it may not tomorrow, or the other way: what is shown is safe.
func TestTextIsSafe(t *testing.T) {
	for _, tt := range []struct{ name, raw, want, host string }{
		{"escape byte", "\x1b[2J.example.", `\x1b\x5b2J.example`, `\x1b\x5b2J`},
		{"blank and equals sign", "x note=LOST.example.", `x\x20note\x3dLOST.example`, `x\x20note\x3dLOST`},
		{"backslash", `a\x41.example`, `a\x5cx41.example`, `a\x5cx41`},
		{"newline", "a\nb", `a\x0ab`, `a\x0ab`},
		{"bar", "a|b", `a\x7cb`, `a\x7cb`},
		{"Unicode", "ü.example", `\xc3\xbc.example`, `\xc3\xbc`},
		{"nothing before the dot", ".example", ".example", ".example"},
		{"empty", "", "", ""},
		{"an IPv4 address", "10.0.0.1.", "", ""},
		{"an IPv6 address", "2001:db8::1", "", ""},
		{"254 bytes", strings.Repeat("a", 254), "", ""},
		{"253 bytes", strings.Repeat("a", 253), strings.Repeat("a", 253), strings.Repeat("a", 253)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for hostOnly, want := range map[bool]string{false: tt.want, true: tt.host} {
				r := Resolver{config: Config{HostOnly: hostOnly}}
				if got := r.text(tt.raw).String(); got != want {
					t.Errorf("host only %v: got %q, want %q", hostOnly, got, want)
				}
			}
		})
	}
}

// Addresses of this host or of a link are nobody else's business, and some addresses have no name.
func TestWhatIsNotAsked(t *testing.T) {
	s := serve(t, named("wrong.example."))
	r := resolver(t, s, Config{})
	for _, a := range []string{
		"0.0.0.0", "::", "255.255.255.255", "127.0.0.53", "::1", "fe80::1", "169.254.1.1", "ff02::1", "ff0e::101",
	} {
		if got := await(t, r, addr(a)); got == "wrong.example" {
			t.Errorf("%s has a name", a)
		}
	}
	if asked := s.Asked(); len(asked) > 0 {
		t.Errorf("asked about %v", asked)
	}
}

// Close ends what has been begun, be it that nobody answers.
func TestCloseEndsAllGoroutines(t *testing.T) {
	s := serve(t, func(netip.Addr) lab.Reply { return lab.Reply{Silent: true} })
	before := runtime.NumGoroutine()
	for range 50 { // what other tests have left behind ends
		time.Sleep(2 * time.Millisecond)
		before = min(before, runtime.NumGoroutine())
	}
	r := New(Config{Clock: time.Now, Server: s.Addr()})
	a := addr("192.0.2.0")
	for i := range 256 {
		a[15] = byte(i)
		r.Name(a)
	}
	within(t, "queries of all workers", func() bool { return len(s.Asked()) >= workers })
	if n := runtime.NumGoroutine(); n < before+workers {
		t.Errorf("%d goroutines, %d before: nobody works", n, before)
	}
	begin := time.Now()
	r.Close()
	if took := time.Since(begin); took > time.Second {
		t.Errorf("it took %v", took)
	}
	within(t, "the goroutines to end", func() bool { return runtime.NumGoroutine() <= before })
}

// Each address is asked for once, however many ask.
func TestManyAskAtOnce(t *testing.T) {
	s := serve(t, named("a.example."))
	r := resolver(t, s, Config{})
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			a := addr("192.0.2.0")
			for i := range 1000 {
				a[15] = byte(i % 200)
				if got := r.Await(context.Background(), a).String(); got != "a.example" {
					t.Errorf("%v: got %q", a, got)
				}
				r.Own(&icmp.Packet{})
			}
		})
	}
	all.Wait()
	asked := s.Asked()
	slices.SortFunc(asked, netip.Addr.Compare)
	if n := len(slices.Compact(slices.Clone(asked))); n != 200 || len(asked) != 200 {
		t.Errorf("%d queries about %d addresses, want 200", len(asked), n)
	}
}

// What does not fit the queue is asked for when it is seen again.
func TestMoreThanTheBacklog(t *testing.T) {
	s := serve(t, named("a.example."))
	r := resolver(t, s, Config{})
	const n = 3 * backlog
	at := func(i int) icmp.Addr { return addr(netip.AddrFrom4([4]byte{10, 0, byte(i >> 8), byte(i)}).String()) }
	within(t, "all names", func() bool {
		have := 0
		for i := range n {
			if r.Name(at(i)).String() != "" {
				have++
			}
		}
		return have == n
	})
	if asked := len(s.Asked()); asked != n {
		t.Errorf("%d queries, want %d", asked, n)
	}
}

func TestNameDoesNotAllocate(t *testing.T) {
	s := serve(t, named("a.example."))
	r := resolver(t, s, Config{})
	a, none := addr("192.0.2.1"), addr("0.0.0.0")
	await(t, r, a)
	p := &icmp.Packet{Version: 4, Type: icmp.TypeUnreachable, Time: time.Now().UnixNano(), Quote: icmp.Quote{Level: icmp.QuotePorts, Proto: icmp.ProtoUDP}}
	if n := testing.AllocsPerRun(1000, func() { r.Name(a); r.Name(none); r.Own(p) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkName(b *testing.B) {
	r := New(Config{Clock: time.Now})
	defer r.Close()
	a := addr("192.0.2.1")
	s := r.cache.add(&a)
	s.known, s.until = true, time.Now().Add(time.Hour).UnixNano()
	b.ReportAllocs()
	for b.Loop() {
		r.Name(a)
	}
}

func BenchmarkOwn(b *testing.B) {
	r := New(Config{Clock: time.Now})
	defer r.Close()
	p := &icmp.Packet{Version: 4, Type: icmp.TypeUnreachable, Time: time.Now().UnixNano(), Quote: icmp.Quote{Level: icmp.QuotePorts, Proto: icmp.ProtoUDP}}
	for b.Loop() {
		r.Own(p)
	}
}
