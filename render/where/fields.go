package where

import (
	"math"

	"icmpdump/capture/icmp"
	"icmpdump/flowtable"
	"icmpdump/render"
)

// lineFields is how many of fields are those that stand behind the bar of a line, in its order.
const lineFields = 23

// fields are all there are. Of a row, what is read is what JSON and CSV have under one of the names.
var fields = []*field{
	{name: "type", also: []string{"icmp_type"}, class: classType, event: typeOf, row: func(s *subject) int {
		typ, code := s.row.ICMPType()
		return s.one(packType(s.row.Version, typ, code), true)
	}},
	counter("req", paired, func(c *flowtable.Counts) uint64 { return c.Requests }, "icmp_request_count", "requests"),
	counter("rep", paired, func(c *flowtable.Counts) uint64 { return c.Replies }, "icmp_reply_count", "replies"),
	counter("pend", paired, func(c *flowtable.Counts) uint64 { return c.Pending }, "pending"),
	{name: "lost", event: func(s *subject) int { return s.lost(s.event.Kind, &s.event.Counts) },
		row: func(s *subject) int { return s.lost(s.row.Kind, &s.row.Counts) }},
	counter("late", paired, func(c *flowtable.Counts) uint64 { return c.Late }),
	counter("dup", paired, func(c *flowtable.Counts) uint64 { return c.Duplicates }, "duplicates"),
	counter("unsol", paired, func(c *flowtable.Counts) uint64 { return c.Unsolicited }, "unsolicited"),
	counter("err", pairedOrError, func(c *flowtable.Counts) uint64 { return c.Errors }, "errors"),
	counter("n", other, func(c *flowtable.Counts) uint64 { return c.Packets }, "packets"),
	{name: "rtt", also: []string{"rtt_ns", "rtt_ms"}, class: classDuration,
		event: func(s *subject) int { return s.one(s.event.RTT, s.event.HasRTT) },
		row:   func(s *subject) int { return s.one(s.row.RTT.Avg, s.row.RTT.Count > 0) }},
	{name: "ttl", event: func(s *subject) int { return s.one(int64(s.event.Packet.TTL), s.datagram()) }, row: func(s *subject) int {
		t := &s.row.TTL
		s.numbers = [2]int64{int64(t.Min), int64(t.Max)}
		if !t.Seen {
			return 0
		}
		return 2
	}},
	{name: "vlan", event: func(s *subject) int {
		p := &s.event.Packet
		s.numbers = [2]int64{int64(p.VLAN[0] & 0xfff), int64(p.VLAN[1] & 0xfff)}
		return min(int(p.Tags), len(p.VLAN))
	}, row: func(s *subject) int {
		outer, inner := int64(s.row.VLAN>>12), int64(s.row.VLAN&0xfff)
		if outer == 0 {
			return s.one(inner, inner != 0)
		}
		s.numbers = [2]int64{outer, inner}
		return 2
	}},
	{name: "frag", class: classText, event: func(s *subject) int {
		if !s.fragment() {
			return 0
		}
		return s.said(render.AppendFrag(s.text[:0], &s.event.Packet))
	}},
	{name: "cause", class: classText, event: func(s *subject) int { return s.cause(s.quoted(), s.event.Packet.Version) },
		row: func(s *subject) int { return s.cause(&s.row.Quoted, s.row.Version) }},
	ofQuote("qid", isQuery, func(q *icmp.Quote) uint16 { return q.SrcPort }, "quoted_id"),
	{name: "qseq", also: []string{"quoted_seq"}, event: func(s *subject) int {
		q := s.quoted()
		return s.one(int64(q.DstPort), isQuery(q))
	}},
	{name: "mtu", event: func(s *subject) int {
		n, ok := s.event.Packet.MTU()
		return s.one(int64(n), ok && s.message())
	}},
	{name: "via", also: []string{"gateway"}, class: classAddr, event: func(s *subject) (n int) {
		var ok bool
		s.kept, ok = s.event.Packet.Gateway()
		return s.address(&s.kept, s.event.Packet.Version, ok && s.message())
	}},
	{name: "asked", class: classAddr, event: func(s *subject) int {
		return s.address(&s.event.Asked, s.event.Packet.Version, s.event.HasAsked)
	}},
	{name: "sent", class: classTime, event: func(s *subject) int { return s.one(s.event.Sent, s.event.Lost) }},
	{name: "cksum", also: []string{"checksum_status"}, class: classWord, words: sumWords(), event: func(s *subject) int {
		return s.one(1<<s.event.Packet.Sum, s.message())
	}},
	{name: "note", also: []string{"notes"}, class: classWord, words: noteWords(), event: func(s *subject) int {
		return s.one(int64(s.event.Notes), s.event.Notes != 0)
	}},

	// These are those of JSON.
	{name: "id", also: []string{"icmp_identifier"}, event: func(s *subject) int {
		n, ok := s.event.Packet.ID()
		return s.one(int64(n), ok)
	}, row: func(s *subject) int { return s.one(int64(s.row.ID), s.row.Kind.HasID()) }},
	{name: "seq", event: func(s *subject) int {
		n, ok := s.event.Packet.Seq()
		return s.one(int64(n), ok)
	}},
	{name: "last_seq", also: []string{"icmp_last_seq"},
		event: func(s *subject) int { return s.one(int64(s.event.LastSeq), s.event.Kind.HasSeq()) },
		row:   func(s *subject) int { return s.one(int64(s.row.LastSeq), s.row.Kind.HasSeq()) }},
	counter("ooo", paired, func(c *flowtable.Counts) uint64 { return c.OutOfOrder }, "out_of_order"),
	counter("multi", paired, func(c *flowtable.Counts) uint64 { return c.Multi }),
	counter("forgotten", paired, func(c *flowtable.Counts) uint64 { return c.Forgotten }, "forgot"),
	{name: "loss", class: classShare, event: func(s *subject) int { return s.loss(s.event.Kind, &s.event.Counts) },
		row: func(s *subject) int { return s.loss(s.row.Kind, &s.row.Counts) }},
	{name: "event", class: classWord, words: eventWords, event: func(s *subject) int {
		return s.one(eventBit(render.EventName(s.event)), true)
	}, row: func(s *subject) int { return s.one(eventBit("flow"), true) }},
	{name: "verdict", class: classWord, words: verdictWords(), event: func(s *subject) int {
		st := s.event.Packet.Status
		return s.one(1<<st, st != icmp.OK && !s.event.Lost)
	}},
	{name: "reason", class: classWord, words: reasonWords(), event: func(s *subject) int {
		p := &s.event.Packet
		return s.one(1<<p.Status, !s.event.Lost && !p.Decoded() && p.Status != icmp.Fragment)
	}},
	{name: "frame", also: []string{"number"}, event: func(s *subject) int {
		return s.one(int64(s.event.Packet.Number), !s.event.Lost)
	}},
	{name: "time", class: classTime, event: func(s *subject) int { return s.one(s.event.Packet.Time, true) }},
	{name: "interface", class: classText,
		event: func(s *subject) int { return s.said(s.ifaces.Append(s.text[:0], s.event.Packet.Iface)) },
		row:   func(s *subject) int { return s.said(s.ifaces.Append(s.text[:0], s.row.Iface)) }},
	{name: "direction", class: classWord, words: directionWords(), event: func(s *subject) int {
		return s.one(1<<s.event.Packet.Dir, s.event.Packet.Dir != icmp.DirUnknown)
	}},
	{name: "ip_version", also: []string{"version"},
		event: func(s *subject) int { return s.one(int64(s.event.Packet.Version), s.event.Packet.Version != 0) },
		row:   func(s *subject) int { return s.one(int64(s.row.Version), true) }},
	{name: "src", also: []string{"source"}, class: classAddr, event: func(s *subject) int {
		p := &s.event.Packet
		return s.address(&p.Src, p.Version, render.HasAddrs(p))
	}, row: requester},
	{name: "dst", also: []string{"destination"}, class: classAddr, event: func(s *subject) int {
		p := &s.event.Packet
		return s.address(&p.Dst, p.Version, render.HasAddrs(p))
	}, row: responder},
	{name: "ip_length", event: func(s *subject) int {
		return s.one(int64(s.event.Packet.IPLen), s.event.Packet.IPLen > 0 && s.datagram())
	}},
	{name: "ip_length_zero", class: classBool, event: func(s *subject) int {
		return s.one(1, s.event.Packet.Flags&icmp.FlagNoIPLen != 0 && s.datagram())
	}},
	{name: "fragment_offset", event: func(s *subject) int { return s.one(int64(s.event.Packet.Frag&^7), s.fragment()) }},
	{name: "fragment_length", event: func(s *subject) int { return s.one(int64(s.event.Packet.Length), s.fragment()) }},
	{name: "fragment_more", class: classBool, event: func(s *subject) int { return s.one(int64(s.event.Packet.Frag&1), s.fragment()) }},
	{name: "proto", class: classWord, words: []string{"icmp", "icmp6"},
		event: func(s *subject) int {
			return s.one(protoBit(s.event.Packet.Version), s.event.Packet.Decoded())
		},
		row: func(s *subject) int { return s.one(protoBit(s.row.Version), true) }},
	{name: "code", also: []string{"icmp_code"}, event: func(s *subject) int {
		return s.one(int64(s.event.Packet.Code), s.event.Packet.Decoded())
	}, row: func(s *subject) int {
		_, code := s.row.ICMPType()
		return s.one(int64(code), true)
	}},
	{name: "type_code", class: classText, event: func(s *subject) int {
		if !s.event.Packet.Decoded() {
			return 0
		}
		return s.said(render.AppendTypeCode(s.text[:0], &s.event.Packet))
	}, row: func(s *subject) int {
		p := icmp.Packet{Version: s.row.Version}
		p.Type, p.Code = s.row.ICMPType()
		return s.said(render.AppendTypeCode(s.text[:0], &p))
	}},
	{name: "type_name", class: classText, event: func(s *subject) int { return s.named(true) }},
	{name: "code_name", class: classText, event: func(s *subject) int { return s.named(false) }},
	{name: "checksum", event: func(s *subject) int {
		return s.one(int64(s.event.Packet.Checksum), s.message() && s.event.Packet.Got >= 4)
	}},
	{name: "length", event: func(s *subject) int { return s.one(int64(s.event.Packet.Length), s.message()) }},
	{name: "pointer", event: func(s *subject) int {
		n, ok := s.event.Packet.Pointer()
		return s.one(int64(n), ok && s.message())
	}},
	{name: "target", class: classAddr, event: func(s *subject) int {
		p := &s.event.Packet
		var ok bool
		s.kept, ok = p.Target()
		return s.address(&s.kept, p.Version, ok && p.Type != icmp.Type6Redirect)
	}},
	{name: "quoted_src", class: classAddr,
		event: func(s *subject) int {
			q := s.quoted()
			return s.address(&q.Src, s.event.Packet.Version, q.Level > icmp.QuoteNone)
		},
		row: func(s *subject) int {
			return s.address(&s.row.Quoted.Src, s.row.Version, s.row.Quoted.Level > icmp.QuoteNone)
		}},
	{name: "quoted_dst", class: classAddr,
		event: func(s *subject) int {
			q := s.quoted()
			return s.address(&q.Dst, s.event.Packet.Version, q.Level > icmp.QuoteNone)
		},
		row: func(s *subject) int {
			return s.address(&s.row.Quoted.Dst, s.row.Version, s.row.Quoted.Level > icmp.QuoteNone)
		}},
	{name: "quoted_proto", class: classText, event: func(s *subject) int { return s.proto(s.quoted()) },
		row: func(s *subject) int { return s.proto(&s.row.Quoted) }},
	ofQuote("quoted_src_port", hasPorts, func(q *icmp.Quote) uint16 { return q.SrcPort }),
	ofQuote("quoted_dst_port", hasPorts, func(q *icmp.Quote) uint16 { return q.DstPort }),
	ofQuote("quoted_type", isQuery, func(q *icmp.Quote) uint16 { return uint16(q.Type) }),
	{name: "kind", class: classWord, words: kindWords(),
		event: func(s *subject) int { return s.one(1<<s.event.Kind, s.event.Kind != flowtable.KindNone) },
		row:   func(s *subject) int { return s.one(1<<s.row.Kind, true) }},

	// These only rows have.
	{name: "requester", class: classAddr, row: requester},
	{name: "responder", class: classAddr, row: responder},
	{name: "status", class: classWord, words: statusWords(), row: func(s *subject) int { return s.one(1<<s.row.Status, true) }},
	ofRow("pkts", func(r *flowtable.Row) uint64 { return r.Forward.Packets + r.Reverse.Packets }),
	ofRow("bytes", func(r *flowtable.Row) uint64 { return r.Forward.Bytes + r.Reverse.Bytes }),
	ofRow("forward_packets", func(r *flowtable.Row) uint64 { return r.Forward.Packets }),
	ofRow("forward_bytes", func(r *flowtable.Row) uint64 { return r.Forward.Bytes }),
	ofRow("reverse_packets", func(r *flowtable.Row) uint64 { return r.Reverse.Packets }),
	ofRow("reverse_bytes", func(r *flowtable.Row) uint64 { return r.Reverse.Bytes }),
	ofRow("repeats", func(r *flowtable.Row) uint64 { return r.Repeats }, "seen"),
	{name: "start", class: classTime, row: func(s *subject) int { return s.one(s.row.Start, true) }},
	{name: "end", class: classTime, row: func(s *subject) int { return s.one(s.row.End, true) }},
	{name: "duration", also: []string{"duration_ns", "secs"}, class: classDuration, row: func(s *subject) int {
		return s.one(render.Duration(s.row), true)
	}},
	{name: "rtt_unknown", row: func(s *subject) int { return s.one(int64(s.row.Unknown), s.row.Kind.Paired()) }},
	ofRTT("rtt_last", func(t *flowtable.RTT) int64 { return t.Last }, "rtt_last_ns"),
	ofRTT("rtt_min", func(t *flowtable.RTT) int64 { return t.Min }, "rtt_min_ns"),
	ofRTT("rtt_avg", func(t *flowtable.RTT) int64 { return t.Avg }, "rtt_avg_ns"),
	ofRTT("rtt_max", func(t *flowtable.RTT) int64 { return t.Max }, "rtt_max_ns", "max", "max_ms"),
	ofRTT("rtt_stddev", func(t *flowtable.RTT) int64 { return t.StdDev }, "rtt_stddev_ns"),
	percentile("p50", func(t *flowtable.RTT) int64 { return t.P50 }),
	percentile("p95", func(t *flowtable.RTT) int64 { return t.P95 }, "p95_ms"),
	percentile("p99", func(t *flowtable.RTT) int64 { return t.P99 }),
	{name: "ttl_min", row: func(s *subject) int { return s.one(int64(s.row.TTL.Min), s.row.TTL.Seen) }},
	{name: "ttl_max", row: func(s *subject) int { return s.one(int64(s.row.TTL.Max), s.row.TTL.Seen) }},
	{name: "ttl_changes", row: func(s *subject) int { return s.one(int64(s.row.TTL.Changes), s.row.TTL.Seen) }},
	{name: "size_min", row: func(s *subject) int { return s.one(int64(s.row.Size.Min), s.row.Size.Max > 0) }},
	{name: "size_max", row: func(s *subject) int { return s.one(int64(s.row.Size.Max), s.row.Size.Max > 0) }},
	{name: "refused", class: classText, row: func(s *subject) int { return s.said(render.AppendRefusal(s.text[:0], s.row)) }},
	{name: "refusal_src", class: classAddr, row: func(s *subject) int {
		return s.address(&s.row.Refusal.By, s.row.Version, s.row.Refusal.By != icmp.Addr{})
	}},
	{name: "refusal_type", row: func(s *subject) int {
		return s.one(int64(s.row.Refusal.Type), s.row.Refusal.By != icmp.Addr{})
	}},
	{name: "refusal_code", row: func(s *subject) int {
		return s.one(int64(s.row.Refusal.Code), s.row.Refusal.By != icmp.Addr{})
	}},
}

