package main

import (
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mdlayher/packet"

	"icmpdump/internal/forge"
	"icmpdump/internal/lab"
)

// How old a line is when it comes out of a pipe, on a quiet wire of 27 packets a second:
// icmpdump with its defaults, and tcpdump -l.
func BenchmarkLineAge(b *testing.B) {
	lab.NeedTcpdump(b)
	for _, tt := range []struct {
		name string
		args []string
	}{
		{"icmpdump", []string{"icmpdump", "-n", "-i", "va"}},
		{"tcpdump", []string{"tcpdump", "-n", "-l", "-i", "va", "icmp"}},
	} {
		b.Run(tt.name, func(b *testing.B) {
			left, right := lab.Pair(b)
			dst := left.Iface("va").HardwareAddr
			ifi := right.Iface("vb")
			var conn *packet.Conn
			var err error
			right.Do(func() { conn, err = packet.Listen(ifi, packet.Raw, 0, nil) })
			if err != nil {
				b.Fatal(err)
			}
			defer conn.Close()
			r := lab.Start(b, left.Command(tt.args[0], tt.args[1:]...), "listening on")

			var ages []time.Duration
			for seq := uint16(1); b.Loop(); seq++ {
				frame := forge.Frame(forge.Ether(dst), forge.IP4("10.0.0.8", "10.0.0.9"), forge.Echo4(8, 4660, seq))
				time.Sleep(37 * time.Millisecond)
				sent := time.Now()
				if _, err := conn.WriteTo(frame, &packet.Addr{HardwareAddr: dst}); err != nil {
					b.Fatal(err)
				}
				text := fmt.Sprintf("id 4660, seq %d, ", seq)
				r.Wait(text, func(lines []lab.Line) bool {
					for _, l := range slices.Backward(lines) {
						if strings.Contains(l.Text, text) {
							ages = append(ages, l.At.Sub(sent))
							return true
						}
					}
					return false
				})
			}
			r.Interrupt()
			slices.Sort(ages)
			at := func(q float64) float64 { return float64(ages[int(q*float64(len(ages)-1))].Microseconds()) / 1e3 }
			b.ReportMetric(at(0.5), "p50-ms")
			b.ReportMetric(at(0.99), "p99-ms")
			b.ReportMetric(0, "ns/op") // most of it is sleep
		})
	}
}

// A file of 200,000 packets of 1,000 flows as text, by icmpdump and by tcpdump.
func BenchmarkFile(b *testing.B) {
	lab.NeedTcpdump(b)
	path := filepath.Join(b.TempDir(), "bench.pcap")
	var frames []captured
	for i := range 100_000 {
		flow, at := i%1000, time.Duration(i)*time.Millisecond
		a, c := fmt.Sprintf("10.0.%d.%d", flow>>8, flow&0xff), "198.51.100.7"
		id, seq := uint16(flow), uint16(i/1000)
		frames = append(frames,
			captured{at: at, frame: forge.Frame(forge.Ether(anyMAC), forge.IP4(a, c), forge.Echo4(8, id, seq))},
			captured{at: at + 500*time.Microsecond, frame: forge.Frame(forge.Ether(anyMAC), forge.IP4(c, a), forge.Echo4(0, id, seq))})
	}
	if err := writeCapture(path, frames); err != nil {
		b.Fatal(err)
	}
	for _, args := range [][]string{{"icmpdump", "-r", path}, {"icmpdump", "--json", "-r", path}, {"tcpdump", "-n", "-r", path}} {
		b.Run(strings.Join(args[:len(args)-2], " "), func(b *testing.B) {
			for b.Loop() {
				cmd := exec.Command(args[0], args[1:]...)
				cmd.Stdout = io.Discard
				if err := cmd.Run(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(frames)), "ns/packet")
		})
	}
}
