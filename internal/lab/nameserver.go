package lab

import (
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"golang.org/x/net/dns/dnsmessage"
)

// A Reply is what a name server says about an address. The zero value is that it has no name.
type Reply struct {
	Names     []string // with a dot at the end; what is no name is sent as it is
	Silent    bool     // say nothing
	Refused   bool     // say that nothing will be said
	Truncated bool     // say that it is too long for a datagram
}

// A NameServer answers for addresses.
type NameServer struct {
	conn  net.PacketConn
	reply func(netip.Addr) Reply

	mu    sync.Mutex
	asked []netip.Addr
}

// ServeNames answers what comes to conn, as reply has it, until the test ends.
func ServeNames(t testing.TB, conn net.PacketConn, reply func(netip.Addr) Reply) *NameServer {
	s := &NameServer{conn: conn, reply: reply}
	var done sync.WaitGroup
	done.Go(s.serve)
	t.Cleanup(func() {
		conn.Close()
		done.Wait()
	})
	return s
}

// Addr is where it listens, host:port.
func (s *NameServer) Addr() string { return s.conn.LocalAddr().String() }

// Asked are the addresses that it was asked about so far.
func (s *NameServer) Asked() []netip.Addr {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.asked)
}

func (s *NameServer) serve() {
	buf := make([]byte, 1500)
	for {
		n, from, err := s.conn.ReadFrom(buf)
		if err != nil {
			return
		}
		if b := s.answer(buf[:n]); b != nil {
			s.conn.WriteTo(b, from)
		}
	}
}

// answer is the answer to a query, or nil.
func (s *NameServer) answer(query []byte) []byte {
	var p dnsmessage.Parser
	h, err := p.Start(query)
	if err != nil {
		return nil
	}
	q, err := p.Question()
	if err != nil {
		return nil
	}
	addr := reversed(q.Name.String())
	s.mu.Lock()
	s.asked = append(s.asked, addr)
	s.mu.Unlock()
	r := s.reply(addr)
	if r.Silent {
		return nil
	}
	m := dnsmessage.Message{
		Header:    dnsmessage.Header{ID: h.ID, Response: true, RecursionDesired: true, RecursionAvailable: true, Truncated: r.Truncated},
		Questions: []dnsmessage.Question{q},
	}
	switch {
	case r.Refused:
		m.RCode = dnsmessage.RCodeRefused
	case len(r.Names) == 0:
		m.RCode = dnsmessage.RCodeNameError
	}
	for _, name := range r.Names {
		to := dnsmessage.Name{Length: uint8(len(name))} // NewName would look at it
		copy(to.Data[:], name)
		m.Answers = append(m.Answers, dnsmessage.Resource{
			Header: dnsmessage.ResourceHeader{Name: q.Name, Class: dnsmessage.ClassINET, TTL: 60},
			Body:   &dnsmessage.PTRResource{PTR: to},
		})
	}
	b, err := m.Pack()
	if err != nil {
		panic(err) // the test's reply makes no sense
	}
	return b
}

// reversed is the address that a name in in-addr.arpa or ip6.arpa stands for, or the zero one.
func reversed(name string) netip.Addr {
	if v4, ok := strings.CutSuffix(name, ".in-addr.arpa."); ok {
		labels := strings.Split(v4, ".")
		slices.Reverse(labels)
		a, _ := netip.ParseAddr(strings.Join(labels, "."))
		return a
	}
	v6, _ := strings.CutSuffix(name, ".ip6.arpa.")
	labels := strings.Split(v6, ".")
	slices.Reverse(labels)
	var b [16]byte
	if len(labels) != 2*len(b) {
		return netip.Addr{}
	}
	for i := range b {
		n, err := strconv.ParseUint(labels[2*i]+labels[2*i+1], 16, 8)
		if err != nil {
			return netip.Addr{}
		}
		b[i] = byte(n)
	}
	return netip.AddrFrom16(b)
}
