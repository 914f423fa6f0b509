package main

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"icmpdump/internal/forge"
	"icmpdump/internal/lab"
)

// watching starts icmpdump on the host; it keeps books.
func watching(t testing.TB, h *lab.Host, args ...string) *lab.Running {
	t.Helper()
	return lab.Start(t, h.Command("icmpdump", append([]string{"--stats"}, args...)...), "listening on")
}

// interrupt ends icmpdump and returns what it said; its books must balance.
func interrupt(t testing.TB, r *lab.Running) (lines []lab.Line, stderr string) {
	t.Helper()
	lines, stderr = r.Interrupt()
	checkBooks(t, stderr)
	return lines, stderr
}

func checkBooks(t testing.TB, stderr string) {
	t.Helper()
	if n := strings.Count(stderr, "books: "); n != 5 || strings.Contains(stderr, "!=") {
		t.Errorf("the books do not balance:\n%s", stderr)
	}
}

// texts are the lines' texts, up to the bar.
func texts(lines []lab.Line) []string {
	var out []string
	for _, l := range lines {
		text, _, _ := strings.Cut(l.Text, " | ")
		out = append(out, text)
	}
	return out
}

// key is the value of a key in a line's suffix, or "".
func key(l lab.Line, name string) string {
	_, suffix, _ := strings.Cut(l.Text, " | ")
	for _, word := range strings.Fields(suffix) {
		if k, v, _ := strings.Cut(word, "="); k == name {
			return v
		}
	}
	return ""
}

// Five pings over IPv4 and IPv6: each request and each reply has its line, in order, with
// counters that count, and round-trip times that agree with what ping itself measured.
func TestPing(t *testing.T) {
	a, _ := lab.Pair(t)
	lab.Need(t, "ping")
	for _, dst := range []string{"10.0.0.2", "fd00::2"} {
		t.Run(dst, func(t *testing.T) {
			lab.Output(t, a.Command("ping", "-c1", dst)) // ping counts the search for its neighbor in
			r := watching(t, a, "-i", "va")
			said := lab.Output(t, a.Command("ping", "-c5", "-i0.2", dst))
			r.WaitFor(10, "echo")
			all, _ := interrupt(t, r)
			lines := lab.With(all, "echo")
			if len(lines) != 10 {
				t.Fatalf("%d lines, want 10: %v", len(lines), lines)
			}
			measured := regexp.MustCompile(`icmp_seq=(\d+) .*time=([\d.]+) ms`).FindAllStringSubmatch(said, -1)
			if len(measured) != 5 {
				t.Fatalf("ping said:\n%s", said)
			}
			for i, m := range measured {
				request, reply := lines[2*i], lines[2*i+1]
				n := strconv.Itoa(i + 1)
				if !strings.Contains(request.Text, "echo request, id ") || !strings.Contains(request.Text, ", seq "+m[1]+",") ||
					key(request, "req") != n || key(request, "rep") != strconv.Itoa(i) || key(request, "pend") != "1" {
					t.Errorf("request %s: %s", n, request.Text)
				}
				if !strings.Contains(reply.Text, "echo reply, id ") || !strings.Contains(reply.Text, ", seq "+m[1]+",") ||
					key(reply, "req") != n || key(reply, "rep") != n || key(reply, "lost") != "0" {
					t.Errorf("reply %s: %s", n, reply.Text)
				}
				rtt, err := strconv.ParseFloat(strings.TrimSuffix(key(reply, "rtt"), "ms"), 64)
				if err != nil {
					t.Errorf("reply %s: %s", n, reply.Text)
					continue
				}
				ping, _ := strconv.ParseFloat(m[2], 64)
				_, decimals, _ := strings.Cut(m[2], ".")
				rounding := 0.5 * math.Pow10(-len(decimals))
				if rtt > ping+rounding || rtt < ping-1 {
					t.Errorf("reply %s: %.3f ms, ping measured %s", n, rtt, m[2])
				}
			}
		})
	}
}

// A loopback interface shows every packet twice; here each is there once.
func TestLoopback(t *testing.T) {
	a := lab.NewHost(t, "a")
	lab.Need(t, "ping")
	r := watching(t, a, "-i", "lo")
	lab.Output(t, a.Command("ping", "-c5", "-i0.05", "127.0.0.1"))
	r.WaitFor(10, "echo")
	lines, stderr := interrupt(t, r)
	if len(lines) != 10 {
		t.Errorf("%d lines, want 10: %v", len(lines), lines)
	}
	if !strings.Contains(stderr, "loopback copies 10 ") || !strings.Contains(stderr, "\n10 packets received by filter\n") {
		t.Errorf("stderr:\n%s", stderr)
	}
}

