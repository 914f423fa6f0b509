package savefile

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// conversions are those of strftime(3) that a file's name may have, in the C locale, as time.Format
// writes them.
var conversions = map[byte]string{
	'a': "Mon", 'A': "Monday", 'b': "Jan", 'B': "January", 'h': "Jan",
	'd': "02", 'e': "_2", 'm': "01", 'y': "06", 'Y': "2006",
	'H': "15", 'I': "03", 'M': "04", 'p': "PM", 'S': "05",
	'D': "01/02/06", 'F': "2006-01-02", 'R': "15:04", 'T': "15:04:05",
	'j': "002", 'z': "-0700", 'Z': "MST",
}

// calendar are those that time.Format does not know.
var calendar = map[byte]func(t time.Time) string{
	'%': func(time.Time) string { return "%" },
	's': func(t time.Time) string { return strconv.FormatInt(t.Unix(), 10) },
	'C': func(t time.Time) string { return fmt.Sprintf("%02d", t.Year()/100) },
	'G': func(t time.Time) string { year, _ := t.ISOWeek(); return strconv.Itoa(year) },
	'V': func(t time.Time) string { _, week := t.ISOWeek(); return fmt.Sprintf("%02d", week) },
	'u': func(t time.Time) string { return strconv.Itoa((int(t.Weekday())+6)%7 + 1) },
	'w': func(t time.Time) string { return strconv.Itoa(int(t.Weekday())) },
	'k': func(t time.Time) string { return fmt.Sprintf("%2d", t.Hour()) },
	'l': func(t time.Time) string { return fmt.Sprintf("%2d", (t.Hour()+11)%12+1) },
}

// A conversionError is a conversion in a name that is not known.
type conversionError struct{ what string }

func (e *conversionError) Error() string {
	return e.what + " is no conversion of strftime that is known"
}

// errPercent is a name that ends inside a conversion.
var errPercent = errors.New("% at the end: a percent sign is %%")

// CheckName says what is wrong with the conversions in a name.
func CheckName(name string) error {
	for rest := name; ; rest = rest[2:] {
		at := strings.IndexByte(rest, '%')
		if at < 0 {
			return nil
		}
		if rest = rest[at:]; len(rest) == 1 {
			return errPercent
		}
		if conversions[rest[1]] == "" && calendar[rest[1]] == nil {
			return &conversionError{rest[:2]}
		}
	}
}

// strftime is a name whose conversions stand for t.
func strftime(name string, t time.Time) string {
	var s strings.Builder
	for i := 0; i < len(name); i++ {
		if name[i] != '%' || i+1 == len(name) {
			s.WriteByte(name[i])
			continue
		}
		i++
		if f := calendar[name[i]]; f != nil {
			s.WriteString(f(t))
		} else {
			s.WriteString(t.Format(conversions[name[i]]))
		}
	}
	return s.String()
}
