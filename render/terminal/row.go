package terminal

import (
	"time"

	"icmpdump/render"
)

// A row is what is known of the status row between two times that it is written.
type row struct {
	stale   bool      // write it, whatever is in it
	changes uint64    // of the feed, when it was made
	made    time.Time // when that was; zero at first
	text    []byte
	width   int // of the terminal that it was made for

	begin   time.Time // of the window in which packets are counted
	packets uint64    // up to its beginning
	second  uint64    // how many a second there were in the last
	now     uint64    // packets, when the row was made

	words string // instead of it, until then
	until time.Time
}

// notice has words in the row's place for a while.
func (r *row) notice(words string, now time.Time) {
	r.words, r.until, r.stale = words, now.Add(noticeTime), true
}

// pace counts packets, and knows how many a second there were once a window is over. What comes after a time
// without any begins a window.
func (r *row) pace(packets uint64, now time.Time) {
	took := now.Sub(r.begin)
	switch {
	case !r.moves():
		r.begin = now
	case took >= window:
		r.second = uint64(float64(packets-r.packets)/took.Seconds() + 0.5)
		r.begin, r.packets = now, packets
	}
	r.now = packets
}

// moves reports whether the row will say something else when the window is over, even if nothing
// happens.
func (r *row) moves() bool { return r.second > 0 || r.now != r.packets }

// A deadline is the earliest of some times from now; 0 is none.
type deadline time.Duration

func (d *deadline) by(wait time.Duration) {
	if wait = max(wait, time.Millisecond); *d == 0 || deadline(wait) < *d {
		*d = deadline(wait)
	}
}

// refresh writes what was said, the lines of a window that is over, and the row if it has something else to say. It
// returns when it should be called again even if nothing happens; 0 is never.
func (t *Terminal) refresh() time.Duration {
	var next deadline
	now := t.c.Clock()
	t.idle.Store(true) // before the feed is looked at: what changes behind that wakes
	early := t.atOnce(now, &next)
	switch front := t.isFront() && !t.over && !early; {
	case front && !t.front:
		t.take()
		t.row.stale = true
	case !front && t.front:
		t.give()
	}
	if !t.front && !t.over && t.jobs.controlled(t.tty()) {
		next.by(background)
	}
	text, width := t.rowText(now, &next)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.stream.turn(now, false)
	if said := t.says.take(); len(said) > 0 {
		t.stream.text = append(t.stream.text, said...)
	}
	if t.row.stale {
		t.stream.renew()
	}
	t.row.stale = false
	t.stream.status, t.stream.width = append(t.stream.status[:0], text...), width
	t.stream.flush()
	t.stream.put(t.stream.status, width)
	if t.stream.more > 0 && !t.stream.hidden {
		next.by(t.stream.begin.Add(window).Sub(now))
	}
	return time.Duration(next)
}

// soon is how long a file may be read without a row: the terminal of one that is read at once is not touched, and what is
// typed meanwhile is the shell's.
const soon = 250 * time.Millisecond

// atOnce reports whether what is read may yet turn out to have been read at once.
func (t *Terminal) atOnce(now time.Time, next *deadline) bool {
	left := t.begin.Add(soon).Sub(now)
	if t.c.Screen.Live || left <= 0 {
		return false
	}
	next.by(left)
	return true
}

// rowText is the row, and the width of the terminal that it was made for. It is made no more often than is
// wanted.
func (t *Terminal) rowText(now time.Time, next *deadline) ([]byte, int) {
	r, feed := &t.row, t.c.Screen.Feed
	if !t.front {
		return nil, 0
	}
	every := time.Second / time.Duration(t.c.FPS)
	width := t.width()
	stale := r.stale || width != r.width
	changes := feed.Changes()
	over := r.moves() && now.Sub(r.begin) >= window
	changed := r.made.IsZero() || changes != r.changes || over
	wait := r.made.Add(every).Sub(now)
	switch {
	case changed && wait > 0 && !stale:
		t.idle.Store(false) // it is looked at anyway
		next.by(wait)
	case changed || stale:
		r.changes, r.made, r.width = changes, now, width
		t.makeRow(now)
	}
	if r.moves() {
		next.by(r.begin.Add(window).Sub(now))
	}
	if left := r.until.Sub(now); left > 0 {
		next.by(left)
		return []byte(r.words[:min(len(r.words), max(width-1, 0))]), width
	}
	return r.text, width
}

// makeRow makes the row anew.
func (t *Terminal) makeRow(now time.Time) {
	s := t.c.Screen.Feed.Summary()
	t.row.pace(s.Packets, now)
	status := render.Status{
		Time: s.Last, Location: t.c.Screen.Draw.Location, PerSecond: t.row.second, Echo: s.Totals.Echo,
		OneWay: s.OneWay, Dropped: s.Dropped, Skipped: s.Skipped, Read: s.Read, Total: s.Size,
		Keys: t.c.Keys != nil, Color: t.c.Color,
	}
	t.row.text = status.AppendLine(t.row.text[:0], t.row.width-1)
}
