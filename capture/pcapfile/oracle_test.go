package pcapfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gopacket/gopacket/pcapgo"
)

// anyNg is a well-formed pcapng file: sections, interfaces and packets as they come, with
// blocks between them that are to be skipped.
func anyNg(rnd *rand.Rand) []byte {
	var b []byte
	for range 1 + rnd.IntN(3) {
		o := le
		if rnd.IntN(2) == 0 {
			o = be
		}
		b = append(b, o.section(o.option(4, "a test"))...)
		ifaces := uint32(0)
		for range 40 {
			sort := rnd.IntN(5)
			switch data := string(make([]byte, rnd.IntN(90))); {
			case sort == 0 || ifaces == 0:
				resolution := []byte{1, 3, 6, 9}[rnd.IntN(4)] // gopacket rounds powers of two, and takes 0 for none
				options := [][]byte{o.option(optName, fmt.Sprint("eth", ifaces)), o.option(optResolution, string([]byte{resolution}))}
				if rnd.IntN(2) == 0 {
					options = append(options, o.option(optTimeOffset, string(o.AppendUint64(nil, uint64(rnd.IntN(1000))))))
				}
				b = append(b, o.iface(1, slices.Concat(options...))...)
				ifaces++
			case sort == 1:
				b = append(b, o.block(uint32(4711+rnd.IntN(9)), data)...)
			case sort == 2:
				b = append(b, o.simple(uint32(len(data)), data)...)
			default:
				b = append(b, o.enhanced(rnd.Uint32N(ifaces), rnd.Uint64N(1<<32), data, o.option(1, "a comment"), o.flags(1))...)
			}
		}
	}
	return b
}

// What gopacket's reader sees in well-formed files is what ours does.
func TestPcapngAsGopacketReadsIt(t *testing.T) {
	type seen struct {
		data string
		wire int
		time time.Time
	}
	for seed := range uint64(200) {
		b := anyNg(rand.New(rand.NewPCG(seed, 0)))
		var want []seen
		theirs, err := pcapgo.NewNgReader(bytes.NewReader(b), pcapgo.NgReaderOptions{SkipUnknownVersion: true})
		if err != nil {
			t.Fatal(err)
		}
		for {
			data, ci, err := theirs.ReadPacketData()
			if errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatal(err)
			}
			want = append(want, seen{string(data), ci.Length, ci.Timestamp.UTC()})
		}
		frames, err := readAll(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		var got []seen
		for i, f := range frames {
			at := time.Unix(0, f.Time).UTC()
			if i < len(want) && f.Untimed && f.Time == 0 {
				at = want[i].time // a simple packet: gopacket calls it the year 1
			}
			got = append(got, seen{string(f.Data), f.Wire, at})
		}
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(seen{})); diff != "" {
			t.Fatalf("seed %d: (-gopacket +ours)\n%s", seed, diff)
		}
	}
}
