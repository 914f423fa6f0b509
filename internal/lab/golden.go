package lab

import (
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the files in testdata/golden")

// Golden wants that got is what is in testdata/golden/name. With -update it is written there.
func Golden(t testing.TB, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", "golden", name)
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("there is no %s, go test -update writes it; got\n%s", path, got)
	}
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("not what is in %s, which go test -update rewrites:\n%s", path, changes(got, string(want)))
	}
}

// GoldenPart wants that got is what stands in the document at path between `<!-- name -->` and `<!-- end -->`, indented
// as code is. With -update it is written there.
func GoldenPart(t testing.TB, path, name, got string) {
	t.Helper()
	document, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, want, after, ok := part(string(document), name)
	if !ok {
		t.Fatalf("%s has no part <!-- %s -->", path, name)
	}
	got = indented(got)
	if *update {
		if err := os.WriteFile(path, []byte(before+got+after), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if got != want {
		t.Errorf("not the part %s of %s, which go test -update rewrites:\n%s", name, path, changes(got, want))
	}
}

// part takes a document apart: what stands up to a part's first line, its lines, and what is behind them.
func part(document, name string) (before, lines, after string, ok bool) {
	const end = "<!-- end -->\n"
	begin := "<!-- " + name + " -->\n"
	before, rest, opened := strings.Cut(document, begin)
	lines, after, closed := strings.Cut(rest, end)
	return before + begin, lines, end + after, opened && closed
}

// indented is text as a block of code in Markdown: four blanks before each line that is not empty, and an empty line
// around it.
func indented(text string) string {
	var b strings.Builder
	b.WriteByte('\n')
	for line := range strings.Lines(text) {
		if line != "\n" {
			b.WriteString("    ")
		}
		b.WriteString(line)
	}
	b.WriteByte('\n')
	return b.String()
}

// changes are the lines of got that are not as wanted, by their numbers. What can't be seen
// is shown as in Go.
func changes(got, want string) string {
	g, w := strings.SplitAfter(got, "\n"), strings.SplitAfter(want, "\n")
	at := func(lines []string, i int) string {
		if i >= len(lines) || lines[i] == "" {
			return "nothing"
		}
		return strconv.Quote(lines[i])
	}
	var b strings.Builder
	for i := range max(len(g), len(w)) {
		if got, want := at(g, i), at(w, i); got != want {
			fmt.Fprintf(&b, "%4d got  %s\n     want %s\n", i+1, got, want)
		}
	}
	return b.String()
}
