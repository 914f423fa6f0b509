package filter

import (
	"fmt"

	"golang.org/x/net/bpf"
)

// The operation codes of classic BPF (linux/bpf_common.h): class, and what each class has.
const (
	classLD, classLDX, classST, classSTX   = 0x00, 0x01, 0x02, 0x03
	classALU, classJMP, classRET, classMIS = 0x04, 0x05, 0x06, 0x07

	sizeW, sizeH, sizeB                                  = 0x00, 0x08, 0x10
	modeIMM, modeABS, modeIND, modeMEM, modeLEN, modeMSH = 0x00, 0x20, 0x40, 0x60, 0x80, 0xa0

	aluADD, aluSUB, aluMUL, aluDIV, aluOR, aluAND = 0x00, 0x10, 0x20, 0x30, 0x40, 0x50
	aluLSH, aluRSH, aluNEG, aluMOD, aluXOR        = 0x60, 0x70, 0x80, 0x90, 0xa0

	jmpJA, jmpJEQ, jmpJGT, jmpJGE, jmpJSET = 0x00, 0x10, 0x20, 0x30, 0x40

	srcK, srcX = 0x00, 0x08

	tax = 0x07
	txa = 0x87
)

// maxInstructions is how long a program the kernel takes (BPF_MAXINSNS).
const maxInstructions = 4096

// A label is a place in a program. next is the instruction behind a jump.
type label int

const next label = -1

// An instruction is one whose jumps name labels.
type instruction struct {
	op     uint16
	k      uint32
	jt, jf label
}

// An assembler puts a program together whose jumps name labels. All jumps go forward, as
// classic BPF has it.
type assembler struct {
	code   []instruction
	places []int // of each label, in code
}

// label makes one that is still to be placed.
func (a *assembler) label() label {
	a.places = append(a.places, -1)
	return label(len(a.places) - 1)
}

// place gives the next instruction the label.
func (a *assembler) place(l label) { a.places[l] = len(a.code) }

func (a *assembler) emit(op uint16, k uint32) { a.code = append(a.code, instruction{op: op, k: k}) }

// jump is one to t if A and k, or X, compare so, and else to f.
func (a *assembler) jump(op uint16, k uint32, t, f label) {
	a.code = append(a.code, instruction{classJMP | op, k, t, f})
}

func (i *instruction) isJump() bool   { return i.op&7 == classJMP }
func (i *instruction) isBranch() bool { return i.isJump() && i.op != classJMP|jmpJA }

// far says of each branch in code which of its targets are out of reach: these are jumped to by way
// of an instruction behind it.
type far [][2]bool

// size is how many instructions the one at i takes.
func (f far) size(i int) int {
	n := 1
	for _, is := range f[i] {
		if is {
			n++
		}
	}
	return n
}

// assemble resolves the labels.
func (a *assembler) assemble() ([]bpf.RawInstruction, error) {
	away := make(far, len(a.code))
	at := make([]int, len(a.code)+1)
	for again := true; again; {
		again = false
		for i := range a.code {
			at[i+1] = at[i] + away.size(i)
		}
		for i := range a.code {
			ins := &a.code[i]
			if !ins.isBranch() {
				continue
			}
			for side, l := range [2]label{ins.jt, ins.jf} {
				if !away[i][side] && l != next && at[a.places[l]]-at[i]-1 > 255 {
					away[i][side], again = true, true
				}
			}
		}
	}
	return a.resolve(at, away)
}

// resolve is the program whose instructions go to these places.
func (a *assembler) resolve(at []int, away far) ([]bpf.RawInstruction, error) {
	out := make([]bpf.RawInstruction, 0, at[len(a.code)])
	for i := range a.code {
		ins := &a.code[i]
		if !ins.isJump() {
			out = append(out, bpf.RawInstruction{Op: ins.op, K: ins.k})
			continue
		}
		skip := func(l label, from int) (int, error) {
			to := at[i+1]
			if l != next {
				if a.places[l] < 0 || a.places[l] <= i {
					return 0, fmt.Errorf("filter: a jump that does not go forward")
				}
				to = at[a.places[l]]
			}
			return to - from - 1, nil
		}
		t, errT := skip(ins.jt, at[i])
		if errT != nil {
			return nil, errT
		}
		if !ins.isBranch() {
			out = append(out, bpf.RawInstruction{Op: ins.op, K: uint32(t)})
			continue
		}
		f, errF := skip(ins.jf, at[i])
		if errF != nil {
			return nil, errF
		}
		raw := bpf.RawInstruction{Op: ins.op, K: ins.k, Jt: uint8(t), Jf: uint8(f)}
		var by []bpf.RawInstruction
		if away[i][0] {
			raw.Jt = 0
			by = append(by, bpf.RawInstruction{Op: classJMP | jmpJA, K: uint32(t - 1)})
		}
		if away[i][1] {
			raw.Jf = uint8(len(by))
			by = append(by, bpf.RawInstruction{Op: classJMP | jmpJA, K: uint32(f - len(by) - 1)})
		}
		out = append(append(out, raw), by...)
	}
	return out, nil
}
