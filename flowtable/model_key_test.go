package flowtable_test

import (
	"encoding/binary"
	"net/netip"

	"icmpdump/capture/icmp"
	"icmpdump/flowtable"
)

// A sample is a packet with what was captured of its ICMP message, so that the model need not
// believe what the decoder keeps of that.
type sample struct {
	packet  icmp.Packet
	message []byte
}

// A role is what a packet is in its flow.
type role int

const (
	counted role = iota
	request
	reply
)

// A key tells flows apart. The quote is that of errors, without a sequence number.
type key struct {
	flowtable.Key
	quoted icmp.Quote
}

// A meaning is what a packet says to the table.
type meaning struct {
	key     key
	role    role
	seq     uint16
	group   bool // it asks a group
	payload payload
}

// pair is the kind of a type of ICMP that is one half of a pair.
type pair struct {
	version, typ uint8
	kind         flowtable.Kind
	role         role
}

var pairs = []pair{
	{4, 8, flowtable.KindEcho, request}, {4, 0, flowtable.KindEcho, reply},
	{6, 128, flowtable.KindEcho, request}, {6, 129, flowtable.KindEcho, reply},
	{4, 13, flowtable.KindTimestamp, request}, {4, 14, flowtable.KindTimestamp, reply},
	{4, 15, flowtable.KindInfo, request}, {4, 16, flowtable.KindInfo, reply},
	{4, 17, flowtable.KindMask, request}, {4, 18, flowtable.KindMask, reply},
	{4, 42, flowtable.KindExtendedEcho, request}, {4, 43, flowtable.KindExtendedEcho, reply},
	{6, 160, flowtable.KindExtendedEcho, request}, {6, 161, flowtable.KindExtendedEcho, reply},
	{6, 144, flowtable.KindHomeAgent, request}, {6, 145, flowtable.KindHomeAgent, reply},
	{6, 146, flowtable.KindMobilePrefix, request}, {6, 147, flowtable.KindMobilePrefix, reply},
	{6, 139, flowtable.KindNodeInfo, request}, {6, 140, flowtable.KindNodeInfo, reply},
	{4, 10, flowtable.KindRouter, request}, {4, 9, flowtable.KindRouter, reply},
	{6, 133, flowtable.KindRouter, request}, {6, 134, flowtable.KindRouter, reply},
	{6, 135, flowtable.KindNeighbor, request}, {6, 136, flowtable.KindNeighbor, reply},
	{6, 130, flowtable.KindListener, request}, {6, 131, flowtable.KindListener, reply},
	{6, 143, flowtable.KindListener, reply},
}

func pairOf(version, typ uint8) (pair, bool) {
	for _, p := range pairs {
		if p.version == version && p.typ == typ {
			return p, true
		}
	}
	return pair{}, false
}

// requestType is the type of the requests of a kind.
func requestType(version uint8, kind flowtable.Kind) uint8 {
	for _, p := range pairs {
		if p.version == version && p.kind == kind && p.role == request {
			return p.typ
		}
	}
	return 0
}

// read says what a packet that has a type and a code means.
func read(s *sample) meaning {
	p := &s.packet
	if m, ok := readPair(s); ok {
		return m
	}
	return meaning{key: countedKey(p)}
}

// countedKey is that of a packet that neither asks nor answers.
func countedKey(p *icmp.Packet) key {
	k := key{Key: flowtable.Key{
		Requester: p.Src, Responder: p.Dst, Kind: flowtable.KindOther,
		Version: p.Version, VLAN: vlanOf(p), Type: p.Type, Code: p.Code,
	}}
	if isLocal(p.Version, p.Src) || isLocal(p.Version, p.Dst) {
		k.Scope = p.Iface
	}
	if isError(p.Version, p.Type) {
		k.Kind = flowtable.KindError
		k.quoted = p.Quoted()
		if k.quoted.Level == icmp.QuotePorts && k.quoted.IsICMP() {
			k.quoted.DstPort = 0
		}
	}
	return k
}

func isError(version, typ uint8) bool {
	if version == 4 {
		return typ == 3 || typ == 4 || typ == 5 || typ == 11 || typ == 12
	}
	return typ >= 1 && typ <= 4 || typ == 137
}

