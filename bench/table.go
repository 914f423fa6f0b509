package main

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"text/tabwriter"
)

// number is v with three digits that count.
func number(v float64) string {
	if v == math.Trunc(v) && math.Abs(v) < 1e15 {
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	digits := 2 - int(math.Floor(math.Log10(math.Abs(v))))
	return strconv.FormatFloat(v, 'f', max(digits, 0), 64)
}

// String is minimum, median and maximum, or the value that they all are.
func (s spread) String() string {
	if s.Min == s.Max {
		return number(s.Min)
	}
	return number(s.Min) + " " + number(s.Median) + " " + number(s.Max)
}

// write writes a scenario's table, and below it what was wanted.
func (r *report) write(w io.Writer, s *scenario) error {
	fmt.Fprintf(w, "\n%s: %s\n\n", s.name, s.about)
	tab := tabwriter.NewWriter(w, 0, 0, 3, ' ', 0)
	head := append([]string{"program", "rounds"}, s.measures...)
	for _, m := range s.ratios {
		head = append(head, m+" / "+r.Results[0].Program)
	}
	fmt.Fprintln(tab, strings.Join(head, "\t"))
	for _, p := range r.Results {
		rounds := 0
		for _, values := range p.Values {
			rounds = max(rounds, len(values))
		}
		row := []string{p.Program, strconv.Itoa(rounds)}
		for _, m := range s.measures {
			row = append(row, cell(p.Values[m]))
		}
		for _, m := range s.ratios {
			row = append(row, cell(ratios(p.Values[m], r.Results[0].Values[m])))
		}
		fmt.Fprintln(tab, strings.Join(row, "\t"))
	}
	if len(r.Verdicts) > 0 {
		fmt.Fprintln(tab)
	}
	for _, v := range r.Verdicts {
		fmt.Fprintf(tab, "%s\t%s\twanted %s\t%s\n", passed(v.Pass), v.What, v.Wanted, v.Spread)
	}
	return tab.Flush()
}

func cell(values []float64) string {
	if len(values) == 0 {
		return "-"
	}
	return spreadOf(values).String()
}

func passed(ok bool) string {
	if ok {
		return "PASS"
	}
	return "FAIL"
}
