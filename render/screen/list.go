package screen

import (
	"slices"

	tea "charm.land/bubbletea/v2"

	"icmpdump/capture/icmp"
	"icmpdump/flowtable"
	"icmpdump/render"
)

// The list is the first page: totals, flows, errors by cause, the tail of the stream. One of the flows is
// selected, and stays so while others come and go.
type list struct {
	rows     []*flowtable.Row // those that are wanted, in order; of the snapshot
	others   []*flowtable.Row // for arranging them
	arranged bool             // they are
	sorter   render.Sorter
	order    int  // of orders
	reverse  bool // it is reversed
	filter   filter
	search   search

	at, top int      // of rows: the selected one, and the first that is shown
	body    int      // how many are shown
	held    bool     // a key chose the selected one; else it is whatever comes first
	chosen  identity // of that one; valid iff held
	instead identity // of the selected one, while that is not there

	table  table
	faults faults
	tail   tail
}

// An identity is all that tells a flow from others. Where it begins may change: counters begin anew.
type identity struct {
	key    flowtable.Key
	quoted icmp.Quote
	start  int64
}

func identityOf(r *flowtable.Row) identity { return identity{r.Key, r.Quoted, r.Start} }

// An order is what flows are sorted by: a name that render knows, and what the screen calls it.
type order struct {
	name  string
	says  string
	rises bool // the least comes first
}

// orders are in the order in which s goes through them.
var orders = []order{
	{"start", "start", true},
	{"lost", "lost", false},
	{"loss", "loss", false},
	{"rtt", "avg rtt", false},
	{"p95", "p95 rtt", false},
	{"requests", "requests", false},
	{"errors", "errors", false},
	{"end", "last seen", false},
}

// Orders are those that flows can be sorted by, by the names that render has for them.
func Orders() []string {
	names := make([]string, len(orders))
	for i := range orders {
		names[i] = orders[i].name
	}
	return names
}

// HasOrder reports whether name is one of an order that flows can be sorted by.
func HasOrder(name string) bool { return orderOf(name) >= 0 }

// orderOf is the order with that name, or -1.
func orderOf(name string) int {
	return slices.IndexFunc(orders, func(o order) bool { return render.SameRowOrder(o.name, name) })
}

// sort makes it another order.
func (l *list) sort(order int, reverse bool) {
	l.order, l.reverse = order, reverse
	l.arranged = false
}

// arrange brings the flows that are wanted into order, and finds the selected one again.
func (l *list) arrange(m *Model) {
	if l.arranged {
		return
	}
	l.arranged = true
	l.rows = l.rows[:0]
	for i := range m.snapshot.rows {
		if r := &m.snapshot.rows[i]; l.filter.wants(r) {
			l.rows = append(l.rows, r)
			l.table.needs.see(r)
		}
	}
	l.sorter.Sort(l.rows, orders[l.order].name, l.reverse)
	l.others = queriesFirst(l.rows, l.others[:0])
	l.faults.stale = true
	l.find()
}

// queriesFirst brings flows that have requests and replies before all others, which it appends to others.
func queriesFirst(rows, others []*flowtable.Row) []*flowtable.Row {
	n := 0
	for _, r := range rows {
		if r.Kind.Paired() {
			rows[n] = r
			n++
		} else {
			others = append(others, r)
		}
	}
	copy(rows[n:], others)
	return others
}

// find selects the flow that a key chose, at the same place of the screen. As long as it is not there, whichever was in its
// place then is selected.
func (l *list) find() {
	offset := l.at - l.top
	if !l.held {
		l.at, l.top = 0, 0
		return
	}
	for _, who := range [...]*identity{&l.chosen, &l.instead} {
		if i := who.in(l.rows); i >= 0 {
			l.at, l.top = i, i-offset
			who.start = l.rows[i].Start
			return
		}
	}
	l.at = max(0, min(l.at, len(l.rows)-1))
	if len(l.rows) > 0 {
		l.instead = identityOf(l.rows[l.at])
	}
}

// in is where in rows the flow is, or -1. One that is over may have begun again, and is two.
func (d *identity) in(rows []*flowtable.Row) int {
	found := -1
	for i, r := range rows {
		if r.ID != d.key.ID || r.Key != d.key || r.Quoted != d.quoted {
			continue
		}
		if r.Start == d.start {
			return i
		}
		if found < 0 || r.Start > rows[found].Start {
			found = i
		}
	}
	return found
}

// move selects the flow at i, or the one next to it if there is none.
func (l *list) move(i int) {
	l.at = max(0, min(i, len(l.rows)-1))
	l.held = len(l.rows) > 0
	if l.held {
		l.chosen = identityOf(l.rows[l.at])
		l.instead = l.chosen
	}
}

// scroll has body rows shown, the selected one among them.
func (l *list) scroll(body int) {
	l.body = body
	l.top = max(0, min(l.top, len(l.rows)-body))
	l.top = max(min(l.top, l.at), l.at-body+1, 0)
}

// selected is the selected flow, or nil if there are none. It is one of the snapshot.
func (l *list) selected(m *Model) *flowtable.Row {
	l.arrange(m)
	if len(l.rows) == 0 {
		return nil
	}
	return l.rows[l.at]
}

func (l *list) key(m *Model, k tea.KeyPressMsg) tea.Cmd {
	l.arrange(m)
	switch key := k.String(); key {
	case "j", "down", "ctrl+n":
		l.move(l.at + 1)
	case "k", "up", "ctrl+p":
		l.move(l.at - 1)
	case "pgdown", "ctrl+f":
		l.leaf(l.body)
	case "pgup", "ctrl+b":
		l.leaf(-l.body)
	case "ctrl+d":
		l.leaf(l.body / 2)
	case "ctrl+u":
		l.leaf(-l.body / 2)
	case "g", "home":
		l.at, l.top, l.held = 0, 0, false
	case "G", "end":
		l.move(len(l.rows) - 1)
	case "s":
		l.sort((l.order+1)%len(orders), false)
	case "S":
		l.sort(l.order, !l.reverse)
	case "/":
		l.search.ask(m)
	case "n":
		l.search.next(m, 1)
	case "N":
		l.search.next(m, -1)
	case "f":
		l.filter.ask(m)
	case "enter":
		if r := l.selected(m); r != nil {
			m.openDetail(r)
		}
	case "w":
		if r := l.selected(m); r != nil {
			m.askSave(r)
		} else {
			m.say("there is no flow to save")
		}
	case "esc":
		l.clear()
	}
	return nil
}

// leaf moves so many rows on, and what is shown likewise.
func (l *list) leaf(by int) {
	l.top += by
	l.move(l.at + by)
}

// clear ends the search or, if there is none, the filter.
func (l *list) clear() {
	if l.search.text != "" {
		l.search = search{}
		return
	}
	l.filter = filter{}
	l.arranged = false
}
