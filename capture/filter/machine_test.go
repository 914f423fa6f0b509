package filter

import (
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"golang.org/x/net/bpf"

	"icmpdump/capture"
	"icmpdump/capture/icmp"
	"icmpdump/internal/forge"
)

// randomProgram is one that both machines know all of: it ends in a return, and jumps stay inside.
func randomProgram(r *rand.Rand) []bpf.RawInstruction {
	sizes := []uint16{sizeW, sizeH, sizeB}
	alu := []uint16{aluADD, aluSUB, aluMUL, aluDIV, aluMOD, aluOR, aluAND, aluXOR, aluLSH, aluRSH}
	jumps := []uint16{jmpJEQ, jmpJGT, jmpJGE, jmpJSET}
	n := 2 + r.IntN(40)
	code := make([]bpf.RawInstruction, n)
	for i := range code {
		k := uint32(r.IntN(70))
		ins := &code[i]
		switch left := n - i - 2; r.IntN(12) {
		case 0:
			*ins = bpf.RawInstruction{Op: classLD | modeABS | sizes[r.IntN(3)], K: k}
		case 1:
			*ins = bpf.RawInstruction{Op: classLD | modeIND | sizes[r.IntN(3)], K: k / 2}
		case 2:
			*ins = bpf.RawInstruction{Op: classLD | modeIMM, K: k}
		case 3:
			*ins = bpf.RawInstruction{Op: classLD | modeMEM, K: k % memSlots}
		case 4:
			*ins = bpf.RawInstruction{Op: classLDX | []uint16{modeIMM, modeMEM}[r.IntN(2)], K: k % memSlots}
		case 5:
			*ins = bpf.RawInstruction{Op: []uint16{classST, classSTX}[r.IntN(2)], K: k % memSlots}
		case 6:
			*ins = bpf.RawInstruction{Op: []uint16{tax, txa}[r.IntN(2)]}
		case 7: // a shift by more than 31 is another thing in each machine
			*ins = bpf.RawInstruction{Op: classALU | alu[r.IntN(len(alu))], K: 1 + k%31}
		case 8:
			*ins = bpf.RawInstruction{Op: classALU | srcX | alu[r.IntN(8)]}
		case 9:
			if *ins = (bpf.RawInstruction{Op: classLD | modeIMM, K: k}); left > 0 {
				*ins = bpf.RawInstruction{Op: classJMP | jmpJA, K: uint32(r.IntN(min(left, 3) + 1))}
			}
		default:
			if *ins = (bpf.RawInstruction{Op: classLD | modeIMM, K: k}); left > 0 {
				*ins = bpf.RawInstruction{Op: classJMP | jumps[r.IntN(4)] | []uint16{srcK, srcX}[r.IntN(2)], K: k,
					Jt: uint8(r.IntN(min(left, 5) + 1)), Jf: uint8(r.IntN(min(left, 5) + 1))}
			}
		}
	}
	code[n-1] = bpf.RawInstruction{Op: classRET, K: uint32(1 + r.IntN(100))}
	return code
}

// Our machine runs what x/net's does, to the same end.
func TestMachineIsClassicBPF(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 0))
	ends := map[uint32]int{}
	for range 20000 {
		code := randomProgram(r)
		prog, ok := bpf.Disassemble(code)
		if !ok {
			t.Fatalf("does not disassemble:\n%s", AppendProgram(nil, code, 1))
		}
		vm, err := bpf.NewVM(prog)
		if err != nil {
			t.Fatalf("%v\n%s", err, AppendProgram(nil, code, 1))
		}
		data := make([]byte, r.IntN(80))
		for i := range data {
			data[i] = byte(r.Uint32())
		}
		want, err := vm.Run(data)
		if err != nil {
			t.Fatal(err)
		}
		m := Machine{code: code, place: place{data: data}}
		got := m.run(0)
		if got != uint32(want) {
			t.Fatalf("got %d, want %d of %x:\n%s", got, want, data, AppendProgram(nil, code, 1))
		}
		ends[got]++
	}
	if len(ends) < 50 || ends[0] < 1000 || ends[0] > 19000 {
		t.Errorf("programs ended in %d ways, %d times with 0: that tests little", len(ends), ends[0])
	}
}

