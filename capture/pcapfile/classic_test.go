package pcapfile

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"slices"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"icmpdump/capture"
	"icmpdump/capture/icmp"
)

func TestClassic(t *testing.T) {
	for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
		for _, res := range []struct {
			name  string
			magic uint32
			unit  int64
		}{{"microseconds", magicMicro, 1000}, {"nanoseconds", magicNano, 1}, {"modified", magicModified, 1000}} {
			t.Run(fmt.Sprintf("%v, %s", order, res.name), func(t *testing.T) {
				want := []capture.Frame{
					{Number: 1, Time: 1700000000e9 + 999999*res.unit, Frame: icmp.Frame{Data: []byte("first"), Wire: 5, Link: icmp.LinkRaw}},
					{Number: 2, Time: 4294967295e9 + 1*res.unit, Frame: icmp.Frame{Data: []byte{}, Wire: 0, Link: icmp.LinkRaw}},
					{Number: 3, Time: 1e9 + 2*res.unit, Frame: icmp.Frame{Data: []byte("third"), Wire: 1500, Link: icmp.LinkRaw}},
				}
				b := file(order, res.magic, 101, three...)
				for name, in := range map[string]io.Reader{
					"whole":      bytes.NewReader(b),
					"in halves":  iotest.HalfReader(bytes.NewReader(b)),
					"by bytes":   iotest.OneByteReader(bytes.NewReader(b)),
					"end at end": iotest.DataErrReader(bytes.NewReader(b)),
				} {
					got, err := readAll(in)
					if err != nil {
						t.Errorf("%s: %v", name, err)
					}
					if diff := cmp.Diff(want, got); diff != "" {
						t.Errorf("%s: (-want +got)\n%s", name, diff)
					}
				}
			})
		}
	}
}

func TestLinkTypes(t *testing.T) {
	for network, want := range map[uint32]icmp.Link{
		0: icmp.LinkNull, 1: icmp.LinkEthernet, 12: icmp.LinkRaw, 14: icmp.LinkRaw, 101: icmp.LinkRaw,
		108: icmp.LinkLoop, 113: icmp.LinkSLL, 228: icmp.LinkRaw, 229: icmp.LinkRaw, 276: icmp.LinkSLL2,
		9: icmp.LinkPPP, 50: icmp.LinkPPP, 104: icmp.LinkPPP,
		1 | 0x24000000: icmp.LinkEthernet, // with a frame check sequence of 4 bytes
	} {
		got, err := readAll(bytes.NewReader(file(binary.LittleEndian, magicMicro, network, three[0])))
		if err != nil || len(got) != 1 || got[0].Link != want {
			t.Errorf("link type %d: %+v, %v; want %d", network, got, err, want)
		}
	}
}

// Files of old versions have the two lengths of a record the other way round.
func TestOldVersions(t *testing.T) {
	for minor, swapped := range map[byte]bool{2: true, 3: true, 4: false} {
		r := record{data: "cut", wire: 1500}
		if swapped {
			r.captured, r.wire = 1500, 3
		}
		b := file(binary.LittleEndian, magicMicro, 1, r)
		b[6] = minor
		got, err := readAll(bytes.NewReader(b))
		if err != nil || len(got) != 1 || string(got[0].Data) != "cut" || got[0].Wire != 1500 {
			t.Errorf("version 2.%d: %+v, %v", minor, got, err)
		}
	}
}

// What is wrong with a file is an error that names it and says where; what stands before the
// fault is read.
func TestClassicFaults(t *testing.T) {
	good := file(binary.LittleEndian, magicMicro, 1, three...)
	for _, tt := range []struct {
		name    string
		in      []byte
		records int
		want    string
	}{
		{"empty", nil, 0, "not a capture file: it ends at byte 0, inside its header"},
		{"cut in the magic number", good[:3], 0, "not a capture file: it ends at byte 3, inside its header"},
		{"cut in the header", good[:23], 0, "not a capture file: it ends at byte 23, inside its header"},
		{"another file", []byte("root:x:0:0:root:/root:/bin/sh\n"), 0, "not a capture file: magic 0x726f6f74"},
		{"a short other file", []byte("root"), 0, "not a capture file: magic 0x726f6f74"},
		{"version 3", slices.Concat(good[:4], []byte{3, 0}, good[6:]), 0, "pcap version 3.4, which nobody has defined"},
		{"a link type with a name", file(binary.LittleEndian, magicMicro, 105), 0, "link type 105 (IEEE802_11) is not supported"},
		{"one without", file(binary.LittleEndian, magicMicro, 4711), 0, "link type 4711 is not supported"},
		{"cut in a record's header", good[:24+16+5+9], 1, "file ends inside record 2 at byte 54"},
		{"cut in a record", good[:len(good)-1], 2, "file ends inside record 3 at byte 81"},
		{"a record of 1 GiB", file(binary.LittleEndian, magicMicro, 1, three[0], record{data: "x", captured: 1 << 30}), 1,
			"record 2 at byte 45 claims 1073741824 bytes, more than the 262144 a record may hold"},
	} {
		got, err := readAll(bytes.NewReader(tt.in))
		if err == nil || err.Error() != tt.want || len(got) != tt.records {
			t.Errorf("%s: %d records, error %v; want %d, %s", tt.name, len(got), err, tt.records, tt.want)
		}
	}
}

// The frame check sequence is no payload; of one that was not captured whole, what was.
func TestClassicFCS(t *testing.T) {
	for _, tt := range []struct {
		name    string
		network uint32
		r       record
		want    string
		wire    int
	}{
		{"not known", 1 | 0x20000000, record{data: "data+fcs"}, "data+fcs", 8},
		{"none", 1 | 0x04000000, record{data: "data+fcs"}, "data+fcs", 8},
		{"4 bytes", 1 | 0x24000000, record{data: "data+fcs"}, "data", 4},
		{"4 bytes, half of them captured", 1 | 0x24000000, record{data: "data+f", wire: 8}, "data", 4},
		{"4 bytes, none of them captured", 1 | 0x24000000, record{data: "dat", wire: 8}, "dat", 4},
		{"longer than the packet", 1 | 0xf4000000, record{data: "data+fcs"}, "", 0},
		{"more captured than there was", 1 | 0x24000000, record{data: "data+fcs", wire: 6}, "data+fcs", 6},
	} {
		got, err := readAll(bytes.NewReader(file(binary.LittleEndian, magicMicro, tt.network, tt.r)))
		if err != nil || len(got) != 1 || string(got[0].Data) != tt.want || got[0].Wire != tt.wire {
			t.Errorf("%s: %+v, %v; want %q of %d bytes", tt.name, got, err, tt.want, tt.wire)
		}
	}
}
