package main

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"

	"icmpdump/internal/forge"
	"icmpdump/internal/lab"
)

// An office is a minute of a small network, as a screen is to show it: packets in the order of time, the same each time.
type office struct{ packets []captured }

func (o *office) add(at time.Duration, datagram []byte) {
	o.packets = append(o.packets, captured{at: at, frame: datagram})
}

// ping has requests come a second apart, and of each what fates says became of it: "." an answer, "x" none, "d" two,
// "l" one that is late. Answers take rtt, and up to a quarter more.
func (o *office) ping(at, rtt time.Duration, asker, asked string, ttl uint8, id uint16, fates string) {
	data := make([]byte, 56)
	for i, fate := range fates {
		seq, sent := uint16(i+1), at+time.Duration(i)*time.Second+time.Duration(i%7)*61*time.Microsecond
		took := rtt + rtt*time.Duration(i*37%100)/400
		o.add(sent, echo(asker, asked, true, 64, id, seq, data))
		answer := echo(asked, asker, false, ttl, id, seq, data)
		switch fate {
		case 'd':
			o.add(sent+took+2*time.Millisecond, answer)
			fallthrough
		case '.':
			o.add(sent+took, answer)
		case 'l':
			o.add(sent+replyTimeout+took, answer)
		}
	}
}

// trace is a traceroute: three datagrams to each hop, of which each says that it is one too many, and the last that
// nobody listens.
func (o *office) trace(at time.Duration, here, there string, hops ...string) {
	port := layers.UDPPort(33434)
	for i, hop := range append(hops, there) {
		for range 3 {
			ip := forge.IP4(here, there)
			ip.TTL = uint8(i + 1)
			datagram := forge.Frame(ip, &layers.UDP{SrcPort: 41822, DstPort: port}, gopacket.Payload(make([]byte, 32)))
			sorry := forge.Error4(11, 0, 0, datagram)
			if hop == there {
				sorry = forge.Error4(3, 3, 0, datagram)
			}
			at += 9 * time.Millisecond
			o.add(at, sorry.Datagram(hop, here))
			port++
		}
	}
}

// theOffice is what happens there.
func theOffice() []captured {
	const (
		desk, router, second = "192.0.2.5", "192.0.2.1", "192.0.2.2"
		desk6, router6       = "2001:db8:2::5", "2001:db8:2::1"
		link, routerLink     = "fe80::5054:ff:fe12:5", "fe80::1"
	)
	o := &office{}
	o.ping(0, 310*time.Microsecond, desk, router, 64, 8120, strings.Repeat(".", 60))
	o.ping(200*time.Millisecond, 11700*time.Microsecond, desk, "198.51.100.7", 57, 8131, "......x.........xxx.............x..xx.....")
	o.ping(400*time.Millisecond, 143*time.Millisecond, desk, "203.0.113.80", 49, 8140, ".d....d....l......dd....l....d..l..d..x.d.")
	o.ping(600*time.Millisecond, 8300*time.Microsecond, desk6, "2001:db8:ff:10:20:30:40:53", 58, 21, strings.Repeat(".", 60))
	o.ping(22800*time.Millisecond, 27100*time.Microsecond, desk6, "2001:db8:4:1::7", 55, 22, "...............xx.........x........x..")
	for i := range 5 {
		ask := echo(desk, "203.0.113.9", true, 64, 8152, uint16(i+1), make([]byte, 56))
		at := 20*time.Second + time.Duration(i)*time.Second
		o.add(at, ask)
		o.add(at+3020*time.Microsecond, forge.Error4(3, 1, 0, ask).Datagram("203.0.113.1", desk))
	}
	go53 := func(at time.Duration, port layers.UDPPort) {
		ask := forge.Frame(forge.IP4(desk, "192.0.2.53"), &layers.UDP{SrcPort: port, DstPort: 53}, gopacket.Payload(make([]byte, 33)))
		o.add(at, forge.Error4(3, 3, 0, ask).Datagram("192.0.2.53", desk))
	}
	go53(30100*time.Millisecond, 40112)
	go53(30200*time.Millisecond, 51907)
	go53(59350*time.Millisecond, 38440)
	far := forge.Frame(forge.IP4(desk, "198.51.100.200"), &layers.UDP{SrcPort: 123, DstPort: 123}, gopacket.Payload(make([]byte, 48)))
	o.add(40500*time.Millisecond, forge.Error4(5, 1, 0xc0000202, far).Datagram(router, desk))
	big := forge.Frame(forge.IP6(desk6, "2001:db8:4:1::7"), &layers.TCP{SrcPort: 50022, DstPort: 443, ACK: true}, gopacket.Payload(make([]byte, 1180)))
	o.add(41*time.Second, forge.Error6(2, 0, 1400, big).Datagram(router6, desk6))
	o.trace(45*time.Second, desk, "198.51.100.7", router, "203.0.113.1", "203.0.113.254")
	o.add(50*time.Second, forge.NeighborSolicit6(routerLink, forge.NDSource(anyMAC)).Datagram(link, "ff02::1:ff00:1"))
	o.add(50*time.Second+470*time.Microsecond, forge.NeighborAdvert6(7, routerLink, forge.NDTarget(anyMAC)).Datagram(routerLink, link))
	o.add(52*time.Second, forge.RouterAdvert6(layers.ICMPv6RouterAdvertisement{HopLimit: 64, RouterLifetime: 1800},
		forge.NDPrefix("2001:db8:2::", 64, 6, 86400, 14400)).Datagram(routerLink, "ff02::1"))
	slices.SortStableFunc(o.packets, func(a, b captured) int { return int(a.at - b.at) })
	return o.packets
}

