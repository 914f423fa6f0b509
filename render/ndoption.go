package render

import "icmpdump/capture/icmp"

// An ndOption is how one type of option of neighbor discovery is shown.
type ndOption struct {
	name   string // in an object: IANA's words
	words  string // in a line: tcpdump's words; "" if they are those of name
	fields func(f fields, o icmp.NDOption) fields
	text   func(dst []byte, o icmp.NDOption) []byte // tcpdump's own form of the fields in a line
}

// ndOptions are by type. The data of those without fields is not taken apart.
var ndOptions = [256]ndOption{
	icmp.NDOptSourceLink:      {"source_link_layer_address", "source link-address", linkFields, linkText},
	icmp.NDOptTargetLink:      {"target_link_layer_address", "destination link-address", linkFields, linkText},
	icmp.NDOptPrefix:          {"prefix_information", "prefix info", prefixFields, prefixText},
	icmp.NDOptRedirected:      {"redirected_header", "redirected header", redirectedFields, noText},
	icmp.NDOptMTU:             {"mtu", "mtu", mtuFields, mtuText},
	icmp.NDOptShortcutLimit:   {name: "nbma_shortcut_limit", fields: shortcutFields},
	icmp.NDOptInterval:        {"advertisement_interval", "advertisement interval", intervalFields, intervalText},
	icmp.NDOptHomeAgent:       {"home_agent_information", "homeagent information", homeAgentFields, homeAgentText},
	icmp.NDOptSourceAddrs:     {name: "source_address_list", fields: addrsFields},
	icmp.NDOptTargetAddrs:     {name: "target_address_list", fields: addrsFields},
	icmp.NDOptCGA:             {name: "cga", fields: cgaFields},
	icmp.NDOptSignature:       {name: "rsa_signature", fields: signatureFields},
	icmp.NDOptTimestamp:       {name: "timestamp", fields: timestampFields},
	icmp.NDOptNonce:           {name: "nonce", fields: nonceFields},
	icmp.NDOptTrustAnchor:     {name: "trust_anchor", fields: anchorFields},
	icmp.NDOptCertificate:     {name: "certificate", fields: certificateFields},
	icmp.NDOptMobileAddr:      {name: "ip_address_prefix", fields: mobileAddrFields},
	icmp.NDOptNewRouterPrefix: {name: "new_router_prefix_information", fields: mobileAddrFields},
	icmp.NDOptMobileLink:      {name: "link_layer_address", fields: mobileLinkFields},
	icmp.NDOptAdvertAck:       {name: "neighbor_advertisement_acknowledgment", fields: advertAckFields},
	icmp.NDOptPvD:             {name: "pvd_id", fields: pvdFields},
	icmp.NDOptMAP:             {name: "map", fields: mapFields},
	icmp.NDOptRoute:           {"route_information", "route info", routeFields, routeText},
	icmp.NDOptRDNSS:           {"recursive_dns_server", "rdnss", rdnssFields, rdnssText},
	icmp.NDOptRAFlags:         {name: "ra_flags_extension", fields: raFlagsFields},
	icmp.NDOptHandoverKeyReq:  {name: "handover_key_request", fields: handoverKeyFields},
	icmp.NDOptHandoverKey:     {name: "handover_key_reply", fields: handoverKeyFields},
	icmp.NDOptHandoverAssist:  {name: "handover_assist_information", fields: handoverValueFields},
	icmp.NDOptMobileNodeID:    {name: "mobile_node_identifier", fields: handoverValueFields},
	icmp.NDOptDNSSL:           {"dns_search_list", "dnssl", dnsslFields, dnsslText},
	icmp.NDOptProxySignature:  {name: "proxy_signature", fields: signatureFields},
	icmp.NDOptRegistration:    {name: "address_registration", fields: registrationFields},
	icmp.NDOptContext:         {name: "6lowpan_context", fields: contextFields},
	icmp.NDOptBorderRouter:    {name: "authoritative_border_router", fields: borderRouterFields},
	icmp.NDOptCapability:      {name: "6lowpan_capability_indication"},
	icmp.NDOptCaptivePortal:   {name: "captive_portal", fields: portalFields},
	icmp.NDOptPREF64:          {name: "pref64", fields: pref64Fields},
	icmp.NDOptCryptoID:        {name: "crypto_id_parameters"},
	icmp.NDOptNDPSignature:    {name: "ndp_signature"},
	icmp.NDOptResourceDir:     {name: "resource_directory_address"},
	icmp.NDOptUptime:          {name: "consistent_uptime"},
	icmp.NDOptCARDRequest:     {name: "card_request"},
	icmp.NDOptCARDReply:       {name: "card_reply"},
	icmp.NDOptEncryptedDNS:    {name: "encrypted_dns", fields: encryptedDNSFields},
	icmp.NDOptExperiment1:     {name: "rfc3692_experiment_1"},
	icmp.NDOptExperiment2:     {name: "rfc3692_experiment_2"},
}

