package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"

	"icmpdump/internal/forge"
	"icmpdump/internal/lab"
)

// checkSaved wants the account of -w to balance, too, and returns how many packets were written.
func checkSaved(t testing.TB, stderr string) int {
	t.Helper()
	if n := strings.Count(stderr, "books: "); n != 5 && n != 6 || strings.Contains(stderr, "!=") {
		t.Errorf("the books do not balance:\n%s", stderr)
	}
	m := regexp.MustCompile(`(?m)^books: matched \d+ = written to -w (\d+) `).FindStringSubmatch(stderr)
	if m == nil {
		t.Fatalf("no account of -w:\n%s", stderr)
	}
	n, err := strconv.Atoi(m[1])
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// save copies a file by -w, and returns how many packets were written.
func save(t testing.TB, from, to string, options ...string) int {
	t.Helper()
	cmd := exec.Command("icmpdump", append([]string{"--stats", "-r", from, "-w", to}, options...)...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v\n%s", err, stderr.String())
	}
	return checkSaved(t, stderr.String())
}

// uncomplaining has tcpdump, tshark and capinfos read a file: each without a word of complaint, and
// all find so many packets.
func uncomplaining(t testing.TB, path string, packets int) {
	t.Helper()
	lab.NeedTcpdump(t)
	lab.Need(t, "tshark", "capinfos")
	// Of every file of cooked packets, version 2, tcpdump says that interfaces may have other names now.
	mine := regexp.MustCompile(`(?m)^(reading from file .*|Running as user .*|\d+ packets?|Warning: interface names might be incorrect)\n`)
	for _, argv := range [][]string{
		{"tcpdump", "-n", "-r", path, "--count"},
		{"tshark", "-n", "-r", path, "-T", "fields", "-e", "frame.number"},
		{"capinfos", "-Mc", path},
	} {
		cmd := exec.Command(argv[0], argv[1:]...)
		var stdout, stderr bytes.Buffer
		cmd.Stdout, cmd.Stderr = &stdout, &stderr
		if err := cmd.Run(); err != nil {
			t.Fatalf("%s %s: %v\n%s", argv[0], path, err, stderr.String())
		}
		if rest := mine.ReplaceAllString(stderr.String(), ""); rest != "" {
			t.Errorf("%s complains of %s: %s", argv[0], path, rest)
		}
		n := strings.Count(stdout.String(), "\n")
		if m := regexp.MustCompile(`(?m)^(?:Number of packets: +)?(\d+)(?: packets?)?$`).FindStringSubmatch(stdout.String()); m != nil && argv[0] != "tshark" {
			n, _ = strconv.Atoi(m[1])
		}
		if n != packets {
			t.Errorf("%s finds %d packets in %s, want %d:\n%s", argv[0], n, path, packets, stdout.String())
		}
	}
}

// A stored packet is one as gopacket reads it of a file.
type stored struct {
	data  []byte
	wire  int
	at    time.Time
	iface string
}

// storedIn are the packets of a file.
func storedIn(t testing.TB, path string) (all []stored) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var r gopacket.PacketDataSource
	name := func(int) string { return "" }
	if b[0] == 0x0a {
		ng, err := pcapgo.NewNgReader(bytes.NewReader(b), pcapgo.NgReaderOptions{WantMixedLinkType: true})
		if err != nil {
			t.Fatal(err)
		}
		r = ng
		name = func(i int) string {
			ifi, err := ng.Interface(i)
			if err != nil {
				t.Fatal(err)
			}
			return ifi.Name
		}
	} else if r, err = pcapgo.NewReader(bytes.NewReader(b)); err != nil {
		t.Fatal(err)
	}
	for {
		data, ci, err := r.ReadPacketData()
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, stored{data, ci.Length, ci.Timestamp.UTC(), name(ci.InterfaceIndex)})
	}
}

// fewer makes specimens fewer, unless somebody chose how many.
func fewer(t *testing.T) {
	if !chosen() {
		t.Setenv(packetsVar, "2000")
	}
}

