package flowtable

import "fmt"

// CheckIndex holds the index to the flows: each is found where it is, but for those that are
// over, and nothing else is in it.
func (t *Table) CheckIndex() error {
	for i := range t.shards {
		s := &t.shards[i]
		there, used := 0, 0
		for n := range s.flows[:s.used] {
			if s.flows[n].rank == rankOver {
				continue
			}
			there++
			if got := s.lookup(&place{key: s.flows[n].key, cause: s.causes[n]}, s.flows[n].hash); got != n {
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
