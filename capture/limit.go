package capture

import "sync"

// A Limit is how many packets may be read yet, by all pumps that share it. A nil Limit is none.
type Limit struct {
	mu   sync.Mutex // held while a read is decoded: not before can be told what is a packet
	left uint64
}

// NewLimit is a Limit of n packets.
func NewLimit(n uint64) *Limit { return &Limit{left: n} }

func (l *Limit) hold() {
	if l != nil {
		l.mu.Lock()
	}
}

func (l *Limit) release() {
	if l != nil {
		l.mu.Unlock()
	}
}

// reached and count are for whoever holds l.
func (l *Limit) reached() bool { return l != nil && l.left == 0 }

func (l *Limit) count() {
	if l != nil {
		l.left--
	}
}
