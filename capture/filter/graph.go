package filter

import "slices"

// A block is a test, and where it goes on from there. Equal blocks are one pointer.
type block struct {
	test
	t, f *block
}

// A graph makes the blocks of a program, from their ends to its beginning.
type graph struct {
	accept, reject *block
	blocks         map[block]*block
}

func newGraph() *graph {
	return &graph{accept: new(block), reject: new(block), blocks: map[block]*block{}}
}

func (g *graph) isEnd(b *block) bool { return b == g.accept || b == g.reject }

// block tests, and goes on to t or f; not by way of tests whose outcome is known by then.
func (g *graph) block(test test, t, f *block) *block {
	t = g.past(t, fact{test, true})
	f = g.past(f, fact{test, false})
	if t == f {
		return t
	}
	b := block{test, t, f}
	if p := g.blocks[b]; p != nil {
		return p
	}
	p := &b
	g.blocks[b] = p
	return p
}

// past is b, or where it leads in any case if these facts are known.
func (g *graph) past(b *block, facts ...fact) *block {
next:
	for !g.isEnd(b) {
		for _, f := range facts {
			if truth, ok := f.decides(&b.test); ok {
				if truth {
					b = b.t
				} else {
					b = b.f
				}
				continue next
			}
		}
		return b
	}
	return b
}

// of is the block that goes to t if c holds and else to f. What is undecided goes on to where, whether it is
// negated or not: so a program never rejects what it should not.
//
// That is t; but a load behind the frame's end rejects the packet. Where something undecided is taken to
// hold, and failing would have led elsewhere than to rejection, the loads of what else would have to hold
// must not be tried: they are passed over.
func (g *graph) of(c *cond, negated bool, t, f, where *block) *block {
	switch c.op {
	case always, never:
		if (c.op == always) == negated {
			return f
		}
		return t
	case tested:
		if negated {
			t, f = f, t
		}
		return g.block(c.test, t, f)
	case undecided:
		return where
	case undecidedIf:
		return g.of(c.l, false, where, g.of(c.r, negated, t, f, where), where)
	case opposite:
		return g.of(c.l, !negated, t, f, where)
	}
	right := g.of(c.r, negated, t, f, where)
	if (c.op == both) == negated { // either, or the negation of both
		return g.of(c.l, negated, t, right, where)
	}
	if f == g.reject {
		where = right
	}
	return g.of(c.l, negated, right, f, where)
}

// A fact is how a test ended.
type fact struct {
	test
	truth bool
}

// decides says how a test ends once f is known.
func (f fact) decides(t *test) (truth, ok bool) {
	if f.v != t.v || f.with != t.with {
		return false, false
	}
	if f.op == t.op && f.k == t.k {
		return f.truth, true
	}
	if f.with != nil {
		return false, false
	}
	if f.op == jmpJEQ && f.truth {
		return holds(f.k, t.op, t.k), true
	}
	if t.op == jmpJSET || f.op == jmpJSET {
		return false, false
	}
	lo, hi, ok := f.between()
	if !ok {
		return false, false
	}
	from, to := uint64(t.k), uint64(1)<<32-1 // what t holds of
	switch t.op {
	case jmpJEQ:
		to = from
	case jmpJGT:
		from++
	}
	switch {
	case from <= lo && hi <= to:
		return true, true
	case hi < from || to < lo:
		return false, true
	}
	return false, false
}

// between is what a value may be once f is known. It is not ok if that is more than one range.
func (f fact) between() (lo, hi uint64, ok bool) {
	k := uint64(f.k)
	switch {
	case f.op == jmpJEQ:
		return k, k, f.truth
	case f.op == jmpJGT && f.truth:
		return k + 1, 1<<32 - 1, true
	case f.op == jmpJGT:
		return 0, k, true
	case f.truth:
		return k, 1<<32 - 1, true
	case k == 0:
		return 0, 0, false // nothing is less than 0
	}
	return 0, k - 1, true
}

// order is all blocks that can be reached, each before those that it leads to; not the ends.
func (g *graph) order(entries []*block) []*block {
	seen := map[*block]bool{g.accept: true, g.reject: true}
	var out []*block
	var visit func(b *block)
	visit = func(b *block) {
		if seen[b] {
			return
		}
		seen[b] = true
		visit(b.f)
		visit(b.t)
		out = append(out, b)
	}
	for i := len(entries) - 1; i >= 0; i-- {
		visit(entries[i])
	}
	slices.Reverse(out)
	return out
}

// maxThreaded is how large a graph is thread still looks at: it takes quadratic time.
const maxThreaded = 600

// thread leads each way past the tests whose outcome is known on it, since all ways there come by
// tests that tell.
func (g *graph) thread(entries []*block) {
	for range 8 { // each round may make more known
		order := g.order(entries)
		if len(order) > maxThreaded {
			return
		}
		known := g.facts(order, entries)
		made := map[*block]*block{g.accept: g.accept, g.reject: g.reject}
		changed := false
		for _, b := range slices.Backward(order) {
			side := func(to *block, truth bool) *block {
				led := g.past(to, append(slices.Clip(known[b]), fact{b.test, truth})...)
				changed = changed || led != to
				return made[led]
			}
			made[b] = g.block(b.test, side(b.t, true), side(b.f, false))
		}
		for i, e := range entries {
			entries[i] = made[e]
		}
		if !changed {
			return
		}
	}
}

// facts are those known at each block, whichever way led there.
func (g *graph) facts(order, entries []*block) map[*block][]fact {
	known := map[*block][]fact{}
	for _, e := range entries {
		known[e] = []fact{}
	}
	for _, b := range order {
		for _, truth := range []bool{true, false} {
			to := b.f
			if truth {
				to = b.t
			}
			facts := append(slices.Clip(known[b]), fact{b.test, truth})
			if old, ok := known[to]; ok {
				facts = slices.DeleteFunc(slices.Clone(facts), func(f fact) bool { return !slices.Contains(old, f) })
			}
			known[to] = facts
		}
	}
	return known
}
