package filter

import (
	"strconv"
	"strings"
	"testing"
)

// lengths are how many instructions tcpdump 4.99.3 with libpcap 1.10.3 makes of common expressions, for
// Ethernet; more is how many ours may be longer than these and the base program together.
var lengths = []struct {
	text    string
	tcpdump int
	more    int
}{
	{text: "icmp", tcpdump: 6},
	{text: "icmp6", tcpdump: 9},
	{text: "icmp or icmp6", tcpdump: 12},
	{text: "not icmp", tcpdump: 6},
	{text: "ip", tcpdump: 4},
	{text: "ip6", tcpdump: 4},
	{text: "host 10.0.0.1", tcpdump: 14},
	{text: "src host 10.0.0.1", tcpdump: 10},
	{text: "dst host 10.0.0.1", tcpdump: 10},
	{text: "not host 10.0.0.1", tcpdump: 14},
	{text: "host ::1", tcpdump: 20},
	{text: "src host 2001:db8::1", tcpdump: 12},
	{text: "host 10.0.0.1 or 10.0.0.2", tcpdump: 17},
	{text: "host 10.0.0.1 and 10.0.0.2", tcpdump: 20},
	{text: "host 10.0.0.1 and (10.0.0.2 or 10.0.0.3)", tcpdump: 23},
	{text: "host 10.0.0.5 and not net 10.9.0.0/16", tcpdump: 26},
	{text: "host 10.0.0.1 or host ::1", tcpdump: 31},
	{text: "net 10", tcpdump: 18},
	{text: "src net 192.168.0.0/16", tcpdump: 12},
	{text: "dst net 2001:db8::/32", tcpdump: 6},
	{text: "net 10.0.0.0/8 or 192.168.0.0/16", tcpdump: 30},
	{text: "icmp and host 10.0.0.1", tcpdump: 10},
	{text: "icmp and not net 10", tcpdump: 12},
	{text: "icmp[icmptype] == icmp-echo", tcpdump: 11},
	{text: "icmp[icmptype] == icmp-unreach", tcpdump: 11},
	{text: "icmp[icmptype] == icmp-echo or icmp[icmptype] == icmp-echoreply", tcpdump: 12},
	{text: "icmp[icmptype] != icmp-echo and icmp[icmptype] != icmp-echoreply", tcpdump: 12},
	{text: "icmp[icmptype] == icmp-unreach and icmp[icmpcode] == 4", tcpdump: 13},
	{text: "icmp[0] == 8 and host 10.0.0.1", tcpdump: 15},
	{text: "icmp[4:2] == 4660", tcpdump: 11},
	{text: "icmp6[icmp6type] == icmp6-echo", tcpdump: 8},
	{text: "icmp6[0] >= 133 and icmp6[0] <= 137", tcpdump: 9},
	{text: "icmp[icmptype] == icmp-echo or icmp6[icmp6type] == icmp6-echo", tcpdump: 16},
	{text: "ip[8] < 5", tcpdump: 6},
	{text: "ip[6:2] & 0x1fff != 0", tcpdump: 6},
	{text: "(ip[0] & 0xf) > 5", tcpdump: 7},
	{text: "ether host 1:2:3:4:5:6", tcpdump: 10},
	{text: "ether src 1:2:3:4:5:6", tcpdump: 6},
	{text: "broadcast", tcpdump: 6},
	{text: "multicast", tcpdump: 4},
	{text: "ip multicast", tcpdump: 6},
	{text: "ip6 multicast", tcpdump: 6},
	{text: "icmp and greater 1000", tcpdump: 8},
	{text: "vlan and icmp", tcpdump: 10},

	// A length counts the tag that the kernel took out, and vlan finds that and two more, wherever they
	// are. tcpdump's programs for files do not.
	{text: "less 100", tcpdump: 4, more: 1},
	{text: "greater 1000", tcpdump: 4, more: 1},
	{text: "vlan", tcpdump: 6, more: 2},
	{text: "vlan 100", tcpdump: 9, more: 12},
}

func TestLengths(t *testing.T) {
	base, err := Base(Config{})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range lengths {
		f, err := Parse(tt.text, Lookup{})
		if err != nil {
			t.Fatalf("%s: %v", tt.text, err)
		}
		p, err := f.Program(Config{})
		if err != nil {
			t.Fatalf("%s: %v", tt.text, err)
		}
		got, most := len(p.Code), len(base)+tt.tcpdump+tt.more
		if got > most {
			t.Errorf("%s: %d instructions, want at most %d + %d + %d", tt.text, got, len(base), tt.tcpdump, tt.more)
		}
		if tt.more > 0 && got < most {
			t.Errorf("%s: %d instructions are fewer than the table allows", tt.text, got)
		}
		t.Logf("%-66s %3d, the base and tcpdump's %3d", tt.text, got, len(base)+tt.tcpdump)
	}
}

// The table is what tcpdump says.
func TestLengthsAreTcpdumps(t *testing.T) {
	needTcpdump(t)
	for _, tt := range lengths {
		first, _, _ := strings.Cut(tcpdump(t, "-ddd", tt.text), "\n")
		if n, err := strconv.Atoi(first); err != nil || n != tt.tcpdump {
			t.Errorf("%s: tcpdump makes %s instructions, the table has %d", tt.text, first, tt.tcpdump)
		}
	}
}

// Of what is too long for the kernel, the kernel runs the base program.
func TestTooLong(t *testing.T) {
	var b strings.Builder
	for i := range 3000 {
		if i > 0 {
			b.WriteString(" or ")
		}
		b.WriteString("host 10.1." + strconv.Itoa(i/256) + "." + strconv.Itoa(i%256))
	}
	f, err := Parse(b.String(), Lookup{})
	if err != nil {
		t.Fatal(err)
	}
	p, err := f.Program(Config{})
	if err != nil {
		t.Fatal(err)
	}
	base, _ := Base(Config{})
	if len(p.Code) != len(base) || len(p.UserSpace) != 1 || p.UserSpace[0] != b.String() {
		t.Errorf("%d instructions, want %d; in user space: %d parts", len(p.Code), len(base), len(p.UserSpace))
	}
}
