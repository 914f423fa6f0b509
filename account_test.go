package main

import (
	"fmt"
	"math"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// generated writes traffic to a file. ICMPDUMP_SEED makes other traffic.
func generated(t *testing.T) (path string, packets []sent, ledgers []ledger) {
	t.Helper()
	seed := setting(t, seedVar, 1)
	t.Logf("%s=%d", seedVar, seed)
	packets, ledgers = traffic(seed, 1000)
	path = filepath.Join(t.TempDir(), "traffic.pcap")
	writeCooked(t, path, cooked(packets))
	return path, packets, ledgers
}

// ledger is what a row says, as the generator writes it down.
func (f *flow) ledger() ledger {
	l := ledger{
		Requester: f.Requester, Responder: f.Responder, Identifier: *f.Identifier, LastSeq: *f.LastSeq,
		Account: f.account,
		Packets: [2]uint64{f.ForwardPackets, f.ReversePackets},
		Bytes:   [2]uint64{f.ForwardBytes, f.ReverseBytes},
		Start:   f.Start.Sub(begin), End: f.End.Sub(begin),
	}
	if r := f.RTT; r != nil {
		for i, ns := range []int64{r.Last, r.Min, r.Avg, r.Max} {
			l.RTT[i] = time.Duration(ns)
		}
	}
	if f.Size != nil {
		l.Size = [2]int{f.Size.Min, f.Size.Max}
	}
	if f.TTL != nil {
		l.TTL = [3]int{f.TTL.Min, f.TTL.Max, f.TTL.Changes}
	}
	return l
}

// spread says what is wrong with percentiles and deviation of a row with these round-trip times.
func (f *flow) spread(rtts []time.Duration) (wrong string) {
	n := len(rtts)
	if n == 0 || f.RTT == nil {
		return ""
	}
	slices.Sort(rtts)
	const within = 0.032
	for _, p := range []struct {
		q   float64
		got int64
	}{{0.5, f.RTT.P50}, {0.95, f.RTT.P95}, {0.99, f.RTT.P99}} {
		rank := p.q * float64(n-1)
		low, high := rtts[int(rank)], rtts[min(n-1, int(math.Ceil(p.q*float64(n))))] // by any definition of a rank
		if float64(p.got) < float64(low)*(1-within) || float64(p.got) > float64(high)*(1+within) {
			wrong += fmt.Sprintf("p%.0f is %v, want %v to %v\n", 100*p.q, time.Duration(p.got), low, high)
		}
	}
	var sum, squares float64
	for _, rtt := range rtts {
		sum += float64(rtt)
	}
	for _, rtt := range rtts {
		squares += math.Pow(float64(rtt)-sum/float64(n), 2)
	}
	if want := math.Sqrt(squares / float64(n)); math.Abs(float64(f.RTT.Stddev)-want) > 1e-6*want+2 {
		wrong += fmt.Sprintf("standard deviation %v, want %v\n", time.Duration(f.RTT.Stddev), time.Duration(want))
	}
	return wrong
}

// Every row of 1,000 flows is what their generator wrote down.
func TestFlowsAreTheGenerators(t *testing.T) {
	path, packets, want := generated(t)
	report := flowsOf(t, "-r", path)
	end := packets[len(packets)-1].at
	got := map[string]flow{}
	for _, f := range report.rows {
		got[f.Requester+">"+f.Responder] = f
	}
	if len(report.rows) != len(want) || len(got) != len(want) || report.evicted.Flows > 0 || report.packets != uint64(len(packets)) {
		t.Fatalf("%d rows of %d flows, %d evicted; %d of %d packets", len(report.rows), len(want), report.evicted.Flows, report.packets, len(packets))
	}
	var sum account
	failed := 0
	for i := range want {
		w := &want[i]
		f := got[w.Requester+">"+w.Responder]
		if f.Kind != "echo" {
			t.Fatalf("no row of %+v", w)
		}
		sum = added(sum, w.Account)
		status := "active"
		if idle := end - w.End; idle >= flowIdle {
			status = "timed_out"
		} else if idle >= replyTimeout {
			status = "idle"
		}
		rtts := w.rtts
		w.rtts = nil
		diff := cmp.Diff(*w, f.ledger(), cmp.AllowUnexported(ledger{})) + cmp.Diff(status, f.Status) + cmp.Diff(int64(w.End-w.Start), f.Duration)
		if f.Repeats != 0 || f.RTTUnknown != 0 {
			diff += "repeats, or unknown round-trip times\n"
		}
		diff += f.spread(rtts)
		if diff != "" {
			if failed++; failed <= 5 {
				t.Errorf("flow %d (-generator +icmpdump)\n%s", i, diff)
			}
		}
	}
	if failed > 5 {
		t.Errorf("%d flows differ", failed)
	}
	t.Logf("%d packets: %+v", len(packets), sum)
	if sum.Lost == 0 || sum.Pending == 0 || sum.Late == 0 || sum.Duplicates == 0 || sum.OutOfOrder == 0 {
		t.Errorf("the generator did not make all that it should: %+v", sum)
	}
	sum.OutOfOrder = report.echo.OutOfOrder // need not be in the summary
	equal(t, "summary", sum, report.echo)
}

// added is the sum of both.
func added(a, b account) account {
	a.Requests += b.Requests
	a.Replies += b.Replies
	a.Pending += b.Pending
	a.Lost += b.Lost
	a.Late += b.Late
	a.Duplicates += b.Duplicates
	a.Unsolicited += b.Unsolicited
	a.OutOfOrder += b.OutOfOrder
	a.Errors += b.Errors
	a.Multi += b.Multi
	a.Forgotten += b.Forgotten
	return a
}

// The stream has as many notes of each sort as the generator caused: each late reply was lost
// before.
func TestNotesAreTheGenerators(t *testing.T) {
	path, packets, ledgers := generated(t)
	var sum account
	for _, l := range ledgers {
		sum = added(sum, l.Account)
	}
	lines := strings.Split(strings.TrimSuffix(stdoutOf(t, exec.Command("icmpdump", "-r", path)), "\n"), "\n")
	got := map[string]uint64{}
	for _, line := range lines {
		for word := range strings.FieldsSeq(line) {
			if note, ok := strings.CutPrefix(word, "note="); ok {
				got[note]++
			}
		}
	}
	want := map[string]uint64{"LOST": sum.Lost + sum.Late, "LATE": sum.Late, "DUP": sum.Duplicates, "OOO": sum.OutOfOrder}
	equal(t, "notes", want, got)
	equal(t, "lines", uint64(len(packets))+want["LOST"], uint64(len(lines)))
}

// A file gives the same bytes each time, in each form.
func TestAFileGivesTheSameEachTime(t *testing.T) {
	path, _, _ := generated(t)
	for _, args := range [][]string{
		{"flows"}, {"flows", "--json"}, {"flows", "--csv"}, {"flows", "--sort", "lost", "--top", "10"}, {}, {"--json"},
	} {
		t.Run(strings.Join(args, " "), func(t *testing.T) {
			args := append(args, "-r", path)
			first, second := stdoutOf(t, exec.Command("icmpdump", args...)), stdoutOf(t, exec.Command("icmpdump", args...))
			if first != second {
				t.Errorf("%d bytes, then %d others", len(first), len(second))
			}
			if strings.Count(first, "\n") < 10 {
				t.Errorf("no more than\n%s", first)
			}
		})
	}
}

// A lost request stands where it belongs: behind all packets until then, and before all others.
func TestLostRequestsStandWhereTheyBelong(t *testing.T) {
	path, _, ledgers := generated(t)
	var sum account
	for _, l := range ledgers {
		sum = added(sum, l.Account)
	}
	var lost uint64
	var last time.Time // of the event before
	for i, e := range jsonEvents(t, "-r", path) {
		if e["event"] != "packet" && e["event"] != "lost" {
			continue
		}
		at := timeOf(t, e, "time")
		if at.Before(last) {
			t.Errorf("event %d of %v stands behind one of %v: %v", i, at, last, e)
		}
		last = at
		if e["event"] == "lost" {
			lost++
			if waited := at.Sub(timeOf(t, e, "sent")); waited != replyTimeout {
				t.Errorf("event %d was lost after %v: %v", i, waited, e)
			}
		}
	}
	equal(t, "lost requests", sum.Lost+sum.Late, lost)
}

func timeOf(t *testing.T, e map[string]any, field string) time.Time {
	t.Helper()
	s, _ := e[field].(string)
	at, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		t.Fatalf("%v of %v", err, e)
	}
	return at
}
