package main

import (
	"bytes"
	"errors"
	"os"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func openedTTY(t *testing.T) *tty {
	t.Helper()
	term, err := openTTY()
	if err != nil {
		t.Fatal(err)
	}
	return term
}

// What runs in a terminal has it for its own, gets its keys, and its bytes are counted.
func TestTTY(t *testing.T) {
	term := openedTTY(t)
	defer term.close()
	term.watch()
	var stderr bytes.Buffer
	cmd := command(t.Context(), "sh", "-c", `exec >&2; stty size; echo "$TERM"; stty -echo; printf 12345 >/dev/tty; read word; echo "$word"`)
	term.attach(cmd)
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(patience); term.written() < 5 && time.Now().Before(deadline); {
		time.Sleep(time.Millisecond)
	}
	if n := term.written(); n != 5 {
		t.Errorf("%d bytes, want 5", n)
	}
	if err := term.press("keys\n"); err != nil {
		t.Error(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("%v: %s", err, &stderr)
	}
	if got, want := stderr.String(), "40 120\nxterm-256color\nkeys\n"; got != want {
		t.Errorf("it says %q, want %q", got, want)
	}
}

// A full terminal takes nothing.
func TestTTYFull(t *testing.T) {
	term := openedTTY(t)
	defer term.close()
	if err := term.fill(); err != nil {
		t.Fatal(err)
	}
	other, err := os.OpenFile(term.slave.Name(), os.O_WRONLY|unix.O_NONBLOCK|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	other.SetWriteDeadline(time.Now().Add(100 * time.Millisecond))
	if n, err := other.Write([]byte("x")); n != 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("it took %d bytes, %v", n, err)
	}
}
