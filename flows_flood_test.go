package main

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/mdlayher/packet"

	"icmpdump/internal/forge"
	"icmpdump/internal/lab"
)

const (
	floodFlows = 1_000_000
	floodRate  = 100_000 // packets a second: the kernel must not drop any
	// peakFlood is what icmpdump may take at its peak, ring and rows to be printed included: 150
	// MiB were measured.
	peakFlood = 200 << 20
)

// A spoofer makes echo requests of ever other hosts to 10.0.0.77, and their replies.
type spoofer []byte

func newSpoofer(dst []byte) spoofer {
	return forge.Frame(forge.Ether(dst), forge.IP4("11.0.0.0", "10.0.0.77"), forge.Echo4(8, 0, 1))
}

// Where fields stand in a spoofer's frame.
const (
	atSum, atSrc, atDst  = 14 + 10, 14 + 12, 14 + 16
	atType, atICMP, atID = 14 + 20, 14 + 22, 14 + 24
	spoofed              = 11 << 24 // 11.0.0.0/8
	asked77              = 10<<24 | 77
)

// frame is the request, or reply, of flow i. It is valid until the next one.
func (s spoofer) frame(i int, request bool) []byte {
	src, dst := uint32(spoofed+i), uint32(asked77)
	s[atType] = 8
	if !request {
		src, dst, s[atType] = dst, src, 0
	}
	binary.BigEndian.PutUint32(s[atSrc:], src)
	binary.BigEndian.PutUint32(s[atDst:], dst)
	binary.BigEndian.PutUint16(s[atID:], uint16(i*7))
	for _, part := range []struct{ sum, begin, end int }{{atSum, 14, atType}, {atICMP, atType, atType + 8}} {
		s[part.sum], s[part.sum+1] = 0, 0
		var sum uint32
		for n := part.begin; n < part.end; n += 2 {
			sum += uint32(binary.BigEndian.Uint16(s[n:]))
		}
		sum = sum>>16 + sum&0xffff
		binary.BigEndian.PutUint16(s[part.sum:], ^uint16(sum>>16+sum))
	}
	return s
}

// checkFlood holds a report of a flood and a ping in it to what must be: all that was decoded is
// in a row, in the aggregate, or a repeat.
func checkFlood(t *testing.T, r report, packets uint64) {
	t.Helper()
	of := func(f *flow) uint64 { return f.ForwardPackets + f.ReversePackets }
	sum := of(&r.evicted) + r.evicted.Repeats
	for i := range r.rows {
		sum += of(&r.rows[i]) + r.rows[i].Repeats
	}
	if sum != r.packets || r.packets < packets {
		t.Errorf("%d packets in rows and the aggregate, %d of at least %d were read", sum, r.packets, packets)
	}
	if n := r.evicted.Flows + uint64(len(r.rows)); n < floodFlows+1 || n > floodFlows+20 || len(r.rows) > 65536 || r.evicted.Flows == 0 {
		t.Errorf("%d rows and %d evicted flows", len(r.rows), r.evicted.Flows)
	}
	t.Logf("%d packets, %d rows, %d evicted flows", r.packets, len(r.rows), r.evicted.Flows)
}

// A million spoofed flows beside one ping, some of whose replies are dropped: the ping's row is
// what ping says, every packet is accounted for, and memory stays bounded.
func TestPingInAFlood(t *testing.T) {
	lab.Need(t, "ping", "nft")
	a, b := lab.Pair(t)
	nft(b, "add table ip lab")
	nft(b, "add counter ip lab met")
	nft(b, "add chain ip lab way { type filter hook output priority 0; }")
	nft(b, "add rule ip lab way icmp type echo-reply numgen inc mod 5 == 3 counter name met drop")
	w := lab.Hold(t, a.Command("icmpdump", "flows", "--json", "--stats", "-i", "va", "--reply-timeout", "1s"), "listening on")
	pinging := a.Command("ping", "-q", "-i0.1", "10.0.0.2")
	var said bytes.Buffer
	pinging.Stdout, pinging.Stderr = &said, &said
	if err := pinging.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { pinging.Process.Kill() })
	time.Sleep(500 * time.Millisecond)
	flood(t, b.Dial("vb", 0), a.Iface("va").HardwareAddr)
	time.Sleep(500 * time.Millisecond)
	pinging.Process.Signal(os.Interrupt)
	pinging.Wait()
	settleLost(t, w)

	running := peakOf(t, w.PID())

	// It waits for its reader, with all rows in memory.
	w.Signal(os.Interrupt)
	time.Sleep(500 * time.Millisecond)
	peak := peakOf(t, w.PID())
	w.Read()
	lines, stderr := w.End()
	r := reportOf(t, textsOf(lines), stderr)
	if !strings.Contains(stderr, "\n0 packets dropped by kernel\n") {
		t.Errorf("the kernel dropped packets, and nothing can be said:\n%s", stderr)
	}
	t.Logf("ping: %+v, at its peak icmpdump took %d KiB, and %d at its end", pingSaid(t, said.String()), running>>10, peak>>10)
	if peak > peakFlood {
		t.Errorf("at its peak icmpdump took %d KiB", peak>>10)
	}
	ping, dropped := pingSaid(t, said.String()), met(t, b, families[0])
	row := r.echoRow(t, "10.0.0.1", "10.0.0.2")
	equal(t, "row", account{Requests: ping.transmitted, Replies: ping.received, Lost: dropped}, row.account)
	if ping.transmitted < 90 || dropped < 15 {
		t.Errorf("ping: %+v, %d dropped", ping, dropped)
	}
	checkFlood(t, r, floodFlows+ping.transmitted+ping.received)
}

