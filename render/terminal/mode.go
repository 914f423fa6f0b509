package terminal

import (
	"os"

	"golang.org/x/sys/unix"
)

// A mode is a terminal's, to go back to.
type mode struct {
	fd    int
	first unix.Termios // as it was at first: never changed, for a panic
	was   unix.Termios // as it was before it was taken
	mine  bool         // it was changed
}

// newMode remembers how the terminal f is.
func newMode(f *os.File) (mode, error) {
	fd := int(f.Fd())
	was, err := unix.IoctlGetTermios(fd, unix.TCGETS)
	if err != nil {
		return mode{}, err
	}
	return mode{fd: fd, first: *was, was: *was}, nil
}

// keys makes the terminal give each key at once, and not show it. Keys that are signals (^C, ^Z) go
// on being so, ^S and ^Q go on to hold the output, and a newline goes on to begin a line: lines and what others write
// look as ever. Only who is in the foreground may do that.
func (m *mode) keys() {
	if !m.mine { // or who stopped us has left it as we had it
		if was, err := unix.IoctlGetTermios(m.fd, unix.TCGETS); err == nil {
			m.was = *was
		}
	}
	t := m.was
	t.Lflag &^= unix.ICANON | unix.ECHO
	t.Cc[unix.VMIN], t.Cc[unix.VTIME] = 1, 0
	m.mine = unix.IoctlSetTermios(m.fd, unix.TCSETS, &t) == nil
}

// restore makes the terminal what it was, if it is still ours.
func (m *mode) restore() {
	if m.mine && foreground(m.fd) {
		unix.IoctlSetTermios(m.fd, unix.TCSETS, &m.was)
		m.mine = false
	}
}

// width is how many columns the terminal has.
func (t *Terminal) width() int {
	size, err := unix.IoctlGetWinsize(int(t.c.Out.Fd()), unix.TIOCGWINSZ)
	if err != nil || size.Col == 0 {
		return 80
	}
	return int(size.Col)
}
