package screen

import (
	"bytes"
	"unicode/utf8"

	"icmpdump/render"
)

// SGR sequences (ECMA-48, 8.3.117) that are no colours.
const (
	sgrBold    = "\x1b[1m"
	sgrMark    = "\x1b[1;4m" // bold and underlined
	sgrReverse = "\x1b[7m"
)

// A brush draws a line. Whatever it puts is as wide as it has characters.
type brush struct {
	line    []byte
	color   bool
	reverse bool // all of the line, which then has no colours
}

// begin begins a line.
func (b *brush) begin(reverse bool) { b.line, b.reverse = b.line[:0], reverse }

// text is the line, without blanks behind it.
func (b *brush) text() string { return string(bytes.TrimRight(b.line, " ")) }

// put appends text.
func (b *brush) put(p render.Paint, text []byte) { b.styled("", p, text) }

// styled appends text in a style that is no colour, and a paint.
func (b *brush) styled(style string, p render.Paint, text []byte) {
	if len(text) == 0 {
		return
	}
	paint := ""
	if b.color && !b.reverse {
		paint = p.Begin()
	}
	if b.reverse {
		b.line = append(b.line, sgrReverse...)
	}
	b.line = append(append(b.line, style...), paint...)
	b.line = append(b.line, text...)
	if b.reverse || style != "" || paint != "" {
		b.line = append(b.line, render.PaintEnd...)
	}
}

// blanks appends so many.
func (b *brush) blanks(n int) {
	for n > 0 {
		some := min(n, len(manyBlanks))
		b.put(render.PaintNone, manyBlanks[:some])
		n -= some
	}
}

var manyBlanks = bytes.Repeat([]byte{' '}, 256)

// wide is how many columns a text takes: there is nothing in it but ASCII, and what is as wide.
func wide(text []byte) int { return utf8.RuneCount(text) }

// cutEnd appends text, cut to width columns at its end.
func cutEnd(dst, text []byte, width int) []byte {
	if wide(text) <= width {
		return append(dst, text...)
	}
	if width < 1 {
		return dst
	}
	for range width - 1 {
		_, size := utf8.DecodeRune(text)
		dst, text = append(dst, text[:size]...), text[size:]
	}
	return append(dst, "…"...)
}

// cutMiddle appends an IPv6 address, cut to width columns: groups in its middle go, or, if that is
// not enough, whatever is there.
func cutMiddle(dst, addr []byte, width int) []byte {
	if len(addr) <= width {
		return append(dst, addr...)
	}
	if width < 3 {
		return cutEnd(dst, addr, width)
	}
	tail := len(addr) - (width-1)/2 // where it begins
	if at := bytes.LastIndexByte(addr, ':'); at > 0 && len(addr)-at < width-1 {
		tail = at
	}
	head := width - 1 - (len(addr) - tail)
	if at := bytes.LastIndexByte(addr[:head], ':'); at > 0 && addr[tail] == ':' {
		head = at + 1
	}
	for addr[tail] == ':' {
		at := bytes.LastIndexByte(addr[:tail], ':')
		if at < head || head+1+len(addr)-at > width {
			break
		}
		tail = at
	}
	return append(append(append(dst, addr[:head]...), "…"...), addr[tail:]...)
}
