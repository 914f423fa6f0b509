package filter

// Scratch memory: the IP header's place and, in user space, that of what stands behind it; the rest is
// for arithmetic.
const (
	memNetwork = iota
	memTransport
	memFree
	memSlots = 16
)

// known is what registers hold at some place of a program.
type known struct {
	a *value // nil: nobody knows
	x base   // the place that X is; atFrame: nobody knows
}

// An emitter makes the instructions of blocks. When it begins, X is the place of the IP header, and
// so is memNetwork if anything needs it.
type emitter struct {
	asm    *assembler
	user   bool // for our own machine, which has places of its own
	labels map[*block]label
	in     map[*block]known // where more than one way leads, what holds for all
	known
}

func newEmitter(asm *assembler, g *graph, user bool) *emitter {
	e := &emitter{asm: asm, user: user, labels: map[*block]label{}, in: map[*block]known{}}
	e.labels[g.accept], e.labels[g.reject] = asm.label(), asm.label()
	return e
}

// to is the label of b for a jump at which k holds.
func (e *emitter) to(b *block, k known) label {
	l, ok := e.labels[b]
	if !ok {
		l = e.asm.label()
		e.labels[b] = l
	}
	old, ok := e.in[b]
	if ok && old.a != k.a {
		k.a = nil
	}
	if ok && old.x != k.x {
		k.x = atFrame
	}
	e.in[b] = k
	return l
}

// emit makes the instructions of all blocks, in an order in which jumps go forward.
func (e *emitter) emit(order []*block) {
	for _, b := range order {
		e.asm.place(e.labels[b])
		e.known = e.in[b]
		op := b.op | srcK
		switch {
		case b.with != nil:
			e.compute(b.v, memFree)
			e.asm.emit(classST, memFree)
			e.compute(b.with, memFree+1)
			e.asm.emit(tax, 0)
			e.asm.emit(classLD|modeMEM, memFree)
			e.known = known{a: b.v}
			op = b.op | srcX
		default:
			e.compute(b.v, memFree)
		}
		t, f := e.to(b.t, e.known), e.to(b.f, e.known)
		e.asm.jump(op, b.k, t, f)
	}
}

// compute makes A v; scratch memory from mem on is free.
func (e *emitter) compute(v *value, mem uint32) {
	if e.a == v {
		return
	}
	a := e.asm
	switch v.kind {
	case constant:
		a.emit(classLD|modeIMM, v.k)
	case extra:
		a.emit(classLD|sizeW|modeABS, v.k)
	case length:
		a.emit(classLD|sizeW|modeLEN, 0)
	case position:
		e.point(atNetwork)
		a.emit(txa, 0)
	case load:
		e.load(v, mem)
	case negative:
		e.compute(v.a, mem)
		a.emit(classALU|aluNEG, 0)
	case arithmetic:
		e.compute(v.a, mem)
		if v.immediate() {
			a.emit(classALU|v.op, v.b.k)
			break
		}
		a.emit(classST, mem)
		e.a = nil
		e.compute(v.b, mem+1)
		a.emit(tax, 0)
		e.x = atFrame
		a.emit(classLD|modeMEM, mem)
		a.emit(classALU|v.op|srcX, 0)
	}
	e.a = v
}

func (e *emitter) load(v *value, mem uint32) {
	size := map[uint8]uint16{1: sizeB, 2: sizeH, 4: sizeW}[v.size]
	if v.a == nil {
		if v.base == atFrame {
			e.asm.emit(classLD|size|modeABS, v.k)
			return
		}
		e.point(v.base)
		e.asm.emit(classLD|size|modeIND, v.k)
		return
	}
	e.compute(v.a, mem)
	if v.base != atFrame {
		e.asm.emit(classST, mem)
		e.a = nil
		e.point(v.base)
		e.asm.emit(classLD|modeMEM, mem)
		e.asm.emit(classALU|aluADD|srcX, 0)
	}
	e.asm.emit(tax, 0)
	e.x = atFrame
	e.asm.emit(classLD|size|modeIND, v.k)
}

// point makes X the place where loads with that base begin. A is lost.
func (e *emitter) point(to base) {
	if e.x == to {
		return
	}
	a := e.asm
	switch {
	case to == atNetwork:
		a.emit(classLDX|modeMEM, memNetwork)
	case to == atQuote:
		a.emit(classLD|sizeW|modeABS, ownQuote)
		a.emit(tax, 0)
	case e.user:
		a.emit(classLDX|modeMEM, memTransport)
	default: // the length of the IP header is in the low four bits of its first byte (RFC 791)
		e.point(atNetwork)
		a.emit(classLD|sizeB|modeIND, 0)
		a.emit(classALU|aluAND, 15)
		a.emit(classALU|aluLSH, 2)
		a.emit(classALU|aluADD|srcX, 0)
		a.emit(tax, 0)
	}
	e.x = to
	if to != atNetwork {
		e.a = nil
	}
}
