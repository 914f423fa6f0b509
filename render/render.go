// Package render turns events into what a person or a program reads: tcpdump-style lines
// ([Lines]), their JSON twins ([JSON]), flows as a table ([Table], [CSV]) and the closing words
// ([Summary]). Events and rows go in, bytes are appended to the caller's buffer; nothing is
// written, and nothing but that buffer grows.
//
// Every string that is not this program's own passes [Clean].
package render

import (
	"strconv"
	"time"

	"icmpdump/capture/icmp"
	"icmpdump/flowtable"
)

// Options say how events are to look. The zero value is a line as tcpdump prints it by
// default, without what icmpdump adds.
type Options struct {
	Time     TimeFormat
	Number   bool           // begin with the packet's number
	Ifaces   bool           // show interface and direction of packets that have them
	Counters bool           // add what the flow table says
	Verbose  int            // tcpdump's count of -v
	Link     bool           // show the link header
	Dump     Dump           // of each packet's bytes, behind its line
	OneWay   bool           // one direction is not seen: do not speak of loss
	Location *time.Location // of the times; nil is UTC
	Color    bool           // of lines and tables: by meaning, as Paint has it

	// Iface is the name of an interface, or "" if it is not known. It is asked once for each
	// index. nil knows none.
	Iface func(index int32) string

	// Name is what an address is called, or empty if that is not known: then, or if it is nil, lines
	// and tables have the address. It is asked each time. Objects and CSV have addresses always.
	Name func(a icmp.Addr) Text
}

// appendNumber appends a text and a number, which is not below 0, in decimal.
func appendNumber[N uint8 | uint16 | uint32 | uint64 | int](dst []byte, text string, n N) []byte {
	return appendDecimal(append(dst, text...), uint64(n))
}

// maxListed is how many elements of a list a line shows: what comes behind is " ...", so that a
// packet of 64 KiB makes no line without end. JSON shows them all.
const maxListed = 64

// needs reports whether more of p's frame is shown than is in p.
func (o *Options) needs(p *icmp.Packet) bool {
	return !p.Plain() || o.Verbose > 0 || o.Link || o.Dump.Style != DumpNone
}

// maxIfaceNames bounds what ifaceNames remembers: a file may have another index in each record.
const maxIfaceNames = 4096

// ifaceNames remembers the names of interfaces, cleaned.
type ifaceNames struct {
	ask   func(int32) string
	known map[int32]Text
}

func newIfaceNames(ask func(int32) string) ifaceNames {
	return ifaceNames{ask: ask, known: map[int32]Text{}}
}

// name is the interface's name, or if its index.
func (n *ifaceNames) name(index int32) Text {
	if name, ok := n.known[index]; ok {
		return name
	}
	var raw string
	if n.ask != nil {
		raw = n.ask(index)
	}
	if raw == "" && index > 0 { // one of a file's own numbering has its name or none
		raw = "if" + strconv.Itoa(int(index))
	}
	name := Clean(raw)
	if len(n.known) == maxIfaceNames {
		clear(n.known)
	}
	n.known[index] = name
	return name
}

// An Appender draws events: Lines, or JSON.
type Appender interface {
	// Append draws e, whose packet came in f. An event that is about no packet has no frame,
	// and no Data has one that was not kept because nobody needs it.
	Append(dst []byte, e *flowtable.Event, f icmp.Frame) []byte

	// AppendRow draws a flow that is over.
	AppendRow(dst []byte, r *flowtable.Row) []byte

	// Needs reports whether more of p's frame is shown than is in p. Any goroutine may ask.
	Needs(p *icmp.Packet) bool
}
