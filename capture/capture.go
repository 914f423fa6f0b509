// Package capture is a supply of frames, and the loop that decodes them.
//
// A [Source] hands out frames that it owns: the ring of a live interface
// (capture/afpacket) or a file (capture/pcapfile). A [Pump] reads them, decodes each into an
// icmp.Packet, and counts what became of every single one. Times are int64 nanoseconds since
// the Unix epoch, lengths are bytes.
package capture

import "icmpdump/capture/icmp"

// A Frame is one captured frame and what the capture knows of it besides its bytes.
type Frame struct {
	icmp.Frame        // its bytes: the Source's memory, valid until its next Read
	Time       int64  // ns since the Unix epoch
	Number     uint64 // the record's number in its source, from 1
	Iface      int32  // interface index, 0 if unknown; below 0, of a file's own numbering
	TCI        uint16 // of the VLAN tag that the kernel stripped; valid iff the icmp.Frame has its TPID
	NoSum      bool   // the ICMP checksum is not filled in yet
	Untimed    bool   // Time is not one at which the frame can have been captured
	Dir        icmp.Dir
}

// A Source hands out frames.
type Source interface {
	// Read fills dst with the frames that are ready now. If there is none it waits for one,
	// but no longer than a tick of the source's own (a second at most): 0, nil means
	// nothing yet. It may return frames together with an error; io.EOF is the end.
	Read(dst []Frame) (int, error)

	// Counters are totals since the source was opened: what the kernel counts, as it was a
	// second ago at most, and exact once the source is closed. It costs nothing, and is
	// called from the goroutine that calls Read.
	Counters() Counters
}

// Counters are what became of frames before Read handed them out. Those of a file are zero but
// for Read.
type Counters struct {
	Packets uint64 // frames that passed the kernel's filter, dropped ones included
	Dropped uint64 // of them, those that found the ring full
	Read    uint64 // of them, those that left the ring: handed out, or a loopback copy
	Copies  uint64 // of those read, second copies of frames on a loopback interface
	Left    uint64 // of Packets, those still in the ring
}

// Add adds the counters of another source.
func (c *Counters) Add(o *Counters) {
	c.Packets += o.Packets
	c.Dropped += o.Dropped
	c.Read += o.Read
	c.Copies += o.Copies
	c.Left += o.Left
}
