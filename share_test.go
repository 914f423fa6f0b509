package main

import (
	"io"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/urfave/cli/v2"

	"icmpdump/capture/afpacket"
	"icmpdump/internal/lab"
	"icmpdump/render"
	"icmpdump/render/screen"
	"icmpdump/render/where"
)

// offered is what the program, the man page or a shell's completion has.
type offered struct {
	options  map[string]bool // as they are written, by all their names: whether a value follows
	commands []string
	sort     []string // keys of --sort
}

// ours is what the program has.
func ours() offered {
	o := offered{options: map[string]bool{}, sort: render.RowOrders()}
	app := newApp(io.Discard, os.Stdout, os.Stderr)
	for name, known := range known(app.Flags) {
		o.options[dashed(name)] = known.takesValue
	}
	for _, command := range app.Commands {
		o.commands = append(o.commands, command.Name)
	}
	return o
}

// hold holds what there is to the program, both ways.
func (o offered) hold(t *testing.T) {
	t.Helper()
	want := ours()
	slices.Sort(want.commands)
	slices.Sort(o.commands)
	if diff := cmp.Diff(want, o, cmp.AllowUnexported(offered{})); diff != "" {
		t.Errorf("(-program +here; of options, whether a value follows)\n%s", diff)
	}
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

const manualPath = "share/man/man8/icmpdump.8"

// sections are the lines of the man page, by the names of its sections.
func sections(t *testing.T) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	var name string
	for line := range strings.Lines(readFile(t, manualPath)) {
		line = strings.ReplaceAll(strings.TrimSuffix(line, "\n"), `\-`, "-")
		if heading, is := strings.CutPrefix(line, ".Sh "); is {
			name = heading
		}
		all[name] = append(all[name], line)
	}
	return all
}

// An item of the man page is an option by all its names, and what is said of it.
type item struct {
	names []string
	value bool
	text  []string
}

// items are the options of the man page: ".It Fl i Ar interface , Fl -interface Ar interface".
func items(t *testing.T) (all []item) {
	t.Helper()
	for _, line := range sections(t)["OPTIONS"] {
		head, is := strings.CutPrefix(line, ".It Fl ")
		if !is {
			if len(all) > 0 {
				last := &all[len(all)-1]
				last.text = append(last.text, line)
			}
			continue
		}
		var i item
		for name := range strings.SplitSeq(head, " , Fl ") {
			words := strings.Fields(name)
			i.names = append(i.names, "-"+words[0])
			i.value = len(words) > 1
		}
		all = append(all, i)
	}
	return all
}

// macro are the words behind a macro at the beginning of lines, without punctuation.
func macro(lines []string, name string) (words []string) {
	for _, line := range lines {
		if rest, is := strings.CutPrefix(line, name+" "); is {
			for word := range strings.FieldsSeq(rest) {
				if strings.Trim(word, ".,;:") != "" {
					words = append(words, word)
				}
			}
		}
	}
	return words
}

func TestManualHasEveryOption(t *testing.T) {
	o := offered{options: map[string]bool{}, commands: macro(sections(t)["SYNOPSIS"], ".Cm")}
	for _, i := range items(t) {
		for _, name := range i.names {
			if _, twice := o.options[name]; twice {
				t.Errorf("%s is there twice", name)
			}
			o.options[name] = i.value
		}
		if slices.Contains(i.names, "--sort") {
			keys, others, _ := strings.Cut(strings.Join(i.text, "\n"), "Names of columns")
			o.sort = macro(strings.Split(keys, "\n"), ".Cm")
			_, others, _ = strings.Cut(others, "\n.Cm top\n")
			if diff := cmp.Diff(screen.Orders(), macro(strings.Split(others, "\n"), ".Cm")); diff != "" {
				t.Errorf("--sort with top (-program +page)\n%s", diff)
			}
		}
	}
	o.hold(t)
}

// The synopsis has each option by its first name, single letters without a value in one word, in order.
func TestManualSynopsis(t *testing.T) {
	var got, want []string
	for _, line := range sections(t)["SYNOPSIS"] {
		rest, is := strings.CutPrefix(line, ".Op Fl ")
		if !is {
			continue
		}
		words := strings.Fields(strings.ReplaceAll(rest, " | ", " "))
		switch {
		case len(words) == 1 && !strings.HasPrefix(words[0], "-"):
			for letter := range strings.SplitSeq(words[0], "") {
				got = append(got, "-"+letter)
			}
		case len(words) == 2 && strings.HasPrefix(words[1], "-"): // one or the other
			got = append(got, "-"+words[0], "-"+words[1])
		default:
			got = append(got, "-"+words[0])
		}
	}
	for _, i := range items(t) {
		switch i.names[0] {
		case "-h", "--version", "--time-stamp-precision": // --micro and --nano are there
		default:
			want = append(want, i.names[0])
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	got = slices.Compact(got) // two commands may have one
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-options +synopsis)\n%s", diff)
	}
}

