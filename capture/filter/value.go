package filter

// A value is a number that a program computes from a packet. Equal values are one pointer, so that a
// program loads none twice.
type value struct {
	kind  kind
	k     uint32 // the constant; of a load, the offset
	size  uint8  // of a load: 1, 2, 4
	base  base   // of a load
	op    uint16 // of arithmetic: aluADD and so on
	a, b  *value // operands of arithmetic; a is the index of a load that is computed
	slots int    // of scratch memory that it takes to compute it
}

type kind uint8

// The kinds of values.
const (
	constant   kind = iota
	load            // size bytes at base + k, or + a + k
	extra           // what stands beside the packet, under the number k
	length          // of the packet, as the program's machine knows it
	position        // of the network header
	arithmetic      // a op b
	negative        // -a
)

// A base is where the offset of a load begins.
type base uint8

// The bases.
const (
	atFrame     base = iota
	atNetwork        // the IP header
	atTransport      // what stands behind IPv4's header, or at the end of the chain of extension headers
	atQuote          // the datagram that a redirect quotes; in user space only
)

// values has each value once.
type values map[value]*value

func (vs values) make(v value) *value {
	if p := vs[v]; p != nil {
		return p
	}
	p := new(value)
	*p = v
	vs[v] = p
	return p
}

func (vs values) constant(k uint32) *value { return vs.make(value{kind: constant, k: k}) }

func (vs values) extra(k uint32) *value { return vs.make(value{kind: extra, k: k}) }

// load is size bytes at an offset.
func (vs values) load(b base, k uint32, size uint8) *value {
	return vs.make(value{kind: load, base: b, k: k, size: size})
}

// indexed is size bytes at an offset that is computed, k behind it.
func (vs values) indexed(b base, index *value, k uint32, size uint8) *value {
	if index.kind == constant {
		return vs.load(b, index.k+k, size)
	}
	return vs.make(value{kind: load, base: b, a: index, k: k, size: size, slots: index.slots})
}

func (vs values) negative(a *value) *value {
	if a.kind == constant {
		return vs.constant(-a.k)
	}
	return vs.make(value{kind: negative, a: a, slots: a.slots})
}

// arithmetic is a op b, which may be known beforehand.
func (vs values) arithmetic(op uint16, a, b *value) *value {
	if a.kind == constant && b.kind == constant {
		if k, ok := compute(op, a.k, b.k); ok {
			return vs.constant(k)
		}
	}
	v := value{kind: arithmetic, op: op, a: a, b: b, slots: max(a.slots, 1+b.slots)}
	if v.immediate() {
		v.slots = a.slots
	}
	return vs.make(v)
}

// immediate reports whether the right operand of arithmetic can be a part of the instruction: the kernel
// refuses one that divides by 0 or shifts by more than 31.
func (v *value) immediate() bool {
	switch v.op {
	case aluDIV, aluMOD:
		return v.b.kind == constant && v.b.k > 0
	case aluLSH, aluRSH:
		return v.b.kind == constant && v.b.k < 32
	}
	return v.b.kind == constant
}

// compute is a op b as classic BPF has it. It is not ok for a division by zero.
func compute(op uint16, a, b uint32) (uint32, bool) {
	switch op {
	case aluADD:
		a += b
	case aluSUB:
		a -= b
	case aluMUL:
		a *= b
	case aluDIV, aluMOD:
		if b == 0 {
			return 0, false
		}
		if op == aluDIV {
			return a / b, true
		}
		return a % b, true
	case aluOR:
		a |= b
	case aluAND:
		a &= b
	case aluXOR:
		a ^= b
	case aluLSH:
		a <<= b & 31
	case aluRSH:
		a >>= b & 31
	}
	return a, true
}

// movesX reports whether X is no longer the network header's place when v is computed; in the kernel
// the place of what stands behind it is computed too.
func (v *value) movesX() bool {
	switch v.kind {
	case load:
		return v.base >= atTransport || v.a != nil
	case arithmetic:
		return !v.immediate() || v.a.movesX()
	case negative:
		return v.a.movesX()
	}
	return false
}