// readPair is read for requests and replies.
func readPair(s *sample) (m meaning, ok bool) {
	p := &s.packet
	half, ok := pairOf(p.Version, p.Type)
	if !ok || p.Got < 8 {
		return m, false
	}
	k := flowtable.Key{Requester: p.Src, Responder: p.Dst, Kind: half.kind, Version: p.Version, VLAN: vlanOf(p)}
	if half.role == reply {
		k.Requester, k.Responder = p.Dst, p.Src
	}
	if isLocal(p.Version, p.Src) || isLocal(p.Version, p.Dst) {
		k.Scope = p.Iface
	}
	word := binary.BigEndian.Uint32(s.message[4:])
	switch half.kind {
	case flowtable.KindEcho, flowtable.KindTimestamp, flowtable.KindInfo, flowtable.KindMask:
		k.ID, m.seq = uint16(word>>16), uint16(word)
	case flowtable.KindExtendedEcho:
		k.ID, m.seq = uint16(word>>16), uint16(word)>>8
	case flowtable.KindHomeAgent, flowtable.KindMobilePrefix:
		k.ID = uint16(word >> 16)
	case flowtable.KindNodeInfo:
		if len(s.message) < 16 {
			return m, false
		}
		for at := 8; at < 16; at += 2 {
			m.seq ^= binary.BigEndian.Uint16(s.message[at:])
		}
	case flowtable.KindNeighbor:
		if len(s.message) < 24 || half.role == request && p.Src == (icmp.Addr{}) {
			return m, false
		}
		k.Scope, k.Responder = p.Iface, icmp.Addr(s.message[8:24])
	case flowtable.KindRouter:
		k.Scope = p.Iface
	case flowtable.KindListener:
		k.Scope = p.Iface
	}
	toAll := half.kind == flowtable.KindRouter || half.kind == flowtable.KindNeighbor
	if half.role == reply && (half.kind == flowtable.KindListener || toAll && isGroup(p.Version, p.Dst)) {
		k.Requester = icmp.Addr{}
	}
	m.key.Key, m.role, m.payload = k, half.role, payloadOf(s)
	m.group = half.role == request && asksGroup(p, half.kind)
	return m, true
}

// asksGroup reports whether a request of that kind asks more than one host.
func asksGroup(p *icmp.Packet, kind flowtable.Kind) bool {
	switch kind {
	case flowtable.KindRouter, flowtable.KindListener, flowtable.KindHomeAgent:
		return true
	case flowtable.KindNeighbor:
		return false
	}
	return isGroup(p.Version, p.Dst) || p.Version == 4 && p.Flags&icmp.FlagGroup != 0
}

// isGroup reports whether a is multicast, or IPv4's broadcast address.
func isGroup(version uint8, a icmp.Addr) bool {
	n := addrOf(version, a)
	return n.IsMulticast() || n == netip.AddrFrom4([4]byte{255, 255, 255, 255})
}

// isLocal reports whether a means something on one link only. IPv4's multicast addresses do not.
func isLocal(version uint8, a icmp.Addr) bool {
	n := addrOf(version, a)
	return n.IsLinkLocalUnicast() || version == 6 && a[0] == 0xff && a[1]&0xf == 2
}

func addrOf(version uint8, a icmp.Addr) netip.Addr {
	if version == 4 {
		return netip.AddrFrom4([4]byte(a[12:]))
	}
	return netip.AddrFrom16(a)
}

// vlanOf is p's VLAN; of more than one tag, the outer two.
func vlanOf(p *icmp.Packet) (vlan uint32) {
	for _, tci := range p.VLAN[:min(p.Tags, 2)] {
		vlan = vlan<<12 | uint32(tci%4096)
	}
	return vlan
}

// quotedRequest is the flow and the sequence number of the request that p, an error, quotes.
func quotedRequest(p *icmp.Packet) (k key, seq uint16, ok bool) {
	q := p.Quoted()
	half, ok := pairOf(p.Version, q.Type)
	if !ok || half.role != request || q.Level != icmp.QuotePorts || !q.IsICMP() {
		return key{}, 0, false
	}
	k.Key = flowtable.Key{
		Requester: q.Src, Responder: q.Dst, ID: q.SrcPort, Kind: half.kind, Version: p.Version, VLAN: vlanOf(p),
	}
	if isLocal(p.Version, q.Src) || isLocal(p.Version, q.Dst) {
		k.Scope = p.Iface
	}
	return k, q.DstPort, true
}

// A payload is what stands behind the header of an echo.
type payload struct {
	length   int
	captured string
	whole    bool // it is not of a fragment
}

func payloadOf(s *sample) payload {
	return payload{int(s.packet.Length) - 8, string(s.message[8:]), s.packet.Frag == 0}
}

// against is the note that an answer earns beside what was asked.
func (answer payload) against(asked payload) flowtable.Notes {
	a, b := answer.captured, asked.captured
	n := min(16, len(a), len(b))
	same := a[:n] == b[:n] && (len(a) != len(b) || a == b) // as far as it was captured, and is compared
	switch {
	case !answer.whole || !asked.whole:
		return 0
	case same && answer.length < asked.length:
		return flowtable.NoteTrunc
	case !same || answer.length != asked.length:
		return flowtable.NoteDiff
	}
	return 0
}
