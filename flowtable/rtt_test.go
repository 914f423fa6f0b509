package flowtable

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// Every time is within 3.2 % of the middle of its bucket, and buckets follow one another.
func TestBuckets(t *testing.T) {
	check := func(ns int64) {
		i := bucket(ns)
		if i < 0 || i >= buckets {
			t.Fatalf("%d is in bucket %d of %d", ns, i, buckets)
		}
		if off := math.Abs(float64(middle(i)-ns)) / float64(max(ns, 1)); off > 0.032 {
			t.Errorf("%d is in a bucket around %d, off by %.1f %%", ns, middle(i), 100*off)
		}
	}
	last := -1
	for ns := range int64(100_000) {
		check(ns)
		if i := bucket(ns); i < last || i > last+1 {
			t.Fatalf("%d is in bucket %d, the one before in %d", ns, i, last)
		}
		last = bucket(ns)
	}
	for shift := range 63 {
		check(1 << shift)
		check(1<<shift - 1)
	}
	check(math.MaxInt64)
}

func TestHistogram(t *testing.T) {
	rnd := rand.New(rand.NewPCG(5, 6))
	var h, left, right Histogram
	var all []int64
	for i := range 10_000 {
		ns := int64(rnd.ExpFloat64() * 20e6)
		all = append(all, ns)
		h.Add(ns)
		if i%3 == 0 {
			left.Add(ns)
		} else {
			right.Add(ns)
		}
	}
	left.Merge(&right)
	left.Merge(&Histogram{})
	if left != h {
		t.Error("two merged are not the same as one")
	}
	slices.Sort(all)
	var sum int64
	for _, ns := range all {
		sum += ns
	}
	if h.Min != all[0] || h.Max != all[len(all)-1] || h.Avg() != sum/int64(len(all)) || h.Count != uint64(len(all)) {
		t.Errorf("min %d, max %d, avg %d, of %d", h.Min, h.Max, h.Avg(), h.Count)
	}
	for _, q := range []float64{0, 0.01, 0.5, 0.95, 0.99, 1} {
		want := all[max(0, int(math.Ceil(q*float64(len(all))))-1)]
		if got := h.Quantile(q); math.Abs(float64(got-want)) > 0.032*float64(want) {
			t.Errorf("quantile %v: got %d, want %d", q, got, want)
		}
	}
	var empty Histogram
	if empty.Avg() != 0 || empty.Quantile(0.5) != 0 {
		t.Error("an empty histogram has times")
	}
}
