package main

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"icmpdump/bench/traffic"
)

// twoPrograms is a scenario whose programs note that they ran, and that ends when it is done.
func twoPrograms(order *[]string, done *bool) scenario {
	taking := func(name string, rounds int, seconds float64) program {
		return program{name: name, rounds: rounds, measure: func(context.Context) (sample, error) {
			*order = append(*order, name)
			return sample{measureWall: seconds * float64(len(*order)), measureDropped: 0}, nil
		}}
	}
	return scenario{
		name: "test", about: "two programs",
		measures: []string{measureWall, measureDropped},
		ratios:   []string{measureWall},
		wants: []want{
			{measure: measureWall, of: "theirs", over: "ours", least: 10},
			{measure: measureWall, of: "theirs", over: "ours", least: 15, always: true},
			{measure: measureWall, of: "ours", most: 1},
			{measure: measureDropped, of: "ours", always: true},
			{measure: measureWall, of: "nobody", most: 1},
		},
		prepare: func(context.Context) ([]program, func(), error) {
			missing := taking("missing", 0, 1)
			missing.needs = "no-such-tool"
			return []program{taking("ours", 0, 1), missing, taking("theirs", 2, 10)}, func() { *done = true }, nil
		},
	}
}

// Programs take turns, and a ratio is made in each round that both have.
func TestPlay(t *testing.T) {
	var order []string
	var done bool
	s := twoPrograms(&order, &done)
	r, err := s.play(t.Context(), 3, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"ours", "theirs", "ours", "theirs", "ours"}; !slices.Equal(order, want) || !done {
		t.Errorf("order %v, want %v; done is %v", order, want, done)
	}
	if got, want := r.values("theirs", measureWall), []float64{20, 40}; !slices.Equal(got, want) {
		t.Errorf("theirs took %v, want %v", got, want)
	}
	var passes []bool
	for _, v := range r.Verdicts {
		passes = append(passes, v.Pass)
	}
	if want := []bool{true, false, false, true}; !slices.Equal(passes, want) {
		t.Errorf("verdicts %v, want %v: %+v", passes, want, r.Verdicts)
	}
	if got, want := r.Verdicts[0].Values, []float64{20, 40. / 3}; !slices.Equal(got, want) {
		t.Errorf("ratios %v, want %v", got, want)
	}
	var table bytes.Buffer
	if err := r.write(&table, &s); err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{
		"theirs    2        20 30 40   0         13.3 16.7 20",
		"PASS   wall s of theirs / ours   wanted >= 10          13.3 16.7 20",
		"PASS   dropped of ours           wanted = 0 always     0",
	} {
		if !strings.Contains(table.String(), line) {
			t.Errorf("no line %q in\n%s", line, &table)
		}
	}
}

// What was prepared is removed, whatever happens.
func TestPlayCleansUp(t *testing.T) {
	for _, tt := range []struct {
		name    string
		prepare error
		measure error
	}{
		{name: "half prepared", prepare: errors.New("no namespace")},
		{name: "a program fails", measure: errors.New("exit status 1")},
		{name: "interrupted", measure: context.Canceled},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			done := false
			s := scenario{prepare: func(context.Context) ([]program, func(), error) {
				return []program{{name: "ours", measure: func(context.Context) (sample, error) {
					if errors.Is(tt.measure, context.Canceled) {
						cancel()
					}
					return nil, tt.measure
				}}}, func() { done = true }, tt.prepare
			}}
			_, err := s.play(ctx, 1, io.Discard)
			if want := errors.Join(tt.prepare, tt.measure); !done || !errors.Is(err, tt.prepare) && !errors.Is(err, tt.measure) {
				t.Errorf("done is %v, error %v, want %v", done, err, want)
			}
		})
	}
}

// A run says what it took; that of a program that fails says why.
func TestRun(t *testing.T) {
	s, stderr, err := run(t.Context(), []string{"WORD=7 records read"}, "sh", "-c", `echo "$WORD" >&2`)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := count(stderr, "records read"); n != 7 || err != nil {
		t.Errorf("it said %q", stderr)
	}
	if s[measureWall] <= 0 || s[measureCPU] <= 0 || s[measureRSS] <= 0 || s[measureCPU] > s[measureWall]*2 {
		t.Errorf("measured %v", s)
	}
	if _, _, err := run(t.Context(), nil, "sh", "-c", "echo no such file >&2; exit 3"); err == nil || !strings.Contains(err.Error(), "no such file") {
		t.Errorf("error %v", err)
	}
}

