package render

import (
	"strconv"

	"icmpdump/capture/icmp"
)

// appendTimestampsJSON appends the times of a timestamp message, in ms since midnight UTC.
func appendTimestampsJSON(dst []byte, p *icmp.Packet, msg []byte) []byte {
	t, ok := p.Timestamps(msg)
	if !ok {
		return dst
	}
	dst = appendUint(appendObject(dst, "timestamps"), "originate_ms", uint64(t.Originate))
	dst = appendUint(dst, "receive_ms", uint64(t.Receive))
	return append(appendUint(dst, "transmit_ms", uint64(t.Transmit)), '}')
}

// appendAddressMaskJSON appends a subnet mask in dotted form.
func appendAddressMaskJSON(dst []byte, p *icmp.Packet, msg []byte) []byte {
	mask, ok := p.AddressMask(msg)
	if !ok {
		return dst
	}
	dst = append(appendField(dst, "address_mask"), '"')
	dst = appendAddr4(dst, []byte{byte(mask >> 24), byte(mask >> 16), byte(mask >> 8), byte(mask)})
	return append(dst, '"')
}

// appendRouterAdvert4JSON appends a router advertisement, and what a mobility agent adds to it.
func appendRouterAdvert4JSON(dst []byte, p *icmp.Packet, msg []byte) []byte {
	r, ok := p.RouterAdvert4(msg)
	if !ok {
		return dst
	}
	agent := r.Agent(msg)
	dst = appendUint(appendObject(dst, "router_advertisement"), "number_of_addresses", uint64(r.Addrs))
	dst = appendUint(dst, "address_entry_size", uint64(r.EntrySize))
	dst = appendArray(appendUint(dst, "lifetime_s", uint64(r.Lifetime)), "addresses")
	for a, ok := r.Next(); ok; a, ok = r.Next() {
		dst = appendJSONAddr(append(appendComma(dst), '{'), "address", &a.Addr, 4)
		dst = append(strconv.AppendInt(appendField(dst, "preference"), int64(a.Preference), 10), '}')
	}
	dst = append(dst, ']')
	var mobility, prefixes bool // of each, the first
	for x, ok := agent.Next(); ok; x, ok = agent.Next() {
		if m, ok := x.Mobility(); ok && !mobility {
			mobility = true
			dst = appendMobilityAgentJSON(dst, &m)
		}
		if x.Type == icmp.AgentPrefixes && !prefixes {
			prefixes = true
			dst = appendArray(dst, "prefix_lengths")
			for _, n := range x.Data {
				dst = appendDecimal(appendComma(dst), uint64(n))
			}
			dst = append(dst, ']')
		}
	}
	return append(dst, '}')
}

func appendMobilityAgentJSON(dst []byte, m *icmp.MobilityAgent) []byte {
	dst = appendUint(appendObject(dst, "mobility_agent"), "sequence_number", uint64(m.Seq))
	dst = appendUint(dst, "registration_lifetime_s", uint64(m.Lifetime))
	for _, flag := range [...]struct {
		name string
		bit  uint16
	}{
		{"registration_required", icmp.AgentRegistration},
		{"busy", icmp.AgentBusy},
		{"home_agent", icmp.AgentHome},
		{"foreign_agent", icmp.AgentForeign},
		{"minimal_encapsulation", icmp.AgentMinimal},
		{"gre_encapsulation", icmp.AgentGRE},
		{"reserved", icmp.AgentReserved},
		{"reverse_tunneling", icmp.AgentTunneling},
		{"udp_tunneling", icmp.AgentUDPTunneling},
		{"registration_revocation", icmp.AgentRevocation},
		{"regional_registration", icmp.AgentRegional},
	} {
		dst = appendBool(dst, flag.name, m.Flags&flag.bit != 0)
	}
	dst = appendArray(dst, "care_of_addresses")
	for a, ok := m.Next(); ok; a, ok = m.Next() {
		dst = append(appendAddr4(append(appendComma(dst), '"'), a[12:]), '"')
	}
	return append(dst, "]}"...)
}
