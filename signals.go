package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"

	"icmpdump/internal/rescue"
)

// sameSignal is how long after the first signal another is the same: timeout(1) sends it to its child, and
// once more to its group. It must not kill before the file of -w is ended.
const sameSignal = 100 * time.Millisecond

// signals are what others tell the process.
type signals struct {
	end    context.Context  // done with the first signal that ends the capture; a later one ends the process
	ending []os.Signal      // those that do so
	asked  <-chan os.Signal // SIGUSR1: for the totals
	reopen <-chan os.Signal // SIGHUP: to take up the file of -w anew
}

// heed heeds signals until ignore is called. nohup(1) has SIGHUP ignored; with -w, it is for the file.
func heed(ctx context.Context, reopens bool) (s signals, ignore func()) {
	s.ending = []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) && !reopens {
		s.ending = append(s.ending, syscall.SIGHUP)
	}
	end, restore := signal.NotifyContext(ctx, s.ending...)
	context.AfterFunc(end, func() {
		defer rescue.Guard()
		time.AfterFunc(sameSignal, func() {
			defer rescue.Guard()
			restore()
		})
	})
	asked, reopen := make(chan os.Signal, 1), make(chan os.Signal, 1)
	signal.Notify(asked, syscall.SIGUSR1)
	if reopens { // from before anybody is told that it listens, until the file is ended
		signal.Notify(reopen, syscall.SIGHUP)
	}
	s.end, s.asked, s.reopen = end, asked, reopen
	return s, func() {
		signal.Stop(asked)
		signal.Stop(reopen)
	}
}
