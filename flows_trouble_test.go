package main

import (
	"encoding/binary"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"icmpdump/internal/forge"
	"icmpdump/internal/lab"
)

// rule makes the router treat echoes of one type that it forwards: what stands behind the match
// is nft's, with a counter that counts what it met.
func rule(h *lab.Host, f family, typ, what string) {
	table, match := "ip", "icmp type echo-"+typ
	if f.name == "IPv6" {
		table, match = "ip6", "icmpv6 type echo-"+typ
	}
	nft(h, "add table %s lab", table)
	nft(h, "add counter %s lab met", table)
	nft(h, "add chain %s lab way { type filter hook forward priority 0; }", table)
	nft(h, "add rule %s lab way %s %s", table, match, what)
}

func nft(h *lab.Host, format string, args ...any) string {
	return h.Run("nft", fmt.Sprintf(format, args...))
}

// met is how many packets the rule was applied to.
func met(t *testing.T, h *lab.Host, f family) uint64 {
	t.Helper()
	table := map[string]string{"IPv4": "ip", "IPv6": "ip6"}[f.name]
	said := nft(h, "list counter %s lab met", table)
	m := regexp.MustCompile(`packets (\d+)`).FindStringSubmatch(said)
	if m == nil {
		t.Fatalf("nft said:\n%s", said)
	}
	n, _ := strconv.ParseUint(m[1], 10, 64)
	return n
}

// A threefold is the same traffic as a report, as lines, and as lines without lost requests.
type threefold struct{ flows, text, noLost *lab.Running }

func watchThreefold(t *testing.T, h *lab.Host, args ...string) threefold {
	t.Helper()
	return threefold{
		flows:  watchingFlows(t, h, args...),
		text:   watching(t, h, append([]string{"-t"}, args...)...),
		noLost: watching(t, h, append([]string{"-t", "--no-lost"}, args...)...),
	}
}

var notTheSame = regexp.MustCompile(` (rtt|sent)=\S+`)

// end gives the report and the lines, when no request waits any more. Without lost requests the
// lines are the same, but for theirs; sockets of their own may see a packet at times of their own.
func (w threefold) end(t *testing.T) (report, []lab.Line) {
	t.Helper()
	settleLost(t, w.flows)
	settleLost(t, w.text)
	settleLost(t, w.noLost)
	report := reportAfter(t, w.flows)
	lines, _ := interrupt(t, w.text)
	others, _ := interrupt(t, w.noLost)
	var want, got []string
	for _, l := range lab.With(lines, "echo") { // neighbors may have spoken before all three listened
		if !strings.Contains(l.Text, "note=LOST") {
			want = append(want, notTheSame.ReplaceAllString(l.Text, ""))
		}
	}
	for _, l := range lab.With(others, "echo") {
		got = append(got, notTheSame.ReplaceAllString(l.Text, ""))
	}
	equal(t, "with --no-lost", want, got)
	return report, lines
}

// seqs are the sequence numbers of the echoes that have a note.
func seqs(lines []lab.Line, note string) (seqs []string) {
	for _, l := range lab.With(lines, "note="+note) {
		if m := regexp.MustCompile(`ICMP6?,? echo .*, seq (\d+)`).FindStringSubmatch(l.Text); m != nil {
			seqs = append(seqs, m[1])
		}
	}
	return seqs
}

// everyThird are the numbers that a rule meets that takes the first of three, and so on.
var everyThird = []string{"1", "4", "7", "10", "13", "16", "19"}

// A router that drops every third request, or reply: what is lost is what it dropped, and what
// ping missed.
func TestFlowThroughARouterThatDrops(t *testing.T) {
	lab.Need(t, "ping", "nft")
	for i, typ := range []string{"request", "reply"} {
		f := families[i]
		t.Run(f.name+" "+typ, func(t *testing.T) {
			a, r, _ := lab.Routed(t)
			ping(t, a, "-c1", f.beyond) // all neighbors are known
			rule(r, f, typ, "numgen inc mod 3 == 0 counter name met drop")
			w := watchThreefold(t, a, "-i", "va", "--reply-timeout", "500ms")
			said := ping(t, a, "-q", "-c20", "-i0.05", "-W0.3", f.beyond)
			report, lines := w.end(t)
			dropped := met(t, r, f)
			equal(t, "ping", pinged{transmitted: 20, received: 20 - dropped}, said)
			equal(t, "row", account{Requests: 20, Replies: said.received, Lost: dropped}, report.echoRow(t, f.here, f.beyond).account)
			equal(t, "lines", everyThird, seqs(lines, "LOST"))
			if n := len(lab.With(lab.With(lines, "echo"), "note=")); n != len(everyThird) {
				t.Errorf("%d lines with notes, want %d: %v", n, len(everyThird), lines)
			}
		})
	}
}

