package flowtable_test

import (
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"icmpdump/capture/icmp"
	"icmpdump/flowtable"
)

// A restart is what is said of packets behind a Reset, and what is summed up in the end.
type restart struct {
	name          string
	config        flowtable.Config
	before, after []shot
	until         int64
	want          []string         // of those after it
	rows          int              // just behind it
	since, all    flowtable.Counts // of echo, in the end
}

var restarts = []restart{
	{
		name:   "what is answered leaves, and counts from one when it comes again",
		before: []shot{asks, answers},
		after:  []shot{ask(mature+sec, 2), answer(mature+sec+ms, 2)},
		want:   []string{"8/2 req=1 pend=1", "0/2 req=1 rep=1 rtt=1ms"},
		since:  flowtable.Counts{Requests: 1, Replies: 1},
		all:    flowtable.Counts{Requests: 2, Replies: 2},
	},
	{
		name:   "what waits stays, and its reply is its reply",
		before: []shot{asks, answers, ask(mature+sec, 2), ask(mature+sec, 3)},
		after:  []shot{answer(mature+sec+ms, 3)},
		until:  mature + 20*sec,
		want:   []string{"0/3 req=2 rep=1 pend=1 rtt=1ms", "8/2 req=2 rep=1 lost=1 LOST"},
		rows:   1,
		since:  flowtable.Counts{Requests: 2, Replies: 1, Lost: 1},
		all:    flowtable.Counts{Requests: 3, Replies: 2, Lost: 1},
	},
	{
		name:   "a duplicate and a copy are still called so",
		before: []shot{on(asks, 1), on(answers, 1)},
		after:  []shot{on(at(answers, mature+13*ms), 2), on(at(answers, mature+14*ms), 1)},
		want:   []string{"0/1 SEEN", "0/1 dup=1 DUP"},
		since:  flowtable.Counts{Duplicates: 1},
		all:    flowtable.Counts{Requests: 1, Replies: 1, Duplicates: 1},
	},
	{
		name:   "a late answer changes sides where its request is counted",
		before: []shot{ask(mature, 1), ask(mature+sec, 2), answer(mature+sec+ms, 2), ask(mature+12*sec, 3)},
		after:  []shot{answer(mature+13*sec, 1), answer(mature+13*sec, 1)},
		want:   []string{"0/1 req=1 pend=1 rtt=13000ms LATE OOO", "0/1 req=1 pend=1 dup=1 DUP"},
		rows:   1,
		since:  flowtable.Counts{Requests: 1, Pending: 1, Duplicates: 1},
		all:    flowtable.Counts{Requests: 3, Replies: 1, Late: 1, Pending: 1, Duplicates: 1, OutOfOrder: 1},
	},
	{
		name:   "so does an answer after an error",
		before: []shot{asks, refusing(mature+ms, asks)},
		after:  []shot{answers},
		want:   []string{"0/1 rtt=12ms"},
		since:  flowtable.Counts{},
		all:    flowtable.Counts{Requests: 1, Replies: 1},
	},
	{
		name:   "and one of a group",
		before: []shot{toAll, ask(mature+11*sec, 2)},
		after:  []shot{from(answer(mature+12*sec, 1), host9)},
		want:   []string{"0/1 rep=1 multi=1 rtt=12000ms MULTI LATE"},
		rows:   1,
		since:  flowtable.Counts{Requests: 1, Pending: 1, Replies: 1, Multi: 1},
		all:    flowtable.Counts{Requests: 2, Pending: 1, Late: 1, Replies: 1, Multi: 1},
	},
	{
		name:   "an error closes what waited",
		before: []shot{asks},
		after:  []shot{refusing(mature+ms, asks), ask(mature+2*ms, 2)},
		want:   []string{"11/0 err=1 rtt=1ms", "8/2 req=2 pend=1 err=1"},
		rows:   1,
		since:  flowtable.Counts{Requests: 2, Pending: 1, Errors: 1},
		all:    flowtable.Counts{Requests: 2, Pending: 1, Errors: 1},
	},
	{
		name:   "a request with the number of one that was answered is answered first",
		before: []shot{ask(mature, 5), answer(mature+ms, 5), ask(mature+2*ms, 6), answer(mature+3*ms, 6)},
		after:  []shot{answer(mature+4*ms, 5), ask(mature+5*ms, 6), answer(mature+6*ms, 6), answer(mature+7*ms, 6)},
		want:   []string{"0/5 dup=1 DUP", "8/6 req=1 pend=1 dup=1", "0/6 req=1 rep=1 dup=1 rtt=1ms", "0/6 req=1 rep=1 dup=2 DUP"},
		since:  flowtable.Counts{Requests: 1, Replies: 1, Duplicates: 2},
		all:    flowtable.Counts{Requests: 3, Replies: 3, Duplicates: 2},
	},
	{
		name:   "a flow that is empty is over without a word",
		config: flowtable.Config{Ends: true},
		before: []shot{asks, answers, to(ask(mature+ms, 1), host9)},
		until:  mature + 200*sec,
		want:   []string{"8/1 req=1 lost=1 LOST", "over"},
		rows:   1,
		since:  flowtable.Counts{Requests: 1, Lost: 1},
		all:    flowtable.Counts{Requests: 2, Replies: 1, Lost: 1},
	},
	{
		name:   "one direction: what waits is forgotten, and its reply is one to nothing",
		config: flowtable.Config{OneWay: true},
		before: []shot{asks},
		after:  []shot{answers},
		want:   []string{"0/1 rep=1"},
		since:  flowtable.Counts{Replies: 1},
		all:    flowtable.Counts{Requests: 1, Replies: 1, Forgotten: 1},
	},
}

