// Package afpacket is the live source of frames: a TPACKET_V3 ring of the kernel's, laid over
// a packet socket of mdlayher/packet, with a BPF program in front of it.
//
// Frames alias the ring. A block of it goes back to the kernel on the Read after its last
// frame was handed out, so that nothing is copied and nothing is allocated on the way. Times
// are the kernel's, int64 nanoseconds since the Unix epoch.
package afpacket

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/mdlayher/packet"
	"golang.org/x/sys/unix"

	"icmpdump/capture"
	"icmpdump/capture/filter"
)

// tick bounds how long Read waits if nothing else is asked for, and how old the kernel's counts
// may be, but for a longer wait.
const tick = 100 * time.Millisecond

// Where many frames came between two waits, a packet in 8 µs, the next wait is a nap: to be woken for each
// block of the ring, and to wake who draws, is 6 % of what a flood costs. A ring smaller than usual could be
// full by then.
const (
	many = 256
	nap  = 5 * time.Millisecond
)

// DefaultRing is the size of the ring, in bytes, if none is asked for: about 100,000 echoes.
const DefaultRing = 16 << 20

// DefaultSnaplen is how much is kept of a packet if nothing else is asked for, as in tcpdump.
const DefaultSnaplen = 262144

// Config says what to listen to.
type Config struct {
	Interfaces  []net.Interface // of Resolve; none is all there are and will be
	Promiscuous bool            // receive what is for other hosts too; not if listening to all
	Ring        int             // size in bytes; 0 is DefaultRing
	Snaplen     int             // bytes to keep of a packet; 0 is DefaultSnaplen
	Direction   filter.Direction
	Filter      *filter.Filter // what to pass of ICMP; nil is all of it

	// Notice is told, from the goroutine that calls Open or Read, what a person should know:
	// that an interface is down. It may be nil.
	Notice func(string)
}

// A Source is a capture.Source that listens. It belongs to one goroutine.
type Source struct {
	config   Config
	conn     *packet.Conn
	raw      syscall.RawConn
	ring     *ring
	poll     func(fd uintptr) bool // what raw.Read waits for; made once
	failed   error                 // what the socket reported while waiting
	patience atomic.Int64          // ns, how long Read waits
	woken    atomic.Bool           // not to wait any more
	waits    atomic.Int32          // 1 + the block that Read waits for; 0 if it does not wait
	came     int                   // frames since it waited
	down     bool                  // the interface was, when it was last heard of
	closed   bool

	counters  capture.Counters // the kernel's
	accounted time.Time        // when it was asked for them
	number    uint64
}

// Open starts to listen. From the moment it returns, and not before, packets are in the ring.
func Open(c Config) (*Source, error) {
	group, err := OpenGroup(c, 1)
	if err != nil {
		return nil, err
	}
	return group[0], nil
}

// name is what is listened to, for errors.
func (c *Config) name() string {
	if len(c.Interfaces) == 0 {
		return "any interface"
	}
	names := make([]string, len(c.Interfaces))
	for i, ifi := range c.Interfaces {
		names[i] = fmt.Sprintf("%q", ifi.Name)
	}
	return strings.Join(names, ", ")
}

// socket is the interface to bind to: index 0 is all of them. Several share such a socket,
// and the program picks theirs: one ring keeps them in order.
func (c *Config) socket() *net.Interface {
	if len(c.Interfaces) == 1 {
		return &c.Interfaces[0]
	}
	return &net.Interface{}
}

// Program is the program for the socket. Where it is not exact, the Filter's Machine judges what it passes:
// that is up to whoever reads.
func (c *Config) Program() (filter.Program, error) {
	f := filter.Config{Snaplen: DefaultSnaplen, Direction: c.Direction}
	if c.Snaplen > 0 {
		f.Snaplen = uint32(c.Snaplen)
	}
	if len(c.Interfaces) > 1 {
		for _, ifi := range c.Interfaces {
			f.Ifaces = append(f.Ifaces, ifi.Index)
		}
	}
	return c.Filter.Program(f)
}

