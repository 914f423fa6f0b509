package screen

import (
	"math/bits"
	"slices"
	"strings"
)

// spreadBits is how many parts a power of two has: 16, so that a bar's limits are within 6 %.
const spreadBits = 4

// A spread counts times, in ns, in log-linear buckets.
type spread struct {
	count  uint64
	counts [64 << spreadBits]uint32
}

// add counts a time.
func (s *spread) add(ns int64) {
	s.count++
	if n := &s.counts[bucketOf(ns)]; *n+1 != 0 {
		*n++
	}
}

// bucketOf is the bucket of a time: below 16 it is its own, and from there on there are 16 to a power of two.
func bucketOf(ns int64) int {
	v := uint64(max(ns, 0))
	if v < 1<<spreadBits {
		return int(v)
	}
	shift := bits.Len64(v) - 1 - spreadBits
	return (shift+1)<<spreadBits + int(v>>shift)&(1<<spreadBits-1)
}

// lowest is where a bucket begins.
func lowest(bucket int) int64 {
	if bucket < 1<<spreadBits {
		return int64(bucket)
	}
	shift := bucket>>spreadBits - 1
	if shift >= 63-spreadBits {
		return 1<<63 - 1
	}
	return int64(1<<spreadBits+bucket&(1<<spreadBits-1)) << shift
}

// A bar is how many times were from low on, and below that of the next; or several where there are none.
type bar struct {
	low   int64
	count uint64
	gap   bool
}

// bars are at most so many (3 at least), without empty ones at the ends. Each is as many buckets as the others: a
// power of two of them, as few as will do. Of empty ones side by side there is one, which is a gap.
func (s *spread) bars(most int) (all []bar) {
	isUsed := func(n uint32) bool { return n > 0 }
	first := slices.IndexFunc(s.counts[:], isUsed)
	if first < 0 {
		return nil
	}
	last := len(s.counts) - 1
	for !isUsed(s.counts[last]) {
		last--
	}
	for width := 1; all == nil || len(all) > max(most, 3); width *= 2 {
		all = s.appendBars(all[:0], first/width*width, last, width)
	}
	return all
}

// appendBars appends bars of so many buckets each.
func (s *spread) appendBars(dst []bar, first, last, width int) []bar {
	for at := first; at <= last; at += width {
		b := bar{low: lowest(at)}
		for _, n := range s.counts[at:min(at+width, len(s.counts))] {
			b.count += uint64(n)
		}
		if n := len(dst); n > 0 && b.count == 0 && dst[n-1].count == 0 {
			dst[n-1].gap = true
			continue
		}
		dst = append(dst, b)
	}
	return dst
}

// stroke is a bar of n, where most is as long as width. What is there is seen.
func stroke(n, most uint64, width int) string {
	if n == 0 || most == 0 || width < 1 {
		return ""
	}
	return strings.Repeat("#", max(1, int(float64(n)/float64(most)*float64(width)+0.5)))
}