// ping is an echo request as a frame of that link type, with tags if it is Ethernet.
func ping(link int, tags ...uint16) []byte {
	return forge.Link(forge.Links[link], forge.Frame(forge.IP4("10.0.0.5", "192.0.2.7"), forge.Echo4(8, 4660, 7), gopacket.Payload("data")), tags...)
}

// What does not depend on a frame's bytes alone, and what libpcap does not see.
func TestMatch(t *testing.T) {
	live := func(b []byte, dir icmp.Dir) *capture.Frame {
		return &capture.Frame{Frame: icmp.Frame{Data: b, Wire: len(b), Link: icmp.LinkEthernet}, Iface: 7, Dir: dir}
	}
	stripped := func(b []byte) *capture.Frame {
		fr := live(slices.Concat(b[:12], b[16:]), icmp.DirIn)
		fr.TPID, fr.TCI = 0x8100, uint16(b[14])<<8|uint16(b[15])
		return fr
	}
	linked := func(link int) *capture.Frame {
		b := ping(link)
		return &capture.Frame{Frame: icmp.Frame{Data: b, Wire: len(b), Link: icmp.LinkEthernet + icmp.Link(link)}}
	}
	echo6 := []gopacket.SerializableLayer{forge.ICMP6(128, 0), forge.IDSeq(5, 6)}
	chain := live(forge.Frame(slices.Concat([]gopacket.SerializableLayer{forge.Ether([]byte{2, 0, 0, 0, 0, 1}), forge.IP6("2001:db8::1", "2001:db8::2"),
		forge.Pad(6), forge.PadDst(14)}, echo6)...), icmp.DirIn)
	probe := live(forge.Frame(forge.Ether([]byte{2, 0, 0, 0, 0, 1}), forge.IP4("10.0.0.5", "192.0.2.7"), forge.Echo4(42, 9, 0x0301)), icmp.DirOut)
	quoted := forge.Frame(forge.IP4("10.9.9.9", "198.51.100.7"), &layers.UDP{SrcPort: 1, DstPort: 2}, gopacket.Payload("12345678"))
	unreach := live(forge.Frame(forge.Ether([]byte{2, 0, 0, 0, 0, 1}), forge.IP4("10.0.0.5", "10.9.9.9"), forge.Echo4(3, 0, 0), gopacket.Payload(quoted)), icmp.DirIn)
	for name, tt := range map[string]struct {
		fr    *capture.Frame
		holds []string
		fails []string
	}{
		"a frame that was sent":            {live(ping(0), icmp.DirOut), []string{"outbound", "not inbound", "icmp"}, []string{"inbound", "not outbound"}},
		"one that was received":            {live(ping(0), icmp.DirMulticast), []string{"inbound", "not outbound"}, []string{"outbound"}},
		"one whose direction is not known": {live(ping(0), icmp.DirUnknown), []string{"not inbound", "not outbound"}, []string{"inbound", "outbound"}},
		"on an interface":                  {live(ping(0), icmp.DirIn), []string{"ifname eth7", "on eth7 and not on eth8"}, []string{"ifname eth8", "ifname eth"}},
		"no tag":                           {live(ping(0), icmp.DirIn), []string{"not vlan", "len = 60"}, []string{"vlan", "vlan 0"}},
		"a tag in the frame": {live(ping(0, 0x6064), icmp.DirIn), []string{"vlan", "vlan 100", "vlan 100 and host 10.0.0.5 and icmp[0] = 8 and ip[0] = 0x45",
			"ether[12:2] = 0x8100", "ether[14:2] = 0x6064", "ether[16:2] = 0x800", "ether[18] = 0x45", "len = 60"}, []string{"vlan 1", "not vlan 100"}},
		"a tag beside the frame": {stripped(ping(0, 0x6064)), []string{"vlan", "vlan 100", "vlan 100 and host 10.0.0.5 and icmp[0] = 8 and ip[0] = 0x45",
			"ether[12:2] = 0x8100", "ether[14:2] = 0x6064", "ether[16:2] = 0x800", "ether[18] = 0x45", "ether[10:4] = 0x00778100", "ether[13:4] = 0x00606408",
			"ether[15] = 0x64", "len = 60", "greater 60", "less 60"}, []string{"vlan 1", "not vlan 100", "less 59"}},
		"three tags": {stripped(ping(0, 1, 2, 3)), []string{"vlan 1 and vlan 2 and vlan 3 and icmp", "vlan and icmp[4:2] = 4660"}, []string{"vlan 4"}},
		"SNAP":       {live(forge.SNAP(ping(0)), icmp.DirIn), []string{"icmp", "ip", "host 10.0.0.5", "icmp[4:2] = 4660", "ether proto 0x800"}, []string{"ip6"}},
		"raw IP": {linked(1), []string{"icmp", "host 10.0.0.5", "id 4660 and seq 7", "link[0] = 0x45"},
			[]string{"ether multicast", "ether src 0:0:0:0:0:0", "broadcast"}},
		"BSD loopback":      {linked(2), []string{"icmp", "host 10.0.0.5", "id 4660"}, []string{"ip6", "multicast"}},
		"cooked":            {linked(4), []string{"icmp", "host 10.0.0.5", "id 4660", "inbound"}, []string{"ip6", "outbound"}},
		"cooked, version 2": {linked(5), []string{"icmp", "host 10.0.0.5", "id 4660", "inbound", "ifname lo"}, []string{"ip6", "ifname eth7"}},
		"extension headers": {chain, []string{"icmp6", "ip6 proto 58", "ip6 proto 0", "ip6 proto 60", "proto 58", "icmp6[0] = 128", "icmp6[icmp6type] = icmp6-echo",
			"type echo", "id 5 and seq 6", "host 2001:db8::1", "ip6[6] = 0"}, []string{"icmp", "ip6 proto 44", "ip6 proto 6", "icmp6[0] != 128", "ip proto 58"}},
		"PROBE": {probe, []string{"id 9", "seq 3", "type 42", "type extended-echo-request", "seq < 4"}, []string{"seq 1", "seq 769", "type echo"}},
		"an error": {unreach, []string{"quoted host 198.51.100.7", "quoted src 10.9.9.9 and quoted dst net 198.51.100.0/24", "quoted src or dst net 10", "type unreach",
			"type destination-unreachable", "type icmp-unreach", "not id 0"}, []string{"quoted host 10.0.0.5", "quoted dst 10.9.9.9", "id 0", "seq 0", "type icmp6-destinationunreach", "quoted host ::1"}},
		"ARP": {live(forge.Frame(forge.Ether([]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}), &layers.ARP{AddrType: 1, Protocol: 0x800, HwAddressSize: 6, ProtAddressSize: 4, Operation: 1,
			SourceHwAddress: make([]byte, 6), SourceProtAddress: []byte{10, 0, 0, 5}, DstHwAddress: make([]byte, 6), DstProtAddress: []byte{10, 0, 0, 6}}), icmp.DirBroadcast),
			[]string{"arp", "broadcast", "multicast", "ether proto 0x806", "host 10.0.0.5", "arp dst host 10.0.0.6", "arp[6:2] = 1", "inbound", "not ip"}, []string{"rarp", "ip", "ip host 10.0.0.5", "icmp", "rarp host 10.0.0.5"}},
		"nothing":                  {live(nil, icmp.DirIn), []string{"inbound", "less 0", "not icmp"}, []string{"ip", "ether[0] = 0", "not ether[0] = 0", "multicast"}},
		"an IP header that is cut": {live(ping(0)[:14+9], icmp.DirIn), []string{"ip", "ip[8] = 64 or ip[9] = 1"}, []string{"icmp", "not icmp", "host 10.0.0.5", "not host 10.0.0.5"}},
		"a message that is cut":    {live(ping(0)[:14+20+4], icmp.DirIn), []string{"icmp", "icmp[0] = 8", "type echo"}, []string{"id 4660", "not id 4660", "icmp[4] != 0"}},
	} {
		if tt.fr.Wire == 0 {
			tt.fr.Wire = len(tt.fr.Data)
		}
		match := func(text string) bool {
			f, err := Parse(text, Lookup{})
			if err != nil {
				t.Fatalf("%s: %v", text, err)
			}
			return f.Machine(func(index int32) string { return map[int32]string{1: "lo", 7: "eth7", 8: "eth8"}[index] }).Match(tt.fr)
		}
		for _, text := range tt.holds {
			if !match(text) {
				t.Errorf("%s: %s does not match", name, text)
			}
		}
		for _, text := range tt.fails {
			if match(text) {
				t.Errorf("%s: %s matches", name, text)
			}
		}
	}
	var none *Filter
	if m := none.Machine(nil); !m.Match(live(nil, icmp.DirIn)) || len(m.Code()) != 0 {
		t.Error("an empty expression does not match")
	}
}

