package render

import (
	"encoding/binary"

	"icmpdump/capture/icmp"
)

// appendLinkJSON appends the link header, as far as the link has one: addresses, the EtherType of
// the datagram, and the tags before it, the outermost first.
func appendLinkJSON(dst []byte, p *icmp.Packet, f *icmp.Frame) []byte {
	src, to := f.LinkAddrs()
	if len(src) > 0 {
		dst = append(appendField(dst, "link_src"), '"')
		dst = append(appendHardware(dst, src), '"')
	}
	if len(to) > 0 {
		dst = append(appendField(dst, "link_dst"), '"')
		dst = append(appendHardware(dst, to), '"')
	}
	ethertype, ok := f.EtherType()
	if !ok {
		return dst
	}
	tags := p.LinkTags(f)
	t, tagged := tags.Next()
	if tagged {
		dst = appendArray(dst, "vlan_tags")
		for ok := tagged; ok; t, ok = tags.Next() {
			dst = appendUint(append(appendComma(dst), '{'), "tpid", uint64(t.TPID))
			dst = appendUint(dst, "priority", uint64(t.Priority))
			dst = appendBool(dst, "dei", t.DEI)
			dst = append(appendUint(dst, "id", uint64(t.ID)), '}')
			ethertype = t.Next
		}
		dst = append(dst, ']')
	}
	switch llc, _ := p.LLC(f); len(llc) {
	case 3:
		return dst // IP by itself
	case 8:
		ethertype = binary.BigEndian.Uint16(llc[6:])
	}
	return appendUint(dst, "ethertype", uint64(ethertype))
}

// appendData appends the bytes that a dump shows.
func (j *JSON) appendData(dst []byte, p *icmp.Packet, f *icmp.Frame) []byte {
	if j.opts.Dump.Link {
		j.whole = p.AppendWhole(j.whole[:0], f)
		return appendHexBytes(dst, "frame_data", j.whole)
	}
	return appendHexBytes(dst, "data", p.LinkPayload(f))
}
