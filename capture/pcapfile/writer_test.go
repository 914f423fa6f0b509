package pcapfile

import (
	"bytes"
	"errors"
	"io"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gopacket/gopacket/pcapgo"

	"icmpdump/capture"
	"icmpdump/capture/icmp"
)

// of is a frame of that link type.
func of(link icmp.Link, data string) capture.Frame {
	return capture.Frame{Frame: icmp.Frame{Data: []byte(data), Wire: len(data), Link: link}, Time: 1_700_000_000_123456789}
}

// with is f after a change.
func with(f capture.Frame, change func(*capture.Frame)) capture.Frame {
	change(&f)
	return f
}

// written is a file of these frames, and how many were refused.
func written(w *Writer, frames []capture.Frame, comment []byte) (file []byte, refused int) {
	file = w.Begin(nil)
	for i := range frames {
		before, room := len(file), w.Room(&frames[i], comment)
		var err error
		file, err = w.Append(file, &frames[i], comment)
		if errors.Is(err, ErrOtherLink) {
			refused++
		}
		if end := w.End(bytes.Clone(file), &Statistics{Begin: 1, End: 2, Live: true}); len(end) > before+room {
			panic("more than there is room for")
		}
	}
	return w.End(file, &Statistics{Begin: 1, End: 2, Live: true, Dropped: 7, Lost: 2}), refused
}

