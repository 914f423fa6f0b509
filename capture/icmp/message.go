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
	if got < 8 {
		return st
	}
	if p.Version == 6 {
		return icmp6(p, b, st)
	}
	if p.IsError() {
		quote4(p, b[8:])
	}
	return st
}

// icmp6 reads what an ICMPv6 message has behind its header: the datagram it quotes, the
// address it is about, and whether its options hold together.
func icmp6(p *Packet, b []byte, st Status) Status {
	switch p.Type {
	case Type6Unreachable, Type6PacketTooBig, Type6TimeExceeded, Type6ParamProblem:
		quote6(p, b[8:])
	case Type6MLDQuery, Type6MLDReport, Type6MLDDone:
		target(p, b)
	case Type6RouterSolicit:
		_, st = ndOptions(b, 8, st)
	case Type6RouterAdvert:
		_, st = ndOptions(b, 16, st)
	case Type6NeighborSolicit, Type6NeighborAdvert:
		target(p, b)
		_, st = ndOptions(b, 24, st)
	case Type6Redirect:
		if len(b) < 40 {
			break
		}
		var redirected []byte
		redirected, st = ndOptions(b, 40, st)
		quote6(p, redirected)
		p.Quote.Src = Addr(b[8:24])
		p.Quote.Dst = Addr(b[24:40])
		p.Quote.Level = max(p.Quote.Level, QuoteHeader)
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

// ndOptions walks the options of neighbor discovery, which begin at b[at:] (RFC 4861, section
// 4.6), as far as they hold together; st becomes MalformedOption where they don't and nothing
// worse is known. What it looks for is the datagram in a redirected header option (section
// 4.6.3), of which the capture may have the beginning only.
func ndOptions(b []byte, at int, st Status) (redirected []byte, _ Status) {
	const redirectedHeader = 4
	if len(b) <= at {
		return nil, st
	}
	for b = b[at:]; len(b) >= 2; {
		n := int(b[1]) * 8
		if b[0] == redirectedHeader && n > 8 && len(b) > 8 {
			redirected = b[8:min(n, len(b))]
		}
		if n == 0 || n > len(b) {
			break
		}
		b = b[n:]
	}
	if len(b) > 0 && st == OK {
		st = MalformedOption
	}
	return redirected, st
}
