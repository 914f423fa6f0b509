package render

import (
	"strconv"

	"icmpdump/capture/icmp"
	"icmpdump/flowtable"
)

// JSON draws events as JSON, one object a line: the facts of its line in their order, and what a
// line has at -v only. What is not known is absent. Within a schema number fields are only added.
type JSON struct {
	opts   Options
	ifaces ifaceNames
	clock  clock
	whole  []byte // a frame as it was on the wire, for its bytes
}

// NewJSON makes a drawer of JSON. It belongs to one goroutine. Of o only Iface, OneWay,
// Verbose, Link and Dump matter.
func NewJSON(o Options) *JSON {
	return &JSON{
		opts:   o,
		ifaces: newIfaceNames(o.Iface),
		clock:  newClock(TimeFormat{Style: timeJSON, Nano: true}, nil),
	}
}

// Needs is that of an Appender.
func (j *JSON) Needs(p *icmp.Packet) bool { return j.opts.needs(p) }

// Append appends the object of e, with a newline.
func (j *JSON) Append(dst []byte, e *flowtable.Event, f icmp.Frame) []byte {
	p := &e.Packet
	switch {
	case e.Lost:
		return j.appendLost(dst, e)
	case p.Decoded():
		dst = append(dst, `{"schema":1,"event":"packet"`...)
	case p.Status == icmp.Fragment:
		dst = append(dst, `{"schema":1,"event":"fragment"`...)
	default:
		dst = append(dst, `{"schema":1,"event":"malformed","reason":"`...)
		dst = append(dst, reason(p.Status)...)
		dst = append(dst, '"')
	}
	dst = appendUint(dst, "frame", p.Number)
	dst = j.appendTime(dst, "time", p.Time)
	dst = j.appendWhere(dst, p)
	if j.opts.Link {
		dst = appendLinkJSON(dst, p, &f)
	}
	dst = j.appendIP(dst, p, &f)
	if p.Decoded() {
		dst = appendMessage(dst, p)
		dst = appendDetails(dst, p, p.Message(&f))
	}
	dst = j.appendFlow(dst, e)
	if e.HasRTT {
		dst = strconv.AppendInt(appendField(dst, "rtt_ns"), e.RTT, 10)
	}
	dst = appendQuotedJSON(dst, p, p.Message(&f))
	if e.HasAsked {
		dst = appendJSONAddr(dst, "asked", &e.Asked, p.Version)
	}
	dst = appendNotes(dst, e.Notes)
	if j.opts.Dump.Style != DumpNone {
		dst = j.appendData(dst, p, &f)
	}
	return append(dst, "}\n"...)
}

// reason is a verdict's name without its class.
func reason(s icmp.Status) string {
	const class = "malformed:"
	if name := s.String(); s.Malformed() {
		return name[len(class):]
	}
	return s.String()
}

// appendLost appends what is known of a request that got no answer.
func (j *JSON) appendLost(dst []byte, e *flowtable.Event) []byte {
	p := &e.Packet
	dst = append(dst, `{"schema":1,"event":"lost"`...)
	dst = j.appendTime(dst, "time", p.Time)
	dst = j.appendTime(dst, "sent", e.Sent)
	dst = j.appendWhere(dst, p)
	dst = appendUint(dst, "ip_version", uint64(p.Version))
	dst = appendAddrs(dst, p)
	dst = appendType(dst, p)
	dst = appendIDs(dst, p)
	if target, ok := p.Target(); ok {
		dst = appendJSONAddr(dst, "target", &target, p.Version)
	}
	dst = j.appendFlow(dst, e)
	dst = appendNotes(dst, e.Notes)
	return append(dst, "}\n"...)
}

// appendTime appends a time in UTC (RFC 3339) with nanoseconds.
func (j *JSON) appendTime(dst []byte, key string, ns int64) []byte {
	dst = j.clock.moment(append(appendField(dst, key), '"'), ns)
	return append(dst, `Z"`...)
}

// directions are the words for where a packet was going.
var directions = [...]string{
	icmp.DirIn:        "ingress",
	icmp.DirOut:       "egress",
	icmp.DirBroadcast: "ingress",
	icmp.DirMulticast: "ingress",
	icmp.DirOther:     "other",
}

func (j *JSON) appendWhere(dst []byte, p *icmp.Packet) []byte {
	if p.Iface != 0 {
		if name := j.ifaces.name(p.Iface); name.s != "" {
			dst = appendString(dst, "interface", name.s)
		}
	}
	if p.Dir != icmp.DirUnknown {
		dst = appendString(dst, "direction", directions[p.Dir])
	}
	if p.Tags == 0 {
		return dst
	}
	dst = appendVLAN(appendArray(dst, "vlan"), p, ',')
	return append(dst, ']')
}

