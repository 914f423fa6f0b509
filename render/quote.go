package render

import (
	"encoding/binary"
	"strconv"

	"icmpdump/capture/icmp"
)

// appendQuotation appends the IPv4 datagram that an error quotes, as tcpdump -v does, but for what
// UDP or TCP carry. What a quoted ICMP error quotes in turn is not shown: one level is enough, and
// it bounds the line.
func (l *Lines) appendQuotation(dst []byte, p *icmp.Packet, msg []byte) []byte {
	b := p.Quotation(msg)
	var total int
	if len(b) >= 4 {
		total = int(binary.BigEndian.Uint16(b[2:]))
	}
	if total == 0 {
		return append(dst, " [|icmp]"...)
	}
	ip := " IP"
	if l.opts.Link { // as before the outer header
		ip = ""
	}
	d, ok := p.QuotedDatagram(msg)
	switch version := b[0] >> 4; {
	case version == 6:
		return append(dst, " IP6, wrong link-layer encapsulation (invalid)"...)
	case version != 4:
		return append(appendNumber(dst, " IP", version), " (invalid)"...)
	case len(b) < 20 || total < 20:
		if ip != "" {
			dst = append(append(dst, ip...), ' ')
		}
		return append(dst, " [|ip]"...)
	case !ok:
		return appendNumber(append(dst, ip...), " bad-hlen ", b[0]&0x0f*4)
	case d.Length < 0:
		dst = append(append(dst, ip...), " bad-len "...)
		return strconv.AppendInt(dst, int64(total), 10)
	}
	b = b[:min(len(b), total)]
	dst = appendIP4Header(append(append(dst, ip...), ' '), b)
	switch {
	case d.Frag > 1:
		dst = append(l.appendPair(dst, &d), ": ip-proto-"...)
		return appendDecimal(dst, uint64(d.Proto))
	case d.Header[9] == icmp.ProtoUDP || d.Header[9] == icmp.ProtoTCP: // their ports stand behind the addresses
		if d.Payload == nil {
			return append(l.appendPair(dst, &d), ":  [|ip]"...)
		}
		return l.appendPayload(dst, &d, true)
	}
	dst = append(l.appendPair(dst, &d), ": "...)
	c := chain{b: b, length: total, verbose: true}
	dst, cut := c.append(dst)
	switch {
	case cut:
		return dst
	case d.Payload == nil:
		return append(dst, " [|ip]"...)
	case d.Proto == icmp.ProtoICMP:
		return l.appendInner(dst, b)
	}
	return l.appendPayload(dst, &d, false)
}

// appendPair appends source and destination of a datagram.
func (l *Lines) appendPair(dst []byte, d *icmp.Datagram) []byte {
	dst = l.hosts.append(dst, &d.Src, d.Version)
	return l.hosts.append(append(dst, " > "...), &d.Dst, d.Version)
}

// appendInner appends an ICMP message of which datagram b, which an error quotes, has the
// beginning.
func (l *Lines) appendInner(dst, b []byte) []byte {
	f := icmp.Frame{Data: b, Wire: int(binary.BigEndian.Uint16(b[2:])), Link: icmp.LinkRaw}
	var p icmp.Packet
	icmp.Decode(&p, f.Link, f.Data, f.Wire)
	if !p.Decoded() {
		return append(dst, " [|icmp]"...)
	}
	dst, _ = l.appendMessage4(dst, &p, &f)
	return dst
}

