package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"golang.org/x/sys/unix"

	"icmpdump/bench/traffic"
)

// Interfaces of the two hosts.
const (
	nearIface = "near"
	farIface  = "far"
)

// A host is a network namespace.
type host string

// hosts makes two hosts that are linked, and on which nothing speaks by itself. remove removes
// them, also if there was an error.
func hosts(name string) (near, far host, remove func(), err error) {
	near, far = host(fmt.Sprintf("icmpdump-%s-%d-near", name, os.Getpid())), host(fmt.Sprintf("icmpdump-%s-%d-far", name, os.Getpid()))
	var made []host
	remove = func() {
		for _, h := range made {
			if err := ip("netns", "del", string(h)); err != nil {
				fmt.Fprintln(os.Stderr, "bench:", err)
			}
		}
	}
	for _, h := range []host{near, far} {
		if err := ip("netns", "add", string(h)); err != nil {
			return near, far, remove, err
		}
		made = append(made, h)
		if err := h.do(quiet); err != nil {
			return near, far, remove, err
		}
	}
	for _, args := range [][]string{
		{"-n", string(near), "link", "add", nearIface, "address", net.HardwareAddr(traffic.Near[:]).String(), "type", "veth",
			"peer", "name", farIface, "address", net.HardwareAddr(traffic.Far[:]).String(), "netns", string(far)},
		{"-n", string(near), "link", "set", nearIface, "up"},
		{"-n", string(near), "link", "set", "lo", "up"},
		{"-n", string(far), "link", "set", farIface, "up"},
	} {
		if err := ip(args...); err != nil {
			return near, far, remove, err
		}
	}
	return near, far, remove, nil
}

// quiet keeps the kernel from asking for routers and groups.
func quiet() error {
	var errs []error
	for _, which := range []string{"all", "default"} {
		errs = append(errs, os.WriteFile(filepath.Join("/proc/sys/net/ipv6/conf", which, "disable_ipv6"), []byte("1"), 0))
	}
	if err := errors.Join(errs...); !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil // a kernel without IPv6
}

func ip(args ...string) error {
	if out, err := exec.Command("ip", args...).CombinedOutput(); err != nil {
		return fmt.Errorf("ip %s: %w: %s", strings.Join(args, " "), err, out)
	}
	return nil
}

// do calls f on a thread that is on the host: what f starts, or opens, stays there.
func (h host) do(f func() error) error {
	done := make(chan error)
	go func() {
		runtime.LockOSThread() // for good: the thread ends with its goroutine
		done <- func() error {
			fd, err := unix.Open("/run/netns/"+string(h), unix.O_RDONLY|unix.O_CLOEXEC, 0)
			if err != nil {
				return err
			}
			defer unix.Close(fd)
			if err := unix.Setns(fd, unix.CLONE_NEWNET); err != nil {
				return fmt.Errorf("setns: %w", err)
			}
			return f()
		}()
	}()
	return <-done
}

// run runs a program on the host to its end.
func (h host) run(ctx context.Context, argv ...string) error {
	return h.do(func() error {
		if out, err := command(ctx, argv...).CombinedOutput(); err != nil {
			return fmt.Errorf("%s: %w: %s", strings.Join(argv, " "), err, out)
		}
		return nil
	})
}
