package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"
)

// patience is how long a program may take to say that it listens.
const patience = 20 * time.Second

// A listener is a program that captures on a host until it is told to end.
type listener struct {
	cmd   *exec.Cmd
	ready time.Duration // from its start until it said that it listens

	said sync.WaitGroup
	text strings.Builder // its stderr, valid after said
}

// listen starts a program on a host, its output to stdout, and waits until it listens.
func (h host) listen(ctx context.Context, stdout *os.File, argv ...string) (*listener, error) {
	cmd := command(ctx, argv...)
	cmd.Stdout = stdout
	return h.start(ctx, cmd)
}

// start starts cmd on a host, and waits until it listens.
func (h host) start(ctx context.Context, cmd *exec.Cmd) (*listener, error) {
	l := &listener{cmd: cmd}
	stderr, err := l.cmd.StderrPipe()
	if err != nil {
		return nil, err
	}
	begin := time.Now()
	if err := h.do(l.cmd.Start); err != nil {
		return nil, err
	}
	listening := make(chan time.Time, 1)
	l.said.Go(func() {
		for scan := bufio.NewScanner(stderr); scan.Scan(); {
			if strings.Contains(scan.Text(), "listening on") {
				select {
				case listening <- time.Now():
				default:
				}
			}
			l.text.WriteString(scan.Text() + "\n")
		}
	})
	select {
	case at := <-listening:
		l.ready = at.Sub(begin)
		return l, nil
	case <-time.After(patience):
		err = errors.New("it does not listen")
	case <-ctx.Done():
		err = ctx.Err()
	}
	l.cmd.Process.Kill()
	l.said.Wait()
	l.cmd.Wait()
	return nil, fmt.Errorf("%s: %w: %s", strings.Join(cmd.Args, " "), err, l.text.String())
}

// end ends the program as ^C does.
func (l *listener) end() (stderr string, s sample, err error) { return l.endBy(syscall.SIGINT) }

// endBy ends the program by a signal, and returns what it said and what it used.
func (l *listener) endBy(signal syscall.Signal) (stderr string, s sample, err error) {
	l.cmd.Process.Signal(signal)
	l.said.Wait()
	if err := l.cmd.Wait(); err != nil {
		return "", nil, fmt.Errorf("%w: %s", err, l.text.String())
	}
	_, _, s = usage(l.cmd)
	return l.text.String(), s, nil
}
