package savefile

import (
	"icmpdump/capture"
	"icmpdump/capture/icmp"
)

const (
	// pages is how many pages go round between the table and the file, and pagePackets and
	// pageBytes when one is full: 260,000 echoes, or 32 MiB of larger packets.
	pages       = 32
	pagePackets = 8192
	pageBytes   = 1 << 20
)

// A page is packets on their way to the file.
type page struct {
	packets []kept
	bytes   []byte // of the packets, and of their comments
}

// A kept is a packet of a page: size bytes of its bytes, and behind them so many of the comment.
type kept struct {
	capture.Frame // without Data
	size, comment uint32
}

func (p *page) full() bool { return len(p.packets) >= pagePackets || len(p.bytes) >= pageBytes }

func (p *page) reset() { p.packets, p.bytes = p.packets[:0], p.bytes[:0] }

// Add takes a packet, whose frame is f, with a comment if there is one. It keeps neither.
func (s *Saver) Add(p *icmp.Packet, f icmp.Frame, comment []byte) {
	s.matched.Add(1)
	if s.page.full() && !s.turn() {
		s.overflowed.Add(1)
		return
	}
	g := s.page
	k := kept{size: uint32(len(f.Data)), comment: uint32(len(comment))}
	k.Frame.Frame = f
	k.Data = nil
	k.Time, k.Iface, k.Dir, k.TCI = p.Time, p.Iface, p.Dir, p.VLAN[0]
	k.Untimed = p.Flags&icmp.FlagUntimed != 0
	g.bytes = append(append(g.bytes, f.Data...), comment...)
	g.packets = append(g.packets, k)
}

// turn exchanges the page for an empty one, if there is one.
func (s *Saver) turn() bool {
	var empty *page
	if !s.conf.Live {
		empty = <-s.free
	} else {
		select {
		case empty = <-s.free:
		default:
			return false
		}
	}
	s.full <- s.page
	s.page = empty
	return true
}

// Pass hands over what there is, if nothing is under way: else it is kept until the page is full,
// or the next time.
func (s *Saver) Pass() {
	if len(s.page.packets) > 0 && len(s.full) == 0 {
		s.turn()
	}
}

// Keeps reports whether there are packets that wait for the next time.
func (s *Saver) Keeps() bool { return len(s.page.packets) > 0 }
