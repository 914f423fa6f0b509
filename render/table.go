package render

import (
	"bytes"
	"cmp"
	"slices"
	"strconv"

	"icmpdump/capture/icmp"
	"icmpdump/flowtable"
)

// A Table draws rows as text: a line each, in columns, without blanks in them. Queries stand in a
// block of their own, and so do errors and all else, below them: each block has a head, and a
// column that has nothing to say of any of its rows is left out.
type Table struct {
	opts    Options
	ifaces  ifaceNames
	hosts   hosts
	blocks  [2]block
	at      int                // the block that is open
	evicted *flowtable.Evicted // stands at the end of the first block, and is not yet drawn; nil if there is none
	cell    []byte
}

// A block is a part of a table.
type block struct {
	columns []column
	widths  []int // of columns; 0 is left out
}

// NewTable makes a drawer of tables. Of o only Iface, Name, OneWay and Color matter.
func NewTable(o Options) *Table {
	t := &Table{opts: o, ifaces: newIfaceNames(o.Iface), hosts: o.Name}
	for i, columns := range [...][]column{queryColumns, otherColumns} {
		t.blocks[i] = block{columns, make([]int, len(columns))}
	}
	return t
}

// blockOf is the block in which r stands.
func blockOf(r *flowtable.Row) int {
	if r.Kind.Paired() {
		return 0
	}
	return 1
}

// maxPad is how wide a cell makes its column, at most: it has an IPv6 address and the usual name
// of an interface. What is longer sticks out.
const maxPad = 45

// A column is its name, and what stands in it.
type column struct {
	name string
	left bool // aligned so
	core bool // there even if it is 0 in all rows

	// cell appends what f has, or nothing.
	cell func(t *Table, dst []byte, f flow) []byte
}

// queryColumns are those of what has requests and replies, and of the aggregate.
var queryColumns = []column{
	{"source", true, true, func(t *Table, dst []byte, f flow) []byte {
		if f.flows > 0 {
			return append(appendDecimal(dst, f.flows), "-flows"...)
		}
		return t.hosts.appendRequester(dst, f.Row)
	}},
	destinationColumn,
	vlanColumn,
	{"kind", true, true, kindCell},
	{"id", false, true, func(_ *Table, dst []byte, f flow) []byte { return number(dst, uint64(f.ID), f.Kind.HasID()) }},
	{"req", false, true, func(_ *Table, dst []byte, f flow) []byte { return number(dst, f.Requests, true) }},
	{"rep", false, true, func(_ *Table, dst []byte, f flow) []byte { return number(dst, f.Replies, true) }},
	{"lost", false, true, func(t *Table, dst []byte, f flow) []byte { return number(dst, f.Lost, !t.opts.OneWay) }},
	{"loss", false, true, func(t *Table, dst []byte, f flow) []byte {
		if !f.knowsLoss() || t.opts.OneWay {
			return dst
		}
		return appendPercent(dst, f.Loss())
	}},
	{"pend", false, false, func(_ *Table, dst []byte, f flow) []byte { return number(dst, f.Pending, true) }},
	{"late", false, false, func(_ *Table, dst []byte, f flow) []byte { return number(dst, f.Late, true) }},
	{"dup", false, false, func(_ *Table, dst []byte, f flow) []byte { return number(dst, f.Duplicates, true) }},
	{"ooo", false, false, func(_ *Table, dst []byte, f flow) []byte { return number(dst, f.OutOfOrder, true) }},
	{"unsol", false, false, func(_ *Table, dst []byte, f flow) []byte { return number(dst, f.Unsolicited, true) }},
	{"err", false, false, func(_ *Table, dst []byte, f flow) []byte { return number(dst, f.Errors, true) }},
	{"multi", false, false, func(_ *Table, dst []byte, f flow) []byte { return number(dst, f.Multi, true) }},
	{"forgot", false, false, func(_ *Table, dst []byte, f flow) []byte { return number(dst, f.Forgotten, true) }},
	{"rtt-ms", false, false, func(_ *Table, dst []byte, f flow) []byte { return millis(dst, f, f.RTT.Avg) }},
	{"p95-ms", false, false, func(_ *Table, dst []byte, f flow) []byte {
		if f.RTT.Sampled == 0 {
			return dst
		}
		return appendMillis(dst, f.RTT.P95)
	}},
	{"max-ms", false, false, func(_ *Table, dst []byte, f flow) []byte { return millis(dst, f, f.RTT.Max) }},
	ttlColumn, packetsColumn, bytesColumn, seenColumn, secondsColumn, statusColumn,
	{"refused", true, false, func(t *Table, dst []byte, f flow) []byte { return t.hosts.appendRefusal(dst, f.Row) }},
}

