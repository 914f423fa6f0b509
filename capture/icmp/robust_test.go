package icmp

import (
	"bytes"
	"slices"
	"testing"
)

var allLinks = []Link{LinkUnknown, LinkEthernet, LinkRaw, LinkNull, LinkLoop, LinkSLL, LinkSLL2, LinkSLL2 + 1}

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
	p.TypeName()

	f := Frame{b, wire, link}
	datagram, header, message := p.Datagram(&f), p.Header(&f), p.Message(&f)
	if !bytes.Contains(b, datagram) || !bytes.HasPrefix(datagram, header) || !bytes.HasSuffix(datagram, message) {
		t.Fatalf("datagram %x, header %x, message %x", datagram, header, message)
	}
	if p.Got > 0 && (len(message) < int(p.Got) || message[0] != p.Type || len(header)+len(message) != len(datagram)) {
		t.Fatalf("%d bytes of a message of type %d: %x behind %x", p.Got, p.Type, message, header)
	}
}

func second[T any](_ T, ok bool) bool { return ok }

// Every frame of the table cut at every byte, and with every byte changed, as every link type.
func TestDecodeDamaged(t *testing.T) {
	for _, tt := range decodeTests {
		b := frame(t, tt.frame)
		for _, link := range allLinks {
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
	}
}

// Type and code are kept whenever they are there, whatever else is missing.
func TestDecodeKeepsWhatIsThere(t *testing.T) {
	b := frame(t, echo4)
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
		f.Add(byte(tt.link), frame(f, tt.frame), 0)
	}
	f.Fuzz(func(t *testing.T, link byte, b []byte, more int) {
		if more < 0 || more > 1<<20 {
			more = 0
		}
		check(t, Link(link), b, len(b)+more)
	})
}
