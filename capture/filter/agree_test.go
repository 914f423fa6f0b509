package filter

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"golang.org/x/net/bpf"

	"icmpdump/capture"
	"icmpdump/capture/icmp"
	"icmpdump/internal/forge"
)

// expressions are of all primitives, and all ways to join them.
var expressions = []string{
	"icmp", "icmp6", "not icmp", "icmp or icmp6", "ip", "ip6", "tcp", "ip proto 51", "ip6 proto 0", "ip6 proto 44", "proto 58",
	"host 10.0.0.5", "not host 10.0.0.5", "src net 10", "dst net 2001:db8::/32", "net ::/1 or net 128.0.0.0/1",
	"src and dst net 10.0.0.0/8", "ip host 10.0.0.5 or ip6", "net 0.0.0.0/0 and not net 10 mask 255.0.0.0",
	"icmp[0] = 8", "icmp[icmptype] = icmp-echo or icmp[icmptype] = icmp-echoreply", "not icmp[0] = 8",
	"icmp6[icmp6type] = 128 or icmp[icmptype] = 8", "icmp6[0] >= 133 and icmp6[0] <= 137", "icmp[0] != 8 and icmp[0] != 0",
	"icmp6[0] = 128 and net ::/1 or host 10.0.0.5", "icmp[8] = 8 or ip[30] = 1", "ip6[6] = 58 or icmp6",
	"ip[icmp[0]] > 3", "icmp[0] + icmp[1] * 2 > ip[8] - 3", "icmp[4:2] & 0xff = icmp[6:2] >> 8", "-ip[0] > 5", "ip[8] % 2 = 0",
	"(icmp[0] & 7) ^ 3 > 2 and (ip[0] | 1) << 2 = 276", "icmp[ip[0] & 0xf] = 0 and host 10.0.0.5", "ip[2:2] / ip[8] > 3",
	"ether src 02:00:00:00:00:01", "ether host 2:2:2:2:2:2 or ether multicast", "broadcast", "multicast", "ip multicast", "ip6 multicast",
	"ether proto 0x86dd", "ether proto \\ip", "arp or rarp host 1.2.3.4", "ether[12:2] = 0x800", "ether[0] & 1 = 0", "ether[10:2] = 1",
	"ether[12] = 0x81 and icmp", "link[ip[0] & 0xf] > 64", "vlan", "not vlan", "vlan 100", "vlan 5 or vlan 6", "vlan and icmp6", "vlan and not vlan 1",
	"less 100", "greater 100", "len > 64", "len = 102", "len != 102", "len < 3", "len + 1 > ip[2:2]", "greater 3", "60 < len",
	"inbound", "outbound", "not inbound and icmp", "ifname eth7", "not ifname eth7 or icmp",
	"id 5", "id > 100", "seq 1", "seq != 0", "type echo", "type 3", "type neighbor-solicitation", "not type unreach and ttl > 30",
	"ttl < 64", "ttl 1", "quoted net 10", "quoted src net ::/1", "quoted net ::/0 or host 10.0.0.5", "not quoted net 0.0.0.0 mask 0.0.0.0 and icmp",
	"quoted dst host 2001:db8::1", "(icmp6 and type 1) or ip[0] = 69", "ip[60000] = 1", "5 > 3", "1 = 2", "icmp6[100] = 1 or ip6",
	"(ether[12:2] = 0x800 and host 10.0.0.5) or ip[8] > 64", "not (ether[14] = 69 and icmp[0] = 3) and (icmp6 and ip6[60] = 1 or len > 70)",
	"(quoted net ::/1 and icmp6[80] = 1 or ip6[7] > 60) and icmp6[4] = 0", "icmp[0] = 8 or ether src 02:00:00:00:00:77", "ip[0] / (ip[9] - 1) = 3 or icmp6", "not 7 % (ip[9] - 1) = 3",
	"host 10.0.0.1 or 10.0.0.2 or 10.0.0.3 or 10.0.0.4 and not 10.0.0.5",
}

// lookup is of a live capture that knows one interface.
var lookup = Lookup{Index: func(name string) (int, error) {
	if name != "eth7" {
		return 0, fmt.Errorf("no such device")
	}
	return 7, nil
}}

// kernelRun runs a program for the kernel in x/net's machine, which has no metadata: loads of them
// become loads of constants.
func kernelRun(t *testing.T, code []bpf.RawInstruction, fr *capture.Frame) bool {
	t.Helper()
	meta := map[uint32]uint32{kernelHW: hatypeEther, kernelIf: uint32(fr.Iface), kernelType: 0, kernelTag: 0, kernelTCI: uint32(fr.TCI), kernelEth: 0}
	if fr.Dir == icmp.DirOut {
		meta[kernelType] = pktOutgoing
	}
	if fr.TPID != 0 {
		meta[kernelTag] = 1
	}
	code = slices.Clone(code)
	for i, ins := range code {
		if v, ok := meta[ins.K]; ok && ins.Op == classLD|sizeW|modeABS {
			code[i] = bpf.RawInstruction{Op: classLD | modeIMM, K: v}
		}
		if ins.Op == classALU|aluNEG { // which that machine has not
			code[i] = bpf.RawInstruction{Op: classALU | aluMUL, K: 1<<32 - 1}
		}
	}
	prog, ok := bpf.Disassemble(code)
	if !ok {
		t.Fatalf("does not disassemble:\n%s", AppendProgram(nil, code, 1))
	}
	vm, err := bpf.NewVM(prog)
	if err != nil {
		t.Fatal(err)
	}
	n, err := vm.Run(fr.Data)
	if err != nil {
		t.Fatal(err)
	}
	return n > 0
}

