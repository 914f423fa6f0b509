package flowtable

// Totals is the table summed up.
type Totals struct {
	Packets uint64    // of the flows that are in the table
	Echo    Counts    // of all echo flows, evicted ones as well
	RTT     Histogram // of all echo replies that were in time
	Evicted Evicted
	Repeats uint64 // packets that were copies of others, and in no flow
}

// Evicted is the aggregate of the flows that had to make room for others, and of what was counted
// before a Reset.
type Evicted struct {
	Flows            uint64
	Over             uint64 // of them, those that were over before they made room
	Reset            uint64 // of them, those that left with a Reset
	Forward, Reverse Volume // see Row
	Counts           Counts // of all kinds; errors that are a flow's own count as Packets
	Repeats          uint64
	echo             Counts
}

// Packets is how many they had.
func (e *Evicted) Packets() uint64 { return e.Forward.Packets + e.Reverse.Packets }

// minusOne takes one away from a count that it is added to.
const minusOne = ^uint64(0)

// count adds what was counted in a flow of that kind.
func (e *Evicted) count(k Kind, c *Counts) {
	e.Counts.add(c)
	if k == KindEcho {
		e.echo.add(c)
	}
}

func (e *Evicted) add(o *Evicted) {
	e.Flows += o.Flows
	e.Over += o.Over
	e.Reset += o.Reset
	e.Forward.add(o.Forward)
	e.Reverse.add(o.Reverse)
	e.Counts.add(&o.Counts)
	e.Repeats += o.Repeats
	e.echo.add(&o.echo)
}

// Totals sums up all that there was, before a Reset as well. Every packet with an ICMP header that
// Add was given is in exactly one of Packets, Evicted.Packets and Repeats.
func (t *Table) Totals() *Totals { return t.sum(true) }

// Since sums up what there was since the last Reset, as if the table had begun with it: requests
// that waited then are in it, and the packets that they were.
func (t *Table) Since() *Totals { return t.sum(false) }

func (t *Table) sum(before bool) *Totals {
	var sum Totals
	var of sums
	t.each(func(s *shard) {
		for n := range s.flows[:s.used] {
			f := &s.flows[n]
			sum.Packets += f.packets()
			if f.key.Kind == KindEcho {
				c := s.counts(n)
				sum.Echo.add(&c)
			}
		}
		of.add(&s.sums)
		if before {
			of.add(s.before)
		}
	})
	sum.Echo.add(&of.evicted.echo)
	sum.Evicted, sum.RTT, sum.Repeats = of.evicted, of.rtt, of.repeats
	return &sum
}
