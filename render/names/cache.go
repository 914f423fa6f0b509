package names

import (
	"icmpdump/capture/icmp"
	"icmpdump/render"
)

// A cache is what is known of a bounded number of addresses. One that is new takes the place of one
// that was not looked for since the hand of this clock went by.
type cache struct {
	size  int
	index map[icmp.Addr]int32
	slots []slot
	hand  int
}

// A slot is what is known of an address.
type slot struct {
	addr   icmp.Addr
	name   render.Text // empty if it has none
	until  int64       // when the answer counts no longer, ns since the Unix epoch
	known  bool        // there was an answer
	asking bool        // it is asked for, or waits for that
	used   bool        // since the hand went by
}

func newCache(size int) cache {
	return cache{size: size, index: map[icmp.Addr]int32{}}
}

// get is what is known of a, or nil. It is valid until the next add.
func (c *cache) get(a *icmp.Addr) *slot {
	i, ok := c.index[*a]
	if !ok {
		return nil
	}
	s := &c.slots[i]
	s.used = true
	return s
}

// add makes a slot for a, which has none. Valid as that of get.
func (c *cache) add(a *icmp.Addr) *slot {
	var i int
	if len(c.slots) < c.size {
		i = len(c.slots)
		c.slots = append(c.slots, slot{})
	} else {
		i = c.free()
		delete(c.index, c.slots[i].addr)
	}
	c.index[*a] = int32(i)
	c.slots[i] = slot{addr: *a} // and not used: what comes once goes first
	return &c.slots[i]
}

// free is a slot to be used anew. Those that are asked for stay: they are fewer than there are slots.
func (c *cache) free() int {
	for {
		i := c.hand
		c.hand = (c.hand + 1) % len(c.slots)
		switch s := &c.slots[i]; {
		case s.asking:
		case s.used:
			s.used = false
		default:
			return i
		}
	}
}
