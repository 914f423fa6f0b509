package filter

import (
	"encoding/binary"
	"math"

	"icmpdump/capture"
	"icmpdump/capture/icmp"

	"golang.org/x/net/bpf"
)

// A Machine judges frames in user space: those of files, and what the kernel's program only narrowed.
// It does not allocate, and belongs to one goroutine.
type Machine struct {
	code  []bpf.RawInstruction // nil: everything matches
	names []string
	iface func(index int32) string

	frame *capture.Frame
	place
	mem [memSlots]uint32
}

// A place is what is known of a frame before its program runs.
type place struct {
	data    []byte // the frame's
	shift   uint32 // 4 if the kernel took a tag out: offsets count it
	class   class
	network icmp.Network
	proto   uint32 // the transport protocol, or noProto
	cut     bool   // the chain of extension headers goes on behind what was captured
}

// Machine is one for f. Names of interfaces in f are compared with what iface says of a frame's.
func (f *Filter) Machine(iface func(index int32) string) *Machine {
	if f == nil {
		return &Machine{}
	}
	return &Machine{code: f.own, names: f.ifaces, iface: iface}
}

// Code is the machine's program. It is empty if everything matches.
func (m *Machine) Code() []bpf.RawInstruction { return m.code }

// Match reports whether the expression holds of fr; not whether that is ICMP, which is the decoder's to
// say. A load behind the end of what was captured rejects the frame, as in the kernel.
func (m *Machine) Match(fr *capture.Frame) bool {
	if len(m.code) == 0 {
		return true
	}
	m.frame = fr
	m.locate()
	return m.run(m.mem[memNetwork]) > 0
}

// locate finds out what kind of packet it is, and where its headers are.
func (m *Machine) locate() {
	fr := m.frame
	m.data, m.shift, m.class, m.proto, m.cut = fr.Data, 0, classNoIP, noProto, false
	if fr.TPID != 0 && fr.Link == icmp.LinkEthernet {
		m.shift = 4
	}
	m.mem[memNetwork], m.mem[memTransport] = noPlace, noPlace
	n, ok := fr.Network()
	m.network = n
	if !ok {
		return
	}
	m.mem[memNetwork] = uint32(n.At) + m.shift
	b := fr.Data[min(n.At, len(fr.Data)):]
	switch {
	case n.EtherType == etherIPv4:
		m.class = class4Other
		if len(b) > protocol4 {
			m.class = classes4[b[protocol4]]
			m.mem[memTransport] = m.mem[memNetwork] + uint32(b[0]&15)*4
		}
	case n.EtherType == etherIPv6:
		m.class = class6Other
		if len(b) > nextHeader6 {
			m.class = classes6[b[nextHeader6]]
		}
	}
	if m.class.chained() {
		m.walk(b)
	}
}

// walk goes through the chain of extension headers of the datagram b, up to the transport protocol.
func (m *Machine) walk(b []byte) {
	m.mem[memTransport] = noPlace
	first := 40
	if m.class == class4AH {
		first = int(b[0]&15) * 4
	}
	m.cut = len(b) <= first
	headers := icmp.ReadExtHeaders(b)
	for h, ok := headers.Next(); ok; h, ok = headers.Next() {
		f, isFragment := h.Fragment()
		m.cut = h.Size == 0 || h.Type == icmp.ExtFragment && !isFragment
		switch {
		case m.cut || isFragment && f.Offset > 0:
			return
		case m.follows(h.Next):
			m.cut = true // unless the next one is there
		default:
			m.proto = uint32(h.Next)
			m.mem[memTransport] = m.mem[memNetwork] + uint32(h.At+h.Size)
			return
		}
	}
}

// follows reports whether a header with that number goes on the chain.
func (m *Machine) follows(next uint8) bool {
	if m.class == class4AH {
		return next == protoAH
	}
	return icmp.IsExtHeader(next)
}

// hasHeader reports whether the IP header, or one of the chain behind it, says that protocol. It is not
// ok if that is not known, since the chain was cut.
func (m *Machine) hasHeader(proto uint8) (has, ok bool) {
	b := m.data[min(m.network.At, len(m.data)):]
	at := protocol4
	if m.class.version() == 6 {
		at = nextHeader6
	}
	if len(b) > at && b[at] == proto {
		return true, true
	}
	headers := icmp.ReadExtHeaders(b)
	for h, ok := headers.Next(); ok; h, ok = headers.Next() {
		if h.Next == proto {
			return true, true
		}
	}
	return false, !m.cut
}

// extra is what stands beside the packet. It is not ok if the frame was cut before what tells.
func (m *Machine) extra(k uint32) (v uint32, ok bool) {
	fr := m.frame
	switch {
	case k == ownClass:
		return uint32(m.class), true
	case k == ownLink:
		return number01(fr.Link == icmp.LinkEthernet), true
	case k == ownEther:
		return uint32(m.network.EtherType), true
	case k == ownProto:
		return m.proto, !m.cut
	case k == ownDir && m.network.Dir != icmp.DirUnknown:
		return uint32(m.network.Dir), true
	case k == ownDir:
		return uint32(fr.Dir), true
	case k == ownIndex:
		return uint32(m.index()), true
	case k == ownQuote:
		return m.quote(), true
	case k == ownTags, k >= ownTag && k <= ownTag+0xfff:
		return m.tags(k), true
	case k >= ownHeader && k <= ownHeader+0xff:
		has, ok := m.hasHeader(uint8(k))
		return number01(has), ok
	}
	n := int(k - ownName)
	return number01(n < len(m.names) && m.iface != nil && m.iface(m.index()) == m.names[n]), true
}

