package pcapfile

import (
	"encoding/binary"

	"icmpdump/capture"
)

// appendFileHeader appends the header of a pcap file with nanoseconds.
func (w *Writer) appendFileHeader(dst []byte, network uint32) []byte {
	le := binary.LittleEndian
	dst = le.AppendUint32(dst, 0xa1b23c4d)
	dst = le.AppendUint16(dst, 2)
	dst = le.AppendUint16(dst, 4)
	dst = le.AppendUint64(dst, 0) // time zone, accuracy: not in use
	dst = le.AppendUint32(dst, uint32(w.snaplen()))
	return le.AppendUint32(dst, network)
}

// appendRecord appends a record, and the file's header before the first.
func (w *Writer) appendRecord(dst []byte, f *capture.Frame) ([]byte, error) {
	of := int(network(f))
	switch {
	case w.network < 0:
		w.network = of
		dst = w.appendFileHeader(dst, uint32(of))
	case w.network == 9 && of == 50 && f.Data[0] == 0xff: // RFC 1662's framing is understood there
	case w.network != of:
		return dst, ErrOtherLink
	}
	seconds, fraction := f.Time/1e9, f.Time%1e9
	if f.Time < 0 || seconds > lastSecond {
		seconds, fraction = 0, 0
		w.Timeless++
	}
	le := binary.LittleEndian
	dst = le.AppendUint32(dst, uint32(seconds))
	dst = le.AppendUint32(dst, uint32(fraction))
	lengths := len(dst)
	dst = le.AppendUint64(dst, 0)
	dst, captured, wire := w.appendData(dst, f)
	le.PutUint32(dst[lengths:], uint32(captured))
	le.PutUint32(dst[lengths+4:], uint32(wire))
	return dst, nil
}
