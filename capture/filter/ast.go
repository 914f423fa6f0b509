package filter

// An expr is what an expression says, before it is known of which packets.
type expr interface {
	String() string         // in normal form: every qualifier said, parentheses only where needed
	cond(l *lowering) *cond // for packets of one class
}

// A node joins expressions: either, both, or the opposite of l.
type node struct {
	op   condOp
	l, r expr
}

func (n *node) cond(l *lowering) *cond {
	switch n.op {
	case both:
		return and(n.l.cond(l), n.r.cond(l))
	case either:
		return or(n.l.cond(l), n.r.cond(l))
	}
	return not(n.l.cond(l))
}

// String has parentheses around whatever is not simple on the right: and and or bind alike, to the
// left.
func (n *node) String() string {
	inner := func(e expr) string {
		if n, ok := e.(*node); ok && n.op != opposite {
			return "(" + n.String() + ")"
		}
		return e.String()
	}
	switch n.op {
	case both:
		return n.l.String() + " and " + inner(n.r)
	case either:
		return n.l.String() + " or " + inner(n.r)
	}
	return "not " + inner(n.l)
}
