package render

import (
	"icmpdump/capture/icmp"
	"icmpdump/flowtable"
)

// AppendHead is that of a RowAppender: JSON has none.
func (j *JSON) AppendHead(dst []byte, _ []*flowtable.Row, _ *flowtable.Evicted) []byte { return dst }

// AppendRow appends the flow event of a row.
func (j *JSON) AppendRow(dst []byte, r *flowtable.Row) []byte {
	return j.appendFlowEvent(dst, flow{Row: r})
}

// AppendEvicted is that of a RowAppender.
func (j *JSON) AppendEvicted(dst []byte, e *flowtable.Evicted) []byte {
	if e.Flows == 0 {
		return dst
	}
	return j.appendFlowEvent(dst, aggregate(e))
}

func (j *JSON) appendFlowEvent(dst []byte, f flow) []byte {
	rec := record{dst: append(dst, `{"schema":1,"event":"flow"`...)}
	rec.flow(f, &j.ifaces, &j.clock, j.opts.OneWay)
	return append(rec.dst, "}\n"...)
}

// flow appends all that is known of f. What its kind does not have is null.
func (r *record) flow(f flow, ifaces *ifaceNames, c *clock, oneWay bool) {
	row := f.flows == 0
	counts, failure := f.counts(), f.Kind == flowtable.KindError
	r.addr("requester", &f.Requester, f.Version, row && hasRequester(f.Row))
	r.addr("responder", &f.Responder, f.Version, row)
	r.uint("ip_version", uint64(f.Version), row)
	r.word("proto", protoOf(f.Version), row)
	r.iface(ifaces, f.Iface)
	r.tags("vlan", f.VLAN, f.VLAN != 0)
	r.word("kind", kindNames[f.Kind], row)
	var typ, code uint8
	if row {
		typ, code = f.ICMPType()
	}
	r.uint("icmp_type", uint64(typ), row)
	r.uint("icmp_code", uint64(code), row)
	r.typeCode(f.Version, typ, code, row)
	r.uint("icmp_identifier", uint64(f.ID), f.Kind.HasID())
	r.uint("icmp_request_count", f.Requests, counts)
	r.uint("icmp_reply_count", f.Replies, counts)
	r.uint("icmp_last_seq", uint64(f.LastSeq), f.Kind.HasSeq())
	r.uint("forward_packets", f.Forward.Packets, true)
	r.uint("forward_bytes", f.Forward.Bytes, true)
	r.uint("reverse_packets", f.Reverse.Packets, true)
	r.uint("reverse_bytes", f.Reverse.Bytes, true)
	r.time("start", c, f.Start, row)
	r.time("end", c, f.End, row)
	r.ns("duration_ns", duration(f.Row), row)
	if row {
		r.word("status", f.Status.String(), true)
	} else {
		r.word("status", evictedStatus, true)
	}
	if r.csv || !row {
		r.uint("flows", f.flows, !row)
	}
	r.uint("pending", f.Pending, counts)
	r.uint("lost", f.Lost, counts && !oneWay)
	r.share("loss", f.Loss(), f.knowsLoss() && !oneWay)
	r.uint("late", f.Late, counts)
	r.uint("duplicates", f.Duplicates, counts)
	r.uint("unsolicited", f.Unsolicited, counts)
	r.uint("out_of_order", f.OutOfOrder, counts)
	r.uint("errors", f.Errors, counts || failure)
	r.uint("multi", f.Multi, counts)
	r.uint("forgotten", f.Forgotten, counts)
	r.uint("packets", f.Packets, !row || !counts && !failure)
	r.uint("repeats", f.Repeats, true)
	r.figures(f)
	r.refusal(f)
	r.quoted(f)
}

// figures appends round-trip times, TTLs and sizes.
func (r *record) figures(f flow) {
	t := &f.RTT
	r.uint("rtt_unknown", f.Unknown, f.flows == 0 && f.counts())
	r.open("rtt", t.Count > 0)
	r.ns("last_ns", t.Last, true)
	r.ns("min_ns", t.Min, true)
	r.ns("avg_ns", t.Avg, true)
	r.ns("max_ns", t.Max, true)
	r.ns("stddev_ns", t.StdDev, true)
	r.ns("p50_ns", t.P50, t.Sampled > 0)
	r.ns("p95_ns", t.P95, t.Sampled > 0)
	r.ns("p99_ns", t.P99, t.Sampled > 0)
	r.close()
	r.open("ttl", f.TTL.Seen)
	r.uint("min", uint64(f.TTL.Min), true)
	r.uint("max", uint64(f.TTL.Max), true)
	r.uint("changes", f.TTL.Changes, true)
	r.close()
	r.open("size", f.Size.Max > 0)
	r.uint("min", uint64(f.Size.Min), true)
	r.uint("max", uint64(f.Size.Max), true)
	r.close()
}

// refusal appends the last error that answered a request.
func (r *record) refusal(f flow) {
	e := &f.Refusal
	r.open("refusal", e.By != icmp.Addr{})
	r.addr("src", &e.By, f.Version, true)
	r.uint("type", uint64(e.Type), true)
	r.uint("code", uint64(e.Code), true)
	r.typeCode(f.Version, e.Type, e.Code, true)
	r.close()
}

// quoted appends what the errors of f are about.
func (r *record) quoted(f flow) {
	q := &f.Quoted
	deep := q.Level == icmp.QuotePorts
	r.open("quoted", q.Level > icmp.QuoteNone)
	r.addr("src", &q.Src, f.Version, true)
	r.addr("dst", &q.Dst, f.Version, true)
	if r.field("proto", true) {
		r.quote()
		r.dst = appendProto(r.dst, q.Proto)
		r.quote()
	}
	r.optional("type", uint64(q.Type), deep && q.IsICMP())
	r.optional("id", uint64(q.SrcPort), deep && q.IsICMP())
	r.optional("src_port", uint64(q.SrcPort), deep && !q.IsICMP())
	r.optional("dst_port", uint64(q.DstPort), deep && !q.IsICMP())
	r.close()
}

// optional is uint, of a field that an object of JSON leaves out.
func (r *record) optional(name string, n uint64, ok bool) {
	if r.csv || ok {
		r.uint(name, n, ok)
	}
}

func protoOf(version uint8) string {
	if version == 6 {
		return "icmp6"
	}
	return "icmp"
}
