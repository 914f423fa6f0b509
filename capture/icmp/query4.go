package icmp

import "encoding/binary"

// Timestamps are those of a timestamp message, in ms since midnight UTC; the high bit is set on
// what is anything else (RFC 792).
type Timestamps struct {
	Originate, Receive, Transmit uint32
}

// Timestamps are p's, if msg, its message, has all three.
func (p *Packet) Timestamps(msg []byte) (t Timestamps, ok bool) {
	if p.Version != 4 || p.Type != TypeTimestamp && p.Type != TypeTimestampReply || len(msg) < 20 {
		return t, false
	}
	return Timestamps{
		Originate: binary.BigEndian.Uint32(msg[8:]),
		Receive:   binary.BigEndian.Uint32(msg[12:]),
		Transmit:  binary.BigEndian.Uint32(msg[16:]),
	}, true
}

// AddressMask is the subnet mask that an address mask message has (RFC 950, appendix I).
func (p *Packet) AddressMask(msg []byte) (mask uint32, ok bool) {
	if p.Version != 4 || p.Type != TypeMask && p.Type != TypeMaskReply || len(msg) < 12 {
		return 0, false
	}
	return binary.BigEndian.Uint32(msg[8:]), true
}

// A Probe is what an extended echo message says besides identifier and sequence number
// (RFC 8335, sections 2 and 3).
type Probe struct {
	Reply bool // the fields below L are a reply's, L is a request's

	Local              bool  // L: the interface is one of the node that is asked
	State              uint8 // of the neighbor cache entry, if the interface is not local: see ProbeStates
	Active, IPv4, IPv6 bool  // A, 4, 6: the interface is up, and runs these
}

// ProbeStates are the words for a Probe's State, as far as there are any.
var ProbeStates = [...]string{"reserved", "incomplete", "reachable", "stale", "delay", "probe", "failed"}

// Probe is what p, an extended echo message, says.
func (p *Packet) Probe() (b Probe, ok bool) {
	if p.Got < 8 || p.fields()&hasObject == 0 {
		return b, false
	}
	last := uint8(p.Rest)
	if p.isReply() {
		return Probe{Reply: true, State: last >> 5, Active: last&4 != 0, IPv4: last&2 != 0, IPv6: last&1 != 0}, true
	}
	return Probe{Local: last&1 != 0}, true
}
