package flowtable

import (
	"reflect"
	"testing"
)

// What there are many of fits the lines of the cache that its comment says.
func TestSizes(t *testing.T) {
	for _, tt := range []struct {
		of   any
		want uintptr
	}{{flow{}, 192}, {sighting{}, 32}, {shard{}, 132 * 64}, {slot{}, 8}} {
		if got := reflect.TypeOf(tt.of).Size(); got != tt.want {
			t.Errorf("a %T has %d bytes, want %d", tt.of, got, tt.want)
		}
	}
}
