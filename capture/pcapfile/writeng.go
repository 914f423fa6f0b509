package pcapfile

import (
	"encoding/binary"
	"strconv"

	"icmpdump/capture"
	"icmpdump/capture/icmp"
)

// Blocks and options that are written and not read (draft-ietf-opsawg-pcapng, section 4).
const (
	blockStatistics = 5

	optComment     = 1
	optHardware    = 2 // of a section
	optOS          = 3
	optApplication = 4
	optStart       = 2 // of statistics
	optStop        = 3
	optReceived    = 4
	optIfaceDrop   = 5
	optOSDrop      = 7
)

// How long what is appended is at most, besides what is in a frame and its comment.
const (
	longestName    = 255 // of an if_name, and of what is said of a section
	sectionMost    = 28 + 3*(4+longestName+1) + 4
	interfaceMost  = 20 + (4 + longestName + 1) + (4 + 4) + (4 + 8) + 4
	enhancedMost   = 32 + 3 + (4 + 3) + (4 + 4) + 4
	statisticsSize = 24 + 5*(4+8) + 4
	longestComment = 65532
)

// earliest is the time offset, in seconds, of interfaces whose frames are older than 1970: the first
// whole second of int64 nanoseconds.
const earliest = -9223372036

// A writtenIface is what tells the interfaces of a section apart.
type writtenIface struct {
	index   int32
	network uint16
	early   bool // its times are before 1970
}

// A described is an interface that a file has described.
type described struct {
	writtenIface
	id       uint32 // in its section
	received uint64 // frames, since the capture began
}

// A sectionWriter is what a Writer knows of its pcapng file.
type sectionWriter struct {
	known   map[writtenIface]*described // in any file
	section map[writtenIface]*described // in this section
	order   []*described                // the same, by their identifiers
	last    *described                  // whose frame was written last, in this section
}

// reset forgets the section.
func (g *sectionWriter) reset() {
	if g.known == nil {
		g.known, g.section = map[writtenIface]*described{}, map[writtenIface]*described{}
	}
	clear(g.section)
	g.order, g.last = g.order[:0], nil
	if len(g.known) > maxInterfaces { // those that come and go
		clear(g.known)
	}
}

// find is an interface of this section, or nil.
func (g *sectionWriter) find(i writtenIface) *described {
	if g.last == nil || g.last.writtenIface != i { // looking it up takes 20 ns
		g.last = g.section[i]
	}
	return g.last
}

// add adds an interface to the section.
func (g *sectionWriter) add(i writtenIface) *described {
	d := g.known[i]
	if d == nil {
		d = &described{writtenIface: i}
		g.known[i] = d
	}
	d.id = uint32(len(g.order))
	g.section[i], g.order, g.last = d, append(g.order, d), d
	return d
}

// ifaceOf is the interface of a frame. A cooked capture has its index in the frame.
func ifaceOf(f *capture.Frame) writtenIface {
	i := writtenIface{index: f.Iface, network: uint16(network(f)), early: f.Time < 0}
	if f.Link == icmp.LinkSLL2 && f.Iface > 0 {
		i.index = 0
	}
	return i
}

// appendInterface appends the description of an interface, and the section's header before the
// first.
func (w *Writer) appendInterface(dst []byte, i writtenIface, name string) ([]byte, *described) {
	g := &w.ng
	if len(g.order) == maxInterfaces { // a section can have no more
		g.reset()
	}
	if len(g.order) == 0 {
		dst = w.appendSection(dst)
	}
	d := g.add(i)
	le := binary.LittleEndian
	dst, at := beginBlock(dst, blockInterface)
	dst = le.AppendUint16(dst, i.network)
	dst = le.AppendUint16(dst, 0)
	dst = le.AppendUint32(dst, uint32(w.snaplen()))
	if name != "" {
		dst = appendOption(dst, optName, name[:min(len(name), longestName)])
	}
	dst = appendOption(dst, optResolution, "\x09")
	if i.early {
		dst = le.AppendUint16(le.AppendUint16(dst, optTimeOffset), 8)
		dst = le.AppendUint64(dst, 1<<64+earliest)
	}
	return endBlock(appendOption(dst, optEnd, ""), at), d
}

// name is that of an interface. One of the kernel's that has none any more is known by its index.
func (w *Writer) name(index int32) string {
	if w.Interface != nil && index != 0 {
		if name := w.Interface(index); name != "" {
			return name
		}
	}
	if index > 0 {
		return "if" + strconv.Itoa(int(index))
	}
	return ""
}

func (w *Writer) appendSection(dst []byte) []byte {
	le := binary.LittleEndian
	dst, at := beginBlock(dst, blockSection)
	dst = le.AppendUint32(dst, byteOrderMagic)
	dst = le.AppendUint16(dst, 1)
	dst = le.AppendUint16(dst, 0)
	dst = le.AppendUint64(dst, ^uint64(0)) // its length is not known
	options := false
	for _, o := range [...]struct {
		code uint16
		text string
	}{{optHardware, w.About.Hardware}, {optOS, w.About.OS}, {optApplication, w.About.Application}} {
		if o.text != "" {
			dst = appendOption(dst, o.code, o.text[:min(len(o.text), longestName)])
			options = true
		}
	}
	if options {
		dst = appendOption(dst, optEnd, "")
	}
	return endBlock(dst, at)
}

