package main

import (
	"fmt"
	"math"
	"strings"
)

// Of the plot, in pixels.
const (
	plotWidth  = 640
	plotHeight = 360
	plotLeft   = 64
	plotRight  = 72 // of the names of curves
	plotTop    = 40
	plotBottom = 52
)

const svgStyle = `<style>
text { font: 13px sans-serif; fill: #24292f }
.axis { stroke: #57606a }
.grid { stroke: #57606a; stroke-opacity: .25 }
.curve0 { stroke: #0969da; fill: #0969da }
.curve1 { stroke: #bc4c00; fill: #bc4c00 }
polyline { stroke-width: 2 }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3 }
.axis, .grid { stroke: #9198a1 }
.curve0 { stroke: #58a6ff; fill: #58a6ff }
.curve1 { stroke: #f0883e; fill: #f0883e }
}
</style>
`

// scaleSVG draws what the scenario scale measured: the median of each point, and a bar from its
// minimum to its maximum.
func scaleSVG(r *report) []byte {
	highest := 0.0
	for _, p := range r.Results {
		highest = max(highest, spreadOf(p.Values[measurePacket]).Max)
	}
	step := niceStep(highest)
	top := math.Ceil(highest/step) * step
	low, high := math.Log10(float64(scaleFlows[0])), math.Log10(float64(scaleFlows[len(scaleFlows)-1]))
	x := func(flows int) float64 {
		return plotLeft + (math.Log10(float64(flows))-low)/(high-low)*(plotWidth-plotLeft-plotRight)
	}
	y := func(ns float64) float64 { return plotHeight - plotBottom - ns/top*(plotHeight-plotTop-plotBottom) }

	var s strings.Builder
	fmt.Fprintf(&s, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" role=\"img\">\n<title>icmpdump: time for each packet, by number of flows</title>\n%s",
		plotWidth, plotHeight, svgStyle)
	fmt.Fprintf(&s, "<text x=\"%d\" y=\"20\">ns for each packet of a file, wall time</text>\n", plotLeft-40)
	for ns := 0.0; ns <= top+step/2; ns += step {
		class := "grid"
		if ns == 0 {
			class = "axis"
		}
		fmt.Fprintf(&s, "<line class=\"%s\" x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\"/>\n", class, plotLeft, y(ns), plotWidth-plotRight, y(ns))
		fmt.Fprintf(&s, "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%.0f</text>\n", plotLeft-8, y(ns)+4, ns)
	}
	for _, flows := range scaleFlows {
		fmt.Fprintf(&s, "<line class=\"axis\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>\n", x(flows), y(0), x(flows), y(0)+5)
		fmt.Fprintf(&s, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">%d</text>\n", x(flows), y(0)+20, flows)
	}
	fmt.Fprintf(&s, "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">flows</text>\n", (x(scaleFlows[0])+x(scaleFlows[len(scaleFlows)-1]))/2, plotHeight-8)
	for i, curve := range scaleCurves {
		fmt.Fprintf(&s, "<g class=\"curve%d\">\n", i)
		var points []string
		for _, flows := range scaleFlows {
			ns := spreadOf(r.values(scalePoint(curve.name, flows), measurePacket))
			points = append(points, fmt.Sprintf("%.1f,%.1f", x(flows), y(ns.Median)))
			fmt.Fprintf(&s, "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/><circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\"/>\n",
				x(flows), y(ns.Min), x(flows), y(ns.Max), x(flows), y(ns.Median))
		}
		last := scaleFlows[len(scaleFlows)-1]
		end := spreadOf(r.values(scalePoint(curve.name, last), measurePacket)).Median
		fmt.Fprintf(&s, "<polyline style=\"fill:none\" points=\"%s\"/>\n</g>\n<text x=\"%.1f\" y=\"%.1f\">%s</text>\n", strings.Join(points, " "), x(last)+10, y(end)+4, curve.name)
	}
	s.WriteString("</svg>\n")
	return []byte(s.String())
}

// niceStep is a round distance of four to ten lines below v.
func niceStep(v float64) float64 {
	power := math.Pow(10, math.Floor(math.Log10(v)))
	for _, step := range []float64{power / 10, power / 5, power / 2, power} {
		if v/step <= 10 {
			return step
		}
	}
	return power
}
