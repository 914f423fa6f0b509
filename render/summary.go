package render

import (
	"strconv"

	"icmpdump/capture/icmp"
	"icmpdump/flowtable"
)

// A Summary is what there is to say at the end, and at SIGUSR1.
type Summary struct {
	Live     bool   // the kernel was asked
	OneWay   bool   // one direction was not seen: do not speak of loss
	Packets  uint64 // captured: as many as there were events of packets
	Last     int64  // the time of the last; 0 if there was none
	Received uint64 // that passed the filter: live, the kernel's
	Records  uint64 // of a file, all that were read
	Read     int64  // bytes of files, of Size; 0 if they are not large
	Size     int64
	Filter   bool   // an expression picked those of a file
	Dropped  uint64 // by the kernel
	Skipped  uint64 // counted but not shown, because the output was too slow
	Where    bool   // not all lines, or rows, were wanted
	LeftOut  uint64 // of them, those that were not; valid iff Where
	Hidden   uint64 // errors about queries for names, which are not shown
	Saved    *Saved // nil if nothing was to be
	Totals   *flowtable.Totals
	Verdicts [icmp.NumStatus]uint64 // frames by what was said of each
	Rows     []flowtable.Row        // that lost requests, to name the worst
	Iface    func(int32) string     // see Options
	Color    bool                   // of the text
	Name     func(icmp.Addr) Text   // likewise
}

// Saved says what became of the packets for the files of -w.
type Saved struct {
	Matched    uint64 // in one of the others, or on its way
	Written    uint64
	Failed     uint64 // to be written, or of a link type that the file does not take
	Overflowed uint64 // the files were too slow
	Unwanted   uint64 // the last of the files was complete, or their reader had gone away
}

// AppendText appends the closing words, tcpdump's own three lines first.
func (s *Summary) AppendText(dst []byte) []byte {
	dst = appendLine(dst, s.Packets, "packet", "s captured")
	if s.Live {
		dst = appendLine(dst, s.Received, "packet", "s received by filter")
		begin := len(dst)
		dst = appendLine(dst, s.Dropped, "packet", "s dropped by kernel")
		dst = append(s.alarm(s.Dropped).mark(dst[:len(dst)-1], begin), '\n')
	} else {
		dst = appendLine(dst, s.Records, "record", "s read")
		if s.Filter {
			dst = appendLine(dst, s.Received, "packet", "s received by filter")
		}
	}
	if s.Skipped > 0 {
		dst = appendLine(dst, s.Skipped, "line", "s skipped, the output was too slow")
	}
	if w := s.Saved; w != nil && w.Overflowed > 0 {
		dst = appendLine(dst, w.Overflowed, "packet", "s not written, -w was too slow")
	}
	if w := s.Saved; w != nil && w.Failed > 0 {
		dst = appendLine(dst, w.Failed, "packet", "s not written, -w failed")
	}
	if s.LeftOut > 0 {
		dst = appendLine(dst, s.LeftOut, "line", "s left out by --where")
	}
	if s.Hidden > 0 {
		dst = appendLine(dst, s.Hidden, "error", "s about the queries of --names not shown")
	}
	c := &s.Totals.Echo
	if c.Requests+c.Replies+c.Unsolicited > 0 {
		dst = s.appendEcho(dst, c)
	}
	if h := &s.Totals.RTT; h.Count > 0 {
		dst = append(dst, "rtt min/avg/p95/max = "...)
		for i, ns := range [...]int64{h.Min, h.Avg(), h.Quantile(0.95), h.Max} {
			if i > 0 {
				dst = append(dst, '/')
			}
			dst = appendMillis(dst, ns)
		}
		dst = append(dst, " ms\n"...)
	}
	if !s.OneWay {
		dst = s.appendWorst(dst)
	}
	if n := s.PushedOut(); n > 0 {
		dst = appendLine(dst, n, "flow", "s made room for others (--max-flows)")
	}
	return dst
}

// alarm is the paint of a count that should be 0.
func (s *Summary) alarm(n uint64) Paint { return PaintError.when(s.Color && n > 0) }

// PushedOut is how many flows had to make room for others before they were over: the others had
// their end.
func (s *Summary) PushedOut() uint64 {
	e := &s.Totals.Evicted
	return e.Flows - e.Over - e.Reset
}

// appendWorst appends a line for each of the flows that lost most.
func (s *Summary) appendWorst(dst []byte) []byte {
	ifaces := newIfaceNames(s.Iface)
	for _, r := range worst(s.Rows) {
		dst = append(dst, "worst: "...)
		dst = hosts(s.Name).appendRequester(dst, r)
		dst = append(dst, " > "...)
		dst = hosts(s.Name).appendResponder(dst, &r.Key, &ifaces)
		if r.Kind != flowtable.KindEcho {
			dst = append(append(dst, ' '), kindNames[r.Kind]...)
		}
		if r.Kind.HasID() {
			dst = appendNumber(dst, " id ", r.ID)
		}
		if r.VLAN != 0 {
			dst = appendTags(append(dst, " vlan "...), r.VLAN, '.')
		}
		dst = appendNumber(dst, ": ", r.Lost)
		dst = appendNumber(dst, " of ", r.Requests)
		dst = appendShare(append(dst, " lost"...), &r.Counts)
		if r.RTT.Sampled > 0 {
			dst = append(appendMillis(append(dst, ", p95 "...), r.RTT.P95), " ms"...)
		}
		dst = append(dst, '\n')
	}
	return dst
}

