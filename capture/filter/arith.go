package filter

import (
	"fmt"
	"strconv"
)

// An arith is an arithmetic expression. Its value is there in packets of which the condition holds.
type arith interface {
	String() string
	value(l *lowering) (there *cond, v *value)
	slots() int // of scratch memory
}

// A number is a constant.
type number uint32

func (n number) String() string { return strconv.FormatUint(uint64(n), 10) }

func (n number) value(l *lowering) (*cond, *value) { return yes, l.constant(uint32(n)) }

func (number) slots() int { return 0 }

// A packetLen is the length of a frame on the wire, with all its tags.
type packetLen struct{}

func (packetLen) String() string { return "len" }

func (packetLen) value(l *lowering) (*cond, *value) {
	v := l.make(value{kind: length})
	if l.user {
		return yes, v
	}
	tag := l.arithmetic(aluLSH, l.extra(kernelTag), l.constant(2)) // 4 bytes, of the tag that the kernel took out
	return yes, l.arithmetic(aluADD, v, tag)
}

func (packetLen) slots() int { return 1 }

// An index is some bytes of a packet.
type index struct {
	proto string
	at    arith
	size  uint8
}

func (i *index) String() string { return fmt.Sprintf("%s[%s:%d]", i.proto, i.at, i.size) }

func (i *index) slots() int { return 1 + i.at.slots() }

func (i *index) value(l *lowering) (*cond, *value) {
	there, at := i.at.value(l)
	if !at.within(maxOffset) {
		there = and(there, not(is(at, jmpJGT, maxOffset)))
	}
	here, b, k := i.layer(l)
	return and(there, here), l.indexed(b, at, k, i.size).known(l)
}

// maxOffset is how far into a packet an expression may reach.
const maxOffset = 65535

// within reports whether v is never larger than most.
func (v *value) within(most uint32) bool {
	switch {
	case v.kind == constant:
		return v.k <= most
	case v.kind == load:
		return v.size < 4 && uint32(1)<<(8*v.size)-1 <= most
	case v.kind != arithmetic || v.b.kind != constant:
		return false
	}
	switch v.op {
	case aluAND:
		return v.b.k <= most || v.a.within(most)
	case aluRSH:
		return v.a.within(most)
	case aluLSH:
		return v.b.k < 16 && v.a.within(most>>v.b.k)
	case aluADD:
		return v.b.k <= most && v.a.within(most-v.b.k)
	}
	return false
}

// known is v, or what the class of packets makes of it.
func (v *value) known(l *lowering) *value {
	if v.kind == load && v.a == nil && v.base == atNetwork {
		return l.loadIP(v.k, v.size)
	}
	return v
}

// layer is whether a packet has the header that i is of, and where.
func (i *index) layer(l *lowering) (*cond, base, uint32) {
	switch i.proto {
	case "ether", "link":
		return yes, atFrame, 0
	case "ip":
		return truth(l.class.version() == 4), atNetwork, 0
	case "ip6":
		return truth(l.class.version() == 6), atNetwork, 0
	case "icmp6":
		return l.transport(6, protoICM6, i.String())
	}
	if e, ok := etherTypes[i.proto]; ok {
		return e.cond(l), atNetwork, 0
	}
	return l.transport(4, protocols[i.proto], i.String())
}

// An operation is two expressions and what is done with them.
type operation struct {
	op   string
	l, r arith
}

// operators are those of an operation, and how tightly each binds.
var operators = map[string]struct {
	op    uint16
	tight int
}{
	"|": {aluOR, 1}, "^": {aluXOR, 1},
	"&":  {aluAND, 2},
	"<<": {aluLSH, 3}, ">>": {aluRSH, 3},
	"+": {aluADD, 4}, "-": {aluSUB, 4},
	"*": {aluMUL, 5}, "/": {aluDIV, 5}, "%": {aluMOD, 5},
}

func (b *operation) String() string {
	return "(" + b.l.String() + " " + b.op + " " + b.r.String() + ")"
}

func (b *operation) slots() int { return max(b.l.slots(), 1+b.r.slots()) }

func (b *operation) value(l *lowering) (*cond, *value) {
	thereL, left := b.l.value(l)
	thereR, right := b.r.value(l)
	return and(thereL, thereR), l.arithmetic(operators[b.op].op, left, right)
}

// A minus is the opposite of an expression.
type minus struct{ of arith }

func (m *minus) String() string { return "-" + m.of.String() }

func (m *minus) slots() int { return m.of.slots() }

func (m *minus) value(l *lowering) (*cond, *value) {
	there, v := m.of.value(l)
	return there, l.values.negative(v)
}

// A comparison is a relation between two expressions. Numbers have no sign.
type comparison struct {
	op   relation
	l, r arith
	text string
}

func (c *comparison) String() string { return c.l.String() + " " + string(c.op) + " " + c.r.String() }

func (c *comparison) cond(l *lowering) *cond {
	if _, ok := c.l.(packetLen); ok && !l.user {
		if n, ok := c.r.(number); ok {
			return c.length(l, uint32(n))
		}
	}
	thereL, left := c.l.value(l)
	thereR, right := c.r.value(l)
	there := and(thereL, thereR)
	if there.undecidedIn() {
		return unknown(c.text)
	}
	op := c.op
	if left.kind == constant {
		left, right, op = right, left, op.swapped()
	}
	var so *cond
	if right.kind == constant {
		so = op.cond(left, right.k)
	} else {
		so = &cond{op: tested, test: test{v: left, with: right}}
		negated := false
		if so.test.op, negated = op.parts(); negated {
			so = not(so)
		}
	}
	so = and(there, so)
	if !l.user && so.op != never && (left.behindTag() || right.behindTag()) {
		return unless(not(jeq(l.extra(kernelTag), 0)), so, c.text)
	}
	return so
}

func jeq(v *value, k uint32) *cond { return is(v, jmpJEQ, k) }

// behindTag reports whether v has bytes of a frame that the kernel may have moved when it took a tag
// out.
func (v *value) behindTag() bool {
	const tag = 12
	switch v.kind {
	case load:
		return v.base == atFrame && (v.a != nil || v.k+uint32(v.size) > tag) || v.a != nil && v.a.behindTag()
	case arithmetic:
		return v.a.behindTag() || v.b.behindTag()
	case negative:
		return v.a.behindTag()
	}
	return false
}

// length compares len with a number in the kernel, which leaves the 4 bytes of a tag out that it took
// out.
func (c *comparison) length(l *lowering, n uint32) *cond {
	v := l.make(value{kind: length})
	tag := not(jeq(l.extra(kernelTag), 0))
	op, negated := c.op.parts()
	var so *cond
	if short := max(n, 4) - 4; op == jmpJEQ {
		so = or(and(is(v, op, n), not(tag)), and(is(v, op, short), tag))
	} else {
		so = or(is(v, op, n), and(is(v, op, short), tag))
	}
	if negated {
		return not(so)
	}
	return so
}
