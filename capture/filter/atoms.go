package filter

import (
	"fmt"
	"strconv"
	"strings"

	"icmpdump/capture/icmp"
)

// A proto is a protocol, which is in the IP header or a header behind it.
type proto struct {
	version int // 4, 6, or 0 for both
	number  uint32
	text    string
}

func (p *proto) String() string {
	switch {
	case p.version == 4 && p.number == protoICMP:
		return "icmp"
	case p.version == 6 && p.number == protoICM6:
		return "icmp6"
	}
	return map[int]string{0: "", 4: "ip ", 6: "ip6 "}[p.version] + "proto " + strconv.Itoa(int(p.number))
}

func (p *proto) cond(l *lowering) *cond {
	if p.version != 0 && p.version != l.class.version() {
		return no
	}
	return l.hasProto(p.number, p.text)
}

// An etherType is what stands behind tags and logical link control.
type etherType uint32

func (e etherType) String() string {
	if e == etherIPv4 {
		return "ip"
	}
	if e == etherIPv6 {
		return "ip6"
	}
	return fmt.Sprintf("ether proto %#x", uint32(e))
}

func (e etherType) cond(l *lowering) *cond {
	switch l.class.version() {
	case 4:
		return truth(e == etherIPv4)
	case 6:
		return truth(e == etherIPv6)
	}
	return is(l.extra(ownEther), jmpJEQ, uint32(e))
}

// A group is whether a frame or datagram goes to many: by its Ethernet, IPv4 or IPv6 address.
type group string

func (g group) String() string { return string(g) }

func (g group) cond(l *lowering) *cond {
	switch g {
	case "ether multicast":
		return and(l.ethernet(), is(l.load(atFrame, 0, 1), jmpJSET, 1))
	case "ip multicast":
		return and(truth(l.class.version() == 4), is(l.load(atNetwork, 16, 1), jmpJGE, 0xe0))
	}
	return and(truth(l.class.version() == 6), is(l.load(atNetwork, 24, 1), jmpJEQ, 0xff))
}

// A vlan is whether a frame has a tag, with that identifier if it is not below 0.
type vlan int

func (v vlan) String() string {
	if v < 0 {
		return "vlan"
	}
	return "vlan " + strconv.Itoa(int(v))
}

func (v vlan) cond(l *lowering) *cond {
	if l.user {
		if v < 0 {
			return not(is(l.extra(ownTags), jmpJEQ, 0))
		}
		return not(is(l.extra(ownTag+uint32(v)), jmpJEQ, 0))
	}
	has := func(at uint32) *cond {
		c := no
		for _, typ := range vlanTypes {
			c = or(c, is(l.load(atFrame, at, 2), jmpJEQ, typ))
		}
		return c
	}
	with := func(tci *value) *cond {
		if v < 0 {
			return yes
		}
		return is(l.arithmetic(aluAND, tci, l.constant(0xfff)), jmpJEQ, uint32(v))
	}
	inner := and(has(16), with(l.load(atFrame, 18, 2)))
	outer := and(has(12), or(with(l.load(atFrame, 14, 2)), inner))
	stripped := and(not(is(l.extra(kernelTag), jmpJEQ, 0)), with(l.extra(kernelTCI)))
	return or(stripped, and(l.ethernet(), outer))
}

// A direction is where a frame went. Of one whose capture does not say, neither holds.
type direction bool // outbound

func (d direction) String() string {
	if d {
		return "outbound"
	}
	return "inbound"
}

func (d direction) cond(l *lowering) *cond {
	if l.user {
		out := is(l.extra(ownDir), jmpJEQ, uint32(icmp.DirOut))
		if d {
			return out
		}
		return and(not(is(l.extra(ownDir), jmpJEQ, uint32(icmp.DirUnknown))), not(out))
	}
	out := is(l.extra(kernelType), jmpJEQ, pktOutgoing)
	if d {
		return out
	}
	return not(out)
}

// An iface is one that frames were seen on: by index, live, or by name.
type iface struct {
	name   string
	live   bool
	index  uint32
	number uint32 // of the name, among those of the expression
}

func (i *iface) String() string { return "ifname " + i.name }

