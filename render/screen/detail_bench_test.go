package screen

import (
	"testing"

	"icmpdump/flowtable"
)

// The page of a flow with more transactions than are shown, one more of them each time.
func BenchmarkDetail(b *testing.B) {
	w := newWire(b)
	for seq := range uint16(3000) {
		w.ask(here, there, 8131, seq)
		w.wait(1e6).answer(there, here, 8131, seq, 57)
	}
	m := w.model(120, 40)
	m.openDetail(w.row(flowtable.KindEcho, there))
	b.ReportAllocs()
	for seq := uint16(3000); b.Loop(); seq++ {
		w.ask(here, there, 8131, seq)
		m.look()
		m.View()
	}
}
