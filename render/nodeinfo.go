package render

import "icmpdump/capture/icmp"

// appendNodeQuery appends a node information query. tcpdump calls all of them who-are-you
// requests first.
func appendNodeQuery(dst []byte, p *icmp.Packet, msg []byte, verbose bool) (_ []byte, whole bool) {
	switch {
	case p.WhoAreYou():
		return append(dst, " who-are-you request"...), true
	case len(msg) == 0:
		return dst, true // nothing was kept
	}
	dst = append(dst, " node information query"...)
	n, ok := p.NodeInfo(msg)
	if !ok {
		return append(dst, " [|icmp6]"...), true // tcpdump has the length behind it
	}
	dst = append(dst, " ("...)
	dst = appendQtype(dst, n.Qtype)
	switch n.Qtype {
	case icmp.QtypeNoop, icmp.QtypeSupported:
		dst = appendSupportedFlags(dst, &n)
		dst = appendInvalid(dst, ", invalid len", verbose && len(n.Data) > 0)
		return append(dst, ')'), true
	case icmp.QtypeAddresses:
		dst = appendAddrFlags(dst, n.Flags, addrFlags[1:]) // a query has no T
	}
	if p.Length == 16 {
		return append(dst, ", 03 draft)"...), true
	}
	cut := p.Status == icmp.Truncated
	switch {
	case p.Code == icmp.CodeSubjectIPv6 && len(n.Data) == 16:
		a := icmp.Addr(n.Data)
		dst = appendAddr6(append(dst, ", subject="...), &a)
	case p.Code == icmp.CodeSubjectIPv4 && len(n.Data) == 4:
		dst = appendAddr4(append(dst, ", subject="...), n.Data)
	case p.Code == icmp.CodeSubjectIPv6:
		dst = appendInvalid(dst, ", invalid subject len", verbose && len(n.Data) > 16)
	case p.Code == icmp.CodeSubjectIPv4:
		dst = appendInvalid(dst, ", invalid subject len", verbose && len(n.Data) > 4)
	case p.Code == icmp.CodeSubjectName:
		dst = appendNodeNames(append(dst, ", subject=DNS name"...), n.Data, verbose, cut)
	default:
		dst = append(dst, ", unknown subject"...)
	}
	return append(dst, ')'), !cut
}

// appendNodeReply appends a node information reply.
func appendNodeReply(dst []byte, p *icmp.Packet, msg []byte, verbose bool) (_ []byte, whole bool) {
	if len(msg) == 0 {
		return dst, true
	}
	n, ok := p.NodeInfo(msg)
	if !ok {
		return append(dst, " [|icmp6]"...), true // as of a query
	}
	dst = append(dst, " node information reply ("...)
	invalid := verbose && len(n.Data) > 0
	switch p.Code {
	case 0:
		if verbose {
			dst = append(dst, "success, "...)
		}
	case 1:
		return append(appendInvalid(append(dst, "refused"...), ", invalid length", invalid), ')'), true
	case 2:
		return append(appendInvalid(append(dst, "unknown"...), ", invalid length", invalid), ')'), true
	default:
		return append(dst, ')'), true
	}
	dst = appendQtype(dst, n.Qtype)
	cut := p.Status == icmp.Truncated
	switch n.Qtype {
	case icmp.QtypeNoop:
		dst = appendInvalid(dst, ", invalid length", invalid)
	case icmp.QtypeSupported:
		dst = appendSupportedFlags(dst, &n)
	case icmp.QtypeName:
		if len(n.Data) < 5 {
			return dst, false
		}
		dst = appendNodeNames(dst, n.Data[4:], verbose, cut)
		if ttl, ok := n.TTL(); ok && n.Flags&1 != 0 {
			dst = append(appendNumber(dst, " [TTL=", ttl), ']')
		}
	case icmp.QtypeAddresses:
		dst = appendNodeAddrs(dst, n.Addrs())
		dst = appendAddrFlags(dst, n.Flags, addrFlags)
	}
	return append(dst, ')'), !cut
}

func appendQtype(dst []byte, qtype uint16) []byte {
	names := [...]string{"noop", "supported qtypes", "DNS name", "node addresses"}
	if int(qtype) < len(names) {
		return append(dst, names[qtype]...)
	}
	return append(dst, "unknown"...)
}

func appendInvalid(dst []byte, text string, invalid bool) []byte {
	if !invalid {
		return dst
	}
	return append(dst, text...)
}

// appendSupportedFlags appends whether the answer is, or may be, compressed.
func appendSupportedFlags(dst []byte, n *icmp.NodeInfo) []byte {
	switch {
	case n.Qtype != icmp.QtypeSupported || n.Flags == 0:
		return dst
	case n.Flags&1 != 0:
		return append(dst, " [C]"...)
	}
	return append(dst, " []"...)
}

// addrFlags are the letters of which addresses are asked for, or answered, from bit 0 up.
const addrFlags = "TACLSGa"

// appendAddrFlags appends the letters of flags, those of the high bits first: letters are the
// last of addrFlags.
func appendAddrFlags(dst []byte, flags uint16, letters string) []byte {
	if flags == 0 {
		return dst
	}
	dst = append(dst, " ["...)
	for i := len(letters) - 1; i >= 0; i-- {
		if bit := len(addrFlags) - len(letters) + i; flags>>bit&1 != 0 {
			dst = append(dst, letters[i])
		}
	}
	return append(dst, ']')
}

func appendNodeAddrs(dst []byte, addrs icmp.NodeAddrs) []byte {
	for i := range addrs.Len() {
		if i == maxListed {
			return append(dst, " ..."...)
		}
		a, version, ttl := addrs.At(i)
		dst = append(appendAddr(append(dst, ' '), &a, version), '(')
		dst = append(appendDecimal(dst, uint64(ttl)), ')')
	}
	return dst
}

// appendNodeNames appends the names in b, of which the capture may have cut off some, each in
// quotation marks.
func appendNodeNames(dst, b []byte, verbose, cut bool) []byte {
	if name, ok := icmp.OldNodeName(b); ok && !cut {
		if verbose {
			dst = append(dst, ", 03 draft"...)
		}
		dst = append(dst, `, "`...)
		return append(appendOutside(dst, name, true), '"')
	}
	for i := 0; ; i++ {
		if i == maxListed {
			return append(dst, " ..."...)
		}
		var name icmp.NodeName
		name, b = icmp.NextNodeName(b)
		dst = append(dst, `, "`...)
		dst = appendNodeName(dst, name, true)
		if !name.Whole && !cut && len(b) > 0 {
			if len(name.Name) > 0 && len(b) > 1 {
				dst = append(dst, '.')
			}
			dst = append(dst, "???"...)
		}
		dst = append(dst, '"')
		if !name.Whole || len(b) == 0 {
			return dst
		}
	}
}

// appendNodeName appends the labels of a name, with a dot at the end if it is complete.
func appendNodeName(dst []byte, n icmp.NodeName, line bool) []byte {
	first := len(dst)
	for label, ok := n.Next(); ok; label, ok = n.Next() {
		if len(dst) > first {
			dst = append(dst, '.')
		}
		dst = appendLabel(dst, label, line)
	}
	if n.Root {
		dst = append(dst, '.')
	}
	return dst
}
