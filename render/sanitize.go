package render

// Text is a string that came from outside and is safe to print. Only Clean and Host make one, so
// that what is not clean does not compile into a line.
type Text struct{ s string }

// Clean replaces every byte outside printable ASCII by \xNN. A backslash becomes \x5c, so
// that nothing can look as if it had been cleaned.
func Clean(s string) Text {
	for i := range len(s) {
		if !printable(s[i]) {
			return Text{string(appendClean(nil, s))}
		}
	}
	return Text{s}
}

// String is the clean text.
func (t Text) String() string { return t.s }

func printable(c byte) bool { return c >= ' ' && c <= '~' && c != '\\' }

func appendClean(dst []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; printable(c) {
			dst = append(dst, c)
		} else {
			dst = appendEscaped(dst, c, true)
		}
	}
	return dst
}

// appendEscaped appends a byte as \xNN. In JSON that backslash is one more.
func appendEscaped(dst []byte, c byte, line bool) []byte {
	if !line {
		dst = append(dst, '\\')
	}
	dst = append(dst, '\\', 'x')
	return appendHex(dst, []byte{c})
}

// maxString is how many bytes of a string in a packet a line shows: what comes behind is " ...".
// JSON shows them all.
const maxString = 4 * maxListed

// appendOutside appends a string of a packet, to a line or to a JSON string: as Clean has it, but
// in a line without blanks, so that nothing looks like another field.
func appendOutside(dst, b []byte, line bool) []byte {
	for i, c := range b {
		switch {
		case line && i == maxString:
			return append(dst, " ..."...)
		case !printable(c), line && c == ' ':
			dst = appendEscaped(dst, c, line)
		case c == '"' && !line:
			dst = append(dst, '\\', '"')
		default:
			dst = append(dst, c)
		}
	}
	return dst
}

// appendLabel appends a label of a domain name. A dot or a quotation mark in it becomes \xNN as
// well, so that it is one label, and ends where it ends.
func appendLabel(dst, label []byte, line bool) []byte {
	for _, c := range label {
		if printable(c) && c != ' ' && c != '.' && c != '"' {
			dst = append(dst, c)
		} else {
			dst = appendEscaped(dst, c, line)
		}
	}
	return dst
}

// Host is the name of a host, cleaned: besides letters, digits, dashes, underscores and dots, which is
// all that names have (RFC 1123, section 2.1, and habit), every byte becomes \xNN. So it can't look like
// another field, or like two.
func Host(s string) Text {
	var dst []byte
	for i := range len(s) {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '_', c == '.':
			dst = append(dst, c)
		default:
			dst = appendEscaped(dst, c, true)
		}
	}
	return Text{string(dst)}
}

const hexDigits = "0123456789abcdef"

// appendHex appends bytes as hexadecimal digits.
func appendHex(dst, b []byte) []byte {
	for _, c := range b {
		dst = append(dst, hexDigits[c>>4], hexDigits[c&15])
	}
	return dst
}

func appendHex16(dst []byte, n uint16) []byte { return appendHex(dst, []byte{byte(n >> 8), byte(n)}) }

func appendHex32(dst []byte, n uint32) []byte {
	return appendHex16(appendHex16(dst, uint16(n>>16)), uint16(n))
}
