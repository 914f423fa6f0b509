package main

import (
	"bytes"
	"encoding/json"
	"errors"
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
)

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
	"render/screen": {
		ours: []string{"capture/icmp", "flowtable", "internal/caret", "render", "render/where"},
		others: []string{
			"charm.land/bubbles/v2/key", "charm.land/bubbles/v2/textinput", "charm.land/bubbletea/v2", "github.com/charmbracelet/x/ansi",
		},
		never: []string{"os", "net"},
	},
	"render/terminal": {
		ours:   []string{"capture/icmp", "flowtable", "internal/rescue", "render", "render/screen"},
		others: []string{"charm.land/bubbletea/v2", "github.com/charmbracelet/colorprofile", "golang.org/x/sys/unix"},
		never:  []string{"net"},
	},
	"render/names": {ours: []string{"capture/icmp", "internal/rescue", "render"}, never: []string{"os", "os/exec"}},
	"": {
		ours: []string{
			"capture", "capture/icmp", "capture/filter", "capture/afpacket", "capture/pcapfile", "capture/savefile",
			"flowtable", "render",
			"render/names", "render/screen", "render/terminal", "render/where", "internal/caret", "internal/rescue",
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