// open makes the socket, which takes part in traffic from then on, but rejects all.
func (s *Source) open() error {
	ifi := s.config.socket()
	var err error
	s.conn, err = packet.Listen(ifi, packet.Raw, 0, &packet.Config{Filter: filter.RejectAll()})
	if err != nil {
		return plain(err)
	}
	if s.raw, err = s.conn.SyscallConn(); err != nil {
		return err
	}
	if err := s.control(s.setUp); err != nil {
		return err
	}
	return s.control(func(fd int) error {
		if err := bind(fd, ifi.Index, unix.ETH_P_ALL); err != nil {
			return err
		}
		// Bound to an interface that is down, the socket reports it at once: OpenGroup does.
		_, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_ERROR)
		return err
	})
}

// setUp gives the socket its ring, its time stamps and its promiscuous mode.
func (s *Source) setUp(fd int) error {
	size := s.config.Ring
	if size == 0 {
		size = DefaultRing
	}
	ring, err := newRing(fd, size)
	if err != nil {
		return err
	}
	ring.keepCopies = s.config.Direction == filter.Out
	s.ring = ring
	// Without it, packets would bear the time when they are put into the ring.
	if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_TIMESTAMPNS, 1); err != nil {
		return fmt.Errorf("setsockopt SO_TIMESTAMPNS: %w", err)
	}
	if !s.config.Promiscuous {
		return nil
	}
	for _, ifi := range s.config.Interfaces {
		mreq := unix.PacketMreq{Ifindex: int32(ifi.Index), Type: unix.PACKET_MR_PROMISC}
		if err := unix.SetsockoptPacketMreq(fd, unix.SOL_PACKET, unix.PACKET_ADD_MEMBERSHIP, &mreq); err != nil {
			return fmt.Errorf("promiscuous mode: %w", err)
		}
	}
	return nil
}

// bind makes the socket take part in traffic of a protocol.
func bind(fd, ifindex int, protocol uint16) error {
	be := binary.NativeEndian.Uint16(binary.BigEndian.AppendUint16(nil, protocol))
	if err := unix.Bind(fd, &unix.SockaddrLinklayer{Protocol: be, Ifindex: ifindex}); err != nil {
		return fmt.Errorf("bind: %w", err)
	}
	return nil
}

// control calls f with the socket's descriptor.
func (s *Source) control(f func(fd int) error) error {
	var err error
	if cerr := s.raw.Control(func(fd uintptr) { err = f(int(fd)) }); cerr != nil {
		return cerr
	}
	return err
}

// plain is err without the network and address that a net.OpError repeats.
func plain(err error) error {
	var op *net.OpError
	if errors.As(err, &op) {
		return op.Err
	}
	return err
}

func (s *Source) notice(text string) {
	if s.config.Notice != nil {
		s.config.Notice(text)
	}
}

// Read hands out frames of one block of the ring. See capture.Source.
func (s *Source) Read(dst []capture.Frame) (int, error) {
	for {
		s.ring.release()
		n, err := s.ring.frames(dst)
		s.came += n
		for i := range dst[:n] {
			s.number++
			dst[i].Number = s.number
		}
		if now := time.Now(); now.Sub(s.accounted) >= tick {
			s.accounted = now
			err = errors.Join(err, s.account())
		}
		if n > 0 || err != nil {
			s.down = false
			return n, err
		}
		if s.ring.ready() {
			continue // there were only copies in the block
		}
		if more, err := s.wait(); !more {
			return 0, err
		}
	}
}

