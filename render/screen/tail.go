package screen

import (
	"bytes"

	"icmpdump/render"
)

// A tail draws the last lines of the stream.
type tail struct {
	draw  *render.Lines
	of    [2]bool // UTC, and without names, the draw is
	text  []byte
	lines []string
}

// page are the last lines, at most so many, the newest last. What a line has below it, as a dump, is left out, and
// times are those of the day: what is the first line here is not the first there was.
func (t *tail) page(m *Model, height int) []string {
	if of := [2]bool{m.utc, m.numeric}; t.draw == nil || t.of != of {
		o := m.options()
		o.Dump = render.Dump{}
		if o.Time.Style == render.TimeDelta || o.Time.Style == render.TimeOffset {
			o.Time.Style = render.TimeOfDay
		}
		t.draw, t.of = render.NewLines(o), of
	}
	t.lines = t.lines[:0]
	records := m.snapshot.tail
	for i := max(0, len(records)-height); i < len(records); i++ {
		r := &records[i]
		t.text = t.draw.Append(t.text[:0], &r.Event, r.Frame)
		line, _, _ := bytes.Cut(t.text, []byte{'\n'})
		t.lines = append(t.lines, string(line))
	}
	return t.lines
}
