package pcapfile

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"

	"icmpdump/capture"
	"icmpdump/capture/icmp"
)

// A record is one of a file, with what its header claims if that is not the truth.
type record struct {
	sec, frac uint32
	data      string
	captured  uint32 // 0: the truth
	wire      uint32 // 0: as many as captured
}

// file is a capture file of that byte order, magic number and link type.
func file(order binary.AppendByteOrder, magic, network uint32, records ...record) []byte {
	b := order.AppendUint32(nil, magic)
	b = order.AppendUint16(b, 2)
	b = order.AppendUint16(b, 4)
	b = append(b, make([]byte, 8)...)
	b = order.AppendUint32(b, 262144)
	b = order.AppendUint32(b, network)
	for _, r := range records {
		captured, wire := r.captured, r.wire
		if captured == 0 {
			captured = uint32(len(r.data))
		}
		if wire == 0 {
			wire = captured
		}
		for _, v := range []uint32{r.sec, r.frac, captured, wire} {
			b = order.AppendUint32(b, v)
		}
		b = append(b, r.data...)
	}
	return b
}

// readAll is every frame of in, copied, and the error at its end, or nil for io.EOF.
func readAll(in io.Reader) ([]capture.Frame, error) {
	r := NewReader(in)
	dst := make([]capture.Frame, 3)
	var all []capture.Frame
	for {
		n, err := r.Read(dst)
		for _, f := range dst[:n] {
			f.Data = bytes.Clone(f.Data)
			all = append(all, f)
		}
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return all, err
		}
	}
}

var three = []record{
	{sec: 1700000000, frac: 999999, data: "first"},
	{sec: 4294967295, frac: 1, data: ""}, // the last second of a 32-bit clock, in 2106
	{sec: 1, frac: 2, data: "third", wire: 1500},
}

func TestRead(t *testing.T) {
	for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
		for _, res := range []struct {
			magic uint32
			unit  int64
		}{{magicMicro, 1000}, {magicNano, 1}} {
			t.Run(fmt.Sprintf("%v, %d ns", order, res.unit), func(t *testing.T) {
				want := []capture.Frame{
					{Number: 1, Time: 1700000000e9 + 999999*res.unit, Frame: icmp.Frame{Data: []byte("first"), Wire: 5, Link: icmp.LinkRaw}},
					{Number: 2, Time: 4294967295e9 + 1*res.unit, Frame: icmp.Frame{Data: []byte{}, Wire: 0, Link: icmp.LinkRaw}},
					{Number: 3, Time: 1e9 + 2*res.unit, Frame: icmp.Frame{Data: []byte("third"), Wire: 1500, Link: icmp.LinkRaw}},
				}
				b := file(order, res.magic, 101, three...)
				for name, in := range map[string]io.Reader{
					"whole":      bytes.NewReader(b),
					"in halves":  iotest.HalfReader(bytes.NewReader(b)),
					"by bytes":   iotest.OneByteReader(bytes.NewReader(b)),
					"end at end": iotest.DataErrReader(bytes.NewReader(b)),
				} {
					got, err := readAll(in)
					if err != nil {
						t.Errorf("%s: %v", name, err)
					}
					if diff := cmp.Diff(want, got); diff != "" {
						t.Errorf("%s: (-want +got)\n%s", name, diff)
					}
				}
			})
		}
	}
}

func TestLinkTypes(t *testing.T) {
	for network, want := range map[uint32]icmp.Link{
		0: icmp.LinkNull, 1: icmp.LinkEthernet, 12: icmp.LinkRaw, 14: icmp.LinkRaw, 101: icmp.LinkRaw,
		108: icmp.LinkLoop, 113: icmp.LinkSLL, 228: icmp.LinkRaw, 229: icmp.LinkRaw, 276: icmp.LinkSLL2,
		1 | 0x24000000: icmp.LinkEthernet, // with a frame check sequence of 4 bytes
	} {
		got, err := readAll(bytes.NewReader(file(binary.LittleEndian, magicMicro, network, three[0])))
		if err != nil || len(got) != 1 || got[0].Link != want {
			t.Errorf("link type %d: %+v, %v; want %d", network, got, err, want)
		}
	}
}

