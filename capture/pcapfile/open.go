package pcapfile

import (
	"io"
	"os"
)

// Open opens the file at path; "-" is standard input. It never waits: what may have nothing to
// say, a pipe or a terminal, is opened when it does, by a goroutine that Close leaves behind.
func Open(path string) (*Reader, error) {
	if path == "-" {
		if st, err := os.Stdin.Stat(); err == nil && st.Mode().IsRegular() {
			return NewReader(os.Stdin), nil
		}
		return NewReader(newFeed(func() (io.ReadCloser, error) { return os.Stdin, nil })), nil
	}
	if st, err := os.Stat(path); err == nil && !st.Mode().IsRegular() {
		return NewReader(newFeed(func() (io.ReadCloser, error) { return os.Open(path) })), nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	return NewReader(f), nil
}
