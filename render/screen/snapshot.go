package screen

import (
	"time"

	"icmpdump/flowtable"
	"icmpdump/render"
)

// A snapshot is the capture at one moment. Its memory is used again for the next.
type snapshot struct {
	taken   bool
	summary *render.Summary
	rows    []flowtable.Row
	events  uint64   // how many there were, ever
	tail    []Record // the last of them, the newest last
}

// take takes one, with as many of the last events as the screen has rows.
func (s *snapshot) take(f Feed, h *History, height int) {
	s.taken = true
	s.summary = f.Summary()
	s.rows = f.Rows(s.rows[:0])
	s.events = h.total()
	s.tail = h.last(s.tail[:0], height, nil)
}

// A pace is how many packets a second there are, counted for a second at least.
type pace struct {
	begin   time.Time
	packets uint64 // then
	second  uint64
}

// measure is told how many packets there were up to now. It reports whether the pace is another.
func (p *pace) measure(now time.Time, packets uint64) (changed bool) {
	took := now.Sub(p.begin)
	if took < time.Second {
		return false
	}
	before := p.second
	if !p.begin.IsZero() {
		p.second = uint64(float64(packets-p.packets)/took.Seconds() + 0.5)
	}
	p.begin, p.packets = now, packets
	return p.second != before
}
