package render

import "icmpdump/capture/icmp"

// ndNames are the objects of neighbor discovery and of the protocols that use its options. In a
// line with -v they name the types for which tcpdump has no words.
var ndNames = [256]string{
	icmp.Type6RouterSolicit:    "router_solicitation",
	icmp.Type6RouterAdvert:     "router_advertisement",
	icmp.Type6NeighborSolicit:  "neighbor_solicitation",
	icmp.Type6NeighborAdvert:   "neighbor_advertisement",
	icmp.Type6Redirect:         "redirect",
	icmp.Type6InverseSolicit:   "inverse_neighbor_solicitation",
	icmp.Type6InverseAdvert:    "inverse_neighbor_advertisement",
	icmp.Type6HomeAgentReply:   "home_agent_discovery_reply",
	icmp.Type6MobileAdvert:     "mobile_prefix_advertisement",
	icmp.Type6CertPathSolicit:  "certification_path_solicitation",
	icmp.Type6CertPathAdvert:   "certification_path_advertisement",
	icmp.Type6FastHandover:     "fmipv6",
	icmp.Type6DuplicateRequest: "duplicate_address_request",
	icmp.Type6DuplicateConfirm: "duplicate_address_confirmation",
}

// ndLengthFirst reports whether tcpdump -v has the length behind the type, and not at all later.
// So have the types that it does not know: what is known of them follows.
func ndLengthFirst(typ uint8) bool {
	switch typ {
	case icmp.Type6InverseSolicit, icmp.Type6InverseAdvert:
		return false
	}
	return ndNames[typ] != ""
}

// raFlags are those of a router advertisement, the first two of which a mobile prefix
// advertisement has as well.
var raFlags = []flag{
	{icmp.RAManaged, "managed", "managed"},
	{icmp.RAOther, "other stateful", "other_configuration"},
	{icmp.RAHomeAgent, "home agent", "home_agent"},
	{icmp.RAProxy, "proxy", "proxy"}, // unknown to tcpdump
	{icmp.RAIPv6Only, "ipv6 only", ""},
}

// naFlags are those of a neighbor advertisement.
var naFlags = []flag{
	{icmp.NARouter, "router", "router"},
	{icmp.NASolicited, "solicited", "solicited"},
	{icmp.NAOverride, "override", "override"},
}

// appendND appends what tcpdump -v says more of a message of neighbor discovery, as far as msg
// has it, and its options. It is not whole if something is missing or wrong.
func appendND(dst []byte, p *icmp.Packet, msg []byte) (_ []byte, whole bool) {
	switch p.Type {
	case icmp.Type6RouterAdvert:
		dst, whole = appendRouterAdvert6(dst, p, msg)
	case icmp.Type6NeighborAdvert:
		flags, ok := p.NeighborFlags()
		dst, whole = appendFlags(append(dst, ", "...), flags, naFlags), ok
	case icmp.Type6HomeAgentReply:
		return appendHomeAgents(dst, p, msg)
	case icmp.Type6MobileAdvert:
		dst, whole = appendMobileAdvert(dst, p)
	case icmp.Type6CertPathSolicit, icmp.Type6CertPathAdvert, icmp.Type6FastHandover,
		icmp.Type6DuplicateRequest, icmp.Type6DuplicateConfirm:
		f, ok := ndFields(fields{dst: append(dst, ' '), line: true}, p, msg)
		if !ok {
			return dst, false
		}
		dst, whole = f.dst, true
	default:
		whole = true
	}
	if opts, ok := p.NDOptions(msg); ok && whole {
		return appendNDText(dst, opts)
	}
	return dst, whole
}

func appendRouterAdvert6(dst []byte, p *icmp.Packet, msg []byte) (_ []byte, whole bool) {
	ra, ok := p.RouterAdvert6(msg)
	if !ok {
		return dst, false
	}
	dst = appendFlags(append(appendNumber(dst, " hop limit ", ra.HopLimit), ", "...), ra.Flags, raFlags)
	dst = appendPref(append(dst, ", pref "...), icmp.RoutePrefOf(ra.Flags))
	dst = appendNumber(dst, ", router lifetime ", ra.Lifetime)
	dst = appendNumber(dst, "s, reachable time ", ra.Reachable)
	dst = appendNumber(dst, "ms, retrans timer ", ra.Retrans)
	return append(dst, "ms"...), true
}

// appendHomeAgents appends the identifier and the addresses of a home agent discovery reply.
func appendHomeAgents(dst []byte, p *icmp.Packet, msg []byte) (_ []byte, whole bool) {
	dst, ok := appendHexID(dst, p)
	if !ok {
		return dst, false
	}
	agents, ok := p.HomeAgents(msg)
	for i := range agents.Len() {
		if i == maxListed {
			return append(dst, " ..."...), true
		}
		agent := agents.At(i)
		dst = appendAddr6(append(dst, ", "...), &agent)
	}
	return dst, ok && agents.Whole() && p.Status == icmp.OK
}

