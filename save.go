package main

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/urfave/cli/v2"

	"icmpdump/capture/afpacket"
	"icmpdump/capture/pcapfile"
	"icmpdump/capture/savefile"
	"icmpdump/render"
)

// saveOptions are the companions of -w.
var saveOptions = []string{"C", "G", "W", "print", "comment"}

// saving is what the options say of -w, or nil; comment, whether its packets are to have comments.
func (g *given) saving(c *cli.Context, what view) (_ *savefile.Config, comment bool, _ error) {
	path := c.String("w")
	if path == "/dev/stdout" || path == "/dev/fd/1" {
		path = "-"
	}
	s := &savefile.Config{Path: path, Prompt: c.Bool("U")}
	comment = c.Bool("comment")
	if !c.IsSet("w") {
		for _, name := range saveOptions {
			if name != "print" && c.IsSet(name) {
				return nil, false, usagef("%s is for the file of -w", dashed(name))
			}
		}
		return nil, false, nil
	}
	if c.IsSet("C") {
		var err error
		if s.Size, err = fileSize(c.String("C")); err != nil {
			return nil, false, err
		}
	}
	s.Seconds, s.Files = int64(min(g.seconds, maxSeconds+1)), int(min(g.fileCount, maxFiles+1))
	rotates := c.IsSet("C") || c.IsSet("G")
	switch {
	case path == "":
		return nil, false, usagef("-w: a file has a name")
	case c.IsSet("G") && (g.seconds == 0 || g.seconds > maxSeconds):
		return nil, false, usagef("-G %d: 1 to %d seconds", g.seconds, maxSeconds)
	case c.IsSet("W") && !rotates:
		return nil, false, usagef("-W is for -C or -G: how many files there are of them")
	case c.IsSet("W") && (g.fileCount == 0 || g.fileCount > maxFiles):
		return nil, false, usagef("-W %d: 1 to %d", g.fileCount, maxFiles)
	case path == "-" && rotates:
		return nil, false, usagef("-w -: standard output is one file, without -C and -G")
	case path == "-" && c.Bool("print"):
		return nil, false, usagef("-w -: standard output is the file, and --print has no place")
	case path == "-" && c.Bool("json"):
		return nil, false, usagef("-w -: standard output is the file, and --json has no place")
	case path == "-" && what == viewFlows:
		return nil, false, usagef("-w -: standard output is the file, and the flows have no place")
	case path == "-" && what == viewScreen:
		return nil, false, usagef("-w -: standard output is the file, and the screen has no place")
	case c.IsSet("G") && c.IsSet("r") && !strings.Contains(path, "%"):
		return nil, false, usagef("-w %s: each file of -G would be written over the one before: a name has %%s, or %%H%%M%%S in it", path)
	case comment && pcapfile.IsClassic(path):
		return nil, false, usagef("--comment: a pcap file has no comments; pcapng has them, by another name than .pcap or .cap")
	}
	if s.Seconds > 0 {
		if err := savefile.CheckName(path); err != nil {
			return nil, false, usagef("-w %s: %v", path, err)
		}
	}
	return s, comment, nil
}

// The most that -G and -W take: 10 years, and more files than a folder is good for.
const (
	maxSeconds = 10 * 366 * 24 * 3600
	maxFiles   = 1_000_000
)

// fileSize is the value of -C, in millions of bytes, or with a suffix in KiB, MiB or GiB.
func fileSize(s string) (int64, error) {
	digits, unit := s, uint64(1_000_000)
	if end := len(s) - 1; end > 0 {
		if at := strings.IndexByte("kKmMgG", s[end]); at >= 0 {
			digits, unit = s[:end], 1024<<(at/2*10)
		}
	}
	n, err := strconv.ParseUint(digits, 10, 64)
	switch {
	case err != nil:
		return 0, usagef("-C %s: not a size, such as 100 (millions of bytes), 500k, 100M or 2G", s)
	case n == 0:
		return 0, usagef("-C 0: a file has a size")
	case n > math.MaxInt64/unit:
		return 0, usagef("-C %s: at most %d", s, math.MaxInt64/unit)
	}
	return int64(n * unit), nil
}

