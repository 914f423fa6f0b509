package main

import (
	"cmp"
	"fmt"
	"net/netip"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// doubled are packets as any sees them on a host that passes them on: in on interface 2, and
// microseconds later in or out on others.
func doubled(packets []sent, again ...[2]byte) (frames []captured) {
	for i, p := range packets {
		frames = append(frames, captured{at: p.at, frame: seenAt(p.datagram, 2, incoming)})
		for n, place := range again {
			later := time.Duration(3+i%40+n*50) * time.Microsecond
			frames = append(frames, captured{at: p.at + later, frame: seenAt(p.datagram, place[0], place[1])})
		}
	}
	slices.SortStableFunc(frames, func(a, b captured) int { return cmp.Compare(a.at, b.at) })
	return frames
}

// Each packet counts once, wherever else it is seen: the rows are those of a capture that has it
// once, but for the repeats. Link-local flows are of one interface, and excepted.
func TestRepeatedPacketsChangeNoCounter(t *testing.T) {
	_, packets, _ := generated(t)
	packets = slices.DeleteFunc(packets, func(p sent) bool {
		return p.datagram[0]>>4 == 6 && netip.AddrFrom16([16]byte(p.datagram[8:24])).IsLinkLocalUnicast()
	})
	once := filepath.Join(t.TempDir(), "once.pcap")
	writeCooked(t, once, cooked(packets))
	want := flowsOf(t, "-r", once)
	for name, again := range map[string][][2]byte{
		"a router: in, and out elsewhere":           {{3, outgoing}},
		"a bridge: in on its port, and on itself":   {{4, incoming}},
		"a bridge: on itself, and out of two ports": {{4, incoming}, {3, outgoing}, {5, outgoing}},
		"one interface: in, and out again":          {{2, outgoing}},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "again.pcap")
			writeCooked(t, path, doubled(packets, again...))
			got := flowsOf(t, "-r", path)
			var failed []string
			for i := range got.rows {
				f := &got.rows[i]
				if n := (f.ForwardPackets + f.ReversePackets) * uint64(len(again)); f.Repeats != n {
					failed = append(failed, fmt.Sprintf("%s > %s: %d repeats, want %d", f.Requester, f.Responder, f.Repeats, n))
				}
				f.Repeats = 0
			}
			if len(failed) > 0 {
				t.Errorf("%d rows, the first: %s", len(failed), failed[0])
			}
			equal(t, "rows", want.rows, got.rows)
			equal(t, "summary", want.echo, got.echo)
			if n := strings.Count(stdoutOf(t, exec.Command("icmpdump", "-r", path)), "note=SEEN"); n != len(packets)*len(again) {
				t.Errorf("%d lines with SEEN, want %d", n, len(packets)*len(again))
			}
		})
	}
}

// A link-local flow is one of its interface: seen on two, it is two rows.
func TestLinkLocalFlowsAreOfOneInterface(t *testing.T) {
	const at = time.Millisecond
	packets := []sent{
		{0, echo("fe80::1", "fe80::2", true, 64, 7, 1, nil)},
		{at, echo("fe80::2", "fe80::1", false, 64, 7, 1, nil)},
	}
	path := filepath.Join(t.TempDir(), "local.pcap")
	writeCooked(t, path, doubled(packets, [2]byte{3, outgoing}))
	rows := flowsOf(t, "-r", path).rows
	if len(rows) != 2 {
		t.Fatalf("%d rows, want 2: %+v", len(rows), rows)
	}
	for _, f := range rows {
		equal(t, f.Interface, account{Requests: 1, Replies: 1}, f.account)
		if f.Repeats != 0 {
			t.Errorf("%d repeats", f.Repeats)
		}
	}
}
