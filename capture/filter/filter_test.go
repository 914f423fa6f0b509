package filter

import (
	"encoding/binary"
	"fmt"
	"slices"
	"testing"
	"time"

	"golang.org/x/net/bpf"
)

// ethernetVM is the part of the program that judges Ethernet frames by their bytes alone, in
// x/net's machine. The rest asks for the kernel's metadata, which only a kernel has: see the
// tests of capture/afpacket.
func ethernetVM(t *testing.T, snaplen uint32) *bpf.VM {
	t.Helper()
	program, err := Base(Config{Snaplen: snaplen})
	if err != nil {
		t.Fatal(err)
	}
	code, _ := bpf.Disassemble(program)
	ethernet := slices.Index(code, bpf.Instruction(bpf.LoadConstant{Dst: bpf.RegX, Val: 14}))
	if ethernet < 0 {
		t.Fatal("no part for Ethernet")
	}
	vm, err := bpf.NewVM(code[ethernet:])
	if err != nil {
		t.Fatal(err)
	}
	return vm
}

// tagged is a frame with these tags and EtherType, and a network header in which the bytes at
// 6 and 9 are proto.
func tagged(ethertype uint16, proto byte, tags ...uint16) []byte {
	b := make([]byte, 12, 80)
	for i, tag := range tags {
		b = binary.BigEndian.AppendUint16(b, tag)
		b = binary.BigEndian.AppendUint16(b, uint16(i+1))
	}
	b = binary.BigEndian.AppendUint16(b, ethertype)
	ip := make([]byte, 60)
	ip[6], ip[9] = proto, proto
	return append(b, ip...)
}

func TestEthernet(t *testing.T) {
	vm := ethernetVM(t, 96)
	tagStacks := [][]uint16{{}, {0x8100}, {0x88a8}, {0x9100}, {0x88a8, 0x8100}, {0x8100, 0x8100}}
	for proto := range 256 {
		pass4 := proto == 1 || proto == 58 || proto == 51
		pass6 := slices.Contains([]int{58, 1, 0, 43, 44, 51, 60, 135, 139, 140}, proto)
		for _, tags := range tagStacks {
			for ethertype, pass := range map[uint16]bool{0x0800: pass4, 0x86dd: pass6, 0x0806: false, 0x8847: false} {
				got, err := vm.Run(tagged(ethertype, byte(proto), tags...))
				if err != nil {
					t.Fatal(err)
				}
				if want := map[bool]int{true: 96}[pass]; got != want {
					t.Errorf("tags %x, ethertype %#x, protocol %d: %d bytes pass, want %d", tags, ethertype, proto, got, want)
				}
			}
		}
	}
	for name, tt := range map[string]struct {
		llc  string
		pass bool
	}{
		"SNAP":                         {"\xaa\xaa\x03\x00\x00\x00", true},
		"SNAP of a bridge":             {"\xaa\xaa\x03\x00\x00\xf8", true},
		"SNAP of another organization": {"\xaa\xaa\x03\x00\x00\x0c", false},
		"no SNAP":                      {"\x42\x42\x03\x00\x00\x00", false},
	} {
		for _, tags := range tagStacks {
			for ethertype, ip := range map[uint16]bool{0x0800: true, 0x86dd: true, 0x0806: false} {
				for proto, icmp := range map[byte]bool{1: true, 58: true, 17: false} {
					frame := tagged(ethertype, proto, tags...)
					n := 12 + 4*len(tags)
					frame = slices.Concat(frame[:n], []byte("\x00\x44"+tt.llc), frame[n:])
					if got, err := vm.Run(frame); (got > 0) != (tt.pass && ip && icmp) || err != nil {
						t.Errorf("%s, tags %x, %#x, protocol %d: %d bytes pass, %v", name, tags, ethertype, proto, got, err)
					}
				}
			}
		}
	}
	for proto, want := range map[byte]int{1: 96, 17: 0} {
		frame := tagged(0x0800, proto)
		if got, _ := vm.Run(slices.Concat(frame[:12], []byte("\x00\x3f\x06\x06\x03"), frame[14:])); got != want {
			t.Errorf("LLC, protocol %d: %d bytes pass, want %d", proto, got, want)
		}
	}
	if got, _ := vm.Run(tagged(0x0800, 1, 0x8100, 0x8100, 0x8100)); got != 0 {
		t.Errorf("three inline tags: %d bytes pass", got)
	}
}

// A frame that ends before the byte that decides does not pass.
func TestEthernetCutShort(t *testing.T) {
	vm := ethernetVM(t, 0)
	frame := tagged(0x0800, 1, 0x8100)
	const decides = 14 + 4 + 9
	for n := range frame {
		got, err := vm.Run(frame[:n])
		if err != nil {
			t.Fatal(err)
		}
		if pass := got > 0; pass != (n > decides) {
			t.Errorf("cut to %d bytes: pass is %v", n, pass)
		}
	}
}

func TestPrograms(t *testing.T) {
	for _, c := range []Config{{}, {Direction: In}, {Direction: Out}, {Ifaces: []int{1, 2}}, {Ifaces: make([]int, 200), Direction: In}, {Ifaces: make([]int, 1000)}} {
		program, err := Base(c)
		if err != nil {
			t.Errorf("%+v: %v", c, err)
		}
		if _, ok := bpf.Disassemble(program); !ok {
			t.Errorf("%+v: does not disassemble", c)
		}
	}
	if got := RejectAll(); len(got) != 1 || got[0].Op != 0x06 || got[0].K != 0 { // ret #0
		t.Errorf("RejectAll: %v", got)
	}
}

// The time that it takes to compile an expression grows as its length, not as the square of it.
func TestLongExpressions(t *testing.T) {
	long := func(terms int) time.Duration {
		text := []byte("id 0")
		for i := range terms {
			text = fmt.Appendf(text, " or %d", i)
		}
		begin := time.Now()
		f, err := Parse(string(text), Lookup{})
		if err == nil {
			_, err = f.Program(Config{})
		}
		if err != nil {
			t.Fatal(err)
		}
		return time.Since(begin)
	}
	long(1000)
	if few, many := long(1000), long(16000); many > 60*few {
		t.Errorf("%v for 1000 terms, %v for 16000", few, many)
	}
}
