package icmp

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"

	"icmpdump/internal/forge"
)

var allLinks = []Link{LinkUnknown, LinkEthernet, LinkRaw, LinkNull, LinkLoop, LinkSLL, LinkSLL2, LinkPPP, LinkPPP + 1}

// forged is the link type of that index in forge.Links.
func forged(i int) Link { return LinkEthernet + Link(i) }

// check decodes b and holds the result to what is true of any frame.
func check(t *testing.T, link Link, b []byte, wire int) {
	t.Helper()
	b = b[:len(b):len(b)]
	var p Packet
	st := Decode(&p, link, b, wire)
	if st >= NumStatus || st != p.Status {
		t.Fatalf("status %d, left %d", st, p.Status)
	}

	// With other bytes behind the frame, it is the same packet: none of them was read.
	behind := append(slices.Clip(slices.Clone(b)), 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff)
	var q Packet
	Decode(&q, link, behind[:len(b)], wire)
	if q != p {
		t.Fatalf("bytes behind the frame matter:\n%+v\n%+v", p, q)
	}

	checkPlain(t, &p, link, b, max(wire, len(b)))
	if p.Got > 8 || p.Decoded() != (p.Got >= 2) {
		t.Fatalf("%d bytes of a header of 8", p.Got)
	}
	if p.Decoded() && p.Version != 4 && p.Version != 6 {
		t.Fatalf("decoded, of IP version %d", p.Version)
	}
	if p.Decoded() && p.Sum == SumUnknown {
		t.Fatal("decoded, and nothing said of the checksum")
	}
	if st.Malformed() && st.Unsupported() {
		t.Fatalf("%v is two things", st)
	}
	if !p.IsError() && p.Quoted() != (Quote{}) {
		t.Fatalf("type %d quotes something", p.Type)
	}
	if _, ok := p.ID(); ok && p.Got < 6 {
		t.Fatal("an identifier that was not captured")
	}
	for name, ok := range map[string]bool{
		"sequence number": second(p.Seq()), "MTU": second(p.MTU()),
		"pointer": second(p.Pointer()), "gateway": second(p.Gateway()), "target": second(p.Target()),
	} {
		if ok && p.Got < 8 {
			t.Fatalf("%s, of a header of %d bytes", name, p.Got)
		}
	}

	f := Frame{Data: b, Wire: wire, Link: link}
	datagram, header, message := p.Datagram(&f), p.Header(&f), p.Message(&f)
	if !bytes.Contains(b, datagram) || !bytes.HasPrefix(datagram, header) || !bytes.HasSuffix(datagram, message) {
		t.Fatalf("datagram %x, header %x, message %x", datagram, header, message)
	}
	if p.Got > 0 && (len(message) < int(p.Got) || message[0] != p.Type || len(header)+len(message) != len(datagram)) {
		t.Fatalf("%d bytes of a message of type %d: %x behind %x", p.Got, p.Type, message, header)
	}
	checkHeaders(t, &p, datagram, header)
	checkLink(t, &p, &f, datagram)
	checkND(t, &p, message)
	checkMulticast(t, &p, message)
	checkNodes(t, &p, message)
	checkPayload(t, &p, message)
	checkRPL(t, &p, message)
	checkErrors(t, &p, message)
	checkQueries4(t, &p, message)
	touch(&p, &f)
}

// touch asks all that can be asked of a packet and its frame. What else can be asked belongs
// here: then nothing in the frame makes it panic, or allocate.
func touch(p *Packet, f *Frame) {
	p.ID()
	p.Seq()
	p.MTU()
	p.Pointer()
	p.Gateway()
	p.Target()
	p.Payload()
	p.Nonce()
	p.Quoted()
	p.IsError()
	p.Refuses()
	p.TypeName()
	p.Plain()
	p.Missing(f)
	p.IANAName()
	p.RightChecksum(f)
}

func second[T any](_ T, ok bool) bool { return ok }

// All that is well-formed is read, whatever stands before it and whatever it is.
func TestDecodeForged(t *testing.T) {
	for i, b := range forge.Each(30) {
		link := forged(i)
		check(t, link, b, len(b))
		var p Packet
		if st := Decode(&p, link, b, len(b)); st != OK && st != Fragment && p.Frag == 0 {
			t.Errorf("link %d: %v: %x", link, st, b)
		}
	}
}

// damage holds a frame to what is true of any, cut at every byte and with every byte changed.
func damage(t *testing.T, link Link, b []byte) {
	t.Helper()
	for n := range len(b) + 1 {
		check(t, link, b[:n], len(b))
		check(t, link, b[:n], n)
	}
	for i := range b {
		for _, flip := range []byte{0x01, 0x80, 0xff} {
			b[i] ^= flip
			check(t, link, b, len(b))
			b[i] ^= flip
		}
	}
}

// Every frame of the table as every link type, and a message of every kind in a frame of every
// link type, all damaged.
func TestDecodeDamaged(t *testing.T) {
	var frames [][]byte
	for _, tt := range decodeTests {
		frames = append(frames, forge.Hex(tt.frame))
	}
	for _, row := range packetRows {
		for _, tt := range row.cases {
			frames = append(frames, forge.Hex(tt.frame))
		}
	}
	for _, b := range frames {
		for _, link := range allLinks {
			damage(t, link, b)
		}
	}
	for i, b := range forge.Each(1) {
		damage(t, forged(i), b)
	}
	r := rand.New(rand.NewPCG(2, 0))
	for i, b := range forge.Each(30) {
		for range 10 {
			check(t, forged(i), forge.Damaged(r, b), len(b)) // in several places
		}
	}
}

// Type and code are kept whenever they are there, whatever else is missing.
func TestDecodeKeepsWhatIsThere(t *testing.T) {
	b := forge.Hex(echo4)
	for n := 20; n <= len(b); n++ {
		var p Packet
		Decode(&p, LinkRaw, b[:n], len(b))
		got := n - 20
		if p.Decoded() != (got >= 2) {
			t.Errorf("%d bytes of the message: decoded is %v", got, p.Decoded())
		}
		if got >= 2 && p.Type != TypeEcho {
			t.Errorf("%d bytes of the message: type %d", got, p.Type)
		}
		if _, ok := p.ID(); ok != (got >= 6) {
			t.Errorf("%d bytes of the message: identifier is %v", got, ok)
		}
		if _, ok := p.Seq(); ok != (got >= 8) {
			t.Errorf("%d bytes of the message: sequence number is %v", got, ok)
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, tt := range decodeTests {
		f.Add(byte(tt.link), forge.Hex(tt.frame), 0)
	}
	for i, b := range forge.Each(1) {
		f.Add(byte(forged(i)), b, 0)
	}
	f.Add(byte(LinkRaw), ndFrame(f), 0)
	for _, row := range packetRows {
		for _, tt := range row.cases {
			f.Add(byte(tt.link), forge.Hex(tt.frame), 0)
		}
	}
	for _, tt := range announceTests {
		f.Add(byte(LinkRaw), message6(f, tt.message), 0)
	}
	f.Fuzz(func(t *testing.T, link byte, b []byte, more int) {
		if more < 0 || more > 1<<20 {
			more = 0
		}
		check(t, Link(link), b, len(b)+more)
	})
}
