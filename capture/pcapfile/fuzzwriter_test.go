package pcapfile

import (
	"encoding/binary"
	"testing"

	"github.com/google/go-cmp/cmp"

	"icmpdump/capture"
	"icmpdump/capture/icmp"
)

// What is written of any frames, in either format and with any options, is read back as it was.
func FuzzWriter(f *testing.F) {
	f.Add(false, uint32(0), "note=DUP", []byte("0123456789abcdef0123456789 an ethernet frame"))
	f.Add(true, uint32(20), "", []byte("0123456789abcdef0123456789 an ethernet frame, cut short"))
	f.Add(false, uint32(1), "x", make([]byte, 4096))
	f.Fuzz(func(t *testing.T, classic bool, snaplen uint32, comment string, b []byte) {
		w := &Writer{Classic: classic, Snaplen: int(snaplen % (1 << 30)), About: About{comment, "", comment}}
		w.Interface = func(i int32) string { return ifNames[i] }
		frames := framesOf(b)
		file, refused := written(w, frames, []byte(comment))
		want, names := kept(w, frames)
		got, gotNames := readBack(t, file)
		if diff := cmp.Diff(want, got); diff != "" || len(want)+refused != len(frames) {
			t.Fatalf("%d of %d frames refused (-want +got)\n%s", refused, len(frames), diff)
		}
		if diff := cmp.Diff(names, gotNames); diff != "" && !classic {
			t.Fatalf("interfaces (-want +got)\n%s", diff)
		}
	})
}

// framesOf makes frames of any bytes: for each a header of 26 says what it is.
func framesOf(b []byte) (frames []capture.Frame) {
	for len(b) >= 26 && len(frames) < 64 {
		f := capture.Frame{
			Time: int64(binary.LittleEndian.Uint64(b)), Iface: int32(b[8]%12) - 2, TCI: binary.LittleEndian.Uint16(b[9:]),
			Dir: icmp.Dir(b[11] % 6),
		}
		f.Link = icmp.LinkEthernet + icmp.Link(b[12])%icmp.LinkPPP
		if b[13]&1 != 0 {
			f.TPID = binary.LittleEndian.Uint16(b[14:])
		}
		size := min(int(b[16]), len(b)-26)
		f.Wire = int(binary.LittleEndian.Uint32(b[17:]) % (1<<30 - 4))
		if b[21]&1 != 0 {
			f.Wire = size
		}
		f.Data, b = b[26:26+size], b[26+size:]
		frames = append(frames, f)
	}
	return frames
}

// kept is what must be read back of frames: all that a file of that format can hold.
func kept(w *Writer, frames []capture.Frame) (want []capture.Frame, names []string) {
	first := -1
	for _, f := range frames {
		if n := int(network(&f)); w.Classic {
			if first < 0 {
				first = n
			}
			if n != first && !(first == 9 && n == 50 && f.Data[0] == 0xff) {
				continue
			}
		}
		data, wire := append([]byte{}, f.Data...), f.Wire
		if f.Link == icmp.LinkEthernet && f.TPID != 0 && len(data) >= 12 {
			tag := []byte{byte(f.TPID >> 8), byte(f.TPID), byte(f.TCI >> 8), byte(f.TCI)}
			data = append(append(append([]byte{}, data[:12]...), tag...), data[12:]...)
			wire += 4
		}
		wire = max(wire, len(data))
		name := ifNames[f.Iface]
		if name == "" && f.Iface > 0 {
			name = "if" + string("0123456789"[f.Iface])
		}
		if f.Link == icmp.LinkSLL2 && f.Iface > 0 {
			name = ""
		}
		names = append(names, name)
		k := capture.Frame{Time: f.Time, Dir: f.Dir}
		k.Data, k.Wire, k.Link = data[:min(len(data), w.snaplen())], wire, f.Link
		const second = 1_000_000_000
		if w.Classic {
			k.Dir = icmp.DirUnknown
			if k.Time < 0 || k.Time/second > lastSecond {
				k.Time = 0
			}
		}
		if k.Time < -9223372035*second {
			k.Time = -1 << 63 // the reader's earliest
		}
		if k.Time/second > 9223372035 {
			k.Time = 1<<63 - 1
		}
		k.Untimed = k.Time <= 0 || k.Time/second > lastSecond
		want = append(want, k)
	}
	return want, names
}
