package main

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
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

// A policy is what a package may import besides the standard library.
type policy struct {
	ours   []string // of this module
	others []string // modules and packages of others
	never  []string // of the standard library, or functions of it
}

// The import table. docs/architecture.md has the reasons.
var policies = map[string]policy{
	"capture/icmp": {never: []string{"os", "net", "time", "unsafe"}},
	"capture/filter": {
		ours:   []string{"capture", "capture/icmp", "internal/caret"},
		others: []string{"golang.org/x/net/bpf"},
	},
	"capture": {ours: []string{"capture/icmp", "internal/rescue"}},
	"capture/afpacket": {
		ours:   []string{"capture", "capture/icmp", "capture/filter"},
		others: []string{"github.com/mdlayher/packet", "golang.org/x/net/bpf", "golang.org/x/sys/unix"},
	},
	"capture/pcapfile": {
		ours:   []string{"capture", "capture/icmp", "internal/rescue"},
		others: []string{"github.com/klauspost/compress/zstd"},
	},
	"capture/savefile": {
		ours:  []string{"capture", "capture/icmp", "capture/pcapfile", "internal/rescue"},
		never: []string{"os/signal"},
	},
	"flowtable": {ours: []string{"capture/icmp"}, never: []string{"time", "os", "net"}},
	"render":    {ours: []string{"capture/icmp", "flowtable"}, never: []string{"os", "net"}},
	"render/where": {
		ours:  []string{"capture/icmp", "flowtable", "render", "internal/caret"},
		never: []string{"os", "net"},
	},
	"render/names": {ours: []string{"capture/icmp", "internal/rescue", "render"}, never: []string{"os", "os/exec"}},
	"": {
		ours: []string{
			"capture", "capture/icmp", "capture/filter", "capture/afpacket", "capture/pcapfile", "capture/savefile",
			"flowtable", "render",
			"render/names", "render/where", "internal/caret", "internal/rescue",
		},
		others: []string{"github.com/urfave/cli/v2", "golang.org/x/net/bpf", "golang.org/x/term"},
	},
	"internal/caret":  {},
	"internal/rescue": {never: []string{"os", "net"}},
	"internal/forge":  {others: []string{"github.com/gopacket/gopacket", "github.com/gopacket/gopacket/layers"}},
	"internal/lab": {
		others: []string{"github.com/creack/pty", "github.com/mdlayher/packet", "github.com/vishvananda/netns", "golang.org/x/net/dns/dnsmessage"},
	},
}

func TestImports(t *testing.T) {
	const module = "icmpdump"
	// With a profile, packages have other names: those of the programs that they are compiled for.
	out, err := exec.Command("go", "list", "-pgo=off", "-json=ImportPath,Imports", "./...").Output()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var pkg struct {
			ImportPath string
			Imports    []string
		}
		if err := dec.Decode(&pkg); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimPrefix(strings.TrimPrefix(pkg.ImportPath, module), "/")
		may, ok := policies[name]
		if !ok {
			t.Errorf("package %q is not in the table", name)
		}
		seen[name] = true
		for _, imp := range pkg.Imports {
			first, _, _ := strings.Cut(imp, "/")
			ours := strings.TrimPrefix(imp, module+"/")
			switch {
			case first == module && !slices.Contains(may.ours, ours):
				t.Errorf("%s imports our %s", pkg.ImportPath, ours)
			case first != module && strings.Contains(first, ".") && !slices.Contains(may.others, imp):
				t.Errorf("%s imports %s", pkg.ImportPath, imp)
			case slices.Contains(may.never, imp):
				t.Errorf("%s imports %s", pkg.ImportPath, imp)
			}
		}
	}
	for name := range policies {
		if !seen[name] {
			t.Errorf("there is no package %q", name)
		}
	}
}

// A fence keeps a thing in its room.
type fence struct {
	what string
	in   func(path string) bool // whether it may stand in that file
	has  func(f *ast.File) bool
}

var fences = []fence{
	{"unsafe", func(path string) bool { return strings.HasSuffix(path, "_unsafe.go") }, imports("unsafe")},
	{"os.Exit", func(path string) bool { return path == "main.go" }, calls("os", "Exit")},
	{"time.Now", func(path string) bool {
		return path == "watch.go" || path == "worker.go" || strings.HasPrefix(path, "capture/afpacket/")
	}, calls("time", "Now")},
	{"an escape byte", func(path string) bool { return strings.HasPrefix(path, "render/") }, escapes},
}

func imports(name string) func(*ast.File) bool {
	return func(f *ast.File) bool {
		return slices.ContainsFunc(f.Imports, func(i *ast.ImportSpec) bool { return i.Path.Value == strconv.Quote(name) })
	}
}

func calls(pkg, name string) func(*ast.File) bool {
	return func(f *ast.File) (found bool) {
		ast.Inspect(f, func(n ast.Node) bool {
			if sel, ok := n.(*ast.SelectorExpr); ok && sel.Sel.Name == name {
				if id, ok := sel.X.(*ast.Ident); ok && id.Name == pkg {
					found = true
				}
			}
			return true
		})
		return found
	}
}

func escapes(f *ast.File) (found bool) {
	ast.Inspect(f, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && (lit.Kind == token.STRING || lit.Kind == token.CHAR) {
			if s, err := strconv.Unquote(lit.Value); err == nil && strings.ContainsRune(s, 0x1b) {
				found = true
			}
		}
		return true
	})
	return found
}

// walkProgram calls visit with each file of the program, but for tests and what is only for them.
func walkProgram(t *testing.T, visit func(path string, f *ast.File)) {
	t.Helper()
	err := filepath.WalkDir(".", func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") ||
			strings.HasPrefix(path, "internal/lab/") || strings.HasPrefix(path, "internal/forge/") || strings.HasPrefix(path, "bench/") {
			return err
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		visit(path, f)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestFences(t *testing.T) {
	standing := map[string]bool{}
	walkProgram(t, func(path string, f *ast.File) {
		if strings.HasPrefix(path, "internal/") {
			return
		}
		for _, fence := range fences {
			if has := fence.has(f); has && !fence.in(path) {
				t.Errorf("%s stands in %s", fence.what, path)
			} else if has {
				standing[fence.what] = true
			}
		}
	})
	for _, what := range []string{"unsafe", "os.Exit", "time.Now"} { // or the fence finds nothing
		if !standing[what] {
			t.Errorf("no %s was found anywhere", what)
		}
	}
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

// Every option is in the help, and so are eight examples.
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
	}
	examples, _, _ := strings.Cut(helpText, "where from:")
	if n := strings.Count(examples, "\n  icmpdump") + strings.Count(examples, "\n  sudo icmpdump"); n != 8 {
		t.Errorf("%d examples, want 8", n)
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
