package afpacket

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gopacket/gopacket"

	"icmpdump/capture"
	"icmpdump/capture/filter"
	"icmpdump/capture/icmp"
	"icmpdump/internal/forge"
	"icmpdump/internal/lab"
)

func TestMain(m *testing.M) { os.Exit(lab.Run(m)) }

// listen opens a source on the host, for interfaces by name; none is any.
func listen(t testing.TB, h *lab.Host, c Config, ifaces ...string) *Source {
	t.Helper()
	return listenGroup(t, h, 1, c, ifaces...)[0]
}

func listenGroup(t testing.TB, h *lab.Host, n int, c Config, ifaces ...string) []*Source {
	t.Helper()
	var group []*Source
	var err error
	h.Do(func() {
		if c.Interfaces, err = Resolve(ifaces); err == nil {
			group, err = OpenGroup(c, n)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for _, s := range group {
			s.Close()
		}
	})
	return group
}

// catch runs a pump on s until it has n packets, or half a second passed without one.
func catch(t testing.TB, s *Source, n int) ([]icmp.Packet, *capture.Tally) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	var got []icmp.Packet
	pump := capture.Pump{Source: s}
	quiet := 0
	err := pump.Run(ctx, new(capture.Batch), func(b *capture.Batch) *capture.Batch {
		got = append(got, b.Packets...)
		if quiet++; len(b.Packets) > 0 {
			quiet = 0
		}
		if len(got) >= n && quiet > 0 || quiet > int(500*time.Millisecond/tick) {
			cancel()
		}
		return b
	})
	if err != nil {
		t.Fatal(err)
	}
	return got, &pump.Tally
}

// only4 leaves the packets of IPv4: the hosts' IPv6 talks about groups when it likes.
func only4(ps []icmp.Packet) []icmp.Packet {
	return slices.DeleteFunc(ps, func(p icmp.Packet) bool { return p.Version != 4 })
}

// balance closes s and holds its counters, and what the pumps made of them, to each other.
func balance(t testing.TB, s *Source, tallies ...*capture.Tally) capture.Counters {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	c := s.Counters()
	if c.Packets != c.Read+c.Dropped+c.Left {
		t.Errorf("kernel %d != read %d + dropped %d + left %d", c.Packets, c.Read, c.Dropped, c.Left)
	}
	read := c.Copies
	for _, tally := range tallies {
		read += tally.Read()
	}
	if c.Read != read {
		t.Errorf("read %d != copies %d + tallied %d", c.Read, c.Copies, read-c.Copies)
	}
	return c
}

// Whatever is sent is read, dropped or left in the ring, to the packet.
func TestBooksBalanceWhenTheRingOverflows(t *testing.T) {
	a, b := lab.Pair(t)
	dst := a.Iface("va").HardwareAddr
	s := listen(t, a, Config{Ring: 2 * blockSize}, "va")
	const sent = 20_000
	frame := forge.Frame(forge.Ether(dst), forge.IP4("10.0.0.9", "10.0.0.8"), forge.Echo4(8, 1, 1))
	b.Send("vb", slices.Repeat([][]byte{frame}, sent)...)
	_, first := once(t, s)
	b.Send("vb", slices.Repeat([][]byte{frame}, sent)...)
	c := balance(t, s, first)
	if c.Packets < 2*sent || c.Dropped == 0 || c.Left == 0 || c.Read == 0 {
		t.Errorf("%+v: want at least %d packets, some of them dropped, some left and some read", c, 2*sent)
	}
}

// A loopback interface shows each packet twice. With -Q out the only copy is the outgoing one.
func TestLoopbackCopies(t *testing.T) {
	a := lab.NewHost(t, "a")
	lab.Need(t, "ping")
	for _, tt := range []struct {
		dir    filter.Direction
		want   int
		copies uint64
	}{
		{filter.InOut, 6, 6},
		{filter.In, 6, 0},
		{filter.Out, 6, 0},
	} {
		s := listen(t, a, Config{Direction: tt.dir}, "lo")
		lab.Output(t, a.Command("ping", "-c3", "-i0.01", "127.0.0.1"))
		packets, tally := catch(t, s, tt.want)
		if c := balance(t, s, tally); len(packets) != tt.want || c.Copies != tt.copies {
			t.Errorf("direction %d: %d packets and %d copies, want %d and %d", tt.dir, len(packets), c.Copies, tt.want, tt.copies)
		}
	}
}

