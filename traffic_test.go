package main

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"

	"icmpdump/internal/forge"
)

// These are the defaults that an account is kept by.
const (
	replyTimeout = 10 * time.Second
	flowIdle     = 120 * time.Second
)

// A sent is a datagram of generated traffic.
type sent struct {
	at       time.Duration // after the capture's beginning
	datagram []byte
}

// A ledger is what the generator knows of a flow because it made it.
type ledger struct {
	Requester, Responder string
	Identifier, LastSeq  int
	Account              account
	Bytes                [2]uint64 // forward, reverse
	Packets              [2]uint64
	Start, End           time.Duration
	RTT                  [4]time.Duration // last, min, avg, max; all 0 if there is none
	TTL                  [3]int           // min, max, changes; all 0 without replies
	Size                 [2]int           // min, max

	rtts []time.Duration // of all replies in time
}

// An asked is a request, when it was sent, and when its first answer came.
type asked struct {
	seq      uint16
	at       time.Duration
	answered time.Duration // 0 is never
	data     []byte
}

// An answer is one that arrives, the first to its request or not.
type answer struct {
	to    *asked
	at    time.Duration
	first bool
	ttl   uint8
}

// traffic is n flows of echoes over both versions of IP, in which requests are lost, and replies
// doubled, overtaken and late, with a ledger for each. Some of the hosts are link-local.
func traffic(seed uint64, n int) (packets []sent, ledgers []ledger) {
	d := rand.New(rand.NewPCG(seed, 0))
	var all [][]asked
	for i := range n {
		l, requests, own := generate(d, i)
		packets = append(packets, own...)
		ledgers = append(ledgers, l)
		all = append(all, requests)
	}
	slices.SortStableFunc(packets, func(a, b sent) int { return cmp.Compare(a.at, b.at) })
	end := packets[len(packets)-1].at
	for i := range ledgers {
		for _, q := range all[i] {
			if q.answered == 0 && q.at+replyTimeout <= end {
				ledgers[i].Account.Lost++
			} else if q.answered == 0 {
				ledgers[i].Account.Pending++
			}
		}
	}
	return packets, ledgers
}

// generate makes the flow with number i.
func generate(d *rand.Rand, i int) (l ledger, requests []asked, packets []sent) {
	between := func(low, high time.Duration) time.Duration { return low + time.Duration(d.Int64N(int64(high-low))) }
	asker, responder := addresses(d, i)
	id := uint16(d.Uint32())
	at, worst := between(0, 3*time.Minute), 100
	if i%50 == 7 { // one of the last, of which requests wait when the capture ends
		at, worst = between(260*time.Second, 262*time.Second), 75
	}
	first := uint16(d.Uint32()) // so that some sequence numbers begin again
	requests = make([]asked, 1+d.IntN(40))
	var answers []answer
	ttl := uint8(50 + d.IntN(10))
	for k := range requests {
		requests[k] = asked{seq: first + uint16(k), at: at, data: make([]byte, d.IntN(100))}
		at += between(time.Millisecond, 500*time.Millisecond)
		answers = append(answers, fates(d, &requests[k], ttl, worst, between)...)
	}
	slices.SortFunc(answers, func(a, b answer) int { return cmp.Compare(a.at, b.at) })

	l = ledger{Requester: asker, Responder: responder, Identifier: int(id), LastSeq: int(requests[len(requests)-1].seq), Start: requests[0].at}
	add := func(at time.Duration, way int, datagram []byte) {
		packets = append(packets, sent{at, datagram})
		l.Packets[way]++
		l.Bytes[way] += uint64(len(datagram))
		l.End = max(l.End, at)
		if l.Size[0] == 0 {
			l.Size[0] = len(datagram)
		}
		l.Size = [2]int{min(l.Size[0], len(datagram)), max(l.Size[1], len(datagram))}
	}
	for _, q := range requests {
		add(q.at, 0, echo(asker, responder, true, 64, id, q.seq, q.data))
	}
	for _, a := range answers {
		add(a.at, 1, echo(responder, asker, false, a.ttl, id, a.to.seq, a.to.data))
	}
	l.Account.Requests = uint64(len(requests))
	l.settle(answers)
	return l, requests, packets
}

