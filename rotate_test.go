package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"icmpdump/internal/lab"
)

// A flood goes into a ring of files, and nothing of it is lost: each file is whole, none is larger
// than it may be, and what is in them is the end of it.
func TestSavedRing(t *testing.T) {
	a, b := lab.Pair(t)
	for _, ext := range []string{".pcap", ".pcapng"} {
		path := filepath.Join(t.TempDir(), "ring"+ext)
		r := savingOn(t, a, path, "-i", "va", "-C", "500k", "-W", "5", "-B", "65536")
		const sent = 60_000
		sendEchoes(a, b, sent)
		time.Sleep(500 * time.Millisecond)
		n, stderr := saved(t, r)
		if n < sent || strings.Contains(stderr, "not written") {
			t.Errorf("%s: %d packets of %d:\n%s", ext, n, sent, stderr)
		}
		files, err := filepath.Glob(path + "*")
		if err != nil || len(files) != 5 {
			t.Fatalf("%v, %v", files, err)
		}
		for i, file := range files {
			if file != path+strconv.Itoa(i) {
				t.Errorf("a file %s", file)
			}
			st, err := os.Stat(file)
			if err != nil {
				t.Fatal(err)
			}
			if st.Size() > 500<<10 || st.Mode().Perm() != 0o600 {
				t.Errorf("%s has %d bytes, mode %v", file, st.Size(), st.Mode())
			}
			if packets := len(storedIn(t, file)); i%3 == 0 { // the readers are slow
				uncomplaining(t, file, packets)
			}
		}
	}
}

// A capture in which nothing happens goes on from file to file.
func TestIdleCaptureRotates(t *testing.T) {
	lab.NeedTcpdump(t)
	a, _ := lab.Pair(t)
	dir := t.TempDir()
	began := time.Now()
	r := savingOn(t, a, filepath.Join(dir, "%s.pcapng"), "-i", "va", "-G", "1")
	time.Sleep(3500 * time.Millisecond)
	n, _ := saved(t, r)
	files, err := filepath.Glob(filepath.Join(dir, "*.pcapng"))
	if err != nil || len(files) < 3 || len(files) > int(time.Since(began)/time.Second)+1 {
		t.Fatalf("%v, %v", files, err)
	}
	packets := 0
	for i, file := range files {
		packets += len(storedIn(t, file))
		uncomplaining(t, file, len(storedIn(t, file)))
		second := func(path string) int {
			n, _ := strconv.Atoi(strings.TrimSuffix(filepath.Base(path), ".pcapng"))
			return n
		}
		if i > 0 && second(file) != second(files[i-1])+1 {
			t.Errorf("%s behind %s", file, files[i-1])
		}
	}
	if packets != n {
		t.Errorf("%d packets in the files, %d written", packets, n)
	}
}

// With -W, -G ends after so many files.
func TestSavedIntervalsEnd(t *testing.T) {
	a := lab.NewHost(t, "a")
	path := filepath.Join(t.TempDir(), "x.pcap")
	r := savingOn(t, a, path, "-i", "lo", "-G", "1", "-W", "1")
	lab.Output(t, a.Command("ping", "-c1", "127.0.0.1"))
	_, stderr := r.End() // by itself
	if n := checkSaved(t, stderr); n != 2 || len(storedIn(t, path)) != 2 {
		t.Errorf("%d packets written, %d in the file", n, len(storedIn(t, path)))
	}
}

// SIGHUP makes the file anew if it was taken away, and else it goes on; nothing is lost.
func TestSavedReopens(t *testing.T) {
	a := lab.NewHost(t, "a")
	path := filepath.Join(t.TempDir(), "x.pcapng")
	r := savingOn(t, a, path, "-i", "lo", "-U")
	ping := func() { lab.Output(t, a.Command("ping", "-c1", "127.0.0.1")); time.Sleep(200 * time.Millisecond) }
	ping()
	r.Signal(syscall.SIGHUP)
	time.Sleep(100 * time.Millisecond)
	ping()
	if err := os.Rename(path, path+".1"); err != nil {
		t.Fatal(err)
	}
	ping()
	r.Signal(syscall.SIGHUP)
	time.Sleep(100 * time.Millisecond)
	ping()
	n, _ := saved(t, r)
	old, fresh := len(storedIn(t, path+".1")), len(storedIn(t, path))
	if n != 8 || old != 6 || fresh != 2 {
		t.Errorf("%d packets written, %d and %d in the files; want 8, 6, 2", n, old, fresh)
	}
	uncomplaining(t, path, fresh)
	uncomplaining(t, path+".1", old)
}

// SIGHUP does not kill, however early it comes behind the word that the capture listens, or late.
func TestSavedHangupsFromTheFirst(t *testing.T) {
	a := lab.NewHost(t, "a")
	for range 10 {
		r := savingOn(t, a, filepath.Join(t.TempDir(), "x.pcapng"), "-i", "lo")
		r.Signal(syscall.SIGHUP)
		r.Signal(os.Interrupt)
		time.Sleep(time.Millisecond)
		r.Signal(syscall.SIGHUP)
		r.End()
	}
}

// Who takes the file away may have put another in its place, as logrotate's create does: that one is
// written to, and keeps its mode. So does one that was there before -G began to write over it.
func TestSavedKeepsModes(t *testing.T) {
	a := lab.NewHost(t, "a")
	for _, tt := range []struct {
		name    string
		options []string
		again   func(r *lab.Running, path string)
	}{
		{"SIGHUP", nil, func(r *lab.Running, path string) {
			if err := os.Rename(path, path+".1"); err != nil {
				t.Fatal(err)
			}
			makeFile(t, path)
			r.Signal(syscall.SIGHUP)
		}},
		{"-G", []string{"-G", "1"}, func(*lab.Running, string) { time.Sleep(time.Second) }},
	} {
		path := filepath.Join(t.TempDir(), "x.pcapng")
		made := makeFile(t, path)
		r := savingOn(t, a, path, append(tt.options, "-i", "lo")...)
		time.Sleep(200 * time.Millisecond) // until the file is open
		tt.again(r, path)
		time.Sleep(200 * time.Millisecond)
		saved(t, r)
		st, err := os.Stat(path)
		if err != nil || st.Mode() != made.Mode() || st.Size() == 0 {
			t.Errorf("%s: %v, %v; want the mode %v", tt.name, st, err, made.Mode())
		}
	}
}

// makeFile makes an empty file that others may read, too.
func makeFile(t *testing.T, path string) os.FileInfo {
	t.Helper()
	err := os.WriteFile(path, nil, 0o600)
	if err == nil {
		err = os.Chmod(path, 0o644)
	}
	st, statErr := os.Stat(path)
	if err := errors.Join(err, statErr); err != nil {
		t.Fatal(err)
	}
	return st
}

// Where the disk is full, -G goes on counting, and nothing spins.
func TestSavedIntervalsOnAFullDisk(t *testing.T) {
	a := lab.NewHost(t, "a")
	cmd := a.Command("icmpdump", "--stats", "-i", "lo", "-w", "/dev/full", "-G", "1", "-W", "2")
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 1 || !strings.Contains(string(out), "file 2 of 2 is complete") {
		t.Errorf("%v, want exit code 1:\n%s", err, out)
	}
	if used := cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(); used > time.Second {
		t.Errorf("it used %v of a processor in two seconds", used)
	}
}
