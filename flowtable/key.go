package flowtable

import (
	"slices"

	"icmpdump/capture/icmp"
)

// Kind is what sort of conversation a flow is.
type Kind uint8

// The kinds. A flow of a query kind pairs requests with replies; the others count.
const (
	KindNone         Kind = iota // no flow: a packet without an ICMP header
	KindEcho                     // RFC 792; RFC 4443, section 4
	KindTimestamp                // RFC 792
	KindInfo                     // RFC 792
	KindMask                     // RFC 950
	KindExtendedEcho             // RFC 8335
	KindHomeAgent                // discovery of its address: RFC 6275, section 6.5
	KindMobilePrefix             // RFC 6275, section 6.7
	KindNodeInfo                 // RFC 4620
	KindRouter                   // solicitation and advertisement: RFC 1256; RFC 4861, section 4
	KindNeighbor                 // likewise: RFC 4861, section 4
	KindListener                 // multicast listener query and report: RFC 2710, RFC 3810
	KindError                    // errors and redirects, by type, code, and what they quote
	KindOther                    // everything else, by type and code
)

// Paired reports whether the kind has requests and replies.
func (k Kind) Paired() bool { return k >= KindEcho && k <= KindListener }

// HasID reports whether the kind has identifiers.
func (k Kind) HasID() bool { return k >= KindEcho && k <= KindMobilePrefix }

// HasSeq reports whether the kind has sequence numbers.
func (k Kind) HasSeq() bool { return k >= KindEcho && k <= KindExtendedEcho }

// onLink reports whether the kind speaks to neighbors only.
func (k Kind) onLink() bool { return k >= KindRouter && k <= KindListener }

// forAll reports whether replies of the kind may be for everybody who asked on the link.
func (k Kind) forAll() bool { return k == KindRouter || k == KindListener }

// A Key names a flow. It is by role, not by direction: whichever packet is seen first, the
// requester is who asked, because the type says so. Two hosts that ping each other with one
// identifier are two flows.
type Key struct {
	// Of a query, who asked (zero if that can't be said: of an advertisement to all nodes, and
	// of any listener report) and who is to answer (of neighbor discovery, the target); of all
	// else, sender and receiver.
	Requester, Responder icmp.Addr

	Scope   int32  // the interface, of what means something on one link only
	VLAN    uint32 // VLAN identifiers, the outer above bit 12; 0 untagged
	ID      uint16 // valid iff Kind.HasID
	Kind    Kind
	Version uint8 // of IP
	Type    uint8 // of what is no query, and 0 else
	Code    uint8
}

// is reports whether two keys are the same. Compared as wholes they take twice as long.
func (k *Key) is(o *Key) bool {
	return k.Requester == o.Requester && k.Responder == o.Responder && k.Scope == o.Scope && k.VLAN == o.VLAN &&
		k.ID == o.ID && k.Kind == o.Kind && k.Version == o.Version && k.Type == o.Type && k.Code == o.Code
}

// ICMPType is the type and code of k's packets, of a query flow those of its requests.
func (k *Key) ICMPType() (typ, code uint8) {
	if !k.Kind.Paired() {
		return k.Type, k.Code
	}
	parts := &parts4
	if k.Version == 6 {
		parts = &parts6
	}
	return uint8(slices.Index(parts[:], part{k.Kind, roleRequest})), 0
}

// role is what a packet is in its flow.
type role uint8

const (
	roleCounted role = iota
	roleRequest
	roleReply
)

// A part is what one ICMP type plays.
type part struct {
	kind Kind
	role role
}

