package main

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"icmpdump/internal/lab"
)

// A name that nobody answers for does not keep the program waiting.
func TestResolvingEnds(t *testing.T) {
	before := net.DefaultResolver
	t.Cleanup(func() { net.DefaultResolver = before })
	net.DefaultResolver = &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		if end, ok := ctx.Deadline(); !ok || time.Until(end) > resolving {
			t.Errorf("it may take until %v", end)
		}
		return nil, errors.New("nobody answers")
	}}
	_, err := expression(t.Context(), []string{"host", "nobody.invalid"}, "", true, viewLines)
	var usage *usageError
	if !errors.As(err, &usage) || usage.at == nil || usage.at.Offset != 5 || !strings.Contains(err.Error(), `no host "nobody.invalid"`) {
		t.Errorf("%v", err)
	}
}

// A filter sees what -s does not keep, whoever judges.
func TestFilterSeesMoreThanIsKept(t *testing.T) {
	a, _ := lab.Pair(t)
	lab.Need(t, "ping")
	lab.Output(t, a.Command("ping", "-c1", "10.0.0.2")) // resolve the neighbor
	for _, filter := range []string{"icmp[100] = 0xab", "icmp[100] = 0xab and ifname va", "ip[120] = 0xab and inbound or ip[120] = 0xab"} {
		r := watching(t, a, "-i", "va", "-s", "60", "-xx", filter)
		lab.Output(t, a.Command("ping", "-c2", "-i0.01", "-s200", "-pab", "10.0.0.2"))
		lab.Output(t, a.Command("ping", "-c2", "-i0.01", "-s200", "-pcd", "10.0.0.2"))
		r.WaitFor(4, "0x0030:")
		lines, _ := interrupt(t, r)
		if got := len(lab.With(lines, "ICMP echo")); got != 4 || len(lab.With(lines, "0x0040:")) > 0 {
			t.Errorf("%s: %d packets, want 4, 60 bytes of each: %v", filter, got, lines)
		}
	}
}

// What the kernel passes, and what only user space decides, is the same with one worker, with several, on
// any interface, on two, and in one direction.
func TestFilterLive(t *testing.T) {
	a, _ := lab.Pair(t)
	lab.Need(t, "ping")
	lab.Output(t, a.Command("ping", "-c1", "10.0.0.2")) // resolve the neighbor
	for _, tt := range []struct {
		name   string
		args   []string
		want   int
		filter string
	}{
		{"one", []string{"-i", "va"}, 6, "src host 10.0.0.1 and icmp"},
		{"any", nil, 6, "src host 10.0.0.1 and icmp"},
		{"two", []string{"-i", "va,lo"}, 6, "icmp[icmptype] = icmp-echoreply"},
		{"workers", []string{"-i", "va", "--workers", "2"}, 12, "net 10.0.0.0/24"},
		{"in", []string{"-i", "va", "-Q", "in"}, 6, "icmp"},
		{"out", []string{"-i", "va", "-Q", "out"}, 6, "icmp"},
		{"by name", nil, 12, "ifname va and icmp"},
		{"inbound", []string{"-i", "va"}, 6, "inbound and icmp"},
		{"count", []string{"-i", "va", "-c", "4"}, 4, "type echo-reply"},
		{"identifier", []string{"-i", "va"}, 4, "icmp and seq 3 or seq 5"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := watching(t, a, append(tt.args, strings.Fields(tt.filter)...)...)
			lab.Output(t, a.Command("ping", "-c6", "-i0.01", "10.0.0.2"))
			lab.Output(t, a.Command("ping", "-c1", "fd00::2"))
			r.WaitFor(tt.want, "ICMP echo")
			end := r.Interrupt
			if tt.name == "count" {
				end = r.End
			}
			lines, stderr := end()
			checkBooks(t, stderr)
			if len(lines) != tt.want {
				t.Errorf("%d lines, want %d: %v", len(lines), tt.want, lines)
			}
		})
	}
}
