package flowtable

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"icmpdump/capture/icmp"
)

const (
	ms  = int64(1e6)
	sec = int64(1e9)
	// base is when captures begin here, and mature when the first replies count as
	// unsolicited: before, their requests may be older than the capture.
	base   = 1_700_000_000 * sec
	mature = base + 60*sec
)

func host(n byte) icmp.Addr { return icmp.AddrFrom4([4]byte{10, 0, 0, n}) }

func host6(n byte) icmp.Addr { return icmp.Addr{0xfd, 15: n} }

// query is a packet of host a to host b: an echo or another query, or its reply.
func query(at int64, version, typ uint8, a, b byte, id, seq uint16) icmp.Packet {
	p := icmp.Packet{
		Time: at, Version: version, Src: host(a), Dst: host(b), Type: typ,
		Rest: uint32(id)<<16 | uint32(seq), Got: 8, IPLen: 84, Length: 64, TTL: 64,
		Checksum: uint16(typ) ^ seq, Sum: icmp.SumGood, Status: icmp.OK,
	}
	if version == 6 {
		p.Src, p.Dst = host6(a), host6(b)
	} else {
		p.IPID = uint16(at / ms)
	}
	return p
}

func ask(at int64, seq uint16) icmp.Packet { return query(at, 4, icmp.TypeEcho, 1, 2, 77, seq) }
func answer(at int64, seq uint16) icmp.Packet {
	return query(at, 4, icmp.TypeEchoReply, 2, 1, 77, seq)
}

func with(p icmp.Packet, change func(*icmp.Packet)) icmp.Packet {
	change(&p)
	return p
}

func on(p icmp.Packet, iface int32) icmp.Packet {
	return with(p, func(p *icmp.Packet) { p.Iface = iface })
}

func later(p icmp.Packet, d int64) icmp.Packet {
	return with(p, func(p *icmp.Packet) { p.Time += d })
}

// describe is an event in a line: what it is about, the flow's counters that are not 0, the
// round-trip time and the notes.
func describe(e *Event) string {
	var s strings.Builder
	seq, _ := e.Packet.Seq()
	fmt.Fprintf(&s, "%d/%d", e.Packet.Type, seq)
	if e.Lost {
		fmt.Fprintf(&s, " sent %dms before", (e.Packet.Time-e.Sent)/ms)
	}
	for _, c := range []struct {
		name string
		n    uint64
	}{
		{"req", e.Counts.Requests}, {"rep", e.Counts.Replies}, {"pend", e.Counts.Pending}, {"lost", e.Counts.Lost},
		{"late", e.Counts.Late}, {"dup", e.Counts.Duplicates}, {"unsol", e.Counts.Unsolicited},
		{"err", e.Counts.Errors}, {"forgot", e.Counts.Forgotten}, {"n", e.Counts.Packets},
	} {
		if c.n > 0 {
			fmt.Fprintf(&s, " %s=%d", c.name, c.n)
		}
	}
	if e.Kind.Paired() {
		fmt.Fprintf(&s, " last=%d", e.LastSeq)
	}
	if e.HasRTT {
		fmt.Fprintf(&s, " rtt=%dms", e.RTT/ms)
	}
	e.Notes.Each(func(word string) { s.WriteString(" " + word) })
	return s.String()
}

// balance holds the counters of every flow, and their sum, to the number of packets.
func balance(t *testing.T, table *Table, packets int) {
	t.Helper()
	for _, r := range table.Rows(nil) {
		if got := r.Replies + r.Late + r.Errors + r.Lost + r.Pending + r.Forgotten; r.Kind.Paired() && got != r.Requests {
			t.Errorf("%d requests, but replies %d + late %d + errors %d + lost %d + pending %d + forgotten %d",
				r.Requests, r.Replies, r.Late, r.Errors, r.Lost, r.Pending, r.Forgotten)
		}
	}
	sum := table.Totals()
	if got := sum.Packets + sum.Evicted.Packets + sum.Repeats; got != uint64(packets) {
		t.Errorf("%d packets, but in flows %d + in evicted flows %d + repeats %d", packets, sum.Packets, sum.Evicted.Packets, sum.Repeats)
	}
}

