package screen

import (
	"cmp"
	"slices"

	"icmpdump/capture/icmp"
	"icmpdump/flowtable"
	"icmpdump/render"
)

// A faultKey is what makes errors one fault: what they say, who says it, and about what. The port that a
// client takes anew for each conversation makes no other fault.
type faultKey struct {
	by        icmp.Addr
	quoted    icmp.Quote // the port of the source is 0, and so is that of the destination if it is a client's
	version   uint8
	typ, code uint8
}

// A fault is errors that are one.
type fault struct {
	faultKey
	count       uint64
	last        int64  // when it was seen last
	first, high uint16 // ports of the destination
}

// firstClientPort is from where on a port is one that clients take (RFC 6335, section 6, and Linux). A traceroute
// counts them up.
const firstClientPort = 32768

// faults are the errors of a snapshot by their cause, the most frequent first. They keep their memory.
type faults struct {
	all   []fault
	at    map[faultKey]int // of all
	stale bool

	text []byte
}

// gather finds them.
func (c *faults) gather(rows []flowtable.Row) {
	if !c.stale {
		return
	}
	c.stale = false
	if c.at == nil {
		c.at = map[faultKey]int{}
	}
	clear(c.at)
	c.all = c.all[:0]
	for i := range rows {
		if r := &rows[i]; r.Kind == flowtable.KindError && r.Errors > 0 {
			c.add(r)
		}
	}
	slices.SortStableFunc(c.all, func(a, b fault) int { return cmp.Or(cmp.Compare(b.count, a.count), cmp.Compare(b.last, a.last)) })
}

func (c *faults) add(r *flowtable.Row) {
	k := faultKey{by: r.Requester, quoted: r.Quoted, version: r.Version, typ: r.Type, code: r.Code}
	port := k.quoted.DstPort
	k.quoted.SrcPort = 0
	if port >= firstClientPort {
		k.quoted.DstPort = 0
	}
	i, ok := c.at[k]
	if !ok {
		i = len(c.all)
		c.at[k] = i
		c.all = append(c.all, fault{faultKey: k, first: port, high: port})
	}
	to := &c.all[i]
	to.count += r.Errors
	to.last = max(to.last, r.End)
	to.first, to.high = min(to.first, port), max(to.high, port)
}

// about appends what the errors are about: udp/10.0.0.5>192.0.2.9:53.
func (c *fault) about(dst []byte) []byte {
	q := &c.quoted
	if q.Level == icmp.QuoteNone {
		return append(dst, '-')
	}
	dst = append(render.AppendProto(dst, q.Proto), '/')
	dst = append(render.AppendAddr(dst, &q.Src, c.version), '>')
	if q.Level != icmp.QuotePorts || q.IsICMP() {
		return render.AppendAddr(dst, &q.Dst, c.version)
	}
	if c.version == 6 {
		dst = append(render.AppendAddr(append(dst, '['), &q.Dst, 6), ']')
	} else {
		dst = render.AppendAddr(dst, &q.Dst, 4)
	}
	dst = render.AppendDecimal(append(dst, ':'), uint64(c.first))
	if c.high > c.first {
		dst = render.AppendDecimal(append(dst, '-'), uint64(c.high))
	}
	return dst
}

// lines are a head, and the faults as far as there is room for them.
func (c *faults) lines(t *table, width, height int) []string {
	if height < 2 || len(c.all) == 0 {
		return nil
	}
	shown := c.all[:min(len(c.all), height-1)]
	what, by := len("what"), len("reported by")
	texts := make([][2][]byte, len(shown))
	for i := range shown {
		s := &shown[i]
		texts[i][0] = render.AppendTypeWords(nil, s.version, s.typ, s.code)
		texts[i][1] = render.AppendAddr(nil, &s.by, s.version)
		what, by = max(what, len(texts[i][0])), max(by, len(texts[i][1]))
	}
	what, by = min(what, width/4), min(by, width/4)
	b := &t.brush
	lines := make([]string, 0, height)
	b.begin(false)
	b.styled(sgrBold, render.PaintNone, c.line(width, what, by, []byte("errors"), []byte("last-seen"), []byte("what"), []byte("reported by"), 4, []byte("about")))
	lines = append(lines, b.text())
	for i := range shown {
		s := &shown[i]
		b.begin(false)
		count := appendCount(nil, s.count, 6)
		b.put(render.PaintError, c.line(width, what, by, count, t.appendTime(nil, s.last), texts[i][0], texts[i][1], s.version, s.about(nil)))
		lines = append(lines, b.text())
	}
	return lines
}

// line is one in columns.
func (c *faults) line(width, what, by int, count, last, words, from []byte, version uint8, about []byte) []byte {
	dst := appendBlanks(c.text[:0], 6-len(count))
	dst = append(dst, count...)
	dst = append(dst, ' ')
	at := len(dst)
	dst = cutEnd(dst, words, what)
	dst = append(appendBlanks(dst, what-wide(dst[at:])), ' ')
	at = len(dst)
	if version == 6 {
		dst = cutMiddle(dst, from, by)
	} else {
		dst = cutEnd(dst, from, by)
	}
	dst = append(appendBlanks(dst, by-wide(dst[at:])), ' ')
	dst = append(append(dst, last...), "  "[:max(0, min(2, 10-len(last)))]...)
	c.text = cutEnd(dst, about, width-wide(dst))
	return c.text
}