// The bytes, lengths and times of what is written are those of what was read, of random packets of
// all types as every link type, and every reader takes the files.
func TestSavedFilesAreWhatWasRead(t *testing.T) {
	all := chosen()
	fewer(t)
	for _, link := range forge.Links {
		for _, ext := range []string{".pcapng", ".pcap"} {
			if ext == ".pcap" && link != layers.LinkTypeEthernet && !all {
				continue // the readers are slow
			}
			t.Run(fmt.Sprint(link, ext), func(t *testing.T) {
				_, from := specimens(t, link)
				to := filepath.Join(t.TempDir(), "copy"+ext)
				n := save(t, from, to)
				uncomplaining(t, to, n)
				var want []stored
				numbers := packetsOf(t, from)
				for i, s := range storedIn(t, from) {
					if numbers[uint64(i+1)] != nil {
						want = append(want, s)
					}
				}
				got := storedIn(t, to)
				if len(got) != n || len(want) != n {
					t.Fatalf("%d packets in the file, %d written, %d read", len(got), n, len(want))
				}
				for i := range got {
					if diff := cmp.Diff(want[i], got[i], cmp.AllowUnexported(stored{})); diff != "" {
						t.Fatalf("packet %d (-want +got)\n%s", i+1, diff)
					}
				}
			})
		}
	}
}

// numberOf is what differs between a file and its copy: records that are no ICMP are not in it.
var numberOf = regexp.MustCompile(`"frame":\d+,`)

// unnumbered are the objects of a file but for the numbers, and the summary's count of records.
func unnumbered(t testing.TB, path string) string {
	cmd := exec.Command("icmpdump", "--json", "-r", path)
	out, err := cmd.Output() // of a file with a fault, what is before it
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	text, _, _ := strings.Cut(numberOf.ReplaceAllString(string(out), ""), `{"schema":1,"event":"summary"`)
	return text
}

// readAgain wants the copy of a file to say what the file says.
func readAgain(t *testing.T, from string) {
	t.Helper()
	to := filepath.Join(t.TempDir(), "copy.pcapng")
	exec.Command("icmpdump", "-r", from, "-w", to).Run() // a fault is the file's
	if diff := cmp.Diff(unnumbered(t, from), unnumbered(t, to)); diff != "" {
		t.Errorf("%s (-read +read again)\n%s", from, diff)
	}
}

// -r a -w b loses nothing: b says what a does, of all link types, of damaged packets, and of the
// interfaces of pcapng files.
func TestSavedFilesSayTheSame(t *testing.T) {
	fewer(t)
	for _, link := range forge.Links {
		_, path := specimens(t, link)
		readAgain(t, path)
	}
	path := filepath.Join(t.TempDir(), "two.pcapng")
	if err := writePcapng(path, captures["pings"]()); err != nil {
		t.Fatal(err)
	}
	readAgain(t, path)
	if !strings.Contains(unnumbered(t, path), `"interface":"eth1"`) {
		t.Error("the file has no interfaces")
	}
}

func TestSavedCorpusSaysTheSame(t *testing.T) {
	dir := os.Getenv(corpusVar)
	if dir == "" {
		t.Skip("no " + corpusVar)
	}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && strings.Contains(d.Name(), ".pcap") {
			readAgain(t, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// A copy of packets with bytes that lie is a copy.
func TestSavedDamageSaysTheSame(t *testing.T) {
	r := rand.New(rand.NewPCG(setting(t, seedVar, 1), 6))
	var frames []captured
	for i := range 3000 {
		whole := forge.Random(r)
		frame := forge.Damaged(r, whole)
		frames = append(frames, captured{at: time.Duration(i) * time.Millisecond, frame: frame, cut: max(0, len(whole)-len(frame))})
	}
	path := filepath.Join(t.TempDir(), "damaged.pcap")
	if err := writeCaptureOf(path, linkEthernet, frames); err != nil {
		t.Fatal(err)
	}
	readAgain(t, path)
}

func TestFileSize(t *testing.T) {
	for _, tt := range []struct {
		in   string
		want int64
	}{
		{"1", 1_000_000}, {"010", 10_000_000}, {"5k", 5 << 10}, {"5K", 5 << 10}, {"1M", 1 << 20}, {"100m", 100 << 20}, {"2G", 2 << 30}, {"2g", 2 << 30},
	} {
		if got, err := fileSize(tt.in); err != nil || got != tt.want {
			t.Errorf("-C %s: %d, %v; want %d", tt.in, got, err, tt.want)
		}
	}
}
