package render

import (
	"encoding/binary"

	"icmpdump/capture/icmp"
)

// appendIP appends the facts of the IP header. Those that few ask for are there with -v only;
// options and extension headers, which are few, always.
func (j *JSON) appendIP(dst []byte, p *icmp.Packet, f *icmp.Frame) []byte {
	dst = appendNumber(dst, `,"ip_version":`, p.Version)
	if !hasAddrs(p) {
		return dst
	}
	dst = appendAddrs(dst, p)
	dst = appendNumber(dst, `,"ttl":`, p.TTL)
	if p.IPLen > 0 {
		dst = appendNumber(dst, `,"ip_length":`, p.IPLen)
	}
	if p.Flags&icmp.FlagNoIPLen != 0 {
		dst = appendBool(dst, "ip_length_zero", true)
	}
	if n := p.Missing(f); n > 0 {
		dst = appendUint(dst, "missing", uint64(n))
	}
	if p.Frag != 0 {
		dst = appendUint(appendObject(dst, "fragment"), "offset", uint64(p.Frag&^7))
		dst = appendUint(dst, "length", uint64(p.Length))
		dst = append(appendBool(dst, "more", p.Frag&1 != 0), '}')
	}
	b := p.Datagram(f)
	if len(b) == 0 {
		return dst
	}
	if h, ok := icmp.ReadHeader4(b); ok {
		dst = j.appendHeader4(dst, &h)
	} else if h, ok := icmp.ReadHeader6(b); ok && j.opts.Verbose > 0 {
		dst = appendUint(dst, "traffic_class", uint64(h.TrafficClass))
		dst = appendUint(dst, "flow_label", uint64(h.FlowLabel))
		dst = appendUint(dst, "payload_length", uint64(h.Payload))
		dst = appendUint(dst, "next_header", uint64(h.Next))
	}
	return appendExtHeadersJSON(dst, b)
}

func (j *JSON) appendHeader4(dst []byte, h *icmp.Header4) []byte {
	if j.opts.Verbose > 0 {
		dst = appendUint(dst, "tos", uint64(h.TOS))
		dst = appendUint(dst, "ip_id", uint64(h.ID))
		dst = appendBool(dst, "df", h.DF)
		if h.Reserved {
			dst = appendBool(dst, "reserved", true)
		}
		dst = appendUint(dst, "ip_proto", uint64(h.Proto))
		dst = appendUint(dst, "ip_checksum", uint64(h.Checksum))
		state, _ := h.Sum()
		dst = appendString(dst, "ip_checksum_status", sumNames[state])
	}
	if h.Size == 20 {
		return dst
	}
	dst = appendArray(dst, "ip_options")
	opts := h.Options()
	for o, ok := opts.Next(); ok; o, ok = opts.Next() {
		dst = append(appendComma(dst), '{')
		dst = append(appendOption4JSON(dst, &o), '}')
	}
	return append(dst, ']')
}

// option4Names are the names of IPv4 options in JSON.
var option4Names = [256]string{
	icmp.Option4End: "end_of_options", icmp.Option4NOP: "no_operation",
	icmp.Option4RecordRoute: "record_route", icmp.Option4Timestamp: "timestamp",
	icmp.Option4Traceroute: "traceroute", icmp.Option4Security: "security",
	icmp.Option4LooseRoute: "loose_source_route", icmp.Option4StrictRoute: "strict_source_route",
	icmp.Option4RouterAlert: "router_alert",
}

// appendName appends type and name, if it has one.
func appendName(dst []byte, typ uint8, name string) []byte {
	dst = appendUint(dst, "type", uint64(typ))
	if name != "" {
		dst = appendString(dst, "name", name)
	}
	return dst
}

func appendOption4JSON(dst []byte, o *icmp.Option4) []byte {
	dst = appendName(dst, o.Type, option4Names[o.Type])
	if o.Type == icmp.Option4End || o.Type == icmp.Option4NOP {
		return dst
	}
	dst = appendUint(dst, "length", uint64(o.Length))
	if o.Bad {
		return appendBool(dst, "malformed", true)
	}
	if !o.Whole() {
		dst = appendBool(dst, "truncated", true)
	}
	if pointer, ok := o.Pointer(); ok {
		dst = appendUint(dst, "pointer", uint64(pointer))
	}
	if route := o.Route(); route != nil {
		dst = appendArray(dst, "addresses")
		for ; len(route) > 0; route = route[4:] {
			dst = append(appendComma(dst), '"')
			dst = append(appendAddr4(dst, route[:4]), '"')
		}
		return append(dst, ']')
	}
	if t, ok := o.Timestamps(); ok {
		return appendTimestamps4JSON(dst, &t)
	}
	if value, ok := o.RouterAlert(); ok {
		return appendUint(dst, "value", uint64(value))
	}
	return appendHexBytes(dst, "data", o.Data[min(2, len(o.Data)):])
}

