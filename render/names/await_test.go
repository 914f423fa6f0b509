package names

import (
	"context"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"icmpdump/capture/icmp"
	"icmpdump/internal/lab"
	"icmpdump/render"
)

// A server that says nothing makes nobody wait, and not for long even who wants to.
func TestSilence(t *testing.T) {
	s := serve(t, func(netip.Addr) lab.Reply { return lab.Reply{Silent: true} })
	r := resolver(t, s, Config{})
	begin := time.Now()
	a := addr("192.0.2.0")
	for i := range 100 {
		a[15] = byte(i)
		for range 100 {
			if name := r.Name(a); name.String() != "" {
				t.Fatalf("%v has the name %q", a, name)
			}
		}
	}
	if took := time.Since(begin); took > time.Second {
		t.Errorf("10,000 lines took %v", took)
	}
	for i := range 100 {
		a[15] = byte(i)
		r.Await(context.Background(), a)
	}
	if took := time.Since(begin); took < queryLimit/2 || took > 2*queryLimit {
		t.Errorf("those that waited did so for %v", took)
	}
}

// That an address of this link has no name does not mean that a server answers.
func TestSilenceGoesOn(t *testing.T) {
	s := serve(t, func(netip.Addr) lab.Reply { return lab.Reply{Silent: true} })
	r := resolver(t, s, Config{})
	local, other := addr("fe80::1"), addr("192.0.2.9")
	for range workers {
		r.learn(&other, render.Text{}, silence)
	}
	r.learn(&local, render.Text{}, none)
	begin := time.Now()
	r.Await(context.Background(), addr("192.0.2.1"))
	if took := time.Since(begin); took > time.Second {
		t.Errorf("it waited for %v", took)
	}
}

// Refusals are answers, too: those behind them are waited for.
func TestRefusalsAreNoSilence(t *testing.T) {
	s := serve(t, func(a netip.Addr) lab.Reply {
		if a.As4()[3] < 10*workers {
			return lab.Reply{Refused: true}
		}
		time.Sleep(50 * time.Millisecond)
		return lab.Reply{Names: []string{"a.example."}}
	})
	r := resolver(t, s, Config{})
	for i := range 10 * workers {
		await(t, r, icmp.AddrFrom4([4]byte{192, 0, 2, byte(i)}))
	}
	if got := await(t, r, icmp.AddrFrom4([4]byte{192, 0, 2, 10 * workers})); got != "a.example" {
		t.Errorf("got %q", got)
	}
}

// A second server is asked while there is time for it: see serverLimit.
func TestAServerHasItsTime(t *testing.T) {
	var mu sync.Mutex
	queries := 0
	s := serve(t, func(netip.Addr) lab.Reply {
		mu.Lock()
		defer mu.Unlock()
		if queries++; queries == 1 {
			return lab.Reply{Silent: true}
		}
		return lab.Reply{Names: []string{"second.example."}}
	})
	begin := time.Now()
	if got := await(t, resolver(t, s, Config{}), addr("192.0.2.1")); got != "second.example" {
		t.Errorf("got %q", got)
	}
	if took := time.Since(begin); took < serverLimit || took > queryLimit {
		t.Errorf("it took %v", took)
	}
}

// Await returns when its caller has had enough, or nobody works any more.
func TestAwaitEnds(t *testing.T) {
	s := serve(t, func(netip.Addr) lab.Reply { return lab.Reply{Silent: true} })
	r := resolver(t, s, Config{})
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	begin := time.Now()
	r.Await(ctx, addr("192.0.2.1"))
	if took := time.Since(begin); took < 50*time.Millisecond || took > time.Second {
		t.Errorf("cancelled after %v", took)
	}
	time.AfterFunc(50*time.Millisecond, r.Close)
	begin = time.Now()
	r.Await(context.Background(), addr("192.0.2.2"))
	if took := time.Since(begin); took > time.Second {
		t.Errorf("closed after %v", took)
	}
}

// Names of a list come together, however long it is, and those that have none are left out.
func TestAll(t *testing.T) {
	s := serve(t, func(a netip.Addr) lab.Reply {
		if a.As4()[3]%2 == 0 {
			return lab.Reply{}
		}
		return lab.Reply{Names: []string{"n" + strings.ReplaceAll(a.String(), ".", "-") + "."}}
	})
	r := resolver(t, s, Config{})
	var list []icmp.Addr
	for i := range 3 * backlog {
		list = append(list, addr(netip.AddrFrom4([4]byte{10, 0, byte(i >> 8), byte(i)}).String()))
	}
	known := r.All(context.Background(), list)
	if len(known) != len(list)/2 || known[list[257]].String() != "n10-0-1-1" {
		t.Errorf("%d names of %d, one of them %q", len(known), len(list), known[list[257]])
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	silent := resolver(t, serve(t, func(netip.Addr) lab.Reply { return lab.Reply{Silent: true} }), Config{})
	begin := time.Now()
	if known := silent.All(ctx, list); len(known) != 0 || time.Since(begin) > time.Second {
		t.Errorf("cancelled: %d names after %v", len(known), time.Since(begin))
	}
}
