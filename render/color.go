package render

import "slices"

// A Paint is what a piece of text means, and so the colour that it has on a terminal. There are the
// terminal's own 16 colours only, which its user has chosen to be read on their ground. Nothing is
// said by a colour alone.
type Paint uint8

// The meanings.
const (
	PaintNone    Paint = iota // as the terminal has it
	PaintRequest              // who asks
	PaintReply                // who answers
	PaintNote                 // a remark
	PaintError                // an ICMP error, what was lost or dropped
	PaintFaint                // what is there for those who look for it
)

// paints are SGR sequences (ECMA-48, 8.3.117).
var paints = [...]string{
	PaintNone:    "",
	PaintRequest: "\x1b[36m",
	PaintReply:   "\x1b[32m",
	PaintNote:    "\x1b[33m",
	PaintError:   "\x1b[31m",
	PaintFaint:   "\x1b[2m",
}

// PaintEnd ends every paint but PaintNone, which has no end.
const PaintEnd = "\x1b[0m"

// Begin is the sequence before painted text: of PaintNone it is empty.
func (p Paint) Begin() string { return paints[p] }

// Append appends text with its paint, and the end of it. Of text that is empty it appends nothing.
func (p Paint) Append(dst, text []byte) []byte {
	if p == PaintNone || len(text) == 0 {
		return append(dst, text...)
	}
	dst = append(append(dst, paints[p]...), text...)
	return append(dst, PaintEnd...)
}

// mark paints what dst has from begin on.
func (p Paint) mark(dst []byte, begin int) []byte {
	if p == PaintNone {
		return dst
	}
	return append(slices.Insert(dst, begin, []byte(paints[p])...), PaintEnd...)
}

// when is p if something is the case.
func (p Paint) when(is bool) Paint {
	if is {
		return p
	}
	return PaintNone
}
