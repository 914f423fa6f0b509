package screen

import (
	"errors"
	"strings"

	tea "charm.land/bubbletea/v2"

	"icmpdump/flowtable"
	"icmpdump/internal/caret"
	"icmpdump/render/where"
)

// A filter says which flows are wanted, in the language of --where. The zero one wants all.
type filter struct {
	text  string
	judge *where.Judge
	bad   *caret.Error // what is wrong with the text of the prompt; nil if nothing is, or there is none
}

const filterLabel = "filter:"

func (f *filter) wants(r *flowtable.Row) bool { return f.judge == nil || f.judge.Row(r) }

// ask asks for another one. No text wants all.
func (f *filter) ask(m *Model) {
	m.prompt = newPrompt(filterLabel, f.text, func(text string) error { return f.check(m, text) }, func(m *Model, text string) (string, tea.Cmd) {
		f.set(m, text)
		return "", nil
	})
	m.prompt.leave = func(*Model) { f.bad = nil }
}

// check says what is wrong with a text, and where.
func (f *filter) check(m *Model, text string) error {
	f.bad = nil
	if strings.TrimSpace(text) == "" {
		return nil
	}
	_, err := where.Parse(text, m.zone())
	errors.As(err, &f.bad)
	return err
}

// set makes it the filter of that text, which is good.
func (f *filter) set(m *Model, text string) {
	*f = filter{}
	m.list.arranged = false
	if text = strings.TrimSpace(text); text == "" {
		return
	}
	if parsed, err := where.Parse(text, m.zone()); err == nil {
		f.text, f.judge = text, parsed.Judge(m.c.Draw)
	}
}

// mark is a line with an arrow above the place where the text of the prompt is wrong. It is empty if that
// can't be seen, or nothing is wrong.
func (f *filter) mark(m *Model, width int) string {
	if f.bad == nil || m.prompt == nil {
		return ""
	}
	column := len(filterLabel) + f.bad.Column()
	line, _ := m.prompt.line(width)
	if column >= width || !strings.HasPrefix(line, filterLabel+" "+m.prompt.text()) {
		return ""
	}
	return strings.Repeat(" ", column) + "↓"
}
