package render

import (
	"strconv"

	"icmpdump/capture/icmp"
)

// appendRenumbering appends a router renumbering message: its kind, its sequence number, and of
// a command which prefixes change how.
func appendRenumbering(dst []byte, p *icmp.Packet, msg []byte, verbose bool) (_ []byte, whole bool) {
	switch p.Code {
	case icmp.CodeRenumberCommand:
		dst = append(dst, ", command"...)
	case icmp.CodeRenumberResult:
		dst = append(dst, ", result"...)
	case icmp.CodeRenumberReset:
		dst = append(dst, ", sequence number reset"...)
	default:
		dst = appendNumber(dst, ", code-#", p.Code)
	}
	if p.Got < 8 {
		return dst, false
	}
	dst = appendNumber(dst, ", seq=", p.Rest)
	r, ok := p.Renumbering(msg)
	if !ok {
		return dst, len(msg) == 0
	}
	if verbose {
		dst = appendRenumberingHeader(dst, &r)
	}
	ops := p.PrefixOps(msg)
	for parts := 0; ; {
		op, ok := ops.Next()
		if !ok {
			break
		}
		if parts += 1 + op.Uses.Len(); parts > maxListed {
			return append(dst, " ..."...), true
		}
		dst = appendPrefixOp(dst, &op, verbose)
	}
	if !ops.Whole() {
		dst = append(dst, " [|icmp6]"...) // tcpdump has the length behind it
	}
	return dst, true
}

func appendRenumberingHeader(dst []byte, r *icmp.Renumbering) []byte {
	dst = append(dst, '[')
	if r.Flags != 0 {
		dst = append(appendFlagLetters(dst, r.Flags, "TRASP"), ',')
	}
	dst = appendNumber(dst, "seg=", r.Segment)
	dst = appendNumber(dst, ",maxdelay=", r.MaxDelay)
	if r.Reserved != 0 {
		dst = append(dst, "rsvd=0x"...)
		dst = strconv.AppendUint(dst, uint64(r.Reserved), 16)
	}
	return append(dst, ']')
}

// appendFlagLetters appends the letters of the bits that are set, which they name from bit 7
// down.
func appendFlagLetters(dst []byte, flags uint8, letters string) []byte {
	for i := range len(letters) {
		if flags&(0x80>>i) != 0 {
			dst = append(dst, letters[i])
		}
	}
	return dst
}

// opCodes are the words for what an operation does with a prefix.
var opCodes = [...]string{1: "add", "change", "setglobal"}

func appendPrefixOp(dst []byte, op *icmp.PrefixOp, verbose bool) []byte {
	dst = append(dst, " match("...)
	if int(op.OpCode) < len(opCodes) && opCodes[op.OpCode] != "" {
		dst = append(dst, opCodes[op.OpCode]...)
	} else {
		dst = appendNumber(dst, "#", op.OpCode)
	}
	if verbose {
		dst = appendNumber(dst, ",ord=", op.Ordinal)
		dst = appendNumber(dst, ",min=", op.MinLen)
		dst = appendNumber(dst, ",max=", op.MaxLen)
	}
	dst = appendAddr6(append(dst, ','), &op.Match)
	dst = append(appendNumber(dst, "/", op.MatchLen), ')')
	for i := range op.Uses.Len() {
		u := op.Uses.At(i)
		dst = append(dst, " use("...)
		if u.Flags != 0 {
			dst = append(appendFlagLetters(dst, u.Flags, "VP"), ',')
		}
		if verbose {
			dst = append(dst, "mask=0x"...)
			dst = strconv.AppendUint(dst, uint64(u.FlagMask), 16)
			dst = append(dst, ",raflags=0x"...)
			dst = strconv.AppendUint(dst, uint64(u.RAFlags), 16)
			dst = append(appendPrefixTime(dst, ",vltime=", u.Valid), ',')
			dst = append(appendPrefixTime(dst, "pltime=", u.Preferred), ',')
		}
		dst = appendAddr6(dst, &u.Prefix)
		dst = append(appendNumber(appendNumber(dst, "/", u.UseLen), "/", u.KeepLen), ')')
	}
	return dst
}

func appendPrefixTime(dst []byte, text string, s uint32) []byte {
	dst = append(dst, text...)
	if s == icmp.Forever {
		return append(dst, "infty"...)
	}
	return strconv.AppendUint(dst, uint64(s), 10)
}