// otherColumns are those of errors, and of what is neither query nor error.
var otherColumns = []column{
	{"source", true, true, func(t *Table, dst []byte, f flow) []byte { return t.hosts.append(dst, &f.Requester, f.Version) }},
	destinationColumn,
	vlanColumn,
	{"type", true, true, kindCell},
	{"err", false, false, func(_ *Table, dst []byte, f flow) []byte {
		return number(dst, f.Errors, f.Kind == flowtable.KindError)
	}},
	ttlColumn, packetsColumn, bytesColumn, seenColumn, secondsColumn, statusColumn,
	{"qid", false, false, func(_ *Table, dst []byte, f flow) []byte {
		return number(dst, uint64(f.Quoted.SrcPort), f.Quoted.Level == icmp.QuotePorts && f.Quoted.IsICMP())
	}},
	{"cause", true, false, func(t *Table, dst []byte, f flow) []byte {
		if f.Quoted.Level == icmp.QuoteNone {
			return dst
		}
		return t.hosts.appendQuotedFlow(dst, &f.Quoted, f.Version)
	}},
}

// What both blocks have.
var (
	destinationColumn = column{"destination", true, true, func(t *Table, dst []byte, f flow) []byte {
		if f.flows > 0 {
			return dst
		}
		return t.hosts.appendResponder(dst, &f.Key, &t.ifaces)
	}}
	vlanColumn = column{"vlan", false, false, func(_ *Table, dst []byte, f flow) []byte { return appendTags(dst, f.VLAN, '.') }}
	ttlColumn  = column{"ttl", false, false, func(_ *Table, dst []byte, f flow) []byte {
		dst = number(dst, uint64(f.TTL.Min), f.TTL.Seen)
		if f.TTL.Max > f.TTL.Min {
			dst = appendDecimal(append(dst, '-'), uint64(f.TTL.Max))
		}
		return dst
	}}
	packetsColumn = column{"pkts", false, true, func(_ *Table, dst []byte, f flow) []byte {
		return number(dst, f.Forward.Packets+f.Reverse.Packets, true)
	}}
	bytesColumn = column{"bytes", false, true, func(_ *Table, dst []byte, f flow) []byte {
		return number(dst, f.Forward.Bytes+f.Reverse.Bytes, true)
	}}
	seenColumn    = column{"seen", false, false, func(_ *Table, dst []byte, f flow) []byte { return number(dst, f.Repeats, true) }}
	secondsColumn = column{"secs", false, true, func(_ *Table, dst []byte, f flow) []byte {
		if f.flows > 0 {
			return dst
		}
		return appendMillis(dst, duration(f.Row)/1e3) // of µs: three decimals of a second
	}}
	statusColumn = column{"status", true, true, func(_ *Table, dst []byte, f flow) []byte {
		if f.flows > 0 {
			return append(dst, evictedStatus...)
		}
		return append(dst, f.Status.String()...)
	}}
)

func kindCell(_ *Table, dst []byte, f flow) []byte {
	if f.flows > 0 {
		return dst
	}
	return appendKind(dst, &f.Key)
}

func number(dst []byte, n uint64, ok bool) []byte {
	if !ok {
		return dst
	}
	return appendDecimal(dst, n)
}

func millis(dst []byte, f flow, ns int64) []byte {
	if f.RTT.Count == 0 {
		return dst
	}
	return appendMillis(dst, ns)
}