func TestDirection(t *testing.T) {
	a, _ := lab.Pair(t)
	lab.Need(t, "ping")
	lab.Output(t, a.Command("ping", "-c1", "10.0.0.2")) // resolve the neighbor
	for _, tt := range []struct {
		dir  filter.Direction
		want []icmp.Dir
	}{
		{filter.InOut, []icmp.Dir{icmp.DirOut, icmp.DirIn}},
		{filter.In, []icmp.Dir{icmp.DirIn}},
		{filter.Out, []icmp.Dir{icmp.DirOut}},
	} {
		s := listen(t, a, Config{Direction: tt.dir}, "va")
		lab.Output(t, a.Command("ping", "-c1", "10.0.0.2"))
		packets, tally := catch(t, s, len(tt.want))
		var got []icmp.Dir
		for _, p := range only4(packets) {
			got = append(got, p.Dir)
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("direction %d: got %v, want %v", tt.dir, got, tt.want)
		}
		balance(t, s, tally)
	}
}

// Promiscuous mode is the interface's while somebody listens who wants it, and no longer.
func TestPromiscuous(t *testing.T) {
	a, _ := lab.Pair(t)
	is := func() bool {
		return strings.Contains(lab.Output(t, a.Command("ip", "-d", "link", "show", "va")), "promiscuity 1")
	}
	for _, want := range []bool{true, false} {
		for _, on := range [][]string{{"va"}, {"va", "lo"}} {
			s := listen(t, a, Config{Promiscuous: want}, on...)
			if got := is(); got != want {
				t.Errorf("%v, asked for %v: promiscuous mode is %v", on, want, got)
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
			if is() {
				t.Errorf("%v: promiscuous mode outlives the capture", on)
			}
		}
	}
}

func TestSnaplen(t *testing.T) {
	a, b := lab.Pair(t)
	dst := a.Iface("va").HardwareAddr
	s := listen(t, a, Config{Snaplen: 14 + 20 + 8}, "va")
	b.Send("vb", forge.Frame(forge.Ether(dst), forge.IP4("10.0.0.9", "10.0.0.8"), forge.Echo4(8, 1, 1), gopacket.Payload("data")))
	packets, tally := catch(t, s, 1)
	balance(t, s, tally)
	packets = only4(packets)
	if len(packets) != 1 || packets[0].Status != icmp.Truncated || packets[0].Length != 12 || packets[0].Got != 8 {
		t.Errorf("got %+v, want one packet, truncated, whose message was 12 bytes long", packets)
	}
}

// An interface that is down, or goes down, is waited for; the same socket goes on.
func TestInterfaceDown(t *testing.T) {
	a, b := lab.Pair(t)
	lab.Need(t, "ping")
	var notices []string
	a.IP("link", "set", "va", "down")
	s := listen(t, a, Config{Notice: func(text string) { notices = append(notices, text) }}, "va")
	if want := []string{"va is down, waiting for it to come up"}; !slices.Equal(notices, want) {
		t.Errorf("notices %q, want %q", notices, want)
	}
	var tallies []*capture.Tally
	for round := range 2 {
		a.IP("link", "set", "va", "up")
		lab.Output(t, b.Command("ping", "-c3", "-W3", "10.0.0.1"))
		packets, tally := catch(t, s, 6)
		tallies = append(tallies, tally)
		if echoes := only4(packets); len(echoes) < 2 {
			t.Errorf("round %d: %d echo packets after the interface came up", round, len(echoes))
		}
		a.IP("link", "set", "va", "down")
		_, tally = catch(t, s, 0)
		tallies = append(tallies, tally)
	}
	down := "va went down, waiting for it to come up"
	if want := []string{"va is down, waiting for it to come up", down, down}; !slices.Equal(notices, want) {
		t.Errorf("notices %q, want %q", notices, want)
	}
	balance(t, s, tallies...)
}

// An interface that is deleted does not come back under that index: the capture ends.
func TestInterfaceGone(t *testing.T) {
	a, _ := lab.Pair(t)
	s := listen(t, a, Config{}, "va")
	a.IP("link", "del", "va")
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	pump := capture.Pump{Source: s}
	err := pump.Run(ctx, new(capture.Batch), func(b *capture.Batch) *capture.Batch { return b })
	if want := `capture on "va": the interface is gone`; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	balance(t, s, &pump.Tally)
}

// Read waits as long as it should, and not at all once it is woken.
func TestTick(t *testing.T) {
	a := lab.NewHost(t, "a")
	s := listen(t, a, Config{}, "lo")
	dst := make([]capture.Frame, 1)
	const long = 10 * tick
	for _, tt := range []struct {
		name        string
		least, most time.Duration
		before      func()
	}{
		{"as it is", tick, long, func() {}},
		{"longer", long, 2 * long, func() { s.SetTick(long) }},
		{"woken meanwhile", tick, long, func() { time.AfterFunc(tick, s.Wake) }},
		{"woken before", 0, tick, func() {}},
	} {
		tt.before()
		begin := time.Now()
		n, err := s.Read(dst)
		if took := time.Since(begin); n != 0 || err != nil || took < tt.least || took > tt.most {
			t.Errorf("%s: %d frames, %v after %v", tt.name, n, err, took)
		}
	}
}

// It is idle while it waits, until there is something to hand out.
func TestIdle(t *testing.T) {
	a := lab.NewHost(t, "a")
	lab.Need(t, "ping")
	s := listen(t, a, Config{}, "lo")
	if s.Idle() {
		t.Error("idle, and nobody waits")
	}
	for _, send := range []bool{false, true, false} {
		handed, idle := make(chan int), 0
		go func() {
			n, _ := s.Read(make([]capture.Frame, 8))
			handed <- n
		}()
		time.Sleep(tick / 4)
		if s.Idle() {
			idle++
		}
		if send {
			lab.Output(t, a.Command("ping", "-c1", "127.0.0.1"))
		}
		if n := <-handed; (n > 0) != send || idle != 1 || s.Idle() {
			t.Errorf("%d frames, idle %d times, now %v", n, idle, s.Idle())
		}
		for s.ring.ready() {
			s.Read(make([]capture.Frame, 8))
		}
	}
}

func TestRingIsBounded(t *testing.T) {
	a := lab.NewHost(t, "a")
	a.Do(func() {
		if s, err := Open(Config{Ring: maxRing + 1}); err == nil {
			s.Close()
			t.Error("a ring beyond the bound was made")
		}
	})
}

func TestResolve(t *testing.T) {
	a, _ := lab.Pair(t)
	a.IP("link", "add", "x,y", "type", "veth", "peer", "name", "plain")
	va := a.Iface("va").Index
	for _, tt := range []struct {
		args []string
		want string
	}{
		{nil, "[]"},
		{[]string{"any"}, "[]"},
		{[]string{"0"}, "[]"},
		{[]string{"va"}, "[va]"},
		{[]string{fmt.Sprint(va)}, "[va]"},
		{[]string{"va,lo", "va"}, "[va lo]"},
		{[]string{"x,y"}, "[x,y]"},
		{[]string{"x,y", "lo"}, "[x,y lo]"},
		{[]string{"va,any"}, "any is all interfaces already"},
		{[]string{"nosuch"}, "nosuch: no such interface"},
		{[]string{"va,99"}, "99: no such interface"},
		{[]string{""}, "an interface without a name"},
		{[]string{"lo,"}, "an interface without a name"},
	} {
		a.Do(func() {
			found, err := Resolve(tt.args)
			names := []string{}
			for _, ifi := range found {
				names = append(names, ifi.Name)
			}
			got := fmt.Sprint(names)
			if err != nil {
				got = err.Error()
			}
			if got != tt.want {
				t.Errorf("Resolve(%q): got %s, want %s", tt.args, got, tt.want)
			}
		})
	}
}
