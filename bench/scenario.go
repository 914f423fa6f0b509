package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os/exec"
	"slices"
)

// A scenario is one comparison: programs that take turns in the same work.
type scenario struct {
	name     string
	about    string
	root     bool     // it makes network namespaces
	measures []string // columns, in this order
	ratios   []string // measures that are shown as a ratio to the first program's too
	wants    []want

	// prepare makes what the programs need, which done removes.
	prepare func(context.Context) (programs []program, done func(), err error)
}

// A program is one that is measured.
type program struct {
	name    string
	needs   string // a tool, without which it is left out
	rounds  int    // at most; 0 is all
	measure func(context.Context) (sample, error)
}

// A sample is what one run of a program gave, by measure.
type sample map[string]float64

// A want is a criterion: a measure of one program, or a ratio to another's.
type want struct {
	measure string
	of      string
	over    string // "" is none
	least   float64
	most    float64 // 0 is none
	always  bool    // in every round; otherwise it is the median that counts
}

func (w want) String() string {
	what := w.measure + " of " + w.of
	if w.over != "" {
		what += " / " + w.over
	}
	return what
}

// holds reports whether values of w's rounds are as wanted.
func (w want) holds(s spread) bool {
	low, high := s.Median, s.Median
	if w.always {
		low, high = s.Min, s.Max
	}
	return low >= w.least && (w.most == 0 && w.least > 0 || high <= w.most)
}

// A result is what a program did in a scenario.
type result struct {
	Program string               `json:"program"`
	Values  map[string][]float64 `json:"values"` // by measure, one a round
}

// A verdict is a want and what became of it.
type verdict struct {
	What   string    `json:"what"`
	Wanted string    `json:"wanted"`
	Values []float64 `json:"values"`
	Spread spread    `json:"spread"`
	Pass   bool      `json:"pass"`
}

// A report is what a scenario gave.
type report struct {
	Scenario string    `json:"scenario"`
	About    string    `json:"about"`
	Results  []*result `json:"results"`
	Verdicts []verdict `json:"verdicts"`
}

// play runs the programs of a scenario in turn, round by round, so that what else the machine
// does hits all alike. Progress goes to talk.
func (s *scenario) play(ctx context.Context, rounds int, talk io.Writer) (*report, error) {
	fmt.Fprintf(talk, "%s: %s\n", s.name, s.about)
	programs, done, err := s.prepare(ctx)
	if done != nil {
		defer done()
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.name, err)
	}
	r := &report{Scenario: s.name, About: s.about}
	programs = slices.DeleteFunc(programs, func(p program) bool {
		_, err := exec.LookPath(cmp.Or(p.needs, "true"))
		if err != nil {
			fmt.Fprintf(talk, "  %s is left out: %v\n", p.name, err)
		}
		return err != nil
	})
	for _, p := range programs {
		r.Results = append(r.Results, &result{p.name, map[string][]float64{}})
	}
	for round := range rounds {
		for i, p := range programs {
			if p.rounds > 0 && round >= p.rounds {
				continue
			}
			got, err := p.measure(ctx)
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			if err != nil {
				return nil, fmt.Errorf("%s: %s: %w", s.name, p.name, err)
			}
			fmt.Fprintf(talk, "  %d/%d %s:", round+1, rounds, p.name)
			for _, m := range s.measures {
				if v, ok := got[m]; ok {
					r.Results[i].Values[m] = append(r.Results[i].Values[m], v)
					fmt.Fprintf(talk, " %s %s", number(v), m)
				}
			}
			fmt.Fprintln(talk)
		}
	}
	for _, w := range s.wants {
		if v, ok := r.judge(w); ok {
			r.Verdicts = append(r.Verdicts, v)
		}
	}
	return r, nil
}

// values are those of a program's measure.
func (r *report) values(program, measure string) []float64 {
	i := slices.IndexFunc(r.Results, func(p *result) bool { return p.Program == program })
	if i < 0 {
		return nil
	}
	return r.Results[i].Values[measure]
}

// judge says whether a want holds, if there is anything to say.
func (r *report) judge(w want) (verdict, bool) {
	values := r.values(w.of, w.measure)
	if w.over != "" {
		values = ratios(values, r.values(w.over, w.measure))
	}
	if len(values) == 0 {
		return verdict{}, false
	}
	s := spreadOf(values)
	return verdict{What: w.String(), Wanted: w.wanted(), Values: values, Spread: s, Pass: w.holds(s)}, true
}

func (w want) wanted() string {
	text := "<= " + number(w.most)
	switch {
	case w.least == w.most:
		text = "= " + number(w.most)
	case w.least > 0:
		text = ">= " + number(w.least)
	}
	if w.always {
		text += " always"
	}
	return text
}
