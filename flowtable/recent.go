package flowtable

// RecentLen is of how many requests a flow remembers what became of them.
const RecentLen = 40

// Fate is what became of a request, the last of what did.
type Fate uint8

// The fates.
const (
	FateNone       Fate = iota // there was no such request
	FatePending                // it waits
	FateAnswered               // in time, or after an error had answered it
	FateDuplicated             // it was answered, in time or late, and again
	FateLost
	FateLate
	FateRefused   // an error answered it
	FateForgotten // there was no room to remember it
)

// settled is what becomes of a request that waited.
var settled = [...]Fate{stateAnswered: FateAnswered, stateRefused: FateRefused, stateLost: FateLost}

// recent is the fates of a flow's last requests, the newest last. The flow's requests are numbered, so that
// each knows how far it is from the newest. A shard remembers fewer than there are numbers.
type recent struct {
	next  uint32
	fates [RecentLen]Fate
}

// remember makes q, which waits, the newest request of its flow.
func (s *shard) remember(q *request) {
	if s.recents == nil {
		return
	}
	r := &s.recents[q.flow]
	copy(r.fates[:], r.fates[1:])
	r.fates[RecentLen-1] = FatePending
	q.nth = r.next
	r.next++
}

// disown makes q none of its flow's last requests.
func (s *shard) disown(q *request) {
	if s.recents != nil {
		q.nth = s.recents[q.flow].next - RecentLen - 1
	}
}

// became notes what became of q.
func (s *shard) became(q *request, fate Fate) {
	if s.recents != nil {
		s.recents[q.flow].note(q.nth, fate)
	}
}

func (r *recent) note(nth uint32, fate Fate) {
	if back := r.next - nth; back-1 < RecentLen {
		r.fates[RecentLen-back] = fate
	}
}
