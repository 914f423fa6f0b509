package render

import (
	"strconv"

	"icmpdump/capture/icmp"
)

// A budget is how many elements may still be listed.
type budget int

// take takes one of them. Where there is none left for the first time, it appends three dots
// behind a blank.
func (b *budget) take(dst []byte) (_ []byte, ok bool) {
	*b--
	if *b == -1 {
		dst = append(appendBlank(dst), "..."...)
	}
	return dst, *b >= 0
}

// appendBlank appends a blank if there is none.
func appendBlank(dst []byte) []byte {
	if dst[len(dst)-1] == ' ' {
		return dst
	}
	return append(dst, ' ')
}

// appendIP6Header appends what tcpdump -v says of the IPv6 header that the datagram b begins
// with, in parentheses and with a blank behind; nothing if there is none.
func appendIP6Header(dst, b []byte) []byte {
	h, ok := icmp.ReadHeader6(b)
	if !ok {
		return dst
	}
	dst = append(dst, '(')
	if h.TrafficClass != 0 {
		dst = appendHex(append(dst, "class 0x"...), []byte{h.TrafficClass})
		dst = append(dst, ", "...)
	}
	if h.FlowLabel != 0 {
		dst = append(dst, "flowlabel 0x"...)
		dst = append(dst, hexDigits[h.FlowLabel>>16])
		dst = appendHex16(dst, uint16(h.FlowLabel))
		dst = append(dst, ", "...)
	}
	dst = appendNumber(dst, "hlim ", h.HopLimit)
	dst = append(dst, ", next-header "...)
	dst = appendProtoWord(dst, h.Next)
	dst = appendNumber(dst, " payload length: ", h.Payload)
	return append(dst, ") "...)
}

// A chain is what is shown of the extension headers of a datagram.
type chain struct {
	b       []byte // the datagram, as much as was captured
	length  int    // of the datagram, by its header
	missing int    // how much of a jumbogram was not on the wire
	verbose bool
	left    budget
}

// append appends the extension headers in their order, a blank behind each. It is cut if the
// last one is.
func (c *chain) append(dst []byte) (_ []byte, cut bool) {
	c.left = maxListed
	headers := icmp.ReadExtHeaders(c.b)
	first := true
	seen := false
	for h, ok := headers.Next(); ok; h, ok = headers.Next() {
		if h.Type == icmp.ExtAH {
			dst = c.appendMissing(dst)
		}
		if h.Type == icmp.ExtHopByHop && !first {
			dst = appendMisplaced(dst, seen)
		}
		first = false
		seen = seen || h.Type == icmp.ExtHopByHop
		var more bool
		if dst, more = c.left.take(dst); more {
			dst = c.appendOne(dst, &h)
		}
		if !h.Whole() {
			return append(append(append(dst, " [|"...), cutNames[h.Type]...), ']'), true
		}
	}
	if c.left < 0 {
		dst = appendBlank(dst)
	}
	return c.appendMissing(dst), false
}

// appendMissing says how much of a jumbogram was not on the wire, behind its options: there
// tcpdump has come to know its length.
func (c *chain) appendMissing(dst []byte) []byte {
	if c.missing > 0 {
		dst = appendMissing(dst, c.missing, 6)
		c.missing = 0
	}
	return dst
}

// appendMisplaced says that hop-by-hop options stand where they must not (RFC 8200, section
// 4.1), in tcpdump's words.
func appendMisplaced(dst []byte, seen bool) []byte {
	if seen {
		return append(dst, "[The Hop-by-Hop Options header was already found] (invalid) "...)
	}
	return append(dst, "[The Hop-by-Hop Options header don't follow the IPv6 header] (invalid) "...)
}

// cutNames name an extension header that is cut short.
var cutNames = [256]string{
	icmp.ExtHopByHop: "hbhopt", icmp.ExtRouting: "rt6", icmp.ExtFragment: "frag6",
	icmp.ExtAH: "ah", icmp.ExtDstOpts: "dstopt", icmp.ExtMobility: "mobility",
	icmp.ExtHIP: "hip", icmp.ExtShim6: "shim6",
}

// appendOne appends one header, of which not everything need be there.
func (c *chain) appendOne(dst []byte, h *icmp.ExtHeader) []byte {
	switch h.Type {
	case icmp.ExtHopByHop, icmp.ExtDstOpts:
		return c.appendOptions(dst, h)
	case icmp.ExtFragment:
		return c.appendFragment(dst, h)
	case icmp.ExtRouting:
		return c.appendRouting(dst, h)
	case icmp.ExtAH:
		return c.appendAuth(dst, h)
	case icmp.ExtMobility:
		if typ, ok := h.Mobility(); ok {
			return append(appendMobility(dst, typ), ' ')
		}
	case icmp.ExtHIP:
		return append(dst, "HIP "...)
	case icmp.ExtShim6:
		return append(dst, "Shim6 "...)
	}
	return dst
}

