package render

import (
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

	types4, types6 [256]string // what appendType has said of a type with code 0
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
	dst = appendNumber(dst, `,"frame":`, p.Number)
	dst = j.appendTime(dst, `,"time":"`, p.Time)
	dst = j.appendWhere(dst, p)
	if j.opts.Link {
		dst = appendLinkJSON(dst, p, &f)
	}
	dst = j.appendIP(dst, p, &f)
	if p.Decoded() {
		dst = j.appendMessage(dst, p)
		dst = appendDetails(dst, p, p.Message(&f))
	}
	dst = j.appendFlow(dst, e)
	if e.HasRTT {
		dst = appendNumber(dst, `,"rtt_ns":`, uint64(e.RTT))
	}
	if p.IsError() {
		dst = appendQuotedJSON(dst, p, p.Message(&f))
	}
	if e.HasAsked {
		dst = appendJSONAddr(dst, "asked", &e.Asked, p.Version)
	}
	if e.Notes != 0 {
		dst = appendNotes(dst, e.Notes)
	}
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
	dst = j.appendTime(dst, `,"time":"`, p.Time)
	dst = j.appendTime(dst, `,"sent":"`, e.Sent)
	dst = j.appendWhere(dst, p)
	dst = appendNumber(dst, `,"ip_version":`, p.Version)
	dst = appendAddrs(dst, p)
	dst = j.appendType(dst, p)
	dst = appendIDs(dst, p)
	if target, ok := p.Target(); ok {
		dst = appendJSONAddr(dst, "target", &target, p.Version)
	}
	dst = j.appendFlow(dst, e)
	dst = appendNotes(dst, e.Notes)
	return append(dst, "}\n"...)
}

// appendTime appends a time in UTC (RFC 3339) with nanoseconds.
func (j *JSON) appendTime(dst []byte, field string, ns int64) []byte {
	dst = j.clock.moment(append(dst, field...), ns)
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
	dst = appendAddr(append(dst, `,"src":"`...), &p.Src, p.Version)
	dst = appendAddr(append(dst, `","dst":"`...), &p.Dst, p.Version)
	return append(dst, '"')
}

func (j *JSON) appendMessage(dst []byte, p *icmp.Packet) []byte {
	dst = j.appendType(dst, p)
	if p.Got >= 4 {
		dst = appendNumber(dst, `,"checksum":`, p.Checksum)
	}
	dst = append(append(dst, `,"checksum_status":"`...), sumNames[p.Sum]...)
	dst = appendIDs(append(dst, '"'), p)
	dst = appendNumber(dst, `,"length":`, p.Length)
	if p.Plain() {
		return dst // an echo has nothing of the following
	}
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

// appendType appends the type and code of p by number and name. Of code 0 it is kept: of an object
// that takes 140 ns it saves 40.
func (j *JSON) appendType(dst []byte, p *icmp.Packet) []byte {
	if p.Code != 0 {
		return appendType(dst, p)
	}
	kept := &j.types4[p.Type]
	if p.Version == 6 {
		kept = &j.types6[p.Type]
	}
	if *kept == "" {
		begin := len(dst)
		dst = appendType(dst, p)
		*kept = string(dst[begin:])
		return dst
	}
	return append(dst, *kept...)
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
		dst = appendNumber(dst, `,"id":`, id)
	}
	if seq, ok := p.Seq(); ok {
		dst = appendNumber(dst, `,"seq":`, seq)
	}
	return dst
}

// appendFlow appends the flow's counters after the packet.
func (j *JSON) appendFlow(dst []byte, e *flowtable.Event) []byte {
	c := &e.Counts
	switch {
	case e.Kind.Paired():
		dst = appendNumber(dst, `,"flow":{"icmp_request_count":`, c.Requests)
		dst = appendNumber(dst, `,"icmp_reply_count":`, c.Replies)
		if e.Kind.HasSeq() {
			dst = appendNumber(dst, `,"icmp_last_seq":`, e.LastSeq)
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
	dst = appendNumber(dst, `,"pending":`, c.Pending)
	if !oneWay {
		dst = appendNumber(dst, `,"lost":`, c.Lost)
	}
	if c.Late|c.Duplicates|c.Unsolicited|c.OutOfOrder|c.Errors|c.Multi|c.Forgotten == 0 { // 15 ns less
		return append(dst, `,"late":0,"duplicates":0,"unsolicited":0,"out_of_order":0,"errors":0,"multi":0,"forgotten":0`...)
	}
	dst = appendNumber(dst, `,"late":`, c.Late)
	dst = appendNumber(dst, `,"duplicates":`, c.Duplicates)
	dst = appendNumber(dst, `,"unsolicited":`, c.Unsolicited)
	dst = appendNumber(dst, `,"out_of_order":`, c.OutOfOrder)
	dst = appendNumber(dst, `,"errors":`, c.Errors)
	dst = appendNumber(dst, `,"multi":`, c.Multi)
	return appendNumber(dst, `,"forgotten":`, c.Forgotten)
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
