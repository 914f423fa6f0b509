package screen

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"icmpdump/capture/icmp"
	"icmpdump/flowtable"
	"icmpdump/render"
)

// A sheet is lines about one flow, none wider than it. What does not fit goes on in the next line: nothing is cut.
type sheet struct {
	opts   *render.Options
	width  int
	clock  *render.Clock
	ifaces *render.Ifaces
	lines  []string
}

func newSheet(o *render.Options, width int) *sheet {
	return &sheet{opts: o, width: max(width, 2), clock: render.NewClock(o), ifaces: render.NewIfaces(o.Iface)}
}

// labelled is how wide a label is, with the blank behind it.
const labelled = 10

// paint gives text a meaning's colour, if there are colours.
func (s *sheet) paint(p render.Paint, text string) string {
	if !s.opts.Color {
		return text
	}
	return string(p.Append(nil, []byte(text)))
}

// add adds a line that has a label, if there is anything in it. Items stay whole as long as each fits into a line.
func (s *sheet) add(label string, items ...string) {
	s.wrap(s.paint(render.PaintFaint, label)+strings.Repeat(" ", max(0, labelled-len(label))), labelled, items)
}

// wrap adds lines of items, behind a head; those behind the first are indented.
func (s *sheet) wrap(head string, indent int, items []string) {
	line, empty, any := ansi.Truncate(head, s.width-1, ""), true, false
	indent = min(indent, s.width/3)
	next := func() {
		s.lines = append(s.lines, strings.TrimRight(line, " "))
		line, empty = strings.Repeat(" ", indent), true
	}
	for _, item := range items {
		if item == "" {
			continue
		}
		any = true
		if !empty && ansi.StringWidth(line)+2+ansi.StringWidth(item) > s.width {
			next()
		}
		if !empty {
			line += "  "
		}
		for item != "" && ansi.StringWidth(line)+ansi.StringWidth(item) > s.width {
			room := max(1, s.width-ansi.StringWidth(line))
			line += ansi.Truncate(item, room, "")
			item = ansi.TruncateLeft(item, room, "")
			next()
		}
		line += item
		empty = false
	}
	if any && !empty {
		next()
	}
}

// head adds the head of a section.
func (s *sheet) head(text string) {
	s.lines = append(s.lines, s.paint(render.PaintFaint, ansi.Truncate(text, s.width, "…")))
}

// name is what a flow is called, without its addresses.
func (s *sheet) name(r *flowtable.Row) string {
	if !r.Kind.Paired() {
		return fmt.Sprintf("%s, %s", render.AppendTypeWords(nil, r.Version, r.Type, r.Code), family(r.Version))
	}
	name := render.KindName(r.Kind)
	if r.Kind.HasID() {
		name += fmt.Sprintf(", id %d", r.ID)
	}
	return name + ", " + family(r.Version)
}

func family(version uint8) string { return fmt.Sprintf("IPv%d", version) }

// facts adds what the table says of a flow.
func (s *sheet) facts(d *detail) {
	r := &d.row
	from := "whoever asks"
	if render.HasRequester(r) {
		from = s.addr(&r.Requester, r.Version)
	}
	to := string(s.ifaces.AppendResponder(nil, &r.Key)) + s.called(&r.Responder)
	if labelled+len(from)+len(" > ")+len(to) <= s.width {
		s.add("flow", s.paint(render.PaintRequest, from)+" > "+s.paint(render.PaintReply, to))
	} else {
		s.add("from", s.paint(render.PaintRequest, from))
		s.add("to", s.paint(render.PaintReply, to))
	}
	if q := &r.Quoted; q.Level > icmp.QuoteNone {
		about := string(render.AppendCause(nil, q, r.Version))
		if q.IsICMP() && q.Level == icmp.QuotePorts {
			about += fmt.Sprintf(", id %d", q.SrcPort)
		}
		s.add("about", about)
	}
	times := []string{s.moment(r.Start) + " to " + s.moment(r.End), seconds(render.Duration(r))}
	if name := s.ifaces.Append(nil, r.Iface); len(name) > 0 {
		times = append(times, "on "+string(name))
	}
	if r.VLAN != 0 {
		times = append(times, "vlan "+string(render.AppendVLAN(nil, r.VLAN)))
	}
	s.add("time", times...)
	if r.Kind.Paired() {
		s.outcomes(r)
	} else {
		s.add("packets", thousands(r.Forward.Packets), number(r.Repeats, "seen before", false))
	}
	s.figures(d)
	if r.Kind.Paired() {
		s.add("recent", s.strip(r.Recent[:]))
	}
}

