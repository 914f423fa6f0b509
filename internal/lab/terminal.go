package lab

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// Environ is the environment of a program in a terminal of that kind: the test's own, with nothing
// in it that says more of terminals or colors, and UTF-8.
func Environ(term string) []string {
	env := slices.DeleteFunc(os.Environ(), func(setting string) bool {
		name, _, _ := strings.Cut(setting, "=")
		switch name {
		case "TERM", "TERM_PROGRAM", "TERM_PROGRAM_VERSION", "COLORTERM", "NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE",
			"COLUMNS", "LINES", "TMUX", "TMUX_PANE", "STY", "SSH_TTY", "WT_SESSION",
			"LANG", "LANGUAGE", "LC_CTYPE", "LC_ALL", "ENV", "PS1":
			return true
		}
		return false
	})
	return append(env, "TERM="+term, "LC_ALL=C.UTF-8")
}

// stty is what stty -g says of a terminal, from outside of it. Its size is not in there.
func stty(t testing.TB, tty string) string {
	t.Helper()
	return strings.TrimSpace(Output(t, exec.Command("stty", "-g", "-F", tty)))
}