// message reports whether the event is about a message that was captured; datagram, whether about a
// datagram whose addresses were, and fragment, about one that is a fragment.
func (s *subject) message() bool  { return !s.event.Lost && s.event.Packet.Decoded() }
func (s *subject) datagram() bool { return !s.event.Lost && render.HasAddrs(&s.event.Packet) }
func (s *subject) fragment() bool { return s.event.Packet.Frag != 0 && s.datagram() }

// noQuote is of what quotes nothing.
var noQuote icmp.Quote

// quoted is what the event's packet quotes. A copy is made of a redirect's only: see Packet.Quoted.
func (s *subject) quoted() *icmp.Quote {
	p := &s.event.Packet
	switch {
	case !p.Decoded() || !p.IsError():
		return &noQuote
	case p.Version == 6 && p.Type == icmp.Type6Redirect:
		s.quote = p.Quoted()
		return &s.quote
	}
	return &p.Quote
}

func (s *subject) cause(q *icmp.Quote, version uint8) int {
	if q.Level == icmp.QuoteNone {
		return 0
	}
	return s.said(render.AppendCause(s.text[:0], q, version))
}

func (s *subject) proto(q *icmp.Quote) int {
	if q.Level == icmp.QuoteNone {
		return 0
	}
	return s.said(render.AppendProto(s.text[:0], q.Proto))
}

