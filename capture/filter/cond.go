package filter

// A cond is a condition on a packet of one class, built of tests.
type cond struct {
	op   condOp
	l, r *cond
	test test
	text string // of what is undecided: as it was written
}

type condOp uint8

// The conditions.
const (
	always condOp = iota
	never
	tested    // test
	undecided // the machine of this program cannot know; another one will
	both      // l and r
	either    // l or r
	opposite  // not l
	undecidedIf
)

// A test compares a value with a constant, or with another value.
type test struct {
	v    *value
	op   uint16 // jmpJEQ, jmpJGT, jmpJGE, jmpJSET
	k    uint32
	with *value // nil for k
}

var yes, no = &cond{op: always}, &cond{op: never}

func truth(is bool) *cond {
	if is {
		return yes
	}
	return no
}

func and(l, r *cond) *cond {
	switch {
	case l.op == never || r.op == always:
		return l
	case l.op == always || r.op == never:
		return r
	}
	return &cond{op: both, l: l, r: r}
}

func or(l, r *cond) *cond {
	switch {
	case l.op == always || r.op == never:
		return l
	case l.op == never || r.op == always:
		return r
	}
	return &cond{op: either, l: l, r: r}
}

func not(c *cond) *cond {
	switch c.op {
	case always:
		return no
	case never:
		return yes
	case opposite:
		return c.l
	}
	return &cond{op: opposite, l: c}
}

// unless is undecided where l holds, and r elsewhere.
func unless(l, r *cond, text string) *cond {
	return &cond{op: undecidedIf, l: l, r: r, text: text}
}

// is is a test, unless it is known how it ends.
func is(v *value, op uint16, k uint32) *cond {
	switch {
	case v.kind == constant:
		return truth(holds(v.k, op, k))
	case op == jmpJGE && k == 0:
		return yes
	case op == jmpJSET && k == 0:
		return no
	case op == jmpJEQ && k == 0 && v.kind == arithmetic && v.op == aluAND && v.b.kind == constant:
		return not(is(v.a, jmpJSET, v.b.k))
	}
	if v.kind == load && v.size < 4 { // beyond what so few bytes can be
		largest := uint32(1)<<(8*v.size) - 1
		if op == jmpJGT && k >= largest || op != jmpJSET && op != jmpJGT && k > largest {
			return no
		}
	}
	return &cond{op: tested, test: test{v: v, op: op, k: k}}
}

// holds is how a comparison ends.
func holds(a uint32, op uint16, b uint32) bool {
	switch op {
	case jmpJEQ:
		return a == b
	case jmpJGT:
		return a > b
	case jmpJGE:
		return a >= b
	}
	return a&b != 0
}

// undecidedIn reports whether any of c is undecided.
func (c *cond) undecidedIn() bool {
	switch c.op {
	case undecided, undecidedIf:
		return true
	case both, either:
		return c.l.undecidedIn() || c.r.undecidedIn()
	case opposite:
		return c.l.undecidedIn()
	}
	return false
}

// undecidedTexts appends what is undecided in c, each part once: seen are those that are there.
func (c *cond) undecidedTexts(texts []string, seen map[string]bool) []string {
	switch c.op {
	case undecided, undecidedIf:
		if seen[c.text] {
			return texts
		}
		seen[c.text] = true
		return append(texts, c.text)
	case both, either:
		return c.r.undecidedTexts(c.l.undecidedTexts(texts, seen), seen)
	case opposite:
		return c.l.undecidedTexts(texts, seen)
	}
	return texts
}
