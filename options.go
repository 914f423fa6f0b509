package main

import (
	"errors"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"icmpdump/capture/filter"
	"icmpdump/capture/savefile"
	"icmpdump/flowtable"
	"icmpdump/render"
	"icmpdump/render/where"
)

// options are what the command line asks for.
type options struct {
	live       bool // listen, and read no file
	interfaces []string
	files      []string
	direction  filter.Direction
	filter     *filter.Filter // nil is none
	judge      bool           // the kernel does not, or not all of it; open finds out
	program    int            // only print it, in this style; 0 is not to
	count      uint64
	promisc    bool
	snaplen    int
	ring       int // bytes, of each
	workers    int // that read a ring each, live
	json       bool
	color      string // one of colorWords
	stats      bool
	wait       bool     // for an output that is too slow, and skip no lines
	flows      bool     // print the rows of the table, and no lines
	screen     bool     // begin with the full screen
	console    bool     // stdout is a terminal that somebody looks at; watch finds out
	keys       *os.File // of the console; nil if there is none
	fps        int      // how often a second a terminal is written to
	csv        bool
	sort       string        // an order of rows
	top        int           // rows at most; 0 is all
	where      *where.Filter // nil is everything
	table      flowtable.Config
	draw       render.Options
	save       *savefile.Config // nil without -w
	comment    bool             // for each packet of -w
	names      bool             // and not addresses
	hostOnly   bool             // of names
	silent     bool             // no lines: -w without --print
}

// given is what the flags write to that the library's own context does not keep.
type given struct {
	times, verbose, program int
	hex, hexASCII, ascii    int // -x, -X, -A
	count, snaplen, ringKiB number
	maxFlows, top, workers  number
	fps                     number
	seconds, fileCount      number // -G, -W
}

// A number is a value in decimal: 010 is ten, as a person would say.
type number uint64

func (n *number) Set(s string) error {
	v, err := strconv.ParseUint(s, 10, 64)
	if err != nil {
		return errors.New("not a number")
	}
	*n = number(v)
	return nil
}

func (n *number) String() string { return strconv.FormatUint(uint64(*n), 10) }

func (g *given) flags() []cli.Flag {
	return []cli.Flag{
		&cli.StringSliceFlag{Name: "i", Aliases: []string{"interface"}},
		&cli.BoolFlag{Name: "D", Aliases: []string{"list-interfaces"}},
		&cli.StringSliceFlag{Name: "r"},
		&cli.StringFlag{Name: "Q", Aliases: []string{"direction"}, Value: "inout"},
		&cli.StringFlag{Name: "F", TakesFile: true},
		&cli.BoolFlag{Name: "d", Count: &g.program},
		&cli.GenericFlag{Name: "c", Value: &g.count},
		&cli.BoolFlag{Name: "p", Aliases: []string{"no-promiscuous-mode"}},
		&cli.GenericFlag{Name: "s", Aliases: []string{"snapshot-length"}, Value: &g.snaplen},
		&cli.GenericFlag{Name: "B", Aliases: []string{"buffer-size"}, Value: &g.ringKiB},
		&cli.GenericFlag{Name: "workers", Value: &g.workers},
		&cli.BoolFlag{Name: "t", Count: &g.times},
		&cli.BoolFlag{Name: "#", Aliases: []string{"number"}},
		&cli.BoolFlag{Name: "q"},
		&cli.BoolFlag{Name: "v", Count: &g.verbose},
		&cli.BoolFlag{Name: "e"},
		&cli.BoolFlag{Name: "x", Count: &g.hex},
		&cli.BoolFlag{Name: "X", Count: &g.hexASCII},
		&cli.BoolFlag{Name: "A", Count: &g.ascii},
		&cli.BoolFlag{Name: "micro"},
		&cli.BoolFlag{Name: "nano"},
		&cli.StringFlag{Name: "time-stamp-precision", Value: "micro"},
		&cli.StringFlag{Name: "counters", Value: "on"},
		&cli.BoolFlag{Name: "json"},
		&cli.StringFlag{Name: "color", Value: colorAuto},
		&cli.BoolFlag{Name: "stats"},
		&cli.StringFlag{Name: "on-stall", Value: "skip"},
		&cli.GenericFlag{Name: "fps", Value: &g.fps},
		&cli.BoolFlag{Name: "no-lost"},
		&cli.StringFlag{Name: "where"},
		&cli.StringFlag{Name: "reply-timeout", Value: "10s"},
		&cli.StringFlag{Name: "late", Value: "60s"},
		&cli.StringFlag{Name: "flow-idle", Value: "120s"},
		&cli.GenericFlag{Name: "max-flows", Value: &g.maxFlows},
		&cli.BoolFlag{Name: "csv"},
		&cli.StringFlag{Name: "sort", Value: render.RowOrders()[0]},
		&cli.GenericFlag{Name: "top", Value: &g.top},
		&cli.StringFlag{Name: "w"},
		&cli.StringFlag{Name: "C"},
		&cli.GenericFlag{Name: "G", Value: &g.seconds},
		&cli.GenericFlag{Name: "W", Value: &g.fileCount},
		&cli.BoolFlag{Name: "print"},
		&cli.BoolFlag{Name: "comment"},
		&cli.BoolFlag{Name: "n"},
		&cli.BoolFlag{Name: "names"},
		&cli.BoolFlag{Name: "N"},
		&cli.BoolFlag{Name: "l"},
		&cli.BoolFlag{Name: "U", Aliases: []string{"packet-buffered"}},
	}
}

