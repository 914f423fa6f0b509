package screen

import (
	"icmpdump/flowtable"
	"icmpdump/render"
)

// A layout is how many rows of the screen each part has.
type layout struct {
	head   int // what is captured, totals, order
	names  int // of the table's columns
	rows   int // flows
	causes int // errors by cause, with their head
	tail   int // of the stream, with its head
	bottom int // keys
}

const (
	// leastRows is how many flows there are at least before other parts take rows, if there are so many.
	leastRows = 6

	// leastCauses and leastTail are how many rows of these parts make them worth one.
	leastCauses = 3
	leastTail   = 4
)

// layOut divides the screen among so many flows and causes.
func layOut(width, height, flows, causes int) (y layout) {
	take := func(n int) int {
		n = max(0, min(n, height))
		height -= n
		return n
	}
	switch {
	case height >= 10 && width >= minWide:
		y.head = take(3)
	case height >= 8:
		y.head = take(2)
	case height >= 5:
		y.head = take(1)
	}
	if height >= 3 {
		y.names = take(1)
	}
	if height >= 4 {
		y.bottom = take(1)
	}
	if width >= minWide && height >= leastRows+leastTail {
		rest := height
		least := min(leastRows, max(flows, 1))
		if causes > 0 && rest >= least+leastTail+leastCauses {
			y.causes = take(1 + min(causes, max(leastCauses-1, rest/5)))
		}
		y.tail = take(max(leastTail, rest/4))
		// What flows don't need, others may have.
		if spare := height - max(flows, 1); spare > 0 {
			more := 0
			if y.causes > 0 {
				more = min(1+causes-y.causes, spare/2)
			}
			y.causes += take(more)
			y.tail += take(spare - more)
		}
	}
	y.rows = take(height)
	return y
}

// lines are the page.
func (l *list) lines(m *Model, width, height int) []string {
	l.arrange(m)
	t := &l.table
	t.zone, t.search, t.hosts = m.zone(), &l.search, m.options().Name
	t.sorted, t.mark = orders[l.order].name, l.arrow()
	l.faults.gather(m.snapshot.rows)
	y := layOut(width, height, len(l.rows), len(l.faults.all))
	if y.bottom == 0 && y.rows > 1 && m.bottom() != "" { // which would stand over a flow
		y.rows, y.bottom = y.rows-1, 1
	}
	l.scroll(max(1, y.rows))

	lines := make([]string, 0, height)
	part := func(rows int, part []string) {
		part = part[:min(len(part), rows)]
		lines = append(lines, part...)
		lines = append(lines, make([]string, rows-len(part))...)
	}
	seen := l.rows[l.top:min(l.top+y.rows, len(l.rows))]
	t.measure(seen, width)
	part(y.head, l.head(m, width, y.head))
	part(y.names, []string{t.head()})
	part(y.rows, l.flowLines(m, seen))
	part(y.causes, l.faults.lines(t, width, y.causes))
	part(y.tail, l.tailLines(m, y.tail))
	part(y.bottom, []string{shortHelp(onList, width)})
	if mark := l.filter.mark(m, width); mark != "" && len(lines) > 1 {
		lines[len(lines)-2] = mark
	}
	return lines
}

// flowLines are those of the flows that are to be seen.
func (l *list) flowLines(m *Model, seen []*flowtable.Row) []string {
	switch {
	case len(seen) > 0:
	case l.filter.judge != nil:
		return []string{"no flow passes the filter"}
	default:
		return []string{"no flows yet"}
	}
	lines := make([]string, len(seen))
	for i, r := range seen {
		lines[i] = l.table.line(r, l.top+i == l.at && !m.prints)
	}
	return lines
}

// tailLines are the last lines of the stream, and a head above them.
func (l *list) tailLines(m *Model, height int) []string {
	if height < 2 {
		return nil
	}
	b := &l.table.brush
	b.begin(false)
	b.styled(sgrBold, render.PaintNone, []byte("last packets"))
	return append([]string{b.text()}, l.tail.page(m, height-1)...)
}
