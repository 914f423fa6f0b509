package afpacket

import (
	"bytes"
	"encoding/binary"
	"testing"

	"golang.org/x/sys/unix"

	"icmpdump/capture"
	"icmpdump/capture/icmp"
)

// packetAt puts a packet header and data into a block, as the kernel does.
func packetAt(b []byte, at int, hatype uint16, pkttype byte, data []byte) (size int) {
	const mac = frameHeader + 2
	ne := binary.NativeEndian
	h := b[at:]
	size = (mac + len(data) + 15) &^ 15
	ne.PutUint32(h[frameNext:], uint32(size))
	ne.PutUint32(h[frameSec:], 7)
	ne.PutUint32(h[frameNsec:], 9)
	ne.PutUint32(h[frameSnaplen:], uint32(len(data)))
	ne.PutUint32(h[frameLen:], uint32(len(data)))
	ne.PutUint16(h[frameMAC:], mac)
	ne.PutUint16(h[frameNet:], mac+14)
	ne.PutUint32(h[addrIfindex:], 3)
	ne.PutUint16(h[addrHatype:], hatype)
	h[addrPkttype] = pkttype
	copy(h[mac:], data)
	return size
}

// fill hands a block with n packets over, each holding its number in the block.
func fill(r *ring, block, n int, hatype uint16, pkttype byte) {
	b := r.at(block)
	at := blockHeader
	for i := range n {
		at += packetAt(b, at, hatype, pkttype, bytes.Repeat([]byte{byte(i)}, 40))
	}
	binary.NativeEndian.PutUint32(b[blockFirst:], blockHeader)
	handOver(r, block, n)
}

// handOver hands over a block that holds n packets already.
func handOver(r *ring, block, n int) {
	word(r.at(block), blockPackets).Store(uint32(n))
	word(r.at(block), blockStatus).Store(unix.TP_STATUS_USER)
}

// A ring in plain memory: its other side is this test.
func testRing() *ring { return &ring{mem: make([]byte, 2*blockSize)} }

// Only who reads a ring with room naps, in a flood, and not at its end.
func TestNaps(t *testing.T) {
	for name, tt := range map[string]struct {
		came, ring  int
		woken, want bool
	}{
		"flood":       {many, DefaultRing, false, true},
		"quiet":       {many - 1, DefaultRing, false, false},
		"small ring":  {many, DefaultRing - blockSize, false, false},
		"larger ring": {many, 2 * DefaultRing, false, true},
		"at the end":  {many, DefaultRing, true, false},
	} {
		s := Source{came: tt.came, ring: &ring{mem: make([]byte, tt.ring)}}
		s.woken.Store(tt.woken)
		if got := s.naps(); got != tt.want {
			t.Errorf("%s: %v, want %v", name, got, tt.want)
		}
	}
}

func TestRingHandsOutBlocksInTurn(t *testing.T) {
	r := testRing()
	fill(r, 0, 5, hatypeEther, 0)
	fill(r, 1, 2, hatypeEther, 0)
	dst := make([]capture.Frame, 3)
	for i, want := range []struct{ first, n, left int }{{0, 3, 4}, {3, 2, 2}, {0, 2, 0}, {0, 0, 0}} {
		r.release()
		n, err := r.frames(dst)
		if err != nil || n != want.n {
			t.Fatalf("read %d: %d frames, %v; want %d", i, n, err, want.n)
		}
		for j, f := range dst[:n] {
			if !bytes.Equal(f.Data, bytes.Repeat([]byte{byte(want.first + j)}, 40)) {
				t.Errorf("read %d, frame %d: %x", i, j, f.Data)
			}
			if f.Time != 7e9+9 || f.Iface != 3 || f.Dir != icmp.DirIn || f.Link != icmp.LinkEthernet || f.Wire != 40 {
				t.Errorf("read %d, frame %d: %+v", i, j, f)
			}
		}
		if got := r.remaining(); got != uint64(want.left) {
			t.Errorf("read %d: %d packets remain, want %d", i, got, want.left)
		}
	}
	if got := word(r.at(0), blockStatus).Load() | word(r.at(1), blockStatus).Load(); got != unix.TP_STATUS_KERNEL {
		t.Errorf("the kernel did not get its blocks back")
	}
	if r.read != 7 {
		t.Errorf("read %d, want 7", r.read)
	}
}

// The frames of a block stay as they are until release, even if all were handed out.
func TestRingKeepsItsBlockUntilRelease(t *testing.T) {
	r := testRing()
	fill(r, 0, 1, hatypeEther, 0)
	dst := make([]capture.Frame, 3)
	if n, err := r.frames(dst); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	if word(r.at(0), blockStatus).Load() != unix.TP_STATUS_USER {
		t.Error("the block went back before release")
	}
}

func TestRingDropsLoopbackCopies(t *testing.T) {
	const outgoing = 4
	for _, tt := range []struct {
		name    string
		hatype  uint16
		pkttype byte
		keep    bool
		want    int
	}{
		{"loopback, going out", hatypeLoopback, outgoing, false, 0},
		{"loopback, coming in", hatypeLoopback, 0, false, 4},
		{"loopback, going out, wanted", hatypeLoopback, outgoing, true, 4},
		{"Ethernet, going out", hatypeEther, outgoing, false, 4},
	} {
		r := testRing()
		r.keepCopies = tt.keep
		fill(r, 0, 4, tt.hatype, tt.pkttype)
		dst := make([]capture.Frame, 8)
		n, err := r.frames(dst)
		if err != nil || n != tt.want || r.copies != uint64(4-tt.want) || r.read != 4 {
			t.Errorf("%s: %d frames, %d copies, %d read, %v", tt.name, n, r.copies, r.read, err)
		}
	}
}

