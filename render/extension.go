package render

import (
	"strconv"

	"icmpdump/capture/icmp"
)

// appendExtensions appends, with -v, an extension structure as tcpdump does, with all that its
// objects say; tcpdump shows the first label of a stack, and dumps any other object.
func (l *Lines) appendExtensions(dst []byte, p *icmp.Packet, msg []byte) []byte {
	if l.opts.Verbose == 0 {
		return dst
	}
	e, ok := p.Extensions(msg)
	if !ok {
		return dst
	}
	dst = appendNumber(dst, " ICMP Multi-Part extension v", e.Version)
	if e.Version != 2 {
		return append(dst, " packet not supported"...)
	}
	words := [...]string{icmp.SumUnverified: "unverified", icmp.SumGood: "correct", icmp.SumBad: "incorrect"}
	word := words[e.Sum]
	if e.Checksum == 0 {
		word = "not sent"
	}
	dst = appendHex16(append(dst, ", checksum 0x"...), e.Checksum)
	dst = append(append(append(dst, " ("...), word...), "), length "...)
	dst = strconv.AppendInt(dst, int64(e.Length), 10)
	left := budget(maxListed)
	for o, ok := e.Next(); ok; o, ok = e.Next() {
		if dst, ok = left.take(dst); !ok {
			return dst
		}
		dst = append(append(dst, ' '), objectWords[o.Class]...)
		if objectWords[o.Class] == "" {
			dst = append(dst, "unknown"...)
		}
		dst = appendNumber(dst, " Object (", o.Class)
		dst = appendNumber(dst, "), Class-Type: ", o.CType)
		dst = append(dst, ", length "...)
		dst = strconv.AppendInt(dst, int64(o.Length), 10)
		dst = appendObjectText(dst, &o)
	}
	return dst
}

// objectWords name the classes of objects, MPLS as tcpdump does.
var objectWords = [256]string{
	icmp.ClassMPLS:           "MPLS Stack Entry",
	icmp.ClassInterfaceInfo:  "Interface Information",
	icmp.ClassInterfaceIdent: "Interface Identification",
	icmp.ClassExtendedInfo:   "Extended Information",
	icmp.ClassNodeIdent:      "Node Identification",
}

func appendObjectText(dst []byte, o *icmp.Object) []byte {
	left := budget(maxListed)
	for i := 0; ; i++ {
		label, ok := o.Label(i)
		if !ok {
			break
		}
		if dst, ok = left.take(dst); !ok {
			return dst
		}
		dst = appendNumber(dst, " label ", label.Label)
		dst = appendNumber(dst, ", tc ", label.TC)
		if label.Bottom {
			dst = append(dst, ", [S]"...)
		}
		dst = appendNumber(dst, ", ttl ", label.TTL)
	}
	if n, ok := o.Pointer(); ok {
		dst = appendNumber(dst, " pointer ", n)
	}
	if role, ok := o.Role(); ok {
		dst = append(append(dst, " role "...), roleNames[role]...)
	}
	i, ok := o.Interface()
	if !ok {
		return dst
	}
	if i.HasIndex {
		dst = appendNumber(dst, " index ", i.Index)
	}
	if a, version, ok := i.IP(); ok {
		dst = appendAddr(append(dst, " addr "...), &a, version)
	} else if len(i.Address) > 0 {
		dst = appendNumber(dst, " afi ", i.AFI)
		dst = appendHex(append(dst, " addr 0x"...), i.Address)
	}
	if len(i.Name) > 0 {
		dst = appendOutside(append(dst, " name "...), i.Name, true)
	}
	if i.HasMTU {
		dst = appendNumber(dst, " mtu ", i.MTU)
	}
	return dst
}

// roleNames are the words for an interface's role, in text and in JSON.
var roleNames = [...]string{
	icmp.RoleIncoming: "incoming",
	icmp.RoleSubIP:    "sub_ip",
	icmp.RoleOutgoing: "outgoing",
	icmp.RoleNextHop:  "next_hop",
}