// A router that doubles every third reply: duplicates are what it sent twice, and what ping saw.
func TestFlowThroughARouterThatDoubles(t *testing.T) {
	lab.Need(t, "ping", "nft")
	for _, f := range families {
		t.Run(f.name, func(t *testing.T) {
			a, r, _ := lab.Routed(t)
			ping(t, a, "-c1", f.beyond)
			rule(r, f, "reply", fmt.Sprintf(`numgen inc mod 3 == 0 counter name met dup to %s device "ra"`, f.here))
			w := watchThreefold(t, a, "-i", "va", "--reply-timeout", "500ms")
			said := ping(t, a, "-q", "-c20", "-i0.05", f.beyond)
			report, lines := w.end(t)
			doubled := met(t, r, f)
			equal(t, "ping", pinged{transmitted: 20, received: 20, duplicates: doubled}, said)
			equal(t, "row", account{Requests: 20, Replies: 20, Duplicates: doubled}, report.echoRow(t, f.here, f.beyond).account)
			equal(t, "lines", everyThird, seqs(lines, "DUP"))
		})
	}
}

// A wire that holds some replies for longer than --reply-timeout: they were lost, and come late,
// after younger ones.
func TestFlowOverAWireThatDelays(t *testing.T) {
	lab.Need(t, "ping")
	const held = 800 * time.Millisecond
	slow := []string{"2", "3", "5"}
	for _, f := range families {
		t.Run(f.name, func(t *testing.T) {
			a, r, b := lab.NewHost(t, "a"), lab.NewHost(t, "r"), lab.NewHost(t, "b")
			lab.Link(a, "va", r, "ra")
			lab.Link(r, "rb", b, "vb")
			for _, g := range families {
				length := map[string]string{"IPv4": "/24", "IPv6": "/64"}[g.name]
				a.Addr("va", g.near+length)
				b.Addr("vb", g.next+length)
			}
			r.Relay("ra", "rb", func(frame []byte) time.Duration {
				icmp := 14 + int(f.header) // behind Ethernet and IP
				reply := map[string]byte{"IPv4": 0, "IPv6": 129}[f.name]
				if len(frame) == icmp+64 && frame[icmp] == reply {
					if seq := binary.BigEndian.Uint16(frame[icmp+6:]); seq == 2 || seq == 3 || seq == 5 {
						return held
					}
				}
				return 0
			})
			ping(t, a, "-c1", f.next)
			w := watchThreefold(t, a, "-i", "va", "--reply-timeout", "500ms")
			said := ping(t, a, "-c25", "-i0.05", f.next)
			report, lines := w.end(t)
			equal(t, "ping", pinged{transmitted: 25, received: 25}, said)
			row := report.echoRow(t, f.near, f.next)
			equal(t, "row", account{Requests: 25, Replies: 22, Late: 3, OutOfOrder: 3}, row.account)
			if row.RTT == nil || row.RTT.Max >= int64(500*time.Millisecond) {
				t.Errorf("late replies are in the figures: %+v", row.RTT)
			}
			for _, note := range []string{"LOST", "LATE", "OOO"} {
				equal(t, note, slow, seqs(lines, note))
			}
			for _, l := range lab.With(lines, "note=LATE") {
				ms, err := strconv.ParseFloat(strings.TrimSuffix(key(l, "rtt"), "ms"), 64)
				if err != nil || ms < 800 || ms > 1500 {
					t.Errorf("the late reply's time is %q", key(l, "rtt"))
				}
			}
		})
	}
}

var (
	fpingHost  = regexp.MustCompile(`(?m)^(\S+) +: xmt/rcv/%loss = (\d+)/(\d+)/`)
	fpingError = regexp.MustCompile(`(?m)^ICMP Host Unreachable from (\S+) for ICMP Echo sent to ([^ \n]+)`)
)

