package render

import (
	"strconv"

	"icmpdump/capture/icmp"
)

// appendICMP4 appends an ICMPv4 message in tcpdump's words, with -v what it quotes as well.
func (l *Lines) appendICMP4(dst []byte, p *icmp.Packet, f *icmp.Frame) []byte {
	dst, whole := l.appendMessage4(dst, p, f)
	msg := p.Message(f)
	if l.opts.Verbose == 0 || !whole || msg == nil {
		return dst
	}
	if p.IsError() {
		dst = l.appendQuotation(dst, p, msg)
	}
	return l.appendExtensions(dst, p, msg)
}

// appendMessage4 appends what a message says, without what it quotes. Where tcpdump says only
// that it was cut short, and it is not whole, this says as much as is there first.
func (l *Lines) appendMessage4(dst []byte, p *icmp.Packet, f *icmp.Frame) (_ []byte, whole bool) {
	dst = append(dst, "ICMP "...)
	dst, whole = l.appendBody4(dst, p, p.Message(f))
	if !whole {
		return append(dst, " [|icmp]"...), false
	}
	dst = appendLength(dst, p)
	if l.opts.Verbose > 0 && p.Sum == icmp.SumBad && p.Status != icmp.Truncated {
		dst = strconv.AppendUint(append(dst, " (wrong icmp cksum "...), uint64(p.Checksum), 16)
		dst = strconv.AppendUint(append(dst, " (->"...), uint64(p.RightChecksum(f)), 16)
		dst = append(dst, ")!)"...)
	}
	return dst, true
}

func appendLength(dst []byte, p *icmp.Packet) []byte {
	return appendNumber(dst, ", length ", p.Length)
}

// appendIDSeq appends identifier and sequence number, if they are there.
func appendIDSeq(dst []byte, p *icmp.Packet) []byte {
	if id, ok := p.ID(); ok {
		dst = appendNumber(dst, ", id ", id)
	}
	if seq, ok := p.Seq(); ok {
		dst = appendNumber(dst, ", seq ", seq)
	}
	return dst
}

// appendBody4 appends what a message says. It is not whole if something that it should say is
// missing.
func (l *Lines) appendBody4(dst []byte, p *icmp.Packet, msg []byte) (_ []byte, whole bool) {
	switch p.Type {
	case icmp.TypeEcho:
		return appendIDSeq(append(dst, "echo request"...), p), p.Got == 8
	case icmp.TypeEchoReply:
		return appendIDSeq(append(dst, "echo reply"...), p), p.Got == 8
	case icmp.TypeUnreachable:
		return l.appendUnreachable4(dst, p, msg)
	case icmp.TypeSourceQuench:
		return append(dst, "source quench"...), true
	case icmp.TypeRedirect:
		return l.appendRedirect4(dst, p)
	case icmp.TypeRouterAdvert:
		return appendRouterAdvert4(dst, p, msg)
	case icmp.TypeRouterSolicit:
		return append(dst, "router solicitation"...), true
	case icmp.TypeTimeExceeded:
		switch p.Code {
		case 0:
			return append(dst, "time exceeded in-transit"...), true
		case 1:
			return append(dst, "ip reassembly time exceeded"...), true
		}
		return appendNumber(dst, "time exceeded-#", p.Code), true
	case icmp.TypeParamProblem:
		if p.Code != 0 {
			return appendNumber(dst, "parameter problem - code ", p.Code), true
		}
		dst = append(dst, "parameter problem"...)
		pointer, ok := p.Pointer()
		if !ok {
			return dst, false
		}
		return appendNumber(dst, " - octet ", pointer), true
	case icmp.TypeTimestamp:
		return appendTimestamp(append(dst, "time stamp query"...), p), p.Got == 8
	case icmp.TypeTimestampReply:
		return appendTimestampReply(dst, p, msg)
	case icmp.TypeInfo:
		return append(dst, "information request"...), true
	case icmp.TypeInfoReply:
		return append(dst, "information reply"...), true
	case icmp.TypeMask:
		return append(dst, "address mask request"...), true
	case icmp.TypeMaskReply:
		return appendMaskReply(dst, p, msg)
	}
	return appendNumber(dst, "type-#", p.Type), true
}

// appendTimestamp appends identifier and sequence number, for once without commas.
func appendTimestamp(dst []byte, p *icmp.Packet) []byte {
	if p.Got < 8 {
		return dst
	}
	id, _ := p.ID()
	seq, _ := p.Seq()
	dst = appendNumber(dst, " id ", id)
	return appendNumber(dst, " seq ", seq)
}

