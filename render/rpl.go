package render

import "icmpdump/capture/icmp"

// appendRPL appends the kind of an RPL control message (RFC 6550, section 6), with -v its base
// object, with -vv its options, with -vvv what they hold.
func appendRPL(dst []byte, p *icmp.Packet, msg []byte, verbose int) (_ []byte, whole bool) {
	if p.Code&icmp.RPLSecure != 0 {
		return append(dst, ", (SEC) [worktodo]"...), true
	}
	names := [...]string{
		icmp.RPLDIS:    "DODAG Information Solicitation",
		icmp.RPLDIO:    "DODAG Information Object",
		icmp.RPLDAO:    "Destination Advertisement Object",
		icmp.RPLDAOAck: "Destination Advertisement Object Ack",
	}
	dst = append(dst, ", (CLR)"...)
	if int(p.Code) >= len(names) {
		return appendNumber(dst, "RPL message, unknown code ", p.Code), true
	}
	dst = append(dst, names[p.Code]...)
	if verbose == 0 || p.Code == icmp.RPLDIS || len(msg) == 0 {
		return dst, true
	}
	r, ok := p.RPL(msg)
	switch {
	case ok:
	case p.Code == icmp.RPLDIO && p.Status != icmp.Truncated && p.Length >= 4:
		dst = appendNumber(dst, " [length ", p.Length-4)
		return append(dst, " < 24] (invalid)"...), true
	default:
		return dst, false
	}
	dst = appendRPLBase(dst, &r)
	if verbose == 1 {
		return dst, true
	}
	return appendRPLOptions(dst, r.Options, verbose > 2)
}

// modes are tcpdump's words for the modes of operation.
var modes = [...]string{"nonstoring", "storing", "nonstoring-multicast", "storing-multicast"}

func appendRPLBase(dst []byte, r *icmp.RPL) []byte {
	dst = append(dst, " [dagid:"...)
	if r.HasDODAG {
		dst = appendAddr6(dst, &r.DODAG)
	} else {
		dst = append(dst, "<elided>"...)
	}
	if r.Kind == icmp.RPLDIO {
		dst = appendNumber(dst, ",seq:", r.DTSN)
	} else {
		dst = appendNumber(dst, ",seq:", r.Sequence)
	}
	dst = appendNumber(dst, ",instance:", r.Instance)
	switch r.Kind {
	case icmp.RPLDIO:
		dst = appendNumber(dst, ",rank:", r.Rank)
		if r.Grounded {
			dst = append(dst, ",grounded"...)
		}
		dst = append(dst, ",mop:"...)
		if int(r.Mode) < len(modes) {
			dst = append(dst, modes[r.Mode]...)
		} else {
			dst = appendNumber(dst, "mop", r.Mode)
		}
		dst = appendNumber(dst, ",prf:", r.Preference)
	case icmp.RPLDAO:
		if r.AckWanted {
			dst = append(dst, ",acK"...)
		}
		if r.HasDODAG {
			dst = append(dst, ",Dagid"...)
		}
		dst = appendHex(append(dst, ','), []byte{r.Flags})
	case icmp.RPLDAOAck:
		dst = appendNumber(dst, ",status:", r.Status)
	}
	return append(dst, ']')
}

// rplOptions are tcpdump's words for the options.
var rplOptions = [...]string{
	icmp.RPLPad1: "pad1", icmp.RPLPadN: "padN", icmp.RPLMetrics: "metrics", icmp.RPLRoute: "routinginfo",
	icmp.RPLConfig: "config", icmp.RPLTarget: "rpltarget", icmp.RPLTransit: "transitinfo",
	icmp.RPLPrefix: "destprefix", icmp.RPLDescriptor: "rpltargetdesc",
}

func appendRPLOptions(dst []byte, options icmp.RPLOptions, dump bool) (_ []byte, whole bool) {
	for i := 0; ; i++ {
		o, ok := options.Next()
		if !ok {
			break
		}
		if i == maxListed {
			return append(dst, " ..."...), true
		}
		dst = append(dst, " opt:"...)
		if int(o.Type) < len(rplOptions) && rplOptions[o.Type] != "" {
			dst = append(dst, rplOptions[o.Type]...)
		} else {
			dst = appendNumber(dst, "subopt:", o.Type)
		}
		if o.Type == icmp.RPLPad1 {
			continue
		}
		dst = append(appendNumber(dst, " len:", o.Len+2), ' ')
		if dump && len(o.Data) == o.Len {
			dst = appendDump(dst, o.Data)
		}
	}
	return dst, options.Whole()
}

// appendDump appends bytes as tcpdump's hex dumps have them, but in one line.
func appendDump(dst, b []byte) []byte {
	for i, c := range b {
		if i%16 == 0 {
			dst = append(dst, " 0x"...)
			dst = append(appendHex16(dst, uint16(i)), ": "...)
		}
		if i%2 == 0 {
			dst = append(dst, ' ')
		}
		dst = appendHex(dst, []byte{c})
	}
	return dst
}