// readBack are a file's frames with the names of their interfaces, their bytes their own.
func readBack(t *testing.T, file []byte) (frames []capture.Frame, names []string) {
	t.Helper()
	r := NewReader(bytes.NewReader(file))
	dst := make([]capture.Frame, 16)
	for {
		n, err := r.Read(dst)
		for _, f := range dst[:n] {
			f.Data = bytes.Clone(f.Data)
			names = append(names, r.Interface(f.Iface))
			f.Iface, f.Number = 0, 0
			frames = append(frames, f)
		}
		if errors.Is(err, io.EOF) {
			return frames, names
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

var ifNames = map[int32]string{2: "eth0", 3: "tun0", -1: "a file's"}

func TestWriterIsReadBack(t *testing.T) {
	frames := []capture.Frame{
		with(of(icmp.LinkEthernet, "an ethernet frame"), func(f *capture.Frame) { f.Iface, f.Dir = 2, icmp.DirIn }),
		with(of(icmp.LinkEthernet, "another"), func(f *capture.Frame) { f.Iface, f.Dir = 2, icmp.DirOut }),
		with(of(icmp.LinkRaw, "E"), func(f *capture.Frame) { f.Iface, f.Dir = 3, icmp.DirMulticast }),
		with(of(icmp.LinkEthernet, "cut"), func(f *capture.Frame) { f.Iface, f.Dir, f.Wire = 9, icmp.DirBroadcast, 1500 }),
		with(of(icmp.LinkEthernet, "promiscuous"), func(f *capture.Frame) { f.Iface, f.Dir = -1, icmp.DirOther }),
		of(icmp.LinkNull, "\x02\x00\x00\x00E"), of(icmp.LinkLoop, "\x00\x00\x00\x02E"), of(icmp.LinkSLL, "cooked"),
		with(of(icmp.LinkSLL2, "cooked again"), func(f *capture.Frame) { f.Iface = 77 }),
		of(icmp.LinkPPP, "\xff\x03\x00\x21E"), of(icmp.LinkPPP, "\x0f\x00\x08\x00E"), of(icmp.LinkPPP, "\x21E"),
		with(of(icmp.LinkRaw, "E"), func(f *capture.Frame) { f.Time, f.Untimed = 0, true }),
		with(of(icmp.LinkRaw, "E"), func(f *capture.Frame) { f.Time, f.Untimed = -1, true }),
		with(of(icmp.LinkRaw, "E"), func(f *capture.Frame) { f.Time, f.Untimed = math.MinInt64, true }),
		with(of(icmp.LinkRaw, "E"), func(f *capture.Frame) { f.Time, f.Untimed = math.MaxInt64, true }),
		with(of(icmp.LinkRaw, "E"), func(f *capture.Frame) { f.Time = lastSecond*1e9 + 999999999 }),
	}
	wantNames := []string{"eth0", "eth0", "tun0", "if9", "a file's", "", "", "", "", "", "", "", "", "", "", "", ""}
	w := &Writer{Interface: func(i int32) string { return ifNames[i] }, About: About{"x86_64", "Linux", "icmpdump"}}
	file, refused := written(w, frames, []byte("note=DUP"))
	got, names := readBack(t, file)
	want := slices.Clone(frames)
	for i := range want {
		want[i].Iface = 0
	}
	if diff := cmp.Diff(want, got); diff != "" || refused != 0 {
		t.Errorf("%d refused (-want +got)\n%s", refused, diff)
	}
	if diff := cmp.Diff(wantNames, names); diff != "" {
		t.Errorf("interfaces (-want +got)\n%s", diff)
	}
}

// The tag that the kernel took out is back, and counted; what is written is no longer than the
// snapshot length all the same.
func TestWriterPutsTagsBack(t *testing.T) {
	f := of(icmp.LinkEthernet, "twelve bytes\x08\x00rest")
	f.TPID, f.TCI, f.Wire = 0x8100, 0x6064, 100
	for _, tt := range []struct {
		snaplen int
		want    string
	}{
		{0, "twelve bytes\x81\x00\x60\x64\x08\x00rest"},
		{20, "twelve bytes\x81\x00\x60\x64\x08\x00re"},
	} {
		for _, classic := range []bool{false, true} {
			file, _ := written(&Writer{Classic: classic, Snaplen: tt.snaplen}, []capture.Frame{f}, nil)
			got, _ := readBack(t, file)
			if len(got) != 1 || string(got[0].Data) != tt.want || got[0].Wire != 104 {
				t.Errorf("pcap %v: %+v, want %q of 104 bytes", classic, got, tt.want)
			}
		}
	}
}

// A pcap file has one link type, and times of 32 bits.
func TestWriterOfPcap(t *testing.T) {
	late := of(icmp.LinkEthernet, "late")
	late.Time = (lastSecond + 1) * 1e9
	early := of(icmp.LinkEthernet, "early")
	early.Time = -5
	w := &Writer{Classic: true}
	file, refused := written(w, []capture.Frame{
		of(icmp.LinkEthernet, "first"), of(icmp.LinkRaw, "raw"), late, early, of(icmp.LinkSLL, "cooked"),
	}, []byte("no place for it"))
	got, _ := readBack(t, file)
	for i := range got {
		if timeless := i > 0; got[i].Untimed != timeless || timeless && got[i].Time != 0 {
			t.Errorf("frame %d has time %d", i, got[i].Time)
		}
	}
	if len(got) != 3 || refused != 2 || w.Timeless != 2 {
		t.Errorf("%d frames, %d refused, %d timeless; want 3, 2, 2", len(got), refused, w.Timeless)
	}
	framed := []capture.Frame{of(icmp.LinkPPP, "\x21E"), of(icmp.LinkPPP, "\xff\x03\x00\x21E"), of(icmp.LinkPPP, "\x0f\x00\x08\x00E")}
	if _, refused := written(&Writer{Classic: true}, framed, nil); refused != 1 {
		t.Errorf("%d frames of PPP refused, want Cisco's", refused)
	}
}

// A file without frames is one that readers take: it has a link type.
func TestWriterOfNothing(t *testing.T) {
	for _, tt := range []struct {
		name  string
		first *Medium
		link  icmp.Link
	}{
		{"known beforehand", &Medium{3, "tun0", icmp.LinkRaw}, icmp.LinkRaw},
		{"not known", nil, icmp.LinkEthernet},
	} {
		for _, classic := range []bool{false, true} {
			file, _ := written(&Writer{Classic: classic, First: tt.first}, nil, nil)
			if got, _ := readBack(t, file); len(got) != 0 {
				t.Errorf("%s: %d frames", tt.name, len(got))
			}
			want := network(&capture.Frame{Frame: icmp.Frame{Link: tt.link}})
			if link := linkOf(t, file); link != want {
				t.Errorf("%s, pcap %v: link type %d, want %d", tt.name, classic, link, want)
			}
		}
	}
}

// linkOf is the link type that gopacket finds in a file.
func linkOf(t *testing.T, file []byte) uint32 {
	t.Helper()
	if r, err := pcapgo.NewReader(bytes.NewReader(file)); err == nil {
		return uint32(r.LinkType())
	}
	r, err := pcapgo.NewNgReader(bytes.NewReader(file), pcapgo.DefaultNgReaderOptions)
	if err != nil {
		t.Fatal(err)
	}
	return uint32(r.LinkType())
}

// The statistics are those of their interface, with what is known of all together in the first's; of
// a file that was read there are times only.
func TestWriterStatistics(t *testing.T) {
	frames := []capture.Frame{of(icmp.LinkEthernet, "first"), of(icmp.LinkEthernet, "second"), of(icmp.LinkEthernet, "third")}
	frames[0].Iface, frames[1].Iface, frames[2].Iface = 2, 3, 2
	w := &Writer{Interface: func(i int32) string { return ifNames[i] }}
	file := w.Begin(nil)
	for i := range frames {
		file, _ = w.Append(file, &frames[i], nil)
	}
	begin, end := time.Unix(1_700_000_000, 5), time.Unix(1_700_000_009, 7)
	for _, tt := range []struct {
		name string
		live bool
		want []pcapgo.NgInterfaceStatistics
	}{
		{"live", true, []pcapgo.NgInterfaceStatistics{
			{PacketsReceived: 2 + 7 + 5, PacketsDropped: 7 + 5}, {PacketsReceived: 1},
		}},
		{"of a file", false, []pcapgo.NgInterfaceStatistics{
			{PacketsReceived: pcapgo.NgNoValue64, PacketsDropped: pcapgo.NgNoValue64},
			{PacketsReceived: pcapgo.NgNoValue64, PacketsDropped: pcapgo.NgNoValue64},
		}},
	} {
		whole := w.End(bytes.Clone(file), &Statistics{Begin: begin.UnixNano(), End: end.UnixNano(), Live: tt.live, Dropped: 7, Lost: 5})
		r, err := pcapgo.NewNgReader(bytes.NewReader(whole), pcapgo.DefaultNgReaderOptions)
		if err != nil {
			t.Fatal(err)
		}
		for err == nil {
			_, _, err = r.ReadPacketData()
		}
		for i, want := range tt.want {
			ifi, err := r.Interface(i)
			if err != nil {
				t.Fatal(err)
			}
			got := ifi.Statistics
			want.LastUpdate, want.StartTime, want.EndTime, want.Comment = end.UTC(), begin.UTC(), end.UTC(), got.Comment
			got.LastUpdate, got.StartTime, got.EndTime = got.LastUpdate.UTC(), got.StartTime.UTC(), got.EndTime.UTC()
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s, %s (-want +got)\n%s", tt.name, ifi.Name, diff)
			}
		}
		osdrop := append([]byte{optOSDrop, 0, 8, 0}, 7, 0, 0, 0, 0, 0, 0, 0) // gopacket does not read it
		if n := bytes.Count(whole, osdrop); n != map[bool]int{true: 1}[tt.live] {
			t.Errorf("%s: %d blocks have the drops", tt.name, n)
		}
	}
}

// A section takes no more interfaces than our reader does; then another begins.
func TestWriterOfManyInterfaces(t *testing.T) {
	w := &Writer{}
	file := w.Begin(nil)
	const n = maxInterfaces + 5
	for i := range n {
		f := of(icmp.LinkRaw, "E")
		f.Iface = -1 - maxInterfaces - int32(i)
		file, _ = w.Append(file, &f, nil)
	}
	file = w.End(file, &Statistics{})
	if got, _ := readBack(t, file); len(got) != n {
		t.Errorf("%d frames, want %d", len(got), n)
	}
	if len(w.ng.known) > n {
		t.Errorf("%d interfaces remembered", len(w.ng.known))
	}
	w.Begin(nil)
	if len(w.ng.known) != 0 {
		t.Errorf("%d interfaces remembered in the next file", len(w.ng.known))
	}
}

func TestWriterAllocs(t *testing.T) {
	frame := of(icmp.LinkEthernet, "an ethernet frame")
	frame.TPID, frame.Dir = 0x8100, icmp.DirIn
	for _, classic := range []bool{false, true} {
		w := &Writer{Classic: classic}
		buf := w.Begin(make([]byte, 0, 4096))
		buf, _ = w.Append(buf, &frame, nil)
		head, comment := len(buf), []byte("note=DUP")
		if n := testing.AllocsPerRun(1000, func() {
			_ = w.Room(&frame, comment)
			buf, _ = w.Append(buf[:head], &frame, comment)
		}); n != 0 {
			t.Errorf("pcap %v: %v allocations a frame", classic, n)
		}
	}
}

func BenchmarkWriter(b *testing.B) {
	frame := of(icmp.LinkEthernet, string(make([]byte, 98)))
	frame.Dir = icmp.DirIn
	for _, name := range []string{"pcap", "pcapng"} {
		b.Run(name, func(b *testing.B) {
			w := &Writer{Classic: name == "pcap"}
			buf := w.Begin(make([]byte, 0, 4096))
			buf, _ = w.Append(buf, &frame, nil)
			head := len(buf)
			b.ReportAllocs()
			for b.Loop() {
				_ = w.Room(&frame, nil)
				buf, _ = w.Append(buf[:head], &frame, nil)
			}
		})
	}
}
