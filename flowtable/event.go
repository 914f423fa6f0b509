package flowtable

import "icmpdump/capture/icmp"

// An Event is what the table says of one packet, of one that did not come, or of a flow that
// is over. It is plain memory and holds no reference to the table.
type Event struct {
	// Packet is the one that the event is about. Of a Lost event it is made up of what is
	// known of the request: its flow's addresses, identifier and sequence number, Time being
	// when it was given up. Of an Ended event it has that Time only.
	Packet icmp.Packet

	Asked icmp.Addr // whom the request asked that an unsolicited reply would have answered; valid iff HasAsked

	Counts   Counts // the flow's, after this packet
	RTT      int64  // ns from the request that this packet answers; valid iff HasRTT
	Sent     int64  // of a Lost event, when the request was seen
	Row      int    // of an Ended event, the flow's index in Rows of its Events
	Kind     Kind   // the flow's; KindNone if the packet belongs to none
	Lost     bool   // a request was given up
	Ended    bool   // a flow is over
	LastSeq  uint16 // sequence number of the flow's newest request, or reply if there was no request; valid iff Kind.HasSeq
	HasRTT   bool
	HasAsked bool
	Notes    Notes
}

// Events are what Add and Advance append to: both slices are the caller's.
type Events struct {
	All  []Event
	Rows []Row // of the flows that ended
}

// Reset takes all out and keeps the memory.
func (e *Events) Reset() { e.All, e.Rows = e.All[:0], e.Rows[:0] }

// next is one more event, of which nothing is filled in.
func (e *Events) next() *Event {
	n := len(e.All)
	if n == cap(e.All) {
		e.All = append(e.All, Event{})
	} else {
		e.All = e.All[:n+1]
	}
	return &e.All[n]
}

// begin makes e one of p that belongs to no flow yet, whatever was in it.
func (e *Event) begin(p *icmp.Packet) {
	e.Notes, e.Kind, e.LastSeq, e.Row = packetNotes(p), KindNone, 0, 0
	e.HasRTT, e.HasAsked, e.Lost, e.Ended = false, false, false, false
	if !p.Decoded() {
		e.Counts = Counts{}
	}
}

// Counts are a flow's counters. Of one that has requests and replies, both of which are seen,
// Requests = Replies − Multi + Late + Errors + Lost + Pending + Forgotten.
type Counts struct {
	Requests    uint64
	Replies     uint64 // the first, in time, to each request
	Pending     uint64 // requests that may still be answered in time
	Lost        uint64 // requests that were not, and not yet late either
	Late        uint64 // replies to requests that had been given up
	Duplicates  uint64 // further replies
	Unsolicited uint64 // replies to nothing that was seen
	OutOfOrder  uint64 // of Replies and Late, those that were overtaken
	Multi       uint64 // of Replies, those to a request that asked a group and stands in the group's flow, late ones too
	Errors      uint64 // requests that an error answered; of an error flow, all packets
	Forgotten   uint64 // requests that there was no room to remember until they were answered or lost
	Packets     uint64 // of flows that have no requests and replies
}

func (c *Counts) add(o *Counts) {
	c.Requests += o.Requests
	c.Replies += o.Replies
	c.Pending += o.Pending
	c.Lost += o.Lost
	c.Late += o.Late
	c.Duplicates += o.Duplicates
	c.Unsolicited += o.Unsolicited
	c.OutOfOrder += o.OutOfOrder
	c.Multi += o.Multi
	c.Errors += o.Errors
	c.Forgotten += o.Forgotten
	c.Packets += o.Packets
}

// Loss is the share of the requests that were lost, 0 to 1, of those whose fate is known.
func (c *Counts) Loss() float64 {
	known := c.Requests - c.Pending - c.Forgotten
	if known == 0 {
		return 0
	}
	return float64(c.Lost) / float64(known)
}

// Notes are remarks on one packet.
type Notes uint16

// The notes, in the order in which they are printed.
const (
	NoteDup       Notes = 1 << iota // a further reply to a request
	NoteMulti                       // a reply to a request that asked a group
	NoteLate                        // a reply to a request that had been given up
	NoteLost                        // a request was given up
	NoteMaybe                       // but the kernel dropped packets since it was sent
	NoteUnsol                       // a reply to nothing that was seen
	NoteDiff                        // a reply that does not bring back what its request sent
	NoteTrunc                       // a reply that brings back the beginning of it only
	NoteOrder                       // a reply that was overtaken by a later request's
	NoteCksum                       // the checksum is wrong
	NoteSeen                        // the same packet, at another place before
	NoteMalformed                   // it breaks the rules of its protocol
)

var noteNames = [...]string{
	"DUP", "MULTI", "LATE", "LOST", "MAYBE", "UNSOL", "DIFF", "TRUNC", "OOO", "CKSUM", "SEEN", "MALFORMED",
}

// Each calls f with the word for each note in n, in order.
func (n Notes) Each(f func(word string)) {
	for i, word := range noteNames {
		if n&(1<<i) != 0 {
			f(word)
		}
	}
}

// packetNotes are the notes that a packet earns by itself.
func packetNotes(p *icmp.Packet) Notes {
	var n Notes
	if p.Sum == icmp.SumBad {
		n |= NoteCksum
	}
	if p.Status.Malformed() {
		n |= NoteMalformed
	}
	return n
}
