package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gopacket/gopacket/pcapgo"

	"icmpdump/internal/forge"
	"icmpdump/internal/lab"
)

// savingOn starts icmpdump -w on a host.
func savingOn(t testing.TB, h *lab.Host, path string, options ...string) *lab.Running {
	t.Helper()
	return lab.Start(t, h.Command("icmpdump", append([]string{"--stats", "-w", path}, options...)...), "listening on")
}

// saved ends it, and returns how many packets it wrote, and what it said.
func saved(t testing.TB, r *lab.Running) (int, string) {
	t.Helper()
	_, stderr := r.Interrupt()
	return checkSaved(t, stderr), stderr
}

// What is written live is what tcpdump writes at the same time, byte for byte, tags in their places; with names, directions and comments, and every reader takes it.
func TestSavedLive(t *testing.T) {
	lab.NeedTcpdump(t)
	lab.NeedTshark(t)
	a, b := lab.Pair(t)
	dir := t.TempDir()
	ours, theirs := filepath.Join(dir, "ours.pcapng"), filepath.Join(dir, "theirs.pcap")
	tcpdump := lab.Start(t, a.Command("tcpdump", "-i", "va", "--nano", "--immediate-mode", "-U", "-Z", "root", "-w", theirs), "listening on")
	r := savingOn(t, a, ours, "-i", "va", "--comment")
	dst := a.Iface("va").HardwareAddr
	var frames [][]byte
	for _, tags := range [][]uint16{nil, {10}, {100, 10}, {0}} {
		d := forge.Frame(forge.IP4("10.0.0.8", "10.0.0.9"), forge.Echo4(8, 77, 1))
		frame := forge.Link(forge.Links[0], d, tags...)
		copy(frame, dst)
		frames = append(frames, frame)
	}
	broadcast := slices.Clone(frames[0])
	copy(broadcast, bytes.Repeat([]byte{0xff}, 6))
	b.Send("vb", append(frames, broadcast)...)
	a.Send("va", frames...)
	lab.Output(t, a.Command("ping", "-c3", "-i0.05", "-s", "1400", "10.0.0.2"))
	time.Sleep(200 * time.Millisecond)
	n, _ := saved(t, r)
	tcpdump.Interrupt()
	uncomplaining(t, ours, n)

	there := storedIn(t, theirs)
	got := storedIn(t, ours)
	if len(got) != n || n < 2*len(frames)+1+6 {
		t.Errorf("%d packets in the file, %d written", len(got), n)
	}
	for i, s := range got {
		if s.iface != "va" {
			t.Errorf("packet %d is of %q", i+1, s.iface)
		}
		if !slices.ContainsFunc(there, func(o stored) bool {
			apart := s.at.Sub(o.at).Abs() // its time is when the packet came to the ring
			return bytes.Equal(s.data, o.data) && s.wire == o.wire && apart < 50*time.Millisecond
		}) {
			t.Errorf("packet %d is not in tcpdump's file: %+v", i+1, s)
		}
	}
	fields := stdoutOf(t, exec.Command("tshark", "-n", "-r", ours, "-T", "fields", "-e", "frame.interface_name",
		"-e", "frame.packet_flags_direction", "-e", "frame.packet_flags_reception_type", "-e", "frame.comment", "icmp"))
	for _, want := range []string{"va\t0x00000001\t1\t", "va\t0x00000001\t3\t", "va\t0x00000002\t0\t", "req=1 rep=1 lost=0 rtt=", "vlan=100.10"} {
		if !strings.Contains(fields, want) {
			t.Errorf("tshark does not find %q:\n%s", want, fields)
		}
	}
}

// Each interface of all has its own description.
func TestSavedInterfaces(t *testing.T) {
	a, _ := lab.Pair(t)
	path := filepath.Join(t.TempDir(), "any.pcapng")
	r := savingOn(t, a, path)
	lab.Output(t, a.Command("ping", "-c2", "-i0.05", "127.0.0.1"))
	lab.Output(t, a.Command("ping", "-c3", "-i0.05", "10.0.0.2"))
	time.Sleep(100 * time.Millisecond)
	n, _ := saved(t, r)
	uncomplaining(t, path, n)
	count := map[string]int{}
	for _, s := range storedIn(t, path) {
		count[s.iface]++
	}
	if count["lo"] != 4 || count["va"] < 6 || len(count) != 2 {
		t.Errorf("packets by interface: %v, want 4 of lo and 6 of va", count)
	}
}

