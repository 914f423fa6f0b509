package flowtable_test

import (
	"sync"
	"sync/atomic"
	"testing"

	"icmpdump/flowtable"
)

const (
	concurrentRequests = 1050 // of each goroutine
	concurrentFlows    = 50   // which they have in common
)

// The fates of the requests of TestConcurrentUse, by number.
const (
	isLost    = 3 // of 7
	isRefused = 5
)

// Several goroutines add, to flows that they share: requests by some, replies and errors by
// others. More read, look at the time, and let counters begin anew. Every packet is counted once,
// and as it would be if one had done all.
func TestConcurrentUse(t *testing.T) {
	table := flowtable.New(flowtable.Config{MaxFlows: manyFlows})
	first := message(base, 6, 132, hosts6[0], hosts6[1], 0)
	add(table, first)
	const pairs, groups, strangers = 3, 1, 2
	var newest atomic.Int64
	var adding, reading sync.WaitGroup
	stop := make(chan struct{})
	for range 2 {
		reading.Go(func() { look(t, table, stop, &newest) })
	}
	for n := range pairs + groups {
		told := make(chan int) // a request that was added
		group := n >= pairs
		adding.Go(func() {
			defer close(told)
			for i := range concurrentRequests {
				s := concurrent(n, i)
				if group {
					s = to(s, groups4[0])
				}
				add(table, s)
				newest.Store(s.time)
				told <- i
			}
		})
		adding.Go(func() {
			for i := range told {
				s := concurrent(n, i)
				switch {
				case group || i%7 != isLost && i%7 != isRefused:
					add(table, back(s, 0))
				case i%7 == isRefused:
					add(table, refusing(s.time, s))
				}
			}
		})
	}
	for range strangers { // replies that may be faster than their requests
		adding.Go(func() {
			for i := range concurrentRequests {
				add(table, back(concurrent(pairs+groups, i), 0))
			}
		})
	}
	adding.Go(func() {
		for i := range concurrentRequests {
			add(table, concurrent(pairs+groups, i))
		}
	})
	adding.Wait()
	close(stop)
	reading.Wait()

	const n = concurrentRequests
	const settled = pairs*n/7*5 + groups*n
	c := table.Totals().Echo
	answered := c.Replies - c.Multi - settled // of the strangers'
	want := flowtable.Counts{
		Requests: (pairs + groups + 1) * n, Replies: settled + groups*n + answered, Multi: groups * n, Errors: pairs * n / 7,
		Pending: pairs*n/7 + n - answered, Duplicates: c.Duplicates, Unsolicited: strangers*n - answered - c.Duplicates, OutOfOrder: c.OutOfOrder,
	}
	if c != want || answered > n {
		t.Errorf("got %+v, want %+v", c, want)
	}
	books(t, table.Rows(nil, nil), table.Totals(), 1+pairs*n/7*13+groups*2*n+(strangers+1)*n)

	var lost atomic.Uint64
	for range 2 {
		reading.Go(func() {
			var e flowtable.Events
			advanceAll(table, &e, mature+30*sec)
			lost.Add(uint64(len(e.All)))
		})
	}
	reading.Wait()
	if c := table.Totals().Echo; c.Lost != want.Pending || lost.Load() != want.Pending || c.Pending != 0 {
		t.Errorf("%d lost, %d of them told of, %d pending; want %d", c.Lost, lost.Load(), c.Pending, want.Pending)
	}
	if err := table.Check(); err != nil {
		t.Error(err)
	}
}

// concurrent is a request: the n-th goroutine's, of a flow that it shares with the others of
// its sort. All are within a second, so that none is overdue for the slowest.
func concurrent(n, i int) shot {
	sort := uint32(max(n, 2)) // the first three
	return word(ask(mature+int64(i)*400*us, 0), (sort*100+uint32(i%concurrentFlows))<<16|uint32(n*10_000+i))
}

// look reads all that there is, until stop is closed.
func look(t *testing.T, table *flowtable.Table, stop chan struct{}, newest *atomic.Int64) {
	var e flowtable.Events
	for {
		select {
		case <-stop:
			return
		default:
		}
		books(t, table.Rows(nil, nil), &flowtable.Totals{}, 0)
		table.Reset()
		if sum := table.Totals(); sum.Echo.Replies-sum.Echo.Multi > sum.Echo.Requests {
			t.Errorf("more replies than requests: %+v", sum.Echo)
		}
		if now := newest.Load(); now != 0 {
			advanceAll(table, &e, now)
		}
		if len(e.All) > 0 {
			t.Errorf("%d are overdue", len(e.All))
			return
		}
	}
}
