// Package screen is the full-screen view: the totals, the flows as a table, errors by cause, the tail of the stream,
// and all there is of one flow. A [Model] is what bubbletea runs. It pulls what it draws from a [Feed] and a
// [History], a few times a second and only if anything changed; nothing is ever pushed to it. It
// touches no terminal: package terminal does.
package screen

import (
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"icmpdump/render"
)

// Config is what a Model is made of.
type Config struct {
	Feed    Feed
	History *History
	Of      []string         // what is captured: interfaces, or files
	Draw    render.Options   // of lines: color, names, times
	Numeric bool             // begin with addresses, though names can be had
	Sort    string           // begin with flows in an order of HasOrder; empty is the first of Orders
	Live    bool             // of traffic, not from a file
	FPS     int              // how often a second the screen looks for changes
	Clock   func() time.Time // says how long a look takes; nil if that does not matter
	Warning func() string    // the last thing that was said to the user while the screen was there, or nothing
	Suspend func()           // stops the process, as ^Z does
}

// Leave says why a screen was left.
type Leave uint8

// The reasons.
const (
	LeaveNot   Leave = iota
	LeaveBack        // to the stream
	LeaveQuit        // end it all
	LeavePrint       // likewise, and leave the last screen printed
)

// A Model is the screen. It belongs to the goroutine of the tea.Program that runs it; it may be run again,
// by another one, and is as it was left.
type Model struct {
	c             Config
	width, height int
	left          Leave

	changes  uint64 // of the feed, when the snapshot was taken
	snapshot snapshot
	ended    bool // the input has
	pace     pace
	frozen   bool          // the view is, the capture goes on
	behind   uint64        // packets since it is
	utc      bool          // times are
	numeric  bool          // addresses have no names
	spent    time.Duration // for this look and its drawing

	drawn  string // the last content
	prints bool   // it is for paper
	fresh  bool   // it is still what there is to see

	page   page // what is shown
	list   list
	detail detail
	help   help
	said   string  // to the user, since the last key
	warned string  // by the config's Warning
	heard  string  // of it, what the user has seen
	prompt *prompt // has the keys, and the bottom row; nil if there is none
}

// New makes the screen.
func New(c Config) *Model {
	m := &Model{c: c, numeric: c.Numeric}
	m.page = &m.list
	m.list.table.init(c.Draw)
	m.list.order = max(0, orderOf(c.Sort))
	return m
}

// Left is why the screen was left, after a run.
func (m *Model) Left() Leave { return m.left }

// Last is the screen as it was left, to be printed: a line each, without a newline behind the last. It has no selected
// row, and no keys.
func (m *Model) Last() string {
	m.prints = true
	defer func() { m.prints = false }()
	lines := m.lines()
	if m.height > 1 {
		lines = lines[:min(len(lines), m.height-1)]
	}
	for len(lines) > 0 && lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	return strings.Join(lines, "\n")
}

// A tick is the time to look for changes.
type tick time.Time

// share is the part of the time that looking and drawing may take: one in so many.
const share = 20

// tick is the next one.
func (m *Model) tick() tea.Cmd {
	return tea.Tick(m.wait(), func(t time.Time) tea.Msg { return tick(t) })
}

// wait is how long until the next look. What takes long is done less often.
func (m *Model) wait() time.Duration {
	wait := max(time.Second/time.Duration(m.c.FPS), share*m.spent)
	m.spent = 0
	return wait
}

// timed does something, and counts how long it takes.
func (m *Model) timed(do func()) {
	if m.c.Clock == nil {
		do()
		return
	}
	begin := m.c.Clock()
	do()
	m.spent += m.c.Clock().Sub(begin)
}

// Init begins a run.
func (m *Model) Init() tea.Cmd {
	m.left = LeaveNot
	m.look()
	return m.tick()
}

// Update takes a key, a size, or a tick.
func (m *Model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tick:
		m.timed(m.look)
		m.measure(time.Time(msg))
		return m, m.tick()
	case tea.WindowSizeMsg:
		m.resize(msg.Width, msg.Height)
	case tea.KeyPressMsg:
		m.fresh = false
		return m, m.key(msg)
	case tea.PasteMsg:
		m.fresh = false
		if m.prompt != nil {
			m.prompt.paste(msg)
		}
	case done:
		m.fresh = false
		return m, msg(m)
	}
	return m, nil
}

