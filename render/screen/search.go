package screen

import (
	"bytes"
	"errors"
	"strings"

	tea "charm.land/bubbletea/v2"

	"icmpdump/flowtable"
)

// A search looks for flows by what their columns say. Upper and lower case are the same.
type search struct {
	text string // in lower case; empty looks for nothing
	line []byte
}

// errNotFound is said of a text that stands nowhere.
var errNotFound = errors.New("no flow has it")

// ask asks for the text. While it is typed, the first flow from here on that has it is selected.
func (s *search) ask(m *Model) {
	l := &m.list
	from, before := l.place(), s.text
	check := func(text string) error {
		l.arrange(m)
		s.text = strings.ToLower(text)
		l.back(from)
		if text == "" || s.find(m, l.at, 1) {
			return nil
		}
		return errNotFound
	}
	m.prompt = newPrompt("search:", "", check, func(*Model, string) (string, tea.Cmd) { return "", nil })
	m.prompt.leave = func(*Model) {
		s.text = before
		l.back(from)
	}
}

// next selects the next flow that has the text, or the one before. The last is followed by the first.
func (s *search) next(m *Model, step int) {
	if s.text == "" {
		m.say("nothing to search for: / asks for it")
		return
	}
	if !s.find(m, m.list.at+step, step) {
		m.say(errNotFound.Error())
	}
}

// find selects the first flow that has the text, from i on in that direction.
func (s *search) find(m *Model, i, step int) bool {
	l := &m.list
	n := len(l.rows)
	for range n {
		i = (i + n) % n
		if s.has(m, l.rows[i]) {
			l.move(i)
			return true
		}
		i += step
	}
	return false
}

// has reports whether r has the text.
func (s *search) has(m *Model, r *flowtable.Row) bool {
	s.line = m.list.table.appendWhole(s.line[:0], r)
	return bytes.Contains(bytes.ToLower(s.line), []byte(s.text))
}

// in is where in a cell the text stands; it is empty if it doesn't.
func (s *search) in(cell []byte) (begin, end int) {
	if s.text == "" {
		return 0, 0
	}
	begin = bytes.Index(bytes.ToLower(cell), []byte(s.text))
	if begin < 0 {
		return 0, 0
	}
	return begin, begin + len(s.text)
}

// A place is what is selected, and what is shown.
type place struct {
	at, top         int
	held            bool
	chosen, instead identity
}

func (l *list) place() place { return place{l.at, l.top, l.held, l.chosen, l.instead} }

// back goes back to a place.
func (l *list) back(to place) {
	l.at, l.top, l.held, l.chosen, l.instead = to.at, to.top, to.held, to.chosen, to.instead
	l.find()
}
