package terminal

import (
	"time"

	"golang.org/x/sys/unix"

	"icmpdump/internal/rescue"
)

// A keyboard gives the keys that are pressed, while it is on.
type keyboard struct {
	fd   int
	keys chan byte
	quit func()        // is called for q, even if nobody takes keys
	end  int           // closed to end it; 0 if it is off
	done chan struct{} // closed when it has ended
}

// on begins to read.
func (k *keyboard) on() {
	var pipe [2]int
	if k.end > 0 || unix.Pipe2(pipe[:], unix.O_CLOEXEC) != nil {
		return
	}
	k.end, k.done = pipe[1], make(chan struct{})
	go func(done chan struct{}) {
		defer rescue.Guard()
		k.read(pipe[0])
		unix.Close(pipe[0])
		close(done)
	}(k.done)
}

// read reads until the other end of the pipe is closed, or the terminal is gone, or not ours: who is in the background
// and reads is stopped.
func (k *keyboard) read(end int) {
	var b [64]byte
	for {
		ready := []unix.PollFd{{Fd: int32(k.fd), Events: unix.POLLIN}, {Fd: int32(end)}}
		if _, err := unix.Poll(ready, -1); err == unix.EINTR {
			continue
		} else if err != nil || ready[1].Revents != 0 {
			return
		}
		if !foreground(k.fd) {
			return
		}
		n, err := unix.Read(k.fd, b[:])
		if err == unix.EINTR || err == unix.EAGAIN {
			continue
		} else if err != nil || n <= 0 {
			return
		}
		for _, key := range plain(b[:n]) {
			if key == 'q' {
				k.quit()
				continue
			}
			select {
			case k.keys <- key:
			default: // nobody types so fast
			}
		}
	}
}

// plain takes out what begins with an escape byte: arrows and function keys, and what a terminal answers to what
// the full screen asked it. Such a sequence comes in one piece.
func plain(b []byte) []byte {
	keys := b[:0]
	for i := 0; i < len(b); i++ {
		if b[i] != esc {
			keys = append(keys, b[i])
			continue
		}
		if i++; i < len(b) && (b[i] == '[' || b[i] == 'O') {
			for i++; i < len(b) && (b[i] < '@' || b[i] > '~'); i++ {
			}
		}
	}
	return keys
}

// esc is the first byte of what a key sends that has no character.
const esc = 0x1b

// slow is how long one waits for a keyboard to be off. Somebody else may have taken the key that it saw coming.
const slow = 100 * time.Millisecond

// off leaves what is typed from now on to others.
func (k *keyboard) off() {
	if k.end == 0 {
		return
	}
	unix.Close(k.end)
	k.end = 0
	late := time.NewTimer(slow)
	defer late.Stop()
	select {
	case <-k.done:
	case <-late.C:
	}
}
