package flowtable_test

import (
	"bytes"
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"icmpdump/capture/icmp"
	"icmpdump/flowtable"
)

// said is what an event says, without what is not valid in it.
type said struct {
	flowtable.Event
	Flow flowtable.Row // of an Ended event
}

// sortTies puts the events of one time between two packets, whose order is open, into one that
// does not depend on it.
func sortTies(all []said) {
	begin := 0 // of the events since the last packet
	for i := range all {
		if !all[i].Lost && !all[i].Ended {
			begin = i + 1
			continue
		}
		slices.SortStableFunc(all[begin:i+1], func(a, b said) int {
			if a.Packet.Time != b.Packet.Time {
				return cmp.Compare(a.Packet.Time, b.Packet.Time)
			}
			return cmp.Compare(fmt.Sprint(a), fmt.Sprint(b))
		})
	}
}

// saidOf is what events say.
func saidOf(e *flowtable.Events) (all []said) {
	for _, one := range e.All {
		s := said{Event: one}
		switch p := &s.Packet; {
		case s.Ended:
			s.Event = flowtable.Event{Ended: true, Packet: icmp.Packet{Time: p.Time}, Notes: s.Notes}
			s.Flow = e.Rows[one.Row]
		case s.Lost:
			id, _ := p.ID()
			seq, _ := p.Seq()
			*p = icmp.Packet{
				Time: p.Time, Version: p.Version, Src: p.Src, Dst: p.Dst, Type: p.Type, Iface: p.Iface,
				Rest: uint32(id)<<16 | uint32(seq), VLAN: [2]uint16{0: uint16(vlanOf(p) >> 12), 1: uint16(vlanOf(p) % 4096)},
			}
			if s.Kind == flowtable.KindNodeInfo || s.Kind > flowtable.KindExtendedEcho {
				p.Rest &^= 0xffff
			}
		}
		if !s.Lost {
			s.Sent = 0
		}
		if !s.HasRTT {
			s.RTT = 0
		}
		if !s.HasAsked {
			s.Asked = icmp.Addr{}
		}
		if !s.Kind.HasSeq() {
			s.LastSeq = 0
		}
		all = append(all, s)
	}
	return all
}

// sameRow makes got want's, where it is as near to it as it has to be.
func sameRow(want, got *flowtable.Row) {
	near := func(want int64, got *int64, share float64) {
		if math.Abs(float64(want-*got)) <= 2+share*float64(want) {
			*got = want
		}
	}
	near(want.RTT.Avg, &got.RTT.Avg, 1e-12)
	near(want.RTT.StdDev, &got.RTT.StdDev, 1e-6)
	if got.RTT.Sampled < got.RTT.Count { // there were no buckets left
		want.RTT.Sampled, want.RTT.P50, want.RTT.P95, want.RTT.P99 = got.RTT.Sampled, got.RTT.P50, got.RTT.P95, got.RTT.P99
	}
	near(want.RTT.P50, &got.RTT.P50, 0.033)
	near(want.RTT.P95, &got.RTT.P95, 0.033)
	near(want.RTT.P99, &got.RTT.P99, 0.033)
	if !want.Kind.HasSeq() {
		got.LastSeq = want.LastSeq
	}
	if want.RTT.Count == 0 && got.RTT.Count == 0 {
		got.RTT = want.RTT
	}
	if want.Refusal.By == (icmp.Addr{}) && got.Refusal.By == (icmp.Addr{}) {
		got.Refusal = want.Refusal
	}
	if !want.TTL.Seen && !got.TTL.Seen {
		got.TTL = want.TTL
	}
}

// diffEvents is how the events of the table differ from the model's, or "".
func diffEvents(want, got *flowtable.Events) string {
	for i := 1; i < len(got.All); i++ {
		a, b := &got.All[i-1], &got.All[i]
		if (a.Lost || a.Ended) && (b.Lost || b.Ended) && b.Packet.Time < a.Packet.Time {
			return fmt.Sprintf("event %d, at %d, is before the one that it follows, at %d", i, b.Packet.Time, a.Packet.Time)
		}
	}
	w, g := saidOf(want), saidOf(got)
	if sameSaid(slices.Clone(w), slices.Clone(g)) {
		return ""
	}
	sortTies(w)
	sortTies(g)
	sameSaid(w, g)
	return diff(w, g)
}