var directions = map[string]filter.Direction{"in": filter.In, "out": filter.Out, "inout": filter.InOut}

// twice reports whether list has s more than once.
func twice(list []string, s string) bool {
	i := slices.Index(list, s)
	return i >= 0 && slices.Contains(list[i+1:], s)
}

// maxBytes is the most that -B and -s can ask for: more than enough of a packet.
const maxBytes = 1 << 30

// How often a second a terminal is written to: as often as can be read, and at most as often as is of use.
const (
	defaultFPS = 4
	maxFPS     = 60
)

// maxWorkers is the most that --workers can ask for: a ring each, and a processor to be of use.
const maxWorkers = 64

// A view is what is to be seen of a capture: what the command says.
type view uint8

const (
	viewLines  view = iota
	viewFlows       // the command flows
	viewScreen      // the command top
)

// options checks everything that can be checked before anything is opened.
func (g *given) options(c *cli.Context, what view) (*options, error) {
	flows := what == viewFlows
	direction, known := directions[strings.ToLower(c.String("Q"))]
	files, counters := c.StringSlice("r"), c.String("counters")
	precision, stall := c.String("time-stamp-precision"), c.String("on-stall")
	switch {
	case !known:
		return nil, usagef("-Q %s: in, out or inout", c.String("Q"))
	case twice(append(slices.Clone(files), c.String("F")), "-"):
		return nil, usagef("-r -: standard input can be read once")
	case c.IsSet("F") && c.String("F") == "":
		return nil, usagef("-F: a file has a name")
	case g.program > 3:
		return nil, usagef("-d may be given three times, not %d", g.program)
	case c.IsSet("B") && g.ringKiB == 0:
		return nil, usagef("-B 0: a ring has a size")
	case c.IsSet("c") && g.count == 0:
		return nil, usagef("-c 0: stop after how many packets?")
	case g.fps > maxFPS || c.IsSet("fps") && g.fps == 0:
		return nil, usagef("--fps %d: 1 to %d", g.fps, maxFPS)
	case c.IsSet("workers") && (g.workers == 0 || g.workers > maxWorkers):
		return nil, usagef("--workers %d: 1 to %d", g.workers, maxWorkers)
	case g.ringKiB > maxBytes>>10:
		return nil, usagef("-B %d: at most %d", g.ringKiB, maxBytes>>10)
	case g.times > int(render.TimeOffset):
		return nil, usagef("-t may be given five times, not %d", g.times)
	case c.Bool("micro") && c.Bool("nano"):
		return nil, usagef("--micro or --nano, not both")
	case precision != "micro" && precision != "nano":
		return nil, usagef("--time-stamp-precision=%s: micro or nano", precision)
	case g.ascii > 0 && c.Bool("json"):
		return nil, usagef("-A is for lines: with --json, -x has the bytes")
	case counters != "on" && counters != "off":
		return nil, usagef("--counters=%s: on or off", counters)
	case !slices.Contains(colorWords, c.String("color")):
		return nil, usagef("--color=%s: auto, always or never", c.String("color"))
	case stall != "skip" && stall != "block":
		return nil, usagef("--on-stall=%s: skip or block", stall)
	}
	if err := g.checkView(c, what); err != nil {
		return nil, err
	}
	if err := checkNames(c); err != nil {
		return nil, err
	}
	table, err := g.table(c)
	if err != nil {
		return nil, err
	}
	save, comment, err := g.saving(c, what)
	if err != nil {
		return nil, err
	}
	wanted, err := whereOf(c)
	if err != nil {
		return nil, err
	}
	o := &options{
		flows:      flows,
		screen:     what == viewScreen,
		fps:        int(g.fps),
		csv:        c.Bool("csv"),
		sort:       c.String("sort"),
		top:        int(min(g.top, math.MaxInt)),
		where:      wanted,
		live:       len(files) == 0,
		interfaces: c.StringSlice("i"),
		direction:  direction,
		program:    g.program,
		count:      uint64(g.count),
		promisc:    !c.Bool("p"),
		snaplen:    int(min(g.snaplen, maxBytes)),
		ring:       int(g.ringKiB) << 10,
		workers:    int(max(g.workers, 1)),
		json:       c.Bool("json"),
		color:      c.String("color"),
		stats:      c.Bool("stats"),
		save:       save,
		comment:    comment,
		names:      c.Bool("names") || c.Bool("N"),
		hostOnly:   c.Bool("N"),
		silent:     save != nil && !c.Bool("print"),
		wait:       len(files) > 0 || stall == "block",
		draw: render.Options{
			Time: render.TimeFormat{
				Style: render.TimeStyle(g.times),
				Nano:  c.Bool("nano") || precision == "nano" && !c.Bool("micro"),
			},
			Number:   c.Bool("#"),
			Counters: counters == "on" && !c.Bool("q"),
			Verbose:  g.verbose,
			Link:     c.Bool("e"),
			Dump:     g.dump(),
			OneWay:   direction != filter.InOut,
			Ifaces:   len(files) > 0, // where a packet has one; open decides for live traffic
		},
	}
	table.OneWay = o.draw.OneWay
	table.Ends = o.json && !flows
	table.Live = o.live
	o.table = table
	if !o.live {
		o.files = files
		for _, live := range []string{"i", "Q", "on-stall", "workers"} { // as in tcpdump, -p and -B do nothing; -s is for -w only
			if c.IsSet(live) {
				return nil, usagef("%s is for listening and -r for reading a file", dashed(live))
			}
		}
	}
	// Last, because names may have to be resolved.
	o.filter, err = expression(c.Context, c.Args().Slice(), c.String("F"), o.live, what)
	return o, err
}

// dump is what -x, -X and -A ask for together: the first of -X, -x and -A that was given, from
// the link header on if it was given twice.
func (g *given) dump() render.Dump {
	switch {
	case g.hexASCII > 0:
		return render.Dump{Style: render.DumpHexASCII, Link: g.hexASCII > 1}
	case g.hex > 0:
		return render.Dump{Style: render.DumpHex, Link: g.hex > 1}
	case g.ascii > 0:
		return render.Dump{Style: render.DumpASCII, Link: g.ascii > 1}
	}
	return render.Dump{}
}