// After a Reset counters begin anew, and what was known is known. The model and the table agree.
func TestReset(t *testing.T) {
	for _, tt := range restarts {
		t.Run(tt.name, tt.check)
	}
}

func (r restart) check(t *testing.T) {
	r.config.MaxFlows, r.config.MaxRequests, r.config.Recent = 64, 256, true
	w := newTwin(r.config, false)
	var events flowtable.Events
	play := func(shots []shot) {
		for _, s := range shots {
			one := s.sample()
			w.model.Add(&flowtable.Events{}, one)
			w.table.Add(&events, []icmp.Packet{one.packet})
		}
	}
	play([]shot{message(mature-100*sec, 6, 132, hosts6[0], hosts6[1], 0)})
	play(r.before)
	w.model.Reset()
	w.table.Reset()
	if rows := w.table.Rows(nil, nil); len(rows) != r.rows {
		t.Errorf("%d rows behind it, want %d", len(rows), r.rows)
	}
	events.Reset()
	play(r.after)
	if r.until != 0 {
		w.model.Advance(&flowtable.Events{}, r.until)
		advanceAll(w.table, &events, r.until)
	}
	if diff := gocmp.Diff(r.want, described(&events)); diff != "" {
		t.Errorf("events: (-want +got)\n%s", diff)
	}
	if diff := gocmp.Diff(r.since, w.table.Since().Echo); diff != "" {
		t.Errorf("since: (-want +got)\n%s", diff)
	}
	if diff := gocmp.Diff(r.all, w.table.Totals().Echo); diff != "" {
		t.Errorf("all: (-want +got)\n%s", diff)
	}
	if diff := w.look(); diff != "" {
		t.Errorf("the table and the model differ: %s", diff)
	}
	rows := w.table.Rows(nil, nil)
	if r.config.OneWay {
		rows = nil
	}
	books(t, rows, w.table.Totals(), 1+len(r.before)+len(r.after))
}

// What waits stays as if the flow had begun with it: with its stamps, its interface, its length.
func TestResetRow(t *testing.T) {
	table := flowtable.New(flowtable.Config{MaxFlows: 64, Recent: true})
	add(table, message(base, 6, 132, hosts6[0], hosts6[1], 0))
	long := body(ask(mature+2*sec, 3), make([]byte, 1000))
	for _, s := range []shot{
		on(ask(mature, 1), 4), on(answer(mature+ms, 1), 4), on(answer(mature+2*ms, 1), 4), on(with(answer(mature+3*ms, 7), func(s *shot) { s.ttl = 9 }), 4),
		on(ask(mature+sec, 2), 5), on(long, 6), on(ask(mature+3*sec, 4), 4), on(answer(mature+3*sec+ms, 4), 4),
	} {
		add(table, s)
	}
	table.Reset()
	want := []flowtable.Row{{
		Key: pingKey, Counts: flowtable.Counts{Requests: 2, Pending: 2}, Forward: flowtable.Volume{Packets: 2, Bytes: 52 + 1028},
		Start: mature + sec, End: mature + 2*sec, Iface: 5, LastSeq: 4, Size: flowtable.Size{Min: 52, Max: 1028},
		Recent: [flowtable.RecentLen]flowtable.Fate{38: flowtable.FatePending, 39: flowtable.FatePending},
	}}
	if diff := gocmp.Diff(want, table.Rows(nil, nil)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	sum := table.Totals()
	if e := &sum.Evicted; e.Flows != 1 || e.Reset != 1 || e.Forward.Bytes+e.Reverse.Bytes != 48+2*52+4*52 {
		t.Errorf("in the aggregate there are %d flows, %d of them by the reset, with %d and %d bytes", e.Flows, e.Reset, e.Forward.Bytes, e.Reverse.Bytes)
	}
	if since := table.Since(); since.Packets != 2 || since.Evicted.Packets() != 0 || since.RTT.Count != 0 || sum.RTT.Count != 2 {
		t.Errorf("since: %d packets and %d, %d round-trip times of %d", since.Packets, since.Evicted.Packets(), since.RTT.Count, sum.RTT.Count)
	}
	table.Reset() // once more changes nothing
	if again := table.Rows(nil, nil); !slices.Equal(again, want) {
		t.Errorf("after one more: (-want +got)\n%s", gocmp.Diff(want, again))
	}
}
