package render

import "icmpdump/capture/icmp"

func appendRenumberingJSON(dst []byte, p *icmp.Packet, msg []byte) []byte {
	dst = appendObject(dst, "router_renumbering")
	switch p.Code {
	case icmp.CodeRenumberCommand:
		dst = appendString(dst, "message", "command")
	case icmp.CodeRenumberResult:
		dst = appendString(dst, "message", "result")
	case icmp.CodeRenumberReset:
		dst = appendString(dst, "message", "sequence_number_reset")
	}
	if p.Got == 8 {
		dst = appendUint(dst, "sequence_number", uint64(p.Rest))
	}
	if r, ok := p.Renumbering(msg); ok {
		dst = appendUint(dst, "segment_number", uint64(r.Segment))
		dst = appendBits(dst, r.Flags, "test", "result_requested", "force_apply", "site_specific", "processed_previously")
		dst = appendUint(dst, "maximum_delay_ms", uint64(r.MaxDelay))
		switch p.Code {
		case icmp.CodeRenumberCommand:
			dst = appendPrefixOpsJSON(dst, p.PrefixOps(msg))
		case icmp.CodeRenumberResult:
			dst = appendMatchReportsJSON(dst, p.MatchReports(msg))
		}
	}
	return append(dst, '}')
}

var opWords = []string{1: "add", "change", "set_global"}

func appendPrefixOpsJSON(dst []byte, ops icmp.PrefixOps) []byte {
	dst = appendArray(dst, "operations")
	for {
		op, ok := ops.Next()
		if !ok {
			return append(dst, ']')
		}
		dst = appendEnum(append(appendComma(dst), '{'), "op_code", op.OpCode, opWords)
		dst = appendUint(dst, "op_length", uint64(op.OpLength))
		dst = appendUint(dst, "ordinal", uint64(op.Ordinal))
		dst = appendUint(dst, "match_length", uint64(op.MatchLen))
		dst = appendUint(dst, "minimum_length", uint64(op.MinLen))
		dst = appendUint(dst, "maximum_length", uint64(op.MaxLen))
		dst = appendJSONAddr(dst, "match_prefix", &op.Match, 6)
		dst = appendArray(dst, "uses")
		for i := range op.Uses.Len() {
			u := op.Uses.At(i)
			dst = appendUint(append(appendComma(dst), '{'), "use_length", uint64(u.UseLen))
			dst = appendUint(dst, "keep_length", uint64(u.KeepLen))
			dst = appendUint(dst, "flag_mask", uint64(u.FlagMask))
			dst = appendUint(dst, "ra_flags", uint64(u.RAFlags))
			dst = appendUint(dst, "valid_lifetime_s", uint64(u.Valid))
			dst = appendUint(dst, "preferred_lifetime_s", uint64(u.Preferred))
			dst = appendBits(dst, u.Flags, "decrement_valid", "decrement_preferred")
			dst = append(appendJSONAddr(dst, "use_prefix", &u.Prefix, 6), '}')
		}
		dst = append(dst, "]}"...)
	}
}

func appendMatchReportsJSON(dst []byte, reports icmp.MatchReports) []byte {
	dst = appendArray(dst, "reports")
	for i := range reports.Len() {
		r := reports.At(i)
		dst = appendBool(append(appendComma(dst), '{'), "out_of_bounds", r.OutOfBounds)
		dst = appendBool(dst, "forbidden", r.Forbidden)
		dst = appendUint(dst, "ordinal", uint64(r.Ordinal))
		dst = appendUint(dst, "matched_length", uint64(r.MatchedLen))
		dst = appendUint(dst, "interface_index", uint64(r.Interface))
		dst = append(appendJSONAddr(dst, "matched_prefix", &r.Prefix, 6), '}')
	}
	return append(dst, ']')
}
