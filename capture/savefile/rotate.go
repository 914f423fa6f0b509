package savefile

import (
	"fmt"
	"os"
	"time"
)

func (s *Saver) interval() time.Duration { return time.Duration(s.conf.Seconds) * time.Second }

// turnOver begins the next interval of -G, if it is time.
func (s *Saver) turnOver() {
	length := s.interval().Nanoseconds()
	switch {
	case length == 0 || s.over:
		return
	case !s.conf.Live && s.intervals == 0: // the first packet says when it began
		s.begun = s.now
	case !s.conf.Live:
		if s.now-s.begun < length {
			return
		}
		s.close()
		s.begun += (s.now - s.begun) / length * length
	default:
		now := s.conf.Clock()
		if now.Before(s.next) {
			return
		}
		s.close()
		passed := 1 + now.Sub(s.next)/s.interval()
		s.next = s.next.Add(passed * s.interval())
		s.begun += int64(passed) * length
		if off := now.UnixNano() - s.begun; off < -int64(time.Second) || off > int64(time.Second) { // the clock was set
			s.begun = now.UnixNano()
		}
	}
	s.intervals++
	if s.conf.Size == 0 && s.conf.Files > 0 && s.intervals > s.conf.Files {
		s.over = true
		s.conf.Say(fmt.Sprintf("file %d of %[1]d is complete", s.conf.Files))
		s.conf.Stop()
		return
	}
	s.number, s.lapped = 0, false
	if s.err == nil {
		s.fail(s.open())
	}
}

// nextNumber goes on in the next file of -C.
func (s *Saver) nextNumber() {
	s.close()
	s.number++
	if s.conf.Files > 0 && s.number == s.conf.Files {
		s.number, s.lapped = 0, true
	}
	if s.err == nil {
		s.fail(s.open())
	}
}

// again is SIGHUP: the file is made anew, if somebody took it away from its name. If not it goes on.
func (s *Saver) again() {
	s.flush()
	if s.conf.Orphaned() {
		s.conf.Stop()
		return
	}
	if s.file == nil {
		return
	}
	is, err := s.file.Stat()
	if err != nil || !is.Mode().IsRegular() || s.conf.IsStdout() {
		return
	}
	if at, err := os.Stat(s.name); err == nil && os.SameFile(is, at) {
		return
	}
	s.close()
	s.made = "" // what has its name now is somebody's: logrotate makes one, with an owner and a mode
	if s.err == nil {
		s.fail(s.open())
	}
}

// open begins the file whose turn it is.
func (s *Saver) open() error {
	s.name = s.nameOf()
	file, err := create(s.ctx, s.name, s.lapped || s.name == s.made, s.inputs)
	if err != nil {
		return err
	}
	if file.fresh {
		s.made = s.name
	}
	s.file, s.opened = file, s.time()
	file.buf = s.writer.Begin(file.buf)
	file.headed(0)
	return nil
}

// nameOf is the name of the file whose turn it is: numbers are as tcpdump's.
func (s *Saver) nameOf() string {
	name := s.conf.Path
	if s.conf.Seconds > 0 {
		name = strftime(name, time.Unix(0, s.begun))
	}
	width := 0
	for n := s.conf.Files - 1; n > 0; n /= 10 {
		width++
	}
	if s.conf.Size == 0 || s.number == 0 && width == 0 {
		return name
	}
	return fmt.Sprintf("%s%0*d", name, width, s.number)
}
