package terminal

import (
	"bytes"
	"os"
)

// typed is the keyboard of the full screen. bubbletea takes no note of a keyboard's end: the terminal has hung up then,
// and who ignores SIGHUP would go on without anybody to quit it. Nor does it look at a key while the terminal takes
// nothing: ^C, which is no signal there, must be seen before.
type typed struct {
	*os.File
	gone   func()
	hasten func() // ^C was pressed: the program is to end
}

func (k typed) Read(b []byte) (int, error) {
	n, err := k.File.Read(b)
	for _, key := range interrupts {
		if bytes.Contains(b[:n], key) {
			k.hasten()
		}
	}
	if err != nil {
		k.gone()
	}
	return n, err
}

// interrupts are ^C as terminals send it: of old, and of xterm's and of kitty's protocol.
var interrupts = [][]byte{{'C' - '@'}, []byte("\x1b[27;5;99~"), []byte("\x1b[99;5u")}

// questions are what bubbletea asks a terminal: whether it knows synchronized output, wide characters, and the protocol
// of kitty's keyboard.
var questions = [][]byte{[]byte("\x1b[?2026$p"), []byte("\x1b[?2027$p"), []byte("\x1b[?u")}

// drawn is the output of the full screen, without questions: the answer may take longer than a look, and would be
// typed into whatever comes next.
type drawn struct{ *output }

func (d drawn) Write(b []byte) (int, error) {
	said := b
	for _, q := range questions {
		if bytes.Contains(said, q) {
			said = bytes.ReplaceAll(said, q, nil)
		}
	}
	if len(said) > 0 {
		if n, err := d.output.Write(said); err != nil {
			return min(n, len(b)), err
		}
	}
	return len(b), nil
}

// WriteString is Write.
func (d drawn) WriteString(s string) (int, error) { return d.Write([]byte(s)) }
