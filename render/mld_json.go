package render

import "icmpdump/capture/icmp"

func appendMLDQueryJSON(dst []byte, p *icmp.Packet, msg []byte) []byte {
	dst = appendObject(dst, "mld_query")
	if v := p.MLDVersion(); v > 0 {
		dst = appendUint(dst, "version", uint64(v))
	}
	dst = appendMLDHeaderJSON(dst, p)
	if q, ok := p.MLDv2Query(msg); ok {
		dst = appendBool(dst, "suppress_router_side_processing", q.Suppress)
		dst = appendUint(dst, "qrv", uint64(q.Robustness))
		dst = appendUint(dst, "qqic", uint64(q.QQIC))
		dst = appendUint(dst, "qqi_s", uint64(q.Interval))
		dst = appendUint(dst, "number_of_sources", uint64(q.Count))
		dst = appendJSONAddrs(dst, "sources", q.Sources)
	}
	return append(dst, '}')
}

// appendMLDHeaderJSON appends what messages of version 1 and queries have in common.
func appendMLDHeaderJSON(dst []byte, p *icmp.Packet) []byte {
	if code, delay, ok := p.MLDDelay(); ok {
		dst = appendUint(dst, "maximum_response_code", uint64(code))
		dst = appendUint(dst, "maximum_response_delay_ms", uint64(delay))
	}
	if group, ok := p.Target(); ok {
		dst = appendJSONAddr(dst, "group", &group, 6)
	}
	return dst
}

func appendMLDReportJSON(dst []byte, p *icmp.Packet, _ []byte) []byte {
	dst = appendUint(appendObject(dst, "mld_report"), "version", 1)
	return append(appendMLDHeaderJSON(dst, p), '}')
}

func appendMLDDoneJSON(dst []byte, p *icmp.Packet, _ []byte) []byte {
	return append(appendMLDHeaderJSON(appendObject(dst, "mld_done"), p), '}')
}

// recordWords name the types of MLDv2 records (RFC 3810, section 5.2.12).
var recordWords = []string{
	1: "mode_is_include", "mode_is_exclude", "change_to_include_mode", "change_to_exclude_mode",
	"allow_new_sources", "block_old_sources",
}

func appendMLDv2ReportJSON(dst []byte, p *icmp.Packet, msg []byte) []byte {
	dst = appendUint(appendObject(dst, "mld_report"), "version", 2)
	if p.Got < 8 {
		return append(dst, '}')
	}
	dst = appendUint(dst, "number_of_records", uint64(p.Rest&0xffff))
	dst = appendArray(dst, "records")
	records := p.MLDRecords(msg)
	for {
		r, ok := records.Next()
		if !ok {
			return append(dst, "]}"...)
		}
		dst = appendNamed(append(appendComma(dst), '{'), r.Type, recordWords)
		dst = appendJSONAddr(dst, "group", &r.Group, 6)
		dst = appendUint(dst, "number_of_sources", uint64(r.Count))
		dst = appendJSONAddrs(dst, "sources", r.Sources)
		if len(r.Aux) > 0 {
			dst = appendHexBytes(dst, "auxiliary_data", r.Aux)
		}
		dst = append(dst, '}')
	}
}
