package main

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"maps"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"icmpdump/internal/forge"
)

// schema is what "icmpdump schema" prints, compiled, with formats asserted.
func schema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	out := stdoutOf(t, exec.Command("icmpdump", "schema"))
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(out))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("schema.json", doc); err != nil {
		t.Fatal(err)
	}
	compiled, err := c.Compile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return compiled
}

// schemaOptions are those that choose which fields there are.
var schemaOptions = [][]string{nil, {"-v", "-x"}, {"-e", "-v", "-xx", "-w", os.DevNull, "--print", "--where", "event"}}

// valid holds each line of what icmpdump prints of files, with each of schemaOptions, to the
// schema. It says how many lines there are, and which of the schema's properties they have.
func valid(t *testing.T, s *jsonschema.Schema, paths []string) (lines int, drawn drawnProperties) {
	t.Helper()
	var mu sync.Mutex
	var wg sync.WaitGroup
	drawn = drawnProperties{}
	for _, options := range schemaOptions {
		wg.Go(func() {
			here := drawnProperties{}
			n := 0
			for line := range bytes.Lines(jsonOf(t, paths, options...)) {
				n++
				here.line(t, s, line)
			}
			mu.Lock()
			defer mu.Unlock()
			lines += n
			maps.Copy(drawn, here)
		})
	}
	wg.Wait()
	return lines, drawn
}

// drawnProperties are properties of the schema that an event had, by where they stand in it.
type drawnProperties map[string]bool

// line adds those of a line, which must be valid by s.
func (d drawnProperties) line(t *testing.T, s *jsonschema.Schema, line []byte) {
	t.Helper()
	event, err := jsonschema.UnmarshalJSON(bytes.NewReader(line))
	if err == nil {
		err = s.Validate(event)
	}
	if err != nil {
		t.Errorf("%#v\n%s", err, line)
		return
	}
	d.mark(s, event)
}

// mark adds those of v, which is valid by s.
func (d drawnProperties) mark(s *jsonschema.Schema, v any) {
	if s.Ref != nil {
		d.mark(s.Ref, v)
	}
	for _, all := range s.AllOf {
		d.mark(all, v)
	}
	if s.If != nil && s.If.Validate(v) == nil {
		d.mark(s.Then, v)
	}
	for _, one := range slices.Concat(s.AnyOf, s.OneOf) {
		if one.Validate(v) == nil {
			d.mark(one, v)
		}
	}
	switch v := v.(type) {
	case map[string]any:
		for name, value := range v {
			if p := s.Properties[name]; p != nil {
				d[p.Location] = true
				d.mark(p, value)
			}
			if dependent := s.DependentSchemas[name]; dependent != nil {
				d.mark(dependent, v)
			}
		}
	case []any:
		if s.Items2020 != nil {
			for _, element := range v {
				d.mark(s.Items2020, element)
			}
		}
	}
}

// propertiesOf adds to all where the properties that s allows stand in it.
func propertiesOf(s *jsonschema.Schema, all map[string]bool, seen map[*jsonschema.Schema]bool) {
	if s == nil || seen[s] {
		return
	}
	seen[s] = true
	for _, p := range s.Properties {
		if p.Bool == nil { // true and false are about what another property allows
			all[p.Location] = true
		}
	}
	parts := slices.Concat(s.AllOf, s.AnyOf, s.OneOf, []*jsonschema.Schema{s.Ref, s.Then, s.Items2020})
	parts = slices.AppendSeq(parts, maps.Values(s.Properties))
	for _, part := range slices.AppendSeq(parts, maps.Values(s.DependentSchemas)) {
		propertiesOf(part, all, seen)
	}
}

// undrawn are the properties that no line out of a file has.
var undrawn = map[string]string{
	"/$defs/summary/properties/dropped": "live only",
}

// Every line is an object by the schema: of every sort of packet, random ones of every kind and
// as every link type, and damaged ones. Between them they have every property in the schema.
func TestSchema(t *testing.T) {
	s := schema(t)
	lines, drawn := valid(t, s, schemaFiles(t))
	t.Logf("%d lines", lines)
	for line := range bytes.Lines(madeUp()) {
		drawn.line(t, s, line)
	}
	all := map[string]bool{}
	propertiesOf(s, all, map[*jsonschema.Schema]bool{})
	for _, property := range slices.Sorted(maps.Keys(all)) {
		_, where, _ := strings.Cut(property, "#")
		if _, excepted := undrawn[where]; excepted == drawn[property] {
			t.Errorf("%s: drawn %v, excepted %v", where, drawn[property], excepted)
		}
	}
}

