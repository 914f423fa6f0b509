package screen

import (
	"fmt"
	"testing"

	"icmpdump/flowtable"
)

func TestCells(t *testing.T) {
	count := func(n uint64, width int) string { return string(appendCount(nil, n, width)) }
	share := func(s float64) string { return string(appendShare(nil, s)) }
	millis := func(ns int64) string { return string(appendShortMillis(nil, ns)) }
	middle := func(s string, width int) string { return string(cutMiddle(nil, []byte(s), width)) }
	end := func(s string, width int) string { return string(cutEnd(nil, []byte(s), width)) }
	for _, test := range []struct{ got, want string }{
		{count(0, 4), "0"},
		{count(9999, 4), "9999"},
		{count(10000, 4), "10k"},
		{count(999_999, 4), "999k"},
		{count(1_000_000, 4), "1M"},
		{count(12_345_678, 5), "12M"},
		{count(1<<64-1, 4), "18E"},
		{count(1<<64-1, 20), "18446744073709551615"},

		{share(0), "0%"},
		{share(1), "100%"},
		{share(0.00001), "<.1%"},
		{share(0.001), "0.1%"},
		{share(0.0949), "9.5%"},
		{share(0.0996), "10%"},
		{share(0.126), "13%"},
		{share(0.9999), "99%"},

		{millis(0), "0.000"},
		{millis(340_400), "0.340"},
		{millis(99_999_400), "99.999"},
		{millis(340_999), "0.340"},
		{millis(99_999_999), "99.999"},
		{millis(100_009_999), "100.00"},
		{millis(999_999_999), "999.99"},
		{millis(1_000_099_999), "1000.0"},
		{millis(9_999_999_999), "9999.9"},
		{millis(10_000_000_000), "10000"},
		{millis(3_600_000_000_000), "3600k"},

		{middle("2001:db8::7", 15), "2001:db8::7"},
		{middle("2001:db8:1:2:3:4:5:7", 15), "2001:db8:1:…:7"},
		{middle("2001:db8:1:2:3:4:5:7", 13), "2001:db8:…:7"},
		{middle("2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff", 15), "2001:db8:…:ffff"},
		{middle("fe80::1234:5678:9abc:def0%eth0", 15), "fe80…:def0%eth0"},
		{middle("2001:db8:1:2:3:4:5:7", 5), "20…:7"},
		{middle("2001:db8:1:2:3:4:5:7", 2), "2…"},

		{end("198.51.100.7", 12), "198.51.100.7"},
		{end("198.51.100.7", 8), "198.51.…"},
		{end("198.51.100.7", 1), "…"},
		{end("198.51.100.7", 0), ""},
	} {
		if test.got != test.want {
			t.Errorf("got %q, want %q", test.got, test.want)
		}
	}
}

// Whatever is cut has the width that was asked for, at most.
func TestCutMiddle(t *testing.T) {
	for _, addr := range []string{
		"::", "::1", "::ffff:192.0.2.1", "fe80::1%eth0", "2001:db8::10", "2001:db8:1:2:3:4:5:7", "2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff%wlan0",
	} {
		for width := range 50 {
			got := cutMiddle(nil, []byte(addr), width)
			if wide(got) > width {
				t.Errorf("%s in %d: %q", addr, width, got)
			}
			if len(addr) <= width && string(got) != addr {
				t.Errorf("%s in %d is cut: %q", addr, width, got)
			}
		}
	}
}

// At any width, columns fill no more than it, and the more important come first.
func TestFit(t *testing.T) {
	all := needs{kind: true, pending: true, dup: true, errors: true, lost: true, notes: true}
	for width := range 300 {
		widths := all.fit(width, 39, 39)
		sum, n := 0, 0
		for _, w := range widths {
			if w > 0 {
				sum += w
				n++
			}
		}
		if sum+n-1 > width {
			t.Errorf("%d columns are %d wide", n, sum+n-1)
		}
		for _, c := range map[bool][]int{
			width >= minWide: {colSource, colDestination, colID, colLoss, colAvg},
			width >= 80:      {colRequests, colReplies, colP95, colRecent},
			width >= 120:     {colPending, colLast, colKind, colDup, colNotes},
			width >= 200:     {colErrors, colTTL, colLost, colMax},
		}[true] {
			if widths[c] == 0 {
				t.Errorf("in %d columns there is no %s", width, allColumns[c].name)
			}
		}
	}
	if got := all.fit(200, 15, 15)[colRecent]; got != flowtable.RecentLen {
		t.Errorf("in 200 columns, the last %d requests are shown", got)
	}
	oneWay := needs{oneWay: true, lost: true, pending: true}
	widths := oneWay.fit(200, 15, 15)
	for _, c := range []int{colLoss, colLost, colPending} {
		if widths[c] > 0 {
			t.Errorf("where one direction is not seen, there is %s", allColumns[c].name)
		}
	}
}

// The parts take all rows there are, and no more.
func TestLayOut(t *testing.T) {
	for _, width := range []int{20, minWide, 200} {
		for height := range 120 {
			for _, flows := range []int{0, 1, 5, 20, 10000} {
				for _, causes := range []int{0, 1, 3, 1000} {
					y := layOut(width, height, flows, causes)
					if got := y.head + y.names + y.rows + y.causes + y.tail + y.bottom; got != height {
						t.Fatalf("%d flows and %d causes in %dx%d: %d rows, %+v", flows, causes, width, height, got, y)
					}
					if least := min(leastRows, flows); height >= 20 && y.rows < least {
						t.Errorf("%d flows and %d causes in %dx%d: %+v", flows, causes, width, height, y)
					}
					if width < minWide && y.causes+y.tail > 0 || y.causes > causes+1 || causes == 0 && y.causes > 0 {
						t.Errorf("%d flows and %d causes in %dx%d: %+v", flows, causes, width, height, y)
					}
				}
			}
		}
	}
}

func TestRecent(t *testing.T) {
	var r flowtable.Row
	for i := range r.Recent {
		r.Recent[i] = flowtable.FateAnswered
	}
	copy(r.Recent[flowtable.RecentLen-8:], []flowtable.Fate{
		flowtable.FateNone, flowtable.FatePending, flowtable.FateAnswered, flowtable.FateDuplicated, flowtable.FateLost,
		flowtable.FateLate, flowtable.FateRefused, flowtable.FateForgotten,
	})
	for width, want := range map[int]string{8: " ?.dxle-", 4: "xle-", 0: "", 10: ".. ?.dxle-"} {
		if got := string(appendRecent(nil, &r, width)); got != want {
			t.Errorf("in %d columns: got %q, want %q", width, got, want)
		}
	}
	if got := fmt.Sprint(len(appendRecent(nil, &r, 99))); got != "40" {
		t.Errorf("%s are remembered", got)
	}
}
