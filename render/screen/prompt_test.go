package screen

import (
	"errors"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
)

// named are the keys that have no character of their own.
var named = map[string]tea.KeyPressMsg{
	"enter": {Code: tea.KeyEnter}, "esc": {Code: tea.KeyEscape}, "backspace": {Code: tea.KeyBackspace}, "tab": {Code: tea.KeyTab},
	"space": {Code: tea.KeySpace, Text: " "}, " ": {Code: tea.KeySpace, Text: " "},
	"up": {Code: tea.KeyUp}, "down": {Code: tea.KeyDown}, "left": {Code: tea.KeyLeft}, "right": {Code: tea.KeyRight},
	"pgup": {Code: tea.KeyPgUp}, "pgdown": {Code: tea.KeyPgDown}, "home": {Code: tea.KeyHome}, "end": {Code: tea.KeyEnd},
}

// pressed is the key of that name, as a terminal gives it.
func pressed(name string) tea.KeyPressMsg {
	if k, ok := named[name]; ok {
		return k
	}
	if rest, ok := strings.CutPrefix(name, "ctrl+"); ok {
		return tea.KeyPressMsg{Code: []rune(rest)[0], Mod: tea.ModCtrl}
	}
	r := []rune(name)[0]
	k := tea.KeyPressMsg{Code: r, Text: name}
	if 'A' <= r && r <= 'Z' {
		k.Code, k.Mod = r+'a'-'A', tea.ModShift
	}
	return k
}

func typed(p *prompt, text string) {
	for _, r := range text {
		p.key(nil, pressed(string(r)))
	}
}

// even refuses texts of odd length.
func even(text string) error {
	if len(text)%2 > 0 {
		return errors.New("odd")
	}
	return nil
}

func TestPrompt(t *testing.T) {
	var taken string
	p := newPrompt("name:", "ab", even, func(_ *Model, text string) (string, tea.Cmd) {
		if text == "abcd" {
			return "is there, Enter again", nil
		}
		taken = text
		return "", nil
	})
	look := func(what, want string, wantCursor int) {
		t.Helper()
		if got, cursor := p.line(40); got != want || cursor != wantCursor {
			t.Errorf("%s: %q, cursor %d, want %q, %d", what, got, cursor, want, wantCursor)
		}
	}
	look("at first", "name: ab", 8)
	typed(p, "c")
	look("an odd one", "name: abc  odd", 9)
	if stays, _ := p.key(nil, pressed("enter")); !stays || taken != "" {
		t.Errorf("what is wrong is taken: %q", taken)
	}
	typed(p, "d")
	if stays, _ := p.key(nil, pressed("enter")); !stays {
		t.Error("an objection lets the prompt go")
	}
	look("an objection", "name: abcd  is there, Enter again", 10)
	p.key(nil, pressed("left"))
	look("the cursor goes", "name: abcd  is there, Enter again", 9)
	typed(p, "q q")
	look("other text", "name: abcq qd  odd", 12)
	p.key(nil, pressed("backspace"))
	if stays, _ := p.key(nil, pressed("enter")); stays || taken != "abcq d" {
		t.Errorf("took %q, stays %t", taken, stays)
	}
}

func TestPromptLeave(t *testing.T) {
	left := false
	p := newPrompt("/", "", nil, nil)
	p.leave = func(*Model) { left = true }
	if stays, _ := p.key(nil, pressed("esc")); stays || !left {
		t.Errorf("Esc: stays %t, told %t", stays, left)
	}
}

// What is pasted, or typed, brings no control characters, and ^V runs nothing.
func TestPromptPaste(t *testing.T) {
	p := newPrompt("f:", "", nil, nil)
	p.paste(tea.PasteMsg{Content: "a\x1b[31m\tb\nc\u009b\x00é"})
	if got := p.text(); got != "a[31m b cé" {
		t.Errorf("got %q", got)
	}
	if _, cmd := p.key(nil, pressed("ctrl+v")); cmd != nil || p.text() != "a[31m b cé" {
		t.Errorf("^V does something: %q", p.text())
	}
	p.paste(tea.PasteMsg{Content: strings.Repeat("x", 2*maxTyped)})
	if got := len([]rune(p.text())); got != maxTyped {
		t.Errorf("%d characters, want %d", got, maxTyped)
	}
}

// The row is never wider than the screen, the cursor is in it, and behind what stands before it.
func TestPromptWidth(t *testing.T) {
	for _, text := range []string{"", "a", "icmp-2001:db8::1.pcapng", strings.Repeat("0123456789", 30), strings.Repeat("漢字", 60)} {
		for _, note := range []string{"", "a name ends with .pcapng, .pcap, .json or .txt", strings.Repeat("long ", 60)} {
			p := newPrompt("save to:", text, nil, nil)
			p.object(note)
			for range 3 {
				for width := range 220 {
					line, cursor := p.line(width)
					if got := ansi.StringWidth(line); got > width || cursor > max(0, width-1) {
						t.Fatalf("%d columns, cursor %d, of %d: %q", got, cursor, width, line)
					}
				}
				p.input.SetCursor(p.input.Position() / 2)
			}
		}
	}
	p := newPrompt("save to:", strings.Repeat("0123456789", 30)+".json", nil, nil)
	if got, cursor := p.line(30); got != "save to: 567890123456789.json" || cursor != 29 {
		t.Errorf("the end is not seen: %q, cursor %d", got, cursor)
	}
	p.input.SetCursor(0)
	if got, cursor := p.line(30); got != "save to: 012345678901234567890" || cursor != 9 {
		t.Errorf("the beginning is not seen: %q, cursor %d", got, cursor)
	}
}

// Of what is pasted only what can be seen is taken: nothing that turns text round, or makes a character before it wider.
func TestPromptUnseen(t *testing.T) {
	p := newPrompt("name:", "", nil, nil)
	p.paste(tea.PasteMsg{Content: "a\u202eb\ufe0f\u20e3\u200d\u2066c\x1b[31m\r\ne\u0301 漢"})
	p.update(tea.KeyPressMsg{Text: "\ufe0f", Code: 0xfe0f})
	if got, want := p.text(), "ab\u20e3c[31m  e\u0301 漢"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
