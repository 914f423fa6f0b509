package forge

import (
	"encoding/hex"
	"strings"
)

// Hex makes bytes of lines of hexadecimal digits, with blanks wherever they help, in which
// everything behind a # is a comment.
func Hex(lines ...string) []byte {
	var digits strings.Builder
	for line := range strings.Lines(strings.Join(lines, "\n")) {
		line, _, _ = strings.Cut(line, "#")
		digits.WriteString(strings.Join(strings.Fields(line), ""))
	}
	b, err := hex.DecodeString(digits.String())
	if err != nil {
		panic(err) // a test's own mistake
	}
	return b
}
