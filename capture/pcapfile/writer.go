package pcapfile

import (
	"errors"
	"strings"

	"icmpdump/capture"
	"icmpdump/capture/icmp"
)

// ErrOtherLink says that a frame has another link type than its pcap file, which has one only.
var ErrOtherLink = errors.New("a pcap file has one link type: pcapng takes frames of several")

// IsClassic reports whether a file of that name is to be pcap and not pcapng.
func IsClassic(name string) bool {
	name = strings.ToLower(name)
	return strings.HasSuffix(name, ".pcap") || strings.HasSuffix(name, ".cap")
}

// A Writer lays out capture files, one after the other: frames go in, and what is to be written
// is appended to the caller's buffer. It does no I/O, keeps nothing of a frame, and allocates for
// a new interface only. It belongs to one goroutine.
//
// Numbers are little-endian, times nanoseconds. What the kernel took out of a frame, a VLAN tag,
// is back in its place.
type Writer struct {
	Classic bool // pcap, or else pcapng
	Snaplen int  // the most that is written of a frame; 0 is what a record may hold
	About   About

	// Interface is the name of a frame's interface, or "".
	Interface func(index int32) string

	// First is what frames come from, if that is known and one: it is described at once, so that a
	// file without frames has a link type. Else, and if there is no frame, it is so at the end.
	First *Medium

	// Timeless is how many frames were written with time 0 because pcap has none for theirs,
	// which is before 1970 or after 2106.
	Timeless uint64

	network int // of a pcap file; below 0 if there is no header yet
	ng      sectionWriter
}

// About is what a pcapng section says of where it was made.
type About struct{ Hardware, OS, Application string }

// A Medium is what frames come from.
type Medium struct {
	Iface int32
	Name  string // as Interface would say; or what else there is to say
	Link  icmp.Link
}

// Statistics are what the end of a pcapng file says.
type Statistics struct {
	Begin, End int64  // ns since the Unix epoch, of the file; both 0 if not known
	Live       bool   // what follows is known
	Dropped    uint64 // by the kernel, on all interfaces, since the capture began
	Lost       uint64 // frames that came to nobody who could write them, likewise
}

// Begin begins a file.
func (w *Writer) Begin(dst []byte) []byte {
	w.network = -1
	w.ng.reset()
	if w.First != nil {
		return w.describe(dst, w.First)
	}
	return dst
}

// describe appends what stands before a frame of that medium.
func (w *Writer) describe(dst []byte, m *Medium) []byte {
	f := capture.Frame{Iface: m.Iface}
	f.Link = m.Link
	if w.Classic {
		w.network = int(network(&f))
		return w.appendFileHeader(dst, uint32(w.network))
	}
	dst, _ = w.appendInterface(dst, ifaceOf(&f), m.Name)
	return dst
}

// Append appends a frame, with a comment if there is one and the file takes it. Its error is
// ErrOtherLink: nothing was appended.
func (w *Writer) Append(dst []byte, f *capture.Frame, comment []byte) ([]byte, error) {
	if w.Classic {
		return w.appendRecord(dst, f)
	}
	return w.appendEnhanced(dst, f, comment), nil
}

// End appends the file's end.
func (w *Writer) End(dst []byte, s *Statistics) []byte {
	if w.network < 0 && len(w.ng.order) == 0 { // nothing was described: no reader takes such a file
		m := w.First
		if m == nil {
			m = &Medium{Link: icmp.LinkEthernet}
		}
		dst = w.describe(dst, m)
	}
	if w.Classic {
		return dst
	}
	return w.appendStatistics(dst, s)
}

// Room is how many bytes Append and then End add at most.
func (w *Writer) Room(f *capture.Frame, comment []byte) int {
	size := len(f.Data) + tagSize
	if w.Classic {
		return fileHeader + recordHeader + size
	}
	size += enhancedMost + len(comment) + len(w.ng.order)*statisticsSize
	if w.ng.find(ifaceOf(f)) == nil {
		size += sectionMost + interfaceMost + statisticsSize
	}
	return size
}

// snaplen is the most that is written of a frame.
func (w *Writer) snaplen() int {
	if w.Snaplen == 0 {
		return maxRecord
	}
	return min(w.Snaplen, maxRecord)
}

// tagSize is how long a VLAN tag is.
const tagSize = 4

// appendData appends the frame's bytes, and says how many that are, and how long it was.
func (w *Writer) appendData(dst []byte, f *capture.Frame) (_ []byte, captured, wire int) {
	begin := len(dst)
	dst = f.AppendTagged(dst, f.TCI)
	wire = f.Wire
	if f.Untagged() {
		wire += tagSize
	}
	wire = max(wire, len(dst)-begin)
	dst = dst[:min(len(dst), begin+w.snaplen())]
	return dst, len(dst) - begin, wire
}

// network is the number of a frame's link type in a file.
func network(f *capture.Frame) uint32 {
	switch f.Link {
	case icmp.LinkEthernet:
		return 1
	case icmp.LinkNull:
		return 0
	case icmp.LinkLoop:
		return 108
	case icmp.LinkSLL:
		return 113
	case icmp.LinkSLL2:
		return 276
	case icmp.LinkPPP:
		if isFramed(f) {
			return 50
		}
		return 9
	}
	return 101
}

// isFramed reports whether a frame of PPP begins with an address, of HDLC's or Cisco's framing:
// then LINKTYPE_PPP_HDLC is what each reader understands.
func isFramed(f *capture.Frame) bool {
	if f.Link != icmp.LinkPPP || len(f.Data) == 0 {
		return false
	}
	switch f.Data[0] {
	case 0xff, 0x0f, 0x8f:
		return true
	}
	return false
}
