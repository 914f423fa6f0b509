package flowtable_test

import (
	"cmp"
	"slices"
	"strings"
	"testing"

	"icmpdump/capture/icmp"
	"icmpdump/flowtable"
)

// strip is the fates of a flow's last requests, a letter each.
func strip(r *flowtable.Row) string {
	letters := [...]byte{
		flowtable.FateNone: ' ', flowtable.FatePending: '?', flowtable.FateAnswered: '.', flowtable.FateDuplicated: 'd',
		flowtable.FateLost: 'x', flowtable.FateLate: 'l', flowtable.FateRefused: 'e', flowtable.FateForgotten: 'f',
	}
	b := make([]byte, flowtable.RecentLen)
	for i, fate := range r.Recent {
		b[i] = letters[fate]
	}
	return strings.TrimLeft(string(b), " ")
}

// series are so many requests from a sequence number on, one a millisecond, each answered at once unless silent
// says that it is not.
func series(begin, n int, silent func(i int) bool) (shots []shot) {
	for i := range n {
		now := mature + int64(i)*ms
		shots = append(shots, ask(now, begin+i))
		if !silent(i) {
			shots = append(shots, answer(now+us, begin+i))
		}
	}
	return shots
}

func never(int) bool { return false }
func ever(int) bool  { return true }

// The last requests of the flows, in the order of their beginning, and what became of them.
var recentTests = []struct {
	name   string
	config flowtable.Config
	shots  []shot
	until  int64
	want   []string
}{
	{
		name: "each of the fates",
		shots: []shot{
			ask(mature, 1), answer(mature+ms, 1),
			ask(mature, 2), answer(mature+2*ms, 2), answer(mature+3*ms, 2),
			ask(mature, 3), refusing(mature+4*ms, ask(mature, 3)),
			ask(mature, 4), ask(mature, 5), // both lost
			answer(mature+11*sec, 5), ask(mature+12*sec, 6),
		},
		want: []string{".dexl?", ""},
	},
	{name: "fewer than it remembers", shots: series(1, 39, never), want: []string{strings.Repeat(".", 39)}},
	{name: "as many", shots: series(1, 40, never), want: []string{strings.Repeat(".", 40)}},
	{
		name:  "more: the oldest go",
		shots: series(1, 45, func(i int) bool { return i == 4 || i == 5 || i == 44 }),
		until: mature + 11*sec,
		want:  []string{"x" + strings.Repeat(".", 38) + "x"},
	},
	{
		name:  "an answer to one that is older than all of these",
		shots: append(series(1, 41, func(i int) bool { return i < 2 }), answer(mature+sec, 1), answer(mature+sec, 2)),
		want:  []string{strings.Repeat(".", 40)},
	},
	{
		name:  "sequence numbers that begin anew",
		shots: series(65534, 4, func(i int) bool { return i == 1 }),
		want:  []string{".?.."},
	},
	{
		name: "namesakes: the oldest that waits is answered, the newest doubled",
		shots: []shot{
			ask(mature, 1), ask(mature+ms, 1), ask(mature+2*ms, 1), answer(mature+3*ms, 1),
			ask(mature+4*ms, 2), answer(mature+5*ms, 1), answer(mature+6*ms, 1), answer(mature+7*ms, 1),
		},
		want: []string{"..d?"},
	},
	{
		name:  "a late answer to the oldest namesake, and one in time to the next",
		shots: []shot{ask(mature, 1), ask(mature+ms, 1), answer(mature+11*sec, 1), ask(mature+12*sec, 1), answer(mature+12*sec+ms, 1), answer(mature+13*sec, 1)},
		want:  []string{"ll."},
	},
	{
		name:  "late, and again",
		shots: []shot{asks, answer(mature+11*sec, 1), answer(mature+12*sec, 1)},
		want:  []string{"d"},
	},
	{
		name:  "an error, and then an answer, be it late, and again",
		shots: []shot{ask(mature, 1), ask(mature, 2), refusing(mature+ms, ask(mature, 1)), refusing(mature+ms, ask(mature, 2)), answer(mature+2*ms, 1), answer(mature+20*sec, 2), answer(mature+20*sec, 2)},
		want:  []string{".d", ""},
	},
	{
		name:  "a group's: who answers has asked nothing",
		shots: []shot{toAll, answers, at(answers, mature+13*ms), from(at(answers, mature+14*ms), hosts4[2])},
		want:  []string{".", "", ""},
	},
	{
		name:  "a group's: late, and one that is answered after an error",
		shots: []shot{toAll, at(answers, mature+11*sec), to(ask(mature+12*sec, 2), groups4[0]), refusing(mature+12*sec+ms, to(ask(0, 2), groups4[0])), answer(mature+12*sec+2*ms, 2)},
		want:  []string{"l.", "", ""},
	},
	{
		name:  "who has answered a group asks, and its answer to the group comes twice",
		shots: []shot{ask(mature, 7), toAll, answers, at(answers, mature+13*ms)},
		want:  []string{"?", "."},
	},
	{
		name:   "more requests than there is room for, and a reply to what was forgotten",
		config: flowtable.Config{MaxFlows: 8, MaxRequests: 8},
		shots:  append(series(1, 9, ever), answer(mature+sec, 8), answer(mature+sec, 1)),
		want:   []string{".?????ff?"},
	},
	{
		name:   "one direction: what waits does so for ever",
		config: flowtable.Config{OneWay: true},
		shots:  series(1, 3, ever),
		until:  mature + 70*sec,
		want:   []string{"???"},
	},
	{
		name:  "a flow that is over, and its next",
		shots: []shot{asks, answers, ask(mature+130*sec, 2)},
		want:  []string{".", "?"},
	},
	{
		name:   "a place that another flow had",
		config: flowtable.Config{MaxFlows: 1},
		shots:  append(series(1, 5, never), with(ask(mature+sec, 1), func(s *shot) { s.word = 9<<16 | 1 })),
		want:   []string{"?"},
	},
	{
		name:  "a solicitation of a neighbor",
		shots: []shot{solicit, message(mature+ms, 6, 136, hosts6[1], hosts6[0], 0x6000_0000, target...)},
		want:  []string{"."},
	},
}

func TestRecent(t *testing.T) {
	for _, tt := range recentTests {
		t.Run(tt.name, func(t *testing.T) {
			tt.config.MaxFlows = cmp.Or(tt.config.MaxFlows, 64)
			tt.config.Recent = true
			table := flowtable.New(tt.config)
			for _, s := range tt.shots {
				add(table, s)
			}
			if tt.until != 0 {
				var e flowtable.Events
				advanceAll(table, &e, tt.until)
			}
			rows := table.Rows(nil, nil)
			slices.SortStableFunc(rows, func(a, b flowtable.Row) int { return cmp.Compare(a.Start, b.Start) })
			var got []string
			for i := range rows {
				got = append(got, strip(&rows[i]))
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// Rows of a table that does not remember them have none.
func TestNoRecent(t *testing.T) {
	table := flowtable.New(flowtable.Config{MaxFlows: 64})
	table.Add(nil, []icmp.Packet{asks.packet(), answers.packet()})
	if rows := table.Rows(nil, nil); rows[0].Recent != [flowtable.RecentLen]flowtable.Fate{} {
		t.Errorf("got %q, want none", strip(&rows[0]))
	}
}
