package icmp

// A Frame is the bytes of one captured frame, for those who show more of it than its Packet
// holds. Data belongs to whoever hands out the Frame.
type Frame struct {
	Data []byte // from the link header on, as much as was captured
	Wire int    // how long it was on the wire
	Link Link
	TPID uint16 // EtherType of the VLAN tag that the kernel took out of Data and Wire; 0 if it did not
}

// tooFar stands for an offset that does not fit: a jumbogram's, behind 64 KiB of headers.
const tooFar = 0xffff

func offset(n int) uint16 { return uint16(min(n, tooFar)) }

// Datagram is what was captured of the IP datagram in f, from its header on: p was decoded
// from f. It is nil if there is none.
func (p *Packet) Datagram(f *Frame) []byte {
	b := p.LinkPayload(f)
	if p.IPLen > 0 {
		b = b[:min(len(b), int(p.IPLen))]
	}
	return b
}

// Header is what was captured of the IP header and the extension headers behind it, as far as
// they were walked. It is nil if there is none.
func (p *Packet) Header(f *Frame) []byte {
	b := p.Datagram(f)
	if p.head == tooFar {
		return nil
	}
	return b[:min(len(b), int(p.head))]
}

// Message is what was captured of the ICMP message, from its type on. It is nil if there is
// none.
func (p *Packet) Message(f *Frame) []byte {
	b := p.Datagram(f)
	if p.Got == 0 || p.head == tooFar || int(p.head) > len(b) {
		return nil
	}
	return b[p.head:]
}

// Missing is how many bytes of the datagram were not even on the wire. It asks f for its length
// only; of a Frame without one nothing is missing.
func (p *Packet) Missing(f *Frame) int {
	wire := max(f.Wire, len(f.Data))
	if wire == 0 || p.Version == 0 || p.net == tooFar {
		return 0
	}
	return max(0, int(p.IPLen)-(wire-int(p.net)))
}

// Plain reports whether p holds all that its frame has to tell: an echo without options or
// extension headers. Its bytes need not be kept.
func (p *Packet) Plain() bool {
	if p.Status != OK {
		return false
	}
	if p.Version == 4 {
		return (p.Type == TypeEcho || p.Type == TypeEchoReply) && p.head == 20
	}
	return (p.Type == Type6Echo || p.Type == Type6EchoReply) && p.head == 40
}