func (s *subject) lost(k flowtable.Kind, c *flowtable.Counts) int {
	return s.one(int64(c.Lost), k.Paired() && !s.oneWay)
}

func (s *subject) loss(k flowtable.Kind, c *flowtable.Counts) int {
	return s.one(int64(math.Round(c.Loss()*wholeShare)), k.Paired() && render.KnowsLoss(c) && !s.oneWay)
}

// named is the name of type or code in IANA's registry.
func (s *subject) named(typ bool) int {
	if !s.event.Packet.Decoded() {
		return 0
	}
	name, code := s.event.Packet.IANAName()
	if !typ {
		name = code
	}
	return s.said(append(s.text[:0], name...))
}

func typeOf(s *subject) int {
	p := &s.event.Packet
	return s.one(packType(p.Version, p.Type, p.Code), p.Decoded())
}

func requester(s *subject) int {
	return s.address(&s.row.Requester, s.row.Version, render.HasRequester(s.row))
}

func responder(s *subject) int { return s.address(&s.row.Responder, s.row.Version, true) }

func paired(k flowtable.Kind) bool        { return k.Paired() }
func pairedOrError(k flowtable.Kind) bool { return k.Paired() || k == flowtable.KindError }
func other(k flowtable.Kind) bool         { return k == flowtable.KindOther }

