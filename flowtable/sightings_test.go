package flowtable

import "testing"

// A repeat that is noted late stands in front of younger sightings of its bucket, and does not
// hide them.
func TestSightingsOfOneBucket(t *testing.T) {
	const ms = 1e6
	here, there := spot{iface: 1}, spot{iface: 2}
	var g sightings
	g.init()
	g.note(sighting{packet: 1, time: 0, iface: here.iface})
	g.note(sighting{packet: 1 + sightingsKept, time: 40 * ms, iface: here.iface})
	g.note(sighting{packet: 1, time: 0, iface: there.iface, repeat: true})
	for _, tt := range []struct {
		packet       uint64
		at           spot
		seen, before bool
	}{
		{1 + sightingsKept, there, true, false},
		{1 + sightingsKept, here, true, true},
		{1, here, false, false}, // too long ago
		{1 + 2*sightingsKept, here, false, false},
	} {
		newest, before := g.find(tt.packet, tt.at, 60*ms)
		if newest != nil != tt.seen || before != tt.before {
			t.Errorf("packet %d at %v: seen %v, there %v", tt.packet, tt.at, newest != nil, before)
		}
	}
}
