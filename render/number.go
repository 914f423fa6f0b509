package render

import "encoding/binary"

// thousand has 0 to 999 as text: three digits, the first in the lowest byte, and in the highest
// how many bits of them are zeros in front, which is what to shift by to lose them. By it, and by
// storing all digits at once, a line takes 58 ns; by strconv 90.
var thousand = func() (t [1000]uint32) {
	for n := range t {
		zeros := 2
		if n >= 100 {
			zeros = 0
		} else if n >= 10 {
			zeros = 1
		}
		t[n] = uint32('0'+n/100) | uint32('0'+n/10%10)<<8 | uint32('0'+n%10)<<16 | uint32(8*zeros)<<24
	}
	return t
}()

// appendText appends the first n bytes of text, of which the lowest is the first. What it writes is
// all four, which is quicker.
func appendText(dst []byte, text uint32, n int) []byte {
	return binary.LittleEndian.AppendUint32(dst, text)[:len(dst)+n]
}

// appendDecimal appends n in decimal.
func appendDecimal(dst []byte, n uint64) []byte {
	if n < 1000 {
		digits := thousand[n]
		zeros := digits >> 24 // a shift by &31 of it, as below, is one instruction
		return appendText(dst, digits>>(zeros&31), 3-int(zeros)/8)
	}
	if n >= 1e6 {
		return appendThree(appendDecimal(dst, n/1000), n%1000)
	}
	high, low := thousand[n/1000], thousand[n%1000]
	zeros := high >> 24
	digits := uint64(high&0xffffff) | uint64(low)<<24
	return binary.LittleEndian.AppendUint64(dst, digits>>(zeros&31))[:len(dst)+6-int(zeros)/8]
}

// appendThree appends n, which is below 1000, as three digits.
func appendThree(dst []byte, n uint64) []byte { return appendText(dst, thousand[n], 3) }
