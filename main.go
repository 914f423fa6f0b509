// Icmpdump shows every ICMP and ICMPv6 packet of a Linux host as a tcpdump-style line, and
// says what the packets mean to each other.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/urfave/cli/v2"

	"icmpdump/capture/afpacket"
	"icmpdump/capture/filter"
	"icmpdump/render"
)

// version is set by the Makefile.
var version = "devel"

// Exit codes.
const (
	exitFailed       = 1 // an input or an output
	exitUsage        = 2
	exitNoPermission = 4
)

func main() { os.Exit(run(os.Args, os.Stdout, os.Stderr)) }

// run is the command: it returns the exit code.
func run(args []string, stdout, stderr *os.File) int {
	// The reader of a pipe that goes away is not an error here, and must not kill.
	signal.Ignore(syscall.SIGPIPE)

	app := newApp(stdout, stderr)
	options, err := normalize(args[1:], app.Flags)
	if err == nil {
		err = app.RunContext(context.Background(), append([]string{args[0]}, options...))
	}
	if err == nil {
		return 0
	}
	fmt.Fprintf(stderr, "icmpdump: %s\n", render.Clean(err.Error()))
	code, hints := explain(err)
	for _, hint := range hints {
		fmt.Fprintf(stderr, "hint: %s\n", render.Clean(hint))
	}
	return code
}

// explain is the exit code for an error, and what the user can do about it.
func explain(err error) (code int, hints []string) {
	var usage *usageError
	var noIface *afpacket.NoInterfaceError
	var refused *permissionError
	switch {
	case errors.As(err, &noIface):
		return exitUsage, []string{"there are " + interfaceNames(noIface.Have)}
	case errors.As(err, &usage), errors.Is(err, afpacket.ErrAny):
		return exitUsage, []string{"icmpdump --help lists the options"}
	case errors.As(err, &refused):
		self, err := os.Executable()
		if err != nil {
			self = "icmpdump"
		}
		return exitNoPermission, []string{
			"sudo " + self,
			"sudo setcap cap_net_raw+ep " + self + " (once, and it needs no sudo any more)",
		}
	}
	return exitFailed, nil
}

func interfaceNames(have []net.Interface) string {
	names := []string{afpacket.Any}
	for _, ifi := range have {
		names = append(names, ifi.Name)
	}
	return strings.Join(names, ", ")
}

// newApp is the command line.
func newApp(stdout, stderr *os.File) *cli.App {
	cli.HelpFlag = &cli.BoolFlag{Name: "help", Aliases: []string{"h"}}
	cli.VersionFlag = &cli.BoolFlag{Name: "version"}
	cli.VersionPrinter = func(*cli.Context) { fmt.Fprintln(stdout, "icmpdump", version) }
	var times, verbose int
	return &cli.App{
		Name:                      "icmpdump",
		Version:                   version,
		CustomAppHelpTemplate:     helpText,
		HideHelpCommand:           true, // "help" is a word for a filter
		DisableSliceFlagSeparator: true, // interface names may have a comma in them
		Writer:                    stdout,
		ErrWriter:                 stderr,
		OnUsageError:              func(_ *cli.Context, err error, _ bool) error { return usagef("%s", err) },
		ExitErrHandler:            func(*cli.Context, error) {}, // run does it
		Flags: []cli.Flag{
			cli.HelpFlag,
			cli.VersionFlag,
			&cli.StringSliceFlag{Name: "i", Aliases: []string{"interface"}},
			&cli.BoolFlag{Name: "D", Aliases: []string{"list-interfaces"}},
			&cli.StringSliceFlag{Name: "r"},
			&cli.StringFlag{Name: "Q", Aliases: []string{"direction"}, Value: "inout"},
			&cli.Uint64Flag{Name: "c"},
			&cli.BoolFlag{Name: "p", Aliases: []string{"no-promiscuous-mode"}},
			&cli.UintFlag{Name: "s", Aliases: []string{"snapshot-length"}},
			&cli.UintFlag{Name: "B", Aliases: []string{"buffer-size"}},
			&cli.BoolFlag{Name: "t", Count: &times},
			&cli.BoolFlag{Name: "#", Aliases: []string{"number"}},
			&cli.BoolFlag{Name: "q"},
			&cli.BoolFlag{Name: "v", Count: &verbose},
			&cli.StringFlag{Name: "counters", Value: "on"},
			&cli.BoolFlag{Name: "json"},
			&cli.BoolFlag{Name: "stats"},
			&cli.BoolFlag{Name: "n"},
			&cli.BoolFlag{Name: "l"},
			&cli.BoolFlag{Name: "U", Aliases: []string{"packet-buffered"}},
		},
		Action: func(c *cli.Context) error {
			if c.Bool("D") {
				return listInterfaces(stdout)
			}
			o, err := parseOptions(c, times, verbose)
			if err != nil {
				return err
			}
			return watch(c.Context, o, stdout, stderr)
		},
	}
}

