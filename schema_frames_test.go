package main

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"github.com/gopacket/gopacket/layers"

	"icmpdump/internal/forge"
)

// schemaFiles are captures of packets that between them have all there is to say in JSON.
func schemaFiles(t *testing.T) (paths []string) {
	t.Helper()
	dir := t.TempDir()
	write := func(name string, link layers.LinkType, frames []captured) {
		path := filepath.Join(dir, name)
		if err := writeCaptureOf(path, uint32(link), frames); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	write("sorts", layers.LinkTypeEthernet, everySort())
	write("pings", layers.LinkTypeEthernet, captures["pings"]())
	write("rare", layers.LinkTypeEthernet, rareSorts())

	ofLink := make([][]captured, len(forge.Links))
	for link, frame := range forge.Each(1) {
		ofLink[link] = append(ofLink[link], captured{frame: frame})
	}
	for i, link := range forge.Links {
		write(fmt.Sprint("link", link), link, ofLink[i])
	}

	r := rand.New(rand.NewPCG(1, 0))
	whole, damaged := make([]captured, 3000), make([]captured, 1000)
	for i := range whole {
		whole[i] = captured{at: time.Duration(i) * 10 * time.Millisecond, frame: forge.Random(r)} // some get lost
	}
	for i := range damaged {
		damaged[i] = captured{frame: forge.Damaged(r, whole[i].frame), cut: r.IntN(2)}
	}
	write("random", layers.LinkTypeEthernet, whole)
	write("damaged", layers.LinkTypeEthernet, damaged)
	return paths
}

// rareSorts are packets with what random ones do not have.
func rareSorts() (frames []captured) {
	add := func(frame []byte) { frames = append(frames, captured{frame: frame}) }
	zero := make([]byte, 8)
	addr := address6("2001:db8::9")

	for _, option := range [][]byte{
		forge.NDOption(6, []byte{9, 0}),
		forge.NDOption(11, []byte{0, 0}, addr, zero, []byte{1, 0x30, 1, 0}),
		forge.NDOption(12, []byte{0, 0}, addr, zero),
		forge.NDOption(20, []byte{0, 1, 0, 0, 0, 0}, addr),
		forge.NDOption(21, []byte{0xe0, 3, 0, 7, 1, 'a', 0}),
		forge.NDOption(23, []byte{0x1f, 0x80, 0, 0, 0x0e, 0x10}, addr),
		forge.NDOption(27, []byte{0, 0x10}, zero),
		forge.NDOption(28, []byte{0, 0x10, 0x0e, 0x10}, zero),
		forge.NDOption(29, []byte{1, 2, 3, 4}),
		forge.NDOption(33, []byte{0, 5, 7, 9, 0, 60}, zero), // with a TID
		forge.NDContext("2001:db8::", 64, 0x10, 60),
		forge.NDOption(144, []byte{0, 1, 0, 0, 0x0e, 0x10, 0, 3, 1, 'a', 0, 0, 16}, addr, []byte{0, 1, 2}),
		forge.NDOption(36, zero),
		forge.NDOption(3, zero[:6]),                           // too short
		forge.NDOption(31, zero[:6], []byte{1, 'a', 0, 0xc0}), // a pointer, which is no name
	} {
		add(message6(135, 0, 0, append(address6("fe80::9"), option...)))
	}
	add(message6(157, 1, 9<<16|60, append(zero, addr...))) // extended
	add(message6(139, 0, 0, zero[:4]))                     // who are you?
	add(message6(139, 0, 0, append(zero, 0xca, 0xfe)))
	add(message6(140, 0, 3<<16, append(make([]byte, 12), addr...)))
	add(message6(150, 0, 7<<24, zero))
	add(message6(159, 0, 0x07048008, []byte{5, 0, 1, 0x40}))

	add(message6(155, 4, 0x1e018040, addr))
	add(message6(155, 5, 0x1e014000, addr))
	add(message6(155, 6, 0x1e018000, nil))
	add(message6(155, 7, 0x1e400109, addr))
	metrics := forge.RPLOption(2, []byte{7, 0, 2, 2, 0, 128, 3, 0, 1}) // and less than one
	add(message6(155, 0, 0, append([]byte{1, 0}, metrics...)))

	ack := forge.Message4(3, 3, 0, quoted(4, &layers.TCP{SrcPort: 443, DstPort: 40112, ACK: true}))
	add(forge.Link(layers.LinkTypeEthernet, ack.Datagram("10.0.0.9", "10.0.0.5")))
	for _, object := range [][]byte{
		forge.Object(4, 1, []byte{0, 0, 0, 40}),
		forge.Object(3, 3, []byte{0, 6, 6, 0}, zero), // by a MAC address
	} {
		m := forge.Error6(1, 4, 0, quoted(6, &layers.UDP{SrcPort: 40112, DstPort: 53}), object)
		add(forge.Link(layers.LinkTypeEthernet, m.Datagram("2001:db8::1", "2001:db8::5")))
	}

	add(message6(155, 1, 0, append(make([]byte, 20), forge.RPLOption(3, zero[:2])...))) // too short for a route
	offloaded := echoFrame(8, 1)
	offloaded[16], offloaded[17] = 0, 0 // the length that segmentation offload leaves to the card
	add(offloaded)

	ip := forge.IP4("10.0.0.9", "10.0.0.5")
	ip.Options = []layers.IPv4Option{{OptionType: 68, OptionLength: 12, OptionData: []byte{13, 1, 10, 0, 0, 1, 0, 0, 0, 9}}}
	add(forge.Frame(forge.Ether(anyMAC), ip, forge.Echo4(8, 1, 2)))
	ip.Options = []layers.IPv4Option{{OptionType: 68, OptionLength: 3, OptionData: []byte{5}}} // too short
	add(forge.Frame(forge.Ether(anyMAC), ip, forge.Echo4(8, 1, 2)))
	ip6 := forge.IP6("2001:db8::1", "2001:db8::5")
	ip6.NextHeader = layers.IPProtocolIPv6HopByHop
	add(forge.Frame(forge.Ether(anyMAC), ip6,
		&forge.Ext{Proto: 0, Next: 135, Body: []byte{5, 2, 0, 0, 0, 0}},
		&forge.Ext{Proto: 135, Next: 139, Body: []byte{0, 5, 0, 0, 0, 0}},
		&forge.Ext{Proto: 139, Next: 60, Body: make([]byte, 38)},
		&forge.Ext{Proto: 60, Next: 58, Body: []byte{194, 4, 0, 1, 0, 0}}, // no jumbo: not hop-by-hop
		forge.ICMP6(128, 0), forge.IDSeq(1, 2)))
	return frames
}
