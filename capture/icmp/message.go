package icmp

import "encoding/binary"

// message reads an ICMP message of which b was captured and wire bytes were on the wire,
// p.Length being what the IP header claims. acc is the sum of the pseudo-header, of ICMPv6.
func message(p *Packet, b []byte, wire int, acc uint64) Status {
	got := min(len(b), 8)
	p.Got = uint8(got)
	if got >= 1 {
		p.Type = b[0]
	}
	if got >= 2 {
		p.Code = b[1]
	}
	if got >= 4 {
		p.Checksum = binary.BigEndian.Uint16(b[2:])
	}
	if got >= 6 {
		p.Rest = uint32(binary.BigEndian.Uint16(b[4:])) << 16
	}
	if got == 8 {
		p.Rest = binary.BigEndian.Uint32(b[4:])
	}

	switch {
	case len(b) < wire || p.Frag != 0 || p.Sum == SumUnverified || got < 4:
		p.Sum = SumUnverified
	default:
		p.Sum = verify(acc, b)
	}

	if p.Length < uint32(p.least()) {
		return MalformedICMPHeader
	}
	st := OK
	if len(b) < int(p.Length) {
		st = Truncated
	}
	if p.fields()&(hasLength|hasObject) != 0 && st == OK && p.Frag == 0 && p.badExtensions(b) {
		st = MalformedExtension
	}
	if p.Version == 6 {
		return icmp6(p, b, st)
	}
	switch {
	case got < 8:
	case p.isEcho() && p.Frag == 0:
		p.SetPayload(b[8:])
	case p.IsError():
		p.quote(b)
	}
	return st
}

// icmp6 reads what an ICMPv6 message has behind its header: the datagram it quotes, the
// address it is about, its data or nonce, and whether its options hold together. A first
// fragment's may go on in the next one.
func icmp6(p *Packet, b []byte, st Status) Status {
	switch p.Type { // these have no second word that is theirs
	case Type6MPLControl:
		return announced(p, st, mplHolds(p, b))
	case Type6RPL:
		if st == OK && p.Frag == 0 {
			st = rplStatus(p, b)
		}
		return st
	}
	if len(b) < 8 {
		return st
	}
	switch p.Type {
	case Type6Unreachable, Type6PacketTooBig, Type6TimeExceeded, Type6ParamProblem:
		p.quote(b)
	case Type6MLDReport, Type6MLDDone, Type6NeighborSolicit, Type6NeighborAdvert:
		target(p, b)
	case Type6MLDQuery:
		target(p, b)
		st = announced(p, st, mldQueryHolds(p, b))
	case Type6MLDv2Report:
		st = announced(p, st, mldReportHolds(p, b))
	case Type6RouterRenumbering:
		st = announced(p, st, renumberingHolds(p, b))
	case Type6LocatorUpdate:
		st = announced(p, st, locatorUpdateHolds(p, b))
	case Type6Redirect:
		redirect(p, b)
	case Type6Echo, Type6EchoReply:
		if p.Frag == 0 {
			p.SetPayload(b[8:])
		}
	case Type6NodeQuery, Type6NodeReply:
		if len(b) >= 16 {
			p.SetNonce(binary.BigEndian.Uint64(b[8:]))
		}
	}
	if st != OK || p.Frag != 0 {
		return st
	}
	opts, _ := p.NDOptions(b)
	for ok := true; ok; {
		_, ok = opts.Next()
	}
	if len(opts.Fault()) > 0 {
		return MalformedOption
	}
	return OK
}

// announced is the verdict on a message which holds what its counts and lengths announce, or
// does not: then it is MalformedOption, unless the rest was not captured or is in another
// fragment.
func announced(p *Packet, st Status, holds bool) Status {
	if !holds && st == OK && p.Frag == 0 {
		return MalformedOption
	}
	return st
}

// target reads the address that stands behind the header.
func target(p *Packet, b []byte) {
	if len(b) >= 24 {
		p.Quote.Dst = Addr(b[8:24])
		p.Quote.Level = QuoteHeader
	}
}

// redirect reads target and destination, and the datagram that caused the redirect (RFC 4861,
// section 4.5).
func redirect(p *Packet, b []byte) {
	if len(b) < 40 {
		return
	}
	p.quote(b)
	p.Quote.Src = Addr(b[8:24])
	p.Quote.Dst = Addr(b[24:40])
	p.Quote.Level = max(p.Quote.Level, QuoteHeader)
}

// redirected is the datagram in a redirected header option, of which the capture may have the
// beginning only.
func redirected(opts NDOptions) []byte {
	for {
		o, ok := opts.Next()
		if !ok {
			break
		}
		if b, ok := o.Redirected(); ok {
			return b
		}
	}
	if b := opts.Fault(); len(b) > 8 && b[0] == NDOptRedirected && b[1] > 1 {
		return b[8:]
	}
	return nil
}
