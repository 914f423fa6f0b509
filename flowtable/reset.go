package flowtable

// Reset lets all counters of all flows begin anew. What waits is still waited for: such a flow goes on with
// the requests that wait, as if it had begun with the oldest of them. All others are no rows any more until
// their next packet; what they know goes on, so that a copy, a duplicate or a late answer is still called so.
// What was counted goes into Totals' aggregate: there, too, one that was lost before and is answered late
// after it changes sides. Where only one direction is seen, what waits is forgotten.
func (t *Table) Reset() {
	t.each((*shard).reset)
	t.changes.Add(1)
}

func (s *shard) reset() {
	s.before.add(&s.sums)
	s.sums = sums{}
	if s.OneWay {
		s.requests.first = s.requests.next
	}
	for n := range s.flows[:s.used] {
		s.resetFlow(n)
	}
	for i := s.requests.first; i != s.requests.next; i++ {
		if q := s.requests.at(i); s.alive(q) {
			s.resetRequest(q)
		}
	}
}

// resetFlow lets the flow n begin anew with the number of requests that wait. What else is to be known of these
// comes with them.
func (s *shard) resetFlow(n int) {
	f := &s.flows[n]
	c := s.counts(n)
	if s.OneWay {
		c.Forgotten += f.pending
		f.pending = 0
	} else {
		c.Requests -= f.pending
	}
	c.Pending = 0
	s.handOver(&s.before.evicted, n, &c)
	s.before.evicted.Forward.Packets -= f.pending
	if f.pending == 0 && !f.has(isEmpty) {
		s.before.evicted.Flows++
		s.before.evicted.Reset++
		f.flags |= isEmpty
	}
	s.forgetFigures(f)
	f.flags &^= hasRTT | hasTTL | hasRare
	f.asked, f.replies, f.lost, f.forwardBytes, f.reverse = f.pending, 0, 0, 0, Volume{}
	if s.recents != nil {
		s.recents[n].fates = [RecentLen]Fate{}
	}
}

// resetRequest lets q, if it waits, be one of its flow that begins anew.
func (s *shard) resetRequest(q *request) {
	if q.state != statePending {
		q.marks |= isOld
		s.disown(q)
		return
	}
	f := &s.flows[q.flow]
	length := q.length + uint32(q.header)
	if f.forwardBytes == 0 { // the first
		f.start, f.iface, f.size = q.sent, q.iface, Size{length, length}
	}
	f.end = q.sent
	f.size.Min, f.size.Max = min(f.size.Min, length), max(f.size.Max, length)
	f.forwardBytes += uint64(length)
	s.before.evicted.Forward.Bytes -= uint64(length)
	s.remember(q)
}
