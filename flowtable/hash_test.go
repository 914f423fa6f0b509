package flowtable

import (
	"testing"

	"icmpdump/capture/icmp"
)

// Places that differ in words which a careless hash would let cancel each other out are told
// apart by it, whatever the seed.
func TestHashTellsApart(t *testing.T) {
	four := func(n uint32) icmp.Addr {
		return icmp.AddrFrom4([4]byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)})
	}
	six := func(high, low uint32) icmp.Addr {
		return icmp.Addr{0: byte(high >> 8), 1: byte(high), 14: byte(low >> 8), 15: byte(low)}
	}
	const mask = 0x0a00_00ff
	for name, make := range map[string]func(n uint32) place{
		"two addresses of IPv4": func(n uint32) place {
			return place{key: Key{Requester: four(n), Responder: four(n ^ mask), Version: 4}}
		},
		"halves of an address of IPv6": func(n uint32) place { return place{key: Key{Requester: six(n, n^mask), Version: 6}} },
		"two addresses of IPv6":        func(n uint32) place { return place{key: Key{Requester: six(1, n), Responder: six(n, 1), Version: 6}} },
		"an address and a VLAN":        func(n uint32) place { return place{key: Key{Responder: six(n, 0), VLAN: n, Version: 6}} },
		"an address and a scope":       func(n uint32) place { return place{key: Key{Responder: four(n), Scope: int32(n), Version: 4}} },
		"an address and an identifier": func(n uint32) place { return place{key: Key{Responder: four(n), ID: uint16(n), Version: 4}} },
		"addresses of zeros":           func(n uint32) place { return place{key: Key{ID: uint16(n), Version: 4}} },
		"quoted addresses of IPv4": func(n uint32) place {
			return place{key: Key{Version: 4, Kind: KindError}, cause: icmp.Quote{Src: four(n), Dst: four(n ^ mask)}}
		},
		"quoted addresses of IPv6": func(n uint32) place {
			return place{key: Key{Version: 6, Kind: KindError}, cause: icmp.Quote{Src: six(1, n), Dst: six(n, 1)}}
		},
	} {
		for _, seed := range []uint64{mixer2, 0x9e3779b97f4a7c15} { // a file's
			s := shared{Config: Config{Seed: seed}}
			seen := map[uint64]uint32{}
			for n := range uint32(1 << 16) {
				pl := make(n)
				h := s.hash(&pl)
				if other, ok := seen[h]; ok {
					t.Fatalf("%s, seed %#x: %d and %d have the same hash", name, seed, other, n)
				}
				seen[h] = n
			}
		}
	}
}