// appendMobileAdvert appends the identifier and the flags of a mobile prefix advertisement.
func appendMobileAdvert(dst []byte, p *icmp.Packet) (_ []byte, whole bool) {
	dst, ok := appendHexID(dst, p)
	flags, whole := p.MobileFlags()
	if !ok || !whole {
		return dst, false
	}
	if flags&(icmp.RAManaged|icmp.RAOther) != 0 {
		dst = append(dst, ' ')
	}
	if flags&icmp.RAManaged != 0 {
		dst = append(dst, 'M')
	}
	if flags&icmp.RAOther != 0 {
		dst = append(dst, 'O')
	}
	return dst, true
}

// appendHexID appends an identifier as tcpdump does in messages of mobile IPv6.
func appendHexID(dst []byte, p *icmp.Packet) (_ []byte, ok bool) {
	id, ok := p.ID()
	if !ok {
		return dst, false
	}
	dst = append(dst, ", id 0x"...)
	return appendHex16(dst, id), true
}

// appendNDJSON appends the object of a message of neighbor discovery.
func appendNDJSON(dst []byte, p *icmp.Packet, msg []byte) []byte {
	f, _ := ndFields(fields{dst: appendObject(dst, ndNames[p.Type])}, p, msg)
	if opts, ok := p.NDOptions(msg); ok {
		f.dst = appendNDOptionsJSON(f.dst, opts)
	}
	return append(f.dst, '}')
}

// handoverSubtypes are those of FMIPv6 messages.
var handoverSubtypes = []string{
	icmp.HandoverSolicit:  "router_solicitation_for_proxy_advertisement",
	icmp.HandoverAdvert:   "proxy_router_advertisement",
	icmp.HandoverInitiate: "handover_initiate",
	icmp.HandoverAck:      "handover_acknowledge",
}

// ndFields appends what stands before the options. It is not ok if some of it is missing, which
// is then left out.
func ndFields(f fields, p *icmp.Packet, msg []byte) (_ fields, ok bool) {
	switch p.Type {
	case icmp.Type6RouterAdvert:
		ra, ok := p.RouterAdvert6(msg)
		if !ok {
			return f, false
		}
		f = f.uint("cur_hop_limit", uint64(ra.HopLimit)).flags(ra.Flags, raFlags)
		f = f.word("preference", routePrefs[icmp.RoutePrefOf(ra.Flags)]).uint("router_lifetime_s", uint64(ra.Lifetime))
		return f.uint("reachable_time_ms", uint64(ra.Reachable)).uint("retrans_timer_ms", uint64(ra.Retrans)), true
	case icmp.Type6NeighborAdvert:
		if flags, ok := p.NeighborFlags(); ok {
			f = f.flags(flags, naFlags)
		}
		return ndTarget(f, p)
	case icmp.Type6NeighborSolicit:
		return ndTarget(f, p)
	case icmp.Type6Redirect:
		f, ok = ndTarget(f, p)
		if ok {
			f = f.addr("destination_address", p.Quoted().Dst)
		}
		return f, ok
	case icmp.Type6HomeAgentReply:
		agents, ok := p.HomeAgents(msg)
		if !ok {
			return f, false
		}
		return f.addrs("home_agent_addresses", agents), true
	case icmp.Type6MobileAdvert:
		flags, ok := p.MobileFlags()
		if !ok {
			return f, false
		}
		return f.flags(flags, raFlags[:2]), true
	case icmp.Type6CertPathSolicit, icmp.Type6CertPathAdvert:
		return certPathFields(f, p, msg)
	case icmp.Type6FastHandover:
		h, ok := p.FastHandover()
		if !ok {
			return f, false
		}
		return f.enum("subtype", h.Subtype, handoverSubtypes).uint("id", uint64(h.ID)), true
	case icmp.Type6DuplicateRequest, icmp.Type6DuplicateConfirm:
		return duplicateFields(f, p, msg)
	}
	return f, true
}

func ndTarget(f fields, p *icmp.Packet) (fields, bool) {
	target, ok := p.Target()
	if !ok {
		return f, false
	}
	return f.addr("target_address", target), true
}

func certPathFields(f fields, p *icmp.Packet, msg []byte) (fields, bool) {
	c, ok := p.CertPath(msg)
	if !ok {
		return f, false
	}
	f = f.uint("id", uint64(c.ID))
	if p.Type == icmp.Type6CertPathAdvert {
		f = f.uint("all_components", uint64(c.All))
	}
	return f.uint("component", uint64(c.Component)), true
}

func duplicateFields(f fields, p *icmp.Packet, msg []byte) (fields, bool) {
	d, ok := p.DuplicateAddr(msg)
	if !ok {
		return f, false
	}
	f = f.enum("status", d.Status, registrationStatuses)
	if d.Extended {
		f = f.uint("tid", uint64(d.TID))
	}
	f = f.uint("registration_lifetime_min", uint64(d.Lifetime)).hex("rovr", d.ROVR)
	return f.addr("registered_address", d.Addr), true
}
