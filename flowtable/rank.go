package flowtable

// rank is how dear a flow is: those of the lowest make room first.
type rank uint8

const (
	rankOver     rank = iota // no packet for the idle time
	rankSingle               // one packet
	rankPair                 // a request and its reply
	rankSilent               // more, without any reply
	rankAnswered             // and with

	numRanks = iota
)

// rankOf is the rank of a flow that is not over.
func rankOf(f *flow) rank {
	switch {
	case f.packets() <= 1:
		return rankSingle
	case f.replies == 0:
		return rankSilent
	case f.packets() == 2:
		return rankPair
	}
	return rankAnswered
}

// ranks are lists of a shard's flows, one for each rank, the least recently used in front.
type ranks [numRanks]ends

// move puts the flow n at the end of its new rank's list. A new flow is in none yet: its rank is 0.
func (s *shard) move(n int, to rank) {
	f, id := &s.flows[n], uint32(n+1)
	if f.rank == to && s.ranks[to].tail == id {
		return
	}
	if f.rank != rankOver {
		s.delist(&s.ranks[f.rank], id)
	}
	s.enlist(&s.ranks[to], id)
	f.rank = to
}

// victim is the flow that makes room now: one that is over, one of a single packet or pair (a
// flood pushes out its own kind), the least recently used that is not active, then the least
// recently used of the lowest rank.
func (s *shard) victim(now int64) int {
	for r := rankOver; r <= rankPair; r++ {
		if head := s.ranks[r].head; head != 0 {
			return int(head - 1)
		}
	}
	lowest, idle := -1, -1
	for r := rankSilent; r < numRanks; r++ {
		head := s.ranks[r].head
		if head == 0 {
			continue
		}
		n := int(head - 1)
		if lowest < 0 {
			lowest = n
		}
		if f := &s.flows[n]; now-f.seen >= s.ReplyTimeout && (idle < 0 || f.seen < s.flows[idle].seen) {
			idle = n
		}
	}
	if idle >= 0 {
		return idle
	}
	return lowest
}

// oldest is the flow, of those that are not over, that was seen the longest time ago, or -1.
func (s *shard) oldest() int {
	oldest := -1
	for r := rankSingle; r < numRanks; r++ {
		if head := s.ranks[r].head; head != 0 && (oldest < 0 || s.flows[head-1].seen < s.flows[oldest].seen) {
			oldest = int(head - 1)
		}
	}
	return oldest
}
