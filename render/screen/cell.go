package screen

import (
	"strconv"

	"icmpdump/flowtable"
	"icmpdump/render"
)

// appendCount appends n in width columns, at least four: what needs more is in thousands, millions and so on, rounded down.
func appendCount(dst []byte, n uint64, width int) []byte {
	begin := len(dst)
	dst = render.AppendDecimal(dst, n)
	for _, unit := range "kMGTPE" {
		if len(dst)-begin <= width {
			break
		}
		n /= 1000
		dst = append(render.AppendDecimal(dst[:begin], n), byte(unit))
	}
	return dst
}

// appendShare appends a share, 0 to 1, in four columns. It says 0% and 100% only of what is none, and all.
func appendShare(dst []byte, share float64) []byte {
	percent := 100 * share
	switch {
	case percent == 0 || percent == 100:
		dst = strconv.AppendFloat(dst, percent, 'f', 0, 64)
	case percent < 0.1:
		return append(dst, "<.1%"...)
	case percent < 9.95:
		dst = strconv.AppendFloat(dst, percent, 'f', 1, 64)
	default:
		dst = strconv.AppendFloat(dst, min(percent, 99), 'f', 0, 64)
	}
	return append(dst, '%')
}

// appendShortMillis appends a time in milliseconds, in six columns: with three decimals, or what there is room for. It is
// rounded down, as all of these times are.
func appendShortMillis(dst []byte, ns int64) []byte {
	us := ns / 1e3
	if us >= 1e7 {
		return appendCount(dst, uint64(us/1e3), 6)
	}
	dst = render.AppendMillis(dst, ns)
	switch {
	case us >= 1e6:
		return dst[:len(dst)-2]
	case us >= 1e5:
		return dst[:len(dst)-1]
	}
	return dst
}

// fates are the characters for what became of a request.
var fates = [...]byte{
	flowtable.FateNone:       ' ',
	flowtable.FatePending:    '?',
	flowtable.FateAnswered:   '.',
	flowtable.FateDuplicated: 'd',
	flowtable.FateLost:       'x',
	flowtable.FateLate:       'l',
	flowtable.FateRefused:    'e',
	flowtable.FateForgotten:  '-',
}

// fatePaint is the paint of such a character.
func fatePaint(fate byte) render.Paint {
	switch fate {
	case '.':
		return render.PaintReply
	case 'x', 'e':
		return render.PaintError
	case 'd', 'l', '-':
		return render.PaintNote
	}
	return render.PaintNone
}

// appendRecent appends what became of the last requests of r, the newest last, width of them.
func appendRecent(dst []byte, r *flowtable.Row, width int) []byte {
	for _, fate := range r.Recent[max(0, len(r.Recent)-width):] {
		dst = append(dst, fates[fate])
	}
	return dst
}

// rowNotes are what a flow may have that is worth a remark, and the words for it, as in lines.
var rowNotes = [...]struct {
	name string
	of   func(*flowtable.Row) uint64
}{
	{"late=", func(r *flowtable.Row) uint64 { return r.Late }},
	{"ooo=", func(r *flowtable.Row) uint64 { return r.OutOfOrder }},
	{"unsol=", func(r *flowtable.Row) uint64 { return r.Unsolicited }},
	{"multi=", func(r *flowtable.Row) uint64 { return r.Multi }},
	{"forgot=", func(r *flowtable.Row) uint64 { return r.Forgotten }},
}

func hasNotes(r *flowtable.Row) bool {
	return r.Late|r.OutOfOrder|r.Unsolicited|r.Multi|r.Forgotten != 0 || r.VLAN != 0 || r.Refusal != flowtable.Refusal{}
}

// appendNotes appends what is worth a remark.
func appendNotes(dst []byte, r *flowtable.Row) []byte {
	begin := len(dst)
	next := func() {
		if len(dst) > begin {
			dst = append(dst, ' ')
		}
	}
	if (r.Refusal != flowtable.Refusal{}) {
		dst = render.AppendRefusal(dst, r)
	}
	for i := range rowNotes {
		if n := rowNotes[i].of(r); n > 0 {
			next()
			dst = render.AppendDecimal(append(dst, rowNotes[i].name...), n)
		}
	}
	if r.VLAN != 0 {
		next()
		dst = render.AppendVLAN(append(dst, "vlan="...), r.VLAN)
	}
	return dst
}
