// Package pcapfile reads capture files as a stream of frames: in goes an io.Reader, out come
// capture.Frames that alias the package's own buffer, which never grows beyond the largest
// record. Files are never mapped and never read twice, so that a pipe and a file that still
// grows are as good as any. Times are int64 nanoseconds since the Unix epoch.
package pcapfile

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"

	"icmpdump/capture"
	"icmpdump/capture/icmp"
)

const (
	fileHeader   = 24
	recordHeader = 16

	// maxRecord is the most that a record may claim to hold, libpcap's own limit
	// (MAXIMUM_SNAPLEN). It bounds the buffer, whatever a file says.
	maxRecord = 262144

	// bufferSize is how much is read at once: two records of the largest kind at least.
	bufferSize = 1 << 20
)

// The magic numbers of a file, which say its byte order and what its time stamps count
// (https://www.ietf.org/archive/id/draft-ietf-opsawg-pcap, section 4).
const (
	magicMicro  = 0xa1b2c3d4
	magicNano   = 0xa1b23c4d
	magicPcapNG = 0x0a0d0d0a
)

// links are the link types that can be decoded, by their number in a file.
var links = map[uint32]icmp.Link{
	0:   icmp.LinkNull,
	1:   icmp.LinkEthernet,
	12:  icmp.LinkRaw, // DLT_RAW of most systems, which some write instead of LINKTYPE_RAW
	14:  icmp.LinkRaw, // DLT_RAW of OpenBSD
	101: icmp.LinkRaw,
	108: icmp.LinkLoop,
	113: icmp.LinkSLL,
	228: icmp.LinkRaw, // LINKTYPE_IPV4
	229: icmp.LinkRaw, // LINKTYPE_IPV6
	276: icmp.LinkSLL2,
}

// A Reader is a capture.Source for one file.
type Reader struct {
	in     io.Reader
	order  binary.ByteOrder
	minor  uint16 // of the file's version
	frac   int64  // ns per unit of a time stamp's fraction
	link   icmp.Link
	buf    []byte
	unread []byte // of buf: what was read from in and not handed out yet
	offset uint64 // in the file, of unread
	number uint64 // of the last record handed out
	err    error  // to be returned once everything before it is handed out
}

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

// NewReader reads a file from in, of which os.ErrDeadlineExceeded means: nothing yet. If in is
// an io.Closer, Close closes it.
func NewReader(in io.Reader) *Reader {
	return &Reader{in: in, buf: make([]byte, bufferSize)}
}

// header reads the file's header, if it is there.
func (r *Reader) header() error {
	if len(r.unread) < 4 {
		return nil
	}
	h := r.unread
	switch le, be := binary.LittleEndian.Uint32(h), binary.BigEndian.Uint32(h); {
	case le == magicMicro:
		r.order, r.frac = binary.LittleEndian, 1000
	case be == magicMicro:
		r.order, r.frac = binary.BigEndian, 1000
	case le == magicNano:
		r.order, r.frac = binary.LittleEndian, 1
	case be == magicNano:
		r.order, r.frac = binary.BigEndian, 1
	case be == magicPcapNG:
		return errors.New("a pcapng file, which is not read yet; editcap -F nsecpcap makes a pcap file of it")
	default:
		return fmt.Errorf("not a capture file: magic %#08x", be)
	}
	if len(h) < fileHeader {
		return nil
	}
	r.minor = r.order.Uint16(h[6:])
	if major := r.order.Uint16(h[4:]); major != 2 {
		return fmt.Errorf("pcap version %d.%d, which nobody has defined", major, r.minor)
	}
	// The upper bits hold the length of the frame check sequence.
	network := r.order.Uint32(h[20:]) & 0x03ffffff
	link, ok := links[network]
	if !ok {
		return fmt.Errorf("link type %d is not supported", network)
	}
	r.link = link
	r.take(fileHeader)
	return nil
}

// take moves on by n bytes.
func (r *Reader) take(n int) {
	r.unread = r.unread[n:]
	r.offset += uint64(n)
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
		case err != nil:
			r.err = err
		case !more:
			return 0, nil
		}
	}
}

// records hands out the whole records that unread begins with.
func (r *Reader) records(dst []capture.Frame) int {
	if r.link == icmp.LinkUnknown && r.err == nil {
		if r.err = r.header(); r.link == icmp.LinkUnknown {
			return 0
		}
	}
	n := 0
	for n < len(dst) && r.err == nil && len(r.unread) >= recordHeader {
		h := r.unread[:recordHeader]
		length, wire := r.lengths(h)
		if length > maxRecord {
			r.err = fmt.Errorf("record %d at byte %d claims %d bytes, more than the %d a record may hold",
				r.number+1, r.offset, length, maxRecord)
			break
		}
		size := recordHeader + int(length)
		if len(r.unread) < size {
			break
		}
		r.number++
		dst[n] = capture.Frame{
			Frame:  icmp.Frame{Data: r.unread[recordHeader:size:size], Wire: int(min(wire, 1<<30)), Link: r.link},
			Time:   int64(r.order.Uint32(h))*1e9 + int64(r.order.Uint32(h[4:]))*r.frac,
			Number: r.number,
		}
		n++
		r.take(size)
	}
	return n
}

// lengths are how much of a record's packet was captured, and how long it was. Before version
// 2.3 they stood the other way round, and in 2.3 either way (libpcap, sf-pcap.c).
func (r *Reader) lengths(h []byte) (captured, wire uint32) {
	captured, wire = r.order.Uint32(h[8:]), r.order.Uint32(h[12:])
	if r.minor < 3 || r.minor == 3 && captured > wire {
		return wire, captured
	}
	return captured, wire
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
	if r.link == icmp.LinkUnknown {
		return fmt.Errorf("not a capture file: it ends at byte %d, inside its header", len(r.unread))
	}
	if len(r.unread) == 0 {
		return io.EOF
	}
	return fmt.Errorf("file ends inside record %d at byte %d", r.number+1, r.offset+uint64(len(r.unread)))
}

// Counters are those of a file: how many records were read.
func (r *Reader) Counters() capture.Counters { return capture.Counters{Read: r.number} }

// Interface is the name of the interface with that index, or "" if the file doesn't tell.
// Linux cooked captures hold the index alone, and index 1 is the loopback interface of every
// Linux network namespace.
func (r *Reader) Interface(index int32) string {
	if r.link == icmp.LinkSLL2 && index == 1 {
		return "lo"
	}
	return ""
}

// Close closes the file.
func (r *Reader) Close() error {
	if c, ok := r.in.(io.Closer); ok {
		return c.Close()
	}
	return nil
}
