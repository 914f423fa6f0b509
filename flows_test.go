package main

import (
	"bytes"
	"encoding/csv"
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"icmpdump/internal/forge"
	"icmpdump/internal/lab"
)

// otherEcho is a request of another host.
func otherEcho(seq uint16) []byte {
	return forge.Frame(forge.Ether(anyMAC), forge.IP4("10.0.0.6", "198.51.100.7"), forge.Echo4(8, 7, seq))
}

// The same file gives the same bytes each time: rows in every format, and the stream.
func TestFlowsTwice(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 0))
	frames := captures["pings"]()
	for i := range 5000 {
		frames = append(frames, captured{at: 15*time.Second + time.Duration(i)*50*time.Millisecond, frame: forge.Random(r)})
	}
	path := filepath.Join(t.TempDir(), "random.pcap")
	if err := writeCapture(path, frames); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"flows"}, {"flows", "--json"}, {"flows", "--csv"}, {"flows", "--csv", "--sort", "loss"},
		{"flows", "--csv", "--max-flows", "64"}, {"--json"}, {},
	} {
		args = append(args, "-r", path)
		first := stdoutOf(t, exec.Command("icmpdump", args...))
		if again := stdoutOf(t, exec.Command("icmpdump", args...)); again != first || len(first) < 1000 {
			t.Errorf("%v: %d bytes, and %d that differ", args, len(first), len(again))
		}
	}
}

// Live, the table comes at the end, the totals before it at SIGUSR1, and the books balance.
func TestLiveFlows(t *testing.T) {
	a := lab.NewHost(t, "a")
	lab.Need(t, "ping")
	for _, format := range []string{"", "--json", "--csv"} {
		args := []string{"flows", "-i", "lo"}
		if format != "" {
			args = append(args, format)
		}
		r := watching(t, a, args...)
		lab.Output(t, a.Command("ping", "-c3", "-i0.05", "127.0.0.1"))
		r.Signal(syscall.SIGUSR1)
		r.WaitStderr("6 packets captured")
		lines, stderr := interrupt(t, r)
		rows := lab.With(lines, "127.0.0.1")
		if len(lines) != 2 && format != "" || len(rows) != 1 || !strings.Contains(rows[0].Text, "echo") {
			t.Errorf("%s: %v", format, lines)
		}
		if !strings.Contains(stderr, "echo: 3 requests, 3 replies, 0 lost (0.00%)\n") {
			t.Errorf("%s: stderr:\n%s", format, stderr)
		}
	}
}

// When the reader of its pipe goes away, there is nobody to print a table for.
func TestFlowsReaderGoesAway(t *testing.T) {
	a := lab.NewHost(t, "a")
	r := lab.Hold(t, a.Command("icmpdump", "flows", "-i", "lo", "--stats"), "listening on")
	r.Stdout.Close()
	_, stderr := r.End()
	checkBooks(t, stderr)
	if !strings.Contains(stderr, "0 packets captured") {
		t.Errorf("no summary:\n%s", stderr)
	}
}

// What does not fit is added up in one row, the last, and no packet is missing.
func TestFlowsEvicted(t *testing.T) {
	var frames []captured
	for id := range uint16(200) {
		frames = append(frames, captured{at: time.Duration(id) * time.Millisecond, frame: forge.Frame(forge.Ether(anyMAC), forge.IP4("10.0.0.5", "10.0.0.9"), forge.Echo4(8, id, 1))})
	}
	path := filepath.Join(t.TempDir(), "flood.pcap")
	if err := writeCapture(path, frames); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("icmpdump", "flows", "--csv", "--max-flows", "16", "-r", path)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(out)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	at := func(row []string, name string) string { return row[slices.Index(rows[0], name)] }
	packets := 0
	for i, row := range rows[1:] {
		n, _ := strconv.Atoi(at(row, "forward_packets"))
		packets += n
		if last := i == len(rows)-2; last != (at(row, "status") == "evicted") || last != (at(row, "requester") == "") {
			t.Errorf("row %d of %d: %v", i+1, len(rows)-1, row)
		}
	}
	last := rows[len(rows)-1]
	if n, _ := strconv.Atoi(at(last, "flows")); packets != len(frames) || n < len(frames)-16 ||
		!strings.Contains(stderr.String(), "\n"+at(last, "flows")+" flows made room for others (--max-flows)\n") {
		t.Errorf("%d packets of %d, the last row is %v\n%s", packets, len(frames), last, stderr.String())
	}
}