// quoting is a time exceeded of a router that quotes p.
func quoting(at int64, p icmp.Packet) icmp.Packet {
	id, _ := p.ID()
	seq, _ := p.Seq()
	e := query(at, p.Version, icmp.TypeTimeExceeded, 9, 1, 0, 0)
	e.Quote = icmp.Quote{Src: p.Src, Dst: p.Dst, Proto: 1, Type: p.Type, SrcPort: id, DstPort: seq, Level: icmp.QuotePorts}
	if p.Version == 6 {
		e.Type, e.Quote.Proto = icmp.Type6TimeExceeded, 58
	}
	return e
}

// The same sequence with every kind of query, in both families, pairs in the same way.
func TestEveryQueryPairs(t *testing.T) {
	for _, tt := range []struct {
		version, request, reply uint8
		kind                    Kind
	}{
		{4, icmp.TypeEcho, icmp.TypeEchoReply, KindEcho},
		{4, icmp.TypeTimestamp, icmp.TypeTimestampReply, KindTimestamp},
		{4, icmp.TypeInfo, icmp.TypeInfoReply, KindInfo},
		{4, icmp.TypeMask, icmp.TypeMaskReply, KindMask},
		{4, icmp.TypeExtendedEcho, icmp.TypeExtendedEchoReply, KindExtendedEcho},
		{6, icmp.Type6Echo, icmp.Type6EchoReply, KindEcho},
		{6, icmp.Type6ExtendedEcho, icmp.Type6ExtendedEchoReply, KindExtendedEcho},
	} {
		seq := uint16(3 << 8) // an extended echo's sequence number is the first of these bytes
		packets := []icmp.Packet{
			query(base, tt.version, tt.request, 1, 2, 7, seq),
			query(base+ms, tt.version, tt.reply, 2, 1, 7, seq),
			query(base+2*ms, tt.version, tt.request, 1, 2, 7, seq+1<<8),
		}
		table := New(Config{MaxFlows: 64})
		events := table.Advance(table.Add(nil, packets), base+20*sec)
		if len(events) != 4 {
			t.Errorf("IPv%d type %d: %d events, want 4", tt.version, tt.request, len(events))
			continue
		}
		if e := events[1]; e.Kind != tt.kind || !e.HasRTT || e.RTT != ms {
			t.Errorf("IPv%d type %d: kind %d, %s", tt.version, tt.request, e.Kind, describe(&e))
		}
		lost := events[3]
		wantSeq, _ := packets[2].Seq()
		if seq, _ := lost.Packet.Seq(); !lost.Lost || lost.Packet.Type != tt.request || seq != wantSeq || lost.Packet.Src != packets[2].Src {
			t.Errorf("IPv%d type %d: the lost one is %s", tt.version, tt.request, describe(&lost))
		}
		if rows := table.Rows(nil); len(rows) != 1 {
			t.Errorf("IPv%d type %d: %d flows", tt.version, tt.request, len(rows))
		}
	}
}

