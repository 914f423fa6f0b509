package flowtable

import "icmpdump/capture/icmp"

// An Event is what the table says of one packet, or of one that did not come. It is plain
// memory and holds no reference to the table.
type Event struct {
	// Packet is the one that the event is about. Of a Lost event it is made up of what is
	// known of the request: its flow's addresses, identifier and sequence number, Time being
	// when it was given up.
	Packet icmp.Packet

	Counts  Counts // the flow's, after this packet
	RTT     int64  // ns from the request that this packet answers; valid iff HasRTT
	Sent    int64  // of a Lost event, when the request was seen
	Kind    Kind   // the flow's; KindNone if the packet belongs to none
	Lost    bool   // a request was given up
	LastSeq uint16 // sequence number of the flow's newest request, or reply if there was no request
	HasRTT  bool
	Notes   Notes
}

// Counts are a flow's counters. Requests = Replies + Late + Errors + Lost + Pending + Forgotten.
type Counts struct {
	Requests    uint64
	Replies     uint64 // the first, in time, to each request
	Pending     uint64 // requests that may still be answered in time
	Lost        uint64 // requests that were not, and not yet late either
	Late        uint64 // replies to requests that had been given up
	Duplicates  uint64 // further replies
	Unsolicited uint64 // replies to nothing that was seen
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
	c.Errors += o.Errors
	c.Forgotten += o.Forgotten
	c.Packets += o.Packets
}

// Notes are remarks on one packet.
type Notes uint16

// The notes, in the order in which they are printed.
const (
	NoteDup       Notes = 1 << iota // a further reply to a request
	NoteLate                        // a reply to a request that had been given up
	NoteLost                        // a request was given up
	NoteUnsol                       // a reply to nothing that was seen
	NoteCksum                       // the checksum is wrong
	NoteSeen                        // the same packet, on another interface before
	NoteMalformed                   // it breaks the rules of its protocol
)

var noteNames = [...]string{"DUP", "LATE", "LOST", "UNSOL", "CKSUM", "SEEN", "MALFORMED"}

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
