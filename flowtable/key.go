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
	KindError                    // errors and redirects, by type and code
	KindOther                    // everything else, by type and code

	kinds = iota // how many there are
)

// Paired reports whether the kind has requests and replies.
func (k Kind) Paired() bool { return k >= KindEcho && k <= KindExtendedEcho }

// A Key names a flow. It is by role, not by direction: whichever packet is seen first, the
// requester is who asked, because the type says so. Two hosts that ping each other with one
// identifier are two flows.
type Key struct {
	// Of a query, who asked and who is to answer; of all else, sender and receiver.
	Requester, Responder icmp.Addr

	Scope   int32  // the interface, if either address means something on one link only
	VLAN    uint32 // VLAN identifiers, the outer above bit 12; 0 untagged
	ID      uint16 // identifier of a query
	Kind    Kind
	Version uint8 // of IP
	Type    uint8 // of what is no query, and 0 else
	Code    uint8
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
}

var parts6 = [256]part{
	icmp.Type6Echo:              {KindEcho, roleRequest},
	icmp.Type6EchoReply:         {KindEcho, roleReply},
	icmp.Type6ExtendedEcho:      {KindExtendedEcho, roleRequest},
	icmp.Type6ExtendedEchoReply: {KindExtendedEcho, roleReply},
}

func partOf(version, typ uint8) part {
	if version == 6 {
		return parts6[typ]
	}
	return parts4[typ]
}

// requestType is the ICMP type of the requests of a query flow.
func requestType(k *Key) uint8 {
	parts := &parts4
	if k.Version == 6 {
		parts = &parts6
	}
	return uint8(slices.Index(parts[:], part{k.Kind, roleRequest}))
}

// keyOf is the key of the flow that p, which has an ICMP header, belongs to, and p's role in
// it. A query that was cut off before its sequence number can't be paired and is counted by
// its type.
func keyOf(p *icmp.Packet) (Key, role) {
	k := Key{Requester: p.Src, Responder: p.Dst, Version: p.Version, VLAN: vlan(p)}
	if isLocal(&p.Src, p.Version) || isLocal(&p.Dst, p.Version) {
		k.Scope = p.Iface
	}
	part := partOf(p.Version, p.Type)
	if part.kind.Paired() && p.Got == 8 {
		k.Kind = part.kind
		k.ID, _ = p.ID()
		if part.role == roleReply {
			k.Requester, k.Responder = p.Dst, p.Src
		}
		return k, part.role
	}
	k.Kind, k.Type, k.Code = KindOther, p.Type, p.Code
	if p.IsError() {
		k.Kind = KindError
	}
	return k, roleCounted
}

// quotedKey is the key of the query that p, an error, quotes, and its sequence number. It is
// not ok if p quotes something else.
func quotedKey(p *icmp.Packet) (k Key, seq uint16, ok bool) {
	q := p.Quoted()
	if q.Level < icmp.QuotePorts || !q.IsICMP() {
		return Key{}, 0, false
	}
	part := partOf(p.Version, q.Type)
	k = Key{Requester: q.Src, Responder: q.Dst, Version: p.Version, VLAN: vlan(p), ID: q.SrcPort, Kind: part.kind}
	if isLocal(&q.Src, p.Version) || isLocal(&q.Dst, p.Version) {
		k.Scope = p.Iface
	}
	return k, q.DstPort, part.role == roleRequest
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
