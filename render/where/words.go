package where

import (
	"slices"

	"icmpdump/capture/icmp"
	"icmpdump/flowtable"
	"icmpdump/render"
)

// The words of fields, each by its bit.

var eventWords = []string{"packet", "lost", "fragment", "malformed", "flow"}

func eventBit(name string) int64 { return 1 << slices.Index(eventWords, name) }

// protoBit is the bit of "icmp" or "icmp6".
func protoBit(version uint8) int64 {
	if version == 6 {
		return 2
	}
	return 1
}

func noteWords() (words []string) {
	for n := flowtable.Notes(1); n != 0; n <<= 1 {
		n.Each(func(word string) { words = append(words, word) })
	}
	return words
}

func sumWords() (words []string) {
	for s := icmp.SumUnknown; s <= icmp.SumBad; s++ {
		words = append(words, render.ChecksumName(s))
	}
	return words
}

func directionWords() (words []string) {
	for d := icmp.DirUnknown; d <= icmp.DirOther; d++ {
		words = append(words, render.DirectionName(d))
	}
	return words
}

// verdictWords are all but "ok", which is not said.
func verdictWords() (words []string) {
	for st := range icmp.Status(icmp.NumStatus) {
		if st == icmp.OK || st == icmp.NotICMP || st.Unsupported() {
			words = append(words, "")
		} else {
			words = append(words, st.String())
		}
	}
	return words
}

func reasonWords() (words []string) {
	for st := range icmp.Status(icmp.NumStatus) {
		if st == icmp.Truncated || st.Malformed() {
			words = append(words, render.Reason(st))
		} else {
			words = append(words, "")
		}
	}
	return words
}

func kindWords() (words []string) {
	words = append(words, "")
	for k := flowtable.KindNone + 1; k <= flowtable.KindOther; k++ {
		words = append(words, render.KindName(k))
	}
	return words
}

func statusWords() (words []string) {
	for s := flowtable.StatusActive; s <= flowtable.StatusTimedOut; s++ {
		words = append(words, s.String())
	}
	return words
}
