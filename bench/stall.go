package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"syscall"
	"time"

	"icmpdump/bench/traffic"
)

// Of a flood while nobody reads the terminal.
const (
	stallPackets = 1_000_000
	stallRate    = 100_000 // packets a second
)

const (
	measureCaptured   = "captured"
	measureUnbalanced = "unbalanced" // accounts
	measureEnd        = "end ms"     // from SIGTERM until it has ended
)

func (b *bench) stall() scenario {
	var wants []want
	for _, name := range []string{ours, ourTop} {
		wants = append(wants,
			want{measure: measureRate, of: name, least: 0.95 * stallRate / 1e3},
			want{measure: measureCaptured, of: name, least: stallPackets, most: stallPackets, always: true},
			want{measure: measureDropped, of: name, always: true},
			want{measure: measureUnbalanced, of: name, always: true},
			want{measure: measureEnd, of: name, most: 2000, always: true})
	}
	return scenario{
		name: "stall",
		about: fmt.Sprintf("live, %d echo requests, %d a second, while a terminal of %d×%d takes nothing",
			stallPackets, stallRate, ttyWidth, ttyHeight),
		root:     true,
		measures: []string{measureRate, measureCaptured, measureDropped, measureUnbalanced, measureEnd, measureCPU, measureRSS},
		wants:    wants,
		prepare: func(context.Context) ([]program, func(), error) {
			near, far, remove, err := hosts("stall")
			on := func(name string, argv ...string) program {
				return program{name: name, measure: func(ctx context.Context) (sample, error) {
					return stalled(ctx, near, far, append(argv, "--stats", "-i", farIface))
				}}
			}
			return []program{on(ours, b.icmpdump), on(ourTop, b.icmpdump, "top")}, remove, err
		},
	}
}

// stalled is one flood, of which a program would show something on a terminal that is full from the beginning.
func stalled(ctx context.Context, near, far host, argv []string) (sample, error) {
	t, err := openTTY()
	if err != nil {
		return nil, err
	}
	defer t.close()
	if err := t.fill(); err != nil {
		return nil, err
	}
	cmd := command(ctx, argv...)
	t.attach(cmd)
	l, err := far.start(ctx, cmd)
	if err != nil {
		return nil, err
	}
	begin := time.Now()
	err = requests(ctx, near)
	sent := time.Since(begin)
	pause(ctx, settled)
	begin = time.Now()
	stderr, s, endErr := l.endBy(syscall.SIGTERM)
	end := time.Since(begin)
	if err != nil {
		return nil, err
	}
	if endErr != nil {
		return nil, endErr
	}
	captured, err := count(stderr, "packets captured")
	if err != nil {
		return nil, err
	}
	dropped, err := count(stderr, "packets dropped by kernel")
	if err != nil {
		return nil, err
	}
	wrong, err := unbalanced(stderr)
	if err != nil {
		return nil, err
	}
	s[measureRate] = stallPackets / sent.Seconds() / 1e3
	s[measureCaptured], s[measureDropped], s[measureUnbalanced] = float64(captured), float64(dropped), float64(wrong)
	s[measureEnd] = float64(end.Nanoseconds()) / 1e6
	return s, nil
}

// requests sends echo requests out of near, evenly, as trafgen's -b does not.
func requests(ctx context.Context, near host) error {
	out, err := near.sender(nearIface)
	if err != nil {
		return err
	}
	defer out.close()
	frames, next := traffic.Requests(floodPings), 0
	return paced(ctx, stallPackets, stallRate, func(n int) error {
		for range n {
			if err := out.send(&frames[next%len(frames)]); err != nil {
				return err
			}
			next++
		}
		return nil
	})
}

// unbalanced is how many accounts of --stats are not the sum of their parts.
func unbalanced(stderr string) (n int, err error) {
	accounts := 0
	for line := range strings.Lines(stderr) {
		if !strings.HasPrefix(line, "books: ") {
			continue
		}
		if accounts++; !strings.Contains(line, " = ") {
			n++
		}
	}
	if accounts == 0 {
		err = errors.New("nothing is said of books")
	}
	return n, err
}