// What the kernel dropped is in the file's statistics.
func TestSavedDrops(t *testing.T) {
	a, b := lab.Pair(t)
	path := filepath.Join(t.TempDir(), "x.pcapng")
	r := savingOn(t, a, path, "-i", "va", "-B", "256")
	r.Signal(syscall.SIGSTOP)
	sendEchoes(a, b, 10_000)
	r.Signal(syscall.SIGCONT)
	time.Sleep(300 * time.Millisecond)
	n, stderr := saved(t, r)
	dropped := count(t, stderr, "packets dropped by kernel")
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	file, err := pcapgo.NewNgReader(bytes.NewReader(content), pcapgo.DefaultNgReaderOptions)
	if err != nil {
		t.Fatal(err)
	}
	for err == nil {
		_, _, err = file.ReadPacketData()
	}
	ifi, err := file.Interface(0)
	if err != nil {
		t.Fatal(err)
	}
	if s := ifi.Statistics; dropped == 0 || s.PacketsDropped != uint64(dropped) || s.PacketsReceived != uint64(dropped+n) || ifi.Name != "va" {
		t.Errorf("%s: %d received, %d dropped; want %d, %d", ifi.Name, s.PacketsReceived, s.PacketsDropped, dropped+n, dropped)
	}
}

// When its terminal hangs up, a capture ends, and its file is complete.
func TestSavedTerminalHangsUp(t *testing.T) {
	a := lab.NewHost(t, "a")
	lab.Need(t, "script")
	path := filepath.Join(t.TempDir(), "x.pcapng")
	cmd := a.Command("script", "-qec", "icmpdump -i lo -w "+path, "/dev/null")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	waitUntil(t, "the file is there", func() bool { st, err := os.Stat(path); return err == nil && st.Size() > 0 })
	cmd.Process.Kill()
	cmd.Wait()
	waitUntil(t, "the file is complete", func() bool {
		b, err := os.ReadFile(path)
		const statistics = 5 // type of the last block, which says its length at its end
		return err == nil && binary.LittleEndian.Uint32(b[len(b)-int(binary.LittleEndian.Uint32(b[len(b)-4:])):]) == statistics
	})
}

