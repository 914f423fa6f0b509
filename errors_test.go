package main

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"

	"icmpdump/internal/forge"
)

// datagram4 is an IPv4 datagram from 10.0.0.5 to 192.0.2.9 with that behind its header.
func datagram4(change func(*layers.IPv4), behind ...gopacket.SerializableLayer) []byte {
	ip := forge.IP4("10.0.0.5", "192.0.2.9")
	ip.TTL = 1
	if change != nil {
		change(ip)
	}
	return forge.Frame(append([]gopacket.SerializableLayer{ip}, behind...)...)
}

func proto(p layers.IPProtocol) func(*layers.IPv4) {
	return func(ip *layers.IPv4) { ip.Protocol = p }
}

func udp(src, dst layers.UDPPort) *layers.UDP { return &layers.UDP{SrcPort: src, DstPort: dst} }

// synTCP is the segment that opens a connection, as Linux sends it.
func synTCP() *layers.TCP {
	return &layers.TCP{SrcPort: 40112, DstPort: 444, Seq: 1000, SYN: true, Window: 64240, Options: []layers.TCPOption{
		{OptionType: layers.TCPOptionKindMSS, OptionData: []byte{5, 180}},
		{OptionType: layers.TCPOptionKindSACKPermitted},
		{OptionType: layers.TCPOptionKindTimestamps, OptionData: []byte{0, 0, 0, 9, 0, 0, 0, 0}},
		{OptionType: layers.TCPOptionKindNop},
		{OptionType: layers.TCPOptionKindWindowScale, OptionData: []byte{7}},
	}}
}

// quotes4 are IPv4 datagrams, as errors quote them.
func quotes4() [][]byte {
	payload := gopacket.Payload("twenty bytes of data")
	good := datagram4(nil, udp(40112, 40113), payload)
	badSum := datagram4(nil, udp(40112, 40113), payload)
	badSum[26] ^= 1
	noSum := datagram4(nil, udp(40112, 40113), payload)
	noSum[26], noSum[27] = 0, 0
	badTCP := datagram4(nil, synTCP())
	badTCP[37] ^= 1
	return [][]byte{
		good,
		good[:28], // as RFC 792 has it
		good[:27], good[:24], good[:23], good[:20],
		badSum, noSum,
		datagram4(func(ip *layers.IPv4) { ip.TOS, ip.Flags, ip.Id = 0x2e, layers.IPv4DontFragment, 0xffff }, udp(1, 2)),
		datagram4(func(ip *layers.IPv4) { ip.Flags = layers.IPv4MoreFragments }, udp(40112, 40113), payload),
		datagram4(func(ip *layers.IPv4) { ip.FragOffset = 185 }, udp(40112, 40113), payload),
		datagram4(func(ip *layers.IPv4) {
			ip.Options = []layers.IPv4Option{{OptionType: 148, OptionLength: 4, OptionData: []byte{0, 0}}}
		}, udp(40112, 40113), payload),
		datagram4(nil, synTCP()), datagram4(nil, synTCP())[:28], datagram4(nil, synTCP())[:40], datagram4(nil, synTCP())[:44],
		datagram4(nil, synTCP())[:22], badTCP,
		datagram4(nil, &layers.TCP{SrcPort: 40112, DstPort: 445, Seq: 7, RST: true, ECE: true, URG: true, Urgent: 9}),
		datagram4(nil, &layers.TCP{SrcPort: 40112, DstPort: 446, Seq: 7, PSH: true}, payload),
		datagram4(nil, forge.Echo4(8, 4660, 7), payload),
		datagram4(nil, forge.Echo4(0, 4660, 7), payload)[:28],
		datagram4(proto(253), payload), datagram4(proto(7), payload)[:22],
		datagram4(proto(58), payload), datagram4(proto(50), payload), datagram4(proto(50), payload)[:27],
	}
}

// strange4 are no IPv4 datagrams, or say so.
func strange4() (quotes [][]byte) {
	for _, change := range []struct {
		at int
		to byte
	}{{0, 0x44}, {0, 0x65}, {0, 0x75}, {0, 0x4f}, {3, 16}, {3, 0}, {3, 19}} {
		q := datagram4(nil, udp(40112, 40113), gopacket.Payload("twenty bytes of data"))
		q[change.at] = change.to
		quotes = append(quotes, q)
	}
	return append(quotes, quotes[0][:19], quotes[0][:3])
}

// An ICMPv4 error and what it quotes are tcpdump's, at every level of detail.
func TestErrorLinesAreTcpdumps(t *testing.T) {
	var frames [][]byte
	for _, q := range quotes4() {
		frames = append(frames, message4(11, 0, 0, q), message4(12, 0, 20<<24, q), message4(4, 0, 0, q))
		if len(q) >= 24 && q[6]&0x1f|q[7] == 0 { // else tcpdump has no port, or one of something else
			frames = append(frames, message4(3, 3, 0, q), message4(3, 1, 0, q), message4(5, 1, 0x0a0000fe, q))
		}
	}
	for code := range uint8(20) {
		frames = append(frames, message4(3, code, 1400, quotes4()[0]), message4(3, code, 0, quotes4()[0]),
			message4(5, code, 0x0a0000fe, quotes4()[0]), message4(11, code, 0, quotes4()[0]), message4(12, code, 0, quotes4()[0]))
	}
	for _, q := range strange4() {
		frames = append(frames, message4(12, 0, 20<<24, q), message4(4, 0, 0, q))
	}
	wrong := message4(11, 0, 0, quotes4()[0])
	wrong[14+20+2] ^= 0x40
	frames = append(frames, wrong)
	for _, level := range []string{"-n", "-v", "-vv", "-vvv", "-ev"} {
		t.Run(level, func(t *testing.T) { sameLines(t, frames, level) })
	}
}

