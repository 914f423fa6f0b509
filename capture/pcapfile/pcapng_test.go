package pcapfile

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"icmpdump/capture"
	"icmpdump/capture/icmp"
)

// noon is a time in microseconds.
const noon = 1_700_000_000_000_000

// A frame of each kind of packet block, and between them all that is to be skipped, in both
// byte orders and however the bytes come.
func TestPcapng(t *testing.T) {
	for _, o := range []ng{le, be} {
		b := slices.Concat(
			o.section(o.option(1, "a comment"), o.option(4, "a writer")),
			o.iface(1, o.option(optName, "eth0")),
			o.iface(101, o.option(optName, "tun0\x00"), o.option(optResolution, "\x09"), o.option(optEnd, "")),
			o.enhanced(0, noon+1, "first"),
			o.block(4, uint16(1), uint16(4), "\x7f\x00\x00\x01", uint32(0)),      // name resolution
			o.block(5, uint32(0), uint64(noon), o.option(5, "\x01\x00\x00\x00")), // interface statistics
			o.block(10, uint32(0x544c534b), uint32(3), "key"),                    // decryption secrets
			o.block(0xbad, uint32(32473), "custom"),
			o.block(0x40000bad, uint32(32473), "custom, not to be copied"),
			o.block(4711),
			o.enhanced(1, noon*1000+2, "2nd", o.option(1, "a comment"), o.flags(1), o.option(optEnd, "")),
			o.simple(100, ""),
			o.simple(4, "four"),
			o.block(blockPacket, uint16(1), uint16(9), uint64(noon*1000+5), uint32(4), uint32(1500), "last", o.flags(2)),
		)
		// A simple packet of 100 bytes, all of it captured: the first interface has no limit.
		b = bytes.Replace(b, o.simple(100, ""), o.simple(100, strings.Repeat("x", 100)), 1)
		want := []capture.Frame{
			{Number: 1, Time: noon*1000 + 1000, Frame: icmp.Frame{Data: []byte("first"), Wire: 5, Link: icmp.LinkEthernet}, Iface: -1},
			{Number: 2, Time: noon*1000 + 2, Frame: icmp.Frame{Data: []byte("2nd"), Wire: 3, Link: icmp.LinkRaw}, Iface: -2, Dir: icmp.DirIn},
			{Number: 3, Untimed: true, Frame: icmp.Frame{Data: bytes.Repeat([]byte("x"), 100), Wire: 100, Link: icmp.LinkEthernet}, Iface: -1},
			{Number: 4, Untimed: true, Frame: icmp.Frame{Data: []byte("four"), Wire: 4, Link: icmp.LinkEthernet}, Iface: -1},
			{Number: 5, Time: noon*1000 + 5, Frame: icmp.Frame{Data: []byte("last"), Wire: 1500, Link: icmp.LinkRaw}, Iface: -2, Dir: icmp.DirOut},
		}
		for name, in := range map[string]io.Reader{
			"whole":      bytes.NewReader(b),
			"in halves":  iotest.HalfReader(bytes.NewReader(b)),
			"by bytes":   iotest.OneByteReader(bytes.NewReader(b)),
			"end at end": iotest.DataErrReader(bytes.NewReader(b)),
		} {
			got, err := readAll(in)
			if err != nil {
				t.Errorf("%v, %s: %v", o, name, err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%v, %s: (-want +got)\n%s", o, name, diff)
			}
		}
	}
}

// A section has its own byte order and interfaces. Interfaces of one name are one, and one
// without a name is no other section's.
func TestSections(t *testing.T) {
	b := slices.Concat(
		le.section(), le.iface(1, le.option(optName, "eth0")), le.iface(1), le.enhanced(0, noon, "a"), le.enhanced(1, noon, "b"),
		be.section(), be.iface(101, be.option(optName, "eth1")), be.iface(1, be.option(optName, "eth0")),
		be.enhanced(0, noon, "c"), be.enhanced(1, noon, "d"),
		le.section(), le.iface(1), le.enhanced(0, noon, "e"),
	)
	r := NewReader(bytes.NewReader(b))
	dst := make([]capture.Frame, 8)
	n, err := r.Read(dst)
	if n != 5 || err != nil {
		t.Fatalf("%d frames, %v", n, err)
	}
	indices := map[string]int32{}
	for _, f := range dst[:n] {
		indices[string(f.Data)] = f.Iface
		if f.Iface >= 0 {
			t.Errorf("%s is on %d: an index of the kernel's", f.Data, f.Iface)
		}
	}
	if dst[2].Link != icmp.LinkRaw || dst[3].Link != icmp.LinkEthernet {
		t.Errorf("link types %d and %d", dst[2].Link, dst[3].Link)
	}
	var got []string
	for _, data := range []string{"a", "b", "c", "d", "e"} {
		got = append(got, r.Interface(indices[data]))
	}
	if want := []string{"eth0", "", "eth1", "eth0", ""}; !slices.Equal(got, want) {
		t.Errorf("names %q, want %q", got, want)
	}
	if indices["a"] != indices["d"] || indices["b"] == indices["e"] {
		t.Errorf("indices %v: a and d are one interface, b and e two", indices)
	}
	if lo, other := r.Interface(1), r.Interface(2); lo != "lo" || other != "" {
		t.Errorf("interfaces %q and %q of a cooked capture, want lo and none", lo, other)
	}
}

// Direction and type of reception, of what came in.
func TestPacketFlags(t *testing.T) {
	const in, out = 1, 2
	for flags, want := range map[uint32]icmp.Dir{
		0: icmp.DirUnknown, in: icmp.DirIn, out: icmp.DirOut, 3: icmp.DirUnknown,
		in | 1<<2: icmp.DirIn, in | 2<<2: icmp.DirMulticast, in | 3<<2: icmp.DirBroadcast, in | 4<<2: icmp.DirOther,
		out | 2<<2: icmp.DirOut, 2 << 2: icmp.DirUnknown,
	} {
		b := slices.Concat(le.section(), le.iface(1), le.enhanced(0, noon, "x", le.flags(flags)))
		got, err := readAll(bytes.NewReader(b))
		if err != nil || len(got) != 1 || got[0].Dir != want {
			t.Errorf("flags %#x: %+v, %v; want direction %d", flags, got, err, want)
		}
	}
}

// The frame check sequence is no payload: the interface tells of it, or the packet.
func TestPcapngFCS(t *testing.T) {
	for _, tt := range []struct {
		name  string
		iface []byte
		flags uint32
		want  string
	}{
		{"none", nil, 0, "data+fcs"},
		{"of the interface", le.option(optFCS, "\x04"), 0, "data"},
		{"of the packet", nil, 2 << 5, "data+f"},
		{"of both", le.option(optFCS, "\x04"), 2 << 5, "data+f"},
		{"of the interface, in bits", le.option(optFCS, "\x20"), 0, "data"},
		{"longer than the packet", le.option(optFCS, "\xff"), 0, ""},
	} {
		b := slices.Concat(le.section(), le.iface(1, tt.iface), le.enhanced(0, noon, "data+fcs", le.flags(tt.flags)))
		got, err := readAll(bytes.NewReader(b))
		if err != nil || len(got) != 1 || string(got[0].Data) != tt.want || got[0].Wire != len(tt.want) {
			t.Errorf("%s: %+v, %v; want %q", tt.name, got, err, tt.want)
		}
	}
}

// Every resolution that there may be, and every one that there may not.
func TestResolutions(t *testing.T) {
	for resolution := range 256 {
		b := slices.Concat(le.section(), le.iface(1, le.option(optResolution, string([]byte{byte(resolution)}))), le.enhanced(0, 1<<62, "x"))
		got, err := readAll(bytes.NewReader(b))
		power := resolution & 0x7f
		if resolution < 128 && power > 19 || resolution >= 128 && power > 63 {
			if want := fmt.Sprintf("block at byte 28 has if_tsresol %#02x, which is out of range", resolution); err == nil || err.Error() != want {
				t.Errorf("resolution %#x: %v, want %s", resolution, err, want)
			}
			continue
		}
		perSecond := math.Pow(10, float64(power))
		if resolution >= 128 {
			perSecond = math.Pow(2, float64(power))
		}
		if err != nil || len(got) != 1 {
			t.Errorf("resolution %#x: %d frames, %v", resolution, len(got), err)
			continue
		}
		want := min(math.Pow(2, 62)/perSecond*1e9, math.MaxInt64)
		if f := got[0]; math.Abs(float64(f.Time)-want) > want/1e12+1 || f.Untimed != (want >= 1e9*math.Pow(2, 32)) {
			t.Errorf("resolution %#x: time %d, untimed %v; want %v", resolution, f.Time, f.Untimed, want)
		}
	}
}

func TestTimeOffsets(t *testing.T) {
	offset := func(seconds int64) []byte {
		return le.option(optTimeOffset, string(le.AppendUint64(nil, uint64(seconds))))
	}
	seconds, nanos := le.option(optResolution, "\x00"), le.option(optResolution, "\x09")
	for _, tt := range []struct {
		name    string
		options []byte
		ticks   uint64
		want    stamp
	}{
		{"forward", offset(1000), 1_000_001, stamp{1001_000_001_000, true}},
		{"back", slices.Concat(nanos, offset(-1)), 2_000_000_003, stamp{1_000_000_003, true}},
		{"to the epoch", offset(-1), 1_000_000, stamp{0, false}},
		{"before it", offset(-2), 1_500_000, stamp{-500_000_000, false}},
		{"far before it", offset(math.MinInt64), 1, stamp{math.MinInt64, false}},
		{"far beyond 2106", offset(math.MaxInt64), 1, stamp{math.MaxInt64, false}},
		{"both far", slices.Concat(seconds, offset(math.MaxInt64)), math.MaxUint64, stamp{math.MaxInt64, false}},
		{"both far, and back again", slices.Concat(seconds, offset(math.MinInt64+1)), math.MaxUint64, stamp{0, false}},
		{"the last second of 32 bits", seconds, math.MaxUint32, stamp{math.MaxUint32 * 1e9, true}},
		{"the one behind it", seconds, math.MaxUint32 + 1, stamp{(math.MaxUint32 + 1) * 1e9, false}},
	} {
		b := slices.Concat(le.section(), le.iface(1, tt.options), le.enhanced(0, tt.ticks, "x"))
		got, err := readAll(bytes.NewReader(b))
		if err != nil || len(got) != 1 || got[0].Time != tt.want.ns || got[0].Untimed == tt.want.valid {
			t.Errorf("%s: %+v, %v; want %+v", tt.name, got, err, tt.want)
		}
	}
}

// What is longer than the buffer is skipped as it comes; of a packet with that much behind
// it, the packet is read.
func TestLongBlocks(t *testing.T) {
	long := strings.Repeat("x", 3*bufferSize)
	comments := bytes.Repeat(le.option(1, strings.Repeat("c", 1<<16-4)), 40)
	largest := strings.Repeat("y", maxRecord)
	b := slices.Concat(
		le.section(comments), le.iface(1),
		le.block(10, uint32(0), uint32(len(long)), long), le.enhanced(0, noon, "first"),
		le.enhanced(0, noon, largest, comments), le.enhanced(0, noon, "3rd"),
		le.block(4711, long),
	)
	for name, in := range map[string]io.Reader{"whole": bytes.NewReader(b), "in halves": iotest.HalfReader(bytes.NewReader(b))} {
		r := NewReader(in)
		got, err := drain(r)
		if err != nil || len(got) != 3 || string(got[0].Data) != "first" || string(got[1].Data) != largest || string(got[2].Data) != "3rd" {
			t.Errorf("%s: %d frames, %v", name, len(got), err)
		}
		if cap(r.buf) != bufferSize {
			t.Errorf("%s: the buffer has %d bytes", name, cap(r.buf))
		}
	}
	_, err := readAll(bytes.NewReader(b[:len(b)-100]))
	if want := fmt.Sprintf("file ends inside a block at byte %d", len(b)-100); err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
	b[len(b)-1] ^= 1
	_, err = readAll(bytes.NewReader(b))
	if err == nil || !strings.Contains(err.Error(), "has length 3145740, and 19922956 at its end") {
		t.Errorf("a long block's end: %v", err)
	}
}
