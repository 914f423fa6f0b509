package flowtable_test

import (
	"reflect"
	"testing"

	"icmpdump/flowtable"
)

// seen is how often each thing has happened.
type seen map[string]int

// always are what happens in every good set of scripts, beside every note and every counter.
var always = []string{
	"clock set forward", "clock set back", "over", "no round-trip time",
	"evicted: over", "evicted: one packet", "evicted: a pair", "evicted: not active", "evicted: no reply", "evicted: answered", "announcement",
	"room of a settled request", "room of a request that waits",
	"reply after an error", "reply to a forgotten request", "reply to nothing, of one direction", "reply to what is older than the capture",
	"multi: in time", "multi: late", "multi: after an error", "multi: one more",
	"error closes a request", "error about what does not wait",
	"asked", "lost", "ended", "refusal", "RTT of several", "TTL changes", "counts: Repeats", "Totals: Repeats", "quote",
	"reset", "reset: what waits", "reset: what was settled", "evicted: empty",
	"status active", "status idle", "status timed_out",
}

func (s seen) add(w *twin) {
	for what, n := range w.seen {
		s[what] += n
	}
	for what, n := range w.model.marks {
		s[what] += n
	}
}

func (s seen) when(ok bool, what string) {
	if ok {
		s[what]++
	}
}

func (s seen) events(events *flowtable.Events) {
	for i := range events.All {
		e := &events.All[i]
		e.Notes.Each(func(word string) { s["note "+word]++ })
		s.counts(e.Counts)
		s.when(e.HasAsked, "asked")
		s.when(e.Lost, "lost")
		s.when(e.Ended, "ended")
		if e.Kind.Paired() && e.HasRTT {
			s["RTT of kind "+kindNames[e.Kind]]++
		}
	}
}

func (s seen) counts(c flowtable.Counts) {
	v := reflect.ValueOf(c)
	for i := range v.NumField() {
		s.when(v.Field(i).Uint() > 0, "counts: "+v.Type().Field(i).Name)
	}
}

func (s seen) rows(rows []flowtable.Row) {
	for i := range rows {
		r := &rows[i]
		s["kind "+kindNames[r.Kind]]++
		s["status "+r.Status.String()]++
		s.when(r.Refusal.By[15] != 0, "refusal")
		s.when(r.RTT.Count > 1, "RTT of several")
		s.when(r.TTL.Changes > 0, "TTL changes")
		s.when(r.Repeats > 0, "counts: Repeats")
		s.when(r.Quoted.Level > 0, "quote")
	}
}

func (s seen) totals(m *model) { s.when(m.totals.Repeats > 0, "Totals: Repeats") }

var kindNames = [...]string{
	flowtable.KindEcho: "echo", flowtable.KindTimestamp: "timestamp", flowtable.KindInfo: "information",
	flowtable.KindMask: "mask", flowtable.KindExtendedEcho: "extended echo", flowtable.KindHomeAgent: "home agent",
	flowtable.KindMobilePrefix: "mobile prefix", flowtable.KindNodeInfo: "node information",
	flowtable.KindRouter: "router", flowtable.KindNeighbor: "neighbor", flowtable.KindListener: "listener",
	flowtable.KindError: "error", flowtable.KindOther: "other",
}

// complete fails for all that has not happened.
func (s seen) complete(t *testing.T) {
	t.Helper()
	want := always
	(^flowtable.Notes(0)).Each(func(word string) { want = append(want, "note "+word) })
	for c, i := reflect.TypeFor[flowtable.Counts](), 0; i < c.NumField(); i++ {
		want = append(want, "counts: "+c.Field(i).Name)
	}
	for kind := flowtable.KindEcho; kind <= flowtable.KindOther; kind++ {
		want = append(want, "kind "+kindNames[kind])
		if kind.Paired() {
			want = append(want, "RTT of kind "+kindNames[kind])
		}
	}
	for _, what := range want {
		if s[what] == 0 {
			t.Errorf("never: %s", what)
		}
	}
	t.Log(s)
}
