package render

import (
	"encoding/binary"
	"strconv"

	"icmpdump/capture/icmp"
)

// hasLink reports whether there is a link header in f that appendLink has words for.
func hasLink(f *icmp.Frame) bool {
	switch f.Link {
	case icmp.LinkEthernet, icmp.LinkSLL, icmp.LinkSLL2, icmp.LinkNull, icmp.LinkLoop, icmp.LinkRaw:
		return len(f.Data) > 0
	}
	return false
}

// appendLink appends the link header as tcpdump -e does. A tag that the kernel took out stands
// where it was.
func appendLink(dst []byte, p *icmp.Packet, f *icmp.Frame) []byte {
	if !hasLink(f) {
		return dst
	}
	wire := max(f.Wire, len(f.Data))
	src, to := f.LinkAddrs()
	switch f.Link {
	case icmp.LinkRaw:
		return append(dst, "ip: "...)
	case icmp.LinkNull, icmp.LinkLoop:
		family, _ := f.Family()
		dst = appendNumber(dst, "AF IPv", p.Version)
		dst = appendNumber(dst, " (", family)
		return appendWire(append(dst, ')'), wire)
	case icmp.LinkSLL:
		word := dirNames[p.Dir]
		for n := len(word); n < 3; n++ {
			dst = append(dst, ' ')
		}
		dst = append(append(dst, word...), ' ')
		return appendCooked(dst, src, p, f, wire)
	case icmp.LinkSLL2:
		dst = append(dst, "ifindex "...)
		dst = strconv.AppendInt(dst, int64(p.Iface), 10)
		return appendCooked(append(dst, ' '), src, p, f, wire)
	}
	if f.TPID != 0 {
		wire += 4 // the tag
	}
	dst = appendHardware(dst, src)
	dst = append(dst, " > "...)
	dst = append(appendHardware(dst, to), ", "...)
	ethertype, _ := f.EtherType()
	tags := p.LinkTags(f)
	first, left := true, budget(maxListed)
	for t, ok := tags.Next(); ok; t, ok = tags.Next() {
		if dst, ok = left.take(dst); !ok {
			return append(dst, ": "...)
		}
		dst = appendEtherType(dst, t.TPID)
		if first {
			dst = appendWire(dst, wire)
		} else {
			dst = append(dst, ", "...)
		}
		first, ethertype = false, t.Next
		dst = append(appendTag(dst, &t), ", "...)
	}
	if llc, length := p.LLC(f); llc != nil {
		dst = append(dst, "802.3"...)
		if first {
			dst = appendWire(dst, length)
		}
		return appendLLC(dst, llc, length)
	}
	dst = appendEtherType(dst, ethertype)
	if first {
		return appendWire(dst, wire)
	}
	return append(dst, ", "...)
}

// appendLLC appends a header of logical link control in a frame that has so many bytes from there
// on.
func appendLLC(dst, llc []byte, length int) []byte {
	if len(llc) < 8 {
		return append(dst, "LLC, dsap IP (0x06) Individual, ssap IP (0x06) Command, ctrl 0x03: "...)
	}
	dst = append(dst, "LLC, dsap SNAP (0xaa) Individual, ssap SNAP (0xaa) Command, ctrl 0x03: oui "...)
	if llc[5] == 0 {
		dst = append(dst, "Ethernet (0x000000), "...)
		dst = appendEtherType(dst, binary.BigEndian.Uint16(llc[6:]))
	} else {
		dst = append(dst, "Cisco bridged (0x0000f8), pid "...)
		dst = appendNamedHex(dst, binary.BigEndian.Uint16(llc[6:]))
	}
	return appendWire(dst, length-len(llc))
}

// appendCooked appends what a cooked capture says behind the direction.
func appendCooked(dst, src []byte, p *icmp.Packet, f *icmp.Frame, wire int) []byte {
	if len(src) == 6 {
		dst = append(appendHardware(dst, src), ' ')
	}
	ethertype, _ := f.EtherType()
	dst = appendWire(appendEtherType(dst, ethertype), wire)
	tags := p.LinkTags(f)
	left := budget(maxListed)
	for t, ok := tags.Next(); ok; t, ok = tags.Next() {
		if dst, ok = left.take(dst); !ok {
			return append(dst, ": "...)
		}
		dst = append(appendTag(dst, &t), ", ethertype "...)
		dst = append(append(dst, etherTypeName(t.Next)...), ", "...)
	}
	return dst
}

// appendHardware appends a link-layer address.
func appendHardware(dst, addr []byte) []byte {
	for i := range addr {
		if i > 0 {
			dst = append(dst, ':')
		}
		dst = appendHex(dst, addr[i:i+1])
	}
	return dst
}

// appendLongHardware appends a link-layer address to a line, or the beginning of what claims to be
// one.
func appendLongHardware(dst, addr []byte) []byte {
	if len(addr) <= maxListed {
		return appendHardware(dst, addr)
	}
	return append(appendHardware(dst, addr[:maxListed]), " ..."...)
}

// etherTypeName is tcpdump's name for an EtherType that an IP datagram can stand behind.
func etherTypeName(ethertype uint16) string {
	switch ethertype {
	case icmp.EtherIPv4:
		return "IPv4"
	case icmp.EtherIPv6:
		return "IPv6"
	case icmp.EtherVLAN:
		return "802.1Q"
	case icmp.EtherQinQ:
		return "802.1Q-QinQ"
	case icmp.EtherQinQ1:
		return "802.1Q-9100"
	}
	return "Unknown"
}

func appendEtherType(dst []byte, ethertype uint16) []byte {
	return appendNamedHex(append(dst, "ethertype "...), ethertype)
}

// appendNamedHex appends an EtherType, or a number of the same meaning, and its name.
func appendNamedHex(dst []byte, n uint16) []byte {
	dst = append(dst, etherTypeName(n)...)
	dst = appendHex16(append(dst, " (0x"...), n)
	return append(dst, ')')
}

// appendWire appends how long the frame was.
func appendWire(dst []byte, n int) []byte {
	dst = append(dst, ", length "...)
	dst = strconv.AppendInt(dst, int64(n), 10)
	return append(dst, ": "...)
}

func appendTag(dst []byte, t *icmp.Tag) []byte {
	dst = appendNumber(dst, "vlan ", t.ID)
	dst = appendNumber(dst, ", p ", t.Priority)
	if t.DEI {
		dst = append(dst, ", DEI"...)
	}
	return dst
}