// Byte for byte what tcpdump prints at the same time, up to the bar: on one interface, on any,
// and on two of a router's, where every packet passes twice.
func TestLinesAreTcpdumps(t *testing.T) {
	lab.NeedTcpdump(t)
	lab.Need(t, "ping")
	a, r, _ := lab.Routed(t)
	for _, tt := range []struct {
		name          string
		ours, theirs  []string
		want, repeats int
	}{
		{"one", []string{"-i", "ra"}, []string{"-i", "ra"}, 8 + 4 + 4, 0},
		{"any", nil, []string{"-i", "any"}, 16 + 4 + 4 + 4, 8},
		{"two", []string{"-i", "ra", "-i", "rb"}, []string{"-i", "any"}, 16 + 4 + 4, 8},
		{"in", []string{"-i", "ra", "-Q", "in"}, []string{"-i", "ra", "-Q", "in"}, 4 + 4, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			theirs := lab.Start(t, r.Command("tcpdump", append([]string{"-n", "-t", "-l", "--immediate-mode", "icmp or icmp6"}, tt.theirs...)...), "listening on")
			ours := watching(t, r, append([]string{"-n", "-t"}, tt.ours...)...)
			for _, dst := range []string{"10.2.0.1", "fd02::1"} {
				lab.Output(t, a.Command("ping", "-c2", "-i0.05", dst))
			}
			a.Command("ping", "-c2", "-i0.05", "-W1", "-t1", "10.2.0.1").Run() // the router answers
			a.Command("ping", "-c2", "-i0.05", "-W1", "-t1", "fd02::1").Run()
			lab.Output(t, r.Command("ping", "-c2", "-i0.05", "127.0.0.1"))
			of := func(lines []lab.Line) []lab.Line { // not the neighbors, who talk when they like
				lines = slices.DeleteFunc(slices.Clone(lines), func(l lab.Line) bool {
					return !strings.Contains(l.Text, "echo") && !strings.Contains(l.Text, "exceeded")
				})
				if tt.name == "two" {
					lines = slices.DeleteFunc(lines, func(l lab.Line) bool { return strings.HasPrefix(l.Text, "lo ") })
				}
				return lines
			}
			ours.Wait("all lines", func(lines []lab.Line) bool { return len(of(lines)) >= tt.want })
			theirs.Wait("all lines", func(lines []lab.Line) bool { return len(of(lines)) >= tt.want })
			lines, _ := interrupt(t, ours)
			got := of(lines)
			lines, _ = theirs.Interrupt()
			want := of(lines)
			if diff := cmp.Diff(texts(want), texts(got)); diff != "" {
				t.Errorf("(-tcpdump +icmpdump)\n%s", diff)
			}
			if len(got) != tt.want {
				t.Errorf("%d lines, want %d", len(got), tt.want)
			}
			if n := len(lab.With(got, "note=SEEN")); n != tt.repeats {
				t.Errorf("%d repeat sightings, want %d:\n%v", n, tt.repeats, got)
			}
			if n := len(lab.With(got, "note=DUP")); n > 0 {
				t.Errorf("%d duplicates, where there are none", n)
			}
		})
	}
}

// An error names what caused it.
func TestCauses(t *testing.T) {
	lab.Need(t, "ping", "nc")
	a, _, _ := lab.Routed(t)
	w := watching(t, a, "-i", "va")
	nc := a.Command("nc", "-u", "-w1", "-p", "4011", "10.2.0.1", "53")
	nc.Stdin = strings.NewReader("anybody there?")
	nc.Run() // it fails or not, by version
	a.Command("ping", "-c1", "-t1", "10.2.0.1").Run()
	w.WaitFor(1, "time exceeded")
	lines, stderr := interrupt(t, w)

	unreachable := lab.With(lines, "unreachable")
	if len(unreachable) != 1 || !strings.Contains(unreachable[0].Text, "10.2.0.1 > 10.1.0.1: ICMP 10.2.0.1 udp port 53 unreachable") ||
		key(unreachable[0], "cause") != "udp/10.1.0.1:4011>10.2.0.1:53" || key(unreachable[0], "err") != "1" {
		t.Errorf("unreachable port: %v", unreachable)
	}
	request := regexp.MustCompile(`request, id (\d+), seq (\d+)`).FindStringSubmatch(lab.With(lines, "echo request")[0].Text)
	exceeded := lab.With(lines, "time exceeded")
	if len(exceeded) != 1 || !strings.Contains(exceeded[0].Text, "10.1.0.9 > 10.1.0.1: ICMP time exceeded in-transit") ||
		key(exceeded[0], "cause") != "icmp/10.1.0.1>10.2.0.1" ||
		key(exceeded[0], "qid") != request[1] || key(exceeded[0], "qseq") != request[2] {
		t.Errorf("expired time to live, request %v: %v", request, exceeded)
	}
	if !strings.Contains(stderr, "0 lost (0.00%), 1 answered by errors") {
		t.Errorf("the summary does not excuse the request:\n%s", stderr)
	}
}

