package where

import (
	"slices"
	"strings"

	"icmpdump/capture/icmp"
	"icmpdump/flowtable"
	"icmpdump/render"
)

// A class is what sort of thing a field is: what it can be compared with, and how.
type class uint8

const (
	classNumber class = iota
	classDuration
	classShare // of 1
	classTime
	classType // of ICMP, by number or name
	classWord // one or more of the field's own
	classBool
	classAddr
	classText
)

// takes reports whether o can be asked of the class, with a value.
func (c class) takes(o op) bool {
	switch o {
	case opLike:
		return c == classText
	case opLess, opAtMost, opMore, opAtLeast:
		return c <= classType
	}
	return true
}

// A field is what there is to ask about.
type field struct {
	name  string   // in the normal form
	also  []string // what else it is called, by other outputs
	class class
	words []string // of classWord, by the bit of numbers[0]; "" is none, and one may stand there twice

	// Reads of an event, and of a row; nil if it has no such field. They say how many there are: 0
	// if it is not there.
	event, row func(*subject) int
}

func (f *field) read(s *subject) int {
	get := f.event
	if s.row != nil {
		get = f.row
	}
	if get == nil {
		return 0
	}
	return get(s)
}

// A subject is what is judged, and what was read of it.
type subject struct {
	event *flowtable.Event // nil if it is a row
	row   *flowtable.Row

	oneWay bool // nothing can be said to be lost
	ifaces *render.Ifaces

	numbers [2]int64   // words are bits
	addr    *icmp.Addr // and which version of IP it is of
	version uint8
	text    []byte
	kept    icmp.Addr // one that addr may point to
	quote   icmp.Quote
}

// one makes n what was read, if it is there.
func (s *subject) one(n int64, there bool) int {
	s.numbers[0] = n
	if there {
		return 1
	}
	return 0
}

// address makes a what was read, if it is there. It stays where it is.
func (s *subject) address(a *icmp.Addr, version uint8, there bool) int {
	s.addr, s.version = a, version
	if there {
		return 1
	}
	return 0
}

// said makes text what was read, unless it is empty.
func (s *subject) said(text []byte) int {
	s.text = text
	return min(len(text), 1)
}

// fieldOf is the field of that name, or nil. As in JSON's paths a dot is taken for the stroke that
// CSV has, and a dash of a column's name too.
func fieldOf(name string) *field {
	name = canonical(name)
	for _, f := range fields {
		if f.name == name || slices.Contains(f.also, name) {
			return f
		}
	}
	return nil
}

func canonical(name string) string {
	return strings.TrimPrefix(strings.NewReplacer(".", "_", "-", "_").Replace(name), "flow_")
}

// unknownField says that there is no field of that name, and which ones are near.
func unknownField(name string) string {
	text := "there is no field " + name
	if near := nearest(canonical(name), allNames()); len(near) > 0 {
		return text + "; near it: " + strings.Join(near, ", ")
	}
	var some []string
	for _, f := range fields[:lineFields] {
		some = append(some, f.name)
	}
	return text + "; there are those of JSON, and " + strings.Join(some, " ")
}

func allNames() (names []string) {
	for _, f := range fields {
		names = append(append(names, f.name), f.also...)
	}
	return names
}

// nearest are, of names, at most three that name is the beginning of; or else those that take the
// fewest changes to become it, if they are few for its length.
func nearest(name string, names []string) (near []string) {
	name = strings.ToLower(name)
	for _, n := range names {
		if len(name) > 2 && strings.HasPrefix(n, name) {
			near = append(near, n)
		}
	}
	if len(near) > 0 {
		return near[:min(len(near), 3)]
	}
	least := min(2, len(name)/2)
	for _, n := range names {
		switch d := distance(name, n); {
		case d < least:
			near, least = []string{n}, d
		case d == least:
			near = append(near, n)
		}
	}
	return near[:min(len(near), 3)]
}

// distance is how many bytes must be put in, left out or changed to make b of a.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		last := row[0] // of the row above, one to the left
		row[0] = i + 1
		for j := range len(b) {
			cost := last
			if a[i] != b[j] {
				cost++
			}
			last = row[j+1]
			row[j+1] = min(cost, row[j]+1, last+1)
		}
	}
	return row[len(b)]
}
