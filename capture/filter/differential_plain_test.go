package filter_test

import (
	"bytes"
	"encoding/binary"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// A reason is why our verdict may be another than tcpdump's: it looks at a frame's first headers only.
type reason string

const (
	behindTags  reason = "behind VLAN tags"
	behindLLC   reason = "behind logical link control"
	behindChain reason = "behind extension headers"
	behindAuth  reason = "behind authentication in IPv4"
	cutShort    reason = "of a frame that ends inside the headers that it is about"
	anyTag      reason = "about VLAN tags, wherever they and the word vlan are"
)

var reasons = []reason{behindTags, behindLLC, behindChain, behindAuth, cutShort, anyTag}

// A row is an expression, and what tcpdump cannot say of it.
type row struct {
	expr string
	tags func(ids []uint16) bool // what it says of VLAN tags; nil is nothing
	rest string                  // what it says besides
}

func rows() []row {
	var all []row
	for _, expr := range expressions {
		all = append(all, row{expr: expr})
	}
	return append(all, hierarchies...)
}

// hierarchies are of VLAN tags.
var hierarchies = []row{
	{"vlan", hasAny, ""},
	{"not vlan", hasNone, ""},
	{"vlan 10", has(10), ""},
	{"vlan 100", has(100), ""},
	{"not vlan 10", hasNot(10), ""},
	{"vlan 10 and icmp", has(10), "icmp"},
	{"icmp and vlan 10", has(10), "icmp"},
	{"vlan 10 and icmp6", has(10), "icmp6"},
	{"vlan and host 10.0.0.1", hasAny, "host 10.0.0.1"},
	{"vlan and ip6 and icmp6[icmp6type] = icmp6-echo", hasAny, "icmp6[icmp6type] = icmp6-echo"},
	{"icmp[icmptype] = icmp-unreach and vlan 100", has(100), "icmp[icmptype] = icmp-unreach"},
	{"vlan 10 or vlan 100", func(ids []uint16) bool { return has(10)(ids) || has(100)(ids) }, ""},
	{"vlan 100 and vlan 10", func(ids []uint16) bool { return has(10)(ids) && has(100)(ids) }, ""},
	{"vlan 4000", has(4000), ""},
	{"not vlan and icmp", hasNone, "icmp"},
	{"not vlan 100 and not icmp", hasNot(100), "not icmp"},
	{"vlan and net 10.0.0.0/24 and not icmp[icmptype] = 8", hasAny, "net 10.0.0.0/24 and not icmp[icmptype] = 8"},
}

func hasAny(ids []uint16) bool  { return len(ids) > 0 }
func hasNone(ids []uint16) bool { return len(ids) == 0 }

func has(id uint16) func([]uint16) bool {
	return func(ids []uint16) bool { return slices.Contains(ids, id) }
}

func hasNot(id uint16) func([]uint16) bool {
	return func(ids []uint16) bool { return !slices.Contains(ids, id) }
}

// A verdict is whether a frame is to pass, and why tcpdump may say otherwise.
type verdict struct {
	pass   bool
	either bool // or not: where the frame ends, tcpdump's optimizer decides
	theirs bool // what tcpdump says
	why    []reason
}

var (
	// looksBehind are expressions about what stands behind an IP header.
	looksBehind = regexp.MustCompile(`icmp|tcp|udp|sctp|igmp|pim|vrrp|\bah\b|\besp\b|port|(^|[^r]) ?proto`)
	// looksAtBytes are expressions about the bytes of the frame as they are, and how many there are.
	looksAtBytes = regexp.MustCompile(`ether\[|link\[`)
	// looksAtChain are expressions about a protocol whose header may stand before another.
	looksAtChain = regexp.MustCompile(`proto (0|43|44|51|60|135)\b|\bah\b`)
)

// verdict is tcpdump's on the frame or, where that has headers behind which it does not look, on the same
// frame without these.
func (o oracles) verdict(t testing.TB, r row, s *sample, sent bool) verdict {
	t.Helper()
	frame, p := s.data, &s.plain
	v := verdict{theirs: o.of(t, r.expr).passes(t, frame, len(frame), sent)}
	v.pass = v.theirs
	if looksAtBytes.MatchString(r.expr) {
		return v
	}
	expr := r.expr
	if r.tags != nil {
		if expr = r.rest; expr == "" {
			expr = "len >= 0"
		}
		v.why = append(v.why, anyTag)
	} else if len(p.tags) > 0 {
		v.why = append(v.why, behindTags)
	}
	if p.llc {
		v.why = append(v.why, behindLLC)
	}
	tries := p.frames[:1]
	if len(p.frames) > 1 && looksBehind.MatchString(expr) {
		if tries = p.frames[len(p.frames)-1:]; looksAtChain.MatchString(expr) {
			tries = p.frames
		}
		if strings.HasPrefix(expr, "ip6[") {
			tries = p.frames[:1]
		} else {
			v.why = append(v.why, p.behind)
		}
	}
	passes := func(expr string) bool {
		judge := o.of(t, expr)
		return slices.ContainsFunc(tries, func(f []byte) bool { return judge.passes(t, f, len(frame), sent) })
	}
	if len(v.why) > 0 {
		v.pass = passes(expr)
	}
	if p.torn && looksBehind.MatchString(expr) || len(tries[0]) < headers && passes(expr+asWritten) != v.pass {
		v.either = true
		v.why = append(v.why, cutShort)
	}
	if r.tags != nil {
		v.pass = v.pass && r.tags(p.tags)
	}
	return v
}

// headers is how long those are, at most, that a row is about: Ethernet, IPv6, and what a quoted datagram
// begins with.
const headers = 14 + 40 + 8 + 40

// A plainFrame is a frame without what tcpdump does not look behind.
type plainFrame struct {
	tags   []uint16 // identifiers
	llc    bool
	behind reason   // of frames that are more than one
	torn   bool     // a header says what follows, but not where
	frames [][]byte // without tags and logical link control; then without one header more each time
}

// plain takes tags, logical link control, extension headers and authentication off a frame. A later
// fragment keeps its fragment header: tcpdump knows what that means.
func plain(frame []byte) (p plainFrame) {
	for len(frame) >= 18 && slices.Contains([]uint16{0x8100, 0x88a8, 0x9100}, binary.BigEndian.Uint16(frame[12:])) {
		p.tags = append(p.tags, binary.BigEndian.Uint16(frame[14:])&0xfff)
		frame = slices.Concat(frame[:12], frame[16:])
	}
	if len(frame) >= 14 {
		switch length, llc := binary.BigEndian.Uint16(frame[12:]), frame[14:]; {
		case length > 1500:
		case bytes.HasPrefix(llc, []byte{6, 6, 3}):
			p.llc = true
			frame = slices.Concat(frame[:12], []byte{8, 0}, llc[3:])
		case len(llc) >= 8 && bytes.HasPrefix(llc, []byte{0xaa, 0xaa, 3, 0, 0}) && (llc[5] == 0 || llc[5] == 0xf8):
			p.llc = true
			frame = slices.Concat(frame[:12], llc[6:])
		}
	}
	p.frames, p.behind = [][]byte{frame}, behindChain
	if len(frame) >= 14 && binary.BigEndian.Uint16(frame[12:]) == 0x0800 {
		p.behind = behindAuth
	}
	for {
		last := p.frames[len(p.frames)-1]
		p.torn = p.torn || isTorn(last)
		next, ok := withoutHeader(last)
		if !ok {
			return p
		}
		p.frames = append(p.frames, next)
	}
}

// extensionHeaders are those that tcpdump does not look behind.
var extensionHeaders = []byte{0, 43, 44, 51, 60, 135, 139, 140}

// isTorn reports whether only the beginning of a frame's first extension header, or of its authentication
// header, is there: of a fragment header its offset is missing, of others their length.
func isTorn(frame []byte) bool {
	if len(frame) < 14 {
		return false
	}
	ip := frame[14:]
	switch ethertype := binary.BigEndian.Uint16(frame[12:]); {
	case ethertype == 0x0800 && len(ip) > 20 && ip[9] == 51:
		return len(ip) == int(ip[0]&15)*4+1
	case ethertype == 0x86dd && len(ip) > 40 && ip[6] == 44:
		return len(ip) < 44
	case ethertype == 0x86dd && len(ip) == 41:
		return slices.Contains(extensionHeaders, ip[6])
	}
	return false
}

// withoutHeader is a frame without the first extension header of IPv6, or the authentication header of
// IPv4, as much of that as is there. It is not ok if there is none, or what follows is a later fragment.
func withoutHeader(frame []byte) (_ []byte, ok bool) {
	if len(frame) < 14 {
		return nil, false
	}
	ip := slices.Clone(frame[14:])
	var proto, at, length int // the place that says what follows, that of the header, and its length
	switch ethertype := binary.BigEndian.Uint16(frame[12:]); {
	case ethertype == 0x0800 && len(ip) > 9 && ip[9] == 51 && binary.BigEndian.Uint16(ip[6:])&0x1fff == 0:
		proto, length, at = 9, 2, int(ip[0]&15)*4
	case ethertype == 0x86dd && len(ip) > 6 && slices.Contains(extensionHeaders, ip[6]):
		proto, length, at = 6, 4, 40
	default:
		return nil, false
	}
	header := ip[min(at, len(ip)):]
	if len(header) == 0 {
		return frame[:14+proto], true // it is not known what the datagram holds
	}
	size := len(header)
	switch {
	case ip[proto] == 44:
		if size = 8; len(header) < 4 || binary.BigEndian.Uint16(header[2:])&^7 != 0 {
			return nil, false
		}
	case len(header) > 1 && ip[proto] == 51:
		size = 4 * (int(header[1]) + 2)
	case len(header) > 1:
		size = 8 * (int(header[1]) + 1)
	}
	size = min(size, len(header))
	ip[proto] = header[0]
	binary.BigEndian.PutUint16(ip[length:], binary.BigEndian.Uint16(ip[length:])-uint16(size))
	return slices.Concat(frame[:14], ip[:at], header[size:]), true
}
