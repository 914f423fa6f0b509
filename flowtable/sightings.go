package flowtable

import "icmpdump/capture/icmp"

const (
	// sightingWindow is how long after a packet it may be seen at another place: where a
	// bridge, a router or a pair of virtual interfaces shows it several times.
	sightingWindow = 50e6 // ns

	// sightingsKept is how many packets a shard remembers: 80,000 a second of them come in
	// that time.
	sightingsKept = 4096
)

// A sighting is one packet that was seen once: half a line of the cache.
type sighting struct {
	packet uint64 // a hash of what makes it the same packet
	time   int64  // of its first sighting
	flow   uint32
	serial uint32 // the flow's
	iface  int32  // where it was seen: see spot
	back   uint16 // how many positions before it the next older in its bucket is; 0 if there is none
	out    bool
	repeat bool // it is not the first
}

func (sg *sighting) spot() spot { return spot{sg.iface, sg.out} }

// A spot is where a packet was seen.
type spot struct {
	iface int32
	out   bool
}

// sightings remembers packets for a short time, in a ring. Positions in it only grow and begin
// at 1. A bucket is a chain from its newest to its oldest, which ends at the first that is not
// in the ring any more.
type sightings struct {
	ring    []sighting
	buckets []uint64
	next    uint64
}

func (g *sightings) init() {
	g.ring = make([]sighting, sightingsKept)
	g.buckets = make([]uint64, sightingsKept)
	g.next = 1
}

func (g *sightings) begin(now int64) {
	for i := range g.ring {
		g.ring[i].time = now
	}
}

// find is the newest sighting of a packet of which the first was in the window, or nil; and
// whether it was seen at that spot since that first one.
func (g *sightings) find(packet uint64, at spot, now int64) (newest *sighting, there bool) {
	for pos := g.buckets[packet%sightingsKept]; pos != 0 && g.next-pos <= sightingsKept; {
		sg := &g.ring[pos%sightingsKept]
		if sg.packet == packet {
			if now-sg.time >= sightingWindow {
				break
			}
			if newest == nil {
				newest = sg
			}
			if there = there || sg.spot() == at; there || !sg.repeat {
				break
			}
		}
		if sg.back == 0 {
			break
		}
		pos -= uint64(sg.back)
	}
	return newest, there
}

// note remembers a sighting.
func (g *sightings) note(sg sighting) {
	b := &g.buckets[sg.packet%sightingsKept]
	if back := g.next - *b; *b != 0 && back <= sightingsKept {
		sg.back = uint16(back)
	} else {
		sg.back = 0
	}
	*b = g.next
	g.ring[g.next%sightingsKept] = sg
	g.next++
}

// seen reports whether a was seen before, and not yet at this spot: then it is a repeat of its
// flow and nothing else, and its event is complete. If not, it is a first sighting, of the flow
// that takes it in: see sighted. A packet that comes to one spot twice was sent twice.
func (s *shard) seen(a *arrival) bool {
	if !a.placed() {
		return false
	}
	a.packet = identity(a.p, a.hash)
	before, there := s.sightings.find(a.packet, spotOf(a.p), a.clock.now)
	if before == nil || there {
		return false
	}
	n := int(before.flow)
	if s.flows[n].serial != before.serial {
		return false
	}
	s.repeats++
	s.rare(n).repeats++
	a.e.Notes |= NoteSeen
	s.report(a, n)
	repeat, at := *before, spotOf(a.p)
	repeat.iface, repeat.out, repeat.repeat = at.iface, at.out, true
	s.sightings.note(repeat)
	return true
}

// sighted notes that the flow n took in a.
func (s *shard) sighted(a *arrival, n int) {
	if !a.placed() {
		return
	}
	at := spotOf(a.p)
	s.sightings.note(sighting{
		packet: a.packet, time: a.clock.now, flow: uint32(n), serial: s.flows[n].serial, iface: at.iface, out: at.out,
	})
}

// placed reports whether anything is known of where a was seen.
func (a *arrival) placed() bool { return a.p.Iface != 0 || a.p.Dir != icmp.DirUnknown }

func spotOf(p *icmp.Packet) spot { return spot{p.Iface, p.Dir == icmp.DirOut} }

// identity is a hash of what is the same of one packet wherever it is seen.
func identity(p *icmp.Packet, flow uint64) uint64 {
	h := mix(flow^(uint64(p.Type)|uint64(p.Code)<<8|uint64(p.Checksum)<<16|uint64(p.IPID)<<32|uint64(p.Frag)<<48), mixer1)
	return mix(h^(uint64(p.Rest)<<32|uint64(p.Length)), mixer2)
}
