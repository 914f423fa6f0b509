package icmp

// MPLSeed is an MPL seed info: which messages of a seed a forwarder has (RFC 7731, section 6.3).
type MPLSeed struct {
	MinSeqno uint8  // of the first message
	Seed     []byte // the seed's identifier: 2, 8 or 16 bytes, or none, if it is the source's address
	Buffered []byte // a bit for each message from MinSeqno on: whether the forwarder has it
}

// MPLSeeds are the seed infos of an MPL control message, in their order.
type MPLSeeds struct{ rest []byte }

// MPLSeeds are those of p, whose message is msg.
func (p *Packet) MPLSeeds(msg []byte) MPLSeeds {
	if p.Version != 6 || p.Type != Type6MPLControl || len(msg) < 4 {
		return MPLSeeds{}
	}
	return MPLSeeds{msg[4:]}
}

// Next is the next seed info that is whole.
func (s *MPLSeeds) Next() (MPLSeed, bool) {
	b := s.rest
	if len(b) < 2 {
		return MPLSeed{}, false
	}
	seed := 2 + int([...]uint8{0, 2, 8, 16}[b[1]&3])
	end := seed + int(b[1]>>2)
	if end > len(b) {
		return MPLSeed{}, false
	}
	s.rest = b[end:]
	return MPLSeed{b[0], b[2:seed], b[seed:end]}, true
}

// Whole reports, after the last seed info, whether nothing was left over.
func (s *MPLSeeds) Whole() bool { return len(s.rest) == 0 }

// mplHolds reports whether the seed infos of a message end where it does.
func mplHolds(p *Packet, b []byte) bool {
	s := p.MPLSeeds(b)
	for ok := true; ok; {
		_, ok = s.Next()
	}
	return s.Whole()
}
