package pcapfile

import (
	"encoding/binary"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"icmpdump/capture"
)

// writeFiles writes files into a folder of the test's and returns their paths.
func writeFiles(t *testing.T, contents ...[]byte) []string {
	t.Helper()
	dir := t.TempDir()
	var paths []string
	for i, b := range contents {
		path := filepath.Join(dir, string(rune('a'+i)))
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	return paths
}

// Files are one stream: record numbers go on, whatever the format and whatever is wrong with
// one of them. What was wrong is said at the end, what was odd at the end of each file.
func TestFiles(t *testing.T) {
	late := record{sec: 1, frac: 1e6, data: "late"}
	cut := file(binary.BigEndian, magicMicro, 101, three...)
	paths := writeFiles(t,
		file(binary.LittleEndian, magicMicro, 1, three[0], late),
		slices.Concat(le.section(), le.iface(1, le.option(optName, "eth0")), le.enhanced(0, noon, "ng")),
		nil,
		cut[:len(cut)-1],
		slices.Concat(be.section(), be.iface(1, be.option(optName, "eth1")), be.iface(1, be.option(optName, "eth0")), be.enhanced(1, noon, "end")),
	)
	gone := paths[2]
	var notices []string
	f, err := Open(paths, func(text string) { notices = append(notices, text) })
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(gone); err != nil { // after Open has looked
		t.Fatal(err)
	}
	if read, total := f.Position(); read != 0 || total == 0 {
		t.Errorf("at the beginning, %d bytes of %d were read", read, total)
	}
	var data []string
	var indices []int32
	dst := make([]capture.Frame, 2)
	for {
		n, err := f.Read(dst)
		for _, frame := range dst[:n] {
			data = append(data, string(frame.Data))
			indices = append(indices, frame.Iface)
			if frame.Number != uint64(len(data)) {
				t.Errorf("%q is number %d, want %d", frame.Data, frame.Number, len(data))
			}
		}
		if got := f.Counters().Read; got < uint64(len(data)) {
			t.Errorf("%d records handed out, and %d read", len(data), got)
		}
		if errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	if want := []string{"first", "late", "ng", "first", "", "end"}; !slices.Equal(data, want) {
		t.Errorf("%q, want %q", data, want)
	}
	if want := []int32{0, 0, -1, 0, 0, -1}; !slices.Equal(indices, want) || f.Interface(-1) != "eth0" {
		t.Errorf("interfaces %v, want %v; %q is -1", indices, want, f.Interface(-1))
	}
	if got := f.Counters(); got != (capture.Counters{Read: 6}) {
		t.Errorf("counters %+v", got)
	}
	if read, total := f.Position(); read != total {
		t.Errorf("at the end, %d bytes of %d were read", read, total)
	}
	if want := []string{paths[0] + ": 1 of 2 records, the first number 2, have no valid time: no round trip is measured by them"}; !slices.Equal(notices, want) {
		t.Errorf("notices %q, want %q", notices, want)
	}
	want := "open " + gone + ": no such file or directory\n" + paths[3] + ": file ends inside record 3 at byte 81"
	if err := f.Close(); err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
	if err := f.Close(); err != nil {
		t.Errorf("closed again: %v", err)
	}
}

// What can't be read at all is refused before anything is.
func TestOpenRefuses(t *testing.T) {
	there := writeFiles(t, file(binary.LittleEndian, magicMicro, 1))[0]
	if _, err := Open([]string{there, there + "-not"}, nil); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no second file: %v", err)
	}
}

// A file that is left in its middle has told all that there was to tell.
func TestCloseInTheMiddle(t *testing.T) {
	b := file(binary.LittleEndian, magicMicro, 1, record{data: "odd"}, three[0])
	var notices []string
	f, err := Open(writeFiles(t, b, b), func(text string) { notices = append(notices, text) })
	if err != nil {
		t.Fatal(err)
	}
	if n, err := f.Read(make([]capture.Frame, 1)); n != 1 || err != nil {
		t.Fatalf("%d frames, %v", n, err)
	}
	if err := f.Close(); err != nil || len(notices) != 1 || !strings.Contains(notices[0], "1 of 1 records") {
		t.Errorf("%v, notices %q", err, notices)
	}
	if got := f.Counters().Read; got != 1 {
		t.Errorf("%d records, want 1", got)
	}
	if n, err := f.Read(make([]capture.Frame, 1)); n != 0 || !errors.Is(err, io.EOF) {
		t.Errorf("after Close: %d frames, %v", n, err)
	}
}

// How much is known of what is no regular file: nothing.
func TestPositionOfADevice(t *testing.T) {
	f, err := Open([]string{writeFiles(t, []byte("a file"))[0], os.DevNull}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, total := f.Position(); total != 0 {
		t.Errorf("%d bytes in all, want 0 for unknown", total)
	}
}

// A file that still grows is read as far as it goes.
func TestFileStillGrowing(t *testing.T) {
	b := file(binary.LittleEndian, magicMicro, 1, three...)
	path := writeFiles(t, b[:45])[0] // the header and the first record
	f, err := Open([]string{path}, func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	dst := make([]capture.Frame, 8)
	if n, err := f.Read(dst); n != 1 || err != nil {
		t.Fatalf("%d frames, %v", n, err)
	}
	if err := os.WriteFile(path, b[:len(b)-1], 0o600); err != nil {
		t.Fatal(err)
	}
	if n, err := f.Read(dst); n != 1 || err != nil || dst[0].Number != 2 {
		t.Fatalf("%d frames, %v", n, err)
	}
	if n, err := f.Read(dst); n != 0 || !errors.Is(err, io.EOF) {
		t.Fatalf("%d frames, %v", n, err)
	}
	want := path + ": file ends inside record 3 at byte 81"
	if err := f.Close(); err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}
