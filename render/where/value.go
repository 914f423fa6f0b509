package where

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"net/netip"
	"regexp"
	"regexp/syntax"
	"slices"
	"strconv"
	"strings"
	"time"

	"icmpdump/render"
)

// wholeShare is how many parts a share is told in: so many that one lost request of any number is
// more than none.
const wholeShare = 1e12

// samples are values of each class, as they are written.
var samples = [...]string{
	classNumber: "5", classDuration: "50ms", classShare: "5%", classTime: "2026-11-21T13:02:11Z",
	classType: "echo-reply or 0", classBool: "true or false", classAddr: "10.0.0.1 or 2001:db8::1", classText: `"udp"`,
}

// nouns are what the classes are called.
var nouns = [...]string{
	classNumber: "a number", classDuration: "a duration", classShare: "a share", classTime: "a time",
	classType: "a type", classWord: "a word", classBool: "true or false", classAddr: "an address", classText: "text",
}

// sample is what a value of f may be.
func (f *field) sample() string {
	if f.class == classWord {
		return "one of " + f.listed()
	}
	return nouns[f.class] + ", such as " + samples[f.class]
}

// listed are the words of f.
func (f *field) listed() string {
	var words []string
	for _, w := range f.words {
		if w != "" && !slices.Contains(words, w) {
			words = append(words, w)
		}
	}
	return strings.Join(words, " ")
}

// refusal says why o can't be asked of f.
func (f *field) refusal(o op, name string) string {
	if o == opLike {
		return fmt.Sprintf("%s is %s, and ~ is for text: write == or in (...)", name, nouns[f.class])
	}
	return fmt.Sprintf("%s is %s, and has no order: write ==, != or in (...)", name, nouns[f.class])
}

// read is the value of f, which was written as name, that text is, or what is wrong with it.
func (p *parser) read(f *field, name string, o op, text string) (v value, wrong string) {
	switch f.class {
	case classNumber:
		return readNumber(name, text)
	case classDuration:
		return readDuration(name, text)
	case classShare:
		return readShare(name, text)
	case classTime:
		return readTime(name, text, p.loc)
	case classType:
		return readType(name, o, text)
	case classWord:
		return f.readWord(text)
	case classBool:
		return readBool(name, text)
	case classAddr:
		return readNetwork(name, o, text)
	}
	return readText(o, text)
}

func readNumber(name, text string) (v value, wrong string) {
	n, err := strconv.ParseUint(text, 10, 63)
	if hex, ok := strings.CutPrefix(strings.ToLower(text), "0x"); ok {
		n, err = strconv.ParseUint(hex, 16, 63)
	}
	switch {
	case errors.Is(err, strconv.ErrRange):
		return v, fmt.Sprintf("%s is more than any number here", text)
	case err != nil:
		return v, fmt.Sprintf("%s is a number: write 5 or 0x5, not %s", name, text)
	}
	return value{number: int64(n), text: strconv.FormatUint(n, 10)}, ""
}

// units are those that the name of a field ends with: then it is a number of them.
var units = []struct{ end, unit string }{{"_ns", "ns"}, {"_ms", "ms"}, {"secs", "s"}}

func readDuration(name, text string) (v value, wrong string) {
	unit := ""
	plain := text != "" && strings.Trim(text, "0123456789.") == ""
	for _, u := range units {
		if plain && strings.HasSuffix(canonical(name), u.end) {
			unit = u.unit
		}
	}
	d, err := time.ParseDuration(text + unit)
	switch {
	case err != nil && plain:
		return v, fmt.Sprintf("%s is a duration: write %sms, or another of ns us ms s m", name, text)
	case err != nil:
		return v, fmt.Sprintf("%s is a duration: write 50ms or 1.5s, not %s", name, text)
	case d < 0:
		return v, fmt.Sprintf("%s is never less than 0", name)
	}
	return value{number: int64(d), text: strings.Replace(d.String(), "µ", "u", 1)}, ""
}

func readShare(name, text string) (v value, wrong string) {
	digits, percent := strings.CutSuffix(text, "%")
	n, err := strconv.ParseFloat(digits, 64)
	if percent {
		n /= 100
	}
	if err != nil || strings.Trim(digits, "0123456789.") != "" || n > 1 {
		return v, fmt.Sprintf("%s is a share: write 5%% or 0.05, not %s", name, text)
	}
	v.number = int64(math.Round(n * wholeShare))
	v.text = strconv.FormatFloat(float64(v.number)/wholeShare, 'f', -1, 64)
	return v, ""
}

