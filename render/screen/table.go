package screen

import (
	"bytes"
	"time"

	"icmpdump/flowtable"
	"icmpdump/render"
)

// minWide is from how many columns on the screen has all its parts. Below it is a list of flows only.
const minWide = 60

// A table draws flows. Those that have no requests and replies have the rest of the line behind their addresses to
// themselves.
type table struct {
	needs  needs
	ifaces *render.Ifaces
	hosts  render.Hosts
	brush  brush
	zone   *time.Location

	width  int             // of the screen
	named  bool            // hosts is there; what was as wide as was needed begins anew with either
	shown  [2]int          // how long the sources and destinations were, at most
	widths [numColumns]int // of columns; 0 is not there
	sorted string          // the order whose column is marked
	mark   string          // with this
	search *search

	cell, cut []byte
}

func (t *table) init(o render.Options) {
	t.ifaces = render.NewIfaces(o.Iface)
	t.brush.color = o.Color
	t.needs.oneWay = o.OneWay
}

// measure makes the columns fit rows, which are those that are to be seen.
func (t *table) measure(rows []*flowtable.Row, width int) {
	if named := t.hosts != nil; width != t.width || named != t.named {
		t.width, t.named, t.shown = width, named, [2]int{}
	}
	for _, r := range rows {
		t.cell = t.sourceCell(t.cell[:0], r, 0)
		t.shown[0] = max(t.shown[0], wide(t.cell))
		t.cell = t.destinationCell(t.cell[:0], r, 0)
		t.shown[1] = max(t.shown[1], wide(t.cell))
	}
	t.widths = t.needs.fit(width, max(t.shown[0], len("source")), max(t.shown[1], len("destination")))
}

// head is the line above the rows. The column that they are sorted by is marked.
func (t *table) head() string {
	b := &t.brush
	b.begin(false)
	t.cell = t.cell[:0]
	for c, width := range t.widths {
		if width == 0 {
			continue
		}
		column := &allColumns[c]
		name := []byte(column.name)
		if column.order != "" && column.order == t.sorted {
			name = append([]byte(t.mark), name...)
		}
		switch pad := width - wide(name); {
		case column.left:
			t.cell = t.gap(t.cell)
			t.cell = appendBlanks(cutEnd(t.cell, name, width), pad)
		default: // the mark may stand between columns
			t.cell = append(appendBlanks(t.cell, max(0, pad+1)), name...)
		}
	}
	b.styled(sgrBold, render.PaintNone, bytes.TrimRight(t.cell, " "))
	return b.text()
}

// gap appends the blank between columns, but for the first.
func (t *table) gap(dst []byte) []byte {
	if len(dst) == 0 {
		return dst
	}
	return append(dst, ' ')
}

func appendBlanks(dst []byte, n int) []byte {
	for range n {
		dst = append(dst, ' ')
	}
	return dst
}

// line is the line of r.
func (t *table) line(r *flowtable.Row, selected bool) string {
	b := &t.brush
	b.begin(selected)
	used := 0
	base := render.PaintNone
	if r.Status == flowtable.StatusTimedOut {
		base = render.PaintFaint
	}
	for c, width := range t.widths {
		if width == 0 {
			continue
		}
		if c > colDestination && !r.Kind.Paired() {
			break
		}
		if used > 0 {
			b.blanks(1)
			used++
		}
		t.draw(&allColumns[c], r, width, base)
		used += width
	}
	if !r.Kind.Paired() && used < t.width {
		used += t.drawOther(r, t.width-used-1, base)
	}
	if selected {
		b.blanks(t.width - used)
	}
	return b.text()
}

// draw draws the cell of a column.
func (t *table) draw(c *column, r *flowtable.Row, width int, base render.Paint) {
	b := &t.brush
	t.cell = c.cell(t, t.cell[:0], r, width)
	if len(t.cell) == 0 && !c.left {
		t.cell = append(t.cell, '-')
	}
	paint := base
	if c.paint != nil && base == render.PaintNone {
		paint = c.paint(r)
	}
	text := t.cell
	if wide(text) > width {
		t.cut = t.cutCell(t.cut[:0], c, r, width)
		text = t.cut
	}
	blanks := width - wide(text)
	if !c.left {
		b.blanks(blanks)
		blanks = 0
	}
	switch {
	case c == &allColumns[colRecent] && base == render.PaintNone:
		t.drawRecent(text)
	case c.sought:
		t.drawFound(paint, text)
	default:
		b.put(paint, text)
	}
	b.blanks(blanks)
}

