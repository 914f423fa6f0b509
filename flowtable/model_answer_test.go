package flowtable_test

import (
	"encoding/binary"
	"slices"

	"icmpdump/capture/icmp"
	"icmpdump/flowtable"
)

// reply answers r, more or less.
func (w *writer) reply(r shot) shot {
	half, _ := pairOf(r.version, r.typ)
	s := r
	s.src, s.dst, s.cut, s.damaged, s.more, s.untimed, s.group = r.dst, r.src, 0, false, false, false, false
	for _, p := range pairs {
		if p.kind == half.kind && p.version == half.version && p.role == reply {
			s.typ = p.typ
			if !w.one(3) { // two types report to listeners
				break
			}
		}
	}
	if isGroup(r.version, r.dst) || w.one(8) {
		s.src = w.host(r.version)
	}
	switch half.kind {
	case flowtable.KindEcho:
		s.body = w.echoed(r.body)
	case flowtable.KindNeighbor:
		if r.src == (icmp.Addr{}) || w.one(4) {
			s.dst = groups6[0]
		}
		s.word = 0x6000_0000
	case flowtable.KindRouter:
		s.word = uint32(w.byte())<<24 | 1800
		s.body = make([]byte, 8)
		if w.one(2) {
			s.dst = map[uint8]icmp.Addr{4: groups4[0], 6: groups6[0]}[r.version]
		}
	case flowtable.KindListener:
		s.dst = groups6[2]
		s.word = 0
	}
	if w.one(12) {
		s.word ^= 1 << oneOf(&w.dice, 0, 8, 16)
	}
	return s
}

// echoed is what comes back of b: mostly b.
func (w *writer) echoed(b []byte) []byte {
	b = slices.Clone(b)
	how := w.byte()
	if len(b) == 0 || how < 210 {
		return b
	}
	if how%2 == 0 {
		b[oneOf(&w.dice, 0, 7, 14, 15, 16, len(b)-1)%len(b)] ^= 0x80
	}
	switch how % 3 {
	case 0:
		return b[:max(len(b)/2, len(b)-4)]
	case 1:
		return append(b, 7)
	}
	return b
}

// refusal is an error that quotes r, or a datagram of another protocol.
func (w *writer) refusal(r shot) shot {
	s := shot{version: r.version, src: w.host(r.version), dst: r.src, tags: r.tags}
	if r.version == 4 {
		s.typ = oneOf[uint8](&w.dice, 3, 3, 11, 12, 4, 5)
	} else {
		s.typ = oneOf[uint8](&w.dice, 1, 1, 2, 3, 4, 137)
	}
	s.code = oneOf[uint8](&w.dice, 0, 1)
	quoted := r.datagram()
	quoted = quoted[:min(len(quoted), oneOf(&w.dice, 28, 48, 64, 200))]
	if w.one(8) {
		ports := binary.BigEndian.AppendUint32(nil, oneOf[uint32](&w.dice, 53<<16|4000, 53<<16|4001))
		quoted = datagram(r.version, r.src, r.dst, protoUDP, 1, 0, false, append(ports, 0, 8, 0, 0))
	}
	if s.typ == 137 { // target, destination, and the datagram in an option
		quoted = quoted[:len(quoted)/8*8]
		option := append([]byte{4, byte(len(quoted)/8 + 1), 0, 0, 0, 0, 0, 0}, quoted...)
		quoted = slices.Concat(s.src[:], r.dst[:], option)
	}
	s.body = quoted
	return s
}

// other is what is no request, and answers none.
func (w *writer) other() shot {
	version := oneOf[uint8](&w.dice, 4, 6)
	s := shot{version: version, src: w.host(version), dst: w.host(version), word: uint32(w.byte() % 2)}
	if version == 4 {
		s.typ = oneOf[uint8](&w.dice, 30, 40, 6, 0, 9)
	} else {
		s.typ = oneOf[uint8](&w.dice, 132, 141, 150, 129, 134, 136, 143)
	}
	if s.typ == 136 {
		s.body = slices.Clone(hosts6[2][:])
	}
	if w.one(3) {
		s.dst = w.groupOf(version)
	}
	return s
}
