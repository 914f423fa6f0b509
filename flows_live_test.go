package main

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"icmpdump/internal/lab"
)

// A family is a version of IP, by two hosts of lab.Pair and of lab.Routed.
type family struct {
	name         string
	near, next   string // lab.Pair
	here, beyond string // lab.Routed
	router       string // on the side of here
	header       uint64 // bytes of the IP header
	exceeded     int    // type of a time exceeded
}

var families = []family{
	{"IPv4", "10.0.0.1", "10.0.0.2", "10.1.0.1", "10.2.0.1", "10.1.0.9", 20, 11},
	{"IPv6", "fd00::1", "fd00::2", "fd01::1", "fd02::1", "fd01::9", 40, 3},
}

// equal compares rows, or parts of them.
func equal[T any](t testing.TB, what string, want, got T) {
	t.Helper()
	every := cmp.Exporter(func(reflect.Type) bool { return true })
	if diff := cmp.Diff(want, got, every); diff != "" {
		t.Errorf("%s (-want +got)\n%s", what, diff)
	}
}

// A flood of 10,000 pings is a row of as many requests and replies as ping says, with nothing
// lost, and all bytes.
func TestFlowOfAFlood(t *testing.T) {
	lab.Need(t, "ping")
	for _, f := range families {
		t.Run(f.name, func(t *testing.T) {
			a, _ := lab.Pair(t)
			w := watchingFlows(t, a, "-i", "va")
			said := ping(t, a, "-q", "-f", "-c10000", f.next)
			row := reportAfter(t, w).echoRow(t, f.near, f.next)
			equal(t, "ping", pinged{transmitted: 10000, received: 10000}, said)
			equal(t, "row", account{Requests: said.transmitted, Replies: said.received}, row.account)
			bytes := said.transmitted * (f.header + 8 + 56)
			equal(t, "packets and bytes", [4]uint64{said.transmitted, bytes, said.received, bytes},
				[4]uint64{row.ForwardPackets, row.ForwardBytes, row.ReversePackets, row.ReverseBytes})
			if row.LastSeq == nil || *row.LastSeq != 10000 || row.Repeats != 0 || row.RTT == nil {
				t.Errorf("%+v", row)
			}
		})
	}
}

// On any interface of a router every packet passes twice: each counts once, and is one repeat.
func TestFlowOfAFloodThroughARouter(t *testing.T) {
	lab.Need(t, "ping")
	a, r, _ := lab.Routed(t)
	w := watchingFlows(t, r)
	said := map[string]pinged{}
	for _, f := range families {
		said[f.name] = ping(t, a, "-q", "-f", "-c10000", f.beyond)
	}
	report := reportAfter(t, w)
	for _, f := range families {
		row, said := report.echoRow(t, f.here, f.beyond), said[f.name]
		equal(t, f.name, account{Requests: said.transmitted, Replies: said.received}, row.account)
		if said.transmitted != 10000 || row.Repeats != said.transmitted+said.received {
			t.Errorf("%s: ping: %+v, and the row has %d repeats", f.name, said, row.Repeats)
		}
	}
}

// Two hosts that ping each other with one identifier are two flows, on either's interface.
func TestFlowsOfTwoThatPingEachOther(t *testing.T) {
	lab.Need(t, "ping")
	a, b := lab.Pair(t)
	for _, f := range families {
		t.Run(f.name, func(t *testing.T) {
			w := watchingFlows(t, b, "-i", "vb")
			other := make(chan string)
			go func() {
				out, _ := b.Command("ping", "-q", "-e77", "-c20", "-i0.02", f.near).CombinedOutput()
				other <- string(out)
			}()
			there := ping(t, a, "-q", "-e77", "-c10", "-i0.04", f.next)
			back := pingSaid(t, <-other)
			report := reportAfter(t, w)
			equal(t, "there", account{Requests: there.transmitted, Replies: 10}, report.echoRow(t, f.near, f.next).account)
			equal(t, "back", account{Requests: back.transmitted, Replies: 20}, report.echoRow(t, f.next, f.near).account)
			for _, row := range report.rows {
				if row.Kind == "echo" && (row.Identifier == nil || *row.Identifier != 77) {
					t.Errorf("%+v", row)
				}
			}
		})
	}
}

