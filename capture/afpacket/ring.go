package afpacket

import (
	"encoding/binary"
	"fmt"
	"math"

	"golang.org/x/sys/unix"

	"icmpdump/capture"
	"icmpdump/capture/icmp"
)

// blockSize is what the kernel fills before it hands it over. Below 128 KiB it would cut
// large packets without saying so.
const blockSize = 128 << 10

// blockTimeout is after how many milliseconds the kernel hands over a block that is not full,
// counted from when it was opened: the age of a lone packet is about half of it. docs/capture.md
// has the measured values.
const blockTimeout = 2

// maxRing bounds the ring, whose memory the kernel neither limits nor charges to anybody.
const maxRing = 1 << 30

// Offsets in a block's header: struct tpacket_block_desc with tpacket_hdr_v1 in it
// (linux/if_packet.h).
const (
	blockStatus  = 8
	blockPackets = 12
	blockFirst   = 16 // offset of the first packet
	blockHeader  = 48
)

// Offsets in a packet's header, struct tpacket3_hdr, and in the struct sockaddr_ll behind it.
const (
	frameNext    = 0 // offset to the next packet
	frameSec     = 4
	frameNsec    = 8
	frameSnaplen = 12
	frameLen     = 16
	frameStatus  = 20
	frameMAC     = 24 // offset of the link header
	frameNet     = 26 // offset of the network header
	frameTCI     = 32 // stripped VLAN tag
	frameTPID    = 36 // its EtherType

	addrIfindex = 48 + 4
	addrHatype  = 48 + 8
	addrPkttype = 48 + 10

	frameHeader = 48 + 20
)

// Hardware types (linux/if_arp.h) whose frames begin with an Ethernet header.
const (
	hatypeEther    = unix.ARPHRD_ETHER
	hatypeLoopback = unix.ARPHRD_LOOPBACK
)

// A ring is memory shared with the kernel (packet_mmap, TPACKET_V3), in blocks that belong to
// one side at a time. Its methods are for the one goroutine that reads.
type ring struct {
	mem    []byte
	block  int // the one being read, or waited for
	open   bool
	left   uint32 // packets of the open block that were not handed out yet
	next   int    // offset of the next of them
	read   uint64 // packets that left the ring
	copies uint64 // of them, those that were dropped as copies

	keepCopies bool // the only copies wanted are the outgoing ones
}

// newRing makes a ring of at least size bytes on the socket fd and maps it.
func newRing(fd, size int) (*ring, error) {
	blocks := max(2, (size+blockSize-1)/blockSize)
	if blocks*blockSize > maxRing {
		return nil, fmt.Errorf("a ring of %d KiB: at most %d are possible", size>>10, maxRing>>10)
	}
	if err := unix.SetsockoptInt(fd, unix.SOL_PACKET, unix.PACKET_VERSION, unix.TPACKET_V3); err != nil {
		return nil, fmt.Errorf("setsockopt PACKET_VERSION: %w", err)
	}
	const frameSize = 2048 // of no meaning in version 3, but checked
	req := unix.TpacketReq3{
		Block_size:     blockSize,
		Block_nr:       uint32(blocks),
		Frame_size:     frameSize,
		Frame_nr:       uint32(blocks * (blockSize / frameSize)),
		Retire_blk_tov: blockTimeout,
	}
	if err := unix.SetsockoptTpacketReq3(fd, unix.SOL_PACKET, unix.PACKET_RX_RING, &req); err != nil {
		return nil, fmt.Errorf("setsockopt PACKET_RX_RING of %d KiB: %w", blocks*blockSize>>10, err)
	}
	mem, err := unix.Mmap(fd, 0, blocks*blockSize, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		return nil, fmt.Errorf("mmap of %d KiB: %w", blocks*blockSize>>10, err)
	}
	return &ring{mem: mem}, nil
}

func (r *ring) blocks() int { return len(r.mem) / blockSize }

func (r *ring) at(block int) []byte {
	return r.mem[block*blockSize : (block+1)*blockSize : (block+1)*blockSize]
}

// ready reports whether the kernel has handed over the block that is to be read.
func (r *ring) ready() bool { return r.open || r.handedOver(r.block) }

// handedOver reports whether a block is ours. Any goroutine may ask.
func (r *ring) handedOver(block int) bool {
	return word(r.at(block), blockStatus).Load()&unix.TP_STATUS_USER != 0
}

