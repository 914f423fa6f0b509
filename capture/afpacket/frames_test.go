package afpacket

import (
	"net"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"golang.org/x/sys/unix"

	"icmpdump/capture/icmp"
	"icmpdump/internal/forge"
	"icmpdump/internal/lab"
)

// seen is what matters of a packet here.
type seen struct {
	Type uint8
	Seq  uint16
	Dir  icmp.Dir
	VLAN []uint16
	Sum  icmp.Sum
}

func sawEcho(p *icmp.Packet) seen {
	seq, _ := p.Seq()
	return seen{p.Type, seq, p.Dir, p.VLAN[:min(int(p.Tags), 2)], p.Sum}
}

// wants are frames of which the wanted ones have an echo's sequence number, and what is to be
// seen of them.
type wants struct {
	frames [][]byte
	seen   []seen
}

func (w *wants) add(frame []byte, s seen) {
	w.frames = append(w.frames, frame)
	w.seen = append(w.seen, s)
}

// icmpFrames are echo requests in all the ways that a frame can hold one, to dst.
func icmpFrames(dst net.HardwareAddr, dir icmp.Dir) *wants {
	w := &wants{}
	seq := uint16(0)
	for _, vlan := range [][]uint16{{}, {10}, {100, 10}} {
		head := []gopacket.SerializableLayer{forge.Ether(dst)}
		for _, id := range vlan {
			head = append(head, forge.Tag(id))
		}
		for _, body := range [][]gopacket.SerializableLayer{
			{forge.IP4("10.0.0.1", "10.0.0.2")},
			{forge.IP6("fd00::1", "fd00::2")},
			{forge.IP6("fd00::1", "fd00::2"), forge.Pad(6)},
			{forge.IP6("fd00::1", "fd00::2"), forge.PadDst(6)},
			{forge.IP6("fd00::1", "fd00::2"), forge.Pad(6), forge.PadDst(14)},
			{forge.IP6("fd00::1", "fd00::2"), &layers.IPv6Fragment{Identification: 7}},
		} {
			seq++
			ls := append(slices.Clone(head), body...)
			typ := uint8(icmp.TypeEcho)
			if _, ok := body[0].(*layers.IPv4); ok {
				ls = append(ls, forge.Echo4(typ, 77, seq))
			} else {
				typ = icmp.Type6Echo
				ls = append(ls, forge.ICMP6(typ, 0), forge.IDSeq(77, seq))
			}
			w.add(forge.Frame(ls...), seen{typ, seq, dir, vlan, icmp.SumGood})
		}
	}
	seq++
	echo4 := forge.Frame(forge.Ether(dst), forge.IP4("10.0.0.1", "10.0.0.2"), forge.Echo4(icmp.TypeEcho, 77, seq))
	w.add(forge.SNAP(echo4), seen{icmp.TypeEcho, seq, dir, []uint16{}, icmp.SumGood})
	seq++
	echo6 := forge.Frame(forge.Ether(dst), forge.IP6("fd00::1", "fd00::2"), forge.ICMP6(icmp.Type6Echo, 0), forge.IDSeq(77, seq))
	w.add(forge.SNAP(echo6), seen{icmp.Type6Echo, seq, dir, []uint16{}, icmp.SumGood})
	return w
}

// otherFrames are frames of everything but ICMP, to dst.
func otherFrames(dst net.HardwareAddr) [][]byte {
	var frames [][]byte
	for _, head := range [][]gopacket.SerializableLayer{
		{forge.Ether(dst)},
		{forge.Ether(dst), forge.Tag(10)},
		{forge.Ether(dst), forge.Tag(100), forge.Tag(10)},
	} {
		for _, body := range [][]gopacket.SerializableLayer{
			{forge.IP4("10.0.0.1", "10.0.0.2"), &layers.UDP{SrcPort: 1, DstPort: 58}},
			{forge.IP4("10.0.0.1", "10.0.0.2"), &layers.TCP{SrcPort: 1, DstPort: 2, SYN: true}},
			{forge.IP6("fd00::1", "fd00::2"), &layers.UDP{SrcPort: 1, DstPort: 58}},
			{forge.IP6("fd00::1", "fd00::2"), &layers.TCP{SrcPort: 1, DstPort: 2, SYN: true}},
			{&layers.ARP{AddrType: 1, Protocol: layers.EthernetTypeIPv4, HwAddressSize: 6, ProtAddressSize: 4, Operation: 1,
				SourceHwAddress: dst, DstHwAddress: dst, SourceProtAddress: []byte{1, 1, 1, 1}, DstProtAddress: []byte{58, 58, 58, 58}}},
			{gopacket.Payload(slices.Repeat([]byte{58, 1}, 40))},
		} {
			frames = append(frames, forge.Frame(append(slices.Clone(head), body...)...))
		}
	}
	return frames
}

