package screen

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	tea "charm.land/bubbletea/v2"

	"icmpdump/flowtable"
	"icmpdump/render"
)

// A Save is what is to be written of one flow.
type Save struct {
	Path      string
	Overwrite bool // a file that is there
	Row       flowtable.Row
	Records   []Record // the oldest first; those of packets have their frames
}

// A Format is what a file has in it.
type Format uint8

// The formats, by what a name ends with.
const (
	FormatPCAPNG Format = iota
	FormatPCAP
	FormatJSON // an object a line: events, and the flow
	FormatText // lines
)

// endings are those of names, by their formats.
var endings = [...]string{FormatPCAPNG: ".pcapng", FormatPCAP: ".pcap", FormatJSON: ".json", FormatText: ".txt"}

// FormatOf is the format of a file of that name.
func FormatOf(path string) (Format, error) {
	name := filepath.Base(path)
	for f, ending := range endings {
		if strings.EqualFold(filepath.Ext(name), ending) && len(name) > len(ending) && !strings.HasSuffix(path, "/") {
			return Format(f), nil
		}
	}
	return 0, errors.New("a name ends with .pcapng, .pcap, .json or .txt")
}

func checkPath(path string) error {
	_, err := FormatOf(path)
	return err
}

// proposed is a name for a file with r in it.
func proposed(r *flowtable.Row) string {
	name := append([]byte(render.ProtoName(r.Version)), '-')
	if render.HasRequester(r) {
		name = append(render.AppendAddr(name, &r.Requester, r.Version), '-')
	}
	name = render.AppendAddr(name, &r.Responder, r.Version)
	switch {
	case r.Kind.HasID():
		name = fmt.Appendf(name, "-id%d", r.ID)
	case r.Kind.Paired():
		name = append(append(name, '-'), render.KindName(r.Kind)...)
	default:
		name = fmt.Appendf(name, "-type%d", r.Type)
	}
	// An IPv6 address has colons, which scp and others take for the end of a host's name.
	return strings.ReplaceAll(string(name), ":", ".") + endings[FormatPCAPNG]
}

// A saving asks for the name of a file, and writes it.
type saving struct {
	row     flowtable.Row
	prompt  *prompt
	writes  string // the path that is being written; empty, none is
	refused string // the path that was found taken
}

// askSave asks for the name of a file for what is remembered of a flow.
func (m *Model) askSave(r *flowtable.Row) {
	s := &saving{row: *r}
	s.prompt = newPrompt("save to:", proposed(r), checkPath, s.enter)
	m.prompt = s.prompt
}

// enter takes a path. A second Enter while it is being written means nothing.
func (s *saving) enter(m *Model, path string) (string, tea.Cmd) {
	const objection = "saving"
	if path == s.writes {
		return objection, nil
	}
	s.writes = path
	return objection, s.save(m, &Save{Path: path, Overwrite: path == s.refused, Row: s.row})
}

// save writes a file, elsewhere, and closes the prompt if that could be done.
func (s *saving) save(m *Model, of *Save) tea.Cmd {
	return func() tea.Msg {
		records, remembered := m.c.History.saved(&of.Row)
		of.Records = records
		err := m.c.Feed.Save(of)
		return done(func(m *Model) tea.Cmd {
			if s.writes == of.Path {
				s.writes = ""
			}
			open := m.prompt == s.prompt && s.prompt.text() == of.Path
			if errors.Is(err, fs.ErrExist) && open {
				s.refused = of.Path
				s.prompt.object("is there: Enter overwrites it")
				return nil
			}
			if open {
				m.prompt = nil
			}
			if err != nil {
				m.say("not saved: " + err.Error())
			} else {
				m.say(remembered.String() + " saved to " + of.Path)
			}
			return nil
		})
	}
}

// A remembered is what is left of a flow's packets.
type remembered struct {
	packets, errors uint64 // its own, and those that are about it
	all             uint64 // of its own, that there were
}

// String is what was saved.
func (r remembered) String() string {
	var s strings.Builder
	if r.packets < r.all {
		fmt.Fprintf(&s, "the last %s of %s", thousands(r.packets), counted(r.all, "packet"))
	} else {
		s.WriteString(counted(r.packets, "packet"))
	}
	if r.errors > 0 {
		s.WriteString(" and " + counted(r.errors, "error"))
	}
	return s.String()
}

// saved are the events of a flow that are remembered, without the packets whose bytes are gone.
func (h *History) saved(row *flowtable.Row) (records []Record, n remembered) {
	records = h.last(nil, historyEvents, func(e *flowtable.Event) bool { return e.Of(&row.Key, &row.Quoted) })
	n.all = row.Forward.Packets + row.Reverse.Packets + row.Repeats
	kept := records[:0]
	for _, r := range records {
		switch isPacket := !r.Event.Lost; {
		case isPacket && len(r.Frame.Data) == 0:
			continue
		case isPacket && isAbout(&r.Event, row):
			n.errors++
		case isPacket:
			n.packets++
		}
		kept = append(kept, r)
	}
	n.all = max(n.all, n.packets) // the row may be older
	return kept, n
}

// isAbout reports whether e, an event of a flow, is an error about its requests.
func isAbout(e *flowtable.Event, row *flowtable.Row) bool {
	return e.Packet.IsError() && e.Packet.Decoded() && row.Kind != flowtable.KindError
}

// counted is a number of things.
func counted(n uint64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return thousands(n) + " " + noun + "s"
}

// thousands is n with commas.
func thousands(n uint64) string {
	digits := fmt.Sprint(n)
	for at := len(digits) - 3; at > 0; at -= 3 {
		digits = digits[:at] + "," + digits[at:]
	}
	return digits
}
