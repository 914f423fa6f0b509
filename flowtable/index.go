package flowtable

// An index finds elements of a slab by hash: open addressing with linear probing, never more
// than half full. A slot has 32 bits of the hash, which say where it wants to be and, if they
// are others, that it is not worth a look at the slab.
type index []slot

type slot struct {
	tag     uint32
	element uint32 // 0 is an empty slot
}

// newIndex has room for n elements.
func newIndex(n int) index {
	size := 2
	for size < 2*n {
		size *= 2
	}
	return make(index, size)
}

// home is where to begin to look, and next where to go on, until a slot is empty.
func (x index) home(tag uint32) uint32 { return tag & uint32(len(x)-1) }
func (x index) next(i uint32) uint32   { return (i + 1) & uint32(len(x)-1) }

func (x index) put(tag, element uint32) {
	i := x.home(tag)
	for x[i].element != 0 {
		i = x.next(i)
	}
	x[i] = slot{tag, element}
}

// remove takes out an element that is there.
func (x index) remove(tag, element uint32) {
	i := x.home(tag)
	for x[i].element != element {
		i = x.next(i)
	}
	// Close the gap, so that every probe still finds its element: move back each following
	// slot that is allowed to stand there (Knuth, The Art of Computer Programming 6.4, R).
	mask := uint32(len(x) - 1)
	for j := x.next(i); x[j].element != 0; j = x.next(j) {
		if (j-x.home(x[j].tag))&mask >= (j-i)&mask {
			x[i] = x[j]
			i = j
		}
	}
	x[i] = slot{}
}
