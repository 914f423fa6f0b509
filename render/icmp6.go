package render

import "icmpdump/capture/icmp"

// names6 are tcpdump's words for the ICMPv6 types it knows.
var names6 = [256]string{
	icmp.Type6Unreachable:       "destination unreachable",
	icmp.Type6PacketTooBig:      "packet too big",
	icmp.Type6TimeExceeded:      "time exceeded in-transit",
	icmp.Type6ParamProblem:      "parameter problem",
	icmp.Type6Echo:              "echo request",
	icmp.Type6EchoReply:         "echo reply",
	icmp.Type6MLDQuery:          "multicast listener query",
	icmp.Type6MLDReport:         "multicast listener report",
	icmp.Type6MLDDone:           "multicast listener done",
	icmp.Type6RouterSolicit:     "router solicitation",
	icmp.Type6RouterAdvert:      "router advertisement",
	icmp.Type6NeighborSolicit:   "neighbor solicitation",
	icmp.Type6NeighborAdvert:    "neighbor advertisement",
	icmp.Type6Redirect:          "redirect",
	icmp.Type6RouterRenumbering: "router renumbering",
	icmp.Type6NodeQuery:         "who-are-you request",
	icmp.Type6NodeReply:         "who-are-you reply",
	icmp.Type6InverseSolicit:    "inverse neighbor solicitation",
	icmp.Type6InverseAdvert:     "inverse neighbor advertisement",
	icmp.Type6MLDv2Report:       "multicast listener report v2",
	icmp.Type6HomeAgentRequest:  "ha discovery request",
	icmp.Type6HomeAgentReply:    "ha discovery reply",
	icmp.Type6MobileSolicit:     "mobile router solicitation",
	icmp.Type6MobileAdvert:      "mobile router advertisement",
	icmp.Type6RPL:               "RPL",
	icmp.Type6MtraceResponse:    "mtrace response",
	icmp.Type6MtraceMessage:     "mtrace message",
}

// appendICMP6 appends an ICMPv6 message in tcpdump's words.
func (l *Lines) appendICMP6(dst []byte, p *icmp.Packet, msg []byte) []byte {
	verbose := l.opts.Verbose > 0 && len(msg) > 0
	dst = append(dst, "ICMP6, "...)
	switch {
	case names6[p.Type] != "":
		dst = append(dst, names6[p.Type]...)
	case verbose && ndNames[p.Type] != "":
		dst = appendWords(dst, ndNames[p.Type])
	default:
		dst = append(appendNumber(dst, "unknown icmp6 type (", p.Type), ')')
	}
	lengthFirst := verbose && ndLengthFirst(p.Type)
	if lengthFirst {
		dst = appendLength(dst, p)
	}
	if p.Type == icmp.Type6Unreachable && int(p.Code) >= len(unreachable6) {
		// tcpdump ends the line here, without a length.
		return append(appendNumber(dst, ", unknown unreach code (", p.Code), ')')
	}
	dst, whole := l.appendBody6(dst, p, msg)
	if whole && verbose {
		dst, whole = appendND(dst, p, msg)
	}
	if !whole {
		return append(dst, " [|icmp6]"...)
	}
	if lengthFirst || verbose && detailed6(p.Type) {
		return dst
	}
	return appendLength(dst, p)
}

// detailed6 reports whether -v makes tcpdump say more of a type, and then no length behind it.
func detailed6(typ uint8) bool {
	return names6[typ] != "" && typ != icmp.Type6MtraceResponse && typ != icmp.Type6MtraceMessage
}

// appendSum6 appends, with -v, what is known of the checksum. Like tcpdump it says nothing of a
// fragment, be it the only one.
func (l *Lines) appendSum6(dst []byte, p *icmp.Packet, f *icmp.Frame) []byte {
	if l.opts.Verbose == 0 || p.Status == icmp.Truncated || p.Message(f) == nil || isFragment(p, f) {
		return dst
	}
	switch p.Sum {
	case icmp.SumGood:
		return append(dst, "[icmp6 sum ok] "...)
	case icmp.SumBad:
		dst = appendHex16(append(dst, "[bad icmp6 cksum 0x"...), p.Checksum)
		dst = appendHex16(append(dst, " -> 0x"...), p.RightChecksum(f))
		return append(dst, "!] "...)
	}
	return dst
}

// isFragment reports whether a fragment header stands before p's message.
func isFragment(p *icmp.Packet, f *icmp.Frame) bool {
	headers := icmp.ReadExtHeaders(p.Header(f))
	for h, ok := headers.Next(); ok; h, ok = headers.Next() {
		if h.Type == icmp.ExtFragment {
			return true
		}
	}
	return false
}

