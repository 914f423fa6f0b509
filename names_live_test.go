package main

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"

	"icmpdump/internal/forge"
	"icmpdump/internal/lab"
)

// naming is icmpdump on a host that asks a name server for names, but for one that its /etc/hosts has.
func naming(t testing.TB, h *lab.Host, server string, args ...string) *exec.Cmd {
	t.Helper()
	lab.NeedRoot(t, "files in /etc are mounted over")
	dir := t.TempDir()
	for name, text := range map[string]string{
		"resolv.conf": "nameserver " + server + "\n",
		"hosts":       "127.0.0.1 localhost\n203.0.113.7 hosted.example.org hosted\n",
	} {
		if _, err := os.Stat("/etc/" + name); err != nil {
			lab.Skip(t, "%v", err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	// A program on a host has a mount namespace of its own.
	const script = `cd "$1" && for f in *; do mount --bind "$f" "/etc/$f" || exit; done && cd / && shift && exec icmpdump "$@"`
	return h.Command("sh", append([]string{"-c", script, "sh", dir}, args...)...)
}

// watchingNames starts it; it keeps books.
func watchingNames(t testing.TB, h *lab.Host, server string, args ...string) *lab.Running {
	t.Helper()
	return lab.Start(t, naming(t, h, server, append([]string{"--stats"}, args...)...), "listening on")
}

// nameServer answers on a host, 10.0.0.2:53.
func nameServer(t testing.TB, h *lab.Host, reply func(netip.Addr) lab.Reply) *lab.NameServer {
	t.Helper()
	var conn net.PacketConn
	h.Do(func() {
		var err error
		if conn, err = net.ListenPacket("udp", "10.0.0.2:53"); err != nil {
			t.Fatal(err)
		}
	})
	return lab.ServeNames(t, conn, reply)
}

// called replies with a name for each of the addresses of lab.Pair.
func called(a netip.Addr) lab.Reply {
	switch a.String() {
	case "10.0.0.1", "fd00::1":
		return lab.Reply{Names: []string{"here.example.net."}}
	case "10.0.0.2", "fd00::2":
		return lab.Reply{Names: []string{"there.example.net."}}
	}
	return lab.Reply{}
}

// Lines have names as soon as these are known; the first may be too early.
func TestNamesLive(t *testing.T) {
	a, b := lab.Pair(t)
	lab.Need(t, "ping")
	nameServer(t, b, called)
	for _, tt := range []struct{ option, dst, want string }{
		{"--names", "10.0.0.2", " IP here.example.net > there.example.net: ICMP echo request"},
		{"-N", "10.0.0.2", " IP here > there: ICMP echo request"},
		{"--names", "fd00::2", " IP6 here.example.net > there.example.net: ICMP6, echo request"},
	} {
		r := watchingNames(t, a, "10.0.0.2", "-i", "va", tt.option, "icmp or icmp6")
		a.Run("ping", "-c5", "-i0.2", tt.dst)
		r.WaitFor(5, "echo reply")
		lines, stderr := interrupt(t, r)
		if n := len(lab.With(lines, tt.want)); n < 4 {
			t.Errorf("%s: %d lines with %q\n%s%v", tt.option, n, tt.want, stderr, lines)
		}
	}
}

// A line does not wait for a server that says nothing.
func TestNamesDelayNoLine(t *testing.T) {
	a, b := lab.Pair(t)
	lab.Need(t, "ping")
	s := nameServer(t, b, func(netip.Addr) lab.Reply { return lab.Reply{Silent: true} })
	r := watchingNames(t, a, "10.0.0.2", "-i", "va", "-tt", "--names", "icmp")
	a.Run("ping", "-c10", "-i0.2", "10.0.0.2")
	r.WaitFor(20, "ICMP echo")
	lines, _ := interrupt(t, r)
	var worst time.Duration
	for _, l := range lines {
		seconds, _, _ := strings.Cut(l.Text, " ")
		var sec, us int64
		if _, err := fmt.Sscanf(seconds, "%d.%d", &sec, &us); err != nil {
			t.Fatalf("%v: %s", err, l.Text)
		}
		worst = max(worst, l.At.Sub(time.Unix(sec, us*1000)))
	}
	t.Logf("lines were %v old at most", worst)
	if worst > time.Second || len(s.Asked()) == 0 { // a server has two
		t.Errorf("a line is %v old; %d queries", worst, len(s.Asked()))
	}
}

// Errors about the program's own queries are counted and written to a file, and not shown; those
// about others' are.
func TestOwnQueriesAreNotShown(t *testing.T) {
	a, b := lab.Pair(t) // where nobody listens to port 53
	lab.Need(t, "nc", "ping", "sysctl")
	b.Sysctl("net.ipv4.icmp_ratelimit=0")
	path := filepath.Join(t.TempDir(), "all.pcapng")
	r := watchingNames(t, a, "10.0.0.2", "-i", "va", "--names", "-w", path, "--print", "icmp")
	a.Run("ping", "-c3", "-i0.2", "10.0.0.2")
	other := a.Command("nc", "-u", "-w1", "-p", "4242", "10.0.0.2", "53")
	other.Stdin = strings.NewReader("a query of somebody else")
	other.Run()
	r.WaitFor(1, "cause=udp/10.0.0.1:4242>10.0.0.2:53")
	lines, stderr := r.Interrupt()
	if strings.Contains(stderr, "!=") {
		t.Errorf("the books do not balance:\n%s", stderr)
	}
	var own int
	for line := range strings.Lines(stderr) {
		fmt.Sscanf(line, "%d errors about the queries of --names not shown", &own)
	}
	if n := len(lab.With(lines, "unreachable")); n != len(lab.With(lines, ":4242>")) {
		t.Errorf("%d lines about other errors:\n%v", n, lines)
	}
	if own == 0 || !strings.Contains(stderr, fmt.Sprint(" + about queries for names ", own)) {
		t.Errorf("%d errors were not shown:\n%s", own, stderr)
	}
	written := stdoutOf(t, exec.Command("icmpdump", "-r", path))
	if n := strings.Count(written, "unreachable"); n != own+len(lab.With(lines, "unreachable")) {
		t.Errorf("%d errors were written, %d not shown:\n%s", n, own, written)
	}
}

// Nor are they on the full screen, of packets that have no lines.
func TestOwnQueriesAreNotOnTheScreen(t *testing.T) {
	a, b := lab.Pair(t)
	lab.Need(t, "ping", "sysctl")
	b.Sysctl("net.ipv4.icmp_ratelimit=0")
	p := lab.OpenPTY(t, 160, 24)
	p.Start(naming(t, a, "10.0.0.2", "top", "-i", "va", "--names", "--stats", "-w", filepath.Join(t.TempDir(), "all.pcapng"), "icmp"))
	p.WaitFor("no flows yet")
	a.Run("ping", "-c3", "-i0.2", "10.0.0.2")
	p.WaitFor("echo reply")
	p.Settle(500 * time.Millisecond)
	p.Write("Q")
	if code := p.End(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	_, text, _ := strings.Cut(p.Text(), "\x1b[?1049l")
	tail, summary, _ := strings.Cut(text, "packets captured")
	_, tail, _ = strings.Cut(tail, "last packets")
	if !strings.Contains(tail, "echo reply") || strings.Contains(tail, "unreachable") || strings.Contains(summary, "!=") ||
		!strings.Contains(summary, " about the queries of --names not shown") || strings.Contains(summary, "about queries for names 0") {
		t.Errorf("got %q", text)
	}
}

// Nor are those about a connection, which quote what was sent before it was one.
func TestOwnConnectionsAreNotShown(t *testing.T) {
	a, b := lab.Pair(t)
	lab.Need(t, "nft", "nc", "ping")
	b.Sysctl("net.ipv4.icmp_ratelimit=0")
	b.Run("nft", "add table ip refusing; add chain ip refusing in { type filter hook input priority 0; }; "+
		"add rule ip refusing in tcp dport 53 reject with icmp type port-unreachable")
	s := nameServer(t, b, func(netip.Addr) lab.Reply { return lab.Reply{Truncated: true, Names: []string{"long.example."}} })
	r := watchingNames(t, a, "10.0.0.2", "-i", "va", "--names", "icmp")
	a.Run("ping", "-c3", "-i0.2", "10.0.0.2")
	a.Command("nc", "-w1", "-p", "4242", "10.0.0.2", "53").Run()
	r.WaitFor(1, "cause=tcp/10.0.0.1:4242>10.0.0.2:53")
	lines, stderr := interrupt(t, r)
	if n := len(lab.With(lines, "unreachable")); n != len(lab.With(lines, ":4242>")) || len(s.Asked()) == 0 {
		t.Errorf("%d queries, %d lines about other errors:\n%v", len(s.Asked()), n, lines)
	}
	if !strings.Contains(stderr, " about the queries of --names not shown\n") {
		t.Errorf("no error was not shown:\n%s", stderr)
	}
}

// namesFile is a file of pings.
func namesFile(t testing.TB) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "pings.pcap")
	if err := writeCapture(path, captures["pings"]()); err != nil {
		t.Fatal(err)
	}
	return path
}

// From a file, lines wait for names.
func TestNamesOfAFile(t *testing.T) {
	a, b := lab.Pair(t)
	nameServer(t, b, func(a netip.Addr) lab.Reply {
		time.Sleep(100 * time.Millisecond)
		return lab.Reply{Names: []string{"n" + strings.ReplaceAll(a.String(), ".", "-") + ".example.net."}}
	})
	path := namesFile(t)
	for _, tt := range []struct{ command, option, source, destination string }{
		{"", "--names", "IP n10-0-0-5.example.net >", "n198-51-100-7.example.net: ICMP"},
		{"", "-N", "IP n10-0-0-5 >", "n198-51-100-7: ICMP"},
		{"flows", "--names", "\nn10-0-0-5.example.net ", " n198-51-100-7.example.net "},
	} {
		args := []string{tt.option, "-r", path}
		if tt.command != "" {
			args = append([]string{tt.command}, args...)
		}
		got := stdoutOf(t, naming(t, a, "10.0.0.2", args...))
		if !strings.Contains(got, tt.source) || !strings.Contains(got, tt.destination) {
			t.Errorf("%v: no %q, or no %q in\n%s", args, tt.source, tt.destination, got)
		}
		if strings.Contains(got, "10.0.0.5") || strings.Contains(got, "198.51.100.7") {
			t.Errorf("%v: numbers in\n%s", args, got)
		}
	}
	plain := stdoutOf(t, exec.Command("icmpdump", "-r", path))
	if got := stdoutOf(t, naming(t, a, "10.0.0.2", "-n", "-r", path)); got != plain {
		t.Errorf("with -n\ngot\n%swant\n%s", got, plain)
	}
}

// What is written has addresses, in its comments too.
func TestNamesAreNotWritten(t *testing.T) {
	a, b := lab.Pair(t)
	nameServer(t, b, func(netip.Addr) lab.Reply { return lab.Reply{Names: []string{"x.example.net."}} })
	dir := t.TempDir()
	from, to := filepath.Join(dir, "error.pcap"), filepath.Join(dir, "written.pcapng")
	quoted := forge.Frame(forge.IP4("10.0.0.5", "192.0.2.9"), &layers.UDP{SrcPort: 40112, DstPort: 53})
	frame := forge.Frame(forge.Ether(anyMAC), forge.IP4("192.0.2.9", "10.0.0.5"), &layers.ICMPv4{TypeCode: layers.CreateICMPv4TypeCode(3, 3)}, gopacket.Payload(quoted))
	if err := writeCapture(from, []captured{{frame: frame}}); err != nil {
		t.Fatal(err)
	}
	line := stdoutOf(t, naming(t, a, "10.0.0.2", "--names", "-r", from, "-w", to, "--comment", "--print"))
	written, err := os.ReadFile(to)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(line, "cause=udp/x.example.net:40112>x.example.net:53") || !strings.Contains(string(written), "cause=udp/10.0.0.5:40112>192.0.2.9:53") {
		t.Errorf("shown\n%swritten\n%q", line, written)
	}
}

// What /etc/hosts says nobody is asked for.
func TestNamesOfHosts(t *testing.T) {
	a, b := lab.Pair(t)
	s := nameServer(t, b, func(netip.Addr) lab.Reply { return lab.Reply{Names: []string{"other.example.net."}} })
	path := filepath.Join(t.TempDir(), "hosts.pcap")
	local := forge.Frame(forge.Ether(anyMAC), forge.IP4("127.0.0.1", "203.0.113.7"), forge.Echo4(8, 1, 1))
	linkLocal := forge.Frame(forge.Ether(anyMAC), forge.IP6("fe80::1", "ff02::1"), forge.ICMP6(128, 0), forge.IDSeq(1, 1))
	if err := writeCapture(path, []captured{{frame: local}, {frame: linkLocal}}); err != nil {
		t.Fatal(err)
	}
	got := stdoutOf(t, naming(t, a, "10.0.0.2", "--names", "-r", path))
	for _, want := range []string{" IP localhost > hosted.example.org: ", " IP6 fe80::1 > ff02::1: "} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	if asked := s.Asked(); len(asked) > 0 {
		t.Errorf("the server was asked about %v", asked)
	}
}

// Where no server answers, a file is shown all the same, and soon.
func TestNamesOfAFileWithoutAServer(t *testing.T) {
	a, b := lab.Pair(t)
	nameServer(t, b, func(netip.Addr) lab.Reply { return lab.Reply{Silent: true} })
	path := namesFile(t)
	plain := stdoutOf(t, exec.Command("icmpdump", "-r", path))
	begin := time.Now()
	if got := stdoutOf(t, naming(t, a, "10.0.0.2", "--names", "-r", path)); got != plain {
		t.Errorf("got\n%swant\n%s", got, plain)
	}
	if took := time.Since(begin); took > 12*time.Second {
		t.Errorf("it took %v", took)
	}
}
