package flowtable_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"icmpdump/capture/icmp"
	"icmpdump/flowtable"
)

// add is Add of one packet, with the events by themselves.
func add(table *flowtable.Table, s shot) []flowtable.Event {
	var e flowtable.Events
	table.Add(&e, []icmp.Packet{s.packet()})
	return e.All
}

func (s *shot) packet() icmp.Packet { return s.sample().packet }

// A table that is too small evicts and still accounts for every packet; its index finds every
// flow that is there, and a flow that is active stays.
func TestEviction(t *testing.T) {
	const flows, rounds = 64, 20_000
	table := flowtable.New(flowtable.Config{MaxFlows: flows})
	rnd := rand.New(rand.NewPCG(3, 4))
	host := func() icmp.Addr { return icmp.AddrFrom4([4]byte{10, 0, 1, byte(rnd.Uint32())}) }
	packets, requests := 0, 0
	now := base
	for i := range rounds {
		now += ms
		s := word(from(to(ask(now, 0), host()), host()), rnd.Uint32N(4)<<16|uint32(i))
		switch i % 8 {
		case 1, 2:
			s = refusing(now, s)
		case 3:
			s = typed(s, 40)
		default:
			requests++
		}
		add(table, s)
		packets++
		if i%4 == 0 {
			add(table, ask(now, i/4))
			e := add(table, answer(now, i/4))
			if got, want := e[len(e)-1].Counts.Replies, uint64(i/4+1); got != want {
				t.Fatalf("round %d: the active flow has %d replies, want %d", i, got, want)
			}
			packets, requests = packets+2, requests+1
		}
		if i%1000 == 999 {
			if err := table.Check(); err != nil {
				t.Fatalf("round %d: %v", i, err)
			}
		}
	}
	rows, sum := table.Rows(nil, nil), table.Totals()
	if len(rows) != flows {
		t.Errorf("%d flows, want %d", len(rows), flows)
	}
	if sum.Evicted.Flows == 0 || sum.Echo.Requests != uint64(requests) {
		t.Errorf("%d flows evicted, %d requests of %d", sum.Evicted.Flows, sum.Echo.Requests, requests)
	}
	books(t, rows, sum, packets)

	// All that waited when it was evicted is forgotten, and the rest is lost, in the end.
	var e flowtable.Events
	advanceAll(table, &e, now+60*sec)
	if c := table.Totals().Echo; c.Pending != 0 || c.Replies+c.Lost+c.Forgotten != c.Requests {
		t.Errorf("in the end: %+v", c)
	}
	advanceAll(table, &e, now+200*sec)
	if err := table.Check(); err != nil {
		t.Errorf("all are over: %v", err)
	}
}

// Requests with one sequence number are answered in the order of their sending, however many
// wait, and are lost in that order; the other flow beside them is not hidden by them.
func TestNamesakes(t *testing.T) {
	table := flowtable.New(flowtable.Config{})
	const n = 10_000
	var packets []icmp.Packet
	send := func(at int64, p icmp.Packet) {
		p.Time = at
		packets = append(packets, p)
	}
	request, reply := asks.packet(), answers.packet()
	other := from(asks, hosts4[2])
	for i := range int64(n) {
		send(base+i*1000, request)
		if i >= n/4 { // a quarter stays behind
			send(base+i*1000+500, reply)
		}
		s := word(other, 5<<16|uint32(i))
		back := back(s, 0)
		send(base+i*1000, s.packet())
		send(base+i*1000+700, back.packet())
	}
	var e flowtable.Events
	addAll(table, &e, packets)
	for i := range e.All {
		want := int64(700)
		if e.All[i].Packet.Dst == hosts4[0] {
			want = n/4*1000 + 500
		}
		if e.All[i].HasRTT && e.All[i].RTT != want {
			t.Fatalf("%s in %d ns, want %d", describe(&e.All[i]), e.All[i].RTT, want)
		}
	}
	e.Reset()
	advanceAll(table, &e, base+20*sec)
	if len(e.All) != n/4 {
		t.Errorf("%d lost, want %d", len(e.All), n/4)
	}
	for i := range e.All {
		if want := base + int64(n-n/4+i)*1000; e.All[i].Sent != want {
			t.Fatalf("lost %d was sent at %d, want %d", i, e.All[i].Sent-base, want-base)
		}
	}
	books(t, table.Rows(nil, nil), table.Totals(), len(packets))
}

// Of many requests that wait, in more memory than there was for the first of them, each reply finds
// its own.
func TestReplyFindsItsRequest(t *testing.T) {
	const many = 20_000
	table := flowtable.New(flowtable.Config{MaxFlows: 64})
	for i := range int64(many) {
		add(table, ask(base+i*us, int(i)))
	}
	for i := range int64(many) { // the newest first, and the oldest, by turns
		seq := i / 2
		if i%2 == 0 {
			seq = many - 1 - seq
		}
		e := add(table, answer(base+sec+i*us, int(seq)))
		if want := sec + (i-seq)*us; !e[0].HasRTT || e[0].RTT != want {
			t.Fatalf("%s, in %d ns, want %d", describe(&e[0]), e[0].RTT, want)
		}
	}
}

