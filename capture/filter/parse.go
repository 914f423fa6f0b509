package filter

import "strings"

// maxDepth is how deep parentheses and negations may be nested.
const maxDepth = 1000

// An item is what stands between and and or: an expression or, if it stands in parentheses that a
// comparison goes on behind, arithmetic.
type item struct {
	expr  expr
	arith arith
}

// whole is the whole expression.
func (p *parser) whole() expr {
	e := p.expression(false)
	if p.err == nil && !p.atEnd() {
		p.expected("and, or, or the end")
	}
	return e.expr
}

// expression is items with and and or between them, which bind alike, to the left. Arithmetic is one
// only where it may be in parentheses.
func (p *parser) expression(inParens bool) item {
	left := p.item(inParens)
	if left.arith != nil {
		return left
	}
	for p.err == nil {
		op, ok := p.joint()
		if !ok {
			return left
		}
		right := p.item(false)
		left.expr = &node{op, left.expr, right.expr}
	}
	return left
}

// joint is the and or or that comes next, if one does.
func (p *parser) joint() (op condOp, ok bool) {
	switch {
	case p.accept("&&") || p.keyword("and"):
		return both, true
	case p.accept("||") || p.keyword("or"):
		return either, true
	}
	return both, false
}

// nest counts one level in.
func (p *parser) nest() bool {
	p.depth++
	if p.depth > maxDepth {
		p.fail(p.pos, "nested deeper than %d levels", maxDepth)
	}
	return p.err == nil
}

func (p *parser) item(inParens bool) item {
	defer func() { p.depth-- }()
	if !p.nest() {
		return item{}
	}
	at := p.pos
	p.blank()
	if p.pos < len(p.text) {
		at = p.pos
	}
	switch {
	case p.peek("!") && !p.peek("!="), p.word() == "not":
		if !p.accept("!") {
			p.take("not")
		}
		return item{expr: &node{op: opposite, l: p.item(false).expr}}
	case p.accept("("):
		inner := p.expression(true)
		if p.err == nil && !p.accept(")") {
			p.expected("a closing parenthesis, and, or or")
		}
		if inner.arith == nil {
			return inner
		}
		p.chain = chain{}
		return p.compared(at, p.arithFrom(inner.arith, 0), inParens)
	case p.startsArithmetic():
		return p.compared(at, p.wholeArithmetic(), inParens)
	}
	return item{expr: p.primitive(at)}
}

// startsArithmetic reports whether what comes next is a number, a sign, or bytes of a packet: not an
// address without a keyword.
func (p *parser) startsArithmetic() bool {
	if p.peek("-") {
		return true
	}
	w := p.small()
	_, isConstant := constants[w]
	if w == "len" || isConstant && (p.quals == nil || p.quals.kind != "type") {
		return true
	}
	defer func(pos int) { p.pos = pos }(p.pos)
	if isIndexed(w) {
		p.pos += len(w)
		return p.peek("[")
	}
	if w == "" || !isDigit(w[0]) {
		return false
	}
	isAddress := len(p.word()) > len(w) || strings.Contains(w, ".")
	p.pos += len(w)
	p.blank()
	rest := p.text[p.pos:]
	isLogic := strings.HasPrefix(rest, "&&") || strings.HasPrefix(rest, "||")
	if rest == "" || isLogic || strings.IndexByte("=!<>+-*%&|^/", rest[0]) < 0 {
		return p.quals == nil && !isAddress
	}
	return p.quals == nil || rest[0] != '/' // behind a network, it is a length
}

// compared is a comparison whose left side was read or, in parentheses, just that side.
func (p *parser) compared(at int, left arith, inParens bool) item {
	p.quals = nil
	for _, op := range []relation{"==", "!=", ">=", "<=", "=", ">", "<"} {
		if p.err != nil || !p.accept(string(op)) {
			continue
		}
		if op == "==" {
			op = "="
		}
		c := &comparison{op: op, l: left, r: p.wholeArithmetic()}
		c.text = p.since(at)
		p.checkSlots(at, left)
		p.checkSlots(at, c.r)
		p.checkOffset(at, left)
		return item{expr: c}
	}
	if inParens && p.peek(")") {
		return item{arith: left}
	}
	if p.err == nil {
		p.expected("an operator, or a comparison: = != < > <= >=")
	}
	return item{}
}

// checkOffset refuses to compare the place of a type or code, a number, where what stands there is meant.
func (p *parser) checkOffset(at int, left arith) {
	if _, isNumber := left.(number); !isNumber {
		return
	}
	for _, name := range []string{"icmptype", "icmpcode", "icmp6type", "icmp6code"} {
		if p.err == nil && strings.HasPrefix(p.text[at:], name) {
			p.fail(at, "%s is a place: write %s[%s]", name, name[:len(name)-len("type")], name)
		}
	}
}

// checkSlots refuses arithmetic for which the machine has not enough scratch memory.
func (p *parser) checkSlots(at int, a arith) {
	if p.err == nil && a.slots() >= memSlots-memFree-1 {
		p.fail(at, "arithmetic nested too deep: it takes more than %d intermediate results", memSlots-memFree-2)
	}
}
