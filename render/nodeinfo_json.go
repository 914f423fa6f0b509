package render

import "icmpdump/capture/icmp"

// qtypeWords name what node information asks for (RFC 4620, section 6).
var qtypeWords = []string{"noop", "supported_qtypes", "node_name", "node_addresses", "ipv4_addresses"}

func appendNodeInfoJSON(dst []byte, p *icmp.Packet, msg []byte) []byte {
	dst = appendObject(dst, "node_information")
	switch n, ok := p.NodeInfo(msg); {
	case p.WhoAreYou():
		dst = appendBool(dst, "who_are_you", true)
	case p.Got < 8:
	case !ok:
		dst = appendQuestionJSON(dst, uint16(p.Rest>>16), uint16(p.Rest))
	case p.Type == icmp.Type6NodeQuery:
		dst = appendHexBytes(appendQuestionJSON(dst, n.Qtype, n.Flags), "nonce", n.Nonce)
		dst = appendSubjectJSON(dst, p, n.Data)
	default:
		dst = appendHexBytes(appendQuestionJSON(dst, n.Qtype, n.Flags), "nonce", n.Nonce)
		dst = appendAnswerJSON(dst, p, &n)
	}
	return append(dst, '}')
}

func appendQuestionJSON(dst []byte, qtype, flags uint16) []byte {
	dst = appendUint(dst, "qtype", uint64(qtype))
	if int(qtype) < len(qtypeWords) {
		dst = appendString(dst, "qtype_name", qtypeWords[qtype])
	}
	dst = appendUint(dst, "flags", uint64(flags))
	if qtype == icmp.QtypeAddresses {
		dst = appendBits(dst, uint8(flags<<2), "global", "site_local", "link_local", "compatible", "all", "truncated")
	}
	return dst
}

// appendSubjectJSON appends whom a query asks about, if it holds what its code says.
func appendSubjectJSON(dst []byte, p *icmp.Packet, data []byte) []byte {
	switch {
	case len(data) == 0:
		return dst
	case p.Code == icmp.CodeSubjectIPv6 && len(data) == 16:
		a := icmp.Addr(data)
		return appendJSONAddr(dst, "subject", &a, 6)
	case p.Code == icmp.CodeSubjectIPv4 && len(data) == 4:
		a := icmp.AddrFrom4([4]byte(data))
		return appendJSONAddr(dst, "subject", &a, 4)
	case p.Code == icmp.CodeSubjectName:
		return appendNamesJSON(dst, "subject_names", data)
	}
	return appendHexBytes(dst, "data", data)
}

// appendAnswerJSON appends what a reply says.
func appendAnswerJSON(dst []byte, p *icmp.Packet, n *icmp.NodeInfo) []byte {
	words := [...]string{"success", "refused", "unknown_qtype"}
	if int(p.Code) < len(words) {
		dst = appendString(dst, "result", words[p.Code])
	}
	if ttl, ok := n.TTL(); ok {
		dst = appendUint(dst, "ttl_s", uint64(ttl))
		return appendNamesJSON(dst, "names", n.Data[4:])
	}
	switch n.Qtype {
	case icmp.QtypeAddresses, icmp.QtypeIPv4:
		dst = appendArray(dst, "addresses")
		addrs := n.Addrs()
		for i := range addrs.Len() {
			a, version, ttl := addrs.At(i)
			dst = appendJSONAddr(append(appendComma(dst), '{'), "address", &a, version)
			dst = append(appendUint(dst, "ttl_s", uint64(ttl)), '}')
		}
		return append(dst, ']')
	}
	if len(n.Data) > 0 {
		dst = appendHexBytes(dst, "data", n.Data)
	}
	return dst
}

// appendNamesJSON appends the names in b as strings: with a dot at the end if they are complete.
func appendNamesJSON(dst []byte, field string, b []byte) []byte {
	dst = appendArray(dst, field)
	if name, ok := icmp.OldNodeName(b); ok {
		dst = append(appendOutside(append(dst, '"'), name, false), '"')
		return append(dst, ']')
	}
	for len(b) > 0 {
		var name icmp.NodeName
		name, b = icmp.NextNodeName(b)
		if !name.Whole && len(name.Name) == 0 {
			break
		}
		dst = append(appendComma(dst), '"')
		dst = append(appendNodeName(dst, name, false), '"')
		if !name.Whole {
			break
		}
	}
	return append(dst, ']')
}