// The ICMPv6 errors are tcpdump's, which shows nothing of what they quote.
func TestError6LinesAreTcpdumps(t *testing.T) {
	var frames [][]byte
	for _, l := range []gopacket.SerializableLayer{udp(40112, 53), synTCP()} {
		for code := range uint8(12) {
			for _, typ := range []uint8{1, 2, 3, 4} {
				frames = append(frames, message6(typ, code, 1280, quoted(6, l)))
			}
		}
	}
	wrong := message6(3, 0, 0, quoted(6, udp(1, 2)))
	wrong[14+40+2] ^= 0x40
	frames = append(frames, wrong)
	for _, level := range []string{"-n", "-v", "-vv"} {
		t.Run(level, func(t *testing.T) { sameLines(t, frames, level) })
	}
}

// Queries, replies and router advertisements are tcpdump's.
func TestQuery4LinesAreTcpdumps(t *testing.T) {
	frames := [][]byte{
		message4(13, 0, 0x12340007, make([]byte, 12)),
		message4(14, 0, 0x12340007, forge.Hex("00000001 02932e00 0526 5bff")),
		message4(14, 0, 0x12340007, forge.Hex("80000002 ffffffff 00000000")),
		message4(15, 0, 0x12340007, nil), message4(16, 0, 0x12340007, nil),
		message4(17, 0, 0x12340007, forge.Hex("00000000")), message4(18, 0, 0x12340007, forge.Hex("fffff800")),
		message4(10, 0, 0, nil),
		message4(9, 0, 0x02020708, forge.Hex("0a000001 00000000 0a000002 80000000")),
		message4(9, 0, 0x0002003b, nil), message4(9, 0, 0x0002ffff, nil), message4(9, 0, 0x0102003c, forge.Hex("0a000001 00000005")),
		message4(9, 0, 0x01030e10, forge.Hex("0a000001 00000005 00000000")),
		message4(9, 16, 0x01020e0f, forge.Hex("0a000001 00000005 100a 0001 0708 9000 c0000201")), // a mobility agent
		message4(42, 0, 0x12340701, forge.Hex("2000 dcee 0008 0302 00000007")), message4(43, 2, 0x12340740, nil),
	}
	for _, level := range []string{"-n", "-vv"} {
		t.Run(level, func(t *testing.T) {
			if level == "-vv" {
				frames = frames[:len(frames)-2] // it knows nothing of PROBE
			}
			sameLines(t, frames, level)
		})
	}
}

// An extension structure is tcpdump's where it is behind 128 bytes, with one label.
func TestExtensionLinesAreTcpdumps(t *testing.T) {
	quote := append(quotes4()[1], make([]byte, 100)...)
	with := func(extension string) []byte { return append(quote[:128:128], forge.Hex(extension)...) }
	sameLines(t, [][]byte{
		message4(11, 0, 32<<16, with("2000 c819 0008 0101 05dc1101")),
		message4(11, 0, 0, with("2000 c819 0008 0101 05dc1101")),
		message4(11, 0, 0, with("2000 c818 0008 0101 05dc1101")),
		message4(3, 1, 32<<16, with("2000 1234 0008 0101 05dc1001")),
		message4(12, 0, 20<<24|32<<16, with("2000 1234 0008 0101 05dc1101 0008 f703 01020304")),
		message4(3, 13, 32<<16, with("1000 1234 0008 0101 05dc1101")),
	}, "-v")
}

// A packet of nested errors made tcpdump print 477 KB. It is a line of bounded length.
func TestNestedErrorsAreOneLine(t *testing.T) {
	var nested []byte
	for len(nested)+28 <= 65000 {
		ip := forge.IP4("10.0.0.5", "192.0.2.9")
		ip.Protocol = layers.IPProtocolICMPv4
		nested = forge.Frame(ip, &layers.ICMPv4{TypeCode: layers.CreateICMPv4TypeCode(11, 0)}, gopacket.Payload(nested))
	}
	frame := append(forge.Hex("020000000001 020000000077 0800"), nested...)
	labels := append([]byte{0x20, 0, 0, 0, 0xef, 0x00, 1, 1}, make([]byte, 0xef00-4)...)
	stack := message4(11, 0, 32<<16, append(append(quotes4()[1], make([]byte, 100)...), labels...))
	objects := []byte{0x20, 0, 0, 0}
	for len(objects) < 60000 {
		objects = append(objects, 0, 4, 0xf7, 0)
	}
	many := message4(11, 0, 32<<16, append(append(quotes4()[1], make([]byte, 100)...), objects...))
	path := filepath.Join(t.TempDir(), "nested.pcap")
	if err := writeCapture(path, []captured{{frame: frame}, {frame: stack}, {frame: many}}); err != nil {
		t.Fatal(err)
	}
	for _, options := range []string{"-q", "-v", "-vv", "-vvv"} {
		out := stdoutOf(t, exec.Command("icmpdump", options, "-r", path))
		lines := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
		if len(lines) != 3 {
			t.Fatalf("%s: %d lines for three packets", options, len(lines))
		}
		for i, line := range lines {
			if len(line) > 4096 {
				t.Errorf("%s: line %d is %d bytes long", options, i+1, len(line))
			}
		}
	}
}
