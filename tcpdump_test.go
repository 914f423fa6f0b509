package main

import (
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"icmpdump/internal/forge"
	"icmpdump/internal/lab"
)

// sameLines holds the lines of frames, read from a file with these options, to tcpdump's, whose
// further lines for one packet are folded into one.
func sameLines(t *testing.T, frames [][]byte, options ...string) {
	t.Helper()
	want, got := bothLines(t, frames, options...)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-tcpdump +icmpdump)\n%s", diff)
	}
}

// bothLines are the lines of frames that tcpdump makes, folded, and ours.
func bothLines(t *testing.T, frames [][]byte, options ...string) (want, got []string) {
	t.Helper()
	capture := make([]captured, len(frames))
	for i, f := range frames {
		capture[i].frame = f
	}
	theirs, ours := bothOutputs(t, linkEthernet, capture, append(options, "-t", "-#")...)
	return folded(theirs), strings.Split(strings.TrimSuffix(ours, "\n"), "\n")
}

// bothOutputs are what tcpdump and icmpdump print of frames that begin with that link header.
func bothOutputs(t *testing.T, link uint32, frames []captured, options ...string) (theirs, ours string) {
	t.Helper()
	lab.NeedTcpdump(t)
	path := filepath.Join(t.TempDir(), "frames.pcap")
	if err := writeCaptureOf(path, link, frames); err != nil {
		t.Fatal(err)
	}
	options = append(options, "-r", path)
	return stdoutOf(t, exec.Command("tcpdump", append([]string{"-n"}, options...)...)),
		stdoutOf(t, exec.Command("icmpdump", append([]string{"-q"}, options...)...))
}

var (
	numbered = regexp.MustCompile(`^ *\d+  `)
	dumped   = regexp.MustCompile(`^\s+0x[0-9a-f]{4}: ( [0-9a-f]{2,4})*`)
)

// folded are tcpdump's lines, made with -#, with one for each packet: what it indents goes on
// behind a blank, without its dumps of bytes, but with what stands behind them.
func folded(out string) []string {
	var lines []string
	for line := range strings.Lines(out) {
		line = strings.TrimRight(line, "\n")
		if numbered.MatchString(line) {
			lines = append(lines, line)
			continue
		}
		dump := dumped.FindString(line)
		if rest := strings.TrimLeft(line[len(dump):], " \t"); rest != "" || dump == "" {
			lines[len(lines)-1] = strings.TrimRight(lines[len(lines)-1], " ") + " " + rest
		}
	}
	return lines
}

// An echo, of either family, is the same line.
func TestEchoLineIsTcpdumps(t *testing.T) {
	sameLines(t, [][]byte{
		message4(8, 0, 0x12340007, make([]byte, 56)), message4(0, 0, 0x12340007, nil),
		message6(128, 0, 0x12340007, make([]byte, 56)), message6(129, 0, 0x12340007, nil),
	})
}

// An echo in a frame of IEEE 802.3 is the same line, and so is its link header.
func TestLLCLineIsTcpdumps(t *testing.T) {
	echo := message4(8, 0, 0x12340007, make([]byte, 20))
	bridged := forge.SNAP(echo)
	bridged[19] = 0xf8
	llc := slices.Concat(echo[:12], []byte{0, byte(len(echo) - 14 + 3), 6, 6, 3}, echo[14:])
	tag := slices.Concat(echo[:12], []byte{0x81, 0, 0, 7}, forge.SNAP(echo)[12:])
	frames := [][]byte{forge.SNAP(echo), forge.SNAP(message6(128, 0, 0x12340007, nil)), bridged, llc, tag}
	for _, options := range [][]string{nil, {"-e"}, {"-e", "-v"}} {
		sameLines(t, frames, options...)
	}
}