// flood sends the requests, so many a second.
func flood(t *testing.T, conn *packet.Conn, dst []byte) {
	t.Helper()
	const burst = 200
	s, begin := newSpoofer(dst), time.Now()
	to := &packet.Addr{HardwareAddr: dst}
	for i := range floodFlows {
		if i%burst == 0 {
			time.Sleep(time.Until(begin.Add(time.Duration(i) * time.Second / floodRate)))
		}
		if _, err := conn.WriteTo(s.frame(i, true), to); err != nil {
			t.Fatal(err)
		}
	}
}

// peakOf is the most memory that a process had so far, in bytes.
func peakOf(t *testing.T, pid int) int {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile(`VmHWM:\s+(\d+) kB`).FindSubmatch(status)
	if m == nil {
		t.Fatalf("no peak in\n%s", status)
	}
	kib, _ := strconv.Atoi(string(m[1]))
	return kib << 10
}

// The same from a file, half of the flood answered: the ping's row is exact, and the output the
// same each time.
func TestPingInAFloodOfAFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "flood.pcap")
	packets, want := writeFlood(t, path)
	args := []string{"flows", "--json", "--stats", "--reply-timeout", "1s", "-r", path}
	run := func() ([]byte, string) {
		cmd := exec.Command("icmpdump", args...)
		var stderr strings.Builder
		cmd.Stderr = &stderr
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%v\n%s", err, &stderr)
		}
		return out, stderr.String()
	}
	first, stderr := run()
	if second, _ := run(); !bytes.Equal(first, second) {
		t.Errorf("%d bytes, then %d others", len(first), len(second))
	}
	r := reportOf(t, slices.Collect(strings.Lines(string(first))), stderr)
	equal(t, "row", want, r.echoRow(t, "10.0.0.1", "10.0.0.2").account)
	checkFlood(t, r, packets)
	if r.packets != packets {
		t.Errorf("%d packets of %d", r.packets, packets)
	}
}

// writeFlood writes a flood of 10 s to a file, with a ping of ten a second in it, every fifth of
// whose requests has no answer, and says what the ping's counters are.
func writeFlood(t *testing.T, path string) (packets uint64, ping account) {
	t.Helper()
	const gap = 10 * time.Second / floodFlows
	out, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	w := bufio.NewWriterSize(out, 1<<20)
	le := binary.LittleEndian
	const nanoseconds = 0xa1b23c4d
	header := le.AppendUint32(nil, nanoseconds)
	header = le.AppendUint16(le.AppendUint16(header, 2), 4)
	header = le.AppendUint32(le.AppendUint32(append(header, make([]byte, 8)...), 65535), linkEthernet)
	w.Write(header)
	var record []byte
	write := func(at time.Duration, frame []byte) {
		stamp := begin.Add(at)
		record = le.AppendUint32(le.AppendUint32(record[:0], uint32(stamp.Unix())), uint32(stamp.Nanosecond()))
		record = le.AppendUint32(le.AppendUint32(record, uint32(len(frame))), uint32(len(frame)))
		w.Write(record)
		w.Write(frame)
		packets++
	}
	s := newSpoofer(anyMAC)
	for i := range floodFlows {
		at := time.Duration(i) * gap
		write(at, s.frame(i, true))
		if i%2 == 0 {
			write(at+gap/3, s.frame(i, false))
		}
		if i%(floodFlows/100) != 0 {
			continue
		}
		seq := uint16(ping.Requests + 1)
		ping.Requests++
		write(at+gap/2, forge.Frame(forge.Ether(anyMAC), forge.IP4("10.0.0.1", "10.0.0.2"), forge.Echo4(8, 7, seq)))
		if seq%5 == 0 {
			if i < floodFlows*9/10 { // more than a second before the end
				ping.Lost++
			} else {
				ping.Pending++
			}
			continue
		}
		ping.Replies++
		write(at+gap*3/4, forge.Frame(forge.Ether(anyMAC), forge.IP4("10.0.0.2", "10.0.0.1"), forge.Echo4(0, 7, seq)))
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	return packets, ping
}