// However many flows had one place after another, their requests are not all in one chain.
func TestChainsAreShort(t *testing.T) {
	const many = 20_000
	table := flowtable.New(flowtable.Config{MaxFlows: 8})
	for i := range int64(many) {
		s := word(ask(base+i*us, 0), uint32(i)<<16)
		add(table, s)
		add(table, s) // it has a namesake, which is looked for
	}
	if n := table.LongestChain(); n > 100 {
		t.Errorf("%d requests in a chain", n)
	}
}

// What is settled is in nobody's way: behind any number of such requests, that with which a reply
// from elsewhere has to do is found.
func TestBehindWhatIsSettled(t *testing.T) {
	for _, group := range []bool{false, true} {
		table := flowtable.New(flowtable.Config{MaxFlows: 1000})
		first := asks
		if group {
			first = to(asks, groups4[0])
		}
		add(table, first)
		others := func(i int) shot { return to(first, icmp.AddrFrom4([4]byte{11, 0, byte(i >> 8), byte(i)})) }
		const many = 300 // more than are looked at
		for i := range many {
			add(table, others(i))
		}
		add(table, from(answer(mature+ms, 2), host9)) // a stranger's, for which all are gone through
		for i := range many {
			add(table, back(others(i), 0))
		}
		e := add(table, from(answer(mature+2*ms, 1), host9))
		if got := &e[len(e)-1]; group && got.Notes&flowtable.NoteMulti == 0 || !group && got.Asked != first.dst {
			t.Errorf("group %v: %s", group, describe(got))
		}
	}
}

// A request that was lost so long ago that others are where it was remembered is not taken for its
// namesake, which was lost just now.
func TestNamesakeOfWhatIsGone(t *testing.T) {
	const many = 3000 // more than are remembered before the first of them leave
	table := flowtable.New(flowtable.Config{MaxFlows: 64})
	add(table, ask(base, 1))
	add(table, ask(base+55*sec, 1))
	for i := range int64(many) {
		add(table, word(ask(base+61*sec+i*us, 0), 5<<16|uint32(i)))
	}
	late := add(table, answer(base+67*sec, 1))
	if got, want := describe(&late[len(late)-1]), "0/1 req=2 lost=1 late=1 rtt=12000ms LATE"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// Lost requests of all flows come in the order in which they were overdue, and before the
// packet that is later, whatever part of the table they are in.
func TestLostInOrder(t *testing.T) {
	table := flowtable.New(flowtable.Config{MaxFlows: manyFlows})
	var e flowtable.Events
	for i := range 100 {
		s := word(ask(base+int64(i)*ms, 1), uint32(i)<<16|1)
		table.Add(&e, []icmp.Packet{s.packet()})
	}
	e.Reset()
	next := ask(base+10*sec+49*ms, 1)
	table.Add(&e, []icmp.Packet{next.packet()})
	advanceAll(table, &e, base+60*sec)
	if len(e.All) != 102 || e.All[50].Lost {
		t.Fatalf("%d events, want 101 that are lost and the packet, which is the 51st: %v", len(e.All), !e.All[50].Lost)
	}
	for i := range e.All[1:] {
		if e.All[i+1].Packet.Time < e.All[i].Packet.Time {
			t.Errorf("event %d is before the one it follows", i+1)
		}
	}
	e.Reset()
	if advanceAll(table, &e, base+90*sec); len(e.All) != 0 {
		t.Errorf("%d more events", len(e.All))
	}
}

// What is due at one time is done by and by. A packet of a file that comes then has to wait for
// it, and a live one does not.
func TestDueAtOnce(t *testing.T) {
	var packets []icmp.Packet
	for i := range 10_000 {
		s := with(ask(base, 1), func(s *shot) { s.word = uint32(i)<<16 | 1 })
		packets = append(packets, s.packet())
	}
	first, second := ask(base+4*sec, 1), ask(base+4*sec, 2)
	for _, tt := range []struct {
		live bool
		want []string
	}{
		{false, []string{"4096 lost, taken 0", "4096 lost, taken 0", "1808 lost, taken 2", "0 lost, taken 0"}},
		{true, []string{"4096 lost, taken 2", "0 lost, taken 0", "0 lost, taken 0", "0 lost, taken 0"}},
	} {
		table := flowtable.New(flowtable.Config{Live: tt.live, ReplyTimeout: 4 * sec})
		var e flowtable.Events
		table.Add(&e, packets)
		next := []icmp.Packet{first.packet(), second.packet()}
		var got []string
		for range tt.want {
			e.Reset()
			taken := table.Add(&e, next)
			next = next[taken:]
			got = append(got, fmt.Sprint(len(e.All)-taken, " lost, taken ", taken))
		}
		if diff := gocmp.Diff(tt.want, got); diff != "" {
			t.Errorf("live %v: (-want +got)\n%s", tt.live, diff)
		}
		if tt.live {
			for _, want := range []int{4096, 1808, 0} {
				e.Reset()
				if table.Advance(&e, base+4*sec); len(e.All) != want {
					t.Errorf("%d lost, want %d", len(e.All), want)
				}
			}
		}
	}
}
