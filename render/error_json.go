package render

import (
	"strconv"

	"icmpdump/capture/icmp"
)

// appendExtensionsJSON appends an extension structure (RFC 4884), up to its end or fault.
func appendExtensionsJSON(dst []byte, p *icmp.Packet, msg []byte) []byte {
	e, ok := p.Extensions(msg)
	if !ok {
		return dst
	}
	dst = appendUint(appendObject(dst, "extensions"), "version", uint64(e.Version))
	if e.Checksum != 0 { // 0: not sent
		dst = appendUint(dst, "checksum", uint64(e.Checksum))
		dst = appendString(dst, "checksum_status", sumNames[e.Sum])
	}
	dst = appendArray(appendUint(dst, "length", uint64(e.Length)), "objects")
	for o, ok := e.Next(); ok; o, ok = e.Next() {
		dst = appendUint(append(appendComma(dst), '{'), "class", uint64(o.Class))
		dst = appendUint(dst, "c_type", uint64(o.CType))
		if name := objectNames[o.Class]; name != "" {
			dst = appendString(dst, "name", name)
		}
		dst = append(appendObjectJSON(appendUint(dst, "length", uint64(o.Length)), &o), '}')
	}
	return append(dst, "]}"...)
}

// objectNames name the classes of objects.
var objectNames = [256]string{
	icmp.ClassMPLS:           "mpls_label_stack",
	icmp.ClassInterfaceInfo:  "interface_information",
	icmp.ClassInterfaceIdent: "interface_identification",
	icmp.ClassExtendedInfo:   "extended_information",
	icmp.ClassNodeIdent:      "node_identification",
}

// appendObjectJSON appends what an object says; of one that nobody knows, its bytes.
func appendObjectJSON(dst []byte, o *icmp.Object) []byte {
	if _, ok := o.Label(0); ok {
		return appendLabelsJSON(dst, o)
	}
	if n, ok := o.Pointer(); ok {
		return appendUint(dst, "pointer", uint64(n))
	}
	if role, ok := o.Role(); ok {
		dst = appendString(dst, "role", roleNames[role])
	}
	i, ok := o.Interface()
	if !ok {
		return appendHexBytes(dst, "data", o.Data)
	}
	if i.HasIndex {
		dst = appendUint(dst, "interface_index", uint64(i.Index))
	}
	if a, version, ok := i.IP(); ok {
		dst = appendJSONAddr(dst, "address", &a, version)
	} else if i.Address != nil {
		dst = appendUint(dst, "afi", uint64(i.AFI))
		dst = appendHexBytes(dst, "address", i.Address)
	}
	if i.Name != nil {
		dst = appendRaw(dst, "interface_name", i.Name)
	}
	if i.HasMTU {
		dst = appendUint(dst, "mtu", uint64(i.MTU))
	}
	return dst
}

func appendLabelsJSON(dst []byte, o *icmp.Object) []byte {
	dst = appendArray(dst, "labels")
	for i := 0; ; i++ {
		label, ok := o.Label(i)
		if !ok {
			return append(dst, ']')
		}
		dst = appendUint(append(appendComma(dst), '{'), "label", uint64(label.Label))
		dst = appendUint(dst, "traffic_class", uint64(label.TC))
		dst = appendBool(dst, "bottom_of_stack", label.Bottom)
		dst = append(appendUint(dst, "ttl", uint64(label.TTL)), '}')
	}
}

// appendExtendedEchoJSON appends what a PROBE message says, and the extension structure by which a
// request names an interface.
func appendExtendedEchoJSON(dst []byte, p *icmp.Packet, msg []byte) []byte {
	b, ok := p.Probe()
	if !ok {
		return dst
	}
	dst = appendObject(dst, "extended_echo")
	if b.Reply {
		dst = appendUint(dst, "state", uint64(b.State))
		if int(b.State) < len(icmp.ProbeStates) {
			dst = appendString(dst, "state_name", icmp.ProbeStates[b.State])
		}
		dst = appendBool(dst, "active", b.Active)
		dst = appendBool(dst, "ipv4", b.IPv4)
		dst = appendBool(dst, "ipv6", b.IPv6)
	} else {
		dst = appendBool(dst, "local", b.Local)
	}
	return appendExtensionsJSON(append(dst, '}'), p, msg)
}

