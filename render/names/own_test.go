package names

import (
	"context"
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"

	"icmpdump/capture/icmp"
	"icmpdump/internal/forge"
	"icmpdump/internal/lab"
)

// queried is r after a query, and the socket that it was sent from.
func queried(t *testing.T, network string) (r *Resolver, c *clock, local netip.AddrPort, server uint16) {
	t.Helper()
	lab.Need(t)
	l, err := net.Listen("tcp", "127.0.0.1:0") // a port of both protocols' names
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	c = newClock()
	r = New(Config{Clock: c.Now, Server: l.Addr().String()})
	t.Cleanup(r.Close)
	conn, err := r.dial(context.Background(), network, "192.0.2.53:53")
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	local, err = netip.ParseAddrPort(conn.LocalAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	return r, c, local, netip.MustParseAddrPort(l.Addr().String()).Port()
}

// unreachable is an error that quotes a datagram.
func unreachable(t *testing.T, at time.Time, src string, l ...gopacket.SerializableLayer) *icmp.Packet {
	t.Helper()
	quoted := forge.Frame(append([]gopacket.SerializableLayer{forge.IP4(src, "192.0.2.53")}, l...)...)
	frame := forge.Frame(forge.IP4("192.0.2.1", src), &layers.ICMPv4{TypeCode: layers.CreateICMPv4TypeCode(icmp.TypeUnreachable, icmp.CodePort)}, gopacket.Payload(quoted))
	p := &icmp.Packet{Time: at.UnixNano()}
	if icmp.Decode(p, icmp.LinkRaw, frame, len(frame)); !p.IsError() || p.Quoted().Level == icmp.QuoteNone {
		t.Fatalf("%v", p.Status)
	}
	return p
}

func TestOwn(t *testing.T) {
	for _, network := range []string{"udp", "tcp"} {
		r, c, local, server := queried(t, network)
		transport := func(src, dst uint16) gopacket.SerializableLayer {
			if network == "tcp" {
				return &layers.TCP{SrcPort: layers.TCPPort(src), DstPort: layers.TCPPort(dst), SYN: true}
			}
			return &layers.UDP{SrcPort: layers.UDPPort(src), DstPort: layers.UDPPort(dst)}
		}
		other := gopacket.SerializableLayer(&layers.TCP{SrcPort: layers.TCPPort(local.Port()), DstPort: layers.TCPPort(server), SYN: true})
		if network == "tcp" {
			other = &layers.UDP{SrcPort: layers.UDPPort(local.Port()), DstPort: layers.UDPPort(server)}
		}
		mine, now := local.Addr().String(), c.Now()
		for _, tt := range []struct {
			name string
			p    *icmp.Packet
			want bool
		}{
			{"at once", unreachable(t, now, mine, transport(local.Port(), server)), true},
			{"some seconds later", unreachable(t, now.Add(ownFor), mine, transport(local.Port(), server)), true},
			{"too late", unreachable(t, now.Add(ownFor+1), mine, transport(local.Port(), server)), false},
			{"before", unreachable(t, now.Add(-1), mine, transport(local.Port(), server)), false},
			{"another port", unreachable(t, now, mine, transport(local.Port()-1, server)), false},
			{"another host", unreachable(t, now, "192.0.2.7", transport(local.Port(), server)), false},
			{"another server's port", unreachable(t, now, mine, transport(local.Port(), server-1)), false},
			{"another protocol", unreachable(t, now, mine, other), false},
			{"an echo", unreachable(t, now, mine, forge.Echo4(8, local.Port(), server)), false},
		} {
			if got := r.Own(tt.p); got != tt.want {
				t.Errorf("%s, %s: got %v, want %v", network, tt.name, got, tt.want)
			}
		}
	}
}

// A connection that is refused before it is one has been known by its port.
func TestOwnConnectionThatIsRefused(t *testing.T) {
	lab.Need(t)
	c := newClock()
	r := New(Config{Clock: c.Now, Server: "127.0.0.1:1"})
	defer r.Close()
	if conn, err := r.dial(context.Background(), "tcp", "192.0.2.53:53"); err == nil {
		conn.Close()
		t.Fatal("somebody listens to port 1")
	}
	if n := len(r.own.sockets); n != 1 {
		t.Fatalf("%d sockets are known, want 1", n)
	}
	for at := range r.own.sockets {
		p := unreachable(t, c.Now(), "127.0.0.1", &layers.TCP{SrcPort: layers.TCPPort(at.number), DstPort: 1, SYN: true})
		if at.number == 0 || !r.Own(p) {
			t.Errorf("%+v is not known by an error", at)
		}
	}
}

// Sockets that are over are forgotten.
func TestOwnIsBounded(t *testing.T) {
	var o own
	most := 0
	for i := range 60_000 {
		at := int64(i) * int64(time.Millisecond)
		o.add(port{icmp.ProtoUDP, uint16(i)}, socket{from: at, until: at + time.Second.Nanoseconds()})
		most = max(most, len(o.sockets))
	}
	if most > 4*backlog {
		t.Errorf("%d sockets were remembered, of 1,000 a second for a second", most)
	}
}
