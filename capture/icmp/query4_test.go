package icmp

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/icmp"
	"golang.org/x/net/ipv4"

	"icmpdump/internal/forge"
)

// detailTests are messages that have more to say than a Packet holds: damaged, they must be read
// with care.
var detailTests = []decodeTest{
	{
		name: "labels",
		link: LinkRaw,
		frame: `4500 00ac 0001 0000 40 01 0000 c0000209 0a000001 # IPv4
			0b00 0000 0020 0000                                    # time exceeded, 128 bytes are quoted
			` + quoted128 + twoLabels,
		want: Packet{Status: OK, Version: 4,
			Src: v4(192, 0, 2, 9), Dst: v4(10, 0, 0, 1), TTL: 64, IPID: 1, IPLen: 172, Length: 152,
			Type: 11, Sum: SumBad, Rest: 0x200000, Got: 8,
			Quote: Quote{Src: v4(10, 0, 0, 1), Dst: v4(192, 0, 2, 9), Proto: 17, SrcPort: 40104, DstPort: 53, Level: QuotePorts}},
	},
	{
		name: "PROBE request by name and address",
		link: LinkRaw,
		frame: `4500 0038 0001 0000 40 01 0000 c0000209 0a000001 # IPv4
			2a00 0000 1234 0701            # extended echo request
			2000 0000                      # version 2, no checksum
			0018 02 0f 00000007 0001 0000 0a000001 08 65746830 000000`,
		want: Packet{Status: OK, Version: 4,
			Src: v4(192, 0, 2, 9), Dst: v4(10, 0, 0, 1), TTL: 64, IPID: 1, IPLen: 56, Length: 36,
			Type: 42, Sum: SumBad, Rest: 0x12340701, Got: 8},
	},
	{
		name: "agent advertisement",
		link: LinkRaw,
		frame: `4500 0033 0001 0000 40 01 0000 c0000209 0a000001 # IPv4
			0910 0000 01 02 0708 0a000001 00000005 # router advertisement
			1301 18 00 100a 0001 0708 9000 c0000201`,
		want: Packet{Status: OK, Version: 4,
			Src: v4(192, 0, 2, 9), Dst: v4(10, 0, 0, 1), TTL: 64, IPID: 1, IPLen: 51, Length: 31,
			Type: 9, Code: 16, Sum: SumBad, Rest: 0x01020708, Got: 8},
	},
	{
		name: "timestamp reply",
		link: LinkRaw,
		frame: `4500 0028 0001 0000 40 01 0000 c0000209 0a000001 # IPv4
			0e00 0000 1234 0007 00000001 02932e00 80000002`,
		want: Packet{Status: OK, Version: 4,
			Src: v4(192, 0, 2, 9), Dst: v4(10, 0, 0, 1), TTL: 64, IPID: 1, IPLen: 40, Length: 20,
			Type: 14, Sum: SumBad, Rest: 0x12340007, Got: 8},
	},
	{
		name: "unreachable, with a TCP segment",
		link: LinkRaw,
		frame: `4500 0054 0001 0000 40 01 0000 c0000209 0a000001 # IPv4
			0303 0000 00000000                                     # port unreachable
			4500 0038 0001 0000 01 06 0000 0a000001 c0000209      # IPv4
			9ca8 0050 00000001 00000000 9002 7210 0000 0000 020405b4 0402 0101 0303 0700 00000000`,
		want: Packet{Status: OK, Version: 4,
			Src: v4(192, 0, 2, 9), Dst: v4(10, 0, 0, 1), TTL: 64, IPID: 1, IPLen: 84, Length: 64,
			Type: 3, Code: 3, Sum: SumBad, Got: 8,
			Quote: Quote{Src: v4(10, 0, 0, 1), Dst: v4(192, 0, 2, 9), Proto: 6, SrcPort: 40104, DstPort: 80, Level: QuotePorts}},
	},
}

// message4 is the packet of an ICMPv4 message.
func message4(t *testing.T, digits string) (*Packet, []byte) {
	t.Helper()
	msg := forge.Hex(digits)
	b := append(forge.Hex(`4500 0000 0001 0000 40 01 0000 c0000209 0a000001`), msg...)
	var p Packet
	Decode(&p, LinkRaw, b, len(b))
	return &p, msg
}

