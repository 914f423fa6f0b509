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
