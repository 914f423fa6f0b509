package render

import (
	"icmpdump/capture/icmp"
	"icmpdump/flowtable"
)

// AppendComment appends what a line of e has behind its bar, if anything, whether it shows that or
// not.
func (l *Lines) AppendComment(dst []byte, e *flowtable.Event) []byte {
	const bar = " | "
	begin := len(dst)
	dst = l.appendSuffix(dst, e)
	if len(dst) < begin+len(bar) {
		return dst[:begin]
	}
	return append(dst[:begin], dst[begin+len(bar):]...)
}

// appendSuffix appends " | " and the keys, in the order of docs/lines.md. A key that has
// nothing to say is absent.
func (l *Lines) appendSuffix(dst []byte, e *flowtable.Event) []byte {
	p := &e.Packet
	bare := len(dst)
	dst = append(dst, " |"...)
	begin := len(dst)
	if p.Decoded() && !e.Lost && !hasWords(p) {
		dst = appendTypeKey(dst, p)
	}
	dst = l.appendCounts(dst, e)
	if e.HasRTT {
		dst = append(dst, " rtt="...)
		dst = appendMillis(dst, e.RTT)
		dst = append(dst, "ms"...)
	}
	if hasAddrs(p) && !e.Lost {
		dst = appendNumber(dst, " ttl=", p.TTL)
	}
	if p.Tags > 0 {
		dst = appendVLAN(append(dst, " vlan="...), p, '.')
	}
	if p.Frag != 0 {
		dst = appendFrag(append(dst, " frag="...), p)
	}
	if p.IsError() {
		dst = l.appendError(dst, p)
	}
	if e.HasAsked {
		dst = l.hosts.append(append(dst, " asked="...), &e.Asked, p.Version)
	}
	if e.Lost {
		dst = l.clock.moment(append(dst, " sent="...), e.Sent)
	}
	if p.Decoded() && !e.Lost && (l.opts.Verbose > 0 || p.Sum == icmp.SumBad) {
		dst = append(dst, " cksum="...)
		dst = append(dst, sumNames[p.Sum]...)
	}
	if e.Notes != 0 {
		dst = appendNoteKeys(dst, e.Notes)
	}
	if len(dst) == begin {
		return dst[:bare]
	}
	return dst
}

// appendNoteKeys is by itself because what a closure shares is not in registers: 9 ns a line.
func appendNoteKeys(dst []byte, n flowtable.Notes) []byte {
	n.Each(func(word string) { dst = append(append(dst, " note="...), word...) })
	return dst
}

// hasWords reports whether tcpdump has words for p's type, not its number only.
func hasWords(p *icmp.Packet) bool {
	if p.Version == 6 {
		return names6[p.Type] != ""
	}
	switch p.Type {
	case icmp.TypeEchoReply, icmp.TypeUnreachable, icmp.TypeSourceQuench, icmp.TypeRedirect:
		return true
	}
	return p.Type >= icmp.TypeEcho && p.Type <= icmp.TypeMaskReply
}

// appendTypeKey appends the type's name in IANA's registry, in lower case and with dashes.
func appendTypeKey(dst []byte, p *icmp.Packet) []byte {
	name, _ := p.IANAName()
	if name == "" {
		return dst
	}
	return appendDashed(append(dst, " type="...), name)
}

