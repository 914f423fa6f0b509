package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// MB is 10^6 bytes: what is shown, and what is wanted.
const mb = 1e6

// command is one that ^C at the terminal does not reach: the runner kills it, by ctx, and what it
// has started itself.
func command(ctx context.Context, argv ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	return cmd
}

// usage is what an ended program used: the time its threads ran, the most memory it had, and how
// often they waited.
//
// Linux counts the memory of the process that starts a program until it runs as the program's own:
// less than the runner has had itself can't be measured. It has about 10 MB.
func usage(cmd *exec.Cmd) (user, system time.Duration, s sample) {
	ru := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	user, system = time.Duration(ru.Utime.Nano()), time.Duration(ru.Stime.Nano())
	return user, system, sample{
		measureCPU:      (user + system).Seconds(),
		measureRSS:      float64(ru.Maxrss) * 1024 / mb,
		measureSwitches: float64(ru.Nvcsw),
	}
}

// Measures, whose names are columns.
const (
	measureWall     = "wall s"
	measureCPU      = "cpu s" // user and system
	measureRSS      = "RSS MB"
	measureSwitches = "waits" // voluntary context switches
	measurePacket   = "ns/packet"
)

// run runs a program to its end, its output to /dev/null, and returns what it said on stderr.
func run(ctx context.Context, env []string, argv ...string) (sample, string, error) {
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		return nil, "", err
	}
	defer null.Close()
	cmd := command(ctx, argv...)
	cmd.Env = append(os.Environ(), env...)
	var stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = null, &stderr
	begin := time.Now()
	err = cmd.Run()
	wall := time.Since(begin)
	if err != nil {
		return nil, "", fmt.Errorf("%s: %w: %s", strings.Join(argv, " "), err, strings.TrimSpace(stderr.String()))
	}
	_, _, s := usage(cmd)
	s[measureWall] = wall.Seconds()
	return s, stderr.String(), nil
}