// appendPayload appends what an upper layer's header says. Its ports stand behind the addresses
// if there is nothing between the headers.
func (l *Lines) appendPayload(dst []byte, d *icmp.Datagram, addrs bool) []byte {
	b := d.Payload
	switch d.Proto {
	case icmp.ProtoUDP, icmp.ProtoTCP:
		from, to, ok := d.Ports()
		switch {
		case ok:
			dst = l.appendDotted(dst, &d.Src, from, d.Version, addrs)
			dst = l.appendDotted(append(dst, " > "...), &d.Dst, to, d.Version, addrs)
			dst = append(dst, ": "...)
		case addrs && d.Proto == icmp.ProtoUDP:
			return append(l.appendPair(dst, d), ":  [|udp]"...)
		case addrs:
			return append(l.appendPair(dst, d), ": [|tcp]"...)
		}
		if d.Proto == icmp.ProtoUDP {
			return l.appendUDP(dst, d)
		}
		return l.appendTCP(dst, d)
	case icmp.ProtoESP:
		if len(b) < 8 {
			return append(dst, " [|esp]"...)
		}
		dst = appendHex(append(dst, "ESP(spi=0x"...), b[:4])
		dst = append(dst, ",seq=0x"...)
		dst = strconv.AppendUint(dst, uint64(binary.BigEndian.Uint32(b[4:])), 16)
		return strconv.AppendInt(append(dst, "), length "...), int64(d.Length), 10)
	case icmp.ProtoICMPv6:
		return append(dst, "[ICMPv6 requires IPv6] (invalid)"...)
	}
	dst = appendNumber(dst, " ip-proto-", d.Proto)
	dst = append(dst, ' ')
	return strconv.AppendInt(dst, int64(d.Length), 10)
}

// appendDotted appends a port, behind its address and a dot or alone.
func (l *Lines) appendDotted(dst []byte, a *icmp.Addr, port uint16, version uint8, addr bool) []byte {
	if addr {
		dst = append(l.hosts.append(dst, a, version), '.')
	}
	return appendDecimal(dst, uint64(port))
}

func (l *Lines) appendUDP(dst []byte, d *icmp.Datagram) []byte {
	const header = 8
	if d.Length < header {
		dst = append(dst, "truncated-udp "...)
		return strconv.AppendInt(dst, int64(d.Length), 10)
	}
	u, ok := d.UDP()
	if !ok {
		return append(dst, " [|udp]"...)
	}
	length := int(u.Length)
	if length < header {
		dst = append(dst, "truncated-udplength "...)
		return strconv.AppendInt(dst, int64(length), 10)
	}
	if l.opts.Verbose > 1 && d.Frag == 0 {
		dst = appendUDPSum(dst, d, &u)
	}
	dst = append(dst, "UDP, "...)
	if length > d.Length {
		dst = append(dst, "bad length "...)
		dst = strconv.AppendInt(dst, int64(length-header), 10)
		dst = append(dst, " > "...)
		return strconv.AppendInt(dst, int64(d.Length-header), 10)
	}
	dst = append(dst, "length "...)
	return strconv.AppendInt(dst, int64(length-header), 10)
}

func appendUDPSum(dst []byte, d *icmp.Datagram, u *icmp.UDP) []byte {
	if u.Checksum == 0 {
		return append(dst, "[no cksum] "...)
	}
	switch state, right := d.TransportSum(u.Checksum, min(int(u.Length), d.Length)); state {
	case icmp.SumGood:
		return append(dst, "[udp sum ok] "...)
	case icmp.SumBad:
		dst = appendHex16(append(dst, "[bad udp cksum 0x"...), u.Checksum)
		dst = appendHex16(append(dst, " -> 0x"...), right)
		return append(dst, "!] "...)
	}
	return dst
}

