package render

import "icmpdump/capture/icmp"

// The options that tcpdump does not know.

func shortcutFields(f fields, o icmp.NDOption) fields {
	limit, _ := o.ShortcutLimit()
	return f.uint("shortcut_limit", uint64(limit))
}

func addrsFields(f fields, o icmp.NDOption) fields {
	addrs, _ := o.Addrs()
	return f.addrs("addresses", addrs)
}

func cgaFields(f fields, o icmp.NDOption) fields {
	c, ok := o.CGA()
	if !ok {
		return f.malformed(o)
	}
	f = f.hex("modifier", c.Modifier).addr("subnet_prefix", c.SubnetPrefix)
	return f.uint("collision_count", uint64(c.Collisions)).hex("public_key", c.Key)
}

func signatureFields(f fields, o icmp.NDOption) fields {
	hash, signature, ok := o.Signature()
	if !ok {
		return f.malformed(o)
	}
	return f.hex("key_hash", hash).hex("signature", signature)
}

func timestampFields(f fields, o icmp.NDOption) fields {
	seconds, fraction, ok := o.Timestamp()
	if !ok {
		return f.malformed(o)
	}
	return f.uint("timestamp_s", seconds).uint("fraction_65536", uint64(fraction))
}

func nonceFields(f fields, o icmp.NDOption) fields {
	nonce, _ := o.Nonce()
	return f.hex("nonce", nonce)
}

// anchorTypes are the types of a trust anchor's name (RFC 3971, section 6.4.3; RFC 6495,
// section 3).
var anchorTypes = []string{icmp.AnchorX501: "der_x501", icmp.AnchorFQDN: "fqdn", 3: "sha1_ski", "sha224_ski", "sha256_ski", "sha384_ski", "sha512_ski"}

func anchorFields(f fields, o icmp.NDOption) fields {
	nameType, name, ok := o.TrustAnchor()
	if !ok {
		return f.malformed(o)
	}
	return f.enum("name_type", nameType, anchorTypes).hex("anchor", name)
}

// certTypes are the types of a certificate (RFC 3971, section 6.4.4).
var certTypes = []string{1: "x509v3"}

func certificateFields(f fields, o icmp.NDOption) fields {
	certType, cert, _ := o.Certificate()
	return f.enum("cert_type", certType, certTypes).hex("certificate", cert)
}

// mobileAddrCodes are whose address it is (RFC 5568, section 6.4.1).
var mobileAddrCodes = []string{1: "old_care_of_address", "new_care_of_address", "nar_address", "nar_prefix"}

func mobileAddrFields(f fields, o icmp.NDOption) fields {
	m, ok := o.MobileAddr()
	if !ok {
		return f.malformed(o)
	}
	if o.Type == icmp.NDOptMobileAddr {
		f = f.enum("option_code", m.Code, mobileAddrCodes)
	} else {
		f = f.uint("option_code", uint64(m.Code))
	}
	return f.addr("address", m.Addr).uint("prefix_length", uint64(m.Len))
}

// mobileLinkCodes are whose address it is (RFC 5568, section 6.4.3).
var mobileLinkCodes = []string{
	"wildcard", "new_access_point", "mobile_node", "nar", "source", "current_router", "no_prefix_information",
	"no_fast_handover_support",
}

func mobileLinkFields(f fields, o icmp.NDOption) fields {
	code, addr, _ := o.MobileLink()
	return f.enum("option_code", code, mobileLinkCodes).link("address", addr)
}

func advertAckFields(f fields, o icmp.NDOption) fields {
	status, instead, _ := o.AdvertAck()
	f = f.uint("status", uint64(status))
	if instead.Len() > 0 {
		f = f.addr("supplied_ncoa", instead.At(0))
	}
	return f
}

func pvdFields(f fields, o icmp.NDOption) fields {
	p, ok := o.PvD()
	if !ok {
		return f.malformed(o)
	}
	f = f.domain("pvd_id", p.ID).uint("sequence_number", uint64(p.Sequence)).uint("delay", uint64(p.Delay))
	return f.bool("http", p.HTTP).bool("legacy", p.Legacy).bool("router_advertisement", p.RouterAdverted)
}

