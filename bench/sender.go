package main

import (
	"context"
	"fmt"
	"net"
	"time"

	"golang.org/x/sys/unix"

	"icmpdump/bench/traffic"
)

// A sender sends frames out of an interface.
type sender struct {
	fd int
	to unix.SockaddrLinklayer
}

// sender opens an interface of a host.
func (h host) sender(iface string) (*sender, error) {
	s := &sender{fd: -1}
	err := h.do(func() error {
		i, err := net.InterfaceByName(iface)
		if err != nil {
			return err
		}
		s.to.Ifindex = i.Index
		if s.fd, err = unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, 0); err != nil {
			return fmt.Errorf("socket: %w", err)
		}
		return nil
	})
	return s, err
}

func (s *sender) send(frame *[traffic.FrameLen]byte) error {
	if err := unix.Sendto(s.fd, frame[:], 0, &s.to); err != nil {
		return fmt.Errorf("sendto: %w", err)
	}
	return nil
}

func (s *sender) close() { unix.Close(s.fd) }

// sendEvery is how often some frames are sent.
const sendEvery = 5 * time.Millisecond

// paced calls send with how many are due, rate of them a second, until it was so many, or ctx ends if that is 0.
func paced(ctx context.Context, total, rate int, send func(n int) error) error {
	tick := time.NewTicker(sendEvery)
	defer tick.Stop()
	begin := time.Now()
	for done := 0; total == 0 || done < total; {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
		due := int(time.Since(begin).Seconds() * float64(rate))
		if total > 0 {
			due = min(due, total)
		}
		if err := send(due - done); err != nil {
			return err
		}
		done = due
	}
	return nil
}

// One request in pingLost has no reply. That has no factor in common with the number of flows, so that it is
// another one's each time.
const pingLost = 49

// Pings are those of many flows in turn, and their replies.
type pings struct {
	flows int
	send  func(*[traffic.FrameLen]byte) error

	asked  int // requests
	frames uint64
	owed   [][traffic.FrameLen]byte // replies to what was sent last
}

// step sends the replies that are owed, and then n requests.
func (p *pings) step(n int) error {
	for i := range p.owed {
		if err := p.put(&p.owed[i]); err != nil {
			return err
		}
	}
	p.owed = p.owed[:0]
	for range n {
		request, reply := traffic.Ping(p.asked%p.flows, uint16(p.asked/p.flows+1))
		if err := p.put(&request); err != nil {
			return err
		}
		if p.asked++; p.asked%pingLost != 0 {
			p.owed = append(p.owed, reply)
		}
	}
	return nil
}

func (p *pings) put(frame *[traffic.FrameLen]byte) error {
	err := p.send(frame)
	if err == nil {
		p.frames++
	}
	return err
}
