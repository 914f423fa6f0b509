package pcapfile

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/iotest"
	"time"

	"icmpdump/capture"
)

// readAll is every frame of in, copied, and the error at its end, or nil for io.EOF.
func readAll(in io.Reader) ([]capture.Frame, error) { return drain(NewReader(in)) }

func drain(r *Reader) ([]capture.Frame, error) {
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
	r, err := Open([]string{path}, nil)
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
func next(t *testing.T, r capture.Source, dst []capture.Frame) []capture.Frame {
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
	if _, err := Open([]string{path}, nil); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
	if err := os.WriteFile(path, file(binary.LittleEndian, magicMicro, 276, three...), 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := Open([]string{path}, nil)
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

// Records cost no allocation, in either format.
func TestReadAllocs(t *testing.T) {
	header := slices.Concat(le.section(), le.iface(1))
	for name, b := range map[string][]byte{
		"classic": file(binary.LittleEndian, magicMicro, 1, slices.Repeat(three, 1000)...),
		"pcapng":  slices.Concat(header, bytes.Repeat(le.enhanced(0, noon, "data", le.flags(1)), 3000)),
	} {
		in := bytes.NewReader(b)
		r := NewReader(in)
		dst := make([]capture.Frame, 512)
		if n, err := r.Read(dst); n != len(dst) || err != nil {
			t.Fatalf("%s: %d frames, %v", name, n, err)
		}
		behind := b[r.offset:]
		if n := testing.AllocsPerRun(20, func() {
			in.Reset(behind)
			r.unread, r.err = nil, nil
			for {
				if n, err := r.Read(dst); n == 0 || err != nil {
					break
				}
			}
		}); n != 0 {
			t.Errorf("%s: %v allocations for 2488 records", name, n)
		}
	}
}