func (i *iface) cond(l *lowering) *cond {
	switch {
	case !l.user && i.live:
		return is(l.extra(kernelIf), jmpJEQ, i.index)
	case !l.user:
		return unknown(i.String())
	case i.live:
		return is(l.extra(ownIndex), jmpJEQ, i.index)
	}
	return not(is(l.extra(ownName+i.number), jmpJEQ, 0))
}

// A compared is one of the fields that have names of their own, compared with a number: id, seq, ttl.
type compared struct {
	field string
	op    relation
	k     uint32
	text  string
}

func (c *compared) String() string {
	return fmt.Sprintf("%s %s %d", c.field, c.op, c.k)
}

func (c *compared) cond(l *lowering) *cond {
	version := l.class.version()
	if c.field == "ttl" {
		switch version {
		case 4:
			return c.op.cond(l.load(atNetwork, 8, 1), c.k)
		case 6:
			return c.op.cond(l.load(atNetwork, 7, 1), c.k)
		}
		return no
	}
	guard, base, at := l.message(c.text)
	if guard.op == never || guard.op == undecided {
		return guard
	}
	typ := l.load(base, at, 1)
	if c.field == "id" {
		has := oneOf(typ, typesWhere(func(t uint8) bool { return icmp.HasID(uint8(version), t) }))
		return and(guard, and(has, c.op.cond(l.load(base, at+4, 2), c.k)))
	}
	long := oneOf(typ, typesWhere(func(t uint8) bool { return icmp.SeqBits(uint8(version), t) == 16 }))
	short := oneOf(typ, typesWhere(func(t uint8) bool { return icmp.SeqBits(uint8(version), t) == 8 }))
	return and(guard, or(and(long, c.op.cond(l.load(base, at+6, 2), c.k)), and(short, c.op.cond(l.load(base, at+6, 1), c.k))))
}

// A typed is a message of one of some types, which each family has of its own.
type typed struct {
	name string
	of4  []uint8
	of6  []uint8
	text string
}

func (t *typed) String() string { return "type " + t.name }

func (t *typed) cond(l *lowering) *cond {
	types := t.of4
	if l.class.version() == 6 {
		types = t.of6
	}
	guard, base, at := l.message(t.text)
	if len(types) == 0 || guard.op == never || guard.op == undecided {
		return and(guard, truth(len(types) > 0))
	}
	return and(guard, oneOf(l.load(base, at, 1), types))
}

func typesWhere(has func(uint8) bool) (types []uint8) {
	for t := range 256 {
		if has(uint8(t)) {
			types = append(types, uint8(t))
		}
	}
	return types
}

// oneOf is whether v is among these numbers, which are in order.
func oneOf(v *value, numbers []uint8) *cond {
	c := no
	for i := 0; i < len(numbers); {
		j := i
		for j+1 < len(numbers) && numbers[j+1] == numbers[j]+1 {
			j++
		}
		lo, hi := uint32(numbers[i]), uint32(numbers[j])
		if j-i < 2 {
			c = or(c, is(v, jmpJEQ, lo))
			if hi != lo {
				c = or(c, is(v, jmpJEQ, hi))
			}
		} else {
			c = or(c, and(is(v, jmpJGE, lo), not(is(v, jmpJGT, hi))))
		}
		i = j + 1
	}
	return c
}

// A relation compares.
type relation string

// parts are the operation of classic BPF, and whether its opposite is meant.
func (r relation) parts() (op uint16, negated bool) {
	switch r {
	case "!=":
		return jmpJEQ, true
	case ">":
		return jmpJGT, false
	case ">=":
		return jmpJGE, false
	case "<":
		return jmpJGE, true
	case "<=":
		return jmpJGT, true
	}
	return jmpJEQ, false
}

// swapped is the relation of b to a.
func (r relation) swapped() relation {
	return relation(strings.NewReplacer("<", ">", ">", "<").Replace(string(r)))
}

// cond is whether v is in this relation to k.
func (r relation) cond(v *value, k uint32) *cond {
	op, negated := r.parts()
	if negated {
		return not(is(v, op, k))
	}
	return is(v, op, k)
}
