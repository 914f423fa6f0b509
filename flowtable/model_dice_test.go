package flowtable_test

import (
	"encoding/binary"
	"slices"

	"icmpdump/capture/icmp"
	"icmpdump/flowtable"
)

// dice choose by the bytes that are left.
type dice struct{ left []byte }

func (d *dice) byte() (b byte) {
	if len(d.left) > 0 {
		b, d.left = d.left[0], d.left[1:]
	}
	return b
}

// one reports true once in n times, and never where no bytes are left.
func (d *dice) one(n int) bool { return int(d.byte())%n == n-1 }

func oneOf[T any](d *dice, of ...T) T { return of[int(d.byte())%len(of)] }

// An op is one call of the table. It is Add, if it has packets.
type op struct {
	samples []sample
	now     int64
	drops   bool // Dropped and no Advance
	resets  bool // Reset
}

// A script is a table's bounds, and what it is told.
type script struct {
	config flowtable.Config
	ops    []op
}

// A writer makes a script.
type writer struct {
	dice
	config flowtable.Config
	time   int64
	recent []shot // requests
	sent   []shot // all
	seq    uint16
	places bool // interfaces and directions are known
	ipid   uint16
}

// manyFlows make a table of several shards, which no script fills.
const manyFlows = 4096

// writeScript makes the script that data stands for.
func writeScript(data []byte) script {
	w := writer{dice: dice{data}, time: 1_700_000_000 * sec}
	c := &w.config
	c.MaxFlows = oneOf(&w.dice, 8, 8, 12, 12, 16, 16, 64, manyFlows)
	c.MaxRequests = 4 * c.MaxFlows
	c.ReplyTimeout = oneOf(&w.dice, 0, 0, sec, 30*ms)
	c.Late = oneOf(&w.dice, 0, 1, 3*sec, 20*sec)
	c.Idle = oneOf(&w.dice, 0, 1, 5*sec, 30*sec)
	c.OneWay, c.NoLost, c.Ends, c.Live = w.one(8), w.one(6), w.one(2), w.one(3)
	c.Seed = uint64(w.byte())
	c.Recent = c.Seed%4 > 0
	w.places = w.one(2)
	var ops []op
	switch early := w.byte(); {
	case c.MaxFlows == manyFlows:
	case early < 24:
		ops = w.busy()
	case early < 48:
		ops = w.flood()
	case early < 64:
		ops = w.untimed()
	case early < 104:
		ops = w.overtaken()
	}
	for len(w.left) > 0 {
		switch {
		case w.one(16):
			w.wait()
			ops = append(ops, op{now: w.time})
		case w.one(40):
			w.time += us
			ops = append(ops, op{now: w.time}, op{now: w.time, drops: true})
			w.time += us
		case w.one(60):
			ops = append(ops, op{resets: true})
		default:
			var o op
			for more := true; more; more = w.one(4) {
				w.wait()
				s := w.shot()
				o.samples = append(o.samples, s.sample())
			}
			ops = append(ops, o)
		}
	}
	return script{w.config, ops}
}

// wait lets time go on, and now and then back.
func (w *writer) wait() {
	c := newModel(w.config).config
	switch n := w.byte(); {
	case n < 20:
	case n < 80:
		w.time += 1 + int64(n)
	case n < 200:
		w.time += oneOf(&w.dice, us, 7*us, ms, 3*ms, 11*ms, 20*ms, 49*ms, 60*ms)
	case n < 225:
		w.time += oneOf(&w.dice, 300*ms, sec, 4*sec, c.ReplyTimeout/2, c.ReplyTimeout/3)
	case n < 244:
		w.time += oneOf(&w.dice, c.ReplyTimeout-us, c.ReplyTimeout, c.Late-us, c.Late, c.Late-c.ReplyTimeout, c.Idle-us, c.Idle)
	case n < 246:
		w.time += oneOf(&w.dice, 5*sec, 600*sec, 3*3600*sec)
	case n < 252:
		w.time -= oneOf(&w.dice, us, ms, 15*ms, 700*ms, sec)
	default:
		w.time -= oneOf(&w.dice, sec+us, 3*sec, 3*3600*sec)
	}
}

// shot is the next packet.
func (w *writer) shot() (s shot) {
	w.ipid++
	switch n := w.byte(); {
	case n < 90 || len(w.recent) == 0:
		s = w.request()
		w.recent = append(w.recent, s)
		w.recent = w.recent[max(0, len(w.recent)-12):]
	case n < 190:
		s = w.reply(w.some(w.recent))
	case n < 215:
		s = w.refusal(w.some(w.recent))
	case n < 240 && len(w.sent) > 0:
		s = w.some(w.sent)
		if w.places {
			s.iface, s.dir = w.place()
		}
		s.time = w.time
		return s
	default:
		s = w.other()
	}
	s.time, s.ipid, s.ttl = w.time, w.ipid, oneOf[uint8](&w.dice, 64, 64, 64, 63, 255)
	if s.version == 6 {
		s.ipid = 0
	}
	if w.places {
		s.iface, s.dir = w.place()
	} else if isLocal(s.version, s.src) {
		s.iface = 0
	}
	w.damage(&s)
	w.sent = append(w.sent, s)
	w.sent = w.sent[max(0, len(w.sent)-6):]
	return s
}

