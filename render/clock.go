package render

import (
	"math"
	"strconv"
	"time"
)

// TimeFormat is tcpdump's count of -t.
type TimeFormat struct {
	Style TimeStyle
	Nano  bool // nanoseconds, not microseconds
}

// TimeStyle is what a time is shown as.
type TimeStyle uint8

// The styles, numbered as tcpdump counts -t.
const (
	TimeOfDay  TimeStyle = iota
	TimeNone             // -t
	TimeEpoch            // -tt: seconds since the epoch
	TimeDelta            // -ttt: since the line before
	TimeDate             // -tttt: with the date
	TimeOffset           // -ttttt: since the first line

	timeJSON // RFC 3339 but for the zone
)

// A clock appends times, and knows the text of the last second, since packets come many to
// a second.
type clock struct {
	format TimeFormat
	loc    *time.Location

	begin       uint64 // of the second whose text it is: the first may be before int64's
	first, last int64  // times in that second
	text        []byte // as far as the point; nil at first

	origin  int64 // what a delta is counted from
	started bool
}

func newClock(f TimeFormat, loc *time.Location) clock {
	if loc == nil {
		loc = time.UTC
	}
	return clock{format: f, loc: loc}
}

// stamp appends the time of a line, and a blank. From a line that counts, the time to the next
// is told; one that tcpdump does not have must not change what is told of those it has.
func (c *clock) stamp(dst []byte, ns int64, counts bool) []byte {
	switch c.format.Style {
	case TimeNone:
		return dst
	case TimeDelta, TimeOffset:
		if !c.format.Nano {
			ns -= ns % 1e3 // a difference is one of the times that would be shown
		}
		if !c.started {
			c.origin, c.started = ns, true
		}
		dst = c.span(dst, difference(ns, c.origin))
		if c.format.Style == TimeDelta && counts {
			c.origin = ns
		}
	default:
		dst = c.moment(dst, ns)
	}
	return append(dst, ' ')
}

// difference is a - b, or as near as can be said.
func difference(a, b int64) int64 {
	switch d := a - b; {
	case b < 0 && d < a:
		return math.MaxInt64
	case b > 0 && d > a:
		return -math.MaxInt64 // not MinInt64, which has no positive twin
	default:
		return max(d, -math.MaxInt64)
	}
}

// moment appends a time by itself.
func (c *clock) moment(dst []byte, ns int64) []byte {
	if ns < c.first || ns > c.last || c.text == nil {
		c.turn(ns)
	}
	return c.fraction(append(dst, c.text...), uint64(ns)-c.begin)
}

// turn makes the text of the second that ns is in.
func (c *clock) turn(ns int64) {
	second, part := ns/1e9, ns%1e9
	if part < 0 {
		second, part = second-1, part+1e9
	}
	c.begin = uint64(ns) - uint64(part)
	c.first, c.last = difference(ns, part), ns
	if rest := 1e9 - 1 - part; ns < math.MaxInt64-rest {
		c.last += rest
	}
	layout := time.TimeOnly
	switch c.format.Style {
	case TimeEpoch:
		c.text = append(strconv.AppendInt(c.text[:0], second, 10), '.')
		return
	case TimeDate:
		layout = time.DateTime
	case timeJSON:
		layout = "2006-01-02T15:04:05"
	}
	c.text = append(time.Unix(second, 0).In(c.loc).AppendFormat(c.text[:0], layout), '.')
}

// span appends a difference of times, with a blank for a plus sign.
func (c *clock) span(dst []byte, ns int64) []byte {
	sign := byte(' ')
	if ns < 0 {
		sign, ns = '-', -ns
	}
	dst = append(dst, sign)
	s := ns / 1e9
	dst = appendPadded(dst, uint64(s/3600), 2)
	dst = appendPadded(append(dst, ':'), uint64(s/60%60), 2)
	dst = appendPadded(append(dst, ':'), uint64(s%60), 2)
	return c.fraction(append(dst, '.'), uint64(ns%1e9))
}

// fraction appends what stands behind the point.
func (c *clock) fraction(dst []byte, ns uint64) []byte {
	us := ns / 1e3
	dst = appendThree(dst, us/1e3)
	dst = appendThree(dst, us%1e3)
	if c.format.Nano {
		dst = appendThree(dst, ns%1e3)
	}
	return dst
}

// appendPadded appends n in decimal, with zeros in front up to width digits (9 at most).
func appendPadded(dst []byte, n uint64, width int) []byte {
	if n >= 1e9 {
		return appendDecimal(dst, n)
	}
	var digits [9]byte
	i := len(digits)
	for n > 0 || len(digits)-i < width {
		i--
		digits[i] = byte('0' + n%10)
		n /= 10
	}
	return append(dst, digits[i:]...)
}
