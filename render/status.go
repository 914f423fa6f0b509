package render

import (
	"time"

	"icmpdump/flowtable"
)

// A Status is the totals in one row, for a terminal that shows lines above it.
type Status struct {
	Time        int64          // of the last packet; 0 if there was none
	Location    *time.Location // of the time; nil is UTC
	PerSecond   uint64         // packets
	Echo        flowtable.Counts
	OneWay      bool // one direction is not seen: do not speak of loss
	Dropped     uint64
	Skipped     uint64
	Read, Total int64 // bytes of files, and of how many; Total is 0 if that is not to be said
	Keys        bool  // somebody can press a key
	Color       bool
}

// A field is one of the things that a row says. Important ones stay when the row gets narrow.
type field struct {
	begin, end int // in the text
	importance uint8
	paint      Paint
}

// Between two fields stand two blanks, and one before the first: the cursor is there.
const fieldGap = "  "

// AppendLine appends the row, at most so many columns wide, and with no newline: it is ASCII, and
// what else is in it takes no column. What does not fit is left out, the least important first. What
// should be 0 and is not is in capitals, and has a colour; drops and skipped lines are there only if
// there are any.
func (s *Status) AppendLine(dst []byte, width int) []byte {
	var buf [256]byte
	var all [10]field
	text, fields := s.fields(buf[:0], all[:0])
	for columns(fields) > width && len(fields) > 0 {
		least := 0
		for i, f := range fields {
			if f.importance < fields[least].importance {
				least = i
			}
		}
		fields = append(fields[:least], fields[least+1:]...)
	}
	for i, f := range fields {
		gap := fieldGap
		if i == 0 {
			gap = gap[:1]
		}
		dst = append(dst, gap...)
		paint := f.paint
		if !s.Color {
			paint = PaintNone
		}
		dst = paint.Append(dst, text[f.begin:f.end])
	}
	return dst
}

// columns is how many a row of fields has.
func columns(fields []field) int {
	n := 1 - len(fieldGap)
	for _, f := range fields {
		n += len(fieldGap) + f.end - f.begin
	}
	return n
}

// fields appends the text of all fields, and where in it each is.
func (s *Status) fields(text []byte, fields []field) ([]byte, []field) {
	begin := 0
	add := func(importance uint8, paint Paint) {
		fields = append(fields, field{begin, len(text), importance, paint})
		begin = len(text)
	}
	if s.Time != 0 {
		text = s.appendTime(text)
		add(2, PaintFaint)
	}
	if s.Total > 0 {
		share := min(100*float64(s.Read)/float64(s.Total), 100)
		text = append(appendDecimal(append(text, "read "...), uint64(share)), '%')
		add(8, PaintNone)
	}
	text = append(appendDecimal(text, s.PerSecond), "/s"...)
	add(3, PaintNone)
	text = appendDecimal(append(text, "req "...), s.Echo.Requests)
	add(6, PaintRequest)
	text = appendDecimal(append(text, "rep "...), s.Echo.Replies-s.Echo.Multi)
	add(5, PaintReply)
	if !s.OneWay {
		text = appendDecimal(appendAlarm(text, "lost ", "LOST ", s.Echo.Lost), s.Echo.Lost)
		text = appendShare(text, &s.Echo)
		add(10, PaintError.when(s.Echo.Lost > 0))
		text = appendDecimal(append(text, "pend "...), s.Echo.Pending)
		add(4, PaintNone)
	}
	if s.Dropped > 0 {
		text = appendDecimal(append(text, "DROPPED "...), s.Dropped)
		add(9, PaintError)
	}
	if s.Skipped > 0 {
		text = appendDecimal(append(text, "SKIPPED "...), s.Skipped)
		add(7, PaintNote)
	}
	if s.Keys {
		text = append(text, "? keys"...)
		add(1, PaintFaint)
	}
	return text, fields
}

// appendAlarm appends the second of two words if there is reason to.
func appendAlarm(dst []byte, calm, alarmed string, n uint64) []byte {
	if n > 0 {
		return append(dst, alarmed...)
	}
	return append(dst, calm...)
}

// appendTime appends the second of the last packet: when that was, and no clock that runs.
func (s *Status) appendTime(dst []byte) []byte {
	loc := s.Location
	if loc == nil {
		loc = time.UTC
	}
	h, m, sec := time.Unix(0, s.Time).In(loc).Clock()
	dst = appendPadded(dst, uint64(h), 2)
	dst = appendPadded(append(dst, ':'), uint64(m), 2)
	return appendPadded(append(dst, ':'), uint64(sec), 2)
}