func TestTimestamps(t *testing.T) {
	p, msg := message4(t, "0e00 0000 1234 0007 00000001 02932e00 80000002")
	if got, ok := p.Timestamps(msg); got != (Timestamps{1, 43200000, 0x80000002}) || !ok {
		t.Errorf("got %+v, %v", got, ok)
	}
	if got, ok := p.Timestamps(msg[:19]); ok {
		t.Errorf("cut short: %+v", got)
	}
	if _, ok := p.AddressMask(msg); ok {
		t.Error("a timestamp has no mask")
	}
}

func TestAddressMask(t *testing.T) {
	p, msg := message4(t, "1200 0000 1234 0007 ffffff00")
	if got, ok := p.AddressMask(msg); got != 0xffffff00 || !ok {
		t.Errorf("got %x, %v", got, ok)
	}
	if got, ok := p.AddressMask(msg[:11]); ok {
		t.Errorf("cut short: %x", got)
	}
	if _, ok := p.Timestamps(msg); ok {
		t.Error("a mask has no times")
	}
}

func TestProbe(t *testing.T) {
	for _, tt := range []struct {
		name, msg string
		want      Probe
		ok        bool
	}{
		{"request", "2a00 0000 1234 0701", Probe{Local: true}, true},
		{"request for a neighbor", "2a00 0000 1234 0700", Probe{}, true},
		{"reply", "2b00 0000 1234 0746", Probe{Reply: true, State: 2, Active: true, IPv4: true}, true},
		{"reply, with what is reserved", "2b00 0000 1234 07f9", Probe{Reply: true, State: 7, IPv6: true}, true},
		{"echo", "0800 0000 1234 0701", Probe{}, false},
		{"cut short", "2a00 0000 1234 07", Probe{}, false},
	} {
		p, _ := message4(t, tt.msg)
		if got, ok := p.Probe(); got != tt.want || ok != tt.ok {
			t.Errorf("%s: got %+v, %v", tt.name, got, ok)
		}
	}
}

// A PROBE that x/net writes is read.
func TestProbeOfXNet(t *testing.T) {
	m := icmp.Message{Type: ipv4.ICMPTypeExtendedEchoRequest, Body: &icmp.ExtendedEchoRequest{
		ID: 1, Seq: 2, Local: true,
		Extensions: []icmp.Extension{&icmp.InterfaceIdent{Class: 3, Type: 1, Name: "en101"}},
	}}
	msg, err := m.Marshal(nil)
	if err != nil {
		t.Fatal(err)
	}
	b := append(forge.Hex(`4500 0000 0001 0000 40 01 0000 c0000209 0a000001`), msg...)
	var p Packet
	if st := Decode(&p, LinkRaw, b, len(b)); st != OK || p.Sum != SumGood {
		t.Errorf("%v, checksum %v", st, p.Sum)
	}
	e, ok := p.Extensions(msg)
	if !ok || e.Sum != SumGood {
		t.Fatalf("extensions %+v, %v", e, ok)
	}
	o, _ := e.Next()
	if i, _ := o.Interface(); string(i.Name) != "en101" {
		t.Errorf("object %+v is of interface %q", o, i.Name)
	}
	if probe, _ := p.Probe(); !probe.Local {
		t.Errorf("got %+v", probe)
	}
}

