package render

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Fields of every kind, nested, are an object that others read, whatever bytes came from outside.
func TestJSONFields(t *testing.T) {
	dst := append([]byte(nil), '{')
	dst = appendRaw(dst, "name", []byte("a\"b\\c\x1b\n\xff"))
	dst = append(appendUint(appendObject(dst, "inner"), "n", 7), '}')
	dst = append(appendArray(dst, "list"), '1')
	dst = append(append(appendComma(dst), '2'), ']')
	dst = appendBool(appendHexBytes(dst, "bytes", []byte{0, 0xff}), "yes", true)
	dst = append(appendString(dst, "quoted", `say "\"`), '}')
	var got any
	if err := json.Unmarshal(dst, &got); err != nil {
		t.Fatalf("%v: %s", err, dst)
	}
	want := map[string]any{
		"name": `a"b\x5cc\x1b\x0a\xff`, "inner": map[string]any{"n": 7.}, "list": []any{1., 2.},
		"bytes": "00ff", "yes": true, "quoted": `say "\"`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