// What the kernel says beside a frame: a tag that it took off, which may be 0, and a checksum
// that is not there yet.
func TestRingTellsTagAndChecksum(t *testing.T) {
	for _, tt := range []struct {
		name        string
		status, tci uint32
		tpid        uint16 // as the kernel puts it
		tag         uint16 // that of the tag, if there was one
		noSum       bool
	}{
		{"nothing", 0, 7, 7, 0, false},
		{"a tag, of an old kernel", unix.TP_STATUS_VLAN_VALID, 0x6064, 0, 0x8100, false},
		{"a priority tag", unix.TP_STATUS_VLAN_VALID | unix.TP_STATUS_VLAN_TPID_VALID, 0, 0x8100, 0x8100, false},
		{"a service tag", unix.TP_STATUS_VLAN_VALID | unix.TP_STATUS_VLAN_TPID_VALID, 7, 0x88a8, 0x88a8, false},
		{"no checksum yet", unix.TP_STATUS_CSUMNOTREADY, 0, 0, 0, true},
	} {
		r := testRing()
		fill(r, 0, 1, hatypeEther, 0)
		b := r.at(0)[blockHeader:]
		binary.NativeEndian.PutUint32(b[frameStatus:], unix.TP_STATUS_USER|tt.status)
		binary.NativeEndian.PutUint32(b[frameTCI:], tt.tci)
		binary.NativeEndian.PutUint16(b[frameTPID:], tt.tpid)
		var f [1]capture.Frame
		if n, err := r.frames(f[:]); n != 1 || err != nil {
			t.Fatal(n, err)
		}
		if f[0].TPID != tt.tag || f[0].NoSum != tt.noSum || f[0].TPID != 0 && f[0].TCI != uint16(tt.tci) {
			t.Errorf("%s: %+v", tt.name, f[0])
		}
	}
}

// A ring that does not make sense is an error, never a slice out of it.
func TestRingChecksOffsets(t *testing.T) {
	ne := binary.NativeEndian
	for _, tt := range []struct {
		name  string
		spoil func(block []byte)
	}{
		{"first packet before the header's end", func(b []byte) { ne.PutUint32(b[blockFirst:], 8) }},
		{"first packet past the block", func(b []byte) { ne.PutUint32(b[blockFirst:], blockSize) }},
		{"first packet far past the block", func(b []byte) { ne.PutUint32(b[blockFirst:], 1<<31) }},
		{"link header inside the packet header", func(b []byte) { ne.PutUint16(b[blockHeader+frameMAC:], 4) }},
		{"network header before the link header", func(b []byte) { ne.PutUint16(b[blockHeader+frameNet:], frameHeader) }},
		{"data past the block", func(b []byte) { ne.PutUint32(b[blockHeader+frameSnaplen:], blockSize) }},
		{"data far past the block", func(b []byte) { ne.PutUint32(b[blockHeader+frameSnaplen:], 1<<32-1) }},
		{"wire length beyond sense", func(b []byte) { ne.PutUint32(b[blockHeader+frameLen:], 1<<31) }},
		{"next packet past the block", func(b []byte) { ne.PutUint32(b[blockHeader+frameNext:], blockSize+1) }},
		{"next packet nowhere", func(b []byte) { ne.PutUint32(b[blockHeader+frameNext:], 1<<31) }},
		{"more packets than fit", func(b []byte) { ne.PutUint32(b[blockPackets:], 1<<30) }},
	} {
		r := testRing()
		fill(r, 0, 3, hatypeEther, 0)
		tt.spoil(r.at(0))
		dst := make([]capture.Frame, blockSize)
		if _, err := r.frames(dst); err == nil {
			t.Errorf("%s: no error", tt.name)
		}
	}
}

func FuzzParseFrame(f *testing.F) {
	b := make([]byte, 512)
	packetAt(b, blockHeader, hatypeEther, 0, make([]byte, 60))
	f.Add(b, blockHeader)
	f.Fuzz(func(t *testing.T, b []byte, at int) {
		b = b[:len(b):len(b)]
		var frame capture.Frame
		if next, _, err := parseFrame(&frame, b, at); err == nil && (next < 0 || next > len(b) || cap(frame.Data) > len(b)) {
			t.Errorf("next %d, %d bytes of %d", next, cap(frame.Data), len(b))
		}
	})
}

func TestRingAllocs(t *testing.T) {
	r := testRing()
	fill(r, 0, 64, hatypeEther, 0)
	fill(r, 1, 64, hatypeEther, 0)
	dst := make([]capture.Frame, 64)
	if n := testing.AllocsPerRun(100, func() {
		handOver(r, r.block, 64)
		if n, err := r.frames(dst); n != 64 || err != nil {
			t.Fatal(n, err)
		}
		r.release()
	}); n != 0 {
		t.Errorf("%v allocations for 64 frames", n)
	}
}