// Every line of other people's captures is an object by the schema.
func TestCorpusSchema(t *testing.T) {
	dir := os.Getenv(corpusVar)
	if dir == "" {
		t.Skipf("%s names no folder", corpusVar)
	}
	var paths []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && strings.Contains(filepath.Ext(path), "cap") {
			paths = append(paths, path)
		}
		return err
	})
	lines, _ := valid(t, schema(t), paths)
	if err != nil || lines == 0 {
		t.Errorf("%d lines, %v", lines, err)
	}
	t.Logf("%d lines", lines)
}

// The examples in the documentation are objects by the schema.
func TestSchemaExamples(t *testing.T) {
	s := schema(t)
	examples := 0
	for _, path := range []string{"README.md", "docs/lines.md", "docs/json.md", "docs/flows.md"} {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for block := range strings.SplitSeq(string(text), "\n\n") {
			if !strings.HasPrefix(strings.TrimSpace(block), `{"schema"`) {
				continue
			}
			examples++
			event, err := jsonschema.UnmarshalJSON(strings.NewReader(block))
			if err == nil {
				err = s.Validate(event)
			}
			if err != nil {
				t.Errorf("%s: %#v\n%s", path, err, block)
			}
		}
	}
	if examples == 0 {
		t.Error("there are none")
	}
}

// The schema refuses what is not in it, and what is in it elsewhere.
func TestSchemaRefuses(t *testing.T) {
	s := schema(t)
	echo := echoFrame(8, 1)
	solicit := message6(135, 0, 0, append(address6("fe80::9"), forge.NDMTU(1280)...))
	advert := message4(9, 0, 1<<24|2<<16|1800, []byte{10, 0, 0, 1, 0, 0, 0, 0})
	in := func(e map[string]any, name string) map[string]any { return e[name].(map[string]any) }
	option := func(e map[string]any) map[string]any {
		return in(e, "neighbor_solicitation")["options"].([]any)[0].(map[string]any)
	}
	for _, tt := range []struct {
		name   string
		frame  []byte
		change func(event map[string]any)
	}{
		{"an unknown field", echo, func(e map[string]any) { e["new"] = 1 }},
		{"an unknown field of the flow", echo, func(e map[string]any) { in(e, "flow")["new"] = 1 }},
		{"a field that has to be there", echo, func(e map[string]any) { delete(e, "type") }},
		{"a number out of range", echo, func(e map[string]any) { e["code"] = math.MaxUint8 + 1 }},
		{"an address that is none", echo, func(e map[string]any) { e["src"] = "10.0.0" }},
		{"an unknown event", echo, func(e map[string]any) { e["event"] = "new" }},
		{"a verdict of other frames", echo, func(e map[string]any) { e["verdict"] = "malformed:ip-header" }},
		{"an object of another type", echo, func(e map[string]any) { e["mld_done"] = map[string]any{} }},
		{"an unknown field of an option", solicit, func(e map[string]any) { option(e)["new"] = 1 }},
		{"a field of another option", solicit, func(e map[string]any) { option(e)["nonce"] = "00" }},
		{"an option of another name", solicit, func(e map[string]any) { option(e)["name"] = "nonce" }},
		{"an option without its fields", solicit, func(e map[string]any) { delete(option(e), "mtu") }},
		{"what follows without what stands before", solicit, func(e map[string]any) { delete(in(e, "neighbor_solicitation"), "target_address") }},
		{"an advertisement of the other IP", advert, func(e map[string]any) {
			e["router_advertisement"] = map[string]any{"options": []any{}}
		}},
	} {
		path := filepath.Join(t.TempDir(), "one.pcap")
		if err := writeCapture(path, []captured{{frame: tt.frame}}); err != nil {
			t.Fatal(err)
		}
		out, _, _ := bytes.Cut(jsonOf(t, []string{path}), []byte("\n"))
		var event map[string]any
		if err := json.Unmarshal(out, &event); err != nil {
			t.Fatal(err)
		}
		if err := s.Validate(event); err != nil {
			t.Fatal(err)
		}
		tt.change(event)
		if s.Validate(event) == nil {
			t.Errorf("%s is valid", tt.name)
		}
	}
}
