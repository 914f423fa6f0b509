package icmp

import "encoding/binary"

// Extensions are the extension structure of a message, and a cursor over its objects
// (RFC 4884, sections 7 and 8).
type Extensions struct {
	Version  uint8  // 2; of another nothing more is known
	Checksum uint16 // 0: not sent
	Sum      Sum    // SumUnverified if it was not sent, or is not whole
	Length   int    // of the structure, header included: the rest of an error

	rest []byte // the objects ahead, as far as they were captured
	left int    // how long they are
}

// An Object is one of an extension structure.
type Object struct {
	Class, CType uint8
	Length       int    // header included
	Data         []byte // as much of the payload as was captured
}

// Object classes (IANA, ICMP Extension Object Classes and Class Sub-types).
const (
	ClassMPLS           = 1 // RFC 4950
	ClassInterfaceInfo  = 2 // RFC 5837
	ClassInterfaceIdent = 3 // RFC 8335
	ClassExtendedInfo   = 4 // RFC 8883
	ClassNodeIdent      = 5 // draft-ietf-intarea-extended-icmp-nodeid
)

const extensionVersion = 2

// extendedMin is how long the quoted datagram is at least if an extension structure stands
// behind it, and how long it is if the length is left out (RFC 4884, sections 3 and 5).
const extendedMin = 128

// A claim is what a message says of where its extension structure is.
type claim uint8

const (
	unclaimed claim = iota // its type has none, or it has no room for one
	possible               // where one would be, if its checksum says so
	claimed                // the length says that it is there
	lying                  // the length runs past the message
)

// extensionAt is where in the message, of which msg was captured, an extension structure
// begins. A length of less than 128 bytes comes from a router that never heard of RFC 4884 and
// leaves anything in a byte that was once unused, or from one that forgot to fill up.
func (p *Packet) extensionAt(msg []byte) (at int, c claim) {
	if len(msg) < 8 {
		return 0, unclaimed
	}
	has := p.fields()
	switch length := p.quotedLength(msg); {
	case has&hasObject != 0 && !p.isReply():
		at, c = 8, claimed // RFC 8335, section 2: it quotes nothing
	case has&hasObject != 0:
		at, c = 8, possible // section 3 has none; some send back the request's
	case has&hasLength == 0:
		return 0, unclaimed
	case 8+length > int(p.Length):
		return 0, lying
	case length == 0:
		at, c = 8+extendedMin, possible
	case length < extendedMin:
		at, c = 8+length, possible
	default:
		at, c = 8+length, claimed
	}
	if at >= int(p.Length) {
		return 0, unclaimed
	}
	return at, c
}

// isReply reports whether p, an extended echo message, is a reply.
func (p *Packet) isReply() bool {
	return p.Type == TypeExtendedEchoReply || p.Type == Type6ExtendedEchoReply
}

// quotedLength is what an error's length byte says of the datagram that it quotes, padding
// included: 0 if it does not say (RFC 4884, sections 4.1 to 4.5).
func (p *Packet) quotedLength(msg []byte) int {
	if p.Version == 6 {
		return 8 * int(msg[4])
	}
	return 4 * int(msg[5])
}

// Extensions is p's extension structure, of which msg, the message, has at least the header.
func (p *Packet) Extensions(msg []byte) (Extensions, bool) {
	at, c := p.extensionAt(msg)
	if c == unclaimed || c == lying || len(msg) < at+4 {
		return Extensions{}, false
	}
	b, length := msg[at:], int(p.Length)-at
	if at == 8 {
		length = probeLength(b, length)
		b = b[:min(len(b), length)]
	}
	e := Extensions{
		Version:  b[0] >> 4,
		Checksum: binary.BigEndian.Uint16(b[2:]),
		Sum:      SumUnverified,
		Length:   length,
	}
	if e.Version == extensionVersion {
		e.rest, e.left = b[4:], length-4
	}
	// A later fragment has the rest of a fragment's structure.
	if e.Version == extensionVersion && e.Checksum != 0 && len(b) == length && p.Frag == 0 {
		e.Sum = verify(0, b)
	}
	return e, c == claimed || e.Sum == SumGood
}

// probeLength is how long the extension structure of a PROBE message is, of which length bytes
// are left: it has one object (RFC 8335, section 2.1), and some senders put data behind it.
func probeLength(b []byte, length int) int {
	if len(b) < 6 {
		return length
	}
	if n := 4 + int(binary.BigEndian.Uint16(b[4:])); n >= 8 && n <= length {
		return n
	}
	return length
}

// Next is the object ahead, as much of it as was captured. It is not ok at the end, and where
// the objects no longer hold together: see Bad.
func (e *Extensions) Next() (o Object, ok bool) {
	if len(e.rest) < 4 || e.Bad() {
		return Object{}, false
	}
	n := int(binary.BigEndian.Uint16(e.rest))
	o = Object{Length: n, Class: e.rest[2], CType: e.rest[3]}
	o.Data = e.rest[4:min(n, len(e.rest))]
	e.rest, e.left = e.rest[4+len(o.Data):], e.left-n
	return o, true
}

// Bad reports whether what is ahead is neither an object nor the end: less than an object's
// header, or a length that is less, or that runs past the structure's end.
func (e *Extensions) Bad() bool {
	if e.left == 0 {
		return false
	}
	if e.left < 4 {
		return true
	}
	if len(e.rest) < 2 {
		return false // not captured
	}
	n := int(binary.BigEndian.Uint16(e.rest))
	return n < 4 || n > e.left
}

// badExtensions reports whether the extension structure of a message that is there as a whole
// does not hold together, or is not where it is said to be.
func (p *Packet) badExtensions(msg []byte) bool {
	_, c := p.extensionAt(msg)
	if c == unclaimed {
		return false
	}
	e, ok := p.Extensions(msg)
	if !ok || e.Version != extensionVersion {
		return c != possible
	}
	for ok {
		_, ok = e.Next()
	}
	return e.Bad()
}