var parts4 = [256]part{
	icmp.TypeEcho:              {KindEcho, roleRequest},
	icmp.TypeEchoReply:         {KindEcho, roleReply},
	icmp.TypeTimestamp:         {KindTimestamp, roleRequest},
	icmp.TypeTimestampReply:    {KindTimestamp, roleReply},
	icmp.TypeInfo:              {KindInfo, roleRequest},
	icmp.TypeInfoReply:         {KindInfo, roleReply},
	icmp.TypeMask:              {KindMask, roleRequest},
	icmp.TypeMaskReply:         {KindMask, roleReply},
	icmp.TypeExtendedEcho:      {KindExtendedEcho, roleRequest},
	icmp.TypeExtendedEchoReply: {KindExtendedEcho, roleReply},
	icmp.TypeRouterSolicit:     {KindRouter, roleRequest},
	icmp.TypeRouterAdvert:      {KindRouter, roleReply},
}

// A listener done is no part: it answers no query.
var parts6 = [256]part{
	icmp.Type6Echo:              {KindEcho, roleRequest},
	icmp.Type6EchoReply:         {KindEcho, roleReply},
	icmp.Type6ExtendedEcho:      {KindExtendedEcho, roleRequest},
	icmp.Type6ExtendedEchoReply: {KindExtendedEcho, roleReply},
	icmp.Type6HomeAgentRequest:  {KindHomeAgent, roleRequest},
	icmp.Type6HomeAgentReply:    {KindHomeAgent, roleReply},
	icmp.Type6MobileSolicit:     {KindMobilePrefix, roleRequest},
	icmp.Type6MobileAdvert:      {KindMobilePrefix, roleReply},
	icmp.Type6NodeQuery:         {KindNodeInfo, roleRequest},
	icmp.Type6NodeReply:         {KindNodeInfo, roleReply},
	icmp.Type6RouterSolicit:     {KindRouter, roleRequest},
	icmp.Type6RouterAdvert:      {KindRouter, roleReply},
	icmp.Type6NeighborSolicit:   {KindNeighbor, roleRequest},
	icmp.Type6NeighborAdvert:    {KindNeighbor, roleReply},
	icmp.Type6MLDQuery:          {KindListener, roleRequest},
	icmp.Type6MLDReport:         {KindListener, roleReply},
	icmp.Type6MLDv2Report:       {KindListener, roleReply},
}

func partOf(version, typ uint8) part {
	if version == 6 {
		return parts6[typ]
	}
	return parts4[typ]
}

// Asks reports whether p's type is that of a request. In a flow that has requests and replies, the
// others are replies.
func Asks(p *icmp.Packet) bool { return partOf(p.Version, p.Type).role == roleRequest }

// A place in the table: what a packet is, and where it belongs.
type place struct {
	key   Key
	cause icmp.Quote // what an error is about; valid iff the key's Kind is KindError
	role  role
	seq   uint16 // of a query
}

// of makes pl the place of p, which has an ICMP header. A query that was cut off before it could
// be paired is counted by its type.
func (pl *place) of(p *icmp.Packet) {
	part := partOf(p.Version, p.Type)
	if part.kind == KindNone || p.Got < 8 || !pl.query(p, part) {
		pl.counted(p)
	}
}

// counted makes pl the place of p if it is neither a request nor a reply.
func (pl *place) counted(p *icmp.Packet) {
	pl.role, pl.seq = roleCounted, 0
	pl.key = Key{
		Requester: p.Src, Responder: p.Dst, Version: p.Version, VLAN: vlan(p),
		Kind: KindOther, Type: p.Type, Code: p.Code,
	}
	if p.IsError() {
		pl.key.Kind = KindError
		pl.cause = p.Quoted()
		if pl.cause.IsICMP() {
			pl.cause.DstPort = 0 // a sequence number
		}
	}
	if isLocal(&p.Src, p.Version) || isLocal(&p.Dst, p.Version) {
		pl.key.Scope = p.Iface
	}
}