// appendNDText appends options to a line, each behind a blank, as tcpdump -v does. They are not
// whole if some of them are missing or do not hold together.
func appendNDText(dst []byte, opts icmp.NDOptions) (_ []byte, whole bool) {
	for n := 0; ; n++ {
		o, ok := opts.Next()
		if !ok {
			return dst, len(opts.Fault()) == 0
		}
		if n == maxListed {
			return append(dst, " ..."...), true
		}
		kind := &ndOptions[o.Type]
		dst = appendNDWords(appendBlank(dst), kind)
		dst = appendNumber(dst, " option (", o.Type)
		dst = appendNumber(dst, "), length ", o.Len())
		dst = appendNumber(dst, " (", o.Len()/8)
		dst = append(dst, "): "...)
		switch {
		case kind.text != nil:
			dst = kind.text(dst, o)
		case kind.fields != nil:
			dst = kind.fields(fields{dst: dst, line: true}, o).dst
		}
	}
}

func appendNDWords(dst []byte, kind *ndOption) []byte {
	switch {
	case kind.words != "":
		return append(dst, kind.words...)
	case kind.name == "":
		return append(dst, "unknown"...)
	}
	return appendWords(dst, kind.name)
}

// appendWords appends a name in snake case as words.
func appendWords(dst []byte, name string) []byte {
	for i := range len(name) {
		if name[i] == '_' {
			dst = append(dst, ' ')
		} else {
			dst = append(dst, name[i])
		}
	}
	return dst
}

// appendNDOptionsJSON appends the array of options.
func appendNDOptionsJSON(dst []byte, opts icmp.NDOptions) []byte {
	dst = appendArray(dst, "options")
	for o, ok := opts.Next(); ok; o, ok = opts.Next() {
		dst = appendUint(append(appendComma(dst), '{'), "type", uint64(o.Type))
		kind := &ndOptions[o.Type]
		if kind.name != "" {
			dst = appendString(dst, "name", kind.name)
		}
		dst = appendUint(dst, "length", uint64(o.Len()))
		if kind.fields != nil {
			dst = kind.fields(fields{dst: dst}, o).dst
		} else {
			dst = appendHexBytes(dst, "data", o.Data)
		}
		dst = append(dst, '}')
	}
	return append(dst, ']')
}

// malformed says that an option is none of its type, and in an object what it is.
func (f fields) malformed(o icmp.NDOption) fields {
	f = f.bool("malformed", true)
	if f.line {
		return f
	}
	return f.hex("data", o.Data)
}

// The options that tcpdump knows, each in its words and in fields.

func noText(dst []byte, _ icmp.NDOption) []byte { return dst }

func redirectedFields(f fields, o icmp.NDOption) fields {
	b, _ := o.Redirected()
	return f.hex("datagram", b)
}

func linkFields(f fields, o icmp.NDOption) fields {
	addr, _ := o.LinkAddr()
	return f.link("address", addr)
}

func linkText(dst []byte, o icmp.NDOption) []byte {
	addr, _ := o.LinkAddr()
	return appendLongHardware(dst, addr)
}

// prefixFlags are those of a prefix information option.
var prefixFlags = []flag{
	{icmp.PrefixOnLink, "onlink", "on_link"},
	{icmp.PrefixAuto, "auto", "autonomous"},
	{icmp.PrefixRouter, "router", "router_address"},
	{icmp.PrefixPD, "pd preferred", "pd_preferred"}, // unknown to tcpdump
}

func prefixFields(f fields, o icmp.NDOption) fields {
	p, ok := o.Prefix()
	if !ok {
		return f.malformed(o)
	}
	f = f.addr("prefix", p.Prefix).uint("prefix_length", uint64(p.Len)).flags(p.Flags, prefixFlags)
	return f.uint("valid_lifetime_s", uint64(p.Valid)).uint("preferred_lifetime_s", uint64(p.Preferred))
}

func prefixText(dst []byte, o icmp.NDOption) []byte {
	p, ok := o.Prefix()
	if !ok {
		return append(dst, "badlen"...)
	}
	dst = appendNumber(appendAddr6(dst, &p.Prefix), "/", p.Len)
	if o.Len() != 32 {
		dst = append(dst, "badlen"...)
	}
	dst = appendFlags(append(dst, ", "...), p.Flags, prefixFlags)
	dst = appendNDLifetime(append(dst, ", valid time "...), p.Valid)
	return appendNDLifetime(append(dst, ", pref. time "...), p.Preferred)
}

