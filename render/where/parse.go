package where

import (
	"fmt"
	"strings"
	"time"

	"icmpdump/internal/caret"
)

// maxDepth bounds how deep "not" and parentheses are nested: far more than anybody reads.
const maxDepth = 100

// A parser reads
//
//	or    = and { ("or" | "||") and }
//	and   = unary { ("and" | "&&") unary }
//	unary = ("not" | "!") unary | "(" or ")" | test
//	test  = field [ sign value | "in" "(" value { "," value } ")" | "in" network ]
type parser struct {
	scanner
	depth int
	loc   *time.Location
}

// wrong is an error at a place.
func (p *parser) wrong(at int, format string, a ...any) error {
	return &caret.Error{Expr: p.text, Offset: at, Text: fmt.Sprintf(format, a...)}
}

// expected is the error of a token that is none of what may stand in its place.
func (p *parser) expected(what string) error {
	switch t := &p.tok; t.kind {
	case tokenWrong:
		return p.wrong(t.at, "%s", t.text)
	case tokenEnd:
		return p.wrong(t.at, "expected %s", what)
	case tokenText:
		return p.wrong(t.at, "expected %s, not %q", what, t.text)
	default:
		return p.wrong(t.at, "expected %s, not %s", what, t.text)
	}
}

func (p *parser) or() (node, error) {
	return p.list(p.and, func() bool { return p.tok.is("or") || p.tok.kind == tokenOr }, func(of []node) node { return &anyOf{of} })
}

func (p *parser) and() (node, error) {
	return p.list(p.unary, func() bool { return p.tok.is("and") || p.tok.kind == tokenAnd }, func(of []node) node { return &allOf{of} })
}

// list reads what one reads, and more of it behind each token that is between two.
func (p *parser) list(one func() (node, error), between func() bool, made func([]node) node) (node, error) {
	n, err := one()
	if err != nil || !between() {
		return n, err
	}
	all := []node{n}
	for between() {
		p.next()
		n, err := one()
		if err != nil {
			return nil, err
		}
		all = append(all, n)
	}
	return made(all), nil
}

func (p *parser) unary() (node, error) {
	negated := p.tok.is("not") || p.tok.kind == tokenNot
	if !negated && p.tok.kind != tokenOpen {
		return p.test()
	}
	begin := p.tok.at
	if p.depth++; p.depth > maxDepth {
		return nil, p.wrong(begin, "more than %d parentheses and nots within each other", maxDepth)
	}
	defer func() { p.depth-- }()
	p.next()
	if negated {
		n, err := p.unary()
		return &not{n}, err
	}
	n, err := p.or()
	if err != nil {
		return nil, err
	}
	if p.tok.kind != tokenClose {
		open := &caret.Error{Expr: p.text, Offset: begin}
		return nil, p.expected(fmt.Sprintf("and, or, or the ) for column %d", open.Column()))
	}
	p.next()
	return n, nil
}

// test reads what is said of one field.
func (p *parser) test() (node, error) {
	if p.tok.kind != tokenWord || p.tok.is("and") || p.tok.is("or") || p.tok.is("in") {
		return nil, p.expected("a field, such as rtt")
	}
	name, at := p.tok.text, p.tok.at
	f := fieldOf(name)
	if f == nil {
		return nil, p.wrong(at, "%s", unknownField(name))
	}
	p.next()
	switch {
	case p.tok.is("in"):
		p.next()
		return p.in(f, name)
	case p.tok.kind == tokenOp:
		return p.comparison(f, name)
	case p.tok.kind == tokenNot && strings.HasPrefix(p.text[p.end:], "~"):
		return nil, p.wrong(p.tok.at, "there is no !~: write not %s ~ and what it is like", name)
	}
	return &test{field: f}, nil
}

func (p *parser) comparison(f *field, name string) (node, error) {
	t := &test{field: f, op: p.tok.op}
	if !f.class.takes(t.op) {
		return nil, p.wrong(p.tok.at, "%s", f.refusal(t.op, name))
	}
	p.next()
	v, err := p.value(f, name, t.op)
	if err != nil {
		return nil, err
	}
	t.add(v)
	return t, nil
}

func (p *parser) in(f *field, name string) (node, error) {
	t := &test{field: f, op: opIn}
	list := p.tok.kind == tokenOpen
	if !list && f.class != classAddr {
		return nil, p.expected("(")
	}
	if list {
		p.next()
	}
	for {
		v, err := p.value(f, name, opIn)
		if err != nil {
			return nil, err
		}
		t.add(v)
		if !list {
			return t, nil
		}
		if p.tok.kind == tokenClose {
			p.next()
			return t, nil
		}
		if p.tok.kind != tokenComma {
			return nil, p.expected("a comma or )")
		}
		p.next()
	}
}

// value reads a value of f, which was written as name.
func (p *parser) value(f *field, name string, o op) (value, error) {
	t := p.tok
	if t.kind != tokenWord && t.kind != tokenText {
		return value{}, p.expected(f.sample())
	}
	v, wrong := p.read(f, name, o, t.text)
	if wrong != "" {
		return value{}, p.wrong(t.at, "%s", wrong)
	}
	p.next()
	return v, nil
}
