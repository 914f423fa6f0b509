package icmp

import "encoding/binary"

// The subjects of a node information query, its codes (RFC 4620, section 4).
const (
	CodeSubjectIPv6 = 0
	CodeSubjectName = 1
	CodeSubjectIPv4 = 2
)

// The questions of node information (RFC 4620, section 6; the second is of its drafts).
const (
	QtypeNoop      = 0
	QtypeSupported = 1
	QtypeName      = 2
	QtypeAddresses = 3
	QtypeIPv4      = 4
)

// lenWhoAreYou is how long KAME's who-are-you request is: a header and four bytes. It came before
// node information, with the same type.
const lenWhoAreYou = 12

// NodeInfo is a node information query or reply (RFC 4620, section 4).
type NodeInfo struct {
	Qtype, Flags uint16
	Nonce        []byte // 8 bytes
	Data         []byte // the subject of a query, the answer of a reply
}

// NodeInfo is that of p, whose message is msg.
func (p *Packet) NodeInfo(msg []byte) (NodeInfo, bool) {
	const header = 16
	if !p.isNodeInfo() || len(msg) < header {
		return NodeInfo{}, false
	}
	return NodeInfo{
		Qtype: binary.BigEndian.Uint16(msg[4:]), Flags: binary.BigEndian.Uint16(msg[6:]),
		Nonce: msg[8:header], Data: msg[header:],
	}, true
}

// Nonce is that of p, a node information query or reply: a reply repeats its query's.
func (p *Packet) Nonce() (uint64, bool) {
	if !p.isNodeInfo() || p.Quote.Level < QuoteHeader {
		return 0, false
	}
	return binary.BigEndian.Uint64(p.Quote.Dst[:]), true
}

// SetNonce leaves in p what Nonce says. Decode does it.
func (p *Packet) SetNonce(nonce uint64) {
	binary.BigEndian.PutUint64(p.Quote.Dst[:], nonce)
	p.Quote.Level = QuoteHeader
}

func (p *Packet) isNodeInfo() bool {
	return p.Version == 6 && (p.Type == Type6NodeQuery || p.Type == Type6NodeReply)
}

// WhoAreYou reports whether p is KAME's request, which has no question in it.
func (p *Packet) WhoAreYou() bool {
	return p.isNodeInfo() && p.Type == Type6NodeQuery && p.Length == lenWhoAreYou
}

// OldNodeName is the name in b as drafts had it, before it was a DNS name: all of b, behind its
// length.
func OldNodeName(b []byte) (name []byte, ok bool) {
	if len(b) == 0 || int(b[0]) != len(b)-1 {
		return nil, false
	}
	return b[1:], true
}

// A NodeName is a DNS name, uncompressed (RFC 4620, section 4; RFC 1035, section 3.1).
type NodeName struct {
	Name
	Root  bool // it is complete up to the root
	Whole bool // it ended as a name must; otherwise its first labels are all there is
}

// NextNodeName takes the first of the names in b, and what stands behind it: if it is not whole,
// what made no label. A name that is not complete up to the root ends in two labels of length 0
// instead of one (RFC 4620, section 6.2).
func NextNodeName(b []byte) (_ NodeName, rest []byte) {
	at := labels(b)
	n := NodeName{Name: b[:at], Whole: at < len(b) && b[at] == 0}
	if !n.Whole {
		return n, b[at:]
	}
	rest = b[at+1:]
	n.Root = len(rest) == 0 || rest[0] != 0
	if !n.Root {
		rest = rest[1:]
	}
	return n, rest
}

// NodeAddrs are the addresses of a reply, each behind its time to live (RFC 4620, sections 6.3
// and 6.4).
type NodeAddrs struct {
	b    []byte
	size int
}

// Addrs are the addresses of n, a reply, as many as are there.
func (n *NodeInfo) Addrs() NodeAddrs {
	switch n.Qtype {
	case QtypeAddresses:
		return NodeAddrs{n.Data, 4 + 16}
	case QtypeIPv4:
		return NodeAddrs{n.Data, 4 + 4}
	}
	return NodeAddrs{nil, 1}
}

// Len is how many there are.
func (a NodeAddrs) Len() int { return len(a.b) / a.size }

// At is the address number i, from 0, of that IP version, and its time to live in s.
func (a NodeAddrs) At(i int) (addr Addr, version uint8, ttl uint32) {
	b := a.b[i*a.size:][:a.size]
	ttl = binary.BigEndian.Uint32(b)
	if len(b) == 8 {
		return AddrFrom4([4]byte(b[4:])), 4, ttl
	}
	return Addr(b[4:]), 6, ttl
}

// TTL is the time to live, in s, of the names in n, a reply (RFC 4620, section 6.2): they stand
// behind it.
func (n *NodeInfo) TTL() (s uint32, ok bool) {
	if n.Qtype != QtypeName || len(n.Data) < 4 {
		return 0, false
	}
	return binary.BigEndian.Uint32(n.Data), true
}
