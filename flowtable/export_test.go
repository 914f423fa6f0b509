package flowtable

import (
	"fmt"
	"math"
)

// Check holds the index to the flows: each is found where it is, but for those that are over, and
// nothing else is in it. All memory for round-trip times is a flow's, or free.
func (t *Table) Check() error {
	for i := range t.shards {
		s := &t.shards[i]
		if err := s.checkFigures(); err != nil {
			return fmt.Errorf("shard %d: %w", i, err)
		}
		there, used := 0, 0
		for n := range s.flows[:s.used] {
			if s.flows[n].rank == rankOver {
				continue
			}
			there++
			if got := s.lookup(&place{key: s.flows[n].key, cause: s.causes[n]}, t.hash(&place{key: s.flows[n].key, cause: s.causes[n]})); got != n {
				return fmt.Errorf("shard %d: flow %d is found at %d", i, n, got)
			}
		}
		for _, sl := range s.index {
			if sl.element != 0 {
				used++
			}
		}
		if used != there {
			return fmt.Errorf("shard %d: %d places for %d flows", i, used, there)
		}
	}
	return nil
}

func (s *shard) checkFigures() error {
	figures, octaves := s.figures.used-1, s.octaves.used-1
	for i := s.figures.spare; i != 0; i = s.figures.slab[i].next {
		figures--
	}
	for i := s.octaves.spare; i != 0; i = s.octaves.slab[i].next {
		octaves--
	}
	for n := range s.flows[:s.used] {
		f := s.flows[n].figures
		if f == 0 {
			continue
		}
		figures--
		for i := s.figures.slab[f].next; i != 0; i = s.octaves.slab[i].next {
			octaves--
		}
	}
	if figures != 0 || octaves != 0 {
		return fmt.Errorf("%d figures and %d octaves too many are in use", int32(figures), int32(octaves))
	}
	return nil
}

// Age makes the log of a new table's requests one that has seen nearly as many as there are
// positions.
func (t *Table) Age(left uint32) {
	for i := range t.shards {
		r := &t.shards[i].requests
		r.first = math.MaxUint32 - left
		r.next, r.due, r.headed, r.asked = r.first, r.first, r.first, r.first
	}
}

// LongestChain is how many requests are in the longest chain of heads.
func (t *Table) LongestChain() (longest int) {
	for i := range t.shards {
		s := &t.shards[i]
		s.enterHeads()
		for _, head := range s.requests.heads[:headsPerRequest*s.requests.size] {
			n := 0
			for ; head >= s.requests.first; head = s.requests.at(head).older {
				n++
			}
			longest = max(longest, n)
		}
	}
	return longest
}
