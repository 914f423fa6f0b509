// Package pcapfile reads capture files as a stream of frames: in go bytes, out come
// capture.Frames that alias the package's own buffer, which has one size whatever a file says.
// Files are never mapped and never read twice, so that a pipe and a file that still grows are
// as good as any. Times are int64 nanoseconds since the Unix epoch; offsets in errors are
// bytes from the beginning of the file, of a compressed one as it is when decompressed.
package pcapfile

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"icmpdump/capture"
	"icmpdump/capture/icmp"
)

const (
	// maxRecord is the most that a record may claim to hold, libpcap's own limit
	// (MAXIMUM_SNAPLEN).
	maxRecord = 262144

	// bufferSize is how much is read at once: two records of the largest kind at least. A quarter
	// of it would stay in the second-level cache, and takes 20 % longer of a file.
	bufferSize = 1 << 20
)

// A Reader is a capture.Source for one file. It belongs to one goroutine, but for Interface.
type Reader struct {
	in     io.Reader
	format format // nil until the file's header is read
	names  *names
	odd    oddities
	buf    []byte
	unread []byte // of buf: what was read from in and not handed out yet
	offset uint64 // in the file, of unread
	number uint64 // of the last record handed out, in the file
	before uint64 // how many records there were in the files before it
	err    error  // to be returned once everything before it is handed out
}

// A format is how a file is laid out.
type format interface {
	// records takes the records that r's unread bytes begin with, as far as they are there, and
	// puts them into dst: how many of them. It does so before it returns an error.
	records(r *Reader, dst []capture.Frame) (int, error)

	// inside names what r's unread bytes are the beginning of, or is "" between two records.
	inside(r *Reader) string
}

// NewReader reads a file from in, of which os.ErrDeadlineExceeded means: nothing yet. If in is
// an io.Closer, Close closes it.
func NewReader(in io.Reader) *Reader {
	return newReader(in, make([]byte, bufferSize), newNames())
}

func newReader(in io.Reader, buf []byte, names *names) *Reader {
	return &Reader{in: in, buf: buf, names: names}
}

// Read hands out the records that are in the buffer, after filling it if there is none.
func (r *Reader) Read(dst []capture.Frame) (int, error) {
	for {
		if n := r.records(dst); n > 0 {
			return n, nil
		}
		if r.err != nil {
			return 0, r.err
		}
		more, err := r.fill()
		switch {
		case errors.Is(err, io.EOF):
			r.err = r.end()
		case err != nil && isOpening(err):
			r.err = err
		case err != nil:
			r.err = fmt.Errorf("at byte %d: %w", r.offset+uint64(len(r.unread)), err)
		case !more:
			return 0, nil
		}
	}
}

// isOpening reports whether err is that the file, a pipe or a terminal, could not be opened: this
// is found out when it is read.
func isOpening(err error) bool {
	var path *fs.PathError
	return errors.As(err, &path) && path.Op == "open"
}

// records hands out the whole records that unread begins with.
func (r *Reader) records(dst []capture.Frame) int {
	if r.format == nil && r.err == nil {
		if r.format, r.err = r.header(); r.format == nil {
			return 0
		}
	}
	if r.err != nil {
		return 0
	}
	var n int
	n, r.err = r.format.records(r, dst)
	return n
}

// header is the format that the file's magic number stands for, or nil if there is not yet
// enough of the file to tell.
func (r *Reader) header() (format, error) {
	if len(r.unread) < 4 {
		return nil, nil
	}
	magic := binary.BigEndian.Uint32(r.unread)
	if magic == blockSection {
		return &pcapng{}, nil
	}
	kind, ok := classicKinds[magic]
	switch {
	case !ok:
		return nil, fmt.Errorf("not a capture file: magic %#08x", magic)
	case len(r.unread) < fileHeader:
		return nil, nil
	}
	return newClassic(r, kind)
}

// settle counts what is odd about the record of that number, from m, and cuts off a frame check
// sequence of so many bytes: of the last bytes on the wire, as many as were captured.
func (r *Reader) settle(number uint64, m *medium, fcs uint32, data []byte, wire uint32, t stamp) ([]byte, uint32) {
	r.odd.note(number, m, uint32(len(data)), wire, t)
	if fcs > 0 && uint64(len(data)) <= uint64(wire) {
		wire -= min(wire, fcs)
		data = data[:min(uint64(len(data)), uint64(wire))]
	}
	return data, wire
}

// deliver makes f the frame of the record of that number, from m, of which data was captured.
func deliver(f *capture.Frame, m *medium, data []byte, wire uint32, t stamp, number uint64) {
	*f = capture.Frame{} // and then field by field: a literal is made elsewhere, and copied (4 ns)
	f.Data, f.Wire, f.Link = data, int(min(wire, 1<<30)), m.link
	f.Time, f.Untimed, f.Number, f.Iface = t.ns, !t.valid, number, m.index
}

// take moves on by n bytes.
func (r *Reader) take(n int) { r.takeTo(r.unread[n:], 0) }

// takeTo moves on to rest, the end of what is unread, behind so many records.
func (r *Reader) takeTo(rest []byte, records int) {
	r.offset += uint64(len(r.unread) - len(rest))
	r.unread = rest
	r.number += uint64(records)
}

// fill reads on behind unread, which it moves to the buffer's beginning. It reports false if
// there is nothing to read yet.
func (r *Reader) fill() (bool, error) {
	have := copy(r.buf, r.unread)
	n, err := r.in.Read(r.buf[have:])
	r.unread = r.buf[:have+n]
	if n > 0 || errors.Is(err, os.ErrDeadlineExceeded) {
		return n > 0, nil
	}
	return false, err
}

// end is what the end of the file means: all is well only between two records.
func (r *Reader) end() error {
	at := r.offset + uint64(len(r.unread))
	if r.format == nil {
		return fmt.Errorf("not a capture file: it ends at byte %d, inside its header", at)
	}
	if what := r.format.inside(r); what != "" {
		return fmt.Errorf("file ends inside %s at byte %d", what, at)
	}
	if err := r.odd.refusal(r.number); err != nil {
		return err
	}
	return io.EOF
}

// Counters are those of a file: how many records were read.
func (r *Reader) Counters() capture.Counters { return capture.Counters{Read: r.number} }

// Notices say what is odd about the records so far, though they were read.
func (r *Reader) Notices() []string { return r.odd.notices(r.number) }

// Interface is the name of the interface with that index, or "" if the file doesn't tell.
func (r *Reader) Interface(index int32) string { return r.names.name(index) }

// Close closes the file.
func (r *Reader) Close() error {
	if c, ok := r.in.(io.Closer); ok {
		return c.Close()
	}
	return nil
}

// A medium is what frames were captured from.
type medium struct {
	network uint32    // its link type's number in a file
	link    icmp.Link // LinkUnknown if frames of that type can't be decoded
	snaplen uint32    // the most that is kept of a frame; 0 is no limit
	fcs     uint32    // bytes of frame check sequence behind each frame
	index   int32     // of the interface; 0 if the format has none
}

// odd reports whether a record of such lengths is worth a note, or any record of m.
func (m *medium) odd(captured, wire uint32) bool {
	return captured > wire || captured > m.snaplen && m.snaplen > 0 || m.link == icmp.LinkUnknown
}
