package pcapfile

import (
	"encoding/binary"
	"fmt"
	"math/bits"

	"icmpdump/capture"
	"icmpdump/capture/icmp"
)

// The block types that are read (draft-ietf-opsawg-pcapng, section 4). All others (names,
// statistics, secrets, custom ones, those that nobody knows) are skipped.
const (
	blockSection   = 0x0a0d0d0a // the same in either byte order
	blockInterface = 1
	blockPacket    = 2 // obsolete
	blockSimple    = 3
	blockEnhanced  = 6
)

// shortest is what every block has: type, length, and the length once more at its end.
const shortest = 12

// least is how long a block of that type is at least.
func least(typ uint32) uint32 {
	switch typ {
	case blockSection:
		return 28
	case blockInterface:
		return 20
	case blockPacket, blockEnhanced:
		return 32
	case blockSimple:
		return 16
	}
	return shortest
}

// maxWhole is how long a block may be that is looked at whole: the longest record there may
// be fits, with as much of options again. Of longer blocks it is the beginning.
const maxWhole = 2 * maxRecord

const byteOrderMagic = 0x1a2b3c4d

// pcapng is the format of Wireshark: blocks to the end of the file, in sections of which each
// has its own byte order and interfaces.
type pcapng struct {
	order  order
	ifaces []iface // of this section
	block  block
	rest   uint64 // of a block longer than maxWhole, what is not read yet
}

// A block is the one being read.
type block struct {
	typ    uint32
	length uint32
	at     uint64 // where in the file it begins
}

func (b *block) errorf(format string, a ...any) error {
	return fmt.Errorf("block at byte %d %s", b.at, fmt.Sprintf(format, a...))
}

func (g *pcapng) records(r *Reader, dst []capture.Frame) (int, error) {
	n := 0
	for n < len(dst) {
		if g.plain(r, &dst[n]) {
			n++
			continue
		}
		did, err := g.next(r, &dst[n])
		if err != nil || did == starved {
			return n, err
		}
		if did == framed {
			n++
		}
	}
	return n, nil
}

// plain is next of a block that is like nearly all: an enhanced packet block without options that
// is there as a whole, and with nothing in it that is wrong or odd. It takes half the time. It
// reports false of any other, and has done nothing.
func (g *pcapng) plain(r *Reader, f *capture.Frame) bool {
	const head, end = 28, 4 // lengths of what stands before the packet, and behind it
	b := r.unread
	if len(b) < head+end || g.rest > 0 {
		return false
	}
	begin, ticks, lengths := g.order.pair(b), g.order.pair(b[12:]), g.order.pair(b[20:])
	size, iface := int(begin>>32), g.order.uint32(b[8:])
	captured, wire := uint32(lengths), uint32(lengths>>32)
	if uint32(begin) != blockEnhanced || size > len(b) || uint64(iface) >= uint64(len(g.ifaces)) ||
		captured > maxRecord || size != head+end+(int(captured)+3)&^3 || g.order.uint32(b[size-end:]) != uint32(size) {
		return false
	}
	ifi := &g.ifaces[iface]
	t := ifi.clock.at(bits.RotateLeft64(ticks, 32))
	if ifi.fcs > 0 || ifi.odd(captured, wire) || !t.valid {
		return false
	}
	r.takeTo(b[size:], 1)
	deliver(f, &ifi.medium, b[head:][:captured:captured], wire, t, r.before+r.number)
	return true
}

// A step is what next has done.
type step uint8

const (
	starved step = iota // nothing: more bytes are needed
	skipped             // taken off what is no record
	framed              // put a record into the frame
)

// next takes a block off r's unread bytes, or what has come of the rest of one, if it is there.
func (g *pcapng) next(r *Reader, f *capture.Frame) (step, error) {
	if g.rest > 0 {
		return g.skip(r)
	}
	if ok, err := g.begin(r); !ok || err != nil {
		return starved, err
	}
	whole := int(min(g.block.length, maxWhole))
	if len(r.unread) < whole {
		return starved, nil
	}
	b := r.unread[:whole:whole]
	g.rest = uint64(g.block.length) - uint64(whole)
	if g.rest == 0 {
		if err := g.checkEnd(b[whole-4:]); err != nil {
			return starved, err
		}
		b = b[:whole-4]
	}
	did, err := g.read(r, f, b[8:])
	if err == nil {
		r.take(whole)
	}
	return did, err
}

// begin reads the block's type and length. It reports false if they are not there yet.
func (g *pcapng) begin(r *Reader) (bool, error) {
	h := r.unread
	if len(h) < shortest {
		return false, nil
	}
	b := block{at: r.offset}
	if binary.BigEndian.Uint32(h) == blockSection {
		switch magic := h[8:]; uint32(byteOrderMagic) {
		case binary.LittleEndian.Uint32(magic):
			g.order = littleEndian
		case binary.BigEndian.Uint32(magic):
			g.order = bigEndian
		default:
			return false, b.errorf("begins a section with byte-order magic %#08x", binary.BigEndian.Uint32(magic))
		}
	}
	b.typ, b.length = g.order.uint32(h), g.order.uint32(h[4:])
	switch {
	case b.length%4 != 0:
		return false, b.errorf("has length %d, which is no multiple of 4", b.length)
	case b.length < least(b.typ):
		return false, b.errorf("has length %d, and its type %d at least %d", b.length, b.typ, least(b.typ))
	}
	g.block = b
	return true, nil
}

