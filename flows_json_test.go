package main

import (
	"encoding/json"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"icmpdump/internal/lab"
)

// A flow is an event of that name. What is null is left 0.
type flow struct {
	Event      string
	Requester  string
	Responder  string
	IPVersion  int `json:"ip_version"`
	Proto      string
	Interface  string
	VLAN       []int
	Kind       string
	Type       *int `json:"icmp_type"`
	Code       *int `json:"icmp_code"`
	Identifier *int `json:"icmp_identifier"`
	account
	LastSeq        *int   `json:"icmp_last_seq"`
	ForwardPackets uint64 `json:"forward_packets"`
	ForwardBytes   uint64 `json:"forward_bytes"`
	ReversePackets uint64 `json:"reverse_packets"`
	ReverseBytes   uint64 `json:"reverse_bytes"`
	Start, End     time.Time
	Duration       int64 `json:"duration_ns"`
	Status         string
	Packets        uint64
	Repeats        uint64
	RTTUnknown     uint64 `json:"rtt_unknown"`
	RTT            *struct {
		Last   int64 `json:"last_ns"`
		Min    int64 `json:"min_ns"`
		Avg    int64 `json:"avg_ns"`
		Max    int64 `json:"max_ns"`
		Stddev int64 `json:"stddev_ns"`
		P50    int64 `json:"p50_ns"`
		P95    int64 `json:"p95_ns"`
		P99    int64 `json:"p99_ns"`
	}
	TTL     *struct{ Min, Max, Changes int }
	Size    *struct{ Min, Max int }
	Refusal *struct {
		Src        string
		Type, Code int
	}
	Flows uint64 // of the aggregate
}

// An account is the counters of a flow, or of all of them.
type account struct {
	Requests    uint64 `json:"icmp_request_count"`
	Replies     uint64 `json:"icmp_reply_count"`
	Pending     uint64
	Lost        uint64
	Late        uint64
	Duplicates  uint64
	Unsolicited uint64
	OutOfOrder  uint64 `json:"out_of_order"`
	Errors      uint64
	Multi       uint64
	Forgotten   uint64
}

// A report is what `icmpdump flows --json` printed.
type report struct {
	rows    []flow
	evicted flow // the aggregate; all 0 if there was none
	packets uint64
	echo    account // of the summary
	stderr  string
}

// reportOf reads the rows of a report, which must balance.
func reportOf(t testing.TB, lines []string, stderr string) (r report) {
	t.Helper()
	r.stderr = stderr
	ended := false
	for _, line := range lines {
		var f flow
		if err := json.Unmarshal([]byte(line), &f); err != nil {
			t.Fatalf("%v in %s", err, line)
		}
		switch {
		case ended:
			t.Fatalf("behind the summary: %s", line)
		case f.Event == "summary":
			ended = true
			var s struct {
				Packets uint64
				Echo    account
			}
			if err := json.Unmarshal([]byte(line), &s); err != nil {
				t.Fatalf("%v in %s", err, line)
			}
			r.packets, r.echo = s.Packets, s.Echo
		case f.Event != "flow" || r.evicted.Flows > 0:
			t.Fatalf("neither a row nor the summary: %s", line)
		case f.Status == "evicted":
			r.evicted = f
		default:
			r.rows = append(r.rows, f)
		}
		if paired := f.Event == "flow" && f.Kind != "error" && f.Kind != "other"; paired &&
			f.Requests+f.Multi != f.Replies+f.Late+f.Errors+f.Lost+f.Pending+f.Forgotten {
			t.Errorf("the row does not balance: %s", line)
		}
	}
	if !ended {
		t.Fatalf("no summary in %d lines, and on stderr:\n%s", len(lines), stderr)
	}
	if n := strings.Count(stderr, "books: "); n < 4 || strings.Contains(stderr, "!=") {
		t.Errorf("the books do not balance:\n%s", stderr)
	}
	return r
}

