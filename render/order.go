package render

import (
	"bytes"
	"cmp"
	"slices"
	"strings"

	"icmpdump/flowtable"
)

// An order is what rows can be sorted by.
type order struct {
	names     string // separated by blanks: the first is the one that is listed, others are those of columns and fields
	ascending bool
	by        func(*flowtable.Row) int64
}

// orders are those of --sort, the default first.
var orders = []order{
	{"start", true, func(r *flowtable.Row) int64 { return r.Start }},
	{"end", false, func(r *flowtable.Row) int64 { return r.End }},
	{"duration secs duration_ns", false, duration},
	{"packets pkts", false, func(r *flowtable.Row) int64 { return int64(r.Forward.Packets + r.Reverse.Packets) }},
	{"bytes", false, func(r *flowtable.Row) int64 { return int64(r.Forward.Bytes + r.Reverse.Bytes) }},
	{"requests req icmp_request_count", false, func(r *flowtable.Row) int64 { return int64(r.Requests) }},
	{"replies rep icmp_reply_count", false, func(r *flowtable.Row) int64 { return int64(r.Replies) }},
	{"lost", false, func(r *flowtable.Row) int64 { return int64(r.Lost) }},
	{"loss", false, ofLoss},
	{"pending pend", false, func(r *flowtable.Row) int64 { return int64(r.Pending) }},
	{"late", false, func(r *flowtable.Row) int64 { return int64(r.Late) }},
	{"duplicates dup", false, func(r *flowtable.Row) int64 { return int64(r.Duplicates) }},
	{"ooo out_of_order", false, func(r *flowtable.Row) int64 { return int64(r.OutOfOrder) }},
	{"unsolicited unsol", false, func(r *flowtable.Row) int64 { return int64(r.Unsolicited) }},
	{"errors err", false, func(r *flowtable.Row) int64 { return int64(r.Errors) }},
	{"multi", false, func(r *flowtable.Row) int64 { return int64(r.Multi) }},
	{"forgotten forgot", false, func(r *flowtable.Row) int64 { return int64(r.Forgotten) }},
	{"repeats seen", false, func(r *flowtable.Row) int64 { return int64(r.Repeats) }},
	{"rtt rtt-ms rtt_avg_ns", false, func(r *flowtable.Row) int64 { return ofRTT(r, r.RTT.Avg) }},
	{"p95 p95-ms rtt_p95_ns", false, ofP95},
	{"max max-ms rtt_max_ns", false, func(r *flowtable.Row) int64 { return ofRTT(r, r.RTT.Max) }},
}

// ofLoss is the share that r lost, in billionths, or less than any if the fate of no request is
// known.
func ofLoss(r *flowtable.Row) int64 {
	if !r.Kind.Paired() || !knowsLoss(&r.Counts) {
		return -1
	}
	return int64(r.Loss() * 1e9)
}

// ofP95 is that percentile of r's round-trip times, or less than any if there is none.
func ofP95(r *flowtable.Row) int64 {
	if r.RTT.Sampled == 0 {
		return -1
	}
	return r.RTT.P95
}

// ofRTT is ns, one of r's round-trip times, or less than any if r has none.
func ofRTT(r *flowtable.Row, ns int64) int64 {
	if r.RTT.Count == 0 {
		return -1
	}
	return ns
}

// RowOrders are the names of the orders, one of each. The first is the default.
func RowOrders() []string {
	names := make([]string, len(orders))
	for i := range orders {
		names[i] = strings.Fields(orders[i].names)[0]
	}
	return names
}

// HasRowOrder reports whether name is that of an order: one of RowOrders, of a table's column, or
// of a field of JSON or CSV.
func HasRowOrder(name string) bool { return orderOf(name) != nil }

// SameRowOrder reports whether both are names of one order.
func SameRowOrder(a, b string) bool {
	o := orderOf(a)
	return o != nil && o == orderOf(b)
}

// orderOf is the order with that name, or nil.
func orderOf(name string) *order {
	for i := range orders {
		if slices.Contains(strings.Fields(orders[i].names), name) {
			return &orders[i]
		}
	}
	return nil
}

// Sorted are rows in an order that HasRowOrder knows: what begins first, or has most, comes first. What is the
// same is sorted by start and by key, so that one table has one order.
func Sorted(rows []flowtable.Row, by string) []*flowtable.Row {
	sorted := pointers(rows, func(*flowtable.Row) bool { return true })
	new(Sorter).Sort(sorted, by, false)
	return sorted
}

// A Sorter sorts again and again. It keeps its memory.
type Sorter struct{ ranked []ranked }

// A ranked row is one with what it is sorted by.
type ranked struct {
	by  int64
	row *flowtable.Row
}

// Sort brings rows into an order, as Sorted has it, or into its reverse: what is the same is in the same order
// in both.
func (s *Sorter) Sort(rows []*flowtable.Row, by string, reverse bool) {
	o := orderOf(by)
	s.ranked = s.ranked[:0]
	for _, r := range rows {
		s.ranked = append(s.ranked, ranked{o.by(r), r})
	}
	down := o.ascending == reverse
	slices.SortFunc(s.ranked, func(a, b ranked) int {
		c := cmp.Compare(a.by, b.by)
		if down {
			c = -c
		}
		if c == 0 {
			c = cmp.Compare(a.row.Start, b.row.Start)
		}
		if c == 0 {
			c = compareKeys(a.row, b.row)
		}
		return c
	})
	for i := range s.ranked {
		rows[i] = s.ranked[i].row
	}
	clear(s.ranked) // they keep no row
}

// pointers are to those of rows that are wanted: a row is large, and stays where it is.
func pointers(rows []flowtable.Row, want func(*flowtable.Row) bool) (to []*flowtable.Row) {
	for i := range rows {
		if want(&rows[i]) {
			to = append(to, &rows[i])
		}
	}
	return to
}

// compareKeys compares all that tells flows apart.
func compareKeys(a, b *flowtable.Row) int {
	qa, qb := &a.Quoted, &b.Quoted
	return cmp.Or(
		cmp.Compare(a.Version, b.Version),
		bytes.Compare(a.Requester[:], b.Requester[:]),
		bytes.Compare(a.Responder[:], b.Responder[:]),
		cmp.Compare(a.Kind, b.Kind),
		cmp.Compare(a.ID, b.ID),
		cmp.Compare(a.Type, b.Type),
		cmp.Compare(a.Code, b.Code),
		cmp.Compare(a.VLAN, b.VLAN),
		cmp.Compare(a.Scope, b.Scope),
		cmp.Compare(qa.Proto, qb.Proto),
		bytes.Compare(qa.Src[:], qb.Src[:]),
		bytes.Compare(qa.Dst[:], qb.Dst[:]),
		cmp.Compare(qa.SrcPort, qb.SrcPort),
		cmp.Compare(qa.DstPort, qb.DstPort),
	)
}

// worst are the flows that lost most requests, if any, at most three: the worst first.
func worst(rows []flowtable.Row) []*flowtable.Row {
	all := pointers(rows, func(r *flowtable.Row) bool { return r.Lost > 0 })
	slices.SortFunc(all, func(a, b *flowtable.Row) int {
		return cmp.Or(cmp.Compare(b.Lost, a.Lost), cmp.Compare(b.Loss(), a.Loss()), compareKeys(a, b),
			cmp.Compare(a.Start, b.Start))
	})
	return all[:min(len(all), 3)]
}
