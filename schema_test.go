package main

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
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

// valid holds each line of what icmpdump prints of a file to the schema, and says how many
// there are.
func valid(t *testing.T, s *jsonschema.Schema, path string) (lines int) {
	t.Helper()
	for line := range bytes.Lines(jsonOf(t, path)) {
		lines++
		event, err := jsonschema.UnmarshalJSON(bytes.NewReader(line))
		if err != nil {
			t.Fatalf("%s: %v: %s", path, err, line)
		}
		if err := s.Validate(event); err != nil {
			t.Errorf("%s: %#v\n%s", path, err, line)
		}
	}
	return lines
}

// Every sort of packet is an object by the schema.
func TestSchema(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sorts.pcap")
	frames := everySort()
	if err := writeCapture(path, frames); err != nil {
		t.Fatal(err)
	}
	if lines := valid(t, schema(t), path); lines < len(frames) {
		t.Errorf("%d lines of %d packets", lines, len(frames))
	}
}

// Every line of other people's captures is an object by the schema.
func TestCorpusSchema(t *testing.T) {
	dir := os.Getenv(corpusVar)
	if dir == "" {
		t.Skipf("%s names no folder", corpusVar)
	}
	s := schema(t)
	lines := 0
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && strings.Contains(filepath.Ext(path), "cap") {
			lines += valid(t, s, path)
		}
		return err
	})
	if err != nil || lines == 0 {
		t.Errorf("%d lines, %v", lines, err)
	}
	t.Logf("%d lines", lines)
}

// The schema refuses what is not in it.
func TestSchemaRefuses(t *testing.T) {
	s := schema(t)
	path := filepath.Join(t.TempDir(), "echo.pcap")
	if err := writeCapture(path, everySort()[:1]); err != nil {
		t.Fatal(err)
	}
	out, _, _ := strings.Cut(stdoutOf(t, exec.Command("icmpdump", "--json", "-r", path)), "\n")
	for _, tt := range []struct {
		name   string
		change func(event map[string]any)
	}{
		{"an unknown field", func(e map[string]any) { e["new"] = 1 }},
		{"an unknown field of the flow", func(e map[string]any) { e["flow"].(map[string]any)["new"] = 1 }},
		{"a field that has to be there", func(e map[string]any) { delete(e, "type") }},
		{"a number out of range", func(e map[string]any) { e["code"] = math.MaxUint8 + 1 }},
		{"an address that is none", func(e map[string]any) { e["src"] = "10.0.0" }},
		{"an unknown event", func(e map[string]any) { e["event"] = "new" }},
	} {
		var event map[string]any
		if err := json.Unmarshal([]byte(out), &event); err != nil {
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
