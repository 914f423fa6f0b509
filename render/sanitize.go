package render

// Text is a string that came from outside and is safe to print. Only Clean makes one, so
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
		dst = appendCleanByte(dst, s[i])
	}
	return dst
}

func appendCleanByte(dst []byte, c byte) []byte {
	if printable(c) {
		return append(dst, c)
	}
	return append(dst, '\\', 'x', hexDigits[c>>4], hexDigits[c&15])
}

const hexDigits = "0123456789abcdef"

// appendHex appends bytes as hexadecimal digits.
func appendHex(dst, b []byte) []byte {
	for _, c := range b {
		dst = append(dst, hexDigits[c>>4], hexDigits[c&15])
	}
	return dst
}
