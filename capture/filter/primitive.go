package filter

import (
	"slices"
	"strings"
)

// quals are the qualifiers in front of an address, name or number. The next one may go without.
type quals struct {
	kind   string // host, net, proto, ether, ether proto, vlan, id, seq, type, ttl
	proto  string
	dir    dir
	quoted bool
}

// primitive is one that begins with a word: at is its place.
func (p *parser) primitive(at int) expr {
	w := p.word()
	if p.quals != nil && !words[w] && (w != "" || p.peek(`\`)) {
		return p.operandOf(at, p.quals)
	}
	p.quals = nil
	why, isRefused := refused[w]
	_, isProtocol := protocols[w]
	switch {
	case isRefused:
		p.fail(at, "%s is not part of this language: %s", w, why)
	case w == "quoted":
		p.take(w)
		return p.address(at, &quals{quoted: true})
	case slices.Contains([]string{"src", "dst", "host", "net"}, w):
		return p.address(at, &quals{})
	case w == "proto":
		p.take(w)
		return p.operands(at, &quals{kind: "proto"})
	case isProtocol || slices.Contains(etherPrimitives, w):
		p.take(w)
		return p.protocol(at, w)
	case w == "ether" || w == "link":
		p.take(w)
		return p.ether(at)
	case w == "multicast" || w == "broadcast":
		p.take(w)
		return etherGroup(w)
	case w == "id" || w == "seq" || w == "type" || w == "ttl":
		p.take(w)
		return p.operands(at, &quals{kind: w})
	case w == "vlan":
		p.take(w)
		return p.vlan(at)
	case w == "less" || w == "greater":
		p.take(w)
		n := p.number("a length", 1<<32-1)
		op := relation("<=")
		if w == "greater" {
			op = ">="
		}
		return &comparison{op: op, l: packetLen{}, r: number(n), text: p.since(at)}
	case w == "inbound" || w == "outbound":
		p.take(w)
		return direction(w == "outbound")
	case w == "ifname" || w == "on":
		p.take(w)
		return p.iface()
	case w == "" || words[w]:
		p.expected("a primitive, as host, net, icmp, type, or icmp[0] = 8")
	default:
		p.fail(at, "%q needs a keyword in front of it, as host, net, src, dst or type", w)
	}
	return node0
}

// node0 stands where nothing could be read.
var node0 = etherType(0)

func etherGroup(w string) expr {
	if w == "broadcast" {
		return &hardware{dir: dst, addr: [6]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}}
	}
	return group("ether multicast")
}

// protocol is what goes on behind the name of one.
func (p *parser) protocol(at int, name string) expr {
	w := p.word()
	switch {
	case slices.Contains([]string{"src", "dst", "host", "net"}, w):
		if !slices.Contains([]string{"ip", "ip6", "arp", "rarp"}, name) {
			p.fail(p.pos, "%s has no addresses of its own: write %s and %s", name, name, w)
			return node0
		}
		return p.address(at, &quals{proto: name})
	case w == "proto" && (name == "ip" || name == "ip6"):
		p.take(w)
		return p.operands(at, &quals{kind: "proto", proto: name})
	case w == "multicast" && (name == "ip" || name == "ip6"):
		p.take(w)
		return group(name + " multicast")
	case w == "broadcast" && name == "ip":
		p.fail(p.pos, "which address is the broadcast of a network is not known: use broadcast, or dst host and the address")
		return node0
	case refused[w] != "":
		p.fail(p.pos, "%s is not part of this language: %s", w, refused[w])
		return node0
	}
	if e, ok := etherTypes[name]; ok {
		return e
	}
	version := 0
	if only4[name] {
		version = 4
	} else if name == "icmp6" {
		version = 6
	}
	return &proto{version: version, number: protocols[name], text: p.since(at)}
}

// ether is what goes on behind that word.
func (p *parser) ether(at int) expr {
	switch w := p.word(); w {
	case "proto":
		p.take(w)
		return p.operands(at, &quals{kind: "ether proto"})
	case "multicast", "broadcast":
		p.take(w)
		return etherGroup(w)
	case "src", "dst", "host":
		q := &quals{kind: "ether"}
		p.dir(q)
		p.keyword("host")
		return p.operands(at, q)
	}
	p.expected("host, src, dst, proto, multicast, broadcast, or an offset as in ether[0]")
	return node0
}

// dir is src, dst, src or dst, src and dst, or nothing.
func (p *parser) dir(q *quals) {
	w := p.word()
	if w != "src" && w != "dst" {
		return
	}
	p.take(w)
	q.dir = map[string]dir{"src": src, "dst": dst}[w]
	other := map[string]string{"src": "dst", "dst": "src"}[w]
	pos, last := p.pos, p.last
	isOr := p.accept("||") || p.keyword("or")
	isAnd := !isOr && (p.accept("&&") || p.keyword("and"))
	switch {
	case isOr && p.keyword(other):
		q.dir = srcOrDst
	case isAnd && p.keyword(other):
		q.dir = srcAndDst
	default:
		p.pos, p.last = pos, last
	}
}

// address is what goes on where a direction or host or net is due.
func (p *parser) address(at int, q *quals) expr {
	q.kind = "host"
	p.dir(q)
	switch w := p.word(); {
	case w == "host" || w == "net":
		p.take(w)
		q.kind = w
	case w == "proto" || w == "ether":
		p.expected("host or net, and an address")
		return node0
	case refused[w] != "":
		p.fail(p.pos, "%s is not part of this language: %s", w, refused[w])
		return node0
	}
	return p.operands(at, q)
}

// operands are an address, name or number, or several in parentheses.
func (p *parser) operands(at int, q *quals) expr {
	p.quals = q
	if !p.accept("(") {
		return p.operandOf(at, q)
	}
	defer func() { p.depth-- }()
	if !p.nest() {
		return node0
	}
	left := p.maybeNot(q)
	for p.err == nil && !p.accept(")") {
		op, ok := p.joint()
		if !ok {
			p.expected("and, or, or a closing parenthesis")
		}
		left = &node{op, left, p.maybeNot(q)}
	}
	return left
}

// maybeNot is an operand in parentheses, which may have others in front of it or around it.
func (p *parser) maybeNot(q *quals) expr {
	defer func() { p.depth-- }()
	if !p.nest() {
		return node0
	}
	p.blank()
	at := p.pos
	switch {
	case p.accept("!") || p.keyword("not"):
		return &node{op: opposite, l: p.maybeNot(q)}
	case p.peek("("):
		return p.operands(at, q)
	}
	return p.operandOf(at, q)
}

// number is one that is no larger than most.
func (p *parser) number(what string, most uint32) uint32 {
	p.blank()
	w := p.small()
	n, ok := uint32(0), false
	if w != "" && !strings.Contains(w, ".") {
		n, ok = parseNumber(w)
	}
	if !ok || n > most {
		if w == "" && p.pos == len(p.text) {
			p.expected(what)
			return 0
		}
		p.fail(p.pos, "expected %s, a number up to %d", what, most)
		return 0
	}
	p.take(w)
	return n
}

// vlan is a tag with an identifier, or any.
func (p *parser) vlan(at int) expr {
	if w := p.word(); w != "" && isDigit(w[0]) || p.peek("(") {
		return p.operands(at, &quals{kind: "vlan"})
	}
	return vlan(-1)
}

func (p *parser) iface() expr {
	w := p.ifaceName()
	if w == "" {
		p.expected("the name of an interface")
		return node0
	}
	at := p.pos
	i := &iface{name: w}
	if p.look.Index != nil {
		n, err := p.look.Index(w)
		if err != nil {
			p.fail(at, "no interface %q: %v", w, err)
			return node0
		}
		i.live, i.index = true, uint32(n)
	} else if n := slices.Index(p.ifaces, w); n >= 0 {
		i.number = uint32(n)
	} else {
		i.number = uint32(len(p.ifaces))
		p.ifaces = append(p.ifaces, w)
		if i.number >= ownEnd-ownName {
			p.fail(at, "more than %d names of interfaces", ownEnd-ownName)
		}
	}
	p.take(w)
	return i
}

// ifaceName is the name that comes next: anything up to a blank or a parenthesis.
func (p *parser) ifaceName() string {
	p.blank()
	if n := strings.IndexAny(p.text[p.pos:], " \t\r\n\v\f()"); n >= 0 {
		return p.text[p.pos : p.pos+n]
	}
	return p.text[p.pos:]
}
