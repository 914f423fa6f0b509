package main

import (
	"fmt"
	"strings"

	"icmpdump/capture"
	"icmpdump/capture/icmp"
	"icmpdump/flowtable"
	"icmpdump/render"
)

// books account for every packet: what --stats prints. Each line says that one count, made in
// one place, is the sum of others, made elsewhere.
type books struct {
	live   bool
	flows  bool // no events are shown
	where  bool // not all events are wanted
	names  bool // those about queries for names are not
	source capture.Counters
	tally  *capture.Tally
	totals *flowtable.Totals

	others, shown, skipped, unwritten uint64
	collapsed                         uint64 // on a terminal, events that had no line
	undrawn, leftOut, hidden          uint64
	saved                             *render.Saved // nil without -w
}

type entry struct {
	name string
	n    uint64
}

// lines are the accounts: of each the whole first, then its parts.
func (b *books) lines() [][]entry {
	t := b.tally
	verdicts := []entry{{"read", b.source.Read}}
	for st, n := range t.Verdicts {
		if n > 0 {
			verdicts = append(verdicts, entry{icmp.Status(st).String(), n})
		}
	}
	if t.Unmatched > 0 {
		verdicts = append(verdicts, entry{"unmatched", t.Unmatched})
	}
	events := []entry{{"events", t.Packets() + b.others}}
	if b.flows {
		events = append(events, entry{"counted, not drawn", b.undrawn})
	} else {
		events = append(events, entry{"shown", b.shown}, entry{"skipped", b.skipped}, entry{"unwritten", b.unwritten})
	}
	if b.collapsed > 0 {
		events = append(events, entry{"without a line", b.collapsed})
	}
	if b.where && (!b.flows || b.leftOut > 0) {
		events = append(events, entry{"filtered by --where", b.leftOut})
	}
	if b.names && !b.flows {
		events = append(events, entry{"about queries for names", b.hidden})
	}
	lines := [][]entry{
		{{"read", b.source.Read}, {"decoded", t.Decoded}, {"fragments", t.Fragments}, {"cut short", t.CutShort},
			{"malformed", t.Malformed}, {"unsupported", t.Unsupported}, {"filtered", t.Filtered},
			{"unmatched", t.Unmatched}, {"loopback copies", b.source.Copies}, {"unread", t.Unread}},
		append(verdicts, entry{"loopback copies", b.source.Copies}, entry{"unread", t.Unread}),
		{{"decoded", t.Decoded}, {"in flows", b.totals.Packets}, {"in evicted flows", b.totals.Evicted.Packets()},
			{"repeat sightings", b.totals.Repeats}},
		events,
	}
	if w := b.saved; w != nil {
		lines = append(lines, []entry{{"matched", w.Matched}, {"written to -w", w.Written}, {"failed", w.Failed},
			{"overflowed", w.Overflowed}, {"unwanted", w.Unwanted}})
	}
	if b.live {
		s := &b.source
		lines = append([][]entry{{{"kernel", s.Packets}, {"read", s.Read}, {"dropped", s.Dropped}, {"left in the ring", s.Left}}}, lines...)
	}
	return lines
}

// String is a line for each account, with != where it does not balance.
func (b books) String() string {
	var s strings.Builder
	for _, line := range b.lines() {
		var sum uint64
		parts := make([]string, 0, len(line))
		for _, e := range line[1:] {
			sum += e.n
			parts = append(parts, fmt.Sprintf("%s %d", e.name, e.n))
		}
		sign := "="
		if sum != line[0].n {
			sign = "!="
		}
		fmt.Fprintf(&s, "books: %s %d %s %s\n", line[0].name, line[0].n, sign, strings.Join(parts, " + "))
	}
	return s.String()
}
