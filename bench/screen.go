package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"time"
)

// Of a full screen that is watched.
const (
	screenFlows  = 10_000
	screenFirst  = 30              // requests of each flow, at first: more than are remembered, of events and of requests
	screenFast   = 25_000          // requests a second, at first
	screenRate   = 1_000           // requests a second, from then on
	screenSettle = 3 * time.Second // before it is watched
	screenLines  = time.Minute     // a program without a screen is watched no longer
	screenLook   = time.Second     // from one look at its memory to the next
)

const (
	measureDrawing  = "drawing %"
	measureFirstRSS = "first RSS MB"
	measureMostRSS  = "most RSS MB"
	measureLastRSS  = "last RSS MB"
	measureGrowth   = "growth MB" // from the first to the most
	measureTerminal = "kB/s to the terminal"
)

const (
	ourTop    = ours + " top"
	ourTopEnd = ours + " top, by last packet" // every row is another one in each frame

	endKeys = "sssssss" // from the order by start to that by the last packet
)

func (b *bench) screen() scenario {
	var wants []want
	for _, name := range []string{ourTop, ourTopEnd} {
		wants = append(wants,
			want{measure: measureDrawing, of: name, most: 5},
			want{measure: measureGrowth, of: name, most: 5, always: true})
	}
	return scenario{
		name: "screen",
		about: fmt.Sprintf("live, %d flows, %d packets a second for %v, on a terminal of %d×%d; drawing is what it takes beyond lines to /dev/null",
			screenFlows, 2*screenRate, b.watch, ttyWidth, ttyHeight),
		root: true,
		measures: []string{measureShare, measureDrawing, measureTerminal,
			measureFirstRSS, measureMostRSS, measureLastRSS, measureGrowth},
		wants: wants,
		prepare: func(context.Context) ([]program, func(), error) {
			near, far, remove, err := hosts("screen")
			var capturing float64 // what the last run without a screen took
			top := func(name, keys string) program {
				return program{name: name, measure: func(ctx context.Context) (sample, error) {
					t, err := openTTY()
					if err != nil {
						return nil, err
					}
					defer t.close()
					t.watch()
					cmd := command(ctx, b.icmpdump, "top", "-i", farIface)
					t.attach(cmd)
					s, err := pinged(ctx, near, far, cmd, b.watch, t, keys)
					if err == nil {
						s[measureDrawing] = s[measureShare] - capturing
					}
					return s, err
				}}
			}
			return []program{
				{name: ours, measure: func(ctx context.Context) (sample, error) {
					null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
					if err != nil {
						return nil, err
					}
					defer null.Close()
					cmd := command(ctx, b.icmpdump, "-i", farIface)
					cmd.Stdout = null
					s, err := pinged(ctx, near, far, cmd, min(b.watch, screenLines), nil, "")
					if err == nil {
						capturing = s[measureShare]
						delete(s, measureTerminal)
					}
					return s, err
				}},
				top(ourTop, ""),
				top(ourTopEnd, endKeys),
			}, remove, err
		},
	}
}

// pinged is what a program does in that time while many flows ping, after these keys were typed in its terminal, if
// it has one.
func pinged(ctx context.Context, near, far host, cmd *exec.Cmd, d time.Duration, t *tty, keys string) (sample, error) {
	l, err := far.start(ctx, cmd)
	if err != nil {
		return nil, err
	}
	sent, s, err := pingAndWatch(ctx, near, l, d, t, keys)
	stderr, _, endErr := l.end()
	if err != nil {
		return nil, err
	}
	if endErr != nil {
		return nil, endErr
	}
	if n, err := count(stderr, "packets captured"); err != nil || n != sent {
		return nil, fmt.Errorf("%d packets captured, %w, of %d", n, err, sent)
	}
	return s, nil
}

// pingAndWatch returns how many packets it sent, and what a program did meanwhile.
func pingAndWatch(ctx context.Context, near host, l *listener, d time.Duration, t *tty, keys string) (sent uint64, s sample, err error) {
	out, err := near.sender(nearIface)
	if err != nil {
		return 0, nil, err
	}
	defer out.close()
	p := pings{flows: screenFlows, send: out.send}
	if err := paced(ctx, screenFlows*screenFirst, screenFast, p.step); err != nil {
		return 0, nil, err
	}
	if err := t.press(keys); err != nil {
		return 0, nil, err
	}
	sending, stop := context.WithCancel(ctx)
	sender := make(chan error, 1)
	go func() { sender <- paced(sending, 0, screenRate, p.step) }()
	pause(ctx, screenSettle)
	s, err = drawn(ctx, l.cmd.Process.Pid, d, t.written)
	stop()
	if sendErr := <-sender; err == nil {
		err = sendErr
	}
	pause(ctx, settled)
	return p.frames, s, err
}

// drawn is what a process took, had and wrote while it was watched.
func drawn(ctx context.Context, pid int, d time.Duration, written func() uint64) (sample, error) {
	begin, bytes := time.Now(), written()
	first, err := lookAt(pid)
	if err != nil {
		return nil, err
	}
	last, most := first, first.now
	for time.Since(begin) < d && ctx.Err() == nil {
		pause(ctx, screenLook)
		if last, err = lookAt(pid); err != nil {
			return nil, err
		}
		most = max(most, last.now)
	}
	seconds := time.Since(begin).Seconds()
	return sample{
		measureShare:    float64(last.ran-first.ran) / 1e9 / seconds * 100,
		measureTerminal: float64(written()-bytes) / seconds / 1e3,
		measureFirstRSS: float64(first.now) / mb,
		measureMostRSS:  float64(most) / mb,
		measureLastRSS:  float64(last.now) / mb,
		measureGrowth:   float64(most-first.now) / mb,
	}, nil
}
