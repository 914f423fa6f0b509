package filter

import (
	"fmt"
	"slices"

	"golang.org/x/net/bpf"
)

// A kernel makes a program for the kernel: the base, which tells classes of packets apart, and what the
// expression asks of each.
type kernel struct {
	asm       assembler
	graph     *graph
	emit      *emitter
	entries   []*block // of each class
	undecided []string
}

func newKernel(e expr) *kernel {
	k := &kernel{graph: newGraph(), entries: make([]*block, kernelClasses)}
	vs, seen := values{}, map[string]bool{}
	for c := range kernelClasses {
		k.entries[c] = k.graph.accept
		if e == nil {
			continue
		}
		is := e.cond(&lowering{values: vs, class: c})
		k.entries[c] = k.graph.of(is, false, k.graph.accept, k.graph.reject, k.graph.accept)
		if k.entries[c] != k.graph.reject {
			k.undecided = is.undecidedTexts(k.undecided, seen)
		}
	}
	k.graph.thread(k.entries)
	k.emit = newEmitter(&k.asm, k.graph, false)
	return k
}

// program is the base and, at the places that it leads to, the tests of each class.
func (k *kernel) program(c Config) ([]bpf.RawInstruction, error) {
	if c.Snaplen == 0 {
		c.Snaplen = 1<<31 - 1
	}
	a := &k.asm
	reject := k.emit.labels[k.graph.reject]
	v4, v6 := k.version(4), k.version(6)
	k.where(c, reject)
	k.link(v4, v6, reject)
	if v4 != reject {
		a.place(v4)
		k.classes(&classes4, protocol4, []uint32{protoICMP, protoICM6, protoAH}, reject)
	}
	if v6 != reject {
		a.place(v6)
		k.classes(&classes6, nextHeader6, slices.Concat([]uint32{protoICM6, protoICMP}, chain6), reject)
	}
	k.emit.emit(k.graph.order(k.entries))
	a.place(reject)
	a.emit(classRET, 0)
	a.place(k.emit.labels[k.graph.accept])
	a.emit(classRET, c.Snaplen)
	return a.assemble()
}

// version is a label for what is of that version of IP: to reject, if all of it is.
func (k *kernel) version(version int) label {
	for c, entry := range k.entries {
		if class(c).version() == version && entry != k.graph.reject {
			return k.asm.label()
		}
	}
	return k.emit.labels[k.graph.reject]
}

// where is the part for direction and interfaces.
func (k *kernel) where(c Config, reject label) {
	a := &k.asm
	switch c.Direction {
	case In:
		a.emit(classLD|sizeW|modeABS, kernelType)
		a.jump(jmpJEQ, pktOutgoing, reject, next)
	case Out:
		a.emit(classLD|sizeW|modeABS, kernelType)
		a.jump(jmpJEQ, pktOutgoing, next, reject)
	}
	if len(c.Ifaces) == 0 {
		return
	}
	a.emit(classLD|sizeW|modeABS, kernelIf)
	link := a.label()
	k.among(toUint32(c.Ifaces), link, reject)
	a.place(link)
}

// among goes to yes if A is one of these, and else to no.
func (k *kernel) among(numbers []uint32, yes, no label) {
	for i, n := range numbers {
		otherwise := next
		if i == len(numbers)-1 {
			otherwise = no
		}
		k.asm.jump(jmpJEQ, n, yes, otherwise)
	}
}

func toUint32(indexes []int) (out []uint32) {
	for _, index := range indexes {
		out = append(out, uint32(index))
	}
	return out
}

// link is the part that finds the IP header: X is its place where it goes to v4 or v6.
func (k *kernel) link(v4, v6, reject label) {
	a := &k.asm
	ethernet := a.label()
	a.emit(classLD|sizeW|modeABS, kernelHW)
	k.among([]uint32{hatypeEther, hatypeLoopback}, ethernet, next)
	a.emit(classLDX|modeIMM, netOff)
	a.emit(classLD|sizeW|modeABS, kernelEth)
	k.ip(v4, v6, reject, reject)
	a.place(ethernet)
	k.ethernet(v4, v6, reject)
}

// ip goes to v4 or v6 if A is their EtherType, or else elsewhere.
func (k *kernel) ip(v4, v6, reject, elsewhere label) {
	if v4 == reject {
		k.asm.jump(jmpJEQ, etherIPv6, v6, elsewhere)
		return
	}
	if v6 == reject {
		k.asm.jump(jmpJEQ, etherIPv4, v4, elsewhere)
		return
	}
	k.asm.jump(jmpJEQ, etherIPv4, v4, next)
	k.asm.jump(jmpJEQ, etherIPv6, v6, elsewhere)
}

