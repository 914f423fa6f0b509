package screen

import (
	"icmpdump/flowtable"
	"icmpdump/render"
)

// A Feed is what the screen asks about the capture. Any goroutine may call it.
type Feed interface {
	// Summary is the totals up to now. Its Rows may be missing.
	Summary() *render.Summary

	// Rows appends a copy of every flow.
	Rows(dst []flowtable.Row) []flowtable.Row

	// Changes is another number when anything of the above may be another. It costs next to nothing.
	Changes() uint64

	// Reset makes the counters of all flows begin anew.
	Reset()

	// Ended reports whether the input has ended.
	Ended() bool

	// Save writes a file, in the format that its name ends with, or leaves none. What is there is not written
	// over unless that is wanted: then the error is fs.ErrExist. It takes its time.
	Save(s *Save) error
}
