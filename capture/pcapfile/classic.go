package pcapfile

import (
	"fmt"

	"icmpdump/capture"
	"icmpdump/capture/icmp"
)

// Lengths of the headers (draft-ietf-opsawg-pcap, sections 4 and 5).
const (
	fileHeader           = 24
	recordHeader         = 16
	modifiedRecordHeader = 24 // with interface, protocol and packet type, which tell nothing new
)

// A classicKind is what a magic number tells.
type classicKind struct {
	order  order
	unit   int64 // of a time stamp's fraction, ns
	record int   // length of a record's header
}

// classicKinds are the magic numbers, as they read in network byte order: of
// microseconds, of nanoseconds, and of Alexey Kuznetzov's modified format.
var classicKinds = map[uint32]classicKind{
	0xa1b2c3d4: {bigEndian, 1000, recordHeader},
	0xd4c3b2a1: {littleEndian, 1000, recordHeader},
	0xa1b23c4d: {bigEndian, 1, recordHeader},
	0x4d3cb2a1: {littleEndian, 1, recordHeader},
	0xa1b2cd34: {bigEndian, 1000, modifiedRecordHeader},
	0x34cdb2a1: {littleEndian, 1000, modifiedRecordHeader},
}

// classic is the format of tcpdump -w: a header, and records to the end.
type classic struct {
	classicKind
	medium
	minor uint16 // of the file's version
}

// newClassic reads the file's header, which is there.
func newClassic(r *Reader, kind classicKind) (format, error) {
	h := r.unread[:fileHeader]
	c := &classic{classicKind: kind, minor: kind.order.uint16(h[6:])}
	if major := c.order.uint16(h[4:]); major != 2 {
		return nil, fmt.Errorf("pcap version %d.%d, which nobody has defined", major, c.minor)
	}
	c.snaplen = c.order.uint32(h[16:])
	// The upper six bits: how many 16-bit words of frame check sequence there are (f), if
	// that is known (P), and a reserved one (section 4).
	network := c.order.uint32(h[20:])
	if network>>26&1 != 0 {
		c.fcs = network >> 28 * 2
	}
	c.network = network & 0x03ffffff
	if c.link = links[c.network]; c.link == icmp.LinkUnknown {
		return nil, unsupportedLink(c.network)
	}
	r.take(fileHeader)
	return c, nil
}

func (c *classic) records(r *Reader, dst []capture.Frame) (int, error) {
	b, n := r.unread, 0
	for ; n < len(dst) && len(b) >= recordHeader && len(b) >= c.record; n++ {
		time, lengths := c.order.pair(b), c.order.pair(b[8:])
		captured, wire := uint32(lengths), uint32(lengths>>32)
		if c.minor <= 3 {
			captured, wire = c.lengths(captured, wire)
		}
		size := c.record + int(captured)
		if captured > maxRecord || size > len(b) {
			r.takeTo(b, n)
			return n, r.tooLong(captured)
		}
		data := b[c.record:size:size]
		t := classicStamp(uint32(time), uint32(time>>32), c.unit)
		if c.fcs > 0 || c.odd(captured, wire) || !t.valid {
			data, wire = r.settle(r.number+uint64(n+1), &c.medium, c.fcs, data, wire, t)
		}
		deliver(&dst[n], &c.medium, data, wire, t, r.before+r.number+uint64(n+1))
		b = b[size:]
	}
	r.takeTo(b, n)
	return n, nil
}

// tooLong is the error of a record that claims more bytes than it may, or nil.
func (r *Reader) tooLong(captured uint32) error {
	if captured <= maxRecord {
		return nil
	}
	return fmt.Errorf("record %d at byte %d claims %d bytes, more than the %d a record may hold",
		r.number+1, r.offset, captured, maxRecord)
}

// lengths are how much of a record's packet was captured, and how long it was, of a version that is
// old. Before version 2.3 they stood the other way round, and in 2.3 either way (libpcap,
// sf-pcap.c).
func (c *classic) lengths(first, second uint32) (captured, wire uint32) {
	if c.minor < 3 || first > second {
		return second, first
	}
	return first, second
}

func (c *classic) inside(r *Reader) string {
	if len(r.unread) == 0 {
		return ""
	}
	return fmt.Sprintf("record %d", r.number+1)
}