// ethernet is the part for a frame that begins with an Ethernet header.
func (k *kernel) ethernet(v4, v6, reject label) {
	a := &k.asm
	network := a.label()
	for tags := uint32(0); ; tags++ {
		a.emit(classLDX|modeIMM, 14+4*tags)
		a.emit(classLD|sizeH|modeABS, 12+4*tags)
		if tags == inline {
			break
		}
		tag := a.label()
		k.among(vlanTypes, tag, network)
		a.place(tag)
	}

	// A is the EtherType, or a length; X the offset of what follows.
	a.place(network)
	k.ip(v4, v6, reject, next)
	a.jump(jmpJGT, maxLength, reject, next)
	a.emit(classLD|sizeW|modeIND, 0)
	snap := a.label()
	if v4 == reject {
		a.jump(jmpJEQ, llcSNAP, next, reject)
	} else {
		a.jump(jmpJEQ, llcSNAP, snap, next)
		a.emit(classALU|aluRSH, 8)
		a.jump(jmpJEQ, llcIP, next, reject)
		k.moveX(3)
		a.jump(jmpJA, 0, v4, next)
	}
	a.place(snap) // the organization's first byte is behind us
	a.emit(classLD|sizeH|modeIND, 4)
	organization := a.label()
	k.among([]uint32{0x0000, 0x00f8}, organization, reject) // RFC 1042, IEEE 802.1H
	a.place(organization)
	a.emit(classLD|sizeH|modeIND, 6)
	a.emit(classST, memFree)
	k.moveX(8)
	a.emit(classLD|modeMEM, memFree)
	k.ip(v4, v6, reject, reject)
}

// moveX makes X larger. A is lost.
func (k *kernel) moveX(by uint32) {
	k.asm.emit(txa, 0)
	k.asm.emit(classALU|aluADD, by)
	k.asm.emit(tax, 0)
}

// classes goes to the entry of each class that an IP header with one of these protocols is of; at is
// where it says which.
func (k *kernel) classes(of *[256]class, at uint32, protocols []uint32, reject label) {
	if k.needsPlace(of[protoICMP].version()) {
		k.asm.emit(classSTX, memNetwork)
	}
	entry := func(p uint32) *block { return k.entries[of[p]] }
	protocols = slices.DeleteFunc(protocols, func(p uint32) bool { return entry(p) == k.graph.reject })
	k.asm.emit(classLD|sizeB|modeIND, at)
	for i, p := range protocols {
		otherwise := next
		if i == len(protocols)-1 {
			otherwise = reject
		}
		k.asm.jump(jmpJEQ, p, k.emit.to(entry(p), known{x: atNetwork}), otherwise)
	}
}

// needsPlace reports whether the tests of what is of that version of IP may find X moved: by them, or by
// those of the other version, if they share any.
func (k *kernel) needsPlace(version int) bool {
	ours, others := k.reachable(version), k.reachable(10-version)
	if slices.ContainsFunc(ours, (*block).movesX) {
		return true
	}
	if !slices.ContainsFunc(others, (*block).movesX) {
		return false
	}
	theirs := map[*block]bool{}
	for _, b := range others {
		theirs[b] = true
	}
	return slices.ContainsFunc(ours, func(b *block) bool { return theirs[b] })
}

// reachable is all tests of what is of that version.
func (k *kernel) reachable(version int) []*block {
	var entries []*block
	for c, entry := range k.entries {
		if class(c).version() == version {
			entries = append(entries, entry)
		}
	}
	return k.graph.order(entries)
}

func (b *block) movesX() bool { return b.with != nil || b.v.movesX() }

// ownProgram is e for our own machine.
func ownProgram(e expr) ([]bpf.RawInstruction, error) {
	g, vs := newGraph(), values{}
	entries := make([]*block, classes)
	for c := range entries {
		is := e.cond(&lowering{values: vs, class: class(c), user: true})
		entries[c] = g.of(is, false, g.accept, g.reject, g.accept)
	}
	g.thread(entries)
	var a assembler
	emit := newEmitter(&a, g, true)
	dispatch(&a, emit, entries)
	emit.emit(g.order(entries))
	a.place(emit.labels[g.reject])
	a.emit(classRET, 0)
	a.place(emit.labels[g.accept])
	a.emit(classRET, 1<<31-1)
	code, err := a.assemble()
	if err != nil {
		return nil, fmt.Errorf("compile: %w", err)
	}
	return code, nil
}

// dispatch goes to the entry of a packet's class.
func dispatch(a *assembler, emit *emitter, entries []*block) {
	times := map[*block]int{}
	most := entries[0] // of the classes' entries: it need not be asked for
	for _, entry := range entries {
		if times[entry]++; times[entry] > times[most] {
			most = entry
		}
	}
	a.emit(classLD|sizeW|modeABS, ownClass)
	for c, entry := range entries {
		if entry != most {
			a.jump(jmpJEQ, uint32(c), emit.to(entry, known{x: atNetwork}), next)
		}
	}
	a.jump(jmpJA, 0, emit.to(most, known{x: atNetwork}), next)
}