func appendTimestamps4JSON(dst []byte, t *icmp.TimestampOption) []byte {
	dst = appendUint(dst, "overflow", uint64(t.Overflow))
	dst = appendUint(dst, "flag", uint64(t.Flag))
	dst = appendArray(dst, "timestamps")
	for b := t.Entries; len(b) > 0; b = b[t.Entry:] {
		dst = append(appendComma(dst), '{')
		if t.Entry == 8 {
			dst = append(appendField(dst, "address"), '"')
			dst = append(appendAddr4(dst, b[:4]), '"')
		}
		dst = appendUint(dst, "time_ms", uint64(binary.BigEndian.Uint32(b[t.Entry-4:])))
		dst = append(dst, '}')
	}
	return append(dst, ']')
}

// extHeaderNames are the names of extension headers in JSON.
var extHeaderNames = [256]string{
	icmp.ExtHopByHop: "hop_by_hop_options", icmp.ExtRouting: "routing", icmp.ExtFragment: "fragment",
	icmp.ExtAH: "authentication", icmp.ExtDstOpts: "destination_options",
	icmp.ExtMobility: "mobility", icmp.ExtHIP: "host_identity", icmp.ExtShim6: "shim6",
}

// appendExtHeadersJSON appends the extension headers of the datagram b, if it has any.
func appendExtHeadersJSON(dst, b []byte) []byte {
	headers := icmp.ReadExtHeaders(b)
	h, ok := headers.Next()
	if !ok {
		return dst
	}
	dst = appendArray(dst, "extension_headers")
	for ; ok; h, ok = headers.Next() {
		dst = appendName(append(appendComma(dst), '{'), h.Type, extHeaderNames[h.Type])
		if h.Size > 0 {
			dst = appendUint(dst, "length", uint64(h.Size))
		}
		if !h.Whole() {
			dst = appendBool(dst, "truncated", true)
		}
		dst = append(appendExtHeaderJSON(dst, &h), '}')
	}
	return append(dst, ']')
}

// appendExtHeaderJSON appends the fields of one extension header.
func appendExtHeaderJSON(dst []byte, h *icmp.ExtHeader) []byte {
	if f, ok := h.Fragment(); ok {
		dst = appendUint(dst, "offset", uint64(f.Offset))
		dst = appendBool(dst, "more", f.More)
		if f.HasID {
			dst = appendUint(dst, "id", uint64(f.ID))
		}
		return dst
	}
	if r, ok := h.Routing(); ok {
		return appendRoutingJSON(dst, &r)
	}
	if a, ok := h.Auth(); ok {
		dst = appendUint(dst, "spi", uint64(a.SPI))
		if !a.HasSeq {
			return dst
		}
		dst = appendUint(dst, "sequence_number", uint64(a.Seq))
		return appendHexBytes(dst, "icv", a.ICV)
	}
	if typ, ok := h.Mobility(); ok {
		return appendUint(dst, "mh_type", uint64(typ))
	}
	if h.Type != icmp.ExtHopByHop && h.Type != icmp.ExtDstOpts || !h.Whole() {
		return dst
	}
	dst = appendArray(dst, "options")
	opts := h.Options()
	for o, ok := opts.Next(); ok; o, ok = opts.Next() {
		dst = append(appendOption6JSON(append(appendComma(dst), '{'), &o), '}')
	}
	return append(dst, ']')
}

func appendRoutingJSON(dst []byte, r *icmp.RoutingHeader) []byte {
	dst = appendUint(dst, "routing_type", uint64(r.Type))
	dst = appendUint(dst, "segments_left", uint64(r.SegmentsLeft))
	if r.Type == icmp.RoutingSegment && r.HasData {
		dst = appendUint(dst, "last_entry", uint64(r.LastEntry))
		dst = appendUint(dst, "flags", uint64(r.Flags))
		dst = appendUint(dst, "tag", uint64(r.Tag))
	}
	if r.Addresses == nil {
		return dst
	}
	return appendJSONAddrs(dst, "addresses", r.Addresses)
}

// appendOption6JSON appends one option of an extension header.
func appendOption6JSON(dst []byte, o *icmp.Option6) []byte {
	name := ""
	switch o.Type {
	case icmp.Option6Pad1:
		return appendName(dst, o.Type, "pad1")
	case icmp.Option6PadN:
		name = "padn"
	case icmp.Option6RouterAlert:
		name = "router_alert"
	case icmp.Option6Jumbo:
		name = "jumbo_payload"
	case icmp.Option6HomeAddress:
		name = "home_address"
	}
	dst = appendName(dst, o.Type, name)
	switch {
	case o.Bad:
		return appendBool(dst, "malformed", true)
	case o.Type == icmp.Option6RouterAlert && len(o.Data) == 2:
		return appendUint(dst, "value", uint64(binary.BigEndian.Uint16(o.Data)))
	case o.Type == icmp.Option6Jumbo && len(o.Data) == 4:
		return appendUint(dst, "payload_length", uint64(binary.BigEndian.Uint32(o.Data)))
	case o.Type == icmp.Option6HomeAddress && len(o.Data) == 16:
		return appendJSONAddr(dst, "address", (*icmp.Addr)(o.Data), 6)
	}
	return appendHexBytes(dst, "data", o.Data)
}