// unreachable4 is what stands before and behind the address of what can't be reached, by
// code. Protocol, port and fragmentation needed have more to say.
var unreachable4 = [...]struct{ before, behind string }{
	0:                   {"net ", " unreachable"},
	1:                   {"host ", " unreachable"},
	2:                   {"", ""},
	icmp.CodePort:       {"", ""},
	icmp.CodeFragNeeded: {"", " unreachable - need to frag"},
	5:                   {"", " unreachable - source route failed"},
	6:                   {"net ", " unreachable - unknown"},
	7:                   {"host ", " unreachable - unknown"},
	8:                   {"", " unreachable - source host isolated"},
	9:                   {"net ", " unreachable - admin prohibited"},
	10:                  {"host ", " unreachable - admin prohibited"},
	11:                  {"net ", " unreachable - tos prohibited"},
	12:                  {"host ", " unreachable - tos prohibited"},
	13:                  {"host ", " unreachable - admin prohibited filter"},
	14:                  {"host ", " unreachable - host precedence violation"},
	15:                  {"host ", " unreachable - precedence cutoff"},
}

func (l *Lines) appendUnreachable4(dst []byte, p *icmp.Packet, msg []byte) (_ []byte, whole bool) {
	q := p.Quoted()
	if q.Level == icmp.QuoteNone {
		return appendNumber(dst, "unreachable - code ", p.Code), false
	}
	if int(p.Code) >= len(unreachable4) {
		dst = l.hosts.append(dst, &q.Dst, 4)
		return appendNumber(dst, " unreachable - #", p.Code), true
	}
	words := &unreachable4[p.Code]
	dst = append(dst, words.before...)
	dst = l.hosts.append(dst, &q.Dst, 4)
	dst = append(dst, words.behind...)
	switch p.Code {
	case 2:
		if b := p.Quotation(msg); len(b) > 9 {
			q.Proto = b[9] // not what stands behind an authentication header
		}
		dst = appendNumber(dst, " protocol ", q.Proto)
		dst = append(dst, " unreachable"...)
	case icmp.CodePort:
		dst = append(appendPort(dst, p, msg), " unreachable"...)
		return dst, q.Level == icmp.QuotePorts || p.Status != icmp.Truncated
	case icmp.CodeFragNeeded:
		if mtu, ok := p.MTU(); ok {
			dst = appendNumber(dst, " (mtu ", mtu)
			dst = append(dst, ')')
		}
	}
	return dst, true
}

// appendPort appends the quoted protocol and the port that can't be reached. Of a protocol
// without ports it is what tcpdump takes for one, so that words can be counted: the two bytes that
// stand in its place.
func appendPort(dst []byte, p *icmp.Packet, msg []byte) []byte {
	q := p.Quoted()
	switch q.Proto {
	case icmp.ProtoTCP, icmp.ProtoUDP:
		dst = append(dst, ' ')
		dst = append(dst, protoNames[q.Proto]...)
	default:
		dst = appendNumber(dst, " protocol ", q.Proto)
	}
	dst = append(dst, " port"...)
	port := q.DstPort
	d, _ := p.QuotedDatagram(msg)
	if _, place, ok := d.Ports(); ok && p.Version == 4 {
		port = place
	} else if q.Level < icmp.QuotePorts || q.IsICMP() {
		return dst
	}
	return appendDecimal(append(dst, ' '), uint64(port))
}

func (l *Lines) appendRedirect4(dst []byte, p *icmp.Packet) (_ []byte, whole bool) {
	names := [...]struct{ name, to string }{
		{"redirect ", " to net "}, {"redirect ", " to host "},
		{"redirect-tos ", " to net "}, {"redirect-tos ", " to host "},
	}
	to := " to "
	if int(p.Code) < len(names) {
		dst = append(dst, names[p.Code].name...)
		to = names[p.Code].to
	} else {
		dst = append(appendNumber(dst, "redirect-#", p.Code), ' ')
	}
	q := p.Quoted()
	gateway, ok := p.Gateway()
	if !ok || q.Level == icmp.QuoteNone {
		return dst[:len(dst)-1], false
	}
	dst = l.hosts.append(dst, &q.Dst, 4)
	dst = append(dst, to...)
	return l.hosts.append(dst, &gateway, 4), true
}
