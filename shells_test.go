package main

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"icmpdump/capture/filter"
	"icmpdump/internal/lab"
	"icmpdump/render/screen"
)

// A shell has a completion, which its start runs for command lines: testdata/complete.
type shell struct {
	path  string
	start []string
	read  func(t *testing.T, text string) (offered, filterWords)
}

// filterWords are those of a filter, and the types of messages behind type.
type filterWords struct{ words, types []string }

var shells = map[string]shell{
	"bash": {"share/bash-completion/completions/icmpdump", []string{"bash", "--norc"}, readBash},
	"zsh":  {"share/zsh/site-functions/_icmpdump", []string{"zsh", "-f"}, readZsh},
	"fish": {"share/fish/vendor_completions.d/icmpdump.fish", []string{"fish", "--no-config"}, readFish},
}

// list is the words of the one place in text that a pattern matches, in its parentheses.
func list(t *testing.T, text, pattern string) []string {
	t.Helper()
	all := regexp.MustCompile(pattern).FindAllStringSubmatch(text, -1)
	if len(all) != 1 {
		t.Fatalf("%s: %d matches, want 1", pattern, len(all))
	}
	return strings.Fields(strings.ReplaceAll(all[0][1], "\\\n", " "))
}

func readBash(t *testing.T, text string) (offered, filterWords) {
	variable := func(name string) []string { return list(t, text, `local `+name+`='([^']*)'`) }
	o := offered{options: map[string]bool{}, commands: variable("commands"), sort: variable("sort")}
	for _, name := range variable("plain") {
		o.options[name] = false
	}
	for _, name := range variable("valued") {
		o.options[name] = true
	}
	return o, filterWords{variable("filter"), variable("types")}
}

func readZsh(t *testing.T, text string) (offered, filterWords) {
	array := func(name string) []string { return list(t, text, `local -a `+name+`=\(([^)]*)\)`) }
	o := offered{options: map[string]bool{}, sort: array("sort")}
	for _, m := range regexp.MustCompile(`(?m)^        '(\w+):`).FindAllStringSubmatch(text, -1) {
		o.commands = append(o.commands, m[1])
	}
	// '(-Q --direction)'{-Q+,--direction=}'[what it is]:which:(in out inout)'
	spec := regexp.MustCompile(`(?m)^        ['"](?:\*|\(([^)]*)\))?['"]?(.*?)\[.*?\](:?).*\\$`)
	for _, m := range spec.FindAllStringSubmatch(text, -1) {
		var names []string
		for _, name := range strings.Split(strings.Trim(m[2], `{}'`), ",") {
			name = strings.Trim(name, "'")
			bare := strings.TrimRight(name, "+=")
			if m[3] != "" == (bare == name) {
				t.Errorf("%s: a value follows, or none", m[0])
			}
			o.options[bare] = m[3] != ""
			names = append(names, bare)
		}
		if excludes := strings.Fields(m[1]); len(excludes) > 0 && !slices.Equal(excludes, names) {
			t.Errorf("%v exclude %v", excludes, names)
		}
	}
	return o, filterWords{array("filter"), array("types")}
}

func readFish(t *testing.T, text string) (offered, filterWords) {
	variable := func(name string) []string { return list(t, text, `set -l `+name+` ((?:[^\n]*\\\n)*[^\n]*)`) }
	o := offered{options: map[string]bool{}, sort: variable("sort")}
	for _, m := range regexp.MustCompile(`(?m)^complete -c icmpdump -n '__icmpdump_at first' -a (\w+)`).FindAllStringSubmatch(text, -1) {
		o.commands = append(o.commands, m[1])
	}
	var valued []string
	one := regexp.MustCompile(`(?m)^complete -c icmpdump((?: -[sl] \S+)+)( -[xr])?`)
	for _, m := range one.FindAllStringSubmatch(text, -1) {
		for name := range strings.FieldsSeq(regexp.MustCompile(` -[sl] `).ReplaceAllString(m[1], " ")) {
			name = strings.Trim(name, "'")
			o.options[dashed(name)] = m[2] != ""
			if m[2] != "" {
				valued = append(valued, name)
			}
		}
	}
	if diff := cmp.Diff(valued, variable("valued"), inAnyOrder); diff != "" {
		t.Errorf("(-complete +valued)\n%s", diff)
	}
	return o, filterWords{variable("filter"), variable("types")}
}

