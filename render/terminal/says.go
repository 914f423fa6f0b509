package terminal

import (
	"bytes"
	"fmt"
	"sync"
)

// maxSaid is how many bytes of messages wait for a terminal that takes nothing.
const maxSaid = 64 << 10

// says are messages on their way to the user.
type says struct {
	mu      sync.Mutex // guards what follows, and is never held while anything is written
	text    []byte     // whole lines, not yet written
	dropped int        // lines for which there was no room
	last    string     // the last line since the full screen began
}

// add keeps whole lines until they can be written.
func (s *says) add(text []byte) {
	s.note(text)
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.text)+len(text) > maxSaid {
		s.dropped += bytes.Count(text, []byte{'\n'})
		return
	}
	s.text = append(s.text, text...)
}

// note keeps the last line for the full screen.
func (s *says) note(text []byte) {
	lines := bytes.Split(bytes.TrimSuffix(text, []byte{'\n'}), []byte{'\n'})
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last = string(lines[len(lines)-1])
}

// take is what waits, which waits no more, and how much of it was dropped.
func (s *says) take() []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	text := s.text
	if s.dropped > 0 {
		text = fmt.Appendf(text, "icmpdump: %d more lines of messages: the terminal was too slow\n", s.dropped)
	}
	s.text, s.dropped = nil, 0
	return text
}

// forget forgets what a full screen need not show any more.
func (s *says) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last = ""
}

// warning is the last line that was said while the full screen was there.
func (s *says) warning() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.last
}