// Received, the outer tag is beside the frame; sent, all tags are in it. Both must come out
// alike, each packet once, and nothing that is not ICMP.
func TestFramesReceivedAndSent(t *testing.T) {
	a, b := lab.Pair(t)
	for _, tt := range []struct {
		name   string
		sender *lab.Host
		iface  string
		dir    icmp.Dir
	}{
		{"received", b, "vb", icmp.DirIn},
		{"sent", a, "va", icmp.DirOut},
	} {
		for _, on := range [][]string{{"va"}, {"any"}, {"va", "lo"}} {
			t.Run(tt.name+" on "+strings.Join(on, ","), func(t *testing.T) {
				dst := a.Iface("va").HardwareAddr
				w := icmpFrames(dst, tt.dir)
				s := listen(t, a, Config{}, on...)
				tt.sender.Send(tt.iface, otherFrames(dst)...)
				tt.sender.Send(tt.iface, w.frames...)
				packets, tally := catch(t, s, len(w.seen))
				var got []seen
				for i := range packets {
					if id, ok := packets[i].ID(); ok && id == 77 { // the hosts answer what they can
						if packets[i].Type == icmp.TypeEcho || packets[i].Type == icmp.Type6Echo {
							got = append(got, sawEcho(&packets[i]))
						}
					}
				}
				if diff := cmp.Diff(w.seen, got); diff != "" {
					t.Errorf("(-want +got)\n%s", diff)
				}
				if tally.Filtered+tally.Unsupported > 0 {
					t.Errorf("the filter passed %d other frames", tally.Filtered+tally.Unsupported)
				}
				balance(t, s, tally)
			})
		}
	}
}

// Fragments and malformed packets are for the decoder to judge, so they pass.
func TestFragmentsPass(t *testing.T) {
	a, b := lab.Pair(t)
	dst := a.Iface("va").HardwareAddr
	later := forge.IP4("10.0.0.1", "10.0.0.2")
	later.FragOffset, later.Protocol = 185, layers.IPProtocolICMPv4
	wrong := forge.IP4("10.0.0.1", "10.0.0.2")
	wrong.Protocol = layers.IPProtocolICMPv6
	s := listen(t, a, Config{}, "va")
	b.Send("vb",
		forge.Frame(forge.Ether(dst), later, gopacket.Payload("a fragment")),
		forge.Frame(forge.Ether(dst), forge.IP6("fd00::1", "fd00::2"),
			&layers.IPv6Fragment{FragmentOffset: 181, NextHeader: layers.IPProtocolICMPv6}, gopacket.Payload("a fragment")),
		forge.Frame(forge.Ether(dst), wrong, gopacket.Payload("not version 4's ICMP")),
	)
	packets, tally := catch(t, s, 3)
	var got []icmp.Status
	for i := range packets {
		if packets[i].Type != icmp.Type6MLDv2Report { // the hosts' own
			got = append(got, packets[i].Status)
		}
	}
	if want := []icmp.Status{icmp.Fragment, icmp.Fragment, icmp.MalformedWrongFamily}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	balance(t, s, tally)
}

// On a link without an Ethernet header the kernel says where the datagram begins.
func TestRawIPLink(t *testing.T) {
	a := lab.NewHost(t, "a")
	tun := tunDevice(t, a, "tun0")
	a.Addr("tun0", "10.7.0.1/24")
	for _, on := range []string{"tun0", "any"} {
		t.Run(on, func(t *testing.T) {
			s := listen(t, a, Config{}, on)
			for _, f := range [][]byte{
				forge.Frame(forge.IP4("10.7.0.2", "10.7.0.1"), forge.Echo4(8, 77, 1)),
				forge.Frame(forge.IP4("10.7.0.2", "10.7.0.1"), &layers.UDP{SrcPort: 1, DstPort: 58}),
				forge.Frame(forge.IP6("fd07::2", "fd07::1"), forge.Pad(6), forge.ICMP6(128, 0), forge.IDSeq(77, 2)),
			} {
				if _, err := tun.Write(f); err != nil {
					t.Fatal(err)
				}
			}
			packets, tally := catch(t, s, 3)
			var got []seen
			for i := range packets {
				if id, _ := packets[i].ID(); id == 77 {
					got = append(got, sawEcho(&packets[i]))
				}
			}
			want := []seen{
				{8, 1, icmp.DirIn, []uint16{}, icmp.SumGood},
				{0, 1, icmp.DirOut, []uint16{}, icmp.SumGood}, // the kernel's answer
				{128, 2, icmp.DirIn, []uint16{}, icmp.SumGood},
			}
			slices.SortStableFunc(got, func(x, y seen) int { return int(x.Seq) - int(y.Seq) })
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if tally.Filtered > 0 {
				t.Errorf("the filter passed %d other packets", tally.Filtered)
			}
			balance(t, s, tally)
		})
	}
}

// tunDevice makes a point-to-point interface of IP packets without any link header.
func tunDevice(t *testing.T, h *lab.Host, name string) *os.File {
	t.Helper()
	var fd int
	var err error
	h.Do(func() {
		if fd, err = unix.Open("/dev/net/tun", unix.O_RDWR|unix.O_NONBLOCK, 0); err != nil {
			return
		}
		var req *unix.Ifreq
		if req, err = unix.NewIfreq(name); err != nil {
			return
		}
		req.SetUint16(unix.IFF_TUN | unix.IFF_NO_PI)
		err = unix.IoctlIfreq(fd, unix.TUNSETIFF, req)
	})
	if err != nil {
		lab.Skip(t, "no tun device: %v", err)
	}
	f := os.NewFile(uintptr(fd), name)
	t.Cleanup(func() { f.Close() })
	h.IP("link", "set", name, "up")
	return f
}
