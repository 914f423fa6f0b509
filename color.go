package main

// What --color takes.
const (
	colorAuto   = "auto"
	colorAlways = "always"
	colorNever  = "never"
)

var colorWords = []string{colorAuto, colorAlways, colorNever}

// colors reports whether standard output is to have colours: as --color says or, if that leaves it
// open, the environment (no-color.org, bixense.com/clicolors), and else if it is a terminal that is
// known to be able to. Without TERM it is not, as for grep.
func colors(when string, terminal bool, getenv func(string) string) bool {
	force, term := getenv("CLICOLOR_FORCE"), getenv("TERM")
	switch {
	case when != colorAuto:
		return when == colorAlways
	case getenv("NO_COLOR") != "":
		return false
	case force != "" && force != "0":
		return true
	}
	return terminal && term != "" && term != "dumb"
}
