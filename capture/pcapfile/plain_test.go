package pcapfile

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"icmpdump/capture"
)

// slowNg is pcapng that takes no block for a plain one.
type slowNg struct{ *pcapng }

func (s slowNg) records(r *Reader, dst []capture.Frame) (int, error) {
	n := 0
	for n < len(dst) {
		did, err := s.next(r, &dst[n])
		if err != nil || did == starved {
			return n, err
		}
		if did == framed {
			n++
		}
	}
	return n, nil
}

// likeSlow holds what is read of the file b, whatever it is, to what is read without plain.
func likeSlow(t *testing.T, b []byte) {
	t.Helper()
	fast := newReader(iotest.HalfReader(bytes.NewReader(b)), make([]byte, len(b)+1), newNames())
	slow := newReader(bytes.NewReader(b), make([]byte, len(b)+1), newNames())
	if len(b) >= 4 && binary.BigEndian.Uint32(b) == blockSection {
		slow.format = slowNg{&pcapng{}}
	}
	gotFrames, got := drain(fast)
	wantFrames, want := drain(slow)
	if !reflect.DeepEqual(gotFrames, wantFrames) || fmt.Sprint(got) != fmt.Sprint(want) {
		t.Fatalf("%v, want %v; frames (-want +got)\n%s", got, want, cmp.Diff(wantFrames, gotFrames))
	}
	if got, want := fast.Notices(), slow.Notices(); !slices.Equal(got, want) || fast.offset != slow.offset {
		t.Fatalf("at byte %d, %q; want %d, %q", fast.offset, got, slow.offset, want)
	}
}

// Files whose blocks are plain and not by turns, each byte of them damaged in several ways.
func TestPlainBlocksAreTheSlowOnes(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 0))
	for _, o := range []ng{le, be} {
		b := slices.Concat(o.section(), o.iface(1), o.iface(1, o.option(optFCS, "\x04")),
			o.block(blockInterface, uint16(1), uint16(0), uint32(3)), o.iface(147))
		for i := range 24 {
			data := "0123456789abcdef"[:r.IntN(17)]
			block := o.enhanced(uint32(r.IntN(4)), noon+uint64(i), data)
			switch r.IntN(6) {
			case 0:
				block = o.enhanced(uint32(r.IntN(4)), noon, data, o.flags(r.Uint32()))
			case 1:
				block = o.enhanced(0, uint64(r.IntN(2)), data)
			case 2:
				block = o.simple(uint32(r.IntN(9)), "datadata")
			}
			b = append(b, block...)
		}
		likeSlow(t, b)
		for i := range b {
			for _, flip := range []byte{0x01, 0x04, 0x80, 0xff} {
				b[i] ^= flip
				likeSlow(t, b)
				b[i] ^= flip
			}
		}
		for n := range b {
			likeSlow(t, b[:n])
		}
	}
}

// A frame has nothing of the one that was in its place before.
func TestFramesAreMadeAnew(t *testing.T) {
	for _, b := range [][]byte{
		file(binary.LittleEndian, magicMicro, 1, three...),
		slices.Concat(le.section(), le.iface(1), le.enhanced(0, noon, "plain"), le.enhanced(0, noon, "flags", le.flags(0)), le.simple(4, "data")),
	} {
		used := slices.Repeat([]capture.Frame{{TCI: 1, NoSum: true, Untimed: true, Dir: 1, Iface: 1}}, 3)
		for i := range used {
			used[i].TPID = 1
		}
		fresh := make([]capture.Frame, 3)
		n, _ := NewReader(bytes.NewReader(b)).Read(used)
		m, _ := NewReader(bytes.NewReader(b)).Read(fresh)
		if diff := cmp.Diff(fresh, used); diff != "" || n != 3 || m != 3 {
			t.Errorf("%d and %d frames (-fresh +used)\n%s", m, n, diff)
		}
	}
}
