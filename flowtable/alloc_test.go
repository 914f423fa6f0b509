package flowtable_test

import (
	"testing"
	"time"

	"icmpdump/capture/icmp"
	"icmpdump/flowtable"
)

// A mill gives a full table one round of packets after the other, each of which does all that
// a packet can do. It takes no memory for them.
type mill struct {
	table  *flowtable.Table
	round  []icmp.Packet // the first
	flood  int           // so many of the last are of flows of their own
	now    []icmp.Packet
	events flowtable.Events
	rounds int
	notes  flowtable.Notes
	asked  bool
	ended  bool
	late   bool // a group's
}

const (
	millFlows = 64
	millTime  = sec // of a round
)

func newMill(recent bool) *mill {
	w := &mill{table: flowtable.New(flowtable.Config{
		MaxFlows: millFlows, MaxRequests: 4 * millFlows, ReplyTimeout: millTime, Late: 3 * millTime, Idle: 6 * millTime, Ends: true, Recent: recent,
	})}
	d := mature
	put := func(shots ...shot) {
		for _, s := range shots {
			d += ms
			s.time = d
			w.round = append(w.round, s.packet())
		}
	}
	flow := func(id, seq uint32) shot { return word(asks, id<<16|(seq+10_000)&0xffff) }
	reply := func(s shot) shot { return back(s, 0) }
	// One that is answered, again, and seen elsewhere; one that is not, and late.
	one := on(flow(1, 0), 1)
	put(one, on(one, 2), reply(one), reply(one), on(reply(one), 2), on(flow(2, 0), 1), reply(flow(2, 65534)))
	// Overtaken, cut, changed, refused, refused and then answered.
	put(flow(3, 0), flow(4, 0), reply(flow(4, 0)), reply(flow(3, 0)), flow(5, 0), flow(5, 1), reply(flow(5, 1)), reply(flow(5, 0)))
	put(flow(6, 0), body(reply(flow(6, 0)), bytes24[:9]), flow(7, 0), body(reply(flow(7, 0)), append(bytes24[:23:23], 1)))
	put(flow(8, 0), refusing(0, flow(8, 0)), flow(9, 0), refusing(0, flow(9, 0)), reply(flow(9, 0)))
	// Groups: several answer, twice, late, after an error; somebody else than was asked.
	group := func(id, seq uint32) shot { return to(flow(id, seq), groups4[0]) }
	put(group(10, 0), reply(flow(10, 0)), from(reply(flow(10, 0)), hosts4[2]), reply(flow(10, 0)), group(11, 0), reply(flow(11, 65534)))
	put(group(12, 0), refusing(0, group(12, 0)), reply(flow(12, 0)), flow(13, 0), from(reply(flow(13, 0)), host9), reply(flow(14, 0)))
	// Other kinds, and what is broken.
	put(solicit, message(0, 6, 136, hosts6[1], hosts6[0], 0x6000_0000, target...), soliciting(0, hosts4[0]), router(0, hosts4[1], groups4[0]))
	put(listener(0, 130, hosts6[3], groups6[0]), listener(0, 131, hosts6[4], groups6[0]), nodeInfo, probe(0, 1), back(probe(0, 1), 43), typed(asks, 40))
	put(with(flow(15, 0), func(s *shot) { s.damaged = true }), body(probe(0, 2), bytes24[:12]), with(asks, func(s *shot) { s.cut = 31 }), untimed(flow(16, 0)))
	w.flood = 30
	for range w.flood {
		put(flow(100, 0))
	}
	// More than there is room for, and a reply to what was forgotten.
	for i := range uint32(4*millFlows + 4) {
		put(flow(17, i))
	}
	put(reply(flow(17, 0)), reply(flow(17, 2)))
	w.now = make([]icmp.Packet, len(w.round))
	w.events = flowtable.Events{All: make([]flowtable.Event, 0, 4096), Rows: make([]flowtable.Row, 0, 4*millFlows)}
	return w
}

// turn is the next round. Of eight, one has more requests than there is room for, and a pause
// before it in which all flows end.
func (w *mill) turn() {
	copy(w.now, w.round)
	ps := w.now[:len(w.now)-4*millFlows-6]
	if w.rounds%8 == 7 {
		ps = w.now
	}
	shift := int64(w.rounds)*millTime + int64(w.rounds/8)*20*millTime
	fresh := len(w.now) - 4*millFlows - 6 - w.flood
	for i := range ps {
		p := &ps[i]
		p.Time += shift
		if _, ok := p.Seq(); ok && p.Type != 42 && p.Type != 43 {
			p.Rest = p.Rest&^0xffff | (p.Rest+uint32(w.rounds))&0xffff
		}
		if p.IsError() {
			p.Quote.DstPort += uint16(w.rounds)
		}
		if i >= fresh && i < fresh+w.flood {
			p.Rest += uint32(w.rounds*w.flood+i-fresh) << 16
		}
	}
	w.events.Reset()
	w.table.Add(&w.events, ps)
	last := ps[len(ps)-1].Time
	w.table.Dropped(last)
	w.table.Advance(&w.events, last)
	w.rounds++
	w.look()
}

