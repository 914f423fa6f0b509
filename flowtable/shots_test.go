package flowtable_test

import (
	"fmt"
	"slices"
	"strings"

	"icmpdump/capture/icmp"
	"icmpdump/flowtable"
)

const (
	base   = 1_700_000_000 * sec // when captures begin
	mature = base + 60*sec       // when a reply can no longer be older than the capture
)

// message is what one host sends another.
func message(at int64, version, typ uint8, src, dst icmp.Addr, word uint32, body ...byte) shot {
	return shot{time: at, version: version, src: src, dst: dst, typ: typ, ttl: 64, word: word, body: body}
}

// ask is an echo request of the first host to the second.
func ask(at int64, seq int) shot {
	return message(at, 4, 8, hosts4[0], hosts4[1], 77<<16|uint32(seq), make([]byte, 24)...)
}

// answer is its reply.
func answer(at int64, seq int) shot { return back(ask(at, seq), 0) }

// back is what a message's receiver sends to its sender.
func back(s shot, typ uint8) shot {
	s.typ, s.src, s.dst = typ, s.dst, s.src
	return s
}

// refusing is a time exceeded of the third host that quotes r.
func refusing(at int64, r shot) shot {
	s := message(at, 4, 11, hosts4[2], r.src, 0)
	s.quotes = &r
	return s
}

func with(s shot, change func(*shot)) shot {
	change(&s)
	return s
}

func at(s shot, time int64) shot       { return with(s, func(s *shot) { s.time = time }) }
func from(s shot, host icmp.Addr) shot { return with(s, func(s *shot) { s.src = host }) }
func to(s shot, host icmp.Addr) shot   { return with(s, func(s *shot) { s.dst = host }) }
func on(s shot, iface int32) shot      { return with(s, func(s *shot) { s.iface = iface }) }
func typed(s shot, typ uint8) shot     { return with(s, func(s *shot) { s.typ = typ }) }
func word(s shot, word uint32) shot    { return with(s, func(s *shot) { s.word = word }) }
func body(s shot, b []byte) shot       { return with(s, func(s *shot) { s.body = b }) }
func tagged(s shot, t ...uint16) shot  { return with(s, func(s *shot) { s.tags = t }) }
func untimed(s shot) shot              { return with(s, func(s *shot) { s.untimed = true }) }
func sent(s shot, way icmp.Dir) shot   { return with(s, func(s *shot) { s.dir = way }) }

// types6 are the types of IPv6 that do what those of IPv4 do.
var types6 = map[uint8]uint8{0: 129, 3: 1, 5: 137, 8: 128, 9: 134, 10: 133, 11: 3, 12: 4, 40: 150, 42: 160, 43: 161}

// six is an IPv4 packet's twin of IPv6.
func (s shot) six() shot {
	s.version, s.src, s.dst, s.ipid = 6, addr6(s.src), addr6(s.dst), 0
	if s.typ == 3 { // unreachable: by net, by host, by port
		s.code = map[uint8]uint8{0: 0, 1: 3, 3: 4}[s.code]
	}
	if s.quotes != nil {
		q := s.quotes.six()
		s.quotes = &q
	}
	if s.typ == 5 { // target, destination, and the datagram in an option
		s.body = slices.Concat(s.src[:], s.quotes.dst[:], []byte{4, 7, 0, 0, 0, 0, 0, 0})
	}
	if s.udp == 0 {
		s.typ = types6[s.typ]
	}
	return s
}

// addr6 are hosts and groups by the same number, and link-local what is so.
func addr6(a icmp.Addr) icmp.Addr {
	switch a[12] {
	case 10:
		return icmp.Addr{0xfd, 15: a[15]}
	case 169:
		return icmp.Addr{0xfe, 0x80, 15: a[15]}
	case 224:
		return icmp.Addr{0xff, 2, 15: a[15]}
	}
	return icmp.Addr{}
}

// describe is an event in a line: what it is about, its flow's counters that are not 0, the
// round-trip time and the notes.
func describe(e *flowtable.Event) string {
	if e.Ended {
		return "over"
	}
	var b strings.Builder
	seq, ok := e.Packet.Seq()
	if !ok {
		seq = 0
	}
	fmt.Fprintf(&b, "%d/%d", e.Packet.Type, seq)
	c := &e.Counts
	for _, count := range []struct {
		name string
		n    uint64
	}{
		{"req", c.Requests}, {"rep", c.Replies}, {"pend", c.Pending}, {"lost", c.Lost}, {"late", c.Late},
		{"dup", c.Duplicates}, {"unsol", c.Unsolicited}, {"ooo", c.OutOfOrder}, {"err", c.Errors},
		{"multi", c.Multi}, {"forgot", c.Forgotten}, {"n", c.Packets},
	} {
		if count.n > 0 {
			fmt.Fprintf(&b, " %s=%d", count.name, count.n)
		}
	}
	if e.HasRTT {
		fmt.Fprintf(&b, " rtt=%dms", e.RTT/ms)
	}
	if e.HasAsked {
		fmt.Fprintf(&b, " asked=%s", addrOf(e.Packet.Version, e.Asked))
	}
	e.Notes.Each(func(word string) { b.WriteString(" " + word) })
	return b.String()
}

// described are all of them.
func described(events *flowtable.Events) (lines []string) {
	for i := range events.All {
		lines = append(lines, describe(&events.All[i]))
	}
	return lines
}

// describe6 is what describe says of an IPv4 event, of its twin of IPv6.
func describe6(line string) string {
	var typ uint8
	if n, _ := fmt.Sscanf(line, "%d/", &typ); n == 0 {
		return line
	}
	line = strings.Replace(line, fmt.Sprint(typ), fmt.Sprint(types6[typ]), 1)
	return strings.Replace(line, "asked=10.0.0.", "asked=fd00::", 1)
}