// How packets are told apart, or not.
func TestKeys(t *testing.T) {
	tagged := func(p icmp.Packet, tci ...uint16) icmp.Packet {
		p.Tags = uint8(copy(p.VLAN[:], tci))
		return p
	}
	local := func(p icmp.Packet, iface int32) icmp.Packet {
		p.Src = icmp.Addr{0xfe, 0x80, 15: 1}
		return on(p, iface)
	}
	for _, tt := range []struct {
		name    string
		packets []icmp.Packet
		flows   int
	}{
		{"a reply first is the same flow", []icmp.Packet{answer(base, 1), ask(base, 2)}, 1},
		{"two identifiers", []icmp.Packet{query(base, 4, 8, 1, 2, 1, 1), query(base, 4, 8, 1, 2, 2, 1)}, 2},
		{"two hosts that ping each other with one identifier", []icmp.Packet{query(base, 4, 8, 1, 2, 1, 1), query(base, 4, 8, 2, 1, 1, 1)}, 2},
		{"an error whose code looks like an identifier", []icmp.Packet{query(base, 4, 3, 1, 2, 8, 0), query(base, 4, 8, 1, 2, 3<<8, 0)}, 2},
		{"errors by code", []icmp.Packet{query(base, 4, 3, 1, 2, 0, 0), with(query(base, 4, 3, 1, 2, 0, 0), func(p *icmp.Packet) { p.Code = 1 })}, 2},
		{"both families", []icmp.Packet{query(base, 4, 8, 1, 2, 1, 1), query(base, 6, 128, 1, 2, 1, 1)}, 2},
		{"two VLANs", []icmp.Packet{tagged(ask(base, 1), 10), tagged(ask(base, 1), 11)}, 2},
		{"one VLAN, two priorities", []icmp.Packet{tagged(ask(base, 1), 10), tagged(ask(base, 1), 10|5<<13)}, 1},
		{"a priority tag is no VLAN", []icmp.Packet{tagged(ask(base, 1), 5<<13), ask(base, 1)}, 1},
		{"a tag in a tag", []icmp.Packet{tagged(ask(base, 1), 100, 10), tagged(ask(base, 1), 100, 11)}, 2},
		{"two interfaces", []icmp.Packet{on(ask(base, 1), 1), on(ask(base, 2), 2)}, 1},
		{"a link-local address on two interfaces", []icmp.Packet{local(query(base, 6, 128, 1, 2, 1, 1), 1), local(query(base, 6, 128, 1, 2, 1, 1), 2)}, 2},
		{"what else there is, by type", []icmp.Packet{query(base, 6, 135, 1, 2, 0, 0), query(base, 6, 136, 1, 2, 0, 0), query(base, 6, 136, 1, 2, 0, 0)}, 2},
	} {
		table := New(Config{MaxFlows: 64})
		table.Add(nil, tt.packets)
		if rows := table.Rows(nil); len(rows) != tt.flows {
			t.Errorf("%s: %d flows, want %d", tt.name, len(rows), tt.flows)
		}
		balance(t, table, len(tt.packets))
	}
}

