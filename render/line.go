package render

import (
	"strconv"

	"icmpdump/capture/icmp"
	"icmpdump/flowtable"
)

// Lines draws events as text, one line each: up to " | " what tcpdump -n prints, behind it
// what the flow table says, as key=value in a fixed order. docs/lines.md has both.
type Lines struct {
	opts    Options
	clock   clock
	ifaces  ifaceNames
	hosts   hosts
	terse   bool   // neither more than tcpdump -n prints of an echo is wanted, nor names
	whole   []byte // a frame as it was on the wire, for a dump
	message int    // where in the buffer the message of the last line begins, unless it was an echo
	plain   []byte // the line that is painted
}

// NewLines makes a drawer of lines. It belongs to one goroutine.
func NewLines(o Options) *Lines {
	return &Lines{
		opts: o, clock: newClock(o.Time, o.Location), ifaces: newIfaceNames(o.Iface), hosts: o.Name,
		terse: o.Verbose == 0 && !o.Link && o.Name == nil,
	}
}

// Needs is that of an Appender.
func (l *Lines) Needs(p *icmp.Packet) bool { return l.opts.needs(p) }

// Append appends the line of e, with its newline, and the lines of a dump.
func (l *Lines) Append(dst []byte, e *flowtable.Event, f icmp.Frame) []byte {
	p := &e.Packet
	at := marks{line: len(dst)}
	switch {
	case !l.opts.Number:
	case e.Lost:
		dst = append(dst, "    -  "...) // of no packet, and as wide
	default:
		dst = appendRecord(dst, p.Number)
	}
	dst = l.clock.stamp(dst, p.Time, !e.Lost)
	at.place = len(dst)
	if l.opts.Ifaces && p.Iface > 0 && !e.Lost { // tcpdump does not name those of pcapng files
		dst = l.appendIface(dst, p)
	}
	at.datagram = len(dst)
	if l.opts.Link {
		dst = appendLink(dst, p, &f)
	}
	if l.isEcho(e) {
		dst = appendEcho(dst, p)
	} else {
		dst = l.appendDatagram(dst, e, &f)
	}
	if len(dst) > at.datagram+maxLine {
		dst = append(dst[:at.datagram+maxLine], " ..."...)
	}
	at.bar = len(dst)
	if l.opts.Counters {
		dst = l.appendSuffix(dst, e)
	}
	if l.opts.Color {
		dst = l.paint(dst, e, at)
	}
	if !e.Lost {
		dst = l.appendDump(dst, p, &f)
	}
	return append(dst, '\n')
}

// appendDatagram appends what stands behind the link header, up to the bar.
func (l *Lines) appendDatagram(dst []byte, e *flowtable.Event, f *icmp.Frame) []byte {
	p := &e.Packet
	dst, cut := l.appendHeader(dst, e, f)
	l.message = len(dst)
	switch {
	case e.Lost:
		return l.appendTimeout(dst, e)
	case p.Decoded() && p.Version == 6:
		msg := p.Message(f)
		dst = l.appendSum6(dst, p, f)
		dst = l.appendICMP6(dst, p, msg)
		return l.appendExtensions(dst, p, msg)
	case p.Decoded():
		return l.appendICMP4(dst, p, f)
	case cut && p.Status == icmp.Truncated: // that was said
		return dst
	case cut:
		return append(append(dst, ' '), p.Status.String()...)
	}
	return appendVerdict(dst, p, p.Datagram(f))
}

// AppendRow is that of an Appender: of a flow a line says nothing. A Table does.
func (l *Lines) AppendRow(dst []byte, _ *flowtable.Row) []byte { return dst }

// maxLine is how many bytes a line has up to the bar, at most: lists in lists are as long as their
// packet is, and many times that as text.
const maxLine = 16 << 10

// appendRecord appends what tcpdump -# does: five columns and two blanks.
func appendRecord(dst []byte, n uint64) []byte {
	for limit := uint64(10000); n < limit && limit > 1; limit /= 10 {
		dst = append(dst, ' ')
	}
	dst = appendDecimal(dst, n)
	return append(dst, "  "...)
}

// appendIface appends interface and direction, each padded as tcpdump does.
func (l *Lines) appendIface(dst []byte, p *icmp.Packet) []byte {
	dst = appendColumn(dst, l.ifaces.name(p.Iface).s, 5)
	return appendColumn(dst, dirNames[p.Dir], 3)
}

func appendColumn(dst []byte, s string, width int) []byte {
	dst = append(dst, s...)
	for n := len(s); n < width; n++ {
		dst = append(dst, ' ')
	}
	return append(dst, ' ')
}

// dirNames are tcpdump's words for a packet's type.
var dirNames = [...]string{
	icmp.DirUnknown:   "?",
	icmp.DirIn:        "In",
	icmp.DirOut:       "Out",
	icmp.DirBroadcast: "B",
	icmp.DirMulticast: "M",
	icmp.DirOther:     "P",
}

