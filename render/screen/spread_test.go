package screen

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
)

// Each time is in a bucket that begins at or before it, and the next begins behind it, by a 16th at most.
func TestBucketOf(t *testing.T) {
	for _, ns := range []int64{0, 1, 15, 16, 17, 31, 32, 33, 1000, 12345678, 1e9, 1e12, math.MaxInt64/2 + 1, math.MaxInt64 - 1} {
		low, high := lowest(bucketOf(ns)), lowest(bucketOf(ns)+1)
		if ns < low || ns >= high || high-low > max(1, low/16) {
			t.Errorf("%d is in %d to %d", ns, low, high)
		}
	}
	if got := bucketOf(math.MaxInt64); got >= len(spread{}.counts) {
		t.Errorf("the last bucket is %d", got)
	}
	if got := bucketOf(-5); got != 0 {
		t.Errorf("a clock that was set back: bucket %d", got)
	}
}

func TestBars(t *testing.T) {
	for _, tt := range []struct {
		name  string
		times []int64
		most  int
		want  string
	}{
		{"none", nil, 5, ""},
		{"one", []int64{1000}, 5, "992×1"},
		{"the same", []int64{1000, 1001, 1002}, 5, "992×3"},
		{"neighbours", []int64{1000, 1030, 1031, 1100}, 5, "992×1 1024×2 1088×1"},
		{"a gap of one", []int64{1030, 1160}, 5, "1024×1 1088×0 1152×1"},
		{"a gap of more", []int64{1030, 9000}, 5, "1024×1 1088…0 8704×1"},
		{"wider ones", []int64{16, 17, 18, 19, 20, 21, 22, 23}, 4, "16×2 18×2 20×2 22×2"},
		{"three at least", []int64{1, 1e6}, 1, "1×1 2…0 983040×1"},
		{"all there are", []int64{0, math.MaxInt64}, 5, "0×1 1…0 8935141660703064064×1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var s spread
			for _, ns := range tt.times {
				s.add(ns)
			}
			var got []string
			var sum uint64
			for _, b := range s.bars(tt.most) {
				sign := "×"
				if b.gap {
					sign = "…"
				}
				got = append(got, fmt.Sprintf("%d%s%d", b.low, sign, b.count))
				sum += b.count
			}
			if got := strings.Join(got, " "); got != tt.want || sum != s.count {
				t.Errorf("got %s, %d of %d, want %s", got, sum, s.count, tt.want)
			}
		})
	}
}

// There are never more bars than fit, and nothing is in none.
func TestBarsOfMany(t *testing.T) {
	var s spread
	for i, ns := 0, int64(1); i < 62; i, ns = i+1, ns*2 {
		s.add(ns + ns/3)
	}
	for most := range 30 {
		bars := s.bars(most)
		var sum uint64
		for _, b := range bars {
			sum += b.count
		}
		if len(bars) > max(3, most) || sum != s.count || !slices.IsSortedFunc(bars, func(a, b bar) int { return int(a.low/2 - b.low/2) }) {
			t.Errorf("%d bars with %d of %d, at most %d", len(bars), sum, s.count, most)
		}
	}
}

func TestStroke(t *testing.T) {
	for _, tt := range []struct {
		n, most uint64
		width   int
		want    int
	}{{0, 5, 10, 0}, {5, 5, 10, 10}, {1, 1e9, 10, 1}, {3, 6, 10, 5}, {1, 0, 10, 0}, {1, 1, 0, 0}, {1, 1, -3, 0}} {
		if got := len(stroke(tt.n, tt.most, tt.width)); got != tt.want {
			t.Errorf("%d of %d in %d columns: %d, want %d", tt.n, tt.most, tt.width, got, tt.want)
		}
	}
}