// Where one direction is not seen, an answer that is missing means nothing.
func TestOneWay(t *testing.T) {
	table := New(Config{MaxFlows: 64, OneWay: true})
	var got []string
	for _, p := range []icmp.Packet{ask(mature, 1), answer(mature+12*ms, 1), ask(mature+sec, 2), answer(mature+70*sec, 9), ask(mature+71*sec, 3)} {
		for _, e := range table.Add(nil, []icmp.Packet{p}) {
			got = append(got, describe(&e))
		}
	}
	want := []string{"8/1 req=1 pend=1 last=1", "0/1 req=1 rep=1 last=1 rtt=12ms", "8/2 req=2 rep=1 pend=1 last=2",
		"0/9 req=2 rep=1 pend=1 last=2", "8/3 req=3 rep=1 pend=2 last=3"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if lost := table.Advance(nil, mature+1000*sec); len(lost) > 0 {
		t.Errorf("%d lost", len(lost))
	}
}

// A Lost event has what its flow's packets have: addresses, VLAN, interface, identifier.
func TestLostPacket(t *testing.T) {
	for _, vlan := range [][]uint16{{}, {10}, {100, 10}} {
		table := New(Config{MaxFlows: 64})
		p := on(ask(base, 3), 7)
		p.Tags = uint8(copy(p.VLAN[:], vlan))
		table.Add(nil, []icmp.Packet{p})
		lost := table.Advance(nil, base+10*sec)
		if len(lost) != 1 {
			t.Fatalf("%d lost", len(lost))
		}
		want := icmp.Packet{Time: base + 10*sec, Src: p.Src, Dst: p.Dst, Version: 4, Iface: 7, Type: icmp.TypeEcho,
			Rest: p.Rest, Got: 8, Status: icmp.OK, VLAN: p.VLAN, Tags: p.Tags}
		if diff := cmp.Diff(want, lost[0].Packet, cmpopts.IgnoreUnexported(icmp.Packet{})); diff != "" {
			t.Errorf("VLAN %v: (-want +got)\n%s", vlan, diff)
		}
	}
}

func TestRow(t *testing.T) {
	table := New(Config{MaxFlows: 64})
	table.Add(nil, []icmp.Packet{ask(base, 1), answer(base+3*ms, 1), ask(base+sec, 2)})
	want := []Row{{
		Key:    Key{Requester: host(1), Responder: host(2), ID: 77, Kind: KindEcho, Version: 4},
		Counts: Counts{Requests: 2, Replies: 1, Pending: 1}, LastSeq: 2, RTT: 3 * ms, HasRTT: true,
		Forward: Volume{2, 168}, Reverse: Volume{1, 84}, Start: base, End: base + sec,
	}}
	if diff := cmp.Diff(want, table.Rows(nil)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// Lost requests of all flows come in the order in which they were overdue, and before the
// packet that is later, whatever part of the table they are in.
func TestLostInOrder(t *testing.T) {
	table := New(Config{MaxFlows: 1024})
	var packets []icmp.Packet
	for i := range 100 {
		packets = append(packets, query(base+int64(i)*ms, 4, icmp.TypeEcho, byte(i), 200, uint16(i), 1))
	}
	table.Add(nil, packets)
	events := table.Add(nil, []icmp.Packet{ask(base+10*sec+49*ms, 1)})
	events = table.Advance(events, base+60*sec)
	var lost int
	for i := range events {
		if events[i].Lost {
			lost++
		}
		if i > 0 && events[i].Packet.Time < events[i-1].Packet.Time {
			t.Errorf("event %d is before the one it follows", i)
		}
	}
	if lost != 101 || events[50].Lost {
		t.Errorf("%d lost, want 101; the packet is event 50: %v", lost, !events[50].Lost)
	}
	if more := table.Advance(nil, base+90*sec); len(more) != 0 {
		t.Errorf("%d more events", len(more))
	}
}

// A table that is too small evicts and still accounts for every packet; its index finds every
// flow that is there, and a flow that is active stays.
func TestEviction(t *testing.T) {
	const flows = 64
	table := New(Config{MaxFlows: flows})
	rnd := rand.New(rand.NewPCG(3, 4))
	packets := 0
	add := func(p icmp.Packet) Event {
		packets++
		events := table.Add(nil, []icmp.Packet{p})
		return events[len(events)-1]
	}
	at := base
	for i := range 20_000 {
		at += ms
		add(query(at, 4, icmp.TypeEcho, byte(rnd.Uint32()), byte(rnd.Uint32()), uint16(rnd.IntN(4)), uint16(i)))
		if i%4 == 0 {
			seq := uint16(i / 4)
			add(ask(at, seq))
			if e := add(answer(at, seq)); e.Counts.Replies != uint64(i/4+1) {
				t.Fatalf("round %d: the active flow has %d replies", i, e.Counts.Replies)
			}
		}
	}
	rows := table.Rows(nil)
	if len(rows) != flows {
		t.Errorf("%d flows, want %d", len(rows), flows)
	}
	for i := range table.shards {
		s := &table.shards[i]
		for n := range s.flows[:s.used] {
			if got := s.lookup(&s.flows[n].key, s.flows[n].hash); got != n {
				t.Errorf("shard %d: flow %d is found at %d", i, n, got)
			}
		}
		used := 0
		for _, pl := range s.index {
			if pl.flow != 0 {
				used++
			}
		}
		if used != s.used {
			t.Errorf("shard %d: %d places for %d flows", i, used, s.used)
		}
	}
	if sum := table.Totals(); sum.Evicted.Flows == 0 || sum.Echo.Requests != uint64(packets-5000) {
		t.Errorf("%d flows evicted, %d requests of %d", sum.Evicted.Flows, sum.Echo.Requests, packets-5000)
	}
	balance(t, table, packets)

	// All that was evicted while it waited is lost in the end, in the aggregate.
	table.Advance(nil, at+60*sec)
	if sum := table.Totals().Echo; sum.Pending != 0 || sum.Replies+sum.Lost+sum.Forgotten != sum.Requests {
		t.Errorf("in the end: %+v", sum)
	}
}

// More requests than can be remembered: the oldest are forgotten, which is not to be lost. A
// reply that matches nothing then answers one of these.
func TestRequestsAreBounded(t *testing.T) {
	table := New(Config{MaxFlows: 8})
	room := len(table.shards[0].requests.ring)
	var packets []icmp.Packet
	for i := range room + 3 {
		packets = append(packets, ask(mature+int64(i), uint16(i)))
	}
	packets = append(packets, answer(mature+ms, 1), answer(mature+ms, 5))
	events := table.Add(nil, packets)
	var got []string
	for _, e := range events[room:] {
		got = append(got, describe(&e))
	}
	want := []string{
		fmt.Sprintf("8/%d req=%d pend=%d forgot=1 last=%[1]d", room, room+1, room),
		fmt.Sprintf("8/%d req=%d pend=%d forgot=2 last=%[1]d", room+1, room+2, room),
		fmt.Sprintf("8/%d req=%d pend=%d forgot=3 last=%[1]d", room+2, room+3, room),
		fmt.Sprintf("0/1 req=%d rep=1 pend=%d forgot=2 last=%d", room+3, room, room+2),
		fmt.Sprintf("0/5 req=%d rep=2 pend=%d forgot=2 last=%d rtt=0ms", room+3, room-1, room+2),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	balance(t, table, len(packets))
	if lost := table.Advance(nil, mature+20*sec); len(lost) != room-1 {
		t.Errorf("%d lost in the end, want %d", len(lost), room-1)
	}
}

func TestAddAllocs(t *testing.T) {
	table := New(Config{})
	events := make([]Event, 0, 64)
	seq := uint16(0)
	if n := testing.AllocsPerRun(1000, func() {
		seq++
		at := base + int64(seq)*ms
		asked := query(at, 4, icmp.TypeEcho, 1, 2, 7, seq)
		ps := [...]icmp.Packet{
			asked, query(at, 4, icmp.TypeEchoReply, 2, 1, 7, seq), query(at, 4, icmp.TypeEchoReply, 2, 1, 7, seq),
			query(at, 6, icmp.Type6Echo, 1, 2, seq, seq), // a new flow each time, and lost in the end
			quoting(at, asked), query(at, 6, icmp.Type6NeighborSolicit, 1, 2, 0, 0),
		}
		events = table.Add(events[:0], ps[:])
	}); n != 0 {
		t.Errorf("%v allocations for six packets", n)
	}
}

// Several goroutines add, each its own flows, while others read.
func TestConcurrentUse(t *testing.T) {
	table := New(Config{MaxFlows: 512})
	const adders, rounds = 4, 2000
	var adding, reading sync.WaitGroup
	stop := make(chan struct{})
	for range 2 {
		reading.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
					table.Rows(nil)
					table.Totals()
				}
			}
		})
	}
	for a := range byte(adders) {
		adding.Go(func() {
			var events []Event
			for i := range rounds {
				at := base + int64(i)*ms // two seconds in all: nothing is overdue for the slowest
				events = table.Add(events[:0], []icmp.Packet{
					query(at, 4, icmp.TypeEcho, a, 200, uint16(i%50), uint16(i)),
					query(at+ms, 4, icmp.TypeEchoReply, 200, a, uint16(i%50), uint16(i)),
				})
			}
		})
	}
	adding.Wait()
	close(stop)
	reading.Wait()
	if got := table.Totals().Echo; got.Requests != adders*rounds || got.Replies != adders*rounds {
		t.Errorf("%d requests and %d replies, want %d of each", got.Requests, got.Replies, adders*rounds)
	}
	balance(t, table, 2*adders*rounds)
}

func BenchmarkAdd(b *testing.B) {
	for _, flows := range []int{1, 1000, 65536} {
		b.Run(fmt.Sprint(flows, "flows"), func(b *testing.B) {
			table := New(Config{})
			events := make([]Event, 0, 2)
			i := 0
			for b.Loop() {
				i++
				flow := i % flows
				at := base + int64(i)*1000
				ps := [...]icmp.Packet{
					query(at, 4, icmp.TypeEcho, byte(flow), byte(flow>>8), uint16(flow), uint16(i/flows)),
					query(at, 4, icmp.TypeEchoReply, byte(flow>>8), byte(flow), uint16(flow), uint16(i/flows)),
				}
				events = table.Add(events[:0], ps[:])
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(2*b.N), "ns/packet")
		})
	}
}