// appendTCP appends a TCP header. tcpdump counts sequence numbers from the first it has seen of a
// connection; these are those of the wire.
func (l *Lines) appendTCP(dst []byte, d *icmp.Datagram) []byte {
	const header = 20
	t, ok := d.TCP()
	if !ok || !t.Whole {
		return append(dst, " [|tcp]"...)
	}
	if t.Size < header {
		dst = append(dst, " tcp "...)
		dst = strconv.AppendInt(dst, int64(d.Length-t.Size), 10)
		dst = append(dst, " [bad hdr length "...)
		dst = strconv.AppendInt(dst, int64(t.Size), 10)
		return append(dst, " - too short, < 20]"...)
	}
	dst = append(appendTCPFlags(append(dst, "Flags ["...), t.Flags), ']')
	length := d.Length - t.Size
	if length < 0 {
		dst = append(dst, " [bad hdr length "...)
		dst = strconv.AppendInt(dst, int64(t.Size), 10)
		dst = append(dst, " - too long, > "...)
		return append(strconv.AppendInt(dst, int64(d.Length), 10), ']')
	}
	switch state, right := d.TransportSum(t.Checksum, d.Length); state {
	case icmp.SumGood:
		dst = append(appendHex16(append(dst, ", cksum 0x"...), t.Checksum), " (correct)"...)
	case icmp.SumBad:
		dst = appendHex16(append(dst, ", cksum 0x"...), t.Checksum)
		dst = appendHex16(append(dst, " (incorrect -> 0x"...), right)
		dst = append(dst, ')')
	}
	if l.opts.Verbose > 1 || length > 0 || t.Flags&(icmp.TCPSyn|icmp.TCPFin|icmp.TCPRst) != 0 {
		dst = appendNumber(dst, ", seq ", t.Seq)
		if length > 0 {
			dst = appendDecimal(append(dst, ':'), uint64(t.Seq+uint32(length)))
		}
	}
	if t.Flags&icmp.TCPAck != 0 {
		dst = appendNumber(dst, ", ack ", t.Ack)
	}
	dst = appendNumber(dst, ", win ", t.Window)
	if t.Flags&icmp.TCPUrg != 0 {
		dst = appendNumber(dst, ", urg ", t.Urgent)
	}
	if t.Size > header {
		dst = appendTCPOptions(append(dst, ", options ["...), &t)
		if t.OptionsCut {
			return append(dst, " [|tcp]"...)
		}
		dst = append(dst, ']')
	}
	dst = append(dst, ", length "...)
	return strconv.AppendInt(dst, int64(length), 10)
}

// appendTCPFlags appends tcpdump's letters for the flags.
func appendTCPFlags(dst []byte, flags uint8) []byte {
	if flags == 0 {
		return append(dst, "none"...)
	}
	const letters = "FSRP.UEW"
	for i := range len(letters) {
		if flags>>i&1 != 0 {
			dst = append(dst, letters[i])
		}
	}
	return dst
}

// tcpOptions are tcpdump's words for the options that a TCP header has in practice.
var tcpOptions = [256]string{
	icmp.TCPOptionEnd: "eol", icmp.TCPOptionNOP: "nop", icmp.TCPOptionMSS: "mss",
	icmp.TCPOptionScale: "wscale", icmp.TCPOptionSACKOK: "sackOK", icmp.TCPOptionTimestamp: "TS",
}

// appendTCPOptions appends the options, of which there are 40 bytes at most.
func appendTCPOptions(dst []byte, t *icmp.TCP) []byte {
	begin := len(dst)
	for kind, data, ok := t.NextOption(); ok; kind, data, ok = t.NextOption() {
		if len(dst) > begin {
			dst = append(dst, ',')
		}
		if tcpOptions[kind] == "" {
			dst = appendNumber(dst, "unknown-", kind)
			if len(data) > 0 {
				dst = appendHex(append(dst, " 0x"...), data)
			}
			continue
		}
		dst = append(dst, tcpOptions[kind]...)
		switch {
		case kind == icmp.TCPOptionMSS && len(data) == 2:
			dst = appendDecimal(append(dst, ' '), uint64(binary.BigEndian.Uint16(data)))
		case kind == icmp.TCPOptionScale && len(data) == 1:
			dst = appendDecimal(append(dst, ' '), uint64(data[0]))
		case kind == icmp.TCPOptionTimestamp && len(data) == 8:
			dst = appendNumber(dst, " val ", binary.BigEndian.Uint32(data))
			dst = appendNumber(dst, " ecr ", binary.BigEndian.Uint32(data[4:]))
		}
	}
	if t.OptionsCut && len(dst) > begin {
		dst = append(dst, ',')
	}
	return dst
}