func mapFields(f fields, o icmp.NDOption) fields {
	m, ok := o.MAP()
	if !ok {
		return f.malformed(o)
	}
	f = f.addr("global_address", m.Addr).uint("distance", uint64(m.Distance)).uint("preference", uint64(m.Preference))
	return f.bool("regional_care_of_address", m.Roaming).uint("valid_lifetime_s", uint64(m.Lifetime))
}

func raFlagsFields(f fields, o icmp.NDOption) fields {
	flags, _ := o.RAFlags()
	return f.hex("flags", flags)
}

func handoverKeyFields(f fields, o icmp.NDOption) fields {
	k, ok := o.HandoverKey()
	if !ok {
		return f.malformed(o)
	}
	f = f.uint("algorithm_type", uint64(k.Algorithm))
	if o.Type == icmp.NDOptHandoverKeyReq {
		return f.hex("public_key", k.Key)
	}
	return f.uint("key_lifetime_s", uint64(k.Lifetime)).hex("encrypted_handover_key", k.Key)
}

func handoverValueFields(f fields, o icmp.NDOption) fields {
	code, value, ok := o.HandoverValue()
	if !ok {
		return f.malformed(o)
	}
	return f.uint("option_code", uint64(code)).hex("value", value)
}

// registrationStatuses are those of an address registration (RFC 6775, section 4.1; RFC 8505,
// section 4.1).
var registrationStatuses = []string{
	"success", "duplicate_address", "neighbor_cache_full", "moved", "removed", "validation_requested",
	"duplicate_source_address", "invalid_source_address", "registered_address_topologically_incorrect",
	"6lbr_registry_saturated", "validation_failed",
}

func registrationFields(f fields, o icmp.NDOption) fields {
	r, ok := o.Registration()
	if !ok {
		return f.malformed(o)
	}
	f = f.enum("status", r.Status, registrationStatuses).uint("opaque", uint64(r.Opaque)).uint("i", uint64(r.I))
	f = f.bool("r", r.Route).bool("t", r.Transaction)
	if r.Transaction {
		f = f.uint("tid", uint64(r.TID))
	}
	return f.uint("registration_lifetime_min", uint64(r.Lifetime)).hex("rovr", r.ROVR)
}

func contextFields(f fields, o icmp.NDOption) fields {
	c, ok := o.Context()
	if !ok {
		return f.malformed(o)
	}
	f = f.addr("context_prefix", c.Prefix).uint("context_length", uint64(c.Len)).uint("cid", uint64(c.ID))
	return f.bool("compression", c.Compress).uint("valid_lifetime_min", uint64(c.Lifetime))
}

func borderRouterFields(f fields, o icmp.NDOption) fields {
	b, ok := o.BorderRouter()
	if !ok {
		return f.malformed(o)
	}
	f = f.addr("6lbr_address", b.Addr).uint("version", uint64(b.Version))
	return f.uint("valid_lifetime_min", uint64(b.Lifetime))
}

func portalFields(f fields, o icmp.NDOption) fields {
	uri, _ := o.URI()
	return f.raw("uri", uri)
}

func pref64Fields(f fields, o icmp.NDOption) fields {
	p, ok := o.PREF64()
	if !ok {
		return f.malformed(o)
	}
	return f.addr("prefix", p.Prefix).uint("prefix_length", uint64(p.Len)).uint("lifetime_s", uint64(p.Lifetime))
}

func encryptedDNSFields(f fields, o icmp.NDOption) fields {
	e, ok := o.EncryptedDNS()
	if !ok {
		return f.malformed(o)
	}
	f = f.uint("service_priority", uint64(e.Priority)).uint("lifetime_s", uint64(e.Lifetime))
	return f.domain("adn", e.Name).addrs("addresses", e.Addrs).hex("svc_params", e.Params)
}
