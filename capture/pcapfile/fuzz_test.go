package pcapfile

import (
	"bytes"
	"encoding/binary"
	"runtime"
	"testing"

	"icmpdump/capture"
)

func FuzzPcap(f *testing.F) {
	f.Add(file(binary.LittleEndian, magicMicro, 1, three...))
	f.Add(file(binary.BigEndian, magicNano, 276, three...))
	f.Add(file(binary.LittleEndian, magicModified, 1|0x24000000, three...))
	f.Add(file(binary.LittleEndian, magicMicro, 1, record{data: "x", captured: 1 << 30}))
	f.Fuzz(anyFile)
}

func FuzzPcapng(f *testing.F) {
	for _, tt := range badFiles() {
		if len(tt.in) < 4096 {
			f.Add(tt.in)
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		anyFile(t, b)
		anyFile(t, append(le.section(), b...)) // whatever the fuzzer does to a header
	})
}

// anyFile checks what must hold for every file: reading it ends, with records numbered one by
// one, whose bytes stand in the file in that order, at the cost of the buffer and of what the
// file describes.
func anyFile(t *testing.T, b []byte) {
	var before, after runtime.MemStats
	dst := make([]capture.Frame, 64)
	runtime.ReadMemStats(&before)
	r := NewReader(bytes.NewReader(b))
	rest, number := b, uint64(0)
	var err error
	for err == nil {
		var n int
		n, err = r.Read(dst)
		for i := range dst[:n] {
			frame := &dst[i]
			number++
			at := bytes.Index(rest, frame.Data)
			if frame.Number != number || frame.Wire < 0 || at < 0 {
				t.Fatalf("record %d: %+v", number, frame)
			}
			rest = rest[at+len(frame.Data):]
		}
	}
	runtime.ReadMemStats(&after)
	if number > uint64(len(b)/shortest) {
		t.Fatalf("%d records in a file of %d bytes", number, len(b))
	}
	if cap(r.buf) != bufferSize || r.Counters().Read != number {
		t.Fatalf("a buffer of %d bytes, %d records of %d", cap(r.buf), r.Counters().Read, number)
	}
	defer likeSlow(t, b)
	const slack = 512 << 10 // the fuzzer's own
	if grew := after.TotalAlloc - before.TotalAlloc; grew > bufferSize+slack+20*uint64(len(b)) {
		t.Fatalf("%d bytes allocated for a file of %d", grew, len(b))
	}
}