// counter is a field of a flow's counters, which kinds have of which has is true.
func counter(name string, has func(flowtable.Kind) bool, of func(*flowtable.Counts) uint64, also ...string) *field {
	return &field{
		name: name, also: also,
		event: func(s *subject) int { return s.one(int64(of(&s.event.Counts)), has(s.event.Kind)) },
		row:   func(s *subject) int { return s.one(int64(of(&s.row.Counts)), has(s.row.Kind)) },
	}
}

func isQuery(q *icmp.Quote) bool  { return q.Level == icmp.QuotePorts && q.IsICMP() }
func hasPorts(q *icmp.Quote) bool { return q.Level == icmp.QuotePorts && !q.IsICMP() }

// ofQuote is a field of what is quoted, if has is true of it.
func ofQuote(name string, has func(*icmp.Quote) bool, of func(*icmp.Quote) uint16, also ...string) *field {
	return &field{
		name: name, also: also,
		event: func(s *subject) int {
			q := s.quoted()
			return s.one(int64(of(q)), has(q))
		},
		row: func(s *subject) int { return s.one(int64(of(&s.row.Quoted)), has(&s.row.Quoted)) },
	}
}

func ofRow(name string, of func(*flowtable.Row) uint64, also ...string) *field {
	return &field{name: name, also: also, row: func(s *subject) int { return s.one(int64(of(s.row)), true) }}
}

func ofRTT(name string, of func(*flowtable.RTT) int64, also ...string) *field {
	return &field{name: name, also: also, class: classDuration, row: func(s *subject) int {
		return s.one(of(&s.row.RTT), s.row.RTT.Count > 0)
	}}
}

func percentile(name string, of func(*flowtable.RTT) int64, also ...string) *field {
	return &field{name: name, also: append(also, "rtt_"+name, "rtt_"+name+"_ns"), class: classDuration, row: func(s *subject) int {
		return s.one(of(&s.row.RTT), s.row.RTT.Count > 0 && s.row.RTT.Sampled > 0)
	}}
}
