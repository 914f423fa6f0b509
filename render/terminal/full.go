package terminal

import (
	"fmt"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"icmpdump/internal/rescue"
	"icmpdump/render/screen"
)

// screenFPS is how often a second a key can change the screen. Only what has changed is written.
const screenFPS = 30

// screen shows the full screen until it is left. When it is stopped, its program ends, and another begins with the same
// model when it goes on: so nothing of it is left in a terminal that a shell has.
func (t *Terminal) screen() {
	t.give()
	t.mu.Lock()
	t.stream.hide()
	t.mu.Unlock()
	t.says.forget()
	drain(t.jobs.cont)
	for t.awaitFront() {
		err, again := t.run()
		if again && t.model.Left() == screen.LeaveNot {
			continue
		}
		t.left(err)
		break
	}
	t.says.forget()
}

// awaitFront waits until the process is in the foreground. It reports whether it is, or the terminal is to be
// left.
func (t *Terminal) awaitFront() bool {
	t.idle.Store(true)
	for t.jobs.controlled(t.c.Keys) {
		ended := t.c.Screen.Feed.Ended() // asked first: what it ended with is to be looked at
		if t.isFront() {
			break
		}
		if ended {
			t.endBrowsing()
		}
		look := time.NewTimer(background)
		select {
		case <-t.closing:
			return false
		case <-t.jobs.cont:
		case <-t.jobs.stop:
			t.jobs.suspend(toSelf)
		case <-t.wake:
		case <-look.C:
		}
		look.Stop()
	}
	return true
}

// run runs the full screen once, and again if it was only stopped.
func (t *Terminal) run() (err error, again bool) {
	profile := colorprofile.ANSI
	if !t.c.Color {
		profile = colorprofile.ASCII
	}
	p := tea.NewProgram(guarded{t.model}, tea.WithInput(typed{t.c.Keys, t.quit, t.Hasten}), tea.WithOutput(drawn{t.out}), tea.WithFPS(screenFPS),
		tea.WithColorProfile(profile), tea.WithoutSignalHandler(), tea.WithoutCatchPanics())
	t.full.Store(true)
	defer t.full.Store(false)
	ended := make(chan error, 1)
	go func() {
		defer rescue.Guard()
		_, err := p.Run()
		ended <- err
	}()
	quit := func() { // it may be busy with a terminal that takes nothing
		go func() {
			defer rescue.Guard()
			p.Quit()
		}()
	}
	closing, whom, stops := t.closing, 0, false
	for {
		select {
		case err := <-ended:
			t.full.Store(false)
			if stops {
				t.jobs.suspend(whom)
			}
			return err, again
		case <-closing:
			closing, again = nil, false
			quit()
		case <-t.suspend:
			whom, stops, again = toGroup, true, true
			quit()
		case <-t.jobs.stop:
			whom, stops, again = toSelf, true, true
			quit()
		case <-t.jobs.cont: // the shell has drawn over it
			again = true
			quit()
		}
	}
}

// left does what the full screen was left for.
func (t *Terminal) left(err error) {
	if err != nil {
		t.says.add(fmt.Appendf(nil, "icmpdump: %v\n", err))
		t.end()
		return
	}
	switch t.model.Left() {
	case screen.LeavePrint:
		t.out.WriteString(t.model.Last() + "\n")
		t.end()
	case screen.LeaveQuit:
		t.end()
	case screen.LeaveNot: // it was taken away
		t.over = true
	case screen.LeaveBack:
		t.mu.Lock()
		t.stream.show()
		t.mu.Unlock()
		t.row.stale = true
	}
}

// end ends the capture. There is no stream any more until it has.
func (t *Terminal) end() {
	t.over = true
	t.quit()
}

// guarded is a model whose panics, and those of its commands, end the program as any panic does, with the
// terminal restored before. bubbletea would print them and go on.
type guarded struct{ tea.Model }

func (g guarded) Init() tea.Cmd { return guard(g.Model.Init()) }

func (g guarded) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	m, cmd := g.Model.Update(msg)
	return guarded{m}, guard(cmd)
}

func guard(cmd tea.Cmd) tea.Cmd {
	if cmd == nil {
		return nil
	}
	return func() tea.Msg {
		defer rescue.Guard()
		msg := cmd()
		if batch, ok := msg.(tea.BatchMsg); ok {
			for i := range batch {
				batch[i] = guard(batch[i])
			}
		}
		return msg
	}
}
