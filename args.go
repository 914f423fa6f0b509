package main

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"icmpdump/internal/caret"
)

// tcpdumpOnly are tcpdump's options that have no meaning here, or not yet.
const tcpdumpOnly = "bEfHIjJKLmMOSTuVyzZ"

// An option is how to write it, and whether a value follows.
type option struct {
	dashed     string
	takesValue bool
}

// known are the options by all their names, each written by the first of them: the library
// refuses to be given two.
func known(flags []cli.Flag) map[string]option {
	options := map[string]option{}
	for _, f := range flags {
		doc, ok := f.(cli.DocGenerationFlag)
		first := dashed(f.Names()[0])
		for _, name := range f.Names() {
			options[name] = option{first, ok && doc.TakesValue()}
		}
	}
	return options
}

// dashed is an option as it is written.
func dashed(name string) string {
	if len(name) > 1 {
		return "--" + name
	}
	return "-" + name
}

// helpOption is how the library knows it.
const helpOption = "--help"

// errHelp is a command line that asks for help: what else it says does not matter.
var errHelp = errors.New("help")

// normalize takes a command line apart as getopt does, which the flag package behind
// urfave/cli does not: letters in one word (-nvi eth0), values without a blank (-c5), options
// behind the first word that is none. What comes out is one option or value an element, then
// "--" and the rest. It is errHelp if one of them asks for help.
func normalize(args []string, flags []cli.Flag) ([]string, error) {
	options := known(flags)
	var out, words []string
	for len(args) > 0 {
		arg := args[0]
		args = args[1:]
		var err error
		switch {
		case arg == "--":
			words = append(words, args...)
			args = nil
		case strings.HasPrefix(arg, "--"):
			out, args, err = longOption(out, arg[2:], args, options)
		case len(arg) > 1 && arg[0] == '-':
			out, args, err = letters(out, arg[1:], args, options)
		default:
			words = append(words, arg)
		}
		if err != nil {
			return nil, err
		}
	}
	return slices.Concat(out, []string{"--"}, words), nil
}

// longOption appends the option that word is, without its dashes, and its value, which may be
// the first of args. It returns what is left of these.
func longOption(out []string, word string, args []string, options map[string]option) (_, left []string, _ error) {
	name, value, inline := strings.Cut(word, "=")
	o, ok := options[name]
	switch {
	case o.dashed == helpOption:
		return nil, nil, errHelp
	case !ok || len(name) == 1:
		return nil, nil, usagef("unknown option --%s", name)
	case inline:
		return append(out, o.dashed+"="+value), args, nil
	case !o.takesValue:
		return append(out, o.dashed), args, nil
	case len(args) == 0:
		return nil, nil, usagef("--%s needs a value", name)
	}
	return append(out, o.dashed, args[0]), args[1:], nil
}

// letters appends the options that the letters of word are. One that takes a value has the
// rest of the word for it or, if that is empty, the first of args.
func letters(out []string, word string, args []string, options map[string]option) (_, left []string, _ error) {
	for i, letter := range word {
		name := string(letter)
		o, ok := options[name]
		if !ok {
			return nil, nil, unknownLetter(name)
		}
		if o.dashed == helpOption {
			return nil, nil, errHelp
		}
		out = append(out, o.dashed)
		if !o.takesValue {
			continue
		}
		if value := word[i+len(name):]; value != "" {
			return append(out, value), args, nil
		}
		if len(args) == 0 {
			return nil, nil, usagef("-%s needs a value", name)
		}
		return append(out, args[0]), args[1:], nil
	}
	return out, args, nil
}

func unknownLetter(name string) error {
	if name == "z" {
		return &usageError{
			text: "tcpdump's -z is not an option of icmpdump: it runs no programs",
			hint: "inotifywait -m -e close_write DIR says when a file is complete, for a program of yours (incrond runs one); -r reads .gz and .zst",
		}
	}
	if strings.Contains(tcpdumpOnly, name) {
		return usagef("tcpdump's -%s is not an option of icmpdump", name)
	}
	return usagef("unknown option -%s", name)
}

// badValue is what the flag package says of a value that an option does not take: the value,
// quoted, the option, and the reason.
var badValue = regexp.MustCompile(`^invalid (?:boolean )?value (".*") for (?:flag )?-(\S+): (.*)$`)

// refused is a usageError of what the flag package says.
func refused(err error) error {
	m := badValue.FindStringSubmatch(err.Error())
	if m == nil {
		return usagef("%s", err)
	}
	value, unquoteErr := strconv.Unquote(m[1])
	if unquoteErr != nil {
		value = m[1]
	}
	reason := m[3]
	if reason == "parse error" {
		reason = "true or false"
	}
	return usagef("%s %s: %s", dashed(m[2]), value, reason)
}

// A usageError is a command line that makes no sense.
type usageError struct {
	text string
	hint string       // what to do, besides reading the help; or empty
	at   *caret.Error // where, if it is in an expression
}

func (e *usageError) Error() string { return e.text }

func usagef(format string, a ...any) error { return &usageError{text: fmt.Sprintf(format, a...)} }
