package screen

import (
	"icmpdump/flowtable"
	"icmpdump/render"
)

// A column is what the table says of each flow that has requests and replies.
type column struct {
	name   string
	left   bool   // aligned so
	order  string // what it is sorted by; empty if it can't be
	sought bool   // a search looks into it

	// cell appends what r has, in width columns at most but for the address columns, or nothing.
	cell func(t *table, dst []byte, r *flowtable.Row, width int) []byte

	paint func(r *flowtable.Row) render.Paint // nil is none
}

// The columns, from left to right.
const (
	colSource = iota
	colDestination
	colKind
	colID
	colRequests
	colReplies
	colLost
	colLoss
	colPending
	colLast
	colAvg
	colP95
	colMax
	colDup
	colErrors
	colTTL
	colSeen
	colRecent
	colNotes
	numColumns
)

var allColumns = [numColumns]column{
	colSource:      {name: "source", left: true, sought: true, cell: (*table).sourceCell},
	colDestination: {name: "destination", left: true, sought: true, cell: (*table).destinationCell},
	colKind: {name: "kind", left: true, sought: true, cell: func(_ *table, dst []byte, r *flowtable.Row, _ int) []byte {
		return append(dst, render.KindName(r.Kind)...)
	}},
	colID: {name: "id", sought: true, cell: func(t *table, dst []byte, r *flowtable.Row, _ int) []byte {
		switch {
		case r.Kind.HasID():
			return render.AppendDecimal(dst, uint64(r.ID))
		case t.widths[colKind] == 0:
			return append(dst, shortKinds[r.Kind]...)
		}
		return dst
	}},
	colRequests: counter("req", "requests", nil, func(c *flowtable.Counts) uint64 { return c.Requests }),
	colReplies:  counter("rep", "", nil, func(c *flowtable.Counts) uint64 { return c.Replies }),
	colLost:     counter("lost", "lost", lossPaint, func(c *flowtable.Counts) uint64 { return c.Lost }),
	colLoss: {name: "loss", order: "loss", paint: lossPaint, cell: func(_ *table, dst []byte, r *flowtable.Row, _ int) []byte {
		if !render.KnowsLoss(&r.Counts) {
			return dst
		}
		return appendShare(dst, r.Loss())
	}},
	colPending: counter("pend", "", nil, func(c *flowtable.Counts) uint64 { return c.Pending }),
	colLast:    trip("last-ms", "", func(t *flowtable.RTT) int64 { return t.Last }),
	colAvg:     trip("avg-ms", "rtt", func(t *flowtable.RTT) int64 { return t.Avg }),
	colP95: {name: "p95-ms", order: "p95", cell: func(_ *table, dst []byte, r *flowtable.Row, _ int) []byte {
		if r.RTT.Sampled == 0 {
			return dst
		}
		return appendShortMillis(dst, r.RTT.P95)
	}},
	colMax:    trip("max-ms", "", func(t *flowtable.RTT) int64 { return t.Max }),
	colDup:    counter("dup", "", notePaint(func(c *flowtable.Counts) uint64 { return c.Duplicates }), func(c *flowtable.Counts) uint64 { return c.Duplicates }),
	colErrors: counter("err", "errors", errorPaint, func(c *flowtable.Counts) uint64 { return c.Errors }),
	colTTL: {name: "ttl", cell: func(_ *table, dst []byte, r *flowtable.Row, _ int) []byte {
		if !r.TTL.Seen {
			return dst
		}
		dst = render.AppendDecimal(dst, uint64(r.TTL.Min))
		if r.TTL.Max > r.TTL.Min {
			dst = render.AppendDecimal(append(dst, '-'), uint64(r.TTL.Max))
		}
		return dst
	}},
	colSeen: {name: "last-seen", order: "end", cell: func(t *table, dst []byte, r *flowtable.Row, _ int) []byte {
		return t.appendTime(dst, r.End)
	}},
	colRecent: {name: "recent", left: true, cell: func(_ *table, dst []byte, r *flowtable.Row, width int) []byte {
		return appendRecent(dst, r, width)
	}},
	colNotes: {name: "notes", left: true, sought: true, paint: func(*flowtable.Row) render.Paint { return render.PaintNote },
		cell: func(_ *table, dst []byte, r *flowtable.Row, _ int) []byte { return appendNotes(dst, r) }},
}

// shortKinds are for kinds without identifiers, where there is no column for kinds.
var shortKinds = map[flowtable.Kind]string{
	flowtable.KindRouter: "rtr", flowtable.KindNeighbor: "nbr", flowtable.KindListener: "mld",
}