// randomFrame is one as a live capture sees it.
func randomFrame(r *rand.Rand) *capture.Frame {
	b := forge.Random(r)
	if r.IntN(20) == 0 {
		b = forge.SNAP(forge.Kinds[r.IntN(len(forge.Kinds))].Frame(r))
	}
	if r.IntN(3) == 0 {
		b = forge.Damaged(r, b)
	}
	fr := &capture.Frame{Frame: icmp.Frame{Data: b, Link: icmp.LinkEthernet}, Iface: int32(7 + r.IntN(2)), Dir: icmp.DirIn}
	if r.IntN(2) == 0 {
		fr.Dir = icmp.DirOut
	} else if len(b) >= 16 && slices.Contains(vlanTypes, uint32(binary.BigEndian.Uint16(b[12:]))) {
		fr.TPID, fr.TCI = binary.BigEndian.Uint16(b[12:]), binary.BigEndian.Uint16(b[14:])
		fr.Data = slices.Concat(b[:12], b[16:])
	}
	fr.Wire = len(fr.Data)
	return fr
}

// What the kernel's program passes is what the base program and the machine pass or, where the kernel
// cannot know, more.
func TestKernelAndMachineAgree(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 0))
	frames := make([]*capture.Frame, 1500)
	for i := range frames {
		frames[i] = randomFrame(r)
	}
	base, err := Base(Config{})
	if err != nil {
		t.Fatal(err)
	}
	passes := make([]bool, len(frames))
	for i, fr := range frames {
		passes[i] = kernelRun(t, base, fr)
	}
	for _, text := range expressions {
		f, err := Parse(text, lookup)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		p, err := f.Program(Config{})
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		for name, code := range map[string][]bpf.RawInstruction{"kernel": p.Code, "machine": f.Machine(nil).Code()} {
			if why := refusal(code, name == "machine"); why != "" {
				t.Errorf("%s: the %s's program: %s\n%s", text, name, why, AppendProgram(nil, code, 1))
			}
		}
		m := f.Machine(nil)
		more, matched := 0, 0
		for i, fr := range frames {
			got, want := kernelRun(t, p.Code, fr), passes[i] && m.Match(fr)
			if want {
				matched++
			}
			if got && !want {
				more++
			}
			if got != want && (len(p.UserSpace) == 0 || want) {
				t.Errorf("%s: kernel %v, machine %v, tag %#x, in user space %q, frame %x", text, got, want, fr.TPID, p.UserSpace, fr.Data)
				break
			}
		}
		t.Logf("%-60s %4d of %d frames, and %d more to be judged", text, matched, len(frames), more)
	}
}

// What turns out to be constant is no reason for the kernel to refuse a program. x/net's machine shifts
// by 40 to another end than the kernel, and so cannot judge these.
func TestConstantShifts(t *testing.T) {
	for _, text := range []string{"ip[0] << (ip[9] * 40) > 3", "ip[0] >> (ip[9] + 31) = 1 or icmp6[0] = 1"} {
		f, err := Parse(text, Lookup{})
		if err != nil {
			t.Fatal(err)
		}
		p, err := f.Program(Config{})
		if err != nil {
			t.Fatal(err)
		}
		if why := refusal(p.Code, false); why != "" {
			t.Errorf("%s: %s", text, why)
		}
	}
}

// refusal is why the kernel would not take a program: for what bpf_check_classic and
// check_load_and_stores look at in net/core/filter.c. Our own machine begins with the places in memory.
func refusal(code []bpf.RawInstruction, own bool) string {
	stored := make([]uint32, len(code)+1) // slots of memory that are filled, whichever way led there
	for i := range stored {
		stored[i] = 1<<32 - 1
	}
	if stored[0] = 0; own {
		stored[0] = 1<<memNetwork | 1<<memTransport
	}
	last := code[len(code)-1]
	if last.Op != classRET {
		return "no return at the end"
	}
	for i, ins := range code {
		here := stored[i]
		then := []int{i + 1}
		switch op := ins.Op; {
		case op == classST || op == classSTX:
			here |= 1 << ins.K
		case (op == classLD|modeMEM || op == classLDX|modeMEM) && here>>ins.K&1 == 0:
			return fmt.Sprintf("(%03d) loads what was not stored", i)
		case op == classALU|aluDIV || op == classALU|aluMOD:
			if ins.K == 0 {
				return fmt.Sprintf("(%03d) divides by zero", i)
			}
		case (op == classALU|aluLSH || op == classALU|aluRSH) && ins.K > 31:
			return fmt.Sprintf("(%03d) shifts by more than 31", i)
		case op == classRET:
			then = nil
		case op == classJMP|jmpJA:
			then = []int{i + 1 + int(ins.K)}
		case op&7 == classJMP:
			then = []int{i + 1 + int(ins.Jt), i + 1 + int(ins.Jf)}
		}
		for _, to := range then {
			if to >= len(code) {
				return fmt.Sprintf("(%03d) jumps past the end", i)
			}
			stored[to] &= here
		}
	}
	return ""
}
