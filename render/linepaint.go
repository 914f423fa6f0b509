package render

import (
	"bytes"

	"icmpdump/flowtable"
)

// marks are where in a buffer the parts of a line begin.
type marks struct {
	line     int // with its number and time
	place    int // behind these: interface and direction
	datagram int // with its link header
	bar      int // and all that is behind the message
}

// paint draws the line at the end of dst, which is that of e, once more with its colours: time and
// suffix faint, the message by what it is, and what is between them, the addresses, as it was. Only
// a line that is complete is painted, so that it is the same, byte for byte, without its colours.
func (l *Lines) paint(dst []byte, e *flowtable.Event, at marks) []byte {
	message := l.message
	if l.isEcho(e) { // the first colon with a blank is behind its addresses
		message = at.datagram + bytes.Index(dst[at.datagram:], []byte(": ")) + 2
	}
	message = min(message, at.bar) // or it was cut off, behind a link header without end
	l.plain = append(l.plain[:0], dst[at.line:]...)
	line := l.plain
	dst = PaintFaint.Append(dst[:at.line], line[:at.place-at.line])
	dst = append(dst, line[at.place-at.line:message-at.line]...)
	dst = paintOf(e).Append(dst, line[message-at.line:at.bar-at.line])
	return appendPaintedSuffix(dst, line[at.bar-at.line:])
}

// paintOf is what the message of e is. Requests and replies are those that the flow counts as such.
func paintOf(e *flowtable.Event) Paint {
	p := &e.Packet
	switch {
	case e.Lost:
		return PaintError
	case !p.Decoded():
		return PaintNone
	case p.IsError():
		return PaintError
	case !e.Kind.Paired():
		return PaintNone
	case flowtable.Asks(p):
		return PaintRequest
	}
	return PaintReply
}

// appendPaintedSuffix appends a suffix, each of its words with its paint.
func appendPaintedSuffix(dst, suffix []byte) []byte {
	begin, paint := 0, PaintFaint // of the words that have the same
	for at := 0; at < len(suffix); {
		end := at + 1
		for end < len(suffix) && suffix[end] != ' ' {
			end++
		}
		if p := paintOfWord(suffix[at+1 : end]); p != paint {
			dst = paint.Append(dst, suffix[begin:at])
			begin, paint = at, p
		}
		at = end
	}
	return paint.Append(dst, suffix[begin:])
}

// paintOfWord is the paint of a key and its value. Counters stay faint, lost=1 too: it stands on all
// lines behind the one that was about it.
func paintOfWord(word []byte) Paint {
	switch {
	case bytes.HasPrefix(word, []byte("rtt=")):
		return PaintNone
	case string(word) == "note=LOST":
		return PaintError
	case bytes.HasPrefix(word, []byte("note=")):
		return PaintNote
	}
	return PaintFaint
}