// skip takes off what has come of the rest of a long block.
func (g *pcapng) skip(r *Reader) (step, error) {
	if g.rest > 4 {
		n := min(uint64(len(r.unread)), g.rest-4)
		r.take(int(n))
		g.rest -= n
	}
	if g.rest > 4 || len(r.unread) < 4 {
		return starved, nil
	}
	if err := g.checkEnd(r.unread[:4]); err != nil {
		return starved, err
	}
	r.take(4)
	g.rest = 0
	return skipped, nil
}

// checkEnd checks the length at the block's end.
func (g *pcapng) checkEnd(b []byte) error {
	if length := g.order.uint32(b); length != g.block.length {
		return g.block.errorf("has length %d, and %d at its end", g.block.length, length)
	}
	return nil
}

// read reads a block's body: all of it, or as much as is looked at.
func (g *pcapng) read(r *Reader, f *capture.Frame, body []byte) (step, error) {
	switch g.block.typ {
	case blockSection:
		g.ifaces = g.ifaces[:0]
		if major := g.order.uint16(body[4:]); major != 1 {
			return starved, g.block.errorf("begins a section of version %d.%d, which nobody has defined",
				major, g.order.uint16(body[6:]))
		}
	case blockInterface:
		return skipped, g.addInterface(r, body)
	case blockEnhanced:
		head := packetHead{
			iface: g.order.uint32(body), ticks: g.ticks(body[4:]),
			captured: g.order.uint32(body[12:]), wire: g.order.uint32(body[16:]),
		}
		return g.packet(r, f, &head, body[20:])
	case blockPacket:
		head := packetHead{
			iface: uint32(g.order.uint16(body)), ticks: g.ticks(body[4:]),
			captured: g.order.uint32(body[12:]), wire: g.order.uint32(body[16:]),
		}
		return g.packet(r, f, &head, body[20:])
	case blockSimple:
		head := packetHead{untimed: true, wire: g.order.uint32(body)}
		head.captured = head.wire
		if len(g.ifaces) > 0 && g.ifaces[0].snaplen > 0 {
			head.captured = min(head.captured, g.ifaces[0].snaplen)
		}
		return g.packet(r, f, &head, body[4:])
	}
	return skipped, nil
}

// ticks is a time stamp: its upper half stands first, whatever the byte order.
func (g *pcapng) ticks(b []byte) uint64 {
	return uint64(g.order.uint32(b))<<32 | uint64(g.order.uint32(b[4:]))
}

// A packetHead is what the three kinds of packet blocks have in common.
type packetHead struct {
	iface    uint32 // identifier in its section
	ticks    uint64 // in the interface's resolution
	untimed  bool   // there is no time stamp
	captured uint32
	wire     uint32
}

// packet makes f the frame of a packet block, whose data and options are b.
func (g *pcapng) packet(r *Reader, f *capture.Frame, h *packetHead, b []byte) (step, error) {
	switch {
	case uint64(h.iface) >= uint64(len(g.ifaces)):
		return starved, g.block.errorf("holds record %d, of interface %d, which its section has not described",
			r.number+1, h.iface)
	case h.captured > maxRecord:
		return starved, g.block.errorf("holds record %d, which claims %d bytes, more than the %d a record may hold",
			r.number+1, h.captured, maxRecord)
	case int(h.captured) > len(b):
		return starved, g.block.errorf("holds record %d, which claims %d bytes of the %d there are",
			r.number+1, h.captured, len(b))
	}
	ifi := &g.ifaces[h.iface]
	data, fcs, dir := b[:h.captured:h.captured], ifi.fcs, icmp.DirUnknown
	if padded := (int(h.captured) + 3) &^ 3; padded < len(b) {
		flags := g.packetFlags(b[padded:])
		dir = flags.dir()
		if of := flags.fcs(); of > 0 {
			fcs = of
		}
	}
	t := stamp{}
	if !h.untimed {
		t = ifi.clock.at(h.ticks)
	}
	wire := h.wire
	r.number++
	if fcs > 0 || ifi.odd(h.captured, wire) || !t.valid {
		data, wire = r.settle(r.number, &ifi.medium, fcs, data, wire, t)
	}
	deliver(f, &ifi.medium, data, wire, t, r.before+r.number)
	f.Dir = dir
	return framed, nil
}

func (g *pcapng) inside(r *Reader) string {
	if len(r.unread) == 0 && g.rest == 0 {
		return ""
	}
	if g.rest == 0 && len(r.unread) >= shortest && isPacket(g.block.typ) {
		return fmt.Sprintf("record %d", r.number+1)
	}
	return "a block"
}

func isPacket(typ uint32) bool {
	return typ == blockEnhanced || typ == blockSimple || typ == blockPacket
}