func number01(is bool) uint32 {
	if is {
		return 1
	}
	return 0
}

// index is the interface's, which a cooked capture has in each frame.
func (m *Machine) index() int32 {
	if m.frame.Iface == 0 {
		return m.network.Iface
	}
	return m.frame.Iface
}

// tags is how many there are, or whether one has the identifier in k.
func (m *Machine) tags(k uint32) uint32 {
	p := icmp.Packet{VLAN: [2]uint16{m.frame.TCI}}
	tags := p.LinkTags(&m.frame.Frame)
	n := uint32(0)
	for t, ok := tags.Next(); ok; t, ok = tags.Next() {
		if k == ownTag+uint32(t.ID) {
			return 1
		}
		n++
	}
	if k == ownTags {
		return n
	}
	return 0
}

// quote is where the datagram begins that an ICMPv6 redirect quotes.
func (m *Machine) quote() uint32 {
	at := m.mem[memTransport]
	if m.class == class6ICMP6 {
		at = m.mem[memNetwork] + 40
	}
	if at = at - m.shift; uint64(at) >= uint64(len(m.data)) {
		return noPlace
	}
	if quoted := icmp.RedirectedAt(m.data[at:]); quoted > 0 {
		return at + uint32(quoted) + m.shift
	}
	return noPlace
}

// load is size bytes at an offset that counts a tag that the kernel took out. It is not ok behind the
// end.
func (m *Machine) load(at uint32, size uint16) (uint32, bool) {
	n := 4 >> (size >> 3) // sizeW, sizeH, sizeB
	const tag = 12
	if m.shift > 0 && uint64(at)+uint64(n) > tag {
		if at < tag+4 {
			return m.loadTag(at, n)
		}
		at -= m.shift
	}
	if uint64(at)+uint64(n) > uint64(len(m.data)) {
		return 0, false
	}
	b := m.data[at:]
	switch n {
	case 4:
		return binary.BigEndian.Uint32(b), true
	case 2:
		return uint32(binary.BigEndian.Uint16(b)), true
	}
	return uint32(b[0]), true
}

// loadTag is load of n bytes of which some are the tag's that is not in the frame.
func (m *Machine) loadTag(at uint32, n int) (v uint32, ok bool) {
	word := uint32(m.frame.TPID)<<16 | uint32(m.frame.TCI)
	for i := at; i < at+uint32(n); i++ {
		var b byte
		switch {
		case i >= 12 && i < 16:
			b = byte(word >> (8 * (15 - i)))
		case i < 12 && int(i) < len(m.data):
			b = m.data[i]
		case i >= 16 && int(i)-4 < len(m.data):
			b = m.data[i-4]
		default:
			return 0, false
		}
		v = v<<8 | uint32(b)
	}
	return v, true
}

// run is the program's verdict; X begins as the place of the IP header.
func (m *Machine) run(x uint32) uint32 {
	var a uint32
	for pc := 0; pc < len(m.code); pc++ {
		ins := &m.code[pc]
		k := ins.K
		switch ins.Op & 7 {
		case classRET:
			return k
		case classLD:
			ok := true
			switch ins.Op & 0xe0 {
			case modeIMM:
				a = k
			case modeMEM:
				a = m.mem[k&(memSlots-1)]
			case modeLEN:
				a = uint32(max(m.frame.Wire, len(m.data))) + m.shift
			case modeABS:
				if k >= ownClass {
					a, ok = m.extra(k)
				} else {
					a, ok = m.load(k, ins.Op&0x18)
				}
			case modeIND:
				if ok = x <= math.MaxUint32-k; ok {
					a, ok = m.load(x+k, ins.Op&0x18)
				}
			}
			if !ok {
				return 0
			}
		case classLDX:
			x = k
			if ins.Op&0xe0 == modeMEM {
				x = m.mem[k&(memSlots-1)]
			}
		case classST:
			m.mem[k&(memSlots-1)] = a
		case classSTX:
			m.mem[k&(memSlots-1)] = x
		case classMIS:
			if ins.Op == tax {
				x = a
			} else {
				a = x
			}
		case classALU:
			if ins.Op&srcX != 0 {
				k = x
			}
			if ins.Op&0xf0 == aluNEG {
				a = -a
			} else {
				var ok bool
				if a, ok = compute(ins.Op&0xf0, a, k); !ok {
					return 0
				}
			}
		case classJMP:
			if ins.Op == classJMP|jmpJA {
				pc += int(k)
				continue
			}
			if ins.Op&srcX != 0 {
				k = x
			}
			if holds(a, ins.Op&0xf0, k) {
				pc += int(ins.Jt)
			} else {
				pc += int(ins.Jf)
			}
		}
	}
	return 0
}
