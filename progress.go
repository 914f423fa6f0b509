package main

import (
	"os"
	"sync"
	"time"

	"golang.org/x/term"

	"icmpdump/capture/pcapfile"
	"icmpdump/render"
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
	files  *pcapfile.Files // nil if there is nothing to show
	begin  time.Time
	drawn  time.Time
	text   []byte // the line; empty if there is none
}

// follow begins to show how far files have been read.
func (p *progress) follow(files *pcapfile.Files, now time.Time) {
	_, total := files.Position()
	if total > progressFrom && isTerminal(p.stderr) {
		p.files, p.begin, p.drawn = files, now, now
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
	p.clear()
	return p.stderr.Write(b)
}

func isTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }
