package flowtable

// ends are the first and the last element of a list, or the neighbors of one. Elements are
// indices from 1; 0 is none.
type ends struct{ head, tail uint32 }

// links are the neighbors of all elements that may be in lists, each in one of them at most.
type links []ends

// append puts i behind the last element of a list.
func (l links) append(list *ends, i uint32) {
	l[i] = ends{head: list.tail}
	if list.tail != 0 {
		l[list.tail].tail = i
	} else {
		list.head = i
	}
	list.tail = i
}

// remove takes i out of its list.
func (l links) remove(list *ends, i uint32) {
	at := l[i]
	if at.head != 0 {
		l[at.head].tail = at.tail
	} else {
		list.head = at.tail
	}
	if at.tail != 0 {
		l[at.tail].head = at.head
	} else {
		list.tail = at.head
	}
}

// next is the element behind i.
func (l links) next(i uint32) uint32 { return l[i].tail }

// before is the element in front of i.
func (l links) before(i uint32) uint32 { return l[i].head }
