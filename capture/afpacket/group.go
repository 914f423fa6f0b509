package afpacket

import (
	"errors"
	"fmt"
	"net"

	"github.com/mdlayher/packet"
	"golang.org/x/sys/unix"

	"icmpdump/capture/filter"
)

// OpenGroup starts to listen with n sockets, each with a ring of its own. The kernel shares the
// packets out among them: each packet goes to one, and all between two addresses to the same.
// Each Source may be read by a goroutine of its own.
//
// No socket gets a packet until everything is in place: each is made with protocol 0 and a program
// that rejects all, gets its ring, is bound and joins the group. The real program comes last. In
// the usual order they would begin with packets that nobody asked for, and have some twice.
func OpenGroup(c Config, n int) (group []*Source, err error) {
	defer func() {
		if err == nil {
			return
		}
		CloseGroup(group)
		group, err = nil, fmt.Errorf("capture on %s: %w", c.name(), err)
	}()
	program, err := c.Program()
	if err != nil {
		return nil, err
	}
	for i := range n {
		s := &Source{config: c}
		s.SetTick(tick)
		s.poll = s.ready
		if i > 0 {
			s.config.Notice = nil // one says it for all
		}
		group = append(group, s)
		if err := s.open(); err != nil {
			return group, err
		}
	}
	if n > 1 {
		if err := join(group); err != nil {
			return group, err
		}
	}
	for _, s := range group {
		err := s.conn.SetBPF(program.Code)
		if errors.Is(err, unix.ENOMEM) {
			return group, fmt.Errorf("a filter of %d instructions is more than sysctl net.core.optmem_max allows", len(program.Code))
		}
		if err != nil {
			return group, plain(err)
		}
	}
	for _, ifi := range c.Interfaces {
		if ifi.Flags&net.FlagUp == 0 {
			for _, s := range group {
				s.down = len(c.Interfaces) == 1
			}
			group[0].notice(ifi.Name + " is down, waiting for it to come up")
		}
	}
	return group, nil
}

// CloseGroup closes sources that were opened together: all stop before the first is closed, or the
// others would be given what was its share. It returns nil if they are closed already.
func CloseGroup(group []*Source) error {
	var errs []error
	open := false
	for _, s := range group {
		if s.isOpen() && s.ring != nil {
			errs = append(errs, s.conn.SetBPF(filter.RejectAll()))
			open = true
		}
	}
	if open {
		errs = append(errs, settle())
	}
	for _, s := range group {
		if !s.isOpen() {
			continue
		}
		if s.ring != nil { // to unmap it would not have stopped the kernel
			errs = append(errs, s.account(), s.ring.unmap())
		}
		errs = append(errs, s.conn.Close())
		s.closed = true
	}
	return errors.Join(errs...)
}

// join makes a fanout group of the sockets. The kernel chooses its identifier: of two processes
// with the same each would get a part of the other's packets, without being told.
func join(group []*Source) error {
	how := (unix.PACKET_FANOUT_HASH | unix.PACKET_FANOUT_FLAG_UNIQUEID) << 16
	for _, s := range group {
		err := s.control(func(fd int) (err error) {
			if err := unix.SetsockoptInt(fd, unix.SOL_PACKET, unix.PACKET_FANOUT, how); err != nil {
				return fmt.Errorf("setsockopt PACKET_FANOUT: %w", err)
			}
			how, err = unix.GetsockoptInt(fd, unix.SOL_PACKET, unix.PACKET_FANOUT) // with the identifier
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// settle returns when the kernel has done with all packets that were on their way to a socket. It
// waits for that when a socket is closed that took part in traffic, whichever that is; a member of
// a group can't be bound to something else, which would do the same.
func settle() error {
	const experimental = 0x88b5 // IEEE 802, local experimental EtherType 1
	conn, err := packet.Listen(&net.Interface{}, packet.Raw, experimental, nil)
	if err != nil {
		return plain(err)
	}
	return conn.Close()
}
