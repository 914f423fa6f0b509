package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/netip"
	"os"
	"strings"
	"time"

	"golang.org/x/net/bpf"

	"icmpdump/capture/afpacket"
	"icmpdump/capture/filter"
	"icmpdump/render"
)

const (
	// resolving is how long the names in an expression may take to be resolved, all of them.
	resolving = 5 * time.Second

	// maxExpression is the longest file that -F takes: no program that comes of more fits into the kernel.
	maxExpression = 1 << 20

	ret = 0x06 // BPF_RET | BPF_K (linux/bpf_common.h)
)

// expression is the filter that the words are or, without words, that is in the file. It is nil if
// there is neither: everything passes.
func expression(ctx context.Context, words []string, file string, live bool, what view) (*filter.Filter, error) {
	text := strings.Join(words, " ")
	if file != "" {
		if len(words) > 0 {
			return nil, usagef("-F %s: the filter is in the file, or on the command line (%q)", file, text)
		}
		var err error
		if text, err = readExpression(file); err != nil {
			return nil, err
		}
	}
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	ctx, cancel := context.WithTimeout(ctx, resolving)
	defer cancel()
	f, err := filter.Parse(text, lookup(ctx, live))
	if err == nil {
		return f, nil
	}
	wrong := &usageError{text: fmt.Sprintf("filter: %s", err)}
	errors.As(err, &wrong.at)
	begin := strings.ToLower(text)
	if what == viewLines && file == "" && (strings.HasPrefix(begin, "flo") || strings.HasPrefix(begin, "sch") || strings.HasPrefix(begin, "top")) {
		wrong.hint = "the commands are flows, top and schema"
	}
	return nil, wrong
}

// readExpression reads the file of -F. What stands behind a # is a comment, up to the line's end; it is
// blank then, so that lines and columns are those of the file.
func readExpression(path string) (string, error) {
	in := os.Stdin
	if path != "-" {
		f, err := os.Open(path)
		if err != nil {
			return "", err
		}
		defer f.Close()
		in = f
	}
	text, err := io.ReadAll(io.LimitReader(in, maxExpression+1))
	switch {
	case err != nil:
		return "", err
	case len(text) > maxExpression:
		return "", usagef("-F %s: more than %d bytes", path, maxExpression)
	}
	for rest := text; ; {
		i := bytes.IndexByte(rest, '#')
		if i < 0 {
			return string(text), nil
		}
		for ; i < len(rest) && rest[i] != '\n'; i++ {
			rest[i] = ' '
		}
		rest = rest[i:]
	}
}

// lookup is what the names in an expression stand for. An interface has an index while it is listened to,
// and in a file its name only.
func lookup(ctx context.Context, live bool) filter.Lookup {
	look := filter.Lookup{Host: func(name string) ([]netip.Addr, error) {
		addrs, err := net.DefaultResolver.LookupNetIP(ctx, "ip", name)
		for i, a := range addrs {
			addrs[i] = a.Unmap()
		}
		return addrs, err
	}}
	if live {
		look.Index = func(name string) (int, error) {
			ifi, err := net.InterfaceByName(name)
			if err != nil {
				return 0, err
			}
			return ifi.Index, nil
		}
	}
	return look
}

// printProgram is -d, -dd and -ddd: the kernel's program for what would be listened to or, of files, that of our
// own machine.
func printProgram(w io.Writer, o *options) error {
	if !o.live {
		code := o.filter.Machine(nil).Code()
		if len(code) == 0 {
			code = []bpf.RawInstruction{{Op: ret, K: math.MaxInt32}} // everything passes
		}
		return writeProgram(w, nil, code, o.program)
	}
	ifis, err := afpacket.Resolve(o.interfaces)
	if err != nil {
		return err
	}
	_, program, err := listening(o, ifis)
	if err != nil {
		return err
	}
	var beside []byte
	if o.program == 1 {
		for _, part := range program.UserSpace {
			beside = fmt.Appendf(beside, "# in user space: %s\n", render.Clean(part))
		}
	}
	return writeProgram(w, beside, program.Code, o.program)
}

func writeProgram(w io.Writer, text []byte, code []bpf.RawInstruction, style int) error {
	_, err := w.Write(filter.AppendProgram(text, code, style))
	return err
}