// sameSaid makes the rows of got want's, as sameRow does, and reports whether all is the same.
func sameSaid(want, got []said) bool {
	for i := range min(len(want), len(got)) {
		sameRow(&want[i].Flow, &got[i].Flow)
	}
	return slices.Equal(want, got)
}

// diffRows is how the rows of the table differ from the model's, or "".
func diffRows(want, got []flowtable.Row) string {
	order := func(a, b flowtable.Row) int {
		if c := cmp.Or(
			cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.ID, b.ID),
			bytes.Compare(a.Requester[:], b.Requester[:]), bytes.Compare(a.Responder[:], b.Responder[:]),
		); c != 0 {
			return c
		}
		return cmp.Compare(fmt.Sprint(a.Key, a.Quoted, a.Counts, a.Status), fmt.Sprint(b.Key, b.Quoted, b.Counts, b.Status))
	}
	slices.SortFunc(want, order)
	slices.SortFunc(got, order)
	for i := range min(len(want), len(got)) {
		sameRow(&want[i], &got[i])
	}
	return diff(want, got)
}

// diffTotals is how the totals of the table differ from the model's, or "".
func diffTotals(m *model, t table) string {
	return cmp.Or(diffSums(m.Totals(), m.rtts, t.Totals()), diffSums(m.Since(), m.rtts-m.oldRTTs, t.Since()))
}

func diffSums(want flowtable.Totals, rtts uint64, got *flowtable.Totals) string {
	if got.RTT.Count != rtts {
		return fmt.Sprintf("%d round-trip times in the totals, want %d", got.RTT.Count, rtts)
	}
	return gocmp.Diff(&want, got, cmpopts.IgnoreFields(flowtable.Totals{}, "RTT"), cmpopts.IgnoreUnexported(flowtable.Evicted{}))
}

func diff[T comparable](want, got []T) string {
	if slices.Equal(want, got) {
		return ""
	}
	text := gocmp.Diff(want, got, cmpopts.IgnoreUnexported(icmp.Packet{}))
	return cmp.Or(text, "they differ in what a packet does not export")
}

// A table is what is held to the model.
type table interface {
	Add(dst *flowtable.Events, packets []icmp.Packet) (taken int)
	Advance(dst *flowtable.Events, now int64) (all bool)
	Dropped(now int64)
	Rows(dst []flowtable.Row, want func(flowtable.Counts) bool) []flowtable.Row
	Totals() *flowtable.Totals
	Since() *flowtable.Totals
	Reset()
	Check() error
}

// A twin tells the model and the table the same, and finds out how they differ.
type twin struct {
	model *model
	table table
	seen  seen
}

// newTwin has no table if it is the model that is looked at.
func newTwin(c flowtable.Config, alone bool) *twin {
	w := &twin{model: newModel(c), seen: seen{}}
	if !alone {
		table := flowtable.New(c)
		if c.Seed%2 == 0 {
			table.Age(uint32(c.Seed)) // its positions begin anew on the way
		}
		w.table = table
		w.model.gone = w.gone
	}
	return w
}

// gone is the one of them that the table no longer has. Those that are empty it does not show: there is nothing in
// them but copies.
func (w *twin) gone(of []*flow, oldest *flow) *flow {
	rows := w.table.Rows(nil, nil)
	for _, f := range of {
		if !f.empty && !slices.ContainsFunc(rows, func(r flowtable.Row) bool {
			return r.Key == f.Key && r.Quoted == f.quoted && r.Start == f.start && r.End == f.end && r.Counts == f.counts
		}) {
			return f
		}
	}
	for _, f := range of {
		if f.empty {
			if f.repeats != of[slices.IndexFunc(of, func(o *flow) bool { return o.empty })].repeats {
				w.model.unsure = "which of two flows that are empty makes room"
			}
			oldest = f
		}
	}
	return oldest
}

// addAll and advanceAll call again until all is done.
func addAll(t table, dst *flowtable.Events, ps []icmp.Packet) {
	for len(ps) > 0 {
		ps = ps[t.Add(dst, ps):]
	}
}

func advanceAll(t table, dst *flowtable.Events, now int64) {
	for !t.Advance(dst, now) {
	}
}

// play goes through a script up to the first difference, which it returns, or to where the
// model is not sure.
func (w *twin) play(s *script) string {
	for _, o := range s.ops {
		if d := w.do(&o); d != "" || w.model.unsure != "" {
			return d
		}
	}
	return w.look()
}

