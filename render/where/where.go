// Package where is --where: an expression over what the flow table says of a packet, of a request
// that was lost, or of a flow. Text goes in; out comes a [Filter], and of it a [Judge], which says
// of one event or row whether it is wanted. docs/where.md has the language.
//
// The language is a small one, read by recursive descent, and no library's: those there are box
// their values and allocate each time they are asked, know neither addresses nor durations as these
// lines have them, and can't say at which column something is wrong in the words of this program.
//
// Durations and times are int64 nanoseconds.
package where

import (
	"time"

	"icmpdump/flowtable"
	"icmpdump/render"
)

// A Filter is an expression, checked. It does not change.
type Filter struct{ root node }

// Parse checks text. Dates without a zone are those of loc. The error is a *caret.Error.
func Parse(text string, loc *time.Location) (*Filter, error) {
	p := parser{scanner: scanner{text: text}, loc: loc}
	p.next()
	root, err := p.or()
	if err == nil && p.tok.kind != tokenEnd {
		err = p.expected("and, or, or the end")
	}
	if err != nil {
		return nil, err
	}
	return &Filter{root}, nil
}

// String is the expression in its normal form: what means the same when it is parsed again.
func (f *Filter) String() string { return string(f.root.append(nil)) }

// A Judge judges by a Filter. It keeps a buffer, allocates nothing, and belongs to one goroutine.
type Judge struct {
	root node
	s    subject
}

// Judge is a judge for what a drawer with these options draws: of them Iface and OneWay matter.
func (f *Filter) Judge(o render.Options) *Judge {
	return &Judge{root: f.root, s: subject{oneWay: o.OneWay, ifaces: render.NewIfaces(o.Iface)}}
}

// Event reports whether e, which is about a packet or a lost request, is wanted.
func (j *Judge) Event(e *flowtable.Event) bool {
	j.s.event, j.s.row = e, nil
	return j.root.eval(&j.s)
}

// Row reports whether a flow is wanted.
func (j *Judge) Row(r *flowtable.Row) bool {
	j.s.event, j.s.row = nil, r
	return j.root.eval(&j.s)
}