// layouts are the ways to write a time. The first is that of JSON, the last that of -tttt.
var layouts = []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02T15:04", time.DateOnly, time.DateTime}

// Times are what int64 nanoseconds reach.
var firstTime, lastTime = time.Unix(0, math.MinInt64), time.Unix(0, math.MaxInt64)

func readTime(name, text string, loc *time.Location) (v value, wrong string) {
	t, err := epoch(text)
	for _, layout := range layouts {
		if err == nil {
			break
		}
		t, err = time.ParseInLocation(layout, text, loc)
	}
	switch {
	case err != nil:
		return v, fmt.Sprintf("%s is a time with its date: write 2026-11-21T13:02:11, with Z of UTC, or seconds since 1970", name)
	case t.Before(firstTime) || t.After(lastTime):
		return v, fmt.Sprintf("%s is not in the years 1678 to 2262", text)
	}
	return value{number: t.UnixNano(), text: t.UTC().Format(time.RFC3339Nano)}, ""
}

// epoch is the time that -tt writes so.
func epoch(text string) (time.Time, error) {
	whole, part, _ := strings.Cut(text, ".")
	seconds, err := strconv.ParseUint(whole, 10, 34)
	if err == nil && len(part) > 9 {
		err = strconv.ErrSyntax
	}
	var ns uint64
	if err == nil && part != "" {
		ns, err = strconv.ParseUint((part + "000000000")[:9], 10, 63)
	}
	return time.Unix(int64(seconds), int64(ns)), err
}

func (f *field) readWord(text string) (v value, wrong string) {
	for i, w := range f.words {
		if w != "" && strings.EqualFold(w, text) {
			v.bits |= 1 << i
			v.text = w
		}
	}
	if v.bits == 0 {
		return v, fmt.Sprintf("%s is no %s: one of %s", text, f.name, f.listed())
	}
	return v, ""
}

func readBool(name, text string) (v value, wrong string) {
	switch text {
	case "true":
		return value{number: 1, text: text}, ""
	case "false":
		return value{text: text}, ""
	}
	return v, fmt.Sprintf("%s is true or false, not %s", name, text)
}

func readNetwork(name string, o op, text string) (v value, wrong string) {
	a, err := netip.ParseAddr(text)
	prefix := netip.PrefixFrom(a, a.BitLen())
	if strings.Contains(text, "/") {
		prefix, err = netip.ParsePrefix(text)
		switch {
		case err != nil:
		case prefix != prefix.Masked():
			return v, fmt.Sprintf("%s has bits of a host: the network is %s", text, prefix.Masked())
		case o != opIn:
			return v, fmt.Sprintf("%s is a network: write %s in %s", text, name, text)
		}
	}
	if err != nil || a.Zone() != "" {
		return v, fmt.Sprintf("%s is an address: write 10.0.0.1 or 2001:db8::1, or in 10.0.0.0/8, not %s", name, text)
	}
	version, bits := uint8(6), prefix.Bits()
	if prefix.Addr().Is4() {
		version, bits = 4, bits+96
	}
	a16 := prefix.Addr().As16()
	v.text = text
	if v.net = makeNetwork(a16, bits, version); prefix.IsSingleIP() {
		v.text = prefix.Addr().String()
	} else {
		v.text = prefix.String()
	}
	return v, ""
}

// makeNetwork is the network of the first bits of a.
func makeNetwork(a [16]byte, bits int, version uint8) network {
	n := network{version: version}
	for i := range n.mask {
		n.mask[i] = ^(math.MaxUint64 >> min(max(bits-64*i, 0), 64))
		n.bits[i] = binary.BigEndian.Uint64(a[8*i:]) & n.mask[i]
	}
	return n
}

func readText(o op, text string) (v value, wrong string) {
	v = value{plain: []byte(text), text: string(render.AppendQuoted(nil, text))}
	if o != opLike {
		return v, ""
	}
	re, err := regexp.Compile(text)
	var bad *syntax.Error
	if errors.As(err, &bad) {
		return v, fmt.Sprintf("it is no regular expression: %s: %s", bad.Code, bad.Expr)
	}
	literal, all := re.LiteralPrefix()
	if all { // to look for it takes a third of the time
		v.plain = []byte(literal)
		return v, ""
	}
	v.like = re
	return v, ""
}
