package lab

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// tmuxConf makes of tmux a terminal and nothing else.
const tmuxConf = `set -g status off
set -g history-limit 100000
set -g default-terminal tmux-256color
set -g remain-on-exit on
set -s escape-time 0
`

// glance is how long it takes until a screen is looked at again.
const glance = 10 * time.Millisecond

// A Tmux is a terminal with a shell, which a tmux of its own shows to nobody. The shell is dash: it leaves the
// terminal as the programs have left it, which other shells don't, and it edits no line, so that
// the terminal is nobody's at its prompt. That is `1$ ` first, then `2$ `, and so on.
type Tmux struct {
	t       testing.TB
	socket  string
	tty     string
	shell   int // its process identifier
	prompts int // how many there are when all that was run has ended
}

// OpenTmux opens a terminal of that size, which is closed when the test ends.
func OpenTmux(t testing.TB, width, height int) *Tmux {
	t.Helper()
	return openTmux(t, exec.Command, width, height)
}

// OpenTmux opens a terminal whose shell is on the host.
func (h *Host) OpenTmux(width, height int) *Tmux {
	h.t.Helper()
	return openTmux(h.t, h.Command, width, height)
}

func openTmux(t testing.TB, command func(string, ...string) *exec.Cmd, width, height int) *Tmux {
	t.Helper()
	Need(t, "tmux", "dash", "stty")
	dir, err := os.MkdirTemp("", "tmux") // that of the test may be too long for a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	m := &Tmux{t: t, socket: filepath.Join(dir, "socket"), prompts: 1}
	conf := filepath.Join(dir, "conf")
	if err := os.WriteFile(conf, []byte(tmuxConf), 0o600); err != nil {
		t.Fatal(err)
	}
	server := command("tmux", "-D", "-u", "-S", m.socket, "-f", conf)
	server.Env = append(Environ("dumb"), "PS1=$((n=n+1))$ ")
	server.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Pdeathsig: syscall.SIGKILL}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if running := m.foreground(); running > 0 {
			syscall.Kill(-running, syscall.SIGKILL)
		}
		server.Process.Kill()
		server.Wait()
	})
	m.Wait("tmux", func() bool { return m.client("list-sessions").Run() == nil })
	start := m.client("new-session", "-d", "-x", strconv.Itoa(width), "-y", strconv.Itoa(height), "dash", "-i")
	start.Env = server.Env
	Output(t, start)
	m.tty = m.Format("#{pane_tty}")
	if m.shell, err = strconv.Atoi(m.Format("#{pane_pid}")); err != nil {
		t.Fatal(err)
	}
	m.WaitPrompt()
	return m
}

func (m *Tmux) client(args ...string) *exec.Cmd {
	return exec.Command("tmux", append([]string{"-u", "-S", m.socket}, args...)...)
}

func (m *Tmux) tmux(args ...string) string {
	m.t.Helper()
	return Output(m.t, m.client(args...))
}

// Format is what tmux knows of the terminal, as in `#{cursor_x} #{cursor_y} #{alternate_on}`.
func (m *Tmux) Format(format string) string {
	m.t.Helper()
	return strings.TrimSuffix(m.tmux("display-message", "-p", format), "\n")
}

// Run types a command and Enter. See WaitPrompt.
func (m *Tmux) Run(command string) {
	m.t.Helper()
	m.Type(command)
	m.Keys("Enter")
	m.prompts++
}

// Type types text, as it is.
func (m *Tmux) Type(text string) {
	m.t.Helper()
	m.tmux("send-keys", "-l", "--", escaped(text))
}

// Keys presses keys by the names that tmux has for them: "Tab", "q", "C-c", "PPage", "Up".
func (m *Tmux) Keys(keys ...string) {
	m.t.Helper()
	args := []string{"send-keys", "--"}
	for _, key := range keys {
		args = append(args, escaped(key))
	}
	m.tmux(args...)
}

// escaped is text as an argument of tmux, to which a semicolon at an argument's end is the end of the command.
func escaped(text string) string {
	if rest, ok := strings.CutSuffix(text, ";"); ok {
		return rest + `\;`
	}
	return text
}

// Resize makes the terminal as large.
func (m *Tmux) Resize(width, height int) {
	m.t.Helper()
	m.tmux("resize-window", "-x", strconv.Itoa(width), "-y", strconv.Itoa(height))
}

// Screen is what is to be seen: a line for each row. Blanks at their ends are not in there.
func (m *Tmux) Screen() string {
	m.t.Helper()
	return m.tmux("capture-pane", "-p")
}

// Colors is the screen with the escape sequences that make its colors. A line may have blanks at
// its end.
func (m *Tmux) Colors() string {
	m.t.Helper()
	return m.tmux("capture-pane", "-p", "-e")
}

// Scrollback is what has gone out of the screen at its top, and the screen.
func (m *Tmux) Scrollback() string {
	m.t.Helper()
	return m.tmux("capture-pane", "-p", "-S", "-")
}

// WaitScreen waits until the screen is as ok wants it, and returns it.
func (m *Tmux) WaitScreen(what string, ok func(screen string) bool) string {
	m.t.Helper()
	var screen string
	m.Wait(what, func() bool {
		screen = m.Screen()
		return ok(screen)
	})
	return screen
}

// WaitText waits until a text is on the screen, which it returns.
func (m *Tmux) WaitText(text string) string {
	m.t.Helper()
	return m.WaitScreen(strconv.Quote(text), func(screen string) bool { return strings.Contains(screen, text) })
}

// WaitPrompt waits until each command that was Run has ended, or is stopped, and returns the screen: the
// next prompt is in the line of the cursor.
func (m *Tmux) WaitPrompt() string {
	m.t.Helper()
	prompt := fmt.Sprintf("%d$", m.prompts)
	var screen string
	m.Wait("the prompt "+prompt, func() bool {
		row, rest, _ := strings.Cut(m.tmux("display-message", "-p", "#{cursor_y}", ";", "capture-pane", "-p"), "\n")
		y, err := strconv.Atoi(row)
		lines := strings.Split(rest, "\n")
		screen = rest
		return err == nil && y < len(lines) && strings.HasSuffix(lines[y], prompt)
	})
	return screen
}

// Wait waits until ok.
func (m *Tmux) Wait(what string, ok func() bool) {
	m.t.Helper()
	for begin := time.Now(); !ok(); time.Sleep(glance) {
		if time.Since(begin) > patience {
			m.t.Fatalf("waited in vain for %s on the screen\n%s", what, m.Screen())
		}
	}
}

// Stty is what `stty -g` says of the terminal.
func (m *Tmux) Stty() string {
	m.t.Helper()
	return stty(m.t, m.tty)
}

// PID is the process identifier of the program that runs: of the shell, if there is none.
func (m *Tmux) PID() int {
	m.t.Helper()
	pid := m.foreground()
	if pid <= 0 {
		m.t.Fatal("nothing runs in the terminal")
	}
	return pid
}

// foreground is the leader of the process group that has the terminal, or 0.
func (m *Tmux) foreground() int {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", m.shell))
	if err != nil {
		return 0
	}
	_, stats, _ := strings.Cut(string(stat), ") ") // dash has none in its name
	fields := strings.Fields(stats)
	if len(fields) < 6 {
		return 0
	}
	pid, err := strconv.Atoi(fields[5]) // tpgid in proc_pid_stat(5)
	if err != nil {
		return 0
	}
	return pid
}
