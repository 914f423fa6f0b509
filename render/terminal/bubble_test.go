package terminal

import (
	"io"
	"os"
	"testing"
)

// What asks a terminal is not written, and counts as written.
func TestDrawn(t *testing.T) {
	r := record(t, Config{})
	d := drawn{r.stream.t.out}
	for _, tt := range []struct{ in, want string }{
		{"row", "row"},
		{"\x1b[?2026$p\x1b[?2027$p", ""},
		{"\x1b[?2026$p\x1b[?1049h\x1b[?u\x1b[H\x1b[?u", "\x1b[?1049h\x1b[H"},
		{"\x1b[?25h\x1b[u", "\x1b[?25h\x1b[u"},
	} {
		n, err := io.WriteString(d, tt.in)
		if n != len(tt.in) || err != nil {
			t.Errorf("%q: got %d, %v", tt.in, n, err)
		}
		if tt.want == "" {
			r.wrote(tt.in)
		} else {
			r.wrote(tt.in, tt.want)
		}
	}
}

// The end of a keyboard is told, and ^C.
func TestTyped(t *testing.T) {
	keys, hand, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer keys.Close()
	gone, hastened := 0, 0
	k := typed{keys, func() { gone++ }, func() { hastened++ }}
	b := make([]byte, 64)
	for _, tt := range []struct {
		keys string
		want int
	}{
		{"q", 0}, {"c", 0}, {"\x1b[99u", 0}, {"j\x03", 1}, {"\x1b[99;5u", 1}, {"\x1b[27;5;99~", 1},
	} {
		if _, err := hand.WriteString(tt.keys); err != nil {
			t.Fatal(err)
		}
		hastened = 0
		if n, err := k.Read(b); string(b[:n]) != tt.keys || err != nil || gone != 0 || hastened != tt.want {
			t.Errorf("%q: got %q, %v, %d ends, hastened %d times, want %d", tt.keys, b[:n], err, gone, hastened, tt.want)
		}
	}
	hand.Close()
	if _, err := k.Read(b); err != io.EOF || gone != 1 {
		t.Errorf("the end: got %v, %d ends", err, gone)
	}
}
