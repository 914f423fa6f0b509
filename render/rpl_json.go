package render

import "icmpdump/capture/icmp"

// rplWords name the kinds of RPL control messages, as IANA does.
var rplWords = []string{
	icmp.RPLDIS:           "dodag_information_solicitation",
	icmp.RPLDIO:           "dodag_information_object",
	icmp.RPLDAO:           "destination_advertisement_object",
	icmp.RPLDAOAck:        "destination_advertisement_object_acknowledgment",
	icmp.RPLP2PDRO:        "p2p_discovery_reply_object",
	icmp.RPLP2PDROAck:     "p2p_discovery_reply_object_acknowledgement",
	icmp.RPLP2PDROAck + 1: "measurement_object",
	icmp.RPLDCO:           "destination_cleanup_object",
	icmp.RPLDCOAck:        "destination_cleanup_object_acknowledgment",
	icmp.RPLCC:            "consistency_check",
}

func appendRPLJSON(dst []byte, p *icmp.Packet, msg []byte) []byte {
	kind, secure := p.Code&^icmp.RPLSecure, p.Code&icmp.RPLSecure != 0
	dst = appendObject(dst, "rpl")
	if int(kind) < len(rplWords) && rplWords[kind] != "" && (secure || kind != icmp.RPLCC) {
		dst = appendString(dst, "message", rplWords[kind])
	}
	dst = appendBool(dst, "secure", secure)
	if s, ok := p.RPLSecurity(msg); ok {
		dst = appendRPLSecurityJSON(dst, &s)
	}
	if r, ok := p.RPL(msg); ok {
		dst = appendRPLObjectJSON(dst, &r)
		if !secure {
			dst = appendRPLOptionsJSON(dst, r.Options)
		}
	}
	return append(dst, '}')
}

func appendRPLSecurityJSON(dst []byte, s *icmp.RPLSecurity) []byte {
	dst = appendBool(appendObject(dst, "security"), "counter_is_time", s.Time)
	dst = appendUint(dst, "algorithm", uint64(s.Algorithm))
	dst = appendUint(dst, "key_identifier_mode", uint64(s.Mode))
	dst = appendUint(dst, "security_level", uint64(s.Level))
	dst = appendUint(dst, "counter", uint64(s.Counter))
	if len(s.Source) > 0 {
		dst = appendHexBytes(dst, "key_source", s.Source)
	}
	if s.HasIndex {
		dst = appendUint(dst, "key_index", uint64(s.Index))
	}
	return append(dst, '}')
}

// modeWords name the modes of operation (RFC 6550, section 6.3.1).
var modeWords = []string{"no_downward_routes", "non_storing", "storing", "storing_multicast"}

// appendRPLObjectJSON appends the fields that the base object of this kind has.
func appendRPLObjectJSON(dst []byte, r *icmp.RPL) []byte {
	if r.Kind != icmp.RPLDIS {
		dst = appendUint(dst, "instance_id", uint64(r.Instance))
	}
	switch r.Kind {
	case icmp.RPLDIO:
		dst = appendUint(dst, "version_number", uint64(r.Version))
		dst = appendUint(dst, "rank", uint64(r.Rank))
		dst = appendBool(dst, "grounded", r.Grounded)
		dst = appendEnum(dst, "mode_of_operation", r.Mode, modeWords)
		dst = appendUint(dst, "preference", uint64(r.Preference))
		dst = appendUint(dst, "dtsn", uint64(r.DTSN))
	case icmp.RPLDAO:
		dst = appendBool(dst, "ack_requested", r.AckWanted)
		dst = appendUint(dst, "sequence_number", uint64(r.Sequence))
	case icmp.RPLDCO:
		dst = appendBool(dst, "ack_requested", r.AckWanted)
		dst = appendUint(dst, "status", uint64(r.Status))
		dst = appendUint(dst, "sequence_number", uint64(r.Sequence))
	case icmp.RPLDAOAck, icmp.RPLDCOAck:
		dst = appendUint(dst, "sequence_number", uint64(r.Sequence))
		dst = appendUint(dst, "status", uint64(r.Status))
	case icmp.RPLP2PDRO:
		dst = appendUint(dst, "version_number", uint64(r.Version))
		dst = appendBits(dst, r.Flags, "stop", "ack_requested")
		dst = appendUint(dst, "sequence_number", uint64(r.Sequence))
	case icmp.RPLP2PDROAck:
		dst = appendUint(dst, "version_number", uint64(r.Version))
		dst = appendUint(dst, "sequence_number", uint64(r.Sequence))
	case icmp.RPLCC:
		dst = appendBits(dst, r.Flags, "response")
		dst = appendUint(dst, "nonce", uint64(r.Nonce))
		dst = appendUint(dst, "destination_counter", uint64(r.Counter))
	}
	if r.HasDODAG {
		dst = appendJSONAddr(dst, "dodag_id", &r.DODAG, 6)
	}
	return dst
}

// rplOptionWords name the options (RFC 6550, section 6.7).
var rplOptionWords = []string{
	"pad1", "padn", "dag_metric_container", "route_information", "dodag_configuration", "rpl_target",
	"transit_information", "solicited_information", "prefix_information", "rpl_target_descriptor",
}

