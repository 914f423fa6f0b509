package render

import (
	"strings"
	"testing"
	"time"

	"icmpdump/flowtable"
)

// busy is a row with all there is to say.
func busyStatus() Status {
	return Status{
		Time: time.Date(2026, 11, 21, 14, 2, 11, 999999999, time.UTC).UnixNano(), PerSecond: 1532,
		Echo:    flowtable.Counts{Requests: 24018, Replies: 23877, Lost: 96, Pending: 45},
		Dropped: 12, Skipped: 300, Read: 37<<20 + 9, Total: 100 << 20, Keys: true,
	}
}

func TestStatus(t *testing.T) {
	with := func(change func(*Status)) Status {
		s := busyStatus()
		change(&s)
		return s
	}
	for _, tt := range []struct {
		name  string
		s     Status
		width int
		want  string
	}{
		{"nothing happened", Status{}, 79, " 0/s  req 0  rep 0  lost 0  pend 0"},
		{"all", busyStatus(), 200, " 14:02:11  read 37%  1532/s  req 24018  rep 23877  LOST 96 (0.40%)  pend 45  DROPPED 12  SKIPPED 300  ? keys"},
		{"all in 80 columns", busyStatus(), 79, " read 37%  req 24018  rep 23877  LOST 96 (0.40%)  DROPPED 12  SKIPPED 300"},
		{"half of that", busyStatus(), 39, " read 37%  LOST 96 (0.40%)  DROPPED 12"},
		{"what is lost stays last", busyStatus(), 16, " LOST 96 (0.40%)"},
		{"no room for anything", busyStatus(), 15, ""},
		{"no columns", busyStatus(), 0, ""},
		{"fewer than that", busyStatus(), -1, ""},
		{"one way", with(func(s *Status) { s.OneWay = true }), 200, " 14:02:11  read 37%  1532/s  req 24018  rep 23877  DROPPED 12  SKIPPED 300  ? keys"},
		{"a place", with(func(s *Status) { s.Location = time.FixedZone("", 3600) }), 20, " LOST 96 (0.40%)"},
		{"a place that shows", Status{Time: 1, Location: time.FixedZone("", 3600), OneWay: true}, 79, " 01:00:00  0/s  req 0  rep 0"},
		{"answers of a group", Status{Echo: flowtable.Counts{Requests: 1, Replies: 3, Multi: 2}}, 79, " 0/s  req 1  rep 1  lost 0 (0.00%)  pend 0"},
		{"a file that grew", Status{Read: 3, Total: 2, OneWay: true}, 79, " read 100%  0/s  req 0  rep 0"},
	} {
		if got := string(tt.s.AppendLine(nil, tt.width)); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

// With colours it says the same, in as many columns, whatever the width; and what is behind a row stays there.
func TestStatusPainted(t *testing.T) {
	for width := range 130 {
		s := busyStatus()
		plain := string(s.AppendLine(nil, width))
		s.Color = true
		painted := string(s.AppendLine([]byte("before"), width))
		stripped := painted
		for _, p := range append(paints[:], PaintEnd) {
			if p != "" {
				stripped = strings.ReplaceAll(stripped, p, "")
			}
		}
		if len(plain) > width || stripped != "before"+plain || strings.Count(painted, "\x1b[")%2 != 0 {
			t.Errorf("width %d: got %q, want %q", width, painted, plain)
		}
	}
	s := busyStatus()
	s.Color = true
	got, want := string(s.AppendLine(nil, 30)), " \x1b[31mLOST 96 (0.40%)\x1b[0m  \x1b[31mDROPPED 12\x1b[0m"
	if got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestStatusAllocatesNothing(t *testing.T) {
	s := busyStatus()
	s.Location = time.Local
	row := make([]byte, 0, 512)
	if n := testing.AllocsPerRun(100, func() { row = s.AppendLine(row[:0], 79) }); n != 0 {
		t.Errorf("%v allocations a row, want 0", n)
	}
}
