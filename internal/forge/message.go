package forge

import (
	"encoding/binary"
	"slices"
	"strings"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
)

// A Message is an ICMP message but for its checksum.
type Message struct {
	Version    int // of IP: 4 or 6
	Type, Code uint8
	Body       []byte // all that stands behind the checksum
	To         string // its receiver, if the message says who that is: the source of what it quotes
}

// Message4 is an ICMP message: second word and body. (RFC 792)
func Message4(typ, code uint8, word uint32, body ...[]byte) Message {
	return Message{Version: 4, Type: typ, Code: code, Body: slices.Concat(be32(word), slices.Concat(body...))}
}

// Message6 is an ICMPv6 message: second word and body. (RFC 4443, section 2.1)
func Message6(typ, code uint8, word uint32, body ...[]byte) Message {
	return Message{Version: 6, Type: typ, Code: code, Body: slices.Concat(be32(word), slices.Concat(body...))}
}

// Bytes are the message with the checksum that it has between these addresses, which matter
// for ICMPv6 only.
func (m Message) Bytes(src, dst string) []byte {
	var l gopacket.SerializableLayer
	body := m.Body
	if m.Version == 4 {
		l = &layers.ICMPv4{
			TypeCode: layers.CreateICMPv4TypeCode(m.Type, m.Code),
			Id:       binary.BigEndian.Uint16(body), Seq: binary.BigEndian.Uint16(body[2:]),
		}
		return Frame(l, gopacket.Payload(body[4:]))
	}
	return Frame(IP6(src, dst), ICMP6(m.Type, m.Code), gopacket.Payload(body))[40:]
}

// Datagram is the message in a datagram of plain IP.
func (m Message) Datagram(src, dst string) []byte {
	payload := gopacket.Payload(m.Bytes(src, dst))
	if m.Version == 4 {
		ip := IP4(src, dst)
		ip.Protocol = layers.IPProtocolICMPv4
		return Frame(ip, payload)
	}
	ip := IP6(src, dst)
	ip.NextHeader = layers.IPProtocolICMPv6
	return Frame(ip, payload)
}

var (
	someMAC  = []byte{2, 0, 0, 0, 0, 1}
	otherMAC = []byte{2, 0, 0, 0, 0, 0x77}
)

func be16(n ...uint16) (b []byte) {
	for _, n := range n {
		b = binary.BigEndian.AppendUint16(b, n)
	}
	return b
}

func be32(n ...uint32) (b []byte) {
	for _, n := range n {
		b = binary.BigEndian.AppendUint32(b, n)
	}
	return b
}

// addresses are the bytes of addresses, one behind the other.
func addresses(s ...string) (b []byte) {
	for _, s := range s {
		b = append(b, ip(s)...)
	}
	return b
}

// domains are names as DNS writes them: a length before each label, 0 behind the last
// (RFC 1035, section 3.1).
func domains(names ...string) (b []byte) {
	for _, name := range names {
		for label := range strings.SplitSeq(name, ".") {
			b = append(append(b, byte(len(label))), label...)
		}
		b = append(b, 0)
	}
	return b
}

// padded is b with zeros behind it up to a multiple of n bytes.
func padded(b []byte, n int) []byte {
	return append(slices.Clone(b), make([]byte, (n-len(b)%n)%n)...)
}
