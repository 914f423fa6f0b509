package names

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strings"
	"time"

	"icmpdump/capture/icmp"
	"icmpdump/render"
)

// An answer is what became of a question.
type answer uint8

const (
	found   answer = iota
	none           // there is no name, or none that can be one
	failed         // nobody knows: no server can be reached, or wants to answer
	silence        // likewise, and it took long
)

// lifetimes are how long answers count.
var lifetimes = [...]time.Duration{found: foundFor, none: noneFor, failed: failedFor, silence: failedFor}

// work asks for what is in the queue, until ctx is done.
func (r *Resolver) work(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case a := <-r.queue:
			name, what := r.ask(ctx, &a)
			if ctx.Err() != nil {
				return
			}
			r.learn(&a, name, what)
		}
	}
}

// ask asks for the name of a.
func (r *Resolver) ask(ctx context.Context, a *icmp.Addr) (render.Text, answer) {
	ctx, cancel := context.WithTimeout(ctx, queryLimit)
	defer cancel()
	quick, done := context.WithTimeout(ctx, serverLimit)
	defer done()
	resolver, local := r.dns, isLocal(a)
	if local {
		resolver = r.hosts
	}
	list, err := resolver.LookupAddr(ctx, netip.AddrFrom16(*a).Unmap().String())
	for _, name := range list {
		if text := r.text(name); text != (render.Text{}) {
			return text, found
		}
	}
	var dns *net.DNSError
	if local || list != nil || errors.As(err, &dns) && dns.IsNotFound { // an error comes with a list if there are names in it that can be none
		return render.Text{}, none
	}
	if quick.Err() != nil {
		return render.Text{}, silence
	}
	return render.Text{}, failed
}

// longestName is how many bytes a name has at most, without the dot at its end (RFC 1035, section
// 2.3.4, as text).
const longestName = 253

// text is a name as it is shown: without the dot at its end and, if only the host part is wanted,
// without what stands behind the first one. It is empty if the name can be none, or looks like an
// address: who answers for an address could make it look like another one.
func (r *Resolver) text(name string) render.Text {
	name = strings.TrimSuffix(name, ".")
	if len(name) > longestName || isNumber(name) || strings.Contains(name, ":") {
		return render.Text{}
	}
	if r.config.HostOnly {
		if host, _, _ := strings.Cut(name, "."); !isNumber(host) {
			name = host
		}
	}
	return render.Host(name)
}

// isNumber reports whether s has nothing but digits and dots.
func isNumber(s string) bool { return strings.Trim(s, "0123456789.") == "" }

// nameless reports whether a is nobody's: unspecified, or the broadcast address.
func nameless(a *icmp.Addr) bool {
	ip := netip.AddrFrom16(*a).Unmap()
	return ip.IsUnspecified() || ip == netip.AddrFrom4([4]byte{255, 255, 255, 255})
}

// isLocal reports whether a means something on this host or one link only, so that no name server
// knows it (RFC 6303, section 4), nor is to hear of it. IPv6 multicast has no names in the DNS either.
func isLocal(a *icmp.Addr) bool {
	ip := netip.AddrFrom16(*a).Unmap()
	return ip.IsLoopback() || ip.IsLinkLocalUnicast() || ip.Is6() && ip.IsMulticast()
}

// errRefused is for addresses that are not asked for in the DNS.
var errRefused = errors.New("no name server is to be asked")

func refuse(context.Context, string, string) (net.Conn, error) { return nil, errRefused }
