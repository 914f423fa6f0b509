package filter_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"slices"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"

	"icmpdump/capture"
	"icmpdump/capture/filter"
	"icmpdump/capture/icmp"
	"icmpdump/internal/lab"
)

// A tap is a packet socket with a program.
type tap struct {
	fd   int
	data []byte
	oob  []byte
}

// newTap opens a tap on an interface of the host.
func newTap(t testing.TB, h *lab.Host, iface string, code []bpf.RawInstruction) *tap {
	t.Helper()
	ifi := h.Iface(iface)
	tap := &tap{data: make([]byte, 1<<16), oob: make([]byte, 256)}
	var err error
	h.Do(func() { tap.fd, err = unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_NONBLOCK, 0) })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Close(tap.fd) })
	if err := attach(tap.fd, code); err != nil {
		t.Fatalf("the kernel refuses the program: %v", err)
	}
	if err := unix.SetsockoptInt(tap.fd, unix.SOL_PACKET, unix.PACKET_AUXDATA, 1); err != nil {
		t.Fatal(err)
	}
	all := binary.NativeEndian.Uint16(binary.BigEndian.AppendUint16(nil, unix.ETH_P_ALL))
	if err := unix.Bind(tap.fd, &unix.SockaddrLinklayer{Protocol: all, Ifindex: ifi.Index}); err != nil {
		t.Fatal(err)
	}
	return tap
}

// attach gives a socket a program.
func attach(fd int, code []bpf.RawInstruction) error {
	filters := make([]unix.SockFilter, len(code))
	for i, ri := range code {
		filters[i] = unix.SockFilter{Code: ri.Op, Jt: ri.Jt, Jf: ri.Jf, K: ri.K}
	}
	return unix.SetsockoptSockFprog(fd, unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, &unix.SockFprog{Len: uint16(len(filters)), Filter: &filters[0]})
}

// next is the next frame, as package afpacket hands it out, or nil if there is none now.
func (p *tap) next(t testing.TB) *capture.Frame {
	t.Helper()
	n, oobn, _, from, err := unix.Recvmsg(p.fd, p.data, p.oob, 0)
	if errors.Is(err, unix.EAGAIN) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	f := &capture.Frame{Frame: icmp.Frame{Data: p.data[:n], Wire: n, Link: icmp.LinkEthernet}}
	link := from.(*unix.SockaddrLinklayer)
	f.Iface, f.Dir = int32(link.Ifindex), icmp.DirIn
	if link.Pkttype == unix.PACKET_OUTGOING {
		f.Dir = icmp.DirOut
	}
	messages, err := unix.ParseSocketControlMessage(p.oob[:oobn])
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range messages {
		if m.Header.Level == unix.SOL_PACKET && m.Header.Type == unix.PACKET_AUXDATA && len(m.Data) >= int(unsafe.Sizeof(unix.TpacketAuxdata{})) {
			// tpacket_auxdata: status, len, snaplen, mac, net, vlan_tci, vlan_tpid
			if status := binary.NativeEndian.Uint32(m.Data); status&unix.TP_STATUS_VLAN_VALID != 0 {
				f.TCI, f.TPID = binary.NativeEndian.Uint16(m.Data[16:]), binary.NativeEndian.Uint16(m.Data[18:])
			}
		}
	}
	return f
}

// drops is how many frames found no room.
func (p *tap) drops(t testing.TB) uint32 {
	t.Helper()
	st, err := unix.GetsockoptTpacketStats(p.fd, unix.SOL_PACKET, unix.PACKET_STATISTICS)
	if err != nil {
		t.Fatal(err)
	}
	return st.Drops
}

// number is which of the samples a frame is, or -1.
func number(all []sample, f *capture.Frame) int {
	if len(f.Data) < 12 {
		return -1
	}
	n := int(f.Data[9])<<16 | int(f.Data[10])<<8 | int(f.Data[11])
	if n >= len(all) {
		return -1
	}
	data := f.Data
	if f.TPID != 0 {
		data = tagged(data, f.TPID, f.TCI)
	}
	if !bytes.Equal(data, all[n].data) {
		return -1
	}
	return n
}

const (
	together = 60 // taps: it takes the kernel some time to close one
	portion  = 60 // frames at a time: as many as fit into the buffer of a socket
)

// A bench is taps on one interface, and one that takes all.
type bench struct {
	taps  []*tap
	every *tap
}

// newBench opens taps on a's interface. The last to be opened is the first to be given a frame: when the
// one that takes all has it, the others had.
func newBench(t testing.TB, a *lab.Host) *bench {
	all := []bpf.RawInstruction{{Op: 6, K: 1 << 18}}
	b := &bench{every: newTap(t, a, "va", all)}
	for range together {
		b.taps = append(b.taps, newTap(t, a, "va", all))
	}
	return b
}

