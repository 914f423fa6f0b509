package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"
)

// tcpdumpOnly are tcpdump's options that have no meaning here, or not yet.
const tcpdumpOnly = "AbdeEfFGHIjJKLmMNOPRSTVwWxXyzZC"

// normalize takes a command line apart as getopt does, which the flag package behind
// urfave/cli does not: letters in one word (-nvi eth0), values without a blank (-c5), options
// behind the first word that is none. What comes out is one option or value an element, then
// "--" and the rest.
func normalize(args []string, flags []cli.Flag) ([]string, error) {
	value := map[string]bool{} // whether an option takes one
	for _, f := range flags {
		for _, name := range f.Names() {
			doc, ok := f.(cli.DocGenerationFlag)
			value[name] = ok && doc.TakesValue()
		}
	}
	var options, words []string
	for len(args) > 0 {
		arg := args[0]
		args = args[1:]
		switch {
		case arg == "--":
			words = append(words, args...)
			args = nil
		case strings.HasPrefix(arg, "--"):
			name, _, inline := strings.Cut(arg[2:], "=")
			takes, ok := value[name]
			if !ok || len(name) == 1 {
				return nil, usagef("unknown option --%s", name)
			}
			options = append(options, arg)
			if takes && !inline {
				if len(args) == 0 {
					return nil, usagef("--%s needs a value", name)
				}
				options = append(options, args[0])
				args = args[1:]
			}
		case len(arg) > 1 && arg[0] == '-':
			for i, letter := range arg[1:] {
				name := string(letter)
				takes, ok := value[name]
				if !ok {
					return nil, unknownLetter(name)
				}
				options = append(options, "-"+name)
				if !takes {
					continue
				}
				rest := arg[1+i+len(name):]
				if rest == "" {
					if len(args) == 0 {
						return nil, usagef("-%s needs a value", name)
					}
					rest, args = args[0], args[1:]
				}
				options = append(options, rest)
				break
			}
		default:
			words = append(words, arg)
		}
	}
	return slices.Concat(options, []string{"--"}, words), nil
}

func unknownLetter(name string) error {
	if strings.Contains(tcpdumpOnly, name) {
		return usagef("tcpdump's -%s is not an option of icmpdump", name)
	}
	return usagef("unknown option -%s", name)
}

// A usageError is a command line that makes no sense.
type usageError struct{ text string }

func (e *usageError) Error() string { return e.text }

func usagef(format string, a ...any) error { return &usageError{fmt.Sprintf(format, a...)} }
