package flowtable

// ends are the first and the last flow of a list. A flow is named by the slab's index plus one; 0 is
// none.
type ends struct{ head, tail uint32 }

// links are the neighbors of a flow in the list that it is in.
type links struct{ before, next uint32 }

// enlist puts the flow i behind the last of a list.
func (s *shard) enlist(list *ends, i uint32) {
	s.flows[i-1].links = links{before: list.tail}
	if list.tail != 0 {
		s.flows[list.tail-1].next = i
	} else {
		list.head = i
	}
	list.tail = i
}

// delist takes the flow i out of its list.
func (s *shard) delist(list *ends, i uint32) {
	at := s.flows[i-1].links
	if at.before != 0 {
		s.flows[at.before-1].next = at.next
	} else {
		list.head = at.next
	}
	if at.next != 0 {
		s.flows[at.next-1].before = at.before
	} else {
		list.tail = at.before
	}
}
