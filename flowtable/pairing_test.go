package flowtable_test

import (
	"cmp"
	"os"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"icmpdump/capture/icmp"
	"icmpdump/flowtable"
)

// A pairing is a sequence of packets, and what is said of each. It is written in IPv4, and
// happens in IPv6 as well, unless it is of one family only.
type pairing struct {
	name    string // of those about a line of the table in docs/flows.md, that line's beginning, and more behind a colon
	only    uint8  // the family
	config  flowtable.Config
	fresh   bool  // the capture begins with it, and not a minute before
	dropped int64 // when the kernel dropped packets for the last time
	shots   []shot
	until   int64 // when time is looked at in the end
	want    []string
}

var pairings = slices.Concat(
	packetPairings, replyPairings, errorPairings, lossPairings, kindPairings, keyPairings, groupPairings, onLinkPairings, notePairings, timePairings, boundPairings,
)

// six is p in IPv6.
func (p pairing) six() pairing {
	var shots []shot
	for _, s := range p.shots {
		shots = append(shots, s.six())
	}
	var want []string
	for _, line := range p.want {
		want = append(want, describe6(line))
	}
	p.shots, p.want = shots, want
	return p
}

// The table, and the model beside it, do what docs/flows.md says.
func TestPairing(t *testing.T) {
	for _, p := range pairings {
		t.Run(p.name, func(t *testing.T) {
			if p.only != 0 {
				p.check(t)
				return
			}
			t.Run("IPv4", p.check)
			t.Run("IPv6", p.six().check)
		})
	}
}

func (p pairing) check(t *testing.T) {
	p.config.MaxFlows = cmp.Or(p.config.MaxFlows, 64)
	p.config.MaxRequests = 4 * p.config.MaxFlows
	m, table := newModel(p.config), flowtable.New(p.config)
	of := p.play(t, func(dst *flowtable.Events, s sample) { m.Add(dst, s) }, m.Advance, m.Dropped)
	got := p.play(t, func(dst *flowtable.Events, s sample) { table.Add(dst, []icmp.Packet{s.packet}) },
		func(dst *flowtable.Events, now int64) { advanceAll(table, dst, now) }, table.Dropped)
	if diff := gocmp.Diff(p.want, described(got)); diff != "" {
		t.Errorf("the table: (-want +got)\n%s", diff)
	}
	if diff := gocmp.Diff(p.want, described(of)); diff != "" {
		t.Errorf("the model: (-want +got)\n%s", diff)
	}
	rows := table.Rows(nil, nil)
	if diff := cmp.Or(m.unsure, diffEvents(of, got), diffRows(m.Rows(), slices.Clone(rows)), diffTotals(m, table)); diff != "" {
		t.Errorf("the table and the model differ: %s", diff)
	}
	counted := 0
	for i := range p.shots {
		if s := p.shots[i].sample(); s.packet.Decoded() {
			counted++
		}
	}
	if !p.fresh {
		counted++
	}
	if p.config.OneWay {
		rows = nil // there may be more replies than requests
	}
	books(t, rows, table.Totals(), counted)
}

// play is what is said of p's packets, one by one.
func (p *pairing) play(t *testing.T, add func(*flowtable.Events, sample), advance func(*flowtable.Events, int64), dropped func(int64)) *flowtable.Events {
	var e flowtable.Events
	if !p.fresh {
		first := message(base, 6, 132, hosts6[0], hosts6[1], 0)
		add(&e, first.sample())
		e.Reset()
	}
	for i, s := range p.shots {
		if p.dropped != 0 && s.time > p.dropped && p.shots[i-1].time < p.dropped {
			advance(&e, p.dropped)
			dropped(p.dropped)
		}
		one := s.sample()
		add(&e, one)
		if last := e.All[len(e.All)-1].Packet; last != one.packet {
			t.Errorf("the packet's event has %+v, want %+v", last, one.packet)
		}
	}
	if p.until != 0 {
		advance(&e, p.until)
	}
	return &e
}

// books holds the counters of every flow, and their sum, to the number of packets.
func books(t *testing.T, rows []flowtable.Row, sum *flowtable.Totals, packets int) {
	t.Helper()
	for _, r := range rows {
		if got := r.Replies - r.Multi + r.Late + r.Errors + r.Lost + r.Pending + r.Forgotten; r.Kind.Paired() && got != r.Requests {
			t.Errorf("%d requests, but %+v", r.Requests, r.Counts)
		}
	}
	if got := sum.Packets + sum.Evicted.Packets() + sum.Repeats; got != uint64(packets) {
		t.Errorf("%d packets, but in flows %d + in evicted flows %d + repeats %d", packets, sum.Packets, sum.Evicted.Packets(), sum.Repeats)
	}
}

// Every line of the document's table has a pairing, and every pairing that is named after a
// line has it.
func TestPairingsAreTheDocuments(t *testing.T) {
	text, err := os.ReadFile("../docs/flows.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(text), "\n## What a packet does\n")
	_, table, _ := strings.Cut(section, "| --- | --- | --- |\n")
	table, _, _ = strings.Cut(table, "\n\n")
	lines := strings.Split(table, "\n")
	if len(lines) < 10 {
		t.Fatalf("the table has %d lines", len(lines))
	}
	named := make([]int, len(lines))
	for _, p := range pairings {
		head, _, _ := strings.Cut(p.name, ":")
		if !strings.Contains(head, " |") {
			continue
		}
		n := slices.IndexFunc(lines, func(line string) bool { return strings.HasPrefix(line, "| "+head) })
		if n < 0 {
			t.Errorf("no line begins with %q", head)
			continue
		}
		named[n]++
	}
	for i, line := range lines {
		if named[i] == 0 {
			t.Errorf("no pairing is named after %q", line)
		}
	}
}
