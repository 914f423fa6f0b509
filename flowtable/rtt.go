package flowtable

import (
	"math"
	"math/bits"
)

// Each power of two is divided into 16 buckets, so that a bucket's middle is within 3.2 % of
// whatever fell into it.
const (
	subBits = 4
	buckets = (63 - subBits + 1) << subBits // all of int64 from 0
)

// A Histogram counts round-trip times, in ns, in log-linear buckets: small ones for small
// times. The zero value is empty.
type Histogram struct {
	Count    uint64
	Min, Max int64 // exact; valid iff Count > 0
	sum      sum
	counts   [buckets]uint64
}

// Add counts one time, which is not negative.
func (h *Histogram) Add(ns int64) {
	if h.Count == 0 || ns < h.Min {
		h.Min = ns
	}
	h.Max = max(h.Max, ns)
	h.sum.add(ns)
	h.Count++
	h.counts[bucket(ns)]++
}

// Merge adds all that o counted.
func (h *Histogram) Merge(o *Histogram) {
	if o.Count == 0 {
		return
	}
	if h.Count == 0 || o.Min < h.Min {
		h.Min = o.Min
	}
	h.Max = max(h.Max, o.Max)
	h.sum.merge(o.sum)
	h.Count += o.Count
	for i, n := range o.counts {
		h.counts[i] += n
	}
}

// Avg is the mean, or 0 if there is none.
func (h *Histogram) Avg() int64 {
	if h.Count == 0 {
		return 0
	}
	return h.sum.avg(h.Count)
}

// A sum of times, which are not negative, has 128 bits: a file may have answers after a year.
type sum struct{ high, low uint64 }

func (s *sum) add(ns int64) { s.merge(sum{low: uint64(ns)}) }

func (s *sum) merge(o sum) {
	low, carry := bits.Add64(s.low, o.low, 0)
	s.low, s.high = low, s.high+o.high+carry
}

// avg is the mean, s being of so many times, at least one.
func (s *sum) avg(count uint64) int64 {
	avg, _ := bits.Div64(s.high, s.low, count)
	return int64(avg)
}

// Quantile is the time that a share q (0 to 1) of those counted did not exceed, to within
// 3.2 %, or 0 if there is none.
func (h *Histogram) Quantile(q float64) int64 {
	if h.Count == 0 {
		return 0
	}
	rank := max(1, uint64(math.Ceil(q*float64(h.Count))))
	if rank >= h.Count {
		return h.Max
	}
	var seen uint64
	for i, n := range h.counts {
		if seen += n; seen >= rank {
			return min(max(middle(i), h.Min), h.Max)
		}
	}
	return h.Max
}

// bucket is the index of ns: below 16 it is ns, and from there on the position of the highest
// bit with the four bits behind it.
func bucket(ns int64) int {
	v := uint64(ns)
	if v < 1<<subBits {
		return int(v)
	}
	shift := bits.Len64(v) - 1 - subBits
	return (shift+1)<<subBits + int(v>>shift)&(1<<subBits-1)
}

// middle is the middle of a bucket.
func middle(i int) int64 {
	if i < 1<<subBits {
		return int64(i)
	}
	shift := i>>subBits - 1
	low := int64(1<<subBits+i&(1<<subBits-1)) << shift
	return low + int64(1)<<shift/2
}

// figures are those of a flow's round-trip times, in ns.
type figures struct {
	count, sampled uint64
	last, min, max int64
	sum            sum
	mean, m2       float64 // of Welford's algorithm: a sum of squares would lose digits
	octaves        uint32  // the buckets that are in use, or 0
}

// add counts one time, which is not negative. Buckets are needed from the second on.
func (g *figures) add(o *octaves, ns int64) {
	switch g.count {
	case 0:
		g.min, g.max = ns, ns
	case 1:
		g.sampled += o.add(&g.octaves, g.last) + o.add(&g.octaves, ns)
	default:
		g.sampled += o.add(&g.octaves, ns)
	}
	g.count++
	g.last, g.min, g.max = ns, min(g.min, ns), max(g.max, ns)
	g.sum.add(ns)
	d := float64(ns) - g.mean
	g.mean += d / float64(g.count)
	g.m2 += d * (float64(ns) - g.mean)
}

// row is what a row says of them.
func (g *figures) row(o *octaves) RTT {
	if g.count == 0 {
		return RTT{}
	}
	r := RTT{
		Count: g.count, Sampled: g.sampled, Last: g.last, Min: g.min, Avg: g.sum.avg(g.count), Max: g.max,
		StdDev: int64(math.Sqrt(g.m2 / float64(g.count))),
	}
	if g.count == 1 {
		r.Sampled, r.P50, r.P95, r.P99 = 1, g.last, g.last, g.last
		return r
	}
	if g.sampled == 0 {
		return r
	}
	for _, p := range [...]struct {
		share float64
		ns    *int64
	}{{0.50, &r.P50}, {0.95, &r.P95}, {0.99, &r.P99}} {
		*p.ns = min(max(o.quantile(g.octaves, g.sampled, p.share), g.min), g.max)
	}
	return r
}

// An octave is the buckets of a Histogram between two powers of two.
type octave struct {
	counts [1 << subBits]uint64
	next   uint32 // of the same flow, or of those that are free
	high   uint32 // index of the first bucket
}

// octaves is the memory for the buckets of a shard's flows: few times are far apart, so that a
// flow needs few of all the octaves that there are. Each is named by its index; 0 is none.
type octaves struct {
	slab  []octave
	used  uint32
	spare uint32
}

func (o *octaves) init(n int) { o.slab, o.used = make([]octave, n+1), 1 }

// add counts ns in one of the octaves of a list, which it makes if there is room, and returns
// how often it was counted: 1 or 0.
func (o *octaves) add(list *uint32, ns int64) uint64 {
	b := bucket(ns)
	high := uint32(b >> subBits << subBits)
	i := *list
	for i != 0 && o.slab[i].high != high {
		i = o.slab[i].next
	}
	if i == 0 {
		switch {
		case o.spare != 0:
			i = o.spare
			o.spare = o.slab[i].next
		case int(o.used) < len(o.slab):
			i = o.used
			o.used++
		default:
			return 0
		}
		o.slab[i] = octave{next: *list, high: high}
		*list = i
	}
	o.slab[i].counts[b&(1<<subBits-1)]++
	return 1
}

// free gives back the octaves of a list.
func (o *octaves) free(list uint32) {
	for list != 0 {
		next := o.slab[list].next
		o.slab[list].next, o.spare = o.spare, list
		list = next
	}
}

// quantile is the middle of the bucket of a list's times, count in all, that a share of them
// did not exceed, or 0 if there is none.
func (o *octaves) quantile(list uint32, count uint64, share float64) int64 {
	rank := max(1, uint64(math.Ceil(share*float64(count))))
	var seen uint64
	for low := uint32(0); ; {
		lowest := uint32(0) // of the octaves from low on
		for i := list; i != 0; i = o.slab[i].next {
			if h := o.slab[i].high; h >= low && (lowest == 0 || h < o.slab[lowest].high) {
				lowest = i
			}
		}
		if lowest == 0 {
			return 0
		}
		for j, n := range o.slab[lowest].counts {
			if seen += n; seen >= rank {
				return middle(int(o.slab[lowest].high) + j)
			}
		}
		low = o.slab[lowest].high + 1
	}
}