// flowsOf is the report of files.
func flowsOf(t testing.TB, args ...string) report {
	t.Helper()
	cmd := exec.Command("icmpdump", append([]string{"flows", "--json", "--stats"}, args...)...)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s", strings.Join(cmd.Args, " "), err, &stderr)
	}
	return reportOf(t, slices.Collect(strings.Lines(string(out))), stderr.String())
}

// watchingFlows starts icmpdump flows on the host.
func watchingFlows(t testing.TB, h *lab.Host, args ...string) *lab.Running {
	t.Helper()
	return lab.Start(t, h.Command("icmpdump", append([]string{"flows", "--json", "--stats"}, args...)...), "listening on")
}

// reportAfter ends icmpdump flows when it has read all there is, and gives its report.
func reportAfter(t testing.TB, r *lab.Running) report {
	t.Helper()
	settle(t, r)
	lines, stderr := r.Interrupt()
	return reportOf(t, textsOf(lines), stderr)
}

func textsOf(lines []lab.Line) []string {
	out := make([]string, 0, len(lines))
	for _, l := range lines {
		out = append(out, l.Text)
	}
	return out
}

var capturedSoFar = regexp.MustCompile(`(?m)^(\d+) packets? captured$`)

// totals asks icmpdump for its totals up to now.
func totals(t testing.TB, r *lab.Running) string {
	t.Helper()
	before := len(r.Stderr())
	r.Signal(syscall.SIGUSR1)
	for range 1000 {
		time.Sleep(10 * time.Millisecond)
		if now := r.Stderr()[before:]; capturedSoFar.MatchString(now) && strings.Contains(now, "dropped by kernel") {
			return now
		}
	}
	t.Fatalf("no totals on stderr:\n%s", r.Stderr())
	return ""
}

// settle waits until icmpdump has read all that was sent: no packet in 200 ms.
func settle(t testing.TB, r *lab.Running) {
	t.Helper()
	for last, since := "", time.Now(); time.Since(since) < 200*time.Millisecond; {
		if now := capturedSoFar.FindString(totals(t, r)); now != last {
			last, since = now, time.Now()
		}
	}
}

// settleLost waits until no request waits any more.
func settleLost(t testing.TB, r *lab.Running) {
	t.Helper()
	settle(t, r)
	for range 200 {
		if !strings.Contains(totals(t, r), "pending") {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("requests wait for ever:\n%s", r.Stderr())
}

// echo is the one row of echoes between two hosts.
func (r report) echoRow(t testing.TB, requester, responder string) flow {
	t.Helper()
	var found []flow
	for _, f := range r.rows {
		if f.Kind == "echo" && f.Requester == requester && f.Responder == responder {
			found = append(found, f)
		}
	}
	if len(found) != 1 {
		t.Fatalf("%d rows of %s > %s, want 1, of %d, which begin with\n%+v", len(found), requester, responder, len(r.rows), r.rows[:min(10, len(r.rows))])
	}
	return found[0]
}

// A pinged is what ping said at its end.
type pinged struct{ transmitted, received, duplicates, errors uint64 }

var pingSummary = regexp.MustCompile(`(\d+) packets transmitted, (\d+) received(?:, \+(\d+) duplicates)?(?:, \+(\d+) errors)?`)

// ping runs ping, which may get no answer.
func ping(t testing.TB, h *lab.Host, args ...string) pinged {
	t.Helper()
	out, _ := h.Command("ping", args...).CombinedOutput()
	return pingSaid(t, string(out))
}

func pingSaid(t testing.TB, out string) pinged {
	t.Helper()
	m := pingSummary.FindStringSubmatch(out)
	if m == nil {
		t.Fatalf("ping said:\n%s", out)
	}
	n := func(i int) uint64 { v, _ := strconv.ParseUint(m[i], 10, 64); return v }
	return pinged{n(1), n(2), n(3), n(4)}
}