// appendBody6 appends what a message says. It is not whole if something of it is missing.
func (l *Lines) appendBody6(dst []byte, p *icmp.Packet, msg []byte) (_ []byte, whole bool) {
	switch p.Type {
	case icmp.Type6Unreachable:
		return l.appendUnreachable6(dst, p, msg)
	case icmp.Type6PacketTooBig:
		mtu, ok := p.MTU()
		if !ok {
			return dst, false
		}
		return appendNumber(dst, ", mtu ", mtu), true
	case icmp.Type6TimeExceeded:
		return l.appendTimeExceeded6(dst, p)
	case icmp.Type6ParamProblem:
		return appendParamProblem6(dst, p)
	case icmp.Type6Echo, icmp.Type6EchoReply:
		if p.Got < 8 {
			return dst, false
		}
		return appendIDSeq(dst, p), true
	case icmp.Type6MLDQuery:
		return l.appendMLDQuery(dst, p, msg)
	case icmp.Type6MLDReport, icmp.Type6MLDDone:
		return l.appendMLD(dst, p)
	case icmp.Type6NeighborSolicit:
		return l.appendTarget(dst, ", who has ", p)
	case icmp.Type6NeighborAdvert:
		return l.appendTarget(dst, ", tgt is ", p)
	case icmp.Type6Redirect:
		q := p.Quoted()
		if q.Level == icmp.QuoteNone {
			return dst, false
		}
		dst = l.hosts.append(append(dst, ", "...), &q.Dst, 6)
		return l.appendTarget(dst, " to ", p)
	case icmp.Type6MLDv2Report:
		return appendMLDReport(dst, p, msg, l.opts.Verbose)
	case icmp.Type6RouterRenumbering:
		return appendRenumbering(dst, p, msg, l.opts.Verbose > 0)
	case icmp.Type6NodeQuery:
		return appendNodeQuery(dst, p, msg, l.opts.Verbose > 0)
	case icmp.Type6NodeReply:
		return appendNodeReply(dst, p, msg, l.opts.Verbose > 0)
	case icmp.Type6HomeAgentRequest, icmp.Type6MobileSolicit:
		return appendHexID(dst, p)
	case icmp.Type6RPL:
		return appendRPL(dst, p, msg, l.opts.Verbose)
	}
	return dst, true
}

// unreachable6 is what stands before the address of what can't be reached, by code; the
// blanks are tcpdump's.
var unreachable6 = [...]string{
	0:                            ", unreachable route",
	1:                            ",  unreachable prohibited",
	2:                            ", beyond scope",
	icmp.Code6AddressUnreachable: ", unreachable address",
	icmp.Code6PortUnreachable:    ", unreachable port",
}

func (l *Lines) appendUnreachable6(dst []byte, p *icmp.Packet, msg []byte) (_ []byte, whole bool) {
	dst = append(dst, unreachable6[p.Code]...)
	q := p.Quoted()
	portless := q.Level < icmp.QuotePorts && p.Status == icmp.Truncated
	if q.Level == icmp.QuoteNone || p.Code == icmp.Code6PortUnreachable && portless {
		return dst, false
	}
	if p.Code == icmp.Code6PortUnreachable {
		dst = append(dst, ',')
	}
	dst = l.hosts.append(append(dst, ' '), &q.Dst, 6)
	switch p.Code {
	case 2:
		dst = l.hosts.append(append(dst, ", source address "...), &q.Src, 6)
	case icmp.Code6PortUnreachable:
		dst = appendPort(dst, p, msg)
		if q.Proto != icmp.ProtoTCP && q.Proto != icmp.ProtoUDP {
			dst = append(dst, " unreachable"...)
		}
	}
	return dst, true
}

func (l *Lines) appendTimeExceeded6(dst []byte, p *icmp.Packet) (_ []byte, whole bool) {
	switch p.Code {
	case 0:
		q := p.Quoted()
		if q.Level == icmp.QuoteNone {
			return dst, false
		}
		return l.hosts.append(append(dst, " for "...), &q.Dst, 6), true
	case 1:
		return append(dst, " (reassembly)"...), true
	}
	return append(appendNumber(dst, ", unknown code (", p.Code), ')'), true
}

func appendParamProblem6(dst []byte, p *icmp.Packet) (_ []byte, whole bool) {
	names := [...]string{"erroneous", "next header", "option", "incomplete header chain"}
	if int(p.Code) >= len(names) {
		return appendNumber(dst, ", code-#", p.Code), true
	}
	dst = append(dst, ", "...)
	dst = append(dst, names[p.Code]...)
	pointer, ok := p.Pointer()
	if !ok {
		return dst, false
	}
	return appendNumber(dst, " - octet ", pointer), true
}

// appendTarget appends the address that a message asks or tells about.
func (l *Lines) appendTarget(dst []byte, text string, p *icmp.Packet) (_ []byte, whole bool) {
	target, ok := p.Target()
	if !ok {
		return dst, false
	}
	return l.hosts.append(append(dst, text...), &target, 6), true
}