// Tagged frames, received and sent, each once and with its tags; and what tcpdump's icmp6
// misses: echoes behind extension headers, and the report of a host that joins a group.
func TestTagsAndExtensionHeaders(t *testing.T) {
	a, b := lab.Pair(t)
	dst := a.Iface("va").HardwareAddr
	frames := func(seq uint16) [][]byte {
		ip4, ip6 := forge.IP4("10.0.0.8", "10.0.0.9"), forge.IP6("fd00::8", "fd00::9")
		return [][]byte{
			forge.Frame(forge.Ether(dst), forge.Tag(10), ip4, forge.Echo4(8, 77, seq)),
			forge.Frame(forge.Ether(dst), forge.Tag(100), forge.Tag(10), ip4, forge.Echo4(8, 77, seq+1)),
			forge.Frame(forge.Ether(dst), forge.Tag(0), ip4, forge.Echo4(8, 77, seq+2)),
			forge.Frame(forge.Ether(dst), ip6, forge.Pad(6), forge.ICMP6(128, 0), forge.IDSeq(77, seq+3)),
			forge.Frame(forge.Ether(dst), ip6, forge.PadDst(6), forge.ICMP6(128, 0), forge.IDSeq(77, seq+4)),
		}
	}
	r := watching(t, a, "-t", "-i", "va")
	b.Send("vb", frames(10)...)
	a.Send("va", frames(20)...)
	r.WaitFor(10, "id 77")
	b.IP("addr", "add", "ff05::7777/128", "dev", "vb", "autojoin")
	r.WaitFor(1, "multicast listener report")
	lines, _ := interrupt(t, r)

	var got []string
	for _, l := range lab.With(lines, "id 77") {
		text, _, _ := strings.Cut(l.Text, ", length")
		got = append(got, text+" vlan="+key(l, "vlan"))
	}
	var want []string
	for _, seq := range []int{10, 20} {
		want = append(want,
			fmt.Sprintf("IP 10.0.0.8 > 10.0.0.9: ICMP echo request, id 77, seq %d vlan=10", seq),
			fmt.Sprintf("IP 10.0.0.8 > 10.0.0.9: ICMP echo request, id 77, seq %d vlan=100.10", seq+1),
			fmt.Sprintf("IP 10.0.0.8 > 10.0.0.9: ICMP echo request, id 77, seq %d vlan=0", seq+2),
			fmt.Sprintf("IP6 fd00::8 > fd00::9: HBH ICMP6, echo request, id 77, seq %d vlan=", seq+3),
			fmt.Sprintf("IP6 fd00::8 > fd00::9: DSTOPT ICMP6, echo request, id 77, seq %d vlan=", seq+4),
		)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if reports := lab.With(lines, "IP6 :: > ff02::16: HBH ICMP6, multicast listener report v2, "); len(reports) == 0 {
		t.Errorf("no report of the joined group: %v", lines)
	}
}

// Where one direction is not seen, nothing is said to be lost.
func TestOneDirection(t *testing.T) {
	a, b := lab.Pair(t)
	lab.Need(t, "ping")
	r := watching(t, a, "-i", "va", "-Q", "in")
	lab.Output(t, b.Command("ping", "-c2", "-i0.05", "10.0.0.1"))
	r.WaitFor(2, "echo request")
	lines, stderr := interrupt(t, r)
	if got := lab.With(lines, "lost"); len(got) > 0 || strings.Contains(stderr, "lost") {
		t.Errorf("%v\n%s", got, stderr)
	}
	if !strings.Contains(stderr, "echo: 2 requests, 0 replies, 2 pending\n") {
		t.Errorf("stderr:\n%s", stderr)
	}
}

// Without permission there is one clear line, and the two commands that help.
func TestNoPermission(t *testing.T) {
	lab.NeedRoot(t, "there is no other user in a user namespace")
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "icmpdump") // where nobody can go
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	binary := filepath.Join(dir, "icmpdump")
	lab.Output(t, exec.Command("cp", self, binary))
	lab.Output(t, exec.Command("chmod", "755", dir, binary))
	const nobody = 65534
	cmd := exec.Command(binary)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err = cmd.Run()
	if cmd.ProcessState == nil || cmd.ProcessState.ExitCode() != exitNoPermission {
		t.Errorf("exit: %v, want %d", err, exitNoPermission)
	}
	want := "icmpdump: capture on any interface: socket: operation not permitted\n" +
		"hint: sudo " + binary + "\n" +
		"hint: sudo setcap cap_net_raw+ep " + binary + " (once, and it needs no sudo any more)\n"
	if stdout.Len() > 0 || stderr.String() != want {
		t.Errorf("stdout %q, stderr:\n%swant:\n%s", stdout.String(), stderr.String(), want)
	}
}