// fping of 200 hosts: half are there, a quarter does not answer, and for a quarter a router says
// that they can't be reached. Each row is what fping says of its host.
func TestFlowsOfASweep(t *testing.T) {
	lab.Need(t, "fping", "nft")
	a, r, b := lab.Routed(t)
	r.IP("route", "add", "10.3.0.0/24", "via", "10.2.0.1")
	b.IP("route", "add", "local", "10.3.0.0/25", "dev", "lo")
	// An unreachable route of the kernel's own has a limit on errors that no namespace can lift.
	nft(r, "add table ip lab")
	nft(r, "add chain ip lab way { type filter hook forward priority 0; }")
	nft(r, "add rule ip lab way ip daddr 10.3.0.192/26 reject with icmp host-unreachable")
	args := []string{"-c2", "-p420", "-i2", "-t400"}
	for begin, n := range map[int]int{1: 100, 129: 50, 193: 50} {
		for i := range n {
			args = append(args, fmt.Sprint("10.3.0.", begin+i))
		}
	}
	w := watchingFlows(t, a, "-i", "va", "--reply-timeout", "500ms")
	out, _ := a.Command("fping", args...).CombinedOutput() // it fails if one of them is not there
	said := string(out)
	settleLost(t, w)
	report := reportAfter(t, w)

	refused := map[string]uint64{}
	for _, m := range fpingError.FindAllStringSubmatch(said, -1) {
		refused[m[2]]++
	}
	want, got := map[string]account{}, map[string]account{}
	for _, m := range fpingHost.FindAllStringSubmatch(said, -1) {
		sent, _ := strconv.ParseUint(m[2], 10, 64)
		received, _ := strconv.ParseUint(m[3], 10, 64)
		want[m[1]] = account{Requests: sent, Replies: received, Errors: refused[m[1]], Lost: sent - received - refused[m[1]]}
	}
	for _, f := range report.rows {
		if f.Kind == "echo" {
			got[f.Responder] = f.account
		}
		if f.Kind == "echo" && (f.Errors > 0) != (f.Refusal != nil && f.Refusal.Src == "10.1.0.9") {
			t.Errorf("%s: %d errors, refused by %+v", f.Responder, f.Errors, f.Refusal)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" || len(want) != 200 {
		t.Errorf("%d hosts (-fping +icmpdump)\n%s", len(want), diff)
	}
	kinds := map[account]int{}
	for _, a := range want {
		kinds[a]++
	}
	equal(t, "hosts", map[account]int{{Requests: 2, Replies: 2}: 100, {Requests: 2, Lost: 2}: 50, {Requests: 2, Errors: 2}: 50}, kinds)
}

// What is lost while the kernel drops packets may not be: the answer may be among these. What
// is lost after that is.
func TestLostWhileTheKernelDrops(t *testing.T) {
	a, b := lab.Pair(t)
	to := a.Iface("va").HardwareAddr
	asks := func(id uint16) []byte {
		return forge.Frame(forge.Ether(to), forge.IP4("10.0.0.2", "10.0.0.99"), forge.Echo4(8, id, 1))
	}
	r := watching(t, a, "-i", "va", "-B", "256", "--reply-timeout", "1s")
	b.Send("vb", asks(1))
	r.WaitFor(1, "id 1, ")
	r.Signal(syscall.SIGSTOP) // nobody empties the ring
	flood := forge.Frame(forge.Ether(to), forge.IP4("10.0.0.2", "10.0.0.99"), forge.Echo4(0, 9, 9))
	b.Send("vb", slices.Repeat([][]byte{flood}, 20_000)...)
	r.Signal(syscall.SIGCONT)
	r.WaitFor(1, "timeout, id 1, ")
	b.Send("vb", asks(2))
	r.WaitFor(1, "timeout, id 2, ")
	lines, stderr := interrupt(t, r)
	if strings.Contains(stderr, "\n0 packets dropped by kernel") {
		t.Fatalf("the ring did not overflow:\n%s", stderr)
	}
	for id, want := range map[string]string{"id 1, ": "note=LOST note=MAYBE", "id 2, ": "note=LOST"} {
		l := lab.With(lines, "timeout, "+id)
		if len(l) != 1 || !strings.HasSuffix(l[0].Text, want) {
			t.Errorf("%s%v, want %s", id, l, want)
		}
	}
}
