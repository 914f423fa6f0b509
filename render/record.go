package render

import (
	"strconv"
	"strings"

	"icmpdump/capture/icmp"
)

// A record is a row on its way to JSON or to CSV: the same fields, in the same order. What a row
// does not have is null, or empty. An object is in CSV a prefix to the names of its fields.
type record struct {
	dst    []byte
	csv    bool
	head   bool   // of CSV: names, and no values
	object string // the one that is open
	absent bool   // it is null
	more   bool   // fields stand before
}

// field begins a field, and reports whether its value is to follow.
func (r *record) field(name string, ok bool) bool {
	if !r.csv {
		if r.absent {
			return false
		}
		if r.dst = appendField(r.dst, name); !ok {
			r.dst = append(r.dst, "null"...)
		}
		return ok
	}
	if r.more {
		r.dst = append(r.dst, ',')
	}
	r.more = true
	if r.head {
		if r.object != "" {
			r.dst = append(append(r.dst, r.object...), '_')
		}
		r.dst = append(r.dst, name...)
		return false
	}
	return ok && !r.absent
}

// open begins an object, which close ends. It is null if not ok.
func (r *record) open(name string, ok bool) {
	if !r.csv && r.field(name, ok) {
		r.dst = append(r.dst, '{')
	}
	r.absent, r.object = !ok, name
}

func (r *record) close() {
	if !r.csv && !r.absent {
		r.dst = append(r.dst, '}')
	}
	r.absent, r.object = false, ""
}

func (r *record) uint(name string, n uint64, ok bool) {
	if r.field(name, ok) {
		r.dst = appendDecimal(r.dst, n)
	}
}

// ns is a difference of times, in ns.
func (r *record) ns(name string, n int64, ok bool) {
	if r.field(name, ok) {
		r.dst = strconv.AppendInt(r.dst, n, 10)
	}
}

// share is a number from 0 to 1.
func (r *record) share(name string, n float64, ok bool) {
	if r.field(name, ok) {
		r.dst = strconv.AppendFloat(r.dst, n, 'f', 6, 64)
	}
}

// iface is the name of an interface, null if it is not known.
func (r *record) iface(names *ifaceNames, index int32) {
	var name Text
	if index != 0 {
		name = names.name(index)
	}
	r.text("interface", name, name.s != "")
}

// typeCode is type and code in the words of an event.
func (r *record) typeCode(version, typ, code uint8, ok bool) {
	if r.field("type_code", ok) {
		r.quote()
		r.dst = appendTypeCode(r.dst, &icmp.Packet{Version: version, Type: typ, Code: code})
		r.quote()
	}
}

// word is a string that needs no escape.
func (r *record) word(name, s string, ok bool) {
	if r.field(name, ok) {
		r.quote()
		r.dst = append(r.dst, s...)
		r.quote()
	}
}

// text is a string that came from outside and is clean.
func (r *record) text(name string, t Text, ok bool) {
	switch {
	case !r.field(name, ok):
	case !r.csv:
		r.dst = AppendQuoted(r.dst, t.s)
	case strings.ContainsAny(t.s, `,"`): // RFC 4180
		r.dst = append(r.dst, '"')
		for i := range len(t.s) {
			if t.s[i] == '"' {
				r.dst = append(r.dst, '"')
			}
			r.dst = append(r.dst, t.s[i])
		}
		r.dst = append(r.dst, '"')
	default:
		r.dst = append(r.dst, t.s...)
	}
}

func (r *record) addr(name string, a *icmp.Addr, version uint8, ok bool) {
	if r.field(name, ok) {
		r.quote()
		r.dst = appendAddr(r.dst, a, version)
		r.quote()
	}
}

func (r *record) time(name string, c *clock, ns int64, ok bool) {
	if r.field(name, ok) {
		r.quote()
		r.dst = append(c.moment(r.dst, ns), 'Z')
		r.quote()
	}
}

// tags is the identifiers of a VLAN.
func (r *record) tags(name string, vlan uint32, ok bool) {
	switch {
	case !r.field(name, ok):
	case r.csv:
		r.dst = appendTags(r.dst, vlan, '.')
	default:
		r.dst = append(appendTags(append(r.dst, '['), vlan, ','), ']')
	}
}

// quote appends the mark around a string, where there is one.
func (r *record) quote() {
	if !r.csv {
		r.dst = append(r.dst, '"')
	}
}
