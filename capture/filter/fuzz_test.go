package filter_test

import (
	"bytes"
	"errors"
	"net/netip"
	"slices"
	"testing"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"

	"icmpdump/capture"
	"icmpdump/capture/filter"
	"icmpdump/capture/icmp"
	"icmpdump/internal/caret"
)

// fuzzLookup knows every name.
var fuzzLookup = filter.Lookup{
	Host: func(string) ([]netip.Addr, error) {
		return []netip.Addr{netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("fd00::1")}, nil
	},
	Index: func(string) (int, error) { return 7, nil },
}

// Whatever is written is an error with its place, or a program that the kernel takes; the kernel and the
// Machine are of one mind; and what is printed means the same again.
func FuzzFilter(f *testing.F) {
	for _, r := range rows() {
		f.Add(r.expr)
	}
	for _, expr := range ownExpressions {
		f.Add(expr)
	}
	k := newKernel(f)
	groups := fuzzFrames()
	var bases [][]bool
	for _, g := range groups {
		bases = append(bases, k.passed(f, nil, g))
	}
	f.Fuzz(func(t *testing.T, text string) {
		e, err := filter.Parse(text, fuzzLookup)
		if err != nil {
			checkError(t, text, err)
			return
		}
		program, err := e.Program(filter.Config{})
		if err != nil {
			if len(text) < 400 {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		k.attach(t, program.Code)
		if again := reparsed(t, e); !slices.Equal(again, program.Code) {
			t.Fatalf("%q is another program when it is printed: %q", text, e)
		}
		m := e.Machine(func(int32) string { return "" })
		for n, g := range groups {
			base, passed := bases[n], k.passed(t, e, g)
			for i := range g.frames {
				match := m.Match(&g.frames[i])
				if want := base[i] && match; passed[i] != want && (len(program.UserSpace) == 0 || want) {
					t.Errorf("%q: % x, tag %#x beside it: the kernel passes it: %v, want %v (base %v, Machine %v, in user space %q)",
						text, g.frames[i].Data, g.frames[i].TPID, passed[i], want, base[i], match, program.UserSpace)
				}
			}
		}
	})
}

// checkError holds an error to its promises.
func checkError(t *testing.T, text string, err error) {
	t.Helper()
	var at *caret.Error
	if !errors.As(err, &at) {
		t.Fatalf("%q: %v is without a place", text, err)
	}
	if at.Expr != text || at.Offset < 0 || at.Offset > len(text) || at.Text == "" {
		t.Fatalf("%q: %#v", text, at)
	}
}

// reparsed is the program of what is printed.
func reparsed(t *testing.T, e *filter.Filter) []bpf.RawInstruction {
	t.Helper()
	again, err := filter.Parse(e.String(), fuzzLookup)
	if err != nil {
		t.Fatalf("%q, as it is printed: %v", e, err)
	}
	if again.String() != e.String() {
		t.Fatalf("%q is printed as %q", e, again)
	}
	program, err := again.Program(filter.Config{})
	if err != nil {
		t.Fatalf("%q: %v", again, err)
	}
	return program.Code
}

// A group is frames of which the kernel knows the same.
type group struct {
	facts  facts
	frames []capture.Frame
}

// fuzzFrames are some frames of all kinds, received, without a tag and with one beside them.
func fuzzFrames() []group {
	groups := []group{{}, {facts: facts{tpid: 0x8100, tci: 10, ifindex: 7}}}
	for i, s := range samples() {
		if i%43 != 0 && len(s.data) > 30 {
			continue
		}
		for j := range groups {
			g := &groups[j]
			g.frames = append(g.frames, capture.Frame{
				Frame: icmp.Frame{Data: s.data, Wire: len(s.data), Link: icmp.LinkEthernet, TPID: g.facts.tpid},
				TCI:   g.facts.tci, Iface: int32(g.facts.ifindex), Dir: icmp.DirIn,
			})
		}
	}
	return groups
}

// A kernel runs programs: on datagrams between two sockets of a process, for which nobody needs to be
// root. A program that asks for facts about a frame is told.
type kernel struct {
	in, out int
	buffer  []byte
}

func newKernel(t testing.TB) *kernel {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_DGRAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		unix.Close(fds[0])
		unix.Close(fds[1])
	})
	return &kernel{in: fds[0], out: fds[1], buffer: make([]byte, 1<<16)}
}

func (k *kernel) attach(t testing.TB, code []bpf.RawInstruction) {
	t.Helper()
	if err := attach(k.out, code); err != nil {
		t.Fatalf("the kernel refuses the program: %v", err)
	}
}

// passed says which frames of a group the filter's program passes.
func (k *kernel) passed(t testing.TB, f *filter.Filter, g group) []bool {
	t.Helper()
	program, err := f.Program(filter.Config{})
	if err != nil {
		t.Fatal(err)
	}
	code, err := bpf.Assemble(known(t, program.Code, g.facts))
	if err != nil {
		t.Fatal(err)
	}
	k.attach(t, code)
	passed := make([]bool, len(g.frames))
	for i := range g.frames {
		data := g.frames[i].Data
		if err := unix.Send(k.in, data, 0); err != nil {
			t.Fatal(err)
		}
		switch n, err := unix.Read(k.out, k.buffer); {
		case errors.Is(err, unix.EAGAIN): // it was rejected, which is before Send returns
		case err != nil || !bytes.Equal(k.buffer[:n], data):
			t.Fatalf("%d bytes came of %d: %v", n, len(data), err)
		default:
			passed[i] = true
		}
	}
	return passed
}
