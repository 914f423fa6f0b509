package render

import (
	"strings"

	"icmpdump/capture/icmp"
	"icmpdump/flowtable"
)

// A RowAppender draws flows: Table, JSON or CSV.
type RowAppender interface {
	// AppendHead appends what stands above all rows, evicted being the aggregate. It brings rows
	// into the order in which AppendRow is to get them.
	AppendHead(dst []byte, rows []*flowtable.Row, evicted *flowtable.Evicted) []byte

	AppendRow(dst []byte, r *flowtable.Row) []byte

	// AppendEvicted appends the aggregate of the flows that had to make room, if there were any.
	AppendEvicted(dst []byte, e *flowtable.Evicted) []byte
}

// kindNames are the words for kinds, in text, JSON and CSV.
var kindNames = [...]string{
	flowtable.KindNone:         "none",
	flowtable.KindEcho:         "echo",
	flowtable.KindTimestamp:    "timestamp",
	flowtable.KindInfo:         "information",
	flowtable.KindMask:         "mask",
	flowtable.KindExtendedEcho: "extended_echo",
	flowtable.KindHomeAgent:    "home_agent",
	flowtable.KindMobilePrefix: "mobile_prefix",
	flowtable.KindNodeInfo:     "node_information",
	flowtable.KindRouter:       "router",
	flowtable.KindNeighbor:     "neighbor",
	flowtable.KindListener:     "listener",
	flowtable.KindError:        "error",
	flowtable.KindOther:        "other",
}

// evictedStatus is the status of the aggregate.
const evictedStatus = "evicted"

// hasRequester reports whether it is known who asks: replies that are sent to all are to whoever did.
func hasRequester(r *flowtable.Row) bool {
	return !r.Kind.Paired() || r.Requester != icmp.Addr{} || r.Version == 6 && r.Requests > 0
}

// duration is the time from r's first packet to its last, or 0 if the clock was set back meanwhile.
func duration(r *flowtable.Row) int64 { return max(0, difference(r.End, r.Start)) }

// A flow is a row, or an aggregate of so many flows.
type flow struct {
	*flowtable.Row
	flows uint64 // 0 of a row
}

func aggregate(e *flowtable.Evicted) flow {
	return flow{
		Row:   &flowtable.Row{Counts: e.Counts, Forward: e.Forward, Reverse: e.Reverse, Repeats: e.Repeats},
		flows: e.Flows,
	}
}

// counts reports whether f has requests and replies.
func (f flow) counts() bool { return f.flows > 0 || f.Kind.Paired() }

// knowsLoss reports whether the fate of any request is known.
func (f flow) knowsLoss() bool { return f.counts() && knowsLoss(&f.Counts) }

func knowsLoss(c *flowtable.Counts) bool { return c.Requests > c.Pending+c.Forgotten }

// appendKind appends the word for a kind: of what is no query, its type and code.
func appendKind(dst []byte, k *flowtable.Key) []byte {
	if k.Kind.Paired() {
		return append(dst, kindNames[k.Kind]...)
	}
	return appendTypeWords(dst, k.Version, k.Type, k.Code)
}

// appendTypeWords appends type and code as words, unreachable/port, or numbers where they have
// none, type-77/1.
func appendTypeWords(dst []byte, version, typ, code uint8) []byte {
	p := icmp.Packet{Version: version, Type: typ, Code: code}
	name, codeName := p.TypeName()
	switch {
	case name != "":
		dst = appendDashed(dst, string(words(name)))
	default:
		if name, _ = p.IANAName(); name != "" {
			dst = appendDashed(dst, name)
		} else {
			dst = appendNumber(dst, "type-", typ)
		}
	}
	switch {
	case codeName != "":
		dst = appendDashed(append(dst, '/'), string(words(codeName)))
	case code != 0 || name == "":
		dst = appendNumber(dst, "/", code)
	}
	return dst
}

// words takes a name of gopacket's apart: TTLExceeded is TTL Exceeded, and DestinationUnreachable
// what everybody says.
func words(name string) []byte {
	var out []byte
	name = strings.TrimPrefix(name, "Destination")
	for i := range len(name) {
		upper := func(i int) bool { return 'A' <= name[i] && name[i] <= 'Z' }
		if i > 0 && upper(i) && (!upper(i-1) || i+1 < len(name) && 'a' <= name[i+1] && name[i+1] <= 'z' && name[i+1] != 'v') { // IPv6 is one
			out = append(out, ' ')
		}
		out = append(out, name[i])
	}
	return out
}

// appendRequester appends who asks in r, or a dash if nobody does.
func (h hosts) appendRequester(dst []byte, r *flowtable.Row) []byte {
	if !hasRequester(r) {
		return append(dst, '-')
	}
	return h.append(dst, &r.Requester, r.Version)
}

// appendResponder appends who is asked in a flow with the key k, and behind it the interface, if
// that tells the flow from others.
func (h hosts) appendResponder(dst []byte, k *flowtable.Key, n *ifaceNames) []byte {
	dst = h.append(dst, &k.Responder, k.Version)
	if k.Scope == 0 {
		return dst
	}
	if name := n.name(k.Scope).s; name != "" {
		dst = append(dst, '%')
		for i := range len(name) {
			if name[i] == ' ' {
				dst = appendEscaped(dst, ' ', true)
			} else {
				dst = append(dst, name[i])
			}
		}
	}
	return dst
}

// appendTags appends the identifiers in a flow's VLAN, the outer first.
func appendTags(dst []byte, vlan uint32, between byte) []byte {
	if vlan == 0 {
		return dst
	}
	if outer := vlan >> 12; outer != 0 {
		dst = append(appendDecimal(dst, uint64(outer)), between)
	}
	return appendDecimal(dst, uint64(vlan&0xfff))
}