// appendEnhanced appends an enhanced packet block, and a description of its interface if there is
// none yet.
func (w *Writer) appendEnhanced(dst []byte, f *capture.Frame, comment []byte) []byte {
	i := ifaceOf(f)
	d := w.ng.find(i)
	if d == nil {
		dst, d = w.appendInterface(dst, i, w.name(i.index))
	}
	d.received++
	le := binary.LittleEndian
	dst, at := beginBlock(dst, blockEnhanced)
	dst = le.AppendUint32(dst, d.id)
	dst = appendTicks(dst, i, f.Time)
	lengths := len(dst)
	dst = le.AppendUint64(dst, 0)
	dst, captured, wire := w.appendData(dst, f)
	le.PutUint32(dst[lengths:], uint32(captured))
	le.PutUint32(dst[lengths+4:], uint32(wire))
	dst = appendPadding(dst, captured)
	if len(comment) > 0 {
		dst = appendOption(dst, optComment, comment[:min(len(comment), longestComment)])
	}
	flags := flagsOf(f.Dir)
	if flags != 0 {
		dst = le.AppendUint16(le.AppendUint16(dst, optPacketFlags), 4)
		dst = le.AppendUint32(dst, uint32(flags))
	}
	if len(comment) > 0 || flags != 0 {
		dst = appendOption(dst, optEnd, "")
	}
	return endBlock(dst, at)
}

// flagsOf is the flags word that has dir, the other way than packetFlags.dir.
func flagsOf(dir icmp.Dir) packetFlags {
	const inbound, outbound = 1, 2
	const unicast, multicast, broadcast, promiscuous = 1 << 2, 2 << 2, 3 << 2, 4 << 2
	switch dir {
	case icmp.DirIn:
		return inbound | unicast
	case icmp.DirMulticast:
		return inbound | multicast
	case icmp.DirBroadcast:
		return inbound | broadcast
	case icmp.DirOther:
		return inbound | promiscuous
	case icmp.DirOut:
		return outbound
	}
	return 0
}

// appendTicks appends a time of an interface's: its upper half first.
func appendTicks(dst []byte, i writtenIface, ns int64) []byte {
	if i.early {
		ns = max(ns-earliest*1e9, 0)
	}
	ticks := uint64(ns)
	le := binary.LittleEndian
	return le.AppendUint32(le.AppendUint32(dst, uint32(ticks>>32)), uint32(ticks))
}

// appendStatistics appends a block for each interface. What is known of all together stands in
// the first.
func (w *Writer) appendStatistics(dst []byte, s *Statistics) []byte {
	le := binary.LittleEndian
	for _, d := range w.ng.order {
		var at int
		dst, at = beginBlock(dst, blockStatistics)
		dst = le.AppendUint32(dst, d.id)
		if d.early {
			dst = le.AppendUint64(dst, 0) // none that its clock could tell
		} else {
			dst = appendTicks(dst, d.writtenIface, max(s.End, 0))
			if s.Begin > 0 && s.End > 0 {
				dst = le.AppendUint16(le.AppendUint16(dst, optStart), 8)
				dst = appendTicks(dst, d.writtenIface, s.Begin)
				dst = le.AppendUint16(le.AppendUint16(dst, optStop), 8)
				dst = appendTicks(dst, d.writtenIface, s.End)
			}
		}
		if s.Live {
			var dropped, lost uint64
			if d.id == 0 {
				dropped, lost = s.Dropped, s.Lost
			}
			dst = appendCount(dst, optReceived, d.received+dropped+lost)
			dst = appendCount(dst, optIfaceDrop, dropped+lost)
			dst = appendCount(dst, optOSDrop, dropped)
		}
		dst = endBlock(appendOption(dst, optEnd, ""), at)
	}
	return dst
}

func appendCount(dst []byte, code uint16, n uint64) []byte {
	le := binary.LittleEndian
	return le.AppendUint64(le.AppendUint16(le.AppendUint16(dst, code), 8), n)
}

// beginBlock appends the beginning of a block, which is at the offset that it returns.
func beginBlock(dst []byte, typ uint32) ([]byte, int) {
	at := len(dst)
	return binary.LittleEndian.AppendUint64(dst, uint64(typ)), at
}

// endBlock appends the end of the block at that offset.
func endBlock(dst []byte, at int) []byte {
	length := uint32(len(dst) - at + 4)
	binary.LittleEndian.PutUint32(dst[at+4:], length)
	return binary.LittleEndian.AppendUint32(dst, length)
}

func appendOption[T string | []byte](dst []byte, code uint16, value T) []byte {
	le := binary.LittleEndian
	dst = le.AppendUint16(le.AppendUint16(dst, code), uint16(len(value)))
	return appendPadding(append(dst, value...), len(value))
}

// appendPadding appends what so many bytes lack of a multiple of four.
func appendPadding(dst []byte, n int) []byte { return append(dst, "\x00\x00\x00"[:-n&3]...) }
