package screen

import (
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"

	"icmpdump/capture/icmp"
	"icmpdump/flowtable"
	"icmpdump/internal/forge"
	"icmpdump/render"
)

// noon is when packets of tests begin: 2026-11-21 12:00:00 UTC.
const noon = 1_795_262_400e9

// A stage is a capture that a test makes, packet by packet.
type stage struct {
	t       testing.TB
	table   *flowtable.Table
	history *History
	packets uint64
	last    int64 // the time of the last
	dropped uint64
	resets  int
	looks   int // how often rows were asked for
	ended   bool
	saves   []*Save
}

func newStage(t testing.TB) *stage {
	return &stage{t: t, table: flowtable.New(flowtable.Config{Recent: true, MaxFlows: 20000}), history: new(History)}
}

func (s *stage) Summary() *render.Summary {
	return &render.Summary{Live: true, Packets: s.packets, Last: s.last, Dropped: s.dropped, Totals: s.table.Since()}
}

func (s *stage) Rows(dst []flowtable.Row) []flowtable.Row {
	s.looks++
	return s.table.Rows(dst, nil)
}

func (s *stage) Changes() uint64 { return s.table.Changes() }

func (s *stage) Reset() {
	s.resets++
	s.table.Reset()
}

func (s *stage) Ended() bool { return s.ended }

func (s *stage) Save(save *Save) error {
	s.saves = append(s.saves, save)
	return nil
}

// add has a datagram come at a time after noon.
func (s *stage) add(at time.Duration, datagram []byte) {
	s.packets++
	p := icmp.Packet{Time: noon + at.Nanoseconds(), Number: s.packets, Iface: 2}
	icmp.Decode(&p, icmp.LinkRaw, datagram, len(datagram))
	s.last = p.Time
	var events flowtable.Events
	s.table.Add(&events, []icmp.Packet{p})
	for i := range events.All {
		e, f := &events.All[i], icmp.Frame{Link: icmp.LinkRaw, Data: datagram, Wire: len(datagram)}
		if e.Lost {
			f = icmp.Frame{}
		}
		s.history.Add(e, &f)
	}
}

// echoOf is an echo request (8) or its reply (0) between two hosts, of either version.
func echoOf(typ uint8, asker, asked string, id, seq uint16) []byte {
	from, to := asker, asked
	if typ == 0 {
		from, to = asked, asker
	}
	if strings.Contains(asker, ":") {
		return forge.Frame(forge.IP6(from, to), forge.ICMP6(map[uint8]uint8{8: 128, 0: 129}[typ], 0), forge.IDSeq(id, seq), gopacket.Payload(make([]byte, 8)))
	}
	return forge.Frame(forge.IP4(from, to), forge.Echo4(typ, id, seq), gopacket.Payload(make([]byte, 56)))
}

// ping has requests come a second apart, and of each what fates says became of it: "." an answer after rtt, "x" none,
// "d" two, "l" one that is late, "?" none yet.
func (s *stage) ping(at, rtt time.Duration, asker, asked string, id uint16, fates string) {
	for i, fate := range fates {
		seq := uint16(i + 1)
		begin := at + time.Duration(i)*time.Second
		s.add(begin, echoOf(8, asker, asked, id, seq))
		switch fate {
		case '.', 'd':
			s.add(begin+rtt, echoOf(0, asker, asked, id, seq))
		}
		if fate == 'd' {
			s.add(begin+2*rtt, echoOf(0, asker, asked, id, seq))
		}
	}
}

// refuse has an error come from a router about a datagram.
func (s *stage) refuse(at time.Duration, by, to string, typ, code uint8, datagram []byte) {
	s.add(at, forge.Error4(typ, code, 0, datagram[:28]).Datagram(by, to))
}

func udp(from, to string, source, port layers.UDPPort) []byte {
	return forge.Frame(forge.IP4(from, to), &layers.UDP{SrcPort: source, DstPort: port}, gopacket.Payload(make([]byte, 8)))
}

// theStage has flows of every sort.
func theStage(t testing.TB) *stage {
	s := newStage(t)
	s.ping(0, 12*time.Millisecond, "10.0.0.5", "198.51.100.7", 4660, "....x...d.....xx....")
	s.ping(20*time.Second, 340*time.Microsecond, "10.0.0.5", "10.0.0.1", 7, "..............")
	s.ping(34*time.Second, 23456*time.Microsecond, "2001:db8::10", "2001:db8:ff:1:2:3:4:7", 21, "....xx..")
	ping := echoOf(8, "10.0.0.5", "203.0.113.9", 99, 1)
	s.add(42*time.Second, ping)
	s.refuse(42010*time.Millisecond, "198.51.100.1", "10.0.0.5", 3, 1, ping)
	for i := range 5 {
		s.refuse(43*time.Second+time.Duration(i)*100*time.Millisecond, "192.0.2.9", "10.0.0.5", 3, 3, udp("10.0.0.5", "192.0.2.9", 40112+layers.UDPPort(i), 53))
	}
	for i := range 3 {
		s.refuse(44*time.Second+time.Duration(i)*100*time.Millisecond, "10.0.0.1", "10.0.0.5", 11, 0, udp("10.0.0.5", "198.51.100.7", 51000, 33434+layers.UDPPort(i)))
	}
	s.add(45*time.Second, forge.NeighborSolicit6("fe80::1").Datagram("fe80::5", "ff02::1:ff00:1"))
	s.add(45*time.Second+time.Millisecond, forge.NeighborAdvert6(3, "fe80::1").Datagram("fe80::1", "fe80::5"))
	s.add(46*time.Second, forge.Message6(134, 0, 0, make([]byte, 8)).Datagram("fe80::1", "ff02::1"))
	s.ping(47*time.Second, 5*time.Millisecond, "192.168.100.200", "192.168.200.100", 65535, "d.?")
	s.add(50*time.Second, echoOf(0, "10.0.0.5", "198.51.100.7", 4660, 5)) // late
	return s
}

// screen is a model that looks at s.
func (s *stage) screen(width, height int, change func(*Config)) *Model {
	c := Config{
		Feed: s, History: s.history, Of: []string{"eth0"}, Live: true, FPS: 4,
		Draw: render.Options{Counters: true, Location: time.FixedZone("CET", 3600)},
	}
	if change != nil {
		change(&c)
	}
	m := New(c)
	m.Init()
	m.Update(tea.WindowSizeMsg{Width: width, Height: height})
	return m
}

// shown is the screen without styles.
func shown(m *Model) string { return ansi.Strip(m.View().Content) }

// enter types a text into a prompt.
func enter(m *Model, text string) {
	for _, r := range text {
		m.Update(tea.KeyPressMsg{Text: string(r), Code: r})
	}
}