// openOffice is a terminal in whose folder the office's packets are in a file of this name.
func openOffice(t *testing.T, width, height int) (m *lab.Tmux, file string) {
	t.Helper()
	dir := t.TempDir()
	if err := writeCaptureOf(filepath.Join(dir, "office.pcap"), linkRaw, theOffice()); err != nil {
		t.Fatal(err)
	}
	m = lab.OpenTmux(t, width, height)
	m.Run("cd " + dir + "; export TZ=UTC TERM=tmux-256color; clear")
	m.WaitPrompt()
	return m, "office.pcap"
}

// browse shows the office's packets on the full screen, and waits until it has them all.
func browse(t *testing.T, width, height int) *lab.Tmux {
	t.Helper()
	m, file := openOffice(t, width, height)
	m.Run("icmpdump top -r " + file)
	m.WaitText("509 packets")
	return m
}

// settled is the screen once it does not change any more.
func settled(m *lab.Tmux) string {
	const quiet = 600 * time.Millisecond // more than two looks, of which there are four a second
	var last string
	since := time.Now()
	return m.WaitScreen("a screen that stays", func(screen string) bool {
		if screen != last {
			last, since = screen, time.Now()
		}
		return time.Since(since) > quiet
	})
}

// The screens in the documents are what is to be seen. make screens writes them.
func TestScreenshots(t *testing.T) {
	m := browse(t, 100, 30)
	lab.GoldenPart(t, "README.md", "icmpdump top", settled(m))

	m = browse(t, 80, 24)
	lab.GoldenPart(t, "docs/screen.md", "the list", settled(m))
	m.Keys("j", "Enter")
	m.WaitText("Esc back")
	lab.GoldenPart(t, "docs/screen.md", "a flow", settled(m))
	m.Keys("?")
	m.WaitText("any key closes this")
	lab.GoldenPart(t, "docs/screen.md", "the keys", settled(m))

	m, file := openOffice(t, 160, 13)
	m.Run("clear; (cat " + file + "; sleep 1000) | icmpdump -r -")
	m.WaitText(" 0/s  req 247 ")
	_, stream, _ := strings.Cut(settled(m), "\n")
	lab.GoldenPart(t, "README.md", "icmpdump", stream)
}
