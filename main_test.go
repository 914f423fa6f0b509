package main

import (
	"debug/elf"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"
	"github.com/rogpeppe/go-internal/testscript"

	"icmpdump/capture"
	"icmpdump/flowtable"
	"icmpdump/internal/forge"
	"icmpdump/internal/lab"
)

// inLab runs the tests in a lab.
type inLab struct{ m *testing.M }

func (l inLab) Run() int { return lab.Run(l.m) }

func TestMain(m *testing.M) {
	testscript.Main(inLab{m}, map[string]func(){"icmpdump": main, "icmpdump-panics": mainThatPanics})
}

// The program is one file that needs no other.
func TestBinaryIsStatic(t *testing.T) {
	path := filepath.Join(t.TempDir(), "icmpdump")
	cmd := exec.Command("go", "build", "-o", path, ".")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	lab.Output(t, cmd)
	f, err := elf.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, p := range f.Progs {
		if p.Type == elf.PT_INTERP || p.Type == elf.PT_DYNAMIC {
			t.Errorf("it has a %v segment", p.Type)
		}
	}
}

// The command line, by scripts in testdata/script. They have two commands of their own:
//
//	forge FILE NAME   writes a capture file, see captures
//	exits CODE ARGS…  runs icmpdump ARGS… and wants that exit code
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"forge": func(ts *testscript.TestScript, _ bool, args []string) {
				frames, ok := captures[args[1]]
				if !ok {
					ts.Fatalf("no capture %q", args[1])
				}
				ts.Check(writeCapture(ts.MkAbs(args[0]), frames()))
			},
			"exits": func(ts *testscript.TestScript, _ bool, args []string) {
				err := ts.Exec("icmpdump", args[1:]...)
				code := 0
				var exit *exec.ExitError
				if errors.As(err, &exit) {
					code = exit.ExitCode()
				} else {
					ts.Check(err)
				}
				if strconv.Itoa(code) != args[0] {
					ts.Fatalf("exit code %d, want %s", code, args[0])
				}
			},
		},
	})
}

// A captured is a frame and when it was captured, after the capture's beginning.
type captured struct {
	at    time.Duration
	frame []byte
	cut   int // bytes of it that were not captured
}

// begin is when captures begin.
var begin = time.Date(2026, 11, 21, 12, 0, 0, 104233000, time.UTC)

func writeCapture(path string, frames []captured) error {
	return writeCaptureOf(path, linkEthernet, frames)
}

// linkEthernet is the number of Ethernet in a capture file.
const linkEthernet = 1

// writeCaptureOf writes frames with link headers of that number, which gopacket's own type for
// them may be too small for.
func writeCaptureOf(path string, link uint32, frames []captured) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	w := pcapgo.NewWriterNanos(f)
	if err := w.WriteFileHeader(262144, layers.LinkTypeEthernet); err != nil {
		return err
	}
	if _, err := f.WriteAt(binary.LittleEndian.AppendUint32(nil, link), 20); err != nil {
		return err
	}
	for _, c := range frames {
		ci := gopacket.CaptureInfo{Timestamp: begin.Add(c.at), CaptureLength: len(c.frame), Length: len(c.frame) + c.cut}
		if err := w.WritePacket(ci, c.frame); err != nil {
			return err
		}
	}
	return f.Close()
}

var captures = map[string]func() []captured{
	// A ping of five, of which the third has no answer and the fourth two.
	"pings": func() []captured {
		var frames []captured
		for seq := range uint16(5) {
			at := time.Duration(seq) * time.Second
			frames = append(frames, captured{at: at, frame: echoFrame(8, seq+1)})
			if seq != 2 {
				frames = append(frames, captured{at: at + 12314*time.Microsecond, frame: echoFrame(0, seq+1)})
			}
			if seq == 3 {
				frames = append(frames, captured{at: at + 13*time.Millisecond, frame: echoFrame(0, seq+1)})
			}
		}
		return append(frames, captured{at: 15 * time.Second, frame: echoFrame(8, 6)})
	},
	// One ICMP packet among others.
	"noise": func() []captured {
		udp := forge.Frame(forge.Ether(anyMAC), forge.IP4("10.0.0.5", "198.51.100.7"), &layers.UDP{SrcPort: 1, DstPort: 2})
		return []captured{{frame: udp}, {at: time.Second, frame: echoFrame(8, 1)}, {at: 2 * time.Second, frame: udp}}
	},
	// A ping of three that is answered, and one of two that is not.
	"two": func() []captured {
		var frames []captured
		for seq := range uint16(3) {
			at := time.Duration(seq) * time.Second
			frames = append(frames, captured{at: at, frame: echoFrame(8, seq+1)}, captured{at: at + time.Millisecond, frame: echoFrame(0, seq+1)})
		}
		return append(frames, captured{at: 3 * time.Second, frame: otherEcho(0)}, captured{at: 4 * time.Second, frame: otherEcho(1)},
			captured{at: 20 * time.Second, frame: echoFrame(8, 4)})
	},
	// Two pings of one, the second long after the first.
	"gap": func() []captured {
		return []captured{{frame: echoFrame(8, 1)}, {at: time.Millisecond, frame: echoFrame(0, 1)}, {at: 5 * time.Minute, frame: otherEcho(1)}}
	},
	"empty": func() []captured { return nil },
	// An echo behind no link header.
	"raw": func() []captured { return []captured{{frame: echoFrame(8, 1)[14:]}} },
}