// A bridge shows a frame where it comes in and where it goes out: any has the counters of one
// port.
func TestFlowsOfABridge(t *testing.T) {
	lab.Need(t, "ping")
	hosts, bridge := lab.Bridged(t, 2)
	for _, f := range families {
		t.Run(f.name, func(t *testing.T) {
			everywhere, port := watchingFlows(t, bridge), watchingFlows(t, bridge, "-i", "p1")
			said := ping(t, hosts[0], "-q", "-c20", "-i0.01", f.next)
			one, all := reportAfter(t, port).echoRow(t, f.near, f.next), reportAfter(t, everywhere).echoRow(t, f.near, f.next)
			equal(t, "port", account{Requests: said.transmitted, Replies: said.received}, one.account)
			equal(t, "any", one.account, all.account)
			if said.received != 20 || one.Repeats != 0 || all.Repeats < 40 {
				t.Errorf("ping: %+v, repeats on one port %d, on any %d", said, one.Repeats, all.Repeats)
			}
		})
	}
}

// A ping to all hosts of a link: each that answers is a row of its own, and the group's requests
// are not lost.
func TestFlowsOfAGroup(t *testing.T) {
	lab.Need(t, "ping")
	hosts, _ := lab.Bridged(t, 4)
	for _, h := range hosts {
		h.Sysctl("net.ipv4.icmp_echo_ignore_broadcasts=0")
	}
	hosts[0].IP("addr", "add", "fe80::1/64", "dev", "v1", "nodad")
	for n, h := range hosts[1:] {
		h.IP("addr", "add", fmt.Sprintf("fe80::%d/64", n+2), "dev", fmt.Sprintf("v%d", n+2), "nodad")
	}
	for _, tt := range []struct {
		name, asker, group, responder string
		args                          []string
	}{
		{"broadcast", "10.0.0.1", "10.0.0.255", "10.0.0.%d", []string{"-b", "10.0.0.255"}},
		{"all nodes", "fe80::1", "ff02::1", "fe80::%d", []string{"ff02::1%v1"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			flows, text := watchingFlows(t, hosts[0], "-i", "v1", "--reply-timeout", "500ms"), watching(t, hosts[0], "-i", "v1")
			// It counts the first reply to each request, its own host's among them, which is on no wire.
			said := ping(t, hosts[0], append([]string{"-c5", "-i0.1", "-W0.5"}, tt.args...)...)
			settleLost(t, flows)
			report := reportAfter(t, flows)
			group := report.echoRow(t, tt.asker, tt.group)
			if group.Requests != said.transmitted || group.Lost != 0 || group.Pending != 0 {
				t.Errorf("the group's row: %+v", group)
			}
			for n := 2; n <= 4; n++ {
				responder := fmt.Sprintf(tt.responder, n)
				row := report.echoRow(t, tt.asker, responder)
				equal(t, responder, account{Replies: said.transmitted, Multi: said.transmitted}, row.account)
				if row.RTT == nil {
					t.Errorf("%s has no round-trip time", responder)
				}
			}
			settle(t, text)
			lines, _ := interrupt(t, text)
			multi := lab.With(lab.With(lines, "note=MULTI"), "echo reply")
			if uint64(len(multi)) != 3*said.transmitted || len(lab.With(multi, "rtt=")) != len(multi) || len(lab.With(lines, "note=LOST")) > 0 {
				t.Errorf("%d lines of replies with MULTI, want %d:\n%s", len(multi), 3*said.transmitted, strings.Join(texts(lines), "\n"))
			}
		})
	}
}

// Requests whose time to live ends on the way are closed by the router's errors, not lost: the
// row has who refused, and each error's line how long it took.
func TestFlowRefused(t *testing.T) {
	lab.Need(t, "ping")
	a, _, _ := lab.Routed(t)
	for _, f := range families {
		t.Run(f.name, func(t *testing.T) {
			flows, text := watchingFlows(t, a, "-i", "va", "--reply-timeout", "500ms"), watching(t, a, "-i", "va")
			said := ping(t, a, "-c5", "-i0.05", "-W0.3", "-t1", f.beyond)
			settleLost(t, flows)
			row := reportAfter(t, flows).echoRow(t, f.here, f.beyond)
			equal(t, "ping", pinged{transmitted: 5, errors: 5}, said)
			equal(t, "row", account{Requests: said.transmitted, Errors: said.errors}, row.account)
			if row.Refusal == nil || row.Refusal.Src != f.router || row.Refusal.Type != f.exceeded || row.Refusal.Code != 0 || row.RTT != nil {
				t.Errorf("refused by %+v, round-trip times %+v", row.Refusal, row.RTT)
			}
			settle(t, text)
			lines, stderr := interrupt(t, text)
			exceeded := lab.With(lines, "time exceeded")
			if len(exceeded) != 5 || len(lab.With(exceeded, " rtt=")) != 5 {
				t.Errorf("lines of errors: %v", exceeded)
			}
			if strings.Contains(stderr, "rtt min/avg") {
				t.Errorf("an error's time is in the figures:\n%s", stderr)
			}
		})
	}
}
