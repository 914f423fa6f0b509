package render

import "icmpdump/capture/icmp"

// appendLocatorUpdateJSON appends a locator update of ILNPv6.
func appendLocatorUpdateJSON(dst []byte, p *icmp.Packet, msg []byte) []byte {
	u, ok := p.LocatorUpdate(msg)
	if !ok {
		return dst
	}
	dst = appendUint(appendObject(dst, "locator_update"), "number_of_locators", uint64(u.Count))
	dst = appendUint(dst, "operation", uint64(u.Operation))
	dst = appendArray(dst, "locators")
	for i := range u.Locators.Len() {
		l := u.Locators.At(i)
		dst = appendJSONAddr(append(appendComma(dst), '{'), "locator", &l.Prefix, 6)
		dst = appendUint(dst, "preference", uint64(l.Preference))
		dst = append(appendUint(dst, "lifetime_s", uint64(l.Lifetime)), '}')
	}
	return append(dst, "]}"...)
}

// appendExperimentalMobileJSON appends which of the experimental mobility protocols a message is
// of (RFC 4065).
func appendExperimentalMobileJSON(dst []byte, p *icmp.Packet, msg []byte) []byte {
	if len(msg) < 8 {
		return dst
	}
	dst = appendUint(appendObject(dst, "experimental_mobility"), "subtype", uint64(msg[4]))
	if len(msg) > 8 {
		dst = appendHexBytes(dst, "data", msg[8:])
	}
	return append(dst, '}')
}