// appendHeader appends what stands before the ICMP message, extension headers included. It is cut
// if they are.
func (l *Lines) appendHeader(dst []byte, e *flowtable.Event, f *icmp.Frame) (_ []byte, cut bool) {
	p := &e.Packet
	switch {
	case l.opts.Link && hasLink(f): // it said so
	case p.Version != 6:
		dst = append(dst, "IP "...)
	case hasAddrs(p):
		dst = append(dst, "IP6 "...)
	}
	if !hasAddrs(p) {
		return dst, false // tcpdump names IPv6 only when it has its header
	}
	b, missing := p.Datagram(f), p.Missing(f)
	late := 0 // said behind the hop-by-hop options
	if h, ok := icmp.ReadHeader6(b); ok && h.Payload == 0 {
		late, missing = missing, 0
	}
	if missing > 0 {
		dst = appendMissing(dst, missing, p.Version)
	}
	switch {
	case l.opts.Verbose == 0:
	case p.Version == 6:
		dst = appendIP6Header(dst, b)
	default:
		dst = appendIP4Header(dst, b)
	}
	dst = l.hosts.append(dst, &p.Src, p.Version)
	dst = append(dst, " > "...)
	dst = l.hosts.append(dst, &p.Dst, p.Version)
	dst = append(dst, ": "...)
	if len(b) == 0 {
		return dst, false // not kept: there are no extension headers, or this is about no packet
	}
	c := chain{b: b, length: int(p.IPLen), missing: late, verbose: l.opts.Verbose > 0}
	return c.append(dst)
}

// hasAddrs reports whether p's addresses are known.
func hasAddrs(p *icmp.Packet) bool {
	return p.Version != 0 && p.Flags&icmp.FlagNoAddrs == 0
}

// appendMissing says how much of the datagram was not on the wire. tcpdump has a blank behind
// it for IPv4 only.
func appendMissing(dst []byte, n int, version uint8) []byte {
	if version == 6 {
		dst = appendNumber(dst, "truncated-ip6 - ", n)
		return append(dst, " bytes missing!"...)
	}
	dst = appendNumber(dst, "truncated-ip - ", n)
	return append(dst, " bytes missing! "...)
}

// appendVerdict says what is known of a packet in which no ICMP message was read, b being what
// was captured of its datagram.
func appendVerdict(dst []byte, p *icmp.Packet, b []byte) []byte {
	h, ok := icmp.ReadHeader4(b)
	switch {
	case ok && h.Size > len(b) && p.Status == icmp.Truncated:
		dst = append(dst, " [remaining caplen("...)
		dst = strconv.AppendInt(dst, int64(len(b)), 10)
		dst = append(dst, ") < header length("...)
		dst = strconv.AppendInt(dst, int64(h.Size), 10)
		return append(dst, ")] [|ip]"...)
	case !hasAddrs(p) && p.Version == 6:
		return append(dst, " [|ip6]"...)
	case !hasAddrs(p):
		return append(dst, " [|ip]"...)
	case p.Status == icmp.Fragment && p.Version == 6:
		return dst[:len(dst)-1] // the fragment header said it
	case p.Status == icmp.Fragment:
		return append(dst, "ip-proto-1"...)
	case p.Status == icmp.Truncated && p.Version == 6:
		return append(dst, " [|icmp6]"...)
	case p.Status == icmp.Truncated:
		return append(dst, " [|icmp]"...)
	case p.Status == icmp.MalformedWrongFamily && p.Version == 6:
		return append(dst, "[ICMP requires IPv4] (invalid)"...)
	case p.Status == icmp.MalformedWrongFamily:
		return append(dst, "[ICMPv6 requires IPv6] (invalid)"...)
	}
	return append(dst, p.Status.String()...)
}

// appendTimeout says that a request got no answer in time.
func (l *Lines) appendTimeout(dst []byte, e *flowtable.Event) []byte {
	if e.Packet.Version == 6 {
		dst = append(dst, "ICMP6, "...)
	} else {
		dst = append(dst, "ICMP "...)
	}
	dst = append(dst, queryNames[e.Kind]...)
	dst = append(dst, " timeout"...)
	if target, ok := e.Packet.Target(); ok {
		dst = l.hosts.append(append(dst, ", who has "...), &target, 6)
	}
	return appendIDSeq(dst, &e.Packet)
}

// queryNames name the queries in a timeout, in tcpdump's words.
var queryNames = [...]string{
	flowtable.KindEcho:         "echo",
	flowtable.KindTimestamp:    "time stamp",
	flowtable.KindInfo:         "information",
	flowtable.KindMask:         "address mask",
	flowtable.KindExtendedEcho: "extended echo",
	flowtable.KindHomeAgent:    "ha discovery",
	flowtable.KindMobilePrefix: "mobile router solicitation",
	flowtable.KindNodeInfo:     "who-are-you",
	flowtable.KindRouter:       "router solicitation",
	flowtable.KindNeighbor:     "neighbor solicitation",
	flowtable.KindListener:     "multicast listener query",
}