var anyMAC = []byte{2, 0, 0, 0, 0, 1}

func echoFrame(typ uint8, seq uint16) []byte {
	src, dst := "10.0.0.5", "198.51.100.7"
	if typ == 0 {
		src, dst = dst, src
	}
	return forge.Frame(forge.Ether(anyMAC), forge.IP4(src, dst), forge.Echo4(typ, 4660, seq), gopacket.Payload(make([]byte, 56)))
}

// Every option is in the help, once, and so are nine examples.
func TestHelpHasEveryOption(t *testing.T) {
	for _, f := range newApp(io.Discard, os.Stdout, os.Stderr).Flags {
		name := f.Names()[0] // the others are for those who know them from tcpdump
		option := " -" + name
		if len(name) > 1 {
			option = " --" + name
		}
		if !strings.Contains(helpText, option) {
			t.Errorf("the help does not mention%s", option)
		}
		if n := strings.Count(helpText, "\n "+option+" "); n > 1 {
			t.Errorf("the help has%s %d times", option, n)
		}
	}
	examples, _, _ := strings.Cut(helpText, "where from:")
	if n := strings.Count(examples, "\n  icmpdump") + strings.Count(examples, "\n  sudo icmpdump"); n != 9 {
		t.Errorf("%d examples, want 9", n)
	}
}

func TestNormalize(t *testing.T) {
	flags := newApp(io.Discard, os.Stdout, os.Stderr).Flags
	for _, tt := range []struct{ in, want string }{
		{"", "--"},
		{"-nvi eth0", "-n -v -i eth0 --"},
		{"-nvieth0", "-n -v -i eth0 --"},
		{"-c5", "-c 5 --"},
		{"-tttt", "-t -t -t -t --"},
		{"host a -c 5", "-c 5 -- host a"},
		{"-r - -#", "-r - -# --"},
		{"--json host a --counters=off -n", "--json --counters=off -n -- host a"},
		{"--counters off", "--counters off --"},
		{"-n -- -c 5", "-n -- -c 5"},
		{"-i -n", "-i -n --"},
		{"--interface lo --number", "-i lo -# --"},
		{"--interface=lo -ieth0", "-i=lo -i eth0 --"},
		{"-", "-- -"},
		{"-Z", "error: tcpdump's -Z is not an option of icmpdump"},
		{"-nk", "error: unknown option -k"},
		{"-né", "error: unknown option -é"},
		{"--foo", "error: unknown option --foo"},
		{"--foo=1", "error: unknown option --foo"},
		{"--n", "error: unknown option --n"},
		{"-c", "error: -c needs a value"},
		{"--counters", "error: --counters needs a value"},
	} {
		args, err := normalize(strings.Fields(tt.in), flags)
		got := strings.Join(args, " ")
		if err != nil {
			got = fmt.Sprint("error: ", err)
		}
		if got != tt.want {
			t.Errorf("%q: got %q, want %q", tt.in, got, tt.want)
		}
	}
}

// An account that does not balance must show.
func TestBooksShowWhatIsWrong(t *testing.T) {
	b := books{live: true, tally: &capture.Tally{}, totals: &flowtable.Totals{}}
	if s := b.String(); strings.Contains(s, "!=") || strings.Count(s, "\n") != 5 {
		t.Errorf("nothing happened, and:\n%s", s)
	}
	b.source.Packets, b.source.Read, b.tally.Decoded, b.shown = 9, 8, 7, 6
	if s := b.String(); strings.Count(s, "!=") != 5 {
		t.Errorf("nothing balances, and:\n%s", s)
	}
}
