package render

import (
	"icmpdump/capture/icmp"
	"icmpdump/flowtable"
)

// What follows is what a line, an object or a row says of one thing, in its words, for those that
// ask for it by itself.

// Ifaces are the names of interfaces, as lines have them. They belong to one goroutine.
type Ifaces struct{ names ifaceNames }

// NewIfaces asks for each name as Options.Iface says.
func NewIfaces(ask func(index int32) string) *Ifaces { return &Ifaces{newIfaceNames(ask)} }

// Append appends the name of an interface, or nothing if it has none.
func (n *Ifaces) Append(dst []byte, index int32) []byte {
	if index == 0 {
		return dst
	}
	return append(dst, n.names.name(index).s...)
}

// AppendCause appends the quoted datagram: "cause".
func AppendCause(dst []byte, q *icmp.Quote, version uint8) []byte {
	return hosts(nil).appendQuotedFlow(dst, q, version)
}

// AppendProto appends the name of a protocol.
func AppendProto(dst []byte, proto uint8) []byte { return appendProto(dst, proto) }

// AppendFrag appends length and offset of a fragment: "frag".
func AppendFrag(dst []byte, p *icmp.Packet) []byte { return appendFrag(dst, p) }

// AppendTypeCode appends type and code: "type_code". It asks p for these and its version only.
func AppendTypeCode(dst []byte, p *icmp.Packet) []byte { return appendTypeCode(dst, p) }

// AppendTypeWords appends type and code as a table of flows has them.
func AppendTypeWords(dst []byte, version, typ, code uint8) []byte {
	return appendTypeWords(dst, version, typ, code)
}

// AppendRefusal appends the last error that answered a request of r, or nothing if none did: "refused".
func AppendRefusal(dst []byte, r *flowtable.Row) []byte { return hosts(nil).appendRefusal(dst, r) }

func (h hosts) appendRefusal(dst []byte, r *flowtable.Row) []byte {
	if r.Refusal.By == (icmp.Addr{}) {
		return dst
	}
	dst = appendTypeWords(dst, r.Version, r.Refusal.Type, r.Refusal.Code)
	return h.append(append(dst, '@'), &r.Refusal.By, r.Version)
}

// KindName is the word for a kind.
func KindName(k flowtable.Kind) string { return kindNames[k] }

// ChecksumName is the word for what is known of a checksum.
func ChecksumName(s icmp.Sum) string { return sumNames[s] }

// DirectionName is the word of JSON for where a packet was going, or "" if that is not known.
func DirectionName(d icmp.Dir) string { return directions[d] }

// EventName is what sort of event e is.
func EventName(e *flowtable.Event) string {
	switch {
	case e.Ended:
		return "flow"
	case e.Lost:
		return "lost"
	case e.Packet.Decoded():
		return "packet"
	case e.Packet.Status == icmp.Fragment:
		return "fragment"
	}
	return "malformed"
}

// Reason is a verdict's name without its class: "reason".
func Reason(s icmp.Status) string { return reason(s) }

// HasAddrs reports whether p's addresses are known.
func HasAddrs(p *icmp.Packet) bool { return hasAddrs(p) }

// HasRequester reports whether it is known who asks in r.
func HasRequester(r *flowtable.Row) bool { return hasRequester(r) }

// KnowsLoss reports whether the fate of any request is known.
func KnowsLoss(c *flowtable.Counts) bool { return knowsLoss(c) }

// Duration is the time from r's first packet to its last, in ns.
func Duration(r *flowtable.Row) int64 { return duration(r) }

// ProtoName is "icmp" or "icmp6".
func ProtoName(version uint8) string { return protoOf(version) }

// AppendAddr appends an address of that IP version.
func AppendAddr(dst []byte, a *icmp.Addr, version uint8) []byte { return appendAddr(dst, a, version) }

// AppendResponder appends who is asked in a flow, and the interface behind it if that tells it from others.
func (n *Ifaces) AppendResponder(dst []byte, k *flowtable.Key) []byte {
	return hosts(nil).appendResponder(dst, k, &n.names)
}

// Hosts says what addresses are called, as Options.Name has it; nil knows no names.
type Hosts func(a icmp.Addr) Text

// AppendRequester appends who asks in r, or a dash if nobody does.
func (h Hosts) AppendRequester(dst []byte, r *flowtable.Row) []byte {
	return hosts(h).appendRequester(dst, r)
}

// AppendResponder is that of Ifaces, with a name.
func (h Hosts) AppendResponder(dst []byte, k *flowtable.Key, n *Ifaces) []byte {
	return hosts(h).appendResponder(dst, k, &n.names)
}

// IsKnown reports whether an address has a name.
func (h Hosts) IsKnown(a *icmp.Addr) bool { return hosts(h).name(a) != "" }

// AppendVLAN appends the identifiers in a flow's VLAN, the outer first, or nothing if it is in none.
func AppendVLAN(dst []byte, vlan uint32) []byte { return appendTags(dst, vlan, '.') }

// AppendMillis appends a time, which is not below 0, in milliseconds with three decimals.
func AppendMillis(dst []byte, ns int64) []byte { return appendMillis(dst, ns) }

// AppendPercent appends a share, 0 to 1, in percent.
func AppendPercent(dst []byte, share float64) []byte { return appendPercent(dst, share) }

// A Clock says times as lines do: one that they would have as a difference, as the time of day. It
// belongs to one goroutine.
type Clock struct{ clock }

// NewClock makes one for such lines.
func NewClock(o *Options) *Clock { return &Clock{newClock(o.Time, o.Location)} }

// Append appends the time ns.
func (c *Clock) Append(dst []byte, ns int64) []byte { return c.moment(dst, ns) }

// AppendDecimal appends n in decimal.
func AppendDecimal(dst []byte, n uint64) []byte { return appendDecimal(dst, n) }