func (c *chain) appendFragment(dst []byte, h *icmp.ExtHeader) []byte {
	f, ok := h.Fragment()
	if !ok || c.verbose && !f.HasID {
		return dst
	}
	dst = append(dst, "frag ("...)
	if c.verbose {
		dst = appendHex32(append(dst, "0x"...), f.ID)
		dst = append(dst, ':')
	}
	dst = appendDecimal(dst, uint64(f.Offset))
	dst = append(dst, '|')
	dst = strconv.AppendInt(dst, int64(c.length-h.At-h.Size), 10)
	return append(dst, ") "...)
}

// appendRouting appends a routing header's fields, and the addresses of the types that tcpdump
// knows.
func (c *chain) appendRouting(dst []byte, h *icmp.ExtHeader) []byte {
	dst = append(dst, "RT6 "...)
	r, ok := h.Routing()
	if !ok {
		return dst[:len(dst)-1]
	}
	words := h.Size/8 - 1
	dst = appendNumber(dst, "(len=", uint8(words))
	dst = appendNumber(dst, ", type=", r.Type)
	if r.Type == icmp.RoutingSource {
		dst = append(dst, " [Deprecated]"...)
	}
	dst = appendNumber(dst, ", segleft=", r.SegmentsLeft)
	if !r.HasData {
		return dst
	}
	switch r.Type {
	case icmp.RoutingSource, icmp.RoutingMobile:
		if r.Reserved != 0 || c.verbose {
			dst = append(dst, ", rsv=0x"...)
			dst = strconv.AppendUint(dst, uint64(r.Reserved), 16)
		}
	case icmp.RoutingSegment:
		dst = appendNumber(dst, ", last-entry=", r.LastEntry)
		if r.Flags != 0 || c.verbose {
			dst = append(dst, ", flags=0x"...)
			dst = strconv.AppendUint(dst, uint64(r.Flags), 16)
		}
		dst = append(dst, ", tag="...)
		dst = strconv.AppendUint(dst, uint64(r.Tag), 16)
	default:
		return append(dst, " (unknown type)) "...)
	}
	if words%2 == 1 {
		dst = append(appendNumber(dst, " (invalid length ", uint8(words)), ')')
		return append(dst, ") "...)
	}
	for i := range r.Addresses.Len() {
		var more bool
		if dst, more = c.left.take(dst); !more {
			break
		}
		dst = append(dst, ", ["...)
		dst = strconv.AppendInt(dst, int64(i), 10)
		a := r.Addresses.At(i)
		dst = appendAddr6(append(dst, ']'), &a)
	}
	if !h.Whole() {
		return dst
	}
	return append(dst, ") "...)
}

func (c *chain) appendAuth(dst []byte, h *icmp.ExtHeader) []byte {
	dst = append(dst, "AH"...)
	if h.Size == 0 {
		return dst
	}
	dst = append(dst, '(')
	if c.verbose {
		dst = append(dst, "length="...)
		dst = strconv.AppendInt(dst, int64(h.Size/4-2), 10)
		dst = append(dst, '(')
		dst = strconv.AppendInt(dst, int64(h.Size), 10)
		dst = append(dst, "-bytes),"...)
	}
	a, ok := h.Auth()
	if !ok {
		return dst
	}
	if a.Reserved != 0 {
		dst = append(dst, "reserved=0x"...)
		dst = strconv.AppendUint(dst, uint64(a.Reserved), 16)
		dst = append(dst, "[MustBeZero],"...)
	}
	dst = appendHex32(append(dst, "spi=0x"...), a.SPI)
	if a.HasSeq {
		dst = append(dst, ",seq=0x"...)
		dst = strconv.AppendUint(dst, uint64(a.Seq), 16)
		dst = append(dst, ",icv=0x"...)
		dst = appendHex(dst, a.ICV[:min(len(a.ICV), maxListed)])
	}
	if len(a.ICV) > maxListed {
		dst = append(dst, " ..."...)
	}
	if !h.Whole() {
		return dst
	}
	return append(dst, "): "...)
}

// appendMobility appends the type of a mobility header. No message is known to stand behind one
// (RFC 6275, section 6.1.1), so that its fields are left out.
func appendMobility(dst []byte, typ uint8) []byte {
	names := [...]string{"BRR", "HoTI", "CoTI", "HoT", "CoT", "BU", "BA", "BE"}
	dst = append(dst, "mobility: "...)
	if int(typ) < len(names) {
		return append(dst, names[typ]...)
	}
	return appendNumber(dst, "type-#", typ)
}