// The kernel's verdict on each frame, received and sent, is the base program's and that of the
// expression; where the program is not exact, with the Machine's.
func TestKernelDecidesAsTcpdump(t *testing.T) {
	lab.Need(t, "ip")
	a, b := lab.NewHost(t, "a"), lab.NewHost(t, "b")
	lab.Link(a, "va", b, "vb")
	bench, all := newBench(t, a), samples()
	for _, sent := range []bool{false, true} {
		out := sending(t, b, "vb")
		if sent {
			out = sending(t, a, "va")
		}
		base := bench.passed(t, out, all, []*filter.Filter{nil})[0]
		if n := count(base); n < len(all)/2 {
			t.Fatalf("of %d frames the base program passes %d", len(all), n)
		}
		for some := range slices.Chunk(rows(), together) {
			var filters []*filter.Filter
			for _, r := range some {
				filters = append(filters, parse(t, r.expr))
			}
			bench.check(t, out, base, filters, func(i, n int) (pass, either bool) {
				v := theirs.verdict(t, some[i], &all[n], sent)
				return v.pass, v.either
			})
		}
		bench.checkOwn(t, out, base, sent, a.Iface("va").Index)
	}
}

// check holds what the kernel passes to what is wanted: by the filter's number and the frame's.
func (b *bench) check(t *testing.T, o out, base []bool, filters []*filter.Filter, wanted func(i, n int) (pass, either bool)) {
	t.Helper()
	all := samples()
	for i, got := range b.passed(t, o, all, filters) {
		wrong := 0
		for n := range all {
			pass, either := wanted(i, n)
			if want := base[n] && pass; got[n] == want || either {
				continue
			}
			if wrong++; wrong < 4 {
				t.Errorf("%s, out on %d: %s: passes: %v\n% x", filters[i], o.ifindex, all[n].name, got[n], all[n].data)
			}
		}
		if wrong > 3 {
			t.Errorf("%s, out on %d: wrong of %d frames", filters[i], o.ifindex, wrong)
		}
	}
}

// checkOwn holds primitives that tcpdump has not to the Machine's verdict on the frames as a file has them.
func (b *bench) checkOwn(t *testing.T, o out, base []bool, sent bool, index int) {
	t.Helper()
	look := filter.Lookup{Index: func(name string) (int, error) { return map[string]int{"va": index, "vb": index + 1}[name], nil }}
	var filters []*filter.Filter
	var machines []*filter.Machine
	for _, expr := range ownExpressions {
		f, err := filter.Parse(expr, look)
		if err != nil {
			t.Fatalf("%s: %v", expr, err)
		}
		filters, machines = append(filters, f), append(machines, f.Machine(nil))
	}
	matches := make([]int, len(machines))
	b.check(t, o, base, filters, func(i, n int) (pass, either bool) {
		f := asFrames(samples()[n].data)[0]
		if f.Iface = int32(index); sent {
			f.Dir = icmp.DirOut
		}
		if pass = machines[i].Match(&f); pass {
			matches[i]++
		}
		return pass, false
	})
	for i, n := range matches {
		if n == 0 || n == len(base) {
			t.Errorf("%s: %d of %d frames match", ownExpressions[i], n, len(base))
		}
	}
}

// An out is where frames are sent.
type out struct{ fd, ifindex int }

func sending(t testing.TB, h *lab.Host, iface string) out {
	t.Helper()
	o := out{ifindex: h.Iface(iface).Index}
	var err error
	h.Do(func() { o.fd, err = unix.Socket(unix.AF_PACKET, unix.SOCK_RAW, 0) })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Close(o.fd) })
	return o
}

func (o out) send(t testing.TB, frame []byte) {
	t.Helper()
	if err := unix.Sendto(o.fd, frame, 0, &unix.SockaddrLinklayer{Ifindex: o.ifindex, Halen: 6}); err != nil {
		t.Fatal(err)
	}
}

// passed are, for each filter, which of the frames that go out pass it.
func (b *bench) passed(t testing.TB, o out, all []sample, filters []*filter.Filter) [][]bool {
	t.Helper()
	machines := make([]*filter.Machine, len(filters)) // of programs that are not exact
	verdicts := make([][]bool, len(filters))
	for i, f := range filters {
		program, err := f.Program(filter.Config{})
		if err == nil {
			err = attach(b.taps[i].fd, program.Code)
		}
		if err != nil {
			t.Fatalf("%q: %v", f, err)
		}
		if len(program.UserSpace) > 0 {
			machines[i] = f.Machine(nil)
		}
		verdicts[i] = make([]bool, len(all))
	}
	for some := range slices.Chunk(all, portion) {
		for _, s := range some {
			o.send(t, s.data)
		}
		o.send(t, lastFrame)
		b.await(t)
		for i, p := range b.taps {
			for f := p.next(t); f != nil; f = p.next(t) {
				if i >= len(filters) {
					continue // it has another's program, and is only emptied
				}
				if n := number(all, f); n >= 0 && (machines[i] == nil || machines[i].Match(f)) {
					verdicts[i][n] = true
				}
			}
			if n := p.drops(t); n > 0 {
				t.Fatalf("%d frames found no room", n)
			}
		}
	}
	return verdicts
}

// await waits for the last frame of a portion.
func (b *bench) await(t testing.TB) {
	t.Helper()
	for deadline := time.Now().Add(5 * time.Second); time.Now().Before(deadline); {
		if f := b.every.next(t); f != nil && bytes.Equal(f.Data, lastFrame) {
			return
		}
	}
	t.Fatal("the last frame did not arrive")
}

// lastFrame marks the end of a portion.
var lastFrame = append([]byte{2, 0, 0, 0, 0, 1, 2, 0, 0, 0xff, 0xff, 0xff, 0x88, 0xb6}, "the last"...)

func count(verdicts []bool) (n int) {
	for _, v := range verdicts {
		if v {
			n++
		}
	}
	return n
}
