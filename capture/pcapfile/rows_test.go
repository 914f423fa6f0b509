package pcapfile

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"testing"
)

// badFile is one of bad input: how many records are read of it, what is said of them, and
// the error at its end.
type badFile struct {
	name    string
	in      []byte
	records int
	notice  string
	err     string
}

// badFiles are the rows of docs/decoding.md, in both formats.
func badFiles() []badFile {
	classic := func(records ...record) []byte { return file(binary.LittleEndian, magicMicro, 1, records...) }
	ng := func(blocks ...[]byte) []byte {
		return slices.Concat(le.section(), le.iface(1), le.enhanced(0, noon, "data"), slices.Concat(blocks...))
	}
	good := record{sec: 1, data: "data"}
	// limited has a snapshot length of 3.
	limited := slices.Concat(classic()[:16], []byte{3, 0, 0, 0}, classic()[20:])
	unlimited := slices.Concat(classic()[:16], []byte{0, 0, 0, 0}, classic()[20:])
	limitedNg := slices.Concat(le.section(), le.block(blockInterface, uint16(1), uint16(0), uint32(3)))
	at := func(typ, length uint32, rest ...byte) []byte {
		return append(le.AppendUint32(le.AppendUint32(nil, typ), length), rest...)
	}
	packet := func(iface, captured, wire uint32, data string) []byte {
		return le.block(blockEnhanced, iface, uint64(noon), captured, wire, data)
	}
	const behind = 28 + 20 + 36 // where ng's own blocks end
	big := string(make([]byte, 200_000))
	const overWire = "1 of 1 records, the first number 1, hold more than was on the wire"
	const overSnaplen = "1 of 1 records, the first number 1, hold more than the snapshot length"
	const untimed = "1 of 1 records, the first number 1, have no valid time: no round trip is measured by them"

	return []badFile{
		{"record length 1 GiB in 156 bytes/pcap",
			append(classic(good, good, good, good, record{data: "x", captured: 1 << 30}), make([]byte, 35)...), 4, "",
			"record 5 at byte 104 claims 1073741824 bytes, more than the 262144 a record may hold"},
		{"record length 1 GiB in 156 bytes/pcapng", ng(packet(0, 1<<30, 1<<30, string(make([]byte, 40)))), 1, "",
			"block at byte 84 holds record 2, which claims 1073741824 bytes, more than the 262144 a record may hold"},
		{"record length 1 GiB in 156 bytes/pcapng, and the block's", ng(at(blockEnhanced, 1<<30, make([]byte, 64)...)), 1, "",
			"file ends inside record 2 at byte 156"},

		{"snaplen 0/pcap", append(unlimited, classic(record{sec: 1, data: big})[fileHeader:]...), 1, "", ""},
		{"snaplen 0/pcapng", slices.Concat(le.section(), le.iface(1), le.enhanced(0, noon, big)), 1, "", ""},

		{"captured > original/pcap", classic(record{sec: 1, data: "data", wire: 3}), 1, overWire, ""},
		{"captured > original/pcapng", slices.Concat(le.section(), le.iface(1), packet(0, 4, 3, "data")), 1, overWire, ""},
		{"captured > snaplen/pcap", append(limited, classic(good)[fileHeader:]...), 1, overSnaplen, ""},
		{"captured > snaplen/pcapng", append(limitedNg, packet(0, 4, 4, "data")...), 1, overSnaplen, ""},

		{"ends inside a record/pcap", classic(good, good)[:60], 1, "", "file ends inside record 2 at byte 60"},
		{"ends inside a record/pcapng", ng(packet(0, 4, 4, "data"))[:behind+35], 1, "", "file ends inside record 2 at byte 119"},
		{"ends inside a record/pcapng, in its type", ng([]byte{6, 0, 0}), 1, "", "file ends inside a block at byte 87"},

		{"microseconds ≥ 10⁶/pcap", classic(record{sec: 1, frac: 1e6, data: "data"}), 1, untimed, ""},
		{"nanoseconds ≥ 10⁹/pcap", file(binary.BigEndian, magicNano, 1, record{sec: 1, frac: 1e9, data: "data"}), 1, untimed, ""},
		{"time 0/pcap", classic(record{data: "data"}), 1, untimed, ""},
		{"time 0/pcapng", slices.Concat(le.section(), le.iface(1), le.enhanced(0, 0, "data")), 1, untimed, ""},
		{"time beyond 2106/pcapng", slices.Concat(le.section(), le.iface(1), le.enhanced(0, 1<<32*1e6, "data")), 1, untimed, ""},
		{"time beyond what 64 bits hold/pcapng", slices.Concat(le.section(), le.iface(1), le.enhanced(0, math.MaxUint64, "data")), 1, untimed, ""},

		{"block length lying: longer than the file", ng(at(0xbad, 4000)), 1, "", "file ends inside a block at byte 92"},
		{"block length lying: no room for itself", ng(at(0xbad, 8, 0, 0, 0, 0)), 1, "", "block at byte 84 has length 8, and its type 2989 at least 12"},
		{"block length lying: 0", ng(at(blockEnhanced, 0, make([]byte, 40)...)), 1, "", "block at byte 84 has length 0, and its type 6 at least 32"},
		{"block length lying: no room for an interface", ng(le.block(blockInterface, uint32(1))), 1, "", "block at byte 84 has length 16, and its type 1 at least 20"},
		{"block length lying: no room for a section", ng(le.block(blockSection, uint32(byteOrderMagic))), 1, "",
			"block at byte 84 has length 16, and its type 168627466 at least 28"},
		{"block length odd", ng(at(0xbad, 13, make([]byte, 40)...)), 1, "", "block at byte 84 has length 13, which is no multiple of 4"},
		{"trailer ≠ header", ng(at(0xbad, 12, 16, 0, 0, 0)), 1, "", "block at byte 84 has length 12, and 16 at its end"},
		{"EPB longer than its block", ng(packet(0, 9, 9, "data")), 1, "", "block at byte 84 holds record 2, which claims 9 bytes of the 4 there are"},
		{"packet block longer than its block", ng(le.block(blockPacket, uint16(0), uint16(0), uint64(noon), uint32(5), uint32(5), "data")), 1, "",
			"block at byte 84 holds record 2, which claims 5 bytes of the 4 there are"},
		{"simple packet longer than its block", ng(le.simple(5, "data")), 1, "", "block at byte 84 holds record 2, which claims 5 bytes of the 4 there are"},
		{"EPB without interface", ng(packet(1, 4, 4, "data")), 1, "",
			"block at byte 84 holds record 2, of interface 1, which its section has not described"},
		{"EPB without any interface", slices.Concat(le.section(), packet(math.MaxUint32, 4, 4, "data")), 0, "",
			"block at byte 28 holds record 1, of interface 4294967295, which its section has not described"},
		{"simple packet without interface", slices.Concat(le.section(), le.simple(4, "data")), 0, "",
			"block at byte 28 holds record 1, of interface 0, which its section has not described"},
		{"EPB of the section before", ng(le.section(), packet(0, 4, 4, "data")), 1, "",
			"block at byte 112 holds record 2, of interface 0, which its section has not described"},
		{"an option longer than its interface", ng(le.block(blockInterface, uint16(1), uint16(0), uint32(0), uint16(2), uint16(5), "name")), 1, "",
			"block at byte 84 has an option that runs past its end"},
		{"an interface of 600 KB", ng(le.iface(1, bytes.Repeat(le.option(1, string(make([]byte, 60_000))), 10))), 1, "",
			"block at byte 84 describes an interface in 600060 bytes, more than the 524288 that are looked at"},
		{"more interfaces than anybody has", ng(bytes.Repeat(le.iface(1), maxInterfaces)), 1, "",
			fmt.Sprintf("block at byte %d describes one interface more than the 4096 a section may have", behind+(maxInterfaces-1)*20)},

		{"if_tsresol out of range", ng(le.iface(1, le.option(optResolution, "\x14"))), 1, "", "block at byte 84 has if_tsresol 0x14, which is out of range"},

		{"unknown link type/pcap", file(binary.LittleEndian, magicMicro, 105, good), 0, "", "link type 105 (IEEE802_11) is not supported"},
		{"unknown link type/pcapng", slices.Concat(le.section(), le.iface(105), le.enhanced(0, noon, "data")), 1, "", "link type 105 (IEEE802_11) is not supported"},
		{"unknown link type/pcapng, beside another", ng(le.iface(4711), packet(1, 4, 4, "data")), 2,
			"1 of 2 records, the first number 2, were not decoded: link type 4711 is not supported", ""},
		{"unknown link type/pcapng, of no packet", ng(le.iface(105)), 1, "", ""},
		{"unknown magic", []byte("\x7fELF, for example, and so on"), 0, "", "not a capture file: magic 0x7f454c46"},
		{"unknown byte-order magic", ng(at(blockSection, 28, make([]byte, 20)...)), 1, "", "block at byte 84 begins a section with byte-order magic 0x00000000"},
		{"pcapng version 2", ng(le.block(blockSection, uint32(byteOrderMagic), uint16(2), uint16(1), unknownLength, unknownLength)), 1, "",
			"block at byte 84 begins a section of version 2.1, which nobody has defined"},
	}
}

func TestBadFiles(t *testing.T) {
	for _, tt := range badFiles() {
		t.Run(tt.name, func(t *testing.T) {
			r := NewReader(bytes.NewReader(tt.in))
			got, err := drain(r)
			if len(got) != tt.records {
				t.Errorf("%d records, want %d", len(got), tt.records)
			}
			if tt.err == "" && err != nil || tt.err != "" && (err == nil || err.Error() != tt.err) {
				t.Errorf("error %v, want %s", err, tt.err)
			}
			var want []string
			if tt.notice != "" {
				want = []string{tt.notice}
			}
			if notices := r.Notices(); !slices.Equal(notices, want) {
				t.Errorf("notices %q, want %q", notices, want)
			}
			if cap(r.buf) != bufferSize {
				t.Errorf("the buffer has %d bytes", cap(r.buf))
			}
		})
	}
}
