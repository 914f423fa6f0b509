package render

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"icmpdump/capture/icmp"
	"icmpdump/flowtable"
	"icmpdump/internal/forge"
)

// The short way of an echo says what the long one does, of any message that takes it, well-formed or
// damaged, with its frame or without, and whatever the options.
func TestEchoIsDatagram(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 0))
	short := map[bool]int{}
	for n := range 60_000 {
		frame := forge.Kinds[n%len(forge.Kinds)].Frame(r)
		if n%3 > 0 {
			frame = randomEcho(r)
		}
		if n%4 == 0 {
			frame = forge.Damaged(r, frame)
		}
		f := icmp.Frame{Data: frame, Wire: len(frame) + r.IntN(2)*r.IntN(9), Link: icmp.LinkEthernet}
		p := icmp.Packet{Time: noon}
		if st := icmp.Decode(&p, f.Link, f.Data, f.Wire); st == icmp.NotICMP || st.Unsupported() {
			continue
		}
		if r.IntN(2) == 0 {
			f.Data = nil // it was not kept
		}
		e := flowtable.Event{Packet: p, Lost: r.IntN(9) == 0}
		l := NewLines(Options{Verbose: r.IntN(5) / 4, Link: r.IntN(5) == 0})
		taken := l.isEcho(&e)
		short[taken]++
		if !taken {
			continue
		}
		got, want := string(appendEcho(nil, &e.Packet)), string(l.appendDatagram(nil, &e, &f))
		if got != want {
			t.Fatalf("%x:\ngot  %s\nwant %s", frame, got, want)
		}
	}
	if short[true] < 5000 || short[false] < 5000 {
		t.Errorf("%d took the short way, %d did not", short[true], short[false])
	}
}

// randomEcho is the frame of an echo behind any headers.
func randomEcho(r *rand.Rand) []byte {
	for {
		if k := forge.Kinds[r.IntN(len(forge.Kinds))]; strings.HasPrefix(k.Name, "echo ") {
			return k.Frame(r)
		}
	}
}

// randomEvent is about an echo without options, with any counters, notes and times.
func randomEvent(r *rand.Rand) flowtable.Event {
	for {
		frame := randomEcho(r)
		p := icmp.Packet{Time: noon + r.Int64N(5e9), Number: anyNumber(r)}
		if icmp.Decode(&p, icmp.LinkEthernet, frame, len(frame)) != icmp.OK || !p.Plain() || p.Frag != 0 {
			continue
		}
		e := flowtable.Event{Packet: p, Kind: flowtable.KindEcho, LastSeq: uint16(r.Uint32())}
		c := &e.Counts
		for _, n := range []*uint64{
			&c.Requests, &c.Replies, &c.Pending, &c.Lost, &c.Late, &c.Duplicates, &c.Unsolicited,
			&c.OutOfOrder, &c.Multi, &c.Errors, &c.Forgotten,
		} {
			*n = anyNumber(r)
		}
		if r.IntN(2) == 0 {
			e.HasRTT, e.RTT = true, int64(anyNumber(r)>>1)
		}
		if r.IntN(4) == 0 {
			e.Notes = flowtable.Notes(r.Uint32N(uint32(flowtable.NoteMalformed)))
		}
		return e
	}
}

// anyNumber is any number, small ones and 0 more often.
func anyNumber(r *rand.Rand) uint64 {
	if r.IntN(2) == 0 {
		return 0
	}
	return r.Uint64() >> r.IntN(64)
}

func netipOf(p *icmp.Packet, a icmp.Addr) netip.Addr {
	if p.Version == 4 {
		return netip.AddrFrom16(a).Unmap()
	}
	return netip.AddrFrom16(a)
}

func notesOf(e *flowtable.Event) (words []any) {
	e.Notes.Each(func(word string) { words = append(words, word) })
	return words
}