// query makes pl the place of p, which plays that part; it reports false if it does not really.
func (pl *place) query(p *icmp.Packet, part part) bool {
	pl.role, pl.seq = part.role, 0
	k := &pl.key
	k.Requester, k.Responder = p.Src, p.Dst
	if part.role == roleReply {
		k.Requester, k.Responder = p.Dst, p.Src
	}
	k.Scope, k.VLAN, k.ID, k.Kind, k.Version, k.Type, k.Code = 0, vlan(p), 0, part.kind, p.Version, 0, 0
	switch part.kind {
	case KindEcho:
		k.ID, pl.seq = uint16(p.Rest>>16), uint16(p.Rest) // the most frequent, without asking for its fields
	case KindNodeInfo:
		nonce, ok := p.Nonce()
		if !ok {
			return false
		}
		pl.seq = uint16(nonce>>48) ^ uint16(nonce>>32) ^ uint16(nonce>>16) ^ uint16(nonce)
	case KindNeighbor:
		target, ok := p.Target()
		if !ok || k.Requester == (icmp.Addr{}) { // duplicate address detection hopes for silence
			return false
		}
		k.Responder = target
		if isGroup(&k.Requester, 6) {
			k.Requester = icmp.Addr{}
		}
	case KindRouter:
		if part.role == roleReply && isGroup(&k.Requester, p.Version) {
			k.Requester = icmp.Addr{}
		}
	case KindListener:
		if part.role == roleReply {
			k.Requester = icmp.Addr{}
		}
	default:
		k.ID, _ = p.ID()
		if k.Kind.HasSeq() {
			pl.seq, _ = p.Seq()
		}
	}
	if k.Kind.onLink() || isLocal(&p.Src, p.Version) || isLocal(&p.Dst, p.Version) {
		k.Scope = p.Iface
	}
	return true
}

// asksGroup reports whether p, a request, may be answered by others than whom it asks.
func asksGroup(k *Key, p *icmp.Packet) bool {
	switch k.Kind {
	case KindRouter, KindListener, KindHomeAgent:
		return true
	case KindNeighbor:
		return false
	}
	return isGroup(&k.Responder, k.Version) || k.Version == 4 && p.Flags&icmp.FlagGroup != 0
}

// quoted makes pl the place of the query that p, an error, quotes. It reports false if p quotes
// something else.
func (pl *place) quoted(p *icmp.Packet) bool {
	q := p.Quoted()
	part := partOf(p.Version, q.Type)
	if q.Level < icmp.QuotePorts || !q.IsICMP() || part.role != roleRequest || !part.kind.HasSeq() {
		return false
	}
	pl.key = Key{Requester: q.Src, Responder: q.Dst, Version: p.Version, VLAN: vlan(p), ID: q.SrcPort, Kind: part.kind}
	if isLocal(&q.Src, p.Version) || isLocal(&q.Dst, p.Version) {
		pl.key.Scope = p.Iface
	}
	pl.role, pl.seq = roleRequest, q.DstPort
	return true
}

// vlan is the VLAN that p was in. A priority tag (identifier 0) is in none.
func vlan(p *icmp.Packet) uint32 {
	const vid = 0xfff // IEEE 802.1Q, 9.6
	switch p.Tags {
	case 0:
		return 0
	case 1:
		return uint32(p.VLAN[0] & vid)
	}
	return uint32(p.VLAN[0]&vid)<<12 | uint32(p.VLAN[1]&vid)
}

// putVLAN puts the identifiers of k's VLAN into tags and returns how many there are.
func (k *Key) putVLAN(tags *[2]uint16) uint8 {
	outer, inner := uint16(k.VLAN>>12), uint16(k.VLAN&0xfff)
	switch {
	case k.VLAN == 0:
		return 0
	case outer == 0:
		tags[0] = inner
		return 1
	}
	tags[0], tags[1] = outer, inner
	return 2
}

// isLocal reports whether a means something on one link only.
func isLocal(a *icmp.Addr, version uint8) bool {
	if version == 4 {
		return a[12] == 169 && a[13] == 254 // RFC 3927
	}
	return a.IsLinkLocal()
}

// isGroup reports whether a is multicast, or the limited broadcast address (RFC 919).
func isGroup(a *icmp.Addr, version uint8) bool {
	if version == 4 {
		return a[12]&0xf0 == 0xe0 || [4]byte(a[12:]) == [4]byte{255, 255, 255, 255}
	}
	return a[0] == 0xff
}
