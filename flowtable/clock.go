package flowtable

const (
	// jitter is how far behind the newest a stamp may be without meaning anything: receive
	// queues, and the merging of files, are that far out of order.
	jitter = 1e9 // ns

	// stillness is the longest time between two looks at the clock of a live table.
	stillness = 5e9 // ns
)

// A clock is the time of a table. It goes by the stamps of packets, but never back: where
// these were set back it goes on. Stamps and the clock's own time differ by shift.
type clock struct {
	now   int64  // 0 before the first stamp
	shift int64  // own time = stamp + shift
	steps uint16 // how often the stamps' clock was set, modulo 65536

	live   bool
	behind bool  // the last stamps were far behind
	since  int64 // the first of these
}

// observe is told a stamp.
func (c *clock) observe(stamp int64) {
	now := stamp + c.shift
	switch {
	case c.now == 0:
		c.now = now
	case c.live && now-c.now >= stillness:
		c.set(now)
	case now >= c.now:
		c.now, c.behind = now, false
	case c.now-now <= jitter:
		c.behind = false
	case !c.behind:
		c.behind, c.since = true, stamp
	case stamp < c.since:
		c.since = stamp
	case stamp-c.since >= jitter:
		c.set(now)
	}
}

// set takes it that now, by the stamps' clock, is what it was all the time: that was set.
func (c *clock) set(now int64) {
	c.shift += c.now - now
	c.steps++
	c.behind = false
}

// stamp is how the stamps' clock shows a time.
func (c *clock) stamp(time int64) int64 { return time - c.shift }
