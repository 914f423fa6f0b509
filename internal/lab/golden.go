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
