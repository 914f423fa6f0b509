package main

import (
	"context"
	"time"

	"github.com/urfave/cli/v2"

	"icmpdump/capture/icmp"
	"icmpdump/flowtable"
	"icmpdump/render"
	"icmpdump/render/names"
)

const (
	// rowNamesWait is how long rows of live traffic wait at the end for names that are not known yet:
	// somebody has pressed Ctrl-C.
	rowNamesWait = 2 * time.Second

	// namedRows is how many addresses of rows names are looked for.
	namedRows = 16384
)

// checkNames checks the options that have to do with names.
func checkNames(c *cli.Context) error {
	option := "names"
	switch {
	case !c.Bool("names") && !c.Bool("N"):
		return nil
	case c.Bool("N"):
		option = "N"
	}
	switch {
	case c.Bool("n"):
		return usagef("%s or -n, not both", dashed(option))
	case c.Bool("json"):
		return usagef("%s is for text: --json has addresses", dashed(option))
	case c.Bool("csv"):
		return usagef("%s is for text: --csv has addresses", dashed(option))
	}
	return nil
}

// newNames looks for names if they are asked for, and there is text that they could be in. On a console they
// may be asked for later, by a key.
func newNames(o *options, clock func() time.Time) *names.Resolver {
	if !o.console && (!o.names || o.silent && !o.flows) {
		return nil
	}
	return names.New(names.Config{Clock: clock, HostOnly: o.hostOnly})
}

// lineName is what lines call an address. Live they never wait for that; from a file they do, until ctx
// is done.
func (w *watcher) lineName(ctx context.Context) func(icmp.Addr) render.Text {
	switch {
	case !w.opts.names || w.names == nil:
		return nil
	case w.opts.live:
		return w.names.Name
	}
	return func(a icmp.Addr) render.Text { return w.names.Await(ctx, a) }
}

// rowName is what a table of rows calls an address. What is known when it is called stays so, or the
// columns would not be as wide as what is in them.
func (w *watcher) rowName(ctx context.Context, rows []*flowtable.Row) func(icmp.Addr) render.Text {
	if w.names == nil {
		return nil
	}
	if w.opts.live || ctx.Err() != nil {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(context.Background(), rowNamesWait)
		defer cancel()
	}
	known := w.names.All(ctx, rowAddrs(rows))
	return func(a icmp.Addr) render.Text { return known[a] }
}

// rowAddrs are the addresses in rows, each once.
func rowAddrs(rows []*flowtable.Row) (list []icmp.Addr) {
	seen := map[icmp.Addr]bool{{}: true} // of what a row does not have
	for _, r := range rows {
		for _, a := range [...]icmp.Addr{r.Requester, r.Responder, r.Refusal.By, r.Quoted.Src, r.Quoted.Dst} {
			if len(list) < namedRows && !seen[a] {
				seen[a] = true
				list = append(list, a)
			}
		}
	}
	return list
}

// foresee asks for the names of what came to the batch behind m, so that who draws it waits for all of
// them together.
func (w *worker) foresee(m mark) {
	if !w.opts.names || w.names == nil || w.opts.live || w.opts.silent {
		return
	}
	for i := range w.batch.events.All[m.events:] {
		e := &w.batch.events.All[m.events+i]
		p := &e.Packet
		if e.Ended || !render.HasAddrs(p) {
			continue
		}
		w.names.Name(p.Src)
		w.names.Name(p.Dst)
		if q := p.Quoted(); q.Level > icmp.QuoteNone {
			w.names.Name(q.Src)
			w.names.Name(q.Dst)
		}
	}
}
