package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"

	"icmpdump/internal/forge"
	"icmpdump/internal/lab"
)

// quoted is a datagram as an error quotes it, in IPv4 or IPv6, of UDP, TCP or something else.
func quoted(version int, l gopacket.SerializableLayer) []byte {
	var ip gopacket.SerializableLayer = forge.IP4("10.0.0.5", "192.0.2.9")
	if version == 6 {
		ip = forge.IP6("2001:db8::5", "2001:db8::9")
	}
	return forge.Frame(ip, l)
}

// message4 and message6 are ICMP messages with that second word and body.
func message4(typ, code uint8, rest uint32, body []byte) []byte {
	return forge.Link(layers.LinkTypeEthernet, forge.Message4(typ, code, rest, body).Datagram("10.0.0.9", "10.0.0.5"))
}

func message6(typ, code uint8, rest uint32, body []byte) []byte {
	return forge.Link(layers.LinkTypeEthernet, forge.Message6(typ, code, rest, body).Datagram("2001:db8::1", "2001:db8::5"))
}

func address6(s string) []byte { return netip.MustParseAddr(s).AsSlice() }

// everySort is a frame of every type and code whose line is tcpdump's.
func everySort() (frames []captured) {
	add := func(frame []byte) { frames = append(frames, captured{frame: frame}) }
	udp := &layers.UDP{SrcPort: 40112, DstPort: 53}
	tcp := &layers.TCP{SrcPort: 40112, DstPort: 443}

	for _, typ := range []uint8{0, 1, 4, 6, 8, 10, 13, 15, 16, 17, 30, 37, 40, 42, 43, 253, 255} {
		add(message4(typ, 0, 0x12340007, quoted(4, udp)))
	}
	for _, typ := range []uint8{3, 5, 11, 12} {
		for code := range uint8(20) {
			add(message4(typ, code, 0x0a000578, quoted(4, udp)))
			add(message4(typ, code, 0, quoted(4, tcp)))
		}
	}
	later := forge.IP4("10.0.0.9", "10.0.0.5")
	later.FragOffset, later.Protocol = 185, layers.IPProtocolICMPv4
	add(forge.Frame(forge.Ether(anyMAC), later, gopacket.Payload("a fragment")))
	first := forge.IP4("10.0.0.9", "10.0.0.5")
	first.Flags = layers.IPv4MoreFragments
	add(forge.Frame(forge.Ether(anyMAC), first, forge.Echo4(8, 1, 2), gopacket.Payload("a fragment")))
	missing := forge.Frame(forge.Ether(anyMAC), forge.IP4("10.0.0.9", "10.0.0.5"), forge.Echo4(8, 1, 2))
	missing[17] += 9 // a longer datagram than there is
	add(missing)
	add(forge.Frame(forge.Ether(anyMAC), forge.Tag(7), forge.IP4("10.0.0.9", "10.0.0.5"), forge.Echo4(8, 1, 2)))

	for _, typ := range []uint8{100, 127, 128, 129, 133, 134, 141, 142, 144, 145, 146, 147, 148, 160, 161, 200, 201, 255} {
		add(message6(typ, 0, 0x12340007, nil))
	}
	for _, typ := range []uint8{1, 3, 4} {
		for code := range uint8(9) {
			add(message6(typ, code, 40, quoted(6, udp)))
			add(message6(typ, code, 0, quoted(6, tcp)))
		}
	}
	add(message6(2, 0, 1280, quoted(6, udp)))
	group := address6("ff05::1:3")
	for _, typ := range []uint8{130, 131, 132} {
		add(message6(typ, 0, 10000<<16, group))
	}
	add(message6(130, 0, 10000<<16, append(group, 2, 125, 0, 0)))
	add(message6(143, 0, 3, nil))
	add(message6(135, 0, 0, address6("fe80::9")))
	add(message6(136, 0, 0x60000000, address6("fe80::9")))
	add(message6(137, 0, 0, append(address6("fe80::9"), address6("2001:db8::77")...)))
	for _, code := range []uint8{0, 1, 2, 3, 9, 0x80, 0x83} {
		add(message6(155, code, 0, make([]byte, 24)))
	}
	ip6 := func() *layers.IPv6 { return forge.IP6("2001:db8::1", "2001:db8:0:1::5") }
	add(forge.Frame(forge.Ether(anyMAC), ip6(), forge.Pad(6), forge.ICMP6(128, 0), forge.IDSeq(1, 2)))
	add(forge.Frame(forge.Ether(anyMAC), ip6(), forge.Pad(6), forge.PadDst(6), forge.ICMP6(128, 0), forge.IDSeq(1, 2)))
	add(forge.Frame(forge.Ether(anyMAC), ip6(), &layers.IPv6Fragment{MoreFragments: true}, forge.ICMP6(128, 0), forge.IDSeq(1, 2)))
	add(forge.Frame(forge.Ether(anyMAC), ip6(), &layers.IPv6Fragment{FragmentOffset: 181, NextHeader: 58}, gopacket.Payload("a fragment")))
	return frames
}

