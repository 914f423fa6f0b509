package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"icmpdump/capture"
	"icmpdump/capture/icmp"
	"icmpdump/capture/pcapfile"
	"icmpdump/capture/savefile"
	"icmpdump/render"
	"icmpdump/render/screen"
)

// Save writes what the full screen remembers of a flow. Any goroutine may call it, one at a time does it. The
// file gets its name when it is whole: until then it has another, in the same folder.
func (f feed) Save(s *screen.Save) error {
	f.keeping.Lock()
	defer f.keeping.Unlock()
	if f.kept {
		return errors.New("the program ends")
	}
	old, err := f.mayKeep(s)
	if err != nil {
		return err
	}
	file, err := os.CreateTemp(filepath.Dir(s.Path), ".icmpdump-*")
	if err != nil {
		return reasonOf(err)
	}
	defer os.Remove(file.Name()) // unless it has its name by then
	if err := errors.Join(own(file, old), f.keep(file, s), file.Close()); err != nil {
		return reasonOf(err)
	}
	if s.Overwrite {
		return reasonOf(os.Rename(file.Name(), s.Path))
	}
	err = os.Link(file.Name(), s.Path) // which never takes a name away from what has it
	if errors.Is(err, syscall.EPERM) || errors.Is(err, syscall.EOPNOTSUPP) || errors.Is(err, syscall.ENOSYS) {
		err = os.Rename(file.Name(), s.Path) // a file system with one name a file
	}
	return reasonOf(err)
}

// endKeeping waits until nothing is being saved, and lets nothing more begin.
func (w *watcher) endKeeping() {
	w.keeping.Lock()
	defer w.keeping.Unlock()
	w.kept = true
}

// reasonOf is err without the names of system calls and of files that nobody has asked for.
func reasonOf(err error) error {
	var no syscall.Errno
	if errors.As(err, &no) {
		return no
	}
	return err
}

// mayKeep reports whether s may have its name. What has it already, which is to be written over, is old; or nil.
func (f feed) mayKeep(s *screen.Save) (old os.FileInfo, err error) {
	st, err := os.Lstat(s.Path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, reasonOf(err)
	case f.inUse(s.Path):
		return nil, errors.New("this program reads or writes that file: it is not written over")
	case !st.Mode().IsRegular():
		return nil, errors.New("what has that name is no regular file")
	case !s.Overwrite:
		return nil, fs.ErrExist
	}
	return st, nil
}

// own gives a new file its owner: as -w does whoever called sudo, or that of the file which it is written over, with
// its mode.
func own(file *os.File, old os.FileInfo) error {
	if old == nil {
		return savefile.GiveAway(file)
	}
	if st, ok := old.Sys().(*syscall.Stat_t); ok && os.Geteuid() == 0 {
		if err := file.Chown(int(st.Uid), int(st.Gid)); err != nil && !errors.Is(err, syscall.EPERM) {
			return err
		}
	}
	return file.Chmod(old.Mode().Perm())
}

// inUse reports whether the file at path is one that is read, or that of -w.
func (f feed) inUse(path string) bool {
	st, err := os.Stat(path)
	if err != nil {
		return false
	}
	paths := f.opts.files
	if f.opts.save != nil {
		paths = append(paths[:len(paths):len(paths)], f.opts.save.Path)
	}
	for _, p := range paths {
		if of, err := os.Stat(p); err == nil && os.SameFile(st, of) {
			return true
		}
	}
	return false
}

// keep writes s into a new file.
func (f feed) keep(file *os.File, s *screen.Save) error {
	format, err := screen.FormatOf(s.Path)
	if err != nil {
		return err
	}
	k := keeper{file: file, buf: make([]byte, 0, textSize+textSize/4)}
	draw := f.opts.draw
	draw.Color = false
	switch format {
	case screen.FormatPCAPNG, screen.FormatPCAP:
		err = f.keepPackets(&k, s, format == screen.FormatPCAP)
	case screen.FormatJSON:
		json := render.NewJSON(draw)
		if err = k.events(json, s); err == nil {
			k.buf = json.AppendRow(k.buf, &s.Row)
		}
	default:
		draw.Location = time.Local
		err = k.events(render.NewLines(draw), s)
	}
	if err != nil {
		return err
	}
	return k.flush()
}

// keepPackets writes packets as -w does.
func (f feed) keepPackets(k *keeper, s *screen.Save, classic bool) error {
	w := pcapfile.Writer{Classic: classic, Snaplen: f.opts.snaplen, About: about(), Interface: f.sources[0].Interface}
	var comments *render.Lines
	if f.opts.comment {
		draw := f.opts.draw
		draw.Location = time.Local
		comments = render.NewLines(draw)
	}
	var st pcapfile.Statistics
	var comment []byte
	k.buf = w.Begin(k.buf)
	for i := range s.Records {
		e := &s.Records[i].Event
		if e.Lost {
			continue
		}
		frame := frameOf(&e.Packet, s.Records[i].Frame)
		if comments != nil {
			comment = comments.AppendComment(comment[:0], e)
		}
		var err error
		if k.buf, err = w.Append(k.buf, &frame, comment); err != nil {
			return err
		}
		if !frame.Untimed && st.Begin == 0 {
			st.Begin = frame.Time
		}
		st.End = max(st.End, frame.Time)
		if err := k.flushIfFull(); err != nil {
			return err
		}
	}
	k.buf = w.End(k.buf, &st)
	if w.Timeless > 0 {
		return fmt.Errorf("a pcap file has no time before 1970 or after 2106, which %d packets have: pcapng has more", w.Timeless)
	}
	return nil
}

// frameOf is the frame that p came in, as it was captured.
func frameOf(p *icmp.Packet, f icmp.Frame) capture.Frame {
	return capture.Frame{
		Frame: f, Time: p.Time, Iface: p.Iface, Dir: p.Dir, TCI: p.VLAN[0], Untimed: p.Flags&icmp.FlagUntimed != 0,
	}
}

// A keeper writes a file.
type keeper struct {
	file *os.File
	buf  []byte
}

// events writes all that is known of each event.
func (k *keeper) events(draw render.Appender, s *screen.Save) error {
	for i := range s.Records {
		k.buf = draw.Append(k.buf, &s.Records[i].Event, s.Records[i].Frame)
		if err := k.flushIfFull(); err != nil {
			return err
		}
	}
	return nil
}

func (k *keeper) flushIfFull() error {
	if len(k.buf) < textSize {
		return nil
	}
	return k.flush()
}

func (k *keeper) flush() error {
	_, err := k.file.Write(k.buf)
	k.buf = k.buf[:0]
	return err
}