// The lines of echoes are what fmt, net/netip and time make of their events.
func TestEchoLines(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 0))
	l := NewLines(Options{Counters: true})
	for range 20_000 {
		e := randomEvent(r)
		p, c := &e.Packet, &e.Counts
		name, words := "IP", map[uint8]string{8: "ICMP echo request", 0: "ICMP echo reply"}
		if p.Version == 6 {
			name, words = "IP6", map[uint8]string{128: "ICMP6, echo request", 129: "ICMP6, echo reply"}
		}
		want := fmt.Sprintf("%s %s %v > %v: %s, id %d, seq %d, length %d | req=%d rep=%d",
			time.Unix(0, p.Time).UTC().Format("15:04:05.000000"), name, netipOf(p, p.Src), netipOf(p, p.Dst),
			words[p.Type], p.Rest>>16, p.Rest&0xffff, p.Length, c.Requests, c.Replies)
		for _, count := range []struct {
			key    string
			n      uint64
			always bool
		}{
			{"pend", c.Pending, false}, {"lost", c.Lost, true}, {"late", c.Late, false}, {"dup", c.Duplicates, false},
			{"unsol", c.Unsolicited, false}, {"err", c.Errors, false},
		} {
			if count.n > 0 || count.always {
				want += fmt.Sprintf(" %s=%d", count.key, count.n)
			}
		}
		if e.HasRTT {
			want += fmt.Sprintf(" rtt=%d.%03dms", e.RTT/1e6, e.RTT/1e3%1e3)
		}
		want += fmt.Sprintf(" ttl=%d", p.TTL)
		switch p.Tags {
		case 0:
		case 1:
			want += fmt.Sprintf(" vlan=%d", p.VLAN[0]&0xfff)
		default:
			want += fmt.Sprintf(" vlan=%d.%d", p.VLAN[0]&0xfff, p.VLAN[1]&0xfff)
		}
		if p.Sum == icmp.SumBad {
			want += " cksum=bad"
		}
		for _, word := range notesOf(&e) {
			want += fmt.Sprint(" note=", word)
		}
		if got := string(l.Append(nil, &e, icmp.Frame{})); got != want+"\n" {
			t.Fatalf("got  %swant %s", got, want)
		}
	}
}

// The objects of echoes, read by encoding/json, have what is in their events.
func TestEchoJSON(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 0))
	j := NewJSON(Options{})
	n := func(n uint64) json.Number { return json.Number(fmt.Sprint(n)) }
	names := map[uint8][2]string{
		8: {"EchoRequest", "Echo"}, 0: {"EchoReply", "Echo Reply"},
		128: {"EchoRequest", "Echo Request"}, 129: {"EchoReply", "Echo Reply"},
	}
	for range 5_000 {
		e := randomEvent(r)
		p, c := &e.Packet, &e.Counts
		want := map[string]any{
			"schema": n(1), "event": "packet", "frame": n(p.Number),
			"time": time.Unix(0, p.Time).UTC().Format("2006-01-02T15:04:05.000000000Z"), "ip_version": n(uint64(p.Version)),
			"src": netipOf(p, p.Src).String(), "dst": netipOf(p, p.Dst).String(), "ttl": n(uint64(p.TTL)),
			"ip_length": n(uint64(p.IPLen)), "proto": map[uint8]string{4: "icmp", 6: "icmp6"}[p.Version],
			"type": n(uint64(p.Type)), "code": n(0), "type_code": names[p.Type][0], "type_name": names[p.Type][1],
			"checksum": n(uint64(p.Checksum)), "checksum_status": map[icmp.Sum]string{icmp.SumGood: "good", icmp.SumBad: "bad"}[p.Sum],
			"id": n(uint64(p.Rest >> 16)), "seq": n(uint64(p.Rest & 0xffff)), "length": n(uint64(p.Length)),
			"flow": map[string]any{
				"icmp_request_count": n(c.Requests), "icmp_reply_count": n(c.Replies), "icmp_last_seq": n(uint64(e.LastSeq)),
				"pending": n(c.Pending), "lost": n(c.Lost), "late": n(c.Late), "duplicates": n(c.Duplicates),
				"unsolicited": n(c.Unsolicited), "out_of_order": n(c.OutOfOrder), "errors": n(c.Errors), "multi": n(c.Multi),
				"forgotten": n(c.Forgotten),
			},
		}
		switch p.Tags {
		case 0:
		case 1:
			want["vlan"] = []any{n(uint64(p.VLAN[0] & 0xfff))}
		default:
			want["vlan"] = []any{n(uint64(p.VLAN[0] & 0xfff)), n(uint64(p.VLAN[1] & 0xfff))}
		}
		if e.HasRTT {
			want["rtt_ns"] = n(uint64(e.RTT))
		}
		if e.Notes != 0 {
			want["notes"] = notesOf(&e)
		}
		line := string(j.Append(nil, &e, icmp.Frame{}))
		d := json.NewDecoder(strings.NewReader(line))
		d.UseNumber()
		got := map[string]any{}
		if err := d.Decode(&got); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("(-want +got)\n%s%s", diff, line)
		}
	}
}

// What is kept of a type is what is said of it the first time, and of that type alone.
func TestTypesAreKept(t *testing.T) {
	j := NewJSON(Options{})
	for range 2 {
		for n := range 1024 {
			p := packet(uint8(n), uint8(n>>8&1), 0)
			p.Version = 4 + uint8(n>>9)*2
			got := string(j.appendType([]byte("{}"), &p))
			if want := string(appendType([]byte("{}"), &p)); got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		}
	}
}