// The datagram of a redirect is in one of its options.
func TestMatchRedirect(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 0))
	quoted := 0
	for range 4000 {
		fr := randomFrame(r)
		var p icmp.Packet
		icmp.Decode(&p, fr.Link, fr.Data, fr.Wire)
		if p.Version != 6 || p.Type != icmp.Type6Redirect || p.Got < 8 || p.Status != icmp.OK {
			continue
		}
		d, ok := p.QuotedDatagram(p.Message(&fr.Frame))
		if !ok {
			continue
		}
		quoted++
		for _, text := range []string{"quoted dst host ", "quoted host ", "type redirect and quoted dst "} {
			f, err := Parse(text+netip.AddrFrom16(d.Dst).String(), Lookup{})
			if err != nil {
				t.Fatal(err)
			}
			if !f.Machine(nil).Match(fr) {
				t.Errorf("%s does not match %x", f, fr.Data)
			}
		}
	}
	if quoted < 5 {
		t.Errorf("only %d redirects quote anything", quoted)
	}
}

func TestMatchDoesNotAllocate(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 0))
	var frames []*capture.Frame
	for range 200 {
		frames = append(frames, randomFrame(r))
	}
	name := func(int32) string { return "eth7" }
	for _, text := range append([]string{"ifname eth7 or ifname eth8"}, expressions...) {
		f, err := Parse(text, Lookup{})
		if err != nil {
			t.Fatal(err)
		}
		m := f.Machine(name)
		if n := testing.AllocsPerRun(5, func() {
			for _, fr := range frames {
				m.Match(fr)
			}
		}); n != 0 {
			t.Errorf("%s: %v allocations", text, n)
		}
	}
}

func BenchmarkMatch(b *testing.B) {
	for _, text := range []string{"icmp", "host 10.0.0.5 and not net 10.9.0.0/16", "icmp[icmptype] == icmp-echo", "id 4660 and seq 7", "not quoted host 10.0.0.5",
		"host 2001:db8::1 or (icmp and vlan 5 and greater 100)"} {
		b.Run(text, func(b *testing.B) {
			f, err := Parse(text, Lookup{})
			if err != nil {
				b.Fatal(err)
			}
			m := f.Machine(nil)
			data := ping(0)
			fr := &capture.Frame{Frame: icmp.Frame{Data: data, Wire: len(data), Link: icmp.LinkEthernet}}
			b.ReportAllocs()
			for b.Loop() {
				m.Match(fr)
			}
		})
	}
}
