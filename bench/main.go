// Bench measures icmpdump against programs that do the same, all of them in turn on one machine,
// and says whether it is as much better as it is meant to be. docs/performance.md has the method.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// A bench is what all scenarios share.
type bench struct {
	icmpdump string
	old      string // another icmpdump, which takes turns too; "" is none
	peer     string
	packets  int           // of a file
	watch    time.Duration // of a full screen
	dir      string
	made     []string // files in it
}

// all is what was measured, for machines to read.
type all struct {
	Machine machine   `json:"machine"`
	Rounds  int       `json:"rounds"`
	Packets int       `json:"packets"`
	Reports []*report `json:"scenarios"`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	err := measure(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// measure is the command.
func measure(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	var b bench
	flags := flag.NewFlagSet("bench", flag.ExitOnError)
	flags.StringVar(&b.icmpdump, "icmpdump", "./icmpdump", "the `PROGRAM` to measure")
	flags.StringVar(&b.old, "old", "", "another icmpdump `PROGRAM`, to take turns with it")
	flags.StringVar(&b.peer, "peer", "", "the gopacketdump `PROGRAM`; the default is the one beside this one")
	flags.IntVar(&b.packets, "packets", 2_000_000, "`NUMBER` of packets of a capture file")
	flags.DurationVar(&b.watch, "watch", 15*time.Second, "how long a full screen is watched")
	rounds := flags.Int("rounds", 5, "`NUMBER` of times that each program is measured")
	temp := flags.String("dir", os.TempDir(), "the `FOLDER` for capture files, of 0.25 GB each")
	keep := flags.Bool("keep", false, "do not remove them at the end")
	asJSON := flags.Bool("json", false, "print JSON and no tables")
	out := flags.String("o", "", "write JSON to `FILE`, too")
	svg := flags.String("svg", "", "write the curves of scale to `FILE`")
	flags.Usage = func() {
		fmt.Fprintln(stderr, "usage: bench [options] [scenario…]")
		for _, s := range b.scenarios() {
			fmt.Fprintf(stderr, "  %-6s %s\n", s.name, s.about)
		}
		flags.PrintDefaults()
	}
	flags.Parse(args)
	if *rounds < 1 || b.packets < 1 || b.watch < time.Second {
		return errors.New("-rounds and -packets are at least 1, and -watch is at least 1s")
	}
	if err := b.find(); err != nil {
		return err
	}
	chosen, err := b.choose(flags.Args(), os.Getuid() == 0, stderr)
	if err != nil {
		return err
	}
	if b.dir, err = os.MkdirTemp(*temp, "icmpdump-bench-"); err != nil {
		return err
	}
	if !*keep {
		defer os.RemoveAll(b.dir)
	}
	if err := os.Chmod(b.dir, 0o755); err != nil { // tcpdump becomes another user
		return err
	}
	result := all{Machine: b.machine(), Rounds: *rounds, Packets: b.packets}
	if !*asJSON {
		fmt.Fprintf(stdout, "%v%d rounds; three figures are minimum, median and maximum; ratios are made in each round\n", result.Machine, *rounds)
	}
	var errs []error
	for _, s := range chosen {
		r, err := s.play(ctx, *rounds, stderr)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			errs = append(errs, err)
			fmt.Fprintln(stderr, "bench:", err)
			continue
		}
		result.Reports = append(result.Reports, r)
		if !*asJSON {
			errs = append(errs, r.write(stdout, &s))
		}
		if s.name == scaleName && *svg != "" {
			errs = append(errs, os.WriteFile(*svg, scaleSVG(r), 0o644))
		}
	}
	text, err := json.MarshalIndent(result, "", "  ")
	errs = append(errs, err)
	if *asJSON {
		fmt.Fprintf(stdout, "%s\n", text)
	}
	if *out != "" {
		errs = append(errs, os.WriteFile(*out, append(text, '\n'), 0o644))
	}
	return errors.Join(errs...)
}

func (b *bench) scenarios() []scenario {
	return append(b.fileScenarios(), b.flood(), b.age(), b.idle(), b.screen(), b.stall(), b.scale())
}

// find makes sure that the programs are there.
func (b *bench) find() error {
	if b.peer == "" {
		self, err := os.Executable()
		if err != nil {
			return err
		}
		b.peer = filepath.Join(filepath.Dir(self), "gopacketdump")
	}
	for _, path := range []*string{&b.icmpdump, &b.old, &b.peer} {
		if *path == "" {
			continue
		}
		if _, err := os.Stat(*path); err != nil {
			return err
		}
		absolute, err := filepath.Abs(*path)
		if err != nil {
			return err
		}
		*path = absolute
	}
	return nil
}

// choose is the scenarios of these names, or all that this user can run.
func (b *bench) choose(names []string, root bool, stderr io.Writer) (chosen []scenario, err error) {
	left := slices.Clone(names)
	for _, s := range b.scenarios() {
		named := slices.Contains(names, s.name)
		left = slices.DeleteFunc(left, func(name string) bool { return name == s.name })
		switch {
		case len(names) > 0 && !named:
		case s.root && !root && named:
			return nil, fmt.Errorf("%s makes network namespaces, which root may", s.name)
		case s.root && !root:
			fmt.Fprintf(stderr, "%s is left out: it makes network namespaces, which root may\n", s.name)
		default:
			chosen = append(chosen, s)
		}
	}
	if len(left) > 0 {
		return nil, fmt.Errorf("there is no scenario %s", strings.Join(left, ", "))
	}
	return chosen, nil
}
