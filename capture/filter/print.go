package filter

import (
	"fmt"
	"strconv"

	"golang.org/x/net/bpf"
)

// beside are the names of what stands beside a packet: as libpcap has them for the kernel's, and our
// own.
var beside = map[uint32]string{
	kernelEth: "proto", kernelType: "type", kernelIf: "ifidx", kernelHW: "hatype", kernelTCI: "vlan_tci", kernelTag: "vlan_tagp",
	ownClass: "class", ownLink: "ethernet", ownEther: "ethertype", ownProto: "transport", ownDir: "dir", ownIndex: "ifindex",
	ownTags: "tags", ownQuote: "quote",
}

// AppendProgram appends a program as tcpdump prints it: for people with style 1 (-d), as a part of a C
// program with 2 (-dd), as numbers with 3 (-ddd).
func AppendProgram(b []byte, code []bpf.RawInstruction, style int) []byte {
	if style >= 3 {
		b = append(strconv.AppendInt(b, int64(len(code)), 10), '\n')
	}
	for i, ins := range code {
		switch {
		case style >= 3:
			b = fmt.Appendf(b, "%d %d %d %d\n", ins.Op, ins.Jt, ins.Jf, ins.K)
		case style == 2:
			b = fmt.Appendf(b, "{ 0x%x, %d, %d, 0x%08x },\n", ins.Op, ins.Jt, ins.Jf, ins.K)
		default:
			b = appendInstruction(b, i, ins)
		}
	}
	return b
}

// appendInstruction is a line of style 1.
func appendInstruction(b []byte, at int, ins bpf.RawInstruction) []byte {
	op, operand := mnemonic(ins)
	switch {
	case ins.Op&7 != classJMP:
		return fmt.Appendf(b, "(%03d) %-8s %s\n", at, op, operand)
	case ins.Op == classJMP|jmpJA:
		return fmt.Appendf(b, "(%03d) %-8s %d\n", at, op, at+1+int(ins.K))
	}
	return fmt.Appendf(b, "(%03d) %-8s %-16s jt %d\tjf %d\n", at, op, operand, at+1+int(ins.Jt), at+1+int(ins.Jf))
}

func mnemonic(ins bpf.RawInstruction) (op, operand string) {
	switch ins.Op & 7 {
	case classLD:
		return "ld" + map[uint16]string{sizeH: "h", sizeB: "b"}[ins.Op&0x18], loaded(ins)
	case classLDX:
		switch ins.Op & 0xe0 {
		case modeMEM:
			return "ldx", fmt.Sprintf("M[%d]", ins.K)
		case modeLEN:
			return "ldx", "#pktlen"
		case modeMSH:
			return "ldxb", fmt.Sprintf("4*([%d]&0xf)", ins.K)
		}
		return "ldx", fmt.Sprintf("#0x%x", ins.K)
	case classST:
		return "st", fmt.Sprintf("M[%d]", ins.K)
	case classSTX:
		return "stx", fmt.Sprintf("M[%d]", ins.K)
	case classRET:
		return "ret", fmt.Sprintf("#%d", ins.K)
	case classMIS:
		if ins.Op == tax {
			return "tax", ""
		}
		return "txa", ""
	}
	if ins.Op&7 == classJMP {
		op = map[uint16]string{jmpJA: "ja", jmpJEQ: "jeq", jmpJGT: "jgt", jmpJGE: "jge", jmpJSET: "jset"}[ins.Op&0xf0]
	} else {
		op = map[uint16]string{aluADD: "add", aluSUB: "sub", aluMUL: "mul", aluDIV: "div", aluMOD: "mod", aluOR: "or",
			aluAND: "and", aluXOR: "xor", aluLSH: "lsh", aluRSH: "rsh", aluNEG: "neg"}[ins.Op&0xf0]
	}
	switch {
	case op == "neg":
		return op, ""
	case ins.Op&srcX != 0:
		return op, "x"
	case op == "lsh" || op == "rsh" || op == "add" || op == "sub" || op == "mul" || op == "div" || op == "mod":
		return op, fmt.Sprintf("#%d", ins.K)
	}
	return op, fmt.Sprintf("#0x%x", ins.K)
}

// loaded is what an instruction loads into A.
func loaded(ins bpf.RawInstruction) string {
	switch ins.Op & 0xe0 {
	case modeIMM:
		return fmt.Sprintf("#0x%x", ins.K)
	case modeMEM:
		return fmt.Sprintf("M[%d]", ins.K)
	case modeLEN:
		return "#pktlen"
	case modeIND:
		return fmt.Sprintf("[x + %d]", ins.K)
	}
	name, ok := beside[ins.K]
	switch {
	case ok:
	case ins.K >= ownHeader && ins.K <= ownHeader+0xff:
		name = fmt.Sprintf("header %d", ins.K-ownHeader)
	case ins.K >= ownTag && ins.K <= ownTag+0xfff:
		name = fmt.Sprintf("tag %d", ins.K-ownTag)
	case ins.K >= ownName && ins.K < ownEnd:
		name = fmt.Sprintf("ifname %d", ins.K-ownName)
	default:
		name = strconv.FormatInt(int64(int32(ins.K)), 10)
	}
	return "[" + name + "]"
}
