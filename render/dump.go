package render

import (
	"strconv"

	"icmpdump/capture/icmp"
)

// A Dump is how the bytes of a packet are shown.
type Dump struct {
	Style DumpStyle
	Link  bool // from the link header on
}

// DumpStyle is what a dump looks like.
type DumpStyle uint8

// The styles of tcpdump's -x, -X and -A.
const (
	DumpNone DumpStyle = iota
	DumpHex
	DumpHexASCII
	DumpASCII
)

// appendDump appends a dump as tcpdump does, without a newline at its end.
func (l *Lines) appendDump(dst []byte, p *icmp.Packet, f *icmp.Frame) []byte {
	style := l.opts.Dump.Style
	if style == DumpNone {
		return dst
	}
	b := p.LinkPayload(f)
	if l.opts.Dump.Link {
		l.whole = p.AppendWhole(l.whole[:0], f)
		b = l.whole
	}
	switch {
	case len(b) == 0:
		return dst
	case style == DumpASCII:
		return appendASCII(dst, b)
	}
	return appendHexDump(dst, b, style == DumpHexASCII)
}

// appendHexDump appends lines of 16 bytes: their offset, the bytes in hexadecimal by twos, and
// what they are in ASCII if that is wanted.
func appendHexDump(dst, b []byte, ascii bool) []byte {
	const perLine, width = 16, 40 // bytes, columns
	for at := 0; at < len(b); at += perLine {
		row := b[at:min(at+perLine, len(b))]
		dst = append(dst, "\n\t0x"...)
		if at > 0xffff {
			dst = strconv.AppendInt(dst, int64(at>>16), 16)
		}
		dst = appendHex16(dst, uint16(at))
		dst = append(dst, ": "...)
		start := len(dst)
		for i := range row {
			if i%2 == 0 {
				dst = append(dst, ' ')
			}
			dst = appendHex(dst, row[i:i+1])
		}
		if !ascii {
			continue
		}
		for len(dst) < start+width+2 {
			dst = append(dst, ' ')
		}
		for _, c := range row {
			dst = append(dst, dotted(c))
		}
	}
	return dst
}

// dotted is c, or a dot if it is no visible character.
func dotted(c byte) byte {
	if c > ' ' && c <= '~' {
		return c
	}
	return '.'
}

// appendASCII appends bytes as text, in which blanks, tabs and newlines stay what they are. A
// carriage return is left out before a newline, and at the end.
func appendASCII(dst, b []byte) []byte {
	dst = append(dst, '\n')
	for i, c := range b {
		switch c {
		case ' ', '\t', '\n':
			dst = append(dst, c)
		case '\r':
			if i+2 < len(b) && b[i+1] != '\n' {
				dst = append(dst, '.')
			}
		default:
			dst = append(dst, dotted(c))
		}
	}
	return dst
}
