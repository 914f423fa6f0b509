package render

import (
	"math"
	"math/rand/v2"
	"strconv"
	"testing"
	"time"
)

// Numbers are strconv's, whatever room the buffer has.
func TestDecimal(t *testing.T) {
	check := func(n uint64) {
		t.Helper()
		for _, room := range []int{0, 30} {
			want := "n=" + strconv.FormatUint(n, 10)
			if got := string(appendDecimal(append(make([]byte, 0, 2+room), "n="...), n)); got != want {
				t.Fatalf("got %q, want %q", got, want)
			}
		}
	}
	for n := range uint64(1_002_000) {
		check(n)
	}
	for n := uint64(1e6); n < math.MaxUint64/10; n *= 10 {
		check(n - 1)
		check(n)
		check(n + 1)
	}
	r := rand.New(rand.NewPCG(3, 0))
	for range 100_000 {
		check(r.Uint64() >> r.IntN(64))
	}
	check(math.MaxUint64)
}

// Times are package time's, in an order that makes seconds change and come back.
func TestMoments(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 0))
	zone := time.FixedZone("", -3*3600-1800)
	for style, layout := range map[TimeStyle]string{
		TimeOfDay: "15:04:05.", TimeDate: "2006-01-02 15:04:05.", timeJSON: "2006-01-02T15:04:05.", TimeEpoch: ".",
	} {
		for _, nano := range []bool{false, true} {
			digits := "000000"
			if nano {
				digits = "000000000"
			}
			c := newClock(TimeFormat{Style: style, Nano: nano}, zone)
			for range 20_000 {
				ns := noon + r.Int64N(3e9)
				switch r.IntN(10) {
				case 0:
					ns = int64(r.Uint64()) >> r.IntN(64) // before 1970 as well
				case 1:
					ns = [...]int64{math.MinInt64, math.MinInt64 + 1e9, math.MaxInt64 - 1e9, math.MaxInt64}[r.IntN(4)]
				}
				want := time.Unix(0, ns).In(zone).Format(layout + digits)
				if style == TimeEpoch {
					want = strconv.FormatInt(time.Unix(0, ns).Unix(), 10) + want
				}
				if got := string(c.moment(nil, ns)); got != want {
					t.Fatalf("%d: got %s, want %s", ns, got, want)
				}
			}
		}
	}
}