// A done is what is left to do when a tea.Cmd, which runs elsewhere, has done the rest.
type done func(m *Model) tea.Cmd

// say shows a message until the next key.
func (m *Model) say(text string) { m.said = render.Clean(text).String() }

// look takes a snapshot, if anything changed.
func (m *Model) look() {
	if m.c.Warning != nil {
		if warning := m.c.Warning(); warning != m.warned {
			m.warned, m.fresh = warning, false
		}
	}
	if ended := m.c.Feed.Ended(); ended != m.ended {
		m.ended, m.fresh = ended, false
	}
	if m.options().Name != nil { // one may be known by now
		m.fresh = false
	}
	changes := m.c.Feed.Changes() + m.c.History.total() // which comes later
	if changes == m.changes && m.snapshot.taken {
		return
	}
	m.changes, m.fresh = changes, false
	if m.frozen {
		m.behind = m.c.Feed.Summary().Packets - m.snapshot.summary.Packets
		return
	}
	m.snapshot.take(m.c.Feed, m.c.History, m.height)
	m.list.arranged = false
}

// resize makes the screen as large as the terminal is.
func (m *Model) resize(width, height int) {
	if height > m.height && !m.frozen {
		m.snapshot.taken = false // it has too few of the last events
	}
	m.width, m.height, m.fresh = width, height, false
	m.look()
}

// measure finds out how many packets a second there are.
func (m *Model) measure(now time.Time) {
	if m.c.Live && !m.frozen && m.pace.measure(now, m.snapshot.summary.Packets) {
		m.fresh = false
	}
}

// freeze freezes the view, or lets it go on.
func (m *Model) freeze(frozen bool) {
	m.frozen, m.behind = frozen, 0
	if !frozen {
		m.snapshot.taken = false
		m.look()
	}
}

// name shows names, or addresses.
func (m *Model) name() {
	if m.c.Draw.Name == nil {
		m.say("there is nobody to ask for names")
		return
	}
	m.numeric = !m.numeric
}

// options are those of what is drawn now.
func (m *Model) options() render.Options {
	o := m.c.Draw
	if m.utc {
		o.Location = nil
	}
	if m.numeric {
		o.Name = nil
	}
	return o
}

// key does what a key asks for.
func (m *Model) key(k tea.KeyPressMsg) tea.Cmd {
	if p := m.prompt; p != nil && k.String() != "ctrl+c" {
		stays, cmd := p.key(m, k)
		if !stays && m.prompt == p {
			m.prompt = nil
		}
		return cmd
	}
	m.said, m.heard = "", m.warned
	switch k.String() {
	case "q", "ctrl+c":
		return m.leave(LeaveQuit)
	case "Q":
		return m.leave(LeavePrint)
	case "tab":
		return m.leave(LeaveBack)
	case "?":
		if m.page != &m.help {
			m.openHelp()
			return nil
		}
	case "ctrl+z":
		return func() tea.Msg {
			m.c.Suspend()
			return nil
		}
	}
	if m.page != &m.help && m.everywhere(k) {
		return nil
	}
	return m.page.key(m, k)
}

// everywhere does what a key asks for that means the same on all pages of flows. It reports whether it does.
func (m *Model) everywhere(k tea.KeyPressMsg) bool {
	switch k.String() {
	case "space", "p":
		m.freeze(!m.frozen)
	case "u":
		m.utc = !m.utc
	case "d":
		m.name()
	case "r":
		m.c.Feed.Reset()
		m.freeze(false)
	default:
		return false
	}
	return true
}

func (m *Model) leave(why Leave) tea.Cmd {
	m.left = why
	return tea.Quit
}

// View is the screen.
func (m *Model) View() tea.View {
	if !m.fresh {
		m.timed(func() { m.drawn = m.content() })
		m.fresh = true
	}
	v := tea.NewView(m.drawn)
	v.AltScreen = true
	if m.prompt != nil && m.height > 0 {
		_, column := m.prompt.line(m.width)
		v.Cursor = tea.NewCursor(column, m.height-1)
	}
	return v
}

// A page is one of the things that the screen can show.
type page interface {
	// lines are those of the page, at most height of them, each at most width columns wide.
	lines(m *Model, width, height int) []string

	// key does what a key asks for that means something on the page.
	key(m *Model, k tea.KeyPressMsg) tea.Cmd
}
