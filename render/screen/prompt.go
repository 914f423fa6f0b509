package screen

import (
	"strings"
	"unicode"

	"charm.land/bubbles/v2/key"
	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"icmpdump/render"
)

// maxTyped is how many characters a prompt takes: a path of Linux has no more.
const maxTyped = 4096

// A prompt asks for a text, in the bottom row of the screen. As long as it is there, all keys but ^C are its own.
type prompt struct {
	label string
	input textinput.Model

	// check says what is wrong with the text, each time that it has changed; nil finds nothing wrong.
	// What is wrong stands in the row, and is not taken.
	check func(text string) error

	// enter takes the text. If it returns an objection, the prompt stays, and shows it until the text is another.
	enter func(m *Model, text string) (objection string, cmd tea.Cmd)

	// leave is told that nothing was taken; nil need not be told.
	leave func(m *Model)

	note string // what stands behind the text: an objection, or what is wrong
	bad  bool   // the text is not taken
}

// newPrompt makes a prompt that proposes a text.
func newPrompt(label, text string, check func(string) error, enter func(*Model, string) (string, tea.Cmd)) *prompt {
	p := &prompt{label: label, input: textinput.New(), check: check, enter: enter}
	// It would run a program of whoever's desk this is, with our rights. What a terminal pastes is taken.
	p.input.KeyMap.Paste = key.NewBinding()
	p.input.SetVirtualCursor(false) // which blinks, by the clock
	p.input.CharLimit = maxTyped
	p.input.SetValue(text)
	p.input.CursorEnd()
	p.input.Focus()
	p.judge()
	return p
}

// text is what stands in the prompt.
func (p *prompt) text() string { return p.input.Value() }

// judge says what is wrong with the text.
func (p *prompt) judge() {
	p.note, p.bad = "", false
	if p.check == nil {
		return
	}
	if err := p.check(p.text()); err != nil {
		p.note, p.bad = render.Clean(err.Error()).String(), true
	}
}

// object shows why the text was not taken, until it is another.
func (p *prompt) object(objection string) { p.note = render.Clean(objection).String() }

// key takes a key. It reports whether the prompt stays.
func (p *prompt) key(m *Model, k tea.KeyPressMsg) (stays bool, cmd tea.Cmd) {
	switch k.String() {
	case "esc":
		if p.leave != nil {
			p.leave(m)
		}
		return false, nil
	case "enter":
		if p.bad {
			return true, nil
		}
		objection, cmd := p.enter(m, p.text())
		if objection != "" {
			p.object(objection)
		}
		return objection != "", cmd
	}
	p.update(k)
	return true, nil
}

// paste takes what the terminal pasted.
func (p *prompt) paste(msg tea.PasteMsg) { p.update(msg) }

// update changes the text.
func (p *prompt) update(msg tea.Msg) {
	before := p.text()
	switch typed := msg.(type) {
	case tea.KeyPressMsg:
		typed.Text = strings.Map(seen, typed.Text)
		msg = typed
	case tea.PasteMsg:
		typed.Content = strings.Map(seen, typed.Content)
		msg = typed
	}
	p.input, _ = p.input.Update(msg)
	if p.text() != before {
		p.judge()
	}
}

// seen is r, or -1 of what can't be seen but changes how others are: turns them round (U+202E), or makes them wider.
// Newlines and tabs become blanks later, and other control characters nothing.
func seen(r rune) rune {
	if unicode.IsControl(r) || unicode.IsGraphic(r) && !unicode.Is(unicode.Variation_Selector, r) {
		return r
	}
	return -1
}

// line is the row, at most width columns wide, and the column of the cursor in it.
func (p *prompt) line(width int) (line string, cursor int) {
	if width < 1 {
		return "", 0
	}
	label := ansi.Truncate(p.label+" ", width/2, "")
	rest := width - ansi.StringWidth(label)
	note := p.note
	if note != "" { // the text goes before it
		least := min(ansi.StringWidth(p.text())+1, (rest+1)/2)
		note = ansi.Truncate("  "+note, rest-least, "…")
	}
	text, at := window([]rune(p.text()), p.input.Position(), rest-ansi.StringWidth(note))
	return label + text + note, min(ansi.StringWidth(label)+at, width-1)
}

// window is what of a text fits into width columns, with room for the cursor, which is before the character at pos;
// and its column.
func window(text []rune, pos, width int) (shown string, column int) {
	if width < 1 {
		return "", 0
	}
	begin := pos
	for begin > 0 && column+runeWidth(text[begin-1]) < width {
		begin--
		column += runeWidth(text[begin])
	}
	end, used := pos, column
	for end < len(text) && used+runeWidth(text[end]) <= width {
		used += runeWidth(text[end])
		end++
	}
	return string(text[begin:end]), column
}

// runeWidth is how many columns a character takes.
func runeWidth(r rune) int {
	if unicode.IsControl(r) {
		return 0
	}
	return ansi.StringWidth(string(r))
}