// frames hands out frames of one block; its memory is theirs until release. It hands out none
// if the kernel has not handed over the block. An error means that the kernel and this
// package do not agree on what a ring looks like.
func (r *ring) frames(dst []capture.Frame) (int, error) {
	if !r.ready() {
		return 0, nil
	}
	b := r.at(r.block)
	if !r.open {
		r.open = true
		r.left = binary.NativeEndian.Uint32(b[blockPackets:])
		r.next = int(binary.NativeEndian.Uint32(b[blockFirst:]))
	}
	n := 0
	for n < len(dst) && r.left > 0 {
		next, hatype, err := parseFrame(&dst[n], b, r.next)
		if err != nil {
			return n, fmt.Errorf("ring block %d: %w", r.block, err)
		}
		r.next += next
		r.left--
		r.read++
		if hatype == hatypeLoopback && dst[n].Dir == icmp.DirOut && !r.keepCopies {
			r.copies++ // a loopback interface shows each packet twice: going out, and coming in
			continue
		}
		n++
	}
	return n, nil
}

// release gives the block back to the kernel if all its frames have been handed out. What
// was handed out is not valid any more.
func (r *ring) release() {
	if !r.open || r.left > 0 {
		return
	}
	b := r.at(r.block)
	word(b, blockPackets).Store(0) // for remaining: the kernel does so only when it comes here
	word(b, blockStatus).Store(unix.TP_STATUS_KERNEL)
	r.block = (r.block + 1) % r.blocks()
	r.open = false
}

// crowded reports whether the kernel has handed over the block that is half a ring ahead.
func (r *ring) crowded() bool { return r.handedOver((r.block + r.blocks()/2) % r.blocks()) }

// remaining is how many packets are in the ring that were not handed out. It is exact once
// the kernel adds no more.
func (r *ring) remaining() uint64 {
	n := uint64(r.left)
	for i := range r.blocks() {
		if i != r.block || !r.open {
			n += uint64(word(r.at(i), blockPackets).Load())
		}
	}
	return n
}

func (r *ring) unmap() error {
	if r == nil || r.mem == nil {
		return nil
	}
	mem := r.mem
	r.mem = nil
	return unix.Munmap(mem)
}

// parseFrame reads the packet header at b[at:], b being a whole block, and is the only place
// that turns offsets of the kernel's into slices: each is checked first. It returns the
// offset to the next packet, and the hardware type.
func parseFrame(f *capture.Frame, b []byte, at int) (next int, hatype uint16, err error) {
	if at < blockHeader || at > len(b)-frameHeader {
		return 0, 0, fmt.Errorf("packet header at %d", at)
	}
	ne := binary.NativeEndian
	h := b[at:]
	mac, net := int(ne.Uint16(h[frameMAC:])), int(ne.Uint16(h[frameNet:]))
	snaplen, wire := ne.Uint32(h[frameSnaplen:]), ne.Uint32(h[frameLen:])
	if mac < frameHeader || net < mac || int64(mac)+int64(snaplen) > int64(len(h)) || wire > math.MaxInt32 {
		return 0, 0, fmt.Errorf("packet at %d: link header at %d, network header at %d, %d of %d bytes",
			at, mac, net, snaplen, wire)
	}
	data := h[mac : mac+int(snaplen) : mac+int(snaplen)]
	status := ne.Uint32(h[frameStatus:])
	*f = capture.Frame{
		Frame: icmp.Frame{Data: data, Wire: int(wire), Link: icmp.LinkEthernet},
		Time:  int64(ne.Uint32(h[frameSec:]))*1e9 + int64(ne.Uint32(h[frameNsec:])),
		Iface: int32(ne.Uint32(h[addrIfindex:])),
		TCI:   uint16(ne.Uint32(h[frameTCI:])),
		NoSum: status&unix.TP_STATUS_CSUMNOTREADY != 0,
		Dir:   icmp.DirOf(uint16(h[addrPkttype])),
	}
	if status&unix.TP_STATUS_VLAN_VALID != 0 {
		f.TPID = unix.ETH_P_8021Q
		if tpid := ne.Uint16(h[frameTPID:]); status&unix.TP_STATUS_VLAN_TPID_VALID != 0 && tpid != 0 {
			f.TPID = tpid
		}
	}
	hatype = ne.Uint16(h[addrHatype:])
	if linkOf(hatype) == icmp.LinkRaw {
		// Some other link header, or none: the datagram is where the kernel says it is.
		skip := min(net-mac, len(data))
		f.Data, f.Wire, f.Link = data[skip:], max(0, f.Wire-skip), icmp.LinkRaw
	}
	next = int(ne.Uint32(h[frameNext:]))
	if next < 0 || next > len(b) {
		return 0, 0, fmt.Errorf("packet at %d: next at +%d", at, next)
	}
	return next, hatype, nil
}
