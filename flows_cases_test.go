package main

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/gopacket/gopacket/layers"

	"icmpdump/internal/forge"
)

// caseHosts are who asks, and who answers.
type caseHosts struct{ asker, answerer string }

// A brief is what these cases are about in a row.
type brief struct {
	Kind                 string
	Requests, Replies    uint64
	Errors               uint64
	Identifier, LastSeq  int // −1 is null
	Type, Code           int // likewise
	Requester, Responder string
	Forward, Reverse     uint64
}

func (c caseHosts) ask(id, seq uint16) []byte {
	return echo(c.asker, c.answerer, true, 64, id, seq, []byte("data"))
}

func (c caseHosts) answer(id, seq uint16) []byte {
	return echo(c.answerer, c.asker, false, 64, id, seq, []byte("data"))
}

// unreachable is an error of the answerer about a UDP datagram of the asker, and its type.
func (c caseHosts) unreachable() (datagram []byte, typ, code int) {
	udp := &layers.UDP{SrcPort: 4011, DstPort: 53}
	if c.v6() {
		quote := forge.Frame(forge.IP6(c.asker, c.answerer), udp)
		return forge.Error6(1, 4, 0, quote).Datagram(c.answerer, c.asker), 1, 4
	}
	quote := forge.Frame(forge.IP4(c.asker, c.answerer), udp)
	return forge.Error4(3, 3, 0, quote).Datagram(c.answerer, c.asker), 3, 3
}

func (c caseHosts) v6() bool { return c.asker[0] == 'f' }

// row is the brief of an echo's row.
func (c caseHosts) row(requests, replies uint64, id, last int) brief {
	typ := 8
	if c.v6() {
		typ = 128
	}
	return brief{
		Kind: "echo", Requests: requests, Replies: replies, Identifier: id, LastSeq: last, Type: typ,
		Requester: c.asker, Responder: c.answerer, Forward: requests, Reverse: replies,
	}
}

// Pairs, sequences and identifiers, errors and what is none of these, as rows: over both versions
// of IP, and between the same hosts either way round.
func TestFlowCases(t *testing.T) {
	for _, c := range []caseHosts{
		{"10.0.0.1", "10.0.0.2"}, {"10.0.0.2", "10.0.0.1"},
		{"fd00::1", "fd00::2"}, {"fd00::2", "fd00::1"},
	} {
		failure, typ, code := c.unreachable()
		udp := forge.Frame(forge.IP4("10.0.0.1", "10.0.0.2"), &layers.UDP{SrcPort: 8, DstPort: 8})
		if c.v6() {
			udp = forge.Frame(forge.IP6("fd00::1", "fd00::2"), &layers.UDP{SrcPort: 8, DstPort: 8})
		}
		for _, tt := range []struct {
			name      string
			datagrams [][]byte
			want      []brief
		}{
			{"a request and its reply", [][]byte{c.ask(4660, 1), c.answer(4660, 1)}, []brief{c.row(1, 1, 4660, 1)}},
			{
				"three sequence numbers are one flow",
				[][]byte{c.ask(4660, 1), c.answer(4660, 1), c.ask(4660, 2), c.answer(4660, 2), c.ask(4660, 3), c.answer(4660, 3)},
				[]brief{c.row(3, 3, 4660, 3)},
			},
			{
				"two identifiers are two flows",
				[][]byte{c.ask(1, 1), c.ask(2, 1), c.answer(1, 1), c.answer(2, 1)},
				[]brief{c.row(1, 1, 1, 1), c.row(1, 1, 2, 1)},
			},
			{
				"identifier and sequence number 0 are some",
				[][]byte{c.ask(0, 0), c.answer(0, 0)},
				[]brief{c.row(1, 1, 0, 0)},
			},
			{
				"an error is known by type and code, and is no request",
				[][]byte{failure, c.ask(uint16(typ)<<8|uint16(code), 1)},
				[]brief{
					{Kind: "error", Errors: 1, Identifier: -1, LastSeq: -1, Type: typ, Code: code, Requester: c.answerer, Responder: c.asker, Forward: 1},
					c.row(1, 0, typ<<8|code, 1),
				},
			},
			{"what is not ICMP is no flow", [][]byte{udp}, nil},
		} {
			t.Run(c.asker+" "+tt.name, func(t *testing.T) {
				var packets []sent
				for i, d := range tt.datagrams {
					packets = append(packets, sent{time.Duration(i) * time.Millisecond, d})
				}
				path := filepath.Join(t.TempDir(), "case.pcap")
				writeCooked(t, path, cooked(packets))
				var got []brief
				for _, f := range flowsOf(t, "-r", path, "--sort", "start").rows {
					got = append(got, f.brief())
				}
				equal(t, "rows", tt.want, got)
			})
		}
	}
}

func (f *flow) brief() brief {
	of := func(n *int) int {
		if n == nil {
			return -1
		}
		return *n
	}
	return brief{
		Kind: f.Kind, Requests: f.Requests, Replies: f.Replies, Errors: f.Errors,
		Identifier: of(f.Identifier), LastSeq: of(f.LastSeq), Type: of(f.Type), Code: of(f.Code),
		Requester: f.Requester, Responder: f.Responder, Forward: f.ForwardPackets, Reverse: f.ReversePackets,
	}
}
