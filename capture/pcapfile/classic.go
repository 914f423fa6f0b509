package pcapfile

import (
	"encoding/binary"
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
	order     binary.ByteOrder
	perSecond uint32 // units of a time stamp's fraction
	record    int    // length of a record's header
}

// classicKinds are the magic numbers, as they read in network byte order: of
// microseconds, of nanoseconds, and of Alexey Kuznetzov's modified format.
var classicKinds = map[uint32]classicKind{
	0xa1b2c3d4: {binary.BigEndian, 1e6, recordHeader},
	0xd4c3b2a1: {binary.LittleEndian, 1e6, recordHeader},
	0xa1b23c4d: {binary.BigEndian, 1e9, recordHeader},
	0x4d3cb2a1: {binary.LittleEndian, 1e9, recordHeader},
	0xa1b2cd34: {binary.BigEndian, 1e6, modifiedRecordHeader},
	0x34cdb2a1: {binary.LittleEndian, 1e6, modifiedRecordHeader},
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
	c := &classic{classicKind: kind, minor: kind.order.Uint16(h[6:])}
	if major := c.order.Uint16(h[4:]); major != 2 {
		return nil, fmt.Errorf("pcap version %d.%d, which nobody has defined", major, c.minor)
	}
	c.snaplen = c.order.Uint32(h[16:])
	// The upper six bits: how many 16-bit words of frame check sequence there are (f), if
	// that is known (P), and a reserved one (section 4).
	network := c.order.Uint32(h[20:])
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

func (c *classic) next(r *Reader, f *capture.Frame) (step, error) {
	if len(r.unread) < c.record {
		return starved, nil
	}
	h := r.unread[:c.record]
	captured, wire := c.lengths(h)
	if captured > maxRecord {
		return starved, fmt.Errorf("record %d at byte %d claims %d bytes, more than the %d a record may hold",
			r.number+1, r.offset, captured, maxRecord)
	}
	size := c.record + int(captured)
	if len(r.unread) < size {
		return starved, nil
	}
	t := classicStamp(c.order.Uint32(h), c.order.Uint32(h[4:]), c.perSecond)
	r.deliver(f, &c.medium, r.unread[c.record:size:size], wire, t)
	r.take(size)
	return framed, nil
}

// lengths are how much of a record's packet was captured, and how long it was. Before version
// 2.3 they stood the other way round, and in 2.3 either way (libpcap, sf-pcap.c).
func (c *classic) lengths(h []byte) (captured, wire uint32) {
	captured, wire = c.order.Uint32(h[8:]), c.order.Uint32(h[12:])
	if c.minor < 3 || c.minor == 3 && captured > wire {
		return wire, captured
	}
	return captured, wire
}

func (c *classic) inside(r *Reader) string {
	if len(r.unread) == 0 {
		return ""
	}
	return fmt.Sprintf("record %d", r.number+1)
}
