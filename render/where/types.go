package where

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"

	"icmpdump/capture/icmp"
	"icmpdump/render"
)

// packType is a type and its code as one number.
func packType(version, typ, code uint8) int64 {
	return int64(version)<<16 | int64(typ)<<8 | int64(code)
}

// A typeSet is types by a name, of either version of IP, with any code or with some.
type typeSet struct {
	types [2][4]uint64 // with any code: of version 4 and 6, a bit for each
	codes []int64      // packed
}

func (t *typeSet) has(packed int64) bool {
	typ := packed >> 8 & 0xff
	return t.types[packed>>17&1][typ/64]>>(typ%64)&1 != 0 || len(t.codes) > 0 && slices.Contains(t.codes, packed)
}

func (t *typeSet) add(packed int64) {
	typ := packed >> 8 & 0xff
	t.types[packed>>17&1][typ/64] |= 1 << (typ % 64)
}

// typeNames has, by each name that a type has anywhere, as plain has it, the types that it may be.
var typeNames = sync.OnceValue(func() map[string][]int64 {
	names := map[string][]int64{"echo": {packType(6, icmp.Type6Echo, 0)}} // as it is called in IPv4
	for _, version := range []uint8{4, 6} {
		for typ := range 256 {
			p := icmp.Packet{Version: version, Type: uint8(typ)}
			name, _ := p.TypeName()
			registered, _ := p.IANAName()
			words, _, _ := strings.Cut(string(render.AppendTypeWords(nil, version, p.Type, 0)), "/")
			for _, n := range []string{name, registered, words} {
				packed := packType(version, p.Type, 0)
				if n = plain(n); n != "" && !slices.Contains(names[n], packed) {
					names[n] = append(names[n], packed)
				}
			}
		}
	}
	return names
})

// plain is a name in lower case, without what stands between its words.
func plain(name string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case 'A' <= r && r <= 'Z':
			return r + 'a' - 'A'
		case 'a' <= r && r <= 'z', '0' <= r && r <= '9':
			return r
		}
		return -1
	}, name)
}

// shown are the names that a table of flows has, which are listed of what is none.
func shown() []string {
	all := map[string]bool{}
	for _, version := range []uint8{4, 6} {
		for typ := range 256 {
			name, _, _ := strings.Cut(string(render.AppendTypeWords(nil, version, uint8(typ), 0)), "/")
			all[name] = true
		}
	}
	return slices.Sorted(maps.Keys(all))
}

// readType is a type by number or name, with a code behind a stroke or in parentheses.
func readType(name string, o op, text string) (v value, wrong string) {
	if v, wrong = readNumber(name, text); wrong == "" {
		return v, ""
	}
	if o != opEqual && o != opUnequal && o != opIn {
		return v, fmt.Sprintf("names of types have no order: write a number, or %s == %s", name, text)
	}
	typ, code, coded := strings.Cut(text, "/")
	if !coded {
		typ, code, coded = strings.Cut(strings.TrimSuffix(text, ")"), "(")
	}
	types := typeNames()[plain(typ)]
	if len(types) == 0 {
		wrong = fmt.Sprintf("there is no type %s: write a number, or a name such as echo-reply or unreachable/port", typ)
		if near := nearest(typ, shown()); len(near) > 0 {
			wrong = fmt.Sprintf("there is no type %s; near it: %s", typ, strings.Join(near, ", "))
		}
		return v, wrong
	}
	v = value{types: new(typeSet), text: string(render.AppendQuoted(nil, text))}
	if !coded {
		for _, packed := range types {
			v.types.add(packed)
		}
		return v, ""
	}
	var known []string
	for _, packed := range types {
		for c := range 256 {
			names := codeNames(uint8(packed>>16), uint8(packed>>8), uint8(c))
			if slices.Contains(names, plain(code)) {
				v.types.codes = append(v.types.codes, packed|int64(c))
			}
			if word := codeWord(uint8(packed>>16), uint8(packed>>8), uint8(c)); word != "" && !slices.Contains(known, word) {
				known = append(known, word)
			}
		}
	}
	if len(v.types.codes) == 0 {
		if known == nil {
			return v, fmt.Sprintf("codes of %s have no names: write a number from 0 to 255, not %s", typ, code)
		}
		return v, fmt.Sprintf("%s has no code %s: write a number, or one of %s", typ, code, strings.Join(known, " "))
	}
	return v, ""
}

// codeNames are the names of a code: its number first. What IPv6 calls port unreachable, of the type
// unreachable, is port in IPv4.
func codeNames(version, typ, code uint8) []string {
	p := icmp.Packet{Version: version, Type: typ, Code: code}
	names := []string{strconv.Itoa(int(code))}
	if _, name := p.TypeName(); name != "" {
		names = append(names, plain(name), strings.TrimSuffix(plain(name), "unreachable"))
	}
	if _, name := p.IANAName(); name != "" && !slices.Contains(names, plain(name)) {
		names = append(names, plain(name))
	}
	return names
}

// codeWord is the word of a code in a table of flows, or "" if it has none there.
func codeWord(version, typ, code uint8) string {
	_, word, _ := strings.Cut(string(render.AppendTypeWords(nil, version, typ, code)), "/")
	if word == strconv.Itoa(int(code)) {
		return ""
	}
	return word
}
