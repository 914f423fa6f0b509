package main

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gopacket/gopacket"

	"icmpdump/internal/forge"
	"icmpdump/internal/lab"
)

// datagrams are IPv4 and IPv6 echoes, as long as that.
func datagrams(size int) [][]byte {
	data := gopacket.Payload(bytes.Repeat([]byte{'a', 0, ' ', '\r', '\n', '\t', 0x7f, 0xff, '~', '\r'}, size)[:size])
	return [][]byte{
		forge.Frame(forge.IP4("10.0.0.9", "10.0.0.5"), forge.Echo4(8, 1, 2), data),
		forge.Frame(forge.IP6("2001:db8::1", "2001:db8::5"), forge.ICMP6(128, 0), forge.IDSeq(1, 2), data),
	}
}

// Each link header of -e is tcpdump's.
func TestLinkHeadersAreTcpdumps(t *testing.T) {
	for _, tt := range []struct {
		name     string
		link     uint32
		ip4, ip6 string // the link header before each
	}{
		{"Ethernet", linkEthernet, "020000000001 0200000000ff 0800", "333300000001 020000000077 86dd"},
		{"tag", linkEthernet, "020000000001 020000000077 8100 0007 0800", "020000000001 020000000077 8100 f007 86dd"},
		{"tags", linkEthernet, "020000000001 020000000077 88a8 0064 8100 600a 0800", "020000000001 020000000077 9100 0001 8100 0002 8100 0fff 86dd"},
		{"raw", 101, "", ""},
		{"null", 0, "02000000", "0000001e"},
		{"loop", 108, "00000002", "00000018"},
		{"cooked", 113, "0004 0001 0006 0200000000010000 0800", "0000 0304 0000 0000000000000000 86dd"},
		{"cooked, a tag", 113, "0001 0001 0006 0200000000010000 8100 0007 0800", "0002 0001 0006 0200000000010000 8100 0007 86dd"},
		{"cooked, version 2", 276, "0800 0000 00000001 0304 04 06 0200000000010000", "86dd 0000 00000001 0304 00 00 0000000000000000"},
	} {
		ds := datagrams(3)
		frames := []captured{{frame: append(forge.Hex(tt.ip4), ds[0]...)}, {frame: append(forge.Hex(tt.ip6), ds[1]...)}}
		want, got := bothOutputs(t, tt.link, frames, "-e", "-t")
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: (-tcpdump +icmpdump)\n%s", tt.name, diff)
		}
	}
}

// Dumps are tcpdump's byte for byte, whatever the length of a packet.
func TestDumpsAreTcpdumps(t *testing.T) {
	var frames []captured
	for size := range 37 {
		for i, d := range datagrams(size) {
			frame := append(forge.Hex("020000000001 020000000077 8100 0007 "+[]string{"0800", "86dd"}[i]), d...)
			frames = append(frames, captured{frame: frame}, captured{frame: append(slices.Clip(frame), "padding\x00"...)})
		}
	}
	large := datagrams(65000)
	frames = append(frames, captured{frame: append(forge.Hex("020000000001 020000000077 0800"), large[0]...)})
	cut := append(forge.Hex("020000000001 020000000077 0800"), large[0]...)
	frames = append(frames, captured{frame: cut[:90], cut: len(cut) - 90})
	for _, options := range []string{"-x", "-xx", "-X", "-XX", "-A", "-AA", "-e -x", "-x -A -X", "-A -xx"} {
		want, got := bothOutputs(t, linkEthernet, frames, append(strings.Fields(options), "-tttt", "-#")...)
		if diff := cmp.Diff(strings.Split(want, "\n"), strings.Split(got, "\n")); diff != "" {
			t.Errorf("%s: (-tcpdump +icmpdump)\n%s", options, diff)
		}
	}
}

// Times with nanoseconds, in every style, are tcpdump's.
func TestNanosecondsAreTcpdumps(t *testing.T) {
	var frames []captured
	for i := range uint16(4) {
		frames = append(frames, captured{at: time.Duration(i) * 1_123_456_789, frame: echoFrame(8, i)})
	}
	for _, style := range []string{"-tt", "-ttt", "-tttt", "-ttttt", "-n"} {
		for _, precision := range []string{"--nano", "--micro", "--time-stamp-precision=nano", "--time-stamp-precision=micro"} {
			want, got := bothOutputs(t, linkEthernet, frames, style, precision)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s %s: (-tcpdump +icmpdump)\n%s", style, precision, diff)
			}
		}
	}
}

// A tag that the kernel takes out of a received frame is back in its place, in the link header
// and in the bytes, as it is in tcpdump.
func TestStrippedTagIsPutBack(t *testing.T) {
	lab.NeedTcpdump(t)
	a, b := lab.Pair(t)
	dst := a.Iface("va").HardwareAddr
	theirs := lab.Start(t, a.Command("tcpdump", "-n", "-t", "-l", "--immediate-mode", "-i", "va", "-e", "-xx", "vlan"), "listening on")
	ours := watching(t, a, "-q", "-t", "-i", "va", "-e", "-xx")
	service := forge.Frame(forge.Ether(dst), forge.Tag(100), forge.Tag(10), forge.IP4("10.0.0.8", "10.0.0.9"), forge.Echo4(8, 77, 2))
	service[12], service[13] = 0x88, 0xa8
	b.Send("vb", forge.Frame(forge.Ether(dst), forge.Tag(10), forge.IP4("10.0.0.8", "10.0.0.9"), forge.Echo4(8, 77, 1)), service)
	theirs.WaitFor(2, "vlan 10,")
	ours.WaitFor(2, "vlan 10,")
	want, _ := theirs.Interrupt()
	got, stderr := ours.Interrupt()
	checkBooks(t, stderr)
	// Neighbor discovery, without a tag, may stand before and behind.
	if w, g := strings.TrimSpace(strings.Join(texts(want), "\n")), strings.Join(texts(got), "\n"); len(want) < 10 || !strings.Contains(g, w) {
		t.Errorf("tcpdump:\n%s\nicmpdump:\n%s", w, g)
	}
}