func TestRouterAdvert4(t *testing.T) {
	for _, tt := range []struct {
		name, msg string
		want      RouterAdvert4
		addrs     []RouterAddr
		agent     []AgentExtension
	}{
		{"two addresses", "0900 0000 02 02 0708 0a000001 00000000 0a000002 80000000",
			RouterAdvert4{Addrs: 2, EntrySize: 2, Lifetime: 1800},
			[]RouterAddr{{v4(10, 0, 0, 1), 0}, {v4(10, 0, 0, 2), -1 << 31}}, nil},
		{"longer entries", "0900 0000 02 03 0708 0a000001 00000005 ffffffff 0a000002 00000006 ffffffff",
			RouterAdvert4{Addrs: 2, EntrySize: 3, Lifetime: 1800},
			[]RouterAddr{{v4(10, 0, 0, 1), 5}, {v4(10, 0, 0, 2), 6}}, nil},
		{"entries that are too short", "0900 0000 02 01 0708 0a000001 0a000002",
			RouterAdvert4{Addrs: 2, EntrySize: 1, Lifetime: 1800}, nil, nil},
		{"fewer addresses than it says", "0900 0000 02 02 0708 0a000001 00000000 0a000002",
			RouterAdvert4{Addrs: 2, EntrySize: 2, Lifetime: 1800}, []RouterAddr{{v4(10, 0, 0, 1), 0}}, nil},
		{"agent, behind padding", "0910 0000 01 02 0708 0a000001 00000000 00 1306 18ffffffffff 7701 aa 00 1004 0102 0304",
			RouterAdvert4{Addrs: 1, EntrySize: 2, Lifetime: 1800}, []RouterAddr{{v4(10, 0, 0, 1), 0}},
			[]AgentExtension{
				{AgentPrefixes, []byte{0x18, 0xff, 0xff, 0xff, 0xff, 0xff}}, {0x77, []byte{0xaa}},
				{agentMobility, []byte{1, 2, 3, 4}},
			}},
		{"extension cut short", "0910 0000 00 02 0708 10ff 01", RouterAdvert4{EntrySize: 2, Lifetime: 1800}, nil,
			[]AgentExtension{{agentMobility, []byte{1}}}},
	} {
		p, msg := message4(t, tt.msg)
		got, ok := p.RouterAdvert4(msg)
		agent := got.Agent(msg)
		want := tt.want
		want.rest = got.rest
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(RouterAdvert4{})); diff != "" || !ok {
			t.Errorf("%s: %v (-want +got)\n%s", tt.name, ok, diff)
		}
		var addrs []RouterAddr
		for a, ok := got.Next(); ok; a, ok = got.Next() {
			addrs = append(addrs, a)
		}
		var extensions []AgentExtension
		for x, ok := agent.Next(); ok; x, ok = agent.Next() {
			extensions = append(extensions, x)
		}
		if diff := cmp.Diff(tt.addrs, addrs); diff != "" {
			t.Errorf("%s: addresses (-want +got)\n%s", tt.name, diff)
		}
		if diff := cmp.Diff(tt.agent, extensions); diff != "" {
			t.Errorf("%s: extensions (-want +got)\n%s", tt.name, diff)
		}
	}
	if _, ok := (&Packet{Version: 6, Type: TypeRouterAdvert}).RouterAdvert4(make([]byte, 16)); ok {
		t.Error("IPv6 has another")
	}
}

func TestMobility(t *testing.T) {
	x := AgentExtension{agentMobility, forge.Hex("0007 ffff b180 c0000201 c0000202 c0")}
	m, ok := x.Mobility()
	if !ok || m.Seq != 7 || m.Lifetime != 65535 || m.Flags != AgentRegistration|AgentHome|AgentForeign|AgentTunneling|AgentUDPTunneling {
		t.Errorf("got %+v, %v", m, ok)
	}
	for _, want := range []Addr{v4(192, 0, 2, 1), v4(192, 0, 2, 2)} {
		if got, ok := m.Next(); got != want || !ok {
			t.Errorf("care-of address %v, %v, want %v", got, ok, want)
		}
	}
	if a, ok := m.Next(); ok {
		t.Errorf("one byte is no address: %v", a)
	}
	if m, ok := (&AgentExtension{agentMobility, []byte{0, 7, 0, 1, 0}}).Mobility(); ok {
		t.Errorf("cut short: %+v", m)
	}
}

// checkQueries4 holds what is shown of other messages to what is true of any.
func checkQueries4(t *testing.T, p *Packet, msg []byte) {
	t.Helper()
	p.Timestamps(msg)
	p.AddressMask(msg)
	if b, ok := p.Probe(); ok && (p.Got < 8 || b.Local && b.Reply) {
		t.Fatalf("%+v of %d bytes", b, p.Got)
	}
	r, ok := p.RouterAdvert4(msg)
	if !ok {
		return
	}
	agent := r.Agent(msg)
	n := 0
	for _, ok := r.Next(); ok; _, ok = r.Next() {
		n++
	}
	if n > int(r.Addrs) {
		t.Fatalf("%d addresses of %d", n, r.Addrs)
	}
	for x, ok := agent.Next(); ok; x, ok = agent.Next() {
		if m, ok := x.Mobility(); ok {
			for _, ok := m.Next(); ok; _, ok = m.Next() {
			}
		}
	}
}
