package screen

import (
	"errors"
	"io/fs"
	"strings"
	"testing"
	"time"

	"icmpdump/flowtable"
	"icmpdump/internal/forge"
)

// retype deletes what is proposed, and types something else.
func retype(m *Model, text string) {
	press(m, "ctrl+u")
	for _, r := range text {
		press(m, string(r))
	}
}

func TestSave(t *testing.T) {
	w := newWire(t)
	ping(w, here, there, 8131)
	w.ask(here, "203.0.113.1", 8131, 1) // another flow
	m := w.model(80, 24)
	m.openDetail(w.row(flowtable.KindEcho, there))
	press(m, "w")
	has(t, screenOf(t, m), "save to: icmp-192.0.2.5-198.51.100.7-id8131.pcapng")
	press(m, "backspace")
	has(t, screenOf(t, m), "a name ends with .pcap")
	if press(m, "enter"); len(w.saved) > 0 || m.prompt == nil {
		t.Fatal("a name without a format is taken")
	}
	press(m, "g", "enter")
	has(t, screenOf(t, m), "116 packets and 3 errors saved to icmp-192.0.2.5-198.51.100.7-id8131.pcapng")
	if m.prompt != nil || len(w.saved) != 1 {
		t.Fatalf("saved %d times, and the prompt is %v", len(w.saved), m.prompt)
	}
	s := w.saved[0]
	if s.Overwrite || s.Row.Requests != 61 || len(s.Records) != 116+3+3 { // 3 were lost
		t.Errorf("saved %+v, %d records", s.Row, len(s.Records))
	}
	before := int64(0)
	for _, r := range s.Records {
		p := &r.Event.Packet
		if p.Time < before || !r.Event.Lost && len(r.Frame.Data) != r.Frame.Wire {
			t.Errorf("at %d: %+v", p.Time, r)
		}
		before = p.Time
	}
	press(m, "j")
	if got := screenOf(t, m); strings.Contains(got, "saved to") {
		t.Error("the message stays")
	}
}

// A file that is there is written over when Enter is pressed once more, with the same name.
func TestSaveOverwrites(t *testing.T) {
	w := newWire(t)
	ping(w, here, there, 8131)
	m := w.model(80, 24)
	press(m, "w")
	retype(m, "a.json")
	w.saveErr = fs.ErrExist
	press(m, "enter")
	has(t, screenOf(t, m), "save to: a.json  is there: Enter overwrites it")
	retype(m, "b.json")
	press(m, "enter")
	has(t, screenOf(t, m), "save to: b.json  is there: Enter overwrites it")
	if len(w.saved) > 0 {
		t.Errorf("written over by another's Enter: %+v", w.saved[0].Path)
	}
	press(m, "enter")
	has(t, screenOf(t, m), "packets and 3 errors saved to b.json")
	if len(w.saved) != 1 || !w.saved[0].Overwrite {
		t.Errorf("saved %d", len(w.saved))
	}
}

// What went wrong is said, and the screen goes on.
func TestSaveFails(t *testing.T) {
	w := newWire(t)
	ping(w, here, there, 8131)
	m := w.model(80, 24)
	w.saveErr = errors.New("no space left on \x1bdevice")
	press(m, "w", "enter")
	has(t, screenOf(t, m), `not saved: no space left on \x1bdevice`)
	if m.prompt != nil {
		t.Error("the prompt stays")
	}
	press(m, "w", "esc")
	if m.prompt != nil || len(w.saved) > 0 {
		t.Error("Esc saves")
	}
}

// Who goes on before the file is written is told all the same.
func TestSaveLater(t *testing.T) {
	w := newWire(t)
	ping(w, here, there, 8131)
	m := w.model(80, 24)
	press(m, "w")
	_, cmd := m.Update(pressed("enter"))
	has(t, screenOf(t, m), "  saving")
	press(m, "esc", "j")
	run(m, cmd)
	has(t, screenOf(t, m), "saved to icmp-192.0.2.5")
	if len(w.saved) != 1 {
		t.Errorf("saved %d times", len(w.saved))
	}
}