// outcomes adds what became of requests.
func (s *sheet) outcomes(r *flowtable.Row) {
	requests := []string{thousands(r.Requests), number(r.Pending, "pending", true)}
	if !s.opts.OneWay {
		lost := thousands(r.Lost) + " lost"
		if render.KnowsLoss(&r.Counts) {
			lost += " (" + string(render.AppendPercent(nil, r.Loss())) + ")"
		}
		requests = append(requests, s.when(r.Lost > 0, render.PaintError, lost))
	}
	requests = append(requests, s.when(r.Errors > 0, render.PaintError, counted(r.Errors, "error")), number(r.Forgotten, "forgotten", false))
	s.add("requests", requests...)
	s.add("replies", thousands(r.Replies), number(r.Late, "late", true), number(r.Duplicates, "duplicate", true),
		number(r.OutOfOrder, "out of order", true), number(r.Unsolicited, "unsolicited", true),
		number(r.Multi, "by members of groups", false), number(r.Unknown, "without a time", false),
		number(r.Repeats, "seen before", false))
	if r.Refusal.By != (icmp.Addr{}) {
		s.add("refused", s.words(r.Version, r.Refusal.Type, r.Refusal.Code), "by "+s.addr(&r.Refusal.By, r.Version))
	}
}

// figures adds times, TTLs and sizes.
func (s *sheet) figures(d *detail) {
	r := &d.row
	if t := &r.RTT; t.Count > 0 {
		s.add("rtt ms", "last "+millis(t.Last), "min "+millis(t.Min), "avg "+millis(t.Avg), "max "+millis(t.Max),
			"stddev "+millis(t.StdDev))
		if t.Sampled > 0 {
			of := ""
			if t.Sampled < t.Count {
				of = "of " + thousands(t.Sampled)
			}
			s.add("", "p50 "+millis(t.P50), "p95 "+millis(t.P95), "p99 "+millis(t.P99), of)
		}
	}
	if r.TTL.Seen {
		items := []string{between(uint64(r.TTL.Min), uint64(r.TTL.Max)), number(r.TTL.Changes, "changes", true)}
		if r.TTL.Min != r.TTL.Max {
			items = append(items, d.story.seenTTLs()...)
		}
		s.add("ttl", items...)
	}
	sizes := []string{between(uint64(r.Size.Min), uint64(r.Size.Max)) + " bytes", "sent " + volume(&r.Forward)}
	if r.Kind.Paired() {
		sizes = append(sizes, "back "+volume(&r.Reverse))
	}
	s.add("size", sizes...)
}

// seenTTLs are those of the packets that are remembered.
func (s *story) seenTTLs() (items []string) {
	for ttl, n := range s.ttls {
		if n > 0 {
			items = append(items, fmt.Sprintf("%d in %s", ttl, thousands(n)))
		}
	}
	return items
}

// strip is what became of requests, a character each, the newest at the right.
func (s *sheet) strip(of []flowtable.Fate) string {
	var b strings.Builder
	for _, f := range of {
		if f != flowtable.FateNone {
			b.WriteString(s.paint(fatePaint(fates[f]), string(fates[f])))
		}
	}
	return b.String()
}

// when is text with a meaning's colour, if it has that meaning.
func (s *sheet) when(is bool, p render.Paint, text string) string {
	if !is {
		return text
	}
	return s.paint(p, text)
}

// addr is an address, whole, and what it is called if that is known.
func (s *sheet) addr(a *icmp.Addr, version uint8) string {
	return string(render.AppendAddr(nil, a, version)) + s.called(a)
}

// called is what stands behind an address that has a name.
func (s *sheet) called(a *icmp.Addr) string {
	if s.opts.Name == nil {
		return ""
	}
	if name := s.opts.Name(*a).String(); name != "" {
		return " (" + name + ")"
	}
	return ""
}

func (s *sheet) words(version, typ, code uint8) string {
	return string(render.AppendTypeWords(nil, version, typ, code))
}

func (s *sheet) moment(ns int64) string { return string(s.clock.Append(nil, ns)) }

func millis(ns int64) string { return string(render.AppendMillis(nil, ns)) }

// seconds is a span of time.
func seconds(ns int64) string { return millis(ns/1e3) + " s" } // of µs: three decimals of a second

// number is a count of something, or nothing if it is 0 and need not be said.
func number(n uint64, what string, always bool) string {
	if n == 0 && !always {
		return ""
	}
	return thousands(n) + " " + what
}

func between(least, most uint64) string {
	if least == most {
		return thousands(least)
	}
	return thousands(least) + " to " + thousands(most)
}

func volume(v *flowtable.Volume) string {
	return counted(v.Packets, "packet") + ", " + counted(v.Bytes, "byte")
}
