package filter

import (
	"fmt"
	"os/exec"
	"strings"
	"testing"

	"golang.org/x/net/bpf"
)

// parseProgram reads what tcpdump -ddd printed.
func parseProgram(t *testing.T, text string) []bpf.RawInstruction {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(text), "\n")
	code := make([]bpf.RawInstruction, len(lines)-1)
	for i := range code {
		ins := &code[i]
		if _, err := fmt.Sscanf(lines[i+1], "%d %d %d %d", &ins.Op, &ins.Jt, &ins.Jf, &ins.K); err != nil {
			t.Fatal(err)
		}
	}
	return code
}

// tcpdump is what it prints of an expression's program.
func tcpdump(t *testing.T, style, text string) string {
	t.Helper()
	out, err := exec.Command("tcpdump", "-y", "EN10MB", style, text).Output()
	if err != nil {
		t.Fatalf("tcpdump %s %q: %v", style, text, err)
	}
	return string(out)
}

// What tcpdump compiles is printed as tcpdump prints it.
func TestAppendProgramIsTcpdumps(t *testing.T) {
	needTcpdump(t)
	for _, text := range []string{
		"icmp", "icmp6", "host 10.0.0.1", "net 10 and not icmp", "less 100", "ether host 1:2:3:4:5:6", "icmp[0] + icmp[1] * 3 > ip[8] - 2",
		"ip[0] / ip[8] | 3 = 7", "ip[0] << 2 & ip[8] >> 1 = 7", "(ip[0] % 3) ^ 5 = ip[icmp[0]:4]", "0 - ip[8] = -ip[9]",
		"icmp[ip[0] & 15] != 0", "ip6 proto 0", "vlan 5", "tcp[13] & 2 != 0",
	} {
		code := parseProgram(t, tcpdump(t, "-ddd", text))
		for style, option := range map[int]string{1: "-d", 2: "-dd", 3: "-ddd"} {
			if got, want := string(AppendProgram(nil, code, style)), tcpdump(t, option, text); got != want {
				t.Errorf("%s %s: got\n%swant\n%s", option, text, got, want)
			}
		}
	}
}

func needTcpdump(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("tcpdump"); err != nil {
		t.Skip("tcpdump is not installed")
	}
}

// Of what tcpdump has not, each kind is printed by a name of its own.
func TestAppendProgramNames(t *testing.T) {
	f, err := Parse("inbound and ifname eth0 and vlan 5 and ip6 proto 0 or vlan or quoted host ::1 or ether host 1:2:3:4:5:6 or len > ip[2:2]", Lookup{})
	if err != nil {
		t.Fatal(err)
	}
	got := string(AppendProgram(nil, f.Machine(nil).Code(), 1))
	for _, want := range []string{"ld       [class]\n", "[dir]", "[ifname 0]", "[tag 5]", "[header 0]", "[tags]", "[quote]", "[ethernet]", "#pktlen",
		"[transport]", "ldx      M[1]\n", "st       M[2]\n", "jgt      x ", "ret      #0\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}
