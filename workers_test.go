package main

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/mdlayher/packet"

	"icmpdump/internal/forge"
	"icmpdump/internal/lab"
)

// sendPairs sends a request and its reply between each of many pairs of addresses to a, with a
// pause behind each hundred.
func sendPairs(t *testing.T, a, b *lab.Host, pairs int, pause time.Duration) {
	t.Helper()
	to := forge.Ether(a.Iface("va").HardwareAddr)
	var frames [][]byte
	for i := range pairs {
		x, y := fmt.Sprintf("10.1.%d.%d", i>>8, i&255), fmt.Sprintf("10.2.%d.%d", i>>8, i&255)
		frames = append(frames,
			forge.Frame(to, forge.IP4(x, y), forge.Echo4(8, uint16(i), 1)),
			forge.Frame(to, forge.IP4(y, x), forge.Echo4(0, uint16(i), 1)))
	}
	conn := b.Dial("vb", 0)
	for i, f := range frames {
		if _, err := conn.WriteTo(f, &packet.Addr{HardwareAddr: f[:6]}); err != nil {
			t.Fatal(err)
		}
		if i%100 == 99 {
			time.Sleep(pause)
		}
	}
}

// Several workers show each packet once, numbered and in the order of time, within 10 ms, and each
// reply with its request; in every process of two that do so. The books are those of all workers.
func TestWorkers(t *testing.T) {
	a, b := lab.Pair(t)
	const pairs = 10_000
	watch := func() *lab.Running {
		return watching(t, a, "-i", "va", "-tt", "-#", "--workers", "2", "--on-stall=block")
	}
	both := []*lab.Running{watch(), watch()}
	sendPairs(t, a, b, pairs, time.Millisecond)
	for _, r := range both {
		r.WaitFor(1, fmt.Sprintf("id %d, seq 1, length 8 | req=1 rep=1", pairs-1))
		lines, stderr := interrupt(t, r)
		if len(lines) < 2*pairs {
			t.Fatalf("%d lines of %d packets", len(lines), 2*pairs)
		}
		seen := map[string]int{}
		var newest float64
		for i, l := range lines {
			number, rest, _ := strings.Cut(strings.TrimSpace(l.Text), "  ")
			if n, err := strconv.Atoi(number); err != nil || n != i+1 {
				t.Fatalf("line %d: %s", i+1, l.Text)
			}
			stamp, text, _ := strings.Cut(rest, " ")
			at, err := strconv.ParseFloat(stamp, 64)
			if err != nil {
				t.Fatalf("%v: %s", err, l.Text)
			}
			if at < newest-0.010 {
				t.Fatalf("%.1f ms behind: %s", (newest-at)*1e3, l.Text)
			}
			newest = max(newest, at)
			text, _, _ = strings.Cut(text, " | ")
			seen[text]++
			if strings.Contains(text, "echo reply") && (key(l, "rtt") == "" || key(l, "note") != "") {
				t.Fatalf("a reply without its request: %s", l.Text)
			}
		}
		for text, n := range seen {
			if n > 1 && strings.Contains(text, " 10.") {
				t.Fatalf("%d times: %s", n, text)
			}
		}
		if want := fmt.Sprintf("echo: %d requests, %d replies, 0 lost", pairs, pairs); !strings.Contains(stderr, want) {
			t.Errorf("want %q in:\n%s", want, stderr)
		}
	}
}

// All workers together stop after COUNT packets.
func TestWorkersCount(t *testing.T) {
	a, b := lab.Pair(t)
	r := watching(t, a, "-i", "va", "--workers", "3", "-c", "777")
	sendPairs(t, a, b, 2000, 0)
	lines, stderr := r.End() // by itself
	checkBooks(t, stderr)
	if len(lines) != 777 || count(t, stderr, "packets captured") != 777 {
		t.Errorf("%d lines, want 777:\n%s", len(lines), stderr)
	}
}

// A stalled output is the same to several workers as to one.
func TestWorkersStalled(t *testing.T) {
	a, b := lab.Pair(t)
	r := lab.Hold(t, a.Command("icmpdump", "--stats", "-i", "va", "--workers", "2", "--on-stall=block", "-B", "256"), "listening on")
	sendPairs(t, a, b, 20_000, 0)
	r.Read()
	lines, stderr := interrupt(t, r)
	captured, dropped := count(t, stderr, "packets captured"), count(t, stderr, "packets dropped by kernel")
	if dropped == 0 || len(lines) != captured || strings.Contains(stderr, "skipped, the") {
		t.Errorf("%d lines:\n%s", len(lines), stderr)
	}
}

// A report, too, is that of all workers.
func TestWorkersFlows(t *testing.T) {
	a, b := lab.Pair(t)
	const pairs = 500
	w := watchingFlows(t, a, "-i", "va", "--workers", "2")
	sendPairs(t, a, b, pairs, 0)
	settleLost(t, w)
	report := reportAfter(t, w)
	rows := 0
	for _, f := range report.rows {
		if f.Kind != "echo" {
			continue
		}
		rows++
		equal(t, f.Requester, account{Requests: 1, Replies: 1}, f.account)
	}
	equal(t, "rows", pairs, rows)
}

// What is answered from another address (a solicitation for a neighbor is sent to a group) may reach
// another worker than its request. It is put behind it all the same.
func TestWorkersPairWhatOthersAnswer(t *testing.T) {
	a, b := lab.Pair(t)
	const pairs = 300
	r := watching(t, a, "-i", "va", "--workers", "2", "--reply-timeout", "1", "--on-stall=block")
	to := forge.Ether(a.Iface("va").HardwareAddr)
	conn := b.Dial("vb", 0)
	for i := range pairs {
		target := fmt.Sprintf("fd00::1:%x", i+1)
		addr := netip.MustParseAddr(target).As16()
		solicit := gopacket.Payload(append(make([]byte, 4), addr[:]...))
		advert := gopacket.Payload(append([]byte{0x60, 0, 0, 0}, addr[:]...))
		for _, f := range [][]byte{
			forge.Frame(to, forge.IP6("fd00::aaaa", fmt.Sprintf("ff02::1:ff01:%x", i+1)), forge.ICMP6(135, 0), solicit),
			forge.Frame(to, forge.IP6(target, "fd00::aaaa"), forge.ICMP6(136, 0), advert),
		} {
			if _, err := conn.WriteTo(f, &packet.Addr{HardwareAddr: f[:6]}); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(3 * time.Millisecond)
	}
	time.Sleep(1500 * time.Millisecond) // until what was not answered is lost
	lines, stderr := interrupt(t, r)
	answered := 0
	var odd []string
	for _, l := range lab.With(lines, "fd00::aaaa") {
		if strings.Contains(l.Text, "note=") {
			odd = append(odd, l.Text)
		}
		if key(l, "rtt") != "" {
			answered++
		}
	}
	// A worker that gets no processor for 80 ms is not waited for. Were none waited for, it would be one in
	// four.
	if most := pairs / 50; answered < pairs-most || len(odd) > 2*most {
		t.Errorf("%d of %d were answered; odd are %q:\n%s", answered, pairs, odd, stderr)
	}
}
