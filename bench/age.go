package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"icmpdump/bench/traffic"
)

// Of the packets whose lines' age is measured: 27 a second, on lo.
const (
	agePackets = 100
	ageEvery   = 37 * time.Millisecond
	ageID      = 4660
)

const (
	measureMedian = "median ms"
	measureP99    = "p99 ms"
	measureUnseen = "unseen" // packets without a line
)

const (
	tcpdumpLines     = "tcpdump -l -n"
	tcpdumpImmediate = "tcpdump -l -n --immediate-mode"
)

func (b *bench) age() scenario {
	return scenario{
		name:     "age",
		about:    fmt.Sprintf("the age of a line when it comes out of a pipe, %d packets on lo, one every %v", agePackets, ageEvery),
		root:     true,
		measures: []string{measureMedian, measureP99, measureUnseen},
		wants: []want{
			{measure: measureMedian, of: ours, most: 2},
			{measure: measureP99, of: ours, most: 12},
			{measure: measureUnseen, of: ours, always: true},
		},
		prepare: func(context.Context) ([]program, func(), error) {
			near, _, remove, err := hosts("age")
			on := func(name string, argv ...string) program {
				return program{name: name, measure: func(ctx context.Context) (sample, error) { return ages(ctx, near, argv) }}
			}
			return []program{
				on(ours, b.icmpdump, "-i", "lo"),
				on(tcpdumpLines, "tcpdump", "-l", "-n", "-i", "lo", "icmp"),
				on(tcpdumpImmediate, "tcpdump", "-l", "-n", "--immediate-mode", "-i", "lo", "icmp"),
			}, remove, err
		},
	}
}

// ages is how old the lines of a program are when they are read.
func ages(ctx context.Context, h host, argv []string) (sample, error) {
	lines, stdout, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer lines.Close()
	l, err := h.listen(ctx, stdout, argv...)
	stdout.Close() // the program has its own
	if err != nil {
		return nil, err
	}
	var came [agePackets]time.Time
	var reading sync.WaitGroup
	reading.Go(func() { readLines(lines, came[:]) })
	sent, err := sendPings(ctx, h)
	time.Sleep(2 * time.Second) // for what is late
	_, _, endErr := l.end()
	reading.Wait()
	if err != nil {
		return nil, err
	}
	if endErr != nil {
		return nil, endErr
	}
	var ms []float64
	for i, at := range came {
		if !at.IsZero() {
			ms = append(ms, float64(at.Sub(sent[i]).Nanoseconds())/1e6)
		}
	}
	if len(ms) == 0 {
		return nil, fmt.Errorf("%s: no lines", strings.Join(argv, " "))
	}
	return sample{measureMedian: spreadOf(ms).Median, measureP99: quantile(ms, 0.99), measureUnseen: float64(agePackets - len(ms))}, nil
}

// readLines notes when the first line of each sequence number, from 1 on, came.
func readLines(r io.Reader, came []time.Time) {
	for scan := bufio.NewScanner(r); scan.Scan(); {
		now := time.Now()
		if seq := seqOf(scan.Text()); seq >= 1 && seq <= len(came) && came[seq-1].IsZero() {
			came[seq-1] = now
		}
	}
}

// seqOf is the sequence number on the line of an echo request, or 0.
func seqOf(line string) int {
	_, behind, _ := strings.Cut(line, "ICMP echo request, id "+strconv.Itoa(ageID)+", seq ")
	digits, _, _ := strings.Cut(behind, ",")
	seq, err := strconv.Atoi(digits)
	if err != nil {
		return 0
	}
	return seq
}

// sendPings sends echo requests to nobody on a host's lo, and returns when.
func sendPings(ctx context.Context, h host) (sent [agePackets]time.Time, err error) {
	out, err := h.sender("lo")
	if err != nil {
		return sent, err
	}
	defer out.close()
	tick := time.NewTicker(ageEvery)
	defer tick.Stop()
	for i := range sent {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return sent, ctx.Err()
		}
		frame := traffic.Request(ageID, uint16(i+1))
		sent[i] = time.Now()
		if err := out.send(&frame); err != nil {
			return sent, err
		}
	}
	return sent, nil
}