func appendPercent(dst []byte, share float64) []byte {
	return append(strconv.AppendFloat(dst, 100*share, 'f', 2, 64), '%')
}

// AppendHead appends the names of the first block's columns, and brings rows into the order of
// blocks.
func (t *Table) AppendHead(dst []byte, rows []*flowtable.Row, evicted *flowtable.Evicted) []byte {
	slices.SortStableFunc(rows, func(a, b *flowtable.Row) int { return cmp.Compare(blockOf(a), blockOf(b)) })
	for _, r := range rows {
		t.measure(blockOf(r), flow{Row: r})
	}
	if evicted.Flows > 0 {
		t.evicted = evicted
		t.measure(0, aggregate(evicted))
	}
	for i := range t.blocks {
		b := &t.blocks[i]
		for n, c := range b.columns {
			if c.core && len(rows) == 0 || b.widths[n] > 0 {
				b.widths[n] = max(b.widths[n], len(c.name))
			}
		}
	}
	if t.evicted == nil && len(rows) > 0 {
		t.at = blockOf(rows[0])
	}
	return t.appendNames(dst)
}

// measure makes the columns of a block wide enough for f.
func (t *Table) measure(to int, f flow) {
	b := &t.blocks[to]
	for i := range b.columns {
		c := &b.columns[i]
		t.cell = c.cell(t, t.cell[:0], f)
		if c.core || !bytes.Equal(t.cell, []byte("0")) {
			b.widths[i] = max(b.widths[i], min(len(t.cell), maxPad))
		}
	}
}

// AppendRow appends the line of a row that AppendHead was given and, before the first one of the
// second block, the end of the first.
func (t *Table) AppendRow(dst []byte, r *flowtable.Row) []byte {
	if to := blockOf(r); to != t.at {
		dst = t.appendEvicted(dst)
		t.at = to
		dst = t.appendNames(append(dst, '\n'))
	}
	return t.appendFlow(dst, flow{Row: r})
}

// AppendEvicted appends the aggregate, unless it stands above.
func (t *Table) AppendEvicted(dst []byte, _ *flowtable.Evicted) []byte { return t.appendEvicted(dst) }

func (t *Table) appendEvicted(dst []byte) []byte {
	if t.evicted != nil {
		dst = t.appendFlow(dst, aggregate(t.evicted))
		t.evicted = nil
	}
	return dst
}

func (t *Table) appendFlow(dst []byte, f flow) []byte {
	return t.appendColumns(dst, func(dst []byte, c *column) ([]byte, Paint) { return c.cell(t, dst, f), t.paint(c, f) })
}

func (t *Table) appendNames(dst []byte) []byte {
	return t.appendColumns(dst, func(dst []byte, c *column) ([]byte, Paint) { return append(dst, c.name...), PaintNone })
}

// paint is that of f's cell in c: what was lost is what the eye looks for.
func (t *Table) paint(c *column, f flow) Paint {
	return PaintError.when(t.opts.Color && f.Lost > 0 && (c.name == "lost" || c.name == "loss"))
}

// appendColumns appends a line with what cell appends of each column of the open block that is
// there. Nothing is a dash. Behind the last word stands no blank.
func (t *Table) appendColumns(dst []byte, cell func(dst []byte, c *column) ([]byte, Paint)) []byte {
	b, begin := &t.blocks[t.at], len(dst)
	for i := range b.columns {
		c, width := &b.columns[i], b.widths[i]
		if width == 0 {
			continue
		}
		var paint Paint
		if t.cell, paint = cell(t.cell[:0], c); len(t.cell) == 0 {
			t.cell = append(t.cell, '-')
		}
		blanks := max(0, width-len(t.cell))
		switch {
		case !c.left:
			dst = appendBlanks(dst, 1+blanks)
			blanks = 0
		case len(dst) > begin:
			dst = append(dst, "  "...)
		}
		dst = appendBlanks(paint.Append(dst, t.cell), blanks)
	}
	return append(bytes.TrimRight(dst, " "), '\n')
}

func appendBlanks(dst []byte, n int) []byte {
	for range n {
		dst = append(dst, ' ')
	}
	return dst
}
