package main

import (
	"os"
	"sync"
	"time"

	"golang.org/x/term"

	"icmpdump/capture/pcapfile"
	"icmpdump/render"
	"icmpdump/render/terminal"
)

const (
	// progressFrom is how large files must be for their progress to be worth a line.
	progressFrom = 64 << 20

	// progressEvery is how long a line stands at least, and when the first appears.
	progressEvery = 250 * time.Millisecond
)

// A progress is stderr, with a last line that says how far large files have been read. It has
// one only if it is a terminal that no lines go to: they are progress enough.
// Whatever else is written takes the line's place.
type progress struct {
	mu     sync.Mutex // guards what follows: whoever reads draws the line, and others write
	stderr *os.File
	tty    *terminal.Terminal // takes what is written, if it is there
	files  *pcapfile.Files    // nil if there is nothing to show
	begin  time.Time
	drawn  time.Time
	text   []byte // the line; empty if there is none
}

// follow begins to show how far files have been read, if they are large: on the console, in its row, or in a line
// on stderr, which is there only if escape sequences may be.
func (w *watcher) follow(files *pcapfile.Files, stdout *os.File) {
	_, total := files.Position()
	if total <= progressFrom {
		return
	}
	if w.opts.console {
		w.files, w.size = files, total
		return
	}
	linesAreSeen := !w.opts.flows && !w.opts.silent && isTerminal(stdout)
	if p := w.talk; !linesAreSeen && colors(colorAuto, isTerminal(p.stderr), os.Getenv) {
		now := w.clock()
		p.files, p.begin, p.drawn = files, now, now
	}
}

// advance says how far files have been read. It belongs to who reads them.
func (w *watcher) advance() {
	switch {
	case w.talk.files != nil:
		w.talk.update(w.clock())
	case w.files != nil:
		read, _ := w.files.Position()
		w.mu.Lock()
		defer w.mu.Unlock()
		w.read = read
	}
}

// update draws the line anew, if that is due.
func (p *progress) update(now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if now.Sub(p.drawn) < progressEvery {
		return
	}
	p.drawn = now
	read, total := p.files.Position()
	line := render.Progress{
		Read: read, Total: total, Records: p.files.Counters().Read, Elapsed: now.Sub(p.begin).Nanoseconds(),
	}
	if width, _, err := term.GetSize(int(p.stderr.Fd())); err == nil {
		line.Width = width
	}
	p.text = line.AppendLine(p.text[:0])
	p.stderr.Write(p.text)
}

// via has t take what is written from now on; nil takes nothing.
func (p *progress) via(t *terminal.Terminal) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tty = t
}

// erase takes the line away.
func (p *progress) erase() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clear()
}

func (p *progress) clear() {
	if len(p.text) > 0 {
		p.stderr.WriteString(render.EraseLine)
		p.text = p.text[:0]
	}
}

// Write writes to stderr in place of the line.
func (p *progress) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.tty != nil {
		p.tty.Say(b)
		return len(b), nil
	}
	p.clear()
	return p.stderr.Write(b)
}

func isTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }
