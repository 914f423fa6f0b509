package filter_test

import (
	"fmt"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/net/bpf"

	"icmpdump/internal/lab"
)

// An oracle says which Ethernet frames tcpdump would pass.
type oracle struct {
	code     []bpf.RawInstruction // none passes none
	asksLen  bool
	machines map[facts]*bpf.VM
}

// oracles are tcpdump's programs by their expressions: each is compiled once.
type oracles map[string]*oracle

var theirs = oracles{}

// of is the oracle of an expression.
func (o oracles) of(t testing.TB, expr string) *oracle {
	t.Helper()
	if have, ok := o[expr]; ok {
		return have
	}
	if _, err := exec.LookPath("tcpdump"); err != nil {
		lab.Skip(t, "tcpdump is not installed")
	}
	made := &oracle{machines: map[facts]*bpf.VM{}}
	o[expr] = made
	args := []string{"-ddd", "-y", "EN10MB", "--", expr}
	if as, ok := strings.CutSuffix(expr, asWritten); ok {
		args = []string{"-O", "-ddd", "-y", "EN10MB", "--", as}
	}
	out, err := exec.Command("tcpdump", args...).CombinedOutput()
	if err != nil {
		if !strings.Contains(string(out), "expression rejects all packets") {
			t.Fatalf("tcpdump %s: %v: %s", expr, err, out)
		}
		return made
	}
	if made.code, err = readProgram(string(out)); err != nil {
		t.Fatalf("tcpdump %s: %v", expr, err)
	}
	made.asksLen = slices.Contains(made.code, bpf.RawInstruction{Op: 0x80})
	return made
}

// asWritten stands behind an expression whose program is not to be optimized.
const asWritten = " as written"

// passes is the verdict on a frame of which so many bytes were on the wire.
func (o *oracle) passes(t testing.TB, frame []byte, wire int, sent bool) bool {
	t.Helper()
	if o.code == nil {
		return false
	}
	f := facts{outgoing: sent}
	if o.asksLen {
		f.wire = wire
	}
	vm, ok := o.machines[f]
	if !ok {
		vm = machine(t, o.code, f)
		o.machines[f] = vm
	}
	return run(t, vm, frame)
}

// readProgram reads a program as -ddd prints it: the number of instructions, then a line for each.
func readProgram(text string) ([]bpf.RawInstruction, error) {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	if n, err := strconv.Atoi(lines[0]); err != nil || n != len(lines)-1 {
		return nil, fmt.Errorf("%d lines follow %q", len(lines)-1, lines[0])
	}
	var code []bpf.RawInstruction
	for _, line := range lines[1:] {
		var ri bpf.RawInstruction
		if _, err := fmt.Sscan(line, &ri.Op, &ri.Jt, &ri.Jf, &ri.K); err != nil {
			return nil, fmt.Errorf("%q: %w", line, err)
		}
		code = append(code, ri)
	}
	return code, nil
}

// facts are what the kernel knows of a frame besides its bytes.
type facts struct {
	wire     int // its length; 0 is that of its bytes
	outgoing bool
	tpid     uint16 // of the tag that is not in the frame; 0 is none
	tci      uint16
	proto    uint16
	ifindex  int
}

// machine is a program in x/net's machine, with constants where it asks for what the kernel knows.
func machine(t testing.TB, code []bpf.RawInstruction, f facts) *bpf.VM {
	t.Helper()
	vm, err := bpf.NewVM(known(t, code, f))
	if err != nil {
		t.Fatal(err)
	}
	return vm
}

func known(t testing.TB, code []bpf.RawInstruction, f facts) []bpf.Instruction {
	t.Helper()
	program, ok := bpf.Disassemble(code)
	if !ok {
		t.Fatalf("does not disassemble: %v", code)
	}
	for i, ins := range program {
		if ext, ok := ins.(bpf.LoadExtension); ok && (ext.Num != bpf.ExtLen || f.wire > 0) {
			program[i] = bpf.LoadConstant{Dst: bpf.RegA, Val: f.value(t, ext.Num)}
		}
		if _, ok := ins.(bpf.NegateA); ok { // which that machine has not
			program[i] = bpf.ALUOpConstant{Op: bpf.ALUOpMul, Val: 1<<32 - 1}
		}
	}
	return program
}

// value is what a kernel answers.
func (f facts) value(t testing.TB, ext bpf.Extension) uint32 {
	t.Helper()
	const outgoing, ethernet = 4, 1 // PACKET_OUTGOING, ARPHRD_ETHER
	switch ext {
	case bpf.ExtLen:
		return uint32(f.wire)
	case bpf.ExtType:
		if f.outgoing {
			return outgoing
		}
		return 0
	case bpf.ExtLinkLayerType:
		return ethernet
	case bpf.ExtInterfaceIndex:
		return uint32(f.ifindex)
	case bpf.ExtVLANTag:
		return uint32(f.tci)
	case bpf.ExtVLANTagPresent:
		return min(1, uint32(f.tpid))
	case bpf.ExtVLANProto:
		return uint32(f.tpid)
	case bpf.ExtProto:
		return uint32(f.proto)
	}
	t.Fatalf("a load of the kernel's %#x", ext)
	return 0
}

func run(t testing.TB, vm *bpf.VM, frame []byte) bool {
	t.Helper()
	n, err := vm.Run(frame)
	if err != nil {
		t.Fatal(err)
	}
	return n > 0
}
