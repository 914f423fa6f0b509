package screen

import (
	"strings"
	"time"

	"icmpdump/flowtable"
	"icmpdump/render"
)

// A piece is a part of a line that is left out if there is no room for it: the one of the highest rank first.
type piece struct {
	rank  int
	text  string
	style string
	paint render.Paint
}

// pieceGap stands between pieces.
const pieceGap = "  "

// pieces are a line, as much of it as fits.
func (b *brush) pieces(ps []piece, width int) string {
	used, worst := 0, 0
	for _, p := range ps {
		if p.text != "" {
			used += wide([]byte(p.text)) + len(pieceGap)
			worst = max(worst, p.rank)
		}
	}
	for ; worst > 0 && used-len(pieceGap) > width; worst-- {
		for i := len(ps) - 1; i >= 0 && used-len(pieceGap) > width; i-- {
			if ps[i].rank == worst && ps[i].text != "" {
				used -= wide([]byte(ps[i].text)) + len(pieceGap)
				ps[i].text = ""
			}
		}
	}
	b.begin(false)
	for _, p := range ps {
		if p.text == "" {
			continue
		}
		if len(b.line) > 0 {
			b.blanks(len(pieceGap))
		}
		b.styled(p.style, p.paint, []byte(p.text))
	}
	return b.text()
}

// count is a number with a word before it.
func count(word string, n uint64) string {
	return string(render.AppendDecimal(append([]byte(word), ' '), n))
}

// longFrom is from how many columns on the totals are in long words, with large numbers as well.
const longFrom = 110

// head are the lines at the top: what is captured, the totals, and what is shown of it.
func (l *list) head(m *Model, width, height int) []string {
	if height == 0 {
		return nil
	}
	b := &l.table.brush
	lines := []string{b.pieces(l.captured(m, width), width)}
	if height > 1 {
		lines = append(lines, b.pieces(l.totals(m, width >= longFrom), width))
	}
	if height > 2 {
		lines = append(lines, b.pieces(l.shown(m, width), width))
	}
	return lines
}

// captured says what is captured, when the last packet came, and how many did.
func (l *list) captured(m *Model, width int) []piece {
	s := &m.snapshot
	of := render.Clean(strings.Join(m.c.Of, ", ")).String()
	of = string(cutEnd(nil, []byte(of), max(12, width/3)))
	ps := []piece{{0, "icmpdump", sgrBold, 0}, {2, of, "", 0}}
	if last := s.summary.Last; last != 0 {
		ps = append(ps, piece{1, m.clock(last), "", 0})
	}
	ps = append(ps, piece{3, string(noun(s.summary.Packets, "packet")), "", 0})
	if m.c.Live {
		ps = append(ps, piece{2, string(render.AppendDecimal(nil, m.pace.second)) + "/s", "", 0})
	} else if m.ended {
		ps = append(ps, piece{4, "all read", "", 0})
	}
	ps = append(ps, piece{3, string(noun(uint64(len(s.rows)), "flow")), "", 0})
	if n := s.summary.PushedOut(); n > 0 {
		ps = append(ps, piece{3, string(render.AppendDecimal(nil, n)) + " made room", "", render.PaintNote})
	}
	if m.frozen {
		ps = append(ps, piece{0, string(render.AppendDecimal([]byte("PAUSED +"), m.behind)), sgrReverse, 0})
	}
	return ps
}

func noun(n uint64, word string) []byte {
	dst := append(append(render.AppendDecimal(nil, n), ' '), word...)
	if n != 1 {
		dst = append(dst, 's')
	}
	return dst
}

// totals are the counts of all echo flows, in words that are long or short.
func (l *list) totals(m *Model, long bool) []piece {
	words := map[bool][4]string{true: {"requests", "replies", "pending", "dropped"}, false: {"req", "rep", "pend", "drop"}}[long]
	s := m.snapshot.summary
	c := &s.Totals.Echo
	alarm := func(p render.Paint, n uint64) render.Paint {
		if n > 0 {
			return p
		}
		return render.PaintNone
	}
	ps := []piece{{1, count(words[0], c.Requests), "", 0}, {1, count(words[1], c.Replies-c.Multi), "", 0}}
	if !s.OneWay {
		ps = append(ps, piece{0, lost(c), "", alarm(render.PaintError, c.Lost)}, piece{2, count(words[2], c.Pending), "", 0})
	}
	ps = append(ps,
		piece{3, count("late", c.Late), "", alarm(render.PaintNote, c.Late)},
		piece{3, count("dup", c.Duplicates), "", alarm(render.PaintNote, c.Duplicates)},
	)
	if c.Forgotten > 0 {
		ps = append(ps, piece{3, count("forgotten", c.Forgotten), "", render.PaintNote})
	}
	if m.c.Live {
		ps = append(ps, piece{1, count(words[3], s.Dropped), "", alarm(render.PaintError, s.Dropped)})
	}
	return append(ps, piece{2, count("skipped", s.Skipped), "", alarm(render.PaintNote, s.Skipped)})
}

// lost is how many requests were, and their share.
func lost(c *flowtable.Counts) string {
	text := count("lost", c.Lost)
	if render.KnowsLoss(c) {
		text += " (" + string(render.AppendPercent(nil, c.Loss())) + ")"
	}
	return text
}

// shown says which flows are shown, and in which order.
func (l *list) shown(m *Model, width int) []piece {
	o := &orders[l.order]
	ps := []piece{{1, "sort: " + o.says + " " + l.arrow(), "", 0}}
	if l.filter.judge != nil {
		of := " (" + string(noun(uint64(len(l.rows)), "flow")) + ")"
		text := render.Clean(l.filter.text).String()
		ps = append(ps, piece{0, "filter: " + string(cutEnd(nil, []byte(text), width-len("filter: ")-len(of))) + of, "", render.PaintNote})
	}
	if l.search.text != "" {
		ps = append(ps, piece{2, "search: " + render.Clean(l.search.text).String(), "", render.PaintNote})
	}
	if h := &m.snapshot.summary.Totals.RTT; h.Count > 0 && l.filter.judge == nil {
		ps = append(ps, piece{4, trips(h), "", 0})
	}
	if m.utc {
		ps = append(ps, piece{3, "UTC", "", 0})
	}
	return ps
}

// trips are the round-trip times of all echo flows.
func trips(h *flowtable.Histogram) string {
	dst := []byte("rtt min/avg/p95/max ")
	for i, ns := range [...]int64{h.Min, h.Avg(), h.Quantile(0.95), h.Max} {
		if i > 0 {
			dst = append(dst, '/')
		}
		dst = appendShortMillis(dst, ns)
	}
	return string(append(dst, " ms"...))
}

// arrow is which way the values go from the first row on.
func (l *list) arrow() string {
	if orders[l.order].rises != l.reverse {
		return "↑"
	}
	return "↓"
}

// zone is that of the times.
func (m *Model) zone() *time.Location {
	if m.utc || m.c.Draw.Location == nil {
		return time.UTC
	}
	return m.c.Draw.Location
}

// clock is the time of day.
func (m *Model) clock(ns int64) string { return time.Unix(0, ns).In(m.zone()).Format(time.TimeOnly) }
