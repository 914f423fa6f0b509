package pcapfile

import (
	"math"
	"math/bits"
)

// A stamp is a record's time.
type stamp struct {
	ns    int64 // since the Unix epoch, as near as that can be said
	valid bool  // it is a time at which something may have been captured
}

// lastSecond is the last that a valid stamp may be in, the last of a 32-bit clock, in 2106.
const lastSecond = math.MaxUint32

// classicStamp is a time of so many seconds and a fraction in units of so many ns. A fraction of a
// second or more is carried over, but no such stamp is to be trusted. One of 0 is that of writers
// that know none.
func classicStamp(seconds, fraction uint32, unit int64) stamp {
	part := int64(fraction) * unit
	return stamp{ns: int64(seconds)*1e9 + part, valid: part < 1e9 && (seconds|fraction) != 0}
}

// A clock is how an interface of a pcapng file counts time.
type clock struct {
	perSecond uint64 // ticks
	offset    int64  // seconds to be added
}

// microseconds is what an interface counts in unless it says otherwise.
var microseconds = clock{perSecond: 1e6}

// setResolution sets the length of a tick from an if_tsresol option
// (draft-ietf-opsawg-pcapng, section 4.2): a negative power of ten or, with the upper bit, of
// two. It reports false if ticks would be more than 64 bits can count in a second.
func (c *clock) setResolution(resolution byte) bool {
	power := resolution & 0x7f
	switch {
	case resolution != power && power <= 63:
		c.perSecond = 1 << power
	case resolution == power && power <= 19:
		c.perSecond = 1
		for range power {
			c.perSecond *= 10
		}
	default:
		return false
	}
	return true
}

// at is the time of a count of ticks, rounded down. One that int64 nanoseconds can't hold is
// the last or the first that they can.
func (c *clock) at(ticks uint64) stamp {
	var whole, ns uint64
	switch c.perSecond { // of the likeliest, a product for a quotient
	case 1e6:
		whole, ns = ticks/1e6, ticks%1e6*1e3
	case 1e9:
		whole, ns = ticks/1e9, ticks%1e9
	default:
		whole = ticks / c.perSecond
		hi, lo := bits.Mul64(ticks%c.perSecond, 1e9)
		ns, _ = bits.Div64(hi, lo, c.perSecond) // below 1e9
	}

	const most = math.MaxInt64/1_000_000_000 - 1
	seconds := int64(min(whole, math.MaxInt64))
	switch sum := seconds + c.offset; {
	case sum > most, c.offset > 0 && sum < seconds: // the sum ran over
		return stamp{ns: math.MaxInt64}
	case sum < -most:
		return stamp{ns: math.MinInt64}
	default:
		t := sum*1e9 + int64(ns)
		return stamp{ns: t, valid: t > 0 && sum <= lastSecond}
	}
}
