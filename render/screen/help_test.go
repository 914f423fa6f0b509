package screen

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"icmpdump/flowtable"
	"icmpdump/internal/lab"
)

// keyed is a screen with something on each page for each key to do: flows, a search, a page that is scrolled.
func keyed(t *testing.T, on pages) (*wire, *Model, *bool) {
	w := newWire(t)
	ping(w, here, there, 8131)
	for id := range uint16(60) {
		w.ask(here, "203.0.113."+strconv.Itoa(int(id)), id, 1)
	}
	m := w.model(80, 24)
	suspended := new(bool)
	m.c.Suspend = func() { *suspended = true }
	screenOf(t, m)
	press(m, "/", "2", "0", "3", "enter")
	screenOf(t, m)
	press(m, "j", "j", "pgdown", "pgdown")
	switch on {
	case onDetail:
		m.openDetail(w.row(flowtable.KindEcho, there))
		screenOf(t, m)
		press(m, "pgdown")
	case onHelp:
		press(m, "?")
	}
	screenOf(t, m)
	return w, m, suspended
}

// Each key does something, wherever the help says that it does: the screen changes, is left, or says why not.
func TestKeysDoWhatTheHelpSays(t *testing.T) {
	for _, b := range bindings {
		for _, k := range b.keys {
			for on := onList; on <= onHelp; on <<= 1 {
				if b.on&on == 0 {
					continue
				}
				t.Run(fmt.Sprintf("%s on %d", k, on), func(t *testing.T) {
					w, m, suspended := keyed(t, on)
					before, page := screenOf(t, m), m.page
					left := press(m, k)
					if k == "u" { // times are UTC as it is
						if !m.utc {
							t.Error("no UTC")
						}
						return
					}
					if screenOf(t, m) == before && m.page == page && !left && !*suspended && w.resets == 0 {
						t.Errorf("nothing happens:\n%s", before)
					}
				})
			}
		}
	}
}

// Each key that the code knows is in the help.
func TestHelpHasAllKeys(t *testing.T) {
	listed := map[string]bool{}
	for _, b := range bindings {
		for _, k := range b.keys {
			listed[k] = true
		}
	}
	found := 0
	for file, function := range map[string]string{"screen.go": "", "list.go": "key", "detail.go": "key"} {
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if d, ok := n.(*ast.FuncDecl); ok && function != "" && d.Name.Name != function {
				return false
			}
			c, ok := n.(*ast.CaseClause)
			if !ok {
				return true
			}
			for _, e := range c.List {
				if lit, ok := e.(*ast.BasicLit); ok && lit.Kind == token.STRING {
					k, _ := strconv.Unquote(lit.Value)
					found++
					if !listed[k] {
						t.Errorf("%s knows the key %q, and the help does not", file, k)
					}
				}
			}
			return true
		})
	}
	if found < len(bindings) {
		t.Errorf("%d keys were found in the code", found)
	}
}

// All is in the help at each size, if it is scrolled, and any key closes it.
func TestHelp(t *testing.T) {
	for _, size := range [...][2]int{{50, 15}, {80, 24}, {120, 40}, {200, 50}, {1, 1}, {20, 3}} {
		w, m, _ := keyed(t, onDetail)
		_ = w
		m.resize(size[0], size[1])
		press(m, "?")
		var seen strings.Builder
		for range 60 {
			seen.WriteString(screenOf(t, m) + "\n")
			if m.help.top+m.help.room >= m.help.all {
				break
			}
			press(m, "j")
		}
		for _, b := range slices.Concat(bindings, prompted, strips) {
			if size[0] >= 50 && !strings.Contains(seen.String(), b.shown) || size[0] >= 80 && !strings.Contains(seen.String(), b.does) {
				t.Errorf("%v: there is no %s, %s", size, b.shown, b.does)
			}
		}
		press(m, "x")
		if m.page != &m.detail {
			t.Errorf("%v: it is not closed", size)
		}
	}
}

// No text of the help is longer than its column.
func TestHelpIsNotCut(t *testing.T) {
	for _, width := range []int{50, 80, 100, 120} {
		h := &help{}
		for _, line := range h.lines(nil, width, 200) {
			if strings.Contains(line, "…") || len([]rune(line)) > width {
				t.Errorf("%d columns: %q", width, line)
			}
		}
	}
}

// The bottom row has as many keys as fit, whole.
func TestShortHelp(t *testing.T) {
	for width := range 120 {
		got := shortHelp(onDetail, width)
		if len([]rune(got)) > width {
			t.Errorf("%d columns: %q", width, got)
		}
	}
	if got := shortHelp(onDetail, 80); !strings.Contains(got, "? help") || !strings.Contains(got, "Esc back") {
		t.Errorf("got %q", got)
	}
}

func TestHelpGolden(t *testing.T) {
	for _, size := range [...][2]int{{80, 24}, {120, 40}, {50, 15}, {200, 50}} {
		_, m, _ := keyed(t, onList)
		m.resize(size[0], size[1])
		press(m, "?")
		lab.Golden(t, fmt.Sprintf("help-%dx%d.txt", size[0], size[1]), screenOf(t, m)+"\n")
	}
}

// The man page has the keys and the letters of the help, in its order.
func TestManualHasAllKeys(t *testing.T) {
	page, err := os.ReadFile("../../share/man/man8/icmpdump.8")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(page), "\n.Sh THE SCREEN\n")
	section, _, _ := strings.Cut(rest, "\n.Sh ")
	plain := strings.NewReplacer(" , ", " ", `\&`, "", `\-`, "-")
	var keys, letters, wantKeys, wantLetters []string
	for line := range strings.Lines(section) {
		line = strings.TrimSpace(line)
		if key, is := strings.CutPrefix(line, ".It Ic "); is {
			keys = append(keys, plain.Replace(key))
		} else if letter, is := strings.CutPrefix(line, ".It Ql "); is {
			letters = append(letters, plain.Replace(letter))
		}
	}
	arrows := strings.NewReplacer("↓", "Down", "↑", "Up")
	for _, b := range bindings {
		wantKeys = append(wantKeys, arrows.Replace(b.shown))
	}
	for _, b := range strips {
		wantLetters = append(wantLetters, b.shown)
	}
	if !slices.Equal(keys, wantKeys) {
		t.Errorf("keys: got\n%q\nwant\n%q", keys, wantKeys)
	}
	if !slices.Equal(letters, wantLetters) {
		t.Errorf("letters: got %q, want %q", letters, wantLetters)
	}
}
