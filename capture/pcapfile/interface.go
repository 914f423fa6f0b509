package pcapfile

import (
	"bytes"
	"fmt"
	"sync"

	"icmpdump/capture/icmp"
)

// The options that are read (draft-ietf-opsawg-pcapng, sections 3.5, 4.2 and 4.3).
const (
	optEnd         = 0
	optName        = 2 // of an interface
	optResolution  = 9
	optFCS         = 13
	optTimeOffset  = 14
	optPacketFlags = 2 // of a packet
)

// maxInterfaces is how many interfaces a section may describe, and how many names are
// remembered. It bounds memory, whatever a file says.
const maxInterfaces = 4096

// An iface is an interface of a section.
type iface struct {
	medium
	clock clock
}

// addInterface reads the body of an interface description block.
func (g *pcapng) addInterface(r *Reader, body []byte) error {
	b := &g.block
	switch {
	case len(g.ifaces) == maxInterfaces:
		return b.errorf("describes one interface more than the %d a section may have", maxInterfaces)
	case g.rest > 0:
		return b.errorf("describes an interface in %d bytes, more than the %d that are looked at", b.length, maxWhole)
	}
	ifi := iface{clock: microseconds}
	ifi.network, ifi.snaplen = uint32(g.order.uint16(body)), g.order.uint32(body[4:])
	ifi.link = links[ifi.network]
	var name string
	for rest := body[8:]; ; {
		code, value, behind, ok := g.option(rest)
		if !ok {
			return b.errorf("has an option that runs past its end")
		}
		rest = behind
		switch {
		case code == optEnd:
			var err error
			if ifi.index, err = r.names.index(name); err != nil {
				return b.errorf("names an interface, and %v", err)
			}
			g.ifaces = append(g.ifaces, ifi)
			return nil
		case code == optName:
			name = string(bytes.TrimRight(value, "\x00"))
		case code == optResolution && len(value) == 1:
			if !ifi.clock.setResolution(value[0]) {
				return b.errorf("has if_tsresol %#02x, which is out of range", value[0])
			}
		case code == optTimeOffset && len(value) == 8:
			ifi.clock.offset = int64(g.order.uint64(value))
		case code == optFCS && len(value) == 1:
			// Bits, says the draft; bytes, says its example. No frame check sequence has more than
			// eight bytes.
			if ifi.fcs = uint32(value[0]); ifi.fcs > 8 {
				ifi.fcs /= 8
			}
		}
	}
}

// option is the first option of b: its code, its value, and what stands behind it. The end of
// b is that of the options. It is not ok if the option is longer than b.
func (g *pcapng) option(b []byte) (code uint16, value, behind []byte, ok bool) {
	if len(b) < 4 {
		return optEnd, nil, nil, true
	}
	code, length := g.order.uint16(b), int(g.order.uint16(b[2:]))
	b = b[4:]
	if length > len(b) {
		return 0, nil, nil, false
	}
	return code, b[:length], b[min((length+3)&^3, len(b)):], true
}

// packetFlags is the flags word of an enhanced or obsolete packet block's options.
type packetFlags uint32

// packetFlags finds the flags among a packet's options, or 0. Options that do not hold
// together are no reason to lose the packet.
func (g *pcapng) packetFlags(options []byte) packetFlags {
	for {
		code, value, behind, ok := g.option(options)
		switch {
		case !ok || code == optEnd:
			return 0
		case code == optPacketFlags && len(value) == 4:
			return packetFlags(g.order.uint32(value))
		}
		options = behind
	}
}

// dir reads direction and, of what came in, the type of reception (section 4.3.1).
func (f packetFlags) dir() icmp.Dir {
	const inbound, outbound = 1, 2
	switch f & 3 {
	case outbound:
		return icmp.DirOut
	case inbound:
		const multicast, broadcast, promiscuous = 2, 3, 4
		switch f >> 2 & 7 {
		case multicast:
			return icmp.DirMulticast
		case broadcast:
			return icmp.DirBroadcast
		case promiscuous:
			return icmp.DirOther
		}
		return icmp.DirIn
	}
	return icmp.DirUnknown
}

// fcs is how many bytes of frame check sequence the packet ends with, or 0 if that is the
// interface's.
func (f packetFlags) fcs() uint32 { return uint32(f >> 5 & 15) }

// names are the interfaces that files tell of. Each has an index below 0, so that none is
// taken for an interface of a kernel's numbering (those of Linux cooked captures). Interfaces
// of one name are one: a capture that goes on in the next file has them again. One without a
// name is known to nobody but its section.
//
// It is asked by the goroutine that draws while the reader adds to it.
type names struct {
	mu       sync.Mutex
	byName   map[string]int32
	byIndex  map[int32]string
	nameless uint16 // how many there were, modulo its size
}

func newNames() *names {
	return &names{byName: map[string]int32{}, byIndex: map[int32]string{}}
}

// index is that of an interface with that name, which may be "".
func (n *names) index(name string) (int32, error) {
	const longest = 255 // of an if_name that is one
	n.mu.Lock()
	defer n.mu.Unlock()
	if name == "" {
		n.nameless++
		return -1 - maxInterfaces - int32(n.nameless), nil
	}
	name = name[:min(len(name), longest)]
	if index, ok := n.byName[name]; ok {
		return index, nil
	}
	if len(n.byName) == maxInterfaces {
		return 0, fmt.Errorf("there are %d already", maxInterfaces)
	}
	index := int32(-1 - len(n.byName))
	n.byName[name], n.byIndex[index] = index, name
	return index, nil
}

// name is that of the interface with that index, or "". Above 0, index 1 is the loopback
// interface of every Linux network namespace, and no file names the others.
func (n *names) name(index int32) string {
	if index == 1 {
		return "lo"
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.byIndex[index]
}
