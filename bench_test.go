package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/gopacket/gopacket"

	"icmpdump/internal/forge"
	"icmpdump/internal/lab"
)

// benchPackets are packets of a capture that the whole program reads.
const benchPackets = 200_000

// benchCapture writes pings of 1,000 flows, and for one packet in twenty any other.
func benchCapture(b *testing.B) (path string) {
	path = filepath.Join(b.TempDir(), "bench.pcap")
	r := rand.New(rand.NewPCG(1, 0))
	frames := make([]captured, 0, benchPackets)
	for i := 0; len(frames) < benchPackets; i++ {
		flow, at := i%1000, time.Duration(i)*time.Millisecond
		a, c := fmt.Sprintf("10.0.%d.%d", flow>>8, flow&0xff), "198.51.100.7"
		id, seq := uint16(flow), uint16(i/1000)
		data := gopacket.Payload(make([]byte, 56))
		frames = append(frames,
			captured{at: at, frame: forge.Frame(forge.Ether(anyMAC), forge.IP4(a, c), forge.Echo4(8, id, seq), data)},
			captured{at: at + 500*time.Microsecond, frame: forge.Frame(forge.Ether(anyMAC), forge.IP4(c, a), forge.Echo4(0, id, seq), data)})
		if i%10 == 0 {
			frames = append(frames, captured{at: at + 600*time.Microsecond, frame: forge.Random(r)})
		}
	}
	if err := writeCapture(path, frames[:benchPackets]); err != nil {
		b.Fatal(err)
	}
	return path
}

// The whole program, all its stages at once, in this process: the default.pgo of make pgo is a
// profile of it. bench/ measures it against others.
func BenchmarkRun(b *testing.B) {
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		b.Fatal(err)
	}
	defer null.Close()
	once := func(b *testing.B, args ...string) {
		if code := run(append([]string{"icmpdump"}, args...), null, null); code != 0 {
			b.Fatalf("%v: exit code %d", args, code)
		}
	}
	path := benchCapture(b)
	for _, tt := range []struct {
		name string
		args []string
	}{
		{"text", nil},
		{"verbose", []string{"-v"}},
		{"json", []string{"--json"}},
		{"where", []string{"--where", "rtt > 50ms or note in (DUP,LOST)"}},
		{"flows", []string{"flows"}},
	} {
		b.Run(tt.name, func(b *testing.B) {
			for b.Loop() {
				once(b, append(tt.args, "-r", path)...)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/benchPackets, "ns/packet")
		})
	}
	b.Run("flood", func(b *testing.B) {
		if _, err := exec.LookPath("trafgen"); err != nil {
			b.Skip(err)
		}
		lab.NeedRoot(b, "trafgen wants to be")
		left, right := lab.Pair(b)
		config := filepath.Join(b.TempDir(), "flood.trafgen")
		text := ""
		for id := range uint16(1000) {
			text += "{ "
			for _, octet := range forge.Frame(forge.Ether(left.Iface("va").HardwareAddr), forge.IP4("10.0.0.8", "10.0.0.9"), forge.Echo4(8, id, 1)) {
				text += fmt.Sprintf("0x%02x, ", octet)
			}
			text += "0 }\n"
		}
		if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
			b.Fatal(err)
		}
		sender := right.Command("trafgen", "-o", "vb", "-P1", "--no-sock-mem", "-i", config)
		sender.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // with the process that it forks
		if err := sender.Start(); err != nil {
			b.Fatal(err)
		}
		defer sender.Wait()
		defer func() { syscall.Kill(-sender.Process.Pid, syscall.SIGKILL) }()
		left.Do(func() {
			for b.Loop() {
				once(b, "-i", "va", "-c", fmt.Sprint(benchPackets))
			}
		})
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/benchPackets, "ns/packet")
	})
}
