package icmp

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strconv"
	"testing"

	"icmpdump/internal/forge"
)

// checkPayload holds what is kept of an echo's data to what is true of any: it is the message's.
func checkPayload(t *testing.T, p *Packet, msg []byte) {
	t.Helper()
	got, ok := p.Payload()
	if !ok {
		if got != (Payload{}) {
			t.Fatalf("%+v, of what has none", got)
		}
		return
	}
	if p.Got < 8 || p.Frag != 0 || p.Quote.Level != QuoteNone || second(p.Target()) || second(p.Nonce()) || p.Quoted() != (Quote{}) {
		t.Fatalf("payload %+v of %+v", got, p)
	}
	if end := 8 + int(got.Len); msg != nil && (end > len(msg) || got != payloadOf(msg[8:end])) { // the frame may end before
		t.Fatalf("%+v of %x", got, msg)
	}
}

// payloadOf is what there is to be kept of data.
func payloadOf(data []byte) Payload {
	data = data[:min(len(data), 65535)]
	want := Payload{Len: uint16(len(data)), Sum: hash(data)}
	copy(want.Head[:], data)
	return want
}

// Payload is ReadPayload by value.
func (p *Packet) Payload() (data Payload, ok bool) {
	ok = p.ReadPayload(&data)
	return data, ok
}

// The data of an echo is what was captured of it behind its header, and within its datagram.
func TestPayload(t *testing.T) {
	const (
		head4 = "4500 001f 0001 0000 40 01 0000 0a000001 0a000002"
		head6 = "60000000 000b 3a 40" + ip6Addrs
		data  = "c0ffee"
	)
	for _, tt := range []struct {
		name, frame string
		header      int // bytes in front of the message
		none        bool
	}{
		{"request", head4 + "0800 0000 4d2f 0003" + data, 20, false},
		{"reply", head4 + "0000 0000 4d2f 0003" + data, 20, false},
		{"with another code", head4 + "0801 0000 4d2f 0003" + data, 20, false},
		{"ICMPv6 request", head6 + "8000 0000 4d2f 0003" + data, 40, false},
		{"ICMPv6 reply", head6 + "8100 0000 4d2f 0003" + data, 40, false},
		{"without data", "4500 001c 0001 0000 40 01 0000 0a000001 0a000002 0800 0000 4d2f 0003", 20, false},
		{"an atomic fragment", "60000000 0013 2c 40" + ip6Addrs + "3a00 0000 00000001 8000 0000 4d2f 0003" + data, 48, false},
		{"behind options", "4600 0023 0001 0000 40 01 0000 0a000001 0a000002 94040000 0800 0000 4d2f 0003" + data, 24, false},
		{"first fragment", "4500 001f 0001 2000 40 01 0000 0a000001 0a000002 0800 0000 4d2f 0003" + data, 20, true},
		{"first fragment of ICMPv6", "60000000 0013 2c 40" + ip6Addrs + "3a00 0001 00000001 8000 0000 4d2f 0003" + data, 48, true},
		{"later fragment", "4500 001f 0001 0003 40 01 0000 0a000001 0a000002 0800 0000 4d2f 0003" + data, 20, true},
		{"timestamp", head4 + "0d00 0000 4d2f 0003" + data, 20, true},
		{"the number of the other version", head4 + "8000 0000 4d2f 0003" + data, 20, true},
		{"the number of the other version, ICMPv6", head6 + "0800 0000 4d2f 0003" + data, 40, true},
		{"error", head4 + "0300 0000 4d2f 0003" + data, 20, true},
	} {
		b := forge.Hex(tt.frame)
		padded := append(bytes.Clone(b), 0xff, 0xff)
		for n := range len(padded) + 1 {
			var p Packet
			Decode(&p, LinkRaw, padded[:n], len(padded))
			got, ok := p.Payload()
			var want Payload
			there := !tt.none && n >= tt.header+8
			if there {
				want = payloadOf(b[tt.header+8 : min(n, len(b))])
			}
			if p.HasPayload(&want) != there {
				t.Errorf("%s, %d bytes: has %+v is %v", tt.name, n, want, !there)
			}
			other := want
			other.Sum++
			if p.HasPayload(&other) {
				t.Errorf("%s, %d bytes: has another payload", tt.name, n)
			}
			if got != want || ok != there {
				t.Errorf("%s, %d bytes: got %+v, %v, want %+v, %v", tt.name, n, got, ok, want, there)
			}
		}
	}
}

// What a Payload says of more than its Len can count is said of its beginning.
func TestPayloadOfJumbogram(t *testing.T) {
	b := make([]byte, 40+70_000)
	copy(b, forge.Hex("60000000 0000 00 40"+ip6Addrs+"3a 00 c2 04 00011170")) // hop-by-hop, jumbo payload 70000
	b[48] = Type6Echo
	var p, q Packet
	Decode(&p, LinkRaw, b, len(b))
	b[56+65535] = 1
	Decode(&q, LinkRaw, b, len(b))
	got, ok := p.Payload()
	if again, _ := q.Payload(); got != payloadOf(b[56:]) || got.Len != 65535 || !ok || got != again {
		t.Errorf("%v: got %+v and %+v", ok, got, again)
	}
}

// What was left before is gone.
func TestSetPayloadAgain(t *testing.T) {
	p := Packet{Version: 4, Type: TypeEcho, Got: 8}
	for _, data := range []string{"0123456789abcdefg", "0123456789abcdef", "x", ""} {
		p.SetPayload([]byte(data))
		if got, ok := p.Payload(); got != payloadOf([]byte(data)) || !ok {
			t.Errorf("%q: got %+v, %v", data, got, ok)
		}
	}
}

// Data that is not the same has another hash: shorter, with one bit changed, or with two words in
// each other's place.
func TestPayloadSum(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 0))
	data := make([]byte, 100)
	seen := make(map[uint32]string)
	is := func(b []byte, what string) {
		sum := hash(b)
		if other, ok := seen[sum]; ok {
			t.Errorf("%s is like %s", what, other)
		}
		seen[sum] = what
	}
	for n := range len(data) + 1 {
		is(data[:n], fmt.Sprint(n, " bytes 0"))
	}
	for i := range data {
		data[i] = byte(r.Uint32())
	}
	for n := 1; n <= len(data); n++ {
		is(data[:n], fmt.Sprint(n, " bytes"))
		for i := range 8 * n {
			data[i/8] ^= 1 << (i % 8)
			is(data[:n], fmt.Sprintf("%d bytes, bit %d", n, i))
			data[i/8] ^= 1 << (i % 8)
		}
	}
	for i := range len(data)/8 - 1 {
		for j := i + 1; j < len(data)/8; j++ {
			b := bytes.Clone(data)
			copy(b[8*i:], data[8*j:8*j+8])
			copy(b[8*j:], data[8*i:8*i+8])
			is(b, fmt.Sprintf("words %d and %d swapped", i, j))
		}
	}
}

func BenchmarkPayload(b *testing.B) {
	for _, size := range []int{4, 56, 1400, 1500, 65000} {
		data := make([]byte, size)
		var p Packet
		b.Run(strconv.Itoa(size), func(b *testing.B) {
			for b.Loop() {
				p.SetPayload(data)
			}
		})
	}
}