// Files of old versions have the two lengths of a record the other way round.
func TestOldVersions(t *testing.T) {
	for minor, swapped := range map[byte]bool{2: true, 3: true, 4: false} {
		r := record{data: "cut", wire: 1500}
		if swapped {
			r.captured, r.wire = 1500, 3
		}
		b := file(binary.LittleEndian, magicMicro, 1, r)
		b[6] = minor
		got, err := readAll(bytes.NewReader(b))
		if err != nil || len(got) != 1 || string(got[0].Data) != "cut" || got[0].Wire != 1500 {
			t.Errorf("version 2.%d: %+v, %v", minor, got, err)
		}
	}
}

// What is wrong with a file is an error that names it and says where; what stands before the
// fault is read.
func TestFaults(t *testing.T) {
	le := binary.LittleEndian
	good := file(le, magicMicro, 1, three...)
	for _, tt := range []struct {
		name    string
		in      []byte
		records int
		want    string
	}{
		{"empty", nil, 0, "not a capture file: it ends at byte 0, inside its header"},
		{"cut in the magic number", good[:3], 0, "not a capture file: it ends at byte 3, inside its header"},
		{"cut in the header", good[:23], 0, "not a capture file: it ends at byte 23, inside its header"},
		{"another file", []byte("root:x:0:0:root:/root:/bin/sh\n"), 0, "not a capture file: magic 0x726f6f74"},
		{"a short other file", []byte("root"), 0, "not a capture file: magic 0x726f6f74"},
		{"pcapng", []byte{0x0a, 0x0d, 0x0d, 0x0a, 28, 0, 0, 0}, 0,
			"a pcapng file, which is not read yet; editcap -F nsecpcap makes a pcap file of it"},
		{"version 3", slices.Concat(good[:4], []byte{3, 0}, good[6:]), 0, "pcap version 3.4, which nobody has defined"},
		{"link type 147", file(le, magicMicro, 147), 0, "link type 147 is not supported"},
		{"cut in a record's header", good[:24+16+5+9], 1, "file ends inside record 2 at byte 54"},
		{"cut in a record", good[:len(good)-1], 2, "file ends inside record 3 at byte 81"},
		{"a record of 1 GiB", file(le, magicMicro, 1, three[0], record{data: "x", captured: 1 << 30}), 1,
			"record 2 at byte 45 claims 1073741824 bytes, more than the 262144 a record may hold"},
	} {
		got, err := readAll(bytes.NewReader(tt.in))
		if err == nil || err.Error() != tt.want || len(got) != tt.records {
			t.Errorf("%s: %d records, error %v; want %d, %s", tt.name, len(got), err, tt.records, tt.want)
		}
	}
}

// The largest record there may be, and one more than the buffer holds at once.
func TestLargeRecords(t *testing.T) {
	large := record{data: strings.Repeat("x", maxRecord)}
	b := file(binary.LittleEndian, magicMicro, 1, large, three[0], large, large, large, large, three[0])
	got, err := readAll(iotest.HalfReader(bytes.NewReader(b)))
	if err != nil || len(got) != 7 || string(got[5].Data) != large.data || string(got[6].Data) != "first" {
		t.Errorf("%d records, %v", len(got), err)
	}
}

func TestReadErrorComesAfterTheFrames(t *testing.T) {
	broken := errors.New("broken")
	b := file(binary.LittleEndian, magicMicro, 1, three[0])
	got, err := readAll(io.MultiReader(bytes.NewReader(b), iotest.ErrReader(broken)))
	if !errors.Is(err, broken) || len(got) != 1 {
		t.Errorf("%d records, %v", len(got), err)
	}
}

