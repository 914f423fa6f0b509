// Package names says what addresses are called. Addresses go in, names that are safe to print come
// out, at once or not at all: what is not known yet is asked for in the background, by a bounded
// number of goroutines, and remembered for a while, be it that there is no name.
//
// It also knows the queries that it sends, so that errors about them need not be shown to who looks
// for other people's: see [Resolver.Own].
package names

import (
	"context"
	"net"
	"sync"
	"time"

	"icmpdump/capture/icmp"
	"icmpdump/internal/rescue"
	"icmpdump/render"
)

const (
	// workers is how many addresses are asked for at a time, and backlog how many wait for that. What
	// finds no room is not remembered, and asked for when it is seen again: the names of a flood of
	// forged addresses are not wanted so much that a name server has to suffer.
	workers = 8
	backlog = 1024

	// remembered is how many addresses the cache has: some 2 MB.
	remembered = 16384

	// How long an answer counts. A name server's own times are not heeded: net.Resolver does not
	// tell them.
	foundFor  = 10 * time.Minute
	noneFor   = time.Minute
	failedFor = 10 * time.Second

	// A query ends after queryLimit; each server has serverLimit to answer, so that the second one
	// is asked as well.
	queryLimit  = 5 * time.Second
	serverLimit = 2 * time.Second
)

// Config says how names are found.
type Config struct {
	Clock    func() time.Time // such as time.Now; any goroutine may call it
	HostOnly bool             // only the part of a name before its first dot
	Server   string           // host:port, asked instead of those of resolv.conf; empty is none
}

// A Resolver knows names. All of its methods may be called by any goroutine.
type Resolver struct {
	config Config
	dns    *net.Resolver
	hosts  *net.Resolver // /etc/hosts only
	own    own

	queue  chan icmp.Addr
	stop   context.CancelFunc
	closed <-chan struct{}
	done   sync.WaitGroup

	mu       sync.Mutex // guards all that follows: lines, totals and workers share it
	cache    cache
	silences int           // queries that nobody answered since the last that somebody did
	learnt   chan struct{} // closed with the next answer; nil if nobody waits
}

// New makes a Resolver, which Close ends.
func New(c Config) *Resolver {
	r := &Resolver{config: c, queue: make(chan icmp.Addr, backlog), cache: newCache(remembered)}
	r.dns = &net.Resolver{PreferGo: true, Dial: r.dial}
	r.hosts = &net.Resolver{PreferGo: true, Dial: refuse}
	ctx, stop := context.WithCancel(context.Background())
	r.stop, r.closed = stop, ctx.Done()
	for range workers {
		r.done.Go(func() {
			defer rescue.Guard()
			r.work(ctx)
		})
	}
	return r
}

// Close ends all queries, and returns when nothing runs any more. Names that are known stay so.
func (r *Resolver) Close() {
	r.stop()
	r.done.Wait()
}

// Name is what a is called, or empty if that is not known, or a has no name. It never waits: an
// address that is not known is asked for, and so is one whose answer counts no longer, which is
// given meanwhile.
func (r *Resolver) Name(a icmp.Addr) render.Text {
	r.mu.Lock()
	defer r.mu.Unlock()
	s, _ := r.look(&a)
	if s == nil {
		return render.Text{}
	}
	return s.name
}

// Await is Name, but waits for the first answer about a until ctx is done. It does not wait while no
// server answers: when as many queries have met with silence as are sent at a time, and none with an
// answer since.
func (r *Resolver) Await(ctx context.Context, a icmp.Addr) render.Text {
	for {
		r.mu.Lock()
		s, ok := r.look(&a)
		if ok || r.silences >= workers {
			defer r.mu.Unlock()
			if s == nil {
				return render.Text{}
			}
			return s.name
		}
		if r.learnt == nil {
			r.learnt = make(chan struct{})
		}
		learnt := r.learnt
		r.mu.Unlock()
		select {
		case <-learnt:
		case <-ctx.Done():
			return r.Name(a)
		case <-r.closed:
			return r.Name(a)
		}
	}
}

// All are the names of those in list that have one. It waits for them as Await does, for many at a
// time.
func (r *Resolver) All(ctx context.Context, list []icmp.Addr) map[icmp.Addr]render.Text {
	const ahead = backlog / 2
	known := map[icmp.Addr]render.Text{}
	for _, a := range list[:min(len(list), ahead)] {
		r.Name(a)
	}
	for i, a := range list {
		if i+ahead < len(list) {
			r.Name(list[i+ahead])
		}
		if name := r.Await(ctx, a); name != (render.Text{}) {
			known[a] = name
		}
	}
	return known
}

// look is what the cache has of a, or nil, and sees to it that it is asked for. It is ok if there is
// nothing to wait for. Call it with mu held.
func (r *Resolver) look(a *icmp.Addr) (_ *slot, ok bool) {
	s := r.cache.get(a)
	switch {
	case s == nil && nameless(a):
		return nil, true
	case s == nil:
		if r.enqueue(a) {
			s = r.cache.add(a)
			s.asking = true
		}
		return s, false
	case !s.asking && r.config.Clock().UnixNano() >= s.until:
		s.asking = r.enqueue(a)
	}
	return s, s.known
}

// enqueue has a asked for, if there is room.
func (r *Resolver) enqueue(a *icmp.Addr) bool {
	select {
	case r.queue <- *a:
		return true
	default:
		return false
	}
}

// learn takes an answer about a.
func (r *Resolver) learn(a *icmp.Addr, name render.Text, what answer) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case isLocal(a): // it says nothing of servers
	case what == silence:
		r.silences++
	case what != failed:
		r.silences = 0
	}
	if s := r.cache.get(a); s != nil {
		s.known, s.asking = true, false
		s.until = r.config.Clock().Add(lifetimes[what]).UnixNano()
		if what == found || what == none { // or else what was known is better than nothing
			s.name = name
		}
	}
	if r.learnt != nil {
		close(r.learnt)
		r.learnt = nil
	}
}
