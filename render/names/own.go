package names

import (
	"context"
	"net"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"icmpdump/capture/icmp"
	"icmpdump/internal/rescue"
)

// ownFor is how long a socket is remembered: while it is used, and until errors about it have come.
const ownFor = serverLimit + 10*time.Second

// own are the sockets from which names were asked for lately.
type own struct {
	last atomic.Int64 // until when the newest is remembered, ns since the Unix epoch; 0 if there was none

	mu      sync.Mutex // guards what follows: workers open sockets, and others ask for them
	sockets map[port]socket
	sweep   int // when there are so many, those that are over are looked for
}

// A port is one of this host's, of a protocol.
type port struct {
	proto  uint8
	number uint16
}

// A socket is who used a port.
type socket struct {
	addr        icmp.Addr // zero is any
	server      uint16    // the port that was asked
	from, until int64     // ns since the Unix epoch
}

// Own reports whether p is an error about a query of r's: one that quotes a datagram from a socket
// that r has, or had until some seconds before, to the port that it asked. The address that was asked
// does not matter: it may have been translated on the way. p's time is compared, so that nothing in a
// file of another day is taken for one.
func (r *Resolver) Own(p *icmp.Packet) bool {
	if p.Time > r.own.last.Load() || !p.IsError() {
		return false
	}
	q := p.Quoted()
	if q.Level != icmp.QuotePorts || q.IsICMP() {
		return false
	}
	r.own.mu.Lock()
	defer r.own.mu.Unlock()
	s, ok := r.own.sockets[port{q.Proto, q.SrcPort}]
	return ok && s.server == q.DstPort && (s.addr == q.Src || s.addr == icmp.Addr{}) && s.from <= p.Time && p.Time <= s.until
}

// add remembers a socket.
func (o *own) add(at port, s socket) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.sockets == nil {
		o.sockets, o.sweep = map[port]socket{}, 2*backlog
	}
	o.sockets[at] = s
	o.last.Store(s.until)
	if len(o.sockets) < o.sweep {
		return
	}
	for p, old := range o.sockets {
		if old.until < s.from {
			delete(o.sockets, p)
		}
	}
	o.sweep = max(2*backlog, 2*len(o.sockets))
}

// dial is that of a net.Resolver. The socket is known before it sends anything: that of UDP when it is
// connected, that of TCP, which sends then, when it has its port.
func (r *Resolver) dial(ctx context.Context, network, server string) (net.Conn, error) {
	if r.config.Server != "" {
		server = r.config.Server
	}
	now := r.config.Clock()
	s := socket{from: now.UnixNano(), until: now.Add(ownFor).UnixNano()}
	if to, err := netip.ParseAddrPort(server); err == nil {
		s.server = to.Port()
	}
	ctx, cancel := context.WithTimeout(ctx, serverLimit)
	var d net.Dialer
	if strings.HasPrefix(network, "tcp") {
		d.Control = func(network, _ string, c syscall.RawConn) error {
			n, err := bind(network, c)
			if err == nil {
				r.own.add(port{icmp.ProtoTCP, n}, s)
			}
			return err
		}
	}
	conn, err := d.DialContext(ctx, network, server)
	if err != nil {
		cancel()
		return nil, err
	}
	// What waits for an answer hears of nothing but its connection.
	context.AfterFunc(ctx, func() {
		defer rescue.Guard()
		conn.Close()
		cancel()
	})
	at := port{proto: icmp.ProtoTCP}
	var local netip.AddrPort
	switch a := conn.LocalAddr().(type) {
	case *net.UDPAddr:
		at.proto, local = icmp.ProtoUDP, a.AddrPort()
	case *net.TCPAddr:
		local = a.AddrPort()
	}
	at.number, s.addr = local.Port(), local.Addr().As16()
	r.own.add(at, s)
	return conn, nil
}

// bind gives a socket a port, which it returns.
func bind(network string, c syscall.RawConn) (n uint16, err error) {
	var any syscall.Sockaddr = new(syscall.SockaddrInet4)
	if strings.HasSuffix(network, "6") {
		any = new(syscall.SockaddrInet6)
	}
	refused := c.Control(func(fd uintptr) {
		if err = syscall.Bind(int(fd), any); err != nil {
			return
		}
		var a syscall.Sockaddr
		switch a, err = syscall.Getsockname(int(fd)); a := a.(type) {
		case *syscall.SockaddrInet4:
			n = uint16(a.Port)
		case *syscall.SockaddrInet6:
			n = uint16(a.Port)
		}
	})
	if err == nil {
		err = refused
	}
	return n, err
}
