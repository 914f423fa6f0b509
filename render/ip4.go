package render

import (
	"encoding/binary"
	"strconv"

	"icmpdump/capture/icmp"
)

// appendIP4Header appends what tcpdump -v says of the IPv4 header that the datagram b begins
// with, in parentheses and with a blank behind; nothing if there is none.
func appendIP4Header(dst, b []byte) []byte {
	h, ok := icmp.ReadHeader4(b)
	if !ok {
		return dst
	}
	ecn := [...]string{"", ",ECT(1)", ",ECT(0)", ",CE"} // RFC 3168, section 5
	dst = append(dst, "(tos 0x"...)
	dst = strconv.AppendUint(dst, uint64(h.TOS), 16)
	dst = append(dst, ecn[h.TOS&3]...)
	if h.TTL > 0 {
		dst = appendNumber(dst, ", ttl ", h.TTL)
	}
	dst = appendNumber(dst, ", id ", h.ID)
	dst = appendNumber(dst, ", offset ", h.Offset)
	dst = append(dst, ", flags ["...)
	dst = appendFlags4(dst, &h)
	dst = append(dst, "], proto "...)
	dst = appendProtoWord(dst, h.Proto)
	dst = appendNumber(dst, ", length ", h.Length)
	if h.Size > 20 {
		dst = append(dst, ", options ("...)
		dst = append(appendOptions4(dst, &h), ')')
	}
	if state, right := h.Sum(); state == icmp.SumBad {
		dst = append(dst, ", bad cksum "...)
		dst = strconv.AppendUint(dst, uint64(h.Checksum), 16)
		dst = append(dst, " (->"...)
		dst = strconv.AppendUint(dst, uint64(right), 16)
		dst = append(dst, ")!"...)
	}
	return append(dst, ") "...)
}

func appendFlags4(dst []byte, h *icmp.Header4) []byte {
	start := len(dst)
	for _, flag := range [...]struct {
		set  bool
		name string
	}{{h.MF, "+"}, {h.DF, "DF"}, {h.Reserved, "rsvd"}} {
		if !flag.set {
			continue
		}
		if len(dst) > start {
			dst = append(dst, ", "...)
		}
		dst = append(dst, flag.name...)
	}
	if len(dst) == start {
		return append(dst, "none"...)
	}
	return dst
}

// protoWords are tcpdump's words for the protocol of an IP header.
var protoWords = [256]string{
	0: "Options", 1: "ICMP", 2: "IGMP", 4: "IPIP", 6: "TCP", 8: "EGP", 9: "IGRP", 17: "UDP",
	33: "DCCP", 41: "IPv6", 43: "Routing", 44: "Fragment", 46: "RSVP", 47: "GRE", 50: "ESP",
	51: "AH", 55: "Mobile IP", 58: "ICMPv6", 62: "Mobile IP (old)", 88: "EIGRP", 89: "OSPF",
	103: "PIM", 108: "Compressed IP", 112: "VRRP", 113: "PGM", 132: "SCTP", 135: "Mobility",
	143: "Ethernet",
}

// appendProtoWord appends tcpdump's word for a protocol, and its number.
func appendProtoWord(dst []byte, proto uint8) []byte {
	word := protoWords[proto]
	if word == "" {
		word = "unknown"
	}
	dst = append(dst, word...)
	return append(appendNumber(dst, " (", proto), ')')
}

// option4Words are tcpdump's words for IPv4 options.
var option4Words = [256]string{
	icmp.Option4End: "EOL", icmp.Option4NOP: "NOP", icmp.Option4RecordRoute: "RR",
	icmp.Option4Timestamp: "timestamp", icmp.Option4Traceroute: "traceroute",
	icmp.Option4Security: "security", icmp.Option4LooseRoute: "LSRR",
	icmp.Option4StrictRoute: "SSRR", icmp.Option4RouterAlert: "RA",
}

