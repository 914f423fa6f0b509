package render

import (
	"strconv"

	"icmpdump/capture/icmp"
)

// fields appends named values to an object, or to a line: what tcpdump has no words for is said
// in both by the same names. In a line they are name=value with commas between them.
type fields struct {
	dst  []byte
	line bool
	more bool // not the first in the line
}

func (f fields) name(name string) fields {
	if !f.line {
		f.dst = appendField(f.dst, name)
		return f
	}
	if f.more {
		f.dst = append(f.dst, ", "...)
	}
	f.more = true
	f.dst = append(append(f.dst, name...), '=')
	return f
}

// quote appends what stands around a string: nothing in a line.
func (f fields) quote() fields {
	if !f.line {
		f.dst = append(f.dst, '"')
	}
	return f
}

func (f fields) uint(name string, n uint64) fields {
	f = f.name(name)
	f.dst = appendDecimal(f.dst, n)
	return f
}

func (f fields) bool(name string, b bool) fields {
	f = f.name(name)
	f.dst = strconv.AppendBool(f.dst, b)
	return f
}

// word appends a word of this program's own.
func (f fields) word(name, word string) fields {
	f = f.name(name).quote()
	f.dst = append(f.dst, word...)
	return f.quote()
}

// enum appends a number, and its word, as name_name, if it is one of words.
func (f fields) enum(name string, n uint8, words []string) fields {
	f = f.uint(name, uint64(n))
	if int(n) >= len(words) || words[n] == "" {
		return f
	}
	return f.word(name+"_name", words[n])
}

func (f fields) addr(name string, a icmp.Addr) fields {
	f = f.name(name).quote()
	f.dst = appendAddr6(f.dst, &a)
	return f.quote()
}

// addrs appends a list of addresses.
func (f fields) addrs(name string, l icmp.AddrList) fields {
	if !f.line {
		f.dst = appendJSONAddrs(f.dst, name, l)
		return f
	}
	f = f.name(name)
	f.dst = append(f.dst, '[')
	for i := range l.Len() {
		a := l.At(i)
		switch {
		case i == maxListed:
			f.dst = append(f.dst, " ...]"...)
			return f
		case i > 0:
			f.dst = appendAddr6(append(f.dst, ' '), &a)
		default:
			f.dst = appendAddr6(f.dst, &a)
		}
	}
	f.dst = append(f.dst, ']')
	return f
}

// hex appends bytes as hexadecimal digits.
func (f fields) hex(name string, b []byte) fields {
	f = f.name(name).quote()
	if f.line && len(b) > maxListed {
		f.dst = append(appendHex(f.dst, b[:maxListed]), " ..."...)
		return f
	}
	f.dst = appendHex(f.dst, b)
	return f.quote()
}

// link appends a link-layer address, which has whatever length it has.
func (f fields) link(name string, b []byte) fields {
	f = f.name(name).quote()
	if f.line {
		f.dst = appendLongHardware(f.dst, b)
	} else {
		f.dst = appendHardware(f.dst, b)
	}
	return f.quote()
}

// raw appends bytes that came from outside and should be printable: cleaned.
func (f fields) raw(name string, b []byte) fields {
	f = f.name(name).quote()
	f.dst = appendOutside(f.dst, b, f.line)
	return f.quote()
}

// domain appends a domain name.
func (f fields) domain(name string, d icmp.Name) fields {
	f = f.name(name).quote()
	f.dst = appendDomain(f.dst, d, f.line)
	return f.quote()
}

// appendDomain appends the labels of a name, with a dot behind each.
func appendDomain(dst []byte, d icmp.Name, line bool) []byte {
	for label, ok := d.Next(); ok; label, ok = d.Next() {
		dst = append(appendLabel(dst, label, line), '.')
	}
	return dst
}

// A flag is a bit, the word of tcpdump's for it, and its name in an object, if it has one.
type flag struct {
	bit        uint8
	word, name string
}

// flags appends which of the bits are set.
func (f fields) flags(v uint8, flags []flag) fields {
	for i := range flags {
		if flags[i].name != "" {
			f = f.bool(flags[i].name, v&flags[i].bit != 0)
		}
	}
	return f
}

// appendFlags appends the words of those bits that are set, as tcpdump does.
func appendFlags(dst []byte, v uint8, flags []flag) []byte {
	dst = append(dst, "Flags ["...)
	none := len(dst)
	for i := range flags {
		if v&flags[i].bit == 0 {
			continue
		}
		if len(dst) > none {
			dst = append(dst, ", "...)
		}
		dst = append(dst, flags[i].word...)
	}
	if len(dst) == none {
		dst = append(dst, "none"...)
	}
	return append(dst, ']')
}
