package render

import (
	"strconv"

	"icmpdump/capture/icmp"
)

// appendField appends the name of a field and its colon, with a comma in front if it is not the
// first of its object.
func appendField(dst []byte, name string) []byte {
	dst = appendComma(dst)
	dst = append(dst, '"')
	dst = append(dst, name...)
	return append(dst, '"', ':')
}

// appendComma appends a comma if something stands before in the same object or array.
func appendComma(dst []byte) []byte {
	if last := dst[len(dst)-1]; last != '{' && last != '[' {
		dst = append(dst, ',')
	}
	return dst
}

// appendObject opens an object, which the caller closes with '}'.
func appendObject(dst []byte, name string) []byte { return append(appendField(dst, name), '{') }

// appendArray opens an array, which the caller closes with ']'.
func appendArray(dst []byte, name string) []byte { return append(appendField(dst, name), '[') }

func appendUint(dst []byte, name string, n uint64) []byte {
	return appendDecimal(appendField(dst, name), n)
}

func appendBool(dst []byte, name string, b bool) []byte {
	return strconv.AppendBool(appendField(dst, name), b)
}

func appendJSONAddr(dst []byte, name string, a *icmp.Addr, version uint8) []byte {
	dst = append(appendField(dst, name), '"')
	return append(appendAddr(dst, a, version), '"')
}

// appendJSONAddrs appends IPv6 addresses, however many there are.
func appendJSONAddrs(dst []byte, name string, addrs icmp.AddrList) []byte {
	dst = appendArray(dst, name)
	for i := range addrs.Len() {
		a := addrs.At(i)
		dst = append(appendComma(dst), '"')
		dst = append(appendAddr6(dst, &a), '"')
	}
	return append(dst, ']')
}

// appendString appends a string that needs no escape but for what JSON itself asks: it is
// printable ASCII.
func appendString(dst []byte, name, s string) []byte {
	return AppendQuoted(appendField(dst, name), s)
}

// AppendQuoted appends a string in quotation marks, a backslash in front of those in it and of backslashes. All
// of it is printable ASCII, or need not be JSON.
func AppendQuoted(dst []byte, s string) []byte {
	dst = append(dst, '"')
	for i := range len(s) {
		if s[i] == '"' || s[i] == '\\' {
			dst = append(dst, '\\')
		}
		dst = append(dst, s[i])
	}
	return append(dst, '"')
}

// appendRaw appends bytes that came from outside as a string: cleaned, as in a line.
func appendRaw(dst []byte, name string, b []byte) []byte {
	dst = append(appendField(dst, name), '"')
	return append(appendOutside(dst, b, false), '"')
}

// appendEnum appends a number, and its word, as name_name, if it is one of words.
func appendEnum(dst []byte, name string, n uint8, words []string) []byte {
	return fields{dst: dst}.enum(name, n, words).dst
}

// appendNamed appends the type of an element of a list, and its name if it is one of words.
func appendNamed(dst []byte, typ uint8, words []string) []byte {
	name := ""
	if int(typ) < len(words) {
		name = words[typ]
	}
	return appendName(dst, typ, name)
}

// appendBits appends a boolean for each bit that has a name, from bit 7 down.
func appendBits(dst []byte, bits uint8, names ...string) []byte {
	for i, name := range names {
		dst = appendBool(dst, name, bits&(0x80>>i) != 0)
	}
	return dst
}

// appendHexBytes appends bytes as a string of hexadecimal digits.
func appendHexBytes(dst []byte, name string, b []byte) []byte {
	dst = append(appendField(dst, name), '"')
	return append(appendHex(dst, b), '"')
}
