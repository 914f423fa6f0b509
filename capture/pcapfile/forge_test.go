package pcapfile

import (
	"encoding/binary"
	"fmt"
)

// Magic numbers of classic files.
const (
	magicMicro    = 0xa1b2c3d4
	magicNano     = 0xa1b23c4d
	magicModified = 0xa1b2cd34
)

// A record is one of a classic file, with what its header claims if that is not the truth.
type record struct {
	sec, frac uint32
	data      string
	captured  uint32 // 0: the truth
	wire      uint32 // 0: as many as captured
}

// file is a classic capture file of that byte order, magic number and link type.
func file(order binary.AppendByteOrder, magic, network uint32, records ...record) []byte {
	b := order.AppendUint32(nil, magic)
	b = order.AppendUint16(b, 2)
	b = order.AppendUint16(b, 4)
	b = append(b, make([]byte, 8)...)
	b = order.AppendUint32(b, maxRecord)
	b = order.AppendUint32(b, network)
	for _, r := range records {
		captured, wire := r.captured, r.wire
		if captured == 0 {
			captured = uint32(len(r.data))
		}
		if wire == 0 {
			wire = captured
		}
		for _, v := range []uint32{r.sec, r.frac, captured, wire} {
			b = order.AppendUint32(b, v)
		}
		if magic == magicModified {
			b = append(b, 2, 0, 0, 0, 8, 0, 0, 0) // interface 2, IPv4, received
		}
		b = append(b, r.data...)
	}
	return b
}

var three = []record{
	{sec: 1700000000, frac: 999999, data: "first"},
	{sec: 4294967295, frac: 1, data: ""}, // the last second of a 32-bit clock, in 2106
	{sec: 1, frac: 2, data: "third", wire: 1500},
}

// ng makes the blocks of pcapng files, in that byte order.
type ng struct{ binary.AppendByteOrder }

var (
	le = ng{binary.LittleEndian}
	be = ng{binary.BigEndian}
)

// block is a block of fields, each padded to four bytes if it is a string or bytes.
func (o ng) block(typ uint32, fields ...any) []byte {
	var body []byte
	for _, f := range fields {
		switch f := f.(type) {
		case uint16:
			body = o.AppendUint16(body, f)
		case uint32:
			body = o.AppendUint32(body, f)
		case uint64: // a time stamp: the upper half first
			body = o.AppendUint32(o.AppendUint32(body, uint32(f>>32)), uint32(f))
		case string:
			body = append(append(body, f...), make([]byte, -len(f)&3)...)
		case []byte:
			body = append(append(body, f...), make([]byte, -len(f)&3)...)
		default:
			panic(fmt.Sprintf("a field of type %T", f))
		}
	}
	length := uint32(12 + len(body))
	b := o.AppendUint32(o.AppendUint32(nil, typ), length)
	return o.AppendUint32(append(b, body...), length)
}

// option is one of a block.
func (o ng) option(code uint16, value string) []byte {
	b := o.AppendUint16(o.AppendUint16(nil, code), uint16(len(value)))
	return append(append(b, value...), make([]byte, -len(value)&3)...)
}

const unknownLength = ^uint32(0) // of a section, twice

func (o ng) section(options ...any) []byte {
	fields := []any{uint32(byteOrderMagic), uint16(1), uint16(0), unknownLength, unknownLength}
	return o.block(blockSection, append(fields, options...)...)
}

func (o ng) iface(network uint16, options ...any) []byte {
	return o.block(blockInterface, append([]any{network, uint16(0), uint32(0)}, options...)...)
}

func (o ng) enhanced(iface uint32, ticks uint64, data string, options ...any) []byte {
	n := uint32(len(data))
	return o.block(blockEnhanced, append([]any{iface, ticks, n, n, data}, options...)...)
}

func (o ng) simple(wire uint32, data string) []byte { return o.block(blockSimple, wire, data) }

func (o ng) flags(word uint32) []byte {
	return o.option(optPacketFlags, string(o.AppendUint32(nil, word)))
}