// appendDashed appends a name in lower case, with a dash for whatever is between its words.
func appendDashed(dst []byte, name string) []byte {
	dash := false
	for i := range len(name) {
		c := name[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if word := 'a' <= c && c <= 'z' || '0' <= c && c <= '9'; !word {
			dash = true
			continue
		}
		if dash {
			dst, dash = append(dst, '-'), false
		}
		dst = append(dst, c)
	}
	return dst
}

// appendError appends what an error is about.
func (l *Lines) appendError(dst []byte, p *icmp.Packet) []byte {
	if q := p.Quoted(); q.Level > icmp.QuoteNone {
		dst = l.appendCause(dst, &q, p.Version)
	}
	if mtu, ok := p.MTU(); ok {
		dst = appendNumber(dst, " mtu=", mtu)
	}
	if via, ok := p.Gateway(); ok {
		dst = l.hosts.append(append(dst, " via="...), &via, p.Version)
	}
	return dst
}

// sumNames are the words for what is known of a checksum, in text and in JSON.
var sumNames = [...]string{
	icmp.SumUnknown:    "unverified",
	icmp.SumUnverified: "unverified",
	icmp.SumGood:       "good",
	icmp.SumBad:        "bad",
}

// appendCounts appends the flow's counters.
func (l *Lines) appendCounts(dst []byte, e *flowtable.Event) []byte {
	c := &e.Counts
	switch {
	case e.Kind.Paired():
		dst = appendNumber(dst, " req=", c.Requests)
		dst = appendNumber(dst, " rep=", c.Replies)
		dst = appendCount(dst, " pend=", c.Pending)
		if !l.opts.OneWay {
			dst = appendNumber(dst, " lost=", c.Lost)
		}
		dst = appendCount(dst, " late=", c.Late)
		dst = appendCount(dst, " dup=", c.Duplicates)
		dst = appendCount(dst, " unsol=", c.Unsolicited)
		dst = appendCount(dst, " err=", c.Errors)
	case e.Kind == flowtable.KindError:
		dst = appendNumber(dst, " err=", c.Errors)
	case e.Kind == flowtable.KindOther:
		dst = appendNumber(dst, " n=", c.Packets)
	}
	return dst
}

// appendCount is appendNumber for a count that is not worth a word if it is 0.
func appendCount(dst []byte, text string, n uint64) []byte {
	if n == 0 {
		return dst
	}
	return appendNumber(dst, text, n)
}

// appendMillis appends a time in milliseconds with three decimals, rounded down.
func appendMillis(dst []byte, ns int64) []byte {
	us := uint64(ns / 1e3)
	dst = append(appendDecimal(dst, us/1000), '.')
	return appendThree(dst, us%1000)
}

// appendVLAN appends the identifiers of the tags, the outer first.
func appendVLAN(dst []byte, p *icmp.Packet, between byte) []byte {
	for i := range min(int(p.Tags), len(p.VLAN)) {
		if i > 0 {
			dst = append(dst, between)
		}
		dst = appendDecimal(dst, uint64(p.VLAN[i]&0xfff))
	}
	return dst
}

// appendFrag appends a fragment's length and offset, and a plus sign if more follow.
func appendFrag(dst []byte, p *icmp.Packet) []byte {
	dst = appendDecimal(dst, uint64(p.Length))
	dst = append(dst, '@')
	dst = appendDecimal(dst, uint64(p.Frag&^7))
	if p.Frag&1 != 0 {
		dst = append(dst, '+')
	}
	return dst
}

// appendCause names the quoted datagram: proto/source>destination, with ports where there
// are any, and identifier and sequence number of a quoted query.
func (l *Lines) appendCause(dst []byte, q *icmp.Quote, version uint8) []byte {
	dst = l.hosts.appendQuotedFlow(append(dst, " cause="...), q, version)
	if q.IsICMP() && q.Level == icmp.QuotePorts {
		dst = appendNumber(dst, " qid=", q.SrcPort)
		dst = appendNumber(dst, " qseq=", q.DstPort)
	}
	return dst
}

func (h hosts) appendQuotedFlow(dst []byte, q *icmp.Quote, version uint8) []byte {
	dst = append(appendProto(dst, q.Proto), '/')
	ports := q.Level == icmp.QuotePorts && !q.IsICMP()
	dst = h.appendEndpoint(dst, &q.Src, q.SrcPort, version, ports)
	return h.appendEndpoint(append(dst, '>'), &q.Dst, q.DstPort, version, ports)
}

var protoNames = [256]string{
	icmp.ProtoICMP: "icmp", icmp.ProtoTCP: "tcp", icmp.ProtoUDP: "udp", icmp.ProtoDCCP: "dccp",
	icmp.ProtoICMPv6: "icmp6", icmp.ProtoSCTP: "sctp",
}

// appendProto appends a protocol's name, or tcpdump's words for one that has none here.
func appendProto(dst []byte, proto uint8) []byte {
	if name := protoNames[proto]; name != "" {
		return append(dst, name...)
	}
	return appendNumber(dst, "ip-proto-", proto)
}

// appendEndpoint appends a name or an address, with a port if there are ports: an IPv6 address is then
// in brackets (RFC 5952, section 6).
func (h hosts) appendEndpoint(dst []byte, a *icmp.Addr, port uint16, version uint8, ports bool) []byte {
	name := h.name(a)
	bracket := ports && version == 6 && name == ""
	if bracket {
		dst = append(dst, '[')
	}
	if dst = append(dst, name...); name == "" {
		dst = appendAddr(dst, a, version)
	}
	if bracket {
		dst = append(dst, ']')
	}
	if !ports {
		return dst
	}
	dst = append(dst, ':')
	return appendDecimal(dst, uint64(port))
}
