package render

import "icmpdump/capture/icmp"

// appendMulticastRouterJSON appends a multicast router advertisement.
func appendMulticastRouterJSON(dst []byte, p *icmp.Packet, _ []byte) []byte {
	m, ok := p.MulticastRouter()
	if !ok {
		return dst
	}
	dst = appendUint(appendObject(dst, "multicast_router_advertisement"), "advertisement_interval_s", uint64(m.Interval))
	dst = appendUint(dst, "query_interval_s", uint64(m.QueryInterval))
	return append(appendUint(dst, "robustness_variable", uint64(m.Robustness)), '}')
}

// appendMPLJSON appends an MPL control message.
func appendMPLJSON(dst []byte, p *icmp.Packet, msg []byte) []byte {
	dst = appendArray(appendObject(dst, "mpl_control"), "seeds")
	seeds := p.MPLSeeds(msg)
	for {
		s, ok := seeds.Next()
		if !ok {
			return append(dst, "]}"...)
		}
		dst = appendUint(append(appendComma(dst), '{'), "min_seqno", uint64(s.MinSeqno))
		if len(s.Seed) > 0 {
			dst = appendHexBytes(dst, "seed_id", s.Seed)
		}
		dst = append(appendHexBytes(dst, "buffered_messages", s.Buffered), '}')
	}
}
