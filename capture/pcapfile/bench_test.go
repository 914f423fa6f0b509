package pcapfile

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"testing"

	"github.com/gopacket/gopacket"

	"icmpdump/capture"
	"icmpdump/internal/forge"
)

// What a record of a file of 200,000 echoes takes, and what of that is the copy out of the file,
// here memory. Of a file on disk it is the kernel's.
func BenchmarkRead(b *testing.B) {
	const count = 200_000
	echo := string(forge.Frame(forge.Ether(make([]byte, 6)), forge.IP4("10.0.0.1", "10.0.0.2"), forge.Echo4(8, 7, 1), gopacket.Payload(make([]byte, 56))))
	classic := func(order binary.AppendByteOrder) []byte {
		records := make([]record, count)
		for i := range records {
			records[i] = record{sec: 1_700_000_000 + uint32(i/1000), frac: uint32(i % 1000 * 1000), data: echo}
		}
		return file(order, magicNano, 1, records...)
	}
	blocks := func(o ng) []byte {
		all := append(o.section(), o.iface(1)...)
		for i := range count {
			all = append(all, o.enhanced(0, 1_700_000_000_000_000+uint64(i), echo)...)
		}
		return all
	}
	for _, tt := range []struct {
		name string
		file []byte
	}{
		{"pcap little-endian", classic(binary.LittleEndian)},
		{"pcap big-endian", classic(binary.BigEndian)},
		{"pcapng little-endian", blocks(le)},
		{"pcapng big-endian", blocks(be)},
	} {
		b.Run(tt.name, func(b *testing.B) {
			dst := make([]capture.Frame, 512)
			for b.Loop() {
				r := NewReader(bytes.NewReader(tt.file))
				var err error
				for err == nil {
					_, err = r.Read(dst)
				}
				if !errors.Is(err, io.EOF) || r.number != count {
					b.Fatalf("%d records, %v", r.number, err)
				}
			}
			perRecord(b, count)
		})
	}
	b.Run("copy", func(b *testing.B) {
		in := classic(binary.LittleEndian)
		for b.Loop() {
			r := NewReader(bytes.NewReader(in))
			for more := true; more; {
				more, _ = r.fill()
				r.take(len(r.unread))
			}
		}
		perRecord(b, count)
	})
}

func perRecord(b *testing.B, count int) {
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(count), "ns/record")
}
