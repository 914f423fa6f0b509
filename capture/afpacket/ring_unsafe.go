package afpacket

import (
	"sync/atomic"
	"unsafe"
)

// word is the 32-bit word at b[at:] as one that the kernel writes meanwhile. b[at] must be
// aligned to four bytes, as everything is that the kernel puts into a ring.
func word(b []byte, at int) *atomic.Uint32 {
	_ = b[at+3]
	return (*atomic.Uint32)(unsafe.Pointer(&b[at]))
}