// counter is a column of a count.
func counter(name, order string, paint func(*flowtable.Row) render.Paint, of func(*flowtable.Counts) uint64) column {
	return column{name: name, order: order, paint: paint, cell: func(_ *table, dst []byte, r *flowtable.Row, width int) []byte {
		return appendCount(dst, of(&r.Counts), width)
	}}
}

// trip is a column of a round-trip time.
func trip(name, order string, of func(*flowtable.RTT) int64) column {
	return column{name: name, order: order, cell: func(_ *table, dst []byte, r *flowtable.Row, _ int) []byte {
		if r.RTT.Count == 0 {
			return dst
		}
		return appendShortMillis(dst, of(&r.RTT))
	}}
}

func lossPaint(r *flowtable.Row) render.Paint {
	if r.Lost > 0 {
		return render.PaintError
	}
	return render.PaintNone
}

func errorPaint(r *flowtable.Row) render.Paint {
	if r.Errors > 0 {
		return render.PaintError
	}
	return render.PaintNone
}

func notePaint(of func(*flowtable.Counts) uint64) func(*flowtable.Row) render.Paint {
	return func(r *flowtable.Row) render.Paint {
		if of(&r.Counts) > 0 {
			return render.PaintNote
		}
		return render.PaintNone
	}
}

// Needs are which of the columns that not every table has say anything. Once one does it stays, so that
// columns don't come and go with each packet.
type needs struct {
	kind, pending, dup, errors, lost, notes bool
	oneWay                                  bool
}

// see takes notice of a row.
func (n *needs) see(r *flowtable.Row) {
	if !r.Kind.Paired() {
		return
	}
	n.kind = n.kind || r.Kind != flowtable.KindEcho
	n.pending = n.pending || r.Pending > 0
	n.dup = n.dup || r.Duplicates > 0
	n.errors = n.errors || r.Errors > 0
	n.lost = n.lost || r.Lost > 0
	n.notes = n.notes || hasNotes(r)
}

// column reports whether a column is needed.
func (n *needs) column(c int) bool {
	switch c {
	case colKind:
		return n.kind
	case colPending:
		return n.pending && !n.oneWay
	case colDup:
		return n.dup
	case colErrors:
		return n.errors
	case colLost:
		return n.lost && !n.oneWay
	case colLoss:
		return !n.oneWay
	case colNotes:
		return n.notes
	}
	return true
}

// A step makes a column appear or, if it is there, wider.
type step struct{ column, width int }

// steps are what is made of more width: each as far as there is room for it. Those of the address columns are
// taken no further than addresses are long.
var steps = []step{
	{colSource, 15}, {colDestination, 15},
	{colID, 5}, {colLoss, 4}, {colAvg, 6}, {colRequests, 5}, {colReplies, 5}, {colRecent, 10}, {colP95, 6},
	{colPending, 4}, {colLast, 7}, {colKind, 8}, {colDup, 4}, {colNotes, 12}, {colErrors, 4}, {colTTL, 5}, {colSource, 20}, {colDestination, 20},
	{colRecent, 20}, {colLost, 6}, {colMax, 6}, {colNotes, 24}, {colSource, 26}, {colDestination, 26}, {colRecent, 40}, {colRequests, 8}, {colReplies, 8},
	{colSeen, 9}, {colKind, 16}, {colNotes, 40}, {colSource, 48}, {colDestination, 48},
}

// narrowSteps are those of a screen that has no room for two addresses: it says whom, and how that goes.
var narrowSteps = []step{
	{colDestination, 15}, {colLoss, 4}, {colAvg, 6}, {colRecent, 10}, {colID, 5}, {colDestination, 26}, {colRecent, 40},
}

// fit decides how wide each column is; 0 is not there. source and destination are how long addresses are.
func (n *needs) fit(width, source, destination int) (widths [numColumns]int) {
	with := steps
	if width < minWide {
		with = narrowSteps
	}
	room := width + 1 // the first has no blank before it
	for _, s := range with {
		to := s.width
		switch s.column {
		case colSource:
			to = min(to, source)
		case colDestination:
			to = min(to, destination)
		}
		more := to - widths[s.column]
		if widths[s.column] == 0 {
			more++
		}
		if more <= 0 || !n.column(s.column) {
			continue
		}
		if more <= room {
			widths[s.column] = to
			room -= more
		} else if s.column == colDestination && widths[colDestination] == 0 {
			widths[s.column] = max(0, room-1)
			room = 0
		}
	}
	switch {
	case widths[colNotes] > 0:
		widths[colNotes] += room
	case widths[colRecent] > 0:
		widths[colRecent] = min(widths[colRecent]+room, flowtable.RecentLen)
	}
	return widths
}
