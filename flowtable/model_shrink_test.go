package flowtable_test

import (
	"fmt"
	"slices"
	"strings"
)

// shrink takes out of a script what its difference does not need.
func shrink(s script) script {
	fails := func(ops []op) bool { return newTwin(s.config, false).play(&script{s.config, ops}) != "" }
	for size := len(s.ops) / 2; size > 0; size /= 2 {
		for at := 0; at+size <= len(s.ops); {
			if less := slices.Delete(slices.Clone(s.ops), at, at+size); fails(less) {
				s.ops = less
			} else {
				at += size
			}
		}
	}
	return s
}

// String is the script as a person reads it, with times since its beginning.
func (s script) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%+v\n", s.config)
	for _, o := range s.ops {
		word := "advance"
		switch {
		case o.drops:
			word = "dropped"
		case o.resets:
			word = "reset"
		}
		if len(o.samples) == 0 {
			fmt.Fprintf(&b, "%s %d µs\n", word, o.now/us-1_700_000_000*sec/us)
		}
		for i := range o.samples {
			p := &o.samples[i].packet
			seq, _ := p.Seq()
			id, _ := p.ID()
			fmt.Fprintf(&b, "add %d µs: %v > %v type %d code %d id %d seq %d, length %d, got %d, flags %#x, iface %d, dir %d, VLAN %v, IP id %d, quotes %+v\n",
				p.Time/us-1_700_000_000*sec/us, addrOf(p.Version, p.Src), addrOf(p.Version, p.Dst), p.Type, p.Code, id, seq,
				p.Length, p.Got, p.Flags, p.Iface, p.Dir, p.VLAN[:min(p.Tags, 2)], p.IPID, p.Quoted())
		}
	}
	return b.String()
}
