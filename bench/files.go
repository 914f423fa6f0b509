package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"icmpdump/bench/traffic"
)

// Programs, as they are named in tables.
const (
	ours         = "icmpdump"
	ourJSON      = "icmpdump --json"
	ourFlows     = "icmpdump flows"
	ourManyFlows = "icmpdump --max-flows 2000000"
	tcpdump      = "tcpdump -n"
	tcpdumpUTC   = "TZ=UTC tcpdump -n"
	tcpdumpWrite = "tcpdump -w"
	tshark       = "tshark -n"
	peerText     = "gopacketdump -text"
	peerTextFast = "gopacketdump -text -fast"
	peer         = "gopacketdump"
	peerFast     = "gopacketdump -fast"
)

var fileMeasures = []string{measureWall, measureCPU, measurePacket, measureRSS, measureSwitches}

// file is the capture file of a configuration, made once.
func (b *bench) file(c traffic.Config) (string, error) {
	path := filepath.Join(b.dir, fmt.Sprintf("%d-packets-%d-flows-%d-noise.pcap", c.Packets, c.Flows, c.Noise))
	if slices.Contains(b.made, path) {
		return path, nil
	}
	f, err := os.Create(path)
	if err != nil {
		return "", err
	}
	b.made = append(b.made, path)
	if err := c.Write(f); err != nil {
		f.Close()
		return "", err
	}
	return path, f.Close()
}

// reader is a program that reads a file of that many packets, of which our own must have seen
// that many.
func (b *bench) reader(name string, packets int, argv ...string) program {
	return program{name: name, needs: argv[0], measure: func(ctx context.Context) (sample, error) {
		var env []string
		if name == tcpdumpUTC {
			env = append(env, "TZ=UTC")
		}
		s, stderr, err := run(ctx, env, argv...)
		if err != nil {
			return nil, err
		}
		s[measurePacket] = s[measureWall] * 1e9 / float64(packets)
		if argv[0] == b.icmpdump || argv[0] == b.old {
			if read, err := count(stderr, "records read"); err != nil || int(read) != packets {
				return nil, fmt.Errorf("%s read %d of %d packets: %w", name, int(read), packets, err)
			}
		}
		return s, nil
	}}
}

// both is a program of ours, and the old one if there is any.
func (b *bench) both(name string, packets int, args ...string) []program {
	ps := []program{b.reader(name, packets, append([]string{b.icmpdump}, args...)...)}
	if b.old != "" {
		ps = append(ps, b.reader("old "+name, packets, append([]string{b.old}, args...)...))
	}
	return ps
}

func (b *bench) fileScenarios() []scenario {
	n := b.packets
	pings := traffic.Config{Packets: n, Flows: 1000}
	noise := traffic.Config{Packets: n, Flows: 1000, Noise: 18}
	many := traffic.Config{Packets: n, Flows: 1_000_000}
	// on makes a scenario's prepare of a file and the programs that read it.
	on := func(c traffic.Config, programs func(path string) []program) func(context.Context) ([]program, func(), error) {
		return func(context.Context) ([]program, func(), error) {
			path, err := b.file(c)
			return programs(path), nil, err
		}
	}
	return []scenario{{
		name:     "text",
		about:    fmt.Sprintf("a file of %d packets of 1000 flows as lines", n),
		measures: fileMeasures,
		ratios:   []string{measureWall, measureCPU},
		wants: []want{
			{measure: measureWall, of: tcpdump, over: ours, least: 20},
			{measure: measureCPU, of: tcpdump, over: ours, least: 12},
			{measure: measureWall, of: tshark, over: ours, least: 45},
			{measure: measureWall, of: peerText, over: ours, least: 8},
			{measure: measureWall, of: ourJSON, over: ours, most: 1.6},
		},
		prepare: on(pings, func(path string) []program {
			return slices.Concat(b.both(ours, n, "-r", path), b.both(ourJSON, n, "--json", "-r", path), []program{
				b.reader(tcpdump, n, "tcpdump", "-n", "-r", path),
				b.reader(tcpdumpUTC, n, "tcpdump", "-n", "-r", path),
				b.reader(tshark, n, "tshark", "-n", "-r", path),
				b.reader(peerText, n, b.peer, "-text", "-r", path),
				b.reader(peerTextFast, n, b.peer, "-text", "-fast", "-r", path),
			})
		}),
	}, {
		name:     "flows",
		about:    fmt.Sprintf("the same %d packets as a row for each flow", n),
		measures: fileMeasures,
		ratios:   []string{measureWall, measureCPU},
		wants:    []want{{measure: measureWall, of: peer, over: ourFlows, least: 6}},
		prepare: on(pings, func(path string) []program {
			return slices.Concat(b.both(ourFlows, n, "flows", "-r", path), []program{
				b.reader(peer, n, b.peer, "-r", path),
				b.reader(peerFast, n, b.peer, "-fast", "-r", path),
			})
		}),
	}, {
		name:     "noise",
		about:    fmt.Sprintf("a file of %d packets, of which 10 %% are ICMP and the others UDP", n),
		measures: fileMeasures,
		ratios:   []string{measureWall, measureCPU},
		wants:    []want{{measure: measurePacket, of: ours, over: tcpdumpWrite, most: 1}},
		prepare: on(noise, func(path string) []program {
			return slices.Concat(b.both(ours, n, "-r", path), []program{
				b.reader(tcpdumpWrite, n, "tcpdump", "-r", path, "-w", "/dev/null", "icmp"),
			})
		}),
	}, {
		name:     "many",
		about:    fmt.Sprintf("a file of %d packets of 1000000 flows as lines; tcpdump at most 3 rounds, for it takes a minute", n),
		measures: fileMeasures,
		ratios:   []string{measureWall, measureCPU},
		wants: []want{
			{measure: measureWall, of: tcpdump, over: ourManyFlows, least: 20},
			{measure: measureRSS, of: ourManyFlows, most: 350},
			{measure: measureRSS, of: ours, most: 64},
		},
		prepare: on(many, func(path string) []program {
			slow := b.reader(tcpdump, n, "tcpdump", "-n", "-r", path)
			slow.rounds = 3
			return slices.Concat(b.both(ourManyFlows, n, "--max-flows", "2000000", "-r", path), b.both(ours, n, "-r", path), []program{slow})
		}),
	}}
}
