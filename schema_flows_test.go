package main

import (
	"net/netip"

	"icmpdump/capture/icmp"
	"icmpdump/flowtable"
	"icmpdump/render"
)

// madeUp are events that no file above has, and rows with all there is to have.
func madeUp() []byte {
	a4 := func(s string) icmp.Addr { return icmp.AddrFrom4(netip.MustParseAddr(s).As4()) }
	a6 := func(s string) icmp.Addr { return icmp.Addr(netip.MustParseAddr(s).As16()) }
	key := flowtable.Key{Requester: a4("10.0.0.5"), Responder: a4("198.51.100.7"), Version: 4, Kind: flowtable.KindEcho, ID: 7, VLAN: 10}
	ping := flowtable.Row{
		Key: key, Counts: flowtable.Counts{Requests: 9, Replies: 2, Multi: 1, Lost: 3, Errors: 4},
		RTT:     flowtable.RTT{Count: 2, Sampled: 2, Last: 1, Min: 1, Avg: 1, Max: 2, P50: 1, P95: 2, P99: 2},
		Refusal: flowtable.Refusal{By: a4("10.0.0.1"), Type: 11}, Iface: 1,
		TTL: flowtable.TTL{Min: 1, Max: 2, Seen: true}, Size: flowtable.Size{Min: 28, Max: 84},
		Status: flowtable.StatusTimedOut,
	}
	failure := flowtable.Row{Key: key, Counts: flowtable.Counts{Errors: 1}}
	failure.Kind, failure.ID, failure.Type, failure.Code = flowtable.KindError, 0, 3, 3
	failure.Quoted = icmp.Quote{Src: key.Requester, Dst: key.Responder, Proto: icmp.ProtoUDP, SrcPort: 4000, DstPort: 53, Level: icmp.QuotePorts}
	quotesQuery := failure
	quotesQuery.Quoted = icmp.Quote{Src: key.Requester, Dst: key.Responder, Proto: icmp.ProtoICMP, Type: 8, SrcPort: 7, Level: icmp.QuotePorts}
	unasked := flowtable.Row{Key: flowtable.Key{Responder: a6("fe80::1"), Version: 6, Kind: flowtable.KindRouter}, Counts: flowtable.Counts{Replies: 1}}
	other := flowtable.Row{Key: key, Counts: flowtable.Counts{Packets: 1}}
	other.Kind, other.ID, other.Type = flowtable.KindOther, 0, 40
	rows := []flowtable.Row{ping, failure, quotesQuery, unasked, other}

	var out []byte
	j := render.NewJSON(render.Options{Iface: func(int32) string { return "eth0" }})
	for i := range rows {
		out = j.AppendRow(out, &rows[i])
	}
	out = render.NewJSON(render.Options{OneWay: true}).AppendRow(out, &ping)
	evicted := flowtable.Evicted{Flows: 2, Counts: ping.Counts}
	out = j.AppendEvicted(out, &evicted)

	reply := icmp.Packet{Number: 1, Version: 4, Src: key.Responder, Dst: key.Requester, Got: 8, Status: icmp.OK}
	out = j.Append(out, &flowtable.Event{Packet: reply, Kind: flowtable.KindEcho, Asked: key.Responder, HasAsked: true,
		Notes: flowtable.NoteMulti | flowtable.NoteMaybe | flowtable.NoteDiff | flowtable.NoteTrunc | flowtable.NoteOrder}, icmp.Frame{})
	solicit := icmp.Packet{Version: 6, Src: a6("fe80::5"), Dst: a6("fe80::1"), Type: icmp.Type6NeighborSolicit, Got: 8, Status: icmp.OK,
		Quote: icmp.Quote{Dst: a6("fe80::1"), Level: icmp.QuoteHeader}}
	out = j.Append(out, &flowtable.Event{Packet: solicit, Kind: flowtable.KindNeighbor, Lost: true, Notes: flowtable.NoteLost}, icmp.Frame{})

	for _, oneWay := range []bool{false, true} {
		s := render.Summary{OneWay: oneWay, Rows: rows, Totals: &flowtable.Totals{Evicted: evicted}}
		out = s.AppendJSON(out)
	}
	return out
}