// appendQuotedJSON appends the datagram that an error quotes: what is in the packet, and, if its
// message was kept, what more the quoted headers say.
func appendQuotedJSON(dst []byte, p *icmp.Packet, msg []byte) []byte {
	q := p.Quoted()
	if q.Level == icmp.QuoteNone {
		return dst
	}
	dst = appendJSONAddr(appendObject(dst, "quoted"), "src", &q.Src, p.Version)
	dst = appendJSONAddr(dst, "dst", &q.Dst, p.Version)
	dst = append(appendField(dst, "proto"), '"')
	dst = append(appendProto(dst, q.Proto), '"')
	d, ok := p.QuotedDatagram(msg)
	if ok && q.IsICMP() && len(d.Payload) >= 2 {
		dst = appendUint(dst, "type", uint64(d.Payload[0]))
		dst = appendUint(dst, "code", uint64(d.Payload[1]))
	} else if q.IsICMP() && q.Level == icmp.QuotePorts {
		dst = appendUint(dst, "type", uint64(q.Type))
	}
	switch {
	case q.Level < icmp.QuotePorts:
	case q.IsICMP():
		dst = appendUint(dst, "id", uint64(q.SrcPort))
		dst = appendUint(dst, "seq", uint64(q.DstPort))
	default:
		dst = appendUint(dst, "src_port", uint64(q.SrcPort))
		dst = appendUint(dst, "dst_port", uint64(q.DstPort))
	}
	if ok {
		dst = appendQuotedIPJSON(dst, &d)
		dst = appendQuotedTransportJSON(dst, &d)
	}
	return append(dst, '}')
}

// appendQuotedIPJSON appends what a quoted IP header says besides addresses and protocol.
func appendQuotedIPJSON(dst []byte, d *icmp.Datagram) []byte {
	if h, ok := icmp.ReadHeader4(d.Header); ok {
		dst = appendUint(dst, "ttl", uint64(h.TTL))
		dst = appendUint(dst, "tos", uint64(h.TOS))
		dst = appendUint(dst, "ip_id", uint64(h.ID))
		dst = appendBool(dst, "df", h.DF)
		dst = appendUint(dst, "ip_length", uint64(h.Length))
	}
	if h, ok := icmp.ReadHeader6(d.Header); ok {
		dst = appendUint(dst, "ttl", uint64(h.HopLimit))
		dst = appendUint(dst, "traffic_class", uint64(h.TrafficClass))
		dst = appendUint(dst, "flow_label", uint64(h.FlowLabel))
		dst = appendUint(dst, "ip_length", 40+uint64(h.Payload))
	}
	if d.Frag != 0 {
		dst = appendUint(appendObject(dst, "fragment"), "offset", uint64(d.Frag&^7))
		dst = append(appendBool(dst, "more", d.Frag&1 != 0), '}')
	}
	return dst
}

func appendQuotedTransportJSON(dst []byte, d *icmp.Datagram) []byte {
	if u, ok := d.UDP(); ok {
		return appendUint(dst, "udp_length", uint64(u.Length))
	}
	t, ok := d.TCP()
	if !ok {
		return dst
	}
	dst = appendUint(dst, "tcp_seq", uint64(t.Seq))
	if !t.Whole {
		return dst
	}
	if t.Flags&icmp.TCPAck != 0 {
		dst = appendUint(dst, "tcp_ack", uint64(t.Ack))
	}
	dst = appendArray(dst, "tcp_flags")
	for i, word := range [...]string{"FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"} {
		if t.Flags>>i&1 != 0 {
			dst = strconv.AppendQuote(appendComma(dst), word)
		}
	}
	return append(dst, ']')
}