// cutCell appends the cell, which is too wide.
func (t *table) cutCell(dst []byte, c *column, r *flowtable.Row, width int) []byte {
	switch {
	case r.Version != 6:
	case c == &allColumns[colSource] && !t.hosts.IsKnown(&r.Requester), c == &allColumns[colDestination] && !t.hosts.IsKnown(&r.Responder):
		return cutMiddle(dst, t.cell, width)
	}
	return cutEnd(dst, t.cell, width)
}

// drawFound draws text, and in it what is searched for.
func (t *table) drawFound(p render.Paint, text []byte) {
	begin, end := t.search.in(text)
	t.brush.put(p, text[:begin])
	t.brush.styled(sgrMark, p, text[begin:end])
	t.brush.put(p, text[end:])
}

// drawRecent draws what became of requests, what is alike at once.
func (t *table) drawRecent(text []byte) {
	for len(text) > 0 {
		n := 1
		for n < len(text) && text[n] == text[0] {
			n++
		}
		t.brush.put(fatePaint(text[0]), text[:n])
		text = text[n:]
	}
}

// drawOther draws what there is to say of a flow that has no requests and replies, in width columns: its type, how many
// packets there were and, of errors, what they are about. It returns how many columns that took.
func (t *table) drawOther(r *flowtable.Row, width int, base render.Paint) (used int) {
	b := &t.brush
	paint := base
	if r.Kind == flowtable.KindError && base == render.PaintNone {
		paint = render.PaintError
	}
	b.blanks(1)
	t.cell = t.appendOther(t.cell[:0], r)
	t.cut = cutEnd(t.cut[:0], t.cell, width)
	t.drawFound(paint, t.cut)
	return 1 + wide(t.cut)
}

func (t *table) appendOther(dst []byte, r *flowtable.Row) []byte {
	dst = render.AppendTypeWords(dst, r.Version, r.Type, r.Code)
	n := r.Packets
	if r.Kind == flowtable.KindError {
		n = r.Errors
	}
	dst = render.AppendDecimal(append(dst, " n="...), n)
	if r.Quoted.Level > 0 {
		dst = render.AppendCause(append(dst, ' '), &r.Quoted, r.Version)
	}
	if r.VLAN != 0 {
		dst = render.AppendVLAN(append(dst, " vlan="...), r.VLAN)
	}
	return dst
}

func (t *table) sourceCell(dst []byte, r *flowtable.Row, _ int) []byte {
	return t.hosts.AppendRequester(dst, r)
}

func (t *table) destinationCell(dst []byte, r *flowtable.Row, _ int) []byte {
	return t.hosts.AppendResponder(dst, &r.Key, t.ifaces)
}

// appendTime appends the time of day.
func (t *table) appendTime(dst []byte, ns int64) []byte {
	return time.Unix(0, ns).In(t.zone).AppendFormat(dst, time.TimeOnly)
}

// appendWhole appends all that can be searched for in r: of addresses that have names both.
func (t *table) appendWhole(dst []byte, r *flowtable.Row) []byte {
	var none render.Hosts
	dst = append(none.AppendRequester(dst, r), ' ')
	dst = append(none.AppendResponder(dst, &r.Key, t.ifaces), ' ')
	if t.hosts != nil {
		dst = append(t.hosts.AppendRequester(dst, r), ' ')
		dst = append(t.hosts.AppendResponder(dst, &r.Key, t.ifaces), ' ')
	}
	if !r.Kind.Paired() {
		return t.appendOther(dst, r)
	}
	dst = append(append(dst, render.KindName(r.Kind)...), ' ')
	if r.Kind.HasID() {
		dst = append(render.AppendDecimal(dst, uint64(r.ID)), ' ')
	}
	return appendNotes(dst, r)
}