// appendLine appends a count of things; behind is how to go on after the noun in the plural.
func appendLine(dst []byte, n uint64, noun, behind string) []byte {
	dst = appendDecimal(dst, n)
	dst = append(append(dst, ' '), noun...)
	if n == 1 {
		behind = behind[1:]
	}
	return append(append(dst, behind...), '\n')
}

func (s *Summary) appendEcho(dst []byte, c *flowtable.Counts) []byte {
	dst = append(dst, "echo: "...)
	dst = appendNoun(dst, c.Requests, "request", "requests")
	dst = appendNoun(append(dst, ", "...), c.Replies-c.Multi, "reply", "replies")
	if !s.OneWay {
		begin := len(dst) + len(", ")
		dst = appendDecimal(append(dst, ", "...), c.Lost)
		dst = appendShare(append(dst, " lost"...), c)
		dst = s.alarm(c.Lost).mark(dst, begin)
	}
	for _, more := range [...]struct {
		n    uint64
		word string
	}{
		{c.Pending, " pending"},
		{c.Late, " late"},
		{c.Duplicates, " duplicate"},
		{c.OutOfOrder, " out of order"},
		{c.Unsolicited, " unsolicited"},
		{c.Errors, " answered by errors"},
		{c.Forgotten, " forgotten"},
		{c.Multi, " by members of groups"},
	} {
		if more.n > 0 {
			dst = appendDecimal(append(dst, ", "...), more.n)
			dst = append(dst, more.word...)
		}
	}
	return append(dst, '\n')
}

// appendShare appends the share of requests that were lost, if the fate of any is known.
func appendShare(dst []byte, c *flowtable.Counts) []byte {
	if !knowsLoss(c) {
		return dst
	}
	return append(appendPercent(append(dst, " ("...), c.Loss()), ')')
}

func appendNoun(dst []byte, n uint64, one, many string) []byte {
	dst = appendDecimal(dst, n)
	if n != 1 {
		one = many
	}
	return append(append(dst, ' '), one...)
}

// AppendJSON appends the summary event, the last line of a JSON stream.
func (s *Summary) AppendJSON(dst []byte) []byte {
	dst = append(dst, `{"schema":1,"event":"summary","packets":`...)
	dst = appendDecimal(dst, s.Packets)
	dst = appendUint(dst, "received", s.Received)
	if s.Live {
		dst = appendUint(dst, "dropped", s.Dropped)
	}
	dst = appendUint(dst, "skipped", s.Skipped)
	if s.Where {
		dst = appendUint(dst, "left_out", s.LeftOut)
	}
	if w := s.Saved; w != nil {
		dst = appendUint(appendObject(dst, "saved"), "matched", w.Matched)
		dst = appendUint(dst, "written", w.Written)
		dst = appendUint(dst, "failed", w.Failed)
		dst = appendUint(dst, "overflowed", w.Overflowed)
		dst = append(appendUint(dst, "unwanted", w.Unwanted), '}')
	}
	dst = appendObject(dst, "verdicts")
	for st, n := range s.Verdicts {
		dst = appendUint(dst, icmp.Status(st).String(), n)
	}
	dst = append(dst, '}')
	c := &s.Totals.Echo
	dst = append(dst, `,"echo":{"icmp_request_count":`...)
	dst = appendDecimal(dst, c.Requests)
	dst = appendUint(dst, "icmp_reply_count", c.Replies)
	dst = append(appendOutcomes(dst, c, s.OneWay), '}')
	if h := &s.Totals.RTT; h.Count > 0 {
		dst = append(dst, `,"rtt":{"min_ns":`...)
		dst = strconv.AppendInt(dst, h.Min, 10)
		dst = appendUint(dst, "avg_ns", uint64(h.Avg()))
		dst = appendUint(dst, "p95_ns", uint64(h.Quantile(0.95)))
		dst = append(appendUint(dst, "max_ns", uint64(h.Max)), '}')
	}
	if !s.OneWay {
		dst = s.appendWorstJSON(dst)
	}
	dst = appendUint(dst, "evicted_flows", s.PushedOut())
	return append(dst, "}\n"...)
}

// appendWorstJSON appends the flows that lost most.
func (s *Summary) appendWorstJSON(dst []byte) []byte {
	ifaces := newIfaceNames(s.Iface)
	rec := record{dst: appendArray(dst, "worst")}
	for _, r := range worst(s.Rows) {
		rec.dst = append(appendComma(rec.dst), '{')
		rec.addr("requester", &r.Requester, r.Version, hasRequester(r))
		rec.addr("responder", &r.Responder, r.Version, true)
		rec.iface(&ifaces, r.Iface)
		rec.tags("vlan", r.VLAN, r.VLAN != 0)
		rec.word("kind", kindNames[r.Kind], true)
		rec.uint("icmp_identifier", uint64(r.ID), r.Kind.HasID())
		rec.uint("icmp_request_count", r.Requests, true)
		rec.uint("lost", r.Lost, true)
		rec.share("loss", r.Loss(), true)
		rec.ns("p95_ns", r.RTT.P95, r.RTT.Sampled > 0)
		rec.dst = append(rec.dst, '}')
	}
	return append(rec.dst, ']')
}