// A FIFO's records come as they are written, and no wait is longer than a tick, not even for
// somebody to open its other end.
func TestFIFO(t *testing.T) {
	path := filepath.Join(t.TempDir(), "fifo")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	dst := make([]capture.Frame, 8)
	begin := time.Now()
	if n, err := r.Read(dst); n != 0 || err != nil {
		t.Fatalf("%d frames, %v from a FIFO that nobody writes to", n, err)
	}
	if waited := time.Since(begin); waited < tick/2 || waited > 20*tick {
		t.Errorf("waited %v, want about %v", waited, tick)
	}
	out, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	b := file(binary.LittleEndian, magicMicro, 1, three[0])
	for _, part := range [][]byte{b[:10], b[10:30], b[30:]} {
		if n, err := r.Read(dst); n != 0 || err != nil {
			t.Fatalf("%d frames, %v before the record was there", n, err)
		}
		if _, err := out.Write(part); err != nil {
			t.Fatal(err)
		}
	}
	if got := next(t, r, dst); len(got) != 1 || string(got[0].Data) != "first" {
		t.Fatalf("%+v", got)
	}
	// More than any buffer on the way holds.
	go out.Write(file(binary.LittleEndian, magicMicro, 1, slices.Repeat(three, 10_000)...)[fileHeader:])
	for n := 0; n < 30_000; {
		n += len(next(t, r, dst))
	}
	out.Close()
	for {
		if n, err := r.Read(dst); errors.Is(err, io.EOF) {
			break
		} else if n != 0 || err != nil {
			t.Fatalf("%d frames, %v at the end", n, err)
		}
	}
}

// next are the frames that come next, in a while.
func next(t *testing.T, r *Reader, dst []capture.Frame) []capture.Frame {
	t.Helper()
	for range 50 {
		if n, err := r.Read(dst); n > 0 || err != nil {
			if err != nil {
				t.Fatal(err)
			}
			return dst[:n]
		}
	}
	t.Fatal("no frame came")
	return nil
}

func TestOpen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.pcap")
	if _, err := Open(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
	if err := os.WriteFile(path, file(binary.LittleEndian, magicMicro, 276, three...), 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	dst := make([]capture.Frame, 8)
	if n, err := r.Read(dst); n != 3 || err != nil {
		t.Errorf("%d frames, %v", n, err)
	}
	if got := r.Counters(); got != (capture.Counters{Read: 3}) {
		t.Errorf("counters %+v", got)
	}
	if lo, other := r.Interface(1), r.Interface(2); lo != "lo" || other != "" {
		t.Errorf("interfaces %q and %q, want lo and none", lo, other)
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
}

func TestReadAllocs(t *testing.T) {
	b := file(binary.LittleEndian, magicMicro, 1, slices.Repeat(three, 1000)...)
	in := bytes.NewReader(b)
	r := NewReader(in)
	dst := make([]capture.Frame, 512)
	if n := testing.AllocsPerRun(20, func() {
		in.Reset(b)
		r.unread, r.link, r.err = nil, icmp.LinkUnknown, nil
		for {
			if n, err := r.Read(dst); n == 0 || err != nil {
				break
			}
		}
	}); n != 0 {
		t.Errorf("%v allocations for 3000 records", n)
	}
}

func FuzzPcap(f *testing.F) {
	f.Add(file(binary.LittleEndian, magicMicro, 1, three...))
	f.Add(file(binary.BigEndian, magicNano, 276, three...))
	f.Add(file(binary.LittleEndian, magicMicro, 1, record{data: "x", captured: 1 << 30}))
	f.Fuzz(func(t *testing.T, b []byte) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		frames, _ := readAll(bytes.NewReader(b))
		runtime.ReadMemStats(&after)
		size := 0
		for i, frame := range frames {
			size += recordHeader + len(frame.Data)
			if frame.Number != uint64(i+1) || frame.Wire < 0 {
				t.Fatalf("record %d: %+v", i+1, frame)
			}
		}
		if size > len(b) {
			t.Fatalf("%d bytes of records in a file of %d", size, len(b))
		}
		const slack = 512 << 10 // the frames themselves, the fuzzer's own
		if grew := after.TotalAlloc - before.TotalAlloc; grew > bufferSize+slack+20*uint64(len(b)) {
			t.Fatalf("%d bytes allocated for a file of %d", grew, len(b))
		}
	})
}