// wait sleeps until the kernel hands over a block, or for a nap. It reports false if a tick passed and
// there is no block.
func (s *Source) wait() (bool, error) {
	naps := s.naps()
	s.came = 0
	if naps {
		time.Sleep(nap)
		return true, nil
	}
	if err := s.conn.SetReadDeadline(time.Now().Add(time.Duration(s.patience.Load()))); err != nil {
		return false, err
	}
	if s.woken.Load() {
		return false, nil
	}
	s.failed = nil
	s.waits.Store(int32(s.ring.block) + 1)
	err := s.raw.Read(s.poll)
	s.waits.Store(0)
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		if s.down && s.control(s.exists) != nil {
			return false, fmt.Errorf("capture on %s: the interface is gone", s.config.name())
		}
		return false, nil
	case err != nil:
		return false, err
	case errors.Is(s.failed, unix.ENETDOWN):
		s.down = true
		s.notice(s.config.socket().Name + " went down, waiting for it to come up")
		return false, nil // the same socket goes on when it does
	case s.failed != nil:
		return false, fmt.Errorf("capture on %s: %w", s.config.name(), s.failed)
	}
	return true, nil
}

// naps reports whether the next wait is a nap.
func (s *Source) naps() bool {
	return s.came >= many && len(s.ring.mem) >= DefaultRing && !s.woken.Load()
}

// SetTick says how long Read waits from now on. It may be called from any goroutine. Each time
// that Read wakes up costs a dozen switches of threads.
func (s *Source) SetTick(d time.Duration) { s.patience.Store(int64(d)) }

// Wake makes Read return at once, now and from now on. It may be called from any goroutine.
func (s *Source) Wake() {
	s.woken.Store(true)
	s.conn.SetReadDeadline(time.Unix(1, 0)) // it fails if the socket is closed
}

// Latency is how long the kernel keeps a packet in the ring before it hands it over.
const Latency = blockTimeout * time.Millisecond

// Idle reports whether Read waits, and there is nothing that it could have handed out. It may be
// called from any goroutine until the source is closed.
func (s *Source) Idle() bool {
	block := int(s.waits.Load()) - 1
	return block >= 0 && !s.ring.handedOver(block)
}

// ready is what the runtime's poller calls when something happened on the socket. The
// socket's error is taken off it, or the poller would be woken by it for ever.
func (s *Source) ready(fd uintptr) bool {
	if s.ring.ready() {
		return true
	}
	errno, err := unix.GetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_ERROR)
	switch {
	case err != nil:
		s.failed = err
	case errno != 0:
		s.failed = unix.Errno(errno)
	}
	return s.failed != nil
}

// exists is an error if the interface is not there any more. The socket is not told: it would
// wait for ever. It is asked because the process may be in another network namespace.
func (s *Source) exists(fd int) error {
	req, err := unix.NewIfreq("?") // to be filled in
	if err != nil {
		return err
	}
	req.SetUint32(uint32(s.config.socket().Index))
	return unix.IoctlIfreq(fd, unix.SIOCGIFNAME, req)
}

// account adds up the kernel's counters, which begin anew each time they are read: a system
// call, and a walk over the ring's blocks, 4 µs.
func (s *Source) account() error {
	st, err := s.conn.Stats()
	if err != nil {
		return plain(err)
	}
	s.counters.Packets += uint64(st.Packets)
	s.counters.Dropped += uint64(st.Drops)
	s.counters.Left = s.ring.remaining()
	return nil
}

// Counters are those of a capture.Source; after Close, of all there was.
func (s *Source) Counters() capture.Counters {
	c := s.counters
	c.Read, c.Copies = s.ring.read, s.ring.copies
	if !s.closed { // and some may have been read since the kernel was asked
		c.Packets = max(c.Packets, c.Read+c.Dropped)
	}
	return c
}

// Crowded reports whether half of the ring or more waits to be read.
func (s *Source) Crowded() bool { return s.ring.crowded() }

// Interface is the name of the interface with that index, or "" if there is none any more.
// It may be called from any goroutine.
func (s *Source) Interface(index int32) string {
	if ifi, err := net.InterfaceByIndex(int(index)); err == nil {
		return ifi.Name
	}
	return ""
}

// Close stops listening and gives the ring back. Frames that were handed out are not valid
// any more. Packets that are still in the ring are counted as left.
func (s *Source) Close() error { return CloseGroup([]*Source{s}) }

func (s *Source) isOpen() bool { return s.conn != nil && !s.closed }
