package main

import (
	"fmt"
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"

	"icmpdump/internal/forge"
	"icmpdump/internal/lab"
)

// bothWays are expressions that pick the same packets live and from a file. None of them passes all
// packets of this test, and none of them none.
var bothWays = []string{
	"icmp",
	"icmp6",
	"icmp[icmptype] = icmp-echo",
	"icmp[icmptype] == icmp-unreach",
	"icmp6[icmp6type] = icmp6-echo or icmp[icmptype] = icmp-echo",
	"host 10.0.0.1",
	"src host 10.0.0.1",
	"dst 10.0.0.1",
	"host fd00::1 and not host 10.0.0.2",
	"src fd00::2 and icmp6",
	"net 10.0.0.0/24",
	"not net 10.0.0.0/8",
	"net 2001:db8::/32",
	"ip6 and net fe80::/10",
	"src net 10 and dst net 10",
	"ip",
	"ip6",
	"ip proto 1",
	"ether multicast",
	"ether host 02:00:00:00:00:01",
	"not ether dst 02:00:00:00:00:01",
	"vlan",
	"not vlan",
	"vlan 10",
	"vlan 100 and icmp",
	"vlan and icmp6",
	"less 100",
	"greater 100 and icmp",
	"len > 120",
	"inbound",
	"outbound",
	"icmp and outbound",
	"ifname va and icmp",
	"ip[8] < 64",
	"ip[6:2] & 0x3fff != 0",
	"icmp[4:2] & 1 = 1",
	"icmp6[icmp6type] >= 133 and icmp6[icmp6type] <= 137",
	"ip6[6] = 0",
	"ttl < 64",
	"quoted host 10.9.0.1",
	"type echo-reply",
	"id 77",
	"seq 2",
}

// recording captures frames on an interface until the function that it returns is called, which says where
// they are: those of mixture, from both ends, are the last.
func recording(t *testing.T, h *lab.Host, iface string) (stop func() (path string)) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "recorded.pcapng")
	r := lab.Start(t, h.Command("icmpdump", "-i", iface, "-w", path, "--print", "-q"), "listening on")
	return func() string {
		r.WaitFor(2*tagStacks, "id 78, seq 2")
		r.Interrupt()
		return path
	}
}

// tagStacks is how many frames mixture has of each of its errors and echoes.
const tagStacks = 4

// mixture is one frame of every kind, and errors about known datagrams; some of them have tags.
func mixture() [][]byte {
	r := rand.New(rand.NewPCG(9, 0))
	var frames [][]byte
	for _, kind := range forge.Kinds {
		frames = append(frames, kind.Frame(r))
	}
	quote := forge.Frame(forge.IP4("10.0.0.1", "10.9.0.1"), &layers.UDP{SrcPort: 4000, DstPort: 53}, gopacket.Payload("question"))
	datagrams := [][]byte{
		forge.Message4(3, 1, 0, quote).Datagram("10.0.0.9", "10.0.0.1"),
		forge.Message4(11, 0, 0, quote).Datagram("10.7.0.9", "10.0.0.1"),
		forge.Frame(forge.IP4("10.0.0.1", "10.0.0.2"), forge.Echo4(8, 77, 2)),
		forge.Frame(forge.IP6("fd00::1", "fd00::2"), forge.ICMP6(128, 0), forge.IDSeq(77, 2)),
		forge.Frame(forge.IP6("fd00::1", "fd00::2"), forge.Pad(6), forge.ICMP6(129, 0), forge.IDSeq(78, 2)),
	}
	for _, d := range datagrams {
		for _, tags := range [tagStacks][]uint16{{}, {10}, {0x6064}, {100, 10}} {
			frames = append(frames, forge.Link(layers.LinkTypeEthernet, d, tags...))
		}
	}
	return frames
}

// The same packets pass the same expressions, live and read from a file.
func TestFilterIsTheSameLiveAndFromAFile(t *testing.T) {
	a, b := lab.Pair(t)
	lab.Need(t, "ping")
	args := []string{"-tt", "--nano", "-q", "-e", "--no-lost"}
	var live []*lab.Running
	for _, expr := range bothWays {
		live = append(live, watching(t, a, append(slices.Concat([]string{"-i", "va"}, args), expr)...))
	}
	stop := recording(t, a, "va")
	from := time.Now() // what the hosts say on their own before is not in all of them
	for _, dst := range []string{"10.0.0.2", "fd00::2"} {
		lab.Output(t, a.Command("ping", "-c3", "-i0.01", dst))
		lab.Output(t, b.Command("ping", "-c2", "-i0.01", "-s200", strings.Replace(dst, "2", "1", 1)))
	}
	frames := mixture()
	b.Send("vb", frames...)
	a.Send("va", frames...)
	path := stop()

	all := since(from, filtered(t, args, path, ""))
	if len(all) < 2*len(frames) {
		t.Fatalf("%d packets in the file, and %d were sent", len(all), 2*len(frames))
	}
	for i, expr := range bothWays {
		want := since(from, filtered(t, args, path, expr))
		if len(want) == 0 || len(want) == len(all) {
			t.Errorf("%s: %d of %d packets", expr, len(want), len(all))
		}
		live[i].Wait(fmt.Sprintf("%d lines of %s", len(want), expr), func(lines []lab.Line) bool { return len(since(from, texts(lines))) >= len(want) })
		lines, stderr := interrupt(t, live[i])
		if !strings.Contains(stderr, " + left in the ring 0\n") {
			t.Errorf("%s: stderr:\n%s", expr, stderr)
		}
		if diff := cmp.Diff(want, since(from, texts(lines))); diff != "" {
			t.Errorf("%s (-file +live)\n%s", expr, diff)
		}
	}
}

// since are the lines that begin with a time that is not before.
func since(from time.Time, lines []string) []string {
	begin := fmt.Sprintf("%d.%09d", from.Unix(), from.Nanosecond())
	return slices.DeleteFunc(lines, func(l string) bool { return l < begin })
}

// filtered are the lines of a file's packets that an expression picks.
func filtered(t *testing.T, args []string, path, expr string) []string {
	t.Helper()
	cmd := exec.Command("icmpdump", append(append(slices.Clone(args), "-r", path), strings.Fields(expr)...)...)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v", expr, err)
	}
	var lines []string
	for line := range strings.Lines(string(out)) {
		lines = append(lines, strings.TrimSuffix(line, "\n"))
	}
	return lines
}
