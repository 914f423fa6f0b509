package filter_test

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"net"
	"slices"
	"sync"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"

	"icmpdump/internal/forge"
)

// A sample is an Ethernet frame with all its tags in it. Its source address ends in its number, so that
// it is told from all others.
type sample struct {
	name  string
	data  []byte
	plain plainFrame
}

var (
	someMAC = net.HardwareAddr{2, 0, 0, 0, 0, 1}
	allMAC  = net.HardwareAddr{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}
)

// samples are frames of all kinds, the same each time.
var samples = sync.OnceValue(func() []sample {
	var all []sample
	add := func(name string, data []byte) {
		data = slices.Clone(data)
		n := len(all)
		data[9], data[10], data[11] = byte(n>>16), byte(n>>8), byte(n)
		all = append(all, sample{fmt.Sprintf("%d: %s", n, name), data, plain(data)})
	}
	plain := slices.Concat(frames4(), frames6(), framesOther())
	for _, s := range plain {
		add(s.name, s.data)
	}
	for i, s := range plain {
		add("tag 10, "+s.name, tagged(s.data, 0x8100, 10))
		add("tag 100, "+s.name, tagged(s.data, 0x8100, 0x6064)) // with a priority
		if i%2 == 0 {
			add("tags 100 and 10, "+s.name, tagged(tagged(s.data, 0x8100, 10), 0x88a8, 100))
		}
	}
	for i, s := range plain {
		if i%3 == 0 && binary.BigEndian.Uint16(s.data[12:]) > 1500 {
			add("SNAP, "+s.name, forge.SNAP(s.data))
		}
	}
	for _, s := range plain {
		for n := 14; n < len(s.data) && n < 90; n += 1 + n%3 + len(s.data)/40 {
			add(fmt.Sprintf("%d bytes of %s", n, s.name), s.data[:n])
		}
	}
	r := rand.New(rand.NewPCG(6, 0))
	for _, kind := range forge.Kinds {
		for range 2 {
			add("any "+kind.Name, kind.Frame(r))
		}
	}
	for range 100 {
		if damaged := forge.Damaged(r, forge.Random(r)); len(damaged) >= 14 {
			add("damaged", damaged)
		}
	}
	return all
})

// tagged is a frame with one tag more, the outermost.
func tagged(frame []byte, tpid, tci uint16) []byte {
	tag := binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16(nil, tpid), tci)
	return slices.Concat(frame[:12], tag, frame[12:])
}

// built is a frame of layers, to dst.
func built(name string, dst net.HardwareAddr, ls ...gopacket.SerializableLayer) sample {
	return sample{name: name, data: forge.Frame(append([]gopacket.SerializableLayer{forge.Ether(dst)}, ls...)...)}
}

// ip4 is an IPv4 header that f has changed.
func ip4(src, dst string, f func(*layers.IPv4)) *layers.IPv4 {
	h := forge.IP4(src, dst)
	f(h)
	return h
}

func ip6(src, dst string, f func(*layers.IPv6)) *layers.IPv6 {
	h := forge.IP6(src, dst)
	f(h)
	return h
}

