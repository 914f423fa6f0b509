package forge

import (
	"slices"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
)

// quote is the beginning of a datagram that an error could have been caused by, and whose
// source it therefore goes to: whole, or cut after as few bytes as RFC 792 asks for.
func (d dice) quote(version int) (quote []byte, src string) {
	src = d.addr(version)
	dst := d.addr(version)
	var headers []gopacket.SerializableLayer
	var first bool
	if version == 4 {
		headers, first = d.quotedIP4(src, dst)
	} else {
		headers, first = d.quotedIP6(src, dst)
	}
	if !first {
		headers = append(headers, gopacket.Payload(d.bytes(8*(1+d.IntN(10)))))
		return Frame(headers...), src
	}
	quote = Frame(append(headers, d.quotedBody(version)...)...)
	if begin := len(quote) - len(Frame(headers...)); d.one(3) {
		quote = quote[:len(quote)-begin+8]
	}
	return quote, src
}

// quotedIP4 is the header of a quoted datagram, and whether it is a whole one's or that of the
// first fragment.
func (d dice) quotedIP4(src, dst string) (_ []gopacket.SerializableLayer, first bool) {
	ip := IP4(src, dst)
	ip.Id, ip.TTL, ip.TOS = d.uint16(), 1+d.byte()/2, d.byte()
	ip.Protocol = d.protocol()
	first = true
	switch d.IntN(6) {
	case 0:
		ip.Options = d.options4()
	case 1:
		ip.Flags = layers.IPv4DontFragment
	case 2:
		ip.Flags = layers.IPv4MoreFragments
	case 3:
		ip.FragOffset, first = uint16(1+d.IntN(500)), false
	}
	return []gopacket.SerializableLayer{ip}, first
}

// quotedIP6 is likewise, with extension headers.
func (d dice) quotedIP6(src, dst string) (_ []gopacket.SerializableLayer, first bool) {
	ip := IP6(src, dst)
	ip.HopLimit, ip.TrafficClass, ip.FlowLabel = 1+d.byte()/2, d.byte(), d.Uint32N(1<<20)
	ip.NextHeader = d.protocol()
	ls := []gopacket.SerializableLayer{ip}
	if d.one(4) {
		ls = append(ls, Pad(6+8*d.IntN(3)))
	}
	if d.one(6) {
		ls = append(ls, PadDst(6+8*d.IntN(3)))
	}
	if d.one(6) {
		ls = append(ls, &Ext{Proto: layers.IPProtocolAH, Body: d.authentication()})
	}
	first = true
	if d.one(4) {
		frag := &layers.IPv6Fragment{Identification: d.Uint32(), MoreFragments: d.one(2)}
		if d.one(2) {
			frag.FragmentOffset, first = uint16(1+d.IntN(500)), false
		}
		ls = append(ls, frag)
	}
	for _, l := range ls[1:] {
		*nextHeader(l) = ip.NextHeader
	}
	return ls, first
}

// protocol is one that has neither ports nor a meaning here, for what follows no known layer.
func (d dice) protocol() layers.IPProtocol {
	return oneOf[layers.IPProtocol](d, 2, 46, 89, 103, 112, 200)
}

// quotedBody is what stands behind the IP header: UDP, TCP, an echo, the header of an extended one,
// or something else.
func (d dice) quotedBody(version int) []gopacket.SerializableLayer {
	data := gopacket.Payload(d.bytes(8 + d.IntN(60)))
	// Ports of no protocol that a dissector would look into.
	from, to := 20000+d.uint16()%9000, 33434+d.uint16()%256
	switch d.IntN(4) {
	case 0:
		return []gopacket.SerializableLayer{&layers.UDP{SrcPort: layers.UDPPort(from), DstPort: layers.UDPPort(to)}, data}
	case 1:
		return []gopacket.SerializableLayer{&layers.TCP{SrcPort: layers.TCPPort(from), DstPort: layers.TCPPort(to), Seq: d.Uint32(), SYN: true, Window: 1024}, data}
	case 2:
		types := []uint8{0, 8, 42, 43}
		if version == 6 {
			types = []uint8{128, 129, 160, 161}
		}
		typ, id, seq := oneOf(d, types...), d.uint16(), d.uint16()
		if typ == types[2] || typ == types[3] {
			data = nil // it would be an extension structure
		}
		if version == 4 {
			return []gopacket.SerializableLayer{Echo4(typ, id, seq), data}
		}
		return []gopacket.SerializableLayer{ICMP6(typ, 0), IDSeq(id, seq), data}
	}
	return []gopacket.SerializableLayer{data}
}

// An Ext is an extension header that gopacket can't write, or IPv4's authentication: Body is
// all that stands behind its two first bytes.
type Ext struct {
	Proto, Next layers.IPProtocol
	Body        []byte
}

// LayerType is that of no layer of gopacket's.
func (*Ext) LayerType() gopacket.LayerType { return gopacket.LayerTypePayload }

// SerializeTo writes the next header, a length in 32-bit words less 2 for authentication (RFC
// 4302, section 2.2) and in 64-bit words less 1 for all others (RFC 6564, section 4), and Body.
func (e *Ext) SerializeTo(b gopacket.SerializeBuffer, _ gopacket.SerializeOptions) error {
	length := byte((len(e.Body)+2)/8 - 1)
	if e.Proto == layers.IPProtocolAH {
		length = byte((len(e.Body)+2)/4 - 2)
	}
	header := slices.Concat([]byte{byte(e.Next), length}, e.Body)
	dst, err := b.PrependBytes(len(header))
	copy(dst, header)
	return err
}

// authentication is a header's body, with a check value of SHA-1 (RFC 4302, section 2; RFC
// 2404): 24 bytes in all, which is a multiple of 8 as IPv6 wants it.
func (d dice) authentication() []byte { return append([]byte{0, 0}, d.bytes(8+12)...) }
