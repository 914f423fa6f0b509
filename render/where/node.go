package where

import (
	"bytes"
	"encoding/binary"
	"regexp"

	"icmpdump/capture/icmp"
)

// A node is a part of an expression.
type node interface {
	eval(*subject) bool

	// append appends the normal form.
	append(dst []byte) []byte
}

// anyOf is two or more with "or" between them, allOf with "and".
type (
	anyOf struct{ of []node }
	allOf struct{ of []node }
	not   struct{ of node }
)

func (a *anyOf) eval(s *subject) bool {
	for _, n := range a.of {
		if n.eval(s) {
			return true
		}
	}
	return false
}

func (a *allOf) eval(s *subject) bool {
	for _, n := range a.of {
		if !n.eval(s) {
			return false
		}
	}
	return true
}

func (n *not) eval(s *subject) bool { return !n.of.eval(s) }

func (a *anyOf) append(dst []byte) []byte { return appendList(dst, a.of, " or ") }
func (a *allOf) append(dst []byte) []byte { return appendList(dst, a.of, " and ") }
func (n *not) append(dst []byte) []byte   { return appendPart(append(dst, "not "...), n.of) }

func appendList(dst []byte, of []node, between string) []byte {
	for i, n := range of {
		if i > 0 {
			dst = append(dst, between...)
		}
		dst = appendPart(dst, n)
	}
	return dst
}

// appendPart appends n, in parentheses if it is a list.
func appendPart(dst []byte, n node) []byte {
	switch n.(type) {
	case *anyOf, *allOf:
		return append(n.append(append(dst, '(')), ')')
	}
	return n.append(dst)
}

// An op is what is asked of a field.
type op uint8

const (
	opThere op = iota // whether it is there; of a boolean, whether it is true
	opEqual
	opUnequal
	opLess
	opAtMost
	opMore
	opAtLeast
	opIn
	opLike
)

var opSigns = [...]string{
	opEqual: "==", opUnequal: "!=", opLess: "<", opAtMost: "<=", opMore: ">", opAtLeast: ">=", opIn: "in", opLike: "~",
}

// A value is what a field is compared with.
type value struct {
	text   string         // in the normal form
	number int64          // of numbers, durations, shares and times, and of a type if types is nil
	bits   uint64         // of words
	net    network        // of addresses
	types  *typeSet       // of a type by name
	like   *regexp.Regexp // what a text is to match; nil of one that is to have plain in it, or be it
	plain  []byte
}

// A network is an address and which of its bits count.
type network struct {
	version uint8
	bits    [2]uint64
	mask    [2]uint64
}

func (n *network) has(a *icmp.Addr, version uint8) bool {
	return version == n.version && binary.BigEndian.Uint64(a[:8])&n.mask[0] == n.bits[0] &&
		binary.BigEndian.Uint64(a[8:])&n.mask[1] == n.bits[1]
}

// A test is what is asked of one field.
type test struct {
	field  *field
	op     op
	values []value
	bits   uint64 // of all values
}

func (t *test) add(v value) {
	t.values = append(t.values, v)
	t.bits |= v.bits
}

func (t *test) append(dst []byte) []byte {
	dst = append(dst, t.field.name...)
	if t.op == opThere {
		return dst
	}
	dst = append(append(append(dst, ' '), opSigns[t.op]...), ' ')
	if t.op != opIn {
		return append(dst, t.values[0].text...)
	}
	for i, v := range t.values {
		if i == 0 {
			dst = append(dst, '(')
		} else {
			dst = append(dst, ", "...)
		}
		dst = append(dst, v.text...)
	}
	return append(dst, ')')
}

// eval is false if the field is not there, whatever is asked.
func (t *test) eval(s *subject) bool {
	n := t.field.read(s)
	if n == 0 {
		return false
	}
	switch t.op {
	case opThere:
		return t.field.class != classBool || s.numbers[0] != 0
	case opEqual, opIn:
		return t.equal(s, n)
	case opUnequal:
		return !t.equal(s, n)
	case opLike:
		v := &t.values[0]
		if v.like == nil {
			return bytes.Contains(s.text, v.plain)
		}
		return v.like.Match(s.text)
	}
	for _, x := range s.numbers[:n] {
		if t.field.class == classType {
			x = x >> 8 & 0xff
		}
		if t.ordered(x, t.values[0].number) {
			return true
		}
	}
	return false
}

func (t *test) ordered(x, y int64) bool {
	switch t.op {
	case opLess:
		return x < y
	case opAtMost:
		return x <= y
	case opMore:
		return x > y
	}
	return x >= y
}

// equal reports whether one of the n that were read is one of the values.
func (t *test) equal(s *subject, n int) bool {
	if t.field.class == classWord {
		return uint64(s.numbers[0])&t.bits != 0
	}
	for i := range t.values {
		v := &t.values[i]
		switch t.field.class {
		case classText:
			if bytes.Equal(s.text, v.plain) {
				return true
			}
		case classAddr:
			if v.net.has(s.addr, s.version) {
				return true
			}
		case classType:
			if v.types == nil && s.numbers[0]>>8&0xff == v.number || v.types != nil && v.types.has(s.numbers[0]) {
				return true
			}
		default:
			if s.numbers[0] == v.number || n > 1 && s.numbers[1] == v.number {
				return true
			}
		}
	}
	return false
}
