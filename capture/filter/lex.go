package filter

import (
	"fmt"
	"net/netip"
	"strings"

	"icmpdump/internal/caret"
)

// A Lookup is what names in an expression mean.
type Lookup struct {
	Host  func(name string) ([]netip.Addr, error) // nil: names are refused
	Index func(iface string) (int, error)         // live, an interface's index; nil, of files: judged by name
}

// A parser reads an expression from front to back. After the first error it sees nothing but the end.
type parser struct {
	text  string
	pos   int // of what comes next
	last  int // behind the last that was taken
	err   *caret.Error
	depth int // of parentheses and negations
	chain chain

	look   Lookup
	quals  *quals // of the last primitive, if one without a keyword may follow
	ifaces []string
}

// fail keeps what is wrong at a place, if it is the first.
func (p *parser) fail(at int, format string, args ...any) {
	if p.err == nil {
		p.err = &caret.Error{Expr: p.text, Offset: at, Text: fmt.Sprintf(format, args...)}
	}
	p.pos = len(p.text)
}

// expected fails at what comes next.
func (p *parser) expected(what string) {
	p.blank()
	if p.pos == len(p.text) {
		p.fail(p.pos, "the expression ends here: expected %s", what)
		return
	}
	p.fail(p.pos, "expected %s", what)
}

func (p *parser) blank() {
	for p.pos < len(p.text) && strings.IndexByte(" \t\r\n\v\f", p.text[p.pos]) >= 0 {
		p.pos++
	}
}

func (p *parser) atEnd() bool { p.blank(); return p.pos == len(p.text) }

// accept takes a sign that comes next.
func (p *parser) accept(sign string) bool {
	p.blank()
	if !strings.HasPrefix(p.text[p.pos:], sign) {
		return false
	}
	p.pos += len(sign)
	p.last = p.pos
	return true
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

// isWordByte reports whether c can be in a name, a number or an address. What is beyond ASCII is in
// names of hosts and interfaces only.
func isWordByte(c byte) bool {
	return isDigit(c) || isLetter(c) || strings.IndexByte("_-.:@", c) >= 0 || c >= 0x80
}

// word is the name, number or address that comes next; it is empty if there is none.
func (p *parser) word() string {
	p.blank()
	n := p.pos
	for n < len(p.text) && isWordByte(p.text[n]) {
		n++
	}
	w := p.text[p.pos:n]
	if len(w) > 0 && w[0] == '-' {
		return ""
	}
	return w
}

// small is the name or number that comes next in arithmetic, where - and : are signs; in names, - is
// none.
func (p *parser) small() string {
	p.blank()
	n := p.pos
	isName := n < len(p.text) && isLetter(p.text[n])
	for n < len(p.text) {
		c := p.text[n]
		if !isDigit(c) && !isLetter(c) && c != '_' && (c != '.' || isName) && (c != '-' || !isName || p.text[p.pos:n] == "len") {
			break
		}
		n++
	}
	return p.text[p.pos:n]
}

func (p *parser) take(word string) {
	if p.err != nil {
		return
	}
	p.pos += len(word)
	p.last = p.pos
}

// keyword takes the word that comes next if it is that one.
func (p *parser) keyword(word string) bool {
	if p.word() != word {
		return false
	}
	p.take(word)
	return true
}

// peek reports whether this sign comes next.
func (p *parser) peek(sign string) bool { p.blank(); return strings.HasPrefix(p.text[p.pos:], sign) }

// since is what was taken from a place on.
func (p *parser) since(at int) string { return p.text[at:max(at, min(p.last, len(p.text)))] }
