package render

import "strconv"

// Progress is how far input of a known size has been read.
type Progress struct {
	Read, Total int64 // bytes
	Records     uint64
	Elapsed     int64 // ns since the beginning
}

// EraseLine makes a terminal's line empty and goes back to its beginning.
const EraseLine = "\r\x1b[K"

// AppendLine appends the line, which takes the place of the last one and ends with no newline.
// How much time is left is said as soon as something was read, at the pace up to now.
func (p *Progress) AppendLine(dst []byte) []byte {
	dst = append(dst, '\r')
	share := 100.0
	if p.Read < p.Total {
		share = 100 * float64(p.Read) / float64(p.Total)
	}
	dst = strconv.AppendInt(dst, int64(share), 10)
	dst = append(dst, "%, "...)
	dst = appendMiB(dst, p.Read)
	dst = append(dst, " of "...)
	dst = appendMiB(dst, p.Total)
	dst = append(dst, " MiB, "...)
	dst = appendNoun(dst, p.Records, "record", "records")
	if share > 0 && p.Elapsed > 0 {
		left := int64(float64(p.Elapsed) * (100/share - 1) / 1e9)
		dst = strconv.AppendInt(append(dst, ", "...), left/60, 10)
		dst = appendPadded(append(dst, ':'), uint64(left%60), 2)
		dst = append(dst, " left"...)
	}
	return append(dst, EraseLine[1:]...)
}

func appendMiB(dst []byte, n int64) []byte { return strconv.AppendInt(dst, n>>20, 10) }
