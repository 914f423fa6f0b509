package screen

import (
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
)

// pages are pages on which a key works.
type pages uint8

// The pages.
const (
	onList pages = 1 << iota
	onDetail
	onHelp

	everywhere = onList | onDetail | onHelp
	onFlows    = onList | onDetail
)

// A binding is keys that do the same.
type binding struct {
	keys  []string // as tea.KeyPressMsg.String has them
	shown string   // as they are called
	does  string
	on    pages
	short string // what the bottom row calls it; empty, it has no room for it
}

// bindings are all keys that do anything, but those in a prompt. The help, the bottom row and the tests are made of them.
var bindings = []binding{
	{[]string{"enter"}, "Enter", "all there is of the flow", onList, "flow"},
	{[]string{"esc", "enter", "backspace"}, "Esc Enter", "back to the list", onDetail, "back"},
	{[]string{"j", "down", "ctrl+n"}, "j ↓", "down", onFlows, ""},
	{[]string{"k", "up", "ctrl+p"}, "k ↑", "up", onFlows, ""},
	{[]string{"pgdown", "ctrl+f"}, "PgDn", "a page down", onFlows, ""},
	{[]string{"pgup", "ctrl+b"}, "PgUp", "a page up", onFlows, ""},
	{[]string{"ctrl+d"}, "Ctrl-D", "half a page down", onFlows, ""},
	{[]string{"ctrl+u"}, "Ctrl-U", "half a page up", onFlows, ""},
	{[]string{"g", "home"}, "g Home", "to the top", onFlows, ""},
	{[]string{"G", "end"}, "G End", "to the bottom", onFlows, ""},
	{[]string{"/"}, "/", "search: an address, a name, an id", onList, "search"},
	{[]string{"n"}, "n", "the next that was found", onList, ""},
	{[]string{"N"}, "N", "the one before", onList, ""},
	{[]string{"f"}, "f", "filter, as --where does", onList, "filter"},
	{[]string{"esc"}, "Esc", "no search; no filter", onList, ""},
	{[]string{"s"}, "s", "sort by something else", onList, "sort"},
	{[]string{"S"}, "S", "the other way round", onList, ""},
	{[]string{"w"}, "w", "save it: pcapng, pcap, JSON, text", onFlows, "save"},
	{[]string{"space", "p"}, "Space p", "freeze the view, or go on", onFlows, "freeze"},
	{[]string{"d"}, "d", "names or addresses", onFlows, ""},
	{[]string{"u"}, "u", "UTC or local time", onFlows, ""},
	{[]string{"r"}, "r", "counters begin anew", onFlows, ""},
	{[]string{"tab"}, "Tab", "to the stream", everywhere, "stream"},
	{[]string{"?"}, "?", "this help", onFlows, "help"},
	{[]string{"q", "ctrl+c"}, "q Ctrl-C", "quit", everywhere, "quit"},
	{[]string{"Q"}, "Q", "quit, and print it", everywhere, ""},
	{[]string{"ctrl+z"}, "Ctrl-Z", "stop; fg goes on", everywhere, ""},
}

// prompted are the keys of a prompt, for the help.
var prompted = []binding{
	{shown: "Enter", does: "take the text"},
	{shown: "Esc", does: "leave it"},
	{shown: "Ctrl-U", does: "delete to the left"},
}

// strips are the letters of what became of requests, for the help.
var strips = []binding{
	{shown: ".", does: "answered"},
	{shown: "x", does: "lost"},
	{shown: "l", does: "late"},
	{shown: "d", does: "answered again"},
	{shown: "e", does: "refused by an error"},
	{shown: "?", does: "pending"},
	{shown: "-", does: "forgotten"},
}

// shortHelp is the bottom row of a page: as many keys as fit. The last two, help and quit, come before all others.
func shortHelp(on pages, width int) string {
	var texts []string
	used := 0
	for _, k := range bindings {
		if k.on&on == 0 || k.short == "" {
			continue
		}
		shown, _, _ := strings.Cut(k.shown, " ")
		texts = append(texts, shown+" "+k.short)
		used += ansi.StringWidth(shown) + len(" ") + len(k.short) + len("  ")
	}
	for len(texts) > 0 && used-len("  ") > width {
		drop := max(0, len(texts)-3)
		used -= ansi.StringWidth(texts[drop]) + len("  ")
		texts = slices.Delete(texts, drop, drop+1)
	}
	return strings.Join(texts, "  ")
}

// A help is the page of all keys. Any key closes it.
type help struct {
	before page
	top    int
	all    int
	room   int
}

// openHelp shows the help, and remembers what was shown.
func (m *Model) openHelp() {
	m.help = help{before: m.page}
	m.page = &m.help
}

const (
	// twoColumns is from how many columns on there are two of keys, and secondColumn where the second begins at least.
	twoColumns   = 80
	secondColumn = 49
)

func (h *help) lines(_ *Model, width, height int) []string {
	own := slices.IndexFunc(bindings, func(b binding) bool { return b.on == everywhere })
	lines := helpLines("flows", bindings[:own])
	more := append(helpLines("everywhere", bindings[own:]), "")
	more = append(append(more, helpLines("in the bottom row, when it asks", prompted)...), "")
	more = append(more, helpLines("what became of requests", strips)...)
	if width >= twoColumns {
		lines = beside(lines, more, max(secondColumn, width/2))
	} else {
		lines = append(append(lines, ""), more...)
	}
	h.all, h.room = len(lines), max(0, height-1)
	h.top = max(0, min(h.top, h.all-h.room))
	lines = lines[h.top:min(h.all, h.top+h.room)]
	for len(lines) < height-1 {
		lines = append(lines, "")
	}
	bottom := "any key closes this"
	if h.all > h.room {
		bottom = fmt.Sprintf("%d-%d of %d lines: j k scroll, any other key closes this", h.top+1, h.top+h.room, h.all)
	}
	return append(lines, ansi.Truncate(bottom, width, "…"))[:height]
}

// helpLines are a head, and a line for each key.
func helpLines(head string, of []binding) []string {
	label := 0
	for _, b := range of {
		label = max(label, ansi.StringWidth(b.shown))
	}
	lines := []string{head}
	for _, b := range of {
		lines = append(lines, "  "+b.shown+strings.Repeat(" ", label+2-ansi.StringWidth(b.shown))+b.does)
	}
	return lines
}

func (h *help) key(m *Model, k tea.KeyPressMsg) tea.Cmd {
	if h.all > h.room {
		switch k.String() {
		case "j", "down":
			h.top++
			return nil
		case "k", "up":
			h.top--
			return nil
		case "pgdown":
			h.top += h.room
			return nil
		case "pgup":
			h.top -= h.room
			return nil
		}
	}
	m.page = h.before
	return nil
}
