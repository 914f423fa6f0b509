package icmp

// MulticastRouter is a multicast router advertisement (RFC 4286, section 3). Solicitation and
// termination have nothing to say.
type MulticastRouter struct {
	Interval      uint8  // between advertisements, s; it stands where others have a code
	QueryInterval uint16 // s, 0 if the router does not ask
	Robustness    uint16
}

// MulticastRouter is that of p.
func (p *Packet) MulticastRouter() (MulticastRouter, bool) {
	if p.Version != 6 || p.Type != Type6MulticastAdvert || p.Got < 8 {
		return MulticastRouter{}, false
	}
	return MulticastRouter{p.Code, uint16(p.Rest >> 16), uint16(p.Rest)}, true
}
