package icmp

import "encoding/binary"

// LocatorUpdate is a locator update of ILNPv6 (RFC 6743, section 2).
type LocatorUpdate struct {
	Count     uint8 // of locators, as it says
	Operation uint8 // the RFC names the field and no values
	Locators  Locators
}

// Locators are those of an update, as many as are there.
type Locators []byte

// Locator is a 64-bit prefix that a node can be reached by.
type Locator struct {
	Prefix     Addr // its first half
	Preference uint16
	Lifetime   uint16 // s
}

const lenLocator = 12

// Len is how many there are.
func (l Locators) Len() int { return len(l) / lenLocator }

// At is the locator number i, from 0.
func (l Locators) At(i int) Locator {
	b := l[i*lenLocator:]
	at := Locator{Preference: binary.BigEndian.Uint16(b[8:]), Lifetime: binary.BigEndian.Uint16(b[10:])}
	copy(at.Prefix[:8], b)
	return at
}

// LocatorUpdate is that of p, whose message is msg.
func (p *Packet) LocatorUpdate(msg []byte) (LocatorUpdate, bool) {
	if p.Version != 6 || p.Type != Type6LocatorUpdate || len(msg) < 8 {
		return LocatorUpdate{}, false
	}
	n := int(msg[4])
	return LocatorUpdate{msg[4], msg[5], Locators(msg[8:][:lenLocator*min(n, (len(msg)-8)/lenLocator)])}, true
}

func locatorUpdateHolds(p *Packet, b []byte) bool {
	u, ok := p.LocatorUpdate(b)
	return !ok || int(u.Count) == u.Locators.Len()
}
