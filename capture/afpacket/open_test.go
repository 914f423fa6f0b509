package afpacket

import (
	"context"
	"fmt"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mdlayher/packet"
	"golang.org/x/sys/unix"

	"icmpdump/capture"
	"icmpdump/capture/filter"
	"icmpdump/capture/icmp"
	"icmpdump/internal/lab"
)

// flood sends UDP at 20,000 packets a second from b to a until the test ends.
func flood(t *testing.T, b *lab.Host) {
	t.Helper()
	var conn net.Conn
	var err error
	b.Do(func() { conn, err = net.Dial("udp", "10.0.0.1:9") })
	if err != nil {
		t.Fatal(err)
	}
	var sent atomic.Int64
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for begin := time.Now(); ; time.Sleep(200 * time.Microsecond) {
			for due := time.Since(begin).Nanoseconds() / 50_000; sent.Load() < due; sent.Add(1) {
				conn.Write([]byte("noise")) // refused now and then: nobody listens
			}
			select {
			case <-stop:
				return
			default:
			}
		}
	}()
	begin := time.Now()
	t.Cleanup(func() {
		close(stop)
		<-done
		conn.Close()
		if rate := float64(sent.Load()) / time.Since(begin).Seconds(); rate < 15_000 {
			t.Errorf("%.0f packets/s: no flood", rate)
		}
	})
}

// quietPair is a pair of hosts of which the first answers nothing to a flood of UDP.
func quietPair(t *testing.T) (a, b *lab.Host) {
	a, b = lab.Pair(t)
	a.Sysctl("net.ipv4.icmp_ratelimit=100000")
	return a, b
}

func TestOpenIsClean(t *testing.T) {
	for members, opens := range map[int]int{1: 100, 3: 30} {
		t.Run(fmt.Sprint(members), func(t *testing.T) {
			a, b := quietPair(t)
			flood(t, b)
			var strays, icmps uint64
			for range opens {
				group := listenGroup(t, a, members, Config{Ring: 1}, "va")
				time.Sleep(3 * blockTimeout * time.Millisecond)
				for _, s := range group {
					_, tally := once(t, s)
					strays += tally.Filtered + tally.Unsupported
					icmps += tally.Packets()
					balance(t, s, tally)
				}
			}
			if strays > 0 {
				t.Errorf("%d frames that are not ICMP in %d opens", strays, opens)
			}
			t.Logf("%d ICMP packets in %d opens", icmps, opens)
		})
	}
}

// The order in which one would open a socket without thinking: bound first. The flood must
// show, or TestOpenIsClean proves nothing.
func TestOpenInNaiveOrderIsNot(t *testing.T) {
	a, b := quietPair(t)
	flood(t, b)
	const opens = 20
	var strays uint64
	for range opens {
		s := &Source{config: Config{Interfaces: []net.Interface{*a.Iface("va")}, Ring: 1}}
		s.poll = s.ready
		program, err := s.config.Program()
		if err != nil {
			t.Fatal(err)
		}
		a.Do(func() { s.conn, err = packet.Listen(s.config.socket(), packet.Raw, unix.ETH_P_ALL, nil) })
		if err != nil {
			t.Fatal(err)
		}
		if s.raw, err = s.conn.SyscallConn(); err != nil {
			t.Fatal(err)
		}
		if err := s.control(s.setUp); err != nil {
			t.Fatal(err)
		}
		if err := s.conn.SetBPF(program.Code); err != nil {
			t.Fatal(err)
		}
		time.Sleep(3 * blockTimeout * time.Millisecond)
		_, tally := once(t, s)
		strays += tally.Filtered + tally.Unsupported
		s.Close()
	}
	if strays == 0 {
		t.Errorf("not one stray frame in %d opens: the flood does not reach the socket", opens)
	}
	t.Logf("%d frames that are not ICMP in %d opens", strays, opens)
}

// once takes what is in the ring, if anything is.
func once(t *testing.T, s *Source) ([]icmp.Packet, *capture.Tally) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var got []icmp.Packet
	pump := capture.Pump{Source: s}
	if !s.ring.ready() {
		return nil, &pump.Tally
	}
	if err := pump.Run(ctx, new(capture.Batch), func(b *capture.Batch) *capture.Batch {
		got = append(got, b.Packets...)
		cancel()
		return b
	}); err != nil {
		t.Fatal(err)
	}
	return got, &pump.Tally
}

// A kernel that has no room for a program is told of by the name of its setting.
func TestFilterLongerThanTheKernelTakes(t *testing.T) {
	a := lab.NewHost(t, "a")
	a.Sysctl("net.core.optmem_max=4096")
	expr := "host 10.0.0.1"
	for n := range 200 {
		expr += fmt.Sprintf(" or 10.0.1.%d", n)
	}
	f, err := filter.Parse(expr, filter.Lookup{})
	if err != nil {
		t.Fatal(err)
	}
	for name, f := range map[string]*filter.Filter{"long": f, "none": nil} {
		a.Do(func() {
			var s *Source
			if s, err = Open(Config{Filter: f}); err == nil {
				err = s.Close()
			}
		})
		if got := err != nil && strings.Contains(err.Error(), "is more than sysctl net.core.optmem_max allows"); got != (name == "long") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