// options are what the command line asks for.
type options struct {
	interfaces []string
	file       string // "" to listen
	direction  filter.Direction
	count      uint64
	promisc    bool
	snaplen    int
	ring       int // bytes
	json       bool
	stats      bool
	draw       render.Options
}

var directions = map[string]filter.Direction{"in": filter.In, "out": filter.Out, "inout": filter.InOut}

// parseOptions checks everything that can be checked before anything is opened.
func parseOptions(c *cli.Context, times, verbose int) (*options, error) {
	const maxBytes = 1 << 30 // of a ring, and more than enough of a packet
	o := &options{
		interfaces: c.StringSlice("i"),
		count:      c.Uint64("c"),
		promisc:    !c.Bool("p"),
		snaplen:    int(min(c.Uint("s"), maxBytes)),
		json:       c.Bool("json"),
		stats:      c.Bool("stats"),
		draw: render.Options{
			Time:     render.TimeFormat{Style: render.TimeStyle(times)},
			Number:   c.Bool("#"),
			Counters: !c.Bool("q"),
			Verbose:  verbose > 0,
		},
	}
	if words := c.Args().Slice(); len(words) > 0 {
		return nil, usagef("filter expressions are not supported: %q", strings.Join(words, " "))
	}
	if times > int(render.TimeOffset) {
		return nil, usagef("-t may be given five times, not %d", times)
	}
	if c.IsSet("c") && o.count == 0 {
		return nil, usagef("-c 0: stop after how many packets?")
	}
	switch c.String("counters") {
	case "on":
	case "off":
		o.draw.Counters = false
	default:
		return nil, usagef("--counters=%s: on or off", c.String("counters"))
	}
	var ok bool
	if o.direction, ok = directions[c.String("Q")]; !ok {
		return nil, usagef("-Q %s: in, out or inout", c.String("Q"))
	}
	if kib := c.Uint("B"); kib > maxBytes>>10 {
		return nil, usagef("-B %d: at most %d", kib, maxBytes>>10)
	} else {
		o.ring = int(kib) << 10
	}
	if files := c.StringSlice("r"); len(files) > 1 {
		return nil, usagef("-r may be given once")
	} else if len(files) == 1 {
		o.file = files[0]
		for _, live := range []string{"i", "Q", "p", "s", "B"} {
			if c.IsSet(live) {
				return nil, usagef("-%s is for listening and -r for reading a file", live)
			}
		}
	}
	return o, nil
}

// listInterfaces is -D.
func listInterfaces(w io.Writer) error {
	ifis, err := net.Interfaces()
	if err != nil {
		return err
	}
	list := "0.any (all interfaces)\n"
	for _, ifi := range ifis {
		state := "down"
		if ifi.Flags&net.FlagUp != 0 {
			state = "up"
		}
		if ifi.Flags&net.FlagLoopback != 0 {
			state += ", loopback"
		}
		list += fmt.Sprintf("%d.%s [%s]\n", ifi.Index, render.Clean(ifi.Name), state)
	}
	_, err = io.WriteString(w, list)
	return err
}
