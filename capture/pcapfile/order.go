package pcapfile

import (
	"encoding/binary"
	"math/bits"
)

// An order is that of the bytes of a file's numbers: big-endian, or else little-endian. A
// binary.ByteOrder would be called through an interface, four times a record (5 ns).
type order bool

const (
	littleEndian order = false
	bigEndian    order = true
)

func (o order) uint16(b []byte) uint16 {
	v := binary.LittleEndian.Uint16(b)
	if o == bigEndian {
		return bits.ReverseBytes16(v)
	}
	return v
}

func (o order) uint32(b []byte) uint32 {
	v := binary.LittleEndian.Uint32(b)
	if o == bigEndian {
		return bits.ReverseBytes32(v)
	}
	return v
}

func (o order) uint64(b []byte) uint64 {
	v := binary.LittleEndian.Uint64(b)
	if o == bigEndian {
		return bits.ReverseBytes64(v)
	}
	return v
}

// pair is two uint32 that stand one behind the other, the first in the lower half.
func (o order) pair(b []byte) uint64 {
	v := binary.LittleEndian.Uint64(b)
	if o == bigEndian {
		return bits.RotateLeft64(bits.ReverseBytes64(v), 32)
	}
	return v
}