var defaultSaid = regexp.MustCompile(`^The default is (\S+)\.$`)

// Where an option has a default the man page has it, and where the page has one it is the option's. Of
// numbers, it is what the help has in parentheses.
func TestManualDefaults(t *testing.T) {
	want := map[string]string{
		"-s": strconv.Itoa(afpacket.DefaultSnaplen),
		"-B": strconv.Itoa(afpacket.DefaultRing >> 10),
	}
	for _, f := range newApp(io.Discard, os.Stdout, os.Stderr).Flags {
		if s, is := f.(*cli.StringFlag); is && s.Value != "" {
			want[dashed(s.Name)] = s.Value
		}
	}
	number := regexp.MustCompile(`(?m)^  (--?[\w-]+) (?:[^\n]|\n {10})*?\((\d+)\)$`)
	for _, m := range number.FindAllStringSubmatch(helpText, -1) {
		if _, there := want[m[1]]; !there {
			want[m[1]] = m[2]
		}
	}
	got := map[string]string{}
	for _, i := range items(t) {
		for _, line := range i.text {
			if m := defaultSaid.FindStringSubmatch(line); m != nil {
				got[i.names[0]] = m[1]
			}
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-program +page)\n%s", diff)
	}
}

// What stands behind the bar, and the notes, are those of docs/lines.md.
func TestManualKeys(t *testing.T) {
	doc := readFile(t, "docs/lines.md")
	_, rest, _ := strings.Cut(doc, "each absent where there is nothing to say:\n\n    ")
	keys, _, _ := strings.Cut(rest, "\n")
	_, rest, _ = strings.Cut(doc, "`note=WORD`, one for each: `")
	notes, _, _ := strings.Cut(rest, "`")
	want := strings.Fields(keys + " " + notes)

	got := macro(sections(t)["THE LINE"], ".It Cm")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-docs/lines.md +page)\n%s", diff)
	}
}

// The fields that the page names are --where's, and all examples are command lines that make sense.
func TestManualExamples(t *testing.T) {
	fields := macro(sections(t)["CHOOSING"], ".Va")
	for _, field := range fields {
		if _, err := where.Parse(field, time.UTC); err != nil {
			t.Errorf("%s is no field: %v", field, err)
		}
	}
	lab.Need(t, "sh", "ip")
	host := lab.NewHost(t, "manual")
	for _, iface := range []string{"eth0", "eth1"} {
		host.IP("link", "add", iface, "type", "veth", "peer", "name", "peer-"+iface)
	}
	examples := 0
	for _, lines := range sections(t) {
		for _, line := range lines {
			command, is := strings.CutPrefix(line, ".Dl icmpdump")
			if !is {
				continue
			}
			examples++
			command, _, _ = strings.Cut(command, " | ")
			if out, err := host.Command("sh", "-c", "icmpdump -d"+command).CombinedOutput(); err != nil { // it opens nothing
				t.Errorf("icmpdump%s: %v\n%s", command, err, out)
			}
		}
	}
	if len(fields) < 40 || examples < 12 {
		t.Errorf("%d fields and %d examples", len(fields), examples)
	}
}

// Two programs that show man pages have nothing to complain of.
func TestManualIsClean(t *testing.T) {
	lab.Need(t, "mandoc", "groff")
	for _, check := range [][]string{
		{"mandoc", "-T", "lint", "-W", "warning", manualPath},
		{"groff", "-ww", "-mandoc", "-Tutf8", "-z", manualPath},
	} {
		out, err := exec.Command(check[0], check[1:]...).CombinedOutput()
		if err != nil || len(out) > 0 {
			t.Errorf("%v: %v\n%s", check, err, out)
		}
	}
	text := lab.Output(t, exec.Command("mandoc", "-T", "ascii", manualPath))
	text = overstruck.ReplaceAllString(text, "")
	for _, i := range items(t) {
		for _, name := range i.names {
			if !strings.Contains(text, " "+name) {
				t.Errorf("no %s in the text", name)
			}
		}
	}
}

// overstruck is how a line printer made letters bold.
var overstruck = regexp.MustCompile(`.\x08`)
