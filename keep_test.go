package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"icmpdump/capture/icmp"
	"icmpdump/capture/pcapfile"
	"icmpdump/flowtable"
	"icmpdump/internal/forge"
	"icmpdump/internal/lab"
	"icmpdump/render/screen"
)

// twoPings are one that is answered but for number 3, which is refused, and number 4, and another one.
func twoPings() (all []captured, ofOne [][]byte) {
	add := func(at time.Duration, one bool, frame []byte) {
		all = append(all, captured{at: at, frame: frame})
		if one {
			ofOne = append(ofOne, frame)
		}
	}
	for seq := range uint16(20) {
		at := time.Duration(seq) * time.Second
		add(at, true, echoFrame(8, seq))
		add(at+time.Millisecond, false, forge.Frame(forge.Ether(anyMAC), forge.IP4("10.0.0.5", "203.0.113.9"), forge.Echo4(8, 1, seq)))
		switch seq {
		case 3:
			quoted := forge.Frame(forge.IP4("10.0.0.5", "198.51.100.7"), forge.Echo4(8, 4660, seq))
			e := forge.Error4(3, 4, 1400, quoted).Datagram("10.0.0.1", "10.0.0.5")
			add(at+2*time.Millisecond, true, forge.Link(forge.Links[0], e))
		case 4:
		default:
			add(at+12*time.Millisecond, true, echoFrame(0, seq))
		}
	}
	return all, ofOne
}

// A flow is saved from the full screen in each format, and read by each reader; what is there is written over when that is
// confirmed, and not before.
func TestKept(t *testing.T) {
	dir := t.TempDir()
	from := filepath.Join(dir, "in.pcap")
	all, of := twoPings()
	if err := writeCapture(from, all); err != nil {
		t.Fatal(err)
	}
	m := lab.OpenTmux(t, 100, 30)
	m.Run("cd " + dir + " && TZ=Europe/Berlin icmpdump top -r in.pcap; echo ended $?")
	m.WaitText("198.51.100.7")
	keep := func(name, says string) {
		m.Keys("w")
		m.WaitText("save to: ")
		m.Keys("C-u")
		m.Type(name)
		m.Keys("Enter")
		m.WaitText(says)
	}
	const done = "38 packets and 1 error saved to "
	keep("a.pcapng", done+"a.pcapng")
	m.Keys("Enter") // from the page of the flow too
	m.WaitText("echo, id 4660, IPv4")
	keep("b.pcap", done+"b.pcap")
	keep("c.json", done+"c.json")
	keep("d.txt", done+"d.txt")
	if err := os.WriteFile(filepath.Join(dir, "e.pcap"), []byte("precious"), 0o644); err != nil {
		t.Fatal(err)
	}
	keep("e.pcap", "is there: Enter overwrites it")
	if b, err := os.ReadFile(filepath.Join(dir, "e.pcap")); string(b) != "precious" {
		t.Errorf("it is written over at once: %q, %v", b, err)
	}
	m.Keys("Enter")
	m.WaitText(done + "e.pcap")
	keep("in.pcap", "not saved: this program reads or writes that file")
	keep("/nonexistent/f.pcap", "not saved: no such file or directory")
	m.Keys("q")
	m.WaitText("ended 0")

	for _, name := range []string{"a.pcapng", "b.pcap", "e.pcap"} {
		path := filepath.Join(dir, name)
		uncomplaining(t, path, len(of))
		stored := storedIn(t, path)
		for i, frame := range of {
			if i < len(stored) && !bytes.Equal(stored[i].data, frame) {
				t.Errorf("%s: packet %d is %x, want %x", name, i+1, stored[i].data, frame)
			}
		}
		if stored[0].at != begin {
			t.Errorf("%s: the first is of %v, want %v", name, stored[0].at, begin)
		}
	}
	var want strings.Builder
	for line := range strings.Lines(stdoutOf(t, exec.Command("icmpdump", "-r", from))) {
		if !strings.Contains(line, "203.0.113.9") {
			want.WriteString(line)
		}
	}
	if got, err := os.ReadFile(filepath.Join(dir, "d.txt")); err != nil || string(got) != want.String() {
		t.Errorf("%v, lines are\n%s\nwant\n%s", err, got, want.String())
	}
	checkKeptJSON(t, filepath.Join(dir, "c.json"), strings.Count(want.String(), "\n"))
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 6 {
		t.Errorf("in the folder are %v, %v", left, err)
	}
}

