package pcapfile

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"syscall"
	"testing"

	"github.com/klauspost/compress/zstd"

	"icmpdump/capture"
)

func gzipped(t testing.TB, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	return compressed(t, &out, gzip.NewWriter(&out), b)
}

func zstandard(t testing.TB, b []byte, options ...zstd.EOption) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := zstd.NewWriter(&out, options...)
	if err != nil {
		t.Fatal(err)
	}
	return compressed(t, &out, w, b)
}

func compressed(t testing.TB, out *bytes.Buffer, w io.WriteCloser, b []byte) []byte {
	t.Helper()
	if _, err := w.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// readFiles is every frame's data of files, and the error at the end.
func readFiles(t *testing.T, paths ...string) ([]string, error) {
	t.Helper()
	f, err := Open(paths, func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	var data []string
	for dst := make([]capture.Frame, 100); ; {
		n, err := f.Read(dst)
		for _, frame := range dst[:n] {
			data = append(data, string(frame.Data))
		}
		if errors.Is(err, io.EOF) {
			return data, f.Close()
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

// Compressed files are told by their first bytes, whatever their name.
func TestDecompression(t *testing.T) {
	b := file(binary.LittleEndian, magicMicro, 1, three[0], three[2])
	ng := slices.Concat(be.section(), be.iface(1), be.enhanced(0, noon, "first"), be.enhanced(0, noon, "third"))
	skippable := []byte{0x5e, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 1, 2, 3, 4}
	zipped := gzipped(t, b)
	whole := []string{"first", "third"}
	for _, tt := range []struct {
		name string
		in   []byte
		want []string
		err  string // behind the file's name
	}{
		{"gzip", zipped, whole, ""},
		{"gzip of pcapng", gzipped(t, ng), whole, ""},
		{"gzip in two members", slices.Concat(gzipped(t, b[:30]), gzipped(t, b[30:])), whole, ""},
		{"gzip, cut in its end", zipped[:len(zipped)-4], whole, ": at byte 66: the compressed data is cut short"},
		{"gzip, cut in its header", zipped[:7], nil, ": at byte 0: the compressed data is cut short"},
		{"gzip, with a wrong checksum", slices.Concat(zipped[:len(zipped)-8], make([]byte, 8)), whole, ": at byte 66: gzip: invalid checksum"},
		{"gzip, and something else", slices.Concat(zipped, []byte("something else")), whole, ": at byte 66: gzip: invalid header"},
		{"gzip of a cut file", gzipped(t, b[:len(b)-1]), whole[:1], ": file ends inside record 2 at byte 65"},
		{"gzip of gzip", gzipped(t, zipped), nil, ": not a capture file: magic 0x1f8b0800"},
		{"zstd", zstandard(t, b), whole, ""},
		{"zstd of pcapng", zstandard(t, ng), whole, ""},
		{"zstd in two frames", slices.Concat(zstandard(t, b[:30]), zstandard(t, b[30:])), whole, ""},
		{"zstd behind a frame to be skipped", slices.Concat(skippable, zstandard(t, b)), whole, ""},
		{"zstd, cut in its header", zstandard(t, b)[:5], nil, ": at byte 0: the compressed data is cut short"},
		{"as short as nothing", []byte{0x1f}, nil, ": not a capture file: it ends at byte 1, inside its header"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := writeFiles(t, tt.in)[0]
			got, err := readFiles(t, path)
			if !slices.Equal(got, tt.want) {
				t.Errorf("%q, want %q", got, tt.want)
			}
			if tt.err == "" && err != nil || tt.err != "" && (err == nil || err.Error() != path+tt.err) {
				t.Errorf("%v, want %s", err, tt.err)
			}
		})
	}
}

// A pipe may be compressed as well.
func TestCompressedFIFO(t *testing.T) {
	path := filepath.Join(t.TempDir(), "fifo")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	b := file(binary.LittleEndian, magicMicro, 1, slices.Repeat(three, 10_000)...)
	go os.WriteFile(path, zstandard(t, b), 0)
	if got, err := readFiles(t, path); err != nil || len(got) != 30_000 {
		t.Errorf("%d records, %v", len(got), err)
	}
}

// A bomb costs time, not memory: 64 MiB out of a few KiB, most of them a block to be skipped;
// and zstd data that wants a large window is refused.
func TestBombs(t *testing.T) {
	b := slices.Concat(le.section(), le.iface(1), le.block(4711, make([]byte, 64<<20)), le.enhanced(0, noon, "end"))
	const window = 16 << 20
	for _, tt := range []struct {
		name string
		in   []byte
		most uint64 // bytes allocated
		err  string
	}{
		{"gzip", gzipped(t, b), 1 << 20, ""},
		{"zstd", zstandard(t, b), 3 * maxWindow, ""},
		{"zstd, a large window", zstandard(t, b, zstd.WithWindowSize(window)), 1 << 20,
			": at byte 0: zstd data with a window of more than 8 MiB; zstd -dc --long=31 reads it, if it has the memory"},
	} {
		path := writeFiles(t, tt.in)[0]
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		got, err := readFiles(t, path)
		runtime.ReadMemStats(&after)
		if tt.err == "" && (err != nil || !slices.Equal(got, []string{"end"})) || tt.err != "" && (err == nil || err.Error() != path+tt.err) {
			t.Errorf("%s: %q, %v, want %s", tt.name, got, err, tt.err)
		}
		if grew := after.TotalAlloc - before.TotalAlloc; grew > bufferSize+tt.most {
			t.Errorf("%s: %d bytes allocated for a file of %d", tt.name, grew, len(tt.in))
		}
	}
}