// look remembers what has happened.
func (w *mill) look() {
	for i := range w.events.All {
		e := &w.events.All[i]
		w.notes |= e.Notes
		w.asked = w.asked || e.HasAsked
		w.ended = w.ended || e.Ended
		w.late = w.late || e.Notes&flowtable.NoteLate != 0 && e.Notes&flowtable.NoteMulti != 0
	}
}

func TestAddAllocs(t *testing.T) {
	t.Run("plain", func(t *testing.T) { newMill(false).allocs(t) })
	t.Run("recent", func(t *testing.T) { newMill(true).allocs(t) })
}

// allocs turns w and finds that nothing was allocated.
func (w *mill) allocs(t *testing.T) {
	for range 24 {
		w.turn()
	}
	if flows := len(w.table.Rows(nil, nil)); flows != millFlows {
		t.Fatalf("%d flows, want %d", flows, millFlows)
	}
	if n := testing.AllocsPerRun(160, w.turn); n != 0 {
		t.Errorf("%v allocations in a round of packets", n)
	}
	rows := make([]flowtable.Row, 0, 4*millFlows)
	if n := testing.AllocsPerRun(10, func() { rows = w.table.Rows(rows[:0], nil) }); n != 0 {
		t.Errorf("%v allocations for rows", n)
	}

	const all = flowtable.NoteMalformed<<1 - 1
	(all &^ w.notes).Each(func(word string) { t.Errorf("never: %s", word) })
	sum := w.table.Totals()
	c := sum.Echo
	for what, happened := range map[string]bool{
		"asked": w.asked, "over": w.ended, "a group, late": w.late, "evicted": sum.Evicted.Flows > 1000, "repeats": sum.Repeats > 0,
		"lost": c.Lost > 0, "refused": c.Errors > 0, "out of order": c.OutOfOrder > 0, "unsolicited": c.Unsolicited > 0, "forgotten": c.Forgotten > 0,
	} {
		if !happened {
			t.Errorf("never: %s", what)
		}
	}
}

// Pings in turn, each answered after 1 ms. Few of them, that leave 3,000 requests to remember, are
// all in the cache; of more there are 50,000. To make the packets is a part of what is measured.
func BenchmarkAdd(b *testing.B) {
	for _, bb := range []struct {
		name  string
		flows int
		every int64 // ns between two requests

		recent bool
	}{
		{"hot", 16, 20e6, false}, {"hotRecent", 16, 20e6, true}, {"1000flows", 1000, 1.2e6, false}, {"10000flows", 10_000, 1.2e6, false},
		{"10000flowsRecent", 10_000, 1.2e6, true}, {"100000flows", 100_000, 1.2e6, false}, {"1000000flows", 1_000_000, 1.2e6, false},
	} {
		b.Run(bb.name, func(b *testing.B) {
			table := flowtable.New(flowtable.Config{MaxFlows: 2 * max(bb.flows, 32768), Recent: bb.recent})
			const batch = 512
			events := flowtable.Events{All: make([]flowtable.Event, 0, 2*batch)}
			ps := make([]icmp.Packet, batch)
			for i := 0; i < batch; i += 2 {
				ps[i], ps[i+1] = asks.packet(), answers.packet()
			}
			pair := 0
			var took time.Duration // by the table, and not by making packets
			add := func() {
				for i := 0; i < batch; i += 2 {
					flow, seq, at := pair%bb.flows, pair/bb.flows, base+int64(pair)*bb.every
					host := icmp.AddrFrom4([4]byte{10, byte(flow >> 16), byte(flow >> 8), byte(flow)})
					ps[i].Src, ps[i+1].Dst = host, host
					ps[i].Time, ps[i+1].Time = at, at+1e6
					ps[i].Rest, ps[i+1].Rest = uint32(flow)<<16|uint32(seq&0xffff), uint32(flow)<<16|uint32(seq&0xffff)
					pair++
				}
				events.Reset()
				begin := time.Now()
				table.Add(&events, ps)
				took += time.Since(begin)
			}
			for pair < 2*min(bb.flows, 100_000) || int64(pair)*bb.every < 70*sec {
				add()
			}
			took = 0
			for b.Loop() {
				add()
			}
			b.ReportMetric(float64(took.Nanoseconds())/float64(batch*b.N), "ns/packet")
		})
	}
}
