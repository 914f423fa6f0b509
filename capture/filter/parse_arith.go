package filter

import (
	"net/netip"
	"strconv"
)

// isIndexed reports whether bytes of it can be asked for.
func isIndexed(name string) bool {
	_, isProtocol := protocols[name]
	_, isEther := etherTypes[name]
	return isProtocol && name != "ah" && name != "esp" || isEther && name != "loopback" || name == "ether" || name == "link"
}

// wholeArithmetic is operands with operators between them, from the first one on.
func (p *parser) wholeArithmetic() arith {
	outer := p.chain
	p.chain = chain{}
	a := p.arithmetic(0)
	p.chain = outer
	return a
}

// arithmetic is operands with operators between them that bind tighter than that.
func (p *parser) arithmetic(tight int) arith {
	return p.arithFrom(p.operand(), tight)
}

// A chain is operators that no parentheses part.
type chain struct {
	length int
	odd    string // one of them that libpcap reads as nobody expects
	at     int    // its place
}

// add counts an operator. How tightly libpcap lets % and ^ bind depends on what follows: beside others
// they need parentheses.
func (c *chain) add(p *parser, op string) {
	c.length++
	if op == "%" || op == "^" {
		c.odd, c.at = op, p.pos
	}
	if c.length > 1 && c.odd != "" {
		p.fail(c.at, "%s beside other operators: put parentheses around what belongs together", c.odd)
	}
}

// arithFrom is what goes on behind a left operand.
func (p *parser) arithFrom(left arith, tight int) arith {
	for p.err == nil {
		op := p.operator()
		if op == "" || operators[op].tight <= tight {
			return left
		}
		p.chain.add(p, op)
		p.accept(op)
		p.blank()
		at := p.pos
		right := p.arithmetic(operators[op].tight)
		if n, ok := right.(number); ok && p.err == nil {
			switch {
			case n == 0 && (op == "/" || op == "%"):
				p.fail(at, "division by zero")
			case n > 31 && (op == "<<" || op == ">>"):
				p.fail(at, "a shift by more than 31 bits")
			}
		}
		left = fold(&operation{op, left, right})
	}
	return left
}

// fold is b, or what it is if both sides are numbers.
func fold(b *operation) arith {
	l, okL := b.l.(number)
	r, okR := b.r.(number)
	if okL && okR {
		if k, ok := compute(operators[b.op].op, uint32(l), uint32(r)); ok {
			return number(k)
		}
	}
	return b
}

// operator is the one that comes next. && and || are none.
func (p *parser) operator() string {
	p.blank()
	for _, sign := range []string{"&&", "||"} {
		if p.peek(sign) {
			return ""
		}
	}
	for _, op := range []string{"<<", ">>", "+", "-", "*", "/", "%", "&", "|", "^"} {
		if p.peek(op) {
			return op
		}
	}
	return ""
}

func (p *parser) operand() arith {
	defer func() { p.depth-- }()
	if !p.nest() {
		return number(0)
	}
	switch {
	case p.accept("-"):
		of := p.operand()
		if n, ok := of.(number); ok {
			return -n
		}
		return &minus{of}
	case p.accept("("):
		a := p.wholeArithmetic()
		if p.err == nil && !p.accept(")") {
			p.expected("an operator or a closing parenthesis")
		}
		return a
	}
	w := p.small()
	k, isConstant := constants[w]
	why, isRefused := refused[w]
	switch {
	case w == "":
		p.expected("a number, len, or bytes as in icmp[0]")
	case w == "len":
		p.take(w)
		return packetLen{}
	case isConstant:
		p.take(w)
		return number(k)
	case isDigit(w[0]):
		n, ok := parseNumber(w)
		if !ok {
			p.fail(p.pos, "expected a number of 32 bits, decimal, 0x…, 0…, or as in 10.0.0.1")
			return number(0)
		}
		p.take(w)
		return number(n)
	case isIndexed(w):
		return p.indexed(w)
	case isRefused:
		p.fail(p.pos, "%s is not part of this language: %s", w, why)
	default:
		p.expected("a number, len, a name as icmp-echo, or bytes as in icmp[0]")
	}
	return number(0)
}

// indexed is bytes of a header: name[offset:size].
func (p *parser) indexed(name string) arith {
	p.take(name)
	if !p.accept("[") {
		p.expected("[, and an offset, as in " + name + "[0]")
		return number(0)
	}
	p.blank()
	at := p.pos
	i := &index{proto: name, at: p.wholeArithmetic(), size: 1}
	if n, ok := i.at.(number); ok && n > maxOffset {
		p.fail(at, "an offset beyond %d: no packet is so long", maxOffset)
	}
	if p.accept(":") {
		switch w := p.small(); w {
		case "1", "2", "4":
			i.size = w[0] - '0'
			p.take(w)
		default:
			p.expected("a size of 1, 2 or 4 bytes")
		}
	}
	if p.err == nil && !p.accept("]") {
		p.expected("an operator, a size as in :2, or a closing bracket")
	}
	return i
}

// parseNumber is a constant: decimal, 0x and hexadecimal, 0 and octal, or an IPv4 address.
func parseNumber(w string) (uint32, bool) {
	if n, err := strconv.ParseUint(w, 0, 32); err == nil && isDigit(w[0]) && plainDigits(w) {
		return uint32(n), true
	}
	if a, err := netip.ParseAddr(w); err == nil && a.Is4() {
		b := a.As4()
		return uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3]), true
	}
	return 0, false
}

// plainDigits reports whether a number has none of the liberties of Go's syntax: 0b1, 0o7, 1_000.
func plainDigits(w string) bool {
	for i := range len(w) {
		c := w[i] | 0x20
		if c == '_' || c == '_'|0x20 || i == 1 && (c == 'b' || c == 'o') {
			return false
		}
	}
	return true
}