// fates are the answers to a request: none, one in time, slow enough to be overtaken, or late,
// and at times more of the same. The lower worst is, the less comes late.
func fates(d *rand.Rand, q *asked, ttl uint8, worst int, between func(low, high time.Duration) time.Duration) (answers []answer) {
	var rtt time.Duration
	switch n := d.IntN(worst); {
	case n < 10:
		return nil
	case n < 75:
		rtt = between(100*time.Microsecond, 200*time.Millisecond)
	case n < 92:
		rtt = between(200*time.Millisecond, 9900*time.Millisecond)
	default:
		rtt = between(10100*time.Millisecond, 50*time.Second)
	}
	q.answered = q.at + rtt
	if d.IntN(20) == 0 {
		ttl--
	}
	answers = append(answers, answer{q, q.answered, true, ttl})
	for d.IntN(12) == 0 && len(answers) < 4 {
		answers = append(answers, answer{q, q.answered + between(20*time.Microsecond, 2*time.Second), false, ttl})
	}
	return answers
}

// settle writes down what answers, in the order of their arrival, count as.
func (l *ledger) settle(answers []answer) {
	var newest, sum time.Duration // newest is when the newest request that was answered was sent
	for i, a := range answers {
		if ttl := int(a.ttl); i == 0 {
			l.TTL = [3]int{ttl, ttl, 0}
		} else {
			l.TTL = [3]int{min(l.TTL[0], ttl), max(l.TTL[1], ttl), l.TTL[2]}
			if a.ttl != answers[i-1].ttl {
				l.TTL[2]++
			}
		}
		if !a.first {
			l.Account.Duplicates++
			continue
		}
		if a.to.at < newest {
			l.Account.OutOfOrder++
		}
		newest = max(newest, a.to.at)
		rtt := a.at - a.to.at
		if rtt >= replyTimeout {
			l.Account.Late++
			continue
		}
		l.Account.Replies++
		sum += rtt
		l.rtts = append(l.rtts, rtt)
		if l.Account.Replies == 1 {
			l.RTT[1], l.RTT[3] = rtt, rtt
		}
		l.RTT = [4]time.Duration{rtt, min(l.RTT[1], rtt), sum / time.Duration(l.Account.Replies), max(l.RTT[3], rtt)}
	}
}

// addresses are those of the flow with number i, different for each.
func addresses(d *rand.Rand, i int) (asker, responder string) {
	b := [16]byte{15: 1}
	b[13], b[14] = byte(i>>8), byte(i)
	switch i % 8 {
	case 0:
		b[0], b[1] = 0xfe, 0x80
	case 1, 2, 3:
		b[0], b[1] = 0xfd, byte(d.Uint32())
	default:
		b[12] = 10
		asker = netip.AddrFrom4([4]byte(b[12:])).String()
		b[15] = 2 + byte(d.Uint32N(200))
		return asker, netip.AddrFrom4([4]byte(b[12:])).String()
	}
	asker = netip.AddrFrom16(b).String()
	b[15] = 2 + byte(d.Uint32N(200))
	return asker, netip.AddrFrom16(b).String()
}

// echo is a datagram of a request or a reply, of the version that the addresses have. The IPv4
// identification is that of the sequence number, as of hosts that count.
func echo(src, dst string, request bool, ttl uint8, id, seq uint16, data []byte) []byte {
	if netip.MustParseAddr(src).Is4() {
		typ := map[bool]uint8{true: 8, false: 0}[request]
		ip := forge.IP4(src, dst)
		ip.TTL, ip.Id, ip.Protocol = ttl, seq*3, layers.IPProtocolICMPv4
		return forge.Frame(ip, forge.Echo4(typ, id, seq), gopacket.Payload(data))
	}
	typ := map[bool]uint8{true: 128, false: 129}[request]
	ip := forge.IP6(src, dst)
	ip.HopLimit = ttl
	return forge.Frame(ip, forge.ICMP6(typ, 0), forge.IDSeq(id, seq), gopacket.Payload(data))
}

// cooked are the datagrams as a capture on any writes them (LINKTYPE_LINUX_SLL2): each comes in on
// interface 2.
func cooked(packets []sent) (frames []captured) {
	for _, p := range packets {
		frames = append(frames, captured{at: p.at, frame: seenAt(p.datagram, 2, incoming)})
	}
	return frames
}

// Types of packets in a Linux cooked header.
const (
	incoming = 0
	outgoing = 4
)

// seenAt is a datagram with a Linux cooked header of that interface.
func seenAt(datagram []byte, iface, way byte) []byte {
	frame := forge.Link(layers.LinkTypeLinuxSLL2, datagram)
	frame[7], frame[10] = iface, way
	return frame
}

// writeCooked writes them to a file.
func writeCooked(t testing.TB, path string, frames []captured) {
	t.Helper()
	if err := writeCaptureOf(path, uint32(layers.LinkTypeLinuxSLL2), frames); err != nil {
		t.Fatal(fmt.Errorf("%s: %w", path, err))
	}
}