// look is how rows and totals differ.
func (w *twin) look() string {
	rows := w.model.Rows()
	w.seen.rows(rows)
	w.seen.totals(w.model)
	if w.table == nil {
		return ""
	}
	if err := w.table.Check(); err != nil {
		return err.Error()
	}
	return cmp.Or(diffRows(rows, w.table.Rows(nil, nil)), diffTotals(w.model, w.table))
}

// do is one call.
func (w *twin) do(o *op) string {
	var want, got flowtable.Events
	var packets []icmp.Packet
	if o.resets {
		if d := w.look(); d != "" {
			return d
		}
	}
	for _, s := range o.samples {
		packets = append(packets, s.packet)
	}
	if o.drops && w.model.clock.reading() != o.now {
		return "" // of what was dropped while the clock was behind, nothing is promised
	}
	if w.table != nil { // it goes first, so that the model can see what is open
		o.call(func() { addAll(w.table, &got, packets) }, func() { advanceAll(w.table, &got, o.now) }, func() { w.table.Dropped(o.now) }, w.table.Reset)
	}
	o.call(func() { w.model.Add(&want, o.samples...) }, func() { w.model.Advance(&want, o.now) }, func() { w.model.Dropped(o.now) }, w.model.Reset)
	if w.model.unsure != "" {
		return ""
	}
	w.seen.events(&want)
	if d := diffOwners(&want, w.model.owners); d != "" {
		return d
	}
	w.model.owners = nil
	if o.resets {
		return w.look()
	}
	if w.table == nil {
		return ""
	}
	return diffEvents(&want, &got)
}

// diffOwners is how events differ in what they say that they are of, or "".
func diffOwners(events *flowtable.Events, owners []key) string {
	for i := range events.All {
		e, of := &events.All[i], owners[i]
		quoted, _, quotes := quotedRequest(&e.Packet)
		quotes = quotes && e.Kind == flowtable.KindError && quoted != of
		other := of.Key
		other.ID++
		if e.Key() != of.Key || e.Of(&of.Key, &of.quoted) != (of != key{}) || quotes && !e.Of(&quoted.Key, nil) ||
			other != quoted.Key && e.Of(&other, &of.quoted) {
			return fmt.Sprintf("%s says that it is of %+v; it is of %+v and, if %v, about %+v", describe(e), e.Key(), of, quotes, quoted)
		}
	}
	return ""
}

// call makes one of them.
func (o *op) call(add, advance, dropped, reset func()) {
	switch {
	case o.resets:
		reset()
	case o.drops:
		dropped()
	case len(o.samples) == 0:
		advance()
	default:
		add()
	}
}

// check holds the table to the model.
func check(t *testing.T, data []byte) {
	t.Helper()
	s := writeScript(data)
	if newTwin(s.config, false).play(&s) != "" {
		s = shrink(s)
		t.Fatalf("%s(-want +got)\n%s", s, newTwin(s.config, false).play(&s))
	}
}

// randomData is what scripts are made of.
func randomData(rnd *rand.Rand) []byte {
	data := make([]byte, 200+rnd.IntN(2000))
	for i := range data {
		data[i] = byte(rnd.Uint32())
	}
	return data
}

func randomScripts(t *testing.T) *rand.Rand {
	seed, err := strconv.ParseUint(cmp.Or(os.Getenv("ICMPDUMP_SEED"), "1"), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return rand.New(rand.NewPCG(seed, 17))
}

const scripts = 2000

// The table says of random packets, at random times, what its slow twin says.
func TestTableIsTheModel(t *testing.T) {
	rnd := randomScripts(t)
	for range scripts {
		check(t, randomData(rnd))
	}
}

// What happens in random scripts is all that can happen, and few of them end in what the
// document leaves open.
func TestScriptsSeeAll(t *testing.T) {
	rnd, all, unsure := randomScripts(t), seen{}, map[string]int{}
	for range scripts {
		s := writeScript(randomData(rnd))
		w := newTwin(s.config, true)
		w.play(&s)
		all.add(w)
		unsure[w.model.unsure]++
	}
	if sure := unsure[""]; sure < scripts*3/4 {
		t.Errorf("only %d of %d scripts do not end in what is open: %v", sure, scripts, unsure)
	}
	all.complete(t)
}

func FuzzTable(f *testing.F) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 20 {
		f.Add(randomData(rnd))
	}
	f.Fuzz(func(t *testing.T, data []byte) { check(t, data) })
}
