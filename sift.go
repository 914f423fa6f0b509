package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/urfave/cli/v2"

	"icmpdump/capture"
	"icmpdump/flowtable"
	"icmpdump/render/where"
)

// whereOf is what --where says, or nil.
func whereOf(c *cli.Context) (*where.Filter, error) {
	if !c.IsSet("where") {
		return nil, nil
	}
	f, err := where.Parse(c.String("where"), time.Local)
	if err == nil {
		return f, nil
	}
	wrong := &usageError{text: fmt.Sprintf("--where: %s", err)}
	errors.As(err, &wrong.at)
	return nil, wrong
}

// A sieve is what --where leaves of what the table says, and how much of it -c wants. The zero value
// leaves everything. It belongs to the worker.
type sieve struct {
	judge *where.Judge // nil without --where
	count bool         // -c counts what is left
	want  uint64       // of these, how many more
	done  bool         // no more

	// Guarded by the watcher's mu.
	leftOut uint64        // events
	hidden  uint64        // errors about queries for names
	unread  capture.Tally // packets that came when no more were wanted
}

// newSieve is the sieve of a capture. Of rows -c does not count how many are wanted, but packets that
// are read for them.
func newSieve(o *options) sieve {
	if o.where == nil {
		return sieve{}
	}
	return sieve{judge: o.where.Judge(o.draw), count: o.count > 0 && !o.flows, want: o.count}
}

// sift takes out of the batch what came behind m, so many packets among it, and is not wanted.
func (w *worker) sift(m mark, packets int) {
	came := len(w.batch.events.All) - m.events
	w.others += uint64(came - packets)
	if w.judge == nil || w.opts.flows { // then it is about rows
		return
	}
	w.batch.sift(m, w.wants)
	w.mu.Lock()
	w.leftOut += uint64(m.events + came - len(w.batch.events.All))
	w.mu.Unlock()
}

// wants reports whether an event of the batch is wanted. The last that -c counts ends the capture.
func (w *worker) wants(e *flowtable.Event) bool {
	if e.Ended { // -c is about packets and lost requests
		return w.judge.Row(&w.batch.events.Rows[e.Row])
	}
	if w.done || !w.judge.Event(e) {
		return false
	}
	if w.count {
		w.want--
		if w.done = w.want == 0; w.done {
			w.stop()
		}
	}
	return true
}

// hide takes out of the batch what came behind m and is about queries for names: who looks at a host's
// traffic wants to see others'. The table and -w have it.
func (w *worker) hide(m mark) {
	if w.names == nil || w.opts.flows || w.opts.silent && !w.opts.console {
		return
	}
	came := len(w.batch.events.All)
	w.batch.sift(m, func(e *flowtable.Event) bool { return e.Ended || e.Lost || !w.names.Own(&e.Packet) })
	w.mu.Lock()
	w.hidden += uint64(came - len(w.batch.events.All))
	w.mu.Unlock()
}

// leave leaves packets of in unread, from first on: no more are wanted.
func (w *worker) leave(in *capture.Batch, first int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for i := range in.Packets[first:] {
		w.unread.Count(&in.Packets[first+i])
	}
}

// sift takes out what came after m and is not wanted.
func (b *batch) sift(m mark, want func(*flowtable.Event) bool) {
	all, to, frame := b.events.All, m, m.frames
	for i := m.events; i < len(all); i++ {
		e := &all[i]
		isPacket := !e.Ended && !e.Lost
		if isPacket {
			frame++
		}
		if !want(e) {
			continue
		}
		if e.Ended {
			b.events.Rows[to.rows] = b.events.Rows[e.Row]
			e.Row = to.rows
			to.rows++
		}
		if isPacket {
			k := b.frames[frame-1]
			copy(b.bytes[to.bytes:], b.bytes[k.At:k.At+k.Size])
			k.At = uint32(to.bytes)
			b.frames[to.frames] = k
			to.frames++
			to.bytes += int(k.Size)
		}
		if to.events < i {
			all[to.events] = *e
		}
		to.events++
	}
	b.cut(to)
}
