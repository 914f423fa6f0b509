package render

import "strconv"

// Progress is how far input of a known size has been read.
type Progress struct {
	Read, Total int64 // bytes
	Records     uint64
	Elapsed     int64 // ns since the beginning
	Width       int   // columns of the terminal; 0 if unknown
}

// EraseLine makes a terminal's line empty and goes back to its beginning.
const EraseLine = "\r\x1b[K"

// settled is how long, in ns, the pace has to be known before it says anything.
const settled = 1e9

// AppendLine appends the line, which takes the place of the last one and ends with no newline. It
// is cut to the terminal's width: one that went on in a second row could not be erased. How much
// time is left is said by the pace up to now.
func (p *Progress) AppendLine(dst []byte) []byte {
	dst = append(dst, '\r')
	begin := len(dst)
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
	if share > 0 && p.Elapsed >= settled {
		left := int64(float64(p.Elapsed) * (100/share - 1) / 1e9)
		dst = strconv.AppendInt(append(dst, ", "...), left/60, 10)
		dst = appendPadded(append(dst, ':'), uint64(left%60), 2)
		dst = append(dst, " left"...)
	}
	if p.Width > 0 {
		dst = dst[:min(len(dst), begin+p.Width-1)]
	}
	return append(dst, EraseLine[1:]...)
}

func appendMiB(dst []byte, n int64) []byte { return strconv.AppendInt(dst, n>>20, 10) }
