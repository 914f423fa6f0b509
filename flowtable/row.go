package flowtable

// A Row is a copy of one flow.
type Row struct {
	Key
	Counts
	Forward, Reverse Volume // sent by the requester, and by the responder
	Start, End       int64  // time of the first and of the last packet
	RTT              int64  // ns, of the last reply that had one; valid iff HasRTT
	HasRTT           bool
	LastSeq          uint16 // the newest request's; the newest reply's if there was no request
}

// Rows appends a copy of every flow, in no order.
func (t *Table) Rows(dst []Row) []Row {
	for i := range t.shards {
		s := &t.shards[i]
		s.mu.Lock()
		for j := range s.flows[:s.used] {
			f := &s.flows[j]
			dst = append(dst, Row{
				Key: f.key, Counts: f.counts, Forward: f.forward, Reverse: f.reverse,
				Start: f.start, End: f.end, RTT: f.rtt, HasRTT: f.hasRTT, LastSeq: f.lastSeq,
			})
		}
		s.mu.Unlock()
	}
	return dst
}

// Totals is the table summed up.
type Totals struct {
	Packets uint64    // of the flows that are in the table
	Echo    Counts    // of all echo flows, evicted ones as well
	RTT     Histogram // of all echo replies that were in time
	Evicted Evicted
	Repeats uint64 // packets that were copies of others, and in no flow
}

// Totals sums up. Every packet with an ICMP header that Add was given is in exactly one of
// Packets, Evicted.Packets and Repeats.
func (t *Table) Totals() *Totals {
	var sum Totals
	for i := range t.shards {
		s := &t.shards[i]
		s.mu.Lock()
		for j := range s.flows[:s.used] {
			f := &s.flows[j]
			sum.Packets += f.forward.Packets + f.reverse.Packets
			if f.key.Kind == KindEcho {
				sum.Echo.add(&f.counts)
			}
		}
		sum.Echo.add(&s.evicted.counts[KindEcho])
		sum.RTT.Merge(&s.rtt)
		sum.Evicted.Flows += s.evicted.Flows
		sum.Evicted.Packets += s.evicted.Packets
		sum.Repeats += s.repeats
		s.mu.Unlock()
	}
	return &sum
}