func appendRPLOptionsJSON(dst []byte, options icmp.RPLOptions) []byte {
	dst = appendArray(dst, "options")
	for {
		o, ok := options.Next()
		if !ok {
			return append(dst, ']')
		}
		dst = appendNamed(append(appendComma(dst), '{'), o.Type, rplOptionWords)
		dst = append(appendRPLOptionJSON(dst, &o), '}')
	}
}

// appendRPLOptionJSON appends what an option holds: the bytes of one that is too short or not known.
func appendRPLOptionJSON(dst []byte, o *icmp.RPLOption) []byte {
	truncated := len(o.Data) < o.Len
	if truncated {
		dst = appendBool(dst, "truncated", true)
	}
	if r, ok := o.Route(); ok {
		dst = appendPrefixJSON(dst, "prefix", &r.Prefix, r.PrefixLen)
		dst = appendString(dst, "preference", routePrefs[r.Preference])
		return appendUint(dst, "route_lifetime_s", uint64(r.Lifetime))
	}
	if c, ok := o.Config(); ok {
		return appendRPLConfigJSON(dst, &c)
	}
	if target, bits, ok := o.Target(); ok {
		return appendPrefixJSON(dst, "target_prefix", &target, bits)
	}
	if t, ok := o.Transit(); ok {
		dst = appendBool(dst, "external", t.External)
		dst = appendUint(dst, "path_control", uint64(t.PathControl))
		dst = appendUint(dst, "path_sequence", uint64(t.PathSequence))
		dst = appendUint(dst, "path_lifetime", uint64(t.PathLifetime))
		if t.HasParent {
			dst = appendJSONAddr(dst, "parent_address", &t.Parent, 6)
		}
		return dst
	}
	if s, ok := o.Solicited(); ok {
		dst = appendUint(dst, "instance_id", uint64(s.Instance))
		dst = appendBits(dst, s.Flags, "version_predicate", "instance_id_predicate", "dodag_id_predicate")
		dst = appendJSONAddr(dst, "dodag_id", &s.DODAG, 6)
		return appendUint(dst, "version_number", uint64(s.Version))
	}
	if p, ok := o.Prefix(); ok {
		dst = appendPrefixJSON(dst, "prefix", &p.Prefix, p.PrefixLen)
		dst = appendBits(dst, p.Flags, "on_link", "autonomous", "router_address")
		dst = appendUint(dst, "valid_lifetime_s", uint64(p.Valid))
		return appendUint(dst, "preferred_lifetime_s", uint64(p.Preferred))
	}
	if o.Type == icmp.RPLMetrics {
		return appendRPLMetricsJSON(dst, o)
	}
	if o.Type >= icmp.RPLRoute && o.Type <= icmp.RPLPrefix && !truncated {
		dst = appendBool(dst, "malformed", true)
	}
	if len(o.Data) > 0 {
		dst = appendHexBytes(dst, "data", o.Data)
	}
	return dst
}

// appendPrefixJSON appends a prefix and how many of its bits count.
func appendPrefixJSON(dst []byte, name string, a *icmp.Addr, bits uint8) []byte {
	return appendUint(appendJSONAddr(dst, name, a, 6), "prefix_length", uint64(bits))
}

func appendRPLConfigJSON(dst []byte, c *icmp.RPLConfiguration) []byte {
	dst = appendBool(dst, "authentication_enabled", c.Authenticated)
	dst = appendUint(dst, "path_control_size", uint64(c.PathControlSize))
	dst = appendUint(dst, "dio_interval_doublings", uint64(c.Doublings))
	dst = appendUint(dst, "dio_interval_minimum", uint64(c.MinInterval))
	dst = appendUint(dst, "dio_redundancy_constant", uint64(c.Redundancy))
	dst = appendUint(dst, "max_rank_increase", uint64(c.MaxRankIncrease))
	dst = appendUint(dst, "min_hop_rank_increase", uint64(c.MinHopRankIncrease))
	dst = appendUint(dst, "objective_code_point", uint64(c.Objective))
	dst = appendUint(dst, "default_lifetime", uint64(c.Lifetime))
	return appendUint(dst, "lifetime_unit_s", uint64(c.LifetimeUnit))
}

// metricWords name what a metric container holds (RFC 6551, section 6.1).
var metricWords = []string{
	1: "node_state_and_attribute", "node_energy", "hop_count", "link_throughput", "link_latency",
	"link_quality_level", "link_etx", "link_color",
}

func appendRPLMetricsJSON(dst []byte, o *icmp.RPLOption) []byte {
	dst = appendArray(dst, "metrics")
	for {
		m, ok := o.Metric()
		if !ok {
			break
		}
		dst = appendNamed(append(appendComma(dst), '{'), m.Type, metricWords)
		dst = appendUint(dst, "flags", uint64(m.Flags))
		dst = append(appendHexBytes(dst, "data", m.Data), '}')
	}
	dst = append(dst, ']')
	if len(o.Data) > 0 {
		dst = appendHexBytes(dst, "data", o.Data)
	}
	return dst
}
