package main

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
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
	seed, n := setting(t, seedVar, 1), setting(t, packetsVar, 8_000)
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

// A deviation is where a line is not tcpdump's: docs/lines.md has the reasons. Every other byte is
// the same.
type deviation struct {
	kind   string // of message; "": any
	theirs *regexp.Regexp
	ours   string // what stands there in icmpdump's line, as in Regexp.Expand
	both   bool   // icmpdump's line has something else there, which is replaced likewise
	ends   bool   // from the group on icmpdump's line goes on in its own way
}

var deviations = []deviation{
	{theirs: regexp.MustCompile(`(protocol \d+ port) \d+`), ours: "$1", both: true},
	{theirs: regexp.MustCompile(`((?:\(homeaddr: |, segleft=0, ).*?)\[(?:bad icmp6 cksum|icmp6 sum)[^]]*\]`), ours: "$1", both: true},
	{theirs: regexp.MustCompile(`(LSRR .*?) (?:\[bad udp cksum [^]]*\]|\[udp sum ok\]|cksum 0x[0-9a-f]{4} \([^)]*\),)`), ours: "$1", both: true},
	{theirs: regexp.MustCompile(`(proto .* proto .*?) (?:\[bad udp cksum [^]]*\]|\[udp sum ok\]|cksum 0x[0-9a-f]{4} \([^)]*\),|\(wrong icmp cksum [^!]*!\))(.* Multi-Part)`), ours: "$1$2", both: true},
	{theirs: regexp.MustCompile(`(hop limit \d+, Flags )\[[a-z ,]*\]`), ours: "$1", both: true},
	{theirs: regexp.MustCompile(`(label \d+, tc \d(?:, \[S\])?, ttl \d+)(?: label \d+, tc \d(?:, \[S\])?, ttl \d+)+`), ours: "$1", both: true},
	{theirs: regexp.MustCompile(`( ip-proto-(?:44|140) \d+| \[\|icmp6?\].*)$`), ends: true},
	{theirs: regexp.MustCompile(`RT6 \(len=\d+, type=(3), `), ends: true},
	{theirs: regexp.MustCompile(`multicast listener (?:report|done)((?:, length 8)?)$`), ends: true},
	{theirs: regexp.MustCompile(`information reply \(.*DNS name, "[^"]*(\?\?\?")`), ends: true},
	{theirs: regexp.MustCompile(`renumbering, command.*?((?:, length \d+)?)$`), ends: true},
	{theirs: regexp.MustCompile(`(unknown option \()`), ends: true},
	{theirs: regexp.MustCompile(`inverse neighbor \w+()$`), ends: true},
	{theirs: regexp.MustCompile(`(unknown icmp6 type) \((?:148|149|154|157|158)\), length \d+`), ends: true},
	{theirs: regexp.MustCompile(`ICMP(?: type-#4[23]|6, unknown icmp6 type \(16[01]\)), length \d+.*()$`), ends: true},
	{theirs: regexp.MustCompile(`ICMP6, (?:destination unreachable|time exceeded).*()$`), ends: true},
	{theirs: regexp.MustCompile(`proto (?:IGMP|RSVP|OSPF|PIM|VRRP) \(\d+\), length.*\) [0-9.]+ > [0-9.]+: (.*)`), ends: true},
	{theirs: regexp.MustCompile(`Multi-Part extension v2, checksum 0x[0-9a-f]{4} \((incorrect\).*)`), ends: true},
	{theirs: regexp.MustCompile(`(Interface Identification|unknown) Object`), ends: true},
	{theirs: regexp.MustCompile(`(?: [A-Za-z]+)+ Object \(\d+\), Class-Type: \d+, length 4(?: role \w+)?$`), both: true},
	{kind: "listener report v2 with data", theirs: regexp.MustCompile(`group record\(s\)()`), ends: true},
}

// The line of a random packet, of whatever link type, is tcpdump's but for the deviations.
func TestRandomLinesAreTcpdumps(t *testing.T) {
	lab.NeedTcpdump(t)
	used := make([]bool, len(deviations))
	for _, link := range forge.Links {
		all, path := specimens(t, link)
		for _, options := range [][]string{nil, {"-v"}, {"-vv"}, {"-e"}, {"-e", "-v"}} {
			options = append(options, "-n", "-#", "-r", path)
			want := linesOf(t, "tcpdump", options...)
			got := linesOf(t, "icmpdump", append(options, "-q")...)
			if len(got) != len(all) || len(want) != len(all) {
				t.Fatalf("%v: %d lines of %d packets, tcpdump has %d", link, len(got), len(all), len(want))
			}
			for i, s := range all {
				if theirs, ours := deviate(s.kind, want[i], got[i], used); theirs != ours {
					t.Errorf("%v, %s, %q:\ngot  %s\nwant %s\nfrom %s\n%x", link, s.kind, options[:len(options)-4], got[i], theirs, want[i], s.frame)
				}
			}
		}
	}
	for i, d := range deviations {
		if !used[i] && !chosen() {
			t.Errorf("no line has %s: take it out of the table, and of docs/lines.md", d.theirs)
		}
	}
}

// deviate is tcpdump's line with everything in it that is something else in ours, and ours without
// what is its own. It marks the deviations that it used.
func deviate(kind, theirs, ours string, used []bool) (string, string) {
	for i, d := range deviations {
		if theirs == ours || d.kind != "" && d.kind != kind {
			continue
		}
		if d.both && d.theirs.MatchString(ours) {
			used[i] = true
			ours = d.theirs.ReplaceAllString(ours, d.ours)
		}
		at := d.theirs.FindStringSubmatchIndex(theirs)
		switch {
		case at == nil:
			continue
		case d.ends:
			theirs, ours = theirs[:at[2]], ours[:min(at[2], len(ours))]
		default:
			theirs = d.theirs.ReplaceAllString(theirs, d.ours)
		}
		used[i] = true
	}
	return theirs, ours
}
