package main

import (
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"icmpdump/internal/forge"
	"icmpdump/internal/lab"
)

// count is the number in front of a text on stderr.
func count(t *testing.T, stderr, text string) int {
	t.Helper()
	m := regexp.MustCompile(`(?m)^(\d+) ` + text + `$`).FindStringSubmatch(stderr)
	if m == nil {
		t.Fatalf("no count of %q:\n%s", text, stderr)
	}
	n, err := strconv.Atoi(m[1])
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// sendEchoes sends as many requests to a.
func sendEchoes(a, b *lab.Host, n int) {
	frame := forge.Frame(forge.Ether(a.Iface("va").HardwareAddr), forge.IP4("10.0.0.8", "10.0.0.9"), forge.Echo4(8, 1, 1))
	b.Send("vb", slices.Repeat([][]byte{frame}, n)...)
}

// A reader that does not read must not hold up the capture: lines are skipped, and counted.
func TestStalledReader(t *testing.T) {
	a, b := lab.Pair(t)
	r := lab.Hold(t, a.Command("icmpdump", "--stats", "-i", "va"), "listening on")
	const sent = 60_000
	sendEchoes(a, b, sent)
	time.Sleep(2 * patience * time.Millisecond)
	r.Signal(os.Interrupt)
	r.Read()
	lines, stderr := r.End()
	checkBooks(t, stderr)
	captured, skipped := count(t, stderr, "packets captured"), count(t, stderr, "lines skipped, the output was too slow")
	if captured < sent || len(lines) == 0 || skipped == 0 || len(lab.With(lines, "IP"))+skipped != captured {
		t.Errorf("%d packets sent, %d lines:\n%s", sent, len(lines), stderr)
	}
	if n := count(t, stderr, "packets dropped by kernel"); n != 0 {
		t.Errorf("%d packets were dropped: the capture was held up", n)
	}
}

// With --on-stall=block it is the capture that waits: no line is skipped, and what finds the ring
// full is dropped and counted. It ends at a signal as soon as the reader goes on, and tells the
// totals meanwhile.
func TestBlockedByReader(t *testing.T) {
	a, b := lab.Pair(t)
	r := lab.Hold(t, a.Command("icmpdump", "--stats", "-i", "va", "--on-stall=block", "-B", "256"), "listening on")
	const sent = 30_000
	sendEchoes(a, b, sent)
	time.Sleep(300 * time.Millisecond)
	r.Signal(syscall.SIGUSR1)
	r.WaitStderr("packets captured")
	r.Signal(os.Interrupt)
	r.Read()
	lines, stderr := r.End()
	checkBooks(t, stderr)
	_, final, _ := strings.Cut(stderr, "echo: ")
	captured, dropped := count(t, final, "packets captured"), count(t, final, "packets dropped by kernel")
	if strings.Contains(stderr, "skipped, the") || dropped == 0 || captured == 0 || len(lines) != captured {
		t.Errorf("%d packets sent, %d lines:\n%s", sent, len(lines), stderr)
	}
	received := count(t, final, "packets received by filter")
	if received < sent || captured+dropped > received {
		t.Errorf("%d packets sent:\n%s", sent, stderr)
	}
}

// While it waits for a reader that never goes on, the second signal kills.
func TestSecondSignalKills(t *testing.T) {
	a, b := lab.Pair(t)
	for _, stall := range []string{"skip", "block"} {
		cmd := a.Command("icmpdump", "-i", "va", "--on-stall", stall)
		r := lab.Hold(t, cmd, "listening on")
		sendEchoes(a, b, 30_000)
		time.Sleep(300 * time.Millisecond)
		r.Signal(os.Interrupt)
		time.Sleep(300 * time.Millisecond)
		r.Signal(os.Interrupt)
		begin := time.Now()
		err := cmd.Wait()
		status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus)
		if !ok || !status.Signaled() || status.Signal() != syscall.SIGINT || time.Since(begin) > time.Second {
			t.Errorf("%s: %v after %v, want it killed", stall, err, time.Since(begin))
		}
	}
}

// A reader that is late by less than a second loses no line of a flood: it is the ring
// that keeps the packets meanwhile.
func TestLateReader(t *testing.T) {
	a, b := lab.Pair(t)
	const sent = 60_000 // more than all batches hold
	for range 3 {
		r := lab.Hold(t, a.Command("icmpdump", "--stats", "-i", "va", "-B", "65536"), "listening on")
		go func() {
			time.Sleep(300 * time.Millisecond)
			r.Read()
		}()
		sendEchoes(a, b, sent)
		r.Wait("all lines", func(lines []lab.Line) bool { return len(lines) >= sent })
		lines, stderr := interrupt(t, r)
		if strings.Contains(stderr, "skipped, the") || len(lines) < sent {
			t.Errorf("%d lines of %d packets:\n%s", len(lines), sent, stderr)
		}
	}
}
