package pcapfile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"

	"icmpdump/capture"
)

// Files is a capture.Source for files that are read one after the other, as if they were one:
// record numbers go on. A file with a fault does not keep the next ones from being read.
type Files struct {
	paths  []string // not opened yet
	notice func(text string)
	names  *names
	buf    []byte // the readers', one after the other

	path   string
	stream *stream
	reader *Reader // nil between two files

	records uint64 // of the files that are done
	read    int64  // bytes of them
	size    int64  // of all; 0 if unknown
	errs    []error
}

// Open opens files; "-" is standard input. All must be there, and be readable. Of one that may
// have nothing to say, a pipe or a terminal, nothing is asked before its turn, and it is never
// waited for longer than a tick. What is odd about a file but can be read is told to notice at
// its end.
func Open(paths []string, notice func(text string)) (*Files, error) {
	f := &Files{paths: paths, notice: notice, names: newNames(), buf: make([]byte, bufferSize)}
	known := true
	for _, path := range paths {
		size, regular, err := look(path)
		if err != nil {
			return nil, err
		}
		f.size += size
		known = known && regular
	}
	if !known {
		f.size = 0
	}
	return f, nil
}

// look reports the size of the file at path, and whether it is a regular one, which can be
// opened.
func look(path string) (size int64, regular bool, err error) {
	st, err := stat(path)
	if err == nil && st.IsDir() {
		return 0, false, &fs.PathError{Op: "open", Path: path, Err: syscall.EISDIR}
	}
	if err == nil {
		size, regular = st.Size(), st.Mode().IsRegular()
		if path == "-" || !regular {
			return size, regular, nil
		}
	}
	in, err := os.Open(path)
	if err != nil {
		return 0, false, err
	}
	return size, regular, in.Close()
}

// Read is that of a capture.Source. Its only error is io.EOF: Close has those of the files.
func (f *Files) Read(dst []capture.Frame) (int, error) {
	for {
		if f.reader == nil && !f.next() {
			return 0, io.EOF
		}
		n, err := f.reader.Read(dst)
		if err != nil {
			f.end(err)
		}
		if n > 0 || err == nil {
			return n, nil
		}
	}
}

// next opens the next file that can be opened. It reports false if there is none.
func (f *Files) next() bool {
	for len(f.paths) > 0 {
		f.path, f.paths = f.paths[0], f.paths[1:]
		var err error
		if f.stream, err = open(f.path); err == nil {
			f.reader = newReader(f.stream, f.buf, f.names)
			f.reader.before = f.records
			return true
		}
		f.fault(err)
	}
	return false
}

// end takes leave of a file, which ended with err.
func (f *Files) end(err error) {
	if !errors.Is(err, io.EOF) {
		f.fault(err)
	}
	for _, text := range f.reader.Notices() {
		f.notice(fileName(f.path) + ": " + text)
	}
	if err := f.reader.Close(); err != nil {
		f.fault(err)
	}
	f.records += f.reader.number
	f.read += f.stream.taken.Load()
	f.reader = nil
}

// fault remembers an error. Those of the operating system name the file themselves.
func (f *Files) fault(err error) {
	if path := (*fs.PathError)(nil); !errors.As(err, &path) {
		err = fmt.Errorf("%s: %w", fileName(f.path), err)
	}
	f.errs = append(f.errs, err)
}

// Counters are those of files: how many records were read.
func (f *Files) Counters() capture.Counters {
	c := capture.Counters{Read: f.records}
	if f.reader != nil {
		c.Read += f.reader.number
	}
	return c
}

// Position is how many bytes of how many were read of the files as they are, compressed ones
// compressed. The total is 0 if it is not known.
func (f *Files) Position() (read, total int64) {
	read = f.read
	if f.reader != nil {
		read += f.stream.taken.Load()
	}
	return read, f.size
}

// Interface is the name of the interface with that index, or "" if no file tells.
func (f *Files) Interface(index int32) string { return f.names.name(index) }

// Close closes the file that is being read, and returns what was wrong with those that were.
func (f *Files) Close() error {
	if f.reader != nil {
		f.end(io.EOF)
	}
	f.paths = nil
	err := errors.Join(f.errs...)
	f.errs = nil
	return err
}

// fileName is what to call the file at path.
func fileName(path string) string {
	if path == "-" {
		return "standard input"
	}
	return path
}
