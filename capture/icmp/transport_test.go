package icmp

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"icmpdump/internal/forge"
)

// quotedPayload is a datagram from 10.0.0.1 to 192.0.2.9, or from 2001:db8::1 to ::2 there, with
// this behind its header.
func quotedPayload(t *testing.T, version, proto uint8, payload string) Datagram {
	d := Datagram{Version: version, Proto: proto, Payload: forge.Hex(payload), Src: v4(10, 0, 0, 1), Dst: v4(192, 0, 2, 9)}
	if version == 6 {
		d.Src, d.Dst = v6(1), v6(2)
	}
	return d
}

func TestUDP(t *testing.T) {
	d := quotedPayload(t, 4, 17, "9ca8 0035 001c 1234")
	if got, ok := d.UDP(); got != (UDP{40104, 53, 28, 0x1234}) || !ok {
		t.Errorf("got %+v, %v", got, ok)
	}
	d.Payload = d.Payload[:7]
	if got, ok := d.UDP(); ok {
		t.Errorf("cut short: %+v", got)
	}
}

func TestTCP(t *testing.T) {
	const ports, rest = "9ca8 0050 11223344 ", "55667788 7012 7210 abcd 0009 "
	for _, tt := range []struct {
		name, payload string
		want          TCP
		kinds         []uint8
		data          [][]byte
	}{
		{"eight bytes", ports, TCP{SrcPort: 40104, DstPort: 80, Seq: 0x11223344}, nil, nil},
		{"options", ports + rest + "0204 05b4 01 0402 00",
			TCP{SrcPort: 40104, DstPort: 80, Seq: 0x11223344, Ack: 0x55667788, Window: 0x7210, Checksum: 0xabcd,
				Urgent: 9, Flags: TCPSyn | TCPAck, Size: 28, Whole: true},
			[]uint8{2, 1, 4, 0}, [][]byte{{5, 0xb4}, nil, {}, nil}},
		{"options cut short", ports + rest + "0204 05",
			TCP{SrcPort: 40104, DstPort: 80, Seq: 0x11223344, Ack: 0x55667788, Window: 0x7210, Checksum: 0xabcd,
				Urgent: 9, Flags: TCPSyn | TCPAck, Size: 28, Whole: true, OptionsCut: true}, nil, nil},
		{"an option of length 1", ports + rest + "01 0801 0402 010101",
			TCP{SrcPort: 40104, DstPort: 80, Seq: 0x11223344, Ack: 0x55667788, Window: 0x7210, Checksum: 0xabcd,
				Urgent: 9, Flags: TCPSyn | TCPAck, Size: 28, Whole: true}, []uint8{1}, [][]byte{nil}},
	} {
		d := quotedPayload(t, 4, 6, tt.payload)
		got, ok := d.TCP()
		if diff := cmp.Diff(tt.want, got, cmpopts.IgnoreUnexported(TCP{})); diff != "" || !ok {
			t.Errorf("%s: %v (-want +got)\n%s", tt.name, ok, diff)
		}
		var kinds []uint8
		var data [][]byte
		for kind, b, ok := got.NextOption(); ok; kind, b, ok = got.NextOption() {
			kinds, data = append(kinds, kind), append(data, b)
		}
		if diff := cmp.Diff(tt.kinds, kinds) + cmp.Diff(tt.data, data); diff != "" {
			t.Errorf("%s: options (-want +got)\n%s", tt.name, diff)
		}
	}
	d := quotedPayload(t, 4, 6, "9ca8 0050 112233")
	if got, ok := d.TCP(); ok {
		t.Errorf("seven bytes: %+v", got)
	}
}

func TestTransportSum(t *testing.T) {
	for _, tt := range []struct {
		name           string
		version, proto uint8
		payload        string
		state          Sum
		right          uint16
	}{
		{"good", 4, 17, "9ca8 0035 0009 55f4 41", SumGood, 0x55f4},
		{"bad", 4, 17, "9ca8 0035 0009 55f5 41", SumBad, 0x55f4},
		{"good, of IPv6", 6, 6, "9ca8 0050 00000001 00000002 5010 0009 b75b 0000", SumGood, 0xb75b},
	} {
		d := quotedPayload(t, tt.version, tt.proto, tt.payload)
		at := 6
		if tt.proto == ProtoTCP {
			at = 16
		}
		checksum := uint16(d.Payload[at])<<8 | uint16(d.Payload[at+1])
		state, right := d.TransportSum(checksum, len(d.Payload))
		if state != tt.state || right != tt.right {
			t.Errorf("%s: %d, %#x, want %d, %#x", tt.name, state, right, tt.state, tt.right)
		}
		if state, _ := d.TransportSum(checksum, len(d.Payload)+1); state != SumUnverified {
			t.Errorf("%s, cut short: %d", tt.name, state)
		}
		d.Frag = 1
		if state, _ := d.TransportSum(checksum, len(d.Payload)); state != SumUnverified {
			t.Errorf("%s, a fragment: %d", tt.name, state)
		}
	}
}

// A wrong checksum is told the right one, whatever addresses extension headers put into the
// pseudo-header.
func TestRightChecksum(t *testing.T) {
	for _, tt := range decodeTests {
		var p Packet
		f := Frame{Data: forge.Hex(tt.frame), Link: tt.link}
		f.Wire = len(f.Data)
		if st := Decode(&p, f.Link, f.Data, f.Wire); st != OK || p.Sum != SumGood {
			continue
		}
		if got := p.RightChecksum(&f); got != p.Checksum {
			t.Errorf("%s: got %#x, want %#x", tt.name, got, p.Checksum)
		}
		p.Message(&f)[2] ^= 0x55
		right := p.Checksum
		p = Packet{}
		Decode(&p, f.Link, f.Data, f.Wire)
		if got := p.RightChecksum(&f); got != right || p.Sum != SumBad {
			t.Errorf("%s, spoilt: got %#x, want %#x", tt.name, got, right)
		}
	}
}