// inAnyOrder compares lists of words as sets.
var inAnyOrder = cmp.Transformer("sorted", func(list []string) map[string]bool {
	set := map[string]bool{}
	for _, word := range list {
		set[word] = true
	}
	return set
})

func TestCompletionsHaveEveryOption(t *testing.T) {
	for name, sh := range shells {
		t.Run(name, func(t *testing.T) {
			o, _ := sh.read(t, readFile(t, sh.path))
			o.hold(t)
		})
	}
}

// What is offered for a filter means something there.
func TestCompletionsKnowFilters(t *testing.T) {
	known := map[string]bool{}
	for _, text := range []string{
		"src host 10.0.0.1 and not dst net 10.0.0.0/8 or ip", "ip6 proto 58 or icmp or icmp6",
		"ether multicast or ether broadcast", "vlan 100 and less 100 or greater 20", "inbound or outbound",
		"ifname eth0", "type echo and id 1 and seq 2 and ttl < 5", "quoted host 10.0.0.1",
	} {
		if _, err := filter.Parse(text, filter.Lookup{}); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		for word := range strings.FieldsSeq(text) {
			known[word] = true
		}
	}
	for name, sh := range shells {
		_, f := sh.read(t, readFile(t, sh.path))
		if len(f.words) < 20 || len(f.types) < 10 {
			t.Errorf("%s: %d words and %d types", name, len(f.words), len(f.types))
		}
		for _, word := range f.words {
			if !known[word] {
				t.Errorf("%s: %s is in no expression", name, word)
			}
		}
		for _, typ := range f.types {
			if _, err := filter.Parse("type "+typ, filter.Lookup{}); err != nil {
				t.Errorf("%s: type %s: %v", name, typ, err)
			}
		}
	}
}

// hostile is an interface that a shell must not run.
const hostile = "a$(echo>ran)"

// completed are command lines up to the cursor, and what they are completed with, without what they have
// already of the last word.
var completed = []struct {
	line string
	want string // separated by blanks
	have string // the letters that the last word begins with, which may be repeated
	all  bool   // that the option takes: the program is asked
}{
	{line: "fl", want: "flows"},
	{line: "t", want: "top ttl type"},
	{line: "flows t", want: "ttl type"},
	{line: "top t", want: "ttl type"},
	{line: "top --f", want: "--flow-idle --fps"},
	{line: "-c 5 fl", want: "flows"},
	{line: "-c5 fl", want: "flows"},
	{line: "--late 5s fl", want: "flows"},
	{line: "--late=5s fl", want: "flows"},
	{line: "schema "},
	{line: "-c "},
	{line: "id "},
	{line: "-i ", want: "any eth0 lo " + hostile},
	{line: "-i e", want: "eth0"},
	{line: "-i lo,", want: "any eth0 " + hostile},
	{line: "-i lo,a", want: "any " + hostile},
	{line: "-nvie", have: "-nvi", want: "eth0"},
	{line: "-ieni0,e", want: "eth0"},
	{line: "--interface ", want: "any eth0 lo " + hostile},
	{line: "--interface=lo,e", want: "eth0"},
	{line: "ifname e", want: "eth0"},
	{line: "flows not ifname e", want: "eth0"},
	{line: "-Q ", want: "in out inout", all: true},
	{line: "-Qou", have: "-Q", want: "out"},
	{line: "--direction=", want: "in out inout", all: true},
	{line: "--counters ", want: "on off", all: true},
	{line: "--on-stall=", want: "skip block", all: true},
	{line: "--time-stamp-precision ", want: "micro nano", all: true},
	{line: "--color=", want: "auto always never", all: true},
	{line: "--co", want: "--color --comment --counters"},
	{line: "flows --sort ", want: strings.Join(ours().sort, " "), all: true},
	{line: "top --sort ", want: strings.Join(screen.Orders(), " ")},
	{line: "-r x top --sort=lo", want: "lost loss"},
	{line: "--sort=p", want: "packets pending p95"},
	{line: "-r ", want: "b.pcapng.gz c.pcap3 folder"},
	{line: "-r fo", want: "folder"},
	{line: "-w ", want: "b.pcapng.gz c.pcap3 folder"},
	{line: "-F b", want: "b.pcapng.gz"},
	{line: "not type ti", want: "time-exceeded timestamp timestamp-reply"},
	{line: "host a -c 5 gr", want: "greater"},
	{line: "-- gr", want: "greater"},
}

