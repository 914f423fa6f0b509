package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// Of a program that has nothing to do.
const (
	idleFor    = 10 * time.Second
	idleSettle = time.Second // after it said that it listens
	idleStarts = 20
)

const (
	measureWakeups = "wake-ups/s"
	measureShare   = "cpu %"
	measureStart   = "start ms"
	measureBinary  = "binary MB"
)

func (b *bench) idle() scenario {
	return scenario{
		name:     "idle",
		about:    fmt.Sprintf("%v on a quiet veth pair; the median of %d starts until it listens", idleFor, idleStarts),
		root:     true,
		measures: []string{measureWakeups, measureShare, measureRSS, measureStart, measureBinary},
		wants: []want{
			{measure: measureWakeups, of: ours, most: 20},
			{measure: measureShare, of: ours, most: 0.2},
			{measure: measureRSS, of: ours, most: 45},
			{measure: measureStart, of: ours, most: 30},
			{measure: measureBinary, of: ours, most: 12},
		},
		prepare: func(context.Context) ([]program, func(), error) {
			_, far, remove, err := hosts("idle")
			return []program{
				{name: ours, measure: func(ctx context.Context) (sample, error) {
					s, err := idled(ctx, far, b.icmpdump, "-i", farIface)
					if info, statErr := os.Stat(b.icmpdump); err == nil && statErr == nil {
						s[measureBinary] = float64(info.Size()) / mb
					}
					return s, err
				}},
				{name: tcpdump, measure: func(ctx context.Context) (sample, error) {
					return idled(ctx, far, "tcpdump", "-n", "-i", farIface, "icmp")
				}},
			}, remove, err
		},
	}
}

// idled is what a program does while nothing happens, and how long it takes to start.
func idled(ctx context.Context, h host, argv ...string) (sample, error) {
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		return nil, err
	}
	defer null.Close()
	var starts []float64
	for range idleStarts - 1 {
		l, err := h.listen(ctx, null, argv...)
		if err != nil {
			return nil, err
		}
		if _, _, err := l.end(); err != nil {
			return nil, err
		}
		starts = append(starts, float64(l.ready.Nanoseconds())/1e6)
	}
	l, err := h.listen(ctx, null, argv...)
	if err != nil {
		return nil, err
	}
	starts = append(starts, float64(l.ready.Nanoseconds())/1e6)
	s, err := watched(ctx, l.cmd.Process.Pid)
	if _, _, endErr := l.end(); err == nil {
		err = endErr
	}
	if err != nil {
		return nil, err
	}
	s[measureStart] = spreadOf(starts).Median
	return s, nil
}

// watched is what a process does while it is watched.
func watched(ctx context.Context, pid int) (sample, error) {
	pause(ctx, idleSettle)
	begin := time.Now()
	before, err := lookAt(pid)
	if err != nil {
		return nil, err
	}
	pause(ctx, idleFor)
	after, err := lookAt(pid)
	if err != nil {
		return nil, err
	}
	seconds := time.Since(begin).Seconds()
	return sample{
		measureWakeups: float64(after.switches-before.switches) / seconds,
		measureShare:   float64(after.ran-before.ran) / 1e9 / seconds * 100,
		measureRSS:     float64(after.rss) / mb,
	}, nil
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}

// A look at a process: how often its threads waited, how many nanoseconds they ran, and the most
// memory it had and what it has now, in bytes.
type look struct{ switches, ran, rss, now uint64 }

func lookAt(pid int) (l look, err error) {
	dir := fmt.Sprintf("/proc/%d", pid)
	tasks, err := filepath.Glob(dir + "/task/*")
	if err != nil {
		return l, err
	}
	for _, task := range append([]string{dir}, tasks...) {
		status, err := os.ReadFile(task + "/status")
		if err != nil {
			return l, err
		}
		if task == dir {
			if l.rss, err = statusField(string(status), "VmHWM"); err != nil {
				return l, err
			}
			if l.now, err = statusField(string(status), "VmRSS"); err != nil {
				return l, err
			}
			l.rss, l.now = l.rss*1024, l.now*1024
			continue
		}
		switches, err := statusField(string(status), "voluntary_ctxt_switches")
		if err != nil {
			return l, err
		}
		schedstat, err := os.ReadFile(task + "/schedstat")
		if err != nil {
			return l, err
		}
		ran, err := threadTime(string(schedstat))
		if err != nil {
			return l, err
		}
		l.switches += switches
		l.ran += ran
	}
	return l, nil
}
