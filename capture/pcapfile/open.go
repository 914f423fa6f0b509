package pcapfile

import (
	"io"
	"os"
	"sync/atomic"
)

// A stream is a file that is being read, decompressed.
type stream struct {
	io.ReadCloser
	taken *atomic.Int64 // bytes of the file so far
}

// open opens the file at path; "-" is standard input. It never waits: what may have nothing to
// say, a pipe or a terminal, is opened when it does, by a goroutine that Close leaves behind.
func open(path string) (*stream, error) {
	taken := new(atomic.Int64)
	in := func() (io.ReadCloser, error) {
		if path == "-" {
			return decompressed(counted{os.Stdin, taken}), nil
		}
		f, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		return decompressed(counted{f, taken}), nil
	}
	if st, err := stat(path); err == nil && !st.Mode().IsRegular() {
		return &stream{newFeed(in), taken}, nil
	}
	f, err := in()
	if err != nil {
		return nil, err
	}
	return &stream{f, taken}, nil
}

func stat(path string) (os.FileInfo, error) {
	if path == "-" {
		return os.Stdin.Stat()
	}
	return os.Stat(path)
}

// counted counts what is read of a file. A feed's goroutine may do that.
type counted struct {
	*os.File
	n *atomic.Int64
}

func (c counted) Read(p []byte) (int, error) {
	n, err := c.File.Read(p)
	c.n.Add(int64(n))
	return n, err
}
