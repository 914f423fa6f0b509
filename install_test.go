package main

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"icmpdump/internal/lab"
)

// tree is the mode of each file below root, by its path there. Folders are open to all.
func tree(t *testing.T, root string) map[string]fs.FileMode {
	t.Helper()
	modes := map[string]fs.FileMode{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if d.IsDir() {
			if mode := info.Mode().Perm(); path != root && mode != 0o755 {
				t.Errorf("%s has mode %o", path, mode)
			}
			return nil
		}
		modes[strings.TrimPrefix(path, root)] = info.Mode()
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return modes
}

// What make install puts there can be used by everybody, whatever the umask is, and is all of share;
// make uninstall takes it away, and nothing else.
func TestInstall(t *testing.T) {
	lab.Need(t, "make", "install", "sh")
	for name, tt := range map[string]struct{ args, prefix string }{
		"as it is":      {"", "/usr/local"},
		"for a package": {" PREFIX=/usr", "/usr"},
	} {
		t.Run(name, func(t *testing.T) {
			source, dest := t.TempDir(), t.TempDir()
			if err := os.CopyFS(filepath.Join(source, "share"), os.DirFS("share")); err != nil {
				t.Fatal(err)
			}
			for file, text := range map[string]string{"Makefile": readFile(t, "Makefile"), "icmpdump": "the program"} {
				if err := os.WriteFile(filepath.Join(source, file), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			run := func(target string) {
				t.Helper()
				cmd := exec.Command("sh", "-c", "unset PREFIX MAKEFLAGS; umask 077; exec make "+target+" DESTDIR="+dest+tt.args)
				cmd.Dir = source
				lab.Output(t, cmd)
			}

			run("install")
			want := map[string]fs.FileMode{tt.prefix + "/bin/icmpdump": 0o755}
			err := fs.WalkDir(os.DirFS("."), "share", func(path string, d fs.DirEntry, err error) error {
				if err == nil && !d.IsDir() {
					want[tt.prefix+"/"+path] = 0o644
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, tree(t, dest)); diff != "" || len(want) != 5 {
				t.Errorf("%d files, want 5 (-want +installed)\n%s", len(want), diff)
			}
			if got := readFile(t, dest+tt.prefix+"/bin/icmpdump"); got != "the program" {
				t.Errorf("it was built anew: %d bytes", len(got))
			}

			other := filepath.Join(dest, tt.prefix, "bin/other")
			if err := os.WriteFile(other, nil, 0o600); err != nil {
				t.Fatal(err)
			}
			run("uninstall")
			if diff := cmp.Diff(map[string]fs.FileMode{tt.prefix + "/bin/other": 0o600}, tree(t, dest)); diff != "" {
				t.Errorf("left (-want +got)\n%s", diff)
			}
		})
	}
}