// This process has run, waited, and has memory.
func TestLookAt(t *testing.T) {
	l, err := lookAt(os.Getpid())
	if errors.Is(err, os.ErrNotExist) {
		t.Skip("the kernel keeps no schedstat")
	}
	if err != nil || l.ran == 0 || l.switches == 0 || l.now == 0 || l.rss < l.now {
		t.Errorf("got %+v, %v", l, err)
	}
}

// This process runs, for it looks at itself, and has written 5 kB.
func TestDrawn(t *testing.T) {
	if _, err := lookAt(os.Getpid()); errors.Is(err, os.ErrNotExist) {
		t.Skip("the kernel keeps no schedstat")
	}
	looks := uint64(0)
	s, err := drawn(t.Context(), os.Getpid(), screenLook, func() uint64 {
		looks++
		return 5000 * looks
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := s[measureTerminal]; got < 2.5 || got > 5 {
		t.Errorf("%v kB/s, want 5 or, if it took longer, less", got)
	}
	if s[measureShare] <= 0 || s[measureFirstRSS] <= 0 || s[measureMostRSS] < s[measureLastRSS] {
		t.Errorf("measured %v", s)
	}
	if got, want := s[measureGrowth], s[measureMostRSS]-s[measureFirstRSS]; math.Abs(got-want) > 1e-6 {
		t.Errorf("it grew by %v MB, want %v", got, want)
	}
}

func TestChoose(t *testing.T) {
	b := &bench{dir: t.TempDir()}
	for _, tt := range []struct {
		names string
		root  bool
		want  string
	}{
		{"", true, "text flows noise many flood age idle screen stall scale"},
		{"", false, "text flows noise many scale"},
		{"scale text", false, "text scale"},
		{"flood", true, "flood"},
		{"stall screen", true, "screen stall"},
		{"flood", false, "error: flood makes network namespaces, which root may"},
		{"screen", false, "error: screen makes network namespaces, which root may"},
		{"text nosuch", true, "error: there is no scenario nosuch"},
	} {
		chosen, err := b.choose(strings.Fields(tt.names), tt.root, io.Discard)
		var got []string
		for _, s := range chosen {
			got = append(got, s.name)
		}
		if text := strings.Join(got, " "); err == nil && text != tt.want || err != nil && "error: "+err.Error() != tt.want {
			t.Errorf("%q: got %q, %v, want %q", tt.names, text, err, tt.want)
		}
	}
}

// The plot is well-formed, and has a point for each number of flows on both curves.
func TestScaleSVG(t *testing.T) {
	r := &report{}
	for _, curve := range scaleCurves {
		for i, flows := range scaleFlows {
			r.Results = append(r.Results, &result{scalePoint(curve.name, flows), map[string][]float64{measurePacket: {float64(90 + 50*i), 100}}})
		}
	}
	svg := scaleSVG(r)
	circles := 0
	for dec := xml.NewDecoder(bytes.NewReader(svg)); ; {
		token, err := dec.Token()
		if err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		if e, ok := token.(xml.StartElement); ok && e.Name.Local == "circle" {
			circles++
		}
	}
	if want := len(scaleCurves) * len(scaleFlows); circles != want {
		t.Errorf("%d points, want %d", circles, want)
	}
	for _, text := range []string{">flows<", ">text<", ">1000000<", ">0<", "ns for each packet"} {
		if !bytes.Contains(svg, []byte(text)) {
			t.Errorf("no %s in\n%s", text, svg)
		}
	}
}

// The peer sees in a file what is in it, in both of its ways.
func TestPeer(t *testing.T) {
	dir := t.TempDir()
	peer := filepath.Join(dir, "gopacketdump")
	if _, _, err := run(t.Context(), nil, "go", "build", "-o", peer, "./gopacketdump"); err != nil {
		t.Fatal(err)
	}
	path, err := (&bench{dir: dir}).file(traffic.Config{Packets: 40, Flows: 4})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name string
		args []string
		want int // lines
	}{
		{"lines", []string{"-text"}, 40},
		{"lines, fast", []string{"-text", "-fast"}, 40},
		{"rows", nil, 4},
		{"rows, fast", []string{"-fast"}, 4},
	} {
		t.Run(tt.name, func(t *testing.T) {
			out, err := command(t.Context(), append(append([]string{peer}, tt.args...), "-r", path)...).Output()
			if n := bytes.Count(out, []byte("\n")); n != tt.want || err != nil {
				t.Errorf("%d lines, %v, want %d:\n%s", n, err, tt.want, out)
			}
			if !bytes.Contains(out, []byte("10.0.0.3")) || !bytes.Contains(out, []byte("rtt")) {
				t.Errorf("no flow of 10.0.0.3, or no time:\n%s", out)
			}
		})
	}
}
