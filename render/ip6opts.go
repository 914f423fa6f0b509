package render

import (
	"encoding/binary"
	"strconv"

	"icmpdump/capture/icmp"
)

// appendOptions appends a header of options. Without -v they are left out, but for a fault in
// those that every router reads.
func (c *chain) appendOptions(dst []byte, h *icmp.ExtHeader) []byte {
	switch {
	case !h.Whole():
		return dst
	case h.Type == icmp.ExtHopByHop:
		dst = append(dst, "HBH "...)
	default:
		dst = append(dst, "DSTOPT "...)
		if !c.verbose {
			return dst
		}
	}
	opts := h.Options()
	jumbo := false // one was seen
	for o, ok := opts.Next(); ok; o, ok = opts.Next() {
		if dst, ok = appendFault6(dst, &o); ok {
			dst = append(append(dst, " [|"...), cutNames[h.Type]...)
			return append(dst, "] "...)
		}
		if !c.verbose {
			continue
		}
		if dst, ok = c.left.take(dst); !ok {
			break
		}
		if o.Type == icmp.Option6Jumbo {
			dst = c.appendJumbo(dst, &o, h.Type, jumbo)
			jumbo = true
			continue
		}
		dst = appendOption6(dst, &o)
	}
	if c.verbose {
		dst = append(dst, ' ')
	}
	return dst
}

// appendFault6 appends what is wrong with an option that can't be read. It reports whether there
// is a fault.
func appendFault6(dst []byte, o *icmp.Option6) ([]byte, bool) {
	name, least, most := "", 0, 255
	switch o.Type {
	case icmp.Option6RouterAlert:
		name, least, most = "rtalert", 2, 2
	case icmp.Option6Jumbo:
		name, least, most = "jumbo", 4, 4
	case icmp.Option6HomeAddress:
		name, least = "homeaddr", 16
	}
	if o.Bad || len(o.Data) >= least && len(o.Data) <= most {
		return dst, o.Bad
	}
	dst = append(append(dst, '('), name...)
	dst = append(dst, ": invalid len "...)
	return append(strconv.AppendInt(dst, int64(len(o.Data)), 10), ')'), true
}

func appendOption6(dst []byte, o *icmp.Option6) []byte {
	switch o.Type {
	case icmp.Option6Pad1:
		return append(dst, "(pad1)"...)
	case icmp.Option6PadN:
		return append(dst, "(padn)"...)
	case icmp.Option6RouterAlert:
		dst = appendHex(append(dst, "(rtalert: 0x"...), o.Data)
		return append(dst, ") "...)
	case icmp.Option6HomeAddress:
		dst = appendAddr6(append(dst, "(homeaddr: "...), (*icmp.Addr)(o.Data))
		return append(dst, ')')
	}
	dst = appendHex(append(dst, "(opt_type 0x"...), []byte{o.Type})
	dst = append(dst, ": len="...)
	return append(strconv.AppendInt(dst, int64(len(o.Data)), 10), ')')
}

// appendJumbo appends a jumbo payload option, and why it does not count (RFC 2675, section 3).
func (c *chain) appendJumbo(dst []byte, o *icmp.Option6, header uint8, again bool) []byte {
	n := binary.BigEndian.Uint32(o.Data)
	base, _ := icmp.ReadHeader6(c.b)
	dst = appendNumber(dst, "(jumbo: ", n)
	switch {
	case again:
		dst = append(dst, " - already seen"...)
	case header != icmp.ExtHopByHop:
		dst = append(dst, " - not a hop-by-hop option"...)
	case base.Payload != 0:
		dst = append(dst, " - payload len != 0"...)
	case n < 65536:
		dst = append(dst, " - < 65536"...)
	}
	return append(dst, ") "...)
}