// The shells complete command lines so.
func TestCompletions(t *testing.T) {
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range slices.Sorted(maps.Keys(shells)) {
		t.Run(name, func(t *testing.T) {
			lab.Need(t, name, "ip")
			host := lab.NewHost(t, "shell")
			host.IP("link", "add", "eth0", "type", "veth", "peer", "name", hostile)
			folder := t.TempDir()
			if err := os.Mkdir(filepath.Join(folder, "folder"), 0o700); err != nil {
				t.Fatal(err)
			}
			for _, file := range []string{"b.pcapng.gz", "c.pcap3"} {
				if err := os.WriteFile(filepath.Join(folder, file), nil, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			sh := shells[name]
			args := append(slices.Concat([]string{"60"}, sh.start), filepath.Join(here, "testdata/complete/drive."+name), filepath.Join(here, sh.path))
			for _, row := range completed {
				args = append(args, "icmpdump "+row.line)
			}
			cmd := host.Command("timeout", args...)
			cmd.Dir = folder
			got := replies(lab.Output(t, cmd))
			if len(got) != len(completed) {
				t.Fatalf("%d replies to %d lines", len(got), len(completed))
			}
			for i, row := range completed {
				for j := range got[i] {
					got[i][j] = strings.TrimPrefix(got[i][j], row.have)
				}
				if diff := cmp.Diff(strings.Fields(row.want), got[i], inAnyOrder); diff != "" {
					t.Errorf("%q (-want +got)\n%s", row.line, diff)
				}
			}
			if _, err := os.Stat(filepath.Join(folder, "ran")); err == nil {
				t.Error("the name of an interface was run")
			}
		})
	}
}

// What is offered for an option, the program takes.
func TestCompletionsAreTaken(t *testing.T) {
	for _, row := range completed {
		option := strings.TrimRight(row.line, " =")
		if !row.all {
			continue
		}
		for value := range strings.FieldsSeq(row.want) {
			args := append(strings.Fields(option), value, "-d") // it opens nothing
			if out, err := exec.Command("icmpdump", args...).CombinedOutput(); err != nil {
				t.Errorf("%v: %v\n%s", args, err, out)
			}
		}
	}
}

// typed is what a reply may repeat of the word that it completes; quoting a shell's backslashes.
var (
	typed   = regexp.MustCompile(`^.*[,=]`)
	quoting = strings.NewReplacer(`\`, "", "/", "")
)

// replies are those to each command line: a reply a line, an empty line behind them. Without what they
// repeat, and without what marks a folder.
func replies(out string) (all [][]string) {
	var one []string
	for line := range strings.Lines(out) {
		line = strings.TrimSuffix(line, "\n")
		if line == "" {
			all, one = append(all, one), nil
			continue
		}
		one = append(one, quoting.Replace(typed.ReplaceAllString(line, "")))
	}
	return all
}
