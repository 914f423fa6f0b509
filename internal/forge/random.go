package forge

import (
	"iter"
	"math/rand/v2"
	"slices"

	"github.com/gopacket/gopacket/layers"
)

// A Kind is one sort of message.
type Kind struct {
	Name string
	make func(d dice) Message
}

// Kinds are all sorts of messages there are: each type that a document describes, with every
// form of its body, and one Kind for all other types of a version.
var Kinds = slices.Concat(kinds4, kinds6, kindsND, kindsMobile, kindsRPL)

// Message is a random one of its kind, well-formed.
func (k Kind) Message(r *rand.Rand) Message { return k.make(dice{r}) }

// Datagram is a random message of its kind behind random headers of IP, well-formed but for a
// checksum that may be wrong. It may be any fragment.
func (k Kind) Datagram(r *rand.Rand) []byte { return dice{r}.datagram(k.make(dice{r})) }

// Frame is Datagram in an Ethernet frame, with up to three VLAN tags.
func (k Kind) Frame(r *rand.Rand) []byte {
	d := dice{r}
	datagram := k.Datagram(r)
	var tags []uint16
	if d.one(4) {
		tags = some(d, 1, 3, d.uint16)
	}
	return Link(layers.LinkTypeEthernet, datagram, tags...)
}

// Random is a random frame of any kind.
func Random(r *rand.Rand) []byte { return Kinds[r.IntN(len(Kinds))].Frame(r) }

// Each yields n random datagrams of every kind, each in a frame of every link type, which is told
// by its index in Links; the same ones every time.
func Each(n int) iter.Seq2[int, []byte] {
	return func(yield func(int, []byte) bool) {
		r := rand.New(rand.NewPCG(1, 0))
		for _, kind := range Kinds {
			for range n {
				datagram := kind.Datagram(r)
				for i, link := range Links {
					if !yield(i, Link(link, datagram)) {
						return
					}
				}
			}
		}
	}
}

// Damaged is a frame that something has happened to: it is cut short, or some of its bytes are
// others, often one that says a length.
func Damaged(r *rand.Rand, frame []byte) []byte {
	frame = slices.Clone(frame)
	if r.IntN(2) == 0 {
		return frame[:r.IntN(len(frame)+1)]
	}
	for range 1 + r.IntN(3) {
		b := &frame[r.IntN(len(frame))]
		*b = oneOf(dice{r}, 0, 1, *b+1, *b-1, ^*b, 0xff, byte(r.Uint32()))
	}
	return frame
}
