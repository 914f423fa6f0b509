package terminal

import (
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"icmpdump/capture/icmp"
	"icmpdump/flowtable"
	"icmpdump/render"
	"icmpdump/render/screen"
)

// A recorder is an output each of whose writes is read by itself.
type recorder struct {
	t      *testing.T
	fd     int
	stream *stream
	now    time.Time
}

// lines draws each event as a line of its sequence number.
type lines struct{}

func (lines) Append(dst []byte, e *flowtable.Event, _ icmp.Frame) []byte {
	if e.Lost {
		return append(dst, "lost\n"...)
	}
	return append(dst, "line\n"...)
}

func (lines) AppendRow(dst []byte, _ *flowtable.Row) []byte { return dst }

func (lines) Needs(*icmp.Packet) bool { return false }

func record(t *testing.T, c Config) *recorder {
	t.Helper()
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_SEQPACKET|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	r := &recorder{t: t, fd: fds[0], now: time.Unix(1000, 0)}
	f := os.NewFile(uintptr(fds[1]), "recorder")
	c.Out, c.Draw, c.Clock = f, lines{}, func() time.Time { return r.now }
	term := &Terminal{c: c, out: newOutput(f)}
	term.stream = stream{t: term}
	r.stream = &term.stream
	t.Cleanup(func() {
		term.out.end()
		f.Close()
		unix.Close(r.fd)
	})
	return r
}

// wrote wants these writes since the last time, and no other.
func (r *recorder) wrote(what string, want ...string) {
	r.t.Helper()
	var got []string
	b := make([]byte, 1<<20)
	for {
		n, err := unix.Read(r.fd, b)
		if err != nil {
			break
		}
		got = append(got, string(b[:n]))
	}
	if strings.Join(got, "|") != strings.Join(want, "|") {
		r.t.Errorf("%s: got %q, want %q", what, got, want)
	}
}

func (r *recorder) events(n int, e flowtable.Event) {
	for range n {
		r.stream.event(&e, &icmp.Frame{})
	}
}

// What is written, to the byte: each change in one write, and nothing for what stands there already.
func TestRowBytes(t *testing.T) {
	r := record(t, Config{Color: true})
	s := r.stream
	s.put([]byte(" one"), 80)
	r.wrote("the first row", " one\r")
	s.put([]byte(" one"), 80)
	r.wrote("the same row")
	s.put([]byte(" three"), 80)
	r.wrote("another row", "\r three\x1b[J\r")
	r.events(2, flowtable.Event{})
	r.wrote("events that are not flushed")
	s.flush()
	r.wrote("two lines", "\r\x1b[Jline\nline\n three\r")
	s.flush()
	r.wrote("no lines")
	s.renew()
	r.wrote("the same row, once more", "\r\x1b[J three\r")
	s.put([]byte(" row for 100 columns"), 100)
	r.wrote("a row that is too wide by now", "\r row for 100 columns\x1b[J\r")
	r.events(1, flowtable.Event{})
	s.flush()
	r.wrote("a line, no row", "\r\x1b[Jline\n")
	s.put([]byte(" one"), 80)
	r.wrote("the row is back", " one\r")
	s.put(nil, 0)
	r.wrote("the row goes", "\r\x1b[J")
	r.events(1, flowtable.Event{})
	s.flush()
	r.wrote("a line without a row", "line\n")
}

// Without colours there is no escape byte.
func TestRowBytesWithoutEscapes(t *testing.T) {
	r := record(t, Config{})
	s := r.stream
	s.put([]byte(" three"), 80)
	r.wrote("the first row", " three\r")
	s.put([]byte(" one"), 80)
	r.wrote("a shorter row", "\r one  \r")
	s.put([]byte(" three"), 80)
	r.wrote("a longer row", "\r three\r")
	r.events(1, flowtable.Event{})
	s.flush()
	r.wrote("a line", "\r      \rline\n three\r")
	s.put([]byte(" 5"), 6)
	r.wrote("a narrow terminal", "\r      \r 5\r")
	s.put(nil, 0)
	r.wrote("the row goes", "\r  \r")
}