func waitUntil(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for range 500 {
		if ok() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("waited in vain until %s", what)
}

// Files that root makes through sudo are the user's, and files that are there stay whose they were.
func TestSavedOwner(t *testing.T) {
	lab.NeedRoot(t, "only root gives files away")
	dir := t.TempDir()
	from, fresh, there := filepath.Join(dir, "in.pcap"), filepath.Join(dir, "fresh"), filepath.Join(dir, "there")
	if err := writeCapture(from, captures["pings"]()); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(there, make([]byte, 9999), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{fresh, there} {
		cmd := exec.Command("icmpdump", "-r", from, "-w", path)
		cmd.Env = append(os.Environ(), "SUDO_UID=1234", "SUDO_GID=1235")
		lab.Output(t, cmd)
	}
	for _, tt := range []struct {
		path     string
		uid, gid uint32
		mode     os.FileMode
	}{{fresh, 1234, 1235, 0o600}, {there, 0, 0, 0o644}} {
		st, err := os.Stat(tt.path)
		if err != nil {
			t.Fatal(err)
		}
		sys := st.Sys().(*syscall.Stat_t)
		if sys.Uid != tt.uid || sys.Gid != tt.gid || st.Mode().Perm() != tt.mode || len(storedIn(t, tt.path)) != 11 {
			t.Errorf("%s is %d:%d's, mode %v", tt.path, sys.Uid, sys.Gid, st.Mode())
		}
	}
}

// A disk that is full is reported within a second, with what was kept; the file is cut back to its
// last whole record, the lines go on, and the exit code is 1.
func TestSavedOnAFullDisk(t *testing.T) {
	lab.NeedRoot(t, "only root mounts a small disk")
	a, b := lab.Pair(t)
	disk := t.TempDir()
	if err := syscall.Mount("small", disk, "tmpfs", 0, "size=64k"); err != nil {
		t.Fatal(err)
	}
	defer syscall.Unmount(disk, 0)
	for _, name := range []string{"full.pcap", "full.pcapng", "/dev/full"} {
		path := filepath.Join(disk, name)
		if name == "/dev/full" {
			path = name
		}
		cmd := a.Command("icmpdump", "--stats", "-i", "va", "--print", "-q", "-w", path)
		r := lab.Hold(t, cmd, "listening on")
		lines := make(chan int)
		go func() {
			out, _ := io.ReadAll(r.Stdout)
			lines <- bytes.Count(out, []byte{'\n'})
		}()
		begin := time.Now()
		const sent = 2000
		sendEchoes(a, b, sent)
		r.WaitStderr("no space left on device")
		if took := time.Since(begin); took > time.Second {
			t.Errorf("%s: it took %v to say so", name, took)
		}
		sendEchoes(a, b, sent) // it goes on
		time.Sleep(200 * time.Millisecond)
		r.Signal(os.Interrupt)
		shown := <-lines
		var exit *exec.ExitError
		if err := cmd.Wait(); !errors.As(err, &exit) || exit.ExitCode() != 1 {
			t.Errorf("%s: %v, want exit code 1", name, err)
		}
		stderr := r.Stderr()
		n := checkSaved(t, stderr)
		if shown < 2*sent {
			t.Errorf("%s: %d lines of %d packets:\n%s", name, shown, 2*sent, stderr)
		}
		if name == "/dev/full" {
			continue
		}
		if n == 0 || !strings.Contains(stderr, fmt.Sprintf("write %s: no space left on device: it is cut back to %d packets\n", path, n)) {
			t.Errorf("%s: %d packets:\n%s", name, n, stderr)
		}
		uncomplaining(t, path, n)
		os.Remove(path)
	}
}

// The reader of a FIFO that goes away ends the capture at once, with exit code 0.
func TestSavedReaderGoesAway(t *testing.T) {
	a := lab.NewHost(t, "a")
	path := filepath.Join(t.TempDir(), "fifo")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	r := lab.Hold(t, a.Command("icmpdump", "--stats", "-i", "lo", "-U", "-w", path), "listening on")
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	lab.Output(t, a.Command("ping", "-c1", "127.0.0.1"))
	if _, err := f.Read(make([]byte, 100)); err != nil {
		t.Fatal(err)
	}
	f.Close()
	closed := time.Now()
	lab.Output(t, a.Command("ping", "-c1", "127.0.0.1"))
	_, stderr := r.End()
	checkSaved(t, stderr)
	if took := time.Since(closed); took > time.Second || strings.Contains(stderr, "icmpdump: w") {
		t.Errorf("it took %v:\n%s", took, stderr)
	}
}

// Nobody opens a FIFO to read: a signal ends the wait.
func TestSavedNobodyReads(t *testing.T) {
	a := lab.NewHost(t, "a")
	path := filepath.Join(t.TempDir(), "fifo")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	r := lab.Start(t, a.Command("icmpdump", "-i", "lo", "-w", path), "listening on")
	time.Sleep(100 * time.Millisecond)
	r.Interrupt()
}

// Nor does it go on for ever where the next of several files is a FIFO.
func TestSavedNobodyReadsTheNext(t *testing.T) {
	a := lab.NewHost(t, "a")
	path := filepath.Join(t.TempDir(), "x.pcap")
	if err := syscall.Mkfifo(path+"1", 0o600); err != nil {
		t.Fatal(err)
	}
	r := savingOn(t, a, path, "-i", "lo", "-C", "1k")
	lab.Output(t, a.Command("ping", "-c10", "-i0.01", "127.0.0.1"))
	time.Sleep(100 * time.Millisecond)
	n, stderr := saved(t, r)
	if got := len(storedIn(t, path)); n == 0 || n == 20 || got != n {
		t.Errorf("%d packets in the first file, %d written:\n%s", got, n, stderr)
	}
}

// A file that takes nothing holds nobody up: what does not fit into the queue is counted, the kernel
// drops nothing, and what was written can be read.
func TestSavedToAStalledReader(t *testing.T) {
	a, b := lab.Pair(t)
	path := filepath.Join(t.TempDir(), "fifo")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	r := lab.Hold(t, a.Command("icmpdump", "--stats", "-i", "va", "-B", "65536", "-w", path), "listening on")
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	const sent = 300_000 // the queue has room for 260,000 of them: docs/files.md
	sendEchoes(a, b, sent)
	waitUntil(t, "packets overflow", func() bool {
		r.Signal(syscall.SIGUSR1)
		time.Sleep(100 * time.Millisecond)
		return strings.Contains(r.Stderr(), "packets not written, -w was too slow")
	})
	r.Signal(os.Interrupt)
	all, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	_, stderr := r.End()
	n := checkSaved(t, stderr)
	at := strings.LastIndex(stderr, " packets captured") // behind all that SIGUSR1 was told
	final := stderr[strings.LastIndexByte(stderr[:at], '\n')+1:]
	if dropped := count(t, final, "packets dropped by kernel"); dropped != 0 {
		t.Errorf("the kernel dropped %d packets: the capture was held up", dropped)
	}
	copied := filepath.Join(t.TempDir(), "copy.pcapng")
	if err := os.WriteFile(copied, all, 0o600); err != nil {
		t.Fatal(err)
	}
	overflowed := count(t, final, "packets not written, -w was too slow")
	if got := len(storedIn(t, copied)); got != n || n+overflowed != count(t, final, "packets captured") {
		t.Errorf("%d packets in the file, %d written, %d sent:\n%s", got, n, sent, stderr)
	}
}

// timeout(1) sends its signal to its child and then to its group: twice, to the child. The file is whole.
func TestSavedUnderTimeout(t *testing.T) {
	a := lab.NewHost(t, "a")
	for _, sig := range []string{"TERM", "INT"} {
		for range 10 {
			path := filepath.Join(t.TempDir(), "x.pcapng")
			out, err := a.Command("timeout", "--preserve-status", "-s", sig, "0.3", "icmpdump", "-i", "lo", "-w", path).CombinedOutput()
			if err != nil || !strings.Contains(string(out), "0 packets captured") {
				t.Fatalf("%s: %v\n%s", sig, err, out)
			}
		}
	}
}
