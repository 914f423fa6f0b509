package rescue

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// scenario names what the test binary is to die of, when a test starts it again.
const scenario = "ICMPDUMP_RESCUE"

func TestMain(m *testing.M) {
	if name := os.Getenv(scenario); name != "" {
		scenarios[name].run()
		return
	}
	os.Exit(m.Run())
}

// explode panics, and stands in the trace.
func explode(v any) { panic(v) }

func say(text string) func() { return func() { fmt.Println(text) } }

// guarded runs f in a goroutine, and waits for its end.
func guarded(f func()) {
	var done sync.WaitGroup
	done.Go(func() {
		defer Guard()
		f()
	})
	done.Wait()
}

var scenarios = map[string]struct {
	run    func()
	code   int
	stdout string
	trace  []string // on stderr
}{
	"nothing": {run: func() { On(say("restored")); guarded(func() {}) }},
	"end":     {run: func() { On(say("restored")); guarded(runtime.Goexit) }},
	"main goroutine": {
		run:    func() { defer Guard(); On(say("restored")); explode("boom") },
		code:   2,
		stdout: "restored\n",
		trace:  []string{"panic: boom", "rescue.explode("},
	},
	"goroutine": {
		run:    func() { On(say("restored")); guarded(func() { explode("boom") }) },
		code:   2,
		stdout: "restored\n",
		trace:  []string{"panic: boom", "rescue.explode("},
	},
	"error": {
		run:    func() { On(say("restored")); guarded(func() { explode(fmt.Errorf("of %d", 7)) }) },
		code:   2,
		stdout: "restored\n",
		trace:  []string{"of 7", "rescue.explode("},
	},
	"index": {
		run: func() {
			On(say("restored"))
			guarded(func() { none := []int{}; fmt.Println(none[len(os.Args)]) })
		},
		code:   2,
		stdout: "restored\n",
		trace:  []string{"panic: runtime error: index out of range", "rescue_test.go:"},
	},
	"nil": {
		run:    func() { On(say("restored")); guarded(func() { explode(nil) }) },
		code:   2,
		stdout: "restored\n",
		trace:  []string{"panic called with nil argument", "rescue.explode("},
	},
	"order": {
		run:    func() { On(say("1")); On(say("2")); On(say("3")); guarded(func() { explode("boom") }) },
		code:   2,
		stdout: "3\n2\n1\n",
		trace:  []string{"panic: boom"},
	},
	"forgotten": {
		run: func() {
			On(say("1"))
			forget := On(say("2"))
			On(say("3"))
			forget()
			forget()
			guarded(func() { explode("boom") })
		},
		code:   2,
		stdout: "3\n1\n",
		trace:  []string{"panic: boom"},
	},
	"restore panics": {
		run:    func() { On(say("1")); On(func() { panic("another") }); guarded(func() { explode("boom") }) },
		code:   2,
		stdout: "1\n",
		trace:  []string{"panic: boom", "rescue.explode("},
	},
	"restore hangs": {
		run:    func() { On(say("1")); On(func() { select {} }); guarded(func() { explode("boom") }) },
		code:   2,
		stdout: "",
		trace:  []string{"panic: boom", "rescue.explode("},
	},
	"several": {
		run: func() {
			On(func() { time.Sleep(100 * time.Millisecond); fmt.Println("restored") })
			var all sync.WaitGroup
			for range 8 {
				all.Go(func() {
					defer Guard()
					explode("boom")
				})
			}
			all.Wait()
		},
		code:   2,
		stdout: "restored\n",
		trace:  []string{"panic: boom", "rescue.explode("},
	},
	// Who waits for the goroutine must not be able to end the program well.
	"awaited": {
		run: func() {
			On(func() { time.Sleep(100 * time.Millisecond); fmt.Println("restored") })
			guarded(func() { explode("boom") })
			fmt.Println("all is well")
			os.Exit(0)
		},
		code:   2,
		stdout: "restored\n",
		trace:  []string{"panic: boom"},
	},
}

// A panic ends the program as it always does, but what is registered is restored before, once.
func TestScenarios(t *testing.T) {
	for name, s := range scenarios {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cmd := exec.Command("/proc/self/exe")
			cmd.Env = append(os.Environ(), scenario+"="+name)
			var stdout, stderr bytes.Buffer
			cmd.Stdout, cmd.Stderr = &stdout, &stderr
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			stuck := time.AfterFunc(10*time.Second, func() { cmd.Process.Kill() })
			defer stuck.Stop()
			err := cmd.Wait()
			var exit *exec.ExitError
			if err != nil && !errors.As(err, &exit) {
				t.Fatal(err)
			}
			if code := cmd.ProcessState.ExitCode(); code != s.code {
				t.Errorf("got exit code %d, want %d", code, s.code)
			}
			if got := stdout.String(); got != s.stdout {
				t.Errorf("got %q, want %q", got, s.stdout)
			}
			for _, text := range s.trace {
				if !strings.Contains(stderr.String(), text) {
					t.Errorf("no %q in\n%s", text, stderr.String())
				}
			}
			if s.code == 0 && stderr.Len() > 0 {
				t.Errorf("it says\n%s", stderr.String())
			}
		})
	}
}

// One that recovers from what a guard panics on with finds the guard ready for the next panic.
func TestGuardAgain(t *testing.T) {
	var got []string
	for _, name := range []string{"one", "two"} {
		func() {
			defer func() {
				if v := recover(); v != name {
					t.Errorf("got panic %v, want %v", v, name)
				}
			}()
			defer Guard()
			defer On(func() { got = append(got, "too late") })()
			On(func() { got = append(got, name) })
			explode(name)
		}()
	}
	if want := []string{"one", "two"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
