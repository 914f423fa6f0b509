package icmp

import "encoding/binary"

// A RouterAdvert4 is an ICMPv4 router advertisement (RFC 1256, section 3), and a cursor over its
// addresses.
type RouterAdvert4 struct {
	Addrs     uint8  // how many there are
	EntrySize uint8  // of one and what goes with it, in 32-bit words: 2, or more in versions to come
	Lifetime  uint16 // s

	rest []byte // the entries ahead, as far as they were captured
}

// A RouterAddr is an address of a router.
type RouterAddr struct {
	Addr       Addr
	Preference int32 // the higher the better; the lowest is never to be used as a default
}

// RouterAdvert4 is p's, of whose message msg was captured.
func (p *Packet) RouterAdvert4(msg []byte) (r RouterAdvert4, ok bool) {
	if p.Version != 4 || p.Type != TypeRouterAdvert || len(msg) < 8 {
		return r, false
	}
	r = RouterAdvert4{Addrs: msg[4], EntrySize: msg[5], Lifetime: binary.BigEndian.Uint16(msg[6:])}
	r.rest = msg[8:min(len(msg), r.end())]
	return r, true
}

// end is where in the message the last entry ends.
func (r *RouterAdvert4) end() int { return 8 + int(r.Addrs)*int(r.EntrySize)*4 }

// Next is the address ahead. It is not ok behind the last, and where an entry is cut short or
// smaller than an address and its preference.
func (r *RouterAdvert4) Next() (a RouterAddr, ok bool) {
	size := int(r.EntrySize) * 4
	if size < 8 || len(r.rest) < size {
		return a, false
	}
	b := r.rest
	r.rest = b[size:]
	return RouterAddr{AddrFrom4([4]byte(b)), int32(binary.BigEndian.Uint32(b[4:]))}, true
}

// Agent is a cursor over the extensions of an agent advertisement, which stand behind a router
// advertisement's addresses (RFC 5944, sections 1.9 and 2.1).
type Agent struct{ rest []byte }

// Agent begins where the addresses of r end; msg is the same message.
func (r *RouterAdvert4) Agent(msg []byte) Agent {
	return Agent{msg[min(len(msg), r.end()):]}
}

// An AgentExtension is one extension, its data as far as it was captured.
type AgentExtension struct {
	Type uint8
	Data []byte
}

// Agent extensions (IANA, Mobile IP Agent Advertisement Extensions).
const (
	agentMobility = 16 // RFC 5944, section 2.1.1
	AgentPrefixes = 19 // section 2.1.2: a prefix length in bits, of each router address in turn
)

// Next is the extension ahead that is no padding.
func (a *Agent) Next() (x AgentExtension, ok bool) {
	const padding = 0 // one byte, without a length (section 2.1.3)
	b := a.rest
	for len(b) > 0 && b[0] == padding {
		b = b[1:]
	}
	if len(b) < 2 {
		a.rest = nil
		return x, false
	}
	n := min(len(b), 2+int(b[1]))
	a.rest = b[n:]
	return AgentExtension{b[0], b[2:n]}, true
}

// The flags of a mobility agent, from the high bit of 16 on (RFC 5944, section 2.1.1).
const (
	AgentRegistration = 1 << 15 // R: register, even with a co-located care-of address
	AgentBusy         = 1 << 14 // B
	AgentHome         = 1 << 13 // H
	AgentForeign      = 1 << 12 // F
	AgentMinimal      = 1 << 11 // M: minimal encapsulation (RFC 2004)
	AgentGRE          = 1 << 10 // G: GRE encapsulation
	AgentReserved     = 1 << 9  // r: sent as zero
	AgentTunneling    = 1 << 8  // T: reverse tunneling (RFC 3024)
	AgentUDPTunneling = 1 << 7  // U: UDP tunneling (RFC 3519)
	AgentRevocation   = 1 << 6  // X: registration revocation (RFC 3543)
	AgentRegional     = 1 << 5  // I: regional registration (RFC 4857)
)

// A MobilityAgent is what a mobility agent offers.
type MobilityAgent struct {
	Seq      uint16
	Lifetime uint16 // longest that a registration request may ask for, s; 65535 is for ever
	Flags    uint16
	careOf   []byte
}

// Mobility is a mobility agent advertisement extension's.
func (x *AgentExtension) Mobility() (m MobilityAgent, ok bool) {
	if x.Type != agentMobility || len(x.Data) < 6 {
		return m, false
	}
	return MobilityAgent{
		Seq:      binary.BigEndian.Uint16(x.Data),
		Lifetime: binary.BigEndian.Uint16(x.Data[2:]),
		Flags:    binary.BigEndian.Uint16(x.Data[4:]),
		careOf:   x.Data[6:],
	}, true
}

// Next is the care-of address ahead.
func (m *MobilityAgent) Next() (a Addr, ok bool) {
	if len(m.careOf) < 4 {
		return a, false
	}
	a = AddrFrom4([4]byte(m.careOf))
	m.careOf = m.careOf[4:]
	return a, true
}
