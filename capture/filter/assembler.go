package filter

import (
	"fmt"

	"golang.org/x/net/bpf"
)

// An assembler puts a program together whose jumps name labels. All jumps go forward, as
// classic BPF has it.
type assembler struct {
	code   []bpf.Instruction
	jumps  []labelled // those in code, in order
	labels map[string]int
}

type labelled struct {
	at int // in code
	to string
}

func (a *assembler) emit(ins bpf.Instruction) { a.code = append(a.code, ins) }

// label gives the next instruction a name.
func (a *assembler) label(name string) {
	if a.labels == nil {
		a.labels = map[string]int{}
	}
	a.labels[name] = len(a.code)
}

func (a *assembler) jump(to string) {
	a.jumps = append(a.jumps, labelled{len(a.code), to})
	a.emit(bpf.Jump{})
}

// jumpEqual jumps if A is val.
func (a *assembler) jumpEqual(val uint32, to string) {
	a.jumps = append(a.jumps, labelled{len(a.code), to})
	a.emit(bpf.JumpIf{Cond: bpf.JumpEqual, Val: val})
}

// jumpGreater jumps if A is greater than val.
func (a *assembler) jumpGreater(val uint32, to string) {
	a.jumps = append(a.jumps, labelled{len(a.code), to})
	a.emit(bpf.JumpIf{Cond: bpf.JumpGreaterThan, Val: val})
}

// assemble resolves the labels. It is an error if one is missing or out of reach.
func (a *assembler) assemble() ([]bpf.RawInstruction, error) {
	for _, j := range a.jumps {
		to, ok := a.labels[j.to]
		skip := to - j.at - 1
		if !ok || skip < 0 {
			return nil, fmt.Errorf("filter: jump to %q, which does not follow", j.to)
		}
		switch ins := a.code[j.at].(type) {
		case bpf.Jump:
			ins.Skip = uint32(skip)
			a.code[j.at] = ins
		case bpf.JumpIf:
			if skip > 255 {
				return nil, fmt.Errorf("filter: jump to %q is too far", j.to)
			}
			ins.SkipTrue = uint8(skip)
			a.code[j.at] = ins
		}
	}
	return bpf.Assemble(a.code)
}