func appendAddrs(dst []byte, p *icmp.Packet) []byte {
	dst = appendJSONAddr(dst, "src", &p.Src, p.Version)
	return appendJSONAddr(dst, "dst", &p.Dst, p.Version)
}

func appendMessage(dst []byte, p *icmp.Packet) []byte {
	dst = appendType(dst, p)
	if p.Got >= 4 {
		dst = appendUint(dst, "checksum", uint64(p.Checksum))
	}
	dst = appendString(dst, "checksum_status", sumNames[p.Sum])
	dst = appendIDs(dst, p)
	dst = appendUint(dst, "length", uint64(p.Length))
	if mtu, ok := p.MTU(); ok {
		dst = appendUint(dst, "mtu", uint64(mtu))
	}
	if pointer, ok := p.Pointer(); ok {
		dst = appendUint(dst, "pointer", uint64(pointer))
	}
	if gateway, ok := p.Gateway(); ok {
		dst = appendJSONAddr(dst, "gateway", &gateway, p.Version)
	} else if target, ok := p.Target(); ok {
		dst = appendJSONAddr(dst, "target", &target, p.Version)
	}
	if p.Status != icmp.OK {
		dst = appendString(dst, "verdict", p.Status.String())
	}
	return dst
}

func appendType(dst []byte, p *icmp.Packet) []byte {
	dst = appendString(dst, "proto", protoOf(p.Version))
	dst = appendUint(dst, "type", uint64(p.Type))
	dst = appendUint(dst, "code", uint64(p.Code))
	dst = append(appendField(dst, "type_code"), '"')
	dst = append(appendTypeCode(dst, p), '"')
	typ, code := p.IANAName()
	if typ != "" {
		dst = appendString(dst, "type_name", typ)
	}
	if code != "" {
		dst = appendString(dst, "code_name", code)
	}
	return dst
}

// appendTypeCode appends type and code in the words of gopacket's TypeCode.
func appendTypeCode(dst []byte, p *icmp.Packet) []byte {
	name, code := p.TypeName()
	switch {
	case name == "":
		dst = append(appendNumber(dst, "", p.Type), '(')
		dst = appendNumber(dst, "", p.Code)
	case code != "":
		dst = append(append(dst, name...), '(')
		dst = append(dst, code...)
	case p.Code == 0:
		return append(dst, name...)
	default:
		dst = appendNumber(append(append(dst, name...), '('), "Code: ", p.Code)
	}
	return append(dst, ')')
}

func appendIDs(dst []byte, p *icmp.Packet) []byte {
	if id, ok := p.ID(); ok {
		dst = appendUint(dst, "id", uint64(id))
	}
	if seq, ok := p.Seq(); ok {
		dst = appendUint(dst, "seq", uint64(seq))
	}
	return dst
}

// appendFlow appends the flow's counters after the packet.
func (j *JSON) appendFlow(dst []byte, e *flowtable.Event) []byte {
	c := &e.Counts
	switch {
	case e.Kind.Paired():
		dst = appendUint(appendObject(dst, "flow"), "icmp_request_count", c.Requests)
		dst = appendUint(dst, "icmp_reply_count", c.Replies)
		if e.Kind.HasSeq() {
			dst = appendUint(dst, "icmp_last_seq", uint64(e.LastSeq))
		}
		dst = appendOutcomes(dst, c, j.opts.OneWay)
	case e.Kind == flowtable.KindError:
		dst = appendUint(appendObject(dst, "flow"), "errors", c.Errors)
	case e.Kind == flowtable.KindOther:
		dst = appendUint(appendObject(dst, "flow"), "packets", c.Packets)
	default:
		return dst
	}
	return append(dst, '}')
}

// appendOutcomes appends what became of requests, and what came besides. What was lost is not
// known if only one way was seen.
func appendOutcomes(dst []byte, c *flowtable.Counts, oneWay bool) []byte {
	dst = appendUint(dst, "pending", c.Pending)
	if !oneWay {
		dst = appendUint(dst, "lost", c.Lost)
	}
	dst = appendUint(dst, "late", c.Late)
	dst = appendUint(dst, "duplicates", c.Duplicates)
	dst = appendUint(dst, "unsolicited", c.Unsolicited)
	dst = appendUint(dst, "out_of_order", c.OutOfOrder)
	dst = appendUint(dst, "errors", c.Errors)
	dst = appendUint(dst, "multi", c.Multi)
	return appendUint(dst, "forgotten", c.Forgotten)
}

func appendNotes(dst []byte, n flowtable.Notes) []byte {
	if n == 0 {
		return dst
	}
	dst = appendArray(dst, "notes")
	n.Each(func(word string) {
		dst = append(appendComma(dst), '"')
		dst = append(append(dst, word...), '"')
	})
	return append(dst, ']')
}
