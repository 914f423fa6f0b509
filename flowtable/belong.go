package flowtable

import "icmpdump/capture/icmp"

// Key is that of the flow that e belongs to. Its kind is KindNone if that is none, and of an Ended event,
// whose row has it.
func (e *Event) Key() Key { return e.place().key }

// Of reports whether e is about the flow with that key, and of an error flow with what its errors quote: a packet
// of it, one of its requests that was lost, or an error that quotes one of its requests. An Ended event is of none.
func (e *Event) Of(k *Key, quoted *icmp.Quote) bool {
	pl := e.place()
	if pl.key.is(k) {
		return k.Kind != KindNone && (k.Kind != KindError || pl.cause == *quoted)
	}
	return e.Kind == KindError && k.Kind.Paired() && pl.quoted(&e.Packet) && pl.key.is(k)
}

// place is where the table put e's packet.
func (e *Event) place() (pl place) {
	p := &e.Packet
	switch part := partOf(p.Version, p.Type); {
	case e.Kind == KindNone || e.Ended:
	case e.Lost:
		pl.lost(p, e.Kind)
	case e.Kind == part.kind:
		pl.query(p, part)
	default:
		pl.counted(p)
	}
	return pl
}

// lost makes pl the place of a request that was given up, of which p has what requestPacket put there.
func (pl *place) lost(p *icmp.Packet, k Kind) {
	pl.role = roleRequest
	pl.key = Key{Requester: p.Src, Responder: p.Dst, Version: p.Version, VLAN: vlan(p), Kind: k}
	if k.HasID() {
		pl.key.ID = uint16(p.Rest >> 16)
	}
	if k.onLink() || isLocal(&p.Src, p.Version) || isLocal(&p.Dst, p.Version) {
		pl.key.Scope = p.Iface
	}
}
