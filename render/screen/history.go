package screen

import (
	"sync"

	"icmpdump/capture/icmp"
	"icmpdump/flowtable"
)

const (
	// historyEvents and historyBytes bound what is remembered: a ping a second of a hundred hosts for
	// five minutes.
	historyEvents = 65536
	historyBytes  = 16 << 20
)

// A History remembers the last events, and the bytes of their frames. All its memory is made with the first, and
// costs something as it fills: to grow would leave as much behind. Any goroutine may call it, and waits no longer
// than a look through it takes.
type History struct {
	mu     sync.Mutex
	events []flowtable.Event // a ring: the n-th is at n modulo historyEvents
	frames []kept            // of events
	next   uint64            // how many events there were, ever
	bytes  []byte            // a ring of frames, each in one piece
	end    uint64            // where in all bytes the next one goes
}

// A kept frame, without a pointer. Its bytes are gone when historyBytes more came.
type kept struct {
	at   uint64 // in all bytes
	size uint32
	wire uint32
	tpid uint16
	link icmp.Link
}

// A Record is an event of a History, with its frame. It is a copy.
type Record struct {
	Event flowtable.Event
	Frame icmp.Frame
}

// Add remembers e, whose packet came in f.
func (h *History) Add(e *flowtable.Event, f *icmp.Frame) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.bytes == nil {
		h.events = make([]flowtable.Event, 0, historyEvents)
		h.frames = make([]kept, 0, historyEvents)
		h.bytes = make([]byte, historyBytes)
	}
	k := kept{size: uint32(len(f.Data)), wire: uint32(f.Wire), tpid: f.TPID, link: f.Link}
	h.keep(&k, f.Data)
	if len(h.events) < historyEvents {
		h.events, h.frames = append(h.events, *e), append(h.frames, k)
	} else {
		i := h.next % historyEvents
		h.events[i], h.frames[i] = *e, k
	}
	h.next++
}

// keep puts b, the bytes of k, behind the others.
func (h *History) keep(k *kept, b []byte) {
	k.at = h.end
	if len(b) > historyBytes {
		k.size = 0
		return
	}
	if rest := historyBytes - h.end%historyBytes; uint64(len(b)) > rest {
		k.at += rest
	}
	copy(h.bytes[k.at%historyBytes:], b)
	h.end = k.at + uint64(len(b))
}

// total is how many events there were, ever.
func (h *History) total() uint64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.next
}

// last appends the last events of those that are wanted, at most so many, the oldest first.
// A nil want is all.
func (h *History) last(dst []Record, most int, want func(*flowtable.Event) bool) []Record {
	h.mu.Lock()
	defer h.mu.Unlock()
	begin := len(dst)
	for n := uint64(0); n < uint64(len(h.events)) && len(dst)-begin < most; n++ {
		i := (h.next - 1 - n) % historyEvents
		if want == nil || want(&h.events[i]) {
			dst = append(dst, Record{h.events[i], h.frame(&h.frames[i])})
		}
	}
	for i, j := begin, len(dst)-1; i < j; i, j = i+1, j-1 {
		dst[i], dst[j] = dst[j], dst[i]
	}
	return dst
}

// follow calls f with each event that is remembered, the oldest first, from the n-th on up to that before until. It
// returns the number to go on with. f keeps none of them, and does not call the History.
func (h *History) follow(n, until uint64, f func(*flowtable.Event)) uint64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	for n = max(n, h.next-uint64(len(h.events))); n < min(h.next, until); n++ {
		f(&h.events[n%historyEvents])
	}
	return n
}

// frame is a copy of k, without bytes if they are gone.
func (h *History) frame(k *kept) icmp.Frame {
	f := icmp.Frame{Wire: int(k.wire), TPID: k.tpid, Link: k.link}
	if k.size > 0 && h.end-k.at <= historyBytes {
		at := k.at % historyBytes
		f.Data = append(f.Data, h.bytes[at:at+uint64(k.size)]...)
	}
	return f
}
