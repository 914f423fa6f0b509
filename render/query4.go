package render

import "icmpdump/capture/icmp"

// appendTimestampReply appends the times of a reply, behind identifier and sequence number.
func appendTimestampReply(dst []byte, p *icmp.Packet, msg []byte) (_ []byte, whole bool) {
	dst = appendTimestamp(append(dst, "time stamp reply"...), p)
	t, ok := p.Timestamps(msg)
	if !ok {
		return dst, msg == nil && p.Got == 8
	}
	dst = appendMidnight(append(dst, ": org "...), t.Originate)
	dst = appendMidnight(append(dst, ", recv "...), t.Receive)
	return appendMidnight(append(dst, ", xmit "...), t.Transmit), true
}

// appendMidnight appends ms since midnight, as a time of day.
func appendMidnight(dst []byte, ms uint32) []byte {
	s := uint64(ms / 1000)
	dst = appendPadded(dst, s/3600, 2)
	dst = appendPadded(append(dst, ':'), s/60%60, 2)
	dst = appendPadded(append(dst, ':'), s%60, 2)
	return appendThree(append(dst, '.'), uint64(ms%1000))
}

func appendMaskReply(dst []byte, p *icmp.Packet, msg []byte) (_ []byte, whole bool) {
	mask, ok := p.AddressMask(msg)
	if !ok {
		return append(dst, "address mask reply"...), msg == nil
	}
	dst = append(dst, "address mask is 0x"...)
	return appendHex16(appendHex16(dst, uint16(mask>>16)), uint16(mask)), true
}

// appendRouterAdvert4 appends lifetime and addresses. Of entries of another size than RFC 1256
// has, tcpdump says only the size.
func appendRouterAdvert4(dst []byte, p *icmp.Packet, msg []byte) (_ []byte, whole bool) {
	dst = append(dst, "router advertisement"...)
	r, ok := p.RouterAdvert4(msg)
	if !ok {
		return dst, msg == nil
	}
	dst = appendLifetime(append(dst, " lifetime "...), uint64(r.Lifetime))
	dst = append(appendNumber(dst, " ", r.Addrs), ':')
	if r.EntrySize != 2 {
		return append(appendNumber(dst, " [size ", r.EntrySize), ']'), true
	}
	left := budget(maxListed)
	n := 0
	for a, ok := r.Next(); ok; a, ok = r.Next() {
		n++
		var more bool
		if dst, more = left.take(dst); !more {
			continue
		}
		dst = appendAddr4(append(dst, " {"...), a.Addr[12:])
		dst = appendDecimal(append(dst, ' '), uint64(uint32(a.Preference)))
		dst = append(dst, '}')
	}
	return dst, n == int(r.Addrs)
}

// appendLifetime appends seconds, with minutes and hours if there are any.
func appendLifetime(dst []byte, s uint64) []byte {
	switch {
	case s < 60:
		return appendDecimal(dst, s)
	case s < 3600:
		dst = appendDecimal(dst, s/60)
	default:
		dst = appendDecimal(dst, s/3600)
		dst = appendPadded(append(dst, ':'), s/60%60, 2)
	}
	return appendPadded(append(dst, ':'), s%60, 2)
}
