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
	Sum      int64
	counts   [buckets]uint64
}

// Add counts one time, which is not negative.
func (h *Histogram) Add(ns int64) {
	if h.Count == 0 || ns < h.Min {
		h.Min = ns
	}
	h.Max = max(h.Max, ns)
	h.Sum += ns
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
	h.Sum += o.Sum
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
	return h.Sum / int64(h.Count)
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
