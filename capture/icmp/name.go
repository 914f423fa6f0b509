package icmp

// Names walks domain names that stand one behind the other, in the form of RFC 1035, section
// 3.1, without compression (RFC 8106, section 5.2); zeros pad them at the end.
type Names struct{ rest []byte }

// Next is the next name; it is not ok at the end, and where a name is none: a label longer than
// 63 bytes (what would be a pointer is one), a name longer than 255 (RFC 1035, section 2.3.4),
// or no end.
func (n *Names) Next() (Name, bool) {
	at := labels(n.rest)
	if at == 0 || at == len(n.rest) || n.rest[at] != 0 {
		return nil, false
	}
	name := Name(n.rest[:at])
	n.rest = n.rest[at+1:]
	return name, true
}

// labels is how many bytes of b are labels of one name: none is longer than 63 bytes, and they and
// the root not than 255 (RFC 1035, section 2.3.4).
func labels(b []byte) int {
	const maxLabel, maxLabels = 63, 254
	at := 0
	for at < len(b) {
		n := int(b[at])
		next := at + 1 + n
		if n == 0 || n > maxLabel || next > min(len(b), maxLabels) {
			break
		}
		at = next
	}
	return at
}

// Whole reports whether nothing but padding was left where Next stopped.
func (n *Names) Whole() bool {
	for _, b := range n.rest {
		if b != 0 {
			return false
		}
	}
	return true
}

// A Name is the labels of a domain name, each behind its length.
type Name []byte

// Next cuts off the first label. It is not ok of the root, which has none.
func (n *Name) Next() (label []byte, ok bool) {
	if len(*n) == 0 {
		return nil, false
	}
	end := 1 + int((*n)[0])
	label = (*n)[1:end]
	*n = (*n)[end:]
	return label, true
}
