package where

import (
	"errors"
	"strings"
	"testing"
	"time"

	"icmpdump/internal/caret"
)

// verdicts are what a judge says of each event and row of a scene. It says so twice.
func verdicts(t *testing.T, s *scene, text string, f *Filter) (all []bool) {
	t.Helper()
	j, again := f.Judge(options), f.Judge(options)
	for i := range s.events.All {
		e := &s.events.All[i]
		all = append(all, j.Event(e))
		if again.Event(e) != all[i] || j.Event(e) != all[i] {
			t.Fatalf("%q: event %d is judged once so and once so", text, i)
		}
	}
	for i := range s.rows {
		all = append(all, j.Row(&s.rows[i]))
	}
	return all
}

// What parses means the same in its normal form; what does not has an error within its bounds. Of two
// expressions "and", "or" and "not" are those of logic, whichever way they are written.
func FuzzWhere(f *testing.F) {
	for i, tt := range asked {
		f.Add(tt.expr, asked[(i*7+3)%len(asked)].expr)
	}
	for _, expr := range []string{"", "(", "rtt >", `cause ~ "`, "note in (DUP,", "not", "src in ::/0", "x", "type == a/b(c)", "\xff"} {
		f.Add(expr, "lost > 0")
	}
	s := theScene(f)
	f.Fuzz(func(t *testing.T, a, b string) {
		parsed := map[string]*Filter{}
		for _, text := range []string{a, b} {
			filter, err := Parse(text, time.UTC)
			if err != nil {
				var at *caret.Error
				if !errors.As(err, &at) || at.Expr != text || at.Offset < 0 || at.Offset > len(text) || at.Text == "" {
					t.Fatalf("%q: %#v", text, err)
				}
				return
			}
			normal := filter.String()
			same, err := Parse(normal, time.UTC)
			if err != nil {
				t.Fatalf("%q is %q, and that: %v", text, normal, err)
			}
			if got := same.String(); got != normal {
				t.Fatalf("%q is %q, and that is %q", text, normal, got)
			}
			want := verdicts(t, s, text, filter)
			for i, got := range verdicts(t, s, normal, same) {
				if got != want[i] {
					t.Fatalf("%q is %v of event %d, and its normal form %q is %v", text, want[i], i, normal, got)
				}
			}
			parsed[text] = filter
		}
		of := func(text string) []bool {
			filter, err := Parse(text, time.UTC)
			var at *caret.Error
			if errors.As(err, &at) && strings.HasPrefix(at.Text, "more than 100 parentheses") {
				t.Skip(at.Text)
			}
			if err != nil {
				t.Fatalf("%q: %v", text, err)
			}
			return verdicts(t, s, text, filter)
		}
		x, y := verdicts(t, s, a, parsed[a]), verdicts(t, s, b, parsed[b])
		and, or := of("("+a+") and ("+b+")"), of("("+a+") || ("+b+")")
		negated, morgan := of("not ("+a+")"), of("!(not ("+a+") or not ("+b+"))")
		for i := range x {
			if and[i] != (x[i] && y[i]) || or[i] != (x[i] || y[i]) || negated[i] == x[i] || morgan[i] != and[i] {
				t.Fatalf("%q is %v, %q %v, and both %v, any %v, not the first %v", a, x[i], b, y[i], and[i], or[i], negated[i])
			}
		}
	})
}
