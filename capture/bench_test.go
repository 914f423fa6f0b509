package capture_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"testing"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"

	"icmpdump/capture"
	"icmpdump/capture/pcapfile"
	"icmpdump/internal/forge"
)

// What a packet takes from a file in memory to the sink: of echoes, and of UDP with one echo in ten.
func BenchmarkPump(b *testing.B) {
	const count = 200_000
	ip, data := forge.IP4("10.0.0.1", "10.0.0.2"), gopacket.Payload(make([]byte, 56))
	echo := forge.Frame(forge.Ether(make([]byte, 6)), ip, forge.Echo4(8, 7, 1), data)
	udp := forge.Frame(forge.Ether(make([]byte, 6)), ip, &layers.UDP{SrcPort: 5000, DstPort: 53}, data)
	for _, tt := range []struct {
		name  string
		every int // so many are an echo once
	}{{"echo", 1}, {"noise", 10}} {
		file := binary.LittleEndian.AppendUint32(nil, 0xa1b23c4d)
		file = append(file, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 1, 0, 0, 0)
		for i := range count {
			frame := udp
			if i%tt.every == 0 {
				frame = echo
			}
			for _, v := range []int{1_700_000_000 + i/1000, i % 1000 * 1000, len(frame), len(frame)} {
				file = binary.LittleEndian.AppendUint32(file, uint32(v))
			}
			file = append(file, frame...)
		}
		b.Run(tt.name, func(b *testing.B) {
			for b.Loop() {
				packets := 0
				pump := capture.Pump{Source: pcapfile.NewReader(bytes.NewReader(file))}
				err := pump.Run(context.Background(), new(capture.Batch), func(b *capture.Batch) *capture.Batch {
					packets += len(b.Packets)
					return b
				})
				if err != nil || packets != count/tt.every || pump.Tally.Read() != count {
					b.Fatalf("%d packets of %d, %v", packets, pump.Tally.Read(), err)
				}
			}
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/count, "ns/packet")
		})
	}
}