func appendNDLifetime(dst []byte, s uint32) []byte {
	if s == icmp.Forever {
		return append(dst, "infinity"...)
	}
	return append(appendDecimal(dst, uint64(s)), 's')
}

func mtuFields(f fields, o icmp.NDOption) fields {
	mtu, _ := o.MTU()
	return f.uint("mtu", uint64(mtu))
}

func mtuText(dst []byte, o icmp.NDOption) []byte {
	mtu, _ := o.MTU()
	dst = appendDecimal(append(dst, ' '), uint64(mtu))
	if o.Len() != 8 {
		dst = append(dst, "bad option length"...)
	}
	return dst
}

func intervalFields(f fields, o icmp.NDOption) fields {
	ms, _ := o.Interval()
	return f.uint("advertisement_interval_ms", uint64(ms))
}

func intervalText(dst []byte, o icmp.NDOption) []byte {
	ms, _ := o.Interval()
	return append(appendDecimal(append(dst, ' '), uint64(ms)), "ms"...)
}

func homeAgentFields(f fields, o icmp.NDOption) fields {
	preference, lifetime, _ := o.HomeAgent()
	return f.uint("preference", uint64(preference)).uint("lifetime_s", uint64(lifetime))
}

func homeAgentText(dst []byte, o icmp.NDOption) []byte {
	preference, lifetime, _ := o.HomeAgent()
	dst = appendNumber(dst, " preference ", preference)
	return appendNumber(dst, ", lifetime ", lifetime)
}

// routePrefs are the words of RFC 4191 for a preference.
var routePrefs = [...]string{
	icmp.PrefMedium: "medium", icmp.PrefHigh: "high", icmp.PrefReserved: "reserved", icmp.PrefLow: "low",
}

// appendPref appends a preference in tcpdump's words.
func appendPref(dst []byte, p icmp.RoutePref) []byte {
	if p == icmp.PrefReserved {
		return append(dst, "rsv"...)
	}
	return append(dst, routePrefs[p]...)
}

func routeFields(f fields, o icmp.NDOption) fields {
	r, ok := o.Route()
	if !ok {
		return f.malformed(o)
	}
	f = f.addr("prefix", r.Prefix).uint("prefix_length", uint64(r.Len))
	return f.word("preference", routePrefs[r.Pref]).uint("route_lifetime_s", uint64(r.Lifetime))
}

func routeText(dst []byte, o icmp.NDOption) []byte {
	r, ok := o.Route()
	if !ok {
		return append(dst, "badlen"...)
	}
	dst = appendNumber(appendAddr6(append(dst, ' '), &r.Prefix), "/", r.Len)
	dst = appendPref(append(dst, ", pref="...), r.Pref)
	return appendNDLifetime(append(dst, ", lifetime="...), r.Lifetime)
}

func rdnssFields(f fields, o icmp.NDOption) fields {
	lifetime, _ := o.Lifetime()
	addrs, _ := o.Addrs()
	return f.uint("lifetime_s", uint64(lifetime)).addrs("addresses", addrs)
}

func rdnssText(dst []byte, o icmp.NDOption) []byte {
	lifetime, _ := o.Lifetime()
	dst = appendNumber(dst, " lifetime ", lifetime)
	dst = append(dst, "s,"...)
	addrs, _ := o.Addrs()
	for i := range addrs.Len() {
		if i == maxListed {
			return append(dst, " ..."...)
		}
		addr := addrs.At(i)
		dst = appendAddr6(append(dst, " addr: "...), &addr)
	}
	return dst
}

func dnsslFields(f fields, o icmp.NDOption) fields {
	lifetime, _ := o.Lifetime()
	f = f.uint("lifetime_s", uint64(lifetime))
	names, _ := o.Domains()
	f.dst = appendArray(f.dst, "domains")
	for name, ok := names.Next(); ok; name, ok = names.Next() {
		f.dst = append(appendDomain(append(appendComma(f.dst), '"'), name, false), '"')
	}
	f.dst = append(f.dst, ']')
	if !names.Whole() {
		return f.malformed(o)
	}
	return f
}

func dnsslText(dst []byte, o icmp.NDOption) []byte {
	lifetime, _ := o.Lifetime()
	dst = appendNumber(dst, " lifetime ", lifetime)
	dst = append(dst, "s, domain(s):"...)
	names, _ := o.Domains()
	for n := 0; ; n++ {
		name, ok := names.Next()
		switch {
		case ok && n == maxListed:
			return append(dst, " ..."...)
		case !ok && !names.Whole():
			return append(dst, " <bad name>"...)
		case !ok:
			return dst
		}
		dst = appendDomain(append(dst, ' '), name, true)
	}
}
