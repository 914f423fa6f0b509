package main

import (
	"bytes"
	"strings"
	"testing"

	"icmpdump/bench/traffic"
)

// What programs say at their end.
const (
	ourWords = `icmpdump: listening on far
1000000 packets captured
1000000 packets received by filter
1 packet dropped by kernel
512 lines skipped, the output was too slow
echo: 1000000 requests, 0 replies, 0 lost, 262144 pending, 737856 forgotten
`
	tcpdumpWords = `listening on far, link-type EN10MB (Ethernet), snapshot length 262144 bytes
123 packets captured
1000000 packets received by filter
999877 packets dropped by kernel
`
)

func TestCount(t *testing.T) {
	for _, tt := range []struct {
		name, stderr, words string
		want                uint64
		fails               bool
	}{
		{name: "ours", stderr: ourWords, words: "packets captured", want: 1_000_000},
		{name: "one", stderr: ourWords, words: "packets dropped by kernel", want: 1},
		{name: "skipped", stderr: ourWords, words: "lines skipped, the output was too slow", want: 512},
		{name: "tcpdump's", stderr: tcpdumpWords, words: "packets dropped by kernel", want: 999_877},
		{name: "nothing", stderr: tcpdumpWords, words: "records read", fails: true},
		{name: "no number", stderr: "many records read\n", words: "records read", fails: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := count(tt.stderr, tt.words)
			if got != tt.want || err != nil != tt.fails {
				t.Errorf("got %d, %v, want %d", got, err, tt.want)
			}
		})
	}
}

func TestStatus(t *testing.T) {
	const status = "Name:\ticmpdump\nVmHWM:\t   25844 kB\nvoluntary_ctxt_switches:\t812\nnonvoluntary_ctxt_switches:\t5\n"
	for _, tt := range []struct {
		field string
		want  uint64
		fails bool
	}{
		{field: "VmHWM", want: 25844},
		{field: "voluntary_ctxt_switches", want: 812},
		{field: "VmSwap", fails: true},
		{field: "Name", fails: true},
	} {
		got, err := statusField(status, tt.field)
		if got != tt.want || err != nil != tt.fails {
			t.Errorf("%s: got %d, %v, want %d", tt.field, got, err, tt.want)
		}
	}
	if ran, err := threadTime("148781 1492234 2\n"); ran != 148781 || err != nil {
		t.Errorf("a thread ran %d ns, %v, want 148781", ran, err)
	}
	if _, err := threadTime(""); err == nil {
		t.Error("an empty schedstat has a time")
	}
}

func TestSeqOf(t *testing.T) {
	for _, tt := range []struct {
		line string
		want int
	}{
		{"08:04:39.332638 IP 10.77.0.1 > 10.77.9.9: ICMP echo request, id 4660, seq 17, length 64", 17},
		{"08:04:39.332638 IP 10.77.0.1 > 10.77.9.9: ICMP echo request, id 4660, seq 17, length 64 | req=1 rep=0 pend=1 lost=0 ttl=64", 17},
		{"08:04:39.332638 IP 10.77.0.1 > 10.77.9.9: ICMP echo request, id 4661, seq 17, length 64", 0},
		{"08:04:49.332638 IP 10.77.0.1 > 10.77.9.9: ICMP echo timeout, id 4660, seq 17 | req=1", 0},
		{"", 0},
	} {
		if got := seqOf(tt.line); got != tt.want {
			t.Errorf("%q: got %d, want %d", tt.line, got, tt.want)
		}
	}
}

func TestPacketLines(t *testing.T) {
	text := strings.Join([]string{
		"1.0 IP a > b: ICMP echo request, id 1, seq 1, length 64 | req=1",
		"1.0 IP a > b: ICMP echo timeout, id 1, seq 1 | req=1",
		`{"event":"packet","time":"2026-11-22T08:04:39.332638Z"}`,
		`{"event":"lost","time":"2026-11-22T08:04:39.332638Z"}`,
		`{"event":"summary"}`,
	}, "\n")
	if n, err := packetLines(strings.NewReader(text)); n != 2 || err != nil {
		t.Errorf("got %d, %v, want 2", n, err)
	}
}

func TestUnbalanced(t *testing.T) {
	for _, tt := range []struct {
		name, stderr string
		want         int
		fails        bool
	}{
		{name: "all balance", stderr: "books: kernel 3 = read 2 + dropped 1\nbooks: read 2 = decoded 2\n"},
		{name: "one does not", stderr: "books: kernel 3 != read 2 + dropped 0\nbooks: read 2 = decoded 2\n", want: 1},
		{name: "not asked for", stderr: ourWords, fails: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got, err := unbalanced(tt.stderr); got != tt.want || err != nil != tt.fails {
				t.Errorf("got %d, %v, want %d", got, err, tt.want)
			}
		})
	}
}

func TestTrafgenConfig(t *testing.T) {
	config := trafgenConfig(traffic.Requests(3))
	if lines, octets := bytes.Count(config, []byte("}\n")), bytes.Count(config, []byte(" 0x")); lines != 3 || octets != 3*traffic.FrameLen {
		t.Errorf("%d frames of %d bytes together", lines, octets)
	}
	if !bytes.HasPrefix(config, []byte("{ 0x02, 0x00, 0x00,")) {
		t.Errorf("it begins %.30q", config)
	}
}
