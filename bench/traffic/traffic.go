// Package traffic makes the capture files that programs are measured with: pings of many flows,
// with valid checksums, the same bytes each time.
package traffic

import (
	"bufio"
	"encoding/binary"
	"io"
	"math/rand/v2"
)

// FrameLen is the length of every frame: Ethernet, IPv4, an echo with 56 data bytes.
const FrameLen = 14 + 20 + 8 + 56

// Times in nanoseconds.
const (
	begin    = 1_700_000_000_000_000_000 // of the capture, since 1970
	spacing  = 1_200_000                 // from request to request
	shortest = 1_000_000                 // round-trip time
	noiseAt  = 1_110_000                 // the first noise, behind its request
	noiseGap = 5_000
)

// A Config says what to make.
type Config struct {
	Packets int // frames of all sorts
	Flows   int // pairs of a client's address and an identifier, that ping in turn
	Noise   int // UDP datagrams of the same size behind each pair
}

// unanswered is one request of how many has no reply.
const unanswered = 50

// Write writes a capture file with times in nanoseconds.
func (c Config) Write(w io.Writer) error {
	out := bufio.NewWriterSize(w, 1<<20)
	head := binary.LittleEndian.AppendUint32(nil, 0xa1b23c4d) // pcap, nanoseconds
	head = binary.LittleEndian.AppendUint16(head, 2)
	head = binary.LittleEndian.AppendUint16(head, 4)
	head = binary.LittleEndian.AppendUint64(head, 0)
	head = binary.LittleEndian.AppendUint32(head, 262144)
	out.Write(binary.LittleEndian.AppendUint32(head, 1)) // Ethernet
	var record [16 + FrameLen]byte
	binary.LittleEndian.PutUint32(record[8:], FrameLen)
	binary.LittleEndian.PutUint32(record[12:], FrameLen)
	c.each(func(at int64, frame *[FrameLen]byte) {
		binary.LittleEndian.PutUint32(record[0:], uint32(at/1e9))
		binary.LittleEndian.PutUint32(record[4:], uint32(at%1e9))
		copy(record[16:], frame[:])
		out.Write(record[:])
	})
	return out.Flush() // and any error before it
}

// each calls f with every frame, in the order of their times.
func (c Config) each(f func(at int64, frame *[FrameLen]byte)) {
	dice := rand.New(rand.NewPCG(1, 2))
	echo, noise := newFrame(1), newFrame(17)
	for pair, n := 0, 0; n < c.Packets; pair++ {
		flow, at := pair%c.Flows, begin+int64(pair)*spacing
		client, server, id := ends(flow)
		seq := uint16(pair/c.Flows + 1)
		put := func(at int64, frame *[FrameLen]byte) {
			if n < c.Packets {
				f(at, frame)
				n++
			}
		}
		setEcho(&echo, client, server, 8, id, seq)
		put(at, &echo)
		if dice.IntN(unanswered) != 0 {
			setEcho(&echo, server, client, 0, id, seq)
			put(at+shortest+int64(flow%1000)*100, &echo)
		}
		for i := range c.Noise {
			setUDP(&noise, client, server, uint16(1024+i))
			put(at+noiseAt+int64(i)*noiseGap, &noise)
		}
	}
}

// ends are a flow's two addresses and its identifier.
func ends(flow int) (client, server uint32, id uint16) {
	return 10<<24 + uint32(flow), 198<<24 + 18<<16 + uint32(flow&0xff), uint16(uint64(flow) * 28403 >> 3)
}

// Ping is the request of a flow with that sequence number, and its reply.
func Ping(flow int, seq uint16) (request, reply [FrameLen]byte) {
	client, server, id := ends(flow)
	request, reply = newFrame(1), newFrame(1)
	setEcho(&request, client, server, 8, id, seq)
	setEcho(&reply, server, client, 0, id, seq)
	return request, reply
}

// Requests are n frames of echo requests with identifiers from 1 on, to an address that nobody
// answers for.
func Requests(n int) [][FrameLen]byte {
	frames := make([][FrameLen]byte, n)
	for i := range frames {
		frames[i] = newFrame(1)
		setEcho(&frames[i], 10<<24+77<<16+1, 10<<24+77<<16+0x909, 8, uint16(i+1), 1)
	}
	return frames
}

// Request is an echo request with that sequence number.
func Request(id, seq uint16) [FrameLen]byte {
	frame := newFrame(1)
	setEcho(&frame, 10<<24+77<<16+1, 10<<24+77<<16+0x909, 8, id, seq)
	return frame
}

// MACs of the two ends.
var (
	Near = [6]byte{2, 0, 0, 0, 0, 1}
	Far  = [6]byte{2, 0, 0, 0, 0, 2}
)

// newFrame is a frame without addresses.
func newFrame(protocol byte) (frame [FrameLen]byte) {
	copy(frame[0:], Far[:])
	copy(frame[6:], Near[:])
	frame[12] = 0x08 // IPv4
	ip := frame[14:]
	ip[0] = 0x45
	binary.BigEndian.PutUint16(ip[2:], FrameLen-14)
	ip[6] = 0x40 // don't fragment
	ip[8], ip[9] = 64, protocol
	for i := range 56 {
		ip[28+i] = byte(0x10 + i)
	}
	return frame
}

func setIP(frame *[FrameLen]byte, src, dst uint32) {
	ip := frame[14:34]
	binary.BigEndian.PutUint32(ip[12:], src)
	binary.BigEndian.PutUint32(ip[16:], dst)
	setSum(ip, 10, 0)
}

func setEcho(frame *[FrameLen]byte, src, dst uint32, typ byte, id, seq uint16) {
	setIP(frame, src, dst)
	msg := frame[34:]
	msg[0] = typ
	binary.BigEndian.PutUint16(msg[4:], id)
	binary.BigEndian.PutUint16(msg[6:], seq)
	setSum(msg, 2, 0)
}

func setUDP(frame *[FrameLen]byte, src, dst uint32, port uint16) {
	setIP(frame, src, dst)
	msg := frame[34:]
	binary.BigEndian.PutUint16(msg[0:], port)
	binary.BigEndian.PutUint16(msg[2:], 9) // discard
	binary.BigEndian.PutUint16(msg[4:], uint16(len(msg)))
	setSum(msg, 6, src>>16+src&0xffff+dst>>16+dst&0xffff+17+uint32(len(msg)))
}

// setSum sets b's Internet checksum (RFC 1071), which stands at that offset, with a sum to begin with.
func setSum(b []byte, at int, sum uint32) {
	b[at], b[at+1] = 0, 0
	for i := 0; i < len(b); i += 2 {
		sum += uint32(binary.BigEndian.Uint16(b[i:]))
	}
	for sum>>16 != 0 {
		sum = sum>>16 + sum&0xffff
	}
	binary.BigEndian.PutUint16(b[at:], ^uint16(sum))
}
