package traffic

import (
	"bytes"
	"encoding/binary"
	"io"
	"testing"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"
)

// A flow is what identifies one.
type flow struct {
	client, server string
	id             uint16
}

// counts is what gopacket reads in a file.
type counts struct {
	Frames, Requests, Replies, UDP, Flows int
}

func read(t *testing.T, file []byte) (got counts) {
	t.Helper()
	r, err := pcapgo.NewReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	type asked struct {
		flow
		seq uint16
	}
	sent := map[asked]time.Time{}
	flows := map[flow]int{}
	var last time.Time
	for {
		data, ci, err := r.ReadPacketData()
		if err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		if got.Frames++; !ci.Timestamp.After(last) {
			t.Errorf("frame %d: %v, and before it %v", got.Frames, ci.Timestamp, last)
		}
		last = ci.Timestamp
		p := gopacket.NewPacket(data, layers.LayerTypeEthernet, gopacket.Default)
		ip := p.Layer(layers.LayerTypeIPv4).(*layers.IPv4)
		udp, noise := p.Layer(layers.LayerTypeUDP).(*layers.UDP)
		if noise {
			got.UDP++
			udp.SetNetworkLayerForChecksum(ip)
		}
		if wrong, at := p.VerifyChecksums(); wrong != nil || len(at) > 0 {
			t.Fatalf("frame %d: checksums %v, %v", got.Frames, wrong, at)
		}
		if noise {
			continue
		}
		echo := p.Layer(layers.LayerTypeICMPv4).(*layers.ICMPv4)
		switch echo.TypeCode.Type() {
		case layers.ICMPv4TypeEchoRequest:
			got.Requests++
			f := flow{ip.SrcIP.String(), ip.DstIP.String(), echo.Id}
			if _, known := flows[f]; !known {
				flows[f] = len(flows)
			}
			sent[asked{f, echo.Seq}] = ci.Timestamp
		case layers.ICMPv4TypeEchoReply:
			got.Replies++
			f := flow{ip.DstIP.String(), ip.SrcIP.String(), echo.Id}
			rtt, want := ci.Timestamp.Sub(sent[asked{f, echo.Seq}]), time.Millisecond+time.Duration(flows[f]%1000)*100
			if rtt != want {
				t.Errorf("frame %d: round-trip time %v, want %v", got.Frames, rtt, want)
			}
		}
	}
	got.Flows = len(flows)
	return got
}

func TestWrite(t *testing.T) {
	for _, tt := range []struct {
		name   string
		config Config
		want   counts
	}{
		{"few flows", Config{Packets: 10_000, Flows: 100}, counts{Frames: 10_000, Requests: 5051, Replies: 4949, Flows: 100}},
		{"a flow a pair", Config{Packets: 5_000, Flows: 10_000}, counts{Frames: 5_000, Requests: 2523, Replies: 2477, Flows: 2523}},
		{"noise", Config{Packets: 20_000, Flows: 10, Noise: 18}, counts{Frames: 20_000, Requests: 1001, Replies: 982, UDP: 18_017, Flows: 10}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var first, second bytes.Buffer
			for _, w := range []io.Writer{&first, &second} {
				if err := tt.config.Write(w); err != nil {
					t.Fatal(err)
				}
			}
			if !bytes.Equal(first.Bytes(), second.Bytes()) {
				t.Error("the same configuration makes another file")
			}
			if got := read(t, first.Bytes()); got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}

// Their identifiers are all different, and their checksums are right.
func TestRequests(t *testing.T) {
	ids := map[uint16]bool{}
	for i, frame := range Requests(1000) {
		p := gopacket.NewPacket(frame[:], layers.LayerTypeEthernet, gopacket.Default)
		if wrong, at := p.VerifyChecksums(); wrong != nil || len(at) > 0 {
			t.Errorf("frame %d: checksums %v, %v", i, wrong, at)
		}
		ids[binary.BigEndian.Uint16(frame[38:])] = true
	}
	if len(ids) != 1000 {
		t.Errorf("%d identifiers, want 1000", len(ids))
	}
	if f := Request(7, 9); binary.BigEndian.Uint16(f[38:]) != 7 || binary.BigEndian.Uint16(f[40:]) != 9 {
		t.Errorf("identifier and sequence number are % x", f[38:42])
	}
}

// A ping's reply goes back to where its request came from, and both are right.
func TestPing(t *testing.T) {
	request, reply := Ping(9_999, 3)
	for _, frame := range [][FrameLen]byte{request, reply} {
		p := gopacket.NewPacket(frame[:], layers.LayerTypeEthernet, gopacket.Default)
		if wrong, at := p.VerifyChecksums(); wrong != nil || len(at) > 0 {
			t.Errorf("checksums %v, %v", wrong, at)
		}
	}
	if !bytes.Equal(request[26:30], reply[30:34]) || !bytes.Equal(request[30:34], reply[26:30]) || !bytes.Equal(request[38:42], reply[38:42]) {
		t.Errorf("request % x\nreply   % x", request[26:42], reply[26:42])
	}
	if request[34] != 8 || reply[34] != 0 || binary.BigEndian.Uint16(request[40:]) != 3 {
		t.Errorf("types %d and %d, sequence number % x", request[34], reply[34], request[40:42])
	}
	if other, _ := Ping(9_998, 3); bytes.Equal(other[26:30], request[26:30]) {
		t.Errorf("two flows of % x", request[26:30])
	}
}
