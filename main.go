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
	"icmpdump/internal/rescue"
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
	defer rescue.Guard()
	// The reader of a pipe that goes away is not an error here, and must not kill.
	signal.Ignore(syscall.SIGPIPE)

	talk := &checked{w: stdout}
	app := newApp(talk, stdout, stderr)
	options, err := normalize(args[1:], app.Flags)
	if errors.Is(err, errHelp) {
		options, err = []string{helpOption}, nil
	}
	if err == nil {
		err = app.RunContext(context.Background(), append([]string{args[0]}, options...))
	}
	if err = errors.Join(err, talk.err); err == nil {
		return 0
	}
	for _, err := range parts(err) {
		fmt.Fprintf(stderr, "icmpdump: %s\n", render.Clean(err.Error()))
		var usage *usageError
		if errors.As(err, &usage) && usage.at != nil {
			io.WriteString(stderr, usage.at.Mark())
		}
	}
	code, hints := explain(err)
	for _, hint := range hints {
		fmt.Fprintf(stderr, "hint: %s\n", render.Clean(hint))
	}
	return code
}

// parts are the errors that were joined in err.
func parts(err error) []error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var all []error
		for _, e := range joined.Unwrap() {
			all = append(all, parts(e)...)
		}
		return all
	}
	return []error{err}
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
		if usage != nil && usage.hint != "" {
			hints = append(hints, usage.hint)
		}
		if usage != nil && usage.at != nil {
			return exitUsage, hints // of expressions, the help has little
		}
		return exitUsage, append(hints, "icmpdump --help lists the options")
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

// newApp is the command line. What it says itself (help, version, interfaces) goes to talk.
func newApp(talk io.Writer, stdout, stderr *os.File) *cli.App {
	cli.HelpFlag = &cli.BoolFlag{Name: "help", Aliases: []string{"h"}}
	cli.VersionFlag = &cli.BoolFlag{Name: "version"}
	cli.VersionPrinter = func(*cli.Context) { fmt.Fprintln(talk, "icmpdump", version) }
	g := given{fps: defaultFPS}
	show := func(c *cli.Context, what view) error {
		if c.Bool("D") {
			return listInterfaces(talk)
		}
		o, err := g.options(c, what)
		if err != nil {
			return err
		}
		if o.program > 0 {
			return printProgram(talk, o)
		}
		return watch(c.Context, o, stdout, stderr)
	}
	return &cli.App{
		Name:                      "icmpdump",
		Version:                   version,
		CustomAppHelpTemplate:     helpText,
		HideHelpCommand:           true, // "help" is a word for a filter
		DisableSliceFlagSeparator: true, // interface names may have a comma in them
		Writer:                    talk,
		ErrWriter:                 stderr,
		OnUsageError:              func(_ *cli.Context, err error, _ bool) error { return refused(err) },
		ExitErrHandler:            func(*cli.Context, error) {}, // run does it
		Flags:                     append(g.flags(), cli.HelpFlag, cli.VersionFlag),
		Action:                    func(c *cli.Context) error { return show(c, viewLines) },
		// What stands behind a command are words: normalize has put all options before it.
		Commands: []*cli.Command{{
			Name:            "flows",
			HideHelp:        true,
			SkipFlagParsing: true,
			Action:          func(c *cli.Context) error { return show(c, viewFlows) },
		}, {
			Name:            "top",
			HideHelp:        true,
			SkipFlagParsing: true,
			Action:          func(c *cli.Context) error { return show(c, viewScreen) },
		}, {
			Name:            "schema",
			HideHelp:        true,
			SkipFlagParsing: true,
			Action: func(c *cli.Context) error {
				if c.Args().Present() || len(c.FlagNames()) > 0 {
					return usagef("schema is a word by itself")
				}
				_, err := io.WriteString(talk, render.Schema)
				return err
			},
		}},
	}
}

// checked remembers that a write failed, for those who don't ask. That the reader of a pipe
// went away is no failure.
type checked struct {
	w   io.Writer
	err error
}

func (c *checked) Write(b []byte) (int, error) {
	n, err := c.w.Write(b)
	if err != nil && !errors.Is(err, syscall.EPIPE) {
		c.err = err
	}
	return n, err
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
