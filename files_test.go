package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"

	"icmpdump/internal/lab"
)

// writePcapng writes frames in turn to the interfaces eth0 and eth1 of a pcapng file.
func writePcapng(path string, frames []captured) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	intf := pcapgo.NgInterface{Name: "eth0", LinkType: layers.LinkTypeEthernet, TimestampResolution: 9}
	w, err := pcapgo.NewNgWriterInterface(f, intf, pcapgo.DefaultNgWriterOptions)
	if err != nil {
		return err
	}
	intf.Name = "eth1"
	if _, err := w.AddInterface(intf); err != nil {
		return err
	}
	for i, c := range frames {
		ci := gopacket.CaptureInfo{Timestamp: begin.Add(c.at), CaptureLength: len(c.frame), Length: len(c.frame), InterfaceIndex: i % 2}
		if err := w.WritePacket(ci, c.frame); err != nil {
			return err
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return f.Close()
}

// A pcapng file's lines are tcpdump's, which does not show its interfaces.
func TestPcapngLinesAreTcpdumps(t *testing.T) {
	lab.NeedTcpdump(t)
	path := filepath.Join(t.TempDir(), "sorts.pcapng")
	frames := everySort()
	for i := range frames {
		frames[i].at = time.Duration(i) * 30_123_457
	}
	if err := writePcapng(path, frames); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(linesOf(t, "tcpdump", "-n", "-#", "-tttt", "-r", path), linesOf(t, "icmpdump", "-q", "-#", "-tttt", "-r", path)); diff != "" {
		t.Errorf("(-tcpdump +icmpdump)\n%s", diff)
	}
}

// Number, time, interface and direction are what tshark says.
func TestPcapngIsAsTsharkReadsIt(t *testing.T) {
	lab.Need(t, "tshark")
	path := filepath.Join(t.TempDir(), "pings.pcapng")
	if err := writePcapng(path, captures["pings"]()); err != nil {
		t.Fatal(err)
	}
	tshark := exec.Command("tshark", "-r", path, "-T", "fields",
		"-e", "frame.number", "-e", "frame.time_epoch", "-e", "frame.interface_name", "-e", "ip.src")
	var got strings.Builder
	for _, e := range jsonEvents(t, "-r", path) {
		if e["event"] != "packet" {
			continue
		}
		at, err := time.Parse(time.RFC3339Nano, e["time"].(string))
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&got, "%.0f\t%d.%09d\t%v\t%v\n", e["frame"], at.Unix(), at.Nanosecond(), e["interface"], e["src"])
	}
	if diff := cmp.Diff(stdoutOf(t, tshark), got.String()); diff != "" {
		t.Errorf("(-tshark +icmpdump)\n%s", diff)
	}
}

// jsonEvents is what icmpdump reports with these arguments.
func jsonEvents(t *testing.T, args ...string) (events []map[string]any) {
	t.Helper()
	for line := range strings.Lines(stdoutOf(t, exec.Command("icmpdump", append([]string{"--json"}, args...)...))) {
		var e map[string]any
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatalf("%v in %s", err, line)
		}
		events = append(events, e)
	}
	return events
}

// A file of 156 bytes that claims a record of 1 GiB costs no memory. The process is looked at
// while it waits for another file, because what the kernel says of one that has ended may be
// its parent's.
func TestMemoryOfALyingFile(t *testing.T) {
	dir := t.TempDir()
	echo := filepath.Join(dir, "echo.pcap")
	if err := writeCapture(echo, []captured{{frame: echoFrame(8, 1)}}); err != nil {
		t.Fatal(err)
	}
	one, err := os.ReadFile(echo)
	if err != nil {
		t.Fatal(err)
	}
	const giant = "\x00\x00\x00\x40" // 1 GiB, little-endian
	for name, tt := range map[string]struct{ in, want string }{
		"pcap": {
			"\xd4\xc3\xb2\xa1" + "\x02\x00\x04\x00" + strings.Repeat("\x00", 8) + giant + "\x01\x00\x00\x00" +
				strings.Repeat("\x00", 8) + giant + giant,
			"record 1 at byte 24 claims 1073741824 bytes",
		},
		"pcapng": {
			"\x0a\x0d\x0d\x0a" + "\x1c\x00\x00\x00" + "\x4d\x3c\x2b\x1a" + "\x01\x00\x00\x00" + strings.Repeat("\xff", 8) + "\x1c\x00\x00\x00" +
				"\x01\x00\x00\x00" + "\x14\x00\x00\x00" + "\x01\x00\x00\x00" + giant + "\x14\x00\x00\x00" +
				"\x06\x00\x00\x00" + giant + strings.Repeat("\x00", 12) + giant + giant,
			"file ends inside record 1 at byte 156",
		},
		"pcapng, in a block that is true": {
			"\x0a\x0d\x0d\x0a" + "\x1c\x00\x00\x00" + "\x4d\x3c\x2b\x1a" + "\x01\x00\x00\x00" + strings.Repeat("\xff", 8) + "\x1c\x00\x00\x00" +
				"\x01\x00\x00\x00" + "\x14\x00\x00\x00" + "\x01\x00\x00\x00" + giant + "\x14\x00\x00\x00" +
				"\x06\x00\x00\x00" + "\x6c\x00\x00\x00" + strings.Repeat("\x00", 12) + giant + giant + strings.Repeat("\x00", 76) + "\x6c\x00\x00\x00",
			"block at byte 48 holds record 1, which claims 1073741824 bytes",
		},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(dir, "lying")
			padded := tt.in + strings.Repeat("\x00", 156-len(tt.in))
			if err := os.WriteFile(path, []byte(padded), 0o600); err != nil {
				t.Fatal(err)
			}
			cmd := exec.Command("icmpdump", "-r", path, "-r", "-")
			stdin, err := cmd.StdinPipe()
			if err != nil {
				t.Fatal(err)
			}
			stdout, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			var stderr strings.Builder
			cmd.Stderr = &stderr
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			if _, err := stdin.Write(one); err != nil {
				t.Fatal(err)
			}
			if _, err := bufio.NewReader(stdout).ReadString('\n'); err != nil { // so the file is done
				t.Fatal(err)
			}
			status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", cmd.Process.Pid))
			if err != nil {
				t.Fatal(err)
			}
			stdin.Close()
			if err := cmd.Wait(); cmd.ProcessState.ExitCode() != exitFailed || !strings.Contains(stderr.String(), path+": "+tt.want) {
				t.Errorf("%v, and\n%s", err, stderr.String())
			}
			peak := regexp.MustCompile(`VmHWM:\s+(\d+) kB`).FindSubmatch(status)
			if kib, err := strconv.Atoi(string(peak[1])); err != nil || kib > 40<<10 {
				t.Errorf("at its peak the process took %s KiB, %v", peak[1], err)
			} else {
				t.Logf("at its peak the process took %d KiB", kib)
			}
		})
	}
}
