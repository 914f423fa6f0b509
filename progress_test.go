package main

import (
	"bytes"
	"compress/gzip"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"icmpdump/internal/lab"
	"icmpdump/render"
)

// largeCapture is a file that is larger than progressFrom: one packet over and over.
func largeCapture(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "large.pcap")
	if err := writeCapture(path, []captured{{frame: echoFrame(8, 1)}}); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	const header = 24
	record := b[header:]
	b = append(b, bytes.Repeat(record, progressFrom/len(record))...)
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// onTerminal runs a shell's command on a terminal of its own and returns what that was sent.
func onTerminal(t *testing.T, command string) string {
	t.Helper()
	return lab.Output(t, exec.Command("script", "-qefc", command, os.DevNull))
}

// A large file's progress is a line on stderr, if that is a terminal and stdout is not. It is
// redrawn four times a second at most, and gone at the end.
func TestProgress(t *testing.T) {
	lab.Need(t, "script")
	large := largeCapture(t)
	small := filepath.Join(t.TempDir(), "small.pcap")
	if err := writeCapture(small, captures["pings"]()); err != nil {
		t.Fatal(err)
	}
	line := regexp.MustCompile(`\r\d+%, \d+ of 256 MiB, \d+ records?(, \d+:\d\d left)?\x1b\[K`)

	begin := time.Now()
	out := onTerminal(t, "icmpdump --json -v -e -xx"+strings.Repeat(" -r "+large, 4)+" >/dev/null")
	took := time.Since(begin)
	drawn := line.FindAllString(out, -1)
	if len(drawn) == 0 || len(drawn) > int(took/progressEvery) {
		t.Errorf("drawn %d times in %v", len(drawn), took)
	}
	if rest, ok := strings.CutPrefix(out, strings.Join(drawn, "")+render.EraseLine); !ok || !strings.HasPrefix(rest, "2354700 packets captured\r\n") {
		t.Errorf("what is left on the terminal: %q", rest)
	}

	if out := onTerminal(t, "icmpdump flows"+strings.Repeat(" -r "+large, 12)); !strings.Contains(out, " of 768 MiB, ") || !strings.Contains(out, render.EraseLine+"source  ") {
		t.Errorf("no progress of rows on a terminal: %q", out[:min(len(out), 400)])
	}

	for name, command := range map[string]string{
		"stderr is no terminal": "icmpdump -r " + large + " 2>&1 >/dev/null | cat",
		"stdout is one":         "icmpdump --color=never -c9 -r " + large,
		"a small file":          "icmpdump -r " + small + " >/dev/null",
		"a pipe":                "cat " + large + " | icmpdump -r - >/dev/null",
	} {
		if out := onTerminal(t, command); strings.Contains(out, "\x1b") || !strings.Contains(out, "captured") {
			t.Errorf("%s: %q", name, out[:min(len(out), 200)])
		}
	}
}

// Of a compressed file it is the compressed one that is large or small, and that is measured.
func TestProgressOfCompressed(t *testing.T) {
	lab.Need(t, "script")
	b, err := os.ReadFile(largeCapture(t))
	if err != nil {
		t.Fatal(err)
	}
	for level, want := range map[int]bool{gzip.NoCompression: true, gzip.BestSpeed: false} {
		var zipped bytes.Buffer
		w, err := gzip.NewWriterLevel(&zipped, level)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(b); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), "large.pcap.gz")
		if err := os.WriteFile(path, zipped.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		if out := onTerminal(t, "icmpdump --json -v -e -xx -r "+path+" >/dev/null"); strings.Contains(out, "\x1b") != want {
			t.Errorf("%d bytes of %d: %q", zipped.Len(), len(b), out[:min(len(out), 200)])
		}
	}
}
