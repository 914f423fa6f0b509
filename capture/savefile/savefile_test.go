package savefile

import (
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/gopacket/gopacket"

	"icmpdump/capture/icmp"
	"icmpdump/internal/forge"
	"icmpdump/internal/lab"
)

func TestMain(m *testing.M) { os.Exit(lab.Run(m)) }

// Every conversion is date(1)'s.
func TestStrftimeIsDates(t *testing.T) {
	lab.Need(t, "date")
	var all []string
	for c := range conversions {
		all = append(all, "%"+string(c))
	}
	for c := range calendar {
		all = append(all, "%"+string(c))
	}
	name := strings.Join(all, "|") + "|x.pcap"
	if err := CheckName(name); err != nil {
		t.Fatal(err)
	}
	for _, at := range []string{
		"2026-11-21T12:34:56Z", "2024-02-29T00:00:00Z", "2027-01-03T23:59:59Z", "2020-12-31T13:05:09Z", "1999-08-09T01:02:03Z",
	} {
		moment, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command("date", "-u", "-d", at, "+"+name)
		cmd.Env = append(os.Environ(), "LC_ALL=C")
		want := strings.TrimSuffix(lab.Output(t, cmd), "\n")
		if got := strftime(name, moment); got != want {
			t.Errorf("%s:\ngot  %s\nwant %s", at, got, want)
		}
	}
}

// Names are tcpdump's: a number only where there are several files, as wide as they need.
func TestNames(t *testing.T) {
	for _, tt := range []struct {
		conf   Config
		number int
		want   string
	}{
		{Config{Path: "x.pcap"}, 0, "x.pcap"},
		{Config{Path: "x%d.pcap"}, 0, "x%d.pcap"},
		{Config{Path: "x.pcap", Size: 1}, 0, "x.pcap"},
		{Config{Path: "x.pcap", Size: 1}, 12, "x.pcap12"},
		{Config{Path: "x.pcap", Size: 1, Files: 1}, 0, "x.pcap"},
		{Config{Path: "x.pcap", Size: 1, Files: 10}, 0, "x.pcap0"},
		{Config{Path: "x.pcap", Size: 1, Files: 11}, 0, "x.pcap00"},
		{Config{Path: "x.pcap", Size: 1, Files: 1000}, 7, "x.pcap007"},
		{Config{Path: "x%Y.pcap", Seconds: 1, Files: 5}, 0, "x2026.pcap"},
		{Config{Path: "x%Y.pcap", Seconds: 1, Files: 5, Size: 1}, 3, "x2026.pcap3"},
	} {
		s := Saver{conf: tt.conf, number: tt.number, begun: time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC).UnixNano()}
		if got := s.nameOf(); got != tt.want {
			t.Errorf("%+v, number %d: %s, want %s", tt.conf, tt.number, got, tt.want)
		}
	}
}

// What comes to the file and goes into it allocates nothing.
func TestAllocs(t *testing.T) {
	null, err := os.OpenFile("/dev/null", os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	s := &Saver{
		conf: Config{Path: "/dev/null", Size: 1 << 40, Live: true, Clock: time.Now}, page: new(page), file: &file{File: null},
	}
	s.file.buf = s.writer.Begin(nil)
	data := forge.Frame(forge.Ether(make([]byte, 6)), forge.IP4("10.0.0.5", "198.51.100.7"), forge.Echo4(8, 4660, 1), gopacket.Payload(make([]byte, 56)))
	frame := icmp.Frame{Data: data, Wire: len(data), Link: icmp.LinkEthernet, TPID: 0x8100}
	var p icmp.Packet
	icmp.Decode(&p, frame.Link, frame.Data, frame.Wire)
	comment := []byte("note=DUP")
	const packets = 1000
	if n := testing.AllocsPerRun(100, func() {
		for range packets {
			s.Add(&p, frame, comment)
		}
		s.take(s.page)
		s.page.reset()
		s.flush()
	}); n != 0 {
		t.Errorf("%v allocations for %d packets", n, packets)
	}
	if s.err != nil || s.written.Load() != s.matched.Load() || s.matched.Load() < 100*packets {
		t.Errorf("%+v, %v", s.Counts(), s.err)
	}
}
