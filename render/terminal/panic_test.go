package terminal

import (
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"icmpdump/flowtable"
	"icmpdump/internal/lab"
	"icmpdump/render"
	"icmpdump/render/screen"
)

// panicIn in the environment of this test binary makes it a program that panics at SIGUSR2: in the stream's
// goroutine, or in the full screen's.
const panicIn = "TERMINAL_PANICS_IN"

func TestMain(m *testing.M) {
	if where := os.Getenv(panicIn); where != "" {
		panics(where)
	}
	os.Exit(lab.Run(m))
}

// A quiet feed has nothing to say.
type quiet struct {
	screen.Feed
	changes func() uint64
}

func (q quiet) Summary() *render.Summary { return &render.Summary{Totals: new(flowtable.Totals)} }

func (q quiet) Rows(dst []flowtable.Row) []flowtable.Row { return dst }

func (q quiet) Changes() uint64 { return q.changes() }

func (q quiet) Ended() bool { return false }

func panics(where string) {
	var burnt atomic.Bool
	changes := func() uint64 {
		if burnt.Load() {
			panic("the fuse has burnt")
		}
		return 0
	}
	t, err := Start(Config{
		Keys: os.Stdin, Out: os.Stdout, Err: os.Stderr, Draw: lines{}, Color: true, Top: where == "screen", FPS: 4,
		Screen: screen.Config{Feed: quiet{changes: changes}, History: new(screen.History), Live: true, FPS: 4},
		Quit:   func() {}, Clock: time.Now,
	})
	if err != nil {
		panic(err)
	}
	signalled := make(chan os.Signal, 1)
	signal.Notify(signalled, syscall.SIGUSR2)
	<-signalled
	burnt.Store(true)
	t.Changed()
	select {}
}

// A panic ends the program as ever, in a terminal that is as it was; also if that takes nothing.
func TestPanicRestores(t *testing.T) {
	for _, tt := range []struct {
		name, in string
		stalled  bool
	}{
		{"stream", "stream", false},
		{"full screen", "screen", false},
		{"stream of a stalled terminal", "stream", true},
	} {
		p := lab.OpenPTY(t, 80, 24)
		before := p.Stty()
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(lab.Environ("xterm-256color"), panicIn+"="+tt.in)
		var stderr strings.Builder
		if tt.stalled {
			cmd.Stderr = &stderr
		}
		p.Start(cmd)
		p.Wait("a row or a screen", func(text string) bool { return len(text) > 20 })
		p.Settle(100 * time.Millisecond)
		if p.Stty() == before {
			t.Errorf("%s: the terminal was not taken", tt.name)
		}
		if tt.stalled {
			p.Stall()
			p.Resize(79, 24)
		}
		p.Signal(syscall.SIGUSR2)
		begin := time.Now()
		code := p.End()
		text := stderr.String()
		if !tt.stalled {
			text = p.Text()
		}
		if took := time.Since(begin); code != 2 || took > 5*time.Second {
			t.Errorf("%s: exit code %d after %v", tt.name, code, took)
		}
		if !strings.Contains(text, "panic: the fuse has burnt") || !strings.Contains(text, "goroutine ") {
			t.Errorf("%s: no trace: %q", tt.name, text)
		}
		if got := p.Stty(); got != before {
			t.Errorf("%s: stty -g says %s, want %s", tt.name, got, before)
		}
		if tt.in == "screen" {
			on, off := strings.LastIndex(text, "\x1b[?1049h"), strings.LastIndex(text, "\x1b[?1049l")
			if on < 0 || off < on || strings.Index(text, "panic: ") < off || strings.LastIndex(text, "\x1b[?25h") < on {
				t.Errorf("%s: the alternate screen is not left before the trace: %q", tt.name, text)
			}
		}
	}
}
