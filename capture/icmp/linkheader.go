package icmp

import "encoding/binary"

// LinkAddrs are the link-layer addresses in f's header, which alias f: source and destination
// of Ethernet, the source of a cooked capture. One that the link has none of is empty.
func (f *Frame) LinkAddrs() (src, dst []byte) {
	b := f.Data
	switch {
	case f.Link == LinkEthernet && len(b) >= 14:
		return b[6:12], b[:6]
	case f.Link == LinkSLL && len(b) >= 16:
		return b[6 : 6+min(8, int(binary.BigEndian.Uint16(b[4:])))], nil
	case f.Link == LinkSLL2 && len(b) >= 20:
		return b[12 : 12+min(8, int(b[11]))], nil
	}
	return nil, nil
}

// EtherType is that of what stands behind the link header and in front of the first tag that is
// in f's bytes. It is not ok if the link has no EtherType.
func (f *Frame) EtherType() (uint16, bool) {
	ethertype, _, ok := f.etherType()
	return ethertype, ok
}

// etherType is that and how long the link header is.
func (f *Frame) etherType() (ethertype uint16, n int, ok bool) {
	if !hasEtherType(f.Link) {
		return 0, 0, false
	}
	var p Packet
	return linkHeader(&p, f.Link, f.Data)
}

// hasEtherType reports whether a link's header has an EtherType, or a length in its place.
func hasEtherType(link Link) bool { return link == LinkEthernet || link == LinkSLL || link == LinkSLL2 }

// Family is the address family of a LinkNull or LinkLoop header.
func (f *Frame) Family() (uint32, bool) {
	if f.Link != LinkNull && f.Link != LinkLoop || len(f.Data) < 4 {
		return 0, false
	}
	return family(f.Link, f.Data), true
}

// A Tag is a VLAN tag (IEEE 802.1Q, section 9).
type Tag struct {
	TPID     uint16 // the EtherType that announces it
	ID       uint16 // 12 bits
	Priority uint8  // 3 bits
	DEI      bool   // drop eligible
	Next     uint16 // the EtherType of what stands behind it
}

// Tags are the VLAN tags of a frame, to be walked once.
type Tags struct {
	stripped  bool // the first is not in b
	tci, tpid uint16
	ethertype uint16
	b         []byte // what stands behind the EtherType
}

// LinkTags are f's, the outermost first: p was decoded from f, and knows the one that the kernel
// took out.
func (p *Packet) LinkTags(f *Frame) Tags {
	ethertype, n, ok := f.etherType()
	if !ok {
		return Tags{}
	}
	return Tags{stripped: f.TPID != 0, tpid: f.TPID, tci: p.VLAN[0], ethertype: ethertype, b: f.Data[n:]}
}

// Next is the next tag, and false behind the last.
func (t *Tags) Next() (Tag, bool) {
	switch {
	case t.stripped:
		t.stripped = false
		return tag(t.tpid, t.tci, t.ethertype), true
	case !isTag(t.ethertype) || len(t.b) < 4:
		return Tag{}, false
	}
	tpid := t.ethertype
	t.ethertype = binary.BigEndian.Uint16(t.b[2:])
	tci := binary.BigEndian.Uint16(t.b)
	t.b = t.b[4:]
	return tag(tpid, tci, t.ethertype), true
}

func tag(tpid, tci, next uint16) Tag {
	return Tag{TPID: tpid, ID: tci & 0xfff, Priority: uint8(tci >> 13), DEI: tci&0x1000 != 0, Next: next}
}

// LLC is the header of logical link control in f, which p was decoded from: 3 bytes, or 8 with
// SNAP's, and how much there is of the frame from there on. It is nil if there is none.
func (p *Packet) LLC(f *Frame) (header []byte, length int) {
	ethertype, n, ok := f.etherType()
	if !ok || f.Link != LinkEthernet || p.Version == 0 || p.net == tooFar {
		return nil, 0
	}
	var scratch Packet
	if ethertype, n, ok = vlanTags(&scratch, ethertype, f.Data, n); !ok || ethertype > maxLength || n > int(p.net) {
		return nil, 0
	}
	return f.Data[n:p.net], min(int(ethertype), max(f.Wire, len(f.Data))-n)
}

// LinkPayload is what was captured behind the link header and the tags: the datagram, and any
// padding. It is nil if p, which was decoded from f, is no datagram.
func (p *Packet) LinkPayload(f *Frame) []byte {
	if p.Version == 0 || p.net == tooFar || int(p.net) > len(f.Data) {
		return nil
	}
	return f.Data[p.net:]
}

// AppendWhole appends the frame as it was on the wire, as much as was captured: with the tag
// that the kernel took out, which p knows, put back behind the addresses.
func (p *Packet) AppendWhole(dst []byte, f *Frame) []byte { return f.AppendTagged(dst, p.VLAN[0]) }

// addrs is how long the addresses are that a tag stands behind.
const addrs = 12

// AppendTagged is AppendWhole of a frame whose tag, if one was taken out, is tci.
func (f *Frame) AppendTagged(dst []byte, tci uint16) []byte {
	if !f.Untagged() {
		return append(dst, f.Data...)
	}
	dst = append(dst, f.Data[:addrs]...)
	dst = binary.BigEndian.AppendUint16(dst, f.TPID)
	dst = binary.BigEndian.AppendUint16(dst, tci)
	return append(dst, f.Data[addrs:]...)
}

// Untagged reports whether the kernel took a tag out of f that can be put back: 4 bytes.
func (f *Frame) Untagged() bool {
	return f.TPID != 0 && f.Link == LinkEthernet && len(f.Data) >= addrs
}
