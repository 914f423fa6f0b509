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
func (h *Histogram) Add(ns int64) { h.add(ns, bucket(ns)) }

// add is Add of a time whose bucket is known.
func (h *Histogram) add(ns int64, bucket int) {
	if h.Count == 0 || ns < h.Min {
		h.Min = ns
	}
	h.Max = max(h.Max, ns)
	h.sum.add(ns)
	h.Count++
	h.counts[bucket]++
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

// figures are those of a flow's round-trip times, in ns, in two lines of the cache. One that has a
// single time needs none.
type figures struct {
	count          uint64
	last, min, max int64
	low            uint64  // of the sum of all
	high           uint32  // and above its 64 bits
	unsampled      uint32  // of count, those that are in no bucket
	squares        float64 // the sum of all differences from the first time, squared
	octave                 // the first
}

// figuresPool is the memory for the figures of a shard's flows. Each is named by its index; 0 is
// none.
type figuresPool struct {
	slab  []figures
	used  uint32
	spare uint32 // chained by next
}

// init makes room for n.
func (p *figuresPool) init(n int) { p.slab, p.used = make([]figures, n+1), 1 }

// take is a new one.
func (p *figuresPool) take() uint32 {
	i := p.spare
	if i != 0 {
		p.spare = p.slab[i].next
	} else {
		i = p.used
		p.used++
	}
	p.slab[i] = figures{}
	return i
}

// figure puts the round-trip time of a reply that was in time into the figures of f.
func (s *shard) figure(f *flow, rtt int64) {
	b := bucket(rtt)
	if f.key.Kind == KindEcho {
		s.rtt.add(rtt, b)
	}
	if !f.has(hasRTT) {
		f.rtt = rtt
		f.flags |= hasRTT
		return
	}
	if f.figures == 0 {
		f.figures = s.figures.take()
		g := &s.figures.slab[f.figures]
		g.begin(f.rtt)
		g.add(&s.octaves, f.rtt, f.rtt, bucket(f.rtt))
	}
	s.figures.slab[f.figures].add(&s.octaves, f.rtt, rtt, b)
}

// forgetFigures gives back what f has of them.
func (s *shard) forgetFigures(f *flow) {
	if f.figures == 0 {
		return
	}
	g := &s.figures.slab[f.figures]
	s.octaves.free(g.next)
	g.next, s.figures.spare = s.figures.spare, f.figures
	f.figures = 0
}

// rttOf is what a row says of the round-trip times of f.
func (s *shard) rttOf(f *flow) RTT {
	switch {
	case f.figures != 0:
		return s.figures.slab[f.figures].row(&s.octaves, f.rtt)
	case f.has(hasRTT):
		return RTT{Count: 1, Sampled: 1, Last: f.rtt, Min: f.rtt, Avg: f.rtt, Max: f.rtt, P50: f.rtt, P95: f.rtt, P99: f.rtt}
	}
	return RTT{}
}

// begin makes room for the first time.
func (g *figures) begin(ns int64) {
	g.min, g.max = ns, ns
	g.octave.high = uint32(bucket(ns) >> subBits << subBits)
}

// add counts one time, which is not negative and in that bucket. Their squares are of differences
// from the first, so that few digits are lost, and nothing is divided.
func (g *figures) add(o *octaves, first, ns int64, bucket int) {
	d := float64(ns - first)
	g.squares += d * d
	if !o.count(&g.octave, bucket) && g.unsampled < math.MaxUint32 {
		g.unsampled++
	}
	g.count++
	g.last, g.min, g.max = ns, min(g.min, ns), max(g.max, ns)
	low, carry := bits.Add64(g.low, uint64(ns), 0)
	g.low, g.high = low, g.high+uint32(carry)
}

// row is what a row says of them, at least one.
func (g *figures) row(o *octaves, first int64) RTT {
	all := sum{uint64(g.high), g.low}
	n := float64(g.count)
	off := (float64(g.high)*(1<<64)+float64(g.low))/n - float64(first) // of the mean
	r := RTT{
		Count: g.count, Sampled: g.count - uint64(g.unsampled), Last: g.last, Min: g.min, Avg: all.avg(g.count), Max: g.max,
		StdDev: int64(math.Sqrt(max(0, g.squares/n-off*off))),
	}
	for _, p := range [...]struct {
		share float64
		ns    *int64
	}{{0.50, &r.P50}, {0.95, &r.P95}, {0.99, &r.P99}} {
		*p.ns = min(max(o.quantile(&g.octave, r.Sampled, p.share), g.min), g.max)
	}
	return r
}

// An octave is the buckets of a Histogram between two powers of two.
type octave struct {
	next   uint32 // of the same flow, or of those that are free
	high   uint32 // index of the first bucket
	counts [1 << subBits]uint32
}

// octaves is the memory for the buckets of a shard's flows, but for the first of each: few times
// are far apart, so that a flow needs few of all the octaves that there are. Each is named by its
// index; 0 is none.
type octaves struct {
	slab  []octave
	used  uint32
	spare uint32
}

func (o *octaves) init(n int) { o.slab, o.used = make([]octave, n+1), 1 }

// count counts a time in a bucket of a flow's octaves, of which one is made if there is room. It
// reports false if there is none, or no higher count.
func (o *octaves) count(first *octave, bucket int) bool {
	high := uint32(bucket >> subBits << subBits)
	at := first
	for at.high != high {
		if at.next == 0 {
			i := o.take()
			if i == 0 {
				return false
			}
			o.slab[i] = octave{high: high}
			at.next = i
		}
		at = &o.slab[at.next]
	}
	n := &at.counts[bucket&(1<<subBits-1)]
	if *n == math.MaxUint32 {
		return false
	}
	*n++
	return true
}

// take is a new one, or 0 if there is none left.
func (o *octaves) take() uint32 {
	i := o.spare
	switch {
	case i != 0:
		o.spare = o.slab[i].next
	case int(o.used) < len(o.slab):
		i = o.used
		o.used++
	}
	return i
}

// free gives back the octaves of a list.
func (o *octaves) free(list uint32) {
	for list != 0 {
		next := o.slab[list].next
		o.slab[list].next, o.spare = o.spare, list
		list = next
	}
}

// quantile is the middle of the bucket of a flow's times, count in all, that a share of them did
// not exceed, or 0 if there is none.
func (o *octaves) quantile(first *octave, count uint64, share float64) int64 {
	rank := max(1, uint64(math.Ceil(share*float64(count))))
	var seen uint64
	for low := uint32(0); ; {
		var lowest *octave // of those from low on
		for at := first; ; at = &o.slab[at.next] {
			if at.high >= low && (lowest == nil || at.high < lowest.high) {
				lowest = at
			}
			if at.next == 0 {
				break
			}
		}
		if lowest == nil {
			return 0
		}
		for j, n := range lowest.counts {
			if seen += uint64(n); seen >= rank {
				return middle(int(lowest.high) + j)
			}
		}
		low = lowest.high + 1
	}
}