// checkKeptJSON wants an object for each line of the flow, and its row.
func checkKeptJSON(t *testing.T, path string, lines int) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var events []string
	var last map[string]any
	for line := range strings.Lines(string(b)) {
		last = nil
		if err := json.Unmarshal([]byte(line), &last); err != nil {
			t.Fatalf("%v in %s", err, line)
		}
		events = append(events, fmt.Sprint(last["event"]))
	}
	if n := len(events); n != lines+1 || last["event"] != "flow" || last["icmp_request_count"] != 20.0 || !slices.Contains(events, "lost") {
		t.Errorf("%d events %v, want %d and a row; the last is %v", n, events, lines, last)
	}
}

// keeping is what saves, as the full screen has it, with frames of a flow.
func keeping(t *testing.T, frames int) (feed, *screen.Save) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "in.pcap")
	if err := writeCapture(path, []captured{{frame: echoFrame(8, 1)}}); err != nil {
		t.Fatal(err)
	}
	files, err := pcapfile.Open([]string{path}, func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { files.Close() })
	s := new(screen.Save)
	for seq := range frames {
		f := icmp.Frame{Data: echoFrame(8, uint16(seq)), Link: icmp.LinkEthernet}
		f.Wire = len(f.Data)
		e := flowtable.Event{Kind: flowtable.KindEcho, Packet: icmp.Packet{Time: begin.UnixNano() + int64(seq)*1e9, Number: uint64(seq + 1)}}
		icmp.Decode(&e.Packet, f.Link, f.Data, f.Wire)
		s.Records = append(s.Records, screen.Record{Event: e, Frame: f})
	}
	return feed{&watcher{opts: &options{files: []string{path}}, sources: []source{files}}}, s
}

// entries are the names in a folder.
func entries(t *testing.T, dir string) (names []string) {
	t.Helper()
	all, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range all {
		names = append(names, e.Name())
	}
	return names
}

// What cannot be written leaves nothing, under no name.
func TestKeptNothing(t *testing.T) {
	dir := t.TempDir()
	for name, make := range map[string]func(string) error{
		"dir.json":  func(path string) error { return os.Mkdir(path, 0o755) },
		"fifo.pcap": func(path string) error { return syscall.Mkfifo(path, 0o600) },
		"link.txt":  func(path string) error { return os.Symlink("elsewhere", path) },
	} {
		path := filepath.Join(dir, name)
		if err := make(path); err != nil {
			t.Fatal(err)
		}
		f, s := keeping(t, 1)
		for _, s.Overwrite = range []bool{false, true} {
			if s.Path = path; f.Save(s) == nil {
				t.Errorf("%s is written over", name)
			}
		}
	}
	f, s := keeping(t, 1)
	s.Records[0].Event.Packet.Time = -1
	s.Path = filepath.Join(dir, "old.pcap")
	if err := f.Save(s); err == nil || !strings.Contains(err.Error(), "pcapng has more") {
		t.Errorf("a time that pcap does not have: %v", err)
	}
	f, s = keeping(t, 2)
	s.Records[1].Frame.Link = icmp.LinkRaw
	s.Path = filepath.Join(dir, "mixed.pcap")
	if err := f.Save(s); !errors.Is(err, pcapfile.ErrOtherLink) {
		t.Errorf("two link types: %v", err)
	}
	if got := entries(t, dir); len(got) != 3 {
		t.Errorf("there are %v", got)
	}
	s.Path = filepath.Join(dir, "mixed.pcapng")
	if err := f.Save(s); err != nil {
		t.Errorf("two link types, pcapng: %v", err)
	}
	if n := len(storedIn(t, s.Path)); n != 2 {
		t.Errorf("%d packets of two link types", n)
	}
	f.endKeeping()
	if f.Save(s) == nil {
		t.Error("saved behind the end")
	}
}