// A stream has the rows of flows that were over, wherever their place went: none of them made room.
func TestStreamOfFlowsThatWereOver(t *testing.T) {
	var frames []captured
	for id := range uint16(200) {
		frames = append(frames, captured{at: time.Duration(id) * 10 * time.Second, frame: forge.Frame(forge.Ether(anyMAC), forge.IP4("10.0.0.5", "10.0.0.9"), forge.Echo4(8, id, 1))})
	}
	path := filepath.Join(t.TempDir(), "slow.pcap")
	if err := writeCapture(path, frames); err != nil {
		t.Fatal(err)
	}
	out := stdoutOf(t, exec.Command("icmpdump", "--json", "--max-flows", "16", "-r", path))
	if n := strings.Count(out, `"event":"flow"`); n != len(frames) || !strings.Contains(out, `"evicted_flows":0}`) {
		t.Errorf("%d flows, want %d, and the summary is %s", n, len(frames), out[strings.LastIndex(out, `{"schema"`):])
	}
	table := stdoutOf(t, exec.Command("icmpdump", "flows", "--max-flows", "16", "-r", path))
	rows := strings.Count(table, " echo ")
	if !strings.Contains(table, strconv.Itoa(len(frames)-rows)+"-flows") || rows > 16 {
		t.Errorf("%d rows, and the aggregate is not of all others:\n%s", rows, table)
	}
}

// --top takes the first of all rows, and the table sorts each of its blocks.
func TestTopOfBlocks(t *testing.T) {
	path := filepath.Join(t.TempDir(), "trace.pcap")
	if err := writeCaptureOf(path, linkRaw, readmePackets(t)); err != nil {
		t.Fatal(err)
	}
	// Their bytes: a ping of 588, an error of 112, a ping of 84, an error of 58.
	for _, tt := range []struct{ top, want string }{
		{"4", "source 588 84 - source 112 58"}, {"3", "source 588 84 - source 112"}, {"2", "source 588 - source 112"}, {"1", "source 588"},
	} {
		var got []string
		for line := range strings.Lines(stdoutOf(t, exec.Command("icmpdump", "flows", "--sort", "bytes", "--top", tt.top, "-r", path))) {
			words := strings.Fields(line)
			switch {
			case len(words) == 0:
				got = append(got, "-")
			case words[0] == "source":
				got = append(got, words[0])
			default:
				got = append(got, words[slices.IndexFunc(words, func(w string) bool { return slices.Contains([]string{"588", "84", "112", "58"}, w) })])
			}
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("the top %s: %v, want %s", tt.top, got, tt.want)
		}
	}
	out := stdoutOf(t, exec.Command("icmpdump", "flows", "--csv", "--sort", "bytes", "--top", "2", "-r", path))
	if !strings.Contains(out, ",error,") || strings.Count(out, "\n") != 3 {
		t.Errorf("as CSV:\n%s", out)
	}
}

// A usual ping is a line that fits a terminal, and errors do not change that.
func TestTableFitsTerminal(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pings.pcap")
	if err := writeCapture(path, captures["two"]()); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(stdoutOf(t, exec.Command("icmpdump", "flows", "-r", path))) {
		if len(line) > 120 {
			t.Errorf("%d columns: %s", len(line), line)
		}
	}
	if err := writeCaptureOf(path, linkRaw, readmePackets(t)); err != nil {
		t.Fatal(err)
	}
	refused := 0
	for line := range strings.Lines(stdoutOf(t, exec.Command("icmpdump", "flows", "-r", path))) {
		if strings.Contains(line, "ttl-exceeded@") {
			refused++
		} else if strings.Contains(line, "  echo ") && len(line) > 120 {
			t.Errorf("beside errors, %d columns: %s", len(line), line)
		}
	}
	if refused != 1 {
		t.Errorf("%d requests were refused, want 1", refused)
	}
}
