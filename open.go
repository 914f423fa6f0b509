package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"net"
	"runtime/debug"
	"strings"
	"time"

	"icmpdump/capture"
	"icmpdump/capture/afpacket"
	"icmpdump/capture/filter"
	"icmpdump/capture/icmp"
	"icmpdump/capture/pcapfile"
	"icmpdump/flowtable"
	"icmpdump/render"
)

// A source is where frames come from, live or from a file.
type source interface {
	capture.Source
	io.Closer
	Interface(index int32) string
}

// A permissionError is a socket that was refused.
type permissionError struct{ error }

func (e *permissionError) Unwrap() error { return e.error }

// open opens what the options name, and says so. Only now is it known whether live lines have
// to tell interfaces apart.
func open(o *options, stderr io.Writer) ([]source, error) {
	notice := func(text string) { fmt.Fprintf(stderr, "icmpdump: %s\n", render.Clean(text)) }
	if !o.live {
		o.judge = o.filter != nil
		files, err := pcapfile.Open(o.files, notice)
		return []source{files}, err
	}
	ifis, err := afpacket.Resolve(o.interfaces)
	if err != nil {
		return nil, err
	}
	o.draw.Ifaces = len(ifis) != 1
	config, program, err := listening(o, ifis)
	if err != nil {
		return nil, err
	}
	config.Notice = notice
	o.judge = len(program.UserSpace) > 0
	group, err := afpacket.OpenGroup(config, o.workers)
	if errors.Is(err, fs.ErrPermission) {
		return nil, &permissionError{err}
	}
	if err != nil {
		return nil, err
	}
	names := []string{afpacket.Any}
	if len(ifis) > 0 {
		names = names[:0]
		for _, ifi := range ifis {
			names = append(names, ifi.Name)
		}
	}
	fmt.Fprintf(stderr, "icmpdump: listening on %s\n", render.Clean(strings.Join(names, ", ")))
	sources := make([]source, len(group))
	for i, s := range group {
		sources[i] = s
	}
	return sources, nil
}

// listening is what to listen to, and the program that the kernel runs for it.
func listening(o *options, ifis []net.Interface) (afpacket.Config, filter.Program, error) {
	c := afpacket.Config{
		Interfaces:  ifis,
		Promiscuous: o.promisc,
		Ring:        o.ring,
		Snaplen:     o.snaplen,
		Direction:   o.direction,
		Filter:      o.filter,
	}
	p, err := c.Program()
	if len(p.UserSpace) > 0 {
		c.Snaplen = 0 // who judges sees all, as the kernel does, and cuts then
		p, err = c.Program()
	}
	if err != nil {
		return c, p, usagef("%s", err)
	}
	return c, p, nil
}

// newTable is the table for live traffic, whose hash nobody can foresee, or for a file, which
// gives the same output each time.
func newTable(o *options) *flowtable.Table {
	c := o.table
	c.Recent = o.console
	c.NoLost = c.NoLost || o.flows // which has no line for them
	if o.live {
		c.Seed = rand.Uint64()
	}
	// The table is nearly all the memory there is, and all of it is made here: to let the heap
	// double before garbage is looked for would be a waste.
	debug.SetGCPercent(25)
	return flowtable.New(c)
}

func appender(o *options, name func(icmp.Addr) render.Text) render.Appender {
	draw := o.draw
	draw.Name = name
	draw.Location = time.Local
	if o.json {
		return render.NewJSON(draw)
	}
	return render.NewLines(draw)
}
