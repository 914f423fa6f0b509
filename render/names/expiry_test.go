package names

import (
	"net/netip"
	"sync"
	"testing"
	"time"

	"icmpdump/capture/icmp"
	"icmpdump/internal/lab"
)

// A clock that a test sets.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) forward(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// Answers count for a while, and no longer.
func TestExpiry(t *testing.T) {
	for _, tt := range []struct {
		name  string
		first lab.Reply
		span  time.Duration
		want  string // of the first answer
		stale string // meanwhile
	}{
		{"a name", lab.Reply{Names: []string{"old.example."}}, foundFor, "old.example", "old.example"},
		{"no name", lab.Reply{}, noneFor, "", ""},
		{"refused", lab.Reply{Refused: true}, failedFor, "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var mu sync.Mutex
			reply := tt.first
			s := serve(t, func(netip.Addr) lab.Reply {
				mu.Lock()
				defer mu.Unlock()
				return reply
			})
			c, a := newClock(), addr("192.0.2.1")
			r := resolver(t, s, Config{Clock: c.Now})
			if got := await(t, r, a); got != tt.want {
				t.Fatalf("got %q, want %q", got, tt.want)
			}
			asked := len(s.Asked())
			mu.Lock()
			reply = lab.Reply{Names: []string{"new.example."}}
			mu.Unlock()

			c.forward(tt.span - 1)
			for range 100 {
				r.Name(a)
			}
			if got := r.Name(a).String(); got != tt.want || len(s.Asked()) != asked || isAsking(r, a) {
				t.Errorf("before its time: %q, asked %d times, not %d", got, len(s.Asked()), asked)
			}
			c.forward(1)
			if got := r.Name(a).String(); got != tt.stale {
				t.Errorf("at its time: got %q, want %q", got, tt.stale)
			}
			within(t, "the new name", func() bool { return r.Name(a).String() == "new.example" })
		})
	}
}

func isAsking(r *Resolver, a icmp.Addr) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.cache.get(&a)
	return s != nil && s.asking
}

// A name that can't be asked for again stays.
func TestAFailureKeepsTheName(t *testing.T) {
	var mu sync.Mutex
	reply := lab.Reply{Names: []string{"a.example."}}
	s := serve(t, func(netip.Addr) lab.Reply {
		mu.Lock()
		defer mu.Unlock()
		return reply
	})
	c, a := newClock(), addr("192.0.2.1")
	r := resolver(t, s, Config{Clock: c.Now})
	await(t, r, a)
	mu.Lock()
	reply = lab.Reply{Refused: true}
	mu.Unlock()
	asked := len(s.Asked())
	c.forward(foundFor)
	r.Name(a)
	within(t, "another query", func() bool { return len(s.Asked()) > asked && !isAsking(r, a) })
	if got := r.Name(a).String(); got != "a.example" {
		t.Errorf("got %q", got)
	}
}
