package render

import "icmpdump/flowtable"

// CSV draws rows as comma-separated values (RFC 4180, but lines end with a newline only): a line
// with the names of the fields, those of JSON, then a line a row. What is null there is empty.
type CSV struct {
	opts   Options
	ifaces ifaceNames
	clock  clock
}

// NewCSV makes a drawer of CSV. Of o only Iface and OneWay matter.
func NewCSV(o Options) *CSV {
	return &CSV{
		opts:   o,
		ifaces: newIfaceNames(o.Iface),
		clock:  newClock(TimeFormat{Style: timeJSON, Nano: true}, nil),
	}
}

// AppendHead appends the names of the fields.
func (c *CSV) AppendHead(dst []byte, _ []*flowtable.Row, _ *flowtable.Evicted) []byte {
	return c.append(dst, flow{Row: &flowtable.Row{}}, true)
}

// AppendRow appends the line of a row.
func (c *CSV) AppendRow(dst []byte, r *flowtable.Row) []byte {
	return c.append(dst, flow{Row: r}, false)
}

// AppendEvicted is that of a RowAppender.
func (c *CSV) AppendEvicted(dst []byte, e *flowtable.Evicted) []byte {
	if e.Flows == 0 {
		return dst
	}
	return c.append(dst, aggregate(e), false)
}

func (c *CSV) append(dst []byte, f flow, head bool) []byte {
	rec := record{dst: dst, csv: true, head: head}
	rec.flow(f, &c.ifaces, &c.clock, c.opts.OneWay)
	return append(rec.dst, '\n')
}