// engage makes the saver that -w asks for, and its first file.
func (w *watcher) engage(ctx context.Context, stop func(), clock func() time.Time) error {
	o := w.opts
	if o.save == nil {
		return nil
	}
	c := *o.save
	c.Live, c.Inputs, c.Clock, c.Drops, c.Stop = o.live, o.files, clock, w.dropped, stop
	c.Say = func(text string) { fmt.Fprintf(w.talk, "icmpdump: %s\n", render.Clean(text)) }
	c.Opened = func(f *os.File) { stopOnHangup(f, stop) }
	c.Reopen, c.Orphaned = w.reopen, orphaned(w.talk.stderr)
	c.Writer = pcapfile.Writer{
		Classic: pcapfile.IsClassic(c.Path), Snaplen: o.snaplen, About: about(), Interface: w.sources[0].Interface,
	}
	if o.comment {
		draw := o.draw
		draw.Location = time.Local
		w.worker.comments = render.NewLines(draw)
	}
	if o.live {
		c.Writer.First = onlyMedium(o.interfaces)
	}
	var err error
	w.saver, err = savefile.Start(ctx, c)
	return err
}

// dismiss ends the file.
func (w *watcher) dismiss() error {
	if w.saver == nil {
		return nil
	}
	if err := w.saver.Finish(); err != nil {
		return fmt.Errorf("-w %w", err)
	}
	return nil
}

// saved is what became of the packets for the file so far, or nil.
func (w *watcher) saved() *render.Saved {
	if w.saver == nil {
		return nil
	}
	s := render.Saved(w.saver.Counts())
	return &s
}

// save gives the packets that came behind m to the file.
func (w *worker) save(m mark) {
	if w.saver == nil {
		return
	}
	b, frame := w.batch, m.frames
	for i := range b.events.All[m.events:] {
		e := &b.events.All[m.events+i]
		if e.Ended || e.Lost {
			continue
		}
		if w.comments != nil {
			w.comment = w.comments.AppendComment(w.comment[:0], e)
		}
		w.saver.Add(&e.Packet, b.frames[frame].Frame(b.bytes), w.comment)
		frame++
	}
}

// dropped is how many packets the kernel has dropped.
func (w *watcher) dropped() uint64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.worker.counters.Dropped
}

// orphaned reports, later, whether the terminal that f is has hung up. nohup(1) does not want to
// know.
func orphaned(f *os.File) func() bool {
	if signal.Ignored(syscall.SIGHUP) || !isTerminal(f) {
		return func() bool { return false }
	}
	return func() bool { return !isTerminal(f) }
}

// onlyMedium is what packets come from, if that is one interface.
func onlyMedium(interfaces []string) *pcapfile.Medium {
	ifis, err := afpacket.Resolve(interfaces)
	if err != nil || len(ifis) != 1 {
		return nil
	}
	link, err := afpacket.LinkOf(ifis[0].Name)
	if err != nil {
		return nil
	}
	return &pcapfile.Medium{Iface: int32(ifis[0].Index), Name: ifis[0].Name, Link: link}
}

// about is where a file is made.
func about() pcapfile.About {
	a := pcapfile.About{Application: "icmpdump " + version}
	var u syscall.Utsname
	if syscall.Uname(&u) == nil {
		a.Hardware, a.OS = text(u.Machine[:]), text(u.Sysname[:])+" "+text(u.Release[:])
	}
	return a
}

// text is a string of C: its characters are signed on some machines.
func text[T int8 | uint8](chars []T) string {
	b := make([]byte, len(chars))
	for i, c := range chars {
		b[i] = byte(c)
	}
	b, _, _ = bytes.Cut(b, []byte{0})
	return string(b)
}
