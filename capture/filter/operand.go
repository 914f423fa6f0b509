package filter

import (
	"encoding/hex"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// operandOf is an address, name or number with these qualifiers: at is where they begin, or it does.
func (p *parser) operandOf(at int, q *quals) expr {
	switch q.kind {
	case "host":
		return p.host(at, q)
	case "net":
		return p.net(at, q)
	case "proto":
		n, ok := p.named(protocolNumber, 255)
		if !ok {
			p.expected("the number or name of a protocol, as 1 or icmp")
		}
		return &proto{version: map[string]int{"": 0, "ip": 4, "ip6": 6}[q.proto], number: n, text: p.since(at)}
	case "ether proto":
		return p.etherProto()
	case "ether":
		return p.hardware(q)
	case "type":
		return p.typed(at)
	case "vlan":
		return vlan(p.number("the identifier of a VLAN", 4095))
	}
	return p.comparedField(at, q.kind)
}

func protocolNumber(name string) (uint32, bool) {
	n, ok := protocols[name]
	if !ok {
		n, ok = protocolNames[name]
	}
	return n, ok
}

// named takes a number or a name, which may have a backslash in front of it.
func (p *parser) named(number func(string) (uint32, bool), most uint32) (uint32, bool) {
	start := p.pos
	escaped := p.accept(`\`)
	w := p.word()
	n, ok := number(w)
	if !ok && w != "" && isDigit(w[0]) && !escaped && !strings.Contains(w, ".") {
		n, ok = parseNumber(w)
		ok = ok && n <= most
	}
	if !ok {
		p.pos = start
		return 0, false
	}
	p.take(w)
	return n, true
}

func (p *parser) etherProto() expr {
	p.blank()
	at := p.pos
	n, ok := p.named(func(name string) (uint32, bool) {
		e, ok := etherTypes[name]
		return uint32(e), ok
	}, 0xffff)
	switch {
	case !ok:
		p.expected("an EtherType, as 0x800 or ip")
	case n <= maxLength:
		p.fail(at, "an EtherType is larger than 1500: what stands behind logical link control is not looked at")
	case n == vlanTypes[0] || n == vlanTypes[1] || n == vlanTypes[2]:
		p.fail(at, "ether proto looks behind VLAN tags: use vlan")
	}
	return etherType(n)
}

// typed is the type of a message, by number or name.
func (p *parser) typed(at int) expr {
	start := p.pos
	p.accept(`\`)
	w := p.word()
	t := &typed{name: w}
	if w != "" && isDigit(w[0]) {
		n := uint8(p.number("the type of a message", 255))
		t.of4, t.of6, t.name = []uint8{n}, []uint8{n}, strconv.Itoa(int(n))
		t.text = p.since(at)
		return t
	}
	name := plain(strings.TrimPrefix(strings.TrimPrefix(w, "icmp6-"), "icmp-"))
	types := typeNames[name]
	if types == nil || w == "" {
		p.pos = start
		p.expected("the type of a message, by number or name, as 8, echo, unreach or neighbor-solicitation")
		return node0
	}
	if !strings.HasPrefix(w, "icmp6-") {
		t.of4 = types.of4
	}
	if !strings.HasPrefix(w, "icmp-") {
		t.of6 = types.of6
	}
	p.take(w)
	t.text = p.since(at)
	if len(t.of4)+len(t.of6) == 0 {
		p.fail(start, "%s is a type of the other family", w)
	}
	return t
}

// comparedField is what goes on behind id, seq and ttl: a number, or a comparison with one.
func (p *parser) comparedField(at int, field string) expr {
	c := &compared{field: field, op: "="}
	for _, op := range []relation{"==", "!=", ">=", "<=", "=", ">", "<"} {
		if p.accept(string(op)) {
			if c.op = op; op == "==" {
				c.op = "="
			}
			break
		}
	}
	most := uint32(65535)
	if field == "ttl" {
		most = 255
	}
	c.k = p.number("a number for "+field, most)
	c.text = p.since(at)
	return c
}

func (p *parser) hardware(q *quals) expr {
	w := p.word()
	b, ok := parseHardware(w)
	if !ok {
		p.expected("an Ethernet address, as 02:00:00:00:00:01")
	}
	p.take(w)
	return &hardware{dir: q.dir, addr: b}
}

// parseHardware reads an Ethernet address: six numbers with : or - or . between them, three of four
// digits with ., or twelve digits.
func parseHardware(w string) (b [6]byte, ok bool) {
	parts := strings.FieldsFunc(w, func(r rune) bool { return r == ':' || r == '-' || r == '.' })
	width := 2
	switch len(parts) {
	case 3:
		width = 4
	case 1:
		width = 12
	case 6:
	default:
		return b, false
	}
	digits := ""
	for _, part := range parts {
		if len(part) > width || width > 2 && len(part) < width {
			return b, false
		}
		digits += strings.Repeat("0", width-len(part)) + part
	}
	n, err := hex.Decode(b[:], []byte(digits))
	return b, err == nil && n == 6 && len(w) == len(strings.Join(parts, ""))+len(parts)-1
}

// host is an address or a name, which may have several.
func (p *parser) host(at int, q *quals) expr {
	p.blank()
	start := p.pos
	escaped := p.accept(`\`)
	w := p.word()
	_, isMAC := parseHardware(w)
	a, err := netip.ParseAddr(w)
	switch {
	case w == "":
		p.expected("an address or a name")
		return node0
	case err == nil:
		p.take(w)
		if p.peek("/") {
			p.fail(p.pos, "a host has no length: use net")
		}
		if strings.HasPrefix(p.text[p.pos:], "%") {
			p.fail(p.pos, "an address has no zone here: use ifname as well")
		}
		return p.oneHost(at, start, q, []netip.Addr{a})
	case isMAC && strings.ContainsAny(w, ":-"):
		p.fail(start, "an Ethernet address: use ether host")
		return node0
	case strings.Trim(w, "0123456789.") == "":
		p.fail(start, "expected an address of four numbers, as 10.0.0.1: use net for a shorter one")
		return node0
	case words[w] && !escaped:
		p.fail(start, "expected an address or a name: %s is a word of this language; a backslash makes it a name", w)
		return node0
	case p.look.Host == nil || strings.Contains(w, ":"):
		p.fail(start, "expected an address, as 10.0.0.1 or 2001:db8::1")
		return node0
	}
	addrs, err := p.look.Host(w)
	if err == nil && len(addrs) == 0 {
		err = fmt.Errorf("no address")
	}
	if err != nil {
		p.fail(start, "no host %q: %v", w, err)
		return node0
	}
	p.take(w)
	return p.oneHost(at, start, q, addrs)
}

// oneHost is a host that has these addresses, of the families that its qualifiers allow.
func (p *parser) oneHost(at, start int, q *quals, addrs []netip.Addr) expr {
	var e expr
	for _, ip := range addrs {
		if q.proto == "ip6" && ip.Is4() || q.proto != "" && q.proto != "ip6" && !ip.Is4() {
			continue
		}
		a := &address{proto: q.proto, dir: q.dir, quoted: q.quoted, name: "host " + ip.WithZone("").String(), text: p.since(at)}
		a.words(ip, ip.BitLen())
		if e == nil {
			e = a
		} else {
			e = &node{either, e, a}
		}
	}
	if e == nil && p.err == nil {
		p.fail(start, "not an address of %s", q.proto)
	}
	if e == nil {
		return node0
	}
	return e
}

// net is a network: an address and a length or, of IPv4, a mask; or the first numbers of an IPv4
// address.
func (p *parser) net(at int, q *quals) expr {
	p.blank()
	start := p.pos
	w := p.word()
	ip, ones, ok := parseNet(w)
	if !ok {
		p.expected("a network, as 10, 192.168.0.0/16 or 2001:db8::/32")
		return node0
	}
	if !ip.Is4() && q.proto != "" && q.proto != "ip6" || ip.Is4() && q.proto == "ip6" {
		p.fail(start, "not a network of %s", q.proto)
	}
	p.take(w)
	a := &address{proto: q.proto, dir: q.dir, quoted: q.quoted}
	switch {
	case p.accept("/"):
		ones = int(p.number("the length of a network", uint32(ip.BitLen())))
	case p.keyword("mask"):
		p.mask(a, ip, start)
		a.text = p.since(at)
		return a
	}
	a.words(ip, ones)
	network := netip.PrefixFrom(ip, ones)
	if p.err == nil && network.Masked() != network {
		p.fail(start, "bits of %s are set behind its first %d: the network is %s", w, ones, network.Masked())
	}
	a.name, a.text = "net "+network.String(), p.since(at)
	return a
}

// mask takes that of an IPv4 network.
func (p *parser) mask(a *address, ip netip.Addr, start int) {
	p.blank()
	w := p.word()
	m, _, ok := parseNet(w)
	if !ok || !m.Is4() || !ip.Is4() {
		p.expected("the mask of an IPv4 network, as 255.255.0.0; of IPv6 it is a length, as in /32")
		return
	}
	p.take(w)
	a.words(m, 32)
	mask := a.addr[0]
	a.words(ip, 32)
	if a.addr[0]&^mask != 0 {
		p.fail(start, "bits of the network are set that its mask has not")
	}
	a.mask[0] = mask
	a.name = "net " + ip.String() + " mask " + m.String()
	if ones, ok := contiguous(mask); ok {
		a.name = "net " + netip.PrefixFrom(ip, ones).String()
	}
}

// parseNet reads the address of a network; of IPv4 the last numbers may be left out.
func parseNet(w string) (ip netip.Addr, ones int, ok bool) {
	if ip, err := netip.ParseAddr(w); err == nil {
		return ip, ip.BitLen(), ip.Zone() == ""
	}
	dots := strings.Count(w, ".")
	if w == "" || dots > 2 || strings.Trim(w, "0123456789.") != "" {
		return ip, 0, false
	}
	ip, err := netip.ParseAddr(w + strings.Repeat(".0", 3-dots))
	return ip, 8 * (dots + 1), err == nil
}
