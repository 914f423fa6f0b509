package flowtable

import "icmpdump/capture/icmp"

// A call is one of Add or Advance: its time, and the packet that it is about. It locks all parts of the
// table, in order: to lock and unlock one for each packet would take 12 ns of 90.
type call struct {
	table  *Table
	clock  clock
	a      arrival
	unsaid Event // what there would be to say, if nobody wants events
}

// An arrival is a packet on its way into the table.
type arrival struct {
	place
	hash  uint64
	clock *clock
	p     *icmp.Packet
	e     *Event // what is said of it

	packet   uint64 // see identity; valid once seen was asked
	asker    uint32 // see askerHash; valid once fit was asked
	answered int64  // when the newest request was seen that the sender has answered, if it is a reply to all
}

// call begins one, and end ends it.
func (t *Table) call() *call {
	for i := range t.shards {
		t.shards[i].mu.Lock()
	}
	c := &t.now
	t.mu.Lock()
	c.clock = t.clock
	t.mu.Unlock()
	return c
}

func (c *call) end() {
	c.a.p, c.a.e = nil, nil // they are the caller's
	t := c.table
	t.mu.Lock()
	t.clock = c.clock
	t.mu.Unlock()
	for i := range t.shards {
		t.shards[i].mu.Unlock()
	}
}

// shard is the part of the table that a flow is in.
func (t *Table) shard(hash uint64) *shard { return &t.shards[hash&uint64(len(t.shards)-1)] }
