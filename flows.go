package main

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"icmpdump/capture/icmp"
	"icmpdump/flowtable"
	"icmpdump/render"
	"icmpdump/render/screen"
)

// ofLines are options that say what lines there are and what they look like.
var ofLines = []string{
	"t", "#", "q", "v", "e", "x", "X", "A", "micro", "nano", "time-stamp-precision", "counters", "no-lost",
	"on-stall", "fps", "print",
}

// ofFlows are options of the command that prints rows.
var ofFlows = []string{"csv", "top"}

// checkView checks the options that have to do with one view of a capture, and not with others.
func (g *given) checkView(c *cli.Context, what view) error {
	refused, reason := ofFlows, "is an option of icmpdump flows"
	if what == viewFlows {
		refused, reason = ofLines, "is about lines, and icmpdump flows prints none"
	}
	for _, name := range refused {
		if c.IsSet(name) {
			return usagef("%s %s", dashed(name), reason)
		}
	}
	switch by := c.String("sort"); {
	case what == viewLines && c.IsSet("sort"):
		return usagef("--sort is an option of icmpdump flows, and of top")
	case what == viewScreen && c.Bool("json"):
		return usagef("--json is for programs, and icmpdump top for people")
	case what == viewScreen && !screen.HasOrder(by):
		return usagef("--sort %s: one of %s", by, strings.Join(screen.Orders(), ", "))
	case c.Bool("csv") && c.Bool("json"):
		return usagef("--csv or --json, not both")
	case !render.HasRowOrder(by):
		return usagef("--sort %s: one of %s", by, strings.Join(render.RowOrders(), ", "))
	case c.IsSet("top") && g.top == 0:
		return usagef("--top 0: how many flows?")
	}
	return nil
}

// The most that the options of the table take: far more than anybody waits for an answer, and
// what some machines have memory for.
const (
	maxSpan  = 365 * 24 * time.Hour
	maxFlows = 16 << 20
)

// table is what the options say of the table's bounds.
func (g *given) table(c *cli.Context) (flowtable.Config, error) {
	if c.IsSet("max-flows") && (g.maxFlows == 0 || g.maxFlows > maxFlows) {
		return flowtable.Config{}, usagef("--max-flows %d: 1 to %d", g.maxFlows, maxFlows)
	}
	// Each is at least the one before, which makes it so unless it was given.
	names := [...]string{"reply-timeout", "late", "flow-idle"}
	var spans [len(names)]time.Duration
	for i, name := range names {
		d, err := span(name, c.String(name))
		if err != nil {
			return flowtable.Config{}, err
		}
		spans[i] = d
		if i == 0 || d >= spans[i-1] {
			continue
		}
		if c.IsSet(name) {
			err := &usageError{text: fmt.Sprintf("--%s %s is less than --%s, which is %s", name, c.String(name), names[i-1], seconds(spans[i-1]))}
			if !c.IsSet(names[i-1]) && (i == 1 || d >= spans[0]) { // its default is in the way
				err.hint = fmt.Sprintf("give --%s too", names[i-1])
			}
			return flowtable.Config{}, err
		}
		spans[i] = spans[i-1]
	}
	return flowtable.Config{
		MaxFlows:     int(g.maxFlows),
		ReplyTimeout: spans[0].Nanoseconds(),
		Late:         spans[1].Nanoseconds(),
		Idle:         spans[2].Nanoseconds(),
		NoLost:       c.Bool("no-lost"),
	}, nil
}

// seconds is a time as the help has it.
func seconds(d time.Duration) string { return strconv.FormatFloat(d.Seconds(), 'f', -1, 64) + "s" }

// span is a time as an option has it: a number is seconds.
func span(option, s string) (time.Duration, error) {
	text := s
	if s != "" && strings.Trim(s, "0123456789.") == "" {
		text += "s"
	}
	d, err := time.ParseDuration(text)
	switch {
	case err != nil:
		return 0, usagef("--%s %s: not a time, such as 10, 2.5, 500ms or 1m30s", option, s)
	case d <= 0:
		return 0, usagef("--%s %s: more than 0", option, s)
	case d > maxSpan:
		return 0, usagef("--%s %s: at most %.0fh", option, s, maxSpan.Hours())
	}
	return d, nil
}

// writeRows writes what rows are wanted: those of the flows command or, at the end of a stream of
// JSON, those that are not in it yet. A table waits for names, see rowName.
func (w *watcher) writeRows(ctx context.Context, s *render.Summary) {
	o := w.opts
	sorted := render.Sorted(w.table.Rows(nil, nil), o.sort)
	sorted = slices.DeleteFunc(sorted, func(r *flowtable.Row) bool { return !w.rowWanted(s, r) })
	if o.top > 0 {
		sorted = sorted[:min(len(sorted), o.top)]
	}
	var evicted flowtable.Evicted // of a stream they are in the summary: some of them are in it
	if o.flows {
		evicted = s.Totals.Evicted
	}
	draw := rowAppender(o, w.rowName(ctx, sorted))
	text := draw.AppendHead(nil, sorted, &evicted)
	for _, r := range sorted {
		if text = draw.AppendRow(text, r); len(text) > textSize {
			w.drawer.write(text)
			text = text[:0]
		}
	}
	if text = draw.AppendEvicted(text, &evicted); len(text) > 0 {
		w.drawer.write(text)
	}
}

// rowWanted reports whether a row is to be written, and counts one that --where leaves out.
func (w *watcher) rowWanted(s *render.Summary, r *flowtable.Row) bool {
	if !w.opts.flows && r.Status == flowtable.StatusTimedOut {
		return false // it is in the stream, at its end
	}
	if w.worker.judge == nil || w.worker.judge.Row(r) {
		return true
	}
	s.LeftOut++
	return false
}

func rowAppender(o *options, name func(icmp.Addr) render.Text) render.RowAppender {
	draw := o.draw
	draw.Name = name
	switch {
	case o.json:
		return render.NewJSON(draw)
	case o.csv:
		return render.NewCSV(draw)
	}
	return render.NewTable(draw)
}