// Enter is pressed once more while the file is being written: it is written once.
func TestSaveOnce(t *testing.T) {
	w := newWire(t)
	ping(w, here, there, 8131)
	m := w.model(80, 24)
	press(m, "w")
	_, cmd := m.Update(pressed("enter"))
	if _, again := m.Update(pressed("enter")); again != nil {
		t.Error("it is written twice")
	}
	has(t, screenOf(t, m), "  saving")
	run(m, cmd)
	has(t, screenOf(t, m), "saved to icmp-192.0.2.5")
	if m.prompt != nil || len(w.saved) != 1 {
		t.Errorf("saved %d times", len(w.saved))
	}
}

// Of a flow of which not all is remembered, that is said.
func TestSaveSaysWhatIsMissing(t *testing.T) {
	w := newWire(t)
	for seq := range uint16(20) {
		w.ask(here, there, 8131, seq)
		w.answer(there, here, 8131, seq, 57)
	}
	w.history = History{}
	w.ask(here, there, 8131, 20)
	m := w.model(80, 24)
	press(m, "w", "enter")
	has(t, screenOf(t, m), "the last 1 of 41 packets saved to")
	if n := (remembered{packets: 213, all: 4012, errors: 1}); n.String() != "the last 213 of 4,012 packets and 1 error" {
		t.Errorf("got %q", n)
	}
}

// Packets whose bytes had to make room are not saved.
func TestSaveWithoutBytes(t *testing.T) {
	w := newWire(t)
	w.ask(here, there, 8131, 1)
	large := make([]byte, 60000)
	for seq := range uint16(historyBytes/len(large) + 2) {
		w.send(here, "203.0.113.1", 64, forge.Query4(8, 1, seq, large))
	}
	w.ask(here, there, 8131, 2)
	records, n := w.history.saved(w.row(flowtable.KindEcho, there))
	if len(records) != 1 || n.packets != 1 || n.all != 2 {
		t.Errorf("%d records, %+v", len(records), n)
	}
	if seq, _ := records[0].Event.Packet.Seq(); seq != 2 {
		t.Errorf("number %d is saved", seq)
	}
}

// Without flows there is nothing to save, and that is said.
func TestSaveNothing(t *testing.T) {
	m := newWire(t).model(80, 24)
	press(m, "w")
	has(t, screenOf(t, m), "there is no flow to save")
	press(m, "enter")
	if m.prompt != nil || m.page != &m.list {
		t.Error("something is shown of no flow")
	}
}

func TestProposed(t *testing.T) {
	w := newWire(t)
	w.ask(here6, there6, 77, 1)
	w.send("192.0.2.1", here, 64, forge.Error4(3, 1, 0, datagram(here, "203.0.113.9", 1, echo(here, false, 9, 1))))
	w.send("fe80::1", "ff02::1", 255, forge.Message6(134, 0, 0, make([]byte, 8)))
	w.wait(time.Second)
	got := map[string]bool{}
	for _, r := range w.Rows(nil) {
		name := proposed(&r)
		got[name] = true
		if err := checkPath(name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, want := range []string{
		"icmp6-2001.db8.1111.2222.3333.4444.5555.6666-2001.db8.aaaa.bbbb.cccc.dddd.eeee.ffff-id77.pcapng",
		"icmp-192.0.2.1-192.0.2.5-type3.pcapng", "icmp6-fe80..1-ff02..1-type134.pcapng",
	} {
		if !got[want] {
			t.Errorf("there is no %s in %v", want, got)
		}
	}
}

func TestFormatOf(t *testing.T) {
	for path, want := range map[string]Format{
		"a.pcapng": FormatPCAPNG, "/tmp/a.b.PCAP": FormatPCAP, "../x.json": FormatJSON, "x.txt": FormatText,
	} {
		if got, err := FormatOf(path); got != want || err != nil {
			t.Errorf("%s: got %d, %v, want %d", path, got, err, want)
		}
	}
	for _, path := range []string{"", ".", "a", "a.gz", ".pcapng", "/tmp/.json", "/tmp/", "a.pcap/", "a.pcapng.gz", "a.pcap ", "pcap"} {
		if _, err := FormatOf(path); err == nil {
			t.Errorf("%q is taken", path)
		}
	}
}