// appendOptions4 appends the options of an IPv4 header, of which there can't be more than 40.
func appendOptions4(dst []byte, h *icmp.Header4) []byte {
	opts := h.Options()
	start := len(dst)
	for o, ok := opts.Next(); ok; o, ok = opts.Next() {
		if len(dst) > start {
			dst = append(dst, ',')
		}
		if word := option4Words[o.Type]; word != "" {
			dst = append(dst, word...)
		} else {
			dst = appendNumber(dst, "unknown ", o.Type)
		}
		switch {
		case o.Bad:
			dst = appendBad(dst, " [bad length ", o.Length)
		case !o.Whole():
			return append(dst, " [truncated-option]"...)
		default:
			dst = appendOption4(dst, &o)
		}
	}
	if opts.Cut() {
		dst = append(dst, " [truncated-option]"...)
	}
	return dst
}

func appendBad(dst []byte, text string, n int) []byte {
	dst = append(dst, text...)
	return append(strconv.AppendInt(dst, int64(n), 10), ']')
}

// appendOption4 appends what stands behind the name of an option that is whole.
func appendOption4(dst []byte, o *icmp.Option4) []byte {
	switch o.Type {
	case icmp.Option4RecordRoute, icmp.Option4LooseRoute, icmp.Option4StrictRoute:
		return appendRoute4(dst, o)
	case icmp.Option4Timestamp:
		return appendTimestamps4(dst, o)
	case icmp.Option4RouterAlert:
		value, ok := o.RouterAlert()
		switch {
		case !ok:
			return appendBad(dst, " [bad length ", o.Length)
		case value != 0:
			return appendNumber(dst, " value ", value)
		}
	}
	return dst
}

// appendRoute4 appends the addresses of a route, those that the pointer has passed with a comma.
func appendRoute4(dst []byte, o *icmp.Option4) []byte {
	pointer, ok := o.Pointer()
	if !ok || o.Length&3 != 3 {
		dst = appendBad(dst, " [bad length ", o.Length)
	}
	if !ok {
		return dst
	}
	at := int(pointer) - 1
	if at < 3 || at&3 != 3 || at > o.Length+1 {
		dst = appendBad(dst, " [bad ptr ", int(pointer))
	}
	route := o.Route()
	for i := 0; i < len(route); i += 4 {
		dst = appendAddr4(append(dst, ' '), route[i:i+4])
		if pointer == 0 || at > 3+i {
			dst = append(dst, ',')
		}
	}
	return dst
}

// appendTimestamps4 appends the time stamps of an option, with a caret where its pointer is.
func appendTimestamps4(dst []byte, o *icmp.Option4) []byte {
	t, ok := o.Timestamps()
	if !ok {
		return appendBad(dst, "[bad length ", o.Length)
	}
	dst = append(dst, " TS{"...)
	if (o.Length-4)%t.Entry != 0 {
		dst = appendBad(dst, "[bad length ", o.Length)
	}
	pointer, _ := o.Pointer()
	at, end := int(pointer)-1, 0
	if at < 4 || (at-4)%t.Entry != 0 || at > o.Length+1 {
		dst = appendBad(dst, "[bad ptr ", int(pointer))
	}
	switch t.Flag {
	case icmp.TimestampsOnly:
		dst, end = append(dst, "TSONLY"...), 4
	case icmp.TimestampsWithAddress:
		dst, end = append(dst, "TS+ADDR"...), 4
	case icmp.TimestampsPrespecced:
		dst, end = append(dst, "PRESPEC"...), 4
	default:
		dst = appendBad(dst, "[bad ts type ", int(t.Flag))
		t.Entries = nil
	}
	for entries := t.Entries; len(entries) > 0; entries = entries[t.Entry:] {
		dst = append(dst, ' ')
		if at == end {
			dst = append(dst, "^ "...)
		}
		dst = appendDecimal(dst, uint64(binary.BigEndian.Uint32(entries[t.Entry-4:])))
		dst = append(dst, '@')
		if t.Entry == 8 {
			dst = appendAddr4(dst, entries[:4])
		}
		end += t.Entry
	}
	if at == end {
		dst = append(dst, " ^ "...)
	}
	if t.Overflow > 0 {
		dst = appendNumber(dst, " [", t.Overflow)
		return append(dst, " hops not recorded]} "...)
	}
	return append(dst, '}')
}
