// Package filter compiles expressions of pcap-filter(7), and some primitives of its own, to classic
// BPF: for the kernel, behind a packet socket of type SOCK_RAW, and for a machine of its own, which
// judges frames of files and what the kernel's program could only narrow.
//
// A text becomes an expr, which knows nothing of packets; for each class of packets a cond; all of
// these one graph of tests, with equal parts shared; and the graph instructions.
package filter

import (
	"icmpdump/internal/caret"

	"golang.org/x/net/bpf"
)

// Direction is which packets are wanted by where they go.
type Direction uint8

// The directions, as tcpdump's -Q has them.
const (
	InOut Direction = iota
	In
	Out
)

// Config narrows the base program.
type Config struct {
	Snaplen   uint32 // bytes to keep of a packet, 0 for all
	Direction Direction
	Ifaces    []int // interface indexes, any of which will do; empty for all
}

// Offsets into the kernel's metadata and link types (linux/filter.h, linux/if_packet.h,
// linux/if_arp.h).
const (
	netOff         = 0xfff00000 // SKF_NET_OFF: the network header, wherever it is
	pktOutgoing    = 4          // PACKET_OUTGOING
	hatypeEther    = 1          // ARPHRD_ETHER
	hatypeLoopback = 772        // ARPHRD_LOOPBACK, which has an Ethernet header as well
)

// EtherTypes, headers of logical link control, and IP protocols.
const (
	etherIPv4 = 0x0800
	etherIPv6 = 0x86dd
	maxLength = 1500       // of a frame that has its length in the place of an EtherType
	llcSNAP   = 0xaaaa0300 // what such a frame begins with if SNAP follows: IEEE 802.2
	llcIP     = 0x060603   // and if IP does
	protoICMP = 1
	protoICM6 = 58
	protoAH   = 51
	inline    = 2 // tags in a frame's bytes that are looked behind
)

// Where an IP header has the protocol of what stands behind it.
const (
	protocol4   = 9 // RFC 791, section 3.1
	nextHeader6 = 6 // RFC 8200, section 3
)

// vlanTypes are the EtherTypes of VLAN tags.
var vlanTypes = []uint32{0x8100, 0x88a8, 0x9100}

// chain6 are the extension headers that ICMP may stand behind: hop-by-hop, routing, fragment,
// authentication, destination options, mobility, HIP, Shim6. The decoder walks the chain.
var chain6 = []uint32{0, 43, 44, 51, 60, 135, 139, 140}

// RejectAll is the program to have in place while a socket is not ready.
func RejectAll() []bpf.RawInstruction {
	return []bpf.RawInstruction{{Op: classRET}}
}

// A Filter is an expression. One that is nil matches everything.
type Filter struct {
	text   string
	expr   expr
	ifaces []string // names in it, by number
	own    []bpf.RawInstruction
}

// Parse reads an expression; an empty one matches everything. An error is a *caret.Error.
func Parse(text string, look Lookup) (*Filter, error) {
	p := parser{text: text, look: look}
	if p.atEnd() {
		return nil, nil
	}
	f := &Filter{text: text, expr: p.whole(), ifaces: p.ifaces}
	if p.err != nil {
		return nil, p.err
	}
	own, err := ownProgram(f.expr)
	if err != nil {
		return nil, &caret.Error{Expr: text, Text: err.Error()}
	}
	f.own = own
	return f, nil
}

// String is the expression with all qualifiers, and parentheses where they are needed.
func (f *Filter) String() string {
	if f == nil {
		return ""
	}
	return f.expr.String()
}

// A Program is what the kernel runs.
type Program struct {
	Code []bpf.RawInstruction // no longer than the kernel takes

	// UserSpace are the parts of the expression that Code only narrows: it passes what matches, and
	// more, and a Machine has to decide. If there is none, Code is exact.
	UserSpace []string
}

// Base is the program that passes ICMP and ICMPv6: tagged (a stripped tag and up to two
// inline) or not, behind extension headers, fragments included, on links with and without an
// Ethernet header, received and sent.
//
// A frame's own bytes say what it is on Ethernet, since that is the only account that is the
// same for received frames (whose outer tag the kernel takes off, moving the rest together)
// and sent ones (whose tags are inline, while the kernel's network offset skips them). On
// other links it is the kernel's protocol and network offset.
func Base(c Config) ([]bpf.RawInstruction, error) {
	var f *Filter
	p, err := f.Program(c)
	return p.Code, err
}

// maxBlocks is how many tests there may be before it is known which can be reached: of so many, more than
// fit are left.
const maxBlocks = 8 * maxInstructions

// Program is Base and f together. Of what the kernel cannot judge, or is too long for it, it passes all.
func (f *Filter) Program(c Config) (Program, error) {
	if f == nil {
		code, err := newKernel(nil).program(c)
		return Program{Code: code}, err
	}
	if k := newKernel(f.expr); len(k.graph.blocks) <= maxBlocks {
		code, err := k.program(c)
		if err == nil && len(code) <= maxInstructions {
			return Program{Code: code, UserSpace: k.undecided}, nil
		}
	}
	base, err := Base(c)
	return Program{Code: base, UserSpace: []string{f.text}}, err
}