// A full disk leaves nothing, and what was there before.
func TestKeptOnAFullDisk(t *testing.T) {
	lab.NeedRoot(t, "only root mounts a small disk")
	disk := t.TempDir()
	if err := syscall.Mount("small", disk, "tmpfs", 0, "size=64k"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { syscall.Unmount(disk, 0) })
	path := filepath.Join(disk, "a.json")
	if err := os.WriteFile(path, []byte("precious"), 0o644); err != nil {
		t.Fatal(err)
	}
	f, s := keeping(t, 5000)
	for _, s.Path = range []string{path, filepath.Join(disk, "b.pcapng"), filepath.Join(disk, "c.txt")} {
		s.Overwrite = s.Path == path
		if err := f.Save(s); !errors.Is(err, syscall.ENOSPC) {
			t.Errorf("%s: %v", s.Path, err)
		}
	}
	if b, err := os.ReadFile(path); string(b) != "precious" || err != nil {
		t.Errorf("the file is %q, %v", b, err)
	}
	if got := entries(t, disk); len(got) != 1 {
		t.Errorf("there are %v", got)
	}
}

// A new file belongs to who called sudo, one that is written over to whom it did.
func TestKeptForSudosUser(t *testing.T) {
	lab.NeedRoot(t, "only root gives files away")
	t.Setenv("SUDO_UID", "1234")
	t.Setenv("SUDO_GID", "1235")
	f, s := keeping(t, 3)
	s.Path = filepath.Join(t.TempDir(), "a.pcapng")
	look := func(uid, gid uint32, mode os.FileMode) {
		t.Helper()
		if err := f.Save(s); err != nil {
			t.Fatal(err)
		}
		st, err := os.Stat(s.Path)
		if err != nil {
			t.Fatal(err)
		}
		if sys := st.Sys().(*syscall.Stat_t); sys.Uid != uid || sys.Gid != gid || st.Mode() != mode {
			t.Errorf("it is %d:%d's, mode %v, want %d:%d, %v", sys.Uid, sys.Gid, st.Mode(), uid, gid, mode)
		}
	}
	look(1234, 1235, 0o600)
	if err := f.Save(s); !errors.Is(err, fs.ErrExist) {
		t.Errorf("it is there: %v", err)
	}
	if err := errors.Join(os.Chown(s.Path, 7, 8), os.Chmod(s.Path, 0o640)); err != nil {
		t.Fatal(err)
	}
	s.Overwrite = true
	look(7, 8, 0o640)
}

// Tags that the kernel took out are back in their places, with directions and comments.
func TestKeptAsCaptured(t *testing.T) {
	f, s := keeping(t, 1)
	f.opts.comment = true
	f.opts.draw.Counters = true
	r := &s.Records[0]
	r.Frame.TPID, r.Event.Packet.VLAN[0], r.Event.Packet.Tags, r.Event.Packet.Dir = 0x8100, 10, 1, icmp.DirOut
	r.Event.Counts.Requests = 1
	s.Path = filepath.Join(t.TempDir(), "a.pcapng")
	if err := f.Save(s); err != nil {
		t.Fatal(err)
	}
	lab.NeedTshark(t)
	got := stdoutOf(t, exec.Command("tshark", "-n", "-r", s.Path, "-T", "fields", "-e", "vlan.id", "-e", "frame.comment", "-e", "frame.packet_flags_direction"))
	if want := "10\treq=1 rep=0 lost=0 ttl=64 vlan=10\t0x00000002\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if back := frameOf(&r.Event.Packet, r.Frame); back.TCI != 10 || back.Dir != icmp.DirOut || back.Time != begin.UnixNano() {
		t.Errorf("got %+v", back)
	}
}
