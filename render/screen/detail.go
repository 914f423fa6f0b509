package screen

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"icmpdump/flowtable"
	"icmpdump/render"
)

// The detail is the page of one flow: all that is known of it. It goes on with the capture, unless the view is
// frozen, and goes on to be there if the flow is not.
type detail struct {
	row   flowtable.Row // as it was seen last
	gone  bool          // the flow is in the table no more
	story story

	top  int // the first line that is shown, of those that can be scrolled
	all  int // how many of these there were, and how many fitted
	room int
}

const (
	// twoSided is from how many columns on transactions stand beside all else, and halfSided from how many on
	// beside their histogram.
	twoSided  = 110
	halfSided = 80

	// manyTransactions is how many there are beside all else, and fewTransactions where they stand below it.
	manyTransactions = 200
	fewTransactions  = 40
)

// openDetail shows the page of a flow.
func (m *Model) openDetail(row *flowtable.Row) {
	d := &m.detail
	*d = detail{row: *row}
	d.story.begin(&d.row)
	until := uint64(math.MaxUint64)
	if m.frozen {
		until = m.snapshot.events
	}
	d.story.follow(m.c.History, until)
	m.page = d
}

// refresh brings the page up to the snapshot, and to what happened since.
func (d *detail) refresh(m *Model) {
	if m.frozen {
		return
	}
	if now := d.find(m.snapshot.rows); now != nil {
		if now.Forward.Packets+now.Reverse.Packets < d.row.Forward.Packets+d.row.Reverse.Packets {
			d.story.forget() // it was over and began again, or its counters did
		}
		d.row, d.gone = *now, false
	} else {
		d.gone = true
	}
	d.story.follow(m.c.History, math.MaxUint64)
}

// find is the flow's row, of several the one that began last: those before are over. It is nil if there is none.
func (d *detail) find(rows []flowtable.Row) (found *flowtable.Row) {
	for i := range rows {
		if r := &rows[i]; r.Key == d.row.Key && r.Quoted == d.row.Quoted && (found == nil || r.Start > found.Start) {
			found = r
		}
	}
	return found
}

func (d *detail) lines(m *Model, width, height int) []string {
	d.refresh(m)
	o := m.options()
	s := newSheet(&o, width)
	body := d.body(s, width, height)
	d.all, d.room = len(body), max(0, height-2)
	d.top = max(0, min(d.top, d.all-d.room))
	shown := body[d.top:min(d.all, d.top+d.room)]
	lines := append([]string{d.title(m, s, width)}, shown...)
	for len(lines) < height-1 {
		lines = append(lines, "")
	}
	lines = append(lines, shortHelp(onDetail, width))
	return lines[:min(len(lines), height)]
}

// title says what flow it is, how it stands, and what of the page is seen.
func (d *detail) title(m *Model, s *sheet, width int) string {
	var right []string
	if d.all > d.room {
		right = append(right, fmt.Sprintf("%d-%d of %d lines", d.top+1, min(d.all, d.top+d.room), d.all))
	}
	switch {
	case m.frozen:
		right = append(right, s.paint(render.PaintNote, "PAUSED +"+strconv.FormatUint(m.behind, 10)))
	case d.gone:
		right = append(right, s.paint(render.PaintNote, "not in the table any more"))
	default:
		right = append(right, strings.ReplaceAll(d.row.Status.String(), "_", " "))
	}
	return aside(s.name(&d.row), strings.Join(right, "  "), width)
}

// aside is a row with text at its left and its right end. That at the right goes first.
func aside(left, right string, width int) string {
	left = ansi.Truncate(left, width, "…")
	room := width - ansi.StringWidth(left)
	if ansi.StringWidth(right)+2 > room {
		return left
	}
	return left + strings.Repeat(" ", room-ansi.StringWidth(right)) + right
}

// body is what stands below the title. On a wide screen transactions stand beside all else, on a narrow one below it.
func (d *detail) body(s *sheet, width, height int) []string {
	const between = 2
	bars := 6
	if height >= 30 {
		bars = 12
	}
	switch {
	case width >= twoSided:
		s.width = min(max(width*9/20, 54), 70)
		right := newSheet(s.opts, width-s.width-between)
		right.transactions(d, manyTransactions)
		s.facts(d)
		if d.story.rtts.count > 0 {
			s.lines = append(s.lines, "")
			s.histogram(&d.story, d.row.RTT.Count, bars)
		}
		s.causes(d)
		return beside(s.lines, right.lines, s.width+between)
	case width >= halfSided && d.story.rtts.count > 0:
		const histogram = 28
		s.facts(d)
		s.causes(d)
		left, right := newSheet(s.opts, width-histogram-between), newSheet(s.opts, histogram)
		left.transactions(d, fewTransactions)
		right.histogram(&d.story, d.row.RTT.Count, bars)
		s.lines = append(s.lines, "")
		return append(s.lines, beside(left.lines, right.lines, left.width+between)...)
	}
	s.facts(d)
	s.causes(d)
	s.lines = append(s.lines, "")
	s.transactions(d, fewTransactions)
	if d.story.rtts.count > 0 {
		s.lines = append(s.lines, "")
		s.histogram(&d.story, d.row.RTT.Count, bars)
	}
	return s.lines
}

// beside puts lines beside others, from a column on.
func beside(left, right []string, column int) []string {
	for i, line := range right {
		if i == len(left) {
			left = append(left, "")
		}
		if line != "" {
			left[i] += strings.Repeat(" ", max(0, column-ansi.StringWidth(left[i]))) + line
		}
	}
	return left
}

func (d *detail) key(m *Model, k tea.KeyPressMsg) tea.Cmd {
	switch k.String() {
	case "esc", "enter", "backspace":
		m.page = &m.list
	case "j", "down", "ctrl+n":
		d.top++
	case "k", "up", "ctrl+p":
		d.top--
	case "pgdown", "ctrl+f":
		d.top += max(1, d.room-1)
	case "pgup", "ctrl+b":
		d.top -= max(1, d.room-1)
	case "ctrl+d":
		d.top += max(1, d.room/2)
	case "ctrl+u":
		d.top -= max(1, d.room/2)
	case "g", "home":
		d.top = 0
	case "G", "end":
		d.top = d.all
	case "w":
		m.askSave(&d.row)
	}
	d.top = max(0, min(d.top, d.all-d.room))
	return nil
}
