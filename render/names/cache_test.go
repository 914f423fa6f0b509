package names

import (
	"testing"

	"icmpdump/capture/icmp"
)

func numbered(i int) *icmp.Addr {
	return &icmp.Addr{0: 0x20, 12: byte(i >> 24), 13: byte(i >> 16), 14: byte(i >> 8), 15: byte(i)}
}

// However many addresses come, the cache has no more than its size, and each is found by its own slot.
func TestCacheIsBounded(t *testing.T) {
	const size = 64
	c := newCache(size)
	for i := range 10 * size {
		c.add(numbered(i)).until = int64(i)
	}
	if len(c.slots) != size || len(c.index) != size {
		t.Errorf("%d slots, %d in the index, want %d", len(c.slots), len(c.index), size)
	}
	for i := range 10 * size {
		s := c.get(numbered(i))
		if newest := i >= 9*size; (s != nil) != newest {
			t.Errorf("address %d: there %v, want %v", i, s != nil, newest)
		}
		if s != nil && (s.addr != *numbered(i) || s.until != int64(i)) {
			t.Errorf("address %d has the slot of %v, %d", i, s.addr, s.until)
		}
	}
}

// What is in use outlives what came once, and what is asked for is there for its answer.
func TestCacheKeepsWhatIsUsed(t *testing.T) {
	const size = 64
	c := newCache(size)
	c.add(numbered(0))
	c.add(numbered(1)).asking = true
	for i := 2; i < 20*size; i++ {
		if c.get(numbered(0)) == nil {
			t.Fatalf("the one in use is gone after %d", i)
		}
		c.add(numbered(i))
	}
	if s := c.get(numbered(1)); s == nil || !s.asking {
		t.Error("the one that is asked for is gone")
	}
}
