package screen

import (
	"fmt"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"icmpdump/capture/icmp"
	"icmpdump/flowtable"
)

// crowd has so many flows of three requests each; one in seven is refused.
func crowd(t testing.TB, flows int) *stage {
	s := newStage(t)
	s.table = flowtable.New(flowtable.Config{Recent: true, MaxFlows: 65536})
	for i := range flows {
		asked := fmt.Sprintf("198.%d.%d.%d", i>>16, i>>8&255, i&255)
		for seq := range uint16(3) {
			at := time.Duration(i)*time.Millisecond/10 + time.Duration(seq)*time.Second
			s.send(at, echoOf(8, "10.0.0.5", asked, uint16(i), seq))
			if i%7 > 0 || seq > 0 {
				s.send(at+time.Duration(1+i%50)*time.Millisecond, echoOf(0, "10.0.0.5", asked, uint16(i), seq))
			}
		}
	}
	return s
}

// send is add without an event.
func (s *stage) send(at time.Duration, datagram []byte) {
	s.packets++
	p := icmp.Packet{Time: noon + at.Nanoseconds(), Number: s.packets}
	icmp.Decode(&p, icmp.LinkRaw, datagram, len(datagram))
	s.table.Add(nil, []icmp.Packet{p})
}

// A frame is a look at all flows, and the screen drawn anew: at 4 a second and 5 % of a core it may take 12.5 ms.
func BenchmarkFrame(b *testing.B) {
	for _, flows := range []int{1000, 10000, 65536} {
		for _, by := range []string{"start", "lost", "p95"} {
			b.Run(fmt.Sprintf("%d/%s", flows, by), func(b *testing.B) {
				s := crowd(b, flows)
				s.add(time.Minute, echoOf(8, "10.0.0.5", "10.0.0.6", 1, 1))
				m := s.screen(120, 40, func(c *Config) { c.Draw.Color = true })
				for orders[m.list.order].name != by {
					m.Update(tea.KeyPressMsg{Text: "s", Code: 's'})
				}
				press(m, "j", "j")
				datagram := echoOf(8, "10.0.0.5", "10.0.0.6", 1, 2)
				b.ReportAllocs()
				for b.Loop() {
					s.send(time.Minute, datagram)
					m.Update(tick(time.Time{}))
					m.View()
				}
			})
		}
	}
}

// What did not change is not drawn anew.
func BenchmarkQuietFrame(b *testing.B) {
	s := crowd(b, 10000)
	m := s.screen(120, 40, nil)
	b.ReportAllocs()
	for b.Loop() {
		m.Update(tick(time.Time{}))
		m.View()
	}
}

// A frame makes no more garbage for many flows than for few: only what is seen is drawn, and all else is memory that is
// used again.
func TestFrameMemory(t *testing.T) {
	s := crowd(t, 5000)
	m := s.screen(120, 40, func(c *Config) { c.Draw.Color = true })
	seq := uint16(0)
	got := testing.AllocsPerRun(50, func() {
		seq++
		s.send(time.Minute, echoOf(8, "10.0.0.5", "10.0.0.6", 1, seq))
		m.Update(tick(time.Time{}))
		m.View()
	})
	if got > 250 {
		t.Errorf("%v allocations", got)
	}
}
