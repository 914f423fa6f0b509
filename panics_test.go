package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"icmpdump/capture"
	"icmpdump/capture/icmp"
	"icmpdump/flowtable"
	"icmpdump/internal/lab"
	"icmpdump/internal/rescue"
	"icmpdump/render"
)

// panicIn in the environment of icmpdump-panics says in which goroutine it panics: "drawer", "worker" or
// "pump", with the next packet after SIGUSR2. "drawer:3" panics with the third packet.
const panicIn = "ICMPDUMP_PANIC_IN"

// mainThatPanics is icmpdump-panics: icmpdump, until it panics. It says on stderr when its guard restores.
func mainThatPanics() {
	where, at, _ := strings.Cut(os.Getenv(panicIn), ":")
	n, _ := strconv.Atoi(at)
	f := newFuse(n)
	rig = func(w *watcher) {
		switch where {
		case "drawer":
			w.drawer.draw = fusedAppender{w.drawer.draw, f}
		case "worker":
			w.worker.pump = fusedPump{w.worker.pump, f}
		case "pump":
			f.fusePump(w.worker.pump)
		default:
			panic("nothing panics in " + where)
		}
	}
	rescue.On(func() { fmt.Fprintln(os.Stderr, "restored") })
	main()
}

// A fuse is how many packets a goroutine still bears. It bears all if there are less than 1.
type fuse struct{ packets atomic.Int64 }

func newFuse(packets int) *fuse {
	f := new(fuse)
	f.packets.Store(int64(packets))
	signalled := make(chan os.Signal, 1)
	signal.Notify(signalled, syscall.SIGUSR2)
	go func() {
		for range signalled {
			f.packets.Store(1)
		}
	}()
	return f
}

// burns reports whether this packet is the last.
func (f *fuse) burns() bool { return f.packets.Add(-1) == 0 }

func (f *fuse) burn() {
	if f.burns() {
		panic("the fuse has burnt")
	}
}

// A fusedAppender panics where it draws.
type fusedAppender struct {
	render.Appender
	fuse *fuse
}

func (a fusedAppender) Append(dst []byte, e *flowtable.Event, f icmp.Frame) []byte {
	a.fuse.burn()
	return a.Appender.Append(dst, e, f)
}

// A fusedPump brings a batch whose frames are missing, which panics where it is taken through the table.
type fusedPump struct {
	pump
	fuse *fuse
}

func (p fusedPump) Run(ctx context.Context, b *capture.Batch, sink capture.Sink) error {
	return p.pump.Run(ctx, b, func(b *capture.Batch) *capture.Batch {
		for range b.Packets {
			if p.fuse.burns() {
				b.Frames = nil
			}
		}
		return sink(b)
	})
}

// fusePump makes one panic that reads and decodes.
func (f *fuse) fusePump(p pump) {
	pumps := []*capture.Pump{}
	switch p := p.(type) {
	case *capture.Pump:
		pumps = append(pumps, p)
	case *capture.Merge:
		pumps = p.Pumps
	}
	for _, u := range pumps {
		keep := u.Keep
		u.Keep = func(p *icmp.Packet) bool {
			f.burn()
			return keep != nil && keep(p)
		}
	}
}

// In which goroutine, and by which function of the program, it panics.
var panicked = []struct{ where, trace string }{
	{"drawer", "(*drawer).next("},
	{"worker", "(*batch).take("},
	{"pump", "capture.(*Pump).fill("},
}

// A panic in any goroutine ends the program with exit code 2 and the trace of where it was, after
// what was registered is restored, once.
func TestPanics(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pings.pcap")
	if err := writeCapture(path, captures["pings"]()); err != nil {
		t.Fatal(err)
	}
	for _, tt := range panicked {
		t.Run(tt.where, func(t *testing.T) {
			p := lab.OpenPTY(t, 80, 24)
			before := p.Stty()
			cmd := exec.Command("icmpdump-panics", "-r", path)
			cmd.Env = append(lab.Environ("xterm"), panicIn+"="+tt.where+":3")
			p.Start(cmd)
			checkPanic(t, p, before, tt.trace)
		})
	}
}

func TestPanicsLive(t *testing.T) {
	a := lab.NewHost(t, "a")
	lab.Need(t, "ping")
	for _, tt := range panicked {
		for _, workers := range []string{"1", "2"} {
			t.Run(tt.where+" of "+workers, func(t *testing.T) {
				p := lab.OpenPTY(t, 80, 24)
				before := p.Stty()
				cmd := a.Command("icmpdump-panics", "-i", "lo", "--workers", workers)
				cmd.Env = append(lab.Environ("xterm"), panicIn+"="+tt.where)
				p.Start(cmd)
				p.WaitFor("listening on")
				ping := a.Command("ping", "-q", "-i", "0.05", "127.0.0.1")
				if err := ping.Start(); err != nil {
					t.Fatal(err)
				}
				defer func() {
					ping.Process.Kill()
					ping.Wait()
				}()
				p.WaitFor("reply")
				p.Signal(syscall.SIGUSR2)
				checkPanic(t, p, before, tt.trace)
			})
		}
	}
}

func checkPanic(t *testing.T, p *lab.PTY, before, trace string) {
	t.Helper()
	began := time.Now()
	if code := p.End(); code != 2 {
		t.Errorf("got exit code %d, want 2", code)
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("it took %v", took)
	}
	text := p.Take()
	said, traced, ok := strings.Cut(text, "panic: ")
	if !ok || strings.Count(text, "restored\r\n") != 1 || !strings.Contains(said, "restored\r\n") || !strings.Contains(traced, trace) {
		t.Errorf("want it restored, then a panic in %s, got\n%s", trace, text)
	}
	if strings.Contains(text, "packets captured") {
		t.Errorf("it ended as if it were well:\n%s", text)
	}
	if after := p.Stty(); after != before {
		t.Errorf("the terminal is %s, and was %s", after, before)
	}
}
