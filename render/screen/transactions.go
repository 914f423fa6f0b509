package screen

import (
	"fmt"
	"strings"

	"icmpdump/flowtable"
	"icmpdump/render"
)

// histogram adds bars of the round-trip times that are remembered, of so many.
func (s *sheet) histogram(of *story, all uint64, most int) {
	if of.rtts.count == 0 {
		return
	}
	what := []string{"rtt ms of " + counted(of.rtts.count, "answer")}
	if of.rtts.count < all {
		what = []string{"rtt ms of the last " + thousands(of.rtts.count), "of " + thousands(all) + " answers"}
	}
	for i := range what {
		what[i] = s.paint(render.PaintFaint, what[i])
	}
	s.wrap("", 0, what)
	bars := of.rtts.bars(most)
	limits, counts := make([]string, len(bars)), make([]string, len(bars))
	var widest uint64
	limit, number := 0, 0
	for i, b := range bars {
		limits[i], counts[i] = millis(b.low), thousands(b.count)
		widest, limit, number = max(widest, b.count), max(limit, len(limits[i])), max(number, len(counts[i]))
	}
	for i, b := range bars {
		if b.gap {
			s.lines = append(s.lines, fmt.Sprintf("%*s", limit+1, "…"))
			continue
		}
		room := s.width - limit - number - 5
		line := fmt.Sprintf("%*s  %*s  ", limit+1, limits[i], number, counts[i])
		s.lines = append(s.lines, strings.TrimRight(line+s.paint(render.PaintReply, stroke(b.count, widest, room)), " "))
	}
}

// listedCauses is how many sorts of errors are listed.
const listedCauses = 8

// causes adds the errors that are remembered, by what they say: the last that came first.
func (s *sheet) causes(d *detail) {
	all := d.story.causes
	if len(all) == 0 {
		return
	}
	s.lines = append(s.lines, "")
	if d.row.Kind == flowtable.KindError {
		s.head("what they say")
	} else {
		s.head("errors about it")
	}
	unlisted := d.story.unlisted
	for i := len(all) - 1; i >= 0; i-- {
		c := &all[i]
		if len(all)-i > listedCauses {
			unlisted += c.count
			continue
		}
		items := []string{thousands(c.count) + "×", s.paint(render.PaintError, s.words(d.row.Version, c.typ, c.code)), "from " + s.addr(&c.by, d.row.Version)}
		if c.hasMTU {
			items = append(items, fmt.Sprintf("mtu %d", c.mtu))
		}
		if c.hasVia {
			items = append(items, "via "+s.addr(&c.via, d.row.Version))
		}
		s.wrap(s.moment(c.last)+"  ", labelled, items)
	}
	if unlisted > 0 {
		s.wrap("", labelled, []string{"and " + thousands(unlisted) + " more"})
	}
}

// transactions adds the last that are remembered, the newest on top; of a kind that has none, packets.
func (s *sheet) transactions(d *detail, most int) {
	all := d.story.last(most)
	if len(all) == 0 {
		s.head("no packets are remembered")
		return
	}
	paired := d.row.Kind.Paired()
	stamp := len(s.moment(all[len(all)-1].time))
	head := fmt.Sprintf("%-*s  ttl  bytes  note", stamp, "seen")
	if paired {
		head = fmt.Sprintf("%-*s  ", stamp, "sent")
		if d.row.Kind.HasSeq() {
			head += "  seq  "
		}
		head += "   rtt-ms  ttl  answer"
	}
	s.head(head)
	for i := len(all) - 1; i >= 0; i-- {
		t := d.settled(&all[i])
		line := fmt.Sprintf("%-*s  ", stamp, s.moment(t.time))
		if !paired {
			line += fmt.Sprintf("%3s  %5d  ", ttlOf(t), t.size)
			s.wrap(line, labelled, noted(t.notes))
			if len(noted(t.notes)) == 0 {
				s.lines = append(s.lines, strings.TrimRight(line, " "))
			}
			continue
		}
		if d.row.Kind.HasSeq() {
			line += fmt.Sprintf("%5d  ", t.seq)
		}
		rtt := "-"
		if t.hasRTT {
			rtt = millis(t.rtt)
		}
		line += fmt.Sprintf("%9s  %3s  ", rtt, ttlOf(t))
		s.wrap(line, labelled, s.answer(d, t))
	}
}

// settled is t. Of a request whose answers are another flow's, such as a group's, what became of it is known to the
// row only.
func (d *detail) settled(t *transaction) *transaction {
	newer := d.row.Requests - t.nth // requests; of one that is newer than the row, more than there can be
	if t.nth == 0 || t.fate != flowtable.FatePending || newer >= flowtable.RecentLen {
		return t
	}
	known := *t
	if fate := d.row.Recent[flowtable.RecentLen-1-newer]; fate != flowtable.FateNone {
		known.fate = fate
	}
	return &known
}

func ttlOf(t *transaction) string {
	if t.ttl == 0 {
		return "-"
	}
	return fmt.Sprint(t.ttl)
}

// fateWords say what became of a request.
var fateWords = [...]string{
	flowtable.FateNone:       "UNSOL",
	flowtable.FatePending:    "pending",
	flowtable.FateAnswered:   "ok",
	flowtable.FateDuplicated: "DUP",
	flowtable.FateLost:       "LOST",
	flowtable.FateLate:       "LATE",
	flowtable.FateRefused:    "refused",
	flowtable.FateForgotten:  "forgotten",
}

// answer is what became of a request, and who said so if that is not who was asked.
func (s *sheet) answer(d *detail, t *transaction) []string {
	r := &d.row
	word := fateWords[t.fate]
	switch {
	case t.fate == flowtable.FateRefused:
		word = s.words(r.Version, t.typ, t.code)
	case t.fate == flowtable.FatePending && r.Pending == 0:
		word = "no answer"
	}
	if t.again > 0 {
		word += fmt.Sprintf(" %d×", t.again+1)
	}
	items := []string{s.paint(fatePaint(fates[t.fate]), word)}
	const said = flowtable.NoteDup | flowtable.NoteLate | flowtable.NoteLost | flowtable.NoteUnsol | flowtable.NoteMulti
	items = append(items, noted(t.notes&^said)...)
	if t.fate != flowtable.FateLost && t.fate != flowtable.FatePending && t.by != r.Responder && t.ttl > 0 {
		items = append(items, "from "+s.addr(&t.by, r.Version))
	}
	return items
}

// noted are the words for notes.
func noted(n flowtable.Notes) (words []string) {
	n.Each(func(word string) { words = append(words, word) })
	return words
}
