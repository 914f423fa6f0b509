package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"

	"icmpdump/internal/forge"
)

// linkRaw is the number of frames without a link header in a capture file.
const linkRaw = 101

// readmePackets are those of the README's examples: two pings, the second of which ends on its
// way, and a datagram to a port where nobody listens.
func readmePackets(t *testing.T) (frames []captured) {
	const here, router, beyond = "192.0.2.5", "192.0.2.1", "198.51.100.7"
	add := func(clock string, datagram []byte) {
		at, err := time.Parse(time.DateTime, "2026-11-21 "+clock)
		if err != nil {
			t.Fatal(err)
		}
		frames = append(frames, captured{at: at.Sub(begin), frame: datagram})
	}
	ask := func(ttl uint8, id, seq uint16) []byte {
		return echo(here, beyond, true, ttl, id, seq, make([]byte, 56))
	}
	answer := func(seq uint16) []byte { return echo(beyond, here, false, 63, 8131, seq, make([]byte, 56)) }
	fail := func(from string, ttl, typ, code uint8, quote []byte) []byte {
		ip := forge.IP4(from, here)
		ip.TTL, ip.Protocol = ttl, layers.IPProtocolICMPv4
		return forge.Frame(ip, &layers.ICMPv4{TypeCode: layers.CreateICMPv4TypeCode(typ, code)}, gopacket.Payload(quote))
	}
	add("00:18:36.057354", ask(64, 8131, 1))
	add("00:18:36.057400", answer(1))
	add("00:18:36.558673", ask(64, 8131, 2))
	add("00:18:36.558716", answer(2))
	add("00:18:37.070707", ask(64, 8131, 3))
	add("00:18:37.582676", ask(64, 8131, 4))
	add("00:18:37.582722", answer(4))
	add("00:18:38.087494", ask(1, 8132, 1))
	add("00:18:38.087523", fail(router, 64, 11, 0, ask(1, 8132, 1)))
	udp := &layers.UDP{SrcPort: 36251, DstPort: 53}
	add("00:18:48.100647", fail(beyond, 63, 3, 3, forge.Frame(forge.IP4(here, beyond), udp, gopacket.Payload("ns"))))
	return frames
}

// The README's examples are what the program prints, but for the words of a live capture.
func TestReadme(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "trace.pcap")
	if err := writeCaptureOf(path, linkRaw, readmePackets(t)); err != nil {
		t.Fatal(err)
	}
	run := func(args ...string) (stdout, closing string) {
		cmd := exec.Command("icmpdump", append(args, "-r", path)...)
		cmd.Env = append(os.Environ(), "TZ=UTC")
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%v: %v\n%s", args, err, &stderr)
		}
		_, closing, _ = strings.Cut(stderr.String(), "echo: ")
		return string(out), "echo: " + closing
	}
	lines, closing := run()
	table, _ := run("flows")
	for _, want := range []string{
		"$ sudo icmpdump -i eth0\n" + lines + "^C\n10 packets captured\n10 packets received by filter\n0 packets dropped by kernel\n" + closing,
		"$ icmpdump flows -r trace.pcap\n" + table,
	} {
		command, _, _ := strings.Cut(want, "\n")
		if diff := cmp.Diff(want, example(string(readme), command)); diff != "" {
			t.Errorf("(-printed +README)\n%s", diff)
		}
	}
}

// example is the indented block of a document that begins with a command.
func example(document, command string) string {
	_, rest, _ := strings.Cut(document, "\n    "+command+"\n")
	block := command + "\n"
	for line := range strings.Lines(rest) {
		text, inside := strings.CutPrefix(line, "    ")
		if !inside && line != "\n" {
			break
		}
		block += text
	}
	return strings.TrimRight(block, "\n") + "\n"
}