// More lines than a person can read are counted, and what is looked for in a flood has room of its own. Each
// event is in one of the counts.
func TestCollapse(t *testing.T) {
	lost := flowtable.Event{Lost: true}
	r := record(t, Config{})
	s := r.stream
	r.events(maxLines+5, flowtable.Event{})
	r.events(maxTroubles+2, lost)
	s.flush()
	r.wrote("a flood", strings.Repeat("line\n", maxLines)+strings.Repeat("lost\n", maxTroubles))
	r.now = r.now.Add(window - 1)
	r.events(1, flowtable.Event{})
	s.turn(r.now, false)
	s.flush()
	r.wrote("the window is not over")
	r.now = r.now.Add(40 * time.Millisecond)
	s.turn(r.now, false)
	s.flush()
	r.wrote("the window is over", "… 8 more (1.0 s), 2 of them lost or errors\n")
	r.events(maxLines+1, lost)
	s.flush()
	r.wrote("trouble only", strings.Repeat("lost\n", maxLines+1))
	r.events(1, flowtable.Event{})
	r.now = r.now.Add(window / 2)
	s.end()
	r.wrote("the end", "… 1 more (0.5 s)\n")
	if got, want := s.shown, (Shown{Lines: 2*maxLines + maxTroubles + 1, Collapsed: 9}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestWhole(t *testing.T) {
	r := record(t, Config{Whole: true})
	r.events(5*maxLines, flowtable.Event{})
	r.stream.flush()
	r.wrote("all lines", strings.Repeat("line\n", 5*maxLines))
	if got, want := r.stream.shown, (Shown{Lines: 5 * maxLines}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// While the full screen is there nothing is written, and the stream says afterwards how much it has missed.
func TestHidden(t *testing.T) {
	r := record(t, Config{Color: true, Whole: true})
	s := r.stream
	s.put([]byte(" row"), 80)
	r.events(1, flowtable.Event{})
	s.hide()
	r.wrote("it hides", " row\r", "\r\x1b[Jline\n")
	r.events(3, flowtable.Event{})
	s.flush()
	r.now = r.now.Add(12340 * time.Millisecond)
	s.turn(r.now, false)
	s.flush()
	r.wrote("it is hidden, and no window is over")
	s.show()
	r.wrote("it is back", "… 3 more (12.3 s)\n")
	s.hide()
	r.events(1, flowtable.Event{})
	s.end()
	r.wrote("its end while it is hidden")
	if got, want := s.shown, (Shown{Lines: 1, Collapsed: 4}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestSilent(t *testing.T) {
	r := record(t, Config{Silent: true})
	r.events(500, flowtable.Event{})
	r.now = r.now.Add(window)
	r.stream.end()
	r.wrote("nothing")
	if got, want := r.stream.shown, (Shown{Collapsed: 500}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// A terminal that takes nothing is given up when the program is to end, and what it did not take is counted.
func TestAbandoned(t *testing.T) {
	r := record(t, Config{Whole: true})
	s := r.stream
	filled := func() bool {
		for range 100_000 {
			done := make(chan struct{})
			go func() {
				s.t.out.Write([]byte(" "))
				close(done)
			}()
			select {
			case <-done:
			case <-time.After(100 * time.Millisecond):
				s.t.out.hasten()
				<-done
				return true
			}
		}
		return false
	}
	if !filled() {
		t.Fatal("it takes whatever comes")
	}
	r.events(2, flowtable.Event{})
	if err := s.flush(); err != nil {
		t.Errorf("got %v, want none", err)
	}
	if got, want := s.shown, (Shown{Unwritten: 2}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestPace(t *testing.T) {
	begin := time.Unix(1000, 0)
	var r row
	for _, tt := range []struct {
		name    string
		at      time.Duration
		packets uint64
		second  uint64
		moves   bool
	}{
		{"nothing", 0, 0, 0, false},
		{"packets after a long time", time.Hour, 10, 0, true},
		{"within a second", time.Hour + 900*time.Millisecond, 30, 0, true},
		{"after a second", time.Hour + time.Second, 40, 40, true},
		{"they get fewer", time.Hour + 3*time.Second, 60, 10, true},
		{"no more", time.Hour + 4*time.Second, 60, 0, false},
	} {
		r.pace(tt.packets, begin.Add(tt.at))
		if r.second != tt.second || r.moves() != tt.moves {
			t.Errorf("%s: got %d, %v, want %d, %v", tt.name, r.second, r.moves(), tt.second, tt.moves)
		}
	}
}

func TestPlain(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"", ""},
		{"q\t\r?", "q\t\r?"},
		{"\x1b[A", ""},
		{"\x1bOq", ""},
		{"a\x1b[15;2~b\x1b[?2026;2$yc", "abc"},
		{"\x1bq", ""},
		{"\x1b", ""},
		{"\x1b[", ""},
		{"\x1b[1;", ""},
	} {
		if got := string(plain([]byte(tt.in))); got != tt.want {
			t.Errorf("%q: got %q, want %q", tt.in, got, tt.want)
		}
	}
}

// What is said waits in a bounded place, and what does not fit is counted.
func TestSays(t *testing.T) {
	var s says
	line := strings.Repeat("x", 1023) + "\n"
	for range 70 {
		s.add([]byte(line))
	}
	s.add([]byte("one\ntwo\n"))
	if got, want := s.warning(), "two"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	want := strings.Repeat(line, 64) + "icmpdump: 8 more lines of messages: the terminal was too slow\n"
	if got := string(s.take()); got != want {
		t.Errorf("got %d bytes, want %d: …%q", len(got), len(want), got[max(len(got)-80, 0):])
	}
	if got := s.take(); len(got) != 0 {
		t.Errorf("got %q, want nothing", got)
	}
	s.forget()
	if got := s.warning(); got != "" {
		t.Errorf("got %q, want nothing", got)
	}
}

// A counted feed changes with each millisecond until it is quiet, and counts how often its totals are asked for.
type counted struct {
	screen.Feed
	changes, asked uint64
}

func (c *counted) Changes() uint64 { return c.changes }

func (c *counted) Summary() *render.Summary {
	c.asked++
	return &render.Summary{Packets: c.changes, Totals: new(flowtable.Totals)}
}

// The totals, which take a walk through all flows, are asked for no more often than the row may be written, and not at
// all when nothing happens.
func TestRowIsMadeRarely(t *testing.T) {
	r := record(t, Config{})
	feed := new(counted)
	term := r.stream.t
	term.c.FPS, term.c.Screen.Feed, term.front = 4, feed, true
	look := func() (next deadline) {
		term.rowText(r.now, &next)
		return next
	}
	look()
	look()
	if feed.asked != 1 {
		t.Errorf("nothing happens: asked %d times, want once", feed.asked)
	}
	for range 2000 {
		feed.changes++
		r.now = r.now.Add(time.Millisecond)
		if next := look(); next <= 0 || time.Duration(next) > window {
			t.Fatalf("to be looked at in %v, want at most a second", time.Duration(next))
		}
	}
	if feed.asked < 8 || feed.asked > 10 {
		t.Errorf("asked %d times in two seconds, want 4 times a second", feed.asked)
	}
	text := ""
	for range 5 {
		next := look()
		if next == 0 {
			text = string(term.row.text)
			break
		}
		r.now = r.now.Add(time.Duration(next))
	}
	if !strings.HasPrefix(text, " 0/s") {
		t.Errorf("in the end the row is %q", text)
	}
	asked := feed.asked
	for range 1000 {
		r.now = r.now.Add(time.Second)
		if next := look(); next != 0 {
			t.Fatalf("nothing happens, and it is to be looked at in %v", time.Duration(next))
		}
	}
	if feed.asked != asked {
		t.Errorf("nothing happens: asked %d times, want never", feed.asked-asked)
	}
}