func frames4() []sample {
	echo := forge.Echo4(8, 77, 1)
	data := gopacket.Payload(slices.Repeat([]byte("data "), 12))
	frames := []sample{
		built("echo", someMAC, forge.IP4("10.0.0.1", "10.0.0.2"), echo, data),
		built("echo back", someMAC, forge.IP4("10.0.0.2", "10.0.0.1"), forge.Echo4(0, 77, 1), data),
		built("echo of another", someMAC, forge.IP4("10.9.3.4", "198.51.100.7"), forge.Echo4(8, 1234, 99)),
		built("large echo", someMAC, forge.IP4("10.1.2.3", "192.168.1.200"), forge.Echo4(8, 7, 65535), gopacket.Payload(make([]byte, 900))),
		built("echo to all", allMAC, forge.IP4("10.0.0.5", "255.255.255.255"), echo),
		built("echo to network", allMAC, forge.IP4("10.0.0.5", "10.0.0.255"), echo),
		built("echo to nobody", someMAC, forge.IP4("10.0.0.5", "0.0.0.0"), echo),
		built("echo to a group", net.HardwareAddr{1, 0, 0x5e, 0, 0, 1}, forge.IP4("10.0.0.5", "224.0.0.1"), echo),
		built("options", someMAC, ip4("10.0.0.1", "10.0.0.2", func(h *layers.IPv4) {
			h.Options = []layers.IPv4Option{{OptionType: 148, OptionLength: 4, OptionData: []byte{0, 0}}}
		}), echo, data),
		built("more options", someMAC, ip4("10.0.0.1", "10.0.0.3", func(h *layers.IPv4) {
			h.Options = []layers.IPv4Option{{OptionType: 7, OptionLength: 39, OptionData: append([]byte{4}, make([]byte, 36)...)}, {OptionType: 0}}
		}), forge.Echo4(0, 78, 2), data),
		built("first fragment", someMAC, ip4("10.0.0.1", "10.0.0.2", func(h *layers.IPv4) { h.Flags = layers.IPv4MoreFragments }), echo, data),
		built("don't fragment", someMAC, ip4("10.0.0.1", "10.0.0.2", func(h *layers.IPv4) { h.Flags, h.TTL, h.TOS = layers.IPv4DontFragment, 1, 0xb8 }), echo),
		built("far", someMAC, ip4("10.0.0.1", "10.0.0.2", func(h *layers.IPv4) { h.TTL, h.Id = 255, 4711 }), forge.Echo4(0, 77, 3)),
		built("UDP", someMAC, forge.IP4("10.0.0.1", "10.0.0.2"), &layers.UDP{SrcPort: 40000, DstPort: 53}, data),
		built("UDP of another", someMAC, forge.IP4("10.9.0.1", "10.0.0.2"), &layers.UDP{SrcPort: 8, DstPort: 0}),
		built("TCP", someMAC, forge.IP4("10.0.0.1", "198.51.100.7"), &layers.TCP{SrcPort: 50000, DstPort: 80, SYN: true}),
		built("TCP back", someMAC, forge.IP4("198.51.100.7", "10.0.0.1"), &layers.TCP{SrcPort: 80, DstPort: 50000, SYN: true, ACK: true}),
	}
	for _, proto := range []layers.IPProtocol{2, 4, 41, 47, 50, 51, 58, 89, 103, 112, 132} {
		frames = append(frames, built(fmt.Sprintf("protocol %d", proto), someMAC,
			ip4("10.0.0.1", "10.0.0.2", func(h *layers.IPv4) { h.Protocol = proto }), gopacket.Payload(slices.Repeat([]byte{58, 4, 0, 53}, 8))))
	}
	for _, offset := range []uint16{1, 185} {
		for _, proto := range []layers.IPProtocol{1, 6, 17} {
			frames = append(frames, built(fmt.Sprintf("later fragment of protocol %d", proto), someMAC,
				ip4("10.0.0.1", "10.0.0.2", func(h *layers.IPv4) { h.FragOffset, h.Protocol = offset, proto }), gopacket.Payload("\x08\x00fragment")))
		}
	}
	for _, tc := range [][2]uint8{{3, 0}, {3, 1}, {3, 3}, {3, 13}, {4, 0}, {5, 1}, {11, 0}, {12, 0}} {
		for name, quote := range quotes4() {
			m := forge.Message4(tc[0], tc[1], 0, quote)
			frames = append(frames, sample{name: fmt.Sprintf("error %d/%d about %s", tc[0], tc[1], name),
				data: forge.Link(layers.LinkTypeEthernet, m.Datagram("10.0.0.9", "10.0.0.1"))})
		}
	}
	for _, typ := range []uint8{9, 10, 13, 14, 15, 16, 17, 18, 30, 42, 43, 200} {
		frames = append(frames, sample{name: fmt.Sprintf("type %d", typ),
			data: forge.Link(layers.LinkTypeEthernet, forge.Message4(typ, 0, 0x004d0001, make([]byte, 16)).Datagram("10.0.0.7", "10.0.0.8"))})
	}
	slices.SortStableFunc(frames, byName) // of the errors, which a map brought
	return frames
}

func byName(x, y sample) int {
	switch {
	case x.name < y.name:
		return -1
	case x.name > y.name:
		return 1
	}
	return 0
}

// quotes4 are datagrams that an error can be about.
func quotes4() map[string][]byte {
	return map[string][]byte{
		"UDP":  forge.Frame(forge.IP4("10.0.0.1", "192.0.2.9"), &layers.UDP{SrcPort: 40112, DstPort: 53}),
		"TCP":  forge.Frame(forge.IP4("10.0.0.5", "198.51.100.7"), &layers.TCP{SrcPort: 50000, DstPort: 443})[:28],
		"echo": forge.Frame(forge.IP4("10.0.0.1", "10.9.0.1"), forge.Echo4(8, 77, 5)),
	}
}

func quotes6() map[string][]byte {
	return map[string][]byte{
		"UDP":                 forge.Frame(forge.IP6("2001:db8::1", "2001:db8:ff::9"), &layers.UDP{SrcPort: 40112, DstPort: 53}),
		"echo":                forge.Frame(forge.IP6("fd00::1", "fd00::2"), forge.ICMP6(128, 0), forge.IDSeq(77, 5)),
		"echo behind options": forge.Frame(forge.IP6("fd00::1", "fd00::3"), forge.Pad(6), forge.ICMP6(128, 0), forge.IDSeq(77, 6)),
	}
}