// The line of every type and code, and in every style of time, is tcpdump's.
func TestFileLinesAreTcpdumps(t *testing.T) {
	lab.NeedTcpdump(t)
	path := filepath.Join(t.TempDir(), "sorts.pcap")
	frames := everySort()
	for i := range frames {
		frames[i].at = time.Duration(i) * 30_123_457 // no whole µs, and nothing is lost before the end
	}
	if err := writeCapture(path, frames); err != nil {
		t.Fatal(err)
	}
	for _, style := range []string{"-t", "-tt", "-ttt", "-tttt", "-ttttt", "-n"} {
		want := linesOf(t, "tcpdump", "-n", "-#", style, "-r", path)
		if diff := cmp.Diff(want, linesOf(t, "icmpdump", "-q", "-#", style, "-r", path)); diff != "" {
			t.Errorf("%s: (-tcpdump +icmpdump)\n%s", style, diff)
		}
	}
}

// linesOf are the lines that a program prints with -#: tcpdump's folded, since only icmpdump
// has one for each packet.
func linesOf(t *testing.T, name string, args ...string) []string {
	t.Helper()
	out := stdoutOf(t, exec.Command(name, args...))
	if name == "tcpdump" {
		return folded(out)
	}
	return strings.Split(strings.TrimSuffix(out, "\n"), "\n")
}

func stdoutOf(t *testing.T, cmd *exec.Cmd) string {
	t.Helper()
	cmd.Env = append(os.Environ(), "TZ=Europe/Berlin")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s", strings.Join(cmd.Args, " "), err, stderr.String())
	}
	return string(out)
}

// corpusVar names a folder of other people's captures, with a file expected.tsv of what tshark
// and tcpdump see in them: see docs/testing.md.
const corpusVar = "ICMPDUMP_CORPUS"

// What icmpdump reports of other people's captures is what tshark does.
func TestCorpusFacts(t *testing.T) {
	dir := os.Getenv(corpusVar)
	if dir == "" {
		t.Skipf("%s names no folder", corpusVar)
	}
	table, err := os.Open(filepath.Join(dir, "expected.tsv"))
	if err != nil {
		t.Skip(err)
	}
	defer table.Close()
	scan := bufio.NewScanner(table)
	scan.Scan()
	columns := strings.Split(scan.Text(), "\t")
	right, all := 0, 0
	reports := map[string]map[uint64]map[string]any{}
	for scan.Scan() {
		row := map[string]string{}
		for i, cell := range strings.Split(scan.Text(), "\t") {
			row[columns[i]] = cell
		}
		file := row["file"]
		if reports[file] == nil {
			reports[file] = packetsOf(t, filepath.Join(dir, file))
		}
		number, err := strconv.ParseUint(row["frame"], 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		all++
		if diff := differences(row, reports[file][number]); diff == "" {
			right++
		} else {
			t.Logf("%s frame %d: %s", file, number, diff)
		}
	}
	if share := float64(right) / float64(all); share < 0.99 {
		t.Errorf("%d of %d packets are as tshark sees them: %.2f %%", right, all, 100*share)
	}
}

// packetsOf are the events that icmpdump reports of a file's records, by their number.
func packetsOf(t *testing.T, path string, options ...string) map[uint64]map[string]any {
	t.Helper()
	packets := map[uint64]map[string]any{}
	dec := json.NewDecoder(bytes.NewReader(jsonOf(t, []string{path}, options...)))
	dec.UseNumber() // as it is written
	for {
		var e map[string]any
		if err := dec.Decode(&e); errors.Is(err, io.EOF) {
			return packets
		} else if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		if number, ok := e["frame"].(json.Number); ok {
			n, err := strconv.ParseUint(number.String(), 10, 64)
			if err != nil {
				t.Fatalf("%s: %v", path, err)
			}
			packets[n] = e
		}
	}
}

// jsonOf is what icmpdump reports of files, which may end in an error.
func jsonOf(t *testing.T, paths []string, options ...string) []byte {
	t.Helper()
	args := append([]string{"--json"}, options...)
	for _, path := range paths {
		args = append(args, "-r", path)
	}
	out, err := exec.Command("icmpdump", args...).Output()
	if exit := (&exec.ExitError{}); err != nil && (!errors.As(err, &exit) || exit.ExitCode() != exitFailed) {
		t.Errorf("%v: %v", args, err) // a test may ask in several goroutines
	}
	return out
}

// differences say where a report is not what was expected.
func differences(row map[string]string, got map[string]any) string {
	if got == nil {
		return "not reported"
	}
	var diff []string
	for column, field := range map[string]string{
		"ip": "ip_version", "src": "src", "dst": "dst", "ttl": "ttl", "type": "type", "code": "code",
		"id": "id", "seq": "seq", "checksum": "checksum_status",
	} {
		want := row[column]
		if want == "" {
			continue
		}
		if have := fmt.Sprint(got[field]); have != want {
			diff = append(diff, fmt.Sprintf("%s is %s, expected %s", field, have, want))
		}
	}
	return strings.Join(diff, ", ")
}
