package icmp

// An AddrList is IPv6 addresses as they stand in a message, whose memory it is. What does not
// fill an address at its end is none.
type AddrList []byte

// Len is how many addresses there are.
func (l AddrList) Len() int { return len(l) / 16 }

// At is the address of index i, from 0.
func (l AddrList) At(i int) Addr { return Addr(l[16*i:][:16]) }

// Whole reports whether there is nothing behind the last address.
func (l AddrList) Whole() bool { return len(l)%16 == 0 }

// addrList is the n addresses that b begins with, or as many of them as are there.
func addrList(b []byte, n int) AddrList { return AddrList(b[:16*min(n, len(b)/16)]) }
