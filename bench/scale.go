package main

import (
	"context"
	"fmt"
	"slices"

	"icmpdump/bench/traffic"
)

const scaleName = "scale"

// scaleFlows are numbers of flows, from few to many.
var scaleFlows = []int{1_000, 10_000, 100_000, 1_000_000}

// scaleCurves are what is done with the files.
var scaleCurves = []struct {
	name string
	args []string
}{
	{"flows", []string{"flows"}},
	{"text", nil},
}

func scalePoint(curve string, flows int) string { return fmt.Sprintf("%s of %d", curve, flows) }

func (b *bench) scale() scenario {
	return scenario{
		name:     scaleName,
		about:    fmt.Sprintf("files of %d packets of ever more flows, as rows and as lines", b.packets),
		measures: []string{measurePacket, measureCPU, measureRSS},
		prepare: func(context.Context) (programs []program, done func(), err error) {
			for _, curve := range scaleCurves {
				for _, flows := range scaleFlows {
					path, err := b.file(traffic.Config{Packets: b.packets, Flows: flows})
					if err != nil {
						return nil, nil, err
					}
					argv := slices.Concat([]string{b.icmpdump}, curve.args, []string{"--max-flows", "2000000", "-r", path})
					programs = append(programs, b.reader(scalePoint(curve.name, flows), b.packets, argv...))
				}
			}
			return programs, nil, nil
		},
	}
}
