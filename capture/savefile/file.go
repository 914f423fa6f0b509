package savefile

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"
	"syscall"

	"icmpdump/internal/rescue"
)

// A file is a file that is being written, with what is on its way there. Its ends are where
// it can be cut.
type file struct {
	*os.File
	regular bool
	fresh   bool   // it was not there before
	size    int64  // with what is in buf
	packets uint64 // in it, likewise
	buf     []byte
	head    int   // where in buf the last end without a packet is; 0 if there is none
	ends    []int // where in buf the packets end
}

// ended notes that a packet ends buf, which had so many bytes before.
func (f *file) ended(before int) {
	f.size += int64(len(f.buf) - before)
	f.ends = append(f.ends, len(f.buf))
	f.packets++
}

// headed notes that what is no packet ends buf.
func (f *file) headed(before int) {
	f.size += int64(len(f.buf) - before)
	f.head = len(f.buf)
}

// flush writes what is in buf, and says how many packets that were. If not all could be written, the
// file is cut back to the last whole one: how many packets are lost.
func (f *file) flush() (written, lost uint64, err error) {
	if len(f.buf) == 0 {
		return 0, 0, nil
	}
	n, err := f.Write(f.buf)
	whole := 0
	if f.head <= n {
		whole = f.head
	}
	for _, end := range f.ends {
		if end <= n {
			written++
			whole = max(whole, end)
		}
	}
	lost = uint64(len(f.ends)) - written
	f.packets -= lost
	if err != nil && f.regular {
		f.cut(n - whole)
	}
	f.buf, f.ends, f.head = f.buf[:0], f.ends[:0], 0
	return written, lost, err
}

// cut takes so many bytes off the end. Standard output may have had some before.
func (f *file) cut(n int) {
	if at, err := f.Seek(0, io.SeekCurrent); err == nil && n > 0 && f.Truncate(at-int64(n)) == nil {
		f.Seek(at-int64(n), io.SeekStart)
	}
}

// create opens the file at path for writing, empty. Whatever one of the inputs is stays as it is.
// What may keep it waiting, a FIFO, is waited for until ctx is done. One that this capture made is ours:
// it is taken away first, because to write over what the disk is being given waits for that.
func create(ctx context.Context, path string, ours bool, inputs []os.FileInfo) (*file, error) {
	if path == "-" {
		st, err := os.Stdout.Stat()
		if err != nil {
			return nil, err
		}
		return &file{File: os.Stdout, regular: st.Mode().IsRegular()}, nil
	}
	if st, err := os.Lstat(path); ours && err == nil && st.Mode().IsRegular() && !isAny(st, inputs) {
		os.Remove(path) // or else it is written over
	}
	f, fresh, err := openSaved(ctx, path)
	if err != nil {
		return nil, err
	}
	st, err := f.Stat()
	switch {
	case err != nil:
	case !st.Mode().IsRegular():
	case isAny(st, inputs):
		err = fmt.Errorf("%s is being read: it is not written over", path)
	case fresh:
		err = GiveAway(f)
	default:
		err = f.Truncate(0)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return &file{File: f, regular: st.Mode().IsRegular(), fresh: fresh}, nil
}

// openSaved opens the file at path as it is, or makes it: then it is fresh, and its owner's alone.
func openSaved(ctx context.Context, path string) (f *os.File, fresh bool, err error) {
	f, err = os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if !errors.Is(err, fs.ErrExist) {
		return f, true, err
	}
	if st, err := os.Stat(path); err != nil || st.Mode()&os.ModeNamedPipe == 0 {
		f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE, 0o600)
		return f, false, err
	}
	done := make(chan error, 1)
	go func() { // nothing can interrupt it: if nobody opens the FIFO to read, it is left behind
		defer rescue.Guard()
		var err error
		f, err = os.OpenFile(path, os.O_WRONLY, 0)
		done <- err
	}()
	select {
	case err := <-done:
		return f, false, err
	case <-ctx.Done():
		return nil, false, ctx.Err()
	}
}

// GiveAway makes the user who called sudo the owner of a new file.
func GiveAway(f *os.File) error {
	if os.Geteuid() != 0 {
		return nil
	}
	uid, err := strconv.ParseUint(os.Getenv("SUDO_UID"), 10, 31)
	if err != nil {
		return nil
	}
	gid, err := strconv.ParseUint(os.Getenv("SUDO_GID"), 10, 31)
	if err != nil {
		return nil
	}
	if err := f.Chown(int(uid), int(gid)); err != nil && !errors.Is(err, syscall.EPERM) { // of a file system without owners
		return err
	}
	return nil
}

// identities are what the files at these paths are: "-" is standard input.
func identities(paths []string) (all []os.FileInfo) {
	for _, path := range paths {
		st, err := os.Stat(path)
		if path == "-" {
			st, err = os.Stdin.Stat()
		}
		if err == nil {
			all = append(all, st)
		}
	}
	return all
}

func isAny(st os.FileInfo, of []os.FileInfo) bool {
	for _, o := range of {
		if os.SameFile(st, o) {
			return true
		}
	}
	return false
}