// some is one of them, and more often a late one.
func (w *writer) some(of []shot) shot {
	n := int(w.byte())
	if n < 128 {
		return of[len(of)-1]
	}
	return of[n%len(of)]
}

func (w *writer) place() (int32, icmp.Dir) {
	return oneOf[int32](&w.dice, 1, 1, 1, 2, 0), oneOf(&w.dice, icmp.DirIn, icmp.DirIn, icmp.DirIn, icmp.DirOut, icmp.DirOut, icmp.DirOther, icmp.DirBroadcast, icmp.DirUnknown)
}

// damage makes a packet a little odd, now and then.
func (w *writer) damage(s *shot) {
	switch n := w.byte(); {
	case n < 200:
	case n < 210:
		s.untimed = true
		s.time = oneOf(&w.dice, 0, 1<<62, w.time+sec)
	case n < 220:
		s.time -= oneOf(&w.dice, us, 5*ms, 800*ms, sec, 2*sec, 1000*sec)
	case n < 225:
		s.damaged = true
	case n < 230:
		s.more = s.version == 4
	case n < 240:
		s.cut = max(0, 8+len(s.body)-oneOf(&w.dice, 1, 4, 6, 8, 16, 20, 24, 30))
	case n < 250:
		s.tags = [][]uint16{{10}, {10 | 5<<13}, {5 << 13}, {100, 10}, {100, 10, 3}}[int(w.byte())%5]
	default:
		s.group = true
	}
}

var (
	hosts4  = addrs4([4]byte{10, 0, 0, 1}, [4]byte{10, 0, 0, 2}, [4]byte{10, 0, 0, 3}, [4]byte{169, 254, 0, 1})
	groups4 = addrs4([4]byte{224, 0, 0, 1}, [4]byte{224, 0, 0, 2}, [4]byte{255, 255, 255, 255})
	hosts6  = []icmp.Addr{{0xfd, 15: 1}, {0xfd, 15: 2}, {0xfd, 15: 3}, {0xfe, 0x80, 15: 1}, {0xfe, 0x80, 15: 2}}
	groups6 = []icmp.Addr{{0xff, 2, 15: 1}, {0xff, 2, 15: 2}, {0xff, 5, 15: 5}}
)

func addrs4(all ...[4]byte) (addrs []icmp.Addr) {
	for _, a := range all {
		addrs = append(addrs, icmp.AddrFrom4(a))
	}
	return addrs
}

func (w *writer) host(version uint8) icmp.Addr {
	if version == 4 {
		return oneOf(&w.dice, hosts4...)
	}
	return oneOf(&w.dice, hosts6...)
}

func (w *writer) groupOf(version uint8) icmp.Addr {
	if version == 4 {
		return oneOf(&w.dice, groups4...)
	}
	return oneOf(&w.dice, groups6...)
}

// request asks something.
func (w *writer) request() shot {
	half := oneOf(&w.dice, pairs...)
	if half.role == reply || w.byte() < 160 {
		half = oneOf(&w.dice, pairs[0], pairs[0], pairs[2])
	}
	s := shot{version: half.version, typ: half.typ, src: w.host(half.version), dst: w.host(half.version)}
	if w.byte() < 180 { // most are a few flows
		s.src, s.dst = map[uint8]icmp.Addr{4: hosts4[0], 6: hosts6[0]}[s.version], map[uint8]icmp.Addr{4: hosts4[1], 6: hosts6[1]}[s.version]
	}
	if w.one(5) {
		s.dst = w.groupOf(s.version)
	}
	if !w.one(4) {
		w.seq += uint16(oneOf(&w.dice, 1, 1, 1, 2, 0xffff, 0, 0x7fff))
	}
	s.word = uint32(oneOf(&w.dice, 1, 1, 1, 2))<<16 | uint32(w.seq)
	switch half.kind {
	case flowtable.KindEcho:
		s.body = slices.Repeat([]byte{w.byte() % 2}, oneOf(&w.dice, 0, 8, 16, 21, 40))
	case flowtable.KindExtendedEcho:
		s.word = s.word&^0xffff | uint32(w.seq<<8) | 1
	case flowtable.KindNodeInfo:
		s.word = 3 << 16
		s.body = binary.BigEndian.AppendUint64(nil, uint64(w.seq)|uint64(w.byte()%2)<<40)
	case flowtable.KindNeighbor:
		target := w.host(6)
		s.body = append(target[:], 1, 1, 0, 0, 0, 0, 0, 0)
		if w.one(8) {
			s.src = icmp.Addr{}
		}
	case flowtable.KindListener:
		group := oneOf(&w.dice, icmp.Addr{}, groups6[0], groups6[2])
		s.body = group[:]
	}
	return s
}
