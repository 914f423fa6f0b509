package main

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gopacket/gopacket/layers"

	"icmpdump/internal/forge"
	"icmpdump/internal/lab"
)

// Differential tests: what icmpdump says of random packets of every kind is what tcpdump says
// (here) and tshark (in differ_facts_test.go). These environment variables choose other packets,
// and more of them.
const (
	seedVar    = "ICMPDUMP_SEED"
	packetsVar = "ICMPDUMP_PACKETS"
)

// A specimen is a random frame, and what kind of message is in it.
type specimen struct {
	kind  string
	frame []byte
}

// specimens are random frames of all kinds in turn, and a file with them in that order. Only
// those of Ethernet have VLAN tags.
func specimens(t *testing.T, link layers.LinkType) (_ []specimen, path string) {
	t.Helper()
	seed, n := setting(t, seedVar, 1), setting(t, packetsVar, 20_000)
	t.Logf("%s=%d %s=%d", seedVar, seed, packetsVar, n)
	r := rand.New(rand.NewPCG(seed, 0))
	var all []specimen
	var frames []captured
	for i := range int(n) {
		kind := forge.Kinds[i%len(forge.Kinds)]
		s := specimen{kind: kind.Name}
		if link == layers.LinkTypeEthernet {
			s.frame = kind.Frame(r)
		} else {
			s.frame = forge.Link(link, kind.Datagram(r))
		}
		all = append(all, s)
		frames = append(frames, captured{at: time.Duration(i) * time.Microsecond, frame: s.frame}) // nothing is lost yet
	}
	path = filepath.Join(t.TempDir(), "specimens.pcap")
	if err := writeCaptureOf(path, uint32(link), frames); err != nil {
		t.Fatal(err)
	}
	return all, path
}

// chosen reports whether somebody chose other packets. Those that are not chosen need every row
// of the tables.
func chosen() bool { return os.Getenv(seedVar) != "" || os.Getenv(packetsVar) != "" }

// setting is the number in an environment variable.
func setting(t *testing.T, name string, otherwise uint64) uint64 {
	t.Helper()
	s := os.Getenv(name)
	if s == "" {
		return otherwise
	}
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}

// A deviation is where a line is not tcpdump's, and what it is instead: docs/lines.md has the
// reasons. Every other byte is the same.
type deviation struct {
	theirs *regexp.Regexp
	ours   string // what stands there in icmpdump's line, as in Regexp.Expand
	ends   bool   // at the match, or its group, icmpdump's line goes on in its own way
}

var deviations = []deviation{
	{theirs: regexp.MustCompile(`AH\([^)]*\): ?`)},
	{theirs: regexp.MustCompile(`RT6 \(.*\(unknown type\) \(invalid\)`), ends: true},
	{theirs: regexp.MustCompile(`RT6 \(len=\d+, type=\d+(?: \[Deprecated\])?, [^)]*\) ?`)},
	{theirs: regexp.MustCompile(`DSTOPT (frag \(\d+\|\d+\)) ?`), ours: "$1 DSTOPT "},
	{theirs: regexp.MustCompile(` ip-proto-(?:44|140) \d+$`), ends: true},
	{theirs: regexp.MustCompile(`router advertisement .*, length`), ours: "router advertisement, length"},
	{theirs: regexp.MustCompile(`(time stamp reply id \d+ seq \d+): org .*, length`), ours: "$1, length"},
	{theirs: regexp.MustCompile(`address mask is 0x[0-9a-f]{8}`), ours: "address mask reply"},
	{theirs: regexp.MustCompile(`router renumbering(?:,| \[).*, length`), ours: "router renumbering, length"},
	{theirs: regexp.MustCompile(`who-are-you re\w+( .*)`), ends: true},
	{theirs: regexp.MustCompile(`( v2 \[gaddr [0-9a-f:]+)(?:, \d+ source\(s\)| \[invalid number of sources\])`), ours: "$1"},
	{theirs: regexp.MustCompile(`multicast listener \w+((?: unknown-version \(len \d+\) )?, length \d+)$`), ends: true}, // cut short by a fragment
	{theirs: regexp.MustCompile(`(protocol \d+ port) \d+`), ours: "$1"},
	{theirs: regexp.MustCompile(` \[\|icmp6?\]$`), ends: true}, // likewise
}

// The line of a random packet, of whatever link type, is tcpdump's but for the deviations.
func TestRandomLinesAreTcpdumps(t *testing.T) {
	lab.NeedTcpdump(t)
	used := make([]bool, len(deviations))
	for _, link := range forge.Links {
		all, path := specimens(t, link)
		want := linesOf(t, "tcpdump", "-n", "-#", "-r", path)
		got := linesOf(t, "icmpdump", "-q", "-#", "-r", path)
		if len(got) != len(all) || len(want) != len(all) {
			t.Fatalf("%v: %d lines of %d packets, tcpdump has %d", link, len(got), len(all), len(want))
		}
		for i, s := range all {
			if line := deviate(want[i], got[i], used); line != got[i] {
				t.Errorf("%v, %s:\ngot  %s\nwant %s\nfrom %s\n%x", link, s.kind, got[i], line, want[i], s.frame)
			}
		}
	}
	for i, d := range deviations {
		if !used[i] && !chosen() {
			t.Errorf("no line has %s: take it out of the table, and of docs/lines.md", d.theirs)
		}
	}
}

// deviate is tcpdump's line with everything in it that is something else in ours, and marks the
// deviations that it used.
func deviate(theirs, ours string, used []bool) string {
	for i, d := range deviations {
		if theirs == ours {
			break
		}
		at := d.theirs.FindStringSubmatchIndex(theirs)
		switch {
		case at == nil:
		case !d.ends:
			used[i] = true
			theirs = strings.TrimSuffix(d.theirs.ReplaceAllString(theirs, d.ours), " ")
		case strings.HasPrefix(ours, theirs[:at[len(at)-2]]):
			used[i] = true
			theirs = ours
		}
	}
	return theirs
}
