package icmp

// Names walks domain names that stand one behind the other, in the form of RFC 1035, section
// 3.1, without compression (RFC 8106, section 5.2); zeros pad them at the end.
type Names struct{ rest []byte }

// Next is the next name; it is not ok at the end, and where a name is none: a label longer than
// 63 bytes (what would be a pointer is one), a name longer than 255 (RFC 1035, section 2.3.4),
// or no end.
func (n *Names) Next() (Name, bool) {
	for at := 0; at < len(n.rest) && at < 255; {
		label := int(n.rest[at])
		if label > 63 {
			break
		}
		at += 1 + label
		if label > 0 {
			continue
		}
		if at == 1 {
			break // padding
		}
		name := Name(n.rest[:at-1])
		n.rest = n.rest[at:]
		return name, true
	}
	return nil, false
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

// A Name is the labels of a domain name, each behind its length. Only Names makes one.
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
